"""Letters from the act that causes them to a real SMTP server in this process."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from server import db, jobs, mail
from server.models import Job, JobKind, JobState, Mail
from server.pages import HERE
from server.settings import Settings
from server.worker import Worker

EVENT = {"en": "Docking days", "zh_Hans": "对接会", "ru": "Дни встреч"}
# Enough for any letter.
VALUES: dict[str, Any] = {
    "event_name": EVENT,
    "path": "/e/beilun/me",
    "name": "Анна Петрова",
    "code": "123456",
    "minutes": 15,
    "side": "expert",
    "added": [{"when": "Tuesday, 09:00", "table": 7, "parties": ["Beilun Motors"]}],
    "moved": [],
    "cancelled": [],
}
LETTERS = sorted(path.stem for path in (HERE / "templates" / "mail").glob("*.txt") if path.stem != "base")
queue = db.atomic(mail.queue)


class Postbox:
    """Takes letters, or refuses each with `refusal`, as an SMTP server's handler."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.refusal = ""
        self.url = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return self.refusal or "250 taken"

    @property
    def letters(self) -> list[EmailMessage]:
        contents = [envelope.content for envelope in self.envelopes]
        return [message_from_bytes(c, policy=policy.default) for c in contents if isinstance(c, bytes)]


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    loop, handler = asyncio.get_running_loop(), Postbox()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop), "127.0.0.1", 0)
    handler.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield handler
    server.close()
    await server.wait_closed()


@pytest.fixture
def worker(database: None, settings: Settings, postbox: Postbox) -> Worker:
    return Worker(settings.model_copy(update={"smtp_url": postbox.url}))


async def sent(worker: Worker, postbox: Postbox, template: str = "registered", **more: Any) -> EmailMessage:
    """The letter as it arrived."""
    options = {"to": "anna@example.org", "locale": "en", **more}
    await queue(f"test:{template}:{options}", template=template, values=VALUES | options.pop("values", {}), **options)
    assert await worker.run_one(JobKind.MAIL)
    return postbox.letters[-1]


def body(letter: EmailMessage, kind: str) -> str:
    found = letter.get_body((kind,))
    assert found is not None
    return str(found.get_content())


# What arrives -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", LETTERS)
@pytest.mark.parametrize("locale", ["en", "ru", "zh_Hans"])
async def test_every_letter_arrives_as_text_and_html_in_its_readers_language(
    worker: Worker, postbox: Postbox, template: str, locale: str
) -> None:
    letter = await sent(worker, postbox, template, locale=locale)
    assert letter.get_content_type() == "multipart/alternative"
    assert letter["content-language"] == locale.replace("_", "-")
    assert f'<html lang="{letter["content-language"]}"' in body(letter, "html")
    said = template == "sign_in" or EVENT[locale] in body(letter, "plain") + str(letter["subject"])
    assert (said, bool(letter["subject"]), letter["to"]) == (True, True, "anna@example.org")


async def test_text_and_html_lead_to_the_same_place(worker: Worker, postbox: Postbox) -> None:
    letter = await sent(worker, postbox, "sign_in")
    [link] = re.findall(r"http://testserver/e/\S+", body(letter, "plain"))
    assert f'href="{link}"' in body(letter, "html")


async def test_a_letter_fetches_nothing_and_runs_nothing(worker: Worker, postbox: Postbox) -> None:
    html = body(await sent(worker, postbox, "published"), "html")
    assert re.findall(r"<(?:img|script|link|iframe|form)|url\(|@import|\son\w+=", html) == []


async def test_people_are_told_that_a_machine_writes(worker: Worker, postbox: Postbox) -> None:
    assert (await sent(worker, postbox))["auto-submitted"] == "auto-generated"


# What nobody can put into it --------------------------------------------------------------------------------------

INJECTIONS = [
    "\r\nBcc: eve@example.org",
    "\nSubject: other",
    "\r\n\r\nbody",
    "\rX: y",
    "\x07",
    "\u202e",
    "\u2028Bcc: e@x.y",
]


@pytest.mark.parametrize("injected", INJECTIONS)
async def test_a_name_adds_no_header_and_no_recipient(worker: Worker, postbox: Postbox, injected: str) -> None:
    plain = await sent(worker, postbox)
    names = {"event_name": {"en": f"Days{injected}"}, "name": f"Anna{injected}"}
    letter = await sent(worker, postbox, values=names)
    assert sorted(letter.keys()) == sorted(plain.keys())
    assert [envelope.rcpt_tos for envelope in postbox.envelopes] == [["anna@example.org"]] * 2
    assert len(str(letter["subject"]).splitlines()) == 1


async def test_a_name_is_no_markup_in_a_letter(worker: Worker, postbox: Postbox) -> None:
    name = '<a href="https://evil.example">Anna</a>'
    html = body(await sent(worker, postbox, values={"name": name, "event_name": {"en": name}}), "html")
    assert "https://evil.example" not in re.findall(r'href="([^"]*)"', html)
    assert "&lt;a href=" in html


