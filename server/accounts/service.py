"""Sign in by a link or a code from an e-mail, each usable once. `limits` explains the limits."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import F

from i18n import Message, _, ngettext_
from server import mail
from server.account_emails import SignIn
from server.accounts import holding, limits, sessions
from server.accounts.limits import Asker
from server.accounts.sessions import hashed
from server.accounts.values import AccountValues
from server.addresses import masked
from server.db import atomic
from server.edits import UNSEEN, Edit, save
from server.emails import AccountEmail
from server.errors import Gone, Refused
from server.models import AddressChange, Event, LinkEnd, Person, SignInLink, Slot

LINK_LIFETIME = timedelta(minutes=15)
REQUEST_LIFETIME = timedelta(days=1)  # for this time a browser may ask again without entering the address
INVITATION_LIFETIME = timedelta(days=14)
MAX_CODE_TRIES = 5


@dataclass(frozen=True)
class SignedIn:
    """A successful sign-in. token: of the new session. next_path: the page that the person wanted to open."""

    person: Person
    token: str
    next_path: str


@dataclass(frozen=True)
class WrongCode:
    """The code was wrong. tries_left: how many more tries this code has."""

    tries_left: int


@dataclass(frozen=True)
class Asked:
    """What a browser asked for. shown: the address, masked unless it was entered in that browser."""

    shown: str
    next_path: str
    is_used: bool


@dataclass(frozen=True)
class Ended:
    """Why a link no longer works. shown: the masked address for a new e-mail; None if this link gives no new e-mail."""

    why: Message
    shown: str | None
    email: str = ""
    next_path: str = "/"


class LinkEnded(Gone):
    """The link is unknown, used, expired, replaced or revoked."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.why)
        self.ended = ended


class NotAsked(LinkEnded):
    """The browser has not asked for a code, or did so too long ago."""

    def __init__(self) -> None:
        super().__init__(Ended(_("This browser has not requested a code recently. Request a new code."), None))


class CodeSpent(Refused):
    """Too many wrong tries for this code."""

    status = 429

    def __init__(self) -> None:
        super().__init__(
            ngettext_(
                "A wrong code was entered %(num)s time. This code no longer works.",
                "Wrong codes were entered %(num)s times. This code no longer works.",
                MAX_CODE_TRIES,
            )
        )


# Asking -----------------------------------------------------------------------------------------------------------


