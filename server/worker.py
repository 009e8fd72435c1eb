"""Does the jobs: claims them one by one, runs their handlers, sweeps up after crashes.

The same loop runs inside the web process on the embedded database and in `python -m server worker` beside several web
processes. Whatever else may carry a job's id to a worker in future calls `Worker.run_one`; the row stays the truth.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from server import housekeeping, jobs, mail
from server.db import is_unavailable
from server.models import Job, JobKind
from server.plans import running
from server.settings import Settings

POLL_S = 0.5
SWEEP_S = 30
TIDY_S = 24 * 60 * 60
BEAT_S = 15
PATIENCE_S = 1
Handler = Callable[[Job, Settings], Awaitable[None]]
HANDLERS: Mapping[JobKind, Handler] = {JobKind.MAIL: mail.deliver, JobKind.SOLVE: running.run}
log = logging.getLogger(__name__)


class Worker:
    """One task for each kind of job, so that letters do not wait for the solver; one sweeps, one tidies."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self.tasks = [asyncio.create_task(self.serve(kind)) for kind in HANDLERS]
        self.tasks += [asyncio.create_task(self.sweep()), asyncio.create_task(self.tidy())]

    async def stop(self) -> None:
        """End the tasks; a job under way is queued again, for whoever is there next."""
        pending = set(self.tasks)
        while pending:
            # Asked again and again: a library may take one cancellation for its own and go on.
            for task in pending:
                task.cancel()
            _done, pending = await asyncio.wait(pending, timeout=PATIENCE_S)
        self.tasks = []

    async def serve(self, kind: JobKind) -> None:
        while True:
            try:
                found = await self.run_one(kind)
            except Exception:
                log.exception("the database did not hand out a job")
                found = False
            if not found:
                await asyncio.sleep(POLL_S)

    async def run_one(self, *kinds: JobKind) -> bool:
        """Claim a job of these kinds, if one is due, and do it. False where there was none."""
        job = await self.claim(kinds or tuple(HANDLERS))
        if job is None:
            return False
        beating = asyncio.create_task(self.beat(job))
        try:
            await HANDLERS[job.kind](job, self.settings)
        except asyncio.CancelledError:
            await jobs.release(job)
            raise
        except Exception as error:
            log.exception("job %s (%s) failed", job.id, job.kind)
            await jobs.fail(job, repr(error))
        finally:
            beating.cancel()
            # Awaiting the task itself would take our own cancellation for its, and a worker told to stop would go on.
            await asyncio.wait({beating})
            if not beating.cancelled() and (broken := beating.exception()):
                log.error("the heartbeat of job %s failed", job.id, exc_info=broken)
        return True

    async def claim(self, kinds: tuple[JobKind, ...]) -> Job | None:
        """As jobs.claim; what it claims for a worker that is told to stop meanwhile is released."""
        if not await jobs.is_due(kinds):
            return None
        claiming = asyncio.create_task(jobs.claim(kinds))
        try:
            await asyncio.wait({claiming})
        except asyncio.CancelledError:
            if job := await claiming:
                await jobs.release(job)
            raise
        return claiming.result()

    async def beat(self, job: Job) -> None:
        while await self.is_ours(job):  # noqa: ASYNC110
            await asyncio.sleep(BEAT_S)

    async def is_ours(self, job: Job) -> bool:
        """A sign of life; a database that is locked just then is asked again at the next one."""
        try:
            return await jobs.beat(job)
        except Exception as error:
            if not is_unavailable(error):
                raise
            return True

    async def sweep(self) -> None:
        while True:
            try:
                await jobs.sweep()
            except Exception:
                log.exception("the sweep failed")
            await asyncio.sleep(SWEEP_S)

    async def tidy(self) -> None:
        """At the start and once a day; several workers may be at it at once."""
        while True:
            try:
                await housekeeping.tidy()
            except Exception:
                log.exception("tidying failed")
            await asyncio.sleep(TIDY_S)
