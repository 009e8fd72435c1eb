"""What organisers do about undelivered e-mails. Each public function is one transaction."""

import re
from datetime import UTC, datetime

from server import jobs
from server.accounts import service as accounts
from server.accounts.sessions import hashed
from server.db import atomic
from server.models import (
    Event,
    Job,
    JobKind,
    JobState,
    Mail,
    SignInLink,
)

SIGN_IN_LINK = re.compile(r"/sign-in/link/([\w-]+)")


@atomic
async def retry(event: Event, mail_ids: list[int] | None = None) -> int:
    """Try these e-mails of the event again now, or all unsent ones (None); return how many.

    Invitations with expired links get new links.
    """
    unsent = Mail.filter(event_id=event.id, sent_at=None, dropped_at=None)
    emails = await (unsent if mail_ids is None else unsent.filter(id__in=mail_ids)).order_by("id")
    if emails:
        await _renew_links(event, emails)
        await _queue_again(emails)
    return len(emails)


async def _queue_again(emails: list[Mail]) -> None:
    ids = [email.id for email in emails]
    await Mail.filter(id__in=ids).update(failed_at=None)
    held = await Job.filter(mail_id__in=ids, state__not=JobState.DONE).values("id", "mail_id")
    await jobs.retry([job["id"] for job in held])
    await jobs.enqueue_mails(sorted(set(ids) - {job["mail_id"] for job in held}))


async def _renew_links(event: Event, emails: list[Mail]) -> None:
    """Put a new link into each e-mail whose link has ended or belongs to another address."""
    tokens = {email.id: found[1] for email in emails if (found := _link_of(email))}
    wanted = [hashed(token) for token in tokens.values()]
    links = {link.token_hash: link for link in await SignInLink.filter(token_hash__in=wanted)}
    for email in emails:
        link = links.get(hashed(tokens[email.id])) if email.id in tokens else None
        if link is None or link.used_at is not None or link.ended_as:
            continue
        if link.email != email.to_address or link.expires_at <= datetime.now(UTC):
            await SignInLink.filter(id=link.id).delete()
            path = await accounts.invitation_path(email.to_address, link.next_path, event=event)
            await Mail.filter(id=email.id).update(values={**email.values, "path": path})


def _link_of(email: Mail) -> re.Match[str] | None:
    return SIGN_IN_LINK.fullmatch(str(email.values.get("path", "")))


@atomic
async def drop(event: Event, mail_id: int) -> None:
    """Give up an undelivered e-mail: it is never sent and no longer reported."""
    unsent = Mail.filter(id=mail_id, event_id=event.id, sent_at=None, failed_at__not_isnull=True)
    if await unsent.update(dropped_at=datetime.now(UTC), values={}):
        await Job.filter(mail_id=mail_id, kind=JobKind.MAIL, state=JobState.DEAD).update(state=JobState.DONE)
