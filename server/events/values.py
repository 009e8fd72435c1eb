"""What organisers enter about an event, its days and its interpreters, as services take it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time

from server.events.clock import days_of, end_minute_of, minute_of
from server.models import Event
from server.values import Values


@dataclass(frozen=True, kw_only=True)
class EventValues(Values):
    """Names, texts, window and promises of an event. name, place, description: text by locale."""

    name: Mapping[str, str]
    place: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    slug: str
    time_zone: str
    locales: Sequence[str]
    registration_opens_at: datetime
    registration_closes_at: datetime
    expert_min_meetings: int = 0
    enterprise_min_meetings: int = 0
    contact_email: str = ""

    @classmethod
    def of(cls, event: Event) -> "EventValues":
        """Return the values as they are stored."""
        return cls(**{name: getattr(event, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True, kw_only=True)
class GridValues:
    """Days, and how each day is divided into slots. Wall time at the venue; lengths in minutes.

    day_end: 00:00 is midnight at the end of the day. pauses: (start, end) of breaks by time; the form has the first
    one, the midday break.
    """

    first_day: date
    last_day: date
    day_start: time
    day_end: time
    length_min: int
    break_min: int
    pauses: Sequence[tuple[time, time]] = ()

    @property
    def days(self) -> list[date]:
        return days_of(self.first_day, self.last_day)

    def wall_slots(self) -> list[tuple[time, time]]:
        """Return (start, end) of one day's slots; an end of 00:00 is midnight.

        A slot that would overlap a break starts after the break.
        """
        at, slots = minute_of(self.day_start), []
        pauses = [(minute_of(start), minute_of(end)) for start, end in self.pauses]
        while at + self.length_min <= end_minute_of(self.day_end):
            over = [end for start, end in pauses if at < end and at + self.length_min > start]
            if over:
                at = max(over)
                continue
            slots.append((_clock(at), _clock(at + self.length_min)))
            at += self.length_min + self.break_min
        return slots

    def as_stored(self) -> dict[str, str]:
        """Return the form's values as `Event.grid` keeps them."""
        start, end = self.pauses[0] if self.pauses else (None, None)
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "pauses"}
        return {name: _as_text(value) for name, value in {**values, "pause_start": start, "pause_end": end}.items()}


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _as_text(value: date | time | int | None) -> str:
    if isinstance(value, time):
        return value.isoformat("minutes")
    return "" if value is None else str(value)


@dataclass(frozen=True, kw_only=True)
class InterpreterValues(Values):
    """languages: tags. available: ids of slots. max_meetings, max_consecutive: None for no limit."""

    languages: Sequence[str]
    available: Sequence[int]
    max_meetings: int | None = None
    max_consecutive: int | None = None


@dataclass(frozen=True, kw_only=True)
class AvailabilityValues(Values):
    """When a party or interpreter is available. presence: times as `presence.to_json` gives them.

    available: ids of slots.
    """

    presence: Sequence[Sequence[str]]
    available: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class ItemValues(Values):
    """A programme item as its form has it. name: text by locale. day, start, end: at the venue, in ISO 8601.

    side: who takes part, "" for both sides.
    """

    name: Mapping[str, str]
    day: str
    start: str
    end: str
    side: str


@dataclass(frozen=True, kw_only=True)
class HallValues(Values):
    """A hall. name: text by locale. tables: how many it has."""

    name: Mapping[str, str]
    tables: int
