"""Releases of interpreters: the meeting is cancelled in the interpreter's calendar only."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import icalendar
import pytest

from server.agendas import feeds
from server.events import service as events
from server.models import Event, Interpreter, Meeting, Person, Plan, PlanState, Registration, Release, Slot, Table
from server.plans import publishing
from server.plans.guarding import TakesMeetings
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.statements import Statements

Queries = Callable[[], AbstractContextManager[Statements]]


@dataclass
class Staffed:
    """An event with one pair, two slots, and two interpreters with a calendar each."""

    event: Event
    organiser: Person
    expert: Registration
    enterprise: Registration
    slots: list[Slot]
    table: Table
    one: Interpreter
    other: Interpreter

    async def publish(self, interpreter: Interpreter | None, slot: int = 0, *, holds: bool = True) -> None:
        """Publish the next version: the meeting with that interpreter in that slot, or no meeting."""
        version = await Plan.filter(event_id=self.event.id).count() + 1
        plan = await Plan.create(
            event=self.event, version=version, state=PlanState.READY, seconds=1, problem={}, asked_by=self.organiser
        )
        if holds:
            await Meeting.create(
                plan=plan,
                expert=self.expert,
                enterprise=self.enterprise,
                slot=self.slots[slot],
                table=self.table,
                interpreter=interpreter,
                value=0.5,
            )
        await publishing.publish(plan, self.organiser)


async def staffed() -> Staffed:
    event = await factories.event(slots=2, tables=1)
    people = [await factories.person(locale="en", full_name=name) for name in ("Ma Xiao", "Lu Yun")]
    return Staffed(
        event=event,
        organiser=(await factories.organiser(event)).person,
        expert=await factories.expert(event),
        enterprise=await factories.enterprise(event),
        slots=await factories.slots_of(event),
        table=(await factories.tables_of(event))[0],
        one=await factories.interpreter(event, people[0]),
        other=await factories.interpreter(event, people[1]),
    )


@dataclass
class Feed:
    """A person's calendar as a subscriber reads it repeatedly."""

    client: Client
    address: str

    async def entries(self, query: str = "") -> list[tuple[str, int, str, str]]:
        """Return (UID, SEQUENCE, STATUS, clock time at the venue) of each VEVENT."""
        body = (await self.client.get(self.address + query)).text
        return [
            (str(each["UID"]), int(str(each["SEQUENCE"])), str(each["STATUS"]), each.start.strftime("%H:%M"))
            for each in icalendar.Calendar.from_ical(body).events
        ]

    async def tag(self) -> str:
        return str((await self.client.get(self.address)).headers["etag"])


async def feed_of(client: Client, event: Event, person: Any, settings: Settings) -> Feed:
    return Feed(client, feeds.address_of(await feeds.renew(event, person, settings), settings))


async def test_only_the_released_interpreter_sees_the_meeting_cancelled(client: Client, settings: Settings) -> None:
    made = await staffed()
    one, other, expert = [
        await feed_of(client, made.event, each.person, settings) for each in (made.one, made.other, made.expert)
    ]
    await made.publish(made.one)
    [(uid, first, status, time)] = await one.entries()
    seen = await expert.entries()

    await made.publish(made.other)

    assert (status, await expert.entries()) == ("CONFIRMED", seen)
    assert await one.entries() == [(uid, first + 1, "CANCELLED", time)]
    assert await other.entries() == [(uid, first + 1, "CONFIRMED", time)]
    assert await one.entries("?cancelled=0") == []


async def test_what_was_taken_off_stays_as_it_stood_while_the_meeting_moves_on(
    client: Client, settings: Settings
) -> None:
    made = await staffed()
    one, other = [await feed_of(client, made.event, each.person, settings) for each in (made.one, made.other)]
    await made.publish(made.one)
    await made.publish(made.other)
    tag, before = await one.tag(), await one.entries()

    await made.publish(made.other, slot=1)
    moved = await other.entries()
    await made.publish(None, holds=False)

    answer = await client.get(one.address, headers={"if-none-match": tag})
    assert (answer.status_code, await one.tag(), await one.entries()) == (304, tag, before)
    assert [each[2] for each in moved + await other.entries()] == ["CONFIRMED", "CANCELLED"]


