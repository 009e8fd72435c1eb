"""Limits of pages and acts, and how the figures of a report stand to them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.bench.pages.drawing import SIZES
from tests.bench.pages.places import PICTURES

SMALLEST = next(iter(SIZES))
QUICK = frozenset({"event", "agenda", "experts", "enterprises", "needs", "feed 200"})
# Their bare answers are constant bytes, which nothing that reads a session can be compared with.
CONSTANT = frozenset({"timetable picture", "feed 304"})
GROWTH = 4.0
WAIT_MS, LOOP_MS = 100.0, 50.0


@dataclass(frozen=True)
class Goal:
    """A limit. applies: whether to a size, and a page or act. most, least: of the median of the runs."""

    figure: str
    applies: Callable[[str, str], bool]
    most: float | None = None
    least: float | None = None

    def is_kept(self, found: float) -> bool:
        return (self.most is None or found <= self.most) and (self.least is None or found >= self.least)

    def __str__(self) -> str:
        return f"at most {self.most:g}" if self.most is not None else f"at least {self.least:g}"


def _always(size: str, name: str) -> bool:
    return True


def _act(begins: str) -> Callable[[str, str], bool]:
    return lambda size, name: name.startswith(begins)


GOALS: Sequence[Goal] = (
    Goal("ratio", lambda size, name: size == SMALLEST and name in QUICK, most=2.0),
    Goal("ratio", lambda size, name: size == SMALLEST and name not in QUICK | CONSTANT, most=3.0),
    Goal("p50 ms", lambda size, name: name not in PICTURES, most=250.0),
    Goal("p50 ms", lambda size, name: name in PICTURES, most=400.0),
    Goal("loop ms", _always, most=LOOP_MS),
    Goal("POST: ms", _act("ask"), most=100.0),
    Goal("memory at its peak: MB", _act("ask"), most=300.0),
    *(
        Goal(f"{act}, {who}: database ms", _always, most=WAIT_MS)
        for act in ("publish", "preview", "store")
        for who in ("agenda", "write")
    ),
    *(Goal(f"{act}: loop ms", _always, most=LOOP_MS) for act in ("publish", "preview", "store")),
    Goal("letters/s", _always, least=300.0),
    Goal("serve: s", _always, most=2.0),
    Goal("serve: MB", _always, most=150.0),
    Goal("worker: MB", _always, most=150.0),
)


@dataclass(frozen=True)
class Judged:
    """A median of some runs beside its limit."""

    case: str
    figure: str
    found: float
    limit: str
    is_kept: bool
    runs: int

    def __str__(self) -> str:
        return f"{self.case}: {self.figure} {self.found:.4g}, {self.limit}"


def judged(runs: Sequence[Mapping[str, Any]]) -> Iterator[Judged]:
    """Yield the median of the runs of each figure that has a limit, case by case."""
    cases: dict[str, list[Mapping[str, Any]]] = {}
    for run in runs:
        if run["suite"] == "pages":
            cases.setdefault(run["case"], []).append(run)
    for case, some in cases.items():
        setup, _, name = case.partition(": ")
        for goal in GOALS:
            found = [run[goal.figure] for run in some if run.get(goal.figure) is not None]
            if found and goal.applies(setup.partition(" ")[0], name):
                yield Judged(case, goal.figure, median(found), str(goal), goal.is_kept(median(found)), len(found))
        if name == "feed 304":
            yield _answers(case, some)


def _answers(case: str, runs: Sequence[Mapping[str, Any]]) -> Judged:
    """Return whether there are 1,000 answers a second or a third of the bare ones."""
    ours, bare = (median(run[name] for run in runs) for name in ("pages/s", "bare pages/s"))
    least = min(1_000.0, bare / 3)
    return Judged(case, "pages/s", ours, f"at least {least:.4g}", ours >= least, len(runs))
