"""A person's address changes: asked for on the account page, confirmed by the new mailbox, stopped by the old one.

The old mailbox can still take a change back for two weeks after it was asked for: whoever sits down at a browser that
is signed in must not be able to take the account away for ever. The rows stay as the record of what was done.
"""

import logging
from datetime import UTC, datetime, timedelta

from tortoise.exceptions import IntegrityError

from i18n import _
from server import mail
from server.accounts import limits, sessions
from server.accounts.limits import Asker
from server.accounts.service import end_links, masked, stop_waiting_change
from server.accounts.sessions import hashed, new_token
from server.db import atomic, lock
from server.errors import Gone, Refused
from server.models import AddressChange, Mail, Person

MAY_CONFIRM_FOR = timedelta(days=2)
MAY_STOP_FOR = timedelta(days=14)
MAX_A_DAY = 5
log = logging.getLogger(__name__)


class AddressInUse(Refused):
    """Another person signs in with the address."""

    def __init__(self) -> None:
        super().__init__(_("Another account uses this address. Nothing was changed."))


class ChangeEnded(Gone):
    """The link is unknown, used or too old, or the change was stopped."""

    def __init__(self) -> None:
        super().__init__(_("This link was already used or is too old, or the change was stopped. Nothing was changed."))


@atomic
async def ask(person: Person, email: str, *, asker: Asker) -> None:
    """Send a link to the new address, and one to the old that stops it. An earlier wish that is still open ends.

    What the asker sees does not depend on whether another account has the address. Raises TooManyTries.
    """
    await limits.count_try(f"change:{person.id}", MAX_A_DAY, limits.DAY)
    await limits.count_letter(email, asker)
    now, confirm_token, stop_token = datetime.now(UTC), new_token(), new_token()
    await stop_waiting_change(person)
    change = await AddressChange.create(
        person_id=person.id,
        old_email=person.email,
        new_email=email,
        confirm_hash=hashed(confirm_token),
        stop_hash=hashed(stop_token),
        expires_at=now + MAY_CONFIRM_FOR,
    )
    is_taken = await Person.exists(email=email)
    await mail.queue(
        f"address-new:{change.id}",
        to=email,
        locale=person.locale,
        template="address_taken" if is_taken else "address_confirm",
        values={"path": "/sign-in" if is_taken else f"/account/email/confirm/{confirm_token}"},
    )
    await mail.queue(
        f"address-old:{change.id}",
        to=person.email,
        locale=person.locale,
        template="address_told",
        values={"path": f"/account/email/stop/{stop_token}", "new": email},
    )


async def to_confirm(token: str) -> AddressChange:
    """The change that the link from the new mailbox makes. Raises ChangeEnded."""
    change = await AddressChange.get_or_none(confirm_hash=hashed(token))
    if change is None or change.confirmed_at or change.stopped_at or change.expires_at <= datetime.now(UTC):
        raise ChangeEnded
    return change


@atomic
async def confirm(token: str) -> None:
    """Sign in with the new address from now on; sessions stay. Raises ChangeEnded and AddressInUse."""
    person = await lock(Person, (await to_confirm(token)).person_id)
    # Again: another click may have come first.
    change = await to_confirm(token)
    if person is None or person.email != change.old_email:
        raise ChangeEnded
    await AddressChange.filter(id=change.id).update(confirmed_at=datetime.now(UTC))
    await _move(person, change.new_email)
    log.info("person %s changed their address (change %s)", person.id, change.id)


async def to_stop(token: str) -> AddressChange:
    """The change that the link from the old mailbox stops or takes back. Raises ChangeEnded."""
    since = datetime.now(UTC) - MAY_STOP_FOR
    change = await AddressChange.get_or_none(stop_hash=hashed(token), created_at__gt=since, stopped_at=None)
    if change is None:
        raise ChangeEnded
    return change


@atomic
async def stop(token: str) -> None:
    """Keep the old address, or go back to it, and sign out everywhere. Raises ChangeEnded and AddressInUse.

    Changes that came after it end, too: by a second one a thief would otherwise keep the account.
    """
    person = await lock(Person, (await to_stop(token)).person_id)
    change = await to_stop(token)
    if person is None:
        raise ChangeEnded
    since = AddressChange.filter(person_id=person.id, id__gte=change.id, stopped_at=None)
    await since.update(stopped_at=datetime.now(UTC))
    await sessions.end_all(person)
    await _move(person, change.old_email)
    log.info("person %s stopped change %s of their address", person.id, change.id)


async def _move(person: Person, email: str) -> None:
    """Give the person the address, send there what waits for them, and end what signs in with the one before."""
    try:
        await _write(person, email)
    except IntegrityError:
        raise AddressInUse from None
    await end_links(person.email)
    waiting = Mail.filter(person_id=person.id, to_address=person.email, sent_at=None)
    await waiting.exclude(template="address_told").update(to_address=email)


@atomic
async def _write(person: Person, email: str) -> None:
    """In a savepoint: on PostgreSQL a refused row would end the whole transaction."""
    await Person.filter(id=person.id).update(email=email)


async def pending(person: Person) -> str | None:
    """The new address, masked, that waits to be confirmed."""
    now = datetime.now(UTC)
    waiting = AddressChange.filter(person_id=person.id, confirmed_at=None, stopped_at=None, expires_at__gt=now)
    change = await waiting.order_by("-id").first()
    return masked(change.new_email) if change else None
