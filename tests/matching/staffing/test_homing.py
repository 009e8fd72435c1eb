"""Events in two halls in which busy parties stay in one hall, compared with brute force."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from matching.plan import tiers, violations
from matching.presolve import presolve
from matching.problem import Goal, Problem, Walk
from matching.staffing.homing import choose_home_halls, walk_periods
from matching.staffing.naming import assign_names
from matching.stopping import Stop
from tests.bench.families import FAMILIES, event
from tests.matching.brute import optimum
from tests.matching.examples import party, random_problem, slot, tiny
from tests.matching.proving import is_best

LINEAR_TIERS = (Goal("shortfall"), Goal("neediest"), Goal("value"))


def test_the_choice_is_feasible_and_its_bounds_hold() -> None:
    found = best_of_all = 0
    for seed in range(400):
        problem = replace(random_problem(seed, walk=True), objective=LINEAR_TIERS)

        choice = choose_home_halls(presolve(problem), LINEAR_TIERS, Stop(iterations=20), 0, lambda *_: None, least=0)

        if choice is None:
            continue
        found += 1
        best = optimum(problem)
        assert best is not None
        best_of_all += is_best(problem, choice, LINEAR_TIERS, best)

    assert found >= 140
    assert best_of_all == found


def in_halls(problem: Problem, halls: Sequence[str], walk: float) -> Problem:
    """Return the event with its tables in several halls in turn, `walk` minutes apart."""
    tables = tuple(replace(table, hall=halls[k % len(halls)]) for k, table in enumerate(problem.tables))
    walks = tuple(Walk(both, walk) for both in combinations(halls, 2))
    return replace(problem, tables=tables, walk=walks)


def test_a_delegation_and_a_tour_in_two_halls_lose_nothing() -> None:
    for family in ("delegation", "tour"):
        apart = in_halls(event(FAMILIES[family], 1), ("east", "west"), 10)

        choice = choose_home_halls(presolve(apart), LINEAR_TIERS, Stop(iterations=20), 0, lambda *_: None)

        assert choice is not None and choice.point is not None
        meetings = assign_names(choice.program, choice.point)
        assert violations(apart, meetings) == []
        assert tiers(apart, meetings)["value"] == pytest.approx(choice.bounds["value"], abs=1e-9)


def test_a_home_lasts_as_long_as_no_pause_has_time_for_a_walk() -> None:
    slots = [
        slot("a1", "09:00", "09:20"),
        slot("a2", "09:25", "09:45"),
        slot("a3", "14:00", "14:20"),
        slot("b1", "09:00", "09:20", "2026-05-19"),
    ]
    hall = [{"id": "t1", "hall": "east"}, {"id": "t2", "hall": "west"}]
    everyone = [party(name, available="a1 a2 a3 b1") for name in "abc"]
    far = presolve(tiny(slots=slots, tables=hall, parties=everyone, walk=[{"halls": ["east", "west"], "min": 10}]))
    abroad = presolve(tiny(slots=slots, tables=hall, parties=everyone, walk=[{"halls": ["east", "west"], "min": 600}]))

    assert [group.tolist() for group in walk_periods(far)] == [[0, 1], [2], [3]]
    assert [group.tolist() for group in walk_periods(abroad)] == [[0, 1, 2], [3]]


def test_a_walk_that_each_pause_has_time_for_makes_no_halls() -> None:
    hall = [{"id": "t1", "hall": "east"}, {"id": "t2", "hall": "west"}]
    near = [{"halls": ["east", "west"], "min": 5}]
    slots = [slot("s1", "09:00", "09:20"), slot("s2", "09:25", "09:45"), slot("s3", "09:50", "10:10")]
    two_at_once = [party("a", parallel=2), party("b"), party("c")]

    assert len(presolve(tiny(slots=slots, tables=hall, walk=near)).halls) == 1
    assert len(presolve(tiny(slots=slots, tables=hall, walk=near, parties=two_at_once)).halls) == 2


def test_nobody_has_a_home_where_there_are_no_walks_or_few_columns() -> None:
    hall = [{"id": "t1", "hall": "east"}, {"id": "t2", "hall": "west"}]
    two = tiny(tables=hall, walk=[{"halls": ["east", "west"], "min": 30}])

    assert choose_home_halls(presolve(tiny()), LINEAR_TIERS, Stop(iterations=20), 0, lambda *_: None, least=0) is None
    assert choose_home_halls(presolve(two), LINEAR_TIERS, Stop(iterations=20), 0, lambda *_: None) is None
    assert choose_home_halls(presolve(two), LINEAR_TIERS, Stop(iterations=20), 0, lambda *_: None, least=0) is not None
