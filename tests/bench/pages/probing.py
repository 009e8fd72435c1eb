"""Probes that ask a server for one thing again and again while something else goes on."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median, quantiles

from tests.bench.pages.wire import Wire

EVERY_S = 0.020
EXPECTED = frozenset({200, 303})


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
    """Ask for each of these until the context ends, with a pause after each answer; the last answer is awaited.

    The context begins after the first answer, which is not counted.
    """
    ended = asyncio.Event()

    async def probe(wire: Wire, message: bytes, waits: Waits) -> None:
        while not ended.is_set():
            await timed(wire, message, EXPECTED, waits)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), EVERY_S)
        wire.close()

    wires = [Wire(port) for _ in asked]
    for wire, (message, _waits) in zip(wires, asked, strict=True):
        await timed(wire, message, EXPECTED, Waits())
    tasks = [asyncio.create_task(probe(wire, *each)) for wire, each in zip(wires, asked, strict=True)]
    try:
        yield
    finally:
        ended.set()
        await asyncio.wait(tasks)


async def until(is_so: Callable[[], Awaitable[bool]], seconds: float, every_s: float = 0.2) -> bool:
    """Wait until something is so; return False if it is not so after these seconds."""
    ends = time.perf_counter() + seconds
    while not await is_so():
        if time.perf_counter() > ends:
            return False
        await asyncio.sleep(every_s)
    return True
