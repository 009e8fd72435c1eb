"""Windows in the slot-indexed program, for long pairs, orders and walks, compared with brute force."""

from dataclasses import replace

import numpy as np
import pytest

from matching.choosing.aggregate import aggregate
from matching.choosing.linear import relax
from matching.choosing.patching import choose_by_windows
from matching.choosing.program import build_program
from matching.plan import tiers, violations
from matching.presolve import presolve
from matching.problem import Goal
from matching.staffing.naming import assign_names
from matching.stopping import Stop
from matching.timetabling.windows import Windows
from tests.bench.families import FAMILIES, event
from tests.matching.brute import optimum
from tests.matching.examples import interpreter, pair, party, random_problem, slot, tiny
from tests.matching.proving import is_best
from tests.sampling import share_of

LINEAR_TIERS = (Goal("shortfall"), Goal("neediest"), Goal("value"))


@pytest.mark.parametrize("block", range(4))
def test_the_choice_is_feasible_and_its_bounds_hold(block: int) -> None:
    found = best_of_all = 0
    for seed in range(block, share_of(400), 4):
        problem = replace(random_problem(seed, lengths=seed % 3 > 0, walk=seed % 2 == 0), objective=LINEAR_TIERS)

        choice = choose_by_windows(presolve(problem), LINEAR_TIERS, Stop(iterations=20), 0, lambda *_: None, least=0)

        if choice is None or choice.point is None:
            continue
        found += 1
        best = optimum(problem)
        assert best is not None
        best_of_all += is_best(problem, choice, LINEAR_TIERS, best)

    assert found >= share_of(60)
    assert best_of_all == found


def test_long_pairs_and_orders_in_a_tour_lose_nothing() -> None:
    problem = event(FAMILIES["tour"], 1)
    pairs = [
        replace(
            one,
            length=2 if number % 5 == 0 else 1,
            after=(problem.pairs[number - 40].id,) if number % 7 == 0 and number >= 40 else (),
        )
        for number, one in enumerate(problem.pairs)
    ]
    problem = replace(problem, pairs=tuple(pairs))

    choice = choose_by_windows(presolve(problem), LINEAR_TIERS, Stop(iterations=20), 0, lambda *_: None)

    assert choice is not None and choice.point is not None
    meetings = assign_names(choice.program, choice.point)
    assert violations(problem, meetings) == []
    assert tiers(problem, meetings)["value"] == pytest.approx(choice.bounds["value"], abs=1e-9)


@pytest.mark.parametrize(("language", "bound"), [("zh", 0.75), ("ru", 0.5)])
def test_a_long_pair_takes_so_many_slots_of_each_block(language: str, bound: float) -> None:
    """Three slots have room for one and a half pairs of length two; an interpreter with one meeting serves one."""
    there = "s0 s1 s2"
    problem = tiny(
        slots=[slot(f"s{n}", f"09:{10 * n:02d}", f"09:{10 * n + 10:02d}") for n in range(3)],
        parties=[party("a", language, there), party("b", "zh", there), party("c", "zh", there)],
        pairs=[pair("ab", length=2), pair("ac", length=2)],
        interpreters=[interpreter("i1", available=there, max_meetings=1)],
    )

    program = aggregate(presolve(problem), LINEAR_TIERS, np.array([0, 1, 1]))

    assert program.pair.tolist() == [0, 0, 1, 1]
    assert relax(program, "value", Stop()).bound == pytest.approx(bound)


def test_a_window_gains_what_was_left_out() -> None:
    problem = tiny(
        parties=[party("a", available="s1 s2"), party("b", available="s1 s2"), party("c", available="s1")],
        pairs=[pair("ab"), pair("ac")],
    )
    program = build_program(presolve(problem), (Goal("value"),))
    start = np.zeros(program.variables, dtype=np.int64)
    start[0] = 1  # a meets b in the only slot in which c is available
    search = Windows(program, start, np.zeros(2), Stop(iterations=20), 0)

    search.improve(lambda: search.score == 1.0, lambda: None)

    assert search.score == 1.0
    assert program.holds(search.point)
