"""The hard rules H1 to H10 of `problem/1`: one function for each rule, judged from problem and meetings alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from matching.board import Board, PlacedMeeting
from matching.problem import Interpreter, Meeting, Problem, primary


class Rule(StrEnum):
    """Hard rules of `problem/1`."""

    H1 = "H1"
    H2 = "H2"
    H3 = "H3"
    H4 = "H4"
    H5 = "H5"
    H6 = "H6"
    H7 = "H7"
    H8 = "H8"
    H9 = "H9"
    H10 = "H10"


class Breach(StrEnum):
    """Ways to break a hard rule. Each has a sentence that is filled in from the facts of the violation."""

    HELD_TWICE = "held_twice"
    PARTY_DOUBLE_BOOKED = "party_double_booked"
    TOO_FEW_SLOTS = "too_few_slots"
    PARTY_ABSENT = "party_absent"
    SLOT_NOT_ALLOWED = "slot_not_allowed"
    TABLE_DOUBLE_BOOKED = "table_double_booked"
    TABLE_CLOSED = "table_closed"
    AWAY_FROM_OWN_TABLE = "away_from_own_table"
    AT_ANOTHERS_TABLE = "at_anothers_table"
    INTERPRETER_MISSING = "interpreter_missing"
    INTERPRETER_NEEDLESS = "interpreter_needless"
    INTERPRETER_UNABLE = "interpreter_unable"
    INTERPRETER_DOUBLE_BOOKED = "interpreter_double_booked"
    INTERPRETER_ABSENT = "interpreter_absent"
    INTERPRETER_OVER_MAX = "interpreter_over_max"
    INTERPRETER_WITHOUT_REST = "interpreter_without_rest"
    PARTY_OVER_MAX = "party_over_max"
    PARTY_WITHOUT_REST = "party_without_rest"
    REQUIRED_NOT_HELD = "required_not_held"
    PIN_NOT_HELD = "pin_not_held"
    BEFORE_ITS_PREDECESSOR = "before_its_predecessor"
    WALK_TOO_SHORT = "walk_too_short"

    @property
    def rule(self) -> Rule:
        return _TELL[self][0]


_TELL: Mapping[Breach, tuple[Rule, str]] = {
    Breach.HELD_TWICE: (Rule.H1, 'pair "{pair}" is held {count} times'),
    Breach.PARTY_DOUBLE_BOOKED: (Rule.H2, 'party "{party}" has {count} meetings in slot "{slot}", at most {limit}'),
    Breach.TOO_FEW_SLOTS: (
        Rule.H3,
        'pair "{pair}" needs {needed} adjacent slots from slot "{slot}", there are {count}',
    ),
    Breach.PARTY_ABSENT: (Rule.H3, 'party "{party}" is not available in slot "{slot}"'),
    Breach.SLOT_NOT_ALLOWED: (Rule.H3, 'pair "{pair}" is not allowed in slot "{slot}"'),
    Breach.TABLE_DOUBLE_BOOKED: (Rule.H4, 'table "{table}" has {count} meetings in slot "{slot}"'),
    Breach.TABLE_CLOSED: (Rule.H4, 'table "{table}" is not available in slot "{slot}"'),
    Breach.AWAY_FROM_OWN_TABLE: (Rule.H4, 'party "{party}" meets at table "{table}", not at its own "{own}"'),
    Breach.AT_ANOTHERS_TABLE: (Rule.H4, 'table "{table}" belongs to party "{party}", which is not in pair "{pair}"'),
    Breach.INTERPRETER_MISSING: (Rule.H5, 'pair "{pair}" shares no language and has no interpreter'),
    Breach.INTERPRETER_NEEDLESS: (Rule.H5, 'pair "{pair}" shares a language and has interpreter "{interpreter}"'),
    Breach.INTERPRETER_UNABLE: (Rule.H5, 'interpreter "{interpreter}" does not work between the parties of "{pair}"'),
    Breach.INTERPRETER_DOUBLE_BOOKED: (
        Rule.H5,
        'interpreter "{interpreter}" serves {count} meetings in slot "{slot}"',
    ),
    Breach.INTERPRETER_ABSENT: (Rule.H5, 'interpreter "{interpreter}" is not available in slot "{slot}"'),
    Breach.INTERPRETER_OVER_MAX: (Rule.H5, 'interpreter "{interpreter}" has {count} meetings, at most {limit}'),
    Breach.INTERPRETER_WITHOUT_REST: (
        Rule.H5,
        'interpreter "{interpreter}" works {count} adjacent slots in a row from slot "{slot}", at most {limit}',
    ),
    Breach.PARTY_OVER_MAX: (Rule.H6, 'party "{party}" has {count} meetings, at most {limit}'),
    Breach.PARTY_WITHOUT_REST: (
        Rule.H6,
        'party "{party}" meets in {count} adjacent slots in a row from slot "{slot}", at most {limit}',
    ),
    Breach.REQUIRED_NOT_HELD: (Rule.H7, 'required pair "{pair}" is not held'),
    Breach.PIN_NOT_HELD: (Rule.H8, 'pair "{pair}" is not held as pinned'),
    Breach.BEFORE_ITS_PREDECESSOR: (Rule.H9, 'pair "{pair}" starts before pair "{after}" has ended'),
    Breach.WALK_TOO_SHORT: (
        Rule.H10,
        '{role} "{who}" has {minutes:g} minutes from hall "{origin}" to hall "{hall}", needs {needed:g}',
    ),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken hard rule.

    at: JSON pointers; `/meetings/...` points into the judged meetings, every other pointer into the problem.
    facts: values for the breach's sentence; ids are strings, counts and limits are numbers.
    """

    breach: Breach
    at: tuple[str, ...]
    facts: Mapping[str, Any]

    @property
    def rule(self) -> Rule:
        return self.breach.rule

    def __str__(self) -> str:
        rule, sentence = _TELL[self.breach]
        return f"{', '.join(self.at)}: {rule}: {sentence.format(**self.facts)}"


