"""Meetings of a plan that have become impossible, because participants, slots, tables or the programme changed.

Existing parts are checked by the engine's rules; missing, refused or blocked parts are found here. Meetings that have
begun are never impossible.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from matching.rules import Breach, violations
from server.barring.rules import barred, rules_of
from server.db import in_atomic, rows_of
from server.forms import mark_of
from server.memory import WHOLE, Counts, counts_of, remembered, remembered_for
from server.models import (
    Correction,
    CorrectionKind,
    Event,
    Interpreter,
    Meeting,
    Part,
    Publication,
    Registration,
    Side,
    Slot,
    Table,
    WishKind,
)
from server.needs import disclosure
from server.plans import parts, snapshot
from server.plans.touched import touched
from server.presence import laid

IN_FORCE = "lost in force"  # what is remembered of an event's published meetings
T = TypeVar("T")


class Why(StrEnum):
    """Why a meeting has become impossible; the first reason that applies is shown."""

    PARTY_GONE = "party_gone"
    NEED_GONE = "need_gone"
    VETO = "veto"
    UNFIT = "unfit"
    BARRED = "barred"
    UNTOLD = "untold"
    SLOT_GONE = "slot_gone"
    SLOT_MOVED = "slot_moved"
    PROGRAMME = "programme"
    TABLE_GONE = "table_gone"
    TABLE_CLOSED = "table_closed"
    INTERPRETER_GONE = "interpreter_gone"
    PARTY_ABSENT = "party_absent"
    DELEGATES_ABSENT = "delegates_absent"
    TOO_MANY_AT_ONCE = "too_many_at_once"
    OVER_LIMIT = "over_limit"
    OTHER_TABLE = "other_table"
    INTERPRETER_ABSENT = "interpreter_absent"
    INTERPRETER_MISSING = "interpreter_missing"
    INTERPRETER_UNABLE = "interpreter_unable"
    INTERPRETER_BUSY = "interpreter_busy"


# An interpreter who is no longer needed does no harm.
BREACHES: Mapping[Breach, Why] = {
    Breach.PARTY_DOUBLE_BOOKED: Why.TOO_MANY_AT_ONCE,
    Breach.PARTY_ABSENT: Why.PARTY_ABSENT,
    Breach.SLOT_NOT_ALLOWED: Why.DELEGATES_ABSENT,
    Breach.TABLE_DOUBLE_BOOKED: Why.OTHER_TABLE,
    Breach.TABLE_CLOSED: Why.TABLE_CLOSED,
    Breach.AWAY_FROM_OWN_TABLE: Why.OTHER_TABLE,
    Breach.AT_ANOTHERS_TABLE: Why.OTHER_TABLE,
    Breach.INTERPRETER_MISSING: Why.INTERPRETER_MISSING,
    Breach.INTERPRETER_UNABLE: Why.INTERPRETER_UNABLE,
    Breach.INTERPRETER_DOUBLE_BOOKED: Why.INTERPRETER_BUSY,
    Breach.INTERPRETER_ABSENT: Why.INTERPRETER_ABSENT,
    Breach.INTERPRETER_OVER_MAX: Why.INTERPRETER_BUSY,
    Breach.INTERPRETER_WITHOUT_REST: Why.INTERPRETER_BUSY,
    Breach.PARTY_OVER_MAX: Why.OVER_LIMIT,
}


@dataclass(frozen=True)
class Lost:
    """A meeting that has become impossible. who: id of the party or interpreter concerned, such as e45, or "".

    since: the instant from which it is, if that may be to come; see `to_come`.
    """

    meeting: Meeting
    why: Why
    who: str
    start_at: datetime
    since: datetime | None = None


@dataclass(frozen=True)
class World:
    """The present state of an event by key; slots, tables and interpreters include removed ones.

    refused: (expert, enterprise) that must not meet. entries: calendar entries by (expert, enterprise).
    agreed: (expert, enterprise) with mutual wishes.
    """

    slots: Mapping[int, Slot]
    closed: Collection[int]
    tables: Mapping[int, Table]
    parties: Mapping[int, Registration]
    interpreters: Mapping[int, Interpreter]
    refused: Mapping[tuple[int, int], Why]
    needs: parts.NeedFacts
    entries: Mapping[tuple[int, int], tuple[datetime, datetime]]
    agreed: Collection[tuple[int, int]]


async def world_of(event_id: int, counts: Counts | None = None) -> World:
    """Return the present state of an event. counts: as for `memory.remembered`.

    One query if nothing has changed; what has changed is read anew, in at most twelve.
    """
    now = counts or await counts_of(event_id)
    return await remembered(event_id, "world", WHOLE, lambda: _read_world(event_id, now), counts=now)


async def _read_world(event_id: int, counts: Counts) -> World:
    async def part(name: str, parts: Collection[Part], read: Callable[[int], Awaitable[T]]) -> T:
        return await remembered(event_id, f"world: {name}", parts, lambda: read(event_id), counts=counts)

    grid = await part("grid", [Part.GRID], parts.grid_of)
    parties, interpreters = await part("people", [Part.PEOPLE], parts.people_of)
    event = await part("event", [Part.GRID], lambda id: Event.get(id=id))
    needs = await part("needs", [Part.GRID, Part.PEOPLE], lambda _id: parts.needs_of(event))
    refused, agreed = await part("wishes", [Part.WISHES, Part.PEOPLE], lambda id: _read_wishes(id, parties))
    ruled_out = await part("barred", [Part.GRID, Part.PEOPLE], lambda _id: _read_barred(event))
    slots, closed, tables = grid
    return World(
        slots=slots,
        closed=closed,
        tables=tables,
        parties=parties,
        interpreters=interpreters,
        refused={**refused, **ruled_out},
        needs=needs,
        entries=await part("entries", [Part.PUBLISHED], parts.entries_of),
        agreed=agreed,
    )


async def _read_barred(event: Event) -> Mapping[tuple[int, int], Why]:
    """Return which (expert, enterprise) a rule of the event bars from meeting."""
    rules = rules_of(event)
    if not rules:
        return {}
    parties = await Registration.filter(event_id=event.id).select_related("person", "organisation")
    return dict.fromkeys(barred(rules, parties), Why.BARRED)


async def _read_wishes(
    event_id: int, parties: Mapping[int, Registration]
) -> tuple[Mapping[tuple[int, int], Why], frozenset[tuple[int, int]]]:
    """Return which (expert, enterprise) must not meet, and which wish each other."""
    experts = {party.id for party in parties.values() if party.side == Side.EXPERT}
    unfit = Correction.filter(event_id=event_id, stands=True, kind=CorrectionKind.UNFIT)
    refused = dict.fromkeys(
        [(row[0], row[1]) for row in await unfit.values_list("expert_id", "enterprise_id")], Why.UNFIT
    )
    wishes: dict[tuple[int, int], list[WishKind]] = {}
    known = {kind.value: kind for kind in WishKind}
    # Without the ORM, which would take most of the time.
    for by, about, written in await rows_of("SELECT by_id, about_id, kind FROM wish WHERE event_id = ?1", event_id):
        both, kind = (by, about) if by in experts else (about, by), known[written]
        wishes.setdefault(both, []).append(kind)
        if kind == WishKind.NO:
            refused[both] = Why.VETO
    return refused, frozenset(
        both for both, kinds in wishes.items() if len(kinds) == 2 and disclosure.is_agreed(*kinds)
    )


async def lost_of_plans(
    event_id: int, plan_ids: Collection[int], *, now: datetime | None = None, counts: Counts | None = None
) -> dict[int, list[Lost]]:
    """Return for each plan the meetings that have become impossible, by time.

    One query if nothing in the event has changed, else at most twenty-one.
    """
    ids = tuple(plan_ids)
    now_at = counts or await counts_of(event_id)
    found = await remembered(event_id, ("lost", ids), WHOLE, lambda: _reread_lost(event_id, ids, now_at), counts=now_at)
    return {id: to_come(each, now or datetime.now(UTC)) for id, each in found.items()}


async def _reread_lost(event_id: int, plan_ids: Collection[int], counts: Counts) -> dict[int, list[Lost]]:
    """Return the meetings that have become impossible, found anew only if a change touches these plans."""
    basis = "" if in_atomic() else await touched(event_id, plan_ids, counts)
    name = "lost of plans", tuple(plan_ids)
    return await remembered_for(event_id, name, basis, lambda: _read_lost(event_id, plan_ids))


async def _read_lost(event_id: int, plan_ids: Collection[int]) -> dict[int, list[Lost]]:
    in_force, world = await published_plan(event_id), await world_of(event_id)
    meetings: dict[int, list[Meeting]] = {plan_id: [] for plan_id in plan_ids}
    for meeting in await Meeting.filter(plan_id__in=list(plan_ids)).order_by("id"):
        meetings[meeting.plan_id].append(meeting)

    def find() -> dict[int, list[Lost]]:
        return {id: lost(world, of_plan, is_in_force=id == in_force) for id, of_plan in meetings.items()}

    # In a thread, because thousands of meetings take seconds.
    return await asyncio.to_thread(find)


async def lost_of_plan(
    event_id: int, plan_id: int, *, now: datetime | None = None, counts: Counts | None = None
) -> list[Lost]:
    """Return the meetings of a plan that have become impossible, by time. Queries as for several plans.

    counts: as for `memory.remembered`.
    """
    return (await lost_of_plans(event_id, (plan_id,), now=now, counts=counts))[plan_id]


async def lost_in_force(event_id: int, *, now: datetime | None = None) -> list[Lost]:
    """Return the published meetings that have become impossible, by time. Queries as for `lost_in_force_ever`."""
    return to_come(await lost_in_force_ever(event_id), now or datetime.now(UTC))


async def lost_in_force_ever(event_id: int, counts: Counts | None = None) -> list[Lost]:
    """Return the published meetings that have become impossible, by time, with those that have begun.

    counts: as for `memory.remembered`. One query if nothing in the event has changed, else at most twenty-two.
    """
    now = counts or await counts_of(event_id)
    return await remembered(event_id, IN_FORCE, WHOLE, lambda: _read_lost_in_force(event_id, now), counts=now)


async def _read_lost_in_force(event_id: int, counts: Counts) -> list[Lost]:
    plan_id = await published_plan(event_id)
    return [] if plan_id is None else (await _reread_lost(event_id, (plan_id,), counts))[plan_id]


async def published_plan(event_id: int) -> int | None:
    """Return the id of the event's published plan, or None. No query if it is remembered."""

    async def read() -> int | None:
        found = await Publication.filter(event_id=event_id).values_list("plan_id", flat=True)
        return int(str(found[0])) if found else None

    return await remembered(event_id, "published plan", [Part.PUBLISHED], read)


