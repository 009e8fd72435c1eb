"""Put a backup back: checked, migrated, with all that has ended since, and in one step."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from server import backup, db, migrating, tombstones
from server.settings import Settings


class RestoreError(Exception):
    """Nothing was restored; the database is as it was."""


@dataclass(frozen=True)
class Restored:
    """kept: where the database before lies, None where there was none. ended: rows that stay ended.

    is_sure: the database before could be read, so that what was revoked since the backup is known.
    """

    kept: Path | None
    ended: int
    is_sure: bool


async def restore(settings: Settings, archive: Path) -> Restored:
    """Put the backup in the place of the SQLite database. Raises RestoreError, also while a server runs.

    The database before is kept beside it. What it says has ended since the backup stays so: see `tombstones`.
    """
    if not settings.is_sqlite:
        raise RestoreError(POSTGRES)
    path = db.sqlite_path(settings)
    await asyncio.to_thread(_check, archive, path)
    partial = path.with_name(f".{path.name}.restoring")
    with db.alone(path):
        try:
            await asyncio.to_thread(_take, archive, partial)
            await _migrate(settings, partial)
            return await asyncio.to_thread(_swap, path, partial)
        finally:
            for each in (*db.with_companions(partial), db.lock_path(partial)):
                each.unlink(missing_ok=True)


POSTGRES = """\
A PostgreSQL database is restored by PostgreSQL's own program. Stop every server and worker, then:
  python -m server backup before.dump
  pg_restore --clean --if-exists --exit-on-error --single-transaction --dbname=DATABASE_URL FILE
  python -m server migrate
What was revoked or withdrawn since the backup is valid again then. End all sessions and links, and tell organisers:
  psql DATABASE_URL -c "UPDATE session SET expires_at = now(); UPDATE sign_in_link SET expires_at = now()\""""


def _check(archive: Path, path: Path) -> None:
    if not archive.is_file():
        raise RestoreError(f"There is no file {archive}.")
    if path.exists() and archive.samefile(path):
        raise RestoreError(f"{archive} is the database itself.")
    path.parent.mkdir(parents=True, exist_ok=True)


def _take(archive: Path, partial: Path) -> None:
    """A whole copy of the archive, checked."""
    for each in db.with_companions(partial):
        each.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(f"{archive.absolute().as_uri()}?mode=ro", uri=True)) as source:
            [[verdict], *_] = source.execute("PRAGMA integrity_check")
            if verdict != "ok":
                raise RestoreError(f"{archive} is damaged: {verdict}")
            applied = {row[0] for row in source.execute("SELECT name FROM tortoise_migrations WHERE app = ?", [db.APP])}
            source.execute("VACUUM INTO ?", [str(partial)])
    except sqlite3.Error as error:
        raise RestoreError(f"{archive} is no backup of this program: {error}") from error
    if unknown := sorted(applied - migrating.known()):
        raise RestoreError(f"{archive} was made by a newer version of this program, which knows {', '.join(unknown)}.")


async def _migrate(settings: Settings, partial: Path) -> None:
    _path, mark, options = settings.database_url.partition("?")
    there = settings.model_copy(update={"database_url": f"sqlite://{partial}{mark}{options}"})
    await migrating.migrate(there, is_kept=False)
    with closing(sqlite3.connect(partial)) as copy:
        if orphans := copy.execute("PRAGMA foreign_key_check").fetchall():
            raise RestoreError(f"Rows of the backup refer to nothing: {orphans[:5]}")
        copy.execute("PRAGMA journal_mode=DELETE")


def _swap(path: Path, partial: Path) -> Restored:
    now = datetime.now(UTC)
    with _before(path) as before, closing(sqlite3.connect(partial)) as copy:
        ended = _lay_over(copy, before, tombstones.path_of(path), now)
        copy.commit()
        kept = _kept(path, now)
    backup.keep(partial, path)
    return Restored(kept, ended, before is not None)


def _lay_over(copy: sqlite3.Connection, before: sqlite3.Connection | None, notes: Path, now: datetime) -> int:
    lines, since = tombstones.remembered(notes), tombstones.newest(copy)
    if before is None:
        tombstones.sign_everybody_out(copy)
        return tombstones.lay_over(copy, lines)
    said = [*tombstones.said_by(before), {"unknown": [since, tombstones.instant(now)]}]
    tombstones.remember(notes, said)
    unknown = [line["unknown"] for line in lines if "unknown" in line]
    return tombstones.lay_over(copy, [*lines, *said]) + tombstones.end_missing(copy, before, unknown)


@contextmanager
def _before(path: Path) -> Iterator[sqlite3.Connection | None]:
    """The database as it is, closed to every other program; None where there is none, or none that can be read."""
    if not path.exists() or path.stat().st_size == 0:
        yield None
        return
    connection: sqlite3.Connection | None = sqlite3.connect(path, timeout=1, isolation_level=None)
    assert connection is not None
    with closing(connection) as opened:
        try:
            # Takes what lies in -wal into the file and removes it, which no other program may be in the way of.
            opened.execute("PRAGMA journal_mode=DELETE")
            opened.execute("BEGIN EXCLUSIVE")
            list(tombstones.said_by(opened))
        except sqlite3.Error as error:
            if db.is_unavailable(error):
                raise RestoreError(f"Another program uses {path}: stop every server and worker first.") from error
            connection = None
        yield connection


def _kept(path: Path, now: datetime) -> Path | None:
    """Give the database another name as well; what a crash left beside goes with it."""
    if not path.exists():
        return None
    kept = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%S.%fZ}")
    for old, new in zip(db.with_companions(path), db.with_companions(kept), strict=True):
        if old == path:
            os.link(old, new)
        elif old.exists():
            old.replace(new)
    return kept
