"""Make a plan in separate processes at a low priority: take the snapshot, solve, keep the result.

Progress and cancelling go through the database.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn

import matching
from matching.__main__ import INFEASIBLE, MALFORMED, NOTHING_FOUND, PLANNED
from matching.progress import progress_in
from matching.stopping import Progress
from server import jobs
from server.models import DocumentKind, Job, Plan
from server.plans import child, documents, service
from server.plans.service import Failure
from server.settings import Settings

ROOT = Path(matching.__file__).parent.parent
LOWEST = 19
# What keeps an answer or tells people locks a SQLite database for some milliseconds of work. At the lowest priority
# these would last as long as two cores are busy with pages and e-mails, and everybody who writes would wait for them.
LOW = 5
WATCH_S = 1.0
GRACE_S = 60.0  # time beyond the limit for reading, explaining and writing
LONGEST_LINE = 1 << 20
LINES_KEPT = 20
log = logging.getLogger(__name__)


class SolverCrashed(Exception):
    """The solver ended with an unknown error."""


class NotAnnounced(Exception):
    """The process that writes the e-mails about a published plan ended with an error."""


@dataclass
class Report:
    """What is known of a running solver. progress: its latest report. words: the end of its other output."""

    progress: Progress | None = None
    words: list[str] = field(default_factory=list)
    overran: bool = False


async def run(job: Job, settings: Settings) -> None:
    """Make the plan of a job and store the result. Raises SolverCrashed; the job is then tried again.

    If the caller is cancelled, the solver is stopped, and plan and job wait again. If the server is killed, the solver
    ends at its next report, which nobody reads, or at its time limit.
    """
    plan = await service.begin_solving(job)
    if plan is None:
        return
    try:
        if not await documents.has(plan.id, DocumentKind.PROBLEM):
            await _take(job, plan, settings)
        if await service.is_running(plan):
            await _solve(job, plan, settings)
    except asyncio.CancelledError:
        await service.requeue(job, plan)
        raise


async def announce(job: Job, settings: Settings) -> None:
    """Put the e-mails about a published plan into the outbox, in a process of its own. Raises NotAnnounced; the job is
    then tried again, and goes on where it ended.
    """
    plan = await Plan.filter(id=jobs.plan_id_of(job)).only("id").first()
    if plan is None:
        await jobs.finish(job)
        return
    code, words = await _child(child.ANNOUNCE, job, plan, settings)
    if code:
        raise NotAnnounced(f"plan {plan.id}: exit code {code}: {' | '.join(words)}")


async def _take(job: Job, plan: Plan, settings: Settings) -> None:
    """Take the snapshot in a process of its own; a cancellation ends it. Raises SolverCrashed."""
    code, words = await _child(child.TAKE, job, plan, settings)
    if await service.is_cancelled(plan):
        await service.fail_plan(job, plan, Failure.CANCELLED)
    elif code:
        await _crashed(job, plan, code, words)


async def _solve(job: Job, plan: Plan, settings: Settings) -> None:
    report = Report()
    # From the solver to the process that keeps it; this process never holds the answer.
    with tempfile.TemporaryFile() as answer:
        async with _ending(await start(plan, answer)) as process:
            code = await _watched(process, plan, report)
        if code in (PLANNED, INFEASIBLE):
            answer.seek(0)
            code, words = await _child(child.KEEP, job, plan, settings, answer)
            if code:
                await _crashed(job, plan, code, words)
            return
    failure = Failure.CANCELLED if await service.is_cancelled(plan) else _failure(code, report)
    if failure is Failure.CRASHED:
        await _crashed(job, plan, code, report.words)
    log.warning("the solver of plan %s ended with exit code %s: %s", plan.id, code, " | ".join(report.words))
    await service.fail_plan(job, plan, failure)


async def _crashed(job: Job, plan: Plan, code: int, words: Sequence[str]) -> NoReturn:
    await service.note_crash(job, plan)
    raise SolverCrashed(f"plan {plan.id}: exit code {code}: {' | '.join(words)}")


def _failure(code: int, report: Report) -> Failure:
    if report.overran:
        return Failure.OVERRAN
    return {NOTHING_FOUND: Failure.NO_PLAN, MALFORMED: Failure.FAULTY}.get(code, Failure.CRASHED)


async def start(plan: Plan, answer: IO[bytes]) -> Process:
    """Start the solver at the lowest priority; it waits for the problem on standard input. answer: where it writes."""
    limits = ("--seconds", str(plan.seconds), "--seed", str(plan.seed), "--preset", plan.preset)
    return await _started("matching", "-", "--out", "-", *limits, stdin=PIPE, stdout=answer)


async def _started(
    *arguments: str, stdin: IO[bytes] | int, stdout: IO[bytes] | int, priority: int = LOWEST, **variables: str
) -> Process:
    """Start a module of ours. variables: of its environment, beside our own."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        # The settings may hold paths that begin at the server's folder, so it stays the folder of the process.
        env={**os.environ, "PYTHONPATH": path, **variables},
        stdin=stdin,
        stdout=stdout,
        stderr=PIPE,
        limit=LONGEST_LINE,
        # Ctrl+C in the server's terminal must not reach it.
        start_new_session=True,
    )
    # Set from outside, because code between fork and exec can deadlock with threads; new threads inherit the priority.
    with contextlib.suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, process.pid, priority)
    return process


