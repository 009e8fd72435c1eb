"""From the button to a stored plan: refusals, failures, and storing exactly once."""

import asyncio
import json
import os
import random
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from typing import Any

import pytest

from server import jobs
from server.models import Claim, DocumentKind, Event, Job, JobKind, JobState, Meeting, Person, Plan, PlanState, Slot
from server.plans import documents, publishing, running, service
from server.plans.service import Failure, NothingToPlan, PlanUnderWay
from server.settings import Settings
from server.worker import Worker
from tests import factories
from tests.server.planning import answer_for, begun, problem_of, result_of, scores_of, solved


async def small_event() -> tuple[Event, Person]:
    """Create two experts, two enterprises, two slots, one table, and the organiser."""
    event = await factories.event(slots=2, tables=1)
    for _ in range(2):
        await factories.expert(event)
        await factories.enterprise(event)
    return event, (await factories.organiser(event)).person


async def hard_event() -> tuple[Event, Person]:
    """Create an event whose breaks the solver needs long to prove."""
    chance = random.Random(1)
    event = await factories.event(slots=12, tables=5)
    slots = [slot.id for slot in await factories.slots_of(event)]
    for _ in range(10):
        await factories.expert(event, available=[slot for slot in slots if chance.random() < 0.8])
    for _ in range(16):
        there = [slot for slot in slots if chance.random() < 0.7]
        await factories.enterprise(event, available=there, max_meetings=4)
    return event, (await factories.organiser(event)).person


async def reloaded(plan: Plan) -> Plan:
    return await Plan.get(id=plan.id)


# -- Asking --------------------------------------------------------------------------------------------------------


async def test_asking_stores_a_queued_plan_and_a_job(database: None) -> None:
    event, organiser = await small_event()

    plan = await service.ask_for_plan(event, organiser, seconds=7, seed=3)

    stored = await reloaded(plan)
    assert (stored.version, stored.state, stored.seconds, stored.seed) == (1, PlanState.QUEUED, 7.0, 3)
    assert not await documents.has(plan.id, DocumentKind.PROBLEM)
    assert [(job.kind, job.payload, job.state) for job in await Job.all()] == [
        (JobKind.SOLVE, {"plan": plan.id}, JobState.QUEUED)
    ]


async def test_the_worker_takes_the_snapshot_of_the_event_as_it_then_is(database: None) -> None:
    event, organiser = await small_event()
    plan = await service.ask_for_plan(event, organiser, seconds=1)
    late = await factories.expert(event)
    job = await jobs.claim((JobKind.SOLVE,))
    assert job is not None
    await service.begin_solving(job)

    await service.take(job, plan)

    problem = await problem_of(plan)
    assert problem["format"] == "problem/1"
    assert (await scores_of(plan)).keys() == {pair["id"] for pair in problem["pairs"]}
    assert f"e{late.id}" in {party["id"] for party in problem["parties"]}


async def test_a_worker_that_lost_the_job_takes_nothing(database: None) -> None:
    event, organiser = await small_event()
    plan = await service.ask_for_plan(event, organiser, seconds=1)
    job = await jobs.claim((JobKind.SOLVE,))
    assert job is not None
    await service.begin_solving(job)
    await Job.filter(id=job.id).update(claim="another's")

    await service.take(job, plan)

    assert not await documents.has(plan.id, DocumentKind.PROBLEM)


async def test_a_plan_that_is_tried_again_keeps_its_problem(database: None, settings: Settings) -> None:
    event, organiser = await small_event()
    _job, plan = await begun(event, organiser)
    before = await problem_of(plan)
    await factories.expert(event)
    await Job.all().update(state=JobState.QUEUED, claim="")

    await Worker(settings).run_one(JobKind.SOLVE)

    assert (await reloaded(plan)).state == PlanState.READY
    assert await problem_of(plan) == before


async def test_versions_count_up_in_each_event(database: None) -> None:
    event, organiser = await small_event()
    other, its_organiser = await small_event()
    versions = [(await solved(event, organiser)).version for _ in range(2)]

    assert [*versions, (await solved(other, its_organiser)).version] == [1, 2, 1]


async def test_a_second_plan_waits_for_the_first(database: None) -> None:
    event, organiser = await small_event()
    await service.ask_for_plan(event, organiser, seconds=1)

    with pytest.raises(PlanUnderWay):
        await service.ask_for_plan(event, organiser, seconds=1)


