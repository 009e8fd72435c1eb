"""Hard rules as linear rows over the columns of an instance and the duties of its crews."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matching.presolve import Instance, Ints

Floats = npt.NDArray[np.float64]


@dataclass
class RowBuilder:
    """Collects variables and rows of a linear program."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    row: list[Ints] = field(default_factory=list)
    column: list[Ints] = field(default_factory=list)
    weight: list[Floats] = field(default_factory=list)
    row_lower: list[Floats] = field(default_factory=list)
    row_upper: list[Floats] = field(default_factory=list)
    rows: int = 0

    def variable(self, upper: float, lower: float = 0.0) -> int:
        """Add a variable and return its number."""
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1

    def family(self, keys: Ints, columns: Ints, upper: Floats, lower: Floats | None = None) -> Ints:
        """Add one row per key: lower[key] <= sum of the columns with the key <= upper[key].

        Rows that 0/1 columns cannot break are left out. Returns the row of each key, -1 if it has none.
        """
        row_of = np.full(len(upper), -1, dtype=np.int64)
        if not len(keys):
            return row_of
        used, position, size = np.unique(keys, return_inverse=True, return_counts=True)
        position = position.reshape(-1)
        most = upper[used]
        least = np.full(len(used), -np.inf) if lower is None else lower[used]
        binding = (size > most) | (least > 0)
        number = np.cumsum(binding) - 1 + self.rows
        keep = binding[position]
        self.row.append(number[position][keep])
        self.column.append(columns[keep])
        self.weight.append(np.ones(int(keep.sum())))
        self.row_lower.append(least[binding])
        self.row_upper.append(most[binding])
        self.rows += int(binding.sum())
        row_of[used[binding]] = number[binding]
        return row_of

    def add(self, entries: Mapping[int, float], upper: float, lower: float = -np.inf) -> None:
        """Add one row with the given weights by variable."""
        self.row.append(np.full(len(entries), self.rows))
        self.column.append(np.array(list(entries), dtype=np.int64))
        self.weight.append(np.array(list(entries.values()), dtype=np.float64))
        self.row_lower.append(np.array([lower]))
        self.row_upper.append(np.array([upper]))
        self.rows += 1

    def weighted(self, columns: Ints, weights: Floats, upper: float, lower: float = -np.inf) -> None:
        """Add one row: lower <= weights @ columns <= upper. The columns are different."""
        self.row.append(np.full(len(columns), self.rows))
        self.column.append(columns)
        self.weight.append(weights)
        self.row_lower.append(np.array([lower]))
        self.row_upper.append(np.array([upper]))
        self.rows += 1

    def capped(self, keys: Ints, columns: Ints, upper: Floats, weights: Floats | None = None) -> None:
        """Add one row per key with a finite limit: the weighted sum of its columns is at most upper[key].

        The columns may be integer variables of any size.
        """
        limited = np.isfinite(upper[keys])
        used, position = np.unique(keys[limited], return_inverse=True)
        self.row.append(position.reshape(-1) + self.rows)
        self.column.append(columns[limited])
        self.weight.append(np.ones(int(limited.sum())) if weights is None else weights[limited])
        self.row_lower.append(np.full(len(used), -np.inf))
        self.row_upper.append(upper[used])
        self.rows += len(used)

    def arrays(self) -> tuple[Floats, Floats, sparse.csr_matrix, Floats, Floats]:
        """Return lower and upper bounds of the variables, the matrix, lower and upper bounds of the rows."""
        nothing = np.zeros(0)
        row = np.concatenate([nothing, *self.row]).astype(np.int64)
        column = np.concatenate([nothing, *self.column]).astype(np.int64)
        matrix = sparse.csr_matrix(
            (np.concatenate([nothing, *self.weight]), (row, column)), shape=(self.rows, len(self.lower))
        )
        row_lower = np.concatenate([nothing, *self.row_lower])
        row_upper = np.concatenate([nothing, *self.row_upper])
        return np.array(self.lower, dtype=float), np.array(self.upper, dtype=float), matrix, row_lower, row_upper


def pair_rows(instance: Instance, rows: RowBuilder) -> Ints:
    """Add H1, H7 and H8: each pair at most once, a required pair exactly once.

    Returns the row of each pair, -1 if it needs none.
    """
    count = len(instance.problem.pairs)
    columns = np.arange(instance.columns)
    row_of = rows.family(instance.col_pair, columns, np.ones(count), np.where(instance.required, 1.0, -np.inf))
    for k in instance.dead:
        if instance.required[k]:
            rows.add({}, upper=np.inf, lower=1.0)
    return row_of