async def test_an_address_of_another_script_arrives_whole_or_not_at_all(worker: Worker, postbox: Postbox) -> None:
    letter = await sent(worker, postbox, to="anna@xn--e1afmkfd.example")
    assert letter["to"] == "anna@xn--e1afmkfd.example"


# Once, or again ---------------------------------------------------------------------------------------------------


async def test_the_same_letter_is_queued_once(database: None) -> None:
    for _ in range(2):
        await queue("registered:1", to="a@example.org", locale="en", template="registered", values=VALUES)
    assert (await Mail.all().count(), await Job.all().count()) == (1, 1)


async def test_a_repeat_after_a_crash_has_the_same_identity(worker: Worker, postbox: Postbox) -> None:
    first = await sent(worker, postbox)
    # As if the server had died between sending and noting it.
    await Mail.all().update(sent_at=None, values=VALUES)
    await Job.all().update(state=JobState.QUEUED)
    assert await worker.run_one(JobKind.MAIL)
    [_first, second] = postbox.letters
    assert (second["message-id"], second["date"]) == (first["message-id"], first["date"])


async def test_a_letter_that_is_noted_as_sent_is_not_sent_again(worker: Worker, postbox: Postbox) -> None:
    await sent(worker, postbox)
    await Job.all().update(state=JobState.QUEUED)
    await worker.run_one(JobKind.MAIL)
    assert (len(postbox.letters), (await Job.get()).state) == (1, JobState.DONE)


async def test_what_a_sent_letter_said_is_forgotten(worker: Worker, postbox: Postbox) -> None:
    await sent(worker, postbox, "sign_in")
    assert (await Mail.get()).values == {}


async def test_a_letter_whose_cause_is_taken_back_is_not_written(database: None) -> None:
    @db.atomic
    async def cause() -> None:
        await mail.queue("cause", to="a@example.org", locale="en", template="registered", values=VALUES)
        raise ZeroDivisionError

    with contextlib.suppress(ZeroDivisionError):
        await cause()
    assert (await Mail.all().count(), await Job.all().count()) == (0, 0)


async def test_many_letters_are_queued_by_as_many_queries_as_one(database: None, queries: Callable[[], Any]) -> None:
    def letters(number: int) -> list[Mail]:
        return [
            Mail(key=f"{number}:{n}", to_address="a@b.org", locale="en", template="registered", values=VALUES)
            for n in range(number)
        ]

    seen = []
    for number in (1, 30):
        with queries() as statements:
            assert await db.atomic(mail.queue_all)(letters(number)) == number
        seen.append(len(statements))
    assert (seen[0], seen[1]) == (seen[0], seen[0])


# Where it cannot be sent ------------------------------------------------------------------------------------------


async def test_a_server_that_refuses_is_asked_again_ever_later_and_at_last_no_more(
    worker: Worker, postbox: Postbox
) -> None:
    postbox.refusal = "451 try later"
    await queue("k", to="a@example.org", locale="en", template="registered", values=VALUES)
    waits = []
    for _ in range(jobs.MAX_ATTEMPTS):
        asked_at = datetime.now(UTC)
        assert await worker.run_one(JobKind.MAIL)
        job = await Job.get()
        waits.append((job.run_after - asked_at).total_seconds())
        await Job.all().update(run_after=datetime.now(UTC))
    assert [wait // (5 * 4**before) for before, wait in enumerate(waits)] == [1] * jobs.MAX_ATTEMPTS
    assert ((await Job.get()).state, await worker.run_one(JobKind.MAIL)) == (JobState.DEAD, False)
    assert len(postbox.envelopes) == jobs.MAX_ATTEMPTS


async def test_a_letter_arrives_once_its_server_is_back(worker: Worker, postbox: Postbox) -> None:
    postbox.refusal = "451 try later"
    await queue("k", to="a@example.org", locale="en", template="registered", values=VALUES)
    await worker.run_one(JobKind.MAIL)
    postbox.refusal = ""
    assert not await worker.run_one(JobKind.MAIL)
    await Job.all().update(run_after=datetime.now(UTC))
    assert await worker.run_one(JobKind.MAIL)
    assert ((await Job.get()).state, (await Mail.get()).sent_at is not None) == (JobState.DONE, True)


async def test_where_nobody_listens_the_letter_waits(database: None, settings: Settings) -> None:
    nowhere = Worker(settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"}))
    await queue("k", to="a@example.org", locale="en", template="registered", values=VALUES)
    assert await nowhere.run_one(JobKind.MAIL)
    job = await Job.get()
    assert (job.state, job.attempts, (await Mail.get()).sent_at) == (JobState.QUEUED, 1, None)


async def test_without_a_server_letters_are_files(database: None, settings: Settings) -> None:
    await queue("k", to="a@example.org", locale="ru", template="registered", values=VALUES)
    await Worker(settings).run_one(JobKind.MAIL)
    [file] = settings.mail_dir.iterdir()
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["to"] == "a@example.org"