def violations(problem: Problem, meetings: Iterable[Meeting]) -> list[Violation]:
    """Return every violation of a hard rule, in the order of the rules; an empty list means feasible.

    meetings: in any order. Raises KeyError if a meeting names an unknown id.
    """
    board = Board(problem, tuple(meetings))
    return [violation for rule in RULES.values() for violation in rule(board)]


def held_at_most_once(board: Board) -> Iterator[Violation]:
    """H1: a pair is held at most once."""
    for pair, all_held in board.by_pair.items():
        if len(all_held) > 1:
            yield _broken(Breach.HELD_TWICE, all_held, pair=pair, count=len(all_held))


def parties_not_double_booked(board: Board) -> Iterator[Violation]:
    """H2: a party has at most `parallel` meetings in a slot."""
    for party_id, all_held in board.by_party.items():
        limit = board.problem.party[party_id].parallel
        for slot, same in _by_slot(all_held).items():
            if len(same) > limit:
                facts = {"party": party_id, "slot": slot, "count": len(same), "limit": limit}
                yield _broken(Breach.PARTY_DOUBLE_BOOKED, same, **facts)


def slots_suit_the_pair(board: Board) -> Iterator[Violation]:
    """H3: in every slot of the meeting both parties are available and the pair allows the slot."""
    for held in board.held:
        pair = held.pair
        if len(held.slots) < pair.length:
            facts = {"needed": pair.length, "count": len(held.slots)}
            yield _broken(Breach.TOO_FEW_SLOTS, [held], pair=pair.id, slot=held.meeting.slot, **facts)
        for slot in held.slots:
            for party_id in pair.parties:
                if slot.id not in board.problem.party[party_id].available:
                    yield _broken(Breach.PARTY_ABSENT, [held], party=party_id, slot=slot.id)
            if pair.allowed is not None and slot.id not in pair.allowed:
                yield _broken(Breach.SLOT_NOT_ALLOWED, [held], pair=pair.id, slot=slot.id)


