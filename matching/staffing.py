"""Where and with whom: names for what a point of the program only counts.

Tables are given slot by slot as minimum-cost matchings with memory: a party that has sat at a table today stays there
where that is free. Interpreters that differ in name only take turns, which keeps everyone's limits (see `turns`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from matching.presolve import Instance, Ints
from matching.problem import Meeting
from matching.program import Program

_BLOCKED = 1_000.0  # dearer than any number of moves one meeting can cause
_SWEEPS = 20  # rounds over all slots; each lowers the moves or is the last


@dataclass(frozen=True, slots=True)
class Seat:
    """One meeting on its way to a table: its column, slots, day, parties and the tables of its place."""

    column: int
    slots: tuple[int, ...]
    day: int
    parties: tuple[int, int]
    tables: tuple[int, ...]
    place: int


def name(program: Program, point: Ints, given: Mapping[int, int] | None = None) -> tuple[Meeting, ...]:
    """The meetings of an integral point of the program, sorted by slot start, table id and pair id.

    given: tables of the held columns, where they are decided.
    """
    instance = program.instance
    problem = instance.problem
    held = np.flatnonzero(point[: program.columns]).tolist()
    tables = given if given is not None else seat(instance, held, kept_tables(program, point))
    served = serve(program, point)
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
    """The table of each column that is held as it was in the previous plan."""
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


def seat(instance: Instance, held: Sequence[int], fixed: Mapping[int, int]) -> dict[int, int]:
    """A table for each held column, few moves within a day. fixed: columns whose table is given."""
    seats = [_seat(instance, j) for j in held]
    table = dict(fixed)
    taken: dict[tuple[int, int], int] = {
        (table[s.column], t): s.column for s in seats if s.column in table for t in s.slots
    }
    groups: dict[tuple[int, int], list[Seat]] = defaultdict(list)
    for s in sorted(seats, key=lambda s: s.slots[0]):
        if s.column not in fixed:
            groups[s.slots[0], s.place].append(s)
    uses: dict[tuple[int, int], list[int]] = defaultdict(list)  # (party, day) -> tables of its meetings
    for s in seats:
        if s.column in fixed:
            for p in s.parties:
                uses[p, s.day].append(fixed[s.column])
    for sweep in range(_SWEEPS):
        changed = False
        for (_, place), group in groups.items():
            if sweep and len(group[0].tables) == 1:
                continue
            for s in group:
                if sweep:
                    _leave(s, table, taken, uses)
            best = _match(group, np.asarray(instance.places[place].open), taken, uses)
            for s, k in zip(group, best, strict=True):
                changed |= table.get(s.column) != k
                _take(s, k, table, taken, uses)
        if not changed:
            break
    return table


def _seat(instance: Instance, column: int) -> Seat:
    pair, place = int(instance.col_pair[column]), int(instance.col_place[column])
    one, two = instance.ends[pair].tolist()
    first = int(instance.col_slot[column])
    span = instance.calendar.span(first, int(instance.length[pair]))
    return Seat(column, span, int(instance.calendar.day_of[first]), (one, two), instance.places[place].tables, place)


def _match(
    group: Sequence[Seat],
    opening: npt.NDArray[np.bool_],
    taken: Mapping[tuple[int, int], int],
    uses: Mapping[tuple[int, int], list[int]],
) -> list[int]:
    """Tables for meetings that start together, each moving as few parties as can be."""
    tables = group[0].tables
    if len(tables) == 1:
        return [tables[0]] * len(group)
    cost = np.zeros((len(group), len(tables)))
    for row, s in enumerate(group):
        for p in s.parties:
            used = uses.get((p, s.day))
            if used:
                cost[row] += [k not in used for k in tables]
        for position, k in enumerate(tables):
            if not all(opening[t, position] and (k, t) not in taken for t in s.slots):
                cost[row, position] = _BLOCKED
    rows, positions = linear_sum_assignment(cost)
    if len(rows) < len(group) or cost[rows, positions].max() >= _BLOCKED:
        raise AssertionError("the program counts its tables, so each meeting must find one")
    return [tables[position] for position in positions]


def _take(
    s: Seat, k: int, table: dict[int, int], taken: dict[tuple[int, int], int], uses: dict[tuple[int, int], list[int]]
) -> None:
    table[s.column] = k
    for t in s.slots:
        taken[k, t] = s.column
    for p in s.parties:
        uses[p, s.day].append(k)


def _leave(
    s: Seat, table: dict[int, int], taken: dict[tuple[int, int], int], uses: dict[tuple[int, int], list[int]]
) -> None:
    k = table[s.column]
    for t in s.slots:
        del taken[k, t]
    for p in s.parties:
        uses[p, s.day].remove(k)


def serve(program: Program, point: Ints) -> dict[int, int]:
    """An interpreter for each held column that needs one."""
    instance = program.instance
    halls = {hall: number for number, hall in enumerate(program.halls)}
    waiting: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    served: dict[int, int] = {}
    work: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))  # crew -> slot -> columns
    for j in np.flatnonzero(point[: program.columns]).tolist():
        team = int(instance.needs[instance.col_pair[j]])
        if team < 0:
            continue
        if instance.crew_of[j] >= 0:  # crews of long pairs have one member each
            served[j] = instance.crews[instance.crew_of[j]].members[0]
            continue
        waiting[team, int(instance.col_slot[j]), halls[instance.places[instance.col_place[j]].hall]].append(j)
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
    """A member of the crew for each column of its work: work[slot] is a list of columns.

    Who rests goes round the crew. Any m rests in a row then hold each of the m members once, so that a stretch with m
    rests gives each of them a rest, and members' totals differ by at most one: limits that hold on the whole crew hold
    for each member.
    """
    members = instance.crews[crew].members
    named: dict[int, int] = {}
    last: dict[int, int] = {}  # party -> member who served it last
    following = 0
    for t in range(len(instance.problem.slots)):
        columns = list(work.get(t, ()))
        resting = len(members) - len(columns)
        rest = {members[(following + k) % len(members)] for k in range(resting)}
        following = (following + resting) % len(members)
        on = [member for member in members if member not in rest]
        for j in list(columns):
            kept = next((last[p] for p in instance.ends[instance.col_pair[j]].tolist() if last.get(p) in on), None)
            if kept is not None:
                named[j] = kept
                on.remove(kept)
                columns.remove(j)
        named.update(zip(columns, on, strict=True))
        for j in work.get(t, ()):
            last.update(dict.fromkeys(instance.ends[instance.col_pair[j]].tolist(), named[j]))
    return named
