"""How evenly a plan serves its parties, side by side: who is served worst, who is seen, and how unequal it is.

No tier of the objective and no part of a plan: a report beside it, from the documents alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matching.graph import event_graph, reach
from matching.problem import Meeting, Problem


@dataclass(frozen=True, slots=True)
class Served:
    """What one party gets. meetings: held. possible: the most it could hold by itself, >= 1. value: of those held.

    possible: see `matching.graph.reach`.
    """

    party: str
    meetings: int
    possible: int
    value: float

    @property
    def exposure(self) -> float:
        """The share of what it could hold that it holds, in [0, 1]."""
        return self.meetings / self.possible


@dataclass(frozen=True, slots=True)
class Fairness:
    """One side of an event. parties: those that could meet at all. worst: the least exposed, of little value first.

    idle: how many hold no meeting. exposure: mean, in [0, 1]. gini_*: 0 where all get the same, towards 1 where one
    gets everything.
    """

    side: str
    parties: int
    idle: int
    worst: Served
    exposure: float
    gini_meetings: float
    gini_value: float


def fairness(problem: Problem, meetings: Iterable[Meeting]) -> tuple[Fairness, ...]:
    """Each side with a party that could meet, in the problem's order. meetings: feasible ones of the problem."""
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
    """The Gini coefficient of amounts >= 0, in [0, 1): 0 for equal ones, for none, and where all are 0."""
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
