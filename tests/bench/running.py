"""Run one method on one event in a process of its own, so that memory and seconds are its own.

`python -m tests.bench.running TASK` with a task as JSON prints its figures as JSON; `apart` does this from
outside.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from matching.formats.schedule import load_problem
from matching.plan import Plan, gap, tiers, violations
from matching.problem import Problem
from matching.solving import solve
from matching.stopping import Progress, Stop
from tests.bench.baseline import greedy
from tests.bench.families import FAMILIES, event, without_promises
from tests.bench.flow import flow_first
from tests.bench.outcome import Outcome
from tests.bench.textbook import textbook
from tests.bench.whole import whole

OURS = "ours"
GRACE_S = 240.0  # seconds beyond the time limit for reading, building and tidying up; then the run is killed
Figures = Mapping[str, float | str | None]


@dataclass(frozen=True)
class RunTask:
    """Run to measure.

    method: of METHODS. family: of FAMILIES; or file: a document. promises: keep minimums of parties.
    """

    method: str
    seconds: float
    family: str = ""
    file: str = ""
    seed: int = 0
    pair_promises: bool = True

    @property
    def case(self) -> str:
        return Path(self.file).stem if self.file else self.family

    def problem(self) -> Problem:
        if self.file:
            return load_problem(Path(self.file).read_bytes())
        made = event(FAMILIES[self.family], self.seed)
        return made if self.pair_promises else without_promises(made)


METHODS: Mapping[str, Callable[[Problem, float], Outcome]] = {
    "greedy": lambda problem, _: Outcome(greedy(problem)),
    "flow first": lambda problem, _: flow_first(problem),
    "one model": lambda problem, seconds: whole(problem, seconds, greedy(problem)),
    "textbook": textbook,
}


def measured(task: RunTask) -> Figures:
    """Return the judged figures of a run."""
    problem = task.problem()
    worked = time.process_time()
    figures = _ours(problem, task) if task.method == OURS else _others(problem, task)
    return {
        **figures,
        "cpu s": time.process_time() - worked,
        "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _others(problem: Problem, task: RunTask) -> dict[str, float | str | None]:
    started = time.perf_counter()
    outcome = METHODS[task.method](problem, task.seconds)
    seconds = time.perf_counter() - started
    tier = "breaks" if task.method == "textbook" else "value"
    meetings = list(outcome.meetings)
    faults = violations(problem, meetings) if meetings or tier == "value" else []
    assert faults == [], faults[:3]
    if not meetings:
        return {"meetings": 0, "value": None, "breaks": None, "bound": outcome.bound, "seconds": seconds}
    achieved = tiers(problem, meetings)
    open_gap = gap(achieved[tier], outcome.bound)
    return {
        "meetings": len(meetings),
        "value": achieved["value"],
        "breaks": achieved["breaks"],
        f"{tier} bound": outcome.bound,
        f"{tier} gap %": None if open_gap is None else 100 * open_gap,
        "first plan s": outcome.first_s,
        "seconds": seconds,
    }


def _ours(problem: Problem, task: RunTask) -> dict[str, float | str | None]:
    started = time.perf_counter()
    reports: list[Progress] = []
    plan = solve(problem, stop=Stop(seconds=task.seconds), seed=task.seed, progress=reports.append)
    seconds = time.perf_counter() - started
    first = next((report.elapsed_s for report in reports if report.phase == "improve"), None)
    faults = violations(problem, plan.meetings)
    assert faults == [], faults[:3]
    return {
        "status": plan.status.value,
        "meetings": len(plan.meetings),
        "first plan s": first,
        "seconds": seconds,
        **of_plan(plan),
    }


def of_plan(plan: Plan) -> dict[str, float | str | None]:
    """Return each tier with bound and gap, and the seconds of each phase."""
    found: dict[str, float | str | None] = {}
    for tier in plan.tiers:
        found[tier.tier] = tier.achieved
        found[f"{tier.tier} bound"] = tier.bound
        found[f"{tier.tier} gap %"] = None if tier.gap is None else 100 * tier.gap
    timings = plan.timings or {}
    found["to value s"] = sum(timings.get(phase, 0.0) for phase in ("presolve", "choose"))
    found["explain s"] = timings.get("explain", 0.0)
    return found


def apart(task: RunTask) -> Figures:
    """Return the figures of a run in a process of its own; {"failed": why} if it fails."""
    command = [sys.executable, "-m", "tests.bench.running", json.dumps(asdict(task))]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=task.seconds + GRACE_S)
    except subprocess.TimeoutExpired:
        return {"failed": f"no end in {task.seconds + GRACE_S:g} s"}
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"}
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    print(json.dumps(measured(RunTask(**json.loads(sys.argv[1])))))
