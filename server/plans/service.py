"""Acts on plans: ask for one, keep what the solver answers, publish, cancel. Each public function is one transaction,
except those that say so because they work long before it.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from i18n import _
from matching import checking
from matching import plan as engine_plan
from matching.errors import DocumentError
from matching.formats.schedule import load_plan, read_problem, write_plan
from server import jobs, mail
from server.db import atomic, lock
from server.errors import Refused
from server.models import (
    CalendarEntry,
    Claim,
    Delegate,
    Event,
    Interpreter,
    Job,
    JobKind,
    Mail,
    Meeting,
    Person,
    Plan,
    PlanState,
    Publication,
    Registration,
    Release,
    Slot,
    Table,
)
from server.plans import changes, hindrances, snapshot
from server.plans.changes import Change, Kind
from server.plans.directory import Directory, directory

UNDER_WAY = (PlanState.QUEUED, PlanState.RUNNING)
PUBLISHABLE = (PlanState.READY, PlanState.SUPERSEDED)
BATCH = 500
log = logging.getLogger(__name__)


class Failure(StrEnum):
    """Why a plan failed; kept as progress["failure"]."""

    NO_PLAN = "no_plan"
    CRASHED = "crashed"
    OVERRAN = "overran"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    FAULTY = "faulty"


class PlanUnderWay(Refused):
    """One at a time: a second press of the button changes nothing."""

    def __init__(self) -> None:
        super().__init__(_("A plan of this event is being made. Wait until it is ready, or cancel it."))


class NothingToPlan(Refused):
    """Something is missing without which there is no meeting."""


class NotPublishable(Refused):
    """The plan is in force already, not ready, or about people who have gone."""


# -- Asking --------------------------------------------------------------------------------------------------------


async def ask_for_plan(
    event: Event, person: Person, *, seconds: float, seed: int = 0, preset: str = "fresh", now: datetime | None = None
) -> Plan:
    """The event's next version, queued for the solver.

    seconds: how long to search. preset: fresh, fill or repair; the last two start from what is published. now: the
    instant to plan from, by default the clock's; slots that have begun by then stay as they are.
    Scores needs against experts first, outside the transaction that stores the plan and its job.
    Raises PlanUnderWay, NothingToPlan.
    """
    await _refuse_second(event)
    rows = await snapshot.load(event, now)
    keep = preset != "fresh"
    missing = hindrances.of_rows(rows, keep=keep)
    if missing is not None:
        raise NothingToPlan(missing)
    taken = await asyncio.to_thread(snapshot.take, rows, keep=keep, is_repair=preset == "repair")
    missing = hindrances.of_problem(rows, taken)
    if missing is not None:
        raise NothingToPlan(missing)
    return await _queue(event, person, taken, seconds=seconds, seed=seed, preset=preset)


async def _refuse_second(event: Event) -> None:
    if await Plan.exists(event_id=event.id, state__in=UNDER_WAY):
        raise PlanUnderWay


@atomic
async def _queue(event: Event, person: Person, taken: snapshot.Snapshot, **asked: Any) -> Plan:
    await lock(Event, event.id)
    await _refuse_second(event)
    last = await Plan.filter(event_id=event.id).order_by("-version").first().values("version")
    plan = await Plan.create(
        event_id=event.id,
        version=last["version"] + 1 if last else 1,
        problem=taken.document,
        scores=taken.scores,
        asked_by_id=person.id,
        **asked,
    )
    await jobs.enqueue(JobKind.SOLVE, {"plan": plan.id})
    return plan


@atomic
async def cancel(plan: Plan) -> None:
    """End the making of the plan: at once while it waits; while it runs, with the best plan that the solver holds.

    A plan that is made already stays as it is.
    """
    waiting = Plan.filter(id=plan.id, state=PlanState.QUEUED)
    if not await waiting.update(state=PlanState.FAILED, progress={"failure": Failure.CANCELLED}):
        await Plan.filter(id=plan.id, state=PlanState.RUNNING).update(cancel_requested=True)


# -- Solving -------------------------------------------------------------------------------------------------------


@atomic
async def begin(job: Job) -> Plan | None:
    """The plan of a job, now running; None where nothing remains to be done, and then the job is done too."""
    plan = await lock(Plan, job.payload["plan"])
    if plan is None or plan.state not in UNDER_WAY:
        await jobs.finish(job)
        return None
    # A solver that takes the whole server down with it never reaches the count of its failures.
    if job.attempts > jobs.MAX_ATTEMPTS:
        await jobs.finish(job)
        await _fail(plan.id, Failure.CRASHED)
        return None
    await Plan.filter(id=plan.id).update(state=PlanState.RUNNING, progress={})
    return plan


async def note_progress(plan: Plan, progress: dict[str, Any]) -> None:
    """progress: {phase, elapsed_s, value, bound}. Kept with its instant, since the solver speaks when it has news."""
    noted = {**progress, "noted_at": datetime.now(UTC).isoformat()}
    await Plan.filter(id=plan.id, state=PlanState.RUNNING).update(progress=noted)


def elapsed_s(progress: Mapping[str, Any], now: datetime) -> float:
    """How long the solver has been at work, by its newest report."""
    if "noted_at" not in progress:
        return 0.0
    return float(progress["elapsed_s"] + (now - datetime.fromisoformat(progress["noted_at"])).total_seconds())


async def is_cancelled(plan: Plan) -> bool:
    return await Plan.exists(id=plan.id, cancel_requested=True)


@atomic
async def fail(job: Job, plan: Plan, failure: Failure) -> None:
    """The plan will not be made; trying again would not help."""
    if await jobs.finish(job):
        await _fail(plan.id, failure)


@atomic
async def note_crash(job: Job, plan: Plan) -> None:
    """The solver broke down. The plan waits for the job's next try, and has failed after the last one."""
    if job.attempts >= jobs.MAX_ATTEMPTS:
        await _fail(plan.id, Failure.CRASHED)
    else:
        await Plan.filter(id=plan.id, state=PlanState.RUNNING).update(
            state=PlanState.QUEUED, progress={"failure": Failure.CRASHED}
        )


