"""Registration. Each public function is one transaction."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from i18n import _, ngettext_
from i18n.text import search_key
from server import mail
from server.absences import service as absences
from server.absences.service import AbsenceAsking
from server.accounts import service as accounts
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, merge, write
from server.emails import InviteDelegate, RegistrationComplete
from server.errors import NotFound, Refused, refuse_first
from server.events.service import mail_locale, person_by_email
from server.models import (
    Delegate,
    Departure,
    Event,
    Organisation,
    Person,
    Registration,
    Side,
)
from server.models.base import NAME
from server.models.registrations import MAX_DELEGATES
from server.profiles import MAX_TOPICS
from server.registrations import agreeing, leaving
from server.registrations.consents import NEEDED, NOT_TICKED, PURPOSES, Purpose
from server.registrations.inviting import invite_delegate
from server.registrations.places import (
    DELEGATE_HERE,
    EXPERT_HERE,
    AlreadyRegistered,
    already_here,
    send_delegate,
    take_part,
    too_many_delegates,
)
from server.registrations.values import DelegateValues, OrganisationValues, PersonValues, RegistrationValues
from server.registrations.window import RegistrationClosed, closing, refuse_if_closed
from server.speaking import BasicOnly
from server.translations.texts import PROFILE_FIELDS
from server.values import UNSET, Unset, Values


class ActsNoMore(Refused):
    """The person who saves is no longer a delegate of the enterprise."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "You are no longer a delegate of this enterprise, so nothing is saved. Ask a colleague or the "
                "organiser to add you again."
            )
        )


class TooManyAtOnce(Refused):
    """More simultaneous meetings than delegates."""

    status = 422
    field = "parallel"

    def __init__(self, delegates: int) -> None:
        super().__init__(
            ngettext_(
                "The enterprise has %(num)s delegate. Enter at most %(num)s, or add delegates first.",
                "The enterprise has %(num)s delegates. Enter at most %(num)s, or add delegates first.",
                delegates,
            )
        )


class NeededAtOnce(Refused):
    """The enterprise needs this delegate for its number of simultaneous meetings."""

    def __init__(self, parallel: int) -> None:
        super().__init__(
            ngettext_(
                "The enterprise allows %(num)s meeting at the same time and needs as many delegates. Lower this "
                "number on the availability page first, then remove the delegate.",
                "The enterprise allows %(num)s meetings at the same time and needs as many delegates. Lower this "
                "number on the availability page first, then remove the delegate.",
                parallel,
            )
        )


async def newcomer_refusals(
    event: Event, person: Person, side: Side, *, by_organiser: bool = False
) -> AsyncIterator[Refused]:
    """Yield why the person cannot begin a registration. by_organiser: also outside the registration window."""
    if not by_organiser and closing(event) is not None:
        yield RegistrationClosed(event)
    if side is Side.EXPERT and await Delegate.exists(person_id=person.id, registration__event_id=event.id):
        yield AlreadyRegistered(DELEGATE_HERE)
    if side is Side.ENTERPRISE and await Registration.exists(event_id=event.id, person_id=person.id):
        yield AlreadyRegistered(EXPERT_HERE)


@atomic
async def save_expert(
    event: Event,
    person: Person,
    about: PersonValues,
    values: RegistrationValues,
    *,
    by_organiser: bool = False,
    edit: Edit = UNSEEN,
) -> Registration:
    """Save the expert's first step: create the draft or change the registration.

    by_organiser: also outside the window; about is then used at this event until the expert enters their own. Raises
    RegistrationClosed, and AlreadyRegistered if the person acts for an enterprise here.
    """
    said = about.columns()
    # Locked, so that a proposed name cannot return while the person enters their own.
    known = Registration.filter(event_id=event.id, person_id=person.id)
    found = await known.select_for_update(no_key=True).first()
    if found is None:
        await refuse_first(newcomer_refusals(event, person, Side.EXPERT, by_organiser=by_organiser))
    else:
        merged, *others = await merge(edit, (found, values), *([] if by_organiser else [(person, about)]))
        said = others[0].columns() if others else said
        if not set(PROFILE_FIELDS) & merged.changed:
            merged = merged.without("text_locale")
    proposed = await _said_of(person, said, found, by_organiser=by_organiser)
    if found is None:
        columns = values.columns()
        made = await _new_registration(event, side=Side.EXPERT, person_id=person.id, proposed=proposed, **columns)
        await take_part(event.id, person, registration_id=made.id)
        return made
    await _write(found, {**merged.columns(), "proposed": proposed})
    return found


async def _said_of(
    person: Person, about: Mapping[str, str], row: Registration | Delegate | None, *, by_organiser: bool
) -> dict[str, str] | None:
    """Return the row's `proposed` column; data entered by the person go to their own columns and end it.

    row: None if not created yet.
    """
    if not by_organiser:
        await write(person, **about)
        return None
    if row is not None and row.proposed is None:
        return None
    before = {} if row is None else row.proposed or {}
    unasked = {name: said for name, said in before.items() if name not in about}  # a form need not have all names
    return {**unasked, **{name: said for name, said in about.items() if said}}


