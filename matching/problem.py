"""The scheduling problem as frozen data: `problem/1` after parsing, with defaults filled in.

Everything here is immutable and checked by `matching.formats.schedule` when it comes from outside. Code inside the
package may build problems directly and is then trusted to keep the format's ranges.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True)
class Slot:
    """A half-open interval [start, end) in which a meeting of length 1 fits; aware datetimes."""

    id: str
    start: datetime
    end: datetime
    day: str


@dataclass(frozen=True, slots=True)
class Table:
    """A place for one meeting a slot. available: slot ids, or None for all of them."""

    id: str
    hall: str | None = None
    available: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a meeting: an expert, an enterprise, or whatever else meets one to one.

    languages: BCP 47 tags it can hold a talk in. available: slot ids. max_meetings: >= 0 or None for no limit.
    min_meetings: >= 0, a wish. parallel: >= 1, meetings it can hold in one slot. table: its own table's id.
    """

    id: str
    side: str
    languages: tuple[str, ...]
    available: frozenset[str]
    max_meetings: int | None = None
    min_meetings: int = 0
    parallel: int = 1
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Works between any two of its languages; max_consecutive counts adjacent slots in a row, >= 1."""

    id: str
    languages: tuple[str, ...]
    available: frozenset[str]
    max_meetings: int | None = None
    max_consecutive: int | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate meeting. value in [0, 1]; length in slots, >= 1.

    allowed: slot ids it may take, first and later ones alike, None for all. after: pairs that end before this starts.
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
    """A pair that is held: slot is its first one."""

    pair: str
    slot: str
    table: str
    interpreter: str | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """A meeting that may not move; its pair is required."""

    pair: str
    slot: str
    table: str | None = None
    interpreter: str | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """Minutes needed between two halls."""

    halls: tuple[str, str]
    min: float


@dataclass(frozen=True, slots=True)
class Goal:
    """A tier of the objective. tolerance in [0, 1): how much of it later tiers may spend."""

    tier: str
    tolerance: float = 0.0


TIERS = ("shortfall", "neediest", "dropped", "value", "disturbed", "breaks", "worst", "moves")
PRESETS: Mapping[str, tuple[str, ...]] = {
    "fresh": ("shortfall", "neediest", "value", "breaks", "worst", "moves"),
    "repair": ("shortfall", "disturbed", "value", "breaks", "worst", "moves"),
    "fill": ("dropped", "shortfall", "neediest", "value", "breaks", "worst", "moves"),
}
ADJACENT_MIN = 15  # consecutive slots of a day with at most so many minutes between are adjacent


@dataclass(frozen=True)
class Problem:
    """A whole event. Arrays keep the document's order; slots may come in any order, `ordered` sorts them by start.

    objective is None, or empty, where the preset's list applies. document is the parsed JSON that it came from, if any,
    for its hash.
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
        """Slots by start; no two overlap, so the order is total."""
        return tuple(sorted(self.slots, key=lambda s: (s.start, s.end)))

    def goals(self, preset: str) -> tuple[Goal, ...]:
        """The objective in force: the document's own, else the preset's; an empty one is as good as none."""
        return self.objective or tuple(Goal(t) for t in PRESETS[preset])


def primary(tag: str) -> str:
    """The primary subtag of a BCP 47 tag, case folded: `zh-Hans` and `ZH` are one language."""
    return tag.replace("_", "-").split("-", 1)[0].casefold()
