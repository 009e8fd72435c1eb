"""Tables of the suite of pages on the terminal: least, median and most of all runs."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from tests.bench.pages.drawing import SIZES
from tests.bench.pages.goals import GROWTH, judged
from tests.bench.report import BenchReport

COLUMNS: Mapping[str, tuple[str, str]] = {
    "pages/s": ("pages/s", ".4g"),
    "bare pages/s": ("bare/s", ".0f"),
    "ratio": ("bare÷ours", ".1f"),
    "p50 ms": ("p50 ms", ".1f"),
    "p95 ms": ("p95 ms", ".1f"),
    "SQL": ("SQL", ".0f"),
    "loop ms": ("loop ms", ".0f"),
    "MB": ("MB", ".0f"),
}
SPREAD = frozenset({"pages/s", "ratio", "p50 ms"})  # figures with least and most beside the median
_NAME, _WIDE, _NARROW, _WHAT = 20, 22, 8, 48


def show_pages(report: BenchReport, case: str, names: Sequence[str]) -> None:
    """Print one line for each page."""
    print(f"\n{case}")
    print(f"{'':{_NAME}}" + "".join(f"{label:>{_width(name)}}" for name, (label, _form) in COLUMNS.items()))
    for name in names:
        runs = report.of("pages", f"{case}: {name}", "ours")
        cells = (f"{_cell(runs, figure):>{_width(figure)}}" for figure in COLUMNS)
        print(f"{name:{_NAME}}" + "".join(cells), flush=True)


def _width(name: str) -> int:
    return _WIDE if name in SPREAD else _NARROW if name == "SQL" else 9


def _cell(runs: Sequence[Mapping[str, Any]], name: str) -> str:
    found, form = [run[name] for run in runs if name in run], COLUMNS[name][1]
    if not found:
        return "-"
    if name in SPREAD and len(found) > 1:
        return " ".join(f"{number:{form}}" for number in (min(found), median(found), max(found)))
    return f"{median(found):{form}}"


def show_act(report: BenchReport, case: str, name: str) -> None:
    """Print the figures of an act, one line for each."""
    print(f"{case}: {name}")
    runs = report.of("pages", f"{case}: {name}", "ours")
    for figure in dict.fromkeys(key for run in runs for key in run if key not in ("suite", "case", "method", "seed")):
        found = [run[figure] for run in runs if run.get(figure) is not None]
        said = " ".join(f"{number:10.1f}" for number in (min(found), median(found), max(found))) if found else "-"
        print(f"  {figure:<34} {said}", flush=True)


def show_growth(report: BenchReport, database: str, names: Sequence[str]) -> None:
    """Print how many times as long each page takes at the largest measured size as at the smallest."""
    for count in sorted({run["case"].split(":")[0].split(" ")[2] for run in report.runs if _is_of(run, database)}):
        grown = growth(report.runs, f"{database} {count}", names)
        if grown:
            print(f"\ngrowth from the smallest to the largest size, {database}, processes: {count}")
            for name, times in grown.items():
                print(f"{name:{_NAME}}{times:9.1f}   at most {GROWTH:g}: {_word(times <= GROWTH)}", flush=True)


def show_limits(report: BenchReport) -> None:
    """Print the median of each figure that has a limit in `goals.py` and whether it is met, then those that are not."""
    found = list(judged(report.runs))
    case = ""
    for each in found:
        setup, _, name = each.case.partition(": ")
        if setup != case:
            case = setup
            print(f"\n{case}, medians of {each.runs}")
            print(f"{'':{_WHAT}}{'median':>9}  {'limit':14}")
        print(f"{f'{name}: {each.figure}':{_WHAT}}{each.found:9.4g}  {each.limit:14}  {_word(each.is_kept)}")
    missed = [each for each in found if not each.is_kept]
    print(f"\nlimits: {len(found)}, not met: {len(missed)}")
    print("".join(f"  {each}\n" for each in missed), end="", flush=True)


def _word(is_kept: bool) -> str:
    return "met" if is_kept else "NOT MET"


def growth(runs: Sequence[Mapping[str, Any]], setup: str, names: Sequence[str]) -> dict[str, float]:
    """Return median time at the largest size ÷ median time at the smallest, by page; empty if there is one size."""
    by_size = {size: _times(runs, lambda name, size=size: f"{size} {setup}: {name}", names) for size in SIZES}  # type: ignore[misc]
    measured = [times for times in by_size.values() if times]
    if len(measured) < 2:
        return {}
    return {name: measured[-1][name] / time for name, time in measured[0].items() if name in measured[-1]}


def _times(runs: Sequence[Mapping[str, Any]], case: Callable[[str], str], names: Sequence[str]) -> dict[str, float]:
    found = {name: [run["p50 ms"] for run in runs if run["case"] == case(name) and "p50 ms" in run] for name in names}
    return {name: median(times) for name, times in found.items() if times}


def _is_of(run: Mapping[str, Any], database: str) -> bool:
    return run["suite"] == "pages" and f" {database} " in run["case"]
