"""The problem by numbers: who can meet whom, when, in which places and with which interpreters.

Everything that cannot be is dropped here, so that the programs built on an `Instance` hold possible meetings only. No
choice is made: each feasible plan of the problem is still one of the instance.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from matching.problem import Interpreter, Pair, Pin, Problem, primary
from matching.slots import Calendar, calendar
from matching.walking import apart, far

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Tongues = frozenset[str]  # primary subtags

ANY_HALL = "\0"  # the hall of tables that no walk concerns


@dataclass(frozen=True)
class Place:
    """Tables between which a meeting need not choose yet: one party's own, a pinned one, or all that are alike.

    tables: indices, the same in each slot where `open` holds them. open: bool[slot, position in tables].
    """

    tables: tuple[int, ...]
    hall: str
    open: Bools

    @cached_property
    def capacity(self) -> Ints:
        return np.asarray(self.open.sum(axis=1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Crew:
    """Interpreters that differ in name only. count: how many; limits are those of each one of them."""

    members: tuple[int, ...]
    open: Bools
    max_meetings: int | None
    max_consecutive: int | None

    @property
    def count(self) -> int:
        return len(self.members)

    def lasts(self, length: int, span: Sequence[int]) -> bool:
        """Whether one of them can serve a meeting of so many slots in these."""
        is_rested = self.max_consecutive is None or self.max_consecutive >= length
        return is_rested and bool(self.open[list(span)].all())


@dataclass(frozen=True)
class Instance:
    """What the search works on. A column is one way to hold a pair: a first slot, a place, for long ones a crew.

    Arrays named col_* have one entry a column; crew_of is -1 where the column names no crew. needs: for each pair the
    index of its set of able crews in `teams`, -1 where it needs none. dead: pairs without any column. partial: whether
    columns were left out that plans could use. posts: [crew, slot], the hall in which each crew stays, by
    its number; None: they may be anywhere.
    """

    problem: Problem
    calendar: Calendar
    ends: Ints  # [pair, 2] party indices
    value: npt.NDArray[np.float64]
    required: Bools
    length: Ints
    present: Bools  # [party, slot]
    parallel: Ints
    places: tuple[Place, ...]
    crews: tuple[Crew, ...]
    teams: tuple[tuple[int, ...], ...]
    needs: Ints
    col_pair: Ints
    col_slot: Ints
    col_place: Ints
    crew_of: Ints
    dead: tuple[int, ...]
    partial: bool = False
    posts: Ints | None = None

    @property
    def columns(self) -> int:
        return len(self.col_pair)

    @cached_property
    def halls(self) -> tuple[str, ...]:
        """The halls between which it takes time to walk, and that of all other tables; one at least."""
        return tuple(dict.fromkeys(place.hall for place in self.places)) or (ANY_HALL,)

    @cached_property
    def hall_of(self) -> Ints:
        """The number of each place's hall."""
        return np.array([self.halls.index(place.hall) for place in self.places], dtype=np.int64)

    @cached_property
    def apart(self) -> Ints:
        """[n, 2]: cells (slot * halls + hall) in both of which nobody can be; the second slot is no earlier."""
        return apart(self.problem, self.halls)

    def works(self, crew: int, slot: int, hall: int) -> bool:
        """Whether a crew may serve in a slot and hall."""
        return bool(self.crews[crew].open[slot]) and (self.posts is None or int(self.posts[crew, slot]) == hall)

    @cached_property
    def covers(self) -> tuple[Ints, Ints]:
        """(column, slot) for each slot a column covers, ordered by column."""
        if not self.columns or int(self.length.max()) == 1:
            return np.arange(self.columns), self.col_slot
        columns, slots = [], []
        for j in range(self.columns):
            for t in self.calendar.span(int(self.col_slot[j]), int(self.length[self.col_pair[j]])):
                columns.append(j)
                slots.append(t)
        return np.array(columns, dtype=np.int64), np.array(slots, dtype=np.int64)

    @cached_property
    def columns_of(self) -> tuple[Ints, ...]:
        """For each pair its columns."""
        order = np.argsort(self.col_pair, kind="stable")
        bounds = np.searchsorted(self.col_pair[order], np.arange(len(self.problem.pairs) + 1))
        return tuple(order[bounds[k] : bounds[k + 1]] for k in range(len(self.problem.pairs)))


