"""Benchmark the demo as a server on loopback: duration of its report and of its pages."""

import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import httpx2

from tests.bench.report import BenchReport

REQUESTS = 40
_START_S = 180.0
_LINK = re.compile(r"as (organiser|expert|enterprise)\s+(\S+)")
_PLACE = re.compile(r"/e/[\w-]+")
_PLAN = re.compile(r"/e/[\w-]+/plans/\d+")
_SOLVER = re.compile(r"The solver took ([\d.]+) s")


def measure(report: BenchReport) -> None:
    with tempfile.TemporaryDirectory() as place, _demo(Path(place) / "demo", report) as links:
        for role, link in links.items():
            with httpx2.Client(follow_redirects=True, timeout=30) as client:
                client.post(link)
                home = client.get(link.partition("/sign-in")[0] + "/")
                _pages(report, role, client, link.partition("/sign-in")[0], home.text)


@contextmanager
def _demo(folder: Path, report: BenchReport) -> Iterator[Mapping[str, str]]:
    """Yield sign-in links by role while the demo runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-u", "-m", "server", "demo", "--dir", str(folder), "--port", str(port)]
    started = time.perf_counter()
    log = folder.parent / "log"
    with log.open("w", encoding="utf-8") as file, subprocess.Popen(command, stdout=file, stderr=file) as server:
        try:
            while "Uvicorn running" not in log.read_text(encoding="utf-8"):
                assert server.poll() is None, log.read_text(encoding="utf-8")[-500:]
                assert time.perf_counter() - started < _START_S, "the demo does not start"
                time.sleep(0.05)
            seconds, said = time.perf_counter() - started, log.read_text(encoding="utf-8")
            solver = _SOLVER.search(said)
            figures = {"until it serves s": seconds, "of that the solver s": float(solver[1]) if solver else None}
            report.add("server", "demo", "ours", figures)
            report.show("server", "demo", "ours", tuple(figures))
            yield dict(_LINK.findall(said))
        finally:
            server.terminate()
            server.wait(timeout=30)


def _pages(report: BenchReport, role: str, client: httpx2.Client, base: str, home: str) -> None:
    event = _PLACE.search(home)
    assert event is not None, "no event on the first page"
    here = base + event[0]
    if role == "organiser":
        plan = _PLAN.search(client.get(f"{here}/plans").text)
        assert plan is not None
        for name, path in (
            ("plans", f"{here}/plans"),
            ("plan by slot", base + plan[0]),
            ("plan by enterprise", f"{base}{plan[0]}?by=enterprise"),
            ("picture of the graph", f"{base}{plan[0]}/graph.svg"),
        ):
            _timed(report, f"{role}: {name}", client, path)
        return
    _timed(report, f"{role}: event", client, here)
    _timed(report, f"{role}: agenda", client, f"{here}/agenda")
    _timed(report, f"{role}: matches", client, f"{here}/matches")
    _timed(report, f"{role}: calendar file", client, f"{here}/agenda.ics")
    client.post(f"{here}/agenda/feed")
    address = re.search(r"/cal/[\w.~-]+\.ics", client.get(f"{here}/agenda").text)
    if address is not None:
        first = client.get(base + address[0])
        _timed(report, f"{role}: feed", client, base + address[0])
        tag = {"If-None-Match": first.headers["etag"]}
        _timed(report, f"{role}: feed, nothing new", client, base + address[0], tag, expected=304)


def _timed(
    report: BenchReport,
    name: str,
    client: httpx2.Client,
    address: str,
    headers: Mapping[str, str] | None = None,
    expected: int = 200,
) -> None:
    """Measure the milliseconds of several requests in sequence, without the first one."""
    found = []
    size = 0
    for _ in range(REQUESTS + 1):
        started = time.perf_counter()
        answer = client.get(address, headers=headers)
        found.append(1_000 * (time.perf_counter() - started))
        assert answer.status_code == expected, (name, address, answer.status_code)
        size = len(answer.content)
    found = found[1:]
    figures = {"median ms": median(found), "p95 ms": quantiles(found, n=20)[-1], "kB": size / 1_000}
    report.add("server", name, "ours", figures)
    print(f"  {name:<34} median {figures['median ms']:8.1f} ms   p95 {figures['p95 ms']:8.1f} ms", flush=True)
