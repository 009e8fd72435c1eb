"""What the engine answers, and the only judge of it. Shares no code with the search."""

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
    "Breach",
    "Conflict",
    "Diff",
    "Plan",
    "Reason",
    "Rule",
    "Status",
    "Tier",
    "Unheld",
    "Violation",
    "diff",
    "gap",
    "sha256",
    "tiers",
    "violations",
]


class Status(StrEnum):
    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"


class Reason(StrEnum):
    """Why a pair is not held; the first that applies, in this order."""

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
    """One tier of the objective: what was achieved and what is proved. bound and gap are None where nothing is."""

    tier: str
    achieved: float
    bound: float | None
    gap: float | None


@dataclass(frozen=True, slots=True)
class Unheld:
    """A pair not held, with the facts of the format for its reason."""

    pair: str
    reason: Reason
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A fact that takes part in an infeasibility: rule H1 to H10, JSON pointers, and what would resolve it.

    relax: as `matching.explaining.relaxing` says it.
    """

    rule: str
    at: tuple[str, ...]
    relax: str


@dataclass(frozen=True, slots=True)
class Diff:
    """The plan against the problem's `previous`: pair ids, and party ids disturbed."""

    kept: tuple[str, ...]
    moved: tuple[str, ...]
    dropped: tuple[str, ...]
    added: tuple[str, ...]
    disturbed: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """`plan/1` after parsing. meetings are sorted by slot start, table id, pair id."""

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
    """What the meetings achieve in every tier of the format, in the order of `TIERS`.

    `value` is a float, all others are whole numbers of type int. meetings: of ids that the problem knows.
    """
    board = Board(problem, tuple(meetings))
    short = [max(0, p.min_meetings - len(board.by_party.get(p.id, ()))) for p in problem.parties]
    lost = _lost(problem, board)
    breaks = [sum(_breaks(days.values())) for days in _ranks_by_day(board).values()]
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
    """The meetings against the problem's `previous`, ids in order; an absent `previous` counts as an empty one.

    A pair is kept where it is held in a slot and at a table that `previous` gives it, moved where it is held elsewhere.
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
    """How far the achieved is from the bound, relative to the larger of the two; below 1e-6 it is 0."""
    if bound is None:
        return None
    relative = abs(achieved - bound) / max(abs(achieved), abs(bound), 1e-9)
    return 0.0 if relative < 1e-6 else relative


def sha256(document: Mapping[str, Any]) -> str:
    """The hash by which a plan names its problem, of the problem as parsed: 64 hexadecimal digits."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_held(board: Board, meeting: Meeting) -> bool:
    """Whether the pair is held in the same slot at the same table; interpreters are ignored."""
    all_held = board.by_pair.get(meeting.pair, ())
    return any((h.meeting.slot, h.meeting.table) == (meeting.slot, meeting.table) for h in all_held)


def _lost(problem: Problem, board: Board) -> list[Meeting]:
    return [m for m in problem.previous or () if not _is_held(board, m)]


def _parties_of(problem: Problem, meetings: Iterable[Meeting]) -> set[str]:
    return {party for m in meetings for party in problem.pair[m.pair].parties}


def _ranks_by_day(board: Board) -> dict[str, dict[str, set[int]]]:
    """For each party and day, the ranks in the day of the slots in which the party holds a meeting."""
    busy: dict[str, dict[str, set[int]]] = {}
    for party, all_held in board.by_party.items():
        days = busy.setdefault(party, {})
        for held in all_held:
            days.setdefault(held.slots[0].day, set()).update(board.rank[slot.id] for slot in held.slots)
    return busy


def _breaks(days: Iterable[set[int]]) -> Iterable[int]:
    """Runs of idle slots between the first and the last busy one, for each day."""
    return (sum(later - earlier > 1 for earlier, later in pairwise(sorted(day))) for day in days)


def _moves(board: Board) -> int:
    tables: dict[tuple[str, str], set[str]] = {}
    for party, all_held in board.by_party.items():
        for held in all_held:
            tables.setdefault((party, held.slots[0].day), set()).add(held.meeting.table)
    return sum(len(used) - 1 for used in tables.values())
