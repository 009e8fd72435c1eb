"""The benchmark of pages: its events, its plan without a solver, its bare pages and its tables. Nothing is timed."""

import asyncio
import shutil
from argparse import ArgumentParser
from collections import Counter
from email.message import EmailMessage
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from matching.formats.schedule import load_plan
from matching.plan import violations
from matching.problem import Meeting, Problem
from server import db
from server.letters.sending import client_of, connect, hand_over
from server.models import CalendarEntry, Plan, PlanState, Publication, Registration, Side
from tests.bench.families import Shape, event
from tests.bench.pages import bare, goals, keeping, tables
from tests.bench.pages.asking import Asking, counted
from tests.bench.pages.crowds import ACTS
from tests.bench.pages.drawing import SIZES, Size, draw
from tests.bench.pages.keeping import World
from tests.bench.pages.options import PagesOptions, add_pages_options, pages_options, short
from tests.bench.pages.places import NAMES, places
from tests.bench.pages.placing import placed
from tests.bench.pages.probing import Waits
from tests.bench.pages.rows import spreadsheet
from tests.bench.pages.sink import sink
from tests.bench.pages.wire import Wire, request
from tests.bench.report import BenchReport
from tests.server.planning import result_of

SMALL = Size(4, 7, (5,), 3, 2, 2)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """Return a filled database of a small event."""
    path = tmp_path_factory.mktemp("pages") / "full.db"
    return path, asyncio.run(keeping.fill(path, SMALL))


# -- Events --------------------------------------------------------------------------------------------------------


def test_equal_sizes_give_equal_events_of_that_size() -> None:
    size = SIZES["17x40"]
    made = draw(size)

    assert made == draw(size)
    assert (len(made.experts), len(made.enterprises), len(made.interpreters)) == (17, 40, 5)
    assert all(firm.needs and firm.firm for firm in made.enterprises)
    assert len({firm.firm for firm in made.enterprises}) == 40


def test_wishes_are_for_the_other_side_and_once_each() -> None:
    made = draw(SIZES["17x40"])
    most = {True: 40, False: 17}

    assert all(0 <= wish.about < most[wish.of_expert] for wish in made.wishes)
    assert max(Counter((wish.of_expert, wish.by, wish.about) for wish in made.wishes).values()) == 1


async def test_a_filled_database_has_a_published_plan_with_calendar_entries(filled: tuple[Path, World]) -> None:
    path, world = filled
    await db.connect(keeping.settings_for(f"sqlite://{path}"))
    try:
        plan = await Plan.get(id=world.published)
        entries = await CalendarEntry.filter(is_cancelled=False).count()
        counts = [await Registration.filter(side=side).count() for side in (Side.EXPERT, Side.ENTERPRISE)]
        published = await Publication.get()
        meetings = (await result_of(plan))["meetings"]
    finally:
        await db.disconnect()

    assert (plan.state, published.plan_id, counts) == (PlanState.PUBLISHED, world.published, [4, 7])
    assert entries == len(meetings) > 0


# -- Plan ----------------------------------------------------------------------------------------------------------


def can_take_place(problem: Problem, meetings: list[Meeting], pair: str) -> bool:
    """Return whether the pair can be added to the meetings anywhere."""
    taken = {(meeting.slot, meeting.table) for meeting in meetings}
    who = [None, *(each.id for each in problem.interpreters)]
    return any(
        not violations(problem, [*meetings, Meeting(pair, slot.id, table, interpreter)])
        for slot, interpreter in product(problem.slots, who)
        for table in [next((t.id for t in problem.tables if (slot.id, t.id) not in taken), "")]
        if table
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_nothing_can_be_added_to_a_plan_without_the_solver(seed: int) -> None:
    problem = event(Shape(5, 9, (6,), 3, 2, 25), 1)

    plan = load_plan(placed(problem, seed=seed), problem)

    unheld = [pair.id for pair in problem.pairs if pair.id not in {meeting.pair for meeting in plan.meetings}]
    assert violations(problem, plan.meetings) == []
    assert [pair for pair in unheld if can_take_place(problem, list(plan.meetings), pair)] == []


# -- Pages ---------------------------------------------------------------------------------------------------------


async def test_bare_pages_are_what_the_product_sends(filled: tuple[Path, World], tmp_path: Path) -> None:
    path, world = filled
    shutil.copy(path, tmp_path / "copy.db")
    settings = keeping.settings_for(f"sqlite://{tmp_path / 'copy.db'}", workers_in_web=False)
    asked = [(place, world.tokens.get(place.role, "")) for place in places(world).values()]

    found = await bare.taken(settings, asked)

    assert [each.place.name for each in found] == list(NAMES)
    assert all(each.statements > 0 for each in found)
    by_name = {each.place.name: each for each in found}
    assert by_name["event"].answer().body == by_name["event"].body
    assert by_name["feed 200"].answer().body == by_name["feed 200"].body
    assert by_name["feed 304"].answer().status_code == 304


async def test_a_letter_to_the_sink_is_counted() -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "b@example.org", "One line"
    letter.set_content("Good day.")

    async with sink() as taking:
        client = client_of(taking.url)
        await connect(client, taking.url)
        await hand_over(client, letter)
        client.close()

    assert (len(taking.taken_at), taking.connections, taking.rate) == (1, 1, None)


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: x\r\n\r\nwords",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\netag: x\r\n\r\n2\r\nwo\r\n3\r\nrds\r\n0\r\n\r\n",
    ],
)
async def test_the_client_reads_whole_answers_over_one_connection(sent: bytes) -> None:
    ended = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(sent)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        ended.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        wire = Wire(port)
        found = [await wire.ask(request("/", port=port)) for _ in range(2)]
        wire.close()
        await ended.wait()

    assert [(each.status, each.headers["etag"], each.body) for each in found] == [(200, "x", b"words")] * 2


