"""Databases of the benchmark: made once for a size and kept between runs until what makes them changes.

They lie in FOLDER under the system's folder for temporary files, named by a hash of the code that fills them.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tortoise.connection import get_connection

from matching.formats.schedule import read_problem
from server import db, jobs, migrating
from server.models import Event, Job, JobKind, JobState, Meeting, Organiser, Person, Plan, Registration
from server.plans import announcing, publishing, service
from server.settings import Settings
from tests.bench.pages.drawing import Size, draw
from tests.bench.pages.placing import placed
from tests.bench.pages.storing import Stored, store
from tests.server import planning

ROOT = Path(__file__).parents[3]
FOLDER = Path(tempfile.gettempdir()) / "duijie-bench-pages"
# What decides which rows a filled database has.
MAKERS = (
    *("tests/bench/pages/words.py", "tests/bench/pages/drawing.py", "tests/bench/pages/storing.py"),
    *("tests/bench/pages/placing.py", "tests/bench/pages/keeping.py", "tests/server/planning.py"),
    *("server/models/*.py", "server/migrations/*.py", "server/plans/service.py", "server/plans/snapshot.py"),
    "server/plans/documents.py",
    *("server/plans/candidates.py", "server/plans/publishing.py", "server/agendas/entries.py"),
)
PEOPLE_KEPT = 1_000  # of each kind of token
LIFE_S = 24 * 60 * 60
SENT = "UPDATE mail SET sent_at = strftime('%Y-%m-%d %H:%M:%f+00:00', 'now', id || ' seconds')"
SEEDS = (0, 1)  # of the first and the second plan


@dataclass(frozen=True)
class World:
    """What clients need to know of a filled database. plans: ids; the last one is published.

    expert, enterprise: ids of registrations with meetings. tokens: of sessions, by role. clients: (session, feed) of
    people with calendars, the expert first.
    """

    slug: str
    plans: list[int]
    expert: int
    enterprise: int
    topic: str
    tokens: dict[str, str]
    clients: list[tuple[str, str]]

    @property
    def published(self) -> int:
        return self.plans[-1]


def settings_for(database_url: str, **others: Any) -> Settings:
    """Return settings of the benchmark: everything stays on this machine."""
    return Settings(database_url=database_url, **{"match_embed": "none", "smtp_url": "", **others})


def kept(size: Size, plans: int = 1) -> tuple[Path, World]:
    """Return a filled SQLite database, to be copied, and what is in it; fill it if there is none of this code.

    plans: 1, or 2 for a second one, which is published in the place of the first.
    """
    folder = FOLDER / f"{size.name}-{plans}-{_hash()}"
    if not folder.exists():
        before = kept(size) if plans > 1 else None
        _forget_old()
        # Renamed when it is whole, for others who need the same at the same time.
        making = FOLDER / f"making-{os.getpid()}-{folder.name}"
        making.mkdir(parents=True)
        world = asyncio.run(fill(making / "full.db", size) if before is None else _planned(making, *before))
        (making / "world.json").write_text(json.dumps(asdict(world)), "utf-8")
        with contextlib.suppress(OSError):
            making.rename(folder)
    return folder / "full.db", World(**json.loads((folder / "world.json").read_text("utf-8")))


def _forget_old() -> None:
    """Delete databases that were made more than a day ago."""
    for folder in FOLDER.glob("*"):
        if folder.stat().st_mtime < time.time() - LIFE_S:
            shutil.rmtree(folder, ignore_errors=True)


def _hash() -> str:
    # The slots lie some weeks ahead of today.
    found = hashlib.sha256(datetime.now(UTC).date().isoformat().encode())
    for path in sorted(_makers()):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _makers() -> Iterator[Path]:
    for pattern in MAKERS:
        yield from ROOT.glob(pattern)


async def fill(path: Path, size: Size) -> World:
    """Fill a new database: rows in bulk, then a plan by the services that the pages and the worker use."""
    settings = settings_for(f"sqlite://{path}?synchronous=OFF")
    await migrating.migrate(settings)
    async with _open(path) as settings:
        stored = await store(draw(size), settings)
        plan = await _plan(stored.event, stored.organiser, SEEDS[0])
        return await _world(stored, plan)


async def _planned(folder: Path, before: Path, world: World) -> World:
    """Publish a second plan in a copy of a filled database."""
    shutil.copy(before, folder / "full.db")
    async with _open(folder / "full.db"):
        event = await Event.get(slug=world.slug)
        organiser = (await Organiser.get(event_id=event.id).select_related("person")).person
        plan = await _plan(event, organiser, SEEDS[1])
        return replace(world, plans=[*world.plans, plan.id])


@contextlib.asynccontextmanager
async def _open(path: Path) -> AsyncIterator[Settings]:
    """Open a database to fill; afterwards it is one file, and nothing in it waits for a worker."""
    settings = settings_for(f"sqlite://{path}?synchronous=OFF")
    await db.connect(settings)
    try:
        yield settings
        # At different instants, as a worker sends them: else the statistics say that an index is of no use.
        await get_connection(db.CONNECTION).execute_query(SENT)
        await Job.all().update(state=JobState.DONE)
    finally:
        await db.disconnect()
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute("ANALYZE")
        file.commit()
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def _plan(event: Event, organiser: Person, seed: int) -> Plan:
    """Make and publish a plan as the pages and the worker do, but without the solver."""
    job, plan = await planning.begun(event, organiser)
    await service.store_result(job, plan, placed(read_problem(await planning.problem_of(plan)), seed=seed))
    await publishing.publish(plan, organiser)
    while (announcement := await jobs.claim((JobKind.ANNOUNCE,))) is not None:
        await announcing.announce(announcement)
    return plan


async def _world(stored: Stored, plan: Plan) -> World:
    expert, enterprise = await _busiest(plan.id)
    [expert_row], [firm_row, *_colleagues] = stored.people[expert], stored.people[enterprise]
    others = (person for party in stored.people.values() for person in party if person is not expert_row)
    everybody = [expert_row, *others][:PEOPLE_KEPT]
    offered = (await Registration.get(id=expert)).topics
    return World(
        slug=stored.event.slug,
        plans=[plan.id],
        expert=expert,
        enterprise=enterprise,
        topic=offered[0],
        tokens={
            "organiser": stored.tokens[stored.organiser.id],
            "expert": stored.tokens[expert_row.id],
            "enterprise": stored.tokens[firm_row.id],
        },
        clients=[(stored.tokens[person.id], stored.feeds[person.id]) for person in everybody],
    )


async def _busiest(plan_id: int) -> tuple[int, int]:
    """Return the expert with most meetings, and the first enterprise that this expert meets."""
    both = await Meeting.filter(plan_id=plan_id).order_by("id").values_list("expert_id", "enterprise_id")
    [(expert, _number)] = Counter(expert for expert, _enterprise in both).most_common(1)
    return expert, next(enterprise for one, enterprise in both if one == expert)