@contextlib.asynccontextmanager
async def _ending(process: Process) -> AsyncIterator[Process]:
    """Make sure that a process has ended afterwards."""
    try:
        yield process
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _child(
    act: str, job: Job, plan: Plan, settings: Settings, answer: IO[bytes] | int = DEVNULL
) -> tuple[int, Sequence[str]]:
    """Do an act of `child` in a process of its own; return its exit code and the end of its words.

    A cancellation ends a child that takes the snapshot; one that keeps an answer keeps it.
    """
    starting = _started(
        *(child.__name__, act, str(job.id), job.claim),
        stdin=answer,
        stdout=DEVNULL,
        priority=LOWEST if act == child.TAKE else LOW,
        **{child.SETTINGS: settings.model_dump_json()},
    )
    async with _ending(await starting) as process:
        talking = asyncio.create_task(process.communicate())
        try:
            while not (await asyncio.wait({talking}, timeout=WATCH_S))[0]:
                if act == child.TAKE and await service.is_cancelled(plan):
                    process.kill()
        finally:
            talking.cancel()
            await asyncio.wait({talking})
    words = [] if talking.cancelled() else talking.result()[1].decode(errors="replace").splitlines()[-LINES_KEPT:]
    for line in words:
        log.warning("plan %s, %s: %s", plan.id, act, line)
    return process.returncode or 0, words


async def _watched(process: Process, plan: Plan, report: Report) -> int:
    """Return the exit code."""
    assert process.stdin is not None
    assert process.stderr is not None
    async with asyncio.TaskGroup() as group:
        ended = group.create_task(process.wait())
        group.create_task(_watch(process, ended, plan, report))
        group.create_task(_feed(process.stdin, plan))
        group.create_task(_listen(process.stderr, report))
    return ended.result()


async def _feed(stdin: asyncio.StreamWriter, plan: Plan) -> None:
    content = await documents.content(plan.id, DocumentKind.PROBLEM)
    # A solver that ends before reading everything gives its reason by its exit code.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for chunk in documents.chunks(content):
            stdin.write(chunk)
            await stdin.drain()
    stdin.close()


async def _listen(stderr: asyncio.StreamReader, report: Report) -> None:
    async for line in stderr:
        said = progress_in(line)
        if said is not None:
            report.progress = said
        else:
            report.words = [*report.words, line.decode(errors="replace").strip()][-LINES_KEPT:]


async def _watch(process: Process, ended: asyncio.Task[int], plan: Plan, report: Report) -> None:
    """Once a second, store the progress and pass on a cancellation, after which the solver writes its best plan."""
    deadline = time.monotonic() + plan.seconds + GRACE_S
    told: Progress | None = None
    is_interrupted = False
    while not (await asyncio.wait({ended}, timeout=WATCH_S))[0]:
        if report.progress is not None and report.progress != told:
            told = report.progress
            await service.note_progress(plan, told)
        if not is_interrupted and await service.is_cancelled(plan):
            is_interrupted = True
            process.send_signal(signal.SIGINT)
        if time.monotonic() > deadline:
            report.overran = True
            process.kill()
