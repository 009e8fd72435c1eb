"""Overwrite what was deleted, so that no byte of it stays in the files of the database.

SQLite: the database is written anew, and its write-ahead log is emptied. PostgreSQL: tables with data about people are
written anew; its own log and the file system forget in their own time.
"""

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

from tortoise.connection import get_connection

from server import db, jobs
from server.models import Job, JobKind, JobState
from server.privacy.inventory import RULES
from server.settings import Settings

PATIENCE_S = 30.0
# Writers wait meanwhile, so that people who delete one account after the other do not stop the site.
AT_MOST_EVERY = timedelta(hours=1)
# On PostgreSQL everybody else queues behind us while we wait for a table; then the job is tried again later.
LOCK_MS = 2_000
# A letter or digit of a script that puts spaces between words.
IN_WORD = r"[^\W\u2e80-\U0003ffff]"


class Busy(Exception):
    """Another program reads the database, so that its log cannot be emptied now."""


async def ask() -> None:
    """Queue the work once, at the earliest an hour after it was last done. Call inside the transaction that deletes."""
    if await Job.exists(kind=JobKind.SCRUB, state=JobState.QUEUED):
        return
    last = await Job.filter(kind=JobKind.SCRUB, state=JobState.DONE).order_by("-id").first()
    await jobs.enqueue(jobs.ScrubDatabase(), due=last.heartbeat_at + AT_MOST_EVERY if last else None)


async def run(job: Job, settings: Settings) -> None:
    """Do the job."""
    await scrub(settings)
    await jobs.finish(job)


async def scrub(settings: Settings) -> None:
    """Overwrite what was deleted. Raises Busy."""
    if not settings.is_sqlite:
        async with get_connection(db.CONNECTION).acquire_connection() as connection:
            await connection.execute(f"SET lock_timeout = {LOCK_MS}")
            try:
                for table in sorted({rule.table for rule in RULES}):
                    await connection.execute(f'VACUUM (FULL) "{table}"')
            finally:
                await connection.execute("RESET lock_timeout")
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


def spelt(wanted: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that finds these names and addresses as whole words: "An" is not in "Ankara"."""
    return re.compile("|".join(rf"(?<!{IN_WORD}){re.escape(each)}(?!{IN_WORD})" for each in wanted))


def forget_files(folder: Path, wanted: Sequence[str]) -> None:
    """Delete e-mails in files that have one of these addresses or names. Takes long."""
    found = spelt(wanted)
    for path in sorted(folder.glob("*.eml")):
        try:
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
        except FileNotFoundError:
            continue
        parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
        text = "\n".join([*map(str, message.values()), *parts])
        if found.search(text):
            path.unlink(missing_ok=True)
