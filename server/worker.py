"""The worker: sends e-mails, makes plans and machine drafts one by one, queues jobs of crashed workers again.

The loop runs inside the web process with SQLite, and in `python -m server worker` beside several web processes.
Anything else that delivers a job's id in future calls `Worker.run_one`; the job row decides.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from server import housekeeping, jobs
from server.accounts import changing
from server.audit import chain
from server.db import is_unavailable
from server.drafting import running as drafting
from server.files import clearing
from server.letters.posting import Post
from server.models import Job, JobKind
from server.passports import service as passports
from server.plans import running
from server.privacy import retention, scrubbing
from server.settings import Settings
from server.wishes import reminding

POLL_S = 0.5
SWEEP_S = 30
TIDY_S = 24 * 60 * 60
BEAT_S = 15
PATIENCE_S = 1
Handler = Callable[[Job, Settings], Awaitable[None]]
# E-mails are sent many at a time, by `Post`.
HANDLERS: Mapping[JobKind, Handler] = {
    JobKind.SOLVE: running.run,
    JobKind.TRANSLATE: drafting.run,
    JobKind.SCRUB: scrubbing.run,
    JobKind.REMIND: reminding.run,
    JobKind.ANNOUNCE: running.announce,
}
log = logging.getLogger(__name__)


class Worker:
    """One task for e-mails, so that they do not wait for the solver; one for plans, one for machine drafts, one
    overwrites what was deleted, one sweeps, one tidies.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self.tasks = [asyncio.create_task(self.serve(kind)) for kind in HANDLERS]
        self.tasks += [
            asyncio.create_task(self.post()),
            asyncio.create_task(self.sweep()),
            asyncio.create_task(self.tidy()),
        ]

    async def stop(self) -> None:
        """End the tasks; a running job is queued again."""
        pending = set(self.tasks)
        while pending:
            # Cancelled repeatedly: a library may swallow one cancellation and go on.
            for task in pending:
                task.cancel()
            _done, pending = await asyncio.wait(pending, timeout=PATIENCE_S)
        self.tasks = []

    async def post(self) -> None:
        """Send e-mails for ever."""
        async with Post(self.settings) as post:
            await post.serve()

    async def send_emails(self, most: int | None = None) -> int:
        """Try all e-mails that are due, or at most so many; return how many."""
        async with Post(self.settings) as post:
            return await post.send_due(most)

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
        """Claim a due job of these kinds and do it. Returns False if there was none."""
        wanted = kinds or tuple(JobKind)
        if JobKind.MAIL in wanted and await self.send_emails(1):
            return True
        job = await self.claim(tuple(kind for kind in wanted if kind in HANDLERS))
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
            # Awaiting the task directly would mistake our own cancellation for the task's, and the worker would not
            # stop.
            await asyncio.wait({beating})
            if not beating.cancelled() and (broken := beating.exception()):
                log.error("the heartbeat of job %s failed", job.id, exc_info=broken)
        return True

    async def claim(self, kinds: tuple[JobKind, ...]) -> Job | None:
        """Claim as `jobs.claim` does; a job claimed while the worker is told to stop is released."""
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
        """Send a sign of life; if the database is locked just then, the next one asks again."""
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
                await changing.make_due()
                await chain.seal_all()
            except Exception:
                log.exception("the sweep failed")
            await asyncio.sleep(SWEEP_S)

    async def tidy(self) -> None:
        """Tidy at the start and once a day; several workers can do so at once."""
        while True:
            try:
                await housekeeping.tidy()
                await retention.nightly(self.settings.days_kept)
                await passports.seal_again(self.settings.vault)
                await clearing.sweep(self.settings.files_dir)
            except Exception:
                log.exception("tidying failed")
            await asyncio.sleep(TIDY_S)
