"""Check a choice and its bounds against brute force."""

from collections.abc import Sequence

import pytest

from matching.choosing.choice import Choice
from matching.plan import tiers, violations
from matching.problem import Goal, Problem
from matching.staffing.naming import assign_names
from tests.matching.brute import BestPlan

TOLERANCE = 1e-6


def is_best(problem: Problem, choice: Choice, goals: Sequence[Goal], best: BestPlan) -> bool:
    """Whether the choice equals the best plan in every tier; assert that rules and bounds hold.

    The bound of a tier holds for plans that equal the best in earlier tiers, so tiers after the first loss are
    not checked.
    """
    assert choice.point is not None
    meetings = assign_names(choice.program, choice.point)
    assert violations(problem, meetings) == []
    reached = tiers(problem, meetings)
    for goal in goals:
        bound, optimal = choice.bounds[goal.tier], best.tiers[goal.tier]
        assert bound is not None
        sign = 1 if goal.tier == "value" else -1
        assert (goal.tier, sign * bound >= sign * optimal - TOLERANCE) == (goal.tier, True), (bound, optimal)
        if reached[goal.tier] != pytest.approx(optimal):
            return False
    return True
