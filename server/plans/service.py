"""Ask for plans, store results, cancel and remove plans.

Each public function is one transaction, except those that work long before it and say so.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from i18n import _
from matching import affinity, checking
from matching import plan as engine_plan
from matching.errors import DocumentError
from matching.formats.schedule import load_plan, read_problem, write_plan
from matching.stopping import Progress
from server import jobs
from server.audit import recording
from server.db import atomic, lock
from server.errors import Refused
from server.models import (
    Claim,
    DocumentKind,
    Event,
    Interpreter,
    Job,
    Meeting,
    Person,
    Plan,
    PlanState,
    Registration,
    Slot,
    Table,
)
from server.plans import documents, hindrances, snapshot
from server.plans import outline as outlines
from server.plans.hindrances import Lack
from server.plans.snapshot import Solved
from server.rows import EventRows, load_rows
from server.scores import embedding

BATCH = 500  # rows in one statement
FRESH = "fresh"  # the preset that ignores the published plan
UNDER_WAY = (PlanState.QUEUED, PlanState.RUNNING)
log = logging.getLogger(__name__)


class Failure(StrEnum):
    """Why a plan failed; stored as progress["failure"]."""

    NO_PLAN = "no_plan"
    CRASHED = "crashed"
    OVERRAN = "overran"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    LACKING = "lacking"
    FAULTY = "faulty"


class PlanUnderWay(Refused):
    """Another plan is being made; a second press of the button changes nothing."""

    def __init__(self) -> None:
        super().__init__(_("A plan for this event is being made. Wait until the plan is ready, or stop planning."))


class NothingToPlan(Refused):
    """The event lacks something without which no meeting is possible."""


class NotRemovable(Refused):
    """The plan is being made, or people were told about it."""


# -- Asking --------------------------------------------------------------------------------------------------------


async def ask_for_plan(
    event: Event, person: Person, *, seconds: float, seed: int = 0, preset: str = FRESH, now: datetime | None = None
) -> Plan:
    """Create the event's next plan version and queue it for the worker, which takes the snapshot of the event.

    seconds: time limit of the solver. preset: fresh, fill or repair; the last two start from the published plan. now:
    the instant to plan from, None for when the worker begins; slots that have begun stay as they are. Fast at any size.
    Raises PlanUnderWay, NothingToPlan; what only the snapshot shows fails the plan, as Failure.LACKING.
    """
    await _refuse_second(event)
    lack = await hindrances.of_event(event.id, keep=preset != FRESH, now=now)
    if lack is not None:
        raise NothingToPlan(hindrances.said(lack))
    asked = Plan(event_id=event.id, asked_by_id=person.id, seconds=seconds, seed=seed, preset=preset, as_of=now)
    return await _queue(event, asked)


async def _refuse_second(event: Event) -> None:
    if await Plan.exists(event_id=event.id, state__in=UNDER_WAY):
        raise PlanUnderWay


async def ask_with_problem(event: Event, asked: Plan, contents: Mapping[DocumentKind, bytes]) -> Plan:
    """Create the event's next plan version and queue it for the worker, with the problem that it solves.

    asked: not stored yet, without a version. contents: problem and scores, packed. Raises PlanUnderWay.
    """
    asked.inputs_hash = await asyncio.to_thread(documents.digest, contents[DocumentKind.PROBLEM])
    return await _queue(event, asked, contents)


@atomic
async def _queue(event: Event, asked: Plan, contents: Mapping[DocumentKind, bytes] | None = None) -> Plan:
    await lock(Event, event.id)
    await _refuse_second(event)
    await numbered(asked)
    if contents:
        await documents.store(asked.id, contents)
    await jobs.enqueue(jobs.SolvePlan(asked.id))
    return asked


async def numbered(plan: Plan) -> None:
    """Store a new plan as the event's next version. Call inside the caller's transaction, with the event locked."""
    last = await Plan.filter(event_id=plan.event_id).order_by("-version").first().values("version")
    plan.version = last["version"] + 1 if last else 1
    await plan.save()
    recording.about("plan", plan.id)


@atomic
async def cancel(plan: Plan) -> None:
    """Cancel planning: at once if queued; a running solver ends with its best plan. A finished plan stays."""
    waiting = Plan.filter(id=plan.id, state=PlanState.QUEUED)
    if not await waiting.update(state=PlanState.FAILED, progress={"failure": Failure.CANCELLED}):
        await Plan.filter(id=plan.id, state=PlanState.RUNNING).update(cancel_requested=True)


@atomic
async def remove(plan: Plan) -> None:
    """Delete a plan that was never published. Raises NotRemovable."""
    await lock(Event, plan.event_id)
    found = await lock(Plan, plan.id)
    if found is None:
        return
    check_removable(found)
    await found.delete()


def check_removable(plan: Plan) -> None:
    """Raise NotRemovable if the plan is being made or was ever published."""
    if plan.state in UNDER_WAY:
        raise NotRemovable(_("This plan is being made. Stop planning first."))
    if plan.published_at is not None:
        raise NotRemovable(_("This plan was published and people know about it, so it cannot be deleted."))


# -- Taking the snapshot -------------------------------------------------------------------------------------------


async def take(job: Job, plan: Plan, embedder: affinity.Embedder | None = None) -> None:
    """Take the snapshot of the event and store the plan's problem; if nothing can be planned, the plan fails.

    embedder: None for scores without a language model. Scores all needs before its transaction. If the job is no longer
    ours nothing is stored.
    """
    keep = plan.preset != FRESH
    event = await Event.get(id=plan.event_id)
    lack = await hindrances.of_event(event.id, keep=keep, now=plan.as_of)
    if lack is None:
        rows = await embedding.withholding(await load_rows(event, plan.as_of), embedder)
        lack, contents = await asyncio.to_thread(_taken, rows, plan.preset, embedder)
    if lack is not None:
        await fail_plan(job, plan, Failure.LACKING, lack=lack)
    else:
        digest = await asyncio.to_thread(documents.digest, contents[DocumentKind.PROBLEM])
        await _keep_problem(job, plan, contents, digest)


def _taken(
    rows: EventRows, preset: str, embedder: affinity.Embedder | None
) -> tuple[Lack | None, Mapping[DocumentKind, bytes]]:
    keep = preset != FRESH
    found = snapshot.take(rows, keep=keep, is_repair=preset == "repair", embedder=embedder)
    # A repair may end without any meeting: people have to be told that their meetings are cancelled.
    lack = None if keep else hindrances.of_problem(found)
    if lack is not None:
        return lack, {}
    contents = {DocumentKind.PROBLEM: found.document, DocumentKind.SCORES: found.scores}
    return None, {kind: documents.packed(document) for kind, document in contents.items()}


@atomic
async def _keep_problem(job: Job, plan: Plan, contents: Mapping[DocumentKind, bytes], digest: str) -> None:
    await lock(Plan, plan.id)
    if await jobs.beat(job) and await is_running(plan) and not await documents.has(plan.id, DocumentKind.PROBLEM):
        await documents.store(plan.id, contents)
        await Plan.filter(id=plan.id).update(inputs_hash=digest)


async def is_running(plan: Plan) -> bool:
    """Return whether the plan is being made and was not given up meanwhile."""
    return await Plan.exists(id=plan.id, state=PlanState.RUNNING)


# -- Solving -------------------------------------------------------------------------------------------------------


@atomic
async def begin_solving(job: Job) -> Plan | None:
    """Mark the plan of a job as running and return it; None if there is nothing to do, and then the job is done."""
    plan = await lock(Plan, jobs.plan_id_of(job))
    if plan is None or plan.state not in UNDER_WAY:
        await jobs.finish(job)
        return None
    # A solver that crashes the whole server never reaches the count of its failures.
    if job.attempts > jobs.MAX_ATTEMPTS:
        await jobs.finish(job)
        await _fail(plan.id, Failure.CRASHED)
        return None
    await Plan.filter(id=plan.id).update(state=PlanState.RUNNING, progress={})
    return plan


async def note_progress(plan: Plan, progress: Progress) -> None:
    """Store the progress with its instant, because the solver reports irregularly."""
    noted = {**asdict(progress), "noted_at": datetime.now(UTC).isoformat()}
    await Plan.filter(id=plan.id, state=PlanState.RUNNING).update(progress=noted)


def elapsed_s(plan: Plan, now: datetime) -> float:
    """Return how long the solver of the plan has worked, by its latest report."""
    progress = plan.progress
    if "noted_at" not in progress:
        return 0.0
    return float(progress["elapsed_s"] + (now - datetime.fromisoformat(progress["noted_at"])).total_seconds())


async def is_cancelled(plan: Plan) -> bool:
    """Return whether the organiser has asked to cancel the plan."""
    return await Plan.exists(id=plan.id, cancel_requested=True)


@atomic
async def fail_plan(job: Job, plan: Plan, failure: Failure, lack: Lack | None = None) -> None:
    """Mark the plan as failed for good. lack: what is missing, for Failure.LACKING."""
    if await jobs.finish(job):
        await _fail(plan.id, failure, {} if lack is None else {"lack": lack, "points": await _points(plan)})


async def _points(plan: Plan) -> int:
    """Return the lowest value of a pair without wishes, 0 to 100, which the plan's event may change later."""
    return round(100 * (await Event.get(id=plan.event_id)).least_value)


