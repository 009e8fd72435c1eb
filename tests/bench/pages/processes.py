"""Processes of the benchmark: servers and workers on this machine, their memory, and the watch of their event loops."""

import asyncio
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.pages.bare import PLACES
from tests.bench.pages.keeping import World
from tests.bench.pages.places import Place
from tests.bench.pages.watched import FOLDER
from tests.bench.pages.wire import Wire, request

START_S = 600.0  # bare pages are taken from the product first, each as slow as the product is
POLL_S = 0.02
STOP_S = 30.0
REST_S, RESTING = 2.0, 0.1  # seconds, and the share of a core below which all processes together rest
_MEMORY = re.compile(r"^Vm(RSS|HWM):\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class Setup:
    """Where the product runs. database_url: of a filled database. folder: for logs and sockets."""

    database_url: str
    folder: Path
    processes: int = 1


@dataclass(frozen=True)
class Server:
    """A running server. folder: of the sockets of its processes. started_s: seconds until it answered."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]
    started_s: float

    def pids(self) -> list[int]:
        return [int(path.stem) for path in self.folder.glob("*.sock")]

    def memory_mb(self, *, peak: bool = False) -> float:
        """Return the resident memory of the largest process, now or at its peak."""
        return max(memory_mb(pid, peak=peak) for pid in self.pids())

    async def reset(self) -> None:
        """Begin a new measurement of the event loops."""
        await self._tell(b"reset")

    async def loop_ms(self) -> float:
        """Return the longest wait of an event loop since `reset`."""
        return max(float(each["loop ms"]) for each in await self._tell(b"read"))

    async def database_ms(self, asked: bytes) -> float:
        """Return the longest that one of these requests has waited for the database since `reset`."""
        return max(float(each["database ms"].get(_name_of(asked), 0.0)) for each in await self._tell(b"read"))

    async def have_all_answered(self, asked: bytes) -> bool:
        """Return whether every process has answered one of these requests since `reset`."""
        return all(_name_of(asked) in each["database ms"] for each in await self._tell(b"read"))

    async def _tell(self, word: bytes) -> list[dict[str, Any]]:
        found = []
        for path in self.folder.glob("*.sock"):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(word + b"\n")
            found.append(json.loads(await reader.readline()))
            writer.close()
        return found


def _name_of(asked: bytes) -> str:
    """Return what the watch calls a request: its method and path, without what is asked of it."""
    method, target, *_others = asked.split(b" ")
    return f"{method.decode()} {target.partition(b'?')[0].decode()}"


def memory_mb(pid: int, *, peak: bool = False) -> float:
    """Return the resident memory of a process, now or at its peak."""
    found = dict(_MEMORY.findall(Path(f"/proc/{pid}/status").read_text("utf-8")))
    return int(found["HWM" if peak else "RSS"]) / 1_024


@contextlib.contextmanager
def ours(setup: Setup, **options: str) -> Iterator[Server]:
    """Run the product. options: further settings by name of the environment."""
    with _served(setup, "ours", setup.processes, {"WORKERS_IN_WEB": "false", **options}) as server:
        yield server


@contextlib.contextmanager
def bare(setup: Setup, world: World, places: Sequence[Place]) -> Iterator[Server]:
    """Run bare pages of these places, at /0, /1, … in their order."""
    asked = json.dumps([{"place": asdict(each), "session": world.tokens.get(each.role, "")} for each in places])
    with _served(setup, "bare", setup.processes, {PLACES: asked, "WORKERS_IN_WEB": "false"}) as server:
        yield server


@contextlib.contextmanager
def command(setup: Setup, *words: str, **options: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run `python -m server` with these words as it is; yield the process and its port."""
    port = free_port()
    with _run(["-m", "server", *words], setup, words[0], _environment(setup, port, options)) as process:
        yield process, port


@contextlib.contextmanager
def _served(setup: Setup, name: str, processes: int, options: Mapping[str, str]) -> Iterator[Server]:
    folder, port = setup.folder / f"{name}-{time.monotonic_ns()}", free_port()
    folder.mkdir()
    environment = _environment(setup, port, {**options, FOLDER: str(folder)})
    started, words = time.perf_counter(), ["-m", "tests.bench.pages.watched", str(processes), name]
    with _run(words, setup, folder.name, environment) as process:
        while len(list(folder.glob("*.sock"))) < processes or not _listens(port):
            assert process.poll() is None, _end_of(setup.folder / f"{folder.name}.log")
            assert time.perf_counter() - started < START_S, f"{name} does not start"
            time.sleep(POLL_S)
        yield Server(port, folder, process, time.perf_counter() - started)


def _environment(setup: Setup, port: int, options: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    ours = {"DATABASE_URL": setup.database_url, "PORT": str(port), "MAIL_DIR": str(setup.folder / "mail")}
    return {**kept, "PYTHONUNBUFFERED": "1", **ours, **options}


@contextlib.contextmanager
def _run(
    words: Sequence[str], setup: Setup, name: str, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with (
        (setup.folder / f"{name}.log").open("ab") as log,
        subprocess.Popen([sys.executable, *words], stdout=log, stderr=log, env=dict(environment)) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


async def answers(port: int, process: subprocess.Popen[bytes], since: float) -> float:
    """Wait until the server answers; return the seconds since `since`, an instant of time.perf_counter."""
    while True:
        assert process.poll() is None, "the server ended"
        wire = Wire(port)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if (await wire.ask(request("/healthz", port=port))).status == 200:
                return time.perf_counter() - since
        wire.close()
        await asyncio.sleep(POLL_S)


async def rest() -> None:
    """Wait until the processes that this one has started, and theirs, have loaded what they load when they start."""
    ends = time.perf_counter() + START_S
    used = _used_s()
    while time.perf_counter() < ends:
        await asyncio.sleep(REST_S)
        before, used = used, _used_s()
        if used - before < RESTING * REST_S:
            return
    raise AssertionError("the processes do not come to rest")


def _used_s() -> float:
    """Return the processor time of all descendants of this process in seconds."""
    found, left = 0, _children(os.getpid())
    while left:
        pid = left.pop()
        with contextlib.suppress(OSError):
            found += sum(map(int, Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[11:13]))
            left += _children(pid)
    return found / os.sysconf("SC_CLK_TCK")


def _children(pid: int | str) -> list[str]:
    return [child for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text("utf-8").split()]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end_of(log: Path) -> str:
    return log.read_text("utf-8", errors="replace")[-2_000:]