def party_rows(instance: Instance, rows: RowBuilder) -> None:
    """Add H2 and H6: seats of each party in each slot, and `max_meetings`."""
    columns, slots = instance.covers
    slot_count = len(instance.problem.slots)
    parties = instance.ends[instance.col_pair[columns]].T
    keys = (parties * slot_count + slots).reshape(-1)
    rows.family(keys, np.tile(columns, 2), np.repeat(instance.parallel, slot_count).astype(float))
    most = np.array([np.inf if p.max_meetings is None else p.max_meetings for p in instance.problem.parties])
    both = instance.ends[instance.col_pair].T.reshape(-1)
    rows.family(both, np.tile(np.arange(instance.columns), 2), most)


def rest_rows(instance: Instance, rows: RowBuilder) -> Ints:
    """Add H6's `max_consecutive`: a party does not meet in all slots of a row that is longer by one.

    A party that can have several meetings in one slot gets a variable for each slot: 1 if it meets in the slot. Returns
    (party, slot, variable) of each of these.
    """
    limit = [party.max_consecutive for party in instance.problem.parties]
    limited = np.array([most is not None for most in limit], dtype=np.bool_)
    busy: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    columns, slots = instance.covers
    for parties in instance.ends[instance.col_pair[columns]].T:
        mine = limited[parties]
        for p, slot, column in zip(parties[mine].tolist(), slots[mine].tolist(), columns[mine].tolist(), strict=True):
            busy[p][slot].append(column)
    meets: list[tuple[int, int, int]] = []
    for p in sorted(busy):
        counted, most = dict(busy[p]), limit[p] or 0
        if instance.parallel[p] > 1:
            counted = {slot: [_meets(rows, held)] for slot, held in counted.items()}
            meets += [(p, slot, variable) for slot, [variable] in counted.items()]
        _limit_runs(instance, rows, counted, most, 1)
    return np.array(meets, dtype=np.int64).reshape(-1, 3)


def _limit_runs(
    instance: Instance, rows: RowBuilder, busy: Mapping[int, Sequence[int]], most: int, people: int
) -> None:
    """Add a row for each run of `most` + 1 adjacent slots: none of the people is busy in all of it.

    busy: by slot, the variables that count who of them is busy in it. people: how many they are.
    """
    for window in instance.calendar.windows(most + 1):
        if all(slot in busy for slot in window):
            counts = Counter(variable for slot in window for variable in busy[slot])
            rows.add({v: float(n) for v, n in counts.items()}, upper=people * most)


def _meets(rows: RowBuilder, columns: Sequence[int]) -> int:
    """Add a variable that is 1 if any of these columns, which are of one slot, is held. Returns its number."""
    meets = rows.variable(1.0)
    for column in columns:
        rows.add({column: 1.0, meets: -1.0}, upper=0.0)
    return meets


def pool_rows(instance: Instance, rows: RowBuilder) -> Ints:
    """Add H4: at most as many meetings as free tables in each table pool and slot.

    Returns [pool, slot]: the row, -1 if none is needed.
    """
    columns, slots = instance.covers
    capacity = np.concatenate([np.zeros(0, dtype=np.int64), *(pool.capacity for pool in instance.pools)])
    keys = instance.col_pool[columns] * len(instance.problem.slots) + slots
    return rows.family(keys, columns, capacity.astype(float)).reshape(-1, len(instance.problem.slots))


def duty_variables(instance: Instance, rows: RowBuilder) -> Ints:
    """Add a duty variable for each team, crew, slot and hall, and H5's rows that each meeting is served.

    Returns (team, crew, slot, hall) of each variable.
    """
    hall_of = instance.hall_of
    team = instance.needs[instance.col_pair]
    short = np.flatnonzero((team >= 0) & (instance.crew_of < 0))
    demand: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    keys = zip(team[short], instance.col_slot[short], hall_of[instance.col_pool[short]], short, strict=True)
    for group, slot, hall, column in keys:
        demand[int(group), int(slot), int(hall)].append(int(column))
    duty = []
    for (group, slot, hall), columns in sorted(demand.items()):
        entries = dict.fromkeys(columns, 1.0)
        for crew in instance.teams[group]:
            if instance.works(crew, slot, hall):
                entries[rows.variable(instance.crews[crew].count)] = -1.0
                duty.append((group, crew, slot, hall))
        rows.add(entries, upper=0.0)
    return np.array(duty, dtype=np.int64).reshape(-1, 4)


@dataclass(frozen=True)
class Work:
    """Variables that occupy each crew: busy[crew][slot], meetings[crew] and in_hall[crew][slot, hall]."""

    busy: tuple[Mapping[int, list[int]], ...]
    meetings: tuple[list[int], ...]
    in_hall: tuple[Mapping[tuple[int, int], list[int]], ...]


