"""Read models of the organisers' overview and lists. Reads only, with fixed numbers of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tortoise.functions import Count
from tortoise.queryset import QuerySet

from server.absences import service as absences
from server.arrivals import has_come
from server.events.presence import usable_slots
from server.joining import finding as joining
from server.letters import outbox
from server.models import (
    Delegate,
    Event,
    Hall,
    Interpreter,
    Need,
    NeedState,
    Plan,
    PlanState,
    PlenaryItem,
    Registration,
    Side,
    Slot,
    Table,
    Wish,
)
from server.names import called
from server.plans import staleness
from server.plans.concerns import Concern, ConcernCode, concerns
from server.presence import taken
from server.rows import load_rows
from server.schemes import scheme_of
from server.search import finding
from server.search.finding import Found, Item
from server.search.query import Query, query_of

PAGE = 50


@dataclass(frozen=True)
class EventCounts:
    """How many of each kind take part.

    drafts: registrations that were begun and not completed. without_needs: enterprises. without_wishes, not_agreed:
    parties of both sides; parties without consent are not shown to the other side. wishes: of participants about
    participants. slots: future slots that programme items leave free; has_slots: whether there are any, past ones
    included. absent_*: those who are available in none of these slots. registered_twice: names that several enterprises
    have.
    """

    experts: int
    enterprises: int
    drafts: int
    needs: int
    without_needs: int
    without_wishes: int
    wishes: int
    interpreters: int
    slots: int
    has_slots: bool
    tables: int
    halls: int
    absent_experts: int = 0
    absent_enterprises: int = 0
    absent_interpreters: int = 0
    undelivered: int = 0
    not_agreed: int = 0
    registered_twice: int = 0
    absence_requests: int = 0


@dataclass(frozen=True)
class PlanOverview:
    """The newest plan and the published plan, each with the number of its meetings that have become impossible."""

    last: Plan | None = None
    lost: int = 0
    in_force: int | None = None
    lost_in_force: int = 0

    @property
    def is_under_way(self) -> bool:
        return self.last is not None and self.last.state in (PlanState.QUEUED, PlanState.RUNNING)

    @property
    def is_ready(self) -> bool:
        """Whether the newest plan waits to be published and nothing prevents that."""
        return self.last is not None and self.last.state is PlanState.READY and not self.lost


async def counts(event: Event) -> EventCounts:
    """Return the counts of the event. Fourteen queries, for any size of event."""
    columns = ("id", "side", "registered_at", "available", "agreed_at")
    parties = await Registration.filter(event_id=event.id, withdrawn_at=None).values(*columns)
    interpreters = await Interpreter.filter(event_id=event.id).values("available")
    left, now = await _slots_left(event), datetime.now(UTC)
    open_slots = frozenset(slot.id for slot in left)
    there = [party for party in parties if party["registered_at"] is not None]
    enterprises = {party["id"] for party in there if party["side"] == Side.ENTERPRISE}
    published = Need.filter(
        registration__event_id=event.id,
        registration__registered_at__not_isnull=True,
        registration__withdrawn_at=None,
        state=NeedState.PUBLISHED,
    )
    with_needs = set(await published.distinct().values_list("registration_id", flat=True))
    wishing = set(await standing_wishes(event).distinct().values_list("by_id", flat=True))
    return EventCounts(
        experts=len(there) - len(enterprises),
        enterprises=len(enterprises),
        drafts=len(parties) - len(there),
        needs=await published.count(),
        without_needs=len(enterprises - with_needs),
        without_wishes=sum(party["id"] not in wishing for party in there),
        wishes=await standing_wishes(event).count(),
        interpreters=len(interpreters),
        slots=sum(slot.start_at > now for slot in left),
        has_slots=bool(left),
        tables=await Table.filter(event_id=event.id).count(),
        halls=await Hall.filter(event_id=event.id).count(),
        absent_experts=_absent([party for party in there if party["side"] == Side.EXPERT], open_slots),
        absent_enterprises=_absent([party for party in there if party["side"] == Side.ENTERPRISE], open_slots),
        absent_interpreters=_absent(interpreters, open_slots),
        absence_requests=len(await absences.waiting_requests(event.id)),
        undelivered=await outbox.number_failed(event),
        not_agreed=sum(party["agreed_at"] is None for party in there),
        registered_twice=len(await joining.groups(event)),
    )


def standing_wishes(event: Event) -> QuerySet[Wish]:
    """Return the wishes of participants about participants."""
    sides = ("by", "about")
    there = {f"{side}__registered_at__not_isnull": True for side in sides}
    return Wish.filter(event_id=event.id, by__withdrawn_at=None, about__withdrawn_at=None, **there)


async def open_slots_of(event: Event) -> frozenset[int]:
    """Return ids of the slots that programme items leave free for meetings. Two queries."""
    return frozenset(slot.id for slot in await _slots_left(event))


async def _slots_left(event: Event) -> list[Slot]:
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    gone = taken(slots, await PlenaryItem.filter(event_id=event.id))
    return [slot for slot in slots if slot.id not in gone]


def _absent(rows: Sequence[Mapping[str, Any]], open_slots: frozenset[int]) -> int:
    return sum(open_slots.isdisjoint(row["available"]) for row in rows) if open_slots else 0


async def last_plan(event: Event) -> Plan | None:
    """Return the newest plan without its JSON documents, or None."""
    return (
        await Plan.filter(event_id=event.id).order_by("-version").only("id", "version", "state", "created_at").first()
    )


async def plans_of(event: Event) -> PlanOverview:
    """Return the newest plan and the published plan. Thirteen queries, or two if there is no plan."""
    last, in_force = await last_plan(event), await staleness.published_plan(event.id)
    ids = {plan_id for plan_id in (last.id if last else None, in_force) if plan_id is not None}
    if last is None or not ids:
        return PlanOverview()
    lost = await staleness.lost_of_plans(event.id, ids)
    return PlanOverview(last, len(lost[last.id]), in_force, len(lost.get(in_force or 0, ())))


async def unjoined(event: Event) -> list[Concern]:
    """Return concerns about pairs of languages without an interpreter, those that separate most pairs first."""
    found = concerns(await load_rows(event))
    return [concern for concern in found if concern.code is ConcernCode.NO_INTERPRETER]


# -- Lists ---------------------------------------------------------------------------------------------------------


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


async def parties(
    event: Event, side: Side | None, *, asked: Query, state: str, number: int, most: int | None = PAGE
) -> PartyList:
    """Return a page of the event's experts (side), enterprises, or both (None).

    Four queries, five with enterprises; two more for no-presence and for not-signed-in. asked: searched in names, texts
    and topics, for enterprises also in their needs, by `search.finding`. state: "", registered, draft, withdrawn,
    no-needs, no-wishes, no-presence, not-agreed or not-signed-in. number: of the page, >= 1. most: lines per page, None
    for all.
    """
    found_rows = Registration.filter(event_id=event.id, **({} if side is None else {"side": side}))
    rows = await found_rows.select_related("person", "organisation").order_by("id")
    needs = {} if side == Side.EXPERT else await _needs_of(event)
    wishes, usable = await _count_by(standing_wishes(event), "by_id"), await usable_slots(event.id)
    listed = [
        Listed(row, len(usable.intersection(row.available)), len(needs.get(row.id, ())), wishes.get(row.id, 0))
        for row in rows
    ]
    if state == "not-signed-in":
        kept = await _never_signed_in(event, listed)
    else:
        open_slots = await open_slots_of(event) if state == "no-presence" else frozenset()
        kept = [each for each in listed if _is_in_state(each, state, open_slots)]
    found = await finding.pick(
        kept, lambda each: item_of(each.party, needs.get(each.party.id, ())), asked, scheme_of(event)
    )
    part = found if most is None else found[(number - 1) * most : number * most]
    shown = [replace(each, found=how) for each, how in part]
    return PartyList(shown, len(found), number)


async def ids_in_state(event: Event, state: str) -> list[int]:
    """Return ids of all parties in a state, as `parties` lists them."""
    found = await parties(event, None, asked=query_of(""), state=state, number=1, most=None)
    return [each.party.id for each in found.lines]


async def _needs_of(event: Event) -> dict[int, list[Need]]:
    """Return published needs by the id of their enterprise's registration."""
    found: dict[int, list[Need]] = defaultdict(list)
    for need in await Need.filter(registration__event_id=event.id, state=NeedState.PUBLISHED):
        found[need.registration_id].append(need)
    return found


