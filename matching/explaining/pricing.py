"""Cost of holding a pair that is crowded out.

The pair is forced into the relaxation and the tiers are optimised again, in order. If the last vertex is
integral, the cost is exact. For pairs that the time does not reach, reduced costs of the first relaxation bound
it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from matching.choosing.choice import Choice, choose, relax_tiers
from matching.choosing.program import LINEAR_TIERS, MAXIMISED, Program
from matching.explaining.reasons import CostFacts
from matching.problem import Goal
from matching.stopping import Stop
from matching.timetabling.improving import improve
from matching.timetabling.model import Effort, TimetableModel

_PAIRS = 20  # pairs priced per iteration of the stop criterion
_WORK = 0.1  # deterministic time of CP-SAT, about seconds, if the vertex is fractional
_SAME = 1e-7  # smaller differences are rounding
_SMALL = 200  # number of columns up to which every tier is optimised again completely


@dataclass(frozen=True)
class Pricing:
    """Computes the cost of crowded-out pairs.

    program: without limits of tiers. achieved: the plan's result by tier. stop: end of the pricing.
    """

    program: Program
    choice: Choice
    goals: Sequence[Goal]
    achieved: Mapping[str, float]
    stop: Stop
    seed: int

    def facts(self, crowded: Iterable[str]) -> dict[str, CostFacts]:
        """Return the facts of each crowded-out pair; valuable pairs are priced first, while there is time."""
        problem = self.program.instance.problem
        index = {pair.id: k for k, pair in enumerate(problem.pairs)}
        costs: dict[str, CostFacts] = {}
        for number, pair in enumerate(sorted(crowded, key=lambda pair: (-problem.pair[pair].value, pair))):
            exact = None if self.stop.done(number // _PAIRS) else self._forced(index[pair])
            costs[pair] = exact or self._estimate(index[pair])
        return costs

    def _forced(self, pair: int) -> CostFacts | None:
        """Return the facts found by optimising again with the pair held; None if nothing was found."""
        if self.program.instance.partial:
            return None
        linear = list(takewhile(lambda goal: goal.tier in LINEAR_TIERS, self.goals))
        forced = self.program.forced(pair)
        if self.program.columns <= _SMALL:
            again = choose(forced, linear, self.stop, self.seed, lambda *_: None)
        else:
            again = relax_tiers(forced, linear, self.stop, lambda *_: None)
        if again.infeasible:  # no plan holds the pair, so holding it would lose everything
            return self._facts(0.0, 0.0, linear[0].tier if linear else None)
        if again.settled < len(linear) or not linear:
            return None
        if again.point is None:
            effort = Effort(work=_WORK)
            again = replace(again, point=TimetableModel(again.program).search(None, effort, self.stop, self.seed).point)
        worse = next((goal.tier for goal in linear if self._is_worse(goal.tier, again)), None)
        if again.point is None:
            return None
        if worse is None and self.program.columns <= _SMALL:
            again = improve(again, self.goals, self.stop, self.seed, lambda *_: None)
            worse = next((goal.tier for goal in self.goals if self._is_worse(goal.tier, again)), None)
        value = self._value(again)
        return self._facts(value, value, worse)

    def _is_worse(self, tier: str, again: Choice) -> bool:
        bound = again.bounds[tier]
        if bound is None:
            return False
        return bound < self.achieved[tier] - _SAME if tier in MAXIMISED else bound > self.achieved[tier] + _SAME

    def _value(self, choice: Choice) -> float:
        assert choice.point is not None
        held = choice.point[: self.program.columns] > 0
        return math.fsum(self.program.instance.value[self.program.instance.col_pair[held]])

    def _estimate(self, pair: int) -> CostFacts:
        """Return facts from the reduced costs of the first relaxation, or from the value of all pairs."""
        instance = self.program.instance
        most = math.fsum(instance.value)
        if self.choice.worth is not None:
            most = min(most, float(self.choice.worth[pair]))
        tier = "value" if self.choice.worth is not None and most < self.achieved["value"] - _SAME else None
        return self._facts(float(instance.value[pair]), most, tier)

    def _facts(self, least: float, most: float, tier: str | None) -> CostFacts:
        """Return the facts as JSON. least, most: bounds on the value of the best plan that holds the pair."""
        held = self.achieved["value"]
        costs = {"at_least": round(held - most, 9) + 0.0, "at_most": round(held - least, 9) + 0.0}
        return {"cost": costs, "tier": tier}
