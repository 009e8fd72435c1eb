"""Changes of an event are counted, and what is kept in memory is read again exactly when something has changed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from tortoise.connection import get_connection
from tortoise.models import Model

from server import db, memory, models
from server.memory import WHOLE
from server.models import (
    CalendarEntry,
    Correction,
    CorrectionKind,
    Event,
    Meeting,
    Organisation,
    Part,
    Person,
    PlenaryItem,
    Registration,
    Slot,
    Wish,
    WishKind,
)
from server.models.plans import Release
from tests import factories
from tests.conftest import ENGINE
from tests.server.planning import solved

# Tables whose changes no reader of `server.memory` can see.
UNCOUNTED = {
    "act_on_behalf",
    "address_change",
    "audit_entry",
    "audit_seal",
    "change_request",
    "claim",
    "contact",
    "contact_share",
    "delegation_member",
    "departure",
    "desk_task",
    "draft_day",
    "draft_order",
    "erasure",
    "escort",
    "event_change",
    "feed_token",
    "former_address",
    "held_form",
    "import_file",
    "import_upload",
    "invitation",
    "invitation_host",
    "job",
    "mail",
    "need_agreement",
    "need_clearance",
    "need_hold",
    "need_remark",
    "need_revision",
    "participation",
    "party_call",
    "passkey",
    "passport",
    "passport_read",
    "passport_request",
    "plan",
    "plan_act",
    "plan_document",
    "presence_request",
    "provider_account",
    "reception",
    "recipient",
    "same_name",
    "sent_form",
    "session",
    "sign_in_link",
    "stored_file",
    "team_act",
    "throttle",
    "translation_upload",
    "travel",
    "twin_merge",
    "unclaimed",
    "visa_rule",
}


async def raised(event: Event, act: Callable[[], Awaitable[object]]) -> set[Part]:
    """Return the parts of the event that an act changes."""
    before = await memory.counts_of(event.id)
    await act()
    after = await memory.counts_of(event.id)
    assert all(after[part] >= before[part] for part in Part)
    return {part for part in Part if after[part] > before[part]}


async def triggered() -> dict[str, set[str]]:
    """Return the acts that are counted, by table."""
    sqlite = "SELECT tbl_name AS t, name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'count_%'"
    postgres = """SELECT relname::text AS t, tgname::text AS name FROM pg_trigger
        JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname LIKE 'count_%'"""
    connection = get_connection(db.CONNECTION)
    rows = await connection.execute_query_dict(sqlite if connection.capabilities.dialect == "sqlite" else postgres)
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["t"], set()).add(row["name"].rpartition("_")[2])
    return found


async def test_every_table_is_counted_or_named_as_uncounted(database: None) -> None:
    named = [getattr(models, name) for name in models.__all__]
    tables = {each._meta.db_table for each in named if isinstance(each, type) and issubclass(each, Model)}
    counted = await triggered()
    assert tables == counted.keys() | UNCOUNTED
    assert not counted.keys() & UNCOUNTED
    # Of people and organisations, which events share, only changes of rows in use count.
    assert {table for table, acts in counted.items() if acts != {"insert", "update", "delete"}} == {
        "person",
        "organisation",
    }


async def test_columns_of_shared_tables_are_counted_or_named(database: None) -> None:
    step = import_module("server.migrations.0019_count_changes")
    columns = {table: set(names) for table, _part, _query, names in step.SHARED}
    uncounted = {"id", "created_at", "updated_at"}
    assert set(Person._meta.db_fields) - columns["person"] == uncounted | {
        *("email", "is_administrator", "may_create_events", "signed_in_at", "unwanted_emails")
    }
    assert set(Organisation._meta.db_fields) - columns["organisation"] == uncounted | {"name_key"}


async def test_each_change_raises_the_counter_of_its_part(database: None) -> None:
    event = await factories.event()
    other = await factories.event()
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    interpreter = await factories.interpreter(event)
    [slot, *_], [table, *_], [need] = (
        await factories.slots_of(event),
        await factories.tables_of(event),
        await factories.needs_of(firm),
    )
    [colleague] = await factories.delegates_of(firm)
    now = datetime.now(UTC)
    elsewhere = await memory.counts_of(other.id)
    item = PlenaryItem(event=event, name={"en": "Opening"}, start_at=now, end_at=now + timedelta(hours=1))
    people: list[Callable[[], Awaitable[object]]] = [
        lambda: Registration.filter(id=expert.id).update(offer="Alloys"),
        lambda: factories.delegate(firm),
        lambda: models.Interpreter.filter(id=interpreter.id).update(languages=["ru"]),
        lambda: models.Need.filter(id=need.id).update(title="Pumps"),
        lambda: factories.organiser(event),
        lambda: models.Organiser.filter(event_id=event.id).delete(),
        lambda: Person.filter(id=expert.person_id).update(full_name="Anna"),
        lambda: Person.filter(id=colleague.id).update(full_name="Li"),
        lambda: Person.filter(id=interpreter.person_id).update(country="KZ"),
        lambda: Organisation.filter(id=firm.organisation_id).update(name="Works"),
    ]
    grid: list[Callable[[], Awaitable[object]]] = [
        lambda: Event.filter(id=event.id).update(least_value=0.5),
        lambda: Slot.filter(id=slot.id).update(end_at=now),
        lambda: models.Hall.filter(event_id=event.id).update(position=3),
        lambda: models.Table.filter(id=table.id).update(number=30),
        item.save,
        item.delete,
    ]
    wishes: list[Callable[[], Awaitable[object]]] = [
        lambda: factories.wish(expert, firm),
        lambda: Wish.filter(by_id=expert.id).update(kind=WishKind.NO),
        lambda: Wish.filter(by_id=expert.id).delete(),
        lambda: Correction.create(event=event, expert=expert, enterprise=firm, kind=CorrectionKind.UNFIT),
    ]

    assert [await raised(event, act) for act in people] == [{Part.PEOPLE}] * len(people)
    assert [await raised(event, act) for act in grid] == [{Part.GRID}] * len(grid)
    assert [await raised(event, act) for act in wishes] == [{Part.WISHES}] * len(wishes)
    assert await memory.counts_of(other.id) == elsewhere


async def test_what_is_published_raises_its_counter(database: None) -> None:
    event = await factories.event()
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    interpreter = await factories.interpreter(event)
    [slot, *_], [table, *_] = await factories.slots_of(event), await factories.tables_of(event)
    plan = await factories.published(event)
    entry = await factories.calendar_entry(expert, firm)
    meeting = Meeting(plan=plan, slot=slot, value=0.5, expert=expert, enterprise=firm, table=table)
    release = Release(
        entry=entry,
        interpreter=interpreter,
        sequence=4,
        table=table,
        start_at=slot.start_at,
        end_at=slot.end_at,
        changed_at=slot.start_at,
    )

    acts: list[Callable[[], Awaitable[object]]] = [
        meeting.save,
        lambda: Meeting.filter(plan_id=plan.id).update(value=0.6),
        lambda: CalendarEntry.filter(id=entry.id).update(sequence=3),
        release.save,
        lambda: Release.filter(entry_id=entry.id).delete(),
        lambda: models.Publication.filter(event_id=event.id).delete(),
    ]

    assert [await raised(event, act) for act in acts] == [{Part.PUBLISHED}] * len(acts)


async def test_a_statement_counts_once_for_each_event_that_it_changes(database: None) -> None:
    one, other = await factories.event(), await factories.event()
    person = await factories.person()
    for event in (one, other):
        await factories.expert(event, person)

    async def renamed() -> set[Part]:
        return await raised(other, lambda: Person.filter(id=person.id).update(full_name="Anna Petrova"))

    assert await raised(one, renamed) == {Part.PEOPLE}


async def test_signing_in_changes_no_event(database: None) -> None:
    event = await factories.event()
    expert = await factories.expert(event)

    async def signed_in() -> None:
        await Person.filter(id=expert.person_id).update(
            signed_in_at=datetime.now(UTC), full_name=expert.person.full_name
        )

    assert await raised(event, signed_in) == set()


async def test_deleting_an_event_is_possible(database: None) -> None:
    event = await factories.event()
    await factories.enterprise(event)
    await event.delete()
    assert not await Registration.filter(event_id=event.id).exists()


# -- Memory --------------------------------------------------------------------------------------------------------


class Reader:
    """Counts how often it reads the offers of an event's experts."""

    def __init__(self, event: Event) -> None:
        self.event, self.times = event, 0

    async def read(self) -> list[str]:
        self.times += 1
        return [party.offer for party in await Registration.filter(event_id=self.event.id).order_by("id")]

    async def remembered(self) -> list[str]:
        return await memory.remembered(self.event.id, "offers", [Part.PEOPLE], self.read)


