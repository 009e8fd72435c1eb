"""SQLite, with transactions that several processes can write in.

They begin with BEGIN IMMEDIATE: with the deferred BEGIN, of two processes that read and then write, one fails at once
with "database is locked", whatever the busy timeout.
"""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite import client as base
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from server.engines import settle


class ImmediateTransaction(base.SqliteTransactionContext):
    """Holds the connection's lock from before BEGIN IMMEDIATE until after COMMIT or ROLLBACK, and never longer."""

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await settle(self._begin())
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection  # type: ignore[no-any-return]

    async def _begin(self) -> None:
        await self.ensure_connection()
        await self.connection.begin()

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if not self.connection._finalized:
                await settle(self.connection.rollback() if exc_type else self.connection.commit())
        finally:
            get_connections().reset(self.token)
            self._trxlock.release()


class TransactionClient(base.SqliteTransactionWrapper):
    """The connection while a transaction of ours is open on it."""

    async def begin(self) -> None:
        """Raises OperationalError where another process keeps the database longer than the busy timeout."""
        if self._connection.in_transaction:
            # Left by a BEGIN whose caller was cancelled, or by a COMMIT that failed: nobody waits for it any more.
            await self._connection.rollback()
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def execute_script(self, query: str) -> None:
        """One statement at a time: sqlite3's own executescript would commit the transaction first."""
        for statement in _statements(query):
            await self.execute_query(statement)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(TransactionClient(self))


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for piece in re.split("(?<=;)", script):
        statement += piece
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


class SqliteClient(base.SqliteClient):
    """One connection for the process; a transaction keeps it to itself."""

    def _in_transaction(self) -> TransactionContext:
        return ImmediateTransaction(TransactionClient(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


client_class = SqliteClient