def tables_free_and_owned(board: Board) -> Iterator[Violation]:
    """H4: tables are available, serve one meeting per slot, and a fixed table is used by its owners only.

    An owner uses no other table. That an owner has one meeting per slot, whatever its `parallel`, follows from
    this.
    """
    owners = defaultdict(list)
    for party in board.problem.parties:
        if party.table is not None:
            owners[party.table].append(party.id)
    for held in board.held:
        table = held.meeting.table
        for party_id in held.pair.parties:
            own = board.problem.party[party_id].table
            if own is not None and own != table:
                yield _broken(Breach.AWAY_FROM_OWN_TABLE, [held], party=party_id, table=table, own=own)
        for owner in owners.get(table, ()):
            if owner not in held.pair.parties:
                yield _broken(Breach.AT_ANOTHERS_TABLE, [held], table=table, party=owner, pair=held.pair.id)
    for table, all_held in board.by_table.items():
        available = board.problem.table[table].available
        for slot, same in _by_slot(all_held).items():
            if len(same) > 1:
                yield _broken(Breach.TABLE_DOUBLE_BOOKED, same, table=table, slot=slot, count=len(same))
            if available is not None and slot not in available:
                yield _broken(Breach.TABLE_CLOSED, same, table=table, slot=slot)


def interpreters_serve(board: Board) -> Iterator[Violation]:
    """H5: a meeting has one able interpreter if its parties share no language, else none.

    Interpreters keep their hours, `max_meetings` and `max_consecutive`.
    """
    tongues = {party: _primaries(board.problem.party[party].languages) for party in board.by_party}
    spoken = {name: _primaries(board.problem.interpreter[name].languages) for name in board.by_interpreter}
    for held in board.held:
        one, other = (tongues[party_id] for party_id in held.pair.parties)
        name = held.meeting.interpreter
        if not one.isdisjoint(other):
            if name is not None:
                yield _broken(Breach.INTERPRETER_NEEDLESS, [held], pair=held.pair.id, interpreter=name)
        elif name is None:
            yield _broken(Breach.INTERPRETER_MISSING, [held], pair=held.pair.id)
        elif spoken[name].isdisjoint(one) or spoken[name].isdisjoint(other):
            yield _broken(Breach.INTERPRETER_UNABLE, [held], pair=held.pair.id, interpreter=name)
    for name, all_held in board.by_interpreter.items():
        yield from interpreter_can_work(board, board.problem.interpreter[name], all_held)


def interpreter_can_work(
    board: Board, interpreter: Interpreter, all_held: Sequence[PlacedMeeting]
) -> Iterator[Violation]:
    """Yield violations of one interpreter's hours, single booking, `max_meetings` and `max_consecutive`.

    all_held: the meetings that the interpreter serves.
    """
    name, served = interpreter.id, _by_slot(all_held)
    for slot, same in served.items():
        if len(same) > 1:
            yield _broken(Breach.INTERPRETER_DOUBLE_BOOKED, same, interpreter=name, slot=slot, count=len(same))
        if slot not in interpreter.available:
            yield _broken(Breach.INTERPRETER_ABSENT, same, interpreter=name, slot=slot)
    limit = interpreter.max_meetings
    if limit is not None and len(all_held) > limit:
        yield _broken(Breach.INTERPRETER_OVER_MAX, all_held, interpreter=name, count=len(all_held), limit=limit)
    for same, facts in _too_long(board, served, interpreter.max_consecutive):
        yield _broken(Breach.INTERPRETER_WITHOUT_REST, same, interpreter=name, **facts)


def parties_within_their_maximum(board: Board) -> Iterator[Violation]:
    """H6: a party has at most `max_meetings` meetings, in at most `max_consecutive` adjacent slots in a row."""
    for party_id, all_held in board.by_party.items():
        party = board.problem.party[party_id]
        limit = party.max_meetings
        if limit is not None and len(all_held) > limit:
            yield _broken(Breach.PARTY_OVER_MAX, all_held, party=party_id, count=len(all_held), limit=limit)
        for same, facts in _too_long(board, _by_slot(all_held), party.max_consecutive):
            yield _broken(Breach.PARTY_WITHOUT_REST, same, party=party_id, **facts)


