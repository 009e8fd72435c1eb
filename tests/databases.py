"""PostgreSQL databases for tests, one after another.

To copy a database of a hundred tables takes longer than most tests. So it is copied once, and emptied after each test:
it is then as it was when it was new, down to the order in which rows are stored and the numbers of the next ones. A
database whose tables a test has changed is dropped.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from anyio.from_thread import BlockingPortal

from tests.postgres import Cluster

# Tables whose rows come with the migrations: no test changes them, or its database is dropped.
FILLED = ("tortoise_migrations",)
TABLES = "SELECT format('%I', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
# When anything was made or altered in the database, apart from rows: numbers of the last transactions that did.
SHAPE = """SELECT (SELECT max(xmin::text::bigint) FROM pg_class WHERE oid >= 16384),
    (SELECT max(xmin::text::bigint) FROM pg_attribute WHERE attrelid >= 16384), (SELECT count(*) FROM pg_class),
    (SELECT max(xmin::text::bigint) FROM pg_trigger), (SELECT max(xmin::text::bigint) FROM pg_constraint),
    (SELECT max(xmin::text::bigint) FROM pg_proc), (SELECT max(xmin::text::bigint) FROM pg_namespace),
    (SELECT max(xmin::text::bigint) FROM tortoise_migrations), (SELECT count(*) FROM tortoise_migrations)"""
END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
NEXT_NUMBERS = """SELECT setval(seqrelid, seqstart, false) FROM pg_sequence
WHERE seqrelid <> pg_get_serial_sequence('tortoise_migrations', 'id')::regclass"""


@dataclass
class Kept:
    """A database, the connection that empties it, its tables, and how it was when it was new."""

    name: str
    connection: Any
    tables: list[str]
    shape: tuple[Any, ...]

    async def empty(self) -> bool:
        """Remove all that a test has stored. Returns whether the database is as it was when it was new."""
        await self.connection.execute(END_OTHERS)
        if await _shape_of(self.connection) != self.shape:
            return False
        async with self.connection.transaction():
            # Waits for what a stopped program was just doing.
            await self.connection.execute(f"LOCK TABLE {', '.join(self.tables)} IN EXCLUSIVE MODE")
            used = {name for [name] in await self.connection.fetch(f"{TABLES} AND pg_relation_size(oid) > 0")}
            used.difference_update(FILLED)
            deletions = (f"DELETE FROM {name}" for name in used)
            # Neither triggers nor references.
            await self.connection.execute(";".join(("SET LOCAL session_replication_role = replica", *deletions)))
        await self.connection.execute(NEXT_NUMBERS)
        if used:
            await self.connection.execute(f"VACUUM (INDEX_CLEANUP ON) {', '.join(used)}")
        return True


async def _shape_of(connection: Any) -> tuple[Any, ...]:
    return tuple(await connection.fetchrow(SHAPE))


@dataclass
class Databases:
    """The databases of a cluster. portal: a thread in which connections outlive the event loops of the tests."""

    cluster: Cluster
    portal: BlockingPortal
    template: str
    spare: list[Kept] = field(default_factory=list)
    given: dict[str, Kept] = field(default_factory=dict)

    def take(self, *, is_alone: bool = False) -> str:
        """Return the name of a database without rows that nobody else uses. is_alone: nor is anybody connected to it,
        so that it is used only once.
        """
        kept = self.spare.pop() if self.spare and not is_alone else self.portal.call(self._made)
        if is_alone:
            self.portal.call(kept.connection.close)
        self.given[kept.name] = kept
        return kept.name

    def give_back(self, name: str) -> None:
        """Keep a database for the next test, or drop it."""
        kept = self.given.pop(name)
        if not kept.connection.is_closed() and self.portal.call(kept.empty):
            self.spare.append(kept)
        else:
            self.portal.call(self._drop, kept)

    def close(self) -> None:
        """Drop the databases."""
        for kept in (*self.spare, *self.given.values()):
            self.portal.call(self._drop, kept)

    async def _made(self) -> Kept:
        name = f"kept_{secrets.token_hex(8)}"
        await run_sql(self.cluster, f"CREATE DATABASE {name} TEMPLATE {self.template}")
        connection = await asyncpg.connect(host=str(self.cluster.folder), user="postgres", database=name)
        tables = [table for [table] in await connection.fetch(TABLES)]
        return Kept(name, connection, tables, await _shape_of(connection))

    async def _drop(self, kept: Kept) -> None:
        await kept.connection.close()
        await run_sql(self.cluster, f"DROP DATABASE {kept.name} WITH (FORCE)")


async def run_sql(cluster: Cluster, *statements: str) -> None:
    """Run SQL outside any transaction and database of ours, as CREATE DATABASE requires."""
    connection = await asyncpg.connect(host=str(cluster.folder), user="postgres", database="postgres")
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