@atomic
async def requeue(job: Job, plan: Plan) -> None:
    """Put plan and job back into the queue when the worker stops, unless the result was just stored."""
    if await jobs.release(job):
        await Plan.filter(id=plan.id, state=PlanState.RUNNING).update(state=PlanState.QUEUED, progress={})


@atomic
async def note_crash(job: Job, plan: Plan) -> None:
    """Record a crash of the solver: the plan waits for the next try, or fails after the last one."""
    if job.attempts >= jobs.MAX_ATTEMPTS:
        await _fail(plan.id, Failure.CRASHED)
    else:
        await Plan.filter(id=plan.id, state=PlanState.RUNNING).update(
            state=PlanState.QUEUED, progress={"failure": Failure.CRASHED}
        )


async def _fail(plan_id: int, failure: Failure, facts: Mapping[str, Any] | None = None) -> None:
    told = {"failure": failure, **(facts or {})}
    await Plan.filter(id=plan_id, state__in=UNDER_WAY).update(state=PlanState.FAILED, progress=told)


async def store_result(job: Job, plan: Plan, data: bytes) -> None:
    """Store the solver's result (bytes of a `plan/1`) if it passes the check; otherwise the plan fails.

    The check runs before the transaction. If the job is no longer ours nothing is stored, so that a repeat stores once.
    """
    problem, scores = await documents.read(plan.id, DocumentKind.PROBLEM, DocumentKind.SCORES)
    answer = await asyncio.to_thread(_judged, plan, problem, data)
    if answer is None:
        await fail_plan(job, plan, Failure.FAULTY)
        return
    solved = Solved(problem, scores, answer)
    await _store(job, plan, solved, await asyncio.to_thread(_contents, plan, solved))


