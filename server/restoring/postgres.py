"""Restore a PostgreSQL database: move the present one to a schema of its own, and read the backup in its place.

While that schema has its first name the restore is unfinished: no server starts, and after a failure or crash the
restore is undone or repeated from there. One transaction ends what has ended since, and gives the schema its final
name.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from asyncpg import Connection
from tortoise.exceptions import BaseORMException

from server import backup, db, migrating
from server.db import ASIDE, RESTORING_LOCK
from server.restoring import erased, postgres_rows, tombstones
from server.restoring.result import Restored, RestoreError, refuse_newer
from server.settings import Settings

MAGIC = b"PGDMP"  # first bytes of an archive in pg_dump's custom format
APPLIED = re.compile(r"^COPY [\w.]*tortoise_migrations \((.*)\) FROM stdin;\n(.*?)^\\\.$", re.DOTALL | re.MULTILINE)
FAILURES = (backup.BackupError, asyncpg.PostgresError, BaseORMException, OSError)
# Other connections; a running server always has one.
OTHERS = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
# Tables and functions of a schema that belong to us and to no extension.
OURS = """SELECT 'TABLE' AS kind, c.oid::regclass::text AS name FROM pg_class c
WHERE relnamespace = $1::text::regnamespace AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'USAGE')
AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = c.oid AND deptype = 'e')
UNION ALL SELECT 'FUNCTION', p.oid::regprocedure::text FROM pg_proc p
WHERE pronamespace = $1::text::regnamespace AND pg_has_role(proowner, 'USAGE')
AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = p.oid AND deptype = 'e')"""


async def restore(settings: Settings, archive: Path) -> Restored:
    """See `server.restoring.restore`."""
    await asyncio.to_thread(_check, archive)
    refuse_newer(archive, await _applied(settings, archive))
    async with _alone(settings) as connection:
        schema = await connection.fetchval("SELECT current_schema()")
        await _move_aside(connection, schema)
        try:
            await _read(settings, archive, schema)
            await migrating.migrate(settings, is_kept=False)
            gone = erased.erased_in(await postgres_rows.remembered(connection))
            await erased.erase_again(settings, [*gone, *await postgres_rows.erased_by(connection, ASIDE)])
            return await _settle(connection, schema)
        except BaseException as error:
            await _take_back(connection, schema, error)
            raise


def _check(archive: Path) -> None:
    if not archive.is_file():
        raise RestoreError(f"There is no file {archive}.")
    with archive.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise RestoreError(f"{archive} is no backup of a PostgreSQL database: it is not what `backup` writes.")


async def _applied(settings: Settings, archive: Path) -> set[str]:
    """Return the names of the migrations that the archive's database had."""
    try:
        rows = "--data-only", "--table=tortoise_migrations", "--file=-"
        printed = await backup.run("pg_restore", settings, *rows, archive)
    except backup.BackupError as error:
        raise RestoreError(str(error)) from error
    found = APPLIED.search(printed.decode())
    if found is None:
        raise RestoreError(f"{archive} is no backup of this program.")
    at = found[1].split(", ").index("name")
    return {line.split("\t")[at] for line in found[2].splitlines()}


@asynccontextmanager
async def _alone(settings: Settings) -> AsyncIterator[Connection]:
    """Open a connection that prevents servers and workers from starting. Raises RestoreError while one is connected."""
    credentials = db.config(settings)["connections"][db.CONNECTION]["credentials"]
    chosen = {name: credentials.get(name) for name in ("host", "port", "user", "password", "database", "ssl")}
    try:
        connection = await asyncpg.connect(**chosen, server_settings={"TimeZone": "UTC"})
    except asyncpg.PostgresError as error:
        raise RestoreError(f"The database does not answer: {error}") from error
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", RESTORING_LOCK):
            raise RestoreError("The database is being restored by another program.")
        if number := await connection.fetchval(OTHERS):
            raise RestoreError(f"Other programs are connected ({number}): stop every server and worker first.")
        yield connection
    finally:
        await connection.close()


