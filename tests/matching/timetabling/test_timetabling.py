from itertools import combinations, product

import numpy as np
import pytest
from ortools.sat.python import cp_model

from matching.choosing.choice import choose
from matching.choosing.program import build_program
from matching.choosing.tally import breaks_by_party
from matching.presolve import presolve
from matching.problem import Problem
from matching.stopping import Stop
from matching.timetabling.counting import between
from matching.timetabling.halving import Halving
from matching.timetabling.improving import improve
from tests.matching.brute import optimum
from tests.matching.examples import document, interpreter, pair, party, slot, tiny


@pytest.mark.parametrize(("least", "most"), [(0, 2), (2, 2), (3, 5), (0, 0), (5, 5), (4, 9)])
def test_clauses_count_as_sums_do(least: int, most: int) -> None:
    for values in product((0, 1), repeat=5):
        model = cp_model.CpModel()
        literals = [model.new_bool_var("") for _ in values]
        between(model, literals, least, most)
        for literal, value in zip(literals, values, strict=True):
            model.add(literal == value)

        status = cp_model.CpSolver().solve(model)

        assert (status == cp_model.OPTIMAL) == (least <= sum(values) <= most)


@pytest.fixture(params=["in turn, which repeats", "both sides at once"])
def stop(request: pytest.FixtureRequest) -> Stop:
    return Stop(iterations=5) if request.param.startswith("in turn") else Stop(seconds=60)


def breaks_of(problem: Problem, stop: Stop) -> tuple[int, float | None]:
    goals = problem.goals("fresh")
    program = build_program(presolve(problem), goals)
    choice = choose(program, goals, Stop(), 0, lambda *_: None)
    better = improve(choice, goals, stop, 0, lambda *_: None)
    assert better.point is not None
    return sum(breaks_by_party(program.instance, better.point).values()), better.bounds["breaks"]


def test_a_break_that_can_be_avoided_is(stop: Stop) -> None:
    assert breaks_of(tiny(), stop) == (0, 0)


def test_a_break_that_cannot_be_avoided_is_proved(stop: Stop) -> None:
    """A is available in the first and last slot only; an idle run counts whether A is available in it or not."""
    problem = tiny(parties=[party("a", available="s1 s3"), party("b"), party("c")])

    assert breaks_of(problem, stop) == (1, 1)


def test_no_break_between_days(stop: Stop) -> None:
    slots = document()["slots"]
    slots[2] = {**slots[2], "day": "another"}
    problem = tiny(slots=slots, parties=[party("a", available="s1 s3"), party("b"), party("c")])

    assert breaks_of(problem, stop) == (0, 0)


def test_breaks_of_a_full_timetable_are_the_fewest(stop: Stop) -> None:
    """Six meetings of four parties at one table: nobody can have three in a row, as brute force confirms."""
    slots = [slot(f"s{n}", f"09:{10 * n:02}", f"09:{10 * n + 5:02}") for n in range(6)]
    ids = " ".join(f"s{n}" for n in range(6))
    parties = [party(name, available=ids) for name in "abcd"]
    pairs = [pair(one + two, required=True) for one, two in combinations("abcd", 2)]
    problem = tiny(slots=slots, tables=[{"id": "t"}], parties=parties, pairs=pairs)

    best = optimum(problem)

    assert best is not None
    assert breaks_of(problem, stop) == (best.tiers["breaks"], best.tiers["breaks"])
    assert best.tiers["breaks"] > 0


def test_a_halved_day_gives_an_interpreter_no_more_meetings_than_it_may_hold() -> None:
    """Eight meetings in three slots need an interpreter; two interpreters may serve two meetings each."""
    experts, firms = ["a", "b"], ["c", "d", "e", "f"]
    problem = tiny(
        tables=[{"id": f"t{n}"} for n in range(4)],
        parties=[*(party(name, "ru") for name in experts), *(party(name) for name in firms)],
        pairs=[pair(one + two) for one, two in product(experts, firms)],
        interpreters=[interpreter(name, max_meetings=2) for name in ("i", "j")],
    )
    search = Halving(presolve(problem), Stop(iterations=5), 0)

    search.halve(np.arange(8), np.zeros(3, dtype=np.int64))

    assert (int((search.slot >= 0).sum()), int(search.duty.sum())) == (4, 4)


def test_a_halved_day_holds_no_more_meetings_than_tables() -> None:
    """Four pairs of eight parties, three slots, one table."""
    problem = tiny(
        tables=[{"id": "t"}],
        parties=[party(name) for name in "abcdefgh"],
        pairs=[pair(name) for name in ("ab", "cd", "ef", "gh")],
    )
    search = Halving(presolve(problem), Stop(iterations=5), 0)

    search.halve(np.arange(4), np.zeros(3, dtype=np.int64))

    assert sorted(search.slot.tolist()) == [-1, 0, 1, 2]
