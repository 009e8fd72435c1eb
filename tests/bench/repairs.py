"""Benchmark the repair of a published fair after a drop-out, and the reasons for pairs that are not held.

`python -m tests.bench.repairs TASK` measures one event in a process of its own.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from matching.explaining.reasons import reasons
from matching.formats.schedule import dump, load_plan, write_problem
from matching.plan import Plan, UnheldReason, diff, violations
from matching.problem import Meeting, Problem
from matching.solving import solve
from matching.stopping import Stop
from tests.bench.families import FAMILIES, event
from tests.bench.running import of_plan

CASES = ("an expert drops out", "a table drops out", "an interpreter drops out")
SHOWN = (
    *("disturbed", "disturbed bound", "disturbed gap %", "least", "kept", "moved", "dropped", "added"),
    *("value", "value bound", "value gap %", "breaks", "breaks before", "seconds"),
)
REASONS_SHOWN = ("pairs", "reasons s", "explain s", "crowded", "exact", "seconds")
REPAIR_S = 4.0  # seconds that the command may take
_GRACE_S = 240.0


def measured(family: str, seconds: float, runs: int) -> Iterator[dict[str, Any]]:
    """Return the figures of each case on each of `runs` events, with case and seed."""
    for seed in range(runs):
        yield from _apart({"family": family, "seconds": seconds, "seed": seed, "what": "repair"})


def explained(family: str, seconds: float, runs: int) -> Iterator[dict[str, Any]]:
    for seed in range(runs):
        yield from _apart({"family": family, "seconds": seconds, "seed": seed, "what": "reasons"})


def _apart(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.bench.repairs", json.dumps(task)]
    limit = task["seconds"] + len(CASES) * REPAIR_S + _GRACE_S
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return [{"case": case, "seed": task["seed"], "failed": f"no end in {limit:g} s"} for case in CASES]
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:] or [f"exit {done.returncode}"]
        return [{"case": case, "seed": task["seed"], "failed": why[0]} for case in CASES]
    figures: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    problem = event(FAMILIES[task["family"]], task["seed"])
    started = time.perf_counter()
    published = solve(problem, stop=Stop(seconds=task["seconds"]), seed=task["seed"])
    seconds = time.perf_counter() - started
    if task["what"] == "reasons":
        return [{**_reasons(problem, published), "seconds": seconds, "case": task["family"], "seed": task["seed"]}]
    changed = _changed(problem, published.meetings)
    return [{**_repaired(changed[case], published, task["seed"]), "case": case, "seed": task["seed"]} for case in CASES]


def _changed(problem: Problem, meetings: Sequence[Meeting]) -> dict[str, Problem]:
    """Return the problem after the busiest expert, table or interpreter is gone for the whole event."""
    parties = Counter(party for meeting in meetings for party in problem.pair[meeting.pair].parties)
    tables = Counter(meeting.table for meeting in meetings)
    interpreters = Counter(meeting.interpreter for meeting in meetings if meeting.interpreter is not None)
    expert = next(each for each, _ in parties.most_common() if problem.party[each].side == "expert")
    [(table, _)], [(interpreter, _)] = tables.most_common(1), interpreters.most_common(1)
    held = replace(problem, previous=tuple(meetings), document=None)
    gone = {expert, table, interpreter}
    nowhen: frozenset[str] = frozenset()
    return {
        CASES[0]: replace(
            held, parties=tuple(replace(e, available=nowhen) if e.id in gone else e for e in held.parties)
        ),
        CASES[1]: replace(held, tables=tuple(replace(e, available=nowhen) if e.id in gone else e for e in held.tables)),
        CASES[2]: replace(
            held, interpreters=tuple(replace(e, available=nowhen) if e.id in gone else e for e in held.interpreters)
        ),
    }


def _repaired(problem: Problem, published: Plan, seed: int) -> dict[str, Any]:
    """Return the figures of one repair by the command, from start to end.

    least: number of parties whose meetings cannot all stay, whatever the plan.
    """
    with TemporaryDirectory() as folder:
        changed, repaired = Path(folder) / "problem.json", Path(folder) / "plan.json"
        changed.write_bytes(dump(write_problem(problem)))
        command = [sys.executable, "-m", "matching", str(changed), "--preset", "repair", "--out", str(repaired)]
        started = time.perf_counter()
        subprocess.run([*command, "--seconds", f"{REPAIR_S}", "--seed", f"{seed}"], check=True, capture_output=True)
        seconds = time.perf_counter() - started
        plan = load_plan(repaired.read_bytes(), problem)
    assert violations(problem, plan.meetings) == []
    changes = diff(problem, plan.meetings)
    before = next(tier.achieved for tier in published.tiers if tier.tier == "breaks")
    return {
        **of_plan(plan),
        "least": _bound_to_change(problem),
        "kept": len(changes.kept),
        "moved": len(changes.moved),
        "dropped": len(changes.dropped),
        "added": len(changes.added),
        "breaks before": before,
        "seconds": seconds,
    }


def _bound_to_change(problem: Problem) -> int:
    """Return the parties of meetings that are impossible because the party or the table is gone."""
    lost = [
        meeting
        for meeting in problem.previous or ()
        if problem.table[meeting.table].available is not None
        or any(meeting.slot not in problem.party[party].available for party in problem.pair[meeting.pair].parties)
    ]
    return len({party for meeting in lost for party in problem.pair[meeting.pair].parties})


def _reasons(problem: Problem, plan: Plan) -> dict[str, Any]:
    started = time.perf_counter()
    found = reasons(problem, plan.meetings)
    seconds = time.perf_counter() - started
    crowded = [each.facts["cost"] for each in plan.unheld if each.reason is UnheldReason.CROWDED_OUT]
    return {
        "pairs": len(found),
        "reasons s": seconds,
        "explain s": (plan.timings or {}).get("explain"),
        "crowded": len(crowded),
        "exact": sum(cost["at_least"] == cost["at_most"] for cost in crowded),
    }


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
