"""The job queue: a table written in the transaction that causes a job; jobs are claimed some at a time.

Jobs of crashed workers are queued again.
"""

import asyncio
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from server.bulk import inserting_copies
from server.db import atomic
from server.models import Job, JobKind, JobState

STALE_AFTER = timedelta(seconds=60)
ERROR_LENGTH = 4000


@dataclass(frozen=True)
class Retries:
    """most: number of tries, the first included. Each wait is four times the one before, up to `longest`."""

    most: int
    first: timedelta
    longest: timedelta

    def wait(self, attempts: int) -> timedelta:
        """Return how long to wait after this many tries, >= 1."""
        # Capped, because the power would overflow a timedelta.
        times: int = 4 ** min(attempts - 1, 12)
        return min(self.first * times, self.longest)


# E-mail: four days. Greylisting needs minutes, a server that is down hours, a full mailbox days.
RETRIES: Mapping[JobKind, Retries] = {
    JobKind.SOLVE: Retries(5, timedelta(seconds=5), timedelta(hours=1)),
    JobKind.MAIL: Retries(101, timedelta(seconds=5), timedelta(hours=1)),
    # An engine that is down or asks to wait: two hours, more if it names a time.
    JobKind.TRANSLATE: Retries(7, timedelta(seconds=10), timedelta(hours=1)),
    # Another program may read the database for long.
    JobKind.SCRUB: Retries(20, timedelta(seconds=5), timedelta(hours=1)),
    JobKind.REMIND: Retries(5, timedelta(seconds=10), timedelta(hours=1)),
    # Until a fault of ours is mended: people have to learn of their meetings.
    JobKind.ANNOUNCE: Retries(101, timedelta(seconds=5), timedelta(hours=1)),
}
MAX_ATTEMPTS = RETRIES[JobKind.SOLVE].most


@dataclass(frozen=True)
class SolvePlan:
    """Make the plan with this id."""

    plan_id: int


@dataclass(frozen=True)
class SendMail:
    """Send the e-mail with this id."""

    mail_id: int


@dataclass(frozen=True)
class DraftTranslations:
    """Make the machine drafts of the order with this id."""

    order_id: int


@dataclass(frozen=True)
class ScrubDatabase:
    """Overwrite what was deleted from the database."""


@dataclass(frozen=True)
class Remind:
    """Remind those without wishes at the event with this id. on: the day that an organiser has chosen."""

    event_id: int
    on: date


@dataclass(frozen=True)
class Announce:
    """Queue the e-mails about the published plan with this id."""

    plan_id: int


Task = SolvePlan | SendMail | DraftTranslations | ScrubDatabase | Remind | Announce


async def enqueue(task: Task, *, due: datetime | None = None) -> Job:
    """Add a job for a task; it becomes visible when the surrounding transaction commits. due: None for now."""
    now = due or datetime.now(UTC)
    match task:
        case SolvePlan(id):
            return await Job.create(kind=JobKind.SOLVE, payload={"plan": id}, run_after=now)
        case SendMail(id):
            return await Job.create(kind=JobKind.MAIL, payload={"mail": id}, mail_id=id, run_after=now)
        case DraftTranslations(id):
            return await Job.create(kind=JobKind.TRANSLATE, payload={"order": id}, run_after=now)
        case ScrubDatabase():
            return await Job.create(kind=JobKind.SCRUB, payload={}, run_after=now)
        case Remind(event_id, on):
            payload = {"event": event_id, "on": on.isoformat()}
            return await Job.create(kind=JobKind.REMIND, payload=payload, run_after=now)
        case Announce(id):
            return await Job.create(kind=JobKind.ANNOUNCE, payload={"plan": id}, run_after=now)


async def claimed(task: Task) -> Job:
    """Add a job that the caller does itself; if the caller dies, a worker does it after STALE_AFTER."""
    job = await enqueue(task)
    taken = {
        "state": JobState.RUNNING,
        "claim": secrets.token_hex(16),
        "heartbeat_at": datetime.now(UTC),
        "attempts": 1,
    }
    await Job.filter(id=job.id).update(**taken)
    job.update_from_dict(taken)
    return job


def plan_id_of(job: Job) -> int:
    """Return the id of the plan that the job is to make or to announce."""
    return int(job.payload["plan"])


def mail_id_of(job: Job) -> int:
    """Return the id of the e-mail that the job is to send, also if that is gone."""
    return int(job.payload["mail"])


def order_id_of(job: Job) -> int:
    """Return the id of the order whose machine drafts the job is to make, also if that is gone."""
    return int(job.payload["order"])


def reminder_of(job: Job) -> tuple[int, date]:
    """Return the id of the event whose silent participants the job reminds, and the day for which it was ordered."""
    return int(job.payload["event"]), date.fromisoformat(job.payload["on"])


