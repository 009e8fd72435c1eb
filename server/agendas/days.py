"""An agenda by day: meetings, programme items, breaks and free slots."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from server.agendas.meetings import MeetingRole, ShownMeeting
from server.memory import Counts, remembered
from server.models import Event, Part, PlenaryItem, Slot


class DayLineKind(StrEnum):
    """What a line of an agenda's day is."""

    MEETING = "meeting"
    PLENARY = "plenary"
    PAUSE = "pause"  # the midday break set by the organiser
    FREE = "free"  # free slots between two meetings


@dataclass(frozen=True)
class DayLine:
    """A half-open interval of the day: a meeting, a programme item (name: {locale: text}), a break or free slots."""

    kind: DayLineKind
    start_at: datetime
    end_at: datetime
    meeting: ShownMeeting | None = None
    name: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Day:
    """A day at the venue. breaks: runs of free slots between meetings, counted as in the plan. tables: at which
    meetings are.
    """

    date: date
    lines: list[DayLine]
    meetings: int
    breaks: int
    tables: int


@dataclass(frozen=True)
class Frame:
    """Slots and programme items of an event, the same for all readers. slots: by time."""

    zone: ZoneInfo
    slots: Sequence[Slot]
    items: Sequence[PlenaryItem]
    pause: tuple[time, time] | None


async def frame_of(event: Event, counts: Counts | None = None) -> Frame:
    """Return the frame of an event. One query if its grid has not changed, else three.

    counts: as for `memory.remembered`.
    """
    return await remembered(event.id, "frame", [Part.GRID], lambda: _read_frame(event), counts=counts)


async def _read_frame(event: Event) -> Frame:
    return Frame(
        zone=ZoneInfo(event.time_zone),
        slots=await Slot.filter(event_id=event.id).order_by("start_at"),
        items=await PlenaryItem.filter(event_id=event.id).order_by("start_at", "id"),
        pause=_pause(event.grid),
    )


def _pause(grid: Mapping[str, Any]) -> tuple[time, time] | None:
    # The grid has form values as typed; the form checked them.
    start, end = grid.get("pause_start"), grid.get("pause_end")
    return (time.fromisoformat(start), time.fromisoformat(end)) if start and end else None


def agenda_days(frame: Frame, meetings: Iterable[ShownMeeting], parts: Iterable[MeetingRole]) -> list[Day]:
    """Return the days with a meeting or programme item of the agenda's owner. parts: roles of the owner."""
    sides = {"", *parts}
    items = [
        DayLine(DayLineKind.PLENARY, item.start_at, item.end_at, name=item.name)
        for item in frame.items
        if item.side in sides
    ]
    lines = [*(DayLine(DayLineKind.MEETING, each.start_at, each.end_at, meeting=each) for each in meetings), *items]
    ordered = sorted(lines, key=lambda line: line.start_at)
    by_day = groupby(ordered, key=lambda line: line.start_at.astimezone(frame.zone).date())
    return [_day(frame, day, list(of_day)) for day, of_day in by_day]


def _day(frame: Frame, day: date, lines: list[DayLine]) -> Day:
    held = [line.meeting for line in lines if line.meeting and not line.meeting.is_cancelled]
    taken = [line for line in lines if not (line.meeting and line.meeting.is_cancelled)]
    taken += _pauses(frame, day, taken)
    runs = _idle_runs(frame, day, held)
    free = [_widened(stretch, taken) for run in runs for stretch in _uninterrupted(run, taken)]
    lost = [line for line in lines if line.meeting and line.meeting.is_cancelled]
    return Day(
        date=day,
        lines=sorted([*taken, *lost, *free], key=lambda line: (line.start_at, line.end_at)),
        meetings=len(held),
        breaks=len(runs),
        tables=len({meeting.table for meeting in held}),
    )


def _pauses(frame: Frame, day: date, taken: Sequence[DayLine]) -> list[DayLine]:
    """Return the day's midday break if it lies between other lines and no programme item (lunch) covers it."""
    if frame.pause is None:
        return []
    start, end = (datetime.combine(day, clock, frame.zone).astimezone(UTC) for clock in frame.pause)
    pause = DayLine(DayLineKind.PAUSE, start, end)
    is_between = any(line.end_at <= start for line in taken) and any(end <= line.start_at for line in taken)
    return [pause] if is_between and not any(_overlap(pause, line) for line in taken) else []


def _idle_runs(frame: Frame, day: date, held: Sequence[ShownMeeting]) -> list[list[Slot]]:
    """Return runs of free slots between the day's first and last meeting; slots covered by programme items do not
    count.
    """
    if not held:
        return []
    first, last = min(each.start_at for each in held), max(each.start_at for each in held)
    planned = [
        slot
        for slot in frame.slots
        if slot.day == day and first <= slot.start_at <= last and not any(_overlap(slot, item) for item in frame.items)
    ]
    is_idle = [not any(_overlap(slot, each) for each in held) for slot in planned]
    runs = groupby(zip(is_idle, planned, strict=True), key=lambda each: each[0])
    return [[slot for _, slot in run] for idle, run in runs if idle]


def _uninterrupted(run: Sequence[Slot], taken: Sequence[DayLine]) -> list[DayLine]:
    """Return the run as lines split at breaks and programme items."""
    lines: list[DayLine] = []
    for slot in run:
        before = lines[-1] if lines else None
        if before and not any(before.end_at <= each.start_at < slot.start_at for each in taken):
            lines[-1] = DayLine(DayLineKind.FREE, before.start_at, slot.end_at)
        else:
            lines.append(DayLine(DayLineKind.FREE, slot.start_at, slot.end_at))
    return lines


def _widened(free: DayLine, taken: Sequence[DayLine]) -> DayLine:
    """Return free time extended to the end of the line before and the start of the line after: slots have gaps between
    them.
    """
    start = max((line.end_at for line in taken if line.end_at <= free.start_at), default=free.start_at)
    end = min((line.start_at for line in taken if line.start_at >= free.end_at), default=free.end_at)
    return DayLine(DayLineKind.FREE, start, end)


def _overlap(one: Any, other: Any) -> bool:
    return bool(one.start_at < other.end_at and other.start_at < one.end_at)
