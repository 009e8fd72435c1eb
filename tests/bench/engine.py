"""The engine on families of events: value, bound, gap, seconds, memory, beside a greedy baseline in the same run.

`python -m tests.bench.engine [--family NAME] [--runs 3] [--seconds 10]`. Each run is a process of its own; figures are
least / median / most over the runs. CPU seconds tell more than the clock where others work on the machine, too.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from matching.plan import tiers, violations
from matching.solving import solve
from matching.stopping import Stop
from tests.bench.baseline import greedy
from tests.bench.families import FAMILIES, event

FIGURES = ("value", "bound", "gap %", "breaks", "seconds", "cpu s", "to value s", "MB", "greedy", "greedy s")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.engine", description=__doc__)
    parser.add_argument("--family", choices=tuple(FAMILIES), help="only this one")
    parser.add_argument("--runs", type=int, default=3, help="events of each family (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each event (default: %(default)g)")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one is not None:
        print(json.dumps(measured(options.family, options.one, options.seconds)))
        return 0
    print(f"least / median / most of {options.runs} events each, {options.seconds:g} s for an event")
    for family in [options.family] if options.family else FAMILIES:
        runs = [_apart(family, seed, options.seconds) for seed in range(options.runs)]
        print(family)
        for figure in FIGURES:
            found = [run[figure] for run in runs]
            print(f"  {figure:>10}  {min(found):12.4f} {median(found):12.4f} {max(found):12.4f}", flush=True)
    return 0


def _apart(family: str, seed: int, seconds: float) -> dict[str, float]:
    """One run in a process of its own, so that memory is that of this run."""
    command = [sys.executable, "-m", "tests.bench.engine", "--family", family]
    command += ["--one", str(seed), "--seconds", str(seconds)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(answer)
    return figures


def measured(family: str, seed: int, seconds: float) -> dict[str, Any]:
    problem = event(FAMILIES[family], seed)
    started, worked = time.perf_counter(), time.process_time()
    plan = solve(problem, stop=Stop(seconds=seconds), seed=seed)
    figures = {"seconds": time.perf_counter() - started, "cpu s": time.process_time() - worked}
    figures["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    judged = {tier.tier: tier for tier in plan.tiers}
    value = judged["value"]
    assert value.bound is not None and value.gap is not None
    assert plan.timings is not None
    figures |= {"value": value.achieved, "bound": value.bound, "gap %": 100 * value.gap}
    figures["breaks"] = judged["breaks"].achieved
    figures["to value s"] = plan.timings["presolve"] + plan.timings["choose"]
    started = time.perf_counter()
    meetings = greedy(problem)
    figures["greedy s"] = time.perf_counter() - started
    assert violations(problem, meetings) == []
    figures["greedy"] = tiers(problem, meetings)["value"]
    return figures


if __name__ == "__main__":
    sys.exit(main())
