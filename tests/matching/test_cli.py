"""The command line, run as a program where the process matters."""

import gc
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from matching.__main__ import main
from matching.formats.documents import dump
from tests.matching.examples import document, pair, party, slot


def program(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run the command line as a program."""
    return subprocess.run([sys.executable, "-m", "matching", *map(str, arguments)], capture_output=True)


def run(*arguments: str | Path, stdin: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in this process, which has loaded the solvers. variables: of the environment."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    given = {"stdin": stdin, "stdout": b"", "stderr": b""}
    streams = {name: io.TextIOWrapper(io.BytesIO(content), "utf-8") for name, content in given.items()}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        try:
            code = main([*map(str, arguments)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            gc.unfreeze()
            for number, handler in before.items():
                signal.signal(number, handler)
    return subprocess.CompletedProcess(arguments, code, *(written(streams[name]) for name in ("stdout", "stderr")))


def written(stream: io.TextIOWrapper) -> bytes:
    stream.seek(0)
    return bytes(stream.buffer.read())


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("problem") / "problem.json", document(x={"event": "对接"}))


@pytest.fixture(scope="module")
def planned(problem: Path) -> subprocess.CompletedProcess[bytes]:
    """Return the problem planned once for all tests, with the plan on standard output."""
    return program(problem, "--iterations", "20", "--seed", "7")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


def write(path: Path, raw: dict[str, Any]) -> Path:
    path.write_bytes(dump(raw))
    return path


def test_a_plan_is_written(planned: subprocess.CompletedProcess[bytes]) -> None:
    plan = json.loads(planned.stdout)

    assert planned.returncode == 0
    assert (plan["status"], plan["seed"], plan["seconds"]) == ("optimal", 7, None)
    assert plan["x"] == {"event": "对接"}
    assert "timings" not in plan
    assert sorted(meeting["pair"] for meeting in plan["meetings"]) == ["ab", "ac"]


def test_what_a_solver_prints_of_its_own_is_no_part_of_the_answer(tmp_path: Path) -> None:
    times = [slot("s1", "09:00", "09:30"), slot("s2", "09:30", "10:00")]
    parties = [party("a", available="s1 s2", side="expert"), party("b", available="s1 s2", side="enterprise")]
    kept = document(
        slots=times,
        tables=[{"id": "t1"}, {"id": "t2"}],
        parties=[*parties, party("c", available="s1 s2", side="expert")],
        pairs=[pair("ab", value=0.82438505062), pair("cb", value=0.82438505062)],
        interpreters=[],
        previous=[{"pair": "ab", "slot": "s2", "table": "t1"}],
    )

    done = program(write(tmp_path / "kept.json", kept), "--preset", "fill", "--iterations", "20")

    assert (done.returncode, len(json.loads(done.stdout)["meetings"])) == (0, 2)


def test_a_plan_stands_the_check(problem: Path, planned: subprocess.CompletedProcess[bytes]) -> None:
    checked = run("--check", problem, "-", stdin=planned.stdout)

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_how_evenly_a_plan_serves_is_written_beside_it(
    problem: Path, planned: subprocess.CompletedProcess[bytes], out: Path
) -> None:
    checked = run("--check", problem, "-", "--fairness", out, stdin=planned.stdout)

    assert checked.returncode == 0
    (side,) = json.loads(out.read_bytes())["sides"]
    assert (side["side"], side["parties"], side["idle"], side["exposure"]) == ("guest", 3, 0, 1.0)
    assert side["worst"] == {"party": "b", "meetings": 1, "possible": 1, "value": 0.5}


def test_the_graph_of_a_plan_is_written_beside_it(
    problem: Path, planned: subprocess.CompletedProcess[bytes], out: Path
) -> None:
    checked = run("--check", problem, "-", "--graphml", out, stdin=planned.stdout)

    graph = nx.read_graphml(out)
    assert (checked.returncode, sorted(graph), graph.number_of_edges()) == (0, ["a", "b", "c"], 2)
    assert all(data["held"] for *_, data in graph.edges(data=True))


@pytest.mark.parametrize("arguments", [["--check", "-", "p", "--fairness", "-"], ["p", "--fairness", "-"]])
def test_standard_output_takes_one_answer(arguments: list[str]) -> None:
    assert run(*arguments).stderr.endswith(b"standard output can be one result only\n")


def test_the_same_problem_seed_and_iterations_give_the_same_bytes(
    problem: Path, planned: subprocess.CompletedProcess[bytes], out: Path
) -> None:
    again = run("-", "--out", out, "--iterations", "20", "--seed", "7", stdin=problem.read_bytes())

    assert (again.returncode, again.stdout) == (0, b"")
    assert out.read_bytes() == planned.stdout


def test_seconds_are_told_with_the_time_of_each_phase(problem: Path) -> None:
    plan = json.loads(run(problem, "--seconds", "5").stdout)

    assert plan["seconds"] == 5
    assert all(seconds >= 0 for seconds in plan["timings"].values())


def test_progress_is_an_object_a_line_where_there_is_no_terminal(planned: subprocess.CompletedProcess[bytes]) -> None:
    lines = planned.stderr.splitlines()

    assert {tuple(json.loads(line)) for line in lines} == {("phase", "elapsed_s", "value", "bound")}


def test_a_false_plan_fails_the_check_with_a_line_for_each_fault(
    problem: Path, planned: subprocess.CompletedProcess[bytes], out: Path
) -> None:
    plan = json.loads(planned.stdout)
    plan["meetings"].reverse()
    plan["tiers"][2]["achieved"] = 2.0

    checked = run("--check", problem, write(out, plan))

    assert checked.returncode == 1
    assert [line.split(":")[0] for line in checked.stdout.decode().splitlines()] == [
        "/tiers/2/achieved",
        "/tiers/2/bound",
        "/tiers/2/gap",
        "/meetings/0",
    ]


def test_a_malformed_problem_ends_with_a_line_for_each_fault(tmp_path: Path, out: Path) -> None:
    bad = document(parties=[party("a"), party("b"), party("c"), party("d", available="s99 s1")], more=1)

    planned = run(write(tmp_path / "bad.json", bad), "--out", out)

    assert planned.returncode == 2
    assert planned.stderr.decode().splitlines() == ["/more: unknown member", '/parties/3/available/0: no slot "s99"']
    assert not out.exists()


def test_a_malformed_plan_ends_the_check(problem: Path) -> None:
    checked = run("--check", problem, "-", stdin=b'{"format": "plan/1", "format": "plan/1"}')

    assert checked.returncode == 2
    assert checked.stderr.decode().splitlines()[0] == "/format: key given more than once"


def test_an_infeasible_problem_ends_with_its_conflict(tmp_path: Path, out: Path) -> None:
    raw = document(
        pairs=[pair("ab", required=True), pair("ac", required=True)],
        parties=[party("a", available="s1"), party("b"), party("c")],
    )
    problem = write(tmp_path / "problem.json", raw)

    planned = run(problem, "--out", out, "--iterations", "20")

    plan = json.loads(out.read_bytes())
    assert planned.returncode == 3
    assert plan["status"] == "infeasible"
    assert len(planned.stdout.splitlines()) == len(plan["conflict"]) > 0
    assert run("--check", problem, out).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_the_search_with_the_best_plan_so_far(
    tmp_path: Path, out: Path, number: signal.Signals
) -> None:
    problem = write(tmp_path / "problem.json", hard())
    search = subprocess.Popen(
        [sys.executable, "-m", "matching", str(problem), "--out", str(out), "--seconds", "3600"],
        stderr=subprocess.PIPE,
    )
    assert search.stderr is not None
    search.stderr.readline()
    os.kill(search.pid, number)
    search.communicate()

    assert search.returncode in (0, 4)
    assert out.exists() is (search.returncode == 0)


def test_a_killed_search_leaves_neither_processes_nor_files(tmp_path: Path, out: Path) -> None:
    problem = write(tmp_path / "problem.json", hard())
    search = subprocess.Popen(
        [sys.executable, "-m", "matching", str(problem), "--out", str(out), "--seconds", "3600"],
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert search.stderr is not None
    while json.loads(search.stderr.readline())["phase"] != "improve":
        pass
    search.kill()
    search.communicate()

    with pytest.raises(ProcessLookupError):
        os.killpg(search.pid, 0)
    assert list(tmp_path.iterdir()) == [problem]


def test_a_first_plan_is_reported_before_any_bound(tmp_path: Path) -> None:
    problem = write(tmp_path / "problem.json", hard())

    reports = [json.loads(line) for line in run(problem, "--iterations", "1").stderr.splitlines()]

    first = next(report for report in reports if report["value"] is not None)
    assert (first["phase"], first["bound"]) == ("choose", None)


def test_one_core_gives_the_same_bytes_as_all(
    problem: Path, planned: subprocess.CompletedProcess[bytes], out: Path
) -> None:
    pin = "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})"
    alone = f"import os, sys; {pin}; os.execv(sys.executable, sys.argv[1:])"
    arguments = [sys.executable, "-m", "matching", str(problem), "--out", str(out), "--iterations", "20", "--seed", "7"]
    subprocess.run([sys.executable, "-c", alone, *arguments], check=True, capture_output=True)

    assert out.read_bytes() == planned.stdout


class Interrupting(io.BytesIO):
    """Input stream whose reading interrupts the process."""

    def read(self, size: int | None = -1) -> bytes:
        signal.raise_signal(signal.SIGTERM)
        return super().read(size)


def test_an_interruption_before_the_search_is_no_plan(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Interrupting()))
    try:
        code = main(["-"])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

    assert code == 4
    assert capsys.readouterr().err == "no plan: interrupted before the search began\n"


def hard() -> dict[str, Any]:
    """Return a problem of forty parties that all want to meet each other, in too many slots for a complete search."""
    slots = [
        slot(f"s{n}", f"{8 + n // 3:02d}:{n % 3 * 20:02d}", f"{8 + n // 3:02d}:{n % 3 * 20 + 19}") for n in range(30)
    ]
    names = [f"g{n}" for n in range(40)]
    return document(
        slots=slots,
        tables=[{"id": f"t{n}"} for n in range(12)],
        parties=[
            party(name, available=" ".join(s["id"] for k, s in enumerate(slots) if (k * 7 + at * 3) % 5))
            for at, name in enumerate(names)
        ],
        pairs=[
            pair(f"{one}-{other}", f"{one} {other}", value=(at * 7 + k * 13) % 17 / 17)
            for at, one in enumerate(names)
            for k, other in enumerate(names[:at])
        ],
    )


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a.json", "b.json"],
        ["--check", "a.json"],
        ["--check", "-", "-"],
        ["a.json", "--seconds", "1", "--iterations", "1"],
        ["a.json", "--seconds", "nan"],
        ["a.json", "--seconds", "-1"],
        ["a.json", "--iterations", "1.5"],
        ["a.json", "--seed", "-1"],
        ["a.json", "--preset", "best"],
        ["a.json", "--plot", "-"],
        ["--check", "a.json", "b.json", "--plot", "-"],
        ["--affinity", "a.json", "--plot", "plan.svg"],
        ["--affinity", "a.json", "--top", "0"],
        ["--check", "--affinity", "a.json"],
    ],
)
def test_what_the_command_line_does_not_take(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_files_that_cannot_be_read_or_written(problem: Path, tmp_path: Path) -> None:
    missing, nowhere = tmp_path / "missing.json", tmp_path / "no" / "plan.json"

    assert run(missing).stderr.decode() == f"{missing}: No such file or directory\n"
    assert run(problem, "--out", nowhere).stderr.decode() == f"{nowhere}: cannot be written\n"
    assert run(missing).returncode == 2


def test_no_time_at_all_is_no_plan(problem: Path, out: Path) -> None:
    planned = run(problem, "--out", out, "--seconds", "0")

    assert planned.returncode in (0, 4)


def test_a_check_loads_no_solver(problem: Path, planned: subprocess.CompletedProcess[bytes]) -> None:
    program = (
        "import sys; from matching.__main__ import main; code = main(sys.argv[1:]);"
        "heavy = {'ortools', 'scipy', 'highspy', 'networkx', 'numpy', 'server', 'i18n'} & set(sys.modules);"
        "print(code, sorted(heavy))"
    )

    checked = subprocess.run(
        [sys.executable, "-c", program, "--check", str(problem), "-"],
        input=planned.stdout,
        capture_output=True,
        check=True,
    )

    assert checked.stdout == b"0 []\n"
