"""Failing e-mails: which are tried again and for how long, and which are reported at once."""

import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from server import db, jobs, mail
from server.emails import InviteDelegate, InviteOrganiser
from server.letters import sending
from server.models import Job, JobKind, JobState, Mail, MailFailure, Person
from server.settings import Settings
from server.worker import Worker
from tests import factories
from tests.server.emailing import made, queued
from tests.server.postbox import Postbox, any_password, opened

ANNA = "anna@example.org"


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    async with opened() as box:
        yield box


@pytest.fixture
def worker(database: None, settings: Settings, postbox: Postbox) -> Worker:
    return at(settings, postbox)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return the certificate of a server on this machine, trusted during the test."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, made = tmp_path / "key.pem", tmp_path / "certificate.pem"
    asked = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*asked.split(), "-keyout", key, "-out", made], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return context


def at(settings: Settings, postbox: Postbox) -> Worker:
    return Worker(settings.model_copy(update={"smtp_url": postbox.url}))


async def tried(worker: Worker) -> Mail:
    """Return the e-mail after one try."""
    await Job.all().update(run_after=datetime.now(UTC))
    assert await worker.run_one(JobKind.MAIL)
    return await Mail.get()


async def state() -> tuple[JobState, int]:
    job = await Job.get()
    return job.state, job.attempts


# Tried again ------------------------------------------------------------------------------------------------------


async def test_a_greylisting_server_is_tried_for_days_with_growing_waits(worker: Worker, postbox: Postbox) -> None:
    postbox.refusal = "451 try later"
    await queued("k")
    waits, states = [], []
    for _ in range(jobs.RETRIES[JobKind.MAIL].most):
        asked_at = datetime.now(UTC)
        letter = await tried(worker)
        job = await Job.get()
        waits.append(round((job.run_after - asked_at).total_seconds()))
        states.append(job.state)
        assert (letter.failure, letter.refusal) == (MailFailure.DELAYED, "451 try later")

    assert waits[:6] == [5, 20, 80, 320, 1280, 3600]
    assert sum(waits) > timedelta(days=4).total_seconds()
    assert set(states[:-1]) == {JobState.QUEUED}
    assert (states[-1], letter.failed_at is not None, await worker.run_one(JobKind.MAIL)) == (
        JobState.DEAD,
        True,
        False,
    )


async def test_an_email_arrives_once_its_server_is_back(worker: Worker, postbox: Postbox) -> None:
    postbox.refusal = "451 try later"
    await queued("k")
    await worker.run_one(JobKind.MAIL)
    postbox.refusal = ""
    assert not await worker.run_one(JobKind.MAIL)
    letter = await tried(worker)
    assert ((await state())[0], letter.sent_at is not None, letter.failure) == (JobState.DONE, True, None)