async def _fail(plan_id: int, failure: Failure) -> None:
    await Plan.filter(id=plan_id, state__in=UNDER_WAY).update(state=PlanState.FAILED, progress={"failure": failure})


async def store_result(job: Job, plan: Plan, data: bytes) -> None:
    """Keep the solver's answer, the bytes of a `plan/1`, if it passes the judge; if it does not, the plan has failed.

    Judging comes before the transaction. A job that is no longer ours stores nothing, so a repeat stores once.
    """
    answer = await asyncio.to_thread(_judged, plan, data)
    if answer is None:
        await fail(job, plan, Failure.FAULTY)
    else:
        await _store(job, plan, answer)


def _judged(plan: Plan, data: bytes) -> engine_plan.Plan | None:
    problem = read_problem(plan.problem)
    try:
        answer = load_plan(data, problem)
        faults = checking.faults(problem, answer)
    except DocumentError as error:
        faults = str(error).splitlines()
    if faults:
        log.error("the answer for plan %s is faulty: %s", plan.id, "; ".join(faults[:10]))
        return None
    return answer


@atomic
async def _store(job: Job, plan: Plan, answer: engine_plan.Plan) -> None:
    if not await jobs.finish(job):
        return
    published = await Meeting.filter(plan__publications__event_id=plan.event_id)
    meetings = snapshot.meetings_of(plan, answer, published)
    if not await _still_there(plan.event_id, meetings):
        await _fail(plan.id, Failure.CHANGED)
        return
    await Meeting.bulk_create(meetings, batch_size=BATCH)
    stored = await Meeting.filter(plan_id=plan.id).order_by("id")
    await Claim.bulk_create(snapshot.claims_of(plan, stored), batch_size=BATCH)
    state = PlanState.INFEASIBLE if answer.status is engine_plan.Status.INFEASIBLE else PlanState.READY
    await Plan.filter(id=plan.id).update(
        state=state, result=write_plan(answer), progress={}, solved_at=datetime.now(UTC)
    )


async def _still_there(event_id: int, meetings: list[Meeting]) -> bool:
    """Nothing that the meetings use was removed from the event while they were planned."""
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


# -- Publishing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Impact:
    """What publishing a plan would do. reseated, staffed: as in Kind. people: who get an e-mail."""

    added: int
    moved: int
    reseated: int
    staffed: int
    cancelled: int
    people: int


async def impact_of(plan: Plan) -> Impact:
    """Seven queries."""
    places = await directory(plan.event_id)
    found = await _changes(plan, places)
    kinds = Counter(change.kind for change in found)
    told = changes.people_told(found, places, await _delegates(plan.event_id))
    return Impact(
        added=kinds[Kind.ADDED],
        moved=kinds[Kind.MOVED],
        reseated=kinds[Kind.RESEATED],
        staffed=kinds[Kind.STAFFED],
        cancelled=kinds[Kind.CANCELLED],
        people=len(told),
    )


