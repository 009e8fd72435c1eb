"""Move a whole event to other days: slots, programme items, availability and the published plan, in one transaction.

Wall times at the venue stay the same, also across clock changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from i18n import _, formats
from server import mail, presence
from server.agendas import entries
from server.db import atomic, lock
from server.emails import EventMoved
from server.errors import Refused
from server.models import (
    CalendarEntry,
    Delegate,
    Departure,
    Event,
    Interpreter,
    Mail,
    Person,
    PlenaryItem,
    PresenceRequest,
    Registration,
    Slot,
    Table,
)
from server.presence import Interval


@dataclass(frozen=True)
class MovePlan:
    """Summary of a move. first, last: present days, or None. people: number of people who get an e-mail."""

    first: date | None
    last: date | None
    meetings: int
    people: int


class NotMovable(Refused):
    """The event has no slots, has begun, or would be moved to the past."""

    field = "first_day"


async def plan_of(event: Event) -> MovePlan:
    """Return the summary. Six queries."""
    days = await Slot.filter(event_id=event.id).order_by("start_at").values_list("day", flat=True)
    meetings = await CalendarEntry.filter(event_id=event.id, is_cancelled=False).count()
    first, last = (days[0], days[-1]) if days else (None, None)
    return MovePlan(first, last, meetings, len(await _people(event)))  # type: ignore[arg-type]


@atomic
async def move_event(event: Event, first_day: date) -> int:
    """Move the event so that it begins on first_day; return how many people are told by e-mail.

    Raises NotMovable. Moving to the present day changes nothing and sends no e-mail.
    """
    found, now = await lock(Event, event.id), datetime.now(UTC)
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    if found is None or not slots:
        raise NotMovable(_("The event has no days yet. Set its days and slots first."))
    if slots[0].start_at <= now:
        raise NotMovable(_("The event has already begun and cannot be moved."))
    by = first_day - slots[0].day
    if not by:
        return 0
    zone = ZoneInfo(found.time_zone)
    if shifted(slots[0].start_at, by, zone) <= now:
        raise NotMovable(_("That day is in the past. Choose a future day."))
    await _move_presence(found, slots, by, zone)
    await _move_delegates(found, by, zone)
    every = await Slot.every.filter(event_id=found.id).order_by("start_at")
    # In an order in which no moved slot takes the start of a slot that is still to be moved.
    for slot in every if by < timedelta() else reversed(every):
        await Slot.every.filter(id=slot.id).update(day=slot.day + by, **_times(slot, by, zone))
    for item in await PlenaryItem.filter(event_id=found.id):
        await PlenaryItem.filter(id=item.id).update(**_times(item, by, zone))
    for table in await Table.every.filter(event_id=found.id, closed__isnull=False):
        times = _shifted(presence.from_json(table.closed or []), by, zone)
        await Table.every.filter(id=table.id).update(closed=presence.to_json(times))
    await entries.move_entries(found.id, lambda entry: _times(entry, by, zone), now)
    for request in await PresenceRequest.filter(event_id=found.id, decided_at=None):
        times = _shifted(presence.from_json(request.slots), by, zone)
        await PresenceRequest.filter(id=request.id).update(slots=presence.to_json(times))
    await _move_what_comes_back(found, by, zone)
    await Event.filter(id=found.id).update(grid=_moved_grid(found.grid, by))
    return await mail.queue_all(_emails(found, await _people(found), slots, by, now))


def shifted(at: datetime, by: timedelta, zone: ZoneInfo) -> datetime:
    """Return the instant with the same wall time at the venue, `by` days later."""
    wall = at.astimezone(zone).replace(tzinfo=None) + by
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _shifted(times: Iterable[Interval], by: timedelta, zone: ZoneInfo) -> list[Interval]:
    return [(shifted(start, by, zone), shifted(end, by, zone)) for start, end in times]


def _times(row: Any, by: timedelta, zone: ZoneInfo) -> dict[str, datetime]:
    return {"start_at": shifted(row.start_at, by, zone), "end_at": shifted(row.end_at, by, zone)}


async def _move_presence(event: Event, slots: list[Slot], by: timedelta, zone: ZoneInfo) -> None:
    """Move the availability times; slots keep their ids, so `available` stays."""
    # Includes removed interpreters: if they are added again, their availability returns.
    for every in (Registration.filter, Interpreter.every.filter):
        rows: Iterable[Any] = await every(event_id=event.id).order_by("id").select_for_update(no_key=True)
        for row in rows:
            moved = _shifted(presence.times_of(row, slots), by, zone)
            if moved:
                await every(id=row.id).update(presence=presence.to_json(moved))


async def _move_delegates(event: Event, by: timedelta, zone: ZoneInfo) -> None:
    own = Delegate.filter(registration__event_id=event.id, presence__isnull=False).order_by("id")
    for each in await own:
        delegate = await lock(Delegate, each.id)
        if delegate is not None and delegate.presence is not None:
            times = _shifted(presence.from_json(delegate.presence), by, zone)
            await Delegate.filter(id=each.id).update(presence=presence.to_json(times))


async def _move_what_comes_back(event: Event, by: timedelta, zone: ZoneInfo) -> None:
    """Move the availability stored in departures, which returns if an interpreter undoes a cancellation."""
    for departure in await Departure.filter(event_id=event.id, interpreter_id__not_isnull=True, undone_at=None):
        times = _shifted(presence.from_json(departure.available or []), by, zone)
        await Departure.filter(id=departure.id).update(available=presence.to_json(times))


def _moved_grid(grid: dict[str, Any], by: timedelta) -> dict[str, Any]:
    days = {name: grid[name] for name in ("first_day", "last_day") if grid.get(name)}
    return {**grid, **{name: (date.fromisoformat(day) + by).isoformat() for name, day in days.items()}}


async def _people(event: Event) -> list[Person]:
    """Return everybody who takes part, once."""
    there = {"registered_at__not_isnull": True, "withdrawn_at": None}
    found: dict[int, Person] = {}
    for party in await Registration.filter(event_id=event.id, person_id__not_isnull=True, **there).select_related(
        "person"
    ):
        found[party.person_id or 0] = party.person
    sent = Delegate.filter(registration__event_id=event.id, **{f"registration__{name}": v for name, v in there.items()})
    for delegate in await sent.select_related("person"):
        found[delegate.person_id] = delegate.person
    for interpreter in await Interpreter.filter(event_id=event.id).select_related("person"):
        found[interpreter.person_id] = interpreter.person
    return [found[key] for key in sorted(found)]


def _emails(event: Event, people: Iterable[Person], slots: list[Slot], by: timedelta, now: datetime) -> list[Mail]:
    def days(locale: str, after: timedelta) -> list[str]:
        ends = (slots[0].day + after, slots[-1].day + after)
        return [formats.full_date(day, locale) for day in dict.fromkeys(ends)]

    return [
        mail.email_to(
            person,
            event,
            f"event-moved:{event.id}:{now:%Y%m%dT%H%M%S%f}:{person.id}",
            EventMoved(
                before=" – ".join(days(person.locale, timedelta())),
                after=" – ".join(days(person.locale, by)),
                path=f"/e/{event.slug}",
            ),
        )
        for person in people
    ]
