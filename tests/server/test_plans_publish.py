"""Publishing: one pointer, calendars that rise where something changed, letters to whom it concerns, or nothing."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from server import jobs
from server.models import (
    CalendarEntry,
    Claim,
    Event,
    JobKind,
    Mail,
    Meeting,
    Person,
    Plan,
    PlanState,
    Publication,
    Registration,
    Slot,
    Table,
    WishKind,
)
from server.plans import service
from server.plans.service import Impact, NotPublishable
from tests import factories
from tests.server.planning import solved


async def planned(event: Event, organiser: Person, *held: tuple[Registration, Registration, Slot, Table]) -> Plan:
    """A plan that holds exactly these meetings and waits to be published."""
    last = await Plan.filter(event_id=event.id).count()
    plan = await Plan.create(
        event=event, version=last + 1, state=PlanState.READY, seconds=1, problem={}, asked_by=organiser
    )
    for expert, enterprise, slot, table in held:
        await Meeting.create(plan=plan, expert=expert, enterprise=enterprise, slot=slot, table=table, value=0.5)
    return plan


async def letters(plan: Plan) -> dict[str, dict[str, int]]:
    """For each address how many lines of each kind its letter about the plan has."""
    kinds = ("added", "moved", "cancelled")
    found = await Mail.filter(key__startswith=f"published:{plan.id}:")
    return {mail.to_address: {kind: len(mail.values[kind]) for kind in kinds if mail.values[kind]} for mail in found}


async def test_the_first_publication_puts_every_meeting_into_calendars(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    organiser = (await factories.organiser(event)).person
    expert, enterprise = await factories.expert(event), await factories.enterprise(event)
    [slot], [table] = await factories.slots_of(event), await factories.tables_of(event)
    [delegate] = await factories.delegates_of(enterprise)
    plan = await solved(event, organiser)

    number = await service.publish(plan, organiser)

    assert number == 2
    assert await letters(plan) == {expert.person.email: {"added": 1}, delegate.email: {"added": 1}}
    entry = await CalendarEntry.get(event_id=event.id)
    assert (entry.expert_id, entry.enterprise_id, entry.table_id) == (expert.id, enterprise.id, table.id)
    assert (entry.start_at, entry.end_at, entry.sequence, entry.is_cancelled) == (slot.start_at, slot.end_at, 0, False)
    assert entry.uid.startswith("meeting-")
    publication = await Publication.get(event_id=event.id).select_related("plan")
    assert (publication.plan_id, publication.plan.state) == (plan.id, PlanState.PUBLISHED)
    assert await jobs.claim((JobKind.MAIL,)) is not None


async def test_a_second_publication_tells_only_those_whose_meetings_changed(database: None) -> None:
    event = await factories.event(slots=2, tables=2)
    organiser = (await factories.organiser(event)).person
    stays, moves, goes, comes = [(await factories.expert(event)) for _ in range(4)]
    first, second = await factories.slots_of(event)
    near, far = await factories.tables_of(event)
    firms = [await factories.enterprise(event) for _ in range(4)]
    addresses = [(await factories.delegates_of(firm))[0].email for firm in firms]
    before = await planned(
        event, organiser, (stays, firms[0], first, near), (moves, firms[1], first, far), (goes, firms[2], second, near)
    )
    await service.publish(before, organiser)
    uids = {entry.expert_id: entry.uid for entry in await CalendarEntry.all()}
    after = await planned(
        event, organiser, (stays, firms[0], first, near), (moves, firms[1], second, far), (comes, firms[3], first, far)
    )

    expected = await service.impact_of(after)
    await service.publish(after, organiser)

    assert expected == Impact(added=1, moved=1, cancelled=1, people=6)
    assert await letters(after) == {
        moves.person.email: {"moved": 1},
        addresses[1]: {"moved": 1},
        goes.person.email: {"cancelled": 1},
        addresses[2]: {"cancelled": 1},
        comes.person.email: {"added": 1},
        addresses[3]: {"added": 1},
    }
    entries = {entry.expert_id: entry for entry in await CalendarEntry.all()}
    assert {id: (entry.sequence, entry.is_cancelled) for id, entry in entries.items()} == {
        stays.id: (0, False),
        moves.id: (1, False),
        goes.id: (1, True),
        comes.id: (0, False),
    }
    assert {id: entries[id].uid for id in uids} == uids
    assert entries[moves.id].start_at == second.start_at
    assert entries[moves.id].changed_at > entries[stays.id].changed_at
    assert (await Plan.get(id=before.id)).state == PlanState.SUPERSEDED


async def test_a_meeting_that_is_reinstated_keeps_its_identity_and_rises(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    organiser = (await factories.organiser(event)).person
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    [slot], [table] = await factories.slots_of(event), await factories.tables_of(event)
    full, empty = await planned(event, organiser, (expert, firm, slot, table)), await planned(event, organiser)
    await service.publish(full, organiser)
    uid = (await CalendarEntry.get()).uid

    await service.publish(empty, organiser)
    cancelled = await CalendarEntry.get()
    await service.publish(full, organiser)

    reinstated = await CalendarEntry.get()
    assert (cancelled.uid, cancelled.sequence, cancelled.is_cancelled) == (uid, 1, True)
    assert (reinstated.uid, reinstated.sequence, reinstated.is_cancelled) == (uid, 2, False)
    told = await Mail.filter(to_address=expert.person.email).order_by("id")
    assert [{kind for kind in ("added", "cancelled") if mail.values[kind]} for mail in told] == [
        {"added"},
        {"cancelled"},
        {"added"},
    ]


async def test_another_interpreter_concerns_interpreters_alone(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    organiser = (await factories.organiser(event)).person
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    [slot], [table] = await factories.slots_of(event), await factories.tables_of(event)
    one, other = await factories.interpreter(event), await factories.interpreter(event)
    before = await planned(event, organiser, (expert, firm, slot, table))
    await Meeting.filter(plan_id=before.id).update(interpreter_id=one.id)
    await service.publish(before, organiser)
    after = await planned(event, organiser, (expert, firm, slot, table))
    await Meeting.filter(plan_id=after.id).update(interpreter_id=other.id)

    await service.publish(after, organiser)

    assert await letters(after) == {one.person.email: {"cancelled": 1}, other.person.email: {"added": 1}}
    entry = await CalendarEntry.get()
    assert (entry.sequence, entry.interpreter_id) == (0, other.id)


async def test_somebody_in_several_roles_gets_one_letter(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    organiser = (await factories.organiser(event)).person
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    await factories.delegate(firm, expert.person)
    [slot], [table] = await factories.slots_of(event), await factories.tables_of(event)
    plan = await planned(event, organiser, (expert, firm, slot, table))

    await service.publish(plan, organiser)

    assert (await letters(plan))[expert.person.email] == {"added": 2}


async def test_the_plan_in_force_is_not_published_again(database: None) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    plan = await planned(event, organiser)
    await service.publish(plan, organiser)

    with pytest.raises(NotPublishable):
        await service.publish(plan, organiser)


@pytest.mark.parametrize("state", [PlanState.QUEUED, PlanState.RUNNING, PlanState.FAILED, PlanState.INFEASIBLE])
async def test_a_plan_that_is_not_ready_is_not_published(database: None, state: PlanState) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    plan = await planned(event, organiser)
    await Plan.filter(id=plan.id).update(state=state)

    with pytest.raises(NotPublishable):
        await service.publish(plan, organiser)

    assert await Publication.all().count() == 0


async def test_nobody_is_sent_to_meet_whoever_has_withdrawn(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    organiser = (await factories.organiser(event)).person
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    [slot], [table] = await factories.slots_of(event), await factories.tables_of(event)
    plan = await planned(event, organiser, (expert, firm, slot, table))
    await Registration.filter(id=firm.id).update(withdrawn_at=datetime.now(UTC))

    with pytest.raises(NotPublishable):
        await service.publish(plan, organiser)

    assert await CalendarEntry.all().count() == 0


async def test_of_two_publications_at_once_of_one_plan_one_wins(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    organiser = (await factories.organiser(event)).person
    await factories.expert(event)
    await factories.enterprise(event)
    plan = await solved(event, organiser)

    outcomes = await asyncio.gather(*(service.publish(plan, organiser) for _ in range(5)), return_exceptions=True)

    assert sorted(str(type(each).__name__) for each in outcomes) == ["NotPublishable"] * 4 + ["int"]
    assert await Mail.all().count() == 2
    assert (await CalendarEntry.get()).sequence == 0


async def test_two_plans_published_at_once_leave_one_in_force_and_its_calendar(database: None) -> None:
    event = await factories.event(slots=2, tables=1)
    organiser = (await factories.organiser(event)).person
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    [early, late], [table] = await factories.slots_of(event), await factories.tables_of(event)
    plans = [await planned(event, organiser, (expert, firm, slot, table)) for slot in (early, late)]

    await asyncio.gather(*(service.publish(plan, organiser) for plan in plans))

    [published] = await Plan.filter(state=PlanState.PUBLISHED)
    [meeting] = await Meeting.filter(plan_id=published.id).select_related("slot")
    entry = await CalendarEntry.get()
    assert (await Publication.get()).plan_id == published.id
    assert (entry.start_at, entry.sequence) == (meeting.slot.start_at, 1)


async def test_the_database_refuses_a_double_booking(database: None) -> None:
    event = await factories.event(slots=1, tables=2)
    organiser = (await factories.organiser(event)).person
    await factories.wish(await factories.expert(event), await factories.enterprise(event))
    plan = await solved(event, organiser)
    [party, *_] = await Claim.filter(plan_id=plan.id, kind="party")

    with pytest.raises(IntegrityError):
        await Claim.create(
            plan_id=plan.id,
            meeting_id=party.meeting_id,
            slot_id=party.slot_id,
            kind=party.kind,
            resource_id=party.resource_id,
            seat=party.seat,
        )


async def test_of_many_bookings_at_once_of_one_seat_one_wins(database: None) -> None:
    event = await factories.event(slots=1, tables=2)
    organiser = (await factories.organiser(event)).person
    await factories.wish(await factories.expert(event), await factories.enterprise(event), WishKind.MUST)
    plan = await solved(event, organiser)
    [meeting] = await Meeting.filter(plan_id=plan.id)
    taken: dict[str, Any] = {"plan_id": plan.id, "meeting_id": meeting.id, "slot_id": meeting.slot_id, "kind": "table"}
    [free] = [table.id for table in await factories.tables_of(event) if table.id != meeting.table_id]

    outcomes = await asyncio.gather(
        *(Claim.create(**taken, resource_id=free) for _ in range(20)), return_exceptions=True
    )

    assert [type(each) for each in outcomes if isinstance(each, Exception)] == [IntegrityError] * 19
    assert await Claim.filter(kind="table", resource_id=free).count() == 1
