"""Plans for tests: made from an event's rows, in this process, without clock."""

from datetime import datetime

from matching.formats.documents import dump
from matching.formats.schedule import read_problem, write_plan
from matching.solving import solve
from matching.stopping import Stop
from server import jobs
from server.models import Event, Job, JobKind, Person, Plan
from server.plans import service


async def begun(
    event: Event, organiser: Person, *, preset: str = "fresh", seed: int = 0, now: datetime | None = None
) -> tuple[Job, Plan]:
    """Return a running plan and its job."""
    await service.ask_for_plan(event, organiser, seconds=1.0, preset=preset, seed=seed, now=now)
    job = await jobs.claim((JobKind.SOLVE,))
    assert job is not None
    plan = await service.begin_solving(job)
    assert plan is not None
    return job, plan


def answer_for(plan: Plan) -> bytes:
    """Return what the solver writes; equal problems give equal results."""
    stop = Stop(iterations=50)
    return dump(write_plan(solve(read_problem(plan.problem), stop=stop, seed=plan.seed, preset=plan.preset)))


async def solved(
    event: Event, organiser: Person, *, preset: str = "fresh", seed: int = 0, now: datetime | None = None
) -> Plan:
    """Return a plan that waits to be published. now: instant at which it is made."""
    job, plan = await begun(event, organiser, preset=preset, seed=seed, now=now)
    await service.store_result(job, plan, answer_for(plan))
    return await Plan.get(id=plan.id)
