"""Calendar entries: which rows a published plan changes, their UIDs and sequence numbers.

Only this module sets UIDs and raises sequences. Functions that write belong into the caller's transaction.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from server.bulk import Inserting, Updating, inserting, updating
from server.models import CalendarEntry, Event, Meeting, Release, Slot
from server.settings import Settings

BATCH = 500  # rows in one statement
Standing = tuple[int, int, int]  # a release: its id, the entry, the interpreter
CHANGING = (
    *("sequence", "staffings", "is_cancelled", "start_at", "end_at", "changed_at"),
    *("table_id", "interpreter_id", "need_id"),
)


class ChangeKind(StrEnum):
    """What a published plan changes about a meeting."""

    ADDED = "added"
    MOVED = "moved"  # another time, possibly another table
    RESEATED = "reseated"  # another table, same time
    STAFFED = "staffed"  # another interpreter or subject, same time and table
    CANCELLED = "cancelled"
    RELEASED = "released"  # for one interpreter: the meeting takes place without them


@dataclass(frozen=True)
class MeetingPlace:
    """Time, table, interpreter and need of a meeting."""

    start_at: datetime
    end_at: datetime
    table_id: int
    interpreter_id: int | None
    need_id: int | None

    def is_when(self, other: "MeetingPlace") -> bool:
        return (self.start_at, self.end_at) == (other.start_at, other.end_at)


@dataclass(frozen=True)
class Change:
    """A pair's meeting before and after publishing. before: None if it is not in calendars now.

    entry: the pair's row, or None if there never was one.
    """

    kind: ChangeKind
    expert_id: int
    enterprise_id: int
    before: MeetingPlace | None
    after: MeetingPlace | None
    entry: CalendarEntry | None


def compare(entries: Iterable[CalendarEntry], meetings: Iterable[Meeting], slots: Mapping[int, Slot]) -> list[Change]:
    """Return what publishing these meetings changes, by expert and enterprise, without unchanged meetings.

    slots: of the meetings, by key.
    """
    held = {(meeting.expert_id, meeting.enterprise_id): _planned(meeting, slots) for meeting in meetings}
    standing = {(entry.expert_id, entry.enterprise_id): entry for entry in entries}
    changes = []
    for both in sorted(held.keys() | standing.keys()):
        entry, after = standing.get(both), held.get(both)
        before = None if entry is None or entry.is_cancelled else _standing(entry)
        kind = _kind(before, after)
        if kind is not None:
            changes.append(Change(kind, *both, before, after, entry))
    return changes


def _kind(before: MeetingPlace | None, after: MeetingPlace | None) -> ChangeKind | None:
    if before == after:
        return None
    if after is None:
        return ChangeKind.CANCELLED
    if before is None:
        return ChangeKind.ADDED
    if not before.is_when(after):
        return ChangeKind.MOVED
    return ChangeKind.STAFFED if before.table_id == after.table_id else ChangeKind.RESEATED


def _planned(meeting: Meeting, slots: Mapping[int, Slot]) -> MeetingPlace:
    slot = slots[meeting.slot_id]
    return MeetingPlace(slot.start_at, slot.end_at, meeting.table_id, meeting.interpreter_id, meeting.need_id)


def _standing(entry: CalendarEntry) -> MeetingPlace:
    return MeetingPlace(entry.start_at, entry.end_at, entry.table_id, entry.interpreter_id, entry.need_id)


def entry_after(change: Change, event: Event, now: datetime) -> CalendarEntry:
    """Return the row after the change, not stored.

    The sequence rises if time or place change, on cancelling and reinstating, but not if only the description changes
    (RFC 5546 section 2.1.4).
    """
    entry = change.entry
    if entry is None:
        entry = CalendarEntry(
            event_id=event.id,
            expert_id=change.expert_id,
            enterprise_id=change.enterprise_id,
            uid=f"meeting-{uuid4().hex}",
            uid_host="",
        )
    elif change.kind is not ChangeKind.STAFFED:
        entry.sequence += 1
    if change.after is not None and entry.interpreter_id != change.after.interpreter_id:
        entry.staffings += 1
    entry.changed_at = now
    entry.is_cancelled = change.after is None
    if change.after is not None:
        entry.update_from_dict(vars(change.after))
    return entry


def release_of(change: Change, now: datetime) -> Release | None:
    """Return the release of the interpreter whom the change removes from the meeting, or None.

    Call before `entry_after`, which changes the row. A meeting that was already cancelled gives no release.
    """
    entry = change.entry
    if entry is None or entry.interpreter_id is None or change.after is None:
        return None
    if entry.interpreter_id == change.after.interpreter_id:
        return None
    is_news = not entry.is_cancelled
    return Release(
        entry_id=entry.id,
        interpreter_id=entry.interpreter_id,
        sequence=entry.sequence + entry.staffings + is_news,
        start_at=entry.start_at,
        end_at=entry.end_at,
        table_id=entry.table_id,
        need_id=entry.need_id,
        changed_at=now if is_news else entry.changed_at,
    )


def uid_of(entry: CalendarEntry, public_host: str) -> str:
    """Return the entry's UID. public_host: for entries without a stored host."""
    host = public_host if entry.uid_host is None else entry.uid_host
    return f"{entry.uid}@{host}" if host else entry.uid