async def test_who_comes_back_sees_the_meeting_stand_again_with_a_higher_sequence(
    client: Client, settings: Settings
) -> None:
    made = await staffed()
    one, other = [await feed_of(client, made.event, each.person, settings) for each in (made.one, made.other)]
    seen, tags = [], []
    for interpreter in (made.one, made.other, made.one, None, made.one):
        await made.publish(interpreter)
        seen += await one.entries()
        tags.append(await one.tag())
    assert [status for _uid, _sequence, status, _time in seen] == [
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
    ]
    sequences = [sequence for _uid, sequence, _status, _time in seen]
    assert sequences == sorted(set(sequences))
    assert len({uid for uid, *_rest in seen}) == 1
    assert len(set(tags)) == 5
    assert [status for _uid, _sequence, status, _time in await other.entries()] == ["CANCELLED"]


async def test_moving_a_meeting_to_another_interpreter_leaves_the_old_time_cancelled(
    client: Client, settings: Settings
) -> None:
    made = await staffed()
    one, other = [await feed_of(client, made.event, each.person, settings) for each in (made.one, made.other)]
    await made.publish(made.one)
    [(uid, first, _status, time)] = await one.entries()
    await made.publish(made.other, slot=1)
    assert await one.entries() == [(uid, first + 1, "CANCELLED", time)]
    [(_uid, _sequence, status, later)] = await other.entries()
    assert (status, later > time) == ("CONFIRMED", True)


async def test_a_cancelled_meeting_that_another_takes_up_stays_as_cancelled_as_it_was(
    client: Client, settings: Settings
) -> None:
    made = await staffed()
    one = await feed_of(client, made.event, made.one.person, settings)
    await made.publish(made.one)
    await made.publish(None, holds=False)
    before, tag = await one.entries(), await one.tag()
    await made.publish(made.other)
    assert (await one.entries(), await one.tag()) == (before, tag)


async def test_the_agenda_explains_a_release_until_the_next_version(client: Client) -> None:
    made = await staffed()
    await made.publish(made.one)
    await made.publish(made.other)
    await factories.signed_in(client, made.one.person)
    page = read(await client.get(f"/e/{made.event.slug}/agenda"))
    assert "you no longer interpret the meeting at" in page.words
    assert made.expert.person.full_name in page.words
    await factories.signed_in(client, made.organiser)
    printed = read(await client.get(f"/e/{made.event.slug}/agenda/interpreter/{made.one.id}"))
    assert "you no longer interpret the meeting at" in printed.words
    await made.publish(made.other, slot=1)
    later = read(await client.get(f"/e/{made.event.slug}/agenda/interpreter/{made.one.id}"))
    assert "you no longer interpret" not in later.words


@pytest.mark.parametrize("number", [1, 3])
async def test_a_feed_takes_the_same_queries_for_one_release_and_three(
    client: Client, settings: Settings, queries: Queries, number: int
) -> None:
    made = await staffed()
    for _ in range(number):
        made.expert = await factories.expert(made.event, languages=["ru"])
        await made.publish(made.one)
        await made.publish(made.other)
    one = await feed_of(client, made.event, made.one.person, settings)
    with queries() as asked:
        assert len(await one.entries()) == number
    assert len(asked) == 6


async def test_a_table_of_a_meeting_that_somebody_was_taken_off_stays(database: None) -> None:
    made = await staffed()
    await made.publish(made.one)
    await made.publish(made.other)
    await Plan.filter(event_id=made.event.id).update(state=PlanState.SUPERSEDED)
    assert await Release.filter(table_id=made.table.id).count() == 1
    [hall] = await factories.halls_of(made.event)
    with pytest.raises(TakesMeetings) as shown:
        await events.remove_hall(hall)
    await events.remove_hall(hall, seen=shown.value.mark)
    assert not await Table.filter(id=made.table.id).exists()
    assert await Release.filter(table_id=made.table.id).count() == 1