async def _changes(plan: Plan, places: Directory) -> list[Change]:
    entries = await CalendarEntry.filter(event_id=plan.event_id).order_by("id")
    return changes.compare(entries, await Meeting.filter(plan_id=plan.id).order_by("id"), places)


async def _delegates(event_id: int) -> list[Delegate]:
    return await Delegate.filter(registration__event_id=event_id).order_by("id").select_related("person")


@atomic
async def publish(plan: Plan, person: Person) -> int:
    """Put the plan in force, raise what changed in calendars, and queue a letter for everybody whose meetings changed.

    Returns how many letters. A plan that was in force before may be put in force again. Raises NotPublishable.
    """
    event = await lock(Event, plan.event_id)
    found = await Plan.filter(id=plan.id).only("id", "event_id", "version", "state").first()
    if event is None or found is None:
        raise NotPublishable(_("This plan is there no longer."))
    if found.state == PlanState.PUBLISHED:
        raise NotPublishable(_("This plan is in force already."))
    if found.state not in PUBLISHABLE:
        raise NotPublishable(_("Only a plan that is ready can be published."))
    await _refuse_gone(found)
    now = datetime.now(UTC)
    places = await directory(event.id)
    changed = await _changes(found, places)
    await _flip(found, now)
    released = [release for change in changed if (release := changes.release_of(change, now))]
    entries = [changes.entry_of(change, event, now) for change in changed]
    await _store_entries(entries)
    await _store_releases(event, released, entries)
    letters = await _letters(found, event, changed, places, now)
    log.info("plan %s is published by person %s: %s letters", found.id, person.id, len(letters))
    return await mail.queue_all(letters)


async def _refuse_gone(plan: Plan) -> None:
    gone = Registration.filter(withdrawn_at__not_isnull=True, event_id=plan.event_id)
    if (
        await gone.filter(expert_meetings__plan_id=plan.id).exists()
        or await gone.filter(enterprise_meetings__plan_id=plan.id).exists()
    ):
        raise NotPublishable(_("Somebody who has a meeting in this plan has withdrawn since. Make a new plan."))


async def _flip(plan: Plan, now: datetime) -> None:
    await Plan.filter(event_id=plan.event_id, state=PlanState.PUBLISHED).update(state=PlanState.SUPERSEDED)
    await Plan.filter(id=plan.id).update(state=PlanState.PUBLISHED, published_at=now)
    if not await Publication.filter(event_id=plan.event_id).update(plan_id=plan.id):
        await Publication.create(event_id=plan.event_id, plan_id=plan.id)


async def _store_entries(entries: list[CalendarEntry]) -> None:
    await CalendarEntry.bulk_create([entry for entry in entries if entry.id is None], batch_size=BATCH)
    stored = [entry for entry in entries if entry.id is not None]
    if stored:
        columns = ("sequence", "staffings", "is_cancelled", "start_at", "end_at", "changed_at")
        keys = ("table_id", "interpreter_id", "need_id")
        await CalendarEntry.bulk_update(stored, fields=[*columns, *keys], batch_size=BATCH)


async def _store_releases(event: Event, released: list[Release], entries: list[CalendarEntry]) -> None:
    """Who interprets again is released no longer."""
    serving = {(entry.id, entry.interpreter_id) for entry in entries}
    standing = await Release.filter(entry__event_id=event.id).values("id", "entry_id", "interpreter_id")
    over = [row["id"] for row in standing if (row["entry_id"], row["interpreter_id"]) in serving]
    if over:
        await Release.filter(id__in=over).delete()
    await Release.bulk_create(released, batch_size=BATCH)


async def _letters(plan: Plan, event: Event, changed: list[Change], places: Directory, now: datetime) -> list[Mail]:
    # The instant, because a plan that comes into force a second time is news again.
    cause = f"published:{plan.id}:{now:%Y%m%dT%H%M%S%f}"
    return [
        Mail(
            key=f"{cause}:{person.id}",
            to_address=person.email,
            locale=person.locale,
            template="published",
            values=changes.letter_values(person, told, event=event, plan=plan, places=places),
        )
        for person, told in changes.people_told(changed, places, await _delegates(event.id))
    ]
