"""Conversion of wall time at a venue to instants. No other module does this."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from i18n import _
from server.forms import Fault

DAY_MIN = 24 * 60


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant in UTC at which the venue's clocks show this time.

    Raises Fault if a clock change skips or repeats the time.
    """
    wall = datetime.combine(day, clock.replace(second=0, microsecond=0, tzinfo=None))
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early == late:
        return early
    shown = f"{day.isoformat()} {clock:%H:%M}"
    if early.astimezone(zone).replace(tzinfo=None) != wall:
        raise Fault(
            _("The clocks change on that day: %(time)s does not exist at the venue. Choose another time.", time=shown),
            code="skipped-time",
        )
    raise Fault(
        _("The clocks change on that day: %(time)s occurs twice at the venue. Choose another time.", time=shown),
        code="repeated-time",
    )


def minute_of(clock: time) -> int:
    """Return the minute of the day, from 0."""
    return clock.hour * 60 + clock.minute


def end_minute_of(clock: time) -> int:
    """Return the minute of the day at which something ends; 00:00 is the end of the day."""
    return minute_of(clock) or DAY_MIN


def days_of(first: date, last: date) -> list[date]:
    """Return all days from first to last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
