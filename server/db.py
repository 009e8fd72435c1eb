"""The database: configuration, opening and closing, transactions and locks."""

import asyncio
import contextlib
import errno
import fcntl
import functools
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, ParamSpec, Protocol, TypeVar

import asyncpg
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext, get_current_context
from tortoise.exceptions import DBConnectionError
from tortoise.models import Model
from tortoise.transactions import in_transaction

from server.engines import WRITTEN
from server.settings import Settings

NOT_NOW_SQLITE = frozenset(
    {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY),
        *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN),
    }
)
NOT_NOW_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
NOT_NOW = (
    DBConnectionError,
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
)
APP = "server"
CONNECTION = "default"
BUSY_TIMEOUT_MS = 10_000  # how long an act waits for another program that locks the database
POOL_MIN, POOL_MAX = 1, 10
TRIES = 3  # of a transaction that PostgreSQL ends because of a deadlock
# PostgreSQL: the lock and the schema that exist while `restore` runs. Schemas of former databases have longer names.
RESTORING_LOCK = 0x726573746F7265  # "restore"; any number that nothing else in the database uses
ASIDE = "before_restore"
STATE = """SELECT pg_try_advisory_xact_lock_shared($1) AS is_free,
    EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $2) AS is_half"""

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=Model)

log = logging.getLogger(__name__)
# What this request has seen of events' counters (`memory.seen_by_request`). Forgotten after each transaction, which may
# have raised them.
SEEN: ContextVar[dict[int, Any] | None] = ContextVar("seen", default=None)


class Witness(Protocol):
    """Writes down what a request does, in the transaction that does it (`server.audit.recording`)."""

    async def write(self, tables: Collection[str]) -> None:
        """Called at the end of each outermost transaction. tables: those to which it has written."""

    def committed(self) -> None:
        """Called once the transaction is stored."""


WITNESS: ContextVar[Witness | None] = ContextVar("witness", default=None)


