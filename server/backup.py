"""Copy the database while it is in use."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from server import db
from server.settings import Settings


class BackupError(Exception):
    """No backup was made or read; an existing target file is unchanged."""


async def backup(settings: Settings, target: Path) -> None:
    """Copy the database as of one instant to the file target, replacing it.

    SQLite gives a database file, PostgreSQL an archive for pg_restore. Only the owner can read the file; it gets its
    name when complete and survives a power cut. Raises BackupError, also if pg_dump is not installed.
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
        await asyncio.to_thread(rename_into_place, partial, target)
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
    # Schemas in which a restore keeps former databases are left out.
    await run("pg_dump", settings, "--format=custom", f"--exclude-schema={db.ASIDE}*", f"--file={target}")


async def run(name: str, settings: Settings, *arguments: str | Path) -> bytes:
    """Run a client program of PostgreSQL for the database and return its output. Raises BackupError."""
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
    """Return the connection as libpq's environment variables, which other users of the machine cannot read."""
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


def rename_into_place(partial: Path, target: Path) -> None:
    """Rename a complete file to target, so that a power cut leaves either the old file or the new one."""
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
