"""Passkeys (WebAuthn): sign in by the lock of one's own device, without waiting for an e-mail.

A challenge is not stored until it is used: it holds the time of its end and a code that only this server can make, for
one purpose and one person. Used ones are noted until they have ended, so that each works once.
"""

import hashlib
import hmac
import ipaddress
import json
import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from i18n import Message, _, ngettext_
from server import mail
from server.account_emails import PasskeyAdded
from server.accounts import sessions
from server.accounts.service import SignedIn
from server.accounts.sessions import hashed
from server.db import atomic, lock
from server.errors import Refused
from server.models import Passkey, Person, Throttle
from server.models.people import CREDENTIAL
from server.settings import Settings

LIFETIME = timedelta(minutes=5)
MOST = 20  # passkeys of one person
NONCE, STAMP = 16, 8  # bytes of a challenge, before its seal
# What libraries raise for an answer that is no answer.
MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError)
log = logging.getLogger(__name__)


class PasskeyRefused(Refused):
    """The answer of the device proves nothing, or its passkey is unknown here."""

    def __init__(self, message: Message | None = None) -> None:
        super().__init__(
            message or _("This passkey was not accepted. Try again, or sign in with the e-mail that we send you.")
        )


class TooManyPasskeys(Refused):
    """The person has MOST passkeys."""

    def __init__(self) -> None:
        super().__init__(
            ngettext_(
                "You have %(num)s passkey. Remove one before you add another.",
                "You have %(num)s passkeys. Remove one before you add another.",
                MOST,
            )
        )


def are_possible(settings: Settings) -> bool:
    """Return whether browsers offer passkeys here: for a host with a name, over HTTPS or on localhost."""
    host = host_of(settings)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return settings.is_https or host == "localhost"
    return False


def host_of(settings: Settings) -> str:
    """Return the host for which passkeys are made: they work nowhere else."""
    return urlsplit(settings.base_url).hostname or ""


def new_challenge(settings: Settings, person: Person | None = None) -> bytes:
    """Return random bytes that live for LIFETIME. person: who adds a passkey, None for signing in."""
    end = int((datetime.now(UTC) + LIFETIME).timestamp())
    body = secrets.token_bytes(NONCE) + end.to_bytes(STAMP, "big")
    return body + _seal(settings, body, person)


def _seal(settings: Settings, body: bytes, person: Person | None) -> bytes:
    purpose = f"passkey:{person.id if person else 'sign-in'}:".encode()
    return hmac.new(settings.secret_key.encode(), purpose + body, hashlib.sha256).digest()


@contextmanager
def _refused_if_malformed() -> Iterator[None]:
    try:
        yield
    except MALFORMED as fault:
        log.info("an answer of a device was refused: %s", type(fault).__name__)
        raise PasskeyRefused from None


async def _use_challenge(settings: Settings, answer: str, person: Person | None) -> bytes:
    """Return the challenge that the device signed, once. Raises PasskeyRefused. Call inside a transaction."""
    with _refused_if_malformed():
        said = webauthn.helpers.parse_client_data_json(
            base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"])
        ).challenge
    body, seal = said[: NONCE + STAMP], said[NONCE + STAMP :]
    if not hmac.compare_digest(seal, _seal(settings, body, person)):
        raise PasskeyRefused
    end = datetime.fromtimestamp(int.from_bytes(body[NONCE:], "big"), UTC)
    if end <= datetime.now(UTC):
        raise PasskeyRefused(_("This took too long. Try again."))
    _used, is_first = await Throttle.get_or_create(key=f"passkey:{hashed(bytes_to_base64url(said))}", window_start=end)
    if not is_first:
        raise PasskeyRefused
    return said


# Adding -----------------------------------------------------------------------------------------------------------


async def options_to_add(settings: Settings, person: Person) -> str:
    """Return what the browser needs to make a passkey, as JSON. Raises TooManyPasskeys."""
    known = await of_person(person)
    if len(known) >= MOST:
        raise TooManyPasskeys
    handle = hmac.new(settings.secret_key.encode(), f"handle:{person.id}".encode(), hashlib.sha256).digest()
    options = webauthn.generate_registration_options(
        rp_id=host_of(settings),
        rp_name="Duijie",
        user_id=handle,
        user_name=person.email,
        user_display_name=person.full_name or person.email,
        challenge=new_challenge(settings, person),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(each.credential)) for each in known],
    )
    return webauthn.options_to_json(options)


@atomic
async def add(settings: Settings, person: Person, answer: str, *, device: str) -> Passkey:
    """Keep the passkey that a device has made, and tell the person by e-mail.

    answer: RegistrationResponseJSON of WebAuthn. Raises PasskeyRefused and TooManyPasskeys.
    """
    if await lock(Person, person.id) is None:
        raise PasskeyRefused
    if await Passkey.filter(person_id=person.id).count() >= MOST:
        raise TooManyPasskeys
    challenge = await _use_challenge(settings, answer, person)
    with _refused_if_malformed():
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=host_of(settings),
            expected_origin=origin_of(settings),
            require_user_verification=True,
        )
    name = bytes_to_base64url(made.credential_id)
    if len(name) > CREDENTIAL or await Passkey.exists(credential=name):
        raise PasskeyRefused
    passkey = await Passkey.create(
        person=person,
        credential=name,
        public_key=bytes_to_base64url(made.credential_public_key),
        uses=made.sign_count,
        device=device,
    )
    said = PasskeyAdded(path="/account#passkeys", device=device)
    await mail.queue(f"passkey:{passkey.id}", said, to=person.email, locale=person.locale)
    return passkey


def origin_of(settings: Settings) -> str:
    """Return the origin of the pages, as browsers name it."""
    parts = urlsplit(settings.base_url)
    return f"{parts.scheme}://{parts.netloc}"


async def of_person(person: Person) -> Sequence[Passkey]:
    """Return the person's passkeys, the oldest first. One query."""
    return await Passkey.filter(person_id=person.id).order_by("id")


@atomic
async def remove(person: Person, passkey_id: int) -> bool:
    """Delete one of the person's passkeys; return False if the person has none with this id."""
    return bool(await Passkey.filter(id=passkey_id, person_id=person.id).delete())


# Signing in -------------------------------------------------------------------------------------------------------


def options_to_sign_in(settings: Settings) -> str:
    """Return what the browser needs to sign in by any passkey of this host, as JSON: nobody has to say who they are."""
    options = webauthn.generate_authentication_options(
        rp_id=host_of(settings),
        challenge=new_challenge(settings),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


@atomic
async def sign_in(settings: Settings, answer: str, *, next_path: str, device: str) -> SignedIn:
    """Sign in the person whose passkey signed the challenge.

    answer: AuthenticationResponseJSON of WebAuthn. Raises PasskeyRefused.
    """
    challenge = await _use_challenge(settings, answer, None)
    found = await Passkey.get_or_none(credential=str(json.loads(answer).get("id"))[:CREDENTIAL])
    passkey = await lock(Passkey, found.id) if found else None
    if passkey is None:
        raise PasskeyRefused(
            _("This site does not know this passkey. Sign in by e-mail. You can add a new passkey in your account.")
        )
    with _refused_if_malformed():
        proof = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=host_of(settings),
            expected_origin=origin_of(settings),
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.uses,
            require_user_verification=True,
        )
    now = datetime.now(UTC)
    await Passkey.filter(id=passkey.id).update(uses=proof.new_sign_count, used_at=now)
    await Person.filter(id=passkey.person_id).update(signed_in_at=now)
    person = await Person.get(id=passkey.person_id)
    return SignedIn(person, await sessions.begin_session(person, device), next_path)
