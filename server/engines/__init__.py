"""Tortoise's database engines, with transactions that stay intact if their task is cancelled.

Tortoise takes a lock (SQLite) or a pooled connection (PostgreSQL) before it begins a transaction. A task cancelled in
between, or while the transaction ends, would keep the lock or connection for ever and block all queries.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from tortoise.backends.base import executor

T = TypeVar("T")

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
