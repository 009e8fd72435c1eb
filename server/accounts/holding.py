"""Addresses that belong to an account besides the one with which its person signs in.

While a change of the address waits, this is the new address once it is confirmed. After the change it is the old
address as long as the old mailbox can undo the change. No other account is made for these addresses, because it would
be in the way of the change or of the way back.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tortoise.expressions import Q

from i18n import formats
from server.account_emails import AddressChanged, AddressWaits
from server.accounts.sessions import hashed, new_token
from server.addresses import masked
from server.emails import AccountEmail
from server.models import AddressChange, Person

SILENCE = timedelta(hours=72)
MAY_STOP_FOR = timedelta(days=14)


async def change_of(email: str) -> AddressChange | None:
    """Return the latest change, with its person, for which an account holds an address that nobody signs in with."""
    return (await changes_of([email])).get(email)


async def changes_of(emails: Collection[str]) -> Mapping[str, AddressChange]:
    """Return, by address, what `change_of` returns for each; other addresses are left out. One query."""
    now, each = datetime.now(UTC), list(emails)
    waits = Q(new_email__in=each, new_agreed_at__isnull=False, confirmed_at=None, expires_at__gt=now)
    is_made = Q(old_email__in=each, confirmed_at__gt=now - MAY_STOP_FOR)
    held = AddressChange.filter(waits | is_made, stopped_at=None).order_by("id").select_related("person")
    return {change.new_email if change.confirmed_at is None else change.old_email: change for change in await held}


async def person_of(email: str) -> Person | None:
    """Return the person who signs in with the address, or whose account holds it. At most two queries."""
    person = await Person.get_or_none(email=email)
    if person is None and (change := await change_of(email)):
        person = change.person
    return person


async def is_held(email: str) -> bool:
    """Return whether the address is reserved by a change of address, so that nobody signs in with it."""
    return not await Person.exists(email=email) and await change_of(email) is not None


async def told(change: AddressChange) -> AccountEmail:
    """Return the e-mail for somebody who wants to sign in with the held address. Call inside a transaction."""
    if change.confirmed_at is not None:
        return AddressChanged(path=f"/account/email/stop/{await new_stop_token(change)}", new=change.new_email)
    when = in_words(alone_at(change), change.person)
    return AddressWaits(path="/sign-in", old=masked(change.old_email), when=when)


async def new_stop_token(change: AddressChange) -> str:
    """Return a new token for the old mailbox; the one of its first e-mail works on. Call inside a transaction."""
    token = new_token()
    await AddressChange.filter(id=change.id).update(undo_hash=hashed(token))
    return token


def alone_at(change: AddressChange) -> datetime:
    """Return from when on the new mailbox alone is enough."""
    asked_at: datetime = change.created_at
    return asked_at + SILENCE


def in_words(at: datetime, person: Person) -> str:
    """Return an instant in the person's language and time zone, or in UTC if they chose no zone."""
    zone = ZoneInfo(person.time_zone or "UTC")
    return f"{formats.date_time(at, person.locale, zone)} ({formats.utc_offset(at, zone)})"
