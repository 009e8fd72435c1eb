"""A stopping server still answers the requests that are under way.

After its grace period, uvicorn cancels requests and answers 500 although their transactions go on and are stored, so
that people would send them again. Here requests get more time, and their answer is correct.
"""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LAST_S = 15.0  # longer than an act waits for another program that locks the database


class UnderWay:
    """The requests that are not answered yet."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[None]] = set()

    async def answered(self) -> None:
        """Wait until all requests are answered."""
        while self.tasks:
            await asyncio.wait(self.tasks)


class Finishing:
    """Runs each request in its own task, which goes on for some time if the caller is cancelled.

    late: returns the answer if the time was not enough. last_s: that time in seconds.
    """

    def __init__(
        self, app: ASGIApp, under_way: UnderWay, late: Callable[[Request], Response], last_s: float = LAST_S
    ) -> None:
        self.app = app
        self.under_way = under_way
        self.late = late
        self.last_s = last_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        task = asyncio.create_task(self.answer(scope, receive, send))
        self.under_way.tasks.add(task)
        task.add_done_callback(self.under_way.tasks.discard)
        while not task.done():
            # Cancelled by the stopping server; a disconnecting client is reported by `receive` instead.
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                asyncio.get_running_loop().call_later(self.last_s, task.cancel)
        if not task.cancelled():
            task.result()

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_begun = False

        async def noting(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except asyncio.CancelledError:
            if is_begun:
                raise
            await self.late(Request(scope))(scope, receive, send)