async def _is_half(connection: Connection) -> bool:
    """Return whether a restore was interrupted: the former database is still in the schema it was moved to."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", ASIDE))


async def _move_aside(connection: Connection, schema: str) -> None:
    """Empty the schema: remove what an interrupted restore left, and keep the former database where it is."""
    try:
        async with connection.transaction():
            if await _is_half(connection):
                await _drop(connection, schema)
            else:
                await connection.execute(f"CREATE SCHEMA {ASIDE}")
                await _move(connection, schema, ASIDE)
    except asyncpg.PostgresError as error:
        raise RestoreError(f"The database cannot be moved aside: {error}") from error


async def _take_back(connection: Connection, schema: str, error: BaseException) -> None:
    """Undo the restore. Raises RestoreError if that fails, and for database errors."""
    try:
        async with connection.transaction():
            await _drop(connection, schema)
            await _move(connection, ASIDE, schema)
            await connection.execute(f"DROP SCHEMA {ASIDE}")
    except (*FAILURES, asyncpg.InterfaceError) as broken:
        raise RestoreError(f"{error}\nRestoring was broken off: no server starts until it is done. {broken}") from error
    if isinstance(error, FAILURES):
        raise RestoreError(f"The database is as it was. {error}") from error


async def _move(connection: Connection, source: str, target: str) -> None:
    for kind, name in await connection.fetch(OURS, source):
        await connection.execute(f"ALTER {kind} {name} SET SCHEMA {target}")


async def _drop(connection: Connection, schema: str) -> None:
    for kind, name in await connection.fetch(OURS, schema):
        await connection.execute(f"DROP {kind} IF EXISTS {name} CASCADE")


async def _read(settings: Settings, archive: Path, schema: str) -> None:
    database = db.config(settings)["connections"][db.CONNECTION]["credentials"]["database"]
    how = "--exit-on-error", "--single-transaction", "--no-owner", f"--schema={schema}", f"--dbname={database}"
    await backup.run("pg_restore", settings, *how, archive)


async def _settle(connection: Connection, schema: str) -> Restored:
    """In one transaction, end what has ended since, and give the former database's schema its final name."""
    now = datetime.now(UTC)
    kept = f"{ASIDE}_{now:%Y%m%dt%H%M%S_%f}"
    said, known = await _before(connection)
    async with connection.transaction():
        lines = await postgres_rows.remembered(connection)
        since = await postgres_rows.newest(connection, schema)
        others = tombstones.of_others(lines, known)
        ended = await postgres_rows.lay_over(connection, schema, [*others, *said])
        is_sure = bool(known) and await postgres_rows.is_grown_from(connection, ASIDE, schema)
        if known:
            unknown = tombstones.unknown_in(lines)
            ended += await postgres_rows.end_missing(connection, schema, ASIDE, unknown)
            gone = erased.lines_of(await postgres_rows.erased_by(connection, ASIDE))
            await postgres_rows.remember(connection, [*said, *gone, {"unknown": [since, now.isoformat()]}])
        if not is_sure:
            await postgres_rows.sign_everybody_out(connection)
        is_empty = not await connection.fetch(OURS, ASIDE)
        await connection.execute(f"DROP SCHEMA {ASIDE}" if is_empty else f"ALTER SCHEMA {ASIDE} RENAME TO {kept}")
    return Restored(None if is_empty else kept, ended, is_sure)


async def _before(connection: Connection) -> tuple[list[tombstones.Tombstone], tombstones.Keys]:
    """Return what has ended by the former database, and the keys of its rows; both empty if it cannot be read."""
    try:
        return await postgres_rows.said_by(connection, ASIDE), await postgres_rows.keys_of(connection, ASIDE)
    except asyncpg.PostgresError:
        return [], {}
