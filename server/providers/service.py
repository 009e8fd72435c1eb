"""Accounts at providers: signing in by them, connecting and removing them.

A provider says who somebody is, never what they may do: no right comes from a claim. Whoever has an account here, of
any kind, may sign in by a verified address, because whoever reads that mailbox can sign in by an e-mail anyway. After
the first time the subject counts alone, so that an address that the provider gives to somebody else opens nothing.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from tortoise.exceptions import IntegrityError

from server import addresses, mail
from server.account_emails import ProviderConnected
from server.accounts import holding, limits, sessions
from server.accounts.service import SignedIn
from server.accounts.sessions import hashed
from server.db import atomic, lock
from server.models import Person, ProviderAccount, Throttle
from server.models.people import NOWHERE
from server.providers.asking import Proof
from server.providers.attempts import Attempt
from server.providers.configured import Provider
from server.providers.refusals import (
    AddressNotVerified,
    AttemptEnded,
    BelongsToOther,
    ConnectedOtherwise,
    NotConnected,
)

MAX_RETURNS = 300  # from providers in a quarter of an hour, by caller: a hall shares one network address
log = logging.getLogger(__name__)


@atomic
async def use_up(attempt: Attempt, *, caller: str) -> None:
    """Note that the provider has answered, so that an answer counts once. Raises AttemptEnded and TooManyTries."""
    await limits.count_try(f"provider:{caller}", MAX_RETURNS)
    end = datetime.fromtimestamp(attempt.ends, UTC)
    _used, is_first = await Throttle.get_or_create(key=f"attempt:{hashed(attempt.state)}", window_start=end)
    if not is_first:
        raise AttemptEnded


@atomic
async def sign_in(
    provider: Provider, proof: Proof, *, preferred: str | None, next_path: str, device: str, tells_addresses: bool
) -> SignedIn:
    """Sign in the person whose account is connected, or the one with the verified address; create an account without
    any rights if there is none.

    tells_addresses: of the provider. Raises AddressNotVerified, NotConnected and ConnectedOtherwise.
    """
    known = await ProviderAccount.get_or_none(source=provider.source, subject=proof.subject)
    person = await lock(Person, known.person_id) if known else None
    if person is None and not tells_addresses:
        raise NotConnected
    if person is None:
        person = await _by_address(provider, proof, preferred or "en")
    now = datetime.now(UTC)
    await ProviderAccount.filter(person_id=person.id, source=provider.source).update(used_at=now)
    locale = person.locale if person.signed_in_at or not preferred else preferred
    await Person.filter(id=person.id).update(signed_in_at=now, locale=locale)
    await limits.forget_old()
    log.info("person %s signed in through %s", person.id, provider.name)
    return SignedIn(person, await sessions.begin_session(person, device), next_path)


async def _by_address(provider: Provider, proof: Proof, locale: str) -> Person:
    """Return the person with the address that the provider vouches for, locked and connected with it."""
    try:
        address = addresses.canonical(proof.email)
    except addresses.AddressError:
        raise AddressNotVerified from None
    if address.endswith(NOWHERE) or not addresses.can_be_reached(address) or not provider.may_vouch_for(address):
        raise AddressNotVerified
    if await holding.is_held(address):
        raise NotConnected
    found, is_new = await Person.get_or_create(email=address, defaults={"locale": locale})
    person = await lock(Person, found.id)
    if person is None:
        raise AddressNotVerified
    await _connect(person, provider, proof, is_told=not is_new)
    return person


@atomic
async def connect(person: Person, provider: Provider, proof: Proof) -> None:
    """Connect the signed-in person's account with theirs at the provider, and tell them by e-mail.

    Raises ConnectedOtherwise and BelongsToOther.
    """
    if await lock(Person, person.id) is None:
        raise AttemptEnded
    await _connect(person, provider, proof, is_told=True)


async def _connect(person: Person, provider: Provider, proof: Proof, *, is_told: bool) -> None:
    own = await ProviderAccount.get_or_none(source=provider.source, person_id=person.id)
    if own is not None and own.subject == proof.subject:
        return
    if own is not None:
        raise ConnectedOtherwise
    try:
        made = await _create(person, provider, proof)
    except IntegrityError:
        raise BelongsToOther from None
    log.info("person %s connected their account with %s", person.id, provider.name)
    if is_told:
        said = ProviderConnected(path="/account#providers", provider=provider.shown)
        await mail.queue(f"provider:{made.id}", said, to=person.email, locale=person.locale)


@atomic
async def _create(person: Person, provider: Provider, proof: Proof) -> ProviderAccount:
    """Write the row in a savepoint: after a failed write, PostgreSQL refuses the rest of a transaction."""
    return await ProviderAccount.create(
        person_id=person.id, source=provider.source, subject=proof.subject, used_at=datetime.now(UTC)
    )


async def of_person(person: Person) -> Sequence[ProviderAccount]:
    """Return the person's accounts at providers, the oldest first. One query."""
    return await ProviderAccount.filter(person_id=person.id).order_by("id")


@atomic
async def remove(person: Person, account_id: int) -> bool:
    """Delete one of the person's connections; return False if the person has none with this id."""
    is_removed = bool(await ProviderAccount.filter(id=account_id, person_id=person.id).delete())
    if is_removed:
        log.info("person %s removed a connection with a provider", person.id)
    return is_removed
