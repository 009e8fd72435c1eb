"""SQLite in the thread of the event loop.

aiosqlite gives each connection a thread, and each statement two changes of threads, which take longer than the
statement. Between statements other tasks still run.
"""

import asyncio
import contextlib
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar

import aiosqlite
import pytest

T = TypeVar("T")


async def _execute(self: Any, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    if not self._running or not self._connection:
        raise ValueError("Connection closed")
    await asyncio.sleep(0)
    return function(*arguments, **options)


async def _connect(self: Any) -> aiosqlite.Connection:
    if self._connection is None:
        self._connection = self._connector()
    opened: aiosqlite.Connection = self
    return opened


def _opened(self: Any) -> Generator[Any, None, aiosqlite.Connection]:
    return _connect(self).__await__()


def _stop(self: Any) -> None:
    self._running = False
    if self._connection is not None:
        self._connection.close()
        self._connection = None


async def _close(self: Any) -> None:
    _stop(self)


@contextlib.contextmanager
def statements_in_this_thread() -> Iterator[None]:
    """Let connections that are opened in the context work so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiosqlite.Connection, "_execute", _execute)
        patch.setattr(aiosqlite.Connection, "_connect", _connect)
        patch.setattr(aiosqlite.Connection, "__await__", _opened)
        patch.setattr(aiosqlite.Connection, "stop", _stop)
        patch.setattr(aiosqlite.Connection, "close", _close)
        yield
