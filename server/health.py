"""Whether the process lives, and whether it can serve."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from asyncpg import PostgresError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException

from server import db, migrating
from server.letters import outbox
from server.models import Job
from server.settings import Settings

# Each says in a line what is wrong, or nothing.
Check = Callable[[], Awaitable[str | None]]
# What people must know of, though every page is served: a balancer goes on sending requests here.
DEGRADED: Sequence[Check] = (outbox.overdue, outbox.waiting_long, outbox.undelivered)
WRITE_S = 3.0  # within which an act has to get hold of the database
MB = 1024 * 1024
LITTLE_MB = 500  # free on the disk: time to make room
NONE_MB = 20  # nothing more is stored, soon not even what is being written


async def healthz(request: Request) -> Response:
    """Alive. Asks nobody else."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """503 where pages cannot be served or nothing can be saved; 200 and "degraded" where something else is wrong."""
    settings: Settings = request.app.state.settings
    try:
        if lacking := await _migrations():
            return _not_ready(f"the database lacks migrations: {', '.join(lacking)}")
        found = [line for check in DEGRADED if (line := await check())]
    except (BaseORMException, PostgresError, OSError):
        return _not_ready("the database does not answer")
    if not await _can_write():
        return _not_ready("the database cannot be written")
    free_mb = await asyncio.to_thread(_free_mb, settings)
    if free_mb < NONE_MB:
        return _not_ready(f"the disk is full: {free_mb} MB free")
    if free_mb < LITTLE_MB:
        found.append(f"the disk is nearly full: {free_mb} MB free")
    return PlainTextResponse("\n".join(["degraded", *found, ""]) if found else "ok\n")


def _not_ready(why: str) -> Response:
    return PlainTextResponse(f"{why}\n", status_code=503)


async def _migrations() -> list[str]:
    """Those that the database lacks."""
    rows = await get_connection(db.CONNECTION).execute_query_dict("SELECT name FROM tortoise_migrations")
    return sorted(migrating.known() - {row["name"] for row in rows})


async def _can_write() -> bool:
    try:
        async with asyncio.timeout(WRITE_S):
            await _write_nothing()
    except (BaseORMException, PostgresError, OSError):
        return False
    return True


@db.atomic
async def _write_nothing() -> None:
    """Get hold of the database as every act does, which it refuses while it is locked or for reading only."""
    await Job.filter(id=-1).update(error="")


def _free_mb(settings: Settings) -> int:
    """On the fullest of the disks that the server writes to itself."""
    folders = [Path(tempfile.gettempdir())]
    if settings.is_sqlite:
        folders.append(db.sqlite_path(settings).parent)
    if not settings.smtp_url:
        folders.append(settings.mail_dir)
    there = (next(each for each in (folder, *folder.absolute().parents) if each.exists()) for folder in folders)
    return min(shutil.disk_usage(folder).free for folder in there) // MB
