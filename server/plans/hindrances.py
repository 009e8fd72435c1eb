"""Reasons why no meeting can be planned at all.

Those of the event are told when a plan is asked for, those of the problem on the page of the plan.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from i18n import Message, _
from matching.problem import primary
from server.models import PlenaryItem, Publication, Registration, Side, Slot, Table
from server.plans.candidates import LeftOut
from server.plans.snapshot import Snapshot
from server.presence import taken


class Lack(StrEnum):
    """What is missing for a plan."""

    SLOTS = "slots"
    TABLES = "tables"
    PARTIES = "parties"
    PUBLISHED = "published"
    FUTURE = "future"
    FREE = "free"
    FREE_FUTURE = "free_future"
    EXPERTS_THERE = "experts_there"
    ENTERPRISES_THERE = "enterprises_there"
    COMMON_SLOT = "common_slot"
    PAIR_IN_SLOT = "pair_in_slot"
    LANGUAGE = "language"
    VALUE = "value"
    NAMES = "names"
    MATCHES = "matches"


SENTENCES: Mapping[Lack, Message] = {
    Lack.SLOTS: _("There are no slots yet. Set the days and times of the event first."),
    Lack.TABLES: _("There are no tables yet. Set up a hall with tables first."),
    Lack.PARTIES: _("A plan needs at least one registered expert and one registered enterprise."),
    Lack.PUBLISHED: _("No plan is published yet, so nothing can be kept. Make a new plan."),
    Lack.FUTURE: _("All slots have begun or ended. A plan needs future slots."),
    Lack.FREE: _("The programme takes up every slot. Shorten a programme item, or add slots."),
    Lack.FREE_FUTURE: _("The programme takes up every future slot. Shorten a programme item, or add slots."),
    Lack.EXPERTS_THERE: _(
        "No expert is available in any slot that is free for meetings. Ask the experts when they are available."
    ),
    Lack.ENTERPRISES_THERE: _(
        "No enterprise is available in any slot that is free for meetings. Ask the enterprises when they are available."
    ),
    Lack.COMMON_SLOT: _("No expert is available at the same time as an enterprise. Check their availability."),
    Lack.PAIR_IN_SLOT: _("No possible pair is available at the same time. Check the availability of the participants."),
    Lack.LANGUAGE: _(
        "No possible pair has a common language, and no interpreter is available for any pair. Add an interpreter."
    ),
    Lack.NAMES: _(
        "The enterprises hide their names until both sides want to meet, and no two sides want to meet "
        "yet. Wait for wishes, or ask the enterprises to allow meetings with any expert."
    ),
    Lack.MATCHES: _("No experts match the enterprises yet. Wait for needs, topics or wishes."),
}


def said(lack: Lack, points: int = 0) -> Message:
    """Return what is missing as a sentence. points: the event's lowest value of a pair without wishes, 0 to 100."""
    if lack is not Lack.VALUE:
        return SENTENCES[lack]
    # Translators: points: the lowest value of a meeting without wishes, a number from 0 to 100
    return _(
        "There are no wishes yet, and the value of every pair is below the minimum of %(points)s. Wait "
        "for wishes, or allow pairs with a lower value.",
        points=points,
    )


# -- Of the event --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Frame:
    """What a plan needs of its event before anything is scored. there: available slots of each party, by side."""

    slots: Sequence[Slot]
    started: Collection[int]
    closed: Collection[int]
    has_tables: bool
    is_published: bool
    there: Mapping[Side, Sequence[Collection[int]]]

    @property
    def open(self) -> set[int]:
        """The slots in which meetings can be planned."""
        return {slot.id for slot in self.slots} - set(self.started) - set(self.closed)


async def of_event(event_id: int, *, keep: bool, now: datetime | None = None) -> Lack | None:
    """Return what is missing in the event, or None. Five queries of few columns, fast at any size.

    keep: whether a published plan is kept. now: the instant to plan from, None for the present.
    """
    return _of_frame(await _frame(event_id, now or datetime.now(UTC)), keep=keep)


async def _frame(event_id: int, now: datetime) -> Frame:
    slots = await Slot.filter(event_id=event_id).order_by("start_at")
    parties = Registration.filter(event_id=event_id, registered_at__isnull=False, withdrawn_at=None)
    there: dict[Side, list[Collection[int]]] = {side: [] for side in Side}
    for side, available in await parties.values_list("side", "available"):
        there[Side(side)].append(available)
    return Frame(
        slots=slots,
        started=frozenset(slot.id for slot in slots if slot.start_at <= now),
        closed=taken(slots, await PlenaryItem.filter(event_id=event_id)),
        has_tables=await Table.exists(event_id=event_id),
        is_published=await Publication.exists(event_id=event_id),
        there=there,
    )


def _of_frame(frame: Frame, *, keep: bool) -> Lack | None:
    if not frame.slots:
        return Lack.SLOTS
    if not frame.has_tables:
        return Lack.TABLES
    if keep and frame.is_published:
        return None
    if not all(frame.there[side] for side in (Side.EXPERT, Side.ENTERPRISE)):
        return Lack.PARTIES
    if keep:
        return Lack.PUBLISHED
    return _of_slots(frame) or _of_presence(frame)


def _of_slots(frame: Frame) -> Lack | None:
    if frame.open:
        return None
    ids = {slot.id for slot in frame.slots}
    if ids <= set(frame.started):
        return Lack.FUTURE
    return Lack.FREE if ids <= set(frame.closed) else Lack.FREE_FUTURE


def _of_presence(frame: Frame) -> Lack | None:
    there = {side: frame.open.intersection(set().union(*each)) for side, each in frame.there.items()}
    if not there[Side.EXPERT]:
        return Lack.EXPERTS_THERE
    if not there[Side.ENTERPRISE]:
        return Lack.ENTERPRISES_THERE
    return Lack.COMMON_SLOT if there[Side.EXPERT].isdisjoint(there[Side.ENTERPRISE]) else None


# -- Of the problem ------------------------------------------------------------------------------------------------


def of_problem(taken: Snapshot) -> Lack | None:
    """Return what is missing in the problem, or None if at least one pair can meet."""
    document = taken.document
    pinned = {pin["pair"] for pin in document.get("pins", ())}
    pairs = [pair for pair in document["pairs"] if pair["id"] not in pinned and pair.get("allowed") != []]
    if not pairs:
        return _of_candidates(taken)
    parties = {party["id"]: party for party in document["parties"]}
    meeting = [pair for pair in pairs if _common(parties, pair)]
    if not meeting:
        return Lack.PAIR_IN_SLOT
    team = [
        set(map(primary, person["languages"])) for person in document.get("interpreters", ()) if person["available"]
    ]
    return None if any(_can_talk(parties, pair, team) for pair in meeting) else Lack.LANGUAGE


def _of_candidates(taken: Snapshot) -> Lack:
    if taken.left_out[LeftOut.FILLER]:
        return Lack.VALUE
    return Lack.NAMES if taken.left_out[LeftOut.UNTOLD] else Lack.MATCHES


def _common(parties: Mapping[str, Mapping[str, Any]], pair: Mapping[str, Any]) -> bool:
    one, other = (set(parties[id]["available"]) for id in pair["parties"])
    allowed = pair.get("allowed")
    return not one.isdisjoint(other if allowed is None else other.intersection(allowed))


def _can_talk(parties: Mapping[str, Mapping[str, Any]], pair: Mapping[str, Any], team: Iterable[set[str]]) -> bool:
    one, other = (set(map(primary, parties[id]["languages"])) for id in pair["parties"])
    return bool(one & other) or any(known & one and known & other for known in team)
