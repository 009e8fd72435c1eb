"""Find registrations of one event whose names may mean the same firm, with what each of them has. Reads only."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server.joining import likeness
from server.joining.deciding import pair_of
from server.memory import remembered
from server.models import CalendarEntry, Delegate, Event, Need, NeedState, Part, Registration, SameName, Side, Wish

PAGE = 20
MOST_IN_GROUP = 6  # registrations of one group that are shown together
MOST_JOINED = 50

Pair = tuple[int, int]


@dataclass(frozen=True)
class DuplicateRegistration:
    """One registration of a group that may be the same enterprise.

    number: its place in the group, from 1. people: its delegates, the one who registered it first. wishes: by it and
    about it. meetings: future meetings of the published plan. others: (number, id) of the other registrations of the
    group that nobody has marked as different firms.
    """

    number: int
    party: Registration
    people: Sequence[Delegate]
    needs: Sequence[Need]
    wishes: int
    meetings: int
    others: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class DuplicatesPage:
    """A page of groups. groups: on this page. total: on all pages. number: of the page, >= 1."""

    groups: Sequence[Sequence[DuplicateRegistration]]
    total: int
    number: int

    @property
    def is_last(self) -> bool:
        return self.number * PAGE >= self.total


async def groups(event: Event) -> list[list[int]]:
    """Return groups of registration ids that may be one enterprise, oldest first within each group. Two queries."""
    return await asyncio.to_thread(_groups, await _named(event), await _apart(event))


async def number_of_groups(event: Event, *, since: Sequence[int | None]) -> int:
    """Return how many groups there are. No query if nobody has changed, else two.

    since: what changes with the pairs that were marked as different firms.
    """

    async def read() -> int:
        return len(await groups(event))

    return await remembered(event.id, ("registered twice", *since), [Part.PEOPLE], read)


async def _named(event: Event) -> dict[int, list[str]]:
    """Return the names of all enterprises by registration id, in Latin letters too if known.

    Drafts are included, enterprises that have left are not.
    """
    rows = Registration.filter(event_id=event.id, side=Side.ENTERPRISE, withdrawn_at=None).order_by("id")
    names = ("organisation__name", "organisation__latin_name")
    return {row["id"]: [row[name] for name in names] for row in await rows.values("id", *names)}


async def _apart(event: Event) -> set[Pair]:
    """Return the pairs that an organiser has marked as different firms."""
    rows = await SameName.filter(event_id=event.id, kept_id=None).values("one_id", "other_id")
    return {(row["one_id"], row["other_id"]) for row in rows}


def _groups(named: Mapping[int, Sequence[str]], apart: Collection[Pair]) -> list[list[int]]:
    return sorted(_parts(likeness.classes(named), apart))


def _parts(classed: Mapping[int, Sequence[str]], apart: Collection[Pair]) -> Iterator[list[int]]:
    """Yield the connected components with at least two registrations of the graph of similar names.

    Two registrations are neighbours if they share a name class and were not marked as different.
    """
    left = likeness.members(classed)
    seen: set[int] = set()
    for start in classed:
        if start in seen:
            continue
        part, waiting = [], [start]
        seen.add(start)
        while waiting:
            one = waiting.pop()
            part.append(one)
            for name in classed[one]:
                unseen = [other for other in left[name] if other not in seen]
                reached = [other for other in unseen if pair_of(one, other) not in apart]
                seen.update(reached)
                waiting += reached
                left[name] = [other for other in unseen if other not in seen]
        if len(part) > 1:
            yield sorted(part)


async def duplicates_page(event: Event, number: int) -> DuplicatesPage:
    """Return a page of the groups with the contents of their registrations. At most eight queries."""
    apart = await _apart(event)
    found = await asyncio.to_thread(_groups, await _named(event), apart)
    shown = [ids[:MOST_IN_GROUP] for ids in found[(number - 1) * PAGE : number * PAGE]]
    held = await _holdings([id for ids in shown for id in ids])
    return DuplicatesPage([_numbered(ids, held, apart) for ids in shown], len(found), number)


def _numbered(
    ids: Sequence[int], held: dict[int, DuplicateRegistration], apart: Collection[Pair]
) -> list[DuplicateRegistration]:
    numbers = {id: place for place, id in enumerate(ids, start=1)}
    found = []
    for id in ids:
        one = held[id]
        others = [(numbers[other], other) for other in ids if other != id and pair_of(id, other) not in apart]
        found.append(
            DuplicateRegistration(numbers[id], one.party, one.people, one.needs, one.wishes, one.meetings, others)
        )
    return found


async def _holdings(ids: Sequence[int]) -> dict[int, DuplicateRegistration]:
    """Return the contents of these registrations by id. Six queries."""
    if not ids:
        return {}
    parties = await Registration.filter(id__in=ids).select_related("organisation")
    people: dict[int, list[Delegate]] = defaultdict(list)
    for delegate in await Delegate.filter(registration_id__in=ids).order_by("id").select_related("person"):
        people[delegate.registration_id].append(delegate)
    needs: dict[int, list[Need]] = defaultdict(list)
    for need in await Need.filter(registration_id__in=ids).exclude(state=NeedState.WITHDRAWN).order_by("id"):
        needs[need.registration_id].append(need)
    wishes = Counter(row["by_id"] for row in await Wish.filter(by_id__in=ids).values("by_id"))
    wishes.update(row["about_id"] for row in await Wish.filter(about_id__in=ids).values("about_id"))
    to_come = CalendarEntry.filter(enterprise_id__in=ids, is_cancelled=False, end_at__gt=datetime.now(UTC))
    meetings = Counter(row["enterprise_id"] for row in await to_come.values("enterprise_id"))
    return {
        party.id: DuplicateRegistration(
            0, party, people[party.id], needs[party.id], wishes[party.id], meetings[party.id], ()
        )
        for party in parties
    }


async def merged_registrations(event: Event) -> Sequence[tuple[Registration, SameName]]:
    """Return the registrations that were merged into another and the decisions, latest first. One query."""
    rows = SameName.filter(event_id=event.id, kept__side=Side.ENTERPRISE).order_by("-id").limit(MOST_JOINED)
    relations = ("one__organisation", "other__organisation", "kept__organisation", "by")
    found = await rows.select_related(*relations)
    return [(row.other if row.kept_id == row.one_id else row.one, row) for row in found]
