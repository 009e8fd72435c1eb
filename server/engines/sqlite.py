"""SQLite engine whose transactions can write from several processes.

Transactions start with BEGIN IMMEDIATE: with a deferred BEGIN, one of two processes that read and then write fails at
once with "database is locked" in spite of the busy timeout. Queries outside transactions have their own connection: in
WAL mode readers never wait for writers.
"""

import asyncio
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from typing import Any

import aiosqlite
from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite import client as base
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from server.engines import Noting, run_to_end

READING = re.compile(r"\s*SELECT\b", re.IGNORECASE)
WRITING = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
AGAIN_S = 0.003  # SQLite itself tries a locked database again after ever longer waits, up to a tenth of a second
# After a transaction of ours that was as long, other processes have a turn before our next one.
LONG_S, TURN_S = 0.02, 2 * AGAIN_S
SOON_S = 0.5  # waiting less than this for our own transactions does not shorten the busy timeout for other processes
LAST_TRY_MS = 100


class ImmediateTransaction(base.SqliteTransactionContext):
    """A transaction that holds the connection's lock exactly from before BEGIN IMMEDIATE until after COMMIT or
    ROLLBACK.
    """

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        asked = time.monotonic()
        await self._trxlock.acquire()
        try:
            await run_to_end(self._begin(time.monotonic() - asked))
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection  # type: ignore[no-any-return]

    async def _begin(self, waited_s: float) -> None:
        await self.ensure_connection()
        await self.connection.begin(waited_s)

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if not self.connection._finalized:
                await run_to_end(self.connection.rollback() if exc_type else self.connection.commit())
        finally:
            get_connections().reset(self.token)
            self.connection.ended()
            self._trxlock.release()


class TransactionClient(Noting, base.SqliteTransactionWrapper):
    """The connection during one of our transactions."""

    async def begin(self, waited_s: float = 0.0) -> None:
        """Begin. Raises OperationalError if another process locks the database longer than the busy timeout.

        waited_s: seconds that the caller has already waited, so that no caller waits longer than the timeout in total.
        """
        if self._connection.in_transaction:
            # Left over from a cancelled BEGIN or a failed COMMIT; nobody waits for it.
            await self._connection.rollback()
        parent: SqliteClient = self._parent  # type: ignore[assignment]
        if (turn_s := parent.next_turn_at - time.monotonic()) > 0:
            await asyncio.sleep(turn_s)
        patience_ms = int(parent.pragmas.get("busy_timeout", LAST_TRY_MS))
        left_ms = max(LAST_TRY_MS, patience_ms - int(waited_s * 1000)) if waited_s > SOON_S else patience_ms
        ends = time.monotonic() + left_ms / 1000
        restored = f"PRAGMA busy_timeout={patience_ms}"
        while True:
            try:
                await self._connection.executescript(f"PRAGMA busy_timeout=0; BEGIN IMMEDIATE; {restored}")
            except sqlite3.OperationalError as error:
                if time.monotonic() >= ends or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    await self._connection.execute(restored)
                    raise OperationalError(error) from error
            else:
                parent.began_at = time.monotonic()
                return
            await asyncio.sleep(AGAIN_S)

    def ended(self) -> None:
        """Note that the transaction has ended."""
        parent: SqliteClient = self._parent  # type: ignore[assignment]
        now = time.monotonic()
        parent.next_turn_at = now + TURN_S if now - parent.began_at > LONG_S else 0.0

    async def execute_script(self, query: str) -> None:
        """Run one statement at a time: sqlite3's executescript would first commit the transaction."""
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
    """One connection for writing, used by one transaction at a time, and one for reading outside transactions."""

    def __init__(self, file_path: str, **options: Any) -> None:
        super().__init__(file_path, **options)
        self._reader: aiosqlite.Connection | None = None
        self._reading = asyncio.Lock()
        self.began_at = self.next_turn_at = 0.0  # of transactions, on the clock of time.monotonic
        # Without a write-ahead log, readers and writers would block each other; in-memory databases are separate per
        # connection.
        self.reads_beside = str(self.pragmas["journal_mode"]).upper() == "WAL" and ":memory:" not in file_path

    async def close(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.close()
        await super().close()

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        async with self._in_transaction() as transaction:
            return int(await transaction.execute_insert(query, values))

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        if self.reads_beside and READING.match(query):
            rows = await self._read(query, values)
            return len(rows), rows
        if WRITING.match(query):
            # Begins like every transaction, so that its wait is limited in the same way.
            async with self._in_transaction() as transaction:
                return await transaction.execute_query(query, values)
        return await super().execute_query(query, values)  # type: ignore[no-any-return]

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        if self.reads_beside and READING.match(query):
            return list(map(dict, await self._read(query, values)))
        return await super().execute_query_dict(query, values)  # type: ignore[no-any-return]

    async def _read(self, query: str, values: list[Any] | None) -> list[Any]:
        """Run a query outside transactions; each statement sees everything committed."""
        async with self._reading:
            reader = self._reader
            if reader is None:
                # A cancelled caller would leave the thread of a connection that nobody closes.
                reader = await run_to_end(self._open_reader())
            self.log.debug("%s: %s", query, values)
            try:
                return list(await reader.execute_fetchall(query.replace("\x00", "'||CHAR(0)||'"), values))
            except sqlite3.OperationalError as error:
                raise OperationalError(error) from error

    async def _open_reader(self) -> aiosqlite.Connection:
        if not self._connection:
            # The writer opens first: it creates the file and its write-ahead log.
            async with self.acquire_connection():
                pass
        reader = await aiosqlite.connect(self.filename, isolation_level=None)
        reader.row_factory = sqlite3.Row
        for pragma in (f"busy_timeout={self.pragmas.get('busy_timeout', LAST_TRY_MS)}", "query_only=ON"):
            await reader.execute(f"PRAGMA {pragma}")
        self._reader = reader
        return reader

    def _in_transaction(self) -> TransactionContext:
        return ImmediateTransaction(TransactionClient(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


client_class = SqliteClient
