"""Change a person's address: asked for on the account page, agreed to from the new mailbox and from the old one.

Somebody with an open browser of the person cannot take the account away at once: the change waits until both mailboxes
have agreed. For people who have lost the old mailbox, the new one alone is enough after SILENCE, unless the old one has
refused. From the old mailbox a change can be undone for two weeks after it took effect. Until then the account holds
both addresses (`holding`). The rows stay as a record of every change.
"""

import contextlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from i18n import _
from server import mail
from server.account_emails import (
    AddressChangeAsked,
    AddressChanged,
    AddressHasAccount,
    AddressWorks,
    ConfirmAddress,
)
from server.accounts import holding, limits, sessions
from server.accounts.holding import MAY_STOP_FOR, SILENCE, alone_at, in_words, new_stop_token
from server.accounts.limits import Asker
from server.accounts.service import end_links, stop_waiting_change
from server.accounts.sessions import hashed, new_token
from server.addresses import masked
from server.db import atomic, lock
from server.errors import Gone, Refused
from server.models import AddressChange, Escort, EventCrew, Mail, Passkey, Person, ProviderAccount

MAY_AGREE_FOR = timedelta(days=7)
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


class State(Enum):
    """WAITS: for one of the mailboxes. MADE: the person signs in with the new address. ENDED: the address is taken."""

    WAITS = auto()
    MADE = auto()
    ENDED = auto()


@dataclass(frozen=True)
class Waiting:
    """A change that waits. new_email: masked. alone_at: from then on the new mailbox alone is enough.

    ends_at: the change ends if it has not taken effect by then.
    """

    new_email: str
    new_agreed: bool
    old_agreed: bool
    alone_at: datetime
    ends_at: datetime


# Asking -----------------------------------------------------------------------------------------------------------


@atomic
async def ask(person: Person, email: str, *, asker: Asker) -> None:
    """Send a link to the new address and two to the old one, to agree and to refuse; an earlier open change ends.

    The answer is the same whether or not another account has the address. Raises TooManyTries.
    """
    await _count(person, email, asker)
    await stop_waiting_change(person)
    stop_token = new_token()
    change = await AddressChange.create(
        person_id=person.id,
        old_email=person.email,
        new_email=email,
        confirm_hash=hashed(new_token()),
        stop_hash=hashed(stop_token),
        expires_at=datetime.now(UTC) + MAY_AGREE_FOR,
    )
    await _write_to_new(person, change)
    await _write_to_old(person, change, stop_token)


@atomic
async def ask_again(person: Person, *, asker: Asker) -> None:
    """Send new links to the mailboxes that have not agreed. Raises ChangeEnded if no change waits, and TooManyTries.

    The time after which the new address alone is enough stays as it is. Earlier links to the old address work on.
    """
    locked = await lock(Person, person.id)
    change = await _waiting(person)
    if locked is None or change is None:
        raise ChangeEnded
    await _count(person, change.new_email, asker)
    if change.new_agreed_at is None:
        await _write_to_new(person, change)
    if change.old_agreed_at is None:
        await _write_to_old(person, change, await new_stop_token(change))


async def _count(person: Person, email: str, asker: Asker) -> None:
    await limits.count_try(f"change:{person.id}", MAX_A_DAY, limits.DAY)
    await limits.count_email(email, asker)


async def _write_to_new(person: Person, change: AddressChange) -> None:
    """Send the new address a new link; an earlier one ends. An address of another account gets no link."""
    token = new_token()
    await AddressChange.filter(id=change.id).update(confirm_hash=hashed(token))
    said: ConfirmAddress | AddressHasAccount = ConfirmAddress(
        path=f"/account/email/confirm/{token}", when=in_words(alone_at(change), person)
    )
    if await _is_taken(change):
        said = AddressHasAccount(path="/sign-in")
    await mail.queue(_key("new", change, token), said, to=change.new_email, locale=person.locale)


async def _write_to_old(person: Person, change: AddressChange, token: str) -> None:
    said = AddressChangeAsked(
        new=change.new_email,
        path=f"/account/email/stop/{token}",
        agree=f"/account/email/agree/{token}",
        when=in_words(alone_at(change), person),
    )
    await mail.queue(_key("old", change, token), said, to=change.old_email, locale=person.locale)


def _key(to: str, change: AddressChange, token: str) -> str:
    return f"address-{to}:{change.id}:{hashed(token)[:12]}"


async def _is_taken(change: AddressChange) -> bool:
    """Return whether the new address belongs to another account."""
    owner = await holding.person_of(change.new_email)
    return owner is not None and owner.id != change.person_id


async def _waiting(person: Person) -> AddressChange | None:
    now = datetime.now(UTC)
    waiting = AddressChange.filter(person_id=person.id, confirmed_at=None, stopped_at=None, expires_at__gt=now)
    return await waiting.order_by("-id").first()


async def waiting_change(person: Person) -> Waiting | None:
    """Return the change of the person's address that waits, or None."""
    change = await _waiting(person)
    return state_of(change) if change else None


def state_of(change: AddressChange) -> Waiting:
    """Return for whom a change waits."""
    return Waiting(
        new_email=masked(change.new_email),
        new_agreed=change.new_agreed_at is not None,
        old_agreed=change.old_agreed_at is not None,
        alone_at=alone_at(change),
        ends_at=change.expires_at,
    )


@atomic
async def cancel(person: Person) -> None:
    """End the change of the person's address that waits, if any."""
    await lock(Person, person.id)
    await stop_waiting_change(person)


# Agreeing ---------------------------------------------------------------------------------------------------------


