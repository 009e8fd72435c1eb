"""Turn a problem into arrays: which pairs can be held, when, at which tables and with which interpreters.

Impossible ways to hold a pair are dropped, so that linear programs built on an `Instance` contain possible
meetings only. Nothing is chosen here: every feasible plan of the problem remains possible in the instance.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from matching.problem import Interpreter, Pair, Pin, Problem, primary
from matching.slots import SlotCalendar, slot_calendar
from matching.walking import conflicting_cells, distant_halls

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Tongues = frozenset[str]  # primary subtags of language tags

ANY_HALL = "\0"  # hall of every table that no walking time concerns


@dataclass(frozen=True)
class TablePool:
    """Interchangeable tables: one party's fixed table, a pinned table, or all shared tables that are alike.

    Which of its tables a meeting gets is decided after the search. tables: table indices. open: bool[slot,
    position in `tables`], whether the table is available.
    """

    tables: tuple[int, ...]
    hall: str
    open: Bools

    @cached_property
    def capacity(self) -> Ints:
        return np.asarray(self.open.sum(axis=1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Crew:
    """Interpreters that differ in name only. The limits apply to each member."""

    members: tuple[int, ...]
    open: Bools
    max_meetings: int | None
    max_consecutive: int | None

    @property
    def count(self) -> int:
        return len(self.members)

    def lasts(self, length: int, span: Sequence[int]) -> bool:
        """Whether one member can serve a meeting of `length` slots in the slots `span`."""
        is_rested = self.max_consecutive is None or self.max_consecutive >= length
        return is_rested and bool(self.open[list(span)].all())


@dataclass(frozen=True)
class Instance:
    """Problem as arrays. A column is one way to hold a pair: first slot, table pool and, if long, crew.

    Arrays named col_* have one entry per column. crew_of: crew of each column, -1 if the column names none.
    needs: for each pair the index in `teams` of the set of crews that can serve it, -1 if it needs no
    interpreter. dead: pairs without a column. partial: whether columns were left out that feasible plans could
    use. posts: [crew, slot], number of the hall in which the crew stays; None if crews may be anywhere.
    """

    problem: Problem
    calendar: SlotCalendar
    ends: Ints  # [pair, 2] party indices
    value: npt.NDArray[np.float64]
    required: Bools
    length: Ints
    present: Bools  # [party, slot]
    parallel: Ints
    pools: tuple[TablePool, ...]
    crews: tuple[Crew, ...]
    teams: tuple[tuple[int, ...], ...]
    needs: Ints
    col_pair: Ints
    col_slot: Ints
    col_pool: Ints
    crew_of: Ints
    dead: tuple[int, ...]
    partial: bool = False
    posts: Ints | None = None

    @property
    def columns(self) -> int:
        return len(self.col_pair)

    @cached_property
    def halls(self) -> tuple[str, ...]:
        """Return the halls that walking times concern, and one name for all other halls; never empty."""
        return tuple(dict.fromkeys(pool.hall for pool in self.pools)) or (ANY_HALL,)

    @cached_property
    def hall_of(self) -> Ints:
        """Return the hall number of each table pool."""
        return np.array([self.halls.index(pool.hall) for pool in self.pools], dtype=np.int64)

    @cached_property
    def conflicting_cells(self) -> Ints:
        """Return pairs of cells that one person cannot both attend, as [n, 2]; a cell is slot * halls + hall.

        The second slot is never earlier than the first.
        """
        return conflicting_cells(self.problem, self.halls)

    def works(self, crew: int, slot: int, hall: int) -> bool:
        """Whether a crew may serve in a slot and hall."""
        return bool(self.crews[crew].open[slot]) and (self.posts is None or int(self.posts[crew, slot]) == hall)

    @cached_property
    def covers(self) -> tuple[Ints, Ints]:
        """Return (columns, slots) with one entry for each slot that a column occupies, ordered by column."""
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
        """Return the columns of each pair."""
        order = np.argsort(self.col_pair, kind="stable")
        bounds = np.searchsorted(self.col_pair[order], np.arange(len(self.problem.pairs) + 1))
        return tuple(order[bounds[k] : bounds[k + 1]] for k in range(len(self.problem.pairs)))


def able(problem: Problem, pair: Pair) -> tuple[int, ...] | None:
    """Return the indices of interpreters who speak a language of each party; None if the parties share a language."""
    return _between(problem, *(frozenset(map(primary, problem.party[p].languages)) for p in pair.parties))


def _between(problem: Problem, mine: Tongues, theirs: Tongues) -> tuple[int, ...] | None:
    if mine & theirs:
        return None
    return tuple(k for k, i in enumerate(problem.interpreters) if _serves(i, mine, theirs))


def _serves(interpreter: Interpreter, mine: Tongues, theirs: Tongues) -> bool:
    spoken = frozenset(map(primary, interpreter.languages))
    return bool(spoken & mine) and bool(spoken & theirs)


def first_slots(problem: Problem, days: SlotCalendar, pair: Pair) -> list[int]:
    """Return the slots in which the pair can start: both parties are available and the pair allows all its slots."""
    one, two = (problem.party[p].available for p in pair.parties)
    ids = [slot.id for slot in problem.ordered]
    fits = [s in one and s in two and (pair.allowed is None or s in pair.allowed) for s in ids]
    if pair.length == 1:
        return [t for t, good in enumerate(fits) if good]
    spans = ((t, days.span(t, pair.length)) for t in range(len(ids)))
    return [t for t, span in spans if span and all(fits[u] for u in span)]


def own_table(problem: Problem, pair: Pair) -> tuple[str | None, bool]:
    """Return the fixed table at which the pair must meet, or None, and whether the parties' fixed tables agree."""
    own = {t for p in pair.parties if (t := problem.party[p].table) is not None}
    if len(own) > 1:
        return None, False
    return (own.pop() if own else None), True