def able(problem: Problem, pair: Pair) -> tuple[int, ...] | None:
    """Interpreters whose languages bring the two parties together; None where these share one themselves."""
    return _between(problem, *(frozenset(map(primary, problem.party[p].languages)) for p in pair.parties))


def _between(problem: Problem, mine: Tongues, theirs: Tongues) -> tuple[int, ...] | None:
    if mine & theirs:
        return None
    return tuple(k for k, i in enumerate(problem.interpreters) if _serves(i, mine, theirs))


def _serves(interpreter: Interpreter, mine: Tongues, theirs: Tongues) -> bool:
    spoken = frozenset(map(primary, interpreter.languages))
    return bool(spoken & mine) and bool(spoken & theirs)


def first_slots(problem: Problem, days: Calendar, pair: Pair) -> list[int]:
    """First slots in which both parties are there for the whole pair and which it allows."""
    one, two = (problem.party[p].available for p in pair.parties)
    ids = [slot.id for slot in problem.ordered]
    fits = [s in one and s in two and (pair.allowed is None or s in pair.allowed) for s in ids]
    if pair.length == 1:
        return [t for t, good in enumerate(fits) if good]
    spans = ((t, days.span(t, pair.length)) for t in range(len(ids)))
    return [t for t, span in spans if span and all(fits[u] for u in span)]


def own_table(problem: Problem, pair: Pair) -> tuple[str | None, bool]:
    """The table a pair is bound to by its parties' own, if any, and whether it can be met there at all."""
    own = {t for p in pair.parties if (t := problem.party[p].table) is not None}
    if len(own) > 1:
        return None, False
    return (own.pop() if own else None), True


def presolve(problem: Problem) -> Instance:
    """Index the problem and drop what cannot be: see the module."""
    return _Presolve(problem).instance()


