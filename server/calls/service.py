"""Find whom to phone, and keep how calls ended. Each public function that writes is one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from i18n import Message, _, pgettext_
from server.calls.values import CallValues
from server.checklist import service as checklists
from server.db import atomic, lock, rows_of
from server.desk import listing
from server.errors import NotFound, refuse_first
from server.models import (
    CallResult,
    Contact,
    ContactKind,
    ContactReaders,
    Delegate,
    Event,
    PartyCall,
    Person,
    Registration,
)
from server.plans import staleness

PAGE = 50


class Reason(StrEnum):
    """Why to phone somebody, the most urgent first. AGREED_ON: a colleague has noted when to try again."""

    NO_MEETING = "no-meeting"
    NO_PRESENCE = "no-presence"
    DRAFT = "draft"
    NOT_AGREED = "not-agreed"
    NO_NEEDS = "no-needs"
    NO_WISHES = "no-wishes"
    AGREED_ON = "agreed-on"


REASONS: Mapping[Reason, Message] = {
    Reason.NO_MEETING: _("No meeting in the published plan"),
    Reason.NO_PRESENCE: _("Available in no slot"),
    Reason.DRAFT: pgettext_("reason to call", "Registration not complete"),
    Reason.NOT_AGREED: _("No consent yet"),
    Reason.NO_NEEDS: pgettext_("reason to call", "No need"),
    Reason.NO_WISHES: pgettext_("reason to call", "No wishes"),
    Reason.AGREED_ON: pgettext_("reason to call", "Call again"),
}
RESULTS: Mapping[CallResult, Message] = {
    CallResult.REACHED: pgettext_("result of a call", "Reached"),
    CallResult.NO_ANSWER: pgettext_("result of a call", "No answer"),
    CallResult.WILL_COME: pgettext_("result of a call", "Will come"),
    CallResult.DECLINED: pgettext_("result of a call", "Declined"),
}
# Participants without a meeting of a plan, see `desk.risks`.
UNSERVED = """SELECT id FROM registration
    WHERE event_id = ?1 AND registered_at IS NOT NULL AND withdrawn_at IS NULL
    AND id NOT IN (SELECT expert_id FROM meeting WHERE plan_id = ?2)
    AND id NOT IN (SELECT enterprise_id FROM meeting WHERE plan_id = ?2)"""


@dataclass(frozen=True)
class Line:
    """A party to phone, with its person and organisation. last: the last entry about it. phones: (name, number)."""

    party: Registration
    reasons: Sequence[Reason]
    last: PartyCall | None
    phones: Sequence[tuple[Person, str]]


@dataclass(frozen=True)
class CallList:
    """A page of the call list. numbers: of parties by reason, of all under ""."""

    lines: Sequence[Line]
    total: int
    numbers: Mapping[str, int]
    number: int

    @property
    def is_last(self) -> bool:
        return self.number * PAGE >= self.total


async def _reasons(event: Event) -> dict[int, list[Reason]]:
    """Return why to phone whom, by id of the party. A fixed number of queries."""
    found: dict[int, list[Reason]] = {}
    plan_id = await staleness.published_plan(event.id)
    if plan_id is not None:
        for (id,) in await rows_of(UNSERVED, event.id, plan_id):
            found.setdefault(id, []).append(Reason.NO_MEETING)
    for reason in (Reason.NO_PRESENCE, Reason.DRAFT, Reason.NOT_AGREED, Reason.NO_NEEDS, Reason.NO_WISHES):
        for id in await listing.ids_in_state(event, reason):
            found.setdefault(id, []).append(reason)
    return found


async def _last_calls(event: Event) -> Mapping[int, PartyCall]:
    """Return the last entry about each party. One query."""
    rows = await PartyCall.filter(event_id=event.id).order_by("id").select_related("owner__person", "by")
    return {row.registration_id: row for row in rows}


async def call_list(event: Event, *, reason: str, owner_id: int | None, number: int) -> CallList:
    """Return a page of whom to phone, those whose next try is due first.

    A fixed number of queries. reason: a `Reason`, or "" for all. owner_id: an organiser's id, None for all. number: of
    the page, from 1. Who has said that they come or decline is left out unless a next try is noted.
    """
    reasons, calls = await _reasons(event), await _last_calls(event)
    for id, call in calls.items():
        if call.next_at is not None:
            reasons.setdefault(id, []).append(Reason.AGREED_ON)
        elif call.result in (CallResult.WILL_COME, CallResult.DECLINED):
            reasons.pop(id, None)
    numbers: dict[str, int] = {
        "": len(reasons),
        **{str(each): sum(each in why for why in reasons.values()) for each in Reason},
    }
    ids = [
        id
        for id, why in reasons.items()
        if (not reason or reason in why) and (owner_id is None or (id in calls and calls[id].owner_id == owner_id))
    ]
    late = datetime.max.replace(tzinfo=UTC)
    rank = list(Reason)
    ids.sort(key=lambda id: ((calls[id].next_at if id in calls else None) or late, rank.index(reasons[id][0]), id))
    part = ids[(number - 1) * PAGE : number * PAGE]
    there = Registration.filter(id__in=part, withdrawn_at=None).select_related("person", "organisation")
    rows = {row.id: row for row in await there}
    phones = await _phones(event, rows.values())
    lines = [Line(rows[id], reasons[id], calls.get(id), phones.get(id, ())) for id in part if id in rows]
    return CallList(lines, len(ids), numbers, number)


async def _phones(event: Event, rows: Collection[Registration]) -> Mapping[int, list[tuple[Person, str]]]:
    """Return (person, telephone number) of each party's people that organisers may see. Two queries."""
    delegates = await Delegate.filter(registration_id__in=[row.id for row in rows]).order_by("id")
    party_of = {row.person_id: row.id for row in rows if row.person_id}
    party_of |= {each.person_id: each.registration_id for each in delegates}
    known = Contact.filter(event_id=event.id, person_id__in=list(party_of), kind=ContactKind.PHONE)
    found: dict[int, list[tuple[Person, str]]] = {}
    for row in await known.exclude(readers=ContactReaders.NOBODY).order_by("id").select_related("person"):
        found.setdefault(party_of[row.person_id], []).append((row.person, row.value))
    return found


async def about(party: Registration) -> tuple[Sequence[Reason], Sequence[PartyCall], Sequence[tuple[Person, str]]]:
    """Return (why to phone a party, all entries about it with the latest first, telephone numbers)."""
    event = await Event.get(id=party.event_id)
    calls = PartyCall.filter(registration_id=party.id).order_by("-id").select_related("owner__person", "by")
    phones = await _phones(event, [party])
    return (await _reasons(event)).get(party.id, ()), await calls, phones.get(party.id, ())


@atomic
async def note(party: Registration, values: CallValues, by: Person) -> PartyCall:
    """Add an entry about a party. Raises NotAnOrganiser, and NotFound if the party is gone."""
    if await lock(Registration, party.id) is None:
        raise NotFound
    await refuse_first(checklists.owner_refusals(party.event_id, values.owner_id))
    return await PartyCall.create(event_id=party.event_id, registration_id=party.id, by_id=by.id, **values.columns())
