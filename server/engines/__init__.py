"""Tortoise's database engines, with transactions that stay intact if their task is cancelled.

Tortoise takes a lock (SQLite) or a pooled connection (PostgreSQL) before it begins a transaction. A task cancelled in
between, or while the transaction ends, would keep the lock or connection for ever and block all queries.
"""

import asyncio
import re
from collections.abc import Coroutine
from contextvars import ContextVar
from typing import Any, TypeVar

from tortoise.backends.base import executor

T = TypeVar("T")
WRITING = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+[\"`]?(\w+)", re.IGNORECASE)
# The tables to which the present transaction has written, for who asks; None where nobody does.
WRITTEN: ContextVar[set[str] | None] = ContextVar("written", default=None)

# After so many rows the ORM lets other requests go on, in two or three milliseconds. A request gives way some ten times
# itself, so that it waits for ten such turns; the ORM's own 2,000 rows would hold it for a fifth of a second each time.
executor.CHUNK_SIZE = 50


async def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of work, which always runs to its end; a cancellation of the caller is raised afterwards."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    raise cancelled from (None if task.cancelled() else task.exception())


class Noting:
    """Mixed into a transaction's connection: notes the tables of its statements in WRITTEN."""

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        _note(query)
        return await super().execute_insert(query, values)  # type: ignore[misc]

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        _note(query)
        return await super().execute_query(query, values)  # type: ignore[misc]

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        _note(query)
        await super().execute_many(query, values)  # type: ignore[misc]


def _note(query: str) -> None:
    written = WRITTEN.get()
    if written is not None and (found := WRITING.match(query)):
        written.add(found[1])