@atomic
async def ask_to_sign_in(
    email: str, *, preferred: str | None, next_path: str, asker: Asker, is_typed: bool = True
) -> str:
    """Queue an e-mail with a link and a code; return the request token that has to come with the code.

    The answer does not depend on whether the address is known. An address that an account holds after or before a
    change gets an e-mail that says so, without link and code. preferred: the language that the browser asks for. Raises
    TooManyTries.
    """
    await limits.count_email(email, asker)
    known = await Person.get_or_none(email=email)
    token, request_token = sessions.new_token(), sessions.new_token()
    code = f"{secrets.randbelow(10**6):06d}"
    link = await SignInLink.create(
        email=email,
        token_hash=hashed(token),
        request_hash=hashed(request_token),
        code_hash=hashed(request_token + code),
        next_path=next_path,
        is_typed=is_typed,
        expires_at=datetime.now(UTC) + LINK_LIFETIME,
    )
    minutes = int(LINK_LIFETIME.total_seconds() // 60)
    said: AccountEmail = SignIn(path=f"/sign-in/link/{token}", code=code, minutes=minutes)
    if known is None and (change := await holding.change_of(email)):
        said = await holding.told(change)
    await mail.queue(f"sign-in:{link.id}", said, to=email, locale=_language_of(known, preferred))
    return request_token


def _language_of(known: Person | None, preferred: str | None) -> str:
    """Return the language for the e-mail: the person's own, or, before their first sign-in, the browser's.

    Before the first sign-in the stored language is a guess by the organiser who entered the person.
    """
    if known and (known.signed_in_at or not preferred):
        return known.locale
    return preferred or "en"


async def asked(request_token: str) -> Asked | None:
    """Return what the browser with this request token asked for, or None if it did not ask or did so too long ago."""
    link = await _of_request(request_token)
    if link is None:
        return None
    return Asked(link.email if link.is_typed else masked(link.email), link.next_path, link.used_at is not None)


async def ask_again(request_token: str, *, preferred: str | None, asker: Asker) -> str | None:
    """Send a new e-mail to the address of an earlier request; return the new request token, or None if there was no
    request.
    """
    link = await _of_request(request_token)
    if link is None:
        return None
    return await ask_to_sign_in(
        link.email, preferred=preferred, next_path=link.next_path, asker=asker, is_typed=link.is_typed
    )


async def ask_again_by_link(token: str, *, preferred: str | None, asker: Asker) -> str:
    """Send a new e-mail to the address of a link that no longer works; return the new request token.

    Raises LinkEnded if no e-mail is sent for this link.
    """
    link = await SignInLink.get_or_none(token_hash=hashed(token))
    if link is None or link.ended_as == LinkEnd.REVOKED:
        raise LinkEnded(await ended(token) or _unknown())
    return await ask_to_sign_in(link.email, preferred=preferred, next_path=link.next_path, asker=asker, is_typed=False)


async def _of_request(request_token: str) -> SignInLink | None:
    if not request_token:
        return None
    since = datetime.now(UTC) - REQUEST_LIFETIME
    return await SignInLink.get_or_none(request_hash=hashed(request_token), created_at__gt=since)


# Inviting ---------------------------------------------------------------------------------------------------------


async def invitation_path(email: str, next_path: str, *, event: Event | None = None) -> str:
    """Return the path of a sign-in link for an invitation; earlier links of this person to the same page stop working.

    The link lives for INVITATION_LIFETIME; a link to an event lives until the event ends if that is later, even if the
    event is moved. Call inside the transaction that invites.
    """
    paths = await invitation_paths([email], next_path, event=event)
    return paths[email]


async def invitation_paths(emails: Collection[str], next_path: str, *, event: Event | None = None) -> dict[str, str]:
    """Return the paths of `invitation_path` by address, for many people. Two queries."""
    await _open_invitations(*emails).filter(next_path=next_path).update(ended_as=LinkEnd.REPLACED)
    tokens, expires_at = {email: sessions.new_token() for email in emails}, datetime.now(UTC) + INVITATION_LIFETIME
    for_whom = {"next_path": next_path, "event_id": event.id if event else None, "expires_at": expires_at}
    links = [SignInLink(email=email, token_hash=hashed(token), **for_whom) for email, token in tokens.items()]
    await SignInLink.bulk_create(links)
    return {email: f"/sign-in/link/{token}" for email, token in tokens.items()}


async def revoke_invitations(event_id: int, *person_ids: int) -> None:
    """End the invitations of these people to an event. Call inside the transaction that removes them from the event."""
    emails = [person.email for person in await Person.filter(id__in=person_ids)]
    await _open_invitations(*emails).filter(event_id=event_id).update(ended_as=LinkEnd.REVOKED)
    await mail.drop_invitations(event_id, *person_ids)


async def revoke_invitation(email: str, next_path: str) -> None:
    """End the invitation of an address to one page. Call inside the transaction that takes the role away."""
    await _open_invitations(email).filter(next_path=next_path).update(ended_as=LinkEnd.REVOKED)


def _open_invitations(*emails: str) -> Any:
    return SignInLink.filter(email__in=emails, request_hash="", used_at=None, ended_as=LinkEnd.NONE)


# Using ------------------------------------------------------------------------------------------------------------


async def ended(token: str) -> Ended | None:
    """Return why a link does not work, or None if it works. Does not use up the link."""
    link = await SignInLink.get_or_none(token_hash=hashed(token))
    return _unknown() if link is None else await _ended(link)


def _unknown() -> Ended:
    return Ended(_("We do not know this link. Request a new e-mail."), None)


async def _ended(link: SignInLink) -> Ended | None:
    shown = masked(link.email)
    if link.used_at is not None:
        return Ended(_("This link was already used. Each link works only once."), shown, link.email, link.next_path)
    if link.ended_as == LinkEnd.REVOKED:
        return Ended(_("This invitation was withdrawn."), None)
    if link.ended_as == LinkEnd.REPLACED:
        return Ended(
            _("A newer e-mail replaces this link. Open the link in the latest e-mail."),
            shown,
            link.email,
            link.next_path,
        )
    if await _is_too_old(link):
        return Ended(_("This link has expired."), shown, link.email, link.next_path)
    return None


async def _is_too_old(link: SignInLink) -> bool:
    now = datetime.now(UTC)
    if link.expires_at > now or link.event_id is None:
        return link.expires_at <= now
    event = await Event.get(id=link.event_id)
    last = await Slot.filter(event_id=event.id).order_by("-end_at").first()
    return (last.end_at if last else event.registration_closes_at) <= now


@atomic
async def use_link(token: str, *, preferred: str | None, device: str = "") -> SignedIn:
    """Sign in by a link. Raises LinkEnded."""
    link = await SignInLink.get_or_none(token_hash=hashed(token))
    if link is None:
        raise LinkEnded(_unknown())
    return await _use(link, preferred, device)


@atomic
async def use_code(
    request_token: str, code: str, *, preferred: str | None, asker: Asker, device: str = ""
) -> SignedIn | WrongCode:
    """Sign in by a code of six digits, in the browser that asked for the code.

    Raises NotAsked if the request is unknown, LinkEnded if it is used or expired, CodeSpent after too many tries for
    this code, and CodesOff after too many tries for this mailbox.
    """
    link = await _of_request(request_token)
    if link is None:
        raise NotAsked
    if over := await _ended(link):
        raise LinkEnded(over)
    # Counted before the code is compared, so that simultaneous tries cannot exceed the limit.
    if not await SignInLink.filter(id=link.id, attempts__lt=MAX_CODE_TRIES).update(attempts=F("attempts") + 1):
        raise CodeSpent
    await limits.count_guess(link.email, asker)
    if not secrets.compare_digest(link.code_hash, hashed(request_token + code)):
        await link.refresh_from_db(fields=["attempts"])
        return WrongCode(MAX_CODE_TRIES - link.attempts)
    await limits.forget_guess(link.email, asker)
    return await _use(link, preferred, device)


async def _use(link: SignInLink, preferred: str | None, device: str) -> SignedIn:
    if over := await _ended(link):
        raise LinkEnded(over)
    if await holding.is_held(link.email):
        raise LinkEnded(_unknown())
    now = datetime.now(UTC)
    # Of several simultaneous clicks only one finds the link unused.
    if not await SignInLink.filter(id=link.id, used_at=None, ended_as=LinkEnd.NONE).update(used_at=now):
        raise LinkEnded(await ended_of(link.id))
    person, _created = await Person.get_or_create(email=link.email, defaults={"locale": preferred or "en"})
    await Person.filter(id=person.id).update(signed_in_at=now, locale=_language_of(person, preferred))
    await limits.forget_old()
    return SignedIn(person, await sessions.begin_session(person, device), link.next_path)


async def ended_of(link_id: int) -> Ended:
    """Return why the link has ended, after another click has used it."""
    return await _ended(await SignInLink.get(id=link_id)) or _unknown()


# The account ------------------------------------------------------------------------------------------------------


@atomic
async def change_locale(person: Person, locale: str) -> None:
    """Save the person's interface language."""
    await Person.filter(id=person.id).update(locale=locale)


ACCOUNT = tuple(each.name for each in fields(AccountValues))


@atomic
async def save_account(person: Person, given: AccountValues, edit: Edit = UNSEEN) -> None:
    """Save what the account page edits. Raises EditConflict."""
    await save(person, given, edit)


@atomic
async def sign_out_everywhere(person: Person) -> None:
    """End all sessions and sign-in links of the person, and a change of their address that is not confirmed yet.

    Somebody else who asked for that change could otherwise sign in by the new address afterwards.
    """
    await sessions.end_all(person)
    await end_links(person.email)
    await stop_waiting_change(person)


async def stop_waiting_change(person: Person) -> None:
    """End a change of the person's address that is not confirmed yet. Call inside a transaction."""
    waiting = AddressChange.filter(person_id=person.id, confirmed_at=None, stopped_at=None)
    await waiting.update(stopped_at=datetime.now(UTC))


async def end_links(email: str) -> None:
    """End all sign-in links and codes of the address. Call inside a transaction."""
    await SignInLink.filter(email=email, used_at=None, ended_as=LinkEnd.NONE).update(ended_as=LinkEnd.REPLACED)
