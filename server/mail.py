"""E-mails: queued in the transaction of the act, rendered and sent by the worker in the recipient's language.

The worker sends them by `letters/posting.py`. A failed e-mail is tried again for days, unless the server refuses it
permanently; then the outbox of the event's organisers (`letters/`) shows it, where they can retry or correct the
address.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.exceptions import IntegrityError

from i18n import Message, ngettext_
from server import jobs, names
from server.bulk import Inserting, inserting
from server.db import atomic
from server.email_templates import INVITATIONS, OPTIONAL
from server.emails import AccountEmail, Email, EventEmail, InviteDelegate
from server.errors import Refused
from server.models import Event, Mail, Person
from server.relaying import THROUGH, Relays, is_nowhere, relays_for

__all__ = ["TooManyMails", "flood", "queue", "queue_all", "queue_to"]

DAY = timedelta(days=1)
MOST_TO_ADDRESS = 3  # e-mails of one kind that one person can cause to one address in a day
# E-mails that a person who is not an organiser can cause in a day, to all addresses together.
MOST_BY_SENDER: Mapping[type[Email], int] = {InviteDelegate: 40}


class TooManyMails(Refused):
    """The person would cause too many e-mails."""

    status = 429
    field = "email"


# -- Queueing ------------------------------------------------------------------------------------------------------


async def queue(key: str, email: AccountEmail, *, to: str, locale: str) -> None:
    """Put an e-mail to an address into the outbox, inside the caller's transaction; a repeated key does nothing."""
    person = await Person.get_or_none(email=to)
    row = Mail(
        key=key,
        to_address=to,
        locale=locale,
        template=email.template,
        person_id=person.id if person else None,
        values=email.values(),
    )
    if await _is_new(row):
        await _put(row)


async def queue_to(
    person: Person, event: Event, key: str, email: EventEmail, *, by: Person | None = None, called: str | None = None
) -> None:
    """Put an e-mail to a person into the outbox, inside the caller's transaction; a repeated key does nothing, nor does
    an e-mail that the person has switched off.

    An e-mail to a member of a delegation who has no address goes to the leader. by, called: as in `email_to`. Raises
    TooManyMails beyond the limits of `by`.
    """
    row = email_to(person, event, key, email, by=by, called=called)
    if not await _wanted([row]):
        return
    for each in relayed([row], await relays_for([row])):
        if not await _is_new(each):
            continue
        if by is not None and (refusal := await flood(by.id, type(email), each.to_address)):
            raise refusal
        await _put(each)


def email_to(
    person: Person, event: Event, key: str, email: EventEmail, *, by: Person | None = None, called: str | None = None
) -> Mail:
    """Return an e-mail about the event in the person's language, not stored, for `queue_all`.

    by: who causes it, if limits apply. called: the name that greets the person, None for the name they entered.
    """
    greeted = names.own_name(person).for_reader(person.locale)[0] if called is None else called
    return Mail(
        key=key,
        to_address=person.email,
        locale=person.locale,
        template=email.template,
        event_id=event.id,
        person_id=person.id,
        by_id=by.id if by else None,
        values={"name": greeted, "event_name": event.name, **email.values()},
    )


def relayed(emails: Iterable[Mail], relays: Relays) -> Iterator[Mail]:
    """Return the e-mails that can be sent: those without an address once for each of their relays.

    They keep the member's language and name, say for whom they are, and lead to the page of the delegation: links that
    sign the member in go to nobody else.
    """
    for email in emails:
        if not is_nowhere(email):
            yield email
            continue
        for relay in relays.get(email.person_id or 0, ()):
            yield Mail(
                key=f"{email.key}{THROUGH}{relay.to.id}",
                to_address=relay.to.email,
                locale=email.locale,
                template=email.template,
                event_id=email.event_id,
                person_id=email.person_id,
                by_id=email.by_id,
                values={**email.values, "through": relay.member, "path": relay.path},
            )


async def _wanted(emails: Sequence[Mail]) -> Sequence[Mail]:
    """Return the e-mails that their people have not switched off. At most one query."""
    asked = {email.person_id for email in emails if email.template in OPTIONAL}
    if not asked:
        return emails
    people = await Person.filter(id__in=[*asked], unwanted_emails__not_isnull=True).only("id", "unwanted_emails")
    unwanted = {person.id: person.unwanted_emails or () for person in people}
    return [
        email for email in emails if OPTIONAL.get(email.template) not in set(unwanted.get(email.person_id or 0, ()))
    ]


async def _is_new(row: Mail) -> bool:
    return not is_nowhere(row) and not await Mail.exists(key=row.key)


async def _put(row: Mail) -> None:
    try:
        await _save(row)
    except IntegrityError:
        return
    await jobs.enqueue(jobs.SendMail(row.id))


@atomic
async def _save(row: Mail) -> None:
    """Save in a savepoint: on PostgreSQL a failed write would end the caller's transaction."""
    await row.save()


async def flood(by_id: int, kind: type[Email], to: str) -> TooManyMails | None:
    """Return the refusal if the person may not cause another e-mail of this kind to the address, else None."""
    caused = Mail.filter(by_id=by_id, template=kind.template, created_at__gt=datetime.now(UTC) - DAY)
    if await caused.filter(to_address=to).count() >= MOST_TO_ADDRESS:
        return TooManyMails(_too_many_to_address(MOST_TO_ADDRESS))
    most = MOST_BY_SENDER.get(kind)
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


async def queue_all(emails: Iterable[Mail], *, waits: Mapping[str, datetime] | None = None) -> int:
    """Put many e-mails, not stored yet, into the outbox; return how many were new.

    waits: by key, the earliest time to send an e-mail. E-mails beyond the limits of their by_id, and those that
    their people have switched off, are left out. At most eight queries. Raises IntegrityError if a simultaneous
    transaction queues an e-mail with the same key.
    """
    every = await _wanted(list(emails))
    wanted = {email.key: email for email in relayed(every, await relays_for(every))}
    known = {row["key"] for row in await Mail.filter(key__in=list(wanted)).values("key")}
    new = await _within_limits([email for key, email in wanted.items() if key not in known])
    await Mail.bulk_create(new)
    rows = await Mail.filter(key__in=[email.key for email in new]).order_by("id").values("id", "key")
    now = datetime.now(UTC)
    due = [(waits or {}).get(row["key"].partition(THROUGH)[0], now) for row in rows]
    await jobs.enqueue_mails([row["id"] for row in rows], due)
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


def ready(emails: Iterable[Mail], relays: Relays) -> Ready:
    """Return e-mails of `email_to` with new keys, made ready before a transaction. No limits apply.

    relays: of the event, as in `relaying.relays_of`.
    """
    return Ready(inserting(Mail, relayed(emails, relays)))


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
