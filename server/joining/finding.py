"""Registrations of one event that may be one firm by their names, and what each of them holds. Reading only."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server.joining import likeness
from server.models import CalendarEntry, Delegate, Event, Need, NeedState, Registration, SameName, Side, Wish

PAGE = 20
MOST_IN_GROUP = 6  # registrations of one name that are shown beside each other
MOST_JOINED = 50

Pair = tuple[int, int]


@dataclass(frozen=True)
class Holding:
    """A registration and what it holds. number: its place in the group, from 1.

    people: its delegates, the one who registered it first. wishes: its own and those about it. meetings: of the
    published plan, still to come. others: numbers of the registrations that nobody has told apart from it, with keys.
    """

    number: int
    party: Registration
    people: Sequence[Delegate]
    needs: Sequence[Need]
    wishes: int
    meetings: int
    others: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Page:
    """groups: of this page. total: of all pages. number: >= 1."""

    groups: Sequence[Sequence[Holding]]
    total: int
    number: int

    @property
    def is_last(self) -> bool:
        return self.number * PAGE >= self.total


def pair_of(one: int, other: int) -> Pair:
    """The two keys as a row of SameName holds them."""
    return min(one, other), max(one, other)


async def groups(event: Event) -> list[list[int]]:
    """Keys of the registrations that may be one enterprise, the oldest first in each group. Two queries."""
    return _groups(await _named(event), await _apart(event))


async def _named(event: Event) -> dict[int, list[str]]:
    """By key, the names of all enterprises that have not left, drafts included; also in Latin where that is known."""
    rows = Registration.filter(event_id=event.id, side=Side.ENTERPRISE, withdrawn_at=None).order_by("id")
    names = ("organisation__name", "organisation__latin_name")
    return {row["id"]: [row[name] for name in names] for row in await rows.values("id", *names)}


async def _apart(event: Event) -> set[Pair]:
    """Pairs that an organiser has told apart."""
    rows = await SameName.filter(event_id=event.id, kept_id=None).values("one_id", "other_id")
    return {(row["one_id"], row["other_id"]) for row in rows}


def _groups(named: Mapping[int, Sequence[str]], apart: Collection[Pair]) -> list[list[int]]:
    return sorted(_parts(likeness.classes(named), apart))


def _parts(classed: Mapping[int, Sequence[str]], apart: Collection[Pair]) -> Iterator[list[int]]:
    """The connected components of two and more; neighbours have a name in common and were not told apart."""
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


async def page(event: Event, number: int) -> Page:
    """A page of the groups, each with what its registrations hold. Eight queries at most."""
    apart = await _apart(event)
    found = _groups(await _named(event), apart)
    shown = [ids[:MOST_IN_GROUP] for ids in found[(number - 1) * PAGE : number * PAGE]]
    held = await _holdings([id for ids in shown for id in ids])
    return Page([_numbered(ids, held, apart) for ids in shown], len(found), number)


def _numbered(ids: Sequence[int], held: dict[int, Holding], apart: Collection[Pair]) -> list[Holding]:
    numbers = {id: place for place, id in enumerate(ids, start=1)}
    found = []
    for id in ids:
        one = held[id]
        others = [(numbers[other], other) for other in ids if other != id and pair_of(id, other) not in apart]
        found.append(Holding(numbers[id], one.party, one.people, one.needs, one.wishes, one.meetings, others))
    return found


async def _holdings(ids: Sequence[int]) -> dict[int, Holding]:
    """Six queries."""
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
        party.id: Holding(0, party, people[party.id], needs[party.id], wishes[party.id], meetings[party.id], ())
        for party in parties
    }


async def joined(event: Event) -> Sequence[tuple[Registration, SameName]]:
    """What was joined, the last first: the registration that was joined into another, and the decision. One query."""
    rows = SameName.filter(event_id=event.id, kept_id__not_isnull=True).order_by("-id").limit(MOST_JOINED)
    relations = ("one__organisation", "other__organisation", "kept__organisation", "by")
    found = await rows.select_related(*relations)
    return [(row.other if row.kept_id == row.one_id else row.one, row) for row in found]
