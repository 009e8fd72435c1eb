"""The plan and its independent judge: violations, tiers and difference to a previous plan.

This module shares no code with the search.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from matching.board import Board
from matching.problem import Meeting, Problem
from matching.rules import Breach, Rule, Violation, violations

__all__ = [
    "ENGINE",
    "Breach",
    "Conflict",
    "Diff",
    "Plan",
    "Rule",
    "Status",
    "Tier",
    "Unheld",
    "UnheldReason",
    "Violation",
    "breaks_in",
    "diff",
    "gap",
    "sha256",
    "tiers",
    "violations",
]

ENGINE = "duijie/0.1.0"


class Status(StrEnum):
    """Status of a plan: proved optimal, feasible, or proved infeasible."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"


class UnheldReason(StrEnum):
    """Why a pair is not held. The first reason that applies is reported, in this order."""

    NO_COMMON_SLOT = "no_common_slot"
    OWN_TABLES_DIFFER = "own_tables_differ"
    NO_INTERPRETER = "no_interpreter"
    PARTY_FULL = "party_full"
    PARTY_BUSY = "party_busy"
    INTERPRETERS_BUSY = "interpreters_busy"
    TABLES_FULL = "tables_full"
    CROWDED_OUT = "crowded_out"


@dataclass(frozen=True, slots=True)
class Tier:
    """Result in one tier of the objective. bound: proved for all plans, None if nothing is proved; gap likewise."""

    tier: str
    achieved: float
    bound: float | None
    gap: float | None


@dataclass(frozen=True, slots=True)
class Unheld:
    """Pair that is not held, with the facts that the format lists for its reason."""

    pair: str
    reason: UnheldReason
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Fact that takes part in an infeasibility. rule: H1 to H10. at: JSON pointers into the problem.

    relax: the change that would resolve the conflict, in the syntax of `matching.explaining.relaxing`.
    """

    rule: str
    at: tuple[str, ...]
    relax: str


@dataclass(frozen=True, slots=True)
class Diff:
    """Difference between a plan and the problem's `previous`: ids of pairs, and of the disturbed parties."""

    kept: tuple[str, ...]
    moved: tuple[str, ...]
    dropped: tuple[str, ...]
    added: tuple[str, ...]
    disturbed: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Plan document `plan/1` after parsing. meetings: sorted by slot start, table id, pair id."""

    problem_sha256: str
    engine: str
    seed: int
    seconds: float | None
    status: Status
    meetings: tuple[Meeting, ...]
    tiers: tuple[Tier, ...]
    unheld: tuple[Unheld, ...] = ()
    conflict: tuple[Conflict, ...] = ()
    diff: Diff | None = None
    timings: Mapping[str, float] | None = None
    x: Any = None


def tiers(problem: Problem, meetings: Iterable[Meeting]) -> dict[str, float]:
    """Return what the meetings achieve in every tier, in the order of `TIERS`.

    `value` is a float, every other tier an int. Raises KeyError if a meeting names an unknown id.
    """
    board = Board(problem, tuple(meetings))
    short = [max(0, p.min_meetings - len(board.by_party.get(p.id, ()))) for p in problem.parties]
    lost = _lost(problem, board)
    breaks = [breaks_in(days.values()) for days in _ranks_by_day(board).values()]
    return {
        "shortfall": sum(short),
        "neediest": max(short, default=0),
        "dropped": len(lost),
        "value": math.fsum(problem.pair[pair].value for pair in board.by_pair),
        "disturbed": len(_parties_of(problem, lost)),
        "breaks": sum(breaks),
        "worst": max(breaks, default=0),
        "moves": _moves(board),
    }


def diff(problem: Problem, meetings: Iterable[Meeting]) -> Diff:
    """Return the difference between the meetings and the problem's `previous`; ids are sorted.

    A pair is kept if it is held in a slot and at a table that `previous` gives it, moved if it is held
    elsewhere. A missing `previous` counts as an empty one.
    """
    board = Board(problem, tuple(meetings))
    previous = {m.pair for m in problem.previous or ()}
    kept = {m.pair for m in problem.previous or () if _is_held(board, m)}
    held = set(board.by_pair)
    return Diff(
        kept=tuple(sorted(kept)),
        moved=tuple(sorted((previous & held) - kept)),
        dropped=tuple(sorted(previous - held)),
        added=tuple(sorted(held - previous)),
        disturbed=tuple(sorted(_parties_of(problem, _lost(problem, board)))),
    )


def gap(achieved: float, bound: float | None) -> float | None:
    """Return the distance between achieved and bound, relative to the larger of the two; 0 below 1e-6.

    None if there is no bound.
    """
    if bound is None:
        return None
    relative = abs(achieved - bound) / max(abs(achieved), abs(bound), 1e-9)
    return 0.0 if relative < 1e-6 else relative


def sha256(document: Mapping[str, Any]) -> str:
    """Return the hash that identifies a parsed problem: 64 hexadecimal digits."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_held(board: Board, meeting: Meeting) -> bool:
    """Whether the pair is held in the same slot at the same table; the interpreter does not matter."""
    all_held = board.by_pair.get(meeting.pair, ())
    return any((h.meeting.slot, h.meeting.table) == (meeting.slot, meeting.table) for h in all_held)


def _lost(problem: Problem, board: Board) -> list[Meeting]:
    return [m for m in problem.previous or () if not _is_held(board, m)]


def _parties_of(problem: Problem, meetings: Iterable[Meeting]) -> set[str]:
    return {party for m in meetings for party in problem.pair[m.pair].parties}


def _ranks_by_day(board: Board) -> dict[str, dict[str, set[int]]]:
    """For each party and day, return the positions in the day of the slots in which the party meets."""
    busy: dict[str, dict[str, set[int]]] = {}
    for party, all_held in board.by_party.items():
        days = busy.setdefault(party, {})
        for held in all_held:
            days.setdefault(held.slots[0].day, set()).update(board.rank[slot.id] for slot in held.slots)
    return busy


def breaks_in(days: Iterable[Iterable[int]]) -> int:
    """Return one party's number of idle runs between the first and the last busy slot of a day.

    days: for each day, the different positions of the party's slots in the day.
    """
    return sum(later - earlier > 1 for day in days for earlier, later in pairwise(sorted(day)))


def _moves(board: Board) -> int:
    tables: dict[tuple[str, str], set[str]] = {}
    for party, all_held in board.by_party.items():
        for held in all_held:
            tables.setdefault((party, held.slots[0].day), set()).add(held.meeting.table)
    return sum(len(used) - 1 for used in tables.values())
