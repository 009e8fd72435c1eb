"""Assign tables and interpreters to the meetings of a point, which only counts them.

In each slot this is a bipartite matching of least cost that remembers earlier slots: parties keep their table
of the day where possible, and an interpreter who served a party last serves it again. Interpreters of one crew
rest in turns, which keeps each member's limits (see `turns`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from matching.choosing.linear import is_over
from matching.choosing.program import Program
from matching.graph import cheapest_matching
from matching.presolve import Instance, Ints
from matching.problem import Meeting
from matching.stopping import Stop

_BLOCKED = 1_000.0  # higher than the cost of all moves that one meeting can cause
_AS_BEFORE = 1e-3  # bonus for the previous table; smaller than the cost of a move
_SWEEPS = 20  # most rounds over all slots; a round without fewer moves is the last


def assign_names(program: Program, point: Ints, given: Mapping[int, int] | None = None) -> tuple[Meeting, ...]:
    """Return the meetings of an integral point, sorted by slot start, table id and pair id.

    given: tables of the held columns, if they are already decided.
    """
    instance = program.instance
    problem = instance.problem
    held = np.flatnonzero(point[: program.columns]).tolist()
    tables = given if given is not None else assign_tables(instance, held, kept_tables(program, point))
    served = assign_interpreters(program, point)
    meetings = [
        Meeting(
            pair=problem.pairs[instance.col_pair[j]].id,
            slot=problem.ordered[instance.col_slot[j]].id,
            table=problem.tables[tables[j]].id,
            interpreter=None if j not in served else problem.interpreters[served[j]].id,
        )
        for j in held
    ]
    rank = {slot.id: t for t, slot in enumerate(problem.ordered)}
    return tuple(sorted(meetings, key=lambda m: (rank[m.slot], m.table, m.pair)))


def kept_tables(program: Program, point: Ints) -> dict[int, int]:
    """Return the table of each column that is held as in the previous plan."""
    instance = program.instance
    problem = instance.problem
    table_index = {t.id: k for k, t in enumerate(problem.tables)}
    chosen = {int(instance.col_pair[j]): int(j) for j in np.flatnonzero(point[: program.columns])}
    pair_index = {pair.id: k for k, pair in enumerate(problem.pairs)}
    return {
        chosen[pair_index[meeting.pair]]: table_index[meeting.table]
        for number, meeting in enumerate(problem.previous or ())
        if program.kept[number] >= 0 and point[program.kept[number]]
    }


def assign_tables(
    instance: Instance, held: Sequence[int], fixed: Mapping[int, int], stop: Stop | None = None
) -> dict[int, int]:
    """Return a table for each held column, with few table changes per party and day.

    fixed: columns whose table is given. stop: ends the improvement early.
    """
    return _TableSeating(instance, held, fixed).seated(stop or Stop())


class _TableSeating:
    """Seating plan. A sitter is a party on one day.

    uses[sitter]: number of its meetings at each table. taken[slot]: tables in use. before: table of each pair
    in the previous plan, by index.
    """

    def __init__(self, instance: Instance, held: Sequence[int], fixed: Mapping[int, int]) -> None:
        self.instance = instance
        self.fixed = fixed
        self.before = _tables_before(instance)
        self.table = dict(fixed)
        self.spans = {j: self._span(j) for j in held}
        columns = np.array(held, dtype=np.int64)
        day = instance.calendar.day_of[instance.col_slot[columns]][:, np.newaxis]
        known, sitters = np.unique(
            instance.ends[instance.col_pair[columns]] * len(instance.calendar.days) + day, return_inverse=True
        )
        self.sitters = dict(zip(held, sitters.reshape(-1, 2), strict=True))
        tables = len(instance.problem.tables)
        self.taken = np.zeros((len(instance.problem.slots), tables), dtype=np.bool_)
        self.uses = np.zeros((len(known), tables), dtype=np.int64)
        for j, k in fixed.items():
            self._take(j, k)

    def _span(self, column: int) -> tuple[int, ...]:
        length = int(self.instance.length[self.instance.col_pair[column]])
        return self.instance.calendar.span(int(self.instance.col_slot[column]), length)

    def seated(self, stop: Stop) -> dict[int, int]:
        """Return the table of each column: a first seating, then improvement sweeps over all slots."""
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for j in sorted(self.spans, key=lambda j: self.spans[j][0]):
            if j not in self.fixed:
                groups[self.spans[j][0], int(self.instance.col_pool[j])].append(j)
        for (_, pool), group in groups.items():
            self._seat(group, pool)
        moves = self._moves()
        for _ in range(_SWEEPS):
            if is_over(stop):
                break
            for (_, pool), group in groups.items():
                if len(self.instance.pools[pool].tables) > 1:
                    for j in group:
                        self._leave(j)
                    self._seat(group, pool)
            before, moves = moves, self._moves()
            if moves >= before:
                break
        return self.table

    def _moves(self) -> int:
        return int((self.uses > 0).sum()) - len(self.uses)

    def _seat(self, group: Sequence[int], pool: int) -> None:
        """Assign tables to meetings that start together, as a matching with the fewest table changes."""
        tables = np.array(self.instance.pools[pool].tables, dtype=np.int64)
        opening = self.instance.pools[pool].open
        counts = self.uses[np.array([self.sitters[j] for j in group])]  # [meeting, end, table]
        new = (counts[:, :, tables] == 0) & counts.any(axis=2, keepdims=True)
        cost = new.sum(axis=1).astype(np.float64)
        spans = {span: list(span) for span in {self.spans[j] for j in group}}
        free = {
            span: opening[slots].all(axis=0) & ~self.taken[slots][:, tables].any(axis=0)
            for span, slots in spans.items()
        }
        for row, j in enumerate(group):
            cost[row, tables == self.before.get(int(self.instance.col_pair[j]), -1)] -= _AS_BEFORE
        cost[~np.array([free[self.spans[j]] for j in group])] = _BLOCKED
        positions = cheapest_matching(cost)
        if cost[np.arange(len(group)), positions].max() >= _BLOCKED:
            raise AssertionError("the program counts its tables, so each meeting must find one")
        for j, k in zip(group, tables[positions].tolist(), strict=True):
            self._take(j, k)

    def _take(self, column: int, table: int) -> None:
        self.table[column] = table
        self.taken[list(self.spans[column]), table] = True
        self.uses[self.sitters[column], table] += 1

    def _leave(self, column: int) -> None:
        table = self.table[column]
        self.taken[list(self.spans[column]), table] = False
        self.uses[self.sitters[column], table] -= 1


def _tables_before(instance: Instance) -> dict[int, int]:
    """Return the table of each pair in the previous plan; both are indices."""
    problem = instance.problem
    if not problem.previous:
        return {}
    pair_index = {pair.id: k for k, pair in enumerate(problem.pairs)}
    table_index = {table.id: k for k, table in enumerate(problem.tables)}
    return {pair_index[meeting.pair]: table_index[meeting.table] for meeting in problem.previous}


def assign_interpreters(program: Program, point: Ints) -> dict[int, int]:
    """Return an interpreter for each held column that needs one."""
    instance = program.instance
    waiting: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    served: dict[int, int] = {}
    work: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))  # crew -> slot -> columns
    for j in np.flatnonzero(point[: program.columns]).tolist():
        team = int(instance.needs[instance.col_pair[j]])
        if team < 0:
            continue
        if instance.crew_of[j] >= 0:  # every crew has one member if there are long pairs
            served[j] = instance.crews[instance.crew_of[j]].members[0]
            continue
        waiting[team, int(instance.col_slot[j]), int(instance.hall_of[instance.col_pool[j]])].append(j)
    counts = point[program.columns : program.columns + len(program.duty)]
    for (team, crew, slot, hall), count in zip(program.duty.tolist(), counts.tolist(), strict=True):
        queue = waiting[team, slot, hall]
        work[crew][slot].extend(queue[:count])
        del queue[:count]
    if any(waiting.values()):
        raise AssertionError("the program counts its interpreters, so each meeting must find one")
    for crew, by_slot in work.items():
        served.update(turns(instance, crew, by_slot))
    return served


def turns(instance: Instance, crew: int, work: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return a member of the crew for each column of its work. work[slot]: the columns of the slot.

    Rests go round the crew in turns. Any m rests in a row contain each of the m members once, so a stretch with
    m rests gives each member a rest, and the members' totals differ by at most one. Limits that the whole crew
    keeps are therefore kept by each member.
    """
    members = instance.crews[crew].members
    named: dict[int, int] = {}
    last: dict[int, int] = {}  # party -> the member who served it last
    following = 0
    for t in range(len(instance.problem.slots)):
        columns = list(work.get(t, ()))
        resting = len(members) - len(columns)
        rest = {members[(following + k) % len(members)] for k in range(resting)}
        following = (following + resting) % len(members)
        on = [member for member in members if member not in rest]
        ends = instance.ends[instance.col_pair[columns]].tolist()
        anew = [[-sum(last.get(party) == member for party in both) for member in on] for both in ends]
        if any(map(any, anew)):
            on = [on[at] for at in cheapest_matching(np.array(anew, dtype=np.float64))]
        named.update(zip(columns, on, strict=True))
        for both, member in zip(ends, on, strict=True):
            last.update(dict.fromkeys(both, member))
    return named
