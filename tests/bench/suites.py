"""Suites of the benchmark: each adds its runs to a report and prints them."""

import csv
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import byhand, ranking, repairs, serving
from tests.bench.pages import suite as pages_suite
from tests.bench.pages.options import PagesOptions, short
from tests.bench.report import BenchReport
from tests.bench.running import OURS, RunTask, apart

SHOWN = (
    *("meetings", "shortfall", "shortfall gap %", "neediest", "neediest gap %", "value", "value bound", "value gap %"),
    *("breaks", "breaks bound", "breaks gap %", "worst", "worst gap %", "moves", "moves gap %"),
    *("to value s", "explain s", "seconds", "cpu s", "MB"),
)
SECONDS = {"delegation": 10.0, "tour": 15.0, "expo": 90.0}
FAIR_S, OTHER_S = 30.0, 10.0
MODEL_S = 60.0  # seconds for the single model of everything
TEXTBOOK_S = 15.0  # seconds for the textbook model of one brokerage event
HEADLINE = ("delegation", "tour", "half-day", "half-day, more interpreters", "fair")
VARIANTS = ("fair, half-day", "fair, few stars", "fair, parallel", "fair, own tables")
HARD = (
    *("half-day, three halls", "fair, two halls", "fair, half-day, two halls", "fair, half-day, three halls"),
    *("fair, long pairs", "fair, ordered pairs", "fair, long and ordered pairs, two halls"),
    *("fair, patchy presence", "fair, three days, everything at once"),
)
SHORT_RUNS = 1  # of the short form of the pages
COMPARED = ("delegation", "tour", "half-day", "fair")


@dataclass(frozen=True)
class BenchOptions:
    """Options of the benchmark.

    runs: per quoted figure. seconds: per event, None for the family's own. data: folder or None.
    brief: all suites are run, so the longest ones make fewer runs than if requested by name.
    """

    runs: int = 5
    brief: bool = False
    seconds: float | None = None
    family: str | None = None
    data: Path | None = None
    pages: PagesOptions = field(default_factory=PagesOptions)

    def fewer(self, runs: int) -> int:
        return min(self.runs, runs) if self.brief else self.runs

    def limit(self, family: str) -> float:
        default = FAIR_S if family.startswith("fair") else SECONDS.get(family, OTHER_S)
        return default if self.seconds is None else self.seconds

    def families(self, those: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each for each in those if self.family in (None, each))


def engine(report: BenchReport, options: BenchOptions) -> None:
    """Measure the engine on the families of the quoted figures, several events each."""
    _ours(report, options, "engine", options.families(HEADLINE), options.runs)


def variants(report: BenchReport, options: BenchOptions) -> None:
    """Measure the engine on fairs with half days, with few stars, with parallel meetings, with fixed tables."""
    _ours(report, options, "variants", options.families(VARIANTS), options.fewer(1))


def hard(report: BenchReport, options: BenchOptions) -> None:
    """Measure the engine on rules that link slots: walks, long and ordered pairs, patchy availability, rest."""
    _ours(report, options, "hard", options.families(HARD[::2] if options.brief else HARD), options.fewer(1))


def _ours(report: BenchReport, options: BenchOptions, suite: str, families: tuple[str, ...], runs: int) -> None:
    for family in families:
        for seed in range(runs):
            task = RunTask(OURS, options.limit(family), family, seed=seed)
            report.add(suite, family, OURS, apart(task), seed)
        report.show(suite, family, OURS, SHOWN)


def compare(report: BenchReport, options: BenchOptions) -> None:
    """Measure four methods on the same events, without minimums, which the other methods do not know."""
    for family in options.families(COMPARED[: -1 if options.brief else None]):
        for method, seconds in (
            ("greedy", 0.0),
            ("flow first", 0.0),
            ("one model", MODEL_S),
            (OURS, options.limit(family)),
        ):
            report.add("compare", family, method, apart(RunTask(method, seconds, family, pair_promises=False)))
            report.show("compare", family, method, SHOWN)
        _ratios(report, "compare", family)


def expo(report: BenchReport, options: BenchOptions) -> None:
    """Measure the largest events next to the flow alone.

    One slot of the greedy method takes networkx about 40 s there, so it is left out.
    """
    for family in ("expo",) if options.brief else ("expo", "expo, patchy presence"):
        for seed in range(options.fewer(1)):
            report.add("expo", family, OURS, apart(RunTask(OURS, options.limit("expo"), family, seed=seed)), seed)
        report.show("expo", family, OURS, SHOWN)
    report.add("expo", "expo", "flow first", apart(RunTask("flow first", 0.0, "expo")))
    report.show("expo", "expo", "flow first", SHOWN)


def _ratios(report: BenchReport, suite: str, case: str) -> None:
    """Print the engine's figures relative to each other method of the same run."""
    [ours] = report.of(suite, case, OURS)
    for run in report.runs:
        is_other = (run["suite"], run["case"]) == (suite, case) and run["method"] != OURS
        if is_other and run.get("value") and ours.get("value"):
            times, faster = ours["value"] / run["value"], run["seconds"] / max(ours["to value s"], 1e-3)
            print(f"  ours: {times:.4f} times the value of {run['method']}, found in 1/{faster:.2f} of its seconds")


