"""The day of the demo's event, and moments around it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.events.clock import instant
from server.models import Event

WEEKS_AHEAD = 8
THURSDAY = 3


def day_of_the_event(today: date) -> date:
    """Return a Thursday some weeks ahead, so that registration is open during the demo."""
    ahead = today + timedelta(weeks=WEEKS_AHEAD)
    return ahead + timedelta(days=(THURSDAY - ahead.weekday()) % 7)


def moment(event: Event, leg: Mapping[str, Any]) -> datetime:
    """Return when a journey of a file arrives or departs. leg: `days` from the day of the event, and clock `time`."""
    day = day_of_the_event(datetime.now(UTC).date()) + timedelta(days=leg["days"])
    return instant(day, time.fromisoformat(leg["time"]), ZoneInfo(event.time_zone))
