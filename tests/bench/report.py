"""Report of a benchmark: a table on the terminal, all figures as JSON, a chart as SVG, and the machine."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from matching.pictures import drawing

Figures = Mapping[str, Any]
PACKAGES = ("ortools", "scipy", "numpy", "networkx")
_NAME, _BAR, _ROW = 250, 420, 22


def machine() -> dict[str, Any]:
    """Return the facts about the machine without which seconds mean nothing."""
    cpu, memory = _line("/proc/cpuinfo", "model name"), _line("/proc/meminfo", "MemTotal")
    return {
        "cpu": cpu or platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory": memory,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        **{package: version(package) for package in PACKAGES},
    }


def _line(path: str, name: str) -> str:
    if not Path(path).exists():
        return ""
    lines = (line.partition(":") for line in Path(path).read_text(encoding="utf-8").splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "")


@dataclass
class BenchReport:
    """Collected runs: suite, case, method, seed and figures of each. folder: where to write them, None for nowhere."""

    folder: Path | None = None
    runs: list[dict[str, Any]] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def add(self, suite: str, case: str, method: str, figures: Figures, seed: int = 0) -> None:
        self.runs.append({"suite": suite, "case": case, "method": method, "seed": seed, **figures})

    def skip(self, what: str, why: str) -> None:
        self.skipped[what] = why
        print(f"NOT MEASURED: {what}: {why}", flush=True)

    def fail(self, suite: str, fault: Exception) -> None:
        """Note a suite that did not end."""
        print(f"FAILED: {suite}: {fault!r}", flush=True)
        self.add(suite, suite, "", {"failed": repr(fault)})

    @property
    def has_failed(self) -> bool:
        return any("failed" in run for run in self.runs)

    def of(self, suite: str, case: str, method: str) -> list[dict[str, Any]]:
        return [r for r in self.runs if (r["suite"], r["case"], r["method"]) == (suite, case, method)]

    def show(self, suite: str, case: str, method: str, names: Sequence[str]) -> None:
        """Print one line for each figure: least, median and largest over the runs, or that there is none."""
        runs = self.of(suite, case, method)
        print(f"{case} · {method} · {len(runs)} run{'s' * (len(runs) != 1)}")
        for failed in [run["failed"] for run in runs if "failed" in run]:
            print(f"  FAILED: {failed}")
        for name in names:
            found = [run[name] for run in runs if run.get(name) is not None]
            lacking = sum(name in run and run[name] is None for run in runs)
            if found and not isinstance(found[0], str):
                print(f"  {name:>16} {spread(found)}{f'   (none in {lacking})' if lacking else ''}")
            elif lacking:
                print(f"  {name:>16}         none in {lacking}")
        print(end="", flush=True)

    def write(self) -> None:
        """Write all figures and the chart. Long suites do so in between: what was measured outlasts a break-off."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        document = {"machine": machine(), "skipped": self.skipped, "runs": self.runs}
        (self.folder / "figures.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
        (self.folder / "chart.svg").write_text(chart(self.runs), "utf-8")


def spread(found: Sequence[float]) -> str:
    return " ".join(f"{number:12.4f}" for number in (min(found), median(found), max(found)))


def chart(runs: Sequence[Figures]) -> str:
    """Return a chart with a bar for each method on each compared event: its share of the best in the same run."""
    body, y, cases = [], 24.0, _compared(runs)
    body.append(drawing.text(24, y + 20, "Value, as a share of the best method in the same run", "title"))
    y += 44
    for case, methods in cases.items():
        body.append(drawing.text(24, y + 16, case, "head"))
        y += _ROW
        best = max(value for value, _, _ in methods.values())
        for method, (value, seconds, gap) in methods.items():
            share = value / best if best else 1.0
            body.append(drawing.text(40, y + 15, method, room=_NAME - 40))
            body.append(drawing.rect(_NAME, y + 3, _BAR, _ROW - 8, "empty"))
            body.append(drawing.rect(_NAME, y + 3, round(_BAR * share, 1), _ROW - 8, "filled"))
            said = f"{share:.2%} · {value:.2f} · {seconds:.1f} s"
            said += "" if gap is None else f" · gap {gap:.2f} %"
            body.append(drawing.text(_NAME + _BAR + 10, y + 15, said, "quiet"))
            y += _ROW
        y += 8
    title = "Value by method"
    return drawing.svg(_NAME + _BAR + 300, round(y) + 24, title, f"{len(cases)} events", "en", body)


def _compared(runs: Sequence[Figures]) -> dict[str, dict[str, tuple[float, float, float | None]]]:
    """Return median value, seconds and gap by case and method, for cases with several methods."""
    found: dict[str, dict[str, list[Figures]]] = {}
    for run in runs:
        if run.get("value") is not None and run["suite"] in ("compare", "expo"):
            found.setdefault(run["case"], {}).setdefault(run["method"], []).append(run)
    return {
        case: {name: _middle(each) for name, each in methods.items()}
        for case, methods in found.items()
        if len(methods) > 1
    }


def _middle(runs: Sequence[Figures]) -> tuple[float, float, float | None]:
    gaps = [run["value gap %"] for run in runs if run.get("value gap %") is not None]
    value, seconds = (median(run[name] for run in runs) for name in ("value", "seconds"))
    return value, seconds, median(gaps) if gaps else None