def lost(world: World, meetings: Sequence[Meeting], *, is_in_force: bool) -> list[Lost]:
    """Return the meetings that have become impossible, by time, each with its first reason; see `to_come`.

    is_in_force: these meetings are published, at the times in the calendar entries.
    """
    found = {meeting.id: gone for meeting in meetings if (gone := _gone(world, meeting, is_in_force))}
    left = [meeting for meeting in meetings if meeting.id not in found]
    for meeting, why, who in _broken(world, left):
        found.setdefault(meeting.id, (why, who))
    ends = {each.id: world.needs.ends.get(each.need_id or 0) for each in left if each.id not in found}
    since = {id: at for id, at in ends.items() if at is not None}
    found |= {each.id: (Why.NEED_GONE, f"f{each.enterprise_id}") for each in left if each.id in since}
    starts = {meeting.id: world.slots[meeting.slot_id].start_at for meeting in meetings}
    gone_meetings = [meeting for meeting in meetings if meeting.id in found]
    gone_meetings.sort(key=lambda meeting: (starts[meeting.id], meeting.id))
    return [
        Lost(meeting, *found[meeting.id], start_at=starts[meeting.id], since=since.get(meeting.id))
        for meeting in gone_meetings
    ]


def in_force_of(found: Sequence[Lost]) -> Sequence[Lost] | None:
    """Return which meetings of a plan are impossible once it is published, or None if that has to be found anew.

    found: by `lost` before. Then the entries have the times of the plan, and both sides know each other's names.
    """
    return None if any(each.why is Why.UNTOLD for each in found) else found