class _Presolve:
    """The tables that presolve() fills, in the order in which they depend on each other."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.calendar = calendar(problem)
        self.slots = len(problem.ordered)
        self.slot_index = {s.id: t for t, s in enumerate(problem.ordered)}
        self.party_index = {p.id: k for k, p in enumerate(problem.parties)}
        self.table_index = {t.id: k for k, t in enumerate(problem.tables)}
        self.interpreter_index = {i.id: k for k, i in enumerate(problem.interpreters)}
        self.pins: dict[str, Pin] = {pin.pair: pin for pin in problem.pins}
        self.present = np.array(
            [[s.id in p.available for s in problem.ordered] for p in problem.parties], dtype=np.bool_
        ).reshape(len(problem.parties), self.slots)
        self.tongues = {p.id: frozenset(map(primary, p.languages)) for p in problem.parties}
        self.able: dict[tuple[Tongues, Tongues], tuple[int, ...] | None] = {}
        self.always = np.ones(self.slots, dtype=np.bool_)
        self.staffed: dict[tuple[int, ...], Bools] = {}
        self.halls = far(problem)

    def instance(self) -> Instance:
        problem = self.problem
        starts = [self._starts(pair) for pair in problem.pairs]
        self.places, bound_place, general = self._places()
        able_sets = [self._able(pair) for pair in problem.pairs]
        self.crews, crew_of = self._crews(able_sets)
        teams: dict[tuple[int, ...], int] = {}
        needs = np.full(len(problem.pairs), -1, dtype=np.int64)
        pairs: list[Ints] = []
        slots: list[Ints] = []
        spots: list[Ints] = []
        staff: list[Ints] = []
        for k, pair in enumerate(problem.pairs):
            team: tuple[int, ...] | None = None
            capable = able_sets[k]
            if capable is not None:
                team = tuple(sorted({crew_of[i] for i in capable}))
                needs[k] = teams.setdefault(team, len(teams))
            options = self._options(pair, starts[k], bound_place.get(pair.id, general), team)
            pairs.append(np.full(len(options), k, dtype=np.int64))
            slots.append(options[:, 0])
            spots.append(options[:, 1])
            staff.append(options[:, 2])
        empty = np.zeros(0, dtype=np.int64)
        return Instance(
            problem=problem,
            calendar=self.calendar,
            ends=np.array(
                [[self.party_index[p] for p in pair.parties] for pair in problem.pairs], dtype=np.int64
            ).reshape(-1, 2),
            value=np.array([pair.value for pair in problem.pairs], dtype=np.float64),
            required=np.array([pair.required or pair.id in self.pins for pair in problem.pairs], dtype=np.bool_),
            length=np.array([pair.length for pair in problem.pairs], dtype=np.int64),
            present=self.present,
            parallel=np.array([1 if p.table is not None else p.parallel for p in problem.parties], dtype=np.int64),
            places=self.places,
            crews=self.crews,
            teams=tuple(teams),
            needs=needs,
            col_pair=np.concatenate([empty, *pairs]),
            col_slot=np.concatenate([empty, *slots]),
            col_place=np.concatenate([empty, *spots]),
            crew_of=np.concatenate([empty, *staff]),
            dead=tuple(k for k, mine in enumerate(pairs) if not len(mine)),
        )

    def _starts(self, pair: Pair) -> Ints:
        if pair.length > 1:
            starts = np.array(first_slots(self.problem, self.calendar, pair), dtype=np.int64)
        else:
            one, two = (self.party_index[p] for p in pair.parties)
            fits = self.present[one] & self.present[two]
            if pair.allowed is not None:
                fits = fits & np.array([s.id in pair.allowed for s in self.problem.ordered], dtype=np.bool_)
            starts = np.flatnonzero(fits)
        if pair.id in self.pins:
            starts = starts[starts == self.slot_index[self.pins[pair.id].slot]]
        return starts

    def _able(self, pair: Pair) -> tuple[int, ...] | None:
        one, two = (self.tongues[p] for p in pair.parties)
        if (one, two) not in self.able:
            self.able[one, two] = _between(self.problem, one, two)
        capable = self.able[one, two]
        pin = self.pins.get(pair.id)
        pinned = None if pin is None else pin.interpreter
        if pinned is None:
            return capable
        if capable is None:
            return ()  # a pin names an interpreter for a pair that may have none
        return tuple(i for i in capable if i == self.interpreter_index[pinned])

    def _places(self) -> tuple[tuple[Place, ...], dict[str, list[int]], list[int]]:
        """All places, those of the pairs that are bound to some, and those of all other pairs."""
        problem = self.problem
        open_at = np.array(
            [[t.available is None or s.id in t.available for t in problem.tables] for s in problem.ordered],
            dtype=np.bool_,
        ).reshape(self.slots, len(problem.tables))
        places: list[Place] = []
        owned: dict[str, int] = {}
        for party in problem.parties:
            if party.table is not None and party.table not in owned:
                k = self.table_index[party.table]
                owned[party.table] = len(places)
                places.append(self._place((k,), open_at[:, [k]]))
        bound = self._own(owned)
        shared = {t.id for t in problem.tables if t.id not in owned}
        pinned: dict[str, int] = {}
        free = open_at.copy()
        for pair in problem.pairs:
            pin = self.pins.get(pair.id)
            if pin is None or pin.table is None:
                continue
            if pin.table in owned or pair.id in bound:
                bound[pair.id] = [p for p in bound.get(pair.id, []) if owned.get(pin.table) == p]
                continue
            k = self.table_index[pin.table]
            if pin.table not in pinned:
                pinned[pin.table] = len(places)
                places.append(self._place((k,), open_at[:, [k]]))
            bound[pair.id] = [pinned[pin.table]]
            free[list(self.calendar.span(self.slot_index[pin.slot], pair.length)), k] = False
        first = len(places)
        places.extend(self._alike([self.table_index[t.id] for t in problem.tables if t.id in shared], free))
        return tuple(places), bound, list(range(first, len(places)))

    def _own(self, owned: dict[str, int]) -> dict[str, list[int]]:
        """Pairs bound to a party's own table; an own table hosts only meetings of all who own it."""
        owners = Counter(p.table for p in self.problem.parties if p.table is not None)
        bound: dict[str, list[int]] = {}
        for pair in self.problem.pairs:
            table, possible = own_table(self.problem, pair)
            if not possible:
                bound[pair.id] = []
            elif table is not None:
                among = sum(self.problem.party[p].table == table for p in pair.parties)
                bound[pair.id] = [owned[table]] if among == owners[table] else []
        return bound

    def _place(self, tables: tuple[int, ...], opening: Bools) -> Place:
        hall = self.problem.tables[tables[0]].hall or ANY_HALL
        return Place(tables, hall if hall in self.halls else ANY_HALL, opening)

    def _alike(self, tables: list[int], free: Bools) -> list[Place]:
        """Shared tables by what makes a difference: their hall where walks count, their hours where pairs are long."""
        by_hours = any(pair.length > 1 for pair in self.problem.pairs)
        by_name = by_hours and bool(self.problem.previous)  # a kept table may leave no other one free for long enough
        groups: dict[tuple[str, bytes, int], list[int]] = defaultdict(list)
        for k in tables:
            hall = self.problem.tables[k].hall or ANY_HALL
            hours = free[:, k].tobytes() if by_hours else b""
            groups[hall if hall in self.halls else ANY_HALL, hours, k if by_name else -1].append(k)
        return [self._place(tuple(group), free[:, group]) for group in groups.values()]

    def _crews(self, able_sets: Iterable[tuple[int, ...] | None]) -> tuple[tuple[Crew, ...], dict[int, int]]:
        """Interpreters merged where only their names differ: same pairs, hours and limits."""
        serves: dict[int, set[int]] = defaultdict(set)
        for number, capable in enumerate(dict.fromkeys(able_sets)):
            for k in capable or ():
                serves[k].add(number)
        apart = bool(self.halls) or any(pair.length > 1 for pair in self.problem.pairs)
        groups: dict[object, list[int]] = defaultdict(list)
        for k, i in enumerate(self.problem.interpreters):
            alike = (frozenset(serves[k]), i.available, i.max_meetings, i.max_consecutive)
            groups[k if apart else alike].append(k)
        crews: list[Crew] = []
        crew_of: dict[int, int] = {}
        for members in groups.values():
            one = self.problem.interpreters[members[0]]
            crew_of.update(dict.fromkeys(members, len(crews)))
            hours = np.array([s.id in one.available for s in self.problem.ordered], dtype=np.bool_)
            crews.append(Crew(tuple(members), hours, one.max_meetings, one.max_consecutive))
        return tuple(crews), crew_of

    def _options(self, pair: Pair, starts: Ints, spots: list[int], team: tuple[int, ...] | None) -> Ints:
        """Rows (first slot, place, crew) of one pair; crew is -1 where it is chosen slot by slot."""
        if pair.length > 1:
            return self._long_options(pair, starts, spots, team)
        if team is not None:
            if team not in self.staffed:
                self.staffed[team] = np.logical_or.reduce([self.crews[c].open for c in team]) if team else ~self.always
            starts = starts[self.staffed[team][starts]]
        rows = []
        for place in spots:
            row = np.full((len(starts), 3), -1, dtype=np.int64)
            row[:, 0] = starts
            row[:, 1] = place
            rows.append(row[self.places[place].capacity[starts] > 0])
        return np.concatenate([np.zeros((0, 3), dtype=np.int64), *rows])

    def _long_options(self, pair: Pair, starts: Ints, spots: list[int], team: tuple[int, ...] | None) -> Ints:
        rows: list[tuple[int, int, int]] = []
        for t in starts.tolist():
            span = list(self.calendar.span(t, pair.length))
            staff = [-1] if team is None else [c for c in team if self.crews[c].lasts(pair.length, span)]
            for place in spots:
                if self.places[place].open[span].all(axis=0).any():
                    rows.extend((t, place, c) for c in staff)
        return np.array(rows, dtype=np.int64).reshape(-1, 3)
