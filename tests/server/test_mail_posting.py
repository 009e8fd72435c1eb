"""Many e-mails: over few connections, several at once, few at once to one host, each of them once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiosmtplib
import pytest

from server import db, jobs, mail
from server.letters import connections
from server.letters.correcting import correct_address
from server.letters.posting import Post
from server.letters.sending import reason_of
from server.models import Job, JobKind, JobState, Mail, MailFailure
from server.settings import Settings
from server.worker import Worker
from tests import factories
from tests.server.emailing import made
from tests.server.postbox import Postbox, opened


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    async with opened() as box:
        yield box


def at(settings: Settings, postbox: Postbox, **more: int) -> Settings:
    return settings.model_copy(update={"smtp_url": postbox.url, **more})


async def queued(number: int, host: str = "example.org") -> list[str]:
    """Queue e-mails to new people; return their addresses."""
    already = await Mail.all().count()
    people = [f"p{already + each}@{host}" for each in range(number)]
    await db.atomic(mail.queue_all)([made(person, person) for person in people])
    return people


def received(postbox: Postbox) -> list[str]:
    return sorted(envelope.rcpt_tos[0] for envelope in postbox.envelopes)


async def states() -> dict[tuple[JobState, int], int]:
    """Return how many jobs are in which state after how many tries."""
    return Counter(await Job.all().values_list("state", "attempts"))


# Connections ------------------------------------------------------------------------------------------------------


async def test_e_mails_share_a_connection(database: None, settings: Settings, postbox: Postbox) -> None:
    people = await queued(5)
    assert await Worker(at(settings, postbox, smtp_connections=1)).send_emails() == 5
    assert (received(postbox), postbox.connections) == (people, 1)
    assert await states() == {(JobState.DONE, 1): 5}
    assert await Mail.filter(sent_at=None).count() + await Mail.exclude(values={}).count() == 0


async def test_many_e_mails_need_few_connections(database: None, settings: Settings, postbox: Postbox) -> None:
    people = await queued(150)
    await Worker(at(settings, postbox, smtp_connections=4)).send_emails()
    assert (received(postbox), postbox.connections <= 4) == (sorted(people), True)
    assert await states() == {(JobState.DONE, 1): 150}


async def test_a_connection_that_the_server_ended_meanwhile_is_no_failure(
    database: None, settings: Settings, postbox: Postbox
) -> None:
    async with Post(at(settings, postbox)) as post:
        people = await queued(1)
        await post.send_due()
        postbox.hang_up()
        people += await queued(1)
        await post.send_due()
    assert (received(postbox), postbox.connections) == (people, 2)
    assert await states() == {(JobState.DONE, 1): 2}


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_server_that_ends_kept_connections_by_421_gets_each_e_mail_once(
    database: None, settings: Settings, postbox: Postbox, command: str
) -> None:
    postbox.closing = command
    people = await queued(4)
    await Worker(at(settings, postbox, smtp_connections=1)).send_emails()
    assert (received(postbox), postbox.connections) == (people, 4)
    assert await states() == {(JobState.DONE, 1): 4}


async def test_a_server_that_accepts_few_connections_gets_all_e_mails_over_them(
    database: None, settings: Settings, postbox: Postbox
) -> None:
    postbox.room, postbox.together = 2, 2
    people = await queued(40)
    await Worker(at(settings, postbox)).send_emails()
    assert (received(postbox), await states()) == (sorted(people), {(JobState.DONE, 1): 40})


async def test_idle_connections_are_ended(
    database: None, settings: Settings, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Post(at(settings, postbox)) as post:
        assert post.connections is not None
        await queued(2)
        await post.send_due()
        await post.connections.end_idle()
        kept = [client.is_connected for client in post.connections.clients]
        monkeypatch.setattr(connections, "IDLE_S", 0)
        await post.connections.end_idle()
        assert (any(kept), [each for each in post.connections.clients if each.is_connected]) == (True, [])


async def test_a_refused_recipient_does_not_stop_the_others(
    database: None, settings: Settings, postbox: Postbox
) -> None:
    people = await queued(4)
    postbox.refused = {people[1]: "550 no such user", people[2]: "450 greylisted"}
    await Worker(at(settings, postbox, smtp_connections=1)).send_emails()
    assert (received(postbox), postbox.connections) == ([people[0], people[3]], 1)
    failures = await Mail.filter(sent_at=None).order_by("id").values_list("failure", "refusal")
    assert failures == [(MailFailure.REFUSED, "550 no such user"), (MailFailure.DELAYED, "450 greylisted")]
    assert await states() == {(JobState.DONE, 1): 2, (JobState.DEAD, 1): 1, (JobState.QUEUED, 1): 1}


async def test_an_e_mail_at_which_the_server_hangs_up_waits_longer_each_time(
    database: None, settings: Settings, postbox: Postbox
) -> None:
    people = await queued(30)
    postbox.hung_up = {people[0]}
    await Worker(at(settings, postbox, smtp_connections=1)).send_emails()
    # The others show that the server is there, so this e-mail is not tried again before its time.
    assert (received(postbox), await states()) == (
        sorted(people[1:]),
        {(JobState.DONE, 1): 29, (JobState.QUEUED, 1): 1},
    )
    assert await Mail.filter(sent_at=None).values_list("to_address", "failure") == [(people[0], MailFailure.DELAYED)]


@pytest.mark.parametrize("answer", ["250 OK", "450 greylisted", "550 no such user"])
async def test_an_address_that_is_corrected_while_its_e_mail_is_on_the_way_gets_the_e_mail(
    database: None, settings: Settings, postbox: Postbox, answer: str
) -> None:
    event = await factories.event()
    email = await factories.mail(event, (await factories.expert(event, proposed={})).person, failure="delayed")

    async def correct() -> None:
        await correct_address(event, await Mail.get(id=email.id), "right@example.org")

    async with Post(at(settings, postbox)) as post:
        if answer == "250 OK":
            postbox.together = 2
            work = asyncio.create_task(post.send_due())
            await postbox.arrived.wait()
            await correct()
            postbox.are_together.set()
            await work
        else:
            postbox.refused, postbox.before_refusing = {email.to_address: answer}, correct
            await post.send_due()
    assert received(postbox)[-1] == "right@example.org"
    sent = await Mail.get(id=email.id)
    assert (sent.sent_at is not None, sent.failed_at, await states()) == (True, None, {(JobState.DONE, 1): 1})


def test_a_reply_that_is_no_text_can_be_stored() -> None:
    refused = aiosmtplib.SMTPRecipientRefused(550, "\udcffno\x00", "anna@example.org")
    assert reason_of(refused) == (MailFailure.REFUSED, "550 ?no")


# At once ----------------------------------------------------------------------------------------------------------


async def test_e_mails_are_sent_at_once(database: None, settings: Settings, postbox: Postbox) -> None:
    postbox.together = 3  # The server answers nobody until three are there.
    people = await queued(3)
    await Worker(at(settings, postbox)).send_emails()
    assert (received(postbox), postbox.most) == (people, {"example.org": 3})


async def test_to_one_host_few_are_sent_at_once_while_others_go_out(
    database: None, settings: Settings, postbox: Postbox
) -> None:
    postbox.together = 4
    people = await queued(30, "slow.example") + await queued(2, "quick.example")
    await Worker(at(settings, postbox, smtp_by_host=2)).send_emails()
    assert (received(postbox), postbox.most["slow.example"]) == (sorted(people), 2)


async def test_of_a_host_with_many_e_mails_in_hand_no_more_are_claimed(database: None) -> None:
    await queued(2, "slow.example")
    await queued(2, "quick.example")
    # A job from before jobs knew their e-mails.
    old = await Job.create(kind=JobKind.MAIL, payload={"mail": 1}, run_after=datetime.now(UTC))
    claimed = await jobs.claim_some((JobKind.MAIL,), 10, but=["slow.example"])
    hosts = [await Mail.get(id=job.payload["mail"]) for job in claimed if job.id != old.id]
    assert ([each.to_address for each in hosts], len(claimed)) == (["p2@quick.example", "p3@quick.example"], 3)


async def test_two_workers_send_each_e_mail_once(database: None, settings: Settings, postbox: Postbox) -> None:
    people = await queued(60)
    numbers = await asyncio.gather(*(Worker(at(settings, postbox)).send_emails() for _ in range(2)))
    assert (sum(numbers), received(postbox)) == (60, sorted(people))
    assert await states() == {(JobState.DONE, 1): 60}


async def test_claims_and_reports_of_many_e_mails_take_few_queries(
    database: None, settings: Settings, postbox: Postbox, queries: Any
) -> None:
    await queued(16)
    with queries() as statements:
        await Worker(at(settings, postbox)).send_emails()
    assert len(statements) < 40


# The end of the worker --------------------------------------------------------------------------------------------


async def test_a_stopped_worker_finishes_what_is_on_its_way_and_releases_the_rest(
    database: None, settings: Settings, postbox: Postbox
) -> None:
    postbox.together = 2
    await queued(3)
    work = asyncio.create_task(Worker(at(settings, postbox, smtp_connections=1)).send_emails())
    await postbox.arrived.wait()
    work.cancel()
    # The server answers the first e-mail only after the others were given back.
    while await states() != {(JobState.RUNNING, 1): 1, (JobState.QUEUED, 0): 2}:
        assert not work.done()
    postbox.are_together.set()
    await asyncio.wait({work})
    assert (work.cancelled(), len(postbox.envelopes)) == (True, 1)
    assert await states() == {(JobState.DONE, 1): 1, (JobState.QUEUED, 0): 2}


async def test_an_e_mail_in_hand_shows_signs_of_life_until_it_is_reported(database: None) -> None:
    await queued(2)
    claimed = await jobs.claim_some((JobKind.MAIL,), 2)
    await Job.all().update(heartbeat_at=datetime(2020, 1, 1, tzinfo=UTC))
    await jobs.finish_all(claimed[:1])
    await jobs.beat_all(claimed)
    beaten = [job.heartbeat_at.year > 2020 for job in await Job.all().order_by("id")]
    assert (beaten, await jobs.sweep()) == ([False, True], 0)
