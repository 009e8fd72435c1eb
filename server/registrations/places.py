"""A person takes part in an event once: as an expert, or as a delegate of one enterprise."""

from collections.abc import Mapping

from tortoise.exceptions import IntegrityError

from i18n import _, ngettext_
from server.errors import Refused
from server.models import Delegate, Participation, Person, Registration
from server.models.registrations import MAX_DELEGATES

DELEGATE_HERE = _("A delegate of an enterprise is already registered with this address. Use another address.")
EXPERT_HERE = _("An expert is already registered with this address. Use another address.")


class AlreadyRegistered(Refused):
    """The person already takes part."""


def already_here(email: str) -> AlreadyRegistered:
    """Return the refusal of a second place for the person with this address."""
    return AlreadyRegistered(_("A participant with this address already exists: %(email)s", email=email), "email")


def too_many_delegates() -> Refused:
    return Refused(
        ngettext_(
            "An enterprise can send at most %(num)s delegate.",
            "An enterprise can send at most %(num)s delegates.",
            MAX_DELEGATES,
        )
    )


async def take_part(
    event_id: int, person: Person, *, registration_id: int | None = None, delegate_id: int | None = None
) -> None:
    """Store that the person takes part in the event; a database constraint allows this once.

    registration_id, delegate_id: the row for which the person takes part. Call inside the transaction that creates this
    row. Raises AlreadyRegistered.
    """
    try:
        await Participation.create(
            event_id=event_id, person_id=person.id, registration_id=registration_id, delegate_id=delegate_id
        )
    except IntegrityError:
        raise AlreadyRegistered(
            _("A participant with this address already exists: %(email)s", email=person.email)
        ) from None


async def send_delegate(
    registration: Registration, person: Person, *, position: str, proposed: Mapping[str, str] | None
) -> Delegate:
    """Make the person a delegate of the enterprise. proposed: names that others entered. Raises AlreadyRegistered."""
    delegate = await Delegate.create(
        registration_id=registration.id, person_id=person.id, position=position, proposed=proposed
    )
    await take_part(registration.event_id, person, delegate_id=delegate.id)
    return delegate
