"""Tortoise's engines with transactions that a cancelled task can neither leak nor tear.

Tortoise takes a lock (SQLite) or a pooled connection (PostgreSQL) and then begins; a task that is cancelled in between,
or while the transaction ends, keeps it for ever, and soon every query of the process waits.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def settle(work: Coroutine[Any, Any, T]) -> T:
    """The result of work, which runs to its end even if the caller is cancelled; only then is that raised."""
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
