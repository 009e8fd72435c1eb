"""Find whom to phone, and keep how calls ended. Each public function that writes is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from tortoise.functions import Max

from i18n import Message, _, pgettext_
from server.calls.values import CallValues
from server.checklist import service as checklists
from server.contacts.service import shown_to_organisers
from server.db import atomic, lock, rows_of
from server.desk import listing
from server.desk.risks import UNSERVED
from server.errors import NotFound, refuse_first
from server.models import (
    CallResult,
    Contact,
    ContactKind,
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


@dataclass(frozen=True)
class Line:
    """A party to phone, with its person and organisation. last: the last entry about it. phones: its numbers."""

    party: Registration
    reasons: Sequence[Reason]
    last: PartyCall | None
    phones: Sequence[Contact]


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
    """Return the last entry about each party that has not withdrawn. Two queries."""
    there = PartyCall.filter(event_id=event.id, registration__withdrawn_at=None)
    last = await there.annotate(last=Max("id")).group_by("registration_id").values_list("last", flat=True)
    rows = await PartyCall.filter(id__in=last).select_related("owner__person", "by")
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
    rows = {row.id: row for row in await Registration.filter(id__in=part).select_related("person", "organisation")}
    phones = await shown_to_organisers(event.id, rows.values(), [ContactKind.PHONE])
    lines = [Line(rows[id], reasons[id], calls.get(id), phones[id]) for id in part if id in rows]
    return CallList(lines, len(ids), numbers, number)


async def about(party: Registration) -> tuple[Sequence[Reason], Sequence[PartyCall], Sequence[Contact]]:
    """Return (why to phone a party, all entries about it with the latest first, telephone numbers)."""
    event = await Event.get(id=party.event_id)
    calls = PartyCall.filter(registration_id=party.id).order_by("-id").select_related("owner__person", "by")
    phones = await shown_to_organisers(event.id, [party], [ContactKind.PHONE])
    return (await _reasons(event)).get(party.id, ()), await calls, phones[party.id]


@atomic
async def note(party: Registration, values: CallValues, by: Person) -> PartyCall:
    """Add an entry about a party. Raises NotAnOrganiser, and NotFound if the party is gone."""
    if await lock(Registration, party.id) is None:
        raise NotFound
    await refuse_first(checklists.owner_refusals(party.event_id, values.owner_id))
    return await PartyCall.create(event_id=party.event_id, registration_id=party.id, by_id=by.id, **values.columns())
