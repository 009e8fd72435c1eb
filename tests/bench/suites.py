"""What is measured: each suite adds its runs to a report and shows them."""

import csv
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import ranking, repairs, serving
from tests.bench.report import Report
from tests.bench.running import OURS, Task, apart

SHOWN = (
    *("meetings", "shortfall", "shortfall gap %", "neediest", "neediest gap %", "value", "value bound", "value gap %"),
    *("breaks", "breaks bound", "breaks gap %", "worst", "worst gap %", "moves", "moves gap %"),
    *("to value s", "explain s", "seconds", "cpu s", "MB"),
)
SECONDS = {"delegation": 10.0, "tour": 15.0, "expo": 90.0}
FAIR_S, OTHER_S = 30.0, 10.0
MODEL_S = 60.0  # for the one model of everything
TEXTBOOK_S = 15.0  # for the textbook model of one brokerage event
HEADLINE = ("delegation", "tour", "half-day", "half-day, more interpreters", "fair")
VARIANTS = ("fair, half-day", "fair, few stars", "fair, parallel", "fair, own tables")
HARD = (
    *("half-day, three halls", "fair, two halls", "fair, half-day, two halls", "fair, half-day, three halls"),
    *("fair, long pairs", "fair, ordered pairs", "fair, long and ordered pairs, two halls"),
    *("fair, patchy presence", "fair, three days, everything at once"),
)
COMPARED = ("delegation", "tour", "half-day", "fair")


@dataclass(frozen=True)
class Options:
    """runs: of what is quoted. seconds: for each event, None for what its family has. data: the folder, or None.

    brief: whether all suites are run, so that those which take longest do less than when they are asked for by name.
    """

    runs: int = 5
    brief: bool = False
    seconds: float | None = None
    family: str | None = None
    data: Path | None = None

    def fewer(self, runs: int) -> int:
        return min(self.runs, runs) if self.brief else self.runs

    def limit(self, family: str) -> float:
        default = FAIR_S if family.startswith("fair") else SECONDS.get(family, OTHER_S)
        return default if self.seconds is None else self.seconds

    def families(self, those: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each for each in those if self.family in (None, each))


def engine(report: Report, options: Options) -> None:
    """Ours on the families that the figures are quoted for: several events of each."""
    _ours(report, options, "engine", options.families(HEADLINE), options.runs)


def variants(report: Report, options: Options) -> None:
    """Ours on fairs of half-days, with few stars, with parties that meet two at once, with tables of their own."""
    _ours(report, options, "variants", options.families(VARIANTS), options.fewer(1))


def hard(report: Report, options: Options) -> None:
    """Ours on what binds two slots, or comes all at once: walks, long and ordered pairs, patchy presence, rest."""
    _ours(report, options, "hard", options.families(HARD[::2] if options.brief else HARD), options.fewer(1))


def _ours(report: Report, options: Options, suite: str, families: tuple[str, ...], runs: int) -> None:
    for family in families:
        for seed in range(runs):
            task = Task(OURS, options.limit(family), family, seed=seed)
            report.add(suite, family, OURS, apart(task), seed)
        report.show(suite, family, OURS, SHOWN)


def compare(report: Report, options: Options) -> None:
    """Four methods on the same events, whose parties are promised nothing, since the others know no minimum."""
    for family in options.families(COMPARED[: -1 if options.brief else None]):
        for method, seconds in (
            ("greedy", 0.0),
            ("flow first", 0.0),
            ("one model", MODEL_S),
            (OURS, options.limit(family)),
        ):
            report.add("compare", family, method, apart(Task(method, seconds, family, pair_promises=False)))
            report.show("compare", family, method, SHOWN)
        _ratios(report, "compare", family)


def expo(report: Report, options: Options) -> None:
    """The largest events, beside the flow alone: one slot of the greedy method takes networkx about 40 s there."""
    for family in ("expo",) if options.brief else ("expo", "expo, patchy presence"):
        for seed in range(options.fewer(1)):
            report.add("expo", family, OURS, apart(Task(OURS, options.limit("expo"), family, seed=seed)), seed)
        report.show("expo", family, OURS, SHOWN)
    report.add("expo", "expo", "flow first", apart(Task("flow first", 0.0, "expo")))
    report.show("expo", "expo", "flow first", SHOWN)


def _ratios(report: Report, suite: str, case: str) -> None:
    """Ours against each other method in the same run."""
    [ours] = report.of(suite, case, OURS)
    for run in report.runs:
        is_other = (run["suite"], run["case"]) == (suite, case) and run["method"] != OURS
        if is_other and run.get("value") and ours.get("value"):
            times, faster = ours["value"] / run["value"], run["seconds"] / max(ours["to value s"], 1e-3)
            print(f"  ours: {times:.4f} times the value of {run['method']}, found in 1/{faster:.2f} of its seconds")


def b2b(report: Report, options: Options) -> None:
    """The twenty brokerage events: all meetings required, the fewest breaks, beside a textbook model."""
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
            figures = apart(Task(method, seconds, file=file_of))
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


def repair(report: Report, options: Options) -> None:
    """After an expert, a table or an interpreter drops out of a published plan of a fair."""
    for figures in repairs.measured("fair", options.limit("fair"), options.fewer(2)):
        report.add("repair", str(figures["case"]), OURS, figures, int(figures["seed"]))
    for case in repairs.CASES:
        report.show("repair", case, OURS, repairs.SHOWN)


def reasons(report: Report, options: Options) -> None:
    """Why each of 6,000 pairs is not held."""
    for figures in repairs.explained("fair", options.limit("fair"), options.fewer(1)):
        report.add("reasons", "fair", OURS, figures, int(figures["seed"]))
    report.show("reasons", "fair", OURS, repairs.REASONS_SHOWN)


def affinity(report: Report, options: Options) -> None:
    """How well needs find experts across languages, and how fast."""
    text = None if options.data is None else options.data / "text"
    if text is None or not (text / "score.py").is_file():
        report.skip("affinity on real abstracts", "no folder of texts; give one with --data or DUIJIE_BENCH_DATA")
    else:
        ranking.abstracts(report, text)
    ranking.gold(report)
    ranking.speed(report)


def server(report: Report, options: Options) -> None:
    """Pages of the demo: seconds that a request takes, and what the demo itself takes."""
    serving.measure(report)


Suite = Callable[[Report, Options], None]
SUITES: Mapping[str, Suite] = {
    "engine": engine,
    "variants": variants,
    "hard": hard,
    "compare": compare,
    "expo": expo,
    "b2b": b2b,
    "repair": repair,
    "reasons": reasons,
    "affinity": affinity,
    "server": server,
}
