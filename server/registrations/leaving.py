"""Leave an event, and come back within a day. Each public function is one transaction.

When a delegate leaves, the enterprise still takes part; withdrawing the enterprise is a separate act. Everybody with a
published meeting with the party, colleagues and organisers are told by e-mail.
"""

import logging
from datetime import UTC, datetime, timedelta

from tortoise.queryset import QuerySet

from i18n import _, ngettext_
from server import mail, presence
from server.accounts import service as accounts
from server.db import atomic, lock
from server.delegations import leading
from server.edits import write
from server.errors import NotFound, Refused
from server.models import Delegate, Departure, Event, Interpreter, Person, Registration, Slot
from server.models.registrations import MAX_DELEGATES
from server.registrations import agreeing, farewell
from server.registrations.consents import NEEDED
from server.registrations.places import send_delegate

MAY_UNDO_FOR = timedelta(days=1)
log = logging.getLogger(__name__)


class LastDelegate(Refused):
    """Nobody else acts for the enterprise."""

    def __init__(self) -> None:
        super().__init__(
            _("You are the only delegate. Add a colleague first, or withdraw the enterprise from the event.")
        )


class TooLate(Refused):
    """The departure can no longer be undone."""

    def __init__(self) -> None:
        super().__init__(_("You can undo leaving for one day only. Register again, or contact the organiser."))


class TakenOut(Refused):
    """An organiser removed the party; the party cannot come back by itself."""

    def __init__(self) -> None:
        super().__init__(
            _("The organiser has taken you out of this event. Ask the organiser if you want to come back.")
        )


def undo_until(departure: Departure) -> datetime:
    """Return until when a departure can be undone."""
    end: datetime = departure.left_at + MAY_UNDO_FOR
    return end


def can_be_undone(departure: Departure) -> bool:
    """Return whether a departure can be undone: within a day; organisers can undo their own acts at any time."""
    return departure.undone_at is None and (departure.by_organiser or datetime.now(UTC) < undo_until(departure))


async def is_last_delegate(registration: Registration) -> bool:
    """Return whether the enterprise has only one delegate; False for experts."""
    return registration.organisation_id is not None and (
        await Delegate.filter(registration_id=registration.id).count() <= 1
    )


async def is_taken_out(registration: Registration) -> bool:
    """Return whether an organiser removed the party, so that only an organiser can bring it back."""
    if registration.withdrawn_at is None:
        return False
    return await Departure.exists(registration_id=registration.id, is_whole=True, by_organiser=True, undone_at=None)


# Leaving ----------------------------------------------------------------------------------------------------------


@atomic
async def leave(registration: Registration, person: Person) -> Departure | None:
    """The person leaves the event: an expert with the registration, a delegate without the enterprise.

    Their consents for the event end. Returns None if they have already left. Raises LastDelegate.
    """
    await lock(Registration, registration.id)
    if registration.organisation_id is None:
        return await _withdraw(registration, person)
    delegate = await Delegate.get_or_none(registration_id=registration.id, person_id=person.id)
    if delegate is None:
        return None
    if await is_last_delegate(registration):
        raise LastDelegate
    departure = await Departure.create(
        event_id=registration.event_id,
        registration_id=registration.id,
        person_id=person.id,
        is_whole=False,
        position=delegate.position,
        proposed=delegate.proposed,
        consents=await agreeing.end(registration.event_id, person.id),
        left_at=datetime.now(UTC),
    )
    await delegate.delete()
    await accounts.revoke_invitations(registration.event_id, person.id)
    await agreeing.update_agreed_at(registration)
    at_once = await _at_once_without(registration)
    await farewell.tell_delegate_left(departure, undo_until(departure), at_once=at_once)
    log.info("delegate %s has left registration %s", person.id, registration.id)
    return departure


async def _at_once_without(registration: Registration) -> int | None:
    """Reduce simultaneous meetings to the number of remaining delegates; return the new number, None if unchanged."""
    delegates = await Delegate.filter(registration_id=registration.id).count()
    lowered = await Registration.filter(id=registration.id, parallel__gt=delegates).update(parallel=delegates)
    return delegates if lowered else None


@atomic
async def withdraw_party(registration: Registration, person: Person) -> Departure | None:
    """Withdraw the whole party, an enterprise with all its delegates. Returns None if it has already left.

    The consents of the person who does it end; colleagues withdraw their own consents.
    """
    await lock(Registration, registration.id)
    return await _withdraw(registration, person)


@atomic
async def take_out(registration: Registration, organiser: Person) -> Departure | None:
    """Remove a party from the event as an organiser; consents stay. Returns None if the party has already left."""
    await lock(Registration, registration.id)
    return await _withdraw(registration, organiser, by_organiser=True)


async def _withdraw(registration: Registration, person: Person, *, by_organiser: bool = False) -> Departure | None:
    now = datetime.now(UTC)
    # Of two simultaneous requests, only one finds the party taking part.
    if not await Registration.filter(id=registration.id, withdrawn_at=None).update(withdrawn_at=now):
        return None
    registration.withdrawn_at = now
    departure = await Departure.create(
        event_id=registration.event_id,
        registration_id=registration.id,
        person_id=person.id,
        by_organiser=by_organiser,
        consents=[] if by_organiser else await agreeing.end(registration.event_id, person.id),
        left_at=now,
    )
    await agreeing.update_agreed_at(registration)
    if registration.person_id is not None:
        await leading.end_all(registration.person_id, registration.event_id)
    delegates = [each.person_id for each in await Delegate.filter(registration_id=registration.id)]
    await accounts.revoke_invitations(registration.event_id, registration.person_id or 0, *delegates)
    if registration.registered_at is not None:
        await farewell.tell_party_left(departure, undo_until(departure))
    log.info("registration %s is withdrawn by person %s", registration.id, person.id)
    return departure


