"""A server killed while it publishes: everything acknowledged is stored, and nothing is incomplete.

A real server with worker in a separate process is sent a publication over HTTP and SIGKILL at a random moment; then the
database is checked, and the next server starts on it.
"""

import asyncio
import multiprocessing
import random
import socket
import threading
import time
from datetime import UTC, datetime

import httpx2
import pytest
import uvicorn

from server import jobs
from server.accounts import sessions
from server.app import create_app
from server.models import (
    CalendarEntry,
    DocumentKind,
    Event,
    Job,
    JobKind,
    JobState,
    Mail,
    Meeting,
    Plan,
    PlanDocument,
    PlanState,
    Publication,
)
from server.plans import announcing
from server.settings import Settings
from server.worker import Worker
from tests import factories

PAIRS = 12
TIMEOUT_S = 60.0
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["server.app", "uvicorn"])


def serve(settings: Settings, listening: socket.socket) -> None:
    """Run a server in a separate process until it is killed."""
    uvicorn.Server(uvicorn.Config(create_app(settings), log_level="critical")).run(sockets=[listening])


def publish(settings: Settings, path: str, cookie: str, kill_after_s: float | None) -> tuple[bool, float]:
    """Return whether a new server, killed after this time, acknowledged the publication, and how long that took."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = FORKS.Process(target=serve, args=(settings, listening))
        process.start()
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        headers = {"host": settings.public_host, "cookie": cookie}
        with httpx2.Client(base_url=base, headers=headers, timeout=TIMEOUT_S) as client:
            assert client.get("/healthz").status_code == 200
            killing = threading.Timer(TIMEOUT_S if kill_after_s is None else kill_after_s, process.kill)
            asked_at = time.monotonic()
            killing.start()
            try:
                is_acknowledged = client.post(f"{path}/publish").status_code == 303
            except httpx2.TransportError:
                is_acknowledged = False
            took = time.monotonic() - asked_at
            if kill_after_s is None:
                killing.cancel()
            killing.join()
        process.kill()
        process.join()
        process.close()
    return is_acknowledged, took


async def two_plans() -> tuple[Event, list[Plan], str]:
    """Create plans with the same pairs in different slots, so that everybody is told; return them and an organiser's
    cookie.
    """
    event = await factories.event(slots=2, tables=PAIRS)
    organiser = (await factories.organiser(event)).person
    slots, tables = await factories.slots_of(event), await factories.tables_of(event)
    pairs = [(await factories.expert(event), await factories.enterprise(event)) for _ in range(PAIRS)]
    plans = []
    for version, slot in enumerate(slots, start=1):
        plan = await Plan.create(event=event, version=version, state=PlanState.READY, seconds=1, problem={})
        for (expert, enterprise), table in zip(pairs, tables, strict=True):
            await Meeting.create(plan=plan, expert=expert, enterprise=enterprise, slot=slot, table=table, value=0.5)
        plans.append(plan)
    return event, plans, await factories.session(organiser)


async def publications(event: Event) -> int:
    """Return how often something was published, after checking that each publication is complete.

    What a killed server has not told people of, the next worker does.
    """
    await Job.filter(kind=JobKind.ANNOUNCE, state=JobState.RUNNING).update(
        heartbeat_at=datetime(2020, 1, 1, tzinfo=UTC)
    )
    await jobs.sweep()
    while (job := await jobs.claim((JobKind.ANNOUNCE,))) is not None:
        await announcing.announce(job)
    assert not await PlanDocument.exists(kind=DocumentKind.CHANGES)
    letters = await Mail.all().values_list("key", flat=True)
    causes = [str(key).rpartition(":")[0] for key in letters]
    number = len(set(causes))
    publication = await Publication.get_or_none(event_id=event.id)
    in_force = publication.plan_id if publication else 0
    planned = await Meeting.filter(plan_id=in_force).select_related("slot")
    entries = await CalendarEntry.filter(event_id=event.id)

    assert [plan.id for plan in await Plan.filter(state=PlanState.PUBLISHED)] == ([in_force] if number else [])
    assert {(e.expert_id, e.enterprise_id, e.start_at, e.end_at, e.table_id) for e in entries} == {
        (m.expert_id, m.enterprise_id, m.slot.start_at, m.slot.end_at, m.table_id) for m in planned
    }
    assert [(entry.sequence, entry.is_cancelled) for entry in entries] == [(number - 1, False)] * len(entries)
    assert [causes.count(cause) for cause in set(causes)] == [2 * PAIRS] * number
    assert await Job.filter(kind=JobKind.MAIL).count() == len(causes)
    return number


async def kill_often(settings: Settings, kills: int) -> None:
    chance = random.Random(kills)
    event, plans, token = await two_plans()
    # The same commits as in production, unlike in other tests.
    settings = settings.model_copy(
        update={"database_url": settings.database_url.removesuffix("?synchronous=OFF"), "workers_in_web": True}
    )
    cookie = f"{sessions.cookie_name(settings)}={token}"
    paths = [f"/e/{event.slug}/plans/{plan.id}" for plan in plans]
    is_acknowledged, window_s = await asyncio.to_thread(publish, settings, paths[0], cookie, None)
    assert is_acknowledged
    done, survived = await publications(event), 0

    for _ in range(kills):
        before = done
        moment = chance.uniform(0, window_s)
        is_acknowledged, _took = await asyncio.to_thread(publish, settings, paths[before % 2], cookie, moment)
        done = await publications(event)
        assert done - before in ((1,) if is_acknowledged else (0, 1))
        survived += done - before
        # Keeps the commit in the middle of the window on busy machines.
        window_s *= 0.75 if done > before else 1.25

    # If all kills were before the publication, or all after it, nothing would be tested.
    assert 0 < survived < kills
    await Job.filter(state=JobState.RUNNING).update(heartbeat_at=datetime(2020, 1, 1, tzinfo=UTC))
    await jobs.sweep()
    while await Worker(settings).run_one(JobKind.MAIL):
        pass
    assert await Mail.filter(sent_at=None).count() == 0
    assert len(list(settings.mail_dir.iterdir())) == 2 * PAIRS * done


async def test_a_server_killed_while_publishing_leaves_whole_transactions(database: None, settings: Settings) -> None:
    await kill_often(settings, 12)


@pytest.mark.soak
async def test_a_server_killed_two_hundred_times_while_it_publishes(database: None, settings: Settings) -> None:
    await kill_often(settings, 200)
