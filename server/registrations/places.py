"""A person takes part in an event once: as an expert, or as a delegate of one enterprise."""

from typing import Any

from tortoise.exceptions import IntegrityError

from i18n import _
from server.errors import Refused
from server.models import Delegate, Participation, Person, Registration


class AlreadyRegistered(Refused):
    """The person already takes part."""


async def take_part(event_id: int, person: Person, **row: Any) -> None:
    """Store that the person takes part in the event; a database constraint allows this once.

    row: registration_id or delegate_id. Call inside the transaction that creates this row. Raises AlreadyRegistered.
    """
    try:
        await Participation.create(event_id=event_id, person_id=person.id, **row)
    except IntegrityError:
        raise AlreadyRegistered(
            _("A participant with this address already exists: %(email)s", email=person.email)
        ) from None


async def send_delegate(registration: Registration, person: Person, **columns: Any) -> Delegate:
    """Make the person a delegate of the enterprise. columns: of Delegate. Raises AlreadyRegistered."""
    delegate = await Delegate.create(registration_id=registration.id, person_id=person.id, **columns)
    await take_part(registration.event_id, person, delegate_id=delegate.id)
    return delegate
