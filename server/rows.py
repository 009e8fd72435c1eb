"""Everything that planning reads of an event, loaded once for plans, matches and the desk; ids for the engine.

Ids have a letter for their kind and the key of their row: slot `s12`, table `t3`, hall `h1`, expert `e45`, enterprise
`f7`, interpreter `i2`, need `n9`, pair `e45-f7`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from matching import affinity
from server.models import (
    Correction,
    CorrectionKind,
    Event,
    Interpreter,
    Meeting,
    Need,
    NeedState,
    PlenaryItem,
    Publication,
    Registration,
    Side,
    Slot,
    Table,
    Wish,
)
from server.presence import taken
from server.schemes import scheme_of

R = TypeVar("R", Table, Interpreter)
PREFIX: Mapping[Side, str] = {Side.EXPERT: "e", Side.ENTERPRISE: "f"}


@dataclass(frozen=True)
class EventRows:
    """The rows of an event that planning reads.

    parties: registered and not withdrawn, with person and organisation. needs: published. slots: all, by time. closed:
    ids of slots covered by programme items. started: ids of slots that have begun. corrections: organisers' assessments
    by (expert, enterprise). previous: meetings of the published plan with both registrations, if slot and table still
    exist or the meeting has begun. is_published: whether a plan is published. tables, interpreters: removed ones
    included if such a meeting used them.
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

    @property
    def scheme(self) -> affinity.Scheme:
        """The event's topic scheme."""
        return scheme_of(self.event)

    def of(self, side: Side) -> list[Registration]:
        return [party for party in self.parties if party.side == side]

    def presence(self, somebody: Registration | Interpreter) -> list[Slot]:
        """Return the slots in which somebody can still be planned: available and not begun."""
        is_removed = isinstance(somebody, Interpreter) and somebody.removed_at is not None
        there = frozenset(() if is_removed else somebody.available)
        return [slot for slot in self.open_slots if slot.id in there]

    @property
    def usable_tables(self) -> list[Table]:
        """The tables at which meetings can still be planned."""
        return [table for table in self.tables if table.removed_at is None]

    @property
    def usable_interpreters(self) -> list[Interpreter]:
        """The interpreters who can still be planned."""
        return [person for person in self.interpreters if person.removed_at is None]

    @property
    def open_slots(self) -> list[Slot]:
        """The slots in which meetings can still be planned."""
        return [slot for slot in self.slots if slot.id not in self.closed and slot.id not in self.started]

    @property
    def frozen(self) -> list[Meeting]:
        """The published meetings that have begun: no plan moves them."""
        return [meeting for meeting in self.previous if meeting.slot_id in self.started]

    @property
    def movable(self) -> list[Meeting]:
        """The published meetings that a new plan can move or cancel."""
        return [meeting for meeting in self.previous if meeting.slot_id not in self.started]


async def load_rows(event: Event, now: datetime | None = None) -> EventRows:
    """Return the rows of an event. Ten queries, for any size. now: the instant to plan from, None for the present."""
    now = now or datetime.now(UTC)
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    items = await PlenaryItem.filter(event_id=event.id)
    takes_part = {"event_id": event.id, "registered_at__not_isnull": True, "withdrawn_at": None}
    parties = Registration.filter(**takes_part).order_by("id").select_related("person", "organisation")
    needs = Need.filter(state=NeedState.PUBLISHED, **{f"registration__{name}": v for name, v in takes_part.items()})
    publication = await Publication.get_or_none(event_id=event.id)
    started = frozenset(slot.id for slot in slots if slot.start_at <= now)
    held = Meeting.filter(plan_id=publication.plan_id if publication else 0).order_by("id")
    tables = await Table.every.filter(event_id=event.id).order_by("number")
    interpreters = await Interpreter.every.filter(event_id=event.id).order_by("id").select_related("person")
    corrections = await Correction.filter(event_id=event.id, stands=True)
    previous = _standing(await held.select_related("expert", "enterprise"), slots, started, tables, interpreters)
    over = [meeting for meeting in previous if meeting.slot_id in started]
    return EventRows(
        event=event,
        slots=slots,
        closed=taken(slots, items),
        started=started,
        tables=_needed(tables, {meeting.table_id for meeting in over}),
        parties=await parties,
        needs=await needs.order_by("id"),
        interpreters=_needed(interpreters, {meeting.interpreter_id for meeting in over}),
        wishes=await Wish.filter(event_id=event.id).order_by("id"),
        corrections={(each.expert_id, each.enterprise_id): each.kind for each in corrections},
        previous=previous,
        is_published=publication is not None,
    )


def _standing(
    meetings: Iterable[Meeting],
    slots: Iterable[Slot],
    started: Collection[int],
    tables: Iterable[Table],
    interpreters: Iterable[Interpreter],
) -> list[Meeting]:
    """Return meetings that have begun, and future ones whose slot and table exist; removed interpreters are left out of
    them.
    """
    known_slots = {slot.id for slot in slots}
    known_tables = {table.id for table in tables if table.removed_at is None}
    known_interpreters = {row.id for row in interpreters if row.removed_at is None}
    standing = []
    for meeting in meetings:
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
