from dataclasses import replace

import numpy as np
import pytest

from matching.choosing.choice import choose
from matching.choosing.deciding import fix_decided_pairs
from matching.choosing.program import build_program, held_always
from matching.presolve import presolve
from matching.problem import Goal, Pair, Problem
from matching.stopping import Stop
from tests.matching.brute import optimum
from tests.matching.examples import pair, party, random_problem, tiny

VALUE = [Goal("value")]


def pairs_left(values: dict[str, float]) -> set[str]:
    """Return the pairs that some plan of the greatest value can hold; party "a" is available in two slots only."""
    problem = tiny(
        parties=[party("a", available="s1 s2"), party("b"), party("c"), party("d")],
        pairs=[pair(name, value=value) for name, value in values.items()],
    )
    choice = choose(build_program(presolve(problem), VALUE), VALUE, Stop(), 0, lambda *_: None)
    assert choice.point is not None

    program = fix_decided_pairs(choice.program, choice.point, Stop(), {"value": choice.achieved("value")})

    left = program.upper[: program.columns] > 0
    return {problem.pairs[k].id for k in np.unique(program.instance.col_pair[left])}


def test_a_pair_that_no_best_plan_holds_is_left_out() -> None:
    assert pairs_left({"ab": 0.9, "ac": 0.8, "ad": 0.7}) == {"ab", "ac"}


def test_pairs_of_equal_worth_stay_open() -> None:
    assert pairs_left({"ab": 0.9, "ac": 0.7, "ad": 0.7}) == {"ab", "ac", "ad"}


def worth_of(problem: Problem, pairs: list[Pair]) -> float:
    """Return the greatest value with exactly these pairs, by brute force; -1 if no plan exists."""
    best = optimum(replace(problem, pairs=tuple(pairs), objective=(Goal("value"),), pins=(), document=None))
    return -1.0 if best is None else best.tiers["value"]


@pytest.mark.parametrize("seed", range(12))
def test_what_is_settled_no_other_best_plan_has_otherwise(seed: int) -> None:
    problem = random_problem(seed, pairs=5, slots=3)
    problem = replace(problem, objective=tuple(VALUE), pins=(), document=None)
    choice = choose(build_program(presolve(problem), VALUE), VALUE, Stop(), 0, lambda *_: None)
    if choice.point is None:
        return
    best = choice.achieved("value")

    program = fix_decided_pairs(choice.program, choice.point, Stop(), {"value": best})

    able = program.upper[: program.columns] > 0
    for k, one in enumerate(problem.pairs):
        if held_always(program)[k] and not one.required:
            others = [
                replace(other, after=tuple(set(other.after) - {one.id})) for other in problem.pairs if other != one
            ]
            assert worth_of(problem, others) < best - 1e-9
        elif not able[program.instance.columns_of[k]].any() and not program.instance.partial:
            must = [replace(other, required=other.required or other == one) for other in problem.pairs]
            assert worth_of(problem, must) < best - 1e-9