async def test_it_is_read_again_only_after_a_change(database: None) -> None:
    event = await factories.event()
    expert = await factories.expert(event, offer="Pumps")
    reader = Reader(event)

    assert [await reader.remembered(), await reader.remembered()] == [["Pumps"], ["Pumps"]]
    assert reader.times == 1

    await Registration.filter(id=expert.id).update(offer="Valves")
    assert await reader.remembered() == ["Valves"]
    await Slot.filter(event_id=event.id).delete()
    assert await reader.remembered() == ["Valves"]
    assert reader.times == 2


async def test_readers_at_once_wait_for_one_reading(database: None) -> None:
    event = await factories.event()
    await factories.expert(event, offer="Pumps")
    reader = Reader(event)

    assert await asyncio.gather(*(reader.remembered() for _ in range(20))) == [["Pumps"]] * 20
    assert reader.times == 1


async def test_those_who_waited_for_one_reading_go_on_one_after_the_other(database: None) -> None:
    event = await factories.event()
    read, seen, counts = asyncio.Event(), list[str](), await memory.counts_of(event.id)

    async def reader() -> None:
        await memory.remembered(event.id, "whatever", [Part.PEOPLE], read.wait, counts=counts)
        seen.append("reader")

    async def others() -> None:
        while seen.count("reader") < 5:
            seen.append("another")
            await asyncio.sleep(0)

    readers = [asyncio.create_task(reader()) for _ in range(5)]
    await asyncio.sleep(0)
    read.set()
    await asyncio.gather(others(), *readers)
    assert "reader reader" not in " ".join(seen)


