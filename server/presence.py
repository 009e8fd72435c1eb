"""Availability: times at which somebody is available, and the event's slots that lie completely in them.

People tick slots; the times are stored, so that changing the slots loses nobody's availability. Intervals are
half-open, in UTC, ascending and disjoint.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Protocol

from server.models import PlenaryItem, Slot, Table

Interval = tuple[datetime, datetime]


class Somebody(Protocol):
    """A registration or an interpreter."""

    presence: list[list[str]] | None
    available: list[int]


def from_json(stored: Iterable[Sequence[str]]) -> list[Interval]:
    """Return the times stored in the column."""
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in stored]


def to_json(times: Iterable[Interval]) -> list[list[str]]:
    """Return the times as stored in the column."""
    return [[start.isoformat(), end.isoformat()] for start, end in times]


def merged_times(times: Iterable[Interval]) -> list[Interval]:
    """Return the times with touching and overlapping intervals merged."""
    found: list[Interval] = []
    for start, end in sorted(times):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif start < end:
            found.append((start, end))
    return found


def minus(times: Iterable[Interval], gone: Iterable[Interval]) -> list[Interval]:
    """Return the times without those in gone."""
    left = merged_times(times)
    for start, end in merged_times(gone):
        parts = [((a, min(b, start)), (max(a, end), b)) for a, b in left]
        left = [(a, b) for two in parts for a, b in two if a < b]
    return left


def common(one: Iterable[Interval], other: Iterable[Interval]) -> list[Interval]:
    """Return the times that lie in both."""
    times = merged_times(one)
    return minus(times, minus(times, other))


def total_time(times: Iterable[Interval]) -> timedelta:
    """Return the sum of the times."""
    return sum((end - start for start, end in times), timedelta())


def laid(times: Sequence[Interval], slots: Iterable[Slot]) -> list[int]:
    """Return ids, ascending, of the slots that lie completely in one of the times."""
    inside = (slot for slot in slots if any(start <= slot.start_at and slot.end_at <= end for start, end in times))
    return sorted(slot.id for slot in inside)


def over(slots: Sequence[Slot], ids: Collection[int]) -> list[Interval]:
    """Return the times of these slots, including the gaps between neighbouring ones. slots: all of the event, by time.

    A gap is the shortest time between two slots of the event; longer ones, such as midday, are not included.
    """
    ticked, shortest = set(ids), _break(slots)
    times = [(slot.start_at, slot.end_at) for slot in slots if slot.id in ticked]
    times += [
        (one.end_at, other.start_at)
        for one, other in pairwise(slots)
        if {one.id, other.id} <= ticked and _is_break(one, other, shortest)
    ]
    return merged_times(times)


def times_of(somebody: Somebody, slots: Sequence[Slot]) -> list[Interval]:
    """Return when somebody is available. slots: all of the event by time, as when the availability was last saved.

    If stored times and stored slots differ, or there are no times, the slots count.
    """
    times = None if somebody.presence is None else from_json(somebody.presence)
    known = {slot.id for slot in slots}
    if times is not None and laid(times, slots) == sorted(known & set(somebody.available)):
        return times
    return over(slots, somebody.available)


def after_ticking(before: Sequence[Interval], slots: Sequence[Slot], ids: Collection[int]) -> list[Interval]:
    """Return the times after exactly these slots were ticked; times outside all slots stay."""
    cleared = set(laid(before, slots)) - set(ids)
    gone = [_reach(slots, at) for at, slot in enumerate(slots) if slot.id in cleared]
    return merged_times([*minus(before, gone), *over(slots, ids)])


def taken(slots: Iterable[Slot], items: Sequence[PlenaryItem]) -> frozenset[int]:
    """Return ids of slots covered by programme items. An item for one side blocks both, as the other has nobody to
    meet.
    """
    return frozenset(
        slot.id for slot in slots if any(item.start_at < slot.end_at and slot.start_at < item.end_at for item in items)
    )


def blocked(table: Table, slots: Iterable[Slot]) -> frozenset[int]:
    """Return ids of slots in which the organiser keeps the table free of meetings, at least for a part of the slot."""
    if not table.closed:
        return frozenset()
    times = from_json(table.closed)
    return frozenset(
        slot.id for slot in slots if any(start < slot.end_at and slot.start_at < end for start, end in times)
    )


def _break(slots: Sequence[Slot]) -> timedelta:
    gaps = [other.start_at - one.end_at for one, other in pairwise(slots) if one.day == other.day]
    return min(gaps, default=timedelta())


def _is_break(one: Any, other: Any, shortest: timedelta) -> bool:
    return bool(one.day == other.day and other.start_at - one.end_at <= shortest)


def _reach(slots: Sequence[Slot], at: int) -> Interval:
    """Return the slot's own time and the gaps on both sides."""
    slot, shortest = slots[at], _break(slots)
    before = slots[at - 1] if at else None
    after = slots[at + 1] if at + 1 < len(slots) else None
    start = before.end_at if before and _is_break(before, slot, shortest) else slot.start_at
    end = after.start_at if after and _is_break(slot, after, shortest) else slot.end_at
    return start, end
