"""Registering: one public function, one transaction."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from i18n import _
from i18n.text import search_key
from server import mail
from server.accounts import service as accounts
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, columns_of, merge, write
from server.errors import NotFound, Refused
from server.events.grid import ticked
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
from server.registrations import agreeing
from server.registrations.consents import NEEDED, NOT_TICKED


class RegistrationClosed(Refused):
    """Outside the registration window."""

    def __init__(self) -> None:
        super().__init__(_("Registration for this event is not open now."))


class AlreadyRegistered(Refused):
    """One person or organisation takes part once."""


def refuse_if_closed(event: Event) -> None:
    """Raises RegistrationClosed outside the window. Those who are in may change what they wrote at any time."""
    if not event.registration_opens_at <= datetime.now(UTC) < event.registration_closes_at:
        raise RegistrationClosed


@atomic
async def save_expert(
    event: Event,
    person: Person,
    about: Mapping[str, str],
    values: Mapping[str, Any],
    *,
    by_organiser: bool = False,
    edit: Edit = UNSEEN,
) -> Registration:
    """The expert's first step: makes the draft, or changes what stands.

    about: columns of Person. values: columns of Registration. by_organiser: outside the window too.
    Raises RegistrationClosed, and AlreadyRegistered where the person acts for an enterprise here.
    """
    found = await Registration.get_or_none(event_id=event.id, person_id=person.id)
    if found is not None:
        about, values = await merge(edit, (person, about), (found, values))
        if not {"headline", "offer"} & values.keys():
            values.pop("text_locale", None)
    else:
        if not by_organiser:
            refuse_if_closed(event)
        if await Delegate.exists(person_id=person.id, registration__event_id=event.id):
            raise AlreadyRegistered(_("This address already acts for an enterprise at this event. Use another one."))
    await write(person, about)
    if found is None:
        return await _new_registration(event, side=Side.EXPERT, person_id=person.id, **values)
    await _write(found, values)
    return found


@atomic
async def save_enterprise(
    event: Event,
    person: Person,
    about: Mapping[str, str],
    organisation: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    registration: Registration | None = None,
    position: str = "",
    by_organiser: bool = False,
    edit: Edit = UNSEEN,
) -> Registration:
    """The enterprise's first step, by its first delegate; or a change to it by any of its delegates.

    by_organiser: outside the window too. Raises RegistrationClosed, and AlreadyRegistered where somebody else
    registered the enterprise.
    """
    if registration is None:
        if not by_organiser:
            refuse_if_closed(event)
        if await Registration.exists(event_id=event.id, person_id=person.id):
            raise AlreadyRegistered(
                _("This address is already registered as an expert at this event. Use another one.")
            )
    if registration is not None:
        await _change_enterprise(registration, person, about, organisation, values, position, edit)
        return registration
    await write(person, about)
    known = await _organisation(organisation)
    made = await _new_registration(
        event, side=Side.ENTERPRISE, organisation_id=known.id, name=organisation["name"], **values
    )
    await Delegate.create(registration_id=made.id, person_id=person.id, position=position)
    return made


async def _new_registration(event: Event, *, name: str = "", **columns: Any) -> Registration:
    try:
        return await Registration.create(event_id=event.id, **columns)
    except IntegrityError:
        raise AlreadyRegistered(
            _("%(name)s is already registered. Ask the colleague who did it to add you as a delegate.", name=name)
            if name
            else _("This address is already registered at this event.")
        ) from None


async def _write(registration: Registration, values: Mapping[str, Any]) -> None:
    """Save these columns alone: another step of the same registration may be saved at this moment."""
    columns: dict[str, Any] = {**values, "updated_at": datetime.now(UTC)}
    await Registration.filter(id=registration.id).update(**columns)
    registration.update_from_dict(columns)


async def _locked(registration: Registration) -> Registration:
    """The row as it stands now, which nobody else changes before this transaction ends. Raises NotFound."""
    standing = await lock(Registration, registration.id)
    if standing is None:
        raise NotFound
    return standing


def name_key(name: str) -> str:
    """What tells organisations apart; folding can make a name many times longer than its column."""
    return search_key(name)[:NAME]


async def _organisation(values: Mapping[str, Any]) -> Organisation:
    """The organisation of that name, made where there is none: it exists once across events."""
    key = name_key(values["name"])
    found, _is_new = await Organisation.get_or_create(
        name_key=key, country=values.get("country", "CN"), defaults={**values, "name_key": key}
    )
    return found


async def _change_enterprise(
    registration: Registration,
    person: Person,
    about: Mapping[str, str],
    organisation: Mapping[str, Any],
    values: Mapping[str, Any],
    position: str,
    edit: Edit,
) -> None:
    own = await Organisation.get(id=registration.organisation_id)
    delegate = await Delegate.get_or_none(registration_id=registration.id, person_id=person.id)
    rows: list[tuple[Model, Mapping[str, Any]]] = [(registration, values), (own, organisation), (person, about)]
    if delegate is not None:
        rows.append((delegate, {"position": position}))
    changed = await merge(edit, *rows)
    if "description" not in changed[1]:
        changed[1].pop("description_locale", None)
    await _change_organisation(own, changed[1])
    for (row, _columns), columns in zip(rows, changed, strict=True):
        if row is not own:
            await write(row, columns)


async def _change_organisation(organisation: Organisation, values: Mapping[str, Any]) -> None:
    key = {"name_key": name_key(values["name"])} if "name" in values else {}
    try:
        await write(organisation, {**values, **key})
    except IntegrityError:
        raise AlreadyRegistered(_("Another organisation already has the name %(name)s.", name=values["name"])) from None


@atomic
async def change(registration: Registration, values: Mapping[str, Any], edit: Edit = UNSEEN) -> None:
    """Save a later step. values: columns of Registration; slots of other events are left out of `available`.

    Raises Conflict, SlotsChanged.
    """
    standing = await _locked(registration)
    changed = edit.merged(values, columns_of(standing, values))
    if "available" in changed:
        changed |= await ticked(registration.event_id, standing, changed["available"])
    await _write(registration, changed)


@atomic
async def add_topic(registration: Registration, topic: str) -> None:
    """One more of the topics that the expert works on, where there is room."""
    await lock(Registration, registration.id)
    await registration.refresh_from_db(fields=["topics"])
    if topic not in registration.topics and len(registration.topics) < MAX_TOPICS:
        await _write(registration, {"topics": [*registration.topics, topic]})


@atomic
async def complete(registration: Registration, person: Person, purposes: Sequence[str], *, locale: str) -> None:
    """Record the consents as they were shown, and take part from now on; a letter confirms the first time.

    Raises RegistrationClosed where the draft comes after the window, and Refused where a needed consent is missing.
    """
    if not NEEDED.issubset(purposes):
        raise Refused(NOT_TICKED)
    event = await Event.get(id=registration.event_id)
    standing = await _locked(registration)
    is_first = standing.registered_at is None
    if is_first:
        refuse_if_closed(event)
    await agreeing.record(event, person, purposes, locale=locale)
    now = datetime.now(UTC)
    await _write(registration, {"registered_at": standing.registered_at or now, "withdrawn_at": None})
    await Departure.filter(registration_id=registration.id, is_whole=True, undone_at=None).update(undone_at=now)
    await agreeing.settle(registration)
    if is_first:
        await mail.queue(
            f"registered:{registration.id}",
            to=person.email,
            locale=person.locale,
            template="registered",
            values={"name": person.full_name, "event_name": event.name, "path": f"/e/{event.slug}/me"},
        )


@atomic
async def admit(registration: Registration) -> None:
    """Take part from now on as the organiser has written it down: without consents, which only the person can give."""
    if (await _locked(registration)).registered_at is None:
        await _write(registration, {"registered_at": datetime.now(UTC)})


@atomic
async def add_delegate(
    registration: Registration,
    *,
    email: str,
    full_name: str,
    position: str,
    locale: str = "",
    by: Person | None = None,
    is_told: bool = True,
) -> Delegate:
    """Another person who comes and acts for the enterprise; an e-mail invites them, unless they are told otherwise.

    locale: of e-mails to somebody new, "" for the event's first. by: who adds them.
    Raises AlreadyRegistered where they are registered here, Refused past MAX_DELEGATES, and TooManyMails.
    """
    await lock(Registration, registration.id)
    if await Delegate.filter(registration_id=registration.id).count() >= MAX_DELEGATES:
        raise Refused(_("An enterprise sends at most %(number)s delegates.", number=MAX_DELEGATES))
    event = await Event.get(id=registration.event_id)
    person = await person_by_email(email, full_name=full_name, locale=mail_locale(event, locale))
    if await Delegate.exists(person_id=person.id, registration__event_id=event.id) or await Registration.exists(
        event_id=event.id, person_id=person.id
    ):
        raise AlreadyRegistered(_("%(email)s already takes part in this event.", email=email))
    delegate = await Delegate.create(registration_id=registration.id, person_id=person.id, position=position)
    if not is_told:
        return delegate
    path = await accounts.invitation_path(person.email, f"/e/{event.slug}/me", event=event)
    await mail.queue(
        f"delegate:{delegate.id}",
        to=person.email,
        locale=person.locale,
        template="delegate",
        values={"name": person.full_name, "event_name": event.name, "path": path},
        event_id=event.id,
        by_id=by.id if by else None,
    )
    return delegate


@atomic
async def remove_delegate(registration: Registration, delegate: Delegate) -> None:
    """Raises Refused for the last one: somebody has to act for the enterprise."""
    await lock(Registration, registration.id)
    if await Delegate.filter(registration_id=registration.id).count() <= 1:
        raise Refused(_("An enterprise needs at least one delegate."))
    await delegate.delete()
    await accounts.revoke_invitations(registration.event_id, delegate.person_id)
    await agreeing.settle(registration)