def to_come(found: Iterable[Lost], now: datetime) -> list[Lost]:
    """Return those that are impossible now and have not begun."""
    return [each for each in found if each.start_at > now and (each.since is None or each.since <= now)]


def mark(found: Iterable[Lost]) -> str:
    """Return a digest of these meetings and reasons."""
    return mark_of([(each.meeting.id, each.why.value, each.who) for each in found])


def _gone(world: World, meeting: Meeting, is_in_force: bool) -> tuple[Why, str] | None:
    both = meeting.expert_id, meeting.enterprise_id
    for party, letter in zip(both, "ef", strict=True):
        if party not in world.parties or not world.parties[party].takes_part:
            return Why.PARTY_GONE, f"{letter}{party}"
    slot, table = world.slots[meeting.slot_id], world.tables[meeting.table_id]
    interpreter = world.interpreters[meeting.interpreter_id] if meeting.interpreter_id else None
    entry = world.entries.get(both)
    is_moved = is_in_force and entry is not None and entry != (slot.start_at, slot.end_at)
    checks = (
        (meeting.need_id in world.needs.withdrawn, Why.NEED_GONE, f"f{meeting.enterprise_id}"),
        # Both sides of a published meeting already know each other's names.
        (meeting.enterprise_id in world.needs.hidden and both not in world.agreed and entry is None, Why.UNTOLD, ""),
        (both in world.refused, world.refused.get(both, Why.VETO), ""),
        (slot.removed_at is not None, Why.SLOT_GONE, ""),
        (is_moved, Why.SLOT_MOVED, ""),
        (slot.id in world.closed, Why.PROGRAMME, ""),
        (table.removed_at is not None, Why.TABLE_GONE, ""),
        (
            interpreter is not None and interpreter.removed_at is not None,
            Why.INTERPRETER_GONE,
            f"i{meeting.interpreter_id}",
        ),
    )
    return next(((why, who) for applies, why, who in checks if applies), None)


