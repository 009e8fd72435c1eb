"""Run the solver in a separate process at the lowest priority; progress and cancelling go through the database."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path

import matching
from matching.__main__ import INFEASIBLE, MALFORMED, NOTHING_FOUND, PLANNED
from matching.formats.documents import dump
from matching.progress import progress_in
from matching.stopping import Progress
from server.models import Job, Plan
from server.plans import service
from server.plans.service import Failure
from server.settings import Settings

LOWEST = 19
WATCH_S = 1.0
GRACE_S = 60.0  # time beyond the limit for reading, explaining and writing
LONGEST_LINE = 1 << 20
LINES_KEPT = 20
log = logging.getLogger(__name__)


class SolverCrashed(Exception):
    """The solver ended with an unknown error."""


@dataclass
class Report:
    """What is known of a running solver. progress: its latest report. words: the end of its other output."""

    progress: Progress | None = None
    words: list[str] = field(default_factory=list)
    overran: bool = False


async def run(job: Job, settings: Settings) -> None:
    """Solve the plan of a job and store the result. Raises SolverCrashed; the job is then tried again.

    If the caller is cancelled, the solver is stopped, and plan and job wait again. If the server is killed, the solver
    ends at its next report, which nobody reads, or at its time limit.
    """
    plan = await service.begin_solving(job)
    if plan is None:
        return
    try:
        await _solve(job, plan)
    except asyncio.CancelledError:
        await service.requeue(job, plan)
        raise


async def _solve(job: Job, plan: Plan) -> None:
    process = await start(plan)
    report = Report()
    try:
        code, answer = await _watched(process, plan, report)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code in (PLANNED, INFEASIBLE):
        await service.store_result(job, plan, answer)
        return
    words = " | ".join(report.words)
    log.warning("the solver of plan %s ended with exit code %s: %s", plan.id, code, words)
    failure = Failure.CANCELLED if await service.is_cancelled(plan) else _failure(code, report)
    if failure is Failure.CRASHED:
        await service.note_crash(job, plan)
        raise SolverCrashed(f"plan {plan.id}: exit code {code}: {words}")
    await service.fail_plan(job, plan, failure)


def _failure(code: int, report: Report) -> Failure:
    if report.overran:
        return Failure.OVERRAN
    return {NOTHING_FOUND: Failure.NO_PLAN, MALFORMED: Failure.FAULTY}.get(code, Failure.CRASHED)


async def start(plan: Plan) -> Process:
    """Start the solver at the lowest priority; it waits for the problem on standard input."""
    limits = ("--seconds", str(plan.seconds), "--seed", str(plan.seed), "--preset", plan.preset)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "matching", "-", "--out", "-", *limits),
        cwd=Path(matching.__file__).parent.parent,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        limit=LONGEST_LINE,
        # Ctrl+C in the server's terminal must not reach the solver.
        start_new_session=True,
    )
    # Set from outside, because code between fork and exec can deadlock with threads; new threads inherit the priority.
    with contextlib.suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST)
    return process


async def _watched(process: Process, plan: Plan, report: Report) -> tuple[int, bytes]:
    """Return the exit code and the result."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.TaskGroup() as group:
        ended = group.create_task(process.wait())
        group.create_task(_watch(process, ended, plan, report))
        group.create_task(_feed(process.stdin, plan))
        group.create_task(_listen(process.stderr, report))
        answer = group.create_task(process.stdout.read())
    return ended.result(), answer.result()


async def _feed(stdin: asyncio.StreamWriter, plan: Plan) -> None:
    # A solver that ends before reading everything gives its reason by its exit code.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(dump(plan.problem))
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
