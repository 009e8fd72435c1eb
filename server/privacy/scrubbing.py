"""Overwrite what was deleted, so that no byte of it stays in the files of the database.

SQLite: the database is written anew, and its write-ahead log is emptied. PostgreSQL: tables with data about people are
written anew; its own log and the file system forget in their own time.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path

from tortoise.connection import get_connection

from server import db, jobs
from server.models import Job, JobKind, JobState
from server.privacy.inventory import RULES
from server.settings import Settings

PATIENCE_S = 30.0


class Busy(Exception):
    """Another program reads the database, so that its log cannot be emptied now."""


async def ask() -> None:
    """Queue the work once. Call inside the transaction that deletes."""
    if not await Job.exists(kind=JobKind.SCRUB, state=JobState.QUEUED):
        await jobs.enqueue(jobs.ScrubDatabase())


async def run(job: Job, settings: Settings) -> None:
    """Do the job."""
    await scrub(settings)
    await jobs.finish(job)


async def scrub(settings: Settings) -> None:
    """Overwrite what was deleted. Raises Busy."""
    if not settings.is_sqlite:
        for table in sorted({rule.table for rule in RULES}):
            await get_connection(db.CONNECTION).execute_query(f'VACUUM (FULL) "{table}"')
        return
    path = db.sqlite_path(settings)
    if path.name != ":memory:":
        await asyncio.to_thread(_write_anew, path)


def _write_anew(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        [[is_busy, *_pages]] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if is_busy:
        raise Busy


def forget_files(folder: Path, wanted: Sequence[str]) -> None:
    """Delete e-mails in files that have one of these addresses or names. Takes long."""
    for path in sorted(folder.glob("*.eml")):
        try:
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
        except FileNotFoundError:
            continue
        parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
        text = "\n".join([*map(str, message.values()), *parts])
        if any(each in text for each in wanted):
            path.unlink(missing_ok=True)
