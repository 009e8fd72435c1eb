"""The scheduling problem as frozen data: `problem/1` after parsing, with defaults filled in.

Documents from outside are checked by `matching.formats.schedule`. Code of this package may build a problem
directly; it must then keep the ranges of the format itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True)
class Slot:
    """Half-open time interval [start, end) of one meeting of length 1. start, end: aware datetimes."""

    id: str
    start: datetime
    end: datetime
    day: str


@dataclass(frozen=True, slots=True)
class Table:
    """Table with one meeting per slot. available: slot ids, or None for all slots."""

    id: str
    hall: str | None = None
    available: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """Participant of meetings, for example an expert or an enterprise.

    side: name of the group, for example "expert". languages: BCP 47 tags that the party speaks. available: slot
    ids. max_meetings: >= 0, or None for no limit. min_meetings: >= 0, a goal and not a hard rule. parallel: >=
    1, number of meetings in one slot. table: id of the party's fixed table, or None. max_consecutive: most adjacent
    slots in a row with meetings, >= 1, or None.
    """

    id: str
    side: str
    languages: tuple[str, ...]
    available: frozenset[str]
    max_meetings: int | None = None
    min_meetings: int = 0
    parallel: int = 1
    table: str | None = None
    max_consecutive: int | None = None


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Interpreter between any two of the languages. max_consecutive: most adjacent slots in a row, >= 1, or None."""

    id: str
    languages: tuple[str, ...]
    available: frozenset[str]
    max_meetings: int | None = None
    max_consecutive: int | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Candidate meeting of two parties. value: in [0, 1]. length: number of slots, >= 1.

    allowed: ids of all slots that the meeting may occupy, or None for no restriction. after: ids of pairs that
    must end before this pair starts.
    """

    id: str
    parties: tuple[str, str]
    value: float
    required: bool = False
    allowed: frozenset[str] | None = None
    after: tuple[str, ...] = ()
    length: int = 1


@dataclass(frozen=True, slots=True)
class Meeting:
    """Meeting of a plan. slot: id of its first slot."""

    pair: str
    slot: str
    table: str
    interpreter: str | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """Fixed meeting. The pair becomes required; table and interpreter are fixed only if they are named."""

    pair: str
    slot: str
    table: str | None = None
    interpreter: str | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """Walking time between two halls. min: minutes."""

    halls: tuple[str, str]
    min: float


@dataclass(frozen=True, slots=True)
class Goal:
    """Tier of the objective. tolerance: in [0, 1), relative loss in this tier that later tiers may cause."""

    tier: str
    tolerance: float = 0.0


TIERS = ("shortfall", "neediest", "dropped", "value", "disturbed", "breaks", "worst", "moves")
PRESETS: Mapping[str, tuple[str, ...]] = {
    "fresh": ("shortfall", "neediest", "value", "breaks", "worst", "moves"),
    "repair": ("shortfall", "disturbed", "value", "breaks", "worst", "moves"),
    "fill": ("dropped", "shortfall", "neediest", "value", "breaks", "worst", "moves"),
}
ADJACENT_MIN = 15  # slots of one day are adjacent if at most so many minutes lie between them


@dataclass(frozen=True)
class Problem:
    """Whole event. Arrays keep the document's order; `ordered` has the slots by start time.

    objective: None or empty if the preset's tiers apply. document: the parsed JSON of the problem, used for its
    hash; None if the problem was built in code.
    """

    slots: tuple[Slot, ...]
    tables: tuple[Table, ...]
    parties: tuple[Party, ...]
    pairs: tuple[Pair, ...]
    interpreters: tuple[Interpreter, ...] = ()
    pins: tuple[Pin, ...] = ()
    previous: tuple[Meeting, ...] | None = None
    walk: tuple[Walk, ...] = ()
    objective: tuple[Goal, ...] | None = None
    document: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def slot(self) -> Mapping[str, Slot]:
        return {s.id: s for s in self.slots}

    @cached_property
    def table(self) -> Mapping[str, Table]:
        return {t.id: t for t in self.tables}

    @cached_property
    def party(self) -> Mapping[str, Party]:
        return {p.id: p for p in self.parties}

    @cached_property
    def interpreter(self) -> Mapping[str, Interpreter]:
        return {i.id: i for i in self.interpreters}

    @cached_property
    def pair(self) -> Mapping[str, Pair]:
        return {p.id: p for p in self.pairs}

    @cached_property
    def ordered(self) -> tuple[Slot, ...]:
        """Return the slots by start time. Slots do not overlap, so the order is unique."""
        return tuple(sorted(self.slots, key=lambda s: (s.start, s.end)))

    def goals(self, preset: str) -> tuple[Goal, ...]:
        """Return the tiers in force: those of the document, else those of the preset."""
        return self.objective or tuple(Goal(t) for t in PRESETS[preset])


def primary(tag: str) -> str:
    """Return the primary subtag of a BCP 47 tag in lower case, so that `zh-Hans` and `ZH` are one language."""
    return tag.replace("_", "-").split("-", 1)[0].casefold()
