"""What the pages of an event and of its set-up show, loaded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from i18n import formats
from server import names
from server.events.grid import GridLoss
from server.memory import remembered
from server.models import (
    Confidentiality,
    Event,
    EventReviewer,
    EventTranslator,
    Hall,
    Interpreter,
    Need,
    NeedState,
    Organiser,
    Part,
    PlenaryItem,
    Registration,
    Side,
    Slot,
    Table,
)
from server.pages import zone_of
from server.presence import taken

MOST_TOPICS = 12
MOST_BREAK = timedelta(minutes=30)  # a longer pause parts the meetings of a day


@dataclass(frozen=True)
class ProgrammeEntry:
    """name: {locale: text} of a programme item, None for the time of the meetings. item_id: of the item."""

    name: Mapping[str, str] | None
    start_at: datetime
    end_at: datetime
    item_id: int | None = None


@dataclass(frozen=True)
class PublicFacts:
    """days: the first and the last day with slots, None before there are any. Counts are of those who take part.

    programme: by day, the entries by time. topics: those of most experts and open needs, most frequent first.
    """

    days: tuple[date, date] | None
    experts: int
    enterprises: int
    programme: Mapping[date, Sequence[ProgrammeEntry]]
    topics: Sequence[str]


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
    """Return what the public page tells. No query if it is remembered, else four."""
    return await remembered(event.id, "public facts", [Part.PEOPLE, Part.GRID], lambda: _read_public_facts(event))


async def _read_public_facts(event: Event) -> PublicFacts:
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    items = await PlenaryItem.filter(event_id=event.id).order_by("start_at")
    registered = await Registration.present(event.id).values("side", "topics", "agreed_at")
    needs = Need.filter(
        registration__event_id=event.id,
        registration__withdrawn_at=None,
        registration__agreed_at__not_isnull=True,
        state=NeedState.PUBLISHED,
        confidentiality=Confidentiality.OPEN,
    )
    sides = Counter(row["side"] for row in registered)
    chosen = [row["topics"] for row in registered if row["agreed_at"] is not None]
    chosen += [row["topics"] for row in await needs.values("topics")]
    counted = Counter(topic for topics in chosen for topic in topics)
    return PublicFacts(
        days=(slots[0].day, slots[-1].day) if slots else None,
        experts=sides[Side.EXPERT],
        enterprises=sides[Side.ENTERPRISE],
        programme=_programme(slots, items, zone_of(event)),
        topics=[
            topic for topic, _number in sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:MOST_TOPICS]
        ],
    )


def _programme(
    slots: Sequence[Slot], items: Sequence[PlenaryItem], zone: ZoneInfo
) -> Mapping[date, Sequence[ProgrammeEntry]]:
    """Return the programme items of each day, and the time between its first and last slot that no item covers."""
    found: dict[date, list[ProgrammeEntry]] = {}
    closed = taken(slots, items)
    for slot in slots:
        if slot.id in closed:
            continue
        of_day = found.setdefault(slot.day, [])
        if of_day and of_day[-1].end_at + MOST_BREAK >= slot.start_at and not _between(of_day[-1].end_at, slot, items):
            of_day[-1] = ProgrammeEntry(None, of_day[-1].start_at, slot.end_at)
        else:
            of_day.append(ProgrammeEntry(None, slot.start_at, slot.end_at))
    for item in items:
        day = item.start_at.astimezone(zone).date()
        found.setdefault(day, []).append(ProgrammeEntry(item.name, item.start_at, item.end_at, item.id))
    return {day: sorted(found[day], key=lambda entry: (entry.start_at, entry.end_at)) for day in sorted(found)}


def _between(end: datetime, slot: Slot, items: Sequence[PlenaryItem]) -> bool:
    return any(end <= item.start_at < slot.start_at for item in items)


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
