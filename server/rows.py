"""What planning reads of an event: one load for plans, matches and the desk, and the ids that the engine is given.

Ids say what they are and which row they came from: slot `s12`, table `t3`, hall `h1`, expert `e45`, enterprise `f7`,
interpreter `i2`, need `n9`, pair `e45-f7`.
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
class Rows:
    """What planning looks at. parties: registered and not withdrawn, with person and organisation. needs: published.

    slots: all of them by time; closed: ids of those that a plenary item takes away; started: ids of those that have
    begun by now. corrections: what organisers say of a pair, by the keys of its expert and enterprise. previous: the
    meetings of the plan in force, with both registrations, as far as slot and table are still there or they have begun.
    is_published: whether any plan is in force. tables, interpreters: removed ones too that served such a meeting.
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
        """The event's topics."""
        return scheme_of(self.event)

    def of(self, side: Side) -> list[Registration]:
        return [party for party in self.parties if party.side == side]

    def presence(self, somebody: Registration | Interpreter) -> list[Slot]:
        """The slots in which they can still be planned to meet: they are there, and the slot has not begun."""
        is_removed = isinstance(somebody, Interpreter) and somebody.removed_at is not None
        there = frozenset(() if is_removed else somebody.available)
        return [slot for slot in self.open_slots if slot.id in there]

    @property
    def usable_tables(self) -> list[Table]:
        """The tables at which meetings can still be planned."""
        return [table for table in self.tables if table.removed_at is None]

    @property
    def usable_interpreters(self) -> list[Interpreter]:
        """The interpreters whom a plan can still give meetings to interpret."""
        return [person for person in self.interpreters if person.removed_at is None]

    @property
    def open_slots(self) -> list[Slot]:
        """The slots in which meetings can still be planned."""
        return [slot for slot in self.slots if slot.id not in self.closed and slot.id not in self.started]

    @property
    def frozen(self) -> list[Meeting]:
        """The published meetings that are running or over: no plan moves them."""
        return [meeting for meeting in self.previous if meeting.slot_id in self.started]

    @property
    def movable(self) -> list[Meeting]:
        """The published meetings that a new plan may move or cancel."""
        return [meeting for meeting in self.previous if meeting.slot_id not in self.started]


async def load(event: Event, now: datetime | None = None) -> Rows:
    """The event as it stands: ten queries, whatever its size. now: the instant to plan from, by default the clock's."""
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
    return Rows(
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
    """Those that have begun, and those to come whose slot and table are there; without interpreters who are not."""
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
    return f"{PREFIX[party.side]}{party.id}"


def pair_id(expert_id: int, enterprise_id: int) -> str:
    return f"e{expert_id}-f{enterprise_id}"


def number(id: str) -> int:
    """The row's key: 12 for `s12`."""
    return int(id[1:])


def numbers(pair: str) -> tuple[int, int]:
    """The keys of the registrations of an expert and an enterprise: (45, 7) for `e45-f7`."""
    expert, _, enterprise = pair.partition("-")
    return number(expert), number(enterprise)