def presolve(problem: Problem) -> Instance:
    """Return the instance of a problem, without the columns that are impossible."""
    return _Presolve(problem).instance()


class _Presolve:
    """Builds an instance; the methods fill its arrays in the order of their dependencies."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.calendar = slot_calendar(problem)
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
        self.halls = distant_halls(problem)

    def instance(self) -> Instance:
        """Return the instance; all arrays are built in one pass over the pairs."""
        problem = self.problem
        starts = [self._starts(pair) for pair in problem.pairs]
        self.pools, bound_pools, general = self._pools()
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
            options = self._options(pair, starts[k], bound_pools.get(pair.id, general), team)
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
            pools=self.pools,
            crews=self.crews,
            teams=tuple(teams),
            needs=needs,
            col_pair=np.concatenate([empty, *pairs]),
            col_slot=np.concatenate([empty, *slots]),
            col_pool=np.concatenate([empty, *spots]),
            crew_of=np.concatenate([empty, *staff]),
            dead=tuple(k for k, mine in enumerate(pairs) if not len(mine)),
        )

    def _starts(self, pair: Pair) -> Ints:
        """Return the slots in which the pair can start; a pinned pair starts in its pin's slot only."""
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
        """Return the interpreters who can serve the pair, its pin included; None if it needs none."""
        one, two = (self.tongues[p] for p in pair.parties)
        if (one, two) not in self.able:
            self.able[one, two] = _between(self.problem, one, two)
        capable = self.able[one, two]
        pin = self.pins.get(pair.id)
        pinned = None if pin is None else pin.interpreter
        if pinned is None:
            return capable
        if capable is None:
            return ()  # a pin names an interpreter although the parties share a language
        return tuple(i for i in capable if i == self.interpreter_index[pinned])

    def _pools(self) -> tuple[tuple[TablePool, ...], dict[str, list[int]], list[int]]:
        """Return all table pools, the pools of the pairs bound to a table, and the pools of all other pairs."""
        problem = self.problem
        open_at = np.array(
            [[t.available is None or s.id in t.available for t in problem.tables] for s in problem.ordered],
            dtype=np.bool_,
        ).reshape(self.slots, len(problem.tables))
        pools: list[TablePool] = []
        owned: dict[str, int] = {}
        for party in problem.parties:
            if party.table is not None and party.table not in owned:
                k = self.table_index[party.table]
                owned[party.table] = len(pools)
                pools.append(self._pool((k,), open_at[:, [k]]))
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
                pinned[pin.table] = len(pools)
                pools.append(self._pool((k,), open_at[:, [k]]))
            bound[pair.id] = [pinned[pin.table]]
            free[list(self.calendar.span(self.slot_index[pin.slot], pair.length)), k] = False
        first = len(pools)
        pools.extend(self._alike([self.table_index[t.id] for t in problem.tables if t.id in shared], free))
        return tuple(pools), bound, list(range(first, len(pools)))

    def _own(self, owned: dict[str, int]) -> dict[str, list[int]]:
        """Return the pools of the pairs bound to a fixed table. Only pairs of all its owners may use it."""
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

    def _pool(self, tables: tuple[int, ...], opening: Bools) -> TablePool:
        hall = self.problem.tables[tables[0]].hall or ANY_HALL
        return TablePool(tables, hall if hall in self.halls else ANY_HALL, opening)

    def _alike(self, tables: list[int], free: Bools) -> list[TablePool]:
        """Group the shared tables into pools of interchangeable ones.

        Tables differ by hall if walking counts, by hours if pairs are long, and by name if long pairs may be
        kept.
        """
        by_hours = any(pair.length > 1 for pair in self.problem.pairs)
        # a meeting that keeps its table may leave no other table free for long enough
        by_name = by_hours and bool(self.problem.previous)
        groups: dict[tuple[str, bytes, int], list[int]] = defaultdict(list)
        for k in tables:
            hall = self.problem.tables[k].hall or ANY_HALL
            hours = free[:, k].tobytes() if by_hours else b""
            groups[hall if hall in self.halls else ANY_HALL, hours, k if by_name else -1].append(k)
        return [self._pool(tuple(group), free[:, group]) for group in groups.values()]

    def _crews(self, able_sets: Iterable[tuple[int, ...] | None]) -> tuple[tuple[Crew, ...], dict[int, int]]:
        """Group interpreters who can serve the same pairs in the same hours with the same limits."""
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
        """Return the columns of one pair as rows (first slot, pool, crew); crew is -1 if it is chosen later."""
        if pair.length > 1:
            return self._long_options(pair, starts, spots, team)
        if team is not None:
            if team not in self.staffed:
                self.staffed[team] = np.logical_or.reduce([self.crews[c].open for c in team]) if team else ~self.always
            starts = starts[self.staffed[team][starts]]
        rows = []
        for pool in spots:
            row = np.full((len(starts), 3), -1, dtype=np.int64)
            row[:, 0] = starts
            row[:, 1] = pool
            rows.append(row[self.pools[pool].capacity[starts] > 0])
        return np.concatenate([np.zeros((0, 3), dtype=np.int64), *rows])

    def _long_options(self, pair: Pair, starts: Ints, spots: list[int], team: tuple[int, ...] | None) -> Ints:
        rows: list[tuple[int, int, int]] = []
        for t in starts.tolist():
            span = list(self.calendar.span(t, pair.length))
            staff = [-1] if team is None else [c for c in team if self.crews[c].lasts(pair.length, span)]
            for pool in spots:
                if self.pools[pool].open[span].all(axis=0).any():
                    rows.extend((t, pool, c) for c in staff)
        return np.array(rows, dtype=np.int64).reshape(-1, 3)
