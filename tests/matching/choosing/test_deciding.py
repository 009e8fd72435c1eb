import numpy as np

from matching.choosing.choice import choose
from matching.choosing.deciding import settled
from matching.choosing.program import programme
from matching.presolve import presolve
from matching.problem import Goal
from matching.stopping import Stop
from tests.matching.examples import pair, party, tiny

VALUE = [Goal("value")]


def pairs_left(values: dict[str, float]) -> set[str]:
    """The pairs that some plan of the most value can hold, of a party "a" that is there in two slots only."""
    problem = tiny(
        parties=[party("a", available="s1 s2"), party("b"), party("c"), party("d")],
        pairs=[pair(name, value=value) for name, value in values.items()],
    )
    choice = choose(programme(presolve(problem), VALUE), VALUE, Stop(), 0, lambda *_: None)
    assert choice.point is not None

    program = settled(choice.program, choice.point, Stop())

    left = program.upper[: program.columns] > 0
    return {problem.pairs[k].id for k in np.unique(program.instance.col_pair[left])}


def test_a_pair_that_no_best_plan_holds_is_left_out() -> None:
    assert pairs_left({"ab": 0.9, "ac": 0.8, "ad": 0.7}) == {"ab", "ac"}


def test_pairs_of_equal_worth_stay_open() -> None:
    assert pairs_left({"ab": 0.9, "ac": 0.7, "ad": 0.7}) == {"ab", "ac", "ad"}