# -- Reading and storing -------------------------------------------------------------------------------------------


async def changes(event_id: int, meetings: Iterable[Meeting], slots: Mapping[int, Slot]) -> list[Change]:
    """Return what publishing these meetings would change in the event's calendars. One query."""
    return await asyncio.to_thread(
        compare, await CalendarEntry.filter(event_id=event_id).order_by("id"), meetings, slots
    )


@dataclass(frozen=True)
class Writes:
    """Statements that bring entries and releases of interpreters up to date. over: releases that no longer hold."""

    created: Inserting
    changed: Updating
    over: Sequence[int]
    released: Inserting

    async def run(self) -> None:
        """Write, inside the caller's transaction, in which nothing may have changed since the changes were found."""
        await self.created.run()
        await self.changed.run()
        for first in range(0, len(self.over), BATCH):
            await Release.filter(id__in=self.over[first : first + BATCH]).delete()
        await self.released.run()


async def releases_of(event_id: int) -> Sequence[Standing]:
    """Return the releases of an event. One query."""
    rows = await Release.filter(entry__event_id=event_id).values_list("id", "entry_id", "interpreter_id")
    return [(row[0], row[1], row[2]) for row in rows]


def writes(event: Event, changed: Iterable[Change], standing: Iterable[Standing], now: datetime) -> Writes:
    """Return what writes the changes, whose rows it brings up to date. standing: the releases of the event.

    An interpreter who interprets a meeting again loses the release.
    """
    changes = list(changed)
    released = [release for change in changes if (release := release_of(change, now))]
    entries = [entry_after(change, event, now) for change in changes]
    stored = [entry for entry in entries if entry.id is not None]
    serving = {(entry.id, entry.interpreter_id) for entry in stored}
    return Writes(
        created=inserting(CalendarEntry, (entry for entry in entries if entry.id is None)),
        changed=updating(CalendarEntry, stored, CHANGING),
        over=[id for id, entry, interpreter in standing if (entry, interpreter) in serving],
        released=inserting(Release, released),
    )


async def move_entries(event_id: int, times: Callable[[CalendarEntry], Mapping[str, datetime]], now: datetime) -> None:
    """Set new times of all entries in force. times: returns `start_at` and `end_at` of an entry."""
    for entry in await CalendarEntry.filter(event_id=event_id, is_cancelled=False):
        values = {**times(entry), "sequence": entry.sequence + 1, "changed_at": now}
        await CalendarEntry.filter(id=entry.id).update(**values)


async def fix_identities(settings: Settings) -> None:
    """Store the host of UIDs in entries that are older than the column `uid_host`.

    Call when a server starts: its BASE_URL is the one in people's calendars.
    """
    await CalendarEntry.filter(uid_host=None).update(uid_host=settings.public_host)
