"""The suite of pages: each size on each database with each number of processes, as often as asked."""

import asyncio
import contextlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests import postgres
from tests.bench.pages import crowds, keeping, measuring, processes, tables
from tests.bench.pages.copying import filled, in_postgres
from tests.bench.pages.drawing import SIZES
from tests.bench.pages.keeping import World
from tests.bench.pages.measuring import Effort
from tests.bench.pages.options import PagesOptions
from tests.bench.pages.places import NAMES, places
from tests.bench.pages.processes import Setup
from tests.bench.pages.wire import Wire, request
from tests.bench.report import BenchReport

Copied = Callable[..., AbstractContextManager[tuple[str, World, Path]]]


def measure(report: BenchReport, options: PagesOptions, runs: int) -> None:
    """Measure all pages and acts that are asked for."""
    for database in options.databases:
        with contextlib.ExitStack() as stack:
            copied = stack.enter_context(databases(database))
            for count in options.processes:
                for size in options.sizes:
                    _of_size(report, options, runs, size, database, copied, count)
        tables.show_growth(report, database, NAMES)
    tables.show_limits(report)


def _of_size(
    report: BenchReport, options: PagesOptions, runs: int, size: str, database: str, copied: Copied, count: int
) -> None:
    case, found = f"{size} {database} {count}", options.names
    if found:
        with _going_on(report, f"{case}: pages"), copied(size) as (url, world, folder):
            asyncio.run(_pages(report, found, options.effort, runs, case, world, Setup(url, folder, count)))
        tables.show_pages(report, case, found)
        report.write()
    for name in options.acts_of(size, count):
        for run in range(runs):
            with (
                _going_on(report, f"{case}: {name}"),
                copied(size, 2 if name in crowds.NEEDS_TWO_PLANS else 1) as (url, world, folder),
            ):
                setup = Setup(url, folder, count)
                figures: dict[str, float] = asyncio.run(crowds.ACTS[name](setup, world, options.is_short))
                report.add("pages", f"{case}: {name}", "ours", figures, run)
        tables.show_act(report, case, name)
        report.write()


@contextlib.contextmanager
def _going_on(report: BenchReport, what: str) -> Iterator[None]:
    """Record an exception in the report instead of raising it, so that the remaining figures are measured."""
    try:
        yield
    except Exception as fault:
        report.fail(what, fault)


async def _pages(
    report: BenchReport, names: Sequence[str], effort: Effort, runs: int, case: str, world: World, setup: Setup
) -> None:
    asked = [places(world)[name] for name in names]
    with processes.ours(setup) as ours, processes.bare(setup, world, asked) as bare:
        statements = await _statements(bare.port)
        for run in range(runs):
            for number, place in enumerate(asked):
                figures: dict[str, Any] = await measuring.measured(ours, place, world, effort)
                figures |= await measuring.measured_bare(bare, number, place, effort)
                figures |= {"ratio": measuring.ratio(figures), "SQL": statements[place.name]}
                report.add("pages", f"{case}: {place.name}", "ours", figures, run)


async def _statements(port: int) -> dict[str, int]:
    wire = Wire(port)
    answer = await wire.ask(request("/statements", port=port))
    wire.close()
    found: dict[str, int] = json.loads(answer.body)
    return found


@contextlib.contextmanager
def databases(kind: str) -> Iterator[Copied]:
    """Yield a function that copies the filled database of a size: a context with its URL, world and a new folder."""
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(postgres.cluster()) if kind == "postgres" else None
        sources: dict[Path, str] = {}

        @contextlib.contextmanager
        def copied(size: str, plans: int = 1) -> Iterator[tuple[str, World, Path]]:
            path, world = keeping.kept(SIZES[size], plans)
            with tempfile.TemporaryDirectory(prefix="duijie-bench-") as place:
                folder = Path(place)
                if cluster is None:
                    shutil.copy(path, folder / "duijie.db")
                    yield f"sqlite://{folder / 'duijie.db'}", world, folder
                else:
                    if path not in sources:
                        filled(cluster, path, f"source-{len(sources)}")
                        sources[path] = f"source-{len(sources)}"
                    with in_postgres(cluster, sources[path], f"bench-{time.monotonic_ns()}") as url:
                        yield url, world, folder

        yield copied
