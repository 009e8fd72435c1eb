"""The table of work to do: written with the act that causes it, claimed by conditional update, swept after crashes."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from server.db import atomic
from server.models import Job, JobKind, JobState

STALE_AFTER = timedelta(seconds=60)
MAX_ATTEMPTS = 5
ERROR_LENGTH = 4000


async def enqueue(kind: JobKind, payload: dict[str, Any]) -> Job:
    """A job that becomes visible when the surrounding transaction commits. payload: ids only."""
    return await Job.create(kind=kind, payload=payload, run_after=datetime.now(UTC))


async def enqueue_all(kind: JobKind, payloads: Iterable[dict[str, Any]]) -> None:
    """The same for many at once."""
    now = datetime.now(UTC)
    await Job.bulk_create([Job(kind=kind, payload=payload, run_after=now) for payload in payloads])


@atomic
async def claim(kinds: tuple[JobKind, ...]) -> Job | None:
    """The oldest job that is due, now ours; None where there is none. Safe with any number of workers."""
    now = datetime.now(UTC)
    due = Job.filter(state=JobState.QUEUED, run_after__lte=now, kind__in=kinds).order_by("run_after", "id").limit(5)
    for job in await due:
        word = secrets.token_hex(16)
        taken = await Job.filter(id=job.id, state=JobState.QUEUED).update(
            state=JobState.RUNNING, claim=word, heartbeat_at=now, attempts=job.attempts + 1
        )
        if taken:
            return await Job.get(id=job.id)
    return None


async def beat(job: Job) -> bool:
    """A sign of life. False where the job is no longer ours."""
    return bool(
        await Job.filter(id=job.id, claim=job.claim, state=JobState.RUNNING).update(heartbeat_at=datetime.now(UTC))
    )


@atomic
async def finish(job: Job) -> bool:
    """Mark the job done, if it is still ours. Call inside the transaction that stores its result."""
    return bool(await Job.filter(id=job.id, claim=job.claim, state=JobState.RUNNING).update(state=JobState.DONE))


@atomic
async def fail(job: Job, error: str) -> JobState:
    """Try again later, each time after a longer wait; give up after MAX_ATTEMPTS. Returns the new state."""
    state = JobState.DEAD if job.attempts >= MAX_ATTEMPTS else JobState.QUEUED
    wait = timedelta(seconds=5 * 4 ** (job.attempts - 1))
    await Job.filter(id=job.id, claim=job.claim).update(
        state=state, error=error[:ERROR_LENGTH], run_after=datetime.now(UTC) + wait
    )
    return state


@atomic
async def sweep() -> int:
    """Queue again what a crash left running; returns how many."""
    return await Job.filter(state=JobState.RUNNING, heartbeat_at__lt=datetime.now(UTC) - STALE_AFTER).update(
        state=JobState.QUEUED, claim=""
    )
