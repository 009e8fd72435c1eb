"""Reason for each pair that is not held: the first one of the format that applies, with its facts."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.plan import Unheld, UnheldReason
from matching.presolve import Bools, able, own_table
from matching.problem import Interpreter, Meeting, Pair, Problem
from matching.slots import slot_calendar

Floats = npt.NDArray[np.float64]
Found = tuple[UnheldReason, dict[str, Any]]
CostFacts = Mapping[str, Any]  # {"cost": {"at_least", "at_most"}, "tier"}: facts of a crowded-out pair


def reasons(
    problem: Problem, meetings: Sequence[Meeting], pairs: Sequence[Pair] | None = None
) -> dict[str, Found | None]:
    """Return the reason and facts of each pair that is not held, in the problem's order; None if it is crowded out.

    pairs: of the problem, None for all.
    """
    day = _PlanUsage(problem, meetings)
    held = {m.pair for m in meetings}
    return {pair.id: _reason(day, pair) for pair in pairs or problem.pairs if pair.id not in held}


def unheld(found: Mapping[str, Found | None], crowded: Mapping[str, CostFacts]) -> tuple[Unheld, ...]:
    """Return the reasons as entries of a plan. crowded: the facts of the crowded-out pairs."""
    return tuple(Unheld(pair, *(why or (UnheldReason.CROWDED_OUT, crowded[pair]))) for pair, why in found.items())


class _PlanUsage:
    """Use of parties, tables and interpreters by a plan.

    Slots are indices by start time; arrays have one entry per slot.
    Results that many pairs share are cached by languages, table and length.
    """

    def __init__(self, problem: Problem, meetings: Sequence[Meeting]) -> None:
        self.problem, self.days = problem, slot_calendar(problem)
        self.index = {s.id: t for t, s in enumerate(problem.ordered)}
        self.meetings: dict[str, list[str]] = defaultdict(list)  # party -> pairs held
        self.busy: dict[tuple[str, int], list[str]] = defaultdict(list)  # (party, slot) -> pairs held
        self.served: dict[str, set[int]] = defaultdict(set)  # interpreter -> slots at work
        self.assignments: dict[str, int] = defaultdict(int)  # interpreter -> meetings
        self.seated: set[tuple[str, int]] = set()  # (table, slot) taken
        for meeting in meetings:
            self._lay(meeting)
        self.present = {p.id: self._open(p.available) for p in problem.parties}
        self.full = self._full()
        self._kept: dict[tuple[object, ...], Bools] = {}
        self._able: dict[tuple[tuple[str, ...], ...], tuple[Interpreter, ...] | None] = {}

    def _lay(self, meeting: Meeting) -> None:
        pair = self.problem.pair[meeting.pair]
        span = self.days.span(self.index[meeting.slot], pair.length)
        for party in pair.parties:
            self.meetings[party].append(pair.id)
            for t in span:
                self.busy[party, t].append(pair.id)
        self.seated.update((meeting.table, t) for t in span)
        if meeting.interpreter is not None:
            self.served[meeting.interpreter].update(span)
            self.assignments[meeting.interpreter] += 1

    def _open(self, slots: frozenset[str]) -> Bools:
        return np.array([s.id in slots for s in self.problem.ordered], dtype=np.bool_)

    def _full(self) -> dict[str, Floats]:
        """Return by party and slot the least value of the meetings that fill the party; -1 where it has room."""
        full: dict[str, Floats] = {}
        for (name, t), pairs in self.busy.items():
            party = self.problem.party[name]
            if len(pairs) >= (1 if party.table is not None else party.parallel):
                values = full.setdefault(name, np.full(len(self.index), -1.0))
                values[t] = min(self.problem.pair[pair].value for pair in pairs)
        return full

    def spans(self, pair: Pair) -> Bools:
        """Return the slots in which the pair can start, by the availability of both parties and `allowed`."""
        one, two = (self.present[party] for party in pair.parties)
        fits = one & two if pair.allowed is None else one & two & self._open(pair.allowed)
        return self._throughout(fits, pair.length)

    def _throughout(self, fits: Bools, length: int) -> Bools:
        """Return the slots from which `length` adjacent slots are all in `fits`."""
        if length == 1:
            return fits
        spans = (self.days.span(t, length) for t in range(len(fits)))
        return np.array([bool(span) and all(fits[u] for u in span) for span in spans], dtype=np.bool_)

    def left(self, pair: Pair, starts: Bools) -> Bools:
        """Return the first slots in which no party is filled with meetings that are all worth at least as much.

        A party is also filled if it would meet in too many slots in a row.
        """
        full = [self.full[party] for party in pair.parties if party in self.full]
        room = ~np.any([values >= pair.value for values in full], axis=0) if full else np.ones_like(starts)
        left = starts & self._throughout(room, pair.length)
        for party in pair.parties:
            if self.problem.party[party].max_consecutive is not None:
                for t in np.flatnonzero(left).tolist():
                    left[t] = self._tiring(party, pair, t) is None
        return left

    def blocking(self, pair: Pair, starts: Bools) -> set[str]:
        """Return the pairs that fill a party in these slots and are worth at least as much."""
        firsts = np.flatnonzero(starts).tolist()
        slots = {t for start in firsts for t in self.days.span(start, pair.length)}
        found: set[str] = set()
        for party in pair.parties:
            if party in self.full:
                full = (t for t in slots if self.full[party][t] >= pair.value)
                found.update(held for t in full for held in self.busy[party, t])
            for start in firsts:
                found.update(self._tiring(party, pair, start) or ())
        return found

    def _tiring(self, party: str, pair: Pair, start: int) -> set[str] | None:
        """Return the pairs with which the pair would make too long a row of the party's slots.

        None if the row is not too long, or if one of these pairs is worth less.
        """
        limit = self.problem.party[party].max_consecutive
        if limit is None:
            return None
        span = self.days.span(start, pair.length)
        stretch = self.days.stretch_of[start]
        first, last = stretch.index(span[0]), stretch.index(span[-1])
        while first > 0 and self.busy.get((party, stretch[first - 1])):
            first -= 1
        while last + 1 < len(stretch) and self.busy.get((party, stretch[last + 1])):
            last += 1
        held = {each for t in stretch[first : last + 1] for each in self.busy.get((party, t), ())}
        is_long = last - first + 1 > limit
        return held if is_long and all(self.problem.pair[each].value >= pair.value for each in held) else None

    def able(self, pair: Pair) -> tuple[Interpreter, ...] | None:
        """Return the interpreters who can serve the pair; None if it needs none."""
        tongues = tuple(self.problem.party[p].languages for p in pair.parties)
        if tongues not in self._able:
            team = able(self.problem, pair)
            self._able[tongues] = None if team is None else tuple(self.problem.interpreters[k] for k in team)
        return self._able[tongues]

    def there(self, team: tuple[Interpreter, ...], length: int) -> Bools:
        """Return the first slots in which an interpreter of the team is available. team: a result of `able`."""
        return self._once(("there", id(team), length), lambda: self._any([self._hours(i, length) for i in team]))

    def manned(self, team: tuple[Interpreter, ...], length: int) -> Bools:
        """Return the first slots in which an interpreter of the team could serve another meeting.

        team: a result of `able`.
        """
        return self._once(("manned", id(team), length), lambda: self._any([self._free(i, length) for i in team]))

    def seats(self, pair: Pair, table: str | None) -> Bools:
        """Return the first slots with a free table for the pair.

        table: the pair's fixed table, which must belong to no other party; None for any shared table.
        """
        if table is not None and not self._owners[table].issubset(pair.parties):
            return self._any([])
        return self._once(("seats", table, pair.length), lambda: self._any(self._tables(table, pair.length)))

    def _once(self, key: tuple[object, ...], find: Callable[[], Bools]) -> Bools:
        if key not in self._kept:
            self._kept[key] = find()
        return self._kept[key]

    def _any(self, some: Sequence[Bools]) -> Bools:
        return np.asarray(np.any(some, axis=0)) if some else np.zeros(len(self.index), dtype=np.bool_)

    def _tables(self, table: str | None, length: int) -> list[Bools]:
        tables = [t for t in self.problem.tables if (t.id == table if table else t.id not in self._owners)]
        everywhere = np.ones(len(self.index), dtype=np.bool_)
        free = []
        for one in tables:
            hours = everywhere.copy() if one.available is None else self._open(one.available)
            hours[[t for t in range(len(hours)) if (one.id, t) in self.seated]] = False
            free.append(self._throughout(hours, length))
        return free

    @cached_property
    def _owners(self) -> Mapping[str, set[str]]:
        """Return the owners of each fixed table."""
        owners: dict[str, set[str]] = defaultdict(set)
        for party in self.problem.parties:
            if party.table is not None:
                owners[party.table].add(party.id)
        return owners

    def _hours(self, interpreter: Interpreter, length: int) -> Bools:
        return self._throughout(self._open(interpreter.available), length)

    def _free(self, interpreter: Interpreter, length: int) -> Bools:
        """Return the first slots in which the interpreter could serve: available, below `max_meetings`, rested."""
        return self._once(("free", interpreter.id, length), lambda: self._serving(interpreter, length))

    def _serving(self, interpreter: Interpreter, length: int) -> Bools:
        """Return the first slots in which the interpreter is available, free and rested."""
        at_work = self.served.get(interpreter.id, set())
        starts = self._hours(interpreter, length)
        most = interpreter.max_meetings
        if most is not None and self.assignments.get(interpreter.id, 0) >= most:
            return np.zeros_like(starts)
        for t in np.flatnonzero(starts).tolist():
            span = self.days.span(t, length)
            starts[t] = at_work.isdisjoint(span) and self._is_rested(interpreter, at_work.union(span))
        return starts

    def _is_rested(self, interpreter: Interpreter, at_work: set[int]) -> bool:
        """Whether no run of working slots is longer than the interpreter's `max_consecutive`."""
        if interpreter.max_consecutive is None:
            return True
        for stretch in self.days.stretches:
            row = 0
            for t in stretch:
                row = row + 1 if t in at_work else 0
                if row > interpreter.max_consecutive:
                    return False
        return True


