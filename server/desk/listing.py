"""Read models of the organisers' lists: a page is filtered, ordered, counted and cut by the database.

Searches look up what `searching` has gathered. Reads only, with fixed numbers of queries.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tortoise.expressions import F, Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from server.desk import searching
from server.desk.service import standing_wishes
from server.memory import Counts, counts_of, remembered
from server.models import Delegate, Event, Need, NeedState, Part, PlenaryItem, Registration, Side, Slot
from server.presence import taken
from server.schemes import scheme_of
from server.search.finding import Found, Way
from server.search.query import Query
from server.visible import for_organisers

PAGE = 50
FIRST_FEW = 8  # results of each kind on the page that searches all kinds
LISTED = (Part.PEOPLE, Part.GRID, Part.WISHES)  # what the lists of parties depend on
STATES = frozenset(
    {"registered", "not-agreed", "draft", "withdrawn", "no-needs", "no-wishes", "no-presence", "not-signed-in"}
)
_WHOSE = ("person", "organisation")
_THERE = {"registered_at__not_isnull": True, "withdrawn_at": None}


@dataclass(frozen=True)
class Listed:
    """A line of a list. party: with its person and organisation. found: how a search found it.

    slots: how many future slots for meetings it is available in. wishes: about participants.
    """

    party: Registration
    slots: int
    needs: int
    wishes: int
    found: Found | None = None


@dataclass(frozen=True)
class PartyList:
    """A page of a list of parties."""

    lines: Sequence[Listed]
    total: int
    number: int

    @property
    def is_last(self) -> bool:
        return self.number * PAGE >= self.total


@dataclass(frozen=True)
class NeedList:
    """A page of the list of needs, each with its enterprise and how a search found it."""

    lines: Sequence[tuple[Need, Found | None]]
    total: int
    number: int = 1

    @property
    def is_last(self) -> bool:
        return self.number * PAGE >= self.total


@dataclass(frozen=True)
class EverythingFound:
    """The first results of a search of each kind, and how many there are."""

    sides: Mapping[Side, tuple[Sequence[Registration], int]]
    needs: NeedList
    how: Mapping[int, Found]


async def parties(event: Event, side: Side | None, *, asked: Query, state: str, number: int) -> PartyList:
    """Return a page of the event's experts (side), enterprises, or both (None).

    At most six queries, none if the page is remembered. asked: searched in names, texts and topics, for enterprises
    also in their needs. state: "", registered, draft, withdrawn, no-needs, no-wishes, no-presence, not-agreed or
    not-signed-in. number: of the page, >= 1.
    """
    counts = await counts_of(event.id)
    usable = await open_slots(event, counts)

    async def read() -> PartyList:
        return await _read_parties(event, side, asked, state, number, counts, usable)

    # Signing in is not counted as a change.
    if state == "not-signed-in":
        return await read()
    name = "list of parties", side, asked.words, state if state in STATES else "", number, usable
    return await remembered(event.id, name, LISTED, read, counts=counts, weigh=lambda found: 1 + 3 * len(found.lines))


async def all_parties(event: Event, side: Side, state: str) -> list[Listed]:
    """Return all parties of a side in a state by id, as `parties` lists them. At most six queries."""
    rows = _in_state(event, side, state).order_by("id").select_related(*_WHOSE)
    absent = await _absent(event.id, await counts_of(event.id)) if state == "no-presence" else None
    found = [row for row in await rows if absent is None or row.id in absent]
    return await _listed(event, found, {}, await open_slots(event))


async def open_slots(event: Event, counts: Counts | None = None) -> frozenset[int]:
    """Return the ids of the slots to come that meetings can have. At most three queries, none if remembered.

    counts: as for `memory.remembered`.
    """
    left, now = await _open_slots(event.id, counts or await counts_of(event.id)), datetime.now(UTC)
    return frozenset(slot.id for slot in left if slot.start_at > now)


async def _read_parties(
    event: Event,
    side: Side | None,
    asked: Query,
    state: str,
    number: int,
    counts: Counts,
    usable: Collection[int],
) -> PartyList:
    rows = _in_state(event, side, state)
    found: list[tuple[int, Found]] | None = None
    if state == "no-presence":
        absent = await _absent(event.id, counts)
        ids = [id for id in await _ids_of(rows) if id in absent]
        found = [(id, Found(at, Way.WORDS)) for at, id in enumerate(ids)]
    if asked.words:
        searchable = await searching.parties_of(event.id, counts)
        among = [id for id, _how in found] if found is not None else await _ids_of(rows) if state else None
        found = await searchable.find(asked, scheme_of(event), kind=side or "", among=among)
    start = (number - 1) * PAGE
    if found is None:
        lines = await rows.order_by("id").offset(start).limit(PAGE).select_related(*_WHOSE)
        return PartyList(await _listed(event, lines, {}, usable), await rows.count(), number)
    how = dict(found[start : start + PAGE])
    shown = await _by_ids(Registration.filter(id__in=list(how)).select_related(*_WHOSE), how)
    return PartyList(await _listed(event, shown, how, usable), len(found), number)


def _in_state(event: Event, side: Side | None, state: str) -> QuerySet[Registration]:
    rows = Registration.filter(event_id=event.id, **({} if side is None else {"side": side}))
    there = rows.filter(**_THERE)
    published = Need.filter(registration__event_id=event.id, state=NeedState.PUBLISHED)
    states = {
        "registered": there,
        "not-agreed": there.filter(agreed_at=None),
        "draft": rows.filter(registered_at=None, withdrawn_at=None),
        "withdrawn": rows.filter(withdrawn_at__not_isnull=True),
        "no-needs": there.filter(side=Side.ENTERPRISE, id__not_in=Subquery(published.values("registration_id"))),
        "no-wishes": there.filter(id__not_in=Subquery(standing_wishes(event).values("by_id"))),
        "no-presence": there,
        "not-signed-in": rows.filter(_is_new(event), withdrawn_at=None),
    }
    return states.get(state, rows)


def _is_new(event: Event) -> Q:
    """Return the condition that nobody of a party has signed in since they were entered, as `arrivals.has_come`."""
    before = Q(person__signed_in_at=None) | Q(proposed__isnull=False, created_at__gt=F("person__signed_in_at"))
    since = Q(proposed=None) | Q(created_at__lte=F("person__signed_in_at"))
    come = Delegate.filter(since, registration__event_id=event.id, person__signed_in_at__not_isnull=True)
    return Q(before, person_id__not_isnull=True) | Q(
        person_id=None, id__not_in=Subquery(come.values("registration_id"))
    )


async def ids_in_state(event: Event, state: str) -> list[int]:
    """Return ids of all parties in a state, as `parties` lists them. At most two queries if slots are remembered."""
    rows = _in_state(event, None, state)
    absent = await _absent(event.id, await counts_of(event.id)) if state == "no-presence" else None
    return [id for id in await _ids_of(rows) if absent is None or id in absent]


async def _ids_of(rows: QuerySet[Any]) -> list[int]:
    return [row["id"] for row in await rows.order_by("id").values("id")]


async def _by_ids(rows: QuerySet[Any], ids: Mapping[int, Found]) -> list[Any]:
    """Return the rows in the order of their ids."""
    by_id = {row.id: row for row in await rows} if ids else {}
    return [by_id[id] for id in ids if id in by_id]


async def _listed(
    event: Event, rows: Sequence[Registration], how: Mapping[int, Found], usable: Collection[int]
) -> list[Listed]:
    """Return the lines of these parties. usable: ids of future slots. One query, two with enterprises."""
    ids = [row.id for row in rows]
    firms = [row.id for row in rows if row.side == Side.ENTERPRISE]
    published = Need.filter(registration_id__in=firms, state=NeedState.PUBLISHED)
    needs = await _count_by(published, "registration_id") if firms else {}
    wishes = await _count_by(standing_wishes(event).filter(by_id__in=ids), "by_id")
    future = frozenset(usable)
    return [
        Listed(
            for_organisers(row),
            len(future.intersection(row.available)),
            needs.get(row.id, 0),
            wishes.get(row.id, 0),
            how.get(row.id),
        )
        for row in rows
    ]


async def _count_by(query: QuerySet[Any], column: str) -> dict[int, int]:
    grouped = await query.annotate(number=Count("id")).group_by(column).values(column, "number")
    return {row[column]: row["number"] for row in grouped}


async def _open_slots(event_id: int, counts: Counts) -> Sequence[Slot]:
    """Return the slots that programme items leave free, past ones included. Two queries if the slots have changed."""

    async def read() -> list[Slot]:
        slots = await Slot.filter(event_id=event_id).order_by("start_at")
        gone = taken(slots, await PlenaryItem.filter(event_id=event_id))
        return [slot for slot in slots if slot.id not in gone]

    return await remembered(event_id, "open slots", [Part.GRID], read, counts=counts, weigh=len)


async def _absent(event_id: int, counts: Counts) -> frozenset[int]:
    """Return ids of parties that are available in no slot for meetings. No query if nothing has changed."""

    async def read() -> frozenset[int]:
        left = frozenset(slot.id for slot in await _open_slots(event_id, counts))
        rows = await searching.in_parts(Registration.filter(event_id=event_id), "id", "available")
        return frozenset(row["id"] for row in rows if left.isdisjoint(row["available"]))

    return await remembered(event_id, "absent", [Part.PEOPLE, Part.GRID], read, counts=counts)


async def needs(event: Event, *, asked: Query, number: int, state: str = "") -> NeedList:
    """Return a page of the event's needs by enterprise. Two queries, none if the page is remembered.

    state: "published" for published needs of participants; any other value for drafts and needs of draft registrations,
    too. Parties that have left have none.
    """
    start, whose = (number - 1) * PAGE, "registration__organisation"
    if not asked.words:
        is_published = state == NeedState.PUBLISHED
        read, name = partial(_read_needs, event, number, is_published), ("list of needs", is_published, number)
        return await remembered(event.id, name, [Part.PEOPLE], read, weigh=lambda found: 1 + 3 * len(found.lines))
    searchable = await searching.needs_of(event.id, await counts_of(event.id))
    found = await searchable.find(asked, scheme_of(event), kind=state)
    how = dict(found[start : start + PAGE])
    rows = await _by_ids(Need.filter(id__in=list(how)).select_related(whose), how)
    return NeedList([(need, how[need.id]) for need in rows], len(found), number)


async def all_needs(event: Event, state: str) -> list[Need]:
    """Return the needs that `needs` lists without a query, by enterprise, each with it. One query."""
    rows = _standing_needs(event, state == NeedState.PUBLISHED)
    return await rows.order_by("registration_id", "id").select_related("registration__organisation")


def _standing_needs(event: Event, is_published: bool) -> QuerySet[Need]:
    standing = Need.filter(registration__event_id=event.id, registration__withdrawn_at=None)
    standing = standing.exclude(state=NeedState.WITHDRAWN)
    if is_published:
        standing = standing.filter(state=NeedState.PUBLISHED, registration__registered_at__not_isnull=True)
    return standing


async def _read_needs(event: Event, number: int, is_published: bool) -> NeedList:
    start, whose = (number - 1) * PAGE, "registration__organisation"
    standing = _standing_needs(event, is_published)
    part = standing.order_by("registration_id", "id").offset(start).limit(PAGE).select_related(whose)
    return NeedList([(need, None) for need in await part], await standing.count(), number)


async def everything(event: Event, asked: Query) -> EverythingFound:
    """Return the first experts, enterprises and needs that a query finds.

    At most three queries, none if they are remembered.
    """
    counts = await counts_of(event.id)
    read = partial(_read_everything, event, asked, counts)
    # Topics that organisers add are a part of the event's row.
    parts = [Part.PEOPLE, Part.GRID]
    return await remembered(
        event.id, ("search", asked), parts, read, counts=counts, weigh=lambda found: 2 + 3 * len(found.how)
    )


async def _read_everything(event: Event, asked: Query, counts: Counts) -> EverythingFound:
    scheme = scheme_of(event)
    searchable, needs = await searching.parties_of(event.id, counts), await searching.needs_of(event.id, counts)
    found = await searchable.find_kinds(asked, scheme, list(Side))
    how = dict(each for some in found.values() for each in some[:FIRST_FEW])
    rows = await _by_ids(Registration.filter(id__in=list(how)).select_related(*_WHOSE), how)
    of_needs = await needs.find(asked, scheme)
    first = dict(of_needs[:FIRST_FEW])
    lines = await _by_ids(Need.filter(id__in=list(first)).select_related("registration__organisation"), first)
    return EverythingFound(
        {side: ([row for row in rows if row.side == side], len(some)) for side, some in found.items()},
        NeedList([(need, first[need.id]) for need in lines], len(of_needs)),
        how,
    )