def b2b(report: BenchReport, options: BenchOptions) -> None:
    """Measure twenty brokerage events: all meetings required, fewest breaks; next to a textbook model."""
    folder = None if options.data is None else options.data / "b2b"
    if folder is None or not folder.is_dir():
        report.skip("b2b", "no folder of brokerage events; give one with --data or DUIJIE_BENCH_DATA")
        return
    with (folder / "known.csv").open(encoding="utf-8", newline="") as file:
        known = {row["instance"]: int(row["breaks"]) for row in csv.DictReader(file)}
    limit = options.seconds or MODEL_S
    heads = "".join(f"{head:>12}" for head in ("breaks", "bound", "first s", "seconds"))
    print(f"{'':<16} {'':>5} {OURS:>12}{'':<36} {'textbook':>12}\n{'event':<16} {'known':>5} {heads} {heads}")
    for name, best in known.items():
        file_of = str(folder / f"{name}.json")
        both = []
        for method, seconds in ((OURS, limit), ("textbook", TEXTBOOK_S)):
            figures = apart(RunTask(method, seconds, file=file_of))
            report.add("b2b", name, method, {**figures, "known": best})
            both.append(figures)
        print(f"{name:<16} {best:>5} {' '.join(_breaks(each) for each in both)}", flush=True)
    for method in (OURS, "textbook"):
        runs = [run for run in report.runs if (run["suite"], run["method"]) == ("b2b", method)]
        proved = sum(run.get("breaks") is not None and run["breaks"] == run.get("breaks bound") for run in runs)
        above = sum(run.get("breaks") is None or run["breaks"] > run["known"] for run in runs)
        total, worked = (sum(run.get(name, 0.0) for run in runs) for name in ("seconds", "cpu s"))
        firsts = [run.get("first plan s") for run in runs]
        first = max((each for each in firsts if each is not None), default=math.nan)
        print(
            f"{method}: {proved} of {len(runs)} proved, {above} above the known, {total:.1f} s in sum "
            f"({worked:.1f} of CPU), first plans within {first:.2f} s, none in {firsts.count(None)}"
        )


def _breaks(figures: Mapping[str, Any]) -> str:
    if "failed" in figures:
        return f"{str(figures['failed'])[:47]:>48}"
    whole = [figures.get(name) for name in ("breaks", "breaks bound")]
    seconds = [figures.get(name) for name in ("first plan s", "seconds")]
    shown = ["—" if each is None else f"{each:g}" for each in whole]
    shown += ["—" if each is None else f"{each:.2f}" for each in seconds]
    return "".join(f"{each:>12}" for each in shown)


def repair(report: BenchReport, options: BenchOptions) -> None:
    """Measure repairs after an expert, a table or an interpreter leaves a published fair."""
    for figures in repairs.measured("fair", options.limit("fair"), options.fewer(2)):
        report.add("repair", str(figures["case"]), OURS, figures, int(figures["seed"]))
    for case in repairs.CASES:
        report.show("repair", case, OURS, repairs.SHOWN)


def reasons(report: BenchReport, options: BenchOptions) -> None:
    """Measure the reasons for each of 6,000 pairs that are not held."""
    for figures in repairs.explained("fair", options.limit("fair"), options.fewer(1)):
        report.add("reasons", "fair", OURS, figures, int(figures["seed"]))
    report.show("reasons", "fair", OURS, repairs.REASONS_SHOWN)


def timetable(report: BenchReport, options: BenchOptions) -> None:
    """Measure a change by hand: what all places of a full timetable say, next to the judge of whole plans."""
    for seed in range(options.fewer(1)):
        report.add("timetable", "80 tables, 24 slots", OURS, byhand.measured(seed), seed)
    report.show("timetable", "80 tables, 24 slots", OURS, byhand.SHOWN)


def affinity(report: BenchReport, options: BenchOptions) -> None:
    """Measure ranking across languages and the speed of scoring."""
    text = None if options.data is None else options.data / "text"
    if text is None or not (text / "score.py").is_file():
        report.skip("affinity on real abstracts", "no folder of texts; give one with --data or DUIJIE_BENCH_DATA")
    else:
        ranking.abstracts(report, text)
    ranking.gold(report)
    ranking.speed(report)


def server(report: BenchReport, options: BenchOptions) -> None:
    """Measure pages of the demo: seconds per request, and seconds of the demo itself."""
    serving.measure(report)


def pages(report: BenchReport, options: BenchOptions) -> None:
    """Measure the pages of generated events, compared with the same templates without a database, and waiting times."""
    if options.brief or options.pages.is_short:
        pages_suite.measure(report, short(options.pages), min(options.runs, SHORT_RUNS))
    else:
        pages_suite.measure(report, options.pages, options.runs)


Suite = Callable[[BenchReport, BenchOptions], None]
SUITES: Mapping[str, Suite] = {
    "engine": engine,
    "variants": variants,
    "hard": hard,
    "compare": compare,
    "expo": expo,
    "b2b": b2b,
    "repair": repair,
    "reasons": reasons,
    "timetable": timetable,
    "affinity": affinity,
    "server": server,
    "pages": pages,
}
