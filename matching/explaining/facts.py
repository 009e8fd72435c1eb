"""Facts of an event that a person could change, with the hard rule and the JSON pointer of each."""

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from matching.problem import Problem
from matching.rules import Rule


class Relax(StrEnum):
    """Kinds of change that can resolve a conflict."""

    DO_NOT_REQUIRE = "do_not_require"
    UNPIN = "unpin"
    OPEN_SLOTS = "open_slots"
    ALLOW_SLOTS = "allow_slots"
    RAISE_PARALLEL = "raise_parallel"
    RAISE_MAX_MEETINGS = "raise_max_meetings"
    RAISE_MAX_CONSECUTIVE = "raise_max_consecutive"
    LEAVE_OWN_TABLE = "leave_own_table"
    OPEN_TABLE = "open_table"
    ADD_TABLES = "add_tables"
    ADD_INTERPRETERS = "add_interpreters"
    ADD_LANGUAGES = "add_languages"
    DROP_ORDER = "drop_order"
    SHORTEN_WALK = "shorten_walk"


@dataclass(frozen=True, slots=True)
class Fact:
    """Fact that a person can change. at: JSON pointers into the problem.

    about: ids of what the fact concerns; two halls for a walk, empty for all tables or all interpreters.
    """

    rule: Rule
    at: tuple[str, ...]
    relax: Relax
    about: tuple[str, ...] = ()


def read_relaxation(text: str) -> tuple[Relax, list[str]]:
    """Return the code and the words of a `relax` text. Raises ValueError if the text is malformed."""
    code, *words = shlex.split(text)
    return Relax(code), words


def facts(problem: Problem, core: Problem) -> list[Fact]:
    """Return every fact about the pairs of `core`; the pointers lead into `problem`."""
    return [
        *_of_parties(problem, core),
        *_of_pairs(problem, core),
        *_of_tables(problem, core),
        Fact(Rule.H4, ("/tables",), Relax.ADD_TABLES),
        Fact(Rule.H5, ("/interpreters",), Relax.ADD_INTERPRETERS),
        *_of_walks(problem),
        *_of_pins(problem, core),
        *_of_requests(problem, core),
    ]


def _of_parties(problem: Problem, core: Problem) -> Iterator[Fact]:
    everything = frozenset(problem.slot)
    wanted = Counter(name for pair in core.pairs for name in pair.parties)
    slots = Counter(name for pair in core.pairs for name in pair.parties for _slot in range(pair.length))
    for k, party in enumerate(problem.parties):
        at, about = f"/parties/{k}", (party.id,)
        if party.id not in wanted:
            continue
        if party.available != everything:
            yield Fact(Rule.H3, (f"{at}/available",), Relax.OPEN_SLOTS, about)
        if wanted[party.id] > party.parallel:
            yield Fact(Rule.H2, (f"{at}/parallel",), Relax.RAISE_PARALLEL, about)
        if party.max_meetings is not None and wanted[party.id] > party.max_meetings:
            yield Fact(Rule.H6, (f"{at}/max_meetings",), Relax.RAISE_MAX_MEETINGS, about)
        if party.max_consecutive is not None and slots[party.id] > party.max_consecutive:
            yield Fact(Rule.H6, (f"{at}/max_consecutive",), Relax.RAISE_MAX_CONSECUTIVE, about)
        if party.table is not None:
            yield Fact(Rule.H4, (f"{at}/table",), Relax.LEAVE_OWN_TABLE, about)
        if not party.languages:
            yield Fact(Rule.H5, (f"{at}/languages",), Relax.ADD_LANGUAGES, about)


def _of_pairs(problem: Problem, core: Problem) -> Iterator[Fact]:
    for k, pair in enumerate(problem.pairs):
        if pair.id not in core.pair:
            continue
        if pair.allowed is not None:
            yield Fact(Rule.H3, (f"/pairs/{k}/allowed",), Relax.ALLOW_SLOTS, (pair.id,))
        if core.pair[pair.id].after:
            yield Fact(Rule.H9, (f"/pairs/{k}/after",), Relax.DROP_ORDER, (pair.id,))


def _of_tables(problem: Problem, core: Problem) -> Iterator[Fact]:
    """Yield the hours of tables that no other table can replace: fixed and pinned ones."""
    special = {problem.party[name].table for pair in core.pairs for name in pair.parties}
    special |= {pin.table for pin in core.pins}
    for k, table in enumerate(problem.tables):
        if table.id in special and table.available is not None:
            yield Fact(Rule.H4, (f"/tables/{k}/available",), Relax.OPEN_TABLE, (table.id,))


def _of_walks(problem: Problem) -> Iterator[Fact]:
    at: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for k, walk in enumerate(problem.walk):
        if walk.min > 0:
            at[tuple(sorted(walk.halls))].append(f"/walk/{k}")
    for halls, pointers in at.items():
        yield Fact(Rule.H10, tuple(pointers), Relax.SHORTEN_WALK, halls)


def _of_pins(problem: Problem, core: Problem) -> Iterator[Fact]:
    for k, pin in enumerate(problem.pins):
        if pin.pair in core.pair:
            yield Fact(Rule.H8, (f"/pins/{k}",), Relax.UNPIN, (pin.pair,))


def _of_requests(problem: Problem, core: Problem) -> Iterator[Fact]:
    for k, pair in enumerate(problem.pairs):
        if pair.required and pair.id in core.pair:
            yield Fact(Rule.H7, (f"/pairs/{k}/required",), Relax.DO_NOT_REQUIRE, (pair.id,))
