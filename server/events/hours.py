"""Checks of times that organisers enter for slots and programme items: clock changes, and times in the past."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from i18n import _
from server.errors import Refused
from server.events.clock import days_of, instant
from server.events.values import GridValues
from server.forms import Fault
from server.models import Event, Slot
from server.pages import zone_of
from server.values import UNSET, Unset

Cut = tuple[date, datetime, datetime]  # day at the venue, start and end of a slot
MIDNIGHT = time(0)
TIME_OVER = _("This time is in the past. Choose a future time.")
DAYS_OVER = _("These days are in the past. Choose future days.")


class ClockChange(Refused):
    """A clock change at the venue skips or repeats the time."""

    status = 422


def cuts_of(grid: GridValues, zone: ZoneInfo) -> list[Cut]:
    """Return the slots as instants; an end of 00:00 is midnight at the end of the day.

    Raises ClockChange with the field of the day's start.
    """
    return [
        (day, _at(day, start, zone, "day_start"), _at(_ending(day, end), end, zone, "day_start"))
        for day in grid.days
        for start, end in grid.wall_slots()
    ]


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


async def of_slots(
    event: Event, *, days: tuple[date, date], start: time | Unset = UNSET, end: time | Unset = UNSET
) -> AsyncIterator[Refused]:
    """Yield the refusals of days and times of slots: see `server.forms.submit`.

    days: first and last. start, end: of each day, UNSET if not valid.
    """
    zone, begun = zone_of(event), Slot.filter(event_id=event.id, start_at__lte=datetime.now(UTC))
    if _is_over(days[1], MIDNIGHT if end is UNSET else end, zone) and not await begun.exists():
        yield Refused(DAYS_OVER, "first_day")
    if start is UNSET:
        return
    for day in days_of(*days):
        try:
            _at(day, start, zone, "day_start")
        except ClockChange as change:
            yield change
            return


async def of_item(
    event: Event, day: date, *, start: time | Unset = UNSET, end: time | Unset = UNSET
) -> AsyncIterator[Refused]:
    """Yield the refusals of the time of a programme item. start, end: UNSET if not valid."""
    zone = zone_of(event)
    for field, clock in (("start", start), ("end", end)):
        if clock is not UNSET:
            try:
                _at(day if field == "start" else _ending(day, clock), clock, zone, field)
            except ClockChange as change:
                yield change
    if _is_over(day, MIDNIGHT if end is UNSET else end, zone):
        yield Refused(TIME_OVER, "day")
