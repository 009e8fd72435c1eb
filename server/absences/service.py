"""Make, decide and cancel absence requests.

Each public function that writes runs in one transaction, its own or the caller's, which has locked the row of the party
or interpreter first.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q

from i18n import _
from server import mail, presence
from server.absences import telling
from server.db import atomic, lock
from server.edits import write
from server.errors import AlreadyDecided, NotFound, Refused
from server.events.grid import Somebody, ticked
from server.events.values import AvailabilityValues
from server.forms import mark_of
from server.models import CalendarEntry, Decision, Event, Interpreter, Person, PresenceRequest, Registration, Slot
from server.presence import Interval

RELATIONS = ("expert__person", "enterprise__organisation", "table")
WHOSE = ("registration__person", "registration__organisation", "interpreter__person")


class ClearsMeetings(Refused):
    """The slots that a participant clears have published meetings, and the participant has not confirmed this yet.

    meetings: the meetings in these slots.
    """

    has_page = True

    def __init__(self, meetings: Sequence[CalendarEntry]) -> None:
        super().__init__(_("Nothing is saved yet. Some of the slots you cleared contain your published meetings."))
        self.meetings = meetings

    @property
    def mark(self) -> str:
        """A digest of the meetings; the form sends it back to show which meetings the participant has seen."""
        return mark_of(sorted(meeting.id for meeting in self.meetings))


class RequestGrown(Refused):
    """The request has got more slots since the organiser opened the page."""

    def __init__(self) -> None:
        super().__init__(_("This request has changed since you opened the page. Look at its slots, then decide."))


@dataclass(frozen=True)
class AbsenceAsking:
    """A person who clears slots of their own.

    seen: the mark of the meetings that they were shown (see `ClearsMeetings.mark`); "" if none were shown.
    """

    by: Person
    seen: str


# Asking -----------------------------------------------------------------------------------------------------------


async def cleared(somebody: Somebody, ids: Collection[int], asking: AbsenceAsking | None) -> AvailabilityValues:
    """Return the availability of a party or interpreter with the ticked slots.

    Where a cleared slot has a published meeting, the slot stays ticked and an absence request is made, or the open
    request gets the slot, too. asking: None for callers who need no permission (organisers). The caller has locked the
    row. Raises ClearsMeetings, SlotsChanged, TooManyMails.
    """
    wanted = await ticked(somebody.event_id, somebody, ids)
    gone = set(somebody.available) - set(wanted.available)
    if asking is None or not gone:
        return wanted
    slots = [slot for slot in await Slot.filter(event_id=somebody.event_id).order_by("start_at") if slot.id in gone]
    meetings = [each for each in await future_meetings_of(somebody) if any(_meet(each, slot) for slot in slots)]
    held = [slot for slot in slots if any(_meet(each, slot) for each in meetings)]
    if not held:
        return wanted
    standing = await open_request(somebody)
    known = presence.from_json(standing.slots) if standing else []
    times = sorted({*known, *((slot.start_at, slot.end_at) for slot in held)})
    if times != known:
        refusal = ClearsMeetings(meetings)
        if refusal.mark != asking.seen:
            raise refusal
        await _ask(somebody, standing, times, asking.by)
    return await ticked(somebody.event_id, somebody, [*ids, *(slot.id for slot in held)])


async def _ask(somebody: Somebody, standing: PresenceRequest | None, times: list[Interval], by: Person) -> None:
    now, slots = datetime.now(UTC), presence.to_json(times)
    if standing is None:
        await _refuse_flood(somebody)
        standing = await PresenceRequest.create(
            event_id=somebody.event_id, **_key(somebody), asked_by_id=by.id, slots=slots, asked_at=now
        )
    else:
        await PresenceRequest.filter(id=standing.id).update(slots=slots, asked_by_id=by.id, asked_at=now)
    await telling.tell_organisers(await PresenceRequest.get(id=standing.id).select_related(*WHOSE), but=by)


async def _refuse_flood(somebody: Somebody) -> None:
    """Raise TooManyMails if too many requests were made: each one sends e-mails to the organisers."""
    recent = PresenceRequest.filter(**_key(somebody), asked_at__gt=datetime.now(UTC) - mail.DAY)
    if await recent.count() >= mail.MOST_TO_ADDRESS:
        raise mail.TooManyMails(
            _("You have sent several requests to be absent today. Try again tomorrow, or contact the organiser.")
        )


def _key(somebody: Somebody) -> dict[str, Any]:
    return {"registration_id" if isinstance(somebody, Registration) else "interpreter_id": somebody.id}


def _meet(one: CalendarEntry | Slot, other: Slot) -> bool:
    return bool(one.start_at < other.end_at and other.start_at < one.end_at)


async def future_meetings_of(somebody: Somebody) -> Sequence[CalendarEntry]:
    """Return the published meetings of a party or interpreter that have not begun, by time.

    Both parties and the table are loaded.
    """
    whose = Q(interpreter_id=somebody.id)
    if isinstance(somebody, Registration):
        whose = Q(expert_id=somebody.id) | Q(enterprise_id=somebody.id)
    found = CalendarEntry.filter(whose, event_id=somebody.event_id, is_cancelled=False)
    rows: Sequence[CalendarEntry] = (
        await found.filter(start_at__gt=datetime.now(UTC)).order_by("start_at", "id").select_related(*RELATIONS)
    )
    return rows


# Reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenRequest:
    """An open request with its future slots and the meetings in them."""

    request: PresenceRequest
    slots: Sequence[Interval]
    meetings: Sequence[CalendarEntry]

    @property
    def mark(self) -> str:
        """A digest of the slots; the form sends it back to show which slots the organiser has seen."""
        return _mark(self.request)


async def open_request(somebody: Somebody) -> PresenceRequest | None:
    """Return the undecided request of a party or interpreter, or None."""
    return await PresenceRequest.filter(**_key(somebody), decided_at=None).order_by("-id").first()


async def open_of(somebody: Somebody) -> PresenceRequest | None:
    """Return the open request of a party or interpreter, or None; a request ends when its last slot has begun."""
    found = await open_request(somebody)
    return found if found is not None and times_to_come(found) else None


def times_to_come(request: PresenceRequest) -> list[Interval]:
    """Return the requested slots that have not begun."""
    return [(start, end) for start, end in presence.from_json(request.slots) if start > datetime.now(UTC)]


async def waiting_requests(event_id: int) -> list[PresenceRequest]:
    """Return the open requests about future slots, of those who still take part, oldest first. One query."""
    found = PresenceRequest.filter(event_id=event_id, decided_at=None).order_by("asked_at", "id")
    return [row for row in await found.select_related(*WHOSE) if times_to_come(row) and _is_there(row)]


def _is_there(request: PresenceRequest) -> bool:
    if request.registration_id is not None:
        return request.registration.withdrawn_at is None
    return request.interpreter is not None and request.interpreter.removed_at is None


async def open_requests(event: Event) -> list[OpenRequest]:
    """Return the open requests of the event for the organisers' page. Two queries."""
    requests = await waiting_requests(event.id)
    found = CalendarEntry.filter(event_id=event.id, is_cancelled=False, start_at__gt=datetime.now(UTC))
    entries = await found.order_by("start_at", "id").select_related(*RELATIONS)
    return [OpenRequest(each, times_to_come(each), list(_in_slots(each, entries))) for each in requests]