@atomic
async def save_enterprise(
    event: Event,
    person: Person,
    about: PersonValues,
    organisation: OrganisationValues,
    values: RegistrationValues,
    *,
    registration: Registration | None = None,
    position: str = "",
    by_organiser: bool = False,
    edit: Edit = UNSEEN,
) -> Registration:
    """Save the enterprise's first step by its first delegate, or a change by any delegate.

    Texts belong to this registration even if another one has the same name. by_organiser: also outside the window;
    about is then used at this event until the delegate enters their own. Raises RegistrationClosed, and
    AlreadyRegistered if the person already takes part here.
    """
    if registration is None:
        await refuse_first(newcomer_refusals(event, person, Side.ENTERPRISE, by_organiser=by_organiser))
    else:
        await _change_enterprise(registration, person, about, organisation, values, position, edit, by_organiser)
        return registration
    proposed = await _said_of(person, about.columns(), None, by_organiser=by_organiser)
    own = await Organisation.create(**organisation.columns(), name_key=name_key(organisation.name))
    made = await _new_registration(event, side=Side.ENTERPRISE, organisation_id=own.id, **values.columns())
    await send_delegate(made, person, position=position, proposed=proposed)
    return made


async def _new_registration(event: Event, **columns: Any) -> Registration:
    try:
        return await Registration.create(event_id=event.id, **columns)
    except IntegrityError:
        raise AlreadyRegistered(_("A participant is already registered with this address.")) from None


async def _write(registration: Registration, values: Mapping[str, Any]) -> None:
    """Save only these columns: another step of the registration may be saved at the same time."""
    columns: dict[str, Any] = {**values, "updated_at": datetime.now(UTC)}
    await Registration.filter(id=registration.id).update(**columns)
    registration.update_from_dict(columns)


async def _locked(registration: Registration) -> Registration:
    """Return the row as stored, locked until the transaction ends. Raises NotFound."""
    standing = await lock(Registration, registration.id)
    if standing is None:
        raise NotFound
    return standing


def name_key(name: str) -> str:
    """Return a key that is equal for all spellings of a firm's name, cut to the length of its column."""
    return search_key(name)[:NAME]


async def _change_enterprise(
    registration: Registration,
    person: Person,
    about: PersonValues,
    organisation: OrganisationValues,
    values: RegistrationValues,
    position: str,
    edit: Edit,
    by_organiser: bool,
) -> None:
    await _locked(registration)
    own = await Organisation.get(id=registration.organisation_id)
    sent = Delegate.filter(registration_id=registration.id, person_id=person.id)
    delegate = await sent.select_for_update(no_key=True).first()
    rows: list[tuple[Model, Values]] = [(registration, values), (own, organisation)]
    if delegate is not None:
        rows.append((delegate, DelegateValues(position=position)))
    if not by_organiser:
        rows.append((person, about))
    of_party, of_firm, *others = await merge(edit, *rows)
    if "description" not in of_firm.changed:
        of_firm = of_firm.without("description_locale")
    if "note" not in of_party.changed:
        of_party = of_party.without("text_locale")
    await write(registration, of_party)
    key = {"name_key": name_key(of_firm.values.name)} if "name" in of_firm.changed else {}
    await write(own, of_firm, **key)
    for (row, _values), merged in zip(rows[2:], others, strict=True):
        await write(row, merged)
    await _refuse_basic_only(registration, of_party.changed)
    if delegate is not None:
        proposed = await _said_of(person, about.columns() if by_organiser else {}, delegate, by_organiser=by_organiser)
        await write(delegate, proposed=proposed)


@atomic
async def change(
    registration: Registration, values: RegistrationValues, edit: Edit = UNSEEN, *, asking: AbsenceAsking | None = None
) -> None:
    """Save a later step; slots of other events in `available` are ignored.

    asking: who has to ask before clearing slots with published meetings; None for organisers. Raises EditConflict,
    SlotsChanged, ClearsMeetings, and TooManyAtOnce if `parallel` exceeds the number of delegates.
    """
    standing = await _locked(registration)
    merged = edit.merged(values, standing)
    after, columns = merged.values, merged.columns()
    await refuse_first(refusals(standing, parallel=after.parallel))
    if "available" in columns and after.available is not UNSET:
        columns |= (await absences.cleared(standing, after.available, asking)).columns()
    await _write(registration, columns)
    await _refuse_basic_only(registration, merged.changed)


async def _refuse_basic_only(registration: Registration, changed: Collection[str]) -> None:
    """Raise BasicOnly if two simultaneous edits together leave no language above the basic level."""
    if "levels" in changed or "languages" in changed:
        standing = await Registration.get(id=registration.id).only("id", "languages", "levels")
        if standing.languages and not standing.talk_languages:
            raise BasicOnly


