"""What the engine answers, and the only judge of it. Shares no code with the search."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from matching.problem import Meeting


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
    """A fact that takes part in an infeasibility: rule H1 to H10, JSON pointers, and what would resolve it."""

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
