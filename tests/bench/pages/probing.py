"""Probes that ask a server for one thing again and again while something else goes on."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median, quantiles

from tests.bench.pages.wire import Wire

EVERY_S = 0.020


@dataclass
class Waits:
    """Milliseconds that requests waited. failed: number of requests without the expected status."""

    ms: list[float] = field(default_factory=list)
    failed: int = 0

    def figures(self, name: str) -> dict[str, float]:
        """Return the figures, named after what was asked; nothing if nothing was."""
        if not self.ms:
            return {f"{name}: failed": float(self.failed)}
        return {
            f"{name}: answers": float(len(self.ms)),
            f"{name}: p50 ms": median(self.ms),
            f"{name}: p95 ms": quantiles([*self.ms, self.ms[-1]], n=20, method="inclusive")[-1],
            f"{name}: longest ms": max(self.ms),
            **({f"{name}: failed": float(self.failed)} if self.failed else {}),
        }


async def timed(wire: Wire, asked: bytes, statuses: frozenset[int], waits: Waits, since: float | None = None) -> bytes:
    """Ask once and note how long it took. since: from when to count, None for now. Returns the body."""
    started = time.perf_counter() if since is None else since
    try:
        answer = await wire.ask(asked)
    except (OSError, EOFError, TimeoutError):
        wire.close()
        waits.failed += 1
        return b""
    if answer.status in statuses:
        waits.ms.append(1_000 * (time.perf_counter() - started))
    else:
        waits.failed += 1
    return answer.body


@contextlib.asynccontextmanager
async def probing(port: int, *asked: tuple[bytes, Waits]) -> AsyncIterator[None]:
    """Ask for each of these until the context ends, with a pause after each answer."""

    async def probe(message: bytes, waits: Waits) -> None:
        wire = Wire(port)
        while True:
            await timed(wire, message, frozenset({200, 303}), waits)
            await asyncio.sleep(EVERY_S)

    tasks = [asyncio.create_task(probe(*each)) for each in asked]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def until(is_so: Callable[[], Awaitable[bool]], seconds: float, every_s: float = 0.2) -> bool:
    """Wait until something is so; return False if it is not so after these seconds."""
    ends = time.perf_counter() + seconds
    while not await is_so():
        if time.perf_counter() > ends:
            return False
        await asyncio.sleep(every_s)
    return True