def test_the_spreadsheet_has_a_row_for_each_expert() -> None:
    lines = spreadsheet(3).decode().splitlines()
    assert lines[0].startswith("email,full_name,country") and sum(line.startswith("imported") for line in lines) == 3


# -- Options and tables --------------------------------------------------------------------------------------------


def options(*words: str) -> PagesOptions:
    parser = ArgumentParser()
    add_pages_options(parser)
    return pages_options(parser.parse_args(words))


def test_the_short_form_measures_the_smallest_and_the_largest_event() -> None:
    found = short(options("--short"))
    assert (found.sizes, found.databases, found.processes) == (("17x40", "1000x3000"), ("sqlite",), (1,))


def test_pages_and_acts_are_chosen_by_the_beginnings_of_their_names() -> None:
    found = options("--pages", "matches,desk", "--sizes", "17x40")
    assert (found.names, found.acts_of("17x40", 1)) == (["matches, expert", "matches, enterprise", "desk"], [])
    assert (options("--acts", "letters").names, options().names) == ([], list(NAMES))


def test_acts_are_measured_where_they_can_differ_unless_they_are_asked_for() -> None:
    everything = options()
    assert everything.acts_of("17x40", 1) == list(ACTS)
    assert everything.acts_of("200x500", 1) == [name for name in ACTS if name != "letters"]
    assert everything.acts_of("17x40", 2) == ["publish a plan", "import 900 rows", "1,000 clients"]
    assert options("--acts", "letters,start").acts_of("1000x3000", 2) == ["start", "letters"]


def test_growth_is_the_largest_measured_size_through_the_smallest() -> None:
    times = [("17x40", 10.0), ("17x40", 12.0), ("17x40", 20.0), ("200x500", 99.0), ("1000x3000", 36.0)]
    runs = [{"suite": "pages", "case": f"{size} sqlite 1: desk", "p50 ms": time} for size, time in times]

    assert tables.growth(runs, "sqlite 1", NAMES) == {"desk": 3.0}
    assert tables.growth(runs[:3], "sqlite 1", NAMES) == {}


def test_a_table_has_the_least_median_and_most_of_the_runs(capsys: pytest.CaptureFixture[str]) -> None:
    report = BenchReport()
    for number in (20.0, 10.0, 30.0):
        figures = {"pages/s": number, "bare pages/s": 60.0, "ratio": 60 / number, "p50 ms": 5.0, "p95 ms": 6.0}
        report.add("pages", "17x40 sqlite 1: desk", "ours", {**figures, "SQL": 4, "loop ms": 7.0, "MB": 260.4})

    tables.show_pages(report, "17x40 sqlite 1", ["desk"])

    line = capsys.readouterr().out.splitlines()[-1].split()
    assert " ".join(line) == "desk 10 20 30 60 2.0 3.0 6.0 5.0 5.0 5.0 6.0 4 7 260"


def test_medians_stand_beside_their_limits_and_those_beyond_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    report = BenchReport()
    runs: list[dict[str, Any]] = [
        *({"case": "17x40 sqlite 1: desk", "ratio": ratio, "p50 ms": 9.0} for ratio in (2.0, 3.1, 9.0)),
        {"case": "17x40 sqlite 1: event", "ratio": 2.0, "p50 ms": 9.0},
        {"case": "1000x3000 sqlite 1: desk", "ratio": 9.0, "p50 ms": 251.0},
        {"case": "17x40 sqlite 1: feed 304", "pages/s": 400.0, "bare pages/s": 1500.0},
        {"case": "17x40 sqlite 1: letters", "letters/s": 299.0},
    ]

    for run in runs:
        report.add("pages", run.pop("case"), "ours", run)
    tables.show_limits(report)

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "17x40 sqlite 1, medians of 3" in lines
    assert "desk: ratio 3.1 at most 3 NOT MET" in lines and "event: ratio 2 at most 2 met" in lines
    assert [str(each) for each in goals.judged(report.runs) if not each.is_kept] == [
        "17x40 sqlite 1: desk: ratio 3.1, at most 3",
        "1000x3000 sqlite 1: desk: p50 ms 251, at most 250",
        "17x40 sqlite 1: feed 304: pages/s 400, at least 500",
        "17x40 sqlite 1: letters: letters/s 299, at least 300",
    ]


def test_waits_name_the_longest() -> None:
    found = Waits([1.0, 2.0, 30.0], failed=1).figures("agenda")
    assert (found["agenda: longest ms"], found["agenda: p50 ms"], found["agenda: failed"]) == (30.0, 2.0, 1.0)


async def test_a_request_waits_for_the_database_once_though_one_wait_is_within_another() -> None:
    ended: list[str] = []

    @counted
    async def rows() -> None:
        ended.append("rows")

    @counted
    async def transaction() -> None:
        await rows()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/reads":
            await transaction()

    asking = Asking(app)
    for path in ("/reads", "/computes"):
        await asking({"type": "http", "method": "GET", "path": path}, none, none)

    assert ended == ["rows"]
    assert asking.longest_s["GET /reads"] > 0
    assert asking.longest_s["GET /computes"] == 0


async def none(*_message: Any) -> Any:
    """Neither a request's body nor its answer."""
