"""Plans for tests: made from an event's rows, in this process, without clock."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from matching.formats.documents import dump
from matching.formats.schedule import read_problem, write_plan
from matching.solving import solve
from matching.stopping import Stop
from server import jobs
from server.models import DocumentKind, Event, Job, JobKind, Person, Plan
from server.plans import documents, service


async def begun(
    event: Event, organiser: Person, *, preset: str = "fresh", seed: int = 0, now: datetime | None = None
) -> tuple[Job, Plan]:
    """Return a plan whose snapshot is taken and which waits for the solver, and its job; a failed one if nothing can be
    planned.
    """
    await service.ask_for_plan(event, organiser, seconds=1.0, preset=preset, seed=seed, now=now)
    job = await jobs.claim((JobKind.SOLVE,))
    assert job is not None
    plan = await service.begin_solving(job)
    assert plan is not None
    await service.take(job, plan)
    return job, plan


async def answer_for(plan: Plan) -> bytes:
    """Return what the solver writes."""
    return _answer(dump(await problem_of(plan)), plan.seed, plan.preset)


@lru_cache(maxsize=100)
def _answer(problem: bytes, seed: int, preset: str) -> bytes:
    """Solve a problem once for all tests of a process that make the same one: equal problems give equal results."""
    found = solve(read_problem(json.loads(problem)), stop=Stop(iterations=50), seed=seed, preset=preset)
    return dump(write_plan(found))


async def problem_of(plan: Plan) -> dict[str, Any]:
    """Return the stored problem."""
    [problem] = await documents.read(plan.id, DocumentKind.PROBLEM)
    found: dict[str, Any] = problem
    return found


async def result_of(plan: Plan) -> dict[str, Any]:
    """Return the stored result."""
    [result] = await documents.read(plan.id, DocumentKind.RESULT)
    found: dict[str, Any] = result
    return found


async def scores_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return the stored explanations of values."""
    [scores] = await documents.read(plan.id, DocumentKind.SCORES)
    found: dict[str, dict[str, Any]] = scores
    return found


async def solved(
    event: Event, organiser: Person, *, preset: str = "fresh", seed: int = 0, now: datetime | None = None
) -> Plan:
    """Return a plan that waits to be published, or a failed one. now: instant at which it is made."""
    job, plan = await begun(event, organiser, preset=preset, seed=seed, now=now)
    if await service.is_running(plan):
        await service.store_result(job, plan, await answer_for(plan))
    return await Plan.get(id=plan.id)


async def solved_again(plan: Plan) -> Plan:
    """Return a queued plan with a problem of its own, solved."""
    job = await jobs.claim((JobKind.SOLVE,))
    assert job is not None
    begun_plan = await service.begin_solving(job)
    assert begun_plan is not None
    await service.store_result(job, begun_plan, await answer_for(begun_plan))
    return await Plan.get(id=plan.id)