@atomic
async def end_consent(registration: Registration, person: Person, purpose: str) -> Departure | None:
    """Withdraw the person's consent to one purpose; without a needed consent the person leaves the event.

    If the person is the only delegate, the enterprise leaves. Returns the departure, or None if the person stays.
    """
    await lock(Registration, registration.id)
    ended = await agreeing.end(registration.event_id, person.id, purpose)
    if not ended or purpose not in NEEDED:
        return None
    if await is_last_delegate(registration):
        departure = await _withdraw(registration, person)
    else:
        departure = await leave(registration, person)
    if departure is None:
        return None
    departure.consents = sorted({*ended, *departure.consents})
    await Departure.filter(id=departure.id).update(consents=departure.consents)
    return departure


# Coming back ------------------------------------------------------------------------------------------------------


async def departures(event: Event, person: Person, *, acts_for: Registration | None = None) -> list[Departure]:
    """Return the departures that the person may undo, newest first. acts_for: the party that they represent."""
    since = datetime.now(UTC) - MAY_UNDO_FOR
    found = Departure.filter(event_id=event.id, undone_at=None, left_at__gt=since).order_by("-id")
    rows = await found.select_related("registration__organisation", "registration__person", "interpreter")
    return [row for row in rows if _may_undo(row, person, acts_for) and not _is_over(row, acts_for)]


def _may_undo(departure: Departure, person: Person, acts_for: Registration | None) -> bool:
    is_colleague = acts_for is not None and departure.is_whole and departure.registration_id == acts_for.id
    return not departure.by_organiser and (departure.person_id == person.id or is_colleague)


def _is_over(departure: Departure, acts_for: Registration | None) -> bool:
    """Return whether they are back otherwise: added as a delegate by a colleague, or available again."""
    if departure.interpreter is not None:
        return departure.interpreter.removed_at is not None or bool(departure.interpreter.available)
    return not departure.is_whole and acts_for is not None and departure.registration_id == acts_for.id


@atomic
async def undo(departure: Departure, person: Person) -> bool:
    """Undo a departure. Returns False if it was already undone.

    person: who undoes it. Consents are restored only if this is the person who left: nobody can consent for others.
    Raises TooLate, NotFound, TooManyMails, and Refused if the place has been taken.
    """
    if departure.registration_id is not None:
        await lock(Registration, departure.registration_id)
    interpreter = await lock(Interpreter, departure.interpreter_id) if departure.interpreter_id is not None else None
    stored = await lock(Departure, departure.id)
    if stored is None or (stored.interpreter_id is not None and interpreter is None):
        raise NotFound
    if stored.undone_at is not None:
        return False
    if not can_be_undone(stored):
        raise TooLate
    await refuse_flood(_of_the_same(stored))
    await Departure.filter(id=stored.id).update(undone_at=datetime.now(UTC))
    if interpreter is not None:
        await _interpret_again(interpreter, stored)
    elif stored.is_whole:
        await Registration.filter(id=stored.registration_id).update(withdrawn_at=None)
    else:
        await _rejoin(stored)
    if person.id == stored.person_id:
        await agreeing.restore_consents(stored.consents)
    registration = await Registration.get_or_none(id=stored.registration_id)
    if registration is not None:
        await agreeing.update_agreed_at(registration)
    await farewell.tell_back(stored)
    log.info("departure %s is undone by person %s", stored.id, person.id)
    return True


def _of_the_same(departure: Departure) -> QuerySet[Departure]:
    """Return the departures of the same party, delegate or interpreter."""
    if departure.interpreter_id is not None:
        return Departure.filter(interpreter_id=departure.interpreter_id)
    same = Departure.filter(registration_id=departure.registration_id, is_whole=departure.is_whole)
    return same if departure.is_whole else same.filter(person_id=departure.person_id)


async def refuse_flood(departures: QuerySet[Departure]) -> None:
    """Raise TooManyMails if the same party left too often: others are told each time. departures: all of the party."""
    lately = departures.filter(left_at__gt=datetime.now(UTC) - mail.DAY)
    if await lately.count() > mail.MOST_TO_ADDRESS:
        raise mail.TooManyMails(
            _(
                "You have left and rejoined the event several times today, and others got an e-mail each time. "
                "Try again tomorrow."
            )
        )


async def _interpret_again(interpreter: Interpreter, departure: Departure) -> None:
    """Restore the interpreter's availability unless it was set since. The interpreter's row is locked."""
    if interpreter.presence or interpreter.available:
        return
    times = presence.from_json(departure.available or [])
    slots = await Slot.filter(event_id=departure.event_id).order_by("start_at")
    await write(interpreter, presence=presence.to_json(times), available=presence.laid(times, slots))


async def _rejoin(departure: Departure) -> None:
    event_id, person_id = departure.event_id, departure.person_id
    is_expert = await Registration.exists(event_id=event_id, person_id=person_id)
    if is_expert or await Delegate.exists(person_id=person_id, registration__event_id=event_id):
        raise Refused(_("You already take part in this event in another role."))
    if await Delegate.filter(registration_id=departure.registration_id).count() >= MAX_DELEGATES:
        raise Refused(
            ngettext_(
                "An enterprise can send at most %(num)s delegate.",
                "An enterprise can send at most %(num)s delegates.",
                MAX_DELEGATES,
            )
        )
    registration = await Registration.get(id=departure.registration_id)
    person = await Person.get(id=person_id)
    await send_delegate(registration, person, position=departure.position, proposed=departure.proposed)