def work_of(instance: Instance, duty: Ints) -> Work:
    """Return the variables that occupy each crew: its duties and the columns that name it."""
    busy: list[dict[int, list[int]]] = [defaultdict(list) for _ in instance.crews]
    meetings: list[list[int]] = [[] for _ in instance.crews]
    in_hall: list[dict[tuple[int, int], list[int]]] = [defaultdict(list) for _ in instance.crews]
    for number, (_, crew, slot, hall) in enumerate(duty.tolist()):
        busy[crew][slot].append(instance.columns + number)
        meetings[crew].append(instance.columns + number)
        in_hall[crew][slot, hall].append(instance.columns + number)
    for column in np.flatnonzero(instance.crew_of >= 0).tolist():
        crew = int(instance.crew_of[column])
        meetings[crew].append(column)
        hall = int(instance.hall_of[instance.col_pool[column]])
        span = instance.calendar.span(int(instance.col_slot[column]), int(instance.length[instance.col_pair[column]]))
        for slot in span:
            busy[crew][slot].append(column)
            in_hall[crew][slot, hall].append(column)
    return Work(tuple(busy), tuple(meetings), tuple(in_hall))


def crew_rows(instance: Instance, rows: RowBuilder, work: Work) -> None:
    """Add H5: one meeting per slot and interpreter, `max_meetings`, and rest after `max_consecutive` slots."""
    for c, crew in enumerate(instance.crews):
        busy = work.busy[c]
        for variables in busy.values():
            if sum(rows.upper[v] for v in variables) > crew.count:  # one duty may occupy the whole crew
                rows.add(dict.fromkeys(variables, 1.0), upper=crew.count)
        if crew.max_meetings is not None and work.meetings[c]:
            rows.add(dict.fromkeys(work.meetings[c], 1.0), upper=crew.count * crew.max_meetings)
        if crew.max_consecutive is not None:
            _limit_runs(instance, rows, busy, crew.max_consecutive, crew.count)


def order_rows(instance: Instance, rows: RowBuilder) -> None:
    """Add H9: for each slot, the later pair has started or the earlier pair still runs, but not both."""
    index = {pair.id: k for k, pair in enumerate(instance.problem.pairs)}
    ends = instance.covers
    last = np.zeros(instance.columns, dtype=np.int64)
    np.maximum.at(last, ends[0], ends[1])
    for k, pair in enumerate(instance.problem.pairs):
        for before in pair.after:
            mine, theirs = instance.columns_of[k], instance.columns_of[index[before]]
            for t in range(len(instance.problem.slots)):
                begun = mine[instance.col_slot[mine] <= t]
                running = theirs[last[theirs] >= t]
                if len(begun) and len(running) and t in instance.col_slot[mine]:
                    counts = Counter([*begun.tolist(), *running.tolist()])
                    rows.add({v: float(n) for v, n in counts.items()}, upper=1.0)


def walk_rows(instance: Instance, rows: RowBuilder, work: Work) -> None:
    """Add H10: a person in one hall is in another hall only after the time to walk."""
    apart = instance.conflicting_cells
    if not len(apart):
        return
    width = len(instance.halls)
    columns, slots = instance.covers
    cell = slots * width + instance.hall_of[instance.col_pool[columns]]
    who = instance.ends[instance.col_pair[columns]].T.reshape(-1)
    keep_apart(rows, apart, who, np.tile(cell, 2), np.tile(columns, 2), instance.parallel)
    served = [
        (c, slot * width + hall, v)
        for c, where in enumerate(work.in_hall)
        for (slot, hall), variables in where.items()
        for v in variables
    ]
    crew, cell, variable = np.array(served, dtype=np.int64).reshape(-1, 3).T
    keep_apart(rows, apart, crew, cell, variable, np.ones(len(instance.crews), dtype=np.int64))


def keep_apart(rows: RowBuilder, apart: Ints, who: Ints, cell: Ints, columns: Ints, parallel: Ints) -> None:
    """Add rows that no person attends two cells that are apart; a cell is slot * halls + hall.

    apart: [n, 2]. who, cell, columns: one entry for each variable, the person whom it places, and the cell.
    parallel: how many meetings each person may have in one slot.
    """
    order = np.lexsort((who, cell))
    who, cell, columns = who[order], cell[order], columns[order]
    for one, two in apart.tolist():
        here = slice(*np.searchsorted(cell, (one, one + 1)))
        there = slice(*np.searchsorted(cell, (two, two + 1)))
        both = np.zeros(len(parallel), dtype=np.int64)
        both[who[here]] |= 1
        both[who[there]] |= 2
        everyone = np.concatenate([who[here], who[there]])
        entries = np.concatenate([columns[here], columns[there]])
        kept = (both == 3)[everyone] & (parallel == 1)[everyone]
        rows.capped(everyone[kept], entries[kept], np.ones(len(parallel)))
        many = np.flatnonzero((both[who[here]] == 3) & (parallel[who[here]] > 1))
        for k in many.tolist():
            person = who[here][k]
            elsewhere = columns[there][who[there] == person]
            weights = np.append(float(parallel[person]), np.ones(len(elsewhere)))
            rows.weighted(np.append(columns[here][k], elsewhere), weights, upper=float(parallel[person]))
