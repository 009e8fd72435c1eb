"""Problems that stand in the way of a good plan, counted before solving."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from matching.problem import primary
from server.memory import WHOLE, remembered
from server.models import Registration, Side, WishKind
from server.rows import EventRows


class ConcernCode(StrEnum):
    """What stands in the way of a good plan."""

    NO_SLOTS = "no_slots"
    NO_TABLES = "no_tables"
    NO_EXPERTS = "no_experts"
    NO_ENTERPRISES = "no_enterprises"
    NO_PRESENCE = "no_presence"
    NO_TOPICS = "no_topics"
    NO_NEEDS = "no_needs"
    NO_LANGUAGES = "no_languages"
    NO_INTERPRETER = "no_interpreter"
    TOO_FEW_SEATS = "too_few_seats"
    LIMIT_ABOVE_PRESENCE = "limit_above_presence"
    MINIMUM_ABOVE_LIMIT = "minimum_above_limit"
    NO_EMBEDDING = "no_embedding"


@dataclass(frozen=True)
class Concern:
    """A problem. number: parties, pairs or meetings concerned. most: of how many. parties: the parties concerned.

    languages: of (experts, enterprises) without an interpreter between them.
    """

    code: ConcernCode
    number: int = 0
    most: int = 0
    parties: tuple[Registration, ...] = ()
    languages: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


@dataclass(frozen=True)
class PlanningCounts:
    """What there is to plan. seats: meetings that the tables can have. wished: pairs with a wish, without refusal."""

    experts: int
    enterprises: int
    needs: int
    interpreters: int
    slots: int
    tables: int
    seats: int
    wished: int


def planning_counts(rows: EventRows) -> PlanningCounts:
    """Return what there is to plan."""
    return PlanningCounts(
        experts=len(rows.of(Side.EXPERT)),
        enterprises=len(rows.of(Side.ENTERPRISE)),
        needs=len(rows.needs),
        interpreters=len(rows.usable_interpreters),
        slots=len(rows.open_slots),
        tables=len(rows.usable_tables),
        seats=rows.seats,
        wished=len(wished(rows)),
    )


async def concerns_of(rows: EventRows, *, is_embedder_failing: bool = False) -> tuple[PlanningCounts, list[Concern]]:
    """Return what there is to plan and the problems, remembered until the event changes."""

    async def read() -> tuple[PlanningCounts, list[Concern]]:
        return await asyncio.to_thread(find)

    def find() -> tuple[PlanningCounts, list[Concern]]:
        return planning_counts(rows), concerns(rows, is_embedder_failing=is_embedder_failing)

    return await remembered(
        rows.event.id, ("concerns", rows.moment, is_embedder_failing), WHOLE, read, counts=rows.counts
    )


def concerns(rows: EventRows, *, is_embedder_failing: bool = False) -> list[Concern]:
    """Return the problems, in the order of how many meetings they prevent.

    is_embedder_failing: scores are computed without the language model now.
    """
    counts = planning_counts(rows)
    empty = (
        (ConcernCode.NO_SLOTS, counts.slots),
        (ConcernCode.NO_TABLES, counts.tables),
        (ConcernCode.NO_EXPERTS, counts.experts),
        (ConcernCode.NO_ENTERPRISES, counts.enterprises),
    )
    experts, enterprises = rows.of(Side.EXPERT), rows.of(Side.ENTERPRISE)
    with_needs = {need.registration_id for need in rows.needs}
    there = {party.id: len(rows.presence(party)) for party in rows.parties}
    of_parties = (
        (ConcernCode.NO_PRESENCE, [party for party in rows.parties if not there[party.id]]),
        (ConcernCode.NO_TOPICS, [party for party in experts if not party.topics]),
        (ConcernCode.NO_NEEDS, [party for party in enterprises if party.id not in with_needs]),
        (ConcernCode.NO_LANGUAGES, [party for party in rows.parties if not party.talk_languages]),
        (ConcernCode.LIMIT_ABOVE_PRESENCE, [party for party in rows.parties if _limit_above(party, there[party.id])]),
        (ConcernCode.MINIMUM_ABOVE_LIMIT, [party for party in rows.parties if _minimum_above(party, there[party.id])]),
    )
    found = [Concern(code) for code, number in empty if not number]
    found += [Concern(code, len(parties), parties=tuple(parties)) for code, parties in of_parties if parties]
    found += _unjoined(rows, experts, enterprises)
    # Each meeting counts for the minimum of both sides, so the larger of the two sums has to be possible.
    wanted = max(counts.wished, *(sum(party.min_meetings for party in each) for each in (experts, enterprises)))
    if counts.seats and wanted > counts.seats:
        found.append(Concern(ConcernCode.TOO_FEW_SEATS, wanted, counts.seats))
    if is_embedder_failing:
        found.append(Concern(ConcernCode.NO_EMBEDDING))
    return found


def wished(rows: EventRows) -> list[tuple[int, int]]:
    """Return (expert, enterprise) of each pair of participants that a side wishes and none refuses."""
    experts = {party.id for party in rows.of(Side.EXPERT)}
    there = {party.id for party in rows.parties}
    pairs: dict[tuple[int, int], bool] = {}
    for wish in rows.wishes:
        if {wish.by_id, wish.about_id} <= there:
            both = (wish.by_id, wish.about_id) if wish.by_id in experts else (wish.about_id, wish.by_id)
            pairs[both] = pairs.get(both, True) and wish.kind != WishKind.NO
    return [both for both, is_wanted in pairs.items() if is_wanted]


def _limit_above(party: Registration, slots: int) -> bool:
    return bool(slots) and party.max_meetings is not None and party.max_meetings > slots * party.parallel


def _minimum_above(party: Registration, slots: int) -> bool:
    limit = slots * party.parallel
    return bool(slots) and party.min_meetings > (
        limit if party.max_meetings is None else min(limit, party.max_meetings)
    )


def _unjoined(rows: EventRows, experts: Iterable[Registration], enterprises: Iterable[Registration]) -> list[Concern]:
    """Return pairs of language sets without an interpreter, with the number of pairs that depend on them."""
    sides = [
        Counter(_spoken(tags) for party in each if (tags := party.talk_languages)) for each in (experts, enterprises)
    ]
    interpreters = [frozenset(_spoken(person.languages)) for person in rows.usable_interpreters]
    found = []
    for one, other in product(*sides):
        is_joined = set(one) & set(other) or any(known & set(one) and known & set(other) for known in interpreters)
        if not is_joined:
            pairs = sides[0][one] * sides[1][other]
            found.append(Concern(ConcernCode.NO_INTERPRETER, pairs, languages=(one, other)))
    return sorted(found, key=lambda concern: -concern.number)


def _spoken(languages: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({primary(tag) for tag in languages}))