async def test_a_reader_who_goes_away_leaves_the_reading_to_the_others(database: None) -> None:
    event = await factories.event()
    reader, is_begun, may_go_on = Reader(event), asyncio.Event(), asyncio.Event()

    async def slow() -> list[str]:
        is_begun.set()
        await may_go_on.wait()
        return await reader.read()

    first = asyncio.create_task(memory.remembered(event.id, "offers", WHOLE, slow))
    await is_begun.wait()
    second = asyncio.create_task(memory.remembered(event.id, "offers", WHOLE, slow))
    first.cancel()
    may_go_on.set()

    assert await second == []
    assert first.cancelled()
    assert reader.times == 1


async def test_a_reading_that_fails_is_tried_again(database: None) -> None:
    event = await factories.event()
    reader = Reader(event)

    async def failing() -> list[str]:
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        await memory.remembered(event.id, "offers", [Part.PEOPLE], failing)
    assert await reader.remembered() == []


async def test_a_transaction_sees_its_own_changes_and_leaves_none_behind_if_it_fails(database: None) -> None:
    event = await factories.event()
    expert = await factories.expert(event, offer="Pumps")
    reader, seen = Reader(event), list[list[str]]()

    @db.atomic
    async def changed_and_undone() -> None:
        await Registration.filter(id=expert.id).update(offer="Valves")
        seen.append(await reader.remembered())
        raise LookupError

    with pytest.raises(LookupError):
        await changed_and_undone()

    assert seen == [["Valves"]]
    assert await reader.remembered() == ["Pumps"]


async def test_the_least_recently_used_is_forgotten_first(database: None) -> None:
    events = [await factories.event() for _ in range(3)]
    readers = [Reader(event) for event in events]

    async def remembered(number: int) -> None:
        reader = readers[number]
        await memory.remembered(
            events[number].id, "offers", WHOLE, reader.read, weigh=lambda _found: memory.MAX_ROWS // 2
        )

    for number in (0, 1, 0, 2, 0, 1):
        await remembered(number)

    assert [reader.times for reader in readers] == [1, 2, 1]


@pytest.mark.skipif(ENGINE != "postgres", reason="SQLite has one connection that writes")
async def test_the_counters_of_closed_connections_are_added_up(database: None) -> None:
    event = await factories.event()
    await models.EventChange.create(event_id=event.id, part=Part.WISHES, writer=2**31 - 1, number=5)
    before = await memory.counts_of(event.id)

    await memory.add_up()

    assert await memory.counts_of(event.id) == before
    rows = models.EventChange.filter(event_id=event.id, part=Part.WISHES)
    assert await rows.values_list("writer", "number") == [(0, 5)]


async def test_planning_raises_no_counter_until_its_plan_is_kept(database: None) -> None:
    event = await factories.event()
    organiser = await factories.person()
    await factories.wish(await factories.expert(event), await factories.enterprise(event))

    assert await raised(event, lambda: solved(event, organiser)) == {Part.PUBLISHED}
