"""The pruned brute force compared with plain enumeration by the judge alone."""

from collections.abc import Iterator
from itertools import product

import pytest

from matching.plan import tiers, violations
from matching.problem import Meeting, Problem
from tests.matching.brute import BestPlan, PlanSpace, limit, no_worse, optimum
from tests.matching.examples import document, interpreter, meet, party, random_problem, tiny
from tests.sampling import share_of


def every_plan(problem: Problem) -> Iterator[list[Meeting]]:
    """Yield all feasible sets of meetings in which each pair is held at most once."""
    names = [None, *(i.id for i in problem.interpreters)]
    ways = [
        [None, *(Meeting(p.id, s.id, t.id, i) for s in problem.slots for t in problem.tables for i in names)]
        for p in problem.pairs
    ]
    for choice in product(*ways):
        meetings = [meeting for meeting in choice if meeting is not None]
        if not violations(problem, meetings):
            yield meetings


def plain_optimum(problem: Problem, preset: str) -> dict[str, float] | None:
    judged = [tiers(problem, meetings) for meetings in every_plan(problem)]
    if not judged:
        return None
    best: dict[str, float] = {}
    for goal in problem.goals(preset):
        found = [numbers[goal.tier] for numbers in judged]
        best[goal.tier] = max(found) if goal.tier == "value" else min(found)
        allowed = limit(goal, best[goal.tier])
        judged = [numbers for numbers in judged if no_worse(goal.tier, numbers[goal.tier], allowed)]
    return best


@pytest.mark.parametrize("seed", range(share_of(60)))
def test_the_optimum_is_that_of_plain_enumeration(seed: int) -> None:
    preset = ("fresh", "repair", "fill")[seed % 3]
    problem = random_problem(
        seed,
        pairs=3,
        slots=3,
        tables=2,
        interpreters=1,
        lengths=seed % 2 == 0,
        walk=seed % 4 == 0,
        previous=preset != "fresh",
        objective=seed % 5 == 0,
    )

    answer = optimum(problem, preset)

    assert (answer and answer.tiers) == plain_optimum(problem, preset)


def test_a_literal_optimum() -> None:
    problem = tiny()

    assert optimum(problem) == BestPlan(
        {"shortfall": 0, "neediest": 0, "value": 1.0, "breaks": 0, "worst": 0, "moves": 0},
        tuple(meet("ab s1 t1", "ac s2 t1")),
    )


def test_no_optimum_where_no_plan_is_feasible() -> None:
    problem = tiny(parties=[party("a"), party("b", available=""), party("c")], pins=[{"pair": "ab", "slot": "s1"}])

    assert optimum(problem) is None


def test_the_best_of_a_tier_within_limits_of_others() -> None:
    problem = tiny(parties=[party("a", available="s1 s3"), party("b"), party("c")])

    assert PlanSpace(problem).best("breaks", {"value": 1.0}) == (1, tuple(meet("ab s1 t1", "ac s3 t1")))
    assert PlanSpace(problem).best("breaks", {"value": 1.5}) is None


def test_examples_are_the_same_for_the_same_seed() -> None:
    assert random_problem(7, walk=True) == random_problem(7, walk=True)
    assert random_problem(7) != random_problem(8)


def test_examples_hold_what_they_are_asked_for() -> None:
    problems = [random_problem(seed, lengths=True, walk=True, previous=True, objective=True) for seed in range(30)]

    assert all(p.walk and p.previous is not None and p.objective for p in problems)
    assert any(pair.length == 2 for p in problems for pair in p.pairs)
    assert max(len(p.pairs) for p in problems) == 6
    assert max(len(p.interpreters) for p in problems) == 2


def test_literal_problems_take_replaced_members() -> None:
    problem = tiny(interpreters=[interpreter("i1")])

    assert [i.id for i in problem.interpreters] == ["i1"]
    assert document()["pairs"] == [
        {"id": "ab", "parties": ["a", "b"], "value": 0.5},
        {"id": "ac", "parties": ["a", "c"], "value": 0.5},
    ]