class Database(TortoiseContext):
    """An open database: the ORM's connections, the transactions that run, and the lock of a SQLite file.

    running: transactions, also those whose callers were cancelled. lock_file: held open as long as the database is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.running: set[asyncio.Task[Any]] = set()
        self.lock_file: IO[str] | None = None

    async def drain(self) -> None:
        """Wait for the transactions that run."""
        while self.running:
            await asyncio.wait(self.running)

    def use(self, path: Path) -> None:
        """Mark a SQLite file as open until the database is closed. Raises DatabaseInUse during a restore."""
        if path.name != ":memory:":
            self.lock_file = _lock_file(path)
            _flock(self.lock_file, fcntl.LOCK_SH, f"{path} is being restored.")

    async def close_connections(self) -> None:
        """Wait for running transactions, then close all connections and let go of the file."""
        await self.drain()
        await super().close_connections()
        if self.lock_file is not None:
            self.lock_file.close()
            self.lock_file = None


def config(settings: Settings) -> dict[str, Any]:
    """Return Tortoise's configuration. The query string of DATABASE_URL overrides our options."""
    return {
        "connections": {CONNECTION: _sqlite(settings) if settings.is_sqlite else _postgres(settings)},
        "apps": {
            APP: {"models": ["server.models"], "default_connection": CONNECTION, "migrations": "server.migrations"}
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _sqlite(settings: Settings) -> dict[str, Any]:
    credentials = expand_db_url(settings.database_url)["credentials"]
    # FULL: a committed write survives a power cut, unlike with WAL's usual NORMAL. Deleted data are overwritten.
    ours = {
        "busy_timeout": BUSY_TIMEOUT_MS,
        "journal_mode": "WAL",
        "synchronous": "FULL",
        "foreign_keys": "ON",
        "secure_delete": "ON",
    }
    return {"engine": "server.engines.sqlite", "credentials": {**ours, **credentials}}


def _postgres(settings: Settings) -> dict[str, Any]:
    credentials = expand_db_url(settings.database_url)["credentials"]
    if "sslmode" in credentials:
        # libpq's name of the option, used in URLs by hosting platforms; asyncpg calls it ssl.
        credentials["ssl"] = credentials.pop("sslmode")
    ours = {"minsize": POOL_MIN, "maxsize": POOL_MAX}
    return {"engine": "server.engines.asyncpg", "credentials": {**ours, **credentials}}


def sqlite_path(settings: Settings) -> Path:
    """Return the file of a sqlite:// URL."""
    return Path(expand_db_url(settings.database_url)["credentials"]["file_path"])


def make_room(settings: Settings) -> None:
    """Create the folder and file of a SQLite database if missing; only the owner can read the file."""
    if not settings.is_sqlite:
        return
    path = sqlite_path(settings)
    if path.name == ":memory:":
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # SQLite's companion files inherit its mode; a file that was copied here may be readable by others.
    path.touch(mode=0o600)
    for each in with_companions(path):
        with contextlib.suppress(PermissionError, FileNotFoundError):
            each.chmod(0o600)


def with_companions(path: Path) -> tuple[Path, ...]:
    """Return a SQLite database file and the two files beside it that exist while it is open or after a crash."""
    return (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"))


async def connect(settings: Settings) -> None:
    """Open the database for all tasks of the process.

    Raises an exception of the driver if it cannot be reached, and ConfigurationError if one is already open.
    """
    make_room(settings)
    database = Database()
    try:
        if settings.is_sqlite:
            database.use(sqlite_path(settings))
        # The global fallback makes it visible in requests and jobs, which are not children of the connecting task.
        with database:
            await database.init(config=config(settings), _enable_global_fallback=True)
        await _refuse_half_restored(settings)
    except BaseException:
        await database.close_connections()
        raise


async def _refuse_half_restored(settings: Settings) -> None:
    """Test the connection; raises InUse while a restore runs or if one was interrupted."""
    connection = get_connection(CONNECTION)
    if settings.is_sqlite:
        await connection.execute_query("SELECT 1")
        return
    [state] = await connection.execute_query_dict(STATE, [RESTORING_LOCK, ASIDE])
    if not state["is_free"]:
        raise DatabaseInUse("The database is being restored.")
    if state["is_half"]:
        raise DatabaseInUse("Restoring the database was broken off: run `restore FILE` again.")


async def disconnect() -> None:
    """Close the open database, if any, as `Database.close_connections` does; an open connection would keep the process
    alive.
    """
    if database := open_database():
        await database.close_connections()


def open_database() -> Database | None:
    """Return the open database of the process, or of the task if it has one of its own; None if none is open."""
    found = get_current_context()
    return found if isinstance(found, Database) else None


class DatabaseInUse(OSError):
    """Another process uses the SQLite database, so that this act is impossible."""


def lock_path(path: Path) -> Path:
    """Return the path of the lock file of a SQLite database."""
    return path.with_name(f"{path.name}.lock")


def _lock_file(path: Path) -> IO[str]:
    """Return the opened lock file, created for its owner only if missing."""
    lock_path(path).touch(mode=0o600)
    return lock_path(path).open("a")


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Prevent servers and workers from opening the database during the context. Raises DatabaseInUse while one has it
    open."""
    with _lock_file(path) as file:
        _flock(file, fcntl.LOCK_EX, f"A server or worker uses {path}: stop it first.")
        yield


def _flock(file: IO[str], kind: int, refusal: str) -> None:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise DatabaseInUse(refusal) from error


def atomic(function: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Run an async function as one transaction: all its writes are stored, or none if it raises.

    A cancelled caller stops waiting at once; the transaction runs to its end. Inside another atomic function it joins
    that transaction with a savepoint, so that a refusal caught by the outer function leaves no writes. If PostgreSQL
    ends the transaction because of a deadlock, it is run again, so that the function must not change its arguments
    before it has its locks. Other exceptions pass through: IntegrityError, OperationalError. Do not await e-mail, HTTP
    or solving inside: on SQLite the whole process waits.
    """

    async def transaction(*args: P.args, **kwargs: P.kwargs) -> T:
        async with in_transaction(CONNECTION):
            return await function(*args, **kwargs)

    @functools.wraps(function)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if in_atomic():
            return await transaction(*args, **kwargs)
        if (seen := SEEN.get()) is not None:
            seen.clear()
        task = asyncio.create_task(_ended(lambda: function(*args, **kwargs)), name=function.__qualname__)
        if database := open_database():
            database.running.add(task)
            task.add_done_callback(database.running.discard)
        try:
            # Unlike shield, wait passes an exception that comes after the caller has gone to us in all Python versions.
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.add_done_callback(_report)
            raise
        finally:
            if seen is not None:
                seen.clear()
        return task.result()

    return run


async def _outermost(act: Callable[[], Awaitable[T]]) -> T:
    """Run an act as a transaction of its own, with what the request's witness writes about it."""
    witness, tables = WITNESS.get(), set[str]()
    WRITTEN.set(tables)  # in the transaction's own task
    async with in_transaction(CONNECTION):
        result = await act()
        if witness is not None:
            await witness.write(frozenset(tables))
    if witness is not None:
        witness.committed()
    return result


async def _ended(act: Callable[[], Awaitable[T]]) -> T:
    """Return what the act returns, whose transaction is run again after a deadlock."""
    for _attempt in range(TRIES - 1):
        with contextlib.suppress(asyncpg.TransactionRollbackError):
            return await _outermost(act)
    return await _outermost(act)


def is_unavailable(error: BaseException) -> bool:
    """Return whether the database could not be used (locked, full, unreachable) or the disk is full, so that the act
    itself is not at fault.

    The ORM wraps exceptions of the driver, or passes them on.
    """
    for each in (error, error.__cause__, *error.args):
        if isinstance(each, sqlite3.Error) and (each.sqlite_errorcode or 0) & 0xFF in NOT_NOW_SQLITE:
            return True
        if isinstance(each, NOT_NOW) or (isinstance(each, OSError) and each.errno in NOT_NOW_DISK):
            return True
    return False


def _report(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.warning("%s failed after its caller had gone", task.get_name(), exc_info=error)


def in_atomic() -> bool:
    """Return whether a transaction is open in this task."""
    return isinstance(get_connection(CONNECTION), TransactionalDBClient)


async def rows_of(sql: str, *values: Any) -> Sequence[Any]:
    """Return the rows of a query of our own, which the ORM neither builds nor converts: for what each request reads.

    sql: with ?1, ?2 for the values, on both databases. Rows are read by index or name; SQLite has instants as texts.
    """
    connection = get_connection(CONNECTION)
    if connection.capabilities.dialect != "sqlite":
        sql = sql.replace("?", "$")
    _number, rows = await connection.execute_query(sql, list(values))
    return rows


def row_of(model: type[M], row: Any) -> M:
    """Return a row that has all columns of a model under their names, and perhaps more, as an object of the ORM."""
    return model._init_from_db(**dict(row))


async def lock(model: type[M], id: int) -> M | None:
    """Return the row, locked until this transaction ends, or None if there is none.

    On SQLite the transaction already locks the whole database. On PostgreSQL, rows that refer to this one can still be
    inserted meanwhile (NO KEY UPDATE), so that two transactions that insert first and lock then do not deadlock. Raises
    RuntimeError outside an atomic function, where the lock would end at once.
    """
    if not in_atomic():
        raise RuntimeError("lock() holds until the end of a transaction: call it in an atomic function")
    return await model.filter(pk=id).select_for_update(no_key=True).first()


async def reserved_ids(model: type[Model], number: int) -> list[int]:
    """Return ids for new rows of a table, which nothing else gets. Call inside the transaction that creates the rows.

    One query, or none for no rows.
    """
    if not number:
        return []
    connection, table = get_connection(CONNECTION), model._meta.db_table
    if connection.capabilities.dialect == "sqlite":
        # The transaction has locked the database.
        found = await connection.execute_query_dict("SELECT seq FROM sqlite_sequence WHERE name = ?", [table])
        last = found[0]["seq"] if found else 0
        return list(range(last + 1, last + 1 + number))
    query = "SELECT nextval(pg_get_serial_sequence($1, 'id')) AS id FROM generate_series(1, $2::int)"
    return [row["id"] for row in await connection.execute_query_dict(query, [table, number])]
