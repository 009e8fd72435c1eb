"""Acts that disturb other requests, many clients at once, letters, and the start: what each costs and who waits."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

from server.settings import Settings
from tests.bench.pages import letters, processes
from tests.bench.pages.keeping import World
from tests.bench.pages.places import places
from tests.bench.pages.probing import EXPECTED, Waits, probing, timed, until
from tests.bench.pages.processes import Server, Setup
from tests.bench.pages.rows import spreadsheet
from tests.bench.pages.state import announcements_left, plan_now
from tests.bench.pages.watched import DATABASE
from tests.bench.pages.wire import Answer, Wire, posted, request, sent_file
from tests.filling import filled

Figures = dict[str, float]
Act = Callable[[Setup, World, bool], Coroutine[Any, Any, Figures]]
PLAIN = "identity"
SOLVER_S = 120.0  # how long the solver is waited for, which starts after what the worker does first
POLLS_EVERY_S = 60.0
CROWD, CROWD_S, SHORT_CROWD_S = 1_000, 20.0, 12.0
READERS, PAUSE_S = 3, 0.5
FIRST_READS = 3  # for each process: a connection goes to any of them
UNDISTURBED = frozenset({200, 304})
READ = ("event", "matches, expert", "agenda", "desk", "experts")


async def start(setup: Setup, world: World, is_short: bool) -> Figures:
    """Start `serve` and `worker` as they are; return seconds until the first answer, and memory."""
    since = time.perf_counter()
    with processes.command(setup, "serve") as (process, port):
        seconds = await processes.answers(port, process, since)
        at_start = processes.memory_mb(process.pid)
        wire, first = Wire(port), Waits()
        page = places(world)["event"].path
        await timed(wire, request(page, port=port), UNDISTURBED, first)
        figures = {"serve: s": seconds, "serve: MB": at_start, "first page: ms": max(first.ms, default=0.0)}
        wire.close()
    with processes.command(setup, "worker") as (process, _port):
        await asyncio.sleep(3)
        return {**figures, "worker: MB": processes.memory_mb(process.pid)}


async def ask(setup: Setup, world: World, is_short: bool) -> Figures:
    """Ask for a plan, with the worker in the web process as `serve` has it; watch until the solver works."""
    page = f"/e/{world.slug}/plans"
    with processes.ours(setup, WORKERS_IN_WEB="true") as server:
        form = filled(await _html(server, world, page), "seconds")
        await _warm(server, world)
        wire, reading, before = Wire(server.port), Waits(), server.memory_mb()
        await server.reset()
        async with probing(server.port, (_agenda(server, world), reading)):
            started = time.perf_counter()
            answer = await wire.ask(_post(server, world, page, form))
            seconds = time.perf_counter() - started
            assert answer.status == 303, (answer.status, answer.body[:500])
            plan = int(urlsplit(answer.headers["location"]).path.rpartition("/")[2])
            begun = await until(partial(_is_solving, setup, plan), SOLVER_S)
            until_solver = time.perf_counter() - started
        wire.close()
        return {
            "POST: ms": 1_000 * seconds,
            "until the solver reports: s": until_solver if begun else SOLVER_S,
            "memory before: MB": before,
            "memory at its peak: MB": server.memory_mb(peak=True),
            "loop ms": await server.loop_ms(),
            **reading.figures("agenda"),
        }


async def _is_solving(setup: Setup, plan: int) -> bool:
    return (await plan_now(setup.database_url, plan)).is_solving


async def publish(setup: Setup, world: World, is_short: bool) -> Figures:
    """Publish the former plan again, which moves most meetings, while others read and write, beside a worker."""
    page = f"/e/{world.slug}/plans/{world.plans[0]}/publish"
    with _beside_bare(setup, world) as (server, bare), processes.command(setup, "worker"):
        form = filled(await _html(server, world, page), "against")
        act = _post(server, world, page, form)
        told = partial(_is_announced, setup)
        return await _disturbed(server, bare, world, "publish", act, then=told)


async def _is_announced(setup: Setup) -> bool:
    """Return whether everybody has an e-mail about the publication in the outbox."""
    return not await announcements_left(setup.database_url)


async def import_rows(setup: Setup, world: World, is_short: bool) -> Figures:
    """Import a spreadsheet of 900 experts: its preview, then its rows, while others read and write."""
    page, session = f"/e/{world.slug}/import", world.tokens["organiser"]
    with _beside_bare(setup, world) as (server, bare):
        taken = sent_file(page, "experts.csv", spreadsheet(), port=server.port, session=session)
        figures = await _disturbed(server, bare, world, "preview", taken)
        [number, *_others] = re.findall(rf"{page}/(\d+)", await _html(server, world, page))
        store = _post(server, world, f"{page}/{number}/store", {})
        return {**figures, **await _disturbed(server, bare, world, "store", store)}


async def clients(setup: Setup, world: World, is_short: bool) -> Figures:
    """A thousand clients read agendas or feeds once a minute, beside people who read pages.

    Each page was read once before; what the first reader waits for is a figure of its own.
    """
    seconds = SHORT_CROWD_S if is_short else CROWD_S
    with processes.ours(setup) as server:
        cold = await _read_once(server, world)
        await server.reset()
        polls, reads = Waits(), Waits()
        ends = time.perf_counter() + seconds
        people = [_reads(server, world, ends, reads, number) for number in range(READERS)]
        await asyncio.gather(_polls(server, world, ends, polls), *people)
        extent = {"loop ms": await server.loop_ms(), "MB": server.memory_mb(), "longest first page: ms": cold}
        return {**polls.figures("poll"), **reads.figures("page"), **extent}


async def send(setup: Setup, world: World, is_short: bool) -> Figures:
    """Send letters by `worker` to an SMTP server of this machine."""
    settings = Settings(database_url=setup.database_url, match_embed="none")
    return await letters.sent(setup, settings, letters.FEW if is_short else letters.MANY)


NEEDS_TWO_PLANS = frozenset({"publish a plan"})
ACTS: Mapping[str, Act] = {
    "start": start,
    "ask for a plan": ask,
    "publish a plan": publish,
    "import 900 rows": import_rows,
    "1,000 clients": clients,
    "letters": send,
}


@contextlib.contextmanager
def _beside_bare(setup: Setup, world: World) -> Iterator[tuple[Server, Server]]:
    """Run the product, and beside it the bare agenda in one process."""
    with (
        processes.bare(replace(setup, processes=1), world, [places(world)["agenda"]]) as bare,
        processes.ours(setup, **{DATABASE: "watched"}) as server,
    ):
        yield server, bare


async def _disturbed(
    server: Server,
    bare: Server,
    world: World,
    name: str,
    act: bytes,
    then: Callable[[], Coroutine[Any, Any, bool]] | None = None,
) -> Figures:
    """Do an act while others read an agenda and write; return how long each of them waited. then: until this is so.

    The bare agenda is read at the same time: what it waits for is the processor, which everybody shares. It begins when
    all processes have started: a worker or an encoder that loads its modules takes a core for seconds.
    """
    await processes.rest()
    reading, writing, sharing, done, wire = Waits(), Waits(), Waits(), Waits(), Wire(server.port)
    reader = _agenda(server, world)
    writer = posted("/language", {"to": "en"}, port=server.port, session=world.clients[-1][0])
    # The first write changes a language, so that the agenda is read anew; the others change nothing.
    await timed(wire, writer, EXPECTED, Waits())
    await _warm(server, world)
    await server.reset()
    await bare.reset()
    async with (
        probing(server.port, (reader, reading), (writer, writing)),
        probing(bare.port, (request("/0", port=bare.port), sharing)),
    ):
        answer = await timed(wire, act, frozenset({303}), done)
        if then is not None and done.ms:
            assert await until(then, SOLVER_S), name
    wire.close()
    assert done.ms, (name, answer[:500])
    return {
        f"{name}: s": max(done.ms) / 1_000,
        f"{name}: loop ms": await server.loop_ms(),
        f"{name}: bare loop ms": await bare.loop_ms(),
        f"{name}, agenda: database ms": await server.database_ms(reader),
        f"{name}, write: database ms": await server.database_ms(writer),
        **reading.figures(f"{name}, agenda"),
        **writing.figures(f"{name}, write"),
        **sharing.figures(f"{name}, bare agenda"),
    }


async def _read_once(server: Server, world: World) -> float:
    """Read each page of `_reads` until every process has answered it; return the longest wait in milliseconds."""
    known, waits = places(world), Waits()
    for place in (known[name] for name in (*READ, "feed 200")):
        for _process in range(FIRST_READS * len(server.pids())):
            wire = Wire(server.port)
            asked = request(place.path, port=server.port, session=world.tokens.get(place.role, ""))
            await timed(wire, asked, UNDISTURBED, waits)
            wire.close()
    return max(waits.ms, default=0.0)


async def _warm(server: Server, world: World) -> None:
    """Read the agenda once: what a first page loads is no wait for others."""
    wire = Wire(server.port)
    await timed(wire, _agenda(server, world), frozenset({200}), Waits())
    wire.close()


def _agenda(server: Server, world: World) -> bytes:
    return request(f"/e/{world.slug}/agenda", port=server.port, session=world.tokens["expert"])


def _post(server: Server, world: World, path: str, fields: Mapping[str, Any]) -> bytes:
    flat = {name: value[-1] if isinstance(value, list) else str(value) for name, value in fields.items() if value}
    return posted(path, flat, port=server.port, session=world.tokens["organiser"])


async def _html(server: Server, world: World, path: str) -> str:
    wire = Wire(server.port)
    asked = request(path, port=server.port, session=world.tokens["organiser"], encoding=PLAIN)
    answer: Answer = await wire.ask(asked)
    wire.close()
    assert answer.status == 200, (path, answer.status)
    return answer.body.decode()


async def _polls(server: Server, world: World, ends: float, waits: Waits) -> None:
    """Let each client in turn ask at its instant; the wait counts from there, also if the server is behind."""
    tags: dict[str, str] = {}
    due, pending, whose = time.perf_counter(), set[asyncio.Task[None]](), cycle(enumerate(world.clients))
    while due < ends:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        number, (session, feed) = next(whose)
        task = asyncio.create_task(_poll(server, world, session, feed if number % 2 else "", tags, waits, due))
        pending.add(task)
        task.add_done_callback(pending.discard)
        due += POLLS_EVERY_S / CROWD
    if pending:
        await asyncio.wait(pending)


async def _poll(
    server: Server, world: World, session: str, feed: str, tags: dict[str, str], waits: Waits, due: float
) -> None:
    """Ask for a feed, with the tag of its last answer, or for an agenda if there is no feed."""
    wire = Wire(server.port)
    if not feed:
        asked = request(f"/e/{world.slug}/agenda", port=server.port, session=session)
    else:
        known = {"If-None-Match": tags[feed]} if feed in tags else {}
        asked = request(f"/cal/{feed}.ics", port=server.port, headers=known)
    try:
        answer = await wire.ask(asked)
        tags |= {feed: answer.headers["etag"]} if feed and "etag" in answer.headers else {}
        waits.ms.append(1_000 * (time.perf_counter() - due))
        waits.failed += answer.status not in UNDISTURBED
    except (OSError, EOFError, TimeoutError):
        waits.failed += 1
    wire.close()


async def _reads(server: Server, world: World, ends: float, waits: Waits, first: int) -> None:
    """Read pages one after the other, with a pause after each."""
    known, wire, number = places(world), Wire(server.port), first
    while time.perf_counter() < ends:
        place = known[READ[number % len(READ)]]
        asked = request(place.path, port=server.port, session=world.tokens.get(place.role, ""))
        await timed(wire, asked, UNDISTURBED, waits)
        await asyncio.sleep(PAUSE_S)
        number += 1
    wire.close()
