"""VTIMEZONE components made of yearly rules, from the POSIX rule at the end of the zone's TZif file.

The alternative, lists of RDATE, is misread by common programs, which then show meetings an hour off.
"""

import re
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

# Year of the first onset; no meeting is earlier.
EPOCH = 1970
_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_LAST = 5
_NAME = r"(<[^>]+>|[A-Za-z]+)"
_CLOCK = r"([+-]?\d+(?::\d+){0,2})"
_CHANGE = rf"M(\d+)\.(\d)\.(\d)(?:/{_CLOCK})?"
_RULE = re.compile(rf"{_NAME}{_CLOCK}(?:{_NAME}{_CLOCK}?,{_CHANGE},{_CHANGE})?")


@dataclass(frozen=True)
class Observance:
    """Standard or daylight time. offset_from: UTC offset before the onset.

    onset: wall time of the first onset. weekday: (-1, "SU") means the last Sunday of the month; None: all year.
    """

    name: str
    offset_from: timedelta
    offset_to: timedelta
    onset: datetime
    weekday: tuple[int, str] | None = None


@cache
def observances(zone: str) -> tuple[Observance, ...] | None:
    """Return the zone's observances from now on; None for UTC, and for rules that are not yearly ones.

    Not yearly are rules that change clocks on another day than the named one, for example 26 hours after a Thursday
    began. Source: RFC 9636, section 3.3; POSIX.1-2024, section 8.3, TZ.
    """
    found = _RULE.fullmatch(_footer(zone))
    if found is None or found[1] == "UTC":
        return None
    name, offset, summer_name, summer_offset, *changes = found.groups()
    standard = -_span(offset)
    if summer_name is None:
        return (Observance(_bare(name), standard, standard, datetime(EPOCH, 1, 1)),)  # noqa: DTZ001
    summer = -_span(summer_offset) if summer_offset else standard + timedelta(hours=1)
    begins, ends = _onset(changes[:4]), _onset(changes[4:])
    if begins is None or ends is None:
        return None
    return (
        Observance(_bare(name), summer, standard, *ends),
        Observance(_bare(summer_name), standard, summer, *begins),
    )


def holds(zone: str, instants: Iterable[datetime]) -> bool:
    """Return whether programs that read the zone's VTIMEZONE compute these instants correctly.

    False also for wall times that occur twice: programs take the first.
    """
    rules = observances(zone)
    if rules is None:
        return False
    walls = [instant.astimezone(ZoneInfo(zone)) for instant in instants]
    return all(wall.utcoffset() == _offset(rules, wall) and not wall.fold for wall in walls)


def component(zone: str, rules: Iterable[Observance]) -> Timezone:
    """Return the VTIMEZONE (RFC 5545 section 3.6.5)."""
    made = Timezone()
    made.add("tzid", zone)
    for rule in rules:
        # In Dublin, winter time is legally daylight time (negative saving), which programs do not expect.
        part = TimezoneDaylight() if rule.offset_to > rule.offset_from else TimezoneStandard()
        part.add("dtstart", rule.onset)
        part.add("tzoffsetfrom", rule.offset_from)
        part.add("tzoffsetto", rule.offset_to)
        part.add("tzname", rule.name)
        if rule.weekday is not None:
            week, day = rule.weekday
            part.add("rrule", {"FREQ": "YEARLY", "BYMONTH": rule.onset.month, "BYDAY": f"{week}{day}"})
        made.add_component(part)
    return made


def _offset(rules: Iterable[Observance], wall: datetime) -> timedelta:
    """Return the UTC offset by the observances at a wall time."""
    rules = list(rules)
    if len(rules) == 1:
        return rules[0].offset_to
    onsets = [
        (_in_year(year, rule).replace(tzinfo=UTC) - rule.offset_from, rule.offset_to)
        for rule in rules
        for year in (wall.year - 1, wall.year, wall.year + 1)
    ]
    return max((onset, offset) for onset, offset in onsets if onset <= wall)[1]


def _in_year(year: int, rule: Observance) -> datetime:
    assert rule.weekday is not None
    week, day = rule.weekday
    return datetime.combine(_nth(year, rule.onset.month, week, _WEEKDAYS.index(day)), rule.onset.time())


def _nth(year: int, month: int, week: int, weekday: int) -> date:
    """Return the date of the week-th weekday of a month, -1 for the last. weekday: 0 is Sunday."""
    first = date(year, month, 1)
    day = first + timedelta(days=(weekday - first.isoweekday()) % 7)
    every = [day + timedelta(weeks=n) for n in range(5)]
    return [each for each in every if each.month == month][week - 1 if week > 0 else week]


def _onset(change: list[str]) -> tuple[datetime, tuple[int, str]] | None:
    """Return the first onset and its recurring weekday; None if the change happens outside that day."""
    month, week, weekday = map(int, change[:3])
    clock = _span(change[3] or "2")
    if not timedelta() <= clock < timedelta(days=1):
        return None
    nth = -1 if week == _LAST else week
    midnight = datetime.combine(_nth(EPOCH, month, nth, weekday), datetime.min.time())
    return midnight + clock, (nth, _WEEKDAYS[weekday])


def _span(clock: str) -> timedelta:
    sign = -1 if clock.startswith("-") else 1
    hours, minutes, seconds = [*map(int, clock.lstrip("+-").split(":")), 0, 0][:3]
    return sign * timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _bare(name: str) -> str:
    return name.strip("<>")


def _footer(zone: str) -> str:
    """Return the POSIX rule of the zone from the TZif file that ZoneInfo reads."""
    ZoneInfo(zone)  # raises for an invalid key before it becomes a path
    for folder in zoneinfo.TZPATH:
        path = Path(folder, zone)
        if path.is_file():
            return _last_line(path.read_bytes())
    return _last_line(resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes())


def _last_line(file: bytes) -> str:
    return file.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")
