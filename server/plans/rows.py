"""What planning reads of an event: one load for plans, matches and the desk, and the ids that the engine is given.

Ids say what they are and which row they came from: slot `s12`, table `t3`, hall `h1`, expert `e45`, enterprise `f7`,
interpreter `i2`, need `n9`, pair `e45-f7`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

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
from server.schemes import scheme_of

PREFIX: Mapping[Side, str] = {Side.EXPERT: "e", Side.ENTERPRISE: "f"}


@dataclass(frozen=True)
class Rows:
    """What planning looks at. parties: registered and not withdrawn, with person and organisation. needs: published.

    slots: all of them by time; closed: ids of those that a plenary item takes away; started: ids of those that have
    begun by now. corrections: what organisers say of a pair, by the keys of its expert and enterprise. previous: the
    meetings of the plan in force, with both registrations.
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

    @property
    def scheme(self) -> affinity.Scheme:
        """The event's topics."""
        return scheme_of(self.event)

    def of(self, side: Side) -> list[Registration]:
        return [party for party in self.parties if party.side == side]

    def presence(self, somebody: Registration | Interpreter) -> list[Slot]:
        """The slots in which they can still be planned to meet: they are there, and the slot has not begun."""
        there = frozenset(somebody.available)
        return [slot for slot in self.open_slots if slot.id in there]

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
    previous = Meeting.filter(plan_id=publication.plan_id if publication else 0)
    corrections = await Correction.filter(event_id=event.id, stands=True)
    return Rows(
        event=event,
        slots=slots,
        closed=frozenset(slot.id for slot in slots if any(_overlap(slot, item) for item in items)),
        started=frozenset(slot.id for slot in slots if slot.start_at <= now),
        tables=await Table.filter(event_id=event.id).order_by("number"),
        parties=await parties,
        needs=await needs.order_by("id"),
        interpreters=await Interpreter.filter(event_id=event.id).order_by("id").select_related("person"),
        wishes=await Wish.filter(event_id=event.id).order_by("id"),
        corrections={(each.expert_id, each.enterprise_id): each.kind for each in corrections},
        previous=await previous.order_by("id").select_related("expert", "enterprise"),
    )


def _overlap(slot: Slot, item: PlenaryItem) -> bool:
    # Whichever side the item takes away, no expert can meet an enterprise then; and what is no slot is no break.
    return bool(item.start_at < slot.end_at and slot.start_at < item.end_at)


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
