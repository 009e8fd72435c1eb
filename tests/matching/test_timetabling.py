from itertools import product

import pytest
from ortools.sat.python import cp_model

from matching.choosing import choose
from matching.counting import between
from matching.improving import improve
from matching.presolve import presolve
from matching.problem import Problem
from matching.program import programme
from matching.stopping import Stop
from matching.tally import breaks_by_party
from tests.matching.examples import document, party, tiny


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


def breaks_of(problem: Problem) -> tuple[int, float | None]:
    goals = problem.goals("fresh")
    program = programme(presolve(problem), goals)
    choice = choose(program, goals, Stop(), 0, lambda *_: None)
    better = improve(choice, goals, Stop(iterations=5), 0, lambda *_: None)
    assert better.point is not None
    return sum(breaks_by_party(program.instance, better.point).values()), better.bounds["breaks"]


def test_a_break_that_can_be_avoided_is() -> None:
    assert breaks_of(tiny()) == (0, 0)


def test_a_break_that_cannot_be_avoided_is_proved() -> None:
    """A is there in the first and last slot only, and idle in between counts whether it is there or not."""
    problem = tiny(parties=[party("a", available="s1 s3"), party("b"), party("c")])

    assert breaks_of(problem) == (1, 1)


def test_no_break_between_days() -> None:
    slots = document()["slots"]
    slots[2] = {**slots[2], "day": "another"}
    problem = tiny(slots=slots, parties=[party("a", available="s1 s3"), party("b"), party("c")])

    assert breaks_of(problem) == (0, 0)