def _in_slots(request: PresenceRequest, entries: Iterable[CalendarEntry]) -> Iterable[CalendarEntry]:
    times = presence.from_json(request.slots)
    for each in entries:
        whose = (each.expert_id, each.enterprise_id) if request.registration_id else (each.interpreter_id,)
        if (request.registration_id or request.interpreter_id) in whose and any(
            each.start_at < end and start < each.end_at for start, end in times
        ):
            yield each


# Deciding ---------------------------------------------------------------------------------------------------------


@atomic
async def decide(request: PresenceRequest, organiser: Person, decision: Decision, *, seen: str | None = None) -> None:
    """Grant or decline a request, and tell the person who made it by e-mail.

    When granted, the participant is absent in these slots, and their meetings there are moved by the next repair of the
    plan. seen: the mark of the slots that the organiser was shown; None for callers without a page. A second call with
    the same decision changes nothing. Raises AlreadyDecided and RequestGrown.
    """
    somebody = await _locked_row(request)
    if not await _close(request, organiser, decision):
        return
    if seen is not None and seen != _mark(request):
        raise RequestGrown
    if decision is Decision.GRANTED:
        times, slots = times_to_come(request), await Slot.filter(event_id=request.event_id).order_by("start_at")
        gone = {slot.id for slot in slots if any(slot.start_at < end and start < slot.end_at for start, end in times)}
        rest = await ticked(request.event_id, somebody, set(somebody.available) - gone)
        await write(somebody, rest)
    await telling.tell_asker(await PresenceRequest.get(id=request.id).select_related("asked_by", *WHOSE))


@atomic
async def take_back(request: PresenceRequest, person: Person) -> None:
    """Cancel a request: the participant will be present after all. A second call changes nothing. Raises
    AlreadyDecided."""
    await _locked_row(request)
    await _close(request, person, Decision.TAKEN_BACK)


def _mark(request: PresenceRequest) -> str:
    return mark_of(request.slots)


async def _locked_row(request: PresenceRequest) -> Somebody:
    found: Somebody | None = (
        await lock(Registration, request.registration_id)
        if request.registration_id is not None
        else await lock(Interpreter, request.interpreter_id or 0)
    )
    if found is None:
        raise NotFound
    return found


async def _close(request: PresenceRequest, by: Person, decision: Decision) -> bool:
    """Write the decision and return True, or return False if the same decision was made before.

    Afterwards request has the columns of the stored row.
    """
    standing = await lock(PresenceRequest, request.id)
    if standing is None:
        raise NotFound
    request.slots = standing.slots
    if standing.decided_at is not None:
        if standing.decision is decision:
            return False
        raise AlreadyDecided
    await write(standing, decision=decision, decided_at=datetime.now(UTC), decided_by_id=by.id)
    return True
