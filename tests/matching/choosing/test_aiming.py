"""Choosing by blocks, compared with brute force, also if no slot-indexed program is built."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from matching.choosing.aggregate import aggregate, blocks, is_suited
from matching.choosing.aiming import bound_by_blocks, choose_by_blocks
from matching.choosing.choice import Choice, value_bound
from matching.choosing.linear import relax
from matching.choosing.shifts import shifts
from matching.plan import tiers, violations
from matching.presolve import Instance, presolve
from matching.problem import Goal, Meeting, Problem
from matching.staffing.naming import assign_names
from matching.stopping import Stop
from matching.timetabling.halving import Halving
from tests.bench.families import FAMILIES, event
from tests.matching.brute import optimum
from tests.matching.examples import interpreter, pair, party, random_problem, slot, tiny
from tests.matching.proving import is_best
from tests.sampling import share_of

LINEAR_TIERS = (Goal("shortfall"), Goal("neediest"), Goal("value"))


@cache
def suited_problems() -> list[Problem]:
    """Return the first small problems that have a plan and for which blocks lose no rule."""
    found: list[Problem] = []
    seed = 0
    while len(found) < share_of(200):
        problem = replace(random_problem(seed), objective=LINEAR_TIERS)
        seed += 1
        if is_suited(presolve(problem), LINEAR_TIERS) and optimum(problem) is not None:
            found.append(problem)
    return found


def choice_of(instance: Instance, *, large: int) -> Choice:
    return choose_by_blocks(instance, LINEAR_TIERS, Stop(iterations=20), 0, lambda *_: None, large=large)


def meetings_of(choice: Choice) -> tuple[Meeting, ...]:
    assert choice.point is not None
    return assign_names(choice.program, choice.point)


@pytest.mark.parametrize("block", range(4))
def test_a_timetable_without_any_program_by_slots_is_feasible_and_its_bounds_hold(block: int) -> None:
    attained = 0
    for problem in suited_problems()[block::4]:
        best = optimum(problem)
        assert best is not None

        choice = choice_of(presolve(problem), large=-1)

        if choice.point is None:  # a required pair is left out
            continue
        attained += is_best(problem, choice, LINEAR_TIERS, best)

    assert attained == len(suited_problems()[block::4])


def test_a_required_pair_that_never_can_meet_leaves_the_blocks_without_a_point() -> None:
    parties = [party("a", available="s1"), party("b", available="s2"), party("c")]
    instance = presolve(tiny(parties=parties, pairs=[pair("ab", required=True), pair("ac")]))

    program = aggregate(instance, LINEAR_TIERS, blocks(instance))

    assert relax(program, "value", Stop()).infeasible


def test_a_bound_without_search_holds() -> None:
    for problem in suited_problems():
        best = optimum(problem)
        assert best is not None and value_bound(presolve(problem)) >= best.tiers["value"]


def test_a_bound_without_search_counts_seats_and_maxima() -> None:
    one_seat = tiny(parties=[party("a", available="s1"), party("b"), party("c")])
    at_most_one = tiny(parties=[party("a", max_meetings=1), party("b"), party("c")])

    assert value_bound(presolve(tiny())) == pytest.approx(1.0, abs=1e-5)
    assert value_bound(presolve(one_seat)) == pytest.approx(0.75, abs=1e-5)  # a quarter of a meeting above the optimum
    assert value_bound(presolve(at_most_one)) == pytest.approx(0.75, abs=1e-5)


def test_the_blocks_hold_no_more_meetings_than_tables_stand_free_in_them() -> None:
    parties = [party(name, available="s1") for name in "abcd"]
    pairs = [pair("ab", value=0.5), pair("cd", value=0.25)]
    slots = [slot("s1", "09:00", "09:20")]
    instance = presolve(tiny(slots=slots, tables=[{"id": "t1"}], parties=parties, pairs=pairs))

    program = aggregate(instance, LINEAR_TIERS, blocks(instance))

    assert relax(program, "value", Stop()).bound == pytest.approx(0.5)


def test_the_neediest_of_the_blocks_lacks_what_it_cannot_have() -> None:
    parties = [party("a", min_meetings=2), party("b", min_meetings=1), party("c")]
    instance = presolve(tiny(parties=parties, pairs=[pair("ab")]))

    program = aggregate(instance, LINEAR_TIERS, blocks(instance))

    assert relax(program, "neediest", Stop()).bound == pytest.approx(1.0)


def test_a_delegation_and_a_fair_attain_the_bound_of_their_blocks_without_any_program_by_slots() -> None:
    for family in ("delegation", "half-day, more interpreters"):
        problem = event(FAMILIES[family], 1)

        choice = choice_of(presolve(problem), large=-1)

        assert choice.complete
        assert tiers(problem, meetings_of(choice))["value"] == pytest.approx(choice.bounds["value"], abs=1e-9)
        assert violations(problem, meetings_of(choice)) == []


def test_the_program_of_what_can_still_matter_holds_the_best_plan_of_all_tiers() -> None:
    problem = event(FAMILIES["delegation"], 2)
    instance = presolve(problem)

    choice = choice_of(instance, large=-1)

    assert choice.program.columns < instance.columns / 2
    assert choice.point is not None and choice.program.holds(choice.point)


def test_half_days_are_blocks_and_days_are_apart() -> None:
    morning, afternoon = "a1 a2", "a3 a4"
    problem = tiny(
        slots=[
            slot("a1", "09:00", "09:20"),
            slot("a2", "09:20", "09:40"),
            slot("a3", "14:00", "14:20"),
            slot("a4", "14:20", "14:40"),
            slot("b1", "09:00", "09:20", "2026-05-19"),
        ],
        parties=[party("a", available=morning), party("b", available=afternoon), party("c", available="a1 a2 a3 a4")],
    )

    assert blocks(presolve(problem)).tolist() == [0, 0, 1, 1, 2]


def rested(row: int, **more: Any) -> Instance:
    """Return a problem of four slots: an interpreter with `max_consecutive`, and a party that meets four others."""
    names = "bcde"
    return presolve(
        tiny(
            slots=[slot(f"s{n}", f"09:{10 * n:02d}", f"09:{10 * n + 10:02d}") for n in range(4)],
            parties=[party("a", "ru", "s0 s1 s2 s3"), *(party(n, available="s0 s1 s2 s3") for n in names)],
            pairs=[pair(f"a{n}") for n in names],
            interpreters=[interpreter("i1", available="s0 s1 s2 s3", max_consecutive=row, **more)],
        )
    )


@pytest.mark.parametrize(("row", "held"), [(1, 2), (2, 3), (3, 3), (4, 4)])
def test_an_interpreters_rest_counts_in_a_block(row: int, held: int) -> None:
    instance = rested(row)

    assert bound_by_blocks(instance, LINEAR_TIERS, Stop(iterations=1)).bounds["value"] == held / 2
    assert shifts(instance).sum() == held


def test_an_interpreters_maximum_counts_over_all_blocks() -> None:
    assert bound_by_blocks(rested(4, max_meetings=1), LINEAR_TIERS, Stop(iterations=1)).bounds["value"] == 0.5


def test_rest_is_taken_by_turns() -> None:
    instance = rested(3)
    one = instance.crews[0]
    crews = replace(instance, crews=(replace(one, members=(0, 1)),))

    assert shifts(instance).tolist() in ([[1, 1, 1, 0]], [[0, 1, 1, 1]], [[1, 0, 1, 1]], [[1, 1, 0, 1]])
    assert sorted(shifts(crews)[0].tolist()) == [1, 1, 2, 2]


def test_what_binds_two_slots_does_not_suit_blocks() -> None:
    assert is_suited(presolve(tiny()), LINEAR_TIERS)
    assert not is_suited(presolve(tiny(pairs=[pair("ab"), pair("ac", after=["ab"])])), LINEAR_TIERS)
    assert not is_suited(presolve(tiny(pairs=[pair("ab", length=2)])), LINEAR_TIERS)
    assert not is_suited(presolve(tiny(parties=[party("a", max_consecutive=2), party("b"), party("c")])), LINEAR_TIERS)
    assert not is_suited(presolve(tiny()), (Goal("dropped"), *LINEAR_TIERS))
    assert not is_suited(presolve(tiny()), LINEAR_TIERS[:2])


def test_slots_that_are_emptied_and_filled_again_gain_what_was_left_out() -> None:
    instance = presolve(
        tiny(parties=[party("a", available="s1 s2"), party("b", available="s1 s2"), party("c", available="s1")])
    )
    search = Halving(instance, Stop(iterations=20), 0)
    search.slot[0] = 0  # a meets b in the only slot in which c is available
    assert search.value == 0.5

    search.improve(np.zeros(2), lambda: search.value == 1.0, lambda: None)

    assert search.slot.tolist() == [1, 0]


def test_a_party_gets_its_minimum_before_value_counts() -> None:
    problem = tiny(
        parties=[party("a", available="s1"), party("b"), party("c", min_meetings=1)],
        pairs=[pair("ab", value=0.9), pair("ac", value=0.1)],
    )

    choice = choice_of(presolve(problem), large=-1)

    assert [meeting.pair for meeting in meetings_of(choice)] == ["ac"]
    assert choice.bounds == {"shortfall": 0.0, "neediest": 0.0, "value": 0.1}


def test_an_infeasible_problem_is_known_by_its_blocks() -> None:
    problem = tiny(
        parties=[party("a", available="s1"), party("b"), party("c")],
        pairs=[pair("ab", required=True), pair("ac", required=True)],
    )

    assert choice_of(presolve(problem), large=-1).infeasible


def test_an_aggregate_counts_a_column_in_one_variable() -> None:
    program = aggregate(presolve(tiny()), LINEAR_TIERS, np.array([0, 0, 0]))

    assert program.pair.tolist() == [0, 1]
    assert program.variable.tolist() == [0, 0, 0, 1, 1, 1]
