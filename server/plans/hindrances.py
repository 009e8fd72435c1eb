"""Reasons why no meeting can be planned at all, told to the organiser before solving."""

from collections.abc import Iterable, Mapping
from typing import Any

from i18n import Message, _
from matching.problem import primary
from server.models import Side
from server.plans.candidates import LeftOut
from server.plans.snapshot import Snapshot
from server.rows import EventRows


def of_rows(rows: EventRows, *, keep: bool) -> Message | None:
    """Return what is missing in the event, or None. keep: whether a published plan is kept."""
    if not rows.slots:
        return _("There are no slots yet. Set the days and times of the event first.")
    if not rows.usable_tables:
        return _("There are no tables yet. Set up a hall with tables first.")
    if keep and rows.is_published:
        return None
    if not rows.of(Side.EXPERT) or not rows.of(Side.ENTERPRISE):
        return _("A plan needs at least one registered expert and one registered enterprise.")
    if keep:
        return _("No plan is published yet, so nothing can be kept. Make a new plan.")
    return _of_slots(rows) or _of_presence(rows)


def _of_slots(rows: EventRows) -> Message | None:
    if rows.open_slots:
        return None
    ids = {slot.id for slot in rows.slots}
    if ids <= rows.started:
        return _("All slots have begun or ended. A plan needs future slots.")
    if ids <= rows.closed:
        return _("The programme takes up every slot. Shorten a programme item, or add slots.")
    return _("The programme takes up every future slot. Shorten a programme item, or add slots.")


def _of_presence(rows: EventRows) -> Message | None:
    there = {
        side: {slot.id for party in rows.of(side) for slot in rows.presence(party)}
        for side in (Side.EXPERT, Side.ENTERPRISE)
    }
    if not there[Side.EXPERT]:
        return _(
            "No expert is available in any slot that is free for meetings. Ask the experts when they are available."
        )
    if not there[Side.ENTERPRISE]:
        return _(
            "No enterprise is available in any slot that is free for meetings. Ask the enterprises when they "
            "are available."
        )
    if there[Side.EXPERT].isdisjoint(there[Side.ENTERPRISE]):
        return _("No expert is available at the same time as an enterprise. Check their availability.")
    return None


def of_problem(rows: EventRows, taken: Snapshot) -> Message | None:
    """Return what is missing in the problem, or None if at least one pair can meet."""
    document = taken.document
    pinned = {pin["pair"] for pin in document.get("pins", ())}
    pairs = [pair for pair in document["pairs"] if pair["id"] not in pinned and pair.get("allowed") != []]
    if not pairs:
        return _of_candidates(rows, taken)
    parties = {party["id"]: party for party in document["parties"]}
    meeting = [pair for pair in pairs if _common(parties, pair)]
    if not meeting:
        return _("No possible pair is available at the same time. Check the availability of the participants.")
    team = [
        set(map(primary, person["languages"])) for person in document.get("interpreters", ()) if person["available"]
    ]
    if not any(_can_talk(parties, pair, team) for pair in meeting):
        return _(
            "No possible pair has a common language, and no interpreter is available for any pair. Add an interpreter."
        )
    return None


def _of_candidates(rows: EventRows, taken: Snapshot) -> Message:
    if taken.left_out[LeftOut.FILLER]:
        least = round(100 * rows.event.least_value)
        # Translators: points: the lowest value of a meeting without wishes, a number from 0 to 100
        return _(
            (
                "There are no wishes yet, and the value of every pair is below the minimum of %(points)s. Wait "
                "for wishes, or allow pairs with a lower value."
            ),
            points=least,
        )
    if taken.left_out[LeftOut.UNTOLD]:
        return _(
            "The enterprises hide their names until both sides want to meet, and no two sides want to meet "
            "yet. Wait for wishes, or ask the enterprises to allow meetings with any expert."
        )
    return _("No experts match the enterprises yet. Wait for needs, topics or wishes.")


def _common(parties: Mapping[str, Mapping[str, Any]], pair: Mapping[str, Any]) -> bool:
    one, other = (set(parties[id]["available"]) for id in pair["parties"])
    return not one.isdisjoint(other)


def _can_talk(parties: Mapping[str, Mapping[str, Any]], pair: Mapping[str, Any], team: Iterable[set[str]]) -> bool:
    one, other = (set(map(primary, parties[id]["languages"])) for id in pair["parties"])
    return bool(one & other) or any(known & one and known & other for known in team)
