"""Checks of times that organisers enter for slots and programme items: clock changes, and times in the past."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.errors import Refused
from server.events.clock import days_of, instant
from server.events.grid import DAYS_OVER, Cut
from server.events.service import TIME_OVER, slot_intervals
from server.forms import Fault
from server.models import Event, Slot
from server.pages import zone_of

MIDNIGHT = time(0)


class ClockChange(Refused):
    """A clock change at the venue skips or repeats the time."""

    status = 422


def cuts_of(days: Sequence[date], wall: Sequence[tuple[time, time]], zone: ZoneInfo) -> list[Cut]:
    """Return the slots as instants. Raises ClockChange with the field of the day's start."""
    try:
        return slot_intervals(list(days), list(wall), zone)
    except Fault as fault:
        raise ClockChange(fault.message, "day_start") from None


def span_of(day: date, start: time, end: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return start and end of a programme item as instants; an end of 00:00 is midnight at the end of the day.

    Raises ClockChange with the field concerned.
    """
    return _at(day, start, zone, "start"), _at(_ending(day, end), end, zone, "end")


def _at(day: date, clock: time, zone: ZoneInfo, field: str) -> datetime:
    try:
        return instant(day, clock, zone)
    except Fault as fault:
        raise ClockChange(fault.message, field) from None


def _ending(day: date, end: time) -> date:
    return day + timedelta(days=end == MIDNIGHT)


def _is_over(day: date, end: time, zone: ZoneInfo) -> bool:
    return datetime.combine(_ending(day, end), end, zone).astimezone(UTC) <= datetime.now(UTC)


async def of_slots(known: Mapping[str, Any], event: Event) -> AsyncIterator[Refused]:
    """Yield the refusals of days and times of slots. known: valid fields of Grid: see `server.forms.submit`."""
    if not {"first_day", "last_day"} <= known.keys():
        return
    zone, begun = zone_of(event), Slot.filter(event_id=event.id, start_at__lte=datetime.now(UTC))
    if _is_over(known["last_day"], known.get("day_end", MIDNIGHT), zone) and not await begun.exists():
        yield Refused(DAYS_OVER, "first_day")
    if "day_start" in known:
        for day in days_of(known["first_day"], known["last_day"]):
            try:
                _at(day, known["day_start"], zone, "day_start")
            except ClockChange as change:
                yield change
                return


async def of_item(known: Mapping[str, Any], event: Event) -> AsyncIterator[Refused]:
    """Yield the refusals of the time of a programme item. known: valid fields of PlenaryFields."""
    if "day" not in known:
        return
    day, zone = known["day"], zone_of(event)
    for field in ("start", "end"):
        if field in known:
            try:
                _at(day if field == "start" else _ending(day, known[field]), known[field], zone, field)
            except ClockChange as change:
                yield change
    if _is_over(day, known.get("end", MIDNIGHT), zone):
        yield Refused(TIME_OVER, "day")
