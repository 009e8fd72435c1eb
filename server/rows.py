"""Everything that planning reads of an event, loaded once for plans, matches and the desk; ids for the engine.

Ids have a letter for their kind and the key of their row: slot `s12`, table `t3`, hall `h1`, expert `e45`, enterprise
`f7`, interpreter `i2`, need `n9`, pair `e45-f7`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TypeVar

from matching import affinity
from server.barring.rules import MeetingRule, barred, rules_of
from server.everybody import People, needs_of, people_of
from server.memory import WHOLE, Counts, counts_of, remembered
from server.models import (
    Correction,
    CorrectionKind,
    Event,
    Interpreter,
    Meeting,
    Need,
    Part,
    PlenaryItem,
    Publication,
    Registration,
    Side,
    Slot,
    Table,
    Wish,
    WishKind,
)
from server.needs.ending import day_at
from server.presence import Interval, blocked, laid, taken
from server.schemes import scheme_of
from server.translations import reading
from server.translations.reading import Translations, translations_of

R = TypeVar("R", Table, Interpreter)
PREFIX: Mapping[Side, str] = {Side.EXPERT: "e", Side.ENTERPRISE: "f"}


@dataclass(frozen=True)
class EventRows:
    """The rows of an event that planning reads.

    parties: registered and not withdrawn, with person and organisation. needs: published and not past their
    deadline. slots: all, by time. closed: ids of slots covered by programme items. started: ids of slots that have
    begun. corrections: organisers' assessments by (expert, enterprise). previous: meetings of the published plan
    with both registrations, if slot and table still exist or the meeting has begun. translations: of all texts.
    is_published: whether a plan is published. tables, interpreters: removed ones included if such a meeting used
    them. withdrawn_from: enterprises that withdrew a need and have none under review. ended: needs past their
    deadline. past_deadline: their enterprises, without those that have a need under review. counts: of the event
    when they were read. private: ids of parties of whom no text goes to an embedder elsewhere, None if nobody has
    looked (see `scores.embedding`). need_times: by need, when the delegates named for it are at the event (see
    `delegates.sitting`).
    """

    event: Event
    slots: Sequence[Slot]
    closed: frozenset[int]
    tables: Sequence[Table]
    parties: Sequence[Registration]
    needs: Sequence[Need]
    interpreters: Sequence[Interpreter]
    wishes: Sequence[Wish]
    corrections: Mapping[tuple[int, int], CorrectionKind]
    previous: Sequence[Meeting]
    started: frozenset[int] = frozenset()
    is_published: bool = False
    translations: Translations = reading.NONE
    withdrawn_from: frozenset[int] = frozenset()
    ended: frozenset[int] = frozenset()
    past_deadline: frozenset[int] = frozenset()
    counts: Counts = field(default_factory=dict)
    private: frozenset[int] | None = None
    need_times: Mapping[int, Sequence[Interval]] = field(default_factory=dict)

    def at_once(self, party: Registration) -> int:
        """Return how many meetings a party may have at one time: one where its needs name delegates, who cannot sit at
        two tables.
        """
        return 1 if party.id in self._named_delegates else party.parallel

    @cached_property
    def _named_delegates(self) -> frozenset[int]:
        return frozenset(need.registration_id for need in self.needs if need.delegates)

    @property
    def scheme(self) -> affinity.Scheme:
        """The event's topic scheme."""
        return scheme_of(self.event)

    def of(self, side: Side) -> Sequence[Registration]:
        return self._by_side[side]

    @cached_property
    def _by_side(self) -> Mapping[Side, Sequence[Registration]]:
        return {side: [party for party in self.parties if party.side == side] for side in Side}

    @cached_property
    def shown(self) -> "EventRows":
        """The rows without parties that may not be shown to the other side, and without their needs."""
        parties = [party for party in self.parties if party.is_shown]
        return replace(self, parties=parties, needs=needs_of(self.needs, parties))

    def shown_and(self, party: Registration) -> "EventRows":
        """Return the rows of `shown` and a party, which may not be shown yet, with its needs."""
        parties = [each for each in self.parties if each.is_shown or each.id == party.id]
        return replace(self, parties=parties, needs=needs_of(self.needs, parties))

    @cached_property
    def party_by_id(self) -> Mapping[int, Registration]:
        return {party.id: party for party in self.parties}

    @cached_property
    def needs_by_party(self) -> Mapping[int, Sequence[Need]]:
        """The published needs by key of the enterprise; enterprises without one are missing."""
        found: dict[int, list[Need]] = {}
        for need in self.needs:
            found.setdefault(need.registration_id, []).append(need)
        return found

    @cached_property
    def wish_kinds(self) -> Mapping[tuple[int, int], WishKind]:
        """Wishes by (who wishes, about whom)."""
        return {(wish.by_id, wish.about_id): wish.kind for wish in self.wishes}

    @cached_property
    def barred(self) -> Mapping[tuple[int, int], MeetingRule]:
        """The rule that bars each (expert, enterprise) from meeting."""
        return barred(rules_of(self.event), self.parties)

    @cached_property
    def counting_wishes(self) -> Mapping[tuple[int, int], WishKind]:
        """The wishes that plans follow: those to meet end with the needs of the enterprise."""
        ended = self.without_object
        return {both: kind for both, kind in self.wish_kinds.items() if kind == WishKind.NO or ended.isdisjoint(both)}

    @cached_property
    def without_object(self) -> frozenset[int]:
        """The enterprises that had needs, which are all withdrawn or past their deadline."""
        return (self.withdrawn_from | self.past_deadline) - self.needs_by_party.keys()

    @property
    def moment(self) -> tuple[frozenset[int], frozenset[int]]:
        """What of these rows depends on the time: the slots that have begun, and the needs that have ended."""
        return self.started, self.ended

    @cached_property
    def published_pairs(self) -> frozenset[tuple[int, int]]:
        """(expert, enterprise) of the published meetings."""
        return frozenset((meeting.expert_id, meeting.enterprise_id) for meeting in self.previous)

    def presence(self, somebody: Registration | Interpreter) -> Sequence[Slot]:
        """Return the slots in which somebody can still be planned: available and not begun."""
        is_removed = isinstance(somebody, Interpreter) and somebody.removed_at is not None
        there = frozenset(() if is_removed else somebody.available)
        return [slot for slot in self.open_slots if slot.id in there]

    @cached_property
    def need_slots(self) -> Mapping[int, frozenset[int]]:
        """Ids of the slots in which a meeting on a need can be held, by need; needs without a limit are missing."""
        return {need: frozenset(laid(times, self.slots)) for need, times in self.need_times.items()}

    @cached_property
    def usable_tables(self) -> Sequence[Table]:
        """The tables at which meetings can still be planned."""
        return [table for table in self.tables if table.removed_at is None]

    @cached_property
    def seats(self) -> int:
        """How many meetings the tables can have in the slots that are free for meetings."""
        slots = self.open_slots
        return sum(len(slots) - len(blocked(table, slots)) for table in self.usable_tables)

    @cached_property
    def usable_interpreters(self) -> Sequence[Interpreter]:
        """The interpreters who can still be planned."""
        return [person for person in self.interpreters if person.removed_at is None]

    @cached_property
    def open_slots(self) -> Sequence[Slot]:
        """The slots in which meetings can still be planned."""
        return [slot for slot in self.slots if slot.id not in self.closed and slot.id not in self.started]

    @cached_property
    def frozen(self) -> Sequence[Meeting]:
        """The published meetings that have begun: no plan moves them."""
        return [meeting for meeting in self.previous if meeting.slot_id in self.started]

    @cached_property
    def movable(self) -> Sequence[Meeting]:
        """The published meetings that a new plan can move or cancel."""
        return [meeting for meeting in self.previous if meeting.slot_id not in self.started]


