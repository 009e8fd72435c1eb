"""Where a meeting can be put: every answer against the judge of whole plans."""

from dataclasses import replace

import pytest

from matching.errors import NoPlan
from matching.placing import places as placing
from matching.placing.places import Place
from matching.placing.position import Position
from matching.placing.staff import Staff
from matching.plan import tiers
from matching.problem import Meeting, Pin, Problem, Table
from matching.rules import Breach, violations
from matching.solving import solve
from matching.stopping import Stop
from tests.matching.examples import interpreter, meet, pair, party, random_problem, tiny


def places(position: Position, pair: str) -> list[Place]:
    return placing.places(Staff(position), pair)


def at(found: list[Place], cell: str) -> Place:
    """Return the answer for a cell: `at(found, "s2 t1")`."""
    return next(each for each in found if [each.slot, each.table] == cell.split())


def breaches(found: Place) -> list[Breach]:
    return [each.breach for each in found.faults]


def with_changes(position: Position, changed: dict[str, Meeting]) -> list[Meeting]:
    return [*(each for each in position.meetings if each.pair not in changed), *changed.values()]


@pytest.mark.parametrize("seed", range(60))
def test_the_answers_are_those_of_the_judge(seed: int) -> None:
    problem = random_problem(seed, pairs=7, tables=3, interpreters=3, lengths=seed % 3 == 0, walk=seed % 2 == 0)
    position = _position(problem)
    for asked in problem.pairs if position else ():
        assert position is not None
        for each in places(position, asked.id):
            _check(position, asked.id, each)


def _position(problem: Problem) -> Position | None:
    try:
        plan = solve(problem, stop=Stop(iterations=5))
    except NoPlan:
        return None
    return Position(problem, plan.meetings) if plan.meetings else None


def _check(position: Position, pair: str, answer: Place) -> None:
    """A possible place gives a plan without fault; at an impossible one the plan has one, whoever interprets."""
    problem, home = position.problem, position.held.get(pair)
    if answer.is_home:
        assert home is not None
        return
    if answer.is_possible:
        after = with_changes(position, dict(answer.changed))
        assert violations(problem, after) == []
        mine = answer.changed[pair]
        assert (mine.slot, mine.table) == (answer.slot, answer.table)
        breaks = [_breaks(problem, meetings) for meetings in (position.meetings, after)]
        assert answer.breaks == breaks[1] - breaks[0]
        return
    if pair in position.pinned:  # not moved, even if the pin leaves the table open
        return
    others = [each for each in position.meetings if each.pair != pair]
    for name in (None, *(each.id for each in problem.interpreters)):
        assert violations(problem, [*others, Meeting(pair, answer.slot, answer.table, name)]) != []


def _breaks(problem: Problem, meetings: list[Meeting] | tuple[Meeting, ...]) -> int:
    return int(tiers(problem, meetings)["breaks"])


def test_a_free_table_fits_and_a_busy_party_does_not() -> None:
    position = Position(tiny(), meet("ab s1 t1", "ac s2 t1"))
    found = places(position, "ab")
    assert at(found, "s1 t1").is_home
    assert at(found, "s1 t2").is_possible
    assert not at(found, "s1 t2").has_cost
    assert breaches(at(found, "s2 t2")) == [Breach.PARTY_DOUBLE_BOOKED]
    assert at(found, "s3 t1").is_possible


def test_a_break_is_a_cost() -> None:
    position = Position(tiny(), meet("ab s1 t1", "ac s2 t1"))
    found = places(Position(position.problem, meet("ab s2 t1", "ac s1 t1")), "ab")
    assert (at(found, "s3 t1").breaks, at(found, "s3 t1").has_cost) == (1, True)


def test_two_meetings_change_places() -> None:
    position = Position(tiny(), meet("ab s1 t1", "ac s2 t1"))
    found = at(places(position, "ab"), "s2 t1")
    assert found.has_cost
    assert dict(found.changed) == {"ab": Meeting("ab", "s2", "t1"), "ac": Meeting("ac", "s1", "t1")}


def test_a_pinned_meeting_neither_moves_nor_changes_places() -> None:
    problem = replace(tiny(), pins=(Pin("ac", "s2", "t1"),))
    position = Position(problem, meet("ab s1 t1", "ac s2 t1"))
    assert {tuple(breaches(each)) for each in places(position, "ac") if not each.is_home} == {(Breach.PIN_NOT_HELD,)}
    assert breaches(at(places(position, "ab"), "s2 t1")) == [Breach.TABLE_DOUBLE_BOOKED]


def test_a_closed_table_is_named() -> None:
    problem = replace(tiny(), tables=(Table("t1", available=frozenset({"s1", "s2"})), Table("t2")))
    found = places(Position(problem, meet("ab s1 t1", "ac s2 t1")), "ab")
    assert breaches(at(found, "s3 t1")) == [Breach.TABLE_CLOSED]


def test_another_interpreter_frees_one_who_is_needed() -> None:
    """Only i1 speaks Korean: to put ac beside bd, i2 takes bd over."""
    problem = tiny(
        parties=[party("a", "ko"), party("b", "ru"), party("c"), party("d")],
        pairs=[pair("ac"), pair("bd")],
        interpreters=[interpreter("i1", "zh ru ko"), interpreter("i2")],
    )
    position = Position(problem, meet("bd s1 t1 i1"))
    found = at(places(position, "ac"), "s1 t2")
    assert found.has_cost
    assert dict(found.changed) == {"ac": Meeting("ac", "s1", "t2", "i1"), "bd": Meeting("bd", "s1", "t1", "i2")}


def test_nobody_to_interpret_is_named() -> None:
    problem = tiny(
        parties=[party("a", "ru"), party("b"), party("c", "ru"), party("d")],
        pairs=[pair("ab"), pair("cd")],
        interpreters=[interpreter("i1", available="s1")],
    )
    found = places(Position(problem, meet("ab s1 t1 i1")), "cd")
    assert {tuple(breaches(each)) for each in found if each.table == "t2"} == {(Breach.INTERPRETER_MISSING,)}
