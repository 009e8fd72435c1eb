"""What a plan changes in people's calendars, and who has to be told. Nothing here touches the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from i18n import formats
from server import names
from server.models import CalendarEntry, Delegate, Event, Meeting, Person, Plan, Release
from server.pages import zone_of
from server.plans.directory import Directory


class Kind(StrEnum):
    ADDED = "added"
    MOVED = "moved"
    CANCELLED = "cancelled"
    STAFFED = "staffed"  # another interpreter, or another need to talk about: same time, same table


@dataclass(frozen=True)
class Place:
    """When, where and with which interpreter a meeting is."""

    start_at: datetime
    end_at: datetime
    table_id: int
    interpreter_id: int | None
    need_id: int | None

    def is_where(self, other: "Place") -> bool:
        return (self.start_at, self.end_at, self.table_id) == (other.start_at, other.end_at, other.table_id)


@dataclass(frozen=True)
class Change:
    """A pair's meeting as it stands in calendars and as it will. before: None where it does not stand there.

    entry: the row that holds it, if there was one ever.
    """

    kind: Kind
    expert_id: int
    enterprise_id: int
    before: Place | None
    after: Place | None
    entry: CalendarEntry | None


def compare(entries: Iterable[CalendarEntry], meetings: Iterable[Meeting], places: Directory) -> list[Change]:
    """What publishing the meetings changes, by expert and enterprise; what stays as it is is left out."""
    held = {(meeting.expert_id, meeting.enterprise_id): _planned(meeting, places) for meeting in meetings}
    standing = {(entry.expert_id, entry.enterprise_id): entry for entry in entries}
    changes = []
    for both in sorted(held.keys() | standing.keys()):
        entry, after = standing.get(both), held.get(both)
        before = None if entry is None or entry.is_cancelled else _standing(entry)
        kind = _kind(before, after)
        if kind is not None:
            changes.append(Change(kind, *both, before, after, entry))
    return changes


def _kind(before: Place | None, after: Place | None) -> Kind | None:
    if before == after:
        return None
    if after is None:
        return Kind.CANCELLED
    if before is None:
        return Kind.ADDED
    return Kind.STAFFED if before.is_where(after) else Kind.MOVED


def _planned(meeting: Meeting, places: Directory) -> Place:
    slot = places.slots[meeting.slot_id]
    return Place(slot.start_at, slot.end_at, meeting.table_id, meeting.interpreter_id, meeting.need_id)


def _standing(entry: CalendarEntry) -> Place:
    return Place(entry.start_at, entry.end_at, entry.table_id, entry.interpreter_id, entry.need_id)


def entry_of(change: Change, event: Event, now: datetime) -> CalendarEntry:
    """The row as it will be, not stored yet.

    The sequence rises where time or place change and on cancelling and reinstating, not for what is only described
    otherwise (RFC 5546 section 2.1.4).
    """
    entry = change.entry
    if entry is None:
        entry = CalendarEntry(
            event_id=event.id,
            expert_id=change.expert_id,
            enterprise_id=change.enterprise_id,
            uid=f"meeting-{uuid4().hex}",
        )
    elif change.kind is not Kind.STAFFED:
        entry.sequence += 1
    if change.after is not None and entry.interpreter_id != change.after.interpreter_id:
        entry.staffings += 1
    entry.changed_at = now
    entry.is_cancelled = change.after is None
    if change.after is not None:
        entry.update_from_dict(vars(change.after))
    return entry


def release_of(change: Change, now: datetime) -> Release | None:
    """What is left in the calendar of an interpreter whom the change takes off the meeting; None where it takes nobody.

    To be asked before `entry_of`, which changes the row. A meeting that was cancelled before is no news to them.
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


# -- Letters -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """One line of a person's letter. counterpart: whom the meeting is with, for an interpreter both."""

    kind: Kind
    change: Change
    counterpart: tuple[int, ...]


def people_told(
    changes: Iterable[Change], people: Directory, delegates: Iterable[Delegate]
) -> list[tuple[Person, list[Told]]]:
    """Everybody with a changed meeting and what changed for them, by person."""
    sent: dict[int, list[Person]] = defaultdict(list)
    for delegate in delegates:
        sent[delegate.registration_id].append(delegate.person)
    found: dict[int, tuple[Person, list[Told]]] = {}

    def tell(person: Person, told: Told) -> None:
        found.setdefault(person.id, (person, []))[1].append(told)

    for change in changes:
        if change.kind is not Kind.STAFFED:
            tell(people.parties[change.expert_id].person, Told(change.kind, change, (change.enterprise_id,)))
            for person in sent[change.enterprise_id]:
                tell(person, Told(change.kind, change, (change.expert_id,)))
        for interpreter, kind in _interpreters_told(change):
            both = (change.expert_id, change.enterprise_id)
            tell(people.interpreters[interpreter].person, Told(kind, change, both))
    return [found[id] for id in sorted(found)]


def _interpreters_told(change: Change) -> list[tuple[int, Kind]]:
    before = change.before.interpreter_id if change.before else None
    after = change.after.interpreter_id if change.after else None
    if before == after:
        return [] if after is None or change.kind is Kind.STAFFED else [(after, change.kind)]
    told = [(before, Kind.CANCELLED), (after, Kind.ADDED)]
    return [(interpreter, kind) for interpreter, kind in told if interpreter is not None]


def letter_values(
    person: Person, told: Sequence[Told], *, event: Event, plan: Plan, places: Directory
) -> Mapping[str, Any]:
    """What templates/mail/published is rendered with: lines of added, moved and cancelled meetings by time."""
    zone, locale = zone_of(event), person.locale

    def at(place: Place) -> str:
        return formats.interval(place.start_at, place.end_at, locale, zone)

    def line(each: Told) -> dict[str, Any]:
        before, after = each.change.before, each.change.after
        return {
            # Whoever reads of two parties interprets between them; whoever reads of one is of the other side.
            "parties": [places.named_to(id, locale, other_side=len(each.counterpart) == 1) for id in each.counterpart],
            "before": at(before) if before else None,
            "when": at(after) if after else None,
            "table": str(places.tables[after.table_id].number) if after else None,
        }

    def start(each: Told) -> datetime:
        place = each.change.after or each.change.before
        assert place is not None
        return place.start_at

    lines: dict[str, list[dict[str, Any]]] = {kind.value: [] for kind in (Kind.ADDED, Kind.MOVED, Kind.CANCELLED)}
    for each in sorted(told, key=start):
        lines[each.kind.value].append(line(each))
    return {
        **lines,
        "name": names.shown_name(person, locale),
        "event_name": event.name,
        "version": plan.version,
        "path": f"/e/{event.slug}/agenda",
    }
