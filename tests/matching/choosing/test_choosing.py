from random import Random
from typing import Any

import numpy as np

from matching.choosing.choice import choose, is_feasible, relax_tiers
from matching.choosing.linear import grid, relax, rounded
from matching.choosing.program import Program, build_program
from matching.presolve import presolve
from matching.problem import Goal, Problem
from matching.stopping import Stop
from matching.timetabling.drafting import draft
from tests.matching.examples import document, pair, party, random_problem, tiny

VALUE = (Goal("shortfall"), Goal("value"))


def program_of(problem: Problem) -> Program:
    return build_program(presolve(problem), VALUE)


def triangle(**members: Any) -> Problem:
    """Return a problem of three parties and one slot, whose relaxation holds half of each meeting."""
    return tiny(
        slots=document()["slots"][:1],
        parties=[party(name, available="s1", **members) for name in "abc"],
        pairs=[pair("ab", value=1), pair("bc", value=1), pair("ac", value=1)],
    )


def quiet(value: float | None, bound: float | None) -> None:
    """Ignore a progress report."""


def test_a_vertex_that_is_integral_is_the_choice_and_its_proof() -> None:
    choice = relax_tiers(program_of(tiny()), VALUE, Stop(), quiet)

    assert choice.bounds == {"shortfall": 0, "value": 1.0}
    assert choice.point is not None
    assert choice.achieved("value") == 1.0


def test_the_relaxation_is_only_a_bound_where_its_vertex_is_a_fraction() -> None:
    program = program_of(triangle())

    relaxation = relax(program, "value", Stop())

    assert (relaxation.bound, relaxation.is_integral) == (1.5, False)
    assert rounded(program, "value", 1.5) == 1.0


def test_tiers_that_miss_their_relaxation_are_settled_one_by_one() -> None:
    """In the relaxation 1.5 meetings leave no party short, but only one meeting can be held."""
    choice = choose(program_of(triangle(min_meetings=1)), VALUE, Stop(), 0, quiet)

    assert choice.bounds == {"shortfall": 1, "value": 1.0}
    assert (choice.achieved("shortfall"), choice.achieved("value")) == (1, 1.0)


def test_the_grid_is_the_least_power_of_ten_that_makes_weights_whole() -> None:
    assert grid(np.array([1.0, 0.0])) == 1
    assert grid(np.array([0.25, 0.5])) == 100
    assert grid(np.array([1 / 3])) is None


def test_a_draft_keeps_every_row() -> None:
    made = 0
    for seed in range(100):
        program = program_of(random_problem(seed, lengths=seed % 2 == 0, walk=seed % 3 == 0))
        rng = Random(seed)
        point = draft(program, np.array([rng.random() for _ in range(program.columns)]), Stop())
        if point is not None:
            made += 1
            columns = slice(0, program.columns + len(program.duty))
            rest = np.zeros(program.variables, dtype=np.int64)
            rest[columns] = point[columns]
            assert np.all(program.matrix @ rest <= program.row_upper + 1e-9)

    assert made > 50


def test_feasibility_is_that_of_integral_points() -> None:
    assert is_feasible(program_of(tiny()), Stop())
    required = tiny(
        slots=document()["slots"][:1],
        parties=[party(name, available="s1") for name in "abc"],
        pairs=[pair("ab", required=True), pair("ac", required=True)],
    )
    assert not is_feasible(program_of(required), Stop())
