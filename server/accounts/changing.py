"""Change a person's address: asked for on the account page, confirmed from the new mailbox, stopped from the old one.

The old mailbox can undo a change for two weeks after the change was asked for. Otherwise somebody who finds an open
browser could take the account away for good. The rows stay as a record of every change.
"""

import logging
from datetime import UTC, datetime, timedelta

from tortoise.exceptions import IntegrityError

from i18n import _
from server import mail
from server.accounts import limits, sessions
from server.accounts.limits import Asker
from server.accounts.service import end_links, masked_address, stop_waiting_change
from server.accounts.sessions import hashed, new_token
from server.db import atomic, lock
from server.emails import AddressChangeAsked, AddressHasAccount, ConfirmAddress
from server.errors import Gone, Refused
from server.models import AddressChange, Mail, Passkey, Person, ProviderAccount

MAY_CONFIRM_FOR = timedelta(days=2)
MAY_STOP_FOR = timedelta(days=14)
MAX_A_DAY = 5
log = logging.getLogger(__name__)


class AddressInUse(Refused):
    """Another person signs in with the address."""

    def __init__(self) -> None:
        super().__init__(_("Another account uses this address. Nothing was changed."))


class ChangeEnded(Gone):
    """The link is unknown, used or expired, or the change was stopped."""

    def __init__(self) -> None:
        super().__init__(_("This link was already used or is too old, or the change was stopped. Nothing was changed."))


@atomic
async def ask(person: Person, email: str, *, asker: Asker) -> None:
    """Send a confirmation link to the new address and a stop link to the old one; an earlier open change ends.

    The answer is the same whether or not another account has the address. Raises TooManyTries.
    """
    await limits.count_try(f"change:{person.id}", MAX_A_DAY, limits.DAY)
    await limits.count_email(email, asker)
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
    to_new = (
        AddressHasAccount(path="/sign-in")
        if is_taken
        else ConfirmAddress(path=f"/account/email/confirm/{confirm_token}")
    )
    to_old = AddressChangeAsked(new=email, path=f"/account/email/stop/{stop_token}")
    await mail.queue(f"address-new:{change.id}", to_new, to=email, locale=person.locale)
    await mail.queue(f"address-old:{change.id}", to_old, to=person.email, locale=person.locale)


async def to_confirm(token: str) -> AddressChange:
    """Return the change that belongs to a confirmation link. Raises ChangeEnded."""
    change = await AddressChange.get_or_none(confirm_hash=hashed(token))
    if change is None or change.confirmed_at or change.stopped_at or change.expires_at <= datetime.now(UTC):
        raise ChangeEnded
    return change


@atomic
async def confirm(token: str) -> None:
    """Make the change: from now on the person signs in with the new address. Sessions stay. Raises ChangeEnded,
    AddressInUse.
    """
    person = await lock(Person, (await to_confirm(token)).person_id)
    # Read again under the lock: another click may have come first.
    change = await to_confirm(token)
    if person is None or person.email != change.old_email:
        raise ChangeEnded
    await AddressChange.filter(id=change.id).update(confirmed_at=datetime.now(UTC))
    await _move(person, change.new_email)
    log.info("person %s changed their address (change %s)", person.id, change.id)


async def may_be_stopped(person: Person) -> bool:
    """Return whether the former mailbox can still undo a change of the person's address."""
    since = datetime.now(UTC) - MAY_STOP_FOR
    changes = AddressChange.filter(person_id=person.id, created_at__gt=since, stopped_at=None)
    return await changes.filter(confirmed_at__isnull=False).exists()


async def to_stop(token: str) -> AddressChange:
    """Return the change that belongs to a stop link. Raises ChangeEnded."""
    since = datetime.now(UTC) - MAY_STOP_FOR
    change = await AddressChange.get_or_none(stop_hash=hashed(token), created_at__gt=since, stopped_at=None)
    if change is None:
        raise ChangeEnded
    return change


@atomic
async def stop(token: str) -> None:
    """Keep the old address or restore it, and sign the person out everywhere. Raises ChangeEnded and AddressInUse.

    Later changes end as well; otherwise a thief could keep the account by making a second change.
    """
    person = await lock(Person, (await to_stop(token)).person_id)
    change = await to_stop(token)
    if person is None:
        raise ChangeEnded
    since = AddressChange.filter(person_id=person.id, id__gte=change.id, stopped_at=None)
    await since.update(stopped_at=datetime.now(UTC))
    await sessions.end_all(person)
    # Whoever asked for the change may have added them.
    for added in (Passkey, ProviderAccount):
        await added.filter(person_id=person.id, created_at__gte=change.created_at).delete()
    await _move(person, change.old_email)
    log.info("person %s stopped change %s of their address", person.id, change.id)


async def _move(person: Person, email: str) -> None:
    """Set the person's address, redirect their waiting e-mails to it, and end the sign-in links of the old address."""
    try:
        await _write(person, email)
    except IntegrityError:
        raise AddressInUse from None
    await end_links(person.email)
    waiting = Mail.filter(person_id=person.id, to_address=person.email, sent_at=None)
    await waiting.exclude(template=AddressChangeAsked.template).update(to_address=email)


@atomic
async def _write(person: Person, email: str) -> None:
    """Write the address inside a savepoint: on PostgreSQL a failed write would end the whole transaction."""
    await Person.filter(id=person.id).update(email=email)


async def pending_address(person: Person) -> str | None:
    """Return the new address that waits to be confirmed, masked, or None."""
    now = datetime.now(UTC)
    waiting = AddressChange.filter(person_id=person.id, confirmed_at=None, stopped_at=None, expires_at__gt=now)
    change = await waiting.order_by("-id").first()
    return masked_address(change.new_email) if change else None