def _contents(plan: Plan, solved: Solved) -> Mapping[DocumentKind, bytes | Sequence[bytes]]:
    """Return the documents of a solved plan, beside its problem."""
    result = write_plan(solved.answer)
    contents: dict[DocumentKind, bytes | Sequence[bytes]] = {DocumentKind.RESULT: documents.packed(result)}
    if solved.answer.status is not engine_plan.Status.INFEASIBLE:
        rows = snapshot.meeting_rows(plan.id, solved)
        contents |= outlines.found(read_problem(solved.problem), result, solved.scores, rows)
    return contents


def _judged(plan: Plan, document: Mapping[str, Any], data: bytes) -> engine_plan.Plan | None:
    try:
        problem = read_problem(document)
        answer = load_plan(data, problem)
        faults = checking.faults(problem, answer)
    except DocumentError as error:
        faults = str(error).splitlines()
    if faults:
        log.error("the answer for plan %s is faulty: %s", plan.id, "; ".join(faults[:10]))
        return None
    return answer


@atomic
async def _store(
    job: Job, plan: Plan, solved: Solved, contents: Mapping[DocumentKind, bytes | Sequence[bytes]]
) -> None:
    if not await jobs.finish(job):
        return
    published = await Meeting.filter(plan__publications__event_id=plan.event_id)
    meetings = snapshot.meeting_rows(plan.id, solved, published)
    if not await _still_there(plan.event_id, meetings):
        await _fail(plan.id, Failure.CHANGED)
        return
    await Meeting.bulk_create(meetings, batch_size=BATCH)
    stored = await Meeting.filter(plan_id=plan.id).order_by("id")
    await Claim.bulk_create(snapshot.claims_of(solved, stored), batch_size=BATCH)
    await documents.store(plan.id, contents)
    state = PlanState.INFEASIBLE if solved.answer.status is engine_plan.Status.INFEASIBLE else PlanState.READY
    await Plan.filter(id=plan.id).update(state=state, progress={}, solved_at=datetime.now(UTC))


async def _still_there(event_id: int, meetings: list[Meeting]) -> bool:
    """Return whether everything that the meetings use still exists."""
    used = (
        (Slot, {meeting.slot_id for meeting in meetings}),
        (Table, {meeting.table_id for meeting in meetings}),
        (Interpreter, {meeting.interpreter_id for meeting in meetings} - {None}),
        (Registration, {id for meeting in meetings for id in (meeting.expert_id, meeting.enterprise_id)}),
    )
    for model, ids in used:
        if ids - set(await model.filter(event_id=event_id).values_list("id", flat=True)):
            return False
    return True