def _too_long(
    board: Board, by_slot: Mapping[str, list[PlacedMeeting]], limit: int | None
) -> Iterator[tuple[list[PlacedMeeting], Mapping[str, Any]]]:
    """Yield the meetings of each run of more adjacent slots than the limit, with its first slot and its length."""
    if limit is None:
        return
    for run in board.rows(by_slot):
        if len(run) > limit:
            same = list(dict.fromkeys(held for slot in run for held in by_slot[slot]))
            yield same, {"slot": run[0], "count": len(run), "limit": limit}


def required_pairs_held(board: Board) -> Iterator[Violation]:
    """H7: every required pair is held. A pinned pair that is not held breaks H8 instead."""
    for at, pair in enumerate(board.problem.pairs):
        if pair.required and pair.id not in board.by_pair:
            yield Violation(Breach.REQUIRED_NOT_HELD, (f"/pairs/{at}",), {"pair": pair.id})


def pins_hold(board: Board) -> Iterator[Violation]:
    """H8: a pinned pair is held in the pin's slot, and at its table and with its interpreter if the pin names them."""
    for at, pin in enumerate(board.problem.pins):
        all_held = board.by_pair.get(pin.pair, ())
        if not any(
            held.meeting.slot == pin.slot
            and pin.table in (None, held.meeting.table)
            and pin.interpreter in (None, held.meeting.interpreter)
            for held in all_held
        ):
            pointers = (f"/pins/{at}", *(held.pointer for held in all_held))
            yield Violation(Breach.PIN_NOT_HELD, pointers, {"pair": pin.pair})


def order_kept(board: Board) -> Iterator[Violation]:
    """H9: if pair P lists pair Q in `after` and both are held, Q ends no later than P starts."""
    for held in board.held:
        for after in held.pair.after:
            for earlier in board.by_pair.get(after, ()):
                if earlier.end > held.start:
                    yield _broken(Breach.BEFORE_ITS_PREDECESSOR, [held, earlier], pair=held.pair.id, after=after)


def walks_possible(board: Board) -> Iterator[Violation]:
    """H10: a person's meetings in different halls are at least the walking time apart.

    For each other hall only the earlier meeting that ends last is compared: it leaves the least time.
    """
    needed: dict[tuple[str, str], float] = {}
    for walk in board.problem.walk:
        for halls in (walk.halls, walk.halls[::-1]):
            needed[halls] = max(walk.min, needed.get(halls, 0))
    if not needed:
        return
    for role, by_who in (("party", board.by_party), ("interpreter", board.by_interpreter)):
        for who, all_held in by_who.items():
            last: dict[str, PlacedMeeting] = {}
            for held in sorted(all_held, key=lambda h: h.start):
                hall = board.problem.table[held.meeting.table].hall
                if hall is None:
                    continue
                for origin, earlier in last.items():
                    minutes = max(0.0, (held.start - earlier.end).total_seconds() / 60)
                    if origin != hall and minutes < needed.get((origin, hall), 0):
                        facts = {"minutes": minutes, "needed": needed[origin, hall], "origin": origin, "hall": hall}
                        yield _broken(Breach.WALK_TOO_SHORT, [earlier, held], role=role, who=who, **facts)
                if hall not in last or held.end > last[hall].end:
                    last[hall] = held


RULES: Mapping[Rule, Callable[[Board], Iterator[Violation]]] = {
    Rule.H1: held_at_most_once,
    Rule.H2: parties_not_double_booked,
    Rule.H3: slots_suit_the_pair,
    Rule.H4: tables_free_and_owned,
    Rule.H5: interpreters_serve,
    Rule.H6: parties_within_their_maximum,
    Rule.H7: required_pairs_held,
    Rule.H8: pins_hold,
    Rule.H9: order_kept,
    Rule.H10: walks_possible,
}


def _broken(breach: Breach, all_held: Iterable[PlacedMeeting], **facts: Any) -> Violation:
    return Violation(breach, tuple(held.pointer for held in all_held), facts)


def _by_slot(all_held: Iterable[PlacedMeeting]) -> Mapping[str, list[PlacedMeeting]]:
    by_slot = defaultdict(list)
    for held in all_held:
        for slot in held.slots:
            by_slot[slot.id].append(held)
    return by_slot


def _primaries(tags: Iterable[str]) -> frozenset[str]:
    return frozenset(primary(tag) for tag in tags)
