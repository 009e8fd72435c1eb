"""Publishing: one published plan, calendar sequences raised where something changed, e-mails to those concerned."""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tortoise.exceptions import IntegrityError

from i18n import formats
from server import jobs
from server.agendas.entries import ChangeKind
from server.letters.composing import compose
from server.models import (
    CalendarEntry,
    Claim,
    Confidentiality,
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
from server.plans import publishing
from server.plans.publishing import Impact, NotPublishable
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.server.planning import solved


async def planned(event: Event, organiser: Person, *held: tuple[Registration, Registration, Slot, Table]) -> Plan:
    """Create a plan with exactly these meetings that waits to be published."""
    last = await Plan.filter(event_id=event.id).count()
    plan = await Plan.create(
        event=event, version=last + 1, state=PlanState.READY, seconds=1, problem={}, asked_by=organiser
    )
    for expert, enterprise, slot, table in held:
        await Meeting.create(plan=plan, expert=expert, enterprise=enterprise, slot=slot, table=table, value=0.5)
    return plan


async def letters(plan: Plan) -> dict[str, dict[str, int]]:
    """Return by address how many lines of each kind the e-mail about the plan has."""
    found = await Mail.filter(key__startswith=f"published:{plan.id}:")
    return {
        mail.to_address: {kind: len(mail.values[kind]) for kind in ChangeKind if mail.values[kind]} for mail in found
    }


async def test_the_first_publication_puts_every_meeting_into_calendars(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    organiser = (await factories.organiser(event)).person
    expert, enterprise = await factories.expert(event), await factories.enterprise(event)
    [slot], [table] = await factories.slots_of(event), await factories.tables_of(event)
    [delegate] = await factories.delegates_of(enterprise)
    plan = await solved(event, organiser)

    number = await publishing.publish(plan, organiser)

    assert number == 2
    assert await letters(plan) == {expert.person.email: {"added": 1}, delegate.email: {"added": 1}}
    entry = await CalendarEntry.get(event_id=event.id)
    assert (entry.expert_id, entry.enterprise_id, entry.table_id) == (expert.id, enterprise.id, table.id)
    assert (entry.start_at, entry.end_at, entry.sequence, entry.is_cancelled) == (slot.start_at, slot.end_at, 0, False)
    assert entry.uid.startswith("meeting-")
    # The server's address is not part of it, because it may change.
    assert entry.uid_host == ""
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
    await publishing.publish(before, organiser)
    uids = {entry.expert_id: entry.uid for entry in await CalendarEntry.all()}
    after = await planned(
        event, organiser, (stays, firms[0], first, near), (moves, firms[1], second, far), (comes, firms[3], first, far)
    )

    expected = await publishing.impact_of(after)
    await publishing.publish(after, organiser)

    assert expected == Impact(1, 1, 0, 0, 1, people=6, changes=expected.changes, places=expected.places)
    assert sorted(change.kind for change in expected.changes) == [
        ChangeKind.ADDED,
        ChangeKind.CANCELLED,
        ChangeKind.MOVED,
    ]
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
    await publishing.publish(full, organiser)
    uid = (await CalendarEntry.get()).uid

    await publishing.publish(empty, organiser)
    cancelled = await CalendarEntry.get()
    await publishing.publish(full, organiser)

    reinstated = await CalendarEntry.get()
    assert (cancelled.uid, cancelled.sequence, cancelled.is_cancelled) == (uid, 1, True)
    assert (reinstated.uid, reinstated.sequence, reinstated.is_cancelled) == (uid, 2, False)
    told = await Mail.filter(to_address=expert.person.email).order_by("id")
    assert [{kind for kind in ("added", "cancelled") if mail.values[kind]} for mail in told] == [
        {"added"},
        {"cancelled"},
        {"added"},
    ]


@dataclass(frozen=True)
class Stage:
    """An event with one expert, one enterprise and its delegate, published in the first slot at the first table."""

    event: Event
    organiser: Person
    expert: Registration
    firm: Registration
    delegate: Person

    async def publish(self, slot: int, table: int, *, interpreter: int | None = None, need: int | None = None) -> Plan:
        """Publish a plan with the meeting in the slot and at the table with these numbers, counted from 0."""
        at = (await factories.slots_of(self.event))[slot], (await factories.tables_of(self.event))[table]
        plan = await planned(self.event, self.organiser, (self.expert, self.firm, *at))
        await Meeting.filter(plan_id=plan.id).update(interpreter_id=interpreter, need_id=need)
        await publishing.publish(plan, self.organiser)
        return plan


async def stage() -> Stage:
    event = await factories.event(slots=2, tables=2)
    organiser = (await factories.organiser(event)).person
    expert = await factories.expert(event, await factories.person(full_name="Anna Petrova", locale="en"))
    firm = await factories.enterprise(event, organisation=await factories.organisation(name="Beilun Motors"))
    [delegate] = await factories.delegates_of(firm)
    return Stage(event, organiser, expert, firm, delegate)


async def said(plan: Plan, to: str, settings: Settings) -> str:
    """Return the meetings in the plain text of a person's e-mail about the plan, without direction marks."""
    letter = await Mail.get(key__startswith=f"published:{plan.id}:", to_address=to)
    body = compose(letter, settings).get_body(("plain",))
    assert body is not None
    text = re.sub("[\u2068\u2069]", "", str(body.get_content()))
    return text.partition("changed for you.")[2].partition("All times")[0]


async def test_a_change_of_table_only_is_told_as_such(database: None, settings: Settings) -> None:
    there = await stage()
    await there.publish(0, 0)
    plan = await there.publish(0, 1)
    told = {there.expert.person.email: {"reseated": 1}, there.delegate.email: {"reseated": 1}}
    assert await letters(plan) == told
    text = await said(plan, there.expert.person.email, settings)
    assert "1 meeting has a new table:" in text
    assert "now at table 2. Before: table 1" in text
    assert (await CalendarEntry.get()).sequence == 1


async def test_a_change_of_time_names_the_old_and_the_new(database: None, settings: Settings) -> None:
    there = await stage()
    await there.publish(0, 0)
    plan = await there.publish(1, 1)
    text = await said(plan, there.expert.person.email, settings)
    slots = await factories.slots_of(there.event)
    before, after = (formats.interval(s.start_at, s.end_at, "en", ZoneInfo("Asia/Shanghai")) for s in slots)
    assert f"- Beilun Motors: now {after}, table 2. Before: {before}, table 1\n" in text


async def test_another_interpreter_is_told_to_everybody_at_the_meeting(database: None, settings: Settings) -> None:
    there = await stage()
    one, other = [
        await factories.interpreter(there.event, await factories.person(full_name=name)) for name in ("Li", "Wu")
    ]
    await there.publish(0, 0, interpreter=one.id)
    plan = await there.publish(0, 0, interpreter=other.id)
    assert await letters(plan) == {
        there.expert.person.email: {"staffed": 1},
        there.delegate.email: {"staffed": 1},
        one.person.email: {"released": 1},
        other.person.email: {"added": 1},
    }
    assert "Interpreter: Wu. Interpreter before: Li" in await said(plan, there.expert.person.email, settings)
    assert "Interpreter now: Wu" in await said(plan, one.person.email, settings)
    assert "Interpreter before you: Li" in await said(plan, other.person.email, settings)
    entry = await CalendarEntry.get()
    assert (entry.sequence, entry.interpreter_id) == (0, other.id)


async def test_an_interpreter_who_comes_or_goes_is_told(database: None, settings: Settings) -> None:
    there = await stage()
    one = await factories.interpreter(there.event, await factories.person(full_name="Li"))
    first = await there.publish(0, 0, interpreter=one.id)
    gone = await there.publish(0, 0)
    back = await there.publish(0, 1, interpreter=one.id)
    texts = [await said(plan, there.expert.person.email, settings) for plan in (first, gone, back)]
    assert "Interpreter: Li\n" in texts[0]
    assert "The meeting now has no interpreter. Interpreter before: Li\n" in texts[1]
    assert "now at table 2. Before: table 1\n  Interpreter: Li. Before, the meeting had no interpreter.\n" in texts[2]


async def test_another_subject_is_told_without_what_a_need_keeps_back(database: None, settings: Settings) -> None:
    there = await stage()
    [need] = await factories.needs_of(there.firm)
    secret = await factories.need(
        there.firm, title="Secret drive", confidentiality=Confidentiality.FIELD_ONLY, is_released=True
    )
    await there.publish(0, 0, need=need.id)
    plan = await there.publish(0, 0, need=secret.id)
    text = await said(plan, there.expert.person.email, settings)
    assert ("The meeting has a new subject" in text, "Secret" in text) == (True, False)


async def test_another_partner_in_a_slot_is_told_by_the_old_and_the_new_name(
    database: None, settings: Settings
) -> None:
    there = await stage()
    await there.publish(0, 0)
    other = await factories.enterprise(there.event, organisation=await factories.organisation(name="Ningbo Pumps"))
    slot, table = (await factories.slots_of(there.event))[0], (await factories.tables_of(there.event))[0]
    plan = await planned(there.event, there.organiser, (there.expert, other, slot, table))
    await publishing.publish(plan, there.organiser)
    text = await said(plan, there.expert.person.email, settings)
    assert re.search(r"new meeting:\n- .*table 1: Ningbo Pumps\n", text)
    assert re.search(r"cancelled:\n- .*table 1: Beilun Motors\n", text)


async def test_publishing_without_changes_sends_no_e_mail(client: Client) -> None:
    there = await stage()
    await there.publish(0, 0)
    slot, table = (await factories.slots_of(there.event))[0], (await factories.tables_of(there.event))[0]
    plan = await planned(there.event, there.organiser, (there.expert, there.firm, slot, table))
    await factories.signed_in(client, there.organiser)
    base = f"/e/{there.event.slug}/plans/{plan.id}"
    answer = await client.post(f"{base}/publish")
    assert answer.headers["location"] == f"{base}?notice=published_quietly"
    assert await letters(plan) == {}


async def test_a_person_in_several_roles_gets_one_e_mail(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    organiser = (await factories.organiser(event)).person
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    interpreter = await factories.interpreter(event, expert.person)
    [slot], [table] = await factories.slots_of(event), await factories.tables_of(event)
    plan = await planned(event, organiser, (expert, firm, slot, table))
    await Meeting.filter(plan_id=plan.id).update(interpreter_id=interpreter.id)

    await publishing.publish(plan, organiser)

    assert (await letters(plan))[expert.person.email] == {"added": 2}


async def test_the_plan_in_force_is_not_published_again(database: None) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    plan = await planned(event, organiser)
    await publishing.publish(plan, organiser)

    with pytest.raises(NotPublishable):
        await publishing.publish(plan, organiser)


@pytest.mark.parametrize("state", [PlanState.QUEUED, PlanState.RUNNING, PlanState.FAILED, PlanState.INFEASIBLE])
async def test_a_plan_that_is_not_ready_is_not_published(database: None, state: PlanState) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    plan = await planned(event, organiser)
    await Plan.filter(id=plan.id).update(state=state)

    with pytest.raises(NotPublishable):
        await publishing.publish(plan, organiser)

    assert await Publication.all().count() == 0


async def test_no_meeting_with_a_withdrawn_party_is_published(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    organiser = (await factories.organiser(event)).person
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    [slot], [table] = await factories.slots_of(event), await factories.tables_of(event)
    plan = await planned(event, organiser, (expert, firm, slot, table))
    await Registration.filter(id=firm.id).update(withdrawn_at=datetime.now(UTC))

    with pytest.raises(NotPublishable):
        await publishing.publish(plan, organiser)

    assert await CalendarEntry.all().count() == 0


async def test_of_two_publications_at_once_of_one_plan_one_wins(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    organiser = (await factories.organiser(event)).person
    await factories.expert(event)
    await factories.enterprise(event)
    plan = await solved(event, organiser)

    outcomes = await asyncio.gather(*(publishing.publish(plan, organiser) for _ in range(5)), return_exceptions=True)

    assert sorted(str(type(each).__name__) for each in outcomes) == ["AlreadyInForce"] * 4 + ["int"]
    assert await Mail.all().count() == 2
    assert (await CalendarEntry.get()).sequence == 0


async def test_two_plans_published_at_once_leave_one_in_force_and_its_calendar(database: None) -> None:
    event = await factories.event(slots=2, tables=1)
    organiser = (await factories.organiser(event)).person
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    [early, late], [table] = await factories.slots_of(event), await factories.tables_of(event)
    plans = [await planned(event, organiser, (expert, firm, slot, table)) for slot in (early, late)]

    await asyncio.gather(*(publishing.publish(plan, organiser) for plan in plans))

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