async def to_confirm(token: str) -> AddressChange:
    """Return the change that waits and belongs to a link to the new address. Raises ChangeEnded."""
    return _open(await AddressChange.get_or_none(confirm_hash=hashed(token)))


async def to_agree(token: str) -> AddressChange:
    """Return the change that waits and belongs to a link to the old address. Raises ChangeEnded."""
    return _open(await _of_old(token))


def _open(change: AddressChange | None) -> AddressChange:
    if change is None or change.confirmed_at or change.stopped_at or change.expires_at <= datetime.now(UTC):
        raise ChangeEnded
    return change


async def _of_old(token: str) -> AddressChange | None:
    return await AddressChange.get_or_none(Q(stop_hash=hashed(token)) | Q(undo_hash=hashed(token)))


@atomic
async def confirm(token: str) -> State:
    """Note that the new mailbox agrees, and make the change if nothing is missing. Raises ChangeEnded."""
    person = await lock(Person, (await to_confirm(token)).person_id)
    # Read again under the lock: another click may have come first.
    change = await to_confirm(token)
    if change.new_agreed_at is None:
        change.new_agreed_at = datetime.now(UTC)
        await AddressChange.filter(id=change.id).update(new_agreed_at=change.new_agreed_at)
        # Codes that were sent there before would make an account that is in the way.
        await end_links(change.new_email)
    return await _settle(person, change, by_new=True)


@atomic
async def agree(token: str) -> State:
    """Note that the old mailbox agrees, and make the change if nothing is missing. Raises ChangeEnded."""
    person = await lock(Person, (await to_agree(token)).person_id)
    change = await to_agree(token)
    if change.old_agreed_at is None:
        change.old_agreed_at = datetime.now(UTC)
        await AddressChange.filter(id=change.id).update(old_agreed_at=change.old_agreed_at)
    return await _settle(person, change)


async def make_due() -> int:
    """Make the changes to which the old mailbox has not answered in time; return how many. One transaction for each."""
    now = datetime.now(UTC)
    due = AddressChange.filter(confirmed_at=None, stopped_at=None, expires_at__gt=now, created_at__lte=now - SILENCE)
    ids = await due.filter(new_agreed_at__isnull=False).order_by("id").values_list("id", "person_id")
    made = 0
    for change_id, person_id in ids:
        # Somebody agreed, refused or took the address at the same moment.
        with contextlib.suppress(Refused):
            made += await _make_if_due(change_id, person_id) is State.MADE
    return made


@atomic
async def _make_if_due(change_id: int, person_id: int) -> State:
    person = await lock(Person, person_id)
    return await _settle(person, _open(await AddressChange.get_or_none(id=change_id)))


async def _settle(person: Person | None, change: AddressChange, *, by_new: bool = False) -> State:
    """Make the change if both mailboxes have agreed, or the new one and the old one did not answer in time.

    A change to an address that another account has by now ends, and only that address learns why. by_new: whether the
    new mailbox sees the answer. Call with the person locked.
    """
    if person is None or person.email != change.old_email:
        raise ChangeEnded
    if change.new_agreed_at is None:
        # Nothing depends on whether the address is taken before its mailbox has agreed: the old one could tell.
        return State.WAITS
    if await _is_taken(change):
        await stop_waiting_change(person)
        said = AddressHasAccount(path="/sign-in")
        await mail.queue(f"address-taken:{change.id}", said, to=change.new_email, locale=person.locale)
        return State.ENDED
    if change.old_agreed_at is None and alone_at(change) > datetime.now(UTC):
        return State.WAITS
    await AddressChange.filter(id=change.id).update(confirmed_at=datetime.now(UTC))
    await _move(person, change.new_email)
    await _tell(person, change, by_new=by_new)
    log.info("person %s changed their address (change %s)", person.id, change.id)
    return State.MADE


async def _tell(person: Person, change: AddressChange, *, by_new: bool) -> None:
    """Tell the old mailbox how to undo the change, and the new one that it works unless the page has said so."""
    token = await new_stop_token(change)
    told = AddressChanged(path=f"/account/email/stop/{token}", new=change.new_email)
    await mail.queue(_key("changed", change, token), told, to=change.old_email, locale=person.locale)
    if not by_new:
        works = AddressWorks(path="/sign-in")
        await mail.queue(f"address-works:{change.id}", works, to=change.new_email, locale=person.locale)


# Refusing and undoing ---------------------------------------------------------------------------------------------


async def may_be_stopped(person: Person) -> bool:
    """Return whether the former mailbox can still undo a change of the person's address."""
    since = datetime.now(UTC) - MAY_STOP_FOR
    return await AddressChange.exists(person_id=person.id, confirmed_at__gt=since, stopped_at=None)


async def to_stop(token: str) -> AddressChange:
    """Return the change that belongs to a stop link: it waits, or took effect lately. Raises ChangeEnded."""
    change, now = await _of_old(token), datetime.now(UTC)
    if change is None or change.stopped_at:
        raise ChangeEnded
    ends_at = change.confirmed_at + MAY_STOP_FOR if change.confirmed_at else change.expires_at
    if ends_at <= now:
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
    # The ledger of the reception knows escorts by their address.
    events = await EventCrew.filter(person_id=person.id).values_list("event_id", flat=True)
    await Escort.filter(event_id__in=[*events], email=person.email).update(email=email)


@atomic
async def _write(person: Person, email: str) -> None:
    """Write the address in a savepoint: after a failed write, PostgreSQL refuses the rest of a transaction."""
    await Person.filter(id=person.id).update(email=email)
