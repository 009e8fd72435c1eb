"""Correct a wrong address of a person who has not come to the event yet.

The answer does not reveal whether the new address is in use. If nobody uses it, it becomes the person's address.
Otherwise the data wait for the owner of the address, as if the organiser had added the owner: the owner is asked by
e-mail, and their data stay hidden until they give consent.
"""

from datetime import UTC, datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from i18n import _
from server import arrivals
from server.accounts import holding
from server.db import atomic, lock
from server.errors import Refused
from server.letters import service as letters
from server.models import (
    Delegate,
    Departure,
    Event,
    EventCrew,
    EventReviewer,
    EventTranslator,
    Interpreter,
    Mail,
    Organiser,
    Participation,
    Person,
    Registration,
    Unclaimed,
)

NOT_HERE = _("The address cannot be changed here. Remove this person, then add them again with the correct address.")
ABOUT = ("full_name", "latin_name", "zh_name", "country")


class NotCorrectable(Refused):
    """Organisers may not correct this address."""

    field = "email"


@atomic
async def correct_address(event: Event, email: Mail, address: str) -> None:
    """Give the recipient of an undelivered e-mail another address, and send all waiting e-mails to it.

    address: normalised. Raises NotCorrectable.
    """
    person = await lock(Person, email.person_id or 0)
    found = await Mail.filter(id=email.id, event_id=event.id, sent_at=None, dropped_at=None).first()
    if person is None or found is None or person.email != found.to_address:
        raise NotCorrectable(_("This e-mail was sent or changed in the meantime."))
    await _change(event, person, address)


@atomic
async def change_address(event: Event, person: Person, address: str) -> int:
    """Give a person another address, also without an undelivered e-mail; return how many e-mails waited for them."""
    stored = await lock(Person, person.id)
    if stored is None:
        raise NotCorrectable(NOT_HERE)
    return await _change(event, stored, address) if stored.email != address else 0


async def _change(event: Event, person: Person, address: str) -> int:
    rows = await arrivals.rows_of_people(event.id, [person.id])
    if not rows:
        raise NotCorrectable(NOT_HERE)
    _people, come = await arrivals.people_with_roles(event.id, [person.id])
    if come:
        raise NotCorrectable(
            _("This person has already signed in with this address. Only this person can change the address.")
        )
    owner = await holding.person_of(address)
    if owner is not None and await _is_there(event, owner, rows):
        raise NotCorrectable(_("A participant with this address already exists: %(email)s", email=address))
    waiting = await Mail.filter(person_id=person.id, event_id=event.id, sent_at=None, dropped_at=None).order_by("id")
    try:
        if owner is None and person.signed_in_at is None and not await _is_elsewhere(event, person):
            owner = await _rename(person, address)
        else:
            owner = owner or await Person.create(
                email=address, locale=person.locale, **{name: getattr(person, name) for name in ABOUT}
            )
            await _hand_over(event, person, owner, rows)
    except IntegrityError:
        # Somebody else took the address or the place meanwhile.
        raise NotCorrectable(_("This was changed at the same moment. Try again.")) from None
    # A person with an address signs in with it; a claim link would give their place to somebody else.
    await Unclaimed.filter(event_id=event.id, person_id=owner.id, claimed_at=None).update(claimed_at=datetime.now(UTC))
    ids = [each.id for each in waiting]
    await Mail.filter(id__in=ids).update(to_address=address, person_id=owner.id)
    return await letters.retry(event, ids)


async def _is_there(event: Event, owner: Person, rows: list[Any]) -> bool:
    """Return whether the owner of the address already has one of these roles at the event."""
    kinds = {_kind(row) for row in await arrivals.rows_of_people(event.id, [owner.id])}
    return not kinds.isdisjoint({_kind(row) for row in rows})


def _kind(row: Any) -> str:
    """Return the role of a row; expert and delegate count as the same role."""
    return "party" if isinstance(row, (Registration, Delegate)) else type(row).__name__


@atomic
async def _rename(person: Person, address: str) -> Person:
    await Person.filter(id=person.id).update(email=address)
    return person


@atomic
async def _hand_over(event: Event, person: Person, owner: Person, rows: list[Any]) -> None:
    """Give the person's rows at the event to the owner, with the data others entered, which the owner can correct."""
    written = {name: value for name in ABOUT if (value := getattr(person, name))}
    for row in rows:
        model = type(row)
        query = model.every if isinstance(row, Interpreter) else model
        proposed = written if row.proposed is None else row.proposed
        await query.filter(id=row.id).update(person_id=owner.id, proposed=proposed, created_at=datetime.now(UTC))
    for other in (Participation, Departure, Unclaimed):
        await other.filter(event_id=event.id, person_id=person.id).update(person_id=owner.id)


async def _is_elsewhere(event: Event, person: Person) -> bool:
    """Return whether the person has a role at another event."""
    rows = (
        Registration.filter(person_id=person.id).exclude(event_id=event.id),
        Delegate.filter(person_id=person.id).exclude(registration__event_id=event.id),
        Interpreter.every.filter(person_id=person.id).exclude(event_id=event.id),
        Organiser.filter(person_id=person.id).exclude(event_id=event.id),
        EventTranslator.filter(person_id=person.id).exclude(event_id=event.id),
        EventReviewer.filter(person_id=person.id).exclude(event_id=event.id),
        EventCrew.filter(person_id=person.id).exclude(event_id=event.id),
    )
    return any([await each.exists() for each in rows])
