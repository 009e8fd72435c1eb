"""Health checks: whether the process lives, and whether it can serve."""

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

# Checks that return a line if something is wrong, else None.
Check = Callable[[], Awaitable[str | None]]
# Problems that operators must know of although all pages work: the load balancer keeps sending requests.
DEGRADED: Sequence[Check] = (outbox.overdue, outbox.waiting_long, outbox.undelivered)
WRITE_S = 3.0  # an act has to get a write lock within this time
MB = 1024 * 1024
LITTLE_MB = 500  # free disk space below which operators should make room
NONE_MB = 20  # free disk space below which nothing more is stored


async def healthz(request: Request) -> Response:
    """Answer 200 while the process lives. Depends on nothing else."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """Answer 503 if pages or saving fail, 200 with "degraded" for other problems."""
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
    """Return the names of migrations that the database lacks."""
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
    """Take a write lock as every act does; fails if the database is locked or read-only."""
    await Job.filter(id=-1).update(error="")


def _free_mb(settings: Settings) -> int:
    """Return the free space in MB of the fullest disk that the server writes to."""
    folders = [Path(tempfile.gettempdir())]
    if settings.is_sqlite:
        folders.append(db.sqlite_path(settings).parent)
    if not settings.smtp_url:
        folders.append(settings.mail_dir)
    there = (next(each for each in (folder, *folder.absolute().parents) if each.exists()) for folder in folders)
    return min(shutil.disk_usage(folder).free for folder in there) // MB