async def test_of_many_simultaneous_presses_one_counts(database: None) -> None:
    event, organiser = await small_event()

    outcomes = await asyncio.gather(
        *(service.ask_for_plan(event, organiser, seconds=1) for _ in range(4)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["Plan", *["PlanUnderWay"] * 3]
    assert await Job.all().count() == 1


@pytest.mark.parametrize("lacking", ["slots", "tables", "experts", "enterprises"])
async def test_without_people_slots_or_tables_nothing_is_planned(database: None, lacking: str) -> None:
    event = await factories.event(slots=0 if lacking == "slots" else 1, tables=0 if lacking == "tables" else 1)
    organiser = (await factories.organiser(event)).person
    if lacking != "experts":
        await factories.expert(event)
    if lacking != "enterprises":
        await factories.enterprise(event)

    with pytest.raises(NothingToPlan):
        await service.ask_for_plan(event, organiser, seconds=1)

    assert await Plan.all().count() == 0


async def test_there_is_nothing_to_keep_before_something_is_published(database: None) -> None:
    event, organiser = await small_event()

    with pytest.raises(NothingToPlan):
        await service.ask_for_plan(event, organiser, seconds=1, preset="fill")


async def test_a_repair_keeps_what_people_hold(database: None) -> None:
    event, organiser = await small_event()
    before = await solved(event, organiser)
    await publishing.publish(before, organiser)

    after = await solved(event, organiser, preset="repair", seed=5)

    assert (await result_of(after))["diff"]["disturbed"] == []
    assert after.state == PlanState.READY


# -- Judging and storing -------------------------------------------------------------------------------------------


async def test_an_answer_that_passes_the_judge_is_stored(database: None) -> None:
    event, organiser = await small_event()
    job, plan = await begun(event, organiser)

    await service.store_result(job, plan, await answer_for(plan))

    stored = await reloaded(plan)
    assert (stored.state, stored.progress) == (PlanState.READY, {})
    assert await Meeting.filter(plan_id=plan.id).count() == len((await result_of(plan))["meetings"]) == 2
    assert await Claim.filter(plan_id=plan.id).count() == 6
    assert (await Job.get(id=job.id)).state == JobState.DONE


def crowded(answer: dict[str, Any]) -> None:
    answer["meetings"][1]["slot"] = answer["meetings"][0]["slot"]


def boasting(answer: dict[str, Any]) -> None:
    value = next(tier for tier in answer["tiers"] if tier["tier"] == "value")
    value["achieved"] += 1
    value["bound"] += 1


def anothers(answer: dict[str, Any]) -> None:
    answer["problem_sha256"] = "0" * 64


def foreign(answer: dict[str, Any]) -> None:
    answer["meetings"][0]["table"] = "t999"


@pytest.mark.parametrize("tamper", [crowded, boasting, anothers, foreign])
async def test_the_judge_refuses_an_answer_that_was_tampered_with(database: None, tamper: Any) -> None:
    event, organiser = await small_event()
    job, plan = await begun(event, organiser)
    answer = json.loads(await answer_for(plan))
    tamper(answer)

    await service.store_result(job, plan, json.dumps(answer).encode())

    stored = await reloaded(plan)
    assert (stored.state, stored.progress) == (PlanState.FAILED, {"failure": Failure.FAULTY})
    assert await result_of(plan) is None
    assert await Meeting.all().count() == 0


async def test_an_answer_that_is_no_json_is_refused(database: None) -> None:
    event, organiser = await small_event()
    job, plan = await begun(event, organiser)

    await service.store_result(job, plan, b"Segmentation fault")

    assert (await reloaded(plan)).progress == {"failure": Failure.FAULTY}


async def test_the_same_job_run_twice_stores_once(database: None) -> None:
    event, organiser = await small_event()
    job, plan = await begun(event, organiser)
    answer = await answer_for(plan)

    for _ in range(2):
        await service.store_result(job, plan, answer)

    assert await Meeting.filter(plan_id=plan.id).count() == 2


async def test_a_worker_that_lost_the_job_stores_nothing(database: None) -> None:
    event, organiser = await small_event()
    job, plan = await begun(event, organiser)
    await Job.filter(id=job.id).update(state=JobState.QUEUED, claim="")
    taken = await jobs.claim((JobKind.SOLVE,))
    assert taken is not None

    await service.store_result(job, plan, await answer_for(plan))
    nothing = await Meeting.all().count()
    await service.store_result(taken, plan, await answer_for(plan))

    assert (nothing, await Meeting.all().count()) == (0, 2)


async def test_a_plan_of_a_slot_that_is_gone_fails(database: None) -> None:
    event, organiser = await small_event()
    job, plan = await begun(event, organiser)
    await Slot.filter(event_id=event.id).delete()

    await service.store_result(job, plan, await answer_for(plan))

    assert (await reloaded(plan)).progress == {"failure": Failure.CHANGED}
    assert await Meeting.all().count() == 0


# -- Cancelling and crashing ---------------------------------------------------------------------------------------


async def test_a_plan_that_waits_is_cancelled_at_once_and_its_job_does_nothing(
    database: None, settings: Settings
) -> None:
    event, organiser = await small_event()
    plan = await service.ask_for_plan(event, organiser, seconds=1)

    await service.cancel(plan)
    await Worker(settings).run_one(JobKind.SOLVE)

    assert (await reloaded(plan)).progress == {"failure": Failure.CANCELLED}
    assert [job.state for job in await Job.all()] == [JobState.DONE]


async def test_a_plan_that_is_made_already_is_not_cancelled(database: None) -> None:
    event, organiser = await small_event()
    plan = await solved(event, organiser)

    await service.cancel(plan)

    assert (await reloaded(plan)).state == PlanState.READY


async def test_a_cancelled_search_ends_with_the_best_plan_it_holds(database: None, settings: Settings) -> None:
    event, organiser = await hard_event()
    plan = await service.ask_for_plan(event, organiser, seconds=600)

    running = asyncio.create_task(Worker(settings).run_one(JobKind.SOLVE))
    while (await reloaded(plan)).progress.get("phase") != "improve":
        assert not running.done()
    await service.cancel(plan)
    await running

    stored = await reloaded(plan)
    assert (stored.state, stored.cancel_requested) == (PlanState.READY, True)
    assert len((await result_of(plan))["meetings"]) > 0


async def test_a_plan_that_is_cancelled_before_the_solver_starts_fails(database: None, settings: Settings) -> None:
    event, organiser = await small_event()
    plan = await service.ask_for_plan(event, organiser, seconds=600)

    running = asyncio.create_task(Worker(settings).run_one(JobKind.SOLVE))
    while (await reloaded(plan)).state != PlanState.RUNNING:
        assert not running.done()
    await service.cancel(plan)
    await running

    assert (await reloaded(plan)).progress == {"failure": Failure.CANCELLED}
    assert [job.state for job in await Job.all()] == [JobState.DONE]


async def test_a_worker_that_stops_takes_the_solver_with_it_and_the_next_one_begins_again(
    database: None, settings: Settings
) -> None:
    event, organiser = await hard_event()
    plan = await service.ask_for_plan(event, organiser, seconds=3)
    first = asyncio.create_task(Worker(settings).run_one(JobKind.SOLVE))
    while (await reloaded(plan)).progress == {}:
        assert not first.done()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    interrupted = await reloaded(plan)
    [released] = await Job.filter(kind=JobKind.SOLVE)

    await Worker(settings).run_one(JobKind.SOLVE)

    assert (released.state, released.attempts, released.claim) == (JobState.QUEUED, 0, "")
    assert (interrupted.state, interrupted.progress) == (PlanState.QUEUED, {})
    assert (await reloaded(plan)).state == PlanState.READY


async def test_a_solver_that_breaks_down_is_tried_again_until_it_has_failed(
    database: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, organiser = await small_event()
    plan = await service.ask_for_plan(event, organiser, seconds=1)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    states = []

    for _ in range(2):
        await Worker(settings).run_one(JobKind.SOLVE)
        await Job.all().update(run_after=datetime.now(UTC), attempts=jobs.MAX_ATTEMPTS - 1)
        stored = await reloaded(plan)
        states.append((stored.state, stored.progress))

    assert states == [
        (PlanState.QUEUED, {"failure": Failure.CRASHED}),
        (PlanState.FAILED, {"failure": Failure.CRASHED}),
    ]


async def test_a_job_that_crashed_its_server_too_often_is_given_up(database: None, settings: Settings) -> None:
    event, organiser = await small_event()
    plan = await service.ask_for_plan(event, organiser, seconds=1)
    await Job.all().update(attempts=jobs.MAX_ATTEMPTS)

    await Worker(settings).run_one(JobKind.SOLVE)

    assert (await reloaded(plan)).progress == {"failure": Failure.CRASHED}
    assert [job.state for job in await Job.all()] == [JobState.DONE]


async def test_what_the_solver_cannot_read_is_not_tried_again(database: None, settings: Settings) -> None:
    event, organiser = await small_event()
    plan = await service.ask_for_plan(event, organiser, seconds=1)
    await documents.store(plan.id, {DocumentKind.PROBLEM: documents.packed({"format": "problem/0"})})

    await Worker(settings).run_one(JobKind.SOLVE)

    assert (await reloaded(plan)).progress == {"failure": Failure.FAULTY}
    assert [job.state for job in await Job.all()] == [JobState.DONE]


async def test_the_solver_runs_at_the_lowest_priority(database: None, settings: Settings) -> None:
    event, organiser = await small_event()
    plan = await service.ask_for_plan(event, organiser, seconds=1)

    with tempfile.TemporaryFile() as answer:
        process = await running.start(plan, answer)

        try:
            assert os.getpriority(os.PRIO_PROCESS, process.pid) == running.LOWEST
        finally:
            process.kill()
            await process.communicate()
