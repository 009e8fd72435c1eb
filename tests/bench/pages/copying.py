"""Copy a filled SQLite database into PostgreSQL, row by row with the same ids: once, then as a whole for each use."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import asyncpg
from tortoise import fields

from server import migrating, models
from tests.bench.pages.keeping import settings_for
from tests.postgres import Cluster

_BATCH = 2_000


def filled(cluster: Cluster, path: Path, name: str) -> None:
    """Make a database with the rows of a SQLite database, to be copied by `in_postgres`."""
    asyncio.run(_administer(cluster, f'CREATE DATABASE "{name}"'))
    asyncio.run(_copied(_url(cluster, name), path))


@contextlib.contextmanager
def in_postgres(cluster: Cluster, source: str, name: str) -> Iterator[str]:
    """Yield the URL of a copy of a database of the cluster, and drop it afterwards."""
    asyncio.run(_administer(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{source}"'))
    try:
        yield _url(cluster, name)
    finally:
        asyncio.run(_administer(cluster, f'DROP DATABASE "{name}" WITH (FORCE)'))


def _url(cluster: Cluster, name: str) -> str:
    # With the pool of an installation, not the small one of tests.
    return cluster.url(name).partition("&maxsize=")[0]


async def _administer(cluster: Cluster, statement: str) -> None:
    connection = await asyncpg.connect(_url(cluster, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _copied(url: str, path: Path) -> None:
    await migrating.migrate(settings_for(url))
    connection = await asyncpg.connect(url)
    try:
        with contextlib.closing(sqlite3.connect(path)) as file:
            # Without checks of foreign keys, for any order of the tables.
            await connection.execute("SET session_replication_role = replica")
            for name in models.__all__:
                model = getattr(models, name)
                if hasattr(model, "_meta"):
                    await _copy_table(connection, file, model)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def _copy_table(connection: Any, file: sqlite3.Connection, model: Any) -> None:
    table, columns = model._meta.db_table, list(model._meta.fields_db_projection.values())
    read = [_reader(model._meta.fields_map[name]) for name in model._meta.fields_db_projection]
    names = ", ".join(f'"{column}"' for column in columns)
    rows = file.execute(f'SELECT {names} FROM "{table}"')
    while some := rows.fetchmany(_BATCH):
        records = [tuple(each(value) for each, value in zip(read, row, strict=True)) for row in some]
        await connection.copy_records_to_table(table, records=records, columns=columns)
    last = f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), max(id)) FROM \"{table}\""
    await connection.execute(last)


def _reader(field: Any) -> Any:
    """Return what turns a stored value of SQLite into one of PostgreSQL."""
    if isinstance(field, fields.JSONField):
        return lambda value: value
    return lambda value: None if value is None else _plain(field.to_python_value(value))


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value
