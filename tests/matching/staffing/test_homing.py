"""Events in two halls, where the busy stay in one of them, against brute force."""

from dataclasses import replace

from matching.plan import tiers, violations
from matching.presolve import presolve
from matching.problem import Goal, Walk
from matching.staffing.homing import home
from matching.staffing.naming import name
from matching.stopping import Stop
from tests.bench.families import FAMILIES, event
from tests.matching.brute import optimum
from tests.matching.examples import random_problem, tiny

LINEAR = (Goal("shortfall"), Goal("neediest"), Goal("value"))


def test_the_choice_is_feasible_and_its_bounds_hold() -> None:
    found = best_of_all = 0
    for seed in range(400):
        problem = replace(random_problem(seed, walk=True), objective=LINEAR)

        choice = home(presolve(problem), LINEAR, Stop(iterations=20), 0, lambda *_: None, least=0)

        if choice is None:
            continue
        assert choice.point is not None
        found += 1
        best = optimum(problem)
        assert best is not None
        meetings = name(choice.program, choice.point)
        assert violations(problem, meetings) == []
        reached = tiers(problem, meetings)
        as_best = True
        for goal in LINEAR:
            bound = choice.bounds[goal.tier]
            assert bound is not None
            if as_best:  # a bound is of plans that are as good in the tiers before
                assert bound >= best.tiers[goal.tier] - 1e-6 if goal.tier == "value" else bound <= best.tiers[goal.tier]
            as_best = as_best and reached[goal.tier] == best.tiers[goal.tier]
        best_of_all += as_best

    assert found >= 20
    assert best_of_all >= found / 2


def test_a_delegation_in_two_halls_loses_little() -> None:
    problem = event(FAMILIES["delegation"], 1)
    tables = tuple(replace(table, hall=("east", "west")[k % 2]) for k, table in enumerate(problem.tables))
    apart = replace(problem, tables=tables, walk=(Walk(("east", "west"), 10),))

    choice = home(presolve(apart), LINEAR, Stop(iterations=20), 0, lambda *_: None)

    assert choice is not None and choice.point is not None
    meetings = name(choice.program, choice.point)
    assert violations(apart, meetings) == []
    value, bound = tiers(apart, meetings)["value"], choice.bounds["value"]
    assert bound is not None
    assert 0.98 * bound <= value <= bound


def test_nobody_has_a_home_where_there_are_no_walks_or_few_columns() -> None:
    hall = [{"id": "t1", "hall": "east"}, {"id": "t2", "hall": "west"}]
    two = tiny(tables=hall, walk=[{"halls": ["east", "west"], "min": 30}])

    assert home(presolve(tiny()), LINEAR, Stop(iterations=20), 0, lambda *_: None, least=0) is None
    assert home(presolve(two), LINEAR, Stop(iterations=20), 0, lambda *_: None) is None
    assert home(presolve(two), LINEAR, Stop(iterations=20), 0, lambda *_: None, least=0) is not None
