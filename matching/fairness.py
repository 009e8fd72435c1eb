"""Report how evenly a plan serves the parties of each side: worst served party, exposure, Gini coefficients.

The report is made from problem and meetings alone. It is no tier of the objective and no part of the plan
document.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matching.graph import event_graph, reach
from matching.problem import Meeting, Problem


@dataclass(frozen=True, slots=True)
class Served:
    """What one party gets. meetings: number held. value: total value of those meetings.

    possible: most meetings that the party could have by itself, >= 1; see `matching.graph.reach`.
    """

    party: str
    meetings: int
    possible: int
    value: float

    @property
    def exposure(self) -> float:
        """Share of the possible meetings that are held, in [0, 1]."""
        return self.meetings / self.possible


@dataclass(frozen=True, slots=True)
class Fairness:
    """Fairness of one side.

    parties: number of parties that could meet at all. idle: number of those without a meeting. worst: the party
    with the lowest exposure; ties go to the lower value. exposure: mean, in [0, 1]. gini_*: 0 if all parties
    get the same, near 1 if one party gets everything.
    """

    side: str
    parties: int
    idle: int
    worst: Served
    exposure: float
    gini_meetings: float
    gini_value: float


def fairness(problem: Problem, meetings: Iterable[Meeting]) -> tuple[Fairness, ...]:
    """Return the fairness of each side that has a party with a possible meeting, in the problem's order.

    meetings: feasible meetings of the problem.
    """
    held: dict[str, list[float]] = defaultdict(list)
    for meeting in meetings:
        pair = problem.pair[meeting.pair]
        for name in pair.parties:
            held[name].append(pair.value)
    sides: dict[str, list[Served]] = defaultdict(list)
    graph = event_graph(problem)
    for name, most in reach(graph).items():
        if most > 0:
            mine = held.get(name, [])
            sides[graph.nodes[name]["side"]].append(Served(name, len(mine), most, sum(mine)))
    return tuple(_side(side, served) for side, served in sides.items())


def gini(amounts: Sequence[float]) -> float:
    """Return the Gini coefficient of amounts >= 0, in [0, 1): 0 if they are equal, all zero, or none are given."""
    total = sum(amounts)
    if total <= 0:
        return 0.0
    count = len(amounts)
    ranked = sum((2 * rank - count - 1) * amount for rank, amount in enumerate(sorted(amounts), start=1))
    return max(0.0, ranked / (count * total))


def _side(side: str, served: Sequence[Served]) -> Fairness:
    return Fairness(
        side=side,
        parties=len(served),
        idle=sum(one.meetings == 0 for one in served),
        worst=min(served, key=lambda one: (one.exposure, one.value)),
        exposure=sum(one.exposure for one in served) / len(served),
        gini_meetings=gini([one.meetings for one in served]),
        gini_value=gini([one.value for one in served]),
    )