async def _count_by(query: QuerySet[Any], column: str) -> dict[int, int]:
    grouped = await query.annotate(number=Count("id")).group_by(column).values(column, "number")
    return {row[column]: row["number"] for row in grouped}


async def _never_signed_in(event: Event, listed: Sequence[Listed]) -> list[Listed]:
    """Return the participants for whom nobody has signed in since they were entered."""
    rows = Delegate.filter(registration__event_id=event.id, person__signed_in_at__not_isnull=True)
    seen = {row.registration_id for row in await rows.select_related("person") if has_come(row.person, row)}

    def is_new(party: Registration) -> bool:
        return not has_come(party.person, party) if party.person_id else party.id not in seen

    return [each for each in listed if each.party.withdrawn_at is None and is_new(each.party)]


def _is_in_state(each: Listed, state: str, open_slots: frozenset[int]) -> bool:
    party = each.party
    is_there = party.registered_at is not None and party.withdrawn_at is None
    states = {
        "": True,
        "registered": is_there,
        "not-agreed": is_there and party.agreed_at is None,
        "draft": party.registered_at is None and party.withdrawn_at is None,
        "withdrawn": party.withdrawn_at is not None,
        "no-needs": is_there and party.side == Side.ENTERPRISE and not each.needs,
        "no-wishes": is_there and not each.wishes,
        "no-presence": is_there and open_slots.isdisjoint(party.available),
    }
    return states.get(state, True)