async def enqueue_mails(ids: Sequence[int], due: Sequence[datetime] | None = None) -> None:
    """Add jobs for many e-mails at once. due: when to send each, None for now."""
    job = Job(kind=JobKind.MAIL, payload={}, run_after=datetime.now(UTC))
    each: dict[str, Sequence[Any]] = {"payload": [{"mail": id} for id in ids], "mail_id": ids}
    columns = each if due is None else {**each, "run_after": due}
    # Thousands take long to write as JSON.
    await (await asyncio.to_thread(inserting_copies, job, columns)).run()


async def is_due(kinds: tuple[JobKind, ...]) -> bool:
    """Return whether a job can be claimed. Only reads, so that a waiting worker blocks no writers."""
    return await Job.exists(state=JobState.QUEUED, run_after__lte=datetime.now(UTC), kind__in=kinds)


async def claim(kinds: tuple[JobKind, ...]) -> Job | None:
    """Claim the oldest due job and return it, or None. Safe with any number of workers."""
    claimed = await claim_some(kinds, 1)
    return claimed[0] if claimed else None


@atomic
async def claim_some(kinds: tuple[JobKind, ...], most: int, *, but: Collection[str] = ()) -> list[Job]:
    """Claim the oldest due jobs and return them. Safe with any number of workers. Two queries.

    but: hosts of recipients whose e-mails stay in the queue.
    """
    now, word = datetime.now(UTC), secrets.token_hex(16)
    due = Job.filter(state=JobState.QUEUED, run_after__lte=now, kind__in=kinds).order_by("run_after", "id")
    for host in but:
        due = due.filter(Q(mail_id=None) | ~Q(mail__to_address__iendswith=f"@{host}"))
    # On PostgreSQL other workers pass over these rows; on SQLite the transaction locks the database.
    jobs = await due.limit(most).select_for_update(skip_locked=True, of=(Job._meta.db_table,))
    taken = {"state": JobState.RUNNING, "claim": word, "heartbeat_at": now}
    if jobs:
        await Job.filter(id__in=[job.id for job in jobs]).update(**taken, attempts=F("attempts") + 1)
    for job in jobs:
        job.update_from_dict({**taken, "attempts": job.attempts + 1})
    return jobs


async def beat(job: Job) -> bool:
    """Record a sign of life. Returns False if the job is no longer ours."""
    return bool(await _ours([job]).update(heartbeat_at=datetime.now(UTC)))


async def beat_all(jobs: Sequence[Job]) -> None:
    """Record a sign of life of many jobs."""
    await _ours(jobs).update(heartbeat_at=datetime.now(UTC))


def _ours(jobs: Sequence[Job]) -> QuerySet[Job]:
    """Return those of the jobs that no other worker has taken meanwhile."""
    claims = sorted({job.claim for job in jobs})
    return Job.filter(id__in=[job.id for job in jobs], claim__in=claims, state=JobState.RUNNING)


@atomic
async def finish(job: Job) -> bool:
    """Mark the job done if it is still ours. Call inside the transaction that stores its result."""
    return bool(await finish_all([job]))


@atomic
async def finish_all(jobs: Sequence[Job]) -> int:
    """Mark many jobs done as `finish` does; return how many were still ours."""
    return await _ours(jobs).update(state=JobState.DONE)


@atomic
async def fail(job: Job, error: str, *, again: bool = True, wait: timedelta = timedelta()) -> JobState:
    """Schedule another try after a longer wait, or give up after the last one. Returns the new state.

    again: False if another try would fail in the same way. wait: at least so long.
    """
    retries = RETRIES[job.kind]
    state = JobState.QUEUED if again and job.attempts < retries.most else JobState.DEAD
    job.run_after = datetime.now(UTC) + max(retries.wait(job.attempts), wait)
    await Job.filter(id=job.id, claim=job.claim).update(
        state=state, error=error[:ERROR_LENGTH], run_after=job.run_after
    )
    return state


@atomic
async def release(job: Job) -> bool:
    """Put a job back to be done at once by any worker; the try does not count."""
    return bool(await release_all([job]))


@atomic
async def release_all(jobs: Sequence[Job]) -> int:
    """Put many jobs back as `release` does; return how many were still ours."""
    back = {"state": JobState.QUEUED, "claim": "", "run_after": datetime.now(UTC)}
    return await _ours(jobs).update(**back, attempts=F("attempts") - 1)


@atomic
async def retry(job_ids: list[int]) -> None:
    """Run these jobs now with all tries before them; running jobs stay as they are."""
    waiting = Job.filter(id__in=job_ids, state__in=(JobState.QUEUED, JobState.DEAD))
    await waiting.update(state=JobState.QUEUED, attempts=0, run_after=datetime.now(UTC), claim="")


@atomic
async def sweep() -> int:
    """Queue again jobs whose worker crashed; return how many."""
    return await Job.filter(state=JobState.RUNNING, heartbeat_at__lt=datetime.now(UTC) - STALE_AFTER).update(
        state=JobState.QUEUED, claim=""
    )
