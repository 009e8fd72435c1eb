"""Hours of the tables of a hall: in which slots meetings can take place at each table. One day and some tables a page.

What is blocked is stored as times, like availability, so that new slots take it over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from server import presence
from server.db import atomic, lock
from server.edits import UNSEEN, Edit
from server.errors import NotFound
from server.models import Event, Hall, PlenaryItem, Slot, Table
from server.pages import zone_of
from server.plans.guarding import shown_first
from server.values import Values

TABLES = 25  # on a page, so that a form has fewer fields than a request may have


@dataclass(frozen=True, kw_only=True)
class TableHours(Values):
    """open: cells such as "12.40" (table, slot) in which meetings can take place, in order of slots and tables."""

    open: Sequence[str]


@dataclass(frozen=True)
class HallDay:
    """Tables of a hall on a day. slots: of the day that have not begun and that the programme leaves free, by time.

    days: all days with such slots. first: place of the first of these tables in the hall, from 0. number: of all tables
    of the hall. elsewhere: such slots of all days.
    """

    hall: Hall
    day: date | None
    days: Sequence[date]
    slots: Sequence[Slot]
    elsewhere: Sequence[Slot]
    tables: Sequence[Table]
    numbers: Sequence[int]
    first: int

    def hours(self) -> TableHours:
        """Return the hours as they are stored."""
        closed = {table.id: presence.blocked(table, self.slots) for table in self.tables}
        return TableHours(open=[cell_of(t, s) for s in self.slots for t in self.tables if s.id not in closed[t.id]])


def cell_of(table: Table, slot: Slot) -> str:
    return f"{table.id}.{slot.id}"


async def hall_day(event: Event, hall: Hall, day: date | None, first: int) -> HallDay:
    """Return what the page shows. Three queries.

    day: None, or a day without slots, for the first one. first: place of a table in the hall, from 0.
    """
    slots = await Slot.filter(event_id=event.id, start_at__gt=datetime.now(UTC)).order_by("start_at")
    taken = presence.taken(slots, await PlenaryItem.filter(event_id=event.id))
    free = [slot for slot in slots if slot.id not in taken]
    days = sorted({slot.day for slot in free})
    chosen = day if day in days else next(iter(days), None)
    tables = await Table.filter(hall_id=hall.id).order_by("number")
    start = first // TABLES * TABLES if 0 <= first < len(tables) else 0
    return HallDay(
        hall=hall,
        day=chosen,
        days=days,
        slots=[slot for slot in free if slot.day == chosen],
        elsewhere=free,
        tables=tables[start : start + TABLES],
        numbers=[table.number for table in tables],
        first=start,
    )


@atomic
async def save(
    event: Event,
    hall: Hall,
    cells: Iterable[str],
    edit: Edit = UNSEEN,
    *,
    day: date | None,
    first: int,
    everywhere: bool = False,
    seen: str = "",
) -> None:
    """Store in which of the shown slots meetings can take place at each of the shown tables.

    everywhere: the other days get the same hours. seen: as in `shown_first`. Raises EditConflict, TakesMeetings, and
    NotFound if the hall was removed.
    """
    await lock(Event, event.id)
    if not await Hall.exists(id=hall.id):
        raise NotFound
    shown, wanted = await hall_day(event, hall, day, first), set(cells)
    known = [cell_of(table, slot) for slot in shown.slots for table in shown.tables]
    given = TableHours(open=[cell for cell in known if cell in wanted])
    there = set(edit.merged(given, shown.hours()).values.open)
    async with shown_first(event.id, seen):
        for table in shown.tables:
            shut = [slot for slot in shown.slots if cell_of(table, slot) not in there]
            over = shown.slots
            if everywhere:
                over, shut = shown.elsewhere, _on_all_days(shown, shut, zone_of(event))
            times = presence.minus(presence.from_json(table.closed or []), _times(over))
            closed = presence.to_json(presence.merged_times([*times, *_times(shut)])) or None
            if closed != table.closed:
                await Table.filter(id=table.id).update(closed=closed)


def _on_all_days(shown: HallDay, shut: Iterable[Slot], zone: ZoneInfo) -> list[Slot]:
    """Return the slots of all days that overlap the wall time of one of these, and these."""
    walls = [_wall(slot, zone) for slot in shut]
    found = []
    for slot in shown.elsewhere:
        start, end = _wall(slot, zone)
        if any(start < other_end and other_start < end for other_start, other_end in walls):
            found.append(slot)
    return found


def _wall(slot: Slot, zone: ZoneInfo) -> tuple[int, int]:
    """Return start and end in minutes of the day at the venue; an end at midnight is minute 1440."""
    start, end = (at.astimezone(zone) for at in (slot.start_at, slot.end_at))
    first = start.hour * 60 + start.minute
    return first, (end.hour * 60 + end.minute) or 24 * 60


def _times(slots: Iterable[Slot]) -> list[presence.Interval]:
    return [(slot.start_at, slot.end_at) for slot in slots]
