"""Jobs: done when due, by one worker at a time, again after a crash, and given up in the end."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from server import jobs, mail
from server.db import atomic
from server.letters.composing import compose
from server.models import Job, JobKind, JobState, Mail
from server.settings import Settings
from server.worker import Worker
from tests.server.emailing import made
from tests.server.emailing import queued as queued_email

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def queued(**values: Any) -> Job:
    made = {"kind": JobKind.MAIL, "payload": {"mail": 0}, "run_after": LONG_AGO, **values}
    return await Job.get(id=(await Job.create(**made)).id)


async def claimed(kind: JobKind = JobKind.MAIL) -> Job:
    job = await jobs.claim((kind,))
    assert job is not None
    return job


async def letter(key: str = "a letter") -> Mail:
    await queued_email(key, template="sign_in")
    return await Mail.get(key=key)


async def test_the_oldest_job_that_is_due_is_claimed(database: None) -> None:
    await queued(run_after=datetime.now(UTC) + timedelta(hours=1))
    second = await queued(run_after=LONG_AGO + timedelta(seconds=1))
    first = await queued()

    taken = [await jobs.claim((JobKind.MAIL,)) for _ in range(3)]

    assert [job and job.id for job in taken] == [first.id, second.id, None]


async def test_a_worker_claims_jobs_of_its_kinds_alone(database: None) -> None:
    await queued()

    assert await jobs.claim((JobKind.SOLVE,)) is None


async def test_of_many_workers_one_claims_a_job(database: None) -> None:
    job = await queued()

    taken = await asyncio.gather(*(jobs.claim((JobKind.MAIL,)) for _ in range(20)))

    assert [each.id for each in taken if each] == [job.id]


async def test_a_claimed_job_sends_signs_of_life_until_done(database: None) -> None:
    await queued()
    job = await claimed()

    alive = await jobs.beat(job)
    done = await jobs.finish(job)

    assert (alive, done, await jobs.beat(job)) == (True, True, False)


async def test_a_job_whose_worker_fell_silent_is_queued_again(database: None) -> None:
    silent, lively = await queued(), await queued()
    for _ in range(2):
        await claimed()
    await Job.filter(id=silent.id).update(heartbeat_at=datetime.now(UTC) - jobs.STALE_AFTER - timedelta(seconds=1))

    number = await jobs.sweep()

    assert number == 1
    assert (await Job.get(id=silent.id)).state == JobState.QUEUED
    assert (await Job.get(id=lively.id)).state == JobState.RUNNING


async def test_a_worker_taken_for_dead_does_not_finish_the_job(database: None) -> None:
    await queued()
    late = await claimed()
    await Job.filter(id=late.id).update(heartbeat_at=LONG_AGO)
    await jobs.sweep()
    new = await claimed()

    assert (await jobs.finish(late), await jobs.beat(late), await jobs.finish(new)) == (False, False, True)


async def test_a_failed_job_waits_longer_each_time_and_is_dead_after_the_last(database: None) -> None:
    await queued(kind=JobKind.SOLVE)
    states, waits = [], []
    for _ in range(jobs.MAX_ATTEMPTS):
        job = await claimed(JobKind.SOLVE)
        before = datetime.now(UTC)
        states.append(await jobs.fail(job, "no route to host"))
        failed = await Job.get(id=job.id)
        waits.append(round((failed.run_after - before).total_seconds()))
        await Job.filter(id=job.id).update(run_after=LONG_AGO)

    assert states == [*[JobState.QUEUED] * 4, JobState.DEAD]
    assert waits == [5, 20, 80, 320, 1280]
    assert (await jobs.claim((JobKind.SOLVE,)), (await Job.get()).error) == (None, "no route to host")


async def test_a_worker_does_the_job_and_says_whether_there_was_one(database: None, settings: Settings) -> None:
    await letter()
    worker = Worker(settings)

    assert [await worker.run_one(), await worker.run_one()] == [True, False]
    assert [path.suffix for path in settings.mail_dir.iterdir()] == [".eml"]
    assert (await Job.get()).state == JobState.DONE


async def test_a_job_that_raises_does_not_take_the_worker_with_it(database: None, settings: Settings) -> None:
    await queued()

    assert await Worker(settings).run_one()

    job = await Job.get()
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)
    assert "DoesNotExist" in job.error


async def test_an_e_mail_sent_again_after_a_crash_has_the_same_message_id(database: None, settings: Settings) -> None:
    sent = await letter()
    first = compose(sent, settings)["Message-ID"]
    await claimed()
    await Job.all().update(heartbeat_at=LONG_AGO)

    await jobs.sweep()
    await Worker(settings).run_one()

    [file] = settings.mail_dir.iterdir()
    assert f"Message-ID: {first}".encode() in file.read_bytes()
    assert (await Mail.get()).sent_at is not None


async def test_a_job_written_in_a_transaction_that_fails_is_never_done(database: None, settings: Settings) -> None:
    @atomic
    async def refuse() -> None:
        await mail.queue_all([made("never")])
        raise LookupError

    await asyncio.gather(refuse(), return_exceptions=True)

    assert (await Worker(settings).run_one(), await Mail.all().count()) == (False, 0)


async def test_e_mails_queued_at_once_are_queued_once(database: None) -> None:
    first = await mail.queue_all([made(key) for key in ("one", "two", "one")])

    again = await mail.queue_all([made("two", "b@example.org", "sign_in")])

    assert (first, again) == (2, 0)
    assert [mail.key for mail in await Mail.all().order_by("id")] == ["one", "two"]
    assert await Job.filter(kind=JobKind.MAIL).count() == 2


async def test_a_started_worker_serves_and_stops(database: None, settings: Settings) -> None:
    await letter()
    worker = Worker(settings)

    worker.start()
    while not await Job.exists(state=JobState.DONE):
        assert len(worker.tasks) == 8
    await worker.stop()

    assert (worker.tasks, (await Mail.get()).sent_at is None) == ([], False)
