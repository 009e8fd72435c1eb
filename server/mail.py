"""Letters: queued with the act that causes them, rendered and sent by the worker in the recipient's language."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from i18n import Translator
from server import jobs
from server.db import atomic
from server.models import Job, JobKind, Mail
from server.pages import environment, for_reader
from server.settings import Settings

SMTP_TIMEOUT_S = 30


async def queue(key: str, *, to: str, locale: str, template: str, values: dict[str, Any]) -> None:
    """Put a letter into the outbox, inside the caller's transaction; the same key a second time is a no-op.

    template: templates/mail/<template>.txt and .html, whose first line of text is the subject. values: JSON.
    """
    letter, is_new = await Mail.get_or_create(
        key=key, defaults={"to_address": to, "locale": locale, "template": template, "values": values}
    )
    if is_new:
        await jobs.enqueue(JobKind.MAIL, {"mail": letter.id})


async def queue_all(letters: Iterable[Mail]) -> int:
    """Put many letters, not stored yet, into the outbox at once; how many there were that were not in it already.

    Four queries. A transaction beside this one that queues a letter of the same key makes it raise IntegrityError.
    """
    wanted = {letter.key: letter for letter in letters}
    known = {row["key"] for row in await Mail.filter(key__in=list(wanted)).values("key")}
    new = [letter for key, letter in wanted.items() if key not in known]
    await Mail.bulk_create(new)
    ids = await Mail.filter(key__in=[letter.key for letter in new]).order_by("id").values_list("id", flat=True)
    await jobs.enqueue_all(JobKind.MAIL, [{"mail": id} for id in ids])
    return len(new)


def compose(letter: Mail, settings: Settings) -> EmailMessage:
    """The letter as it goes out: plain text and HTML. The Message-ID follows from the key, so a repeat is the same."""
    translator = Translator(letter.locale)
    values = {**for_reader(translator), "base_url": settings.base_url, **letter.values}
    text = environment().get_template(f"mail/{letter.template}.txt").render(values)
    html = environment().get_template(f"mail/{letter.template}.html").render(values)
    subject, _, body = text.lstrip().partition("\n")
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    message["To"] = letter.to_address
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@{settings.public_host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.lstrip("\n"))
    message.add_alternative(html, subtype="html")
    # Last, since a message that is given content loses every header that speaks of content.
    message["Content-Language"] = translator.tag
    # Last, since setting the content takes away every header of that kind.
    return message


async def deliver(job: Job, settings: Settings) -> None:
    """Send the letter of a job, at least once: a crash between sending and noting it repeats the same Message-ID."""
    letter = await Mail.get(id=job.payload["mail"])
    if letter.sent_at is None:
        message = compose(letter, settings)
        if settings.smtp_url:
            await _send(message, settings.smtp_url)
        else:
            _write(message, settings.mail_dir, letter)
    await _note_sent(job, letter)


@atomic
async def _note_sent(job: Job, letter: Mail) -> None:
    # What the letter said may hold a way to sign in; nothing of it is needed any more.
    await Mail.filter(id=letter.id).update(sent_at=datetime.now(UTC), values={})
    await jobs.finish(job)


async def _send(message: EmailMessage, url: str) -> None:
    parts = urlsplit(url)
    await aiosmtplib.send(
        message,
        hostname=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        timeout=SMTP_TIMEOUT_S,
    )


def _write(message: EmailMessage, folder: Path, letter: Mail) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{letter.id:06d}-{letter.template}.eml").write_bytes(message.as_bytes())
