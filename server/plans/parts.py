"""The parts of an event on which it depends whether meetings are possible, read from the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.delegates.sitting import times_of_needs
from server.models import (
    CalendarEntry,
    Delegate,
    Event,
    Interpreter,
    Need,
    NeedState,
    PlenaryItem,
    Registration,
    Slot,
    Table,
)
from server.needs import disclosure
from server.needs.ending import ends_at
from server.presence import Interval, taken

PARTY = (
    "id",
    "side",
    "languages",
    "levels",
    "available",
    "max_meetings",
    "parallel",
    "table_id",
    "registered_at",
    "withdrawn_at",
)
NEED = ("id", "registration_id", "state", "deadline", "confidentiality", "is_released", "delegates")
INTERPRETER = ("id", "languages", "available", "max_meetings", "max_consecutive", "removed_at")


@dataclass(frozen=True)
class NeedFacts:
    """What decides about meetings on needs.

    withdrawn: needs that are not published. hidden: enterprises with a need that hides their name. naming: needs that
    name delegates. times: by need, when these delegates are there. ends: by need with a deadline, when it ends.
    """

    withdrawn: frozenset[int]
    hidden: frozenset[int]
    naming: frozenset[int]
    times: Mapping[int, Sequence[Interval]]
    ends: Mapping[int, datetime]


async def grid_of(event_id: int) -> tuple[Mapping[int, Slot], Collection[int], Mapping[int, Table]]:
    """Return slots and tables, removed ones included, and which slots the programme takes."""
    slots = await Slot.every.filter(event_id=event_id).order_by("start_at")
    closed = taken(slots, await PlenaryItem.filter(event_id=event_id))
    tables = await Table.every.filter(event_id=event_id)
    return {slot.id: slot for slot in slots}, closed, {table.id: table for table in tables}


async def people_of(event_id: int) -> tuple[Mapping[int, Registration], Mapping[int, Interpreter]]:
    """Return parties and interpreters, removed ones included."""
    parties = await Registration.filter(event_id=event_id).only(*PARTY)
    interpreters = await Interpreter.every.filter(event_id=event_id).only(*INTERPRETER)
    return {party.id: party for party in parties}, {row.id: row for row in interpreters}


async def needs_of(event: Event) -> NeedFacts:
    """Return what decides about meetings on the event's needs. Two queries."""
    needs = await Need.filter(registration__event_id=event.id).only(*NEED)
    published = [need for need in needs if need.state == NeedState.PUBLISHED]
    delegates = await Delegate.filter(registration__event_id=event.id, presence__isnull=False)
    return NeedFacts(
        withdrawn=frozenset(need.id for need in needs if need.state != NeedState.PUBLISHED),
        hidden=frozenset(need.registration_id for need in published if not disclosure.may_meet_anybody([need])),
        naming=frozenset(need.id for need in published if need.delegates),
        times=times_of_needs(published, delegates),
        ends={need.id: at for need in published if (at := ends_at(need, event))},
    )


async def entries_of(event_id: int) -> Mapping[tuple[int, int], tuple[datetime, datetime]]:
    """Return the times of the published meetings by (expert, enterprise)."""
    entries = CalendarEntry.filter(event_id=event_id, is_cancelled=False)
    rows = await entries.values_list("expert_id", "enterprise_id", "start_at", "end_at")
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}
