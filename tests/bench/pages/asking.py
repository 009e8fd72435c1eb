"""How long requests wait for the database: from asking for a connection, a transaction or rows until the answer.

Times are as a request sees them. They hold waits for other transactions and processes, for a free connection, and for
the turn of the event loop; what a request computes itself, such as its page, is not among them.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from tortoise.backends.asyncpg.client import TransactionWrapper

from server.engines import asyncpg, sqlite

# What a connection, a transaction on it, and the way into and out of one are asked for.
STATEMENTS = ("execute_query", "execute_query_dict", "execute_insert", "execute_many")
ASKED: tuple[tuple[type, tuple[str, ...]], ...] = (
    (sqlite.SqliteClient, STATEMENTS),
    (sqlite.TransactionClient, STATEMENTS),
    (sqlite.ImmediateTransaction, ("__aenter__", "__aexit__")),
    (asyncpg.AsyncpgClient, STATEMENTS),
    (TransactionWrapper, STATEMENTS),
    (asyncpg.PooledTransaction, ("__aenter__", "__aexit__")),
)
# Seconds that the present request has waited, in a list of one; and whether it is waiting, so that a wait within a wait
# is not counted twice.
_WAITED: ContextVar[list[float] | None] = ContextVar("waited", default=None)
_IS_WAITING: ContextVar[bool] = ContextVar("is waiting", default=False)


class Asking:
    """An application whose requests are watched. longest_s: by method and path, the most that one has waited."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.longest_s: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        waited, name = [0.0], f"{scope['method']} {scope['path']}"
        token = _WAITED.set(waited)
        try:
            await self.app(scope, receive, send)
        finally:
            _WAITED.reset(token)
            self.longest_s[name] = max(self.longest_s.get(name, 0.0), waited[0])


def watch() -> None:
    """Count the waits of this process from now on."""
    for kind, names in ASKED:
        for name in names:
            setattr(kind, name, counted(getattr(kind, name)))


def counted(asks: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return the function, whose time counts as a wait of the request that calls it."""

    @wraps(asks)
    async def timed(*args: Any, **values: Any) -> Any:
        async with _counting():
            return await asks(*args, **values)

    return timed


@asynccontextmanager
async def _counting() -> AsyncIterator[None]:
    waited = _WAITED.get()
    if waited is None or _IS_WAITING.get():
        yield
        return
    token, started = _IS_WAITING.set(True), time.perf_counter()
    try:
        yield
    finally:
        _IS_WAITING.reset(token)
        waited[0] += time.perf_counter() - started