async def test_without_a_mail_server_the_email_waits(database: None, settings: Settings) -> None:
    nowhere = Worker(settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"}))
    await queued("k")
    letter = await tried(nowhere)
    assert (await state(), letter.sent_at, letter.failure) == ((JobState.QUEUED, 1), None, MailFailure.UNREACHABLE)


async def test_a_server_that_does_not_answer_is_left_and_asked_again(
    worker: Worker, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SMTP_TIMEOUT_S", 0.2)
    postbox.is_silent = True
    await queued("k")
    letter = await tried(worker)
    assert (await state(), letter.failure) == ((JobState.QUEUED, 1), MailFailure.DELAYED)


async def test_after_an_hour_without_a_server_all_emails_are_sent(database: None, settings: Settings) -> None:
    nowhere = Worker(settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"}))
    people = [f"p{number}@example.org" for number in range(5)]
    for number, person in enumerate(people):
        await queued(str(number), person)
    for _ in range(6):
        await Job.all().update(run_after=datetime.now(UTC))
        while await nowhere.run_one(JobKind.MAIL):
            pass
    async with opened() as postbox:
        back = at(settings, postbox)
        await queued("new", "new@example.org")
        # The first e-mail that is sent shows that the server is back; the others do not wait for their next try.
        while await back.run_one(JobKind.MAIL):
            pass
        assert sorted(envelope.rcpt_tos[0] for envelope in postbox.envelopes) == sorted(["new@example.org", *people])


async def test_a_delayed_email_is_not_retried_earlier_because_of_others(worker: Worker, postbox: Postbox) -> None:
    postbox.refused = {ANNA: "450 greylisted"}
    await queued("k")
    await tried(worker)
    await queued("other", "boris@example.org")
    assert [await worker.run_one(JobKind.MAIL), await worker.run_one(JobKind.MAIL)] == [True, False]


# Told at once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["550 no such user here", "553 not allowed", "554 spam"])
async def test_a_refused_recipient_is_reported_at_once(worker: Worker, postbox: Postbox, answer: str) -> None:
    postbox.refused = {ANNA: answer}
    await queued("k")
    letter = await tried(worker)
    assert (await state(), letter.failed_at is not None) == ((JobState.DEAD, 1), True)
    assert (letter.failure, letter.refusal, letter.values) == (MailFailure.REFUSED, answer, made("k").values)


async def test_refused_content_is_reported_at_once(worker: Worker, postbox: Postbox) -> None:
    postbox.refusal = "554 looks like spam"
    await queued("k")
    assert ((await tried(worker)).refusal, (await state())[0]) == ("554 looks like spam", JobState.DEAD)


async def test_an_old_sign_in_email_is_not_sent(worker: Worker, postbox: Postbox) -> None:
    await queued("k", template="sign_in")
    await Mail.all().update(created_at=datetime.now(UTC) - timedelta(days=1))
    letter = await tried(worker)
    assert (postbox.envelopes, letter.values, (await state())[0]) == ([], {}, JobState.DONE)


# Addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [("ivan@пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"), ("anna@faß.de", "anna@xn--fa-hia.de")],
)
async def test_a_domain_of_any_script_goes_out_in_ascii(
    worker: Worker, postbox: Postbox, address: str, on_the_wire: str
) -> None:
    await queued("k", address)
    assert (await tried(worker)).sent_at is not None
    [envelope], [letter] = postbox.envelopes, postbox.letters
    assert (envelope.rcpt_tos, str(letter["to"])) == ([on_the_wire], on_the_wire)


async def test_an_address_outside_ascii_is_refused_where_the_server_does_not_take_it(
    worker: Worker, postbox: Postbox
) -> None:
    await queued("k", "анна@пример.рф")
    letter = await tried(worker)
    assert (letter.failure, (await state())[0], postbox.envelopes) == (MailFailure.NOT_ASCII, JobState.DEAD, [])


async def test_an_address_outside_ascii_is_served_where_the_server_offers_it(
    database: None, settings: Settings
) -> None:
    async with opened(enable_SMTPUTF8=True) as postbox:
        await queued("k", "анна@пример.рф")
        assert (await tried(at(settings, postbox))).sent_at is not None
        assert postbox.envelopes[0].rcpt_tos == ["анна@xn--e1afmkfd.xn--p1ai"]
        data = postbox.envelopes[0].content
        assert isinstance(data, bytes)
        assert message_from_bytes(data, policy=policy.SMTPUTF8)["to"] == "анна@xn--e1afmkfd.xn--p1ai"


# Secrets ----------------------------------------------------------------------------------------------------------


async def test_no_password_goes_to_a_server_without_tls(database: None, settings: Settings) -> None:
    heard: list[Any] = []
    options = {"authenticator": lambda *given: heard.append(given), "auth_require_tls": False}
    async with opened(user="duijie:secret", **options) as postbox:
        await queued("k")
        letter = await tried(at(settings, postbox))
    assert (letter.failure, await state(), heard) == (MailFailure.NO_TLS, (JobState.QUEUED, 1), [])
    assert (postbox.connections, postbox.envelopes) == (1, [])


async def test_a_password_crosses_the_network_under_tls(
    database: None, settings: Settings, certificate: ssl.SSLContext
) -> None:
    options = {"authenticator": any_password, "tls_context": certificate}
    async with opened(user="duijie:secret", **options) as postbox:
        await queued("k")
        assert (await tried(at(settings, postbox))).sent_at is not None


async def test_files_of_emails_are_readable_by_their_owner_alone(database: None, settings: Settings) -> None:
    settings.mail_dir.mkdir(mode=0o755)
    await queued("k")
    await Worker(settings).run_one(JobKind.MAIL)
    [file] = settings.mail_dir.iterdir()
    assert [path.stat().st_mode & 0o777 for path in (settings.mail_dir, file)] == [0o700, 0o600]


async def test_without_a_server_emails_are_files(database: None, settings: Settings) -> None:
    await queued("k")
    await Worker(settings).run_one(JobKind.MAIL)
    [file] = settings.mail_dir.iterdir()
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["to"] == ANNA


# Limits -----------------------------------------------------------------------------------------------------------


async def test_one_person_sends_one_address_few_emails_of_a_kind(database: None) -> None:
    event, one, other = await factories.event(), await factories.person(), await factories.person()
    anna, boris = await factories.person(), await factories.person()

    async def sends(by: Person, to: Person) -> None:
        key = str(await Mail.all().count())
        await db.atomic(mail.queue_to)(to, event, key, InviteOrganiser(path="/"), by=by)

    for _ in range(mail.MOST_TO_ADDRESS):
        await sends(one, anna)
    with pytest.raises(mail.TooManyMails):
        await sends(one, anna)
    await sends(one, boris)
    await sends(other, anna)
    await Mail.all().update(created_at=datetime.now(UTC) - timedelta(days=2))
    await sends(one, anna)
    assert await Mail.all().count() == mail.MOST_TO_ADDRESS + 3


async def test_a_participant_sends_few_emails_in_a_day(database: None) -> None:
    event, one, most = await factories.event(), await factories.person(), mail.MOST_BY_SENDER[InviteDelegate]
    queue = db.atomic(mail.queue_to)
    for number in range(most):
        await queue(await factories.person(), event, f"{number}", InviteDelegate(path="/"), by=one)
    with pytest.raises(mail.TooManyMails):
        await queue(await factories.person(), event, "more", InviteDelegate(path="/"), by=one)


async def test_of_many_emails_those_beyond_the_limit_are_left_out(database: None) -> None:
    one = await factories.person()

    def letters(cause: int) -> list[Mail]:
        return [made(f"{cause}:{name}", f"{name}@x.org", "invited", by_id=one.id) for name in ("a", f"b{cause}")]

    numbers = [await db.atomic(mail.queue_all)(letters(cause)) for cause in range(5)]
    assert numbers == [2, 2, 2, 1, 1]
