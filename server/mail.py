"""E-mails: queued in the transaction of the act, rendered and sent by the worker in the recipient's language.

The worker sends them by `letters/posting.py`. A failed e-mail is tried again for days, unless the server refuses it
permanently; then the outbox of the event's organisers (`letters/`) shows it, where they can retry or correct the
address.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError

from i18n import Message, ngettext_
from server import jobs, names
from server.bulk import Inserting, inserting
from server.db import atomic
from server.errors import Refused
from server.models import Event, Mail, Person
from server.models.people import NOWHERE

__all__ = ["TooManyMails", "flood", "queue", "queue_all"]

DAY = timedelta(days=1)
MOST_TO_ADDRESS = 3  # e-mails of one kind that one person can cause to one address in a day
# E-mails that a person who is not an organiser can cause in a day, to all addresses together.
MOST_BY_SENDER: Mapping[str, int] = {"delegate": 40}
INVITATIONS = frozenset({"invited", "delegate", "organiser", "interpreter", "translator"})
EVENT_PATH = re.compile(r"/e/([a-z0-9-]+)(?:/|$)")


class TooManyMails(Refused):
    """The person would cause too many e-mails."""

    status = 429
    field = "email"


# -- Queueing ------------------------------------------------------------------------------------------------------


async def queue(
    key: str,
    *,
    to: str,
    locale: str,
    template: str,
    values: dict[str, Any],
    event_id: int | None = None,
    by_id: int | None = None,
) -> None:
    """Put an e-mail into the outbox, inside the caller's transaction; a repeated key does nothing.

    template: templates/mail/<template>.txt and .html; the first line of the text is the subject. values: JSON.
    event_id: whose organisers see it in their outbox; None for the event of values["path"], if any. by_id: who causes
    it, if limits apply; raises TooManyMails beyond them.
    """
    if to.endswith(NOWHERE) or await Mail.exists(key=key):
        return
    if by_id is not None and (refusal := await flood(by_id, template, to)):
        raise refusal
    columns = {"to_address": to, "locale": locale, "template": template, "values": values}
    email = Mail(key=key, event_id=event_id, by_id=by_id, **columns)
    await _say_whose([email])
    try:
        await _save(email)
    except IntegrityError:
        return
    await jobs.enqueue(jobs.SendMail(email.id))


def email_to(
    person: Person, event: Event, key: str, template: str, values: Mapping[str, Any], *, by: Person | None = None
) -> Mail:
    """Return an e-mail about the event in the person's language, not stored, for `queue_all`.

    values: beside the names of the person and the event. by: as in `queue`.
    """
    greeted = names.own_name(person).for_reader(person.locale)[0]
    return Mail(
        key=key,
        to_address=person.email,
        locale=person.locale,
        template=template,
        event_id=event.id,
        person_id=person.id,
        by_id=by.id if by else None,
        values={"name": greeted, "event_name": event.name, **values},
    )


@atomic
async def _save(email: Mail) -> None:
    await email.save()


async def _say_whose(emails: Sequence[Mail]) -> None:
    """Set the recipients of e-mails, and the events of their links. Two queries."""
    addresses, slugs = {email.to_address for email in emails}, {_slug_in(email) for email in emails}
    people = await Person.filter(email__in=addresses).values("id", "email")
    events = await Event.filter(slug__in=slugs).values("id", "slug")
    person_ids = {person["email"]: person["id"] for person in people}
    event_ids = {event["slug"]: event["id"] for event in events}
    for email in emails:
        email.person_id = person_ids.get(email.to_address)
        email.event_id = email.event_id or event_ids.get(_slug_in(email))


def _slug_in(email: Mail) -> str:
    found = EVENT_PATH.match(str(email.values.get("path", "")))
    return found[1] if found else ""


async def flood(by_id: int, template: str, to: str) -> TooManyMails | None:
    """Return the refusal if the person may not cause another e-mail of this kind to the address, else None."""
    caused = Mail.filter(by_id=by_id, template=template, created_at__gt=datetime.now(UTC) - DAY)
    if await caused.filter(to_address=to).count() >= MOST_TO_ADDRESS:
        return TooManyMails(_too_many_to_address(MOST_TO_ADDRESS))
    most = MOST_BY_SENDER.get(template)
    return TooManyMails(_too_many(most)) if most is not None and await caused.count() >= most else None


def _too_many_to_address(number: int) -> Message:
    return ngettext_(
        "You have sent this address %(num)s e-mail of this kind in the last 24 hours. Try again tomorrow.",
        "You have sent this address %(num)s e-mails of this kind in the last 24 hours. Try again tomorrow.",
        number,
    )


def _too_many(number: int) -> Message:
    return ngettext_(
        "You have sent %(num)s e-mail of this kind in the last 24 hours. Try again tomorrow.",
        "You have sent %(num)s e-mails of this kind in the last 24 hours. Try again tomorrow.",
        number,
    )


async def queue_all(emails: Iterable[Mail]) -> int:
    """Put many e-mails, not stored yet, into the outbox; return how many were new.

    E-mails beyond the limits of their by_id are left out. At most seven queries. Raises IntegrityError if a
    simultaneous transaction queues an e-mail with the same key.
    """
    wanted = {email.key: email for email in emails if not email.to_address.endswith(NOWHERE)}
    known = {row["key"] for row in await Mail.filter(key__in=list(wanted)).values("key")}
    new = await _within_limits([email for key, email in wanted.items() if key not in known])
    await _say_whose(new)
    await Mail.bulk_create(new)
    rows = await Mail.filter(key__in=[email.key for email in new]).order_by("id").values("id")
    await jobs.enqueue_mails([row["id"] for row in rows])
    return len(new)


@dataclass(frozen=True)
class Ready:
    """E-mails that only have to be written."""

    emails: Inserting

    async def put(self) -> int:
        """Put them into the outbox, inside the caller's transaction; return how many. Four queries, or none."""
        ids = await self.emails.run()
        await jobs.enqueue_mails(ids)
        return len(ids)


def ready(emails: Iterable[Mail]) -> Ready:
    """Return e-mails of `email_to` with new keys, made ready before a transaction. No limits apply."""
    return Ready(inserting(Mail, (email for email in emails if not email.to_address.endswith(NOWHERE))))


async def drop_invitations(event_id: int, *person_ids: int) -> None:
    """Cancel waiting invitations of these people to the event, and report failed ones no longer.

    Call inside the transaction that removes them from the event.
    """
    waiting = Mail.filter(event_id=event_id, person_id__in=person_ids, template__in=INVITATIONS, sent_at=None)
    await waiting.filter(dropped_at=None).update(dropped_at=datetime.now(UTC), values={})


async def _within_limits(emails: list[Mail]) -> list[Mail]:
    senders = {email.by_id for email in emails if email.by_id is not None}
    if not senders:
        return emails
    recent = Mail.filter(by_id__in=senders, created_at__gt=datetime.now(UTC) - DAY)
    rows = await recent.values_list("by_id", "template", "to_address")
    sent = Counter(rows)
    return [each for each in emails if sent[(each.by_id, each.template, each.to_address)] < MOST_TO_ADDRESS]
