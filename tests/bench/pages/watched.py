"""The product's application with a watch on its event loop, and the process that serves it for the benchmark.

`python -m tests.bench.pages.watched PROCESSES APPLICATION` serves `ours` or `bare` on HOST and PORT with uvicorn's
options of `python -m server serve`. Each process answers on a socket in BENCH_WATCH named by its id: "reset" begins a
new measurement, "read" gives milliseconds: the longest wait of the loop and, if BENCH_DATABASE is set, by request the
longest for the database.
"""

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from server import cli, logs
from server.app import create_app
from server.settings import Settings
from tests.bench.pages.asking import Asking, watch

TICK_S = 0.005
# On a busy machine a process needs more than uvicorn's five seconds before it first answers the one that started it,
# which would kill it and start another for ever.
START_S = 120
FOLDER = "BENCH_WATCH"
DATABASE = "BENCH_DATABASE"


class Watched:
    """An application whose event loop is watched from its start to its end. longest_s: how late a sleep ended."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self.app, self.folder = Asking(app), folder
        self.longest_s = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        cli.answer_evenly()
        async with self._watching():
            await self.app(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _watching(self) -> AsyncIterator[None]:
        watch = asyncio.create_task(self._watch())
        server = await asyncio.start_unix_server(self._told, self.folder / f"{os.getpid()}.sock")
        try:
            yield
        finally:
            server.close()
            watch.cancel()

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK_S
            await asyncio.sleep(TICK_S)
            self.longest_s = max(self.longest_s, loop.time() - due)

    async def _told(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        word = (await reader.readline()).strip()
        waited = {name: 1_000 * seconds for name, seconds in self.app.longest_s.items()}
        answer = {"loop ms": 1_000 * self.longest_s, "database ms": waited}
        if word == b"reset":
            self.longest_s = 0.0
            self.app.longest_s.clear()
        writer.write(json.dumps(answer).encode() + b"\n")
        writer.close()


def ours() -> ASGIApp:
    if os.environ.get(DATABASE):
        watch()
    return Watched(_logged(create_app(Settings())), Path(os.environ[FOLDER]))


def bare() -> ASGIApp:
    # Only here: what it imports would count as memory of the product.
    from tests.bench.pages.bare import bare_app

    return Watched(_logged(bare_app(Settings())), Path(os.environ[FOLDER]))


def _logged(app: ASGIApp) -> ASGIApp:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logs.install()
    return app


def main(processes: int, name: str) -> None:
    settings = Settings()
    uvicorn.run(
        f"tests.bench.pages.watched:{name}",
        factory=True,
        workers=processes,
        host=settings.host,
        port=settings.port,
        log_level="info",
        timeout_graceful_shutdown=cli.GRACE_S,
        timeout_worker_healthcheck=START_S,
        proxy_headers=True,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        server_header=False,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
