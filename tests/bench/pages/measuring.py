"""Measure one page: its time alone, how many a second under load, and the same of its bare page."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from tests.bench.pages.keeping import World
from tests.bench.pages.places import Place
from tests.bench.pages.processes import Server
from tests.bench.pages.wire import Answer, Wire, request


@dataclass(frozen=True)
class Effort:
    """How long one page is measured. least, most: requests one after the other, within `seconds` beyond the least.

    load_s: seconds under load. clients: connections of the load for each process.
    """

    least: int = 3
    most: int = 40
    seconds: float = 0.5
    load_s: float = 0.6
    clients: int = 4


WHOLE_S = 600.0  # how long a page may say that scores are being calculated
SLOW = 0.5  # share of the seconds under load that one answer takes
SHORT = Effort(least=2, most=20, seconds=0.3, load_s=0.4)
FULL = Effort()
Figures = dict[str, float]


def message(place: Place, world: World, port: int, tag: str = "") -> bytes:
    """Return the request for a page. tag: of the copy that the client has, "" for none."""
    headers = {"If-None-Match": tag} if tag else {}
    return request(place.path, port=port, session=world.tokens.get(place.role, ""), headers=headers)


async def measured(ours: Server, place: Place, world: World, effort: Effort) -> Figures:
    """Return the figures of a page of the product."""
    wire = Wire(ours.port)
    plain = request(place.path, port=ours.port, session=world.tokens.get(place.role, ""), encoding="identity")
    await _read_by_all(ours, plain, effort)
    tag = (await _answered(wire, message(place, world, ours.port), 200)).headers["etag"] if place.is_repeated else ""
    asked = message(place, world, ours.port, tag)
    await _answered(wire, asked, place.status)
    await ours.reset()
    found = await alone(wire, asked, place.status, effort)
    # A page that takes long is not asked by several at once, which would take several times as long.
    is_slow = median(found) > SLOW * 1_000 * effort.load_s
    figures = {
        "p50 ms": median(found),
        "p95 ms": quantiles(found, n=20, method="inclusive")[-1],
        "pages/s": 1_000 / median(found)
        if is_slow
        else await loaded(ours.port, asked, place.status, effort, len(ours.pids())),
        "loop ms": await ours.loop_ms(),
        "MB": ours.memory_mb(),
    }
    wire.close()
    return figures


async def _read_by_all(ours: Server, asked: bytes, effort: Effort) -> None:
    """Read a page until each process has answered it whole, as it does in a server that has run for a while.

    A connection goes to any of the processes, and the first answer of each says that scores are being calculated.
    """
    several = effort.clients * len(ours.pids()) if len(ours.pids()) > 1 else 1
    ends = time.perf_counter() + WHOLE_S
    while True:
        await ours.reset()
        bodies = await asyncio.gather(*(_body(ours.port, asked) for _ in range(several)))
        is_whole = not any(b"data-refresh" in body for body in bodies)
        if is_whole and await ours.have_all_answered(asked):
            return
        assert time.perf_counter() < ends, "the page does not become whole in every process"
        if not is_whole:
            await asyncio.sleep(0.5)


async def _body(port: int, asked: bytes) -> bytes:
    wire = Wire(port)
    answer = await _answered(wire, asked, 200)
    wire.close()
    return answer.body


async def measured_bare(bare: Server, number: int, place: Place, effort: Effort) -> Figures:
    """Return the pages a second of a bare page. number: of its place."""
    asked = request(f"/{number}", port=bare.port)
    wire = Wire(bare.port)
    await _answered(wire, asked, place.status)
    wire.close()
    return {"bare pages/s": await loaded(bare.port, asked, place.status, effort, len(bare.pids()))}


async def alone(wire: Wire, asked: bytes, status: int, effort: Effort) -> list[float]:
    """Return the milliseconds of requests one after the other."""
    found: list[float] = []
    ends = time.perf_counter() + effort.seconds
    while len(found) < effort.least or (len(found) < effort.most and time.perf_counter() < ends):
        started = time.perf_counter()
        await _answered(wire, asked, status)
        found.append(1_000 * (time.perf_counter() - started))
    return found


async def loaded(port: int, asked: bytes, status: int, effort: Effort, processes: int) -> float:
    """Return how many answers come in a second while several connections ask without a pause."""
    started = time.perf_counter()
    counts = await asyncio.gather(
        *(_asking(port, asked, status, started + effort.load_s) for _ in range(effort.clients * processes))
    )
    return sum(counts) / (time.perf_counter() - started)


async def _asking(port: int, asked: bytes, status: int, ends: float) -> int:
    wire, number = Wire(port), 0
    while not number or time.perf_counter() < ends:
        await _answered(wire, asked, status)
        number += 1
    wire.close()
    return number


async def _answered(wire: Wire, asked: bytes, status: int) -> Answer:
    answer = await wire.ask(asked)
    assert answer.status == status, (asked.partition(b"\r\n")[0], answer.status)
    return answer


def ratio(figures: Figures) -> float:
    """Return the pages per second of the bare page divided by those of our page; 1 if both are equally fast."""
    return figures["bare pages/s"] / figures["pages/s"]


def chosen(names: Sequence[str], among: Sequence[str]) -> list[str]:
    """Return the names that begin with one of these words, in their order; all if there are no words."""
    return [each for each in among if not names or any(each.startswith(name) for name in names)]
