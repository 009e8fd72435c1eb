"""Meetings of a plan that have become impossible, each with its reason, and the repair."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from server import presence
from server.models import (
    CalendarEntry,
    Confidentiality,
    Correction,
    CorrectionKind,
    Delegate,
    DelegateRole,
    Interpreter,
    Meeting,
    Need,
    NeedState,
    PlanState,
    Publication,
    Registration,
    Slot,
    Table,
    Wish,
    WishKind,
)
from server.plans import publishing, staleness
from server.plans.staleness import Why
from tests import factories
from tests.server.planning import solved
from tests.server.stale import NOW, Scene, item_over_it, scene, withdraws
from tests.statements import Statements

Act = Callable[[Scene], Awaitable[object]]


async def is_a_draft_again(at: Scene) -> None:
    await Registration.filter(id=at.expert.id).update(registered_at=None)


async def takes_its_need_back(at: Scene) -> None:
    await Need.filter(registration_id=at.firm.id).update(state=NeedState.WITHDRAWN)


async def refuses(at: Scene) -> None:
    await Wish.filter(by_id=at.expert.id).update(kind=WishKind.NO)


async def is_refused(at: Scene) -> None:
    await factories.wish(at.firm, at.expert, WishKind.NO)


async def does_not_fit(at: Scene) -> None:
    await Correction.create(event=at.event, expert=at.expert, enterprise=at.firm, kind=CorrectionKind.UNFIT)


async def keeps_its_name_back(at: Scene) -> None:
    await Need.filter(registration_id=at.firm.id).update(confidentiality=Confidentiality.FIELD_ONLY)


async def slot_goes(at: Scene) -> None:
    await Slot.filter(id=at.slots[0].id).update(removed_at=NOW)


async def table_goes(at: Scene) -> None:
    await Table.filter(id=at.tables[0].id).update(removed_at=NOW)


async def table_is_blocked(at: Scene) -> None:
    slot = at.slots[0]
    await Table.filter(id=at.tables[0].id).update(closed=presence.to_json([(slot.start_at, slot.end_at)]))


async def has_another_table(at: Scene) -> None:
    await Registration.filter(id=at.firm.id).update(table_id=at.tables[1].id)


async def table_is_anothers(at: Scene) -> None:
    await factories.enterprise(at.event, table_id=at.tables[0].id)


async def is_not_there(at: Scene) -> None:
    await Registration.filter(id=at.expert.id).update(available=[at.slots[1].id])


async def named_delegate_is_not_there(at: Scene) -> None:
    delegate = await Delegate.get(registration_id=at.firm.id)
    later = at.slots[1]
    await Delegate.filter(id=delegate.id).update(
        presence=presence.to_json([(later.start_at, later.end_at)]), role=DelegateRole.ENGINEER
    )
    await Need.filter(registration_id=at.firm.id).update(delegates=[delegate.id])


async def wants_none(at: Scene) -> None:
    await Registration.filter(id=at.firm.id).update(max_meetings=0)


async def interpreter_goes(at: Scene) -> None:
    await Interpreter.filter(id=at.interpreter.id).update(removed_at=NOW)


async def interpreter_is_absent(at: Scene) -> None:
    await Interpreter.filter(id=at.interpreter.id).update(available=[at.slots[2].id])


async def interpreter_forgets(at: Scene) -> None:
    await Interpreter.filter(id=at.interpreter.id).update(languages=["ru", "de"])


async def interpreter_rests(at: Scene) -> None:
    await Interpreter.filter(id=at.interpreter.id).update(max_meetings=0)


async def nobody_interprets(at: Scene) -> None:
    await Meeting.filter(plan_id=at.plan.id).update(interpreter_id=None)


CHANGES: list[tuple[Act, Why]] = [
    (withdraws, Why.PARTY_GONE),
    (is_a_draft_again, Why.PARTY_GONE),
    (takes_its_need_back, Why.NEED_GONE),
    (refuses, Why.VETO),
    (is_refused, Why.VETO),
    (does_not_fit, Why.UNFIT),
    (keeps_its_name_back, Why.UNTOLD),
    (slot_goes, Why.SLOT_GONE),
    (item_over_it, Why.PROGRAMME),
    (table_goes, Why.TABLE_GONE),
    (table_is_blocked, Why.TABLE_CLOSED),
    (has_another_table, Why.OTHER_TABLE),
    (table_is_anothers, Why.OTHER_TABLE),
    (is_not_there, Why.PARTY_ABSENT),
    (named_delegate_is_not_there, Why.DELEGATES_ABSENT),
    (wants_none, Why.OVER_LIMIT),
    (interpreter_goes, Why.INTERPRETER_GONE),
    (interpreter_is_absent, Why.INTERPRETER_ABSENT),
    (interpreter_forgets, Why.INTERPRETER_UNABLE),
    (interpreter_rests, Why.INTERPRETER_BUSY),
    (nobody_interprets, Why.INTERPRETER_MISSING),
]


IDS = [act.__name__ for act, _why in CHANGES]


async def test_a_plan_of_an_unchanged_event_stays_possible(database: None) -> None:
    at = await scene()

    assert await at.whys() == []


@pytest.mark.parametrize(("act", "why"), CHANGES, ids=IDS)
async def test_a_change_is_found_by_its_reason(database: None, act: Act, why: Why) -> None:
    at = await scene()
    assert await at.whys() == []

    await act(at)

    assert await at.whys() == [why]
    with pytest.raises(publishing.Stale):
        await publishing.publish(at.plan, at.organiser)
    assert await CalendarEntry.all().count() == 0


async def test_of_too_many_at_once_those_worth_least_are_lost(database: None) -> None:
    at = await scene()
    other = await factories.enterprise(at.event)
    await Registration.filter(id=at.expert.id).update(languages=["ru", "en"], parallel=2)
    better = await Meeting.create(
        plan=at.plan, expert=at.expert, enterprise=other, slot=at.slots[0], table=at.tables[1], value=1.0
    )
    assert await at.whys() == []

    await Registration.filter(id=at.expert.id).update(parallel=1)

    found = await staleness.lost_of_plan(at.event.id, at.plan.id)
    assert [(each.why, each.who) for each in found] == [(Why.TOO_MANY_AT_ONCE, f"e{at.expert.id}")]
    assert found[0].meeting.id != better.id


async def test_new_times_of_a_slot_concern_the_plan_in_force_alone(database: None) -> None:
    at = await scene(in_force=True)
    later = at.slots[0].end_at + timedelta(minutes=5)

    await Slot.filter(id=at.slots[0].id).update(end_at=later)

    assert await at.whys() == [Why.SLOT_MOVED]
    await Publication.all().delete()
    assert await at.whys() == []


async def test_meetings_that_have_begun_are_never_impossible(database: None) -> None:
    at = await scene(in_force=True)
    await withdraws(at)

    later = at.slots[0].start_at + timedelta(minutes=1)

    assert len(await staleness.lost_in_force(at.event.id)) == 1
    assert await staleness.lost_in_force(at.event.id, now=later) == []


@pytest.mark.parametrize("number", [1, 3])
async def test_the_queries_do_not_grow_with_the_plan(
    database: None, queries: Callable[[], AbstractContextManager[Statements]], number: int
) -> None:
    at = await scene()
    for table in range(number):
        other = await factories.expert(at.event)
        await Meeting.create(
            plan=at.plan, expert=other, enterprise=at.firm, slot=at.slots[1], table=at.tables[table % 2], value=0.5
        )

    with queries() as seen:
        await staleness.lost_of_plan(at.event.id, at.plan.id)
    with queries() as seen_again:
        await staleness.lost_of_plan(at.event.id, at.plan.id)

    assert (len(seen), len(seen_again)) == (22, 1)


async def test_a_change_of_others_lets_the_meetings_be_compared_and_not_found_anew(
    database: None, queries: Callable[[], AbstractContextManager[Statements]]
) -> None:
    at = await scene()
    await staleness.lost_of_plan(at.event.id, at.plan.id)
    await factories.expert(at.event)

    with queries() as seen:
        await staleness.lost_of_plan(at.event.id, at.plan.id)

    assert len(seen) == 7


async def test_publishing_knows_which_meetings_are_impossible_afterwards(
    database: None, queries: Callable[[], AbstractContextManager[Statements]]
) -> None:
    at = await scene(in_force=True)

    with queries() as seen:
        assert await staleness.lost_in_force(at.event.id) == []

    assert len(seen) == 1


# -- Repairing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [act for act, _why in CHANGES], ids=IDS)
async def test_a_repair_of_any_change_holds_again(database: None, act: Act) -> None:
    at = await scene(in_force=True)
    await act(at)

    repaired = await solved(at.event, at.organiser, preset="repair")

    assert repaired.state == PlanState.READY
    assert await staleness.lost_of_plan(at.event.id, repaired.id) == []
    await publishing.publish(repaired, at.organiser)
    assert await staleness.lost_in_force(at.event.id) == []


async def test_a_name_that_is_told_already_is_not_kept_back_again(database: None) -> None:
    at = await scene(in_force=True)

    await keeps_its_name_back(at)

    assert await at.whys() == []
