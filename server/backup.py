"""A copy of the database while it is in use."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from server import db
from server.settings import Settings


class BackupError(Exception):
    """No backup was made or read; whatever lay at the target before still does."""


async def backup(settings: Settings, target: Path) -> None:
    """Copy the database as of one instant to the file target, replacing what is there.

    A SQLite database becomes a database file, a PostgreSQL one an archive for pg_restore. The file is readable by its
    owner only, appears under its name once it is whole, and a power cut does not take it back.
    Raises BackupError, also where pg_dump is not installed.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    try:
        if settings.is_sqlite:
            await asyncio.to_thread(_copy, db.sqlite_path(settings), partial)
        else:
            await _dump(settings, partial)
        await asyncio.to_thread(keep, partial, target)
    finally:
        partial.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise BackupError(f"There is no database at {source}.")
    try:
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("VACUUM INTO ?", [str(target)])
        with closing(sqlite3.connect(target)) as connection:
            [[verdict], *_] = connection.execute("PRAGMA integrity_check")
    except sqlite3.Error as error:
        raise BackupError(f"SQLite could not copy {source}: {error}") from error
    if verdict != "ok":
        raise BackupError(f"The copy of {source} is damaged: {verdict}")


async def _dump(settings: Settings, target: Path) -> None:
    # What a restore keeps of the database before is no part of this one.
    await run("pg_dump", settings, "--format=custom", f"--exclude-schema={db.ASIDE}*", f"--file={target}")


async def run(name: str, settings: Settings, *arguments: str | Path) -> bytes:
    """Run one of PostgreSQL's client programs for the database; what it printed. Raises BackupError."""
    program = shutil.which(name)
    if program is None:
        raise BackupError(
            f"{name} was not found: install PostgreSQL's client programs of the server's version or newer."
        )
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        env={**os.environ, **_libpq(settings)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        printed, stderr = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise BackupError(f"{name} failed: {stderr.decode(errors='replace').strip()}")
    return printed


def _libpq(settings: Settings) -> dict[str, str]:
    """The connection as libpq's environment variables, which other users of the machine cannot read."""
    credentials = db.config(settings)["connections"][db.CONNECTION]["credentials"]
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "database": "PGDATABASE",
        "ssl": "PGSSLMODE",
    }
    return {names[key]: str(value) for key, value in credentials.items() if key in names and value is not None}


def keep(partial: Path, target: Path) -> None:
    """Give a whole file its name, so that a power cut leaves the one before or this one."""
    _sync(partial)
    partial.replace(target)
    if os.name == "posix":
        _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