async def refusals(registration: Registration, *, parallel: int | Unset = UNSET) -> AsyncIterator[Refused]:
    """Yield why a step cannot be saved: see `server.forms.submit`. parallel: UNSET if not valid or not changed."""
    if parallel is not UNSET and parallel != registration.parallel and registration.organisation_id is not None:
        delegates = await Delegate.filter(registration_id=registration.id).count()
        if refusal := too_many_at_once(parallel, delegates):
            yield refusal


def too_many_at_once(parallel: int, delegates: int) -> TooManyAtOnce | None:
    """Return why an enterprise with so many delegates cannot have so many meetings at a time, or None."""
    most = max(delegates, 1)
    return TooManyAtOnce(most) if parallel > most else None


@atomic
async def add_topic(registration: Registration, topic: str) -> None:
    """Add a topic to the expert's topics, up to the limit."""
    await lock(Registration, registration.id)
    await registration.refresh_from_db(fields=["topics"])
    if topic not in registration.topics and len(registration.topics) < MAX_TOPICS:
        await _write(registration, {"topics": [*registration.topics, topic]})


@atomic
async def complete(
    registration: Registration,
    person: Person,
    purposes: Sequence[str],
    *,
    locale: str,
    offered: Sequence[Purpose] = PURPOSES,
) -> None:
    """Store the consents as shown and complete the registration; the first time, an e-mail confirms it.

    offered: the purposes that were asked for. Raises RegistrationClosed for a draft after the window, Refused if a
    needed consent is missing, TakenOut,
    TooManyMails.
    """
    if not NEEDED.issubset(purposes):
        raise Refused(NOT_TICKED)
    event = await Event.get(id=registration.event_id)
    standing = await _locked(registration)
    is_first = standing.registered_at is None
    if is_first:
        refuse_if_closed(event)
    if await leaving.is_taken_out(standing):
        raise leaving.TakenOut
    if standing.withdrawn_at is not None:
        await leaving.refuse_flood(Departure.filter(registration_id=registration.id, is_whole=True))
    await agreeing.record(event, person, purposes, locale=locale, offered=offered)
    now = datetime.now(UTC)
    await _write(registration, {"registered_at": standing.registered_at or now, "withdrawn_at": None})
    await Departure.filter(registration_id=registration.id, is_whole=True, undone_at=None).update(undone_at=now)
    await agreeing.update_agreed_at(registration)
    if is_first:
        said = RegistrationComplete(path=f"/e/{event.slug}/me")
        await mail.queue_to(person, event, f"registered:{registration.id}", said)


async def delegate_refusals(
    registration: Registration, email: str | Unset, by: Person | None = None
) -> AsyncIterator[Refused]:
    """Yield why a person cannot be added as a delegate.

    email: UNSET for an invalid one. by: who adds the delegate, if an e-mail is sent.
    """
    if await Registration.exists(id=registration.id, withdrawn_at__not_isnull=True):
        yield Refused(_("This enterprise has left the event. It has to come back before somebody is added."))
        return
    if await Delegate.filter(registration_id=registration.id).count() >= MAX_DELEGATES:
        yield too_many_delegates()
    if email is UNSET:
        return
    event_id = registration.event_id
    if await Delegate.exists(person__email=email, registration__event_id=event_id) or await Registration.exists(
        event_id=event_id, person__email=email
    ):
        yield already_here(email)
    elif by is not None and (refusal := await mail.flood(by.id, InviteDelegate, email)):
        yield refusal


@atomic
async def add_delegate(
    registration: Registration,
    *,
    email: str,
    full_name: str,
    position: str,
    locale: str = "",
    by: Person | None = None,
) -> Delegate:
    """Add a delegate; an e-mail invites them.

    locale: of e-mails to a new person, "" for the event's first. by: who adds them. Raises AlreadyRegistered, Refused
    above MAX_DELEGATES, and TooManyMails.
    """
    await lock(Registration, registration.id)
    await refuse_first(delegate_refusals(registration, email))
    event = await Event.get(id=registration.event_id)
    person = await person_by_email(email, locale=mail_locale(event, locale))
    delegate = await send_delegate(registration, person, position=position, proposed={"full_name": full_name})
    await invite_delegate(event, delegate, person, name=full_name, by=by)
    return delegate


@atomic
async def remove_delegate(registration: Registration, delegate: Delegate) -> None:
    """Remove a delegate. Raises NeededAtOnce, and Refused for the last one: somebody has to act for the enterprise."""
    standing = await _locked(registration)
    delegates = await Delegate.filter(registration_id=registration.id).count()
    if delegates <= 1:
        raise Refused(_("An enterprise needs at least one delegate."))
    if standing.parallel >= delegates:
        raise NeededAtOnce(standing.parallel)
    await delegate.delete()
    await accounts.revoke_invitations(registration.event_id, delegate.person_id)
    await agreeing.update_agreed_at(registration)
