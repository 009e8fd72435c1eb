from dataclasses import replace
from random import Random
from threading import Event

import numpy as np
import pytest

from matching.choosing.choice import choose
from matching.choosing.program import Program, build_program
from matching.choosing.tally import breaks_by_party
from matching.presolve import Ints, presolve
from matching.problem import Goal, Problem
from matching.stopping import Stop
from matching.timetabling.chains import anneal, suits
from matching.timetabling.model import Effort
from tests.matching.brute import optimum
from tests.matching.examples import pair, party, random_problem, slot, tiny

VALUE = [Goal("value")]


def planned(problem: Problem) -> tuple[Program, Ints] | None:
    """Return the program of all plans, and a plan of the greatest value."""
    program = build_program(presolve(problem), VALUE)
    choice = choose(program, VALUE, Stop(), 0, lambda *_: None)
    return None if choice.point is None else (program, choice.point)


def breaks(program: Program, point: Ints) -> int:
    return sum(breaks_by_party(program.instance, point).values())


def tireless(problem: Problem) -> Problem:
    """Return the problem without limits of slots in a row: the search is not for these."""
    return replace(problem, parties=tuple(replace(p, max_consecutive=None) for p in problem.parties), document=None)


@pytest.fixture(scope="module")
def plans() -> dict[int, tuple[Program, Ints]]:
    """Return, by seed, the events of 400 whose timetable the search may improve."""
    found = ((seed, planned(tireless(random_problem(seed, pairs=8, slots=5)))) for seed in range(400))
    return {seed: each for seed, each in found if each is not None and suits(each[0])}


def test_every_rule_is_kept_and_every_meeting(plans: dict[int, tuple[Program, Ints]]) -> None:
    assert len(plans) >= 15
    for seed, (program, point) in plans.items():
        better = anneal(program, point, Random(seed), Effort(work=0.2), Stop(), 0)

        held = [np.unique(program.instance.col_pair[np.flatnonzero(one[: program.columns])]) for one in (point, better)]
        assert program.holds(better), seed
        assert held[0].tolist() == held[1].tolist(), seed
        assert breaks(program, better) <= breaks(program, point), seed


def test_a_day_full_of_breaks_loses_all_that_can_be_lost() -> None:
    """Every party meets every party of the other side in three of six slots; brute force gives the fewest breaks."""
    slots = [slot(f"s{n}", f"09:{10 * n:02}", f"09:{10 * n + 5:02}") for n in range(5)]
    ids = " ".join(f"s{n}" for n in range(5))
    problem = tiny(
        slots=slots,
        tables=[{"id": "t1"}, {"id": "t2"}],
        parties=[party(name, available=ids) for name in "abcde"],
        pairs=[pair(one + two, required=True) for one in "ab" for two in "cde"],
    )
    found = planned(problem)
    assert found is not None
    program, point = found

    better = anneal(program, point, Random(0), Effort(work=1.0), Stop(), 0)

    best = optimum(problem)
    assert best is not None
    assert breaks(program, better) == best.tiers["breaks"]


def test_the_same_seed_and_work_make_the_same_plan(plans: dict[int, tuple[Program, Ints]]) -> None:
    program, point = plans[max(plans)]
    one, other = (anneal(program, point, Random(7), Effort(work=0.2), Stop(), 0) for _ in range(2))

    assert np.array_equal(one, other)


def test_without_a_limit_of_time_it_ends_all_the_same(plans: dict[int, tuple[Program, Ints]]) -> None:
    program, point = plans[max(plans)]

    # a negative number of breaks is never reached
    better = anneal(program, point, Random(0), Effort(), Stop(), least=-1)

    assert program.holds(better)


def test_an_interruption_ends_it_with_a_plan(plans: dict[int, tuple[Program, Ints]]) -> None:
    program, point = plans[max(plans)]
    interrupt = Event()
    interrupt.set()

    assert program.holds(anneal(program, point, Random(0), Effort(), Stop(interrupt=interrupt), least=-1))
