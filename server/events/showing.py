"""What the pages of an event and of its set-up show, loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from i18n import formats
from server import names
from server.events.grid import GridLoss
from server.memory import remembered
from server.models import (
    Event,
    EventReviewer,
    EventTranslator,
    Hall,
    Interpreter,
    Organiser,
    Part,
    PlenaryItem,
    Registration,
    Side,
    Slot,
    Table,
)
from server.presence import taken


@dataclass(frozen=True)
class PublicFacts:
    """days: the first and the last day with slots, None before there are any. Counts are of those who take part."""

    days: tuple[date, date] | None
    experts: int
    enterprises: int


@dataclass(frozen=True)
class EventSlots:
    """slots: by time. taken: ids of slots to come that a programme item covers. begun: ids of slots that have begun."""

    slots: Sequence[Slot]
    taken: frozenset[int]
    begun: frozenset[int]


class LessTime(NamedTuple):
    """Somebody who is available for less time after a change of the slots. time: how much less, in words."""

    name: str
    time: str
    is_all: bool


@dataclass(frozen=True)
class EventHalls:
    """halls: in their order. numbers: the numbers of each hall's tables, by the hall's id."""

    halls: Sequence[Hall]
    numbers: Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class EventInterpreters:
    """interpreters: each with the person. usable: by id, how many slots to come the interpreter is available in."""

    interpreters: Sequence[Interpreter]
    usable: Mapping[int, int]


async def public_facts(event: Event) -> PublicFacts:
    """Return what the public page counts. No query if it is remembered, else three."""
    return await remembered(event.id, "public facts", [Part.PEOPLE, Part.GRID], lambda: _read_public_facts(event))


async def _read_public_facts(event: Event) -> PublicFacts:
    days = await Slot.filter(event_id=event.id).order_by("day").distinct().values_list("day", flat=True)
    registered = Registration.filter(event_id=event.id, withdrawn_at=None, registered_at__not_isnull=True)
    return PublicFacts(
        days=(days[0], days[-1]) if days else None,  # type: ignore[arg-type]
        experts=await registered.filter(side=Side.EXPERT).count(),
        enterprises=await registered.filter(side=Side.ENTERPRISE).count(),
    )


async def slots_of(event: Event) -> EventSlots:
    """Return the slots of an event and which of them meetings cannot use. Two queries."""
    slots, now = await Slot.filter(event_id=event.id).order_by("start_at"), datetime.now(UTC)
    begun = frozenset(slot.id for slot in slots if slot.start_at <= now)
    return EventSlots(slots, taken(slots, await PlenaryItem.filter(event_id=event.id)) - begun, begun)


async def slot_ids(event: Event) -> list[int]:
    """Return the ids of the event's slots."""
    return [int(str(each)) for each in await Slot.filter(event_id=event.id).values_list("id", flat=True)]


async def less_time(loss: GridLoss, locale: str) -> list[LessTime]:
    """Return everybody who loses time, those who lose all of it first. Two queries."""
    parties = [each.who.id for each in loss.people if isinstance(each.who, Registration)]
    others = [each.who.id for each in loss.people if isinstance(each.who, Interpreter)]
    named: dict[tuple[str, int], str] = {}
    for party in await Registration.filter(id__in=parties).select_related("person", "organisation"):
        named["Registration", party.id] = names.party_name(party, locale)
    for interpreter in await Interpreter.filter(id__in=others).select_related("person"):
        named["Interpreter", interpreter.id] = names.shown_name(interpreter, locale)
    lines = [
        LessTime(
            named[type(each.who).__name__, each.who.id],
            formats.duration(round(each.time.total_seconds() / 60), locale),
            each.is_all,
        )
        for each in loss.people
    ]
    return sorted(lines, key=lambda line: not line.is_all)


async def halls_of(event: Event) -> EventHalls:
    """Return the halls with the numbers of their tables. Two queries."""
    numbers: dict[int, list[int]] = {}
    for table in await Table.filter(event_id=event.id).order_by("number").values("hall_id", "number"):
        numbers.setdefault(table["hall_id"], []).append(table["number"])
    return EventHalls(await Hall.filter(event_id=event.id).order_by("position", "id"), numbers)


async def plenary_items_of(event: Event) -> list[PlenaryItem]:
    """Return the event's programme items."""
    return await PlenaryItem.filter(event_id=event.id).order_by("start_at", "id")


async def interpreters_of(event: Event, *, is_absent: bool) -> EventInterpreters:
    """Return the interpreters; is_absent: only those who are available in no slot for meetings. Three queries."""
    found = await Interpreter.filter(event_id=event.id).select_related("person").order_by("id")
    slots, now = await Slot.filter(event_id=event.id).order_by("start_at"), datetime.now(UTC)
    items = await PlenaryItem.filter(event_id=event.id)
    if is_absent:
        left = {slot.id for slot in slots} - taken(slots, items)
        found = [each for each in found if left.isdisjoint(each.available)]
    to_come = [slot for slot in slots if slot.start_at > now]
    usable = {slot.id for slot in to_come} - taken(to_come, items)
    return EventInterpreters(found, {each.id: len(usable.intersection(each.available)) for each in found})


async def organisers_of(event: Event) -> list[Organiser]:
    """Return the event's organisers."""
    return await Organiser.filter(event_id=event.id).select_related("person").order_by("id")


async def reviewers_of(event: Event) -> list[EventReviewer]:
    """Return the event's reviewers, each with the person."""
    return await EventReviewer.filter(event_id=event.id).select_related("person").order_by("id")


async def translators_of(event: Event) -> list[EventTranslator]:
    """Return the event's translators, each with the person."""
    return await EventTranslator.filter(event_id=event.id).select_related("person").order_by("id")