def _broken(world: World, meetings: Sequence[Meeting]) -> Iterable[tuple[Meeting, Why, str]]:
    """Return violations of the engine's rules by meetings whose parts all exist."""
    problem = snapshot.as_it_stands(
        slots=world.slots.values(),
        tables=world.tables.values(),
        parties=world.parties.values(),
        interpreters=world.interpreters.values(),
        meetings=meetings,
        need_slots={id: frozenset(laid(times, world.slots.values())) for id, times in world.needs.times.items()},
    )
    for violation in violations(problem, map(snapshot.engine_meeting, meetings)):
        why = BREACHES.get(violation.breach)
        if why is None:
            continue
        facts = violation.facts
        at = [meetings[int(pointer.rpartition("/")[2])] for pointer in violation.at]
        if {"count", "limit"} <= facts.keys():
            # Of too many meetings, those of lowest value: the others can stay.
            at = sorted(at, key=lambda meeting: (meeting.value, -meeting.id))[: facts["count"] - facts["limit"]]
        elif violation.breach in (Breach.TABLE_DOUBLE_BOOKED, Breach.INTERPRETER_DOUBLE_BOOKED):
            at = sorted(at, key=lambda meeting: (meeting.value, -meeting.id))[:-1]
        who = str(facts.get("party") or facts.get("interpreter") or "")
        if why is Why.DELEGATES_ABSENT:
            who = f"f{at[0].enterprise_id}"
        yield from ((meeting, why, who) for meeting in at)
    for meeting in _seated_twice(world, meetings):
        yield meeting, Why.TOO_MANY_AT_ONCE, f"f{meeting.enterprise_id}"


def _seated_twice(world: World, meetings: Iterable[Meeting]) -> Iterable[Meeting]:
    """Return meetings of an enterprise at the time of another one, where the need of one names delegates.

    Plans have one meeting of such an enterprise at a time (`EventRows.at_once`), as delegates cannot sit at two tables.
    """
    together: dict[tuple[int, int], list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        together[meeting.enterprise_id, meeting.slot_id].append(meeting)
    for at in together.values():
        if any(meeting.need_id in world.needs.naming for meeting in at):
            yield from sorted(at, key=lambda meeting: (meeting.value, -meeting.id))[:-1]