@dataclass(frozen=True)
class _Grid:
    """slots: by time. tables: by number, removed ones included."""

    slots: Sequence[Slot]
    closed: frozenset[int]
    tables: Sequence[Table]


@dataclass(frozen=True)
class _Published:
    """meetings: of the published plan, without relations."""

    is_any: bool
    meetings: Sequence[Meeting]


async def load_rows(event: Event, now: datetime | None = None) -> EventRows:
    """Return the rows of an event, shared by all readers: do not change them. now: the instant to plan from, None for
    the present.

    One query if nothing in the event has changed; at most thirteen, for any size.
    """
    counts = await counts_of(event.id)
    grid = await remembered(event.id, "grid", [Part.GRID], lambda: _read_grid(event.id), counts=counts)
    now = now or datetime.now(UTC)
    started = frozenset(slot.id for slot in grid.slots if slot.start_at <= now)
    people = await people_of(event.id, counts)
    ended = people.ended(day_at(event, now))

    async def read() -> EventRows:
        return await _read_rows(event, people, grid, started, ended, counts)

    return await remembered(event.id, ("rows", started, ended), WHOLE, read, counts=counts)


async def _read_rows(
    event: Event, people: People, grid: _Grid, started: frozenset[int], ended: frozenset[int], counts: Counts
) -> EventRows:
    published = await remembered(
        event.id,
        "published",
        [Part.PUBLISHED],
        lambda: _read_published(event.id),
        counts=counts,
        weigh=lambda found: len(found.meetings),
    )
    wishes, corrections = await _wishes(event.id, counts)
    previous = _standing(published.meetings, people, grid, started)
    over = [meeting for meeting in previous if meeting.slot_id in started]
    return EventRows(
        # Readers may change their own copy of the event.
        event=await Event.get(id=event.id),
        slots=grid.slots,
        closed=grid.closed,
        started=started,
        tables=_needed(grid.tables, {meeting.table_id for meeting in over}),
        parties=people.parties,
        needs=[need for need in people.needs if need.id not in ended],
        interpreters=_needed(people.interpreters, {meeting.interpreter_id for meeting in over}),
        wishes=wishes,
        corrections=corrections,
        previous=previous,
        is_published=published.is_any,
        translations=await translations_of(event.id, counts),
        withdrawn_from=people.withdrawn_from,
        ended=ended,
        past_deadline=people.past_deadline(ended),
        need_times=people.need_times,
        counts=counts,
    )


