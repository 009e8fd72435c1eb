"""Find entries of one event that may be of one expert, and what each has. Reads only."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server.joining.deciding import pair_of
from server.memory import remembered
from server.models import CalendarEntry, Event, Part, Registration, SameName, Side, TwinMerge, Wish
from server.names import called, country_of, shown_name
from server.twins import likeness
from server.visible import for_organisers

MOST_SHOWN = 50


@dataclass(frozen=True)
class Twin:
    """One entry of a pair. spellings: of the name. wishes: by and about it. meetings: future published ones."""

    party: Registration
    name: str
    spellings: Sequence[str]
    country: str
    wishes: int
    meetings: int


@dataclass(frozen=True)
class TwinsPage:
    """The first pairs that nobody has decided about, and merges that can be undone. total: of pairs."""

    pairs: Sequence[tuple[Twin, Twin]]
    total: int
    merged: Sequence[tuple[TwinMerge, str, str]]


async def pairs_of(event: Event) -> Sequence[tuple[int, int]]:
    """Return pairs of registration ids that may be of one person, without those that were told apart. Two queries."""
    parties = await _experts(event)
    names = {row.id: [each for each in _spellings(row) if each] for row in parties}
    countries = {row.id: country_of(row) for row in parties}
    decided = {(row.one_id, row.other_id) for row in await SameName.filter(event_id=event.id)}
    found = await asyncio.to_thread(likeness.pairs, names, countries)
    return [pair for pair in found if pair not in decided]


async def number_of_pairs(event: Event, *, since: Sequence[int | None]) -> int:
    """Return how many pairs there are. No query if nobody has changed, else two.

    since: what changes with the pairs that were told apart.
    """

    async def read() -> int:
        return len(await pairs_of(event))

    return await remembered(event.id, ("twins", *since), [Part.PEOPLE], read)


async def _experts(event: Event) -> Sequence[Registration]:
    experts = await Registration.present(event.id, side=Side.EXPERT).order_by("id").select_related("person")
    return [for_organisers(expert) for expert in experts]


def _spellings(row: Registration) -> tuple[str, str, str]:
    name = called(row)
    return name.full_name, name.latin_name, name.zh_name


async def twins_page(event: Event, locale: str) -> TwinsPage:
    """Return the page of pairs. At most seven queries."""
    found = await pairs_of(event)
    shown = found[:MOST_SHOWN]
    twins = await twins_of({id for pair in shown for id in pair}, locale)
    relations = ("kept__person", "joined__person")
    merges = TwinMerge.filter(event_id=event.id, expires_at__gt=datetime.now(UTC)).order_by("-id")
    merged = await merges.select_related(*relations)
    return TwinsPage(
        [(twins[one], twins[other]) for one, other in shown],
        len(found),
        [(row, shown_name(row.kept, locale), shown_name(row.joined, locale)) for row in merged],
    )


async def twins_of(ids: set[int], locale: str) -> dict[int, Twin]:
    """Return what these registrations have, by id. Four queries."""
    rows = await Registration.filter(id__in=list(ids)).select_related("person")
    wishes = Counter(row["by_id"] for row in await Wish.filter(by_id__in=list(ids)).values("by_id"))
    wishes.update(row["about_id"] for row in await Wish.filter(about_id__in=list(ids)).values("about_id"))
    to_come = CalendarEntry.filter(expert_id__in=list(ids), is_cancelled=False, end_at__gt=datetime.now(UTC))
    meetings = Counter(row["expert_id"] for row in await to_come.values("expert_id"))
    return {
        row.id: Twin(
            row,
            shown_name(row, locale),
            [each for each in dict.fromkeys(_spellings(row)) if each],
            country_of(row),
            wishes[row.id],
            meetings[row.id],
        )
        for row in rows
    }


async def are_twins(event: Event, one: Registration, other: Registration) -> bool:
    """Return whether the two are a pair that nobody has decided about. Two queries."""
    return pair_of(one.id, other.id) in await pairs_of(event)
