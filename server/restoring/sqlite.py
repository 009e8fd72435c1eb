"""Restore a SQLite database: complete it beside the present one, then replace that in one step."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from server import backup, db, migrating
from server.restoring import erased, sqlite_rows, tombstones
from server.restoring.result import Restored, RestoreError, refuse_newer
from server.settings import Settings


async def restore(settings: Settings, archive: Path) -> Restored:
    """See `server.restoring.restore`."""
    path = db.sqlite_path(settings)
    await asyncio.to_thread(_check, archive, path)
    partial = path.with_name(f".{path.name}.restoring")
    with db.alone(path):
        try:
            await asyncio.to_thread(_take, archive, partial)
            await _migrate(settings, partial)
            await _erase_again(settings, path, partial)
            return await asyncio.to_thread(_swap, path, partial)
        finally:
            for each in (*db.with_companions(partial), db.lock_path(partial)):
                each.unlink(missing_ok=True)


def _check(archive: Path, path: Path) -> None:
    if not archive.is_file():
        raise RestoreError(f"There is no file {archive}.")
    if path.exists() and archive.samefile(path):
        raise RestoreError(f"{archive} is the database itself.")
    path.parent.mkdir(parents=True, exist_ok=True)


def _take(archive: Path, partial: Path) -> None:
    """Make a complete, checked copy of the archive."""
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
    refuse_newer(archive, applied)


def _there(settings: Settings, partial: Path) -> Settings:
    _path, mark, options = settings.database_url.partition("?")
    return settings.model_copy(update={"database_url": f"sqlite://{partial}{mark}{options}"})


async def _erase_again(settings: Settings, path: Path, partial: Path) -> None:
    """Delete accounts from the copy that the present database or an earlier one no longer had."""
    gone = [
        *await asyncio.to_thread(_erased_by, path),
        *erased.erased_in(tombstones.remembered(tombstones.path_beside(path))),
    ]
    if gone:
        await erased.erase_again(_there(settings, partial), gone)
        with closing(sqlite3.connect(partial)) as copy:
            copy.execute("PRAGMA journal_mode=DELETE")


def _erased_by(path: Path) -> list[erased.Erased]:
    if not path.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as before:
            return sqlite_rows.erased_by(before)
    except sqlite3.Error:
        return []


async def _migrate(settings: Settings, partial: Path) -> None:
    await migrating.migrate(_there(settings, partial), is_kept=False)
    with closing(sqlite3.connect(partial)) as copy:
        if orphans := copy.execute("PRAGMA foreign_key_check").fetchall():
            raise RestoreError(f"Rows of the backup refer to nothing: {orphans[:5]}")
        copy.execute("PRAGMA journal_mode=DELETE")


def _swap(path: Path, partial: Path) -> Restored:
    now = datetime.now(UTC)
    with _before(path) as before, closing(sqlite3.connect(partial)) as copy:
        # Rows that belong to a deleted row are deleted with it.
        copy.execute("PRAGMA foreign_keys=ON")
        ended, is_sure = _lay_over(copy, before, tombstones.path_beside(path), now)
        copy.commit()
        kept = _kept(path, now)
    backup.rename_into_place(partial, path)
    return Restored(kept, ended, is_sure)


def _lay_over(
    copy: sqlite3.Connection, before: sqlite3.Connection | None, notes: Path, now: datetime
) -> tuple[int, bool]:
    """Return how many rows stay ended, and whether everything to be ended is known."""
    lines, since = tombstones.remembered(notes), sqlite_rows.newest(copy)
    if before is None:
        sqlite_rows.sign_everybody_out(copy)
        return sqlite_rows.lay_over(copy, lines), False
    said = [*sqlite_rows.said_by(before), {"unknown": [since, sqlite_rows.stored_instant(now)]}]
    tombstones.remember(notes, [*said, *erased.lines_of(sqlite_rows.erased_by(before))])
    others = tombstones.of_others(lines, sqlite_rows.keys_of(before))
    ended = sqlite_rows.lay_over(copy, [*others, *said])
    ended += sqlite_rows.end_missing(copy, before, tombstones.unknown_in(lines))
    is_sure = sqlite_rows.is_grown_from(before, copy)
    if not is_sure:
        sqlite_rows.sign_everybody_out(copy)
    return ended, is_sure


@contextmanager
def _before(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the former database exclusively; None if there is none or it cannot be read."""
    if not path.exists() or path.stat().st_size == 0:
        yield None
        return
    connection: sqlite3.Connection | None = sqlite3.connect(path, timeout=1, isolation_level=None)
    assert connection is not None
    with closing(connection) as opened:
        try:
            # Moves the contents of -wal into the file and removes it; another program may prevent that.
            opened.execute("PRAGMA journal_mode=DELETE")
            opened.execute("BEGIN EXCLUSIVE")
            list(sqlite_rows.said_by(opened))
        except sqlite3.Error as error:
            if db.is_unavailable(error):
                raise RestoreError(f"Another program uses {path}: stop every server and worker first.") from error
            connection = None
        yield connection


def _kept(path: Path, now: datetime) -> Path | None:
    """Give the former database an additional name, and delete companion files left by a crash."""
    if not path.exists():
        return None
    kept = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%S.%fZ}")
    for old, new in zip(db.with_companions(path), db.with_companions(kept), strict=True):
        if old == path:
            os.link(old, new)
        elif old.exists():
            old.replace(new)
    return kept