async def _read_grid(event_id: int) -> _Grid:
    slots = await Slot.filter(event_id=event_id).order_by("start_at")
    items = await PlenaryItem.filter(event_id=event_id)
    return _Grid(slots, taken(slots, items), await Table.every.filter(event_id=event_id).order_by("number"))


async def _read_published(event_id: int) -> _Published:
    publication = await Publication.get_or_none(event_id=event_id)
    if publication is None:
        return _Published(False, ())
    return _Published(True, await Meeting.filter(plan_id=publication.plan_id).order_by("id"))


async def _wishes(event_id: int, counts: Counts) -> tuple[Sequence[Wish], Mapping[tuple[int, int], CorrectionKind]]:
    def weigh(found: tuple[Sequence[Wish], object]) -> int:
        return len(found[0])

    return await remembered(
        event_id, "wishes", [Part.WISHES], lambda: _read_wishes(event_id), counts=counts, weigh=weigh
    )


async def _read_wishes(event_id: int) -> tuple[Sequence[Wish], Mapping[tuple[int, int], CorrectionKind]]:
    wishes = await Wish.filter(event_id=event_id).order_by("id")
    corrections = await Correction.filter(event_id=event_id, stands=True)
    return wishes, {(each.expert_id, each.enterprise_id): each.kind for each in corrections}


def _standing(meetings: Iterable[Meeting], people: People, grid: _Grid, started: Collection[int]) -> list[Meeting]:
    """Return copies, with both registrations, of meetings that have begun, and of future ones whose slot and table
    exist; removed interpreters are left out of them.
    """
    known_slots = {slot.id for slot in grid.slots}
    known_tables = {table.id for table in grid.tables if table.removed_at is None}
    known_interpreters = {row.id for row in people.interpreters if row.removed_at is None}
    standing = []
    for each in meetings:
        if each.expert_id not in people.by_id or each.enterprise_id not in people.by_id:
            # Registered and planned since these people were read: their counter says so to the next reader.
            continue
        meeting = copy(each)
        meeting.expert, meeting.enterprise = people.by_id[each.expert_id], people.by_id[each.enterprise_id]
        if meeting.slot_id not in started:
            if meeting.slot_id not in known_slots or meeting.table_id not in known_tables:
                continue
            if meeting.interpreter_id not in known_interpreters:
                meeting.interpreter_id = None
        standing.append(meeting)
    return standing


def _needed(rows: Iterable[R], used: Collection[int | None]) -> list[R]:
    return [row for row in rows if row.removed_at is None or row.id in used]


# -- Ids -----------------------------------------------------------------------------------------------------------


def party_id(party: Registration) -> str:
    """Return the engine's id of a party: `e45`, `f7`."""
    return f"{PREFIX[party.side]}{party.id}"


def pair_id(expert_id: int, enterprise_id: int) -> str:
    """Return the engine's id of a pair: `e45-f7`."""
    return f"e{expert_id}-f{enterprise_id}"


def number(id: str) -> int:
    """Return the row's key: 12 for `s12`."""
    return int(id[1:])


def numbers(pair: str) -> tuple[int, int]:
    """Return the keys of expert and enterprise: (45, 7) for `e45-f7`."""
    expert, _, enterprise = pair.partition("-")
    return number(expert), number(enterprise)
