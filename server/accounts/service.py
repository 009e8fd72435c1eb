"""Signing in: a link and a code by mail, each good once; throttled by address and by caller."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import F

from i18n import _
from server import mail
from server.accounts import sessions
from server.accounts.sessions import hashed
from server.db import atomic
from server.edits import UNSEEN, Edit, save
from server.errors import Gone, TooManyTries
from server.models import Person, SignInLink, Throttle

LINK_LIFETIME = timedelta(minutes=15)
INVITATION_LIFETIME = timedelta(days=14)
WINDOW = timedelta(minutes=15)
MAX_LETTERS_PER_ADDRESS = 5
MAX_LETTERS_PER_CALLER = 20
MAX_CODE_TRIES = 5


@dataclass(frozen=True)
class SignedIn:
    """token: of the new session. next_path: where the person was going."""

    person: Person
    token: str
    next_path: str


@atomic
async def ask_to_sign_in(email: str, *, locale: str, next_path: str, caller: str) -> str:
    """Queue a letter with a link and a code, and return the request token that the code needs beside it.

    Nothing of the answer depends on whether the address is known. caller: who asks, for the throttle.
    Raises TooManyTries.
    """
    await count_try(f"letter:{hashed(email)[:32]}", MAX_LETTERS_PER_ADDRESS)
    await count_try(f"caller:{caller}", MAX_LETTERS_PER_CALLER)
    known = await Person.get_or_none(email=email)
    token, request_token = sessions.new_token(), sessions.new_token()
    code = f"{secrets.randbelow(10**6):06d}"
    link = await SignInLink.create(
        email=email,
        token_hash=hashed(token),
        request_hash=hashed(request_token),
        code_hash=hashed(request_token + code),
        next_path=next_path,
        expires_at=datetime.now(UTC) + LINK_LIFETIME,
    )
    await mail.queue(
        f"sign-in:{link.id}",
        to=email,
        locale=known.locale if known else locale,
        template="sign_in",
        values={"path": f"/sign-in/link/{token}", "code": code, "minutes": int(LINK_LIFETIME.total_seconds() // 60)},
    )
    return request_token


async def invitation_path(email: str, next_path: str) -> str:
    """The path of a sign-in link that lives for days, for invitations. Call inside the transaction that invites."""
    token = sessions.new_token()
    await SignInLink.create(
        email=email,
        token_hash=hashed(token),
        next_path=next_path,
        expires_at=datetime.now(UTC) + INVITATION_LIFETIME,
    )
    return f"/sign-in/link/{token}"


@atomic
async def use_link(token: str, *, locale: str) -> SignedIn:
    """Sign in by a link. Raises Gone where it is unknown, used or too old."""
    link = await SignInLink.get_or_none(token_hash=hashed(token))
    return await _use(link, locale)


@atomic
async def use_code(request_token: str, code: str, *, locale: str) -> SignedIn | None:
    """Sign in by the six digits, in the browser that asked for them. None where the digits are others.

    Raises Gone where the request is unknown, used, too old or was tried too often.
    """
    link = await SignInLink.get_or_none(request_hash=hashed(request_token)) if request_token else None
    # Counted before it is looked at, so that tries at the same time do not add up to more.
    counted = SignInLink.filter(id=link.id if link else 0, attempts__lt=MAX_CODE_TRIES)
    if link is None or not await counted.update(attempts=F("attempts") + 1):
        raise _gone()
    if not secrets.compare_digest(link.code_hash, hashed(request_token + code)):
        return None
    return await _use(link, locale)


async def _use(link: SignInLink | None, locale: str) -> SignedIn:
    now = datetime.now(UTC)
    if link is None or link.expires_at <= now:
        raise _gone()
    # Only one of several clicks at once finds the link unused.
    if not await SignInLink.filter(id=link.id, used_at=None).update(used_at=now):
        raise _gone()
    person, _created = await Person.get_or_create(email=link.email, defaults={"locale": locale})
    await Person.filter(id=person.id).update(signed_in_at=now)
    return SignedIn(person, await sessions.begin(person), link.next_path)


def _gone() -> Gone:
    return Gone(_("This link or code has expired or was used already. Ask for a new one."))


async def count_try(key: str, most: int) -> None:
    """Count an act in the present window. Raises TooManyTries once there were `most` of them."""
    now = datetime.now(UTC)
    start = datetime.fromtimestamp(now.timestamp() // WINDOW.total_seconds() * WINDOW.total_seconds(), UTC)
    row, _created = await Throttle.get_or_create(key=key, window_start=start)
    if not await Throttle.filter(id=row.id, count__lt=most).update(count=F("count") + 1):
        raise TooManyTries(start + WINDOW - now)


@atomic
async def change_locale(person: Person, locale: str) -> None:
    await Person.filter(id=person.id).update(locale=locale)


ACCOUNT = ("full_name", "time_zone")


@atomic
async def save_account(person: Person, values: Mapping[str, Any], edit: Edit = UNSEEN) -> None:
    """values: the columns of ACCOUNT. Raises Conflict."""
    await save(person, values, edit)
