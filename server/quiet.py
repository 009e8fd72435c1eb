"""Quiet hours: at night, where a person is, no e-mail is sent that can wait until the morning."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.models import Event, Person

# Wall time where the person is.
STARTS, ENDS = time(21), time(8)


def zone_of_person(person: Person, event: Event) -> ZoneInfo:
    """Return the time zone of a person, or of the venue if the person has told none."""
    return ZoneInfo(person.time_zone or event.time_zone)


def wakes(at: datetime, zone: ZoneInfo) -> datetime:
    """Return `at`, or the end of the quiet hours in which it lies. at: aware."""
    local = at.astimezone(zone)
    if ENDS <= local.time() < STARTS:
        return at
    day = local.date() + timedelta(days=local.time() >= STARTS)
    return datetime.combine(day, ENDS, zone).astimezone(at.tzinfo)
