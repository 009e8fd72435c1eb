"""Acts of organisers on what was not delivered. Each public function is one transaction."""

import re
from datetime import UTC, datetime

from tortoise.exceptions import IntegrityError

from i18n import _
from server import jobs
from server.accounts import service as accounts
from server.accounts.sessions import hashed
from server.db import atomic, lock
from server.errors import Refused
from server.letters import outbox
from server.models import (
    Delegate,
    Event,
    Interpreter,
    Job,
    JobKind,
    JobState,
    Mail,
    Organiser,
    Person,
    Registration,
    SignInLink,
    Unclaimed,
)

SIGN_IN_LINK = re.compile(r"/sign-in/link/([\w-]+)")

NOT_HERE = _("The address cannot be changed here. Remove this person, and add them again with the right address.")


class NotCorrectable(Refused):
    """The address is not the organiser's to correct."""


@atomic
async def retry(event: Event, mail_ids: list[int] | None = None) -> int:
    """Try these e-mails of the event again at once, or all that are not sent yet; returns how many.

    An invitation whose link has expired meanwhile gets a new one.
    """
    unsent = Mail.filter(event_id=event.id, sent_at=None, dropped_at=None)
    letters = await (unsent if mail_ids is None else unsent.filter(id__in=mail_ids)).order_by("id")
    if letters:
        await _renew_links(event, letters)
        await _queue_again(letters)
    return len(letters)


async def _queue_again(letters: list[Mail]) -> None:
    ids = [letter.id for letter in letters]
    await Mail.filter(id__in=ids).update(failed_at=None)
    held = await Job.filter(mail_id__in=ids, state__not=JobState.DONE).values("id", "mail_id")
    await jobs.retry([job["id"] for job in held])
    await jobs.enqueue_mails(sorted(set(ids) - {job["mail_id"] for job in held}))


async def _renew_links(event: Event, letters: list[Mail]) -> None:
    """Put a new link into each e-mail whose own would sign in nobody any more, or somebody by another address."""
    tokens = {letter.id: found[1] for letter in letters if (found := _link_of(letter))}
    wanted = [hashed(token) for token in tokens.values()]
    links = {link.token_hash: link for link in await SignInLink.filter(token_hash__in=wanted)}
    for letter in letters:
        link = links.get(hashed(tokens[letter.id])) if letter.id in tokens else None
        if link is None or link.used_at is not None or link.ended_as:
            continue
        if link.email != letter.to_address or link.expires_at <= datetime.now(UTC):
            await SignInLink.filter(id=link.id).delete()
            path = await accounts.invitation_path(letter.to_address, link.next_path, event=event)
            await Mail.filter(id=letter.id).update(values={**letter.values, "path": path})


def _link_of(letter: Mail) -> re.Match[str] | None:
    return SIGN_IN_LINK.fullmatch(str(letter.values.get("path", "")))


@atomic
async def drop(event: Event, mail_id: int) -> None:
    """Give an e-mail up that was not delivered: it is told no longer, and never sent."""
    unsent = Mail.filter(id=mail_id, event_id=event.id, sent_at=None, failed_at__not_isnull=True)
    if await unsent.update(dropped_at=datetime.now(UTC), values={}):
        await Job.filter(mail_id=mail_id, kind=JobKind.MAIL, state=JobState.DEAD).update(state=JobState.DONE)


@atomic
async def correct(event: Event, letter: Mail, address: str) -> None:
    """Give the recipient of an e-mail that did not arrive another address, and send them all that waits for them.

    Only of somebody who takes part in this event alone and has never signed in: an address signs in, so whoever changes
    that of another takes their account over. address: in its stored form. Raises NotCorrectable.
    """
    person = await lock(Person, letter.person_id or 0)
    found = await Mail.filter(id=letter.id, event_id=event.id, sent_at=None, dropped_at=None).first()
    if person is None or found is None or person.email != found.to_address:
        raise NotCorrectable(_("This e-mail was sent or changed meanwhile."))
    await _change_address(event, person, address)


@atomic
async def change_address(event: Event, person: Person, address: str) -> None:
    """The same for somebody to whom no e-mail has failed."""
    stored = await lock(Person, person.id)
    if stored is None:
        raise NotCorrectable(NOT_HERE)
    if stored.email != address:
        await _change_address(event, stored, address)


async def _change_address(event: Event, person: Person, address: str) -> None:
    if person.signed_in_at is not None:
        raise NotCorrectable(_("This person has signed in with this address. Only they can change it."))
    if not await outbox.people_of(event, [person.id]) or await _is_elsewhere(event, person):
        raise NotCorrectable(NOT_HERE)
    try:
        await _move(person, address)
    except IntegrityError:
        # Not more: that somebody has this address is nobody else's business.
        raise NotCorrectable(NOT_HERE) from None
    # Whoever has an address signs in with it; the link for who has none would give their place to somebody else.
    await Unclaimed.filter(person_id=person.id, claimed_at=None).update(claimed_at=datetime.now(UTC))
    letters = await Mail.filter(person_id=person.id, event_id=event.id, sent_at=None, dropped_at=None).order_by("id")
    await Mail.filter(id__in=[each.id for each in letters]).update(to_address=address)
    await retry(event, [each.id for each in letters])


@atomic
async def _move(person: Person, address: str) -> None:
    await Person.filter(id=person.id).update(email=address)


async def _is_elsewhere(event: Event, person: Person) -> bool:
    """Whether the person is something at another event."""
    rows = (
        Registration.filter(person_id=person.id).exclude(event_id=event.id),
        Delegate.filter(person_id=person.id).exclude(registration__event_id=event.id),
        Interpreter.filter(person_id=person.id).exclude(event_id=event.id),
        Organiser.filter(person_id=person.id).exclude(event_id=event.id),
    )
    return any([await each.exists() for each in rows])