def item_of(party: Registration, needs: Sequence[Need] = ()) -> Item:
    """Return everything searchable in a party's registration and needs. For organisers only."""
    if party.organisation is not None:
        organisation = party.organisation
        names = finding.organisation_names(organisation.name, organisation.latin_name)
        written = (organisation.description, *(line for need in needs for line in (need.title, need.text)))
        topics = frozenset(topic for need in needs for topic in (*need.topics, *need.must_topics))
        return Item(names, finding.folded("\n".join(written)), topics)
    names = finding.person_names(called(party))
    written = (party.headline, party.offer, party.affiliation, party.position, party.degree, party.person.email)
    return Item(names, finding.folded("\n".join(written)), frozenset(party.topics))


async def needs(event: Event, *, asked: Query, number: int, state: str = "") -> tuple[list[tuple[Need, Found]], int]:
    """Return a page of the event's needs by enterprise, and the total number. One query.

    state "published": published needs of participants; otherwise drafts and needs of drafts, too, but none of parties
    that have left.
    """
    standing = Need.filter(registration__event_id=event.id, registration__withdrawn_at=None)
    if state == NeedState.PUBLISHED:
        standing = standing.filter(state=NeedState.PUBLISHED, registration__registered_at__not_isnull=True)
    rows = (
        await standing.exclude(state=NeedState.WITHDRAWN)
        .select_related("registration__organisation")
        .order_by("registration_id", "id")
    )
    found = await finding.pick(rows, item_of_need, asked, scheme_of(event))
    return found[(number - 1) * PAGE : number * PAGE], len(found)


def item_of_need(need: Need) -> Item:
    """Return everything searchable in a need. For organisers only."""
    organisation = need.registration.organisation
    return Item(
        finding.organisation_names(organisation.name, organisation.latin_name),
        finding.folded(f"{need.title}\n{need.text}"),
        frozenset((*need.topics, *need.must_topics)),
    )