def _reason(day: _PlanUsage, pair: Pair) -> Found | None:
    """Return the first reason that applies to a pair, with its facts; None if it is crowded out."""
    problem = day.problem
    starts = day.spans(pair)
    if not starts.any():
        slots = {p: [problem.ordered[t].id for t in np.flatnonzero(day.present[p])] for p in pair.parties}
        return UnheldReason.NO_COMMON_SLOT, {"slots": slots}
    table, possible = own_table(problem, pair)
    if not possible:
        return UnheldReason.OWN_TABLES_DIFFER, {}
    team = day.able(pair)
    if team is not None and not (starts & day.there(team, pair.length)).any():
        return UnheldReason.NO_INTERPRETER, {"languages": {p: list(problem.party[p].languages) for p in pair.parties}}
    for p in pair.parties:
        most, mine = problem.party[p].max_meetings, day.meetings.get(p, [])
        if most is not None and len(mine) >= most and all(problem.pair[held].value >= pair.value for held in mine):
            return UnheldReason.PARTY_FULL, {"party": p, "meetings": sorted(mine)}
    left = day.left(pair, starts)
    if not left.any():
        return UnheldReason.PARTY_BUSY, {"meetings": sorted(day.blocking(pair, starts))}
    manned = left if team is None else left & day.manned(team, pair.length)
    if team is not None and not manned.any():
        return UnheldReason.INTERPRETERS_BUSY, {"slots": _slots(day, left), "interpreters": [i.id for i in team]}
    if not (manned & day.seats(pair, table)).any():
        return UnheldReason.TABLES_FULL, {"slots": _slots(day, manned)}
    return None


def _slots(day: _PlanUsage, starts: Bools) -> list[str]:
    return [day.problem.ordered[t].id for t in np.flatnonzero(starts)]
