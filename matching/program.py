"""The slot-indexed program: one 0/1 variable for each column of an instance, and every hard rule as linear rows.

Variables come in blocks: the columns; duty[team, crew, slot, hall], how many meetings of a team a crew serves; then
those that the tiers need. With integral columns the rows are exact: a point of the program can always be named as a
plan, and each plan is a point (interpreters within a crew take turns, so that counting them is enough).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matching.presolve import Instance, Ints, Place
from matching.problem import Goal

Floats = npt.NDArray[np.float64]

LINEAR = frozenset({"shortfall", "neediest", "dropped", "value", "disturbed"})  # tiers that this program can count
MORE = frozenset({"value"})  # tiers of which more is better


@dataclass(frozen=True)
class Program:
    """min or max tiers[t] @ x over integral x in [lower, upper] with row_lower <= matrix @ x <= row_upper.

    The first `columns` variables are the instance's columns. duty: for each duty variable (team, crew, slot, hall
    number), in order, from variable `columns` on. kept: the variable of each previous meeting, -1 where none.
    """

    instance: Instance
    lower: Floats
    upper: Floats
    matrix: sparse.csr_matrix
    row_lower: Floats
    row_upper: Floats
    tiers: Mapping[str, Floats]
    duty: Ints
    kept: Ints
    halls: tuple[str, ...]

    @property
    def columns(self) -> int:
        return self.instance.columns

    @property
    def variables(self) -> int:
        return len(self.lower)

    def limited(self, tier: str, limit: float) -> "Program":
        """The program whose `tier` is no worse than `limit`."""
        row = sparse.csr_matrix(self.tiers[tier].reshape(1, -1))
        more = tier in MORE
        return replace(
            self,
            matrix=sparse.vstack([self.matrix, row], format="csr"),
            row_lower=np.append(self.row_lower, limit if more else -np.inf),
            row_upper=np.append(self.row_upper, np.inf if more else limit),
        )

    def bounded(self, lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats) -> "Program":
        """The program with other bounds of its variables and rows."""
        return replace(self, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)


@dataclass
class Rows:
    """Rows and variables as they are collected."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    row: list[Ints] = field(default_factory=list)
    column: list[Ints] = field(default_factory=list)
    weight: list[Floats] = field(default_factory=list)
    row_lower: list[Floats] = field(default_factory=list)
    row_upper: list[Floats] = field(default_factory=list)
    rows: int = 0

    def variable(self, upper: float, lower: float = 0.0) -> int:
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1

    def family(self, keys: Ints, columns: Ints, upper: Floats, lower: Floats | None = None) -> None:
        """One row for each key that occurs: the sum of its columns within lower[key], upper[key].

        Rows that no choice of 0/1 columns can break are left out.
        """
        if not len(keys):
            return
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

    def add(self, entries: Mapping[int, float], upper: float, lower: float = -np.inf) -> None:
        self.row.append(np.full(len(entries), self.rows))
        self.column.append(np.array(list(entries), dtype=np.int64))
        self.weight.append(np.array(list(entries.values()), dtype=np.float64))
        self.row_lower.append(np.array([lower]))
        self.row_upper.append(np.array([upper]))
        self.rows += 1


def programme(instance: Instance, goals: Sequence[Goal]) -> Program:
    """The program of an instance with what the linear tiers among `goals` need."""
    rows = Rows(lower=[0.0] * instance.columns, upper=[1.0] * instance.columns)
    halls = tuple(dict.fromkeys(place.hall for place in instance.places)) or ("",)
    duty = _duty_variables(instance, rows, halls)
    _pair_rows(instance, rows)
    _party_rows(instance, rows)
    _place_rows(instance, rows)
    _crew_rows(instance, rows, _work(instance, duty, halls))
    _order_rows(instance, rows)
    wanted = {goal.tier for goal in goals} & LINEAR
    kept = np.full(len(instance.problem.previous or ()), -1, dtype=np.int64)
    if wanted & {"dropped", "disturbed"}:
        kept = _kept_variables(instance, rows)
    weights_of = _tier_weights(instance, rows, wanted, kept)
    count = len(rows.lower)
    tiers = {}
    for tier, weights in weights_of.items():
        tiers[tier] = np.zeros(count)
        for variable, weight in weights.items():
            tiers[tier][variable] = weight
    if "value" in wanted:
        tiers["value"] = np.zeros(count)
        tiers["value"][: instance.columns] = instance.value[instance.col_pair]
    empty = np.zeros(0)
    matrix = sparse.csr_matrix(
        (
            np.concatenate([empty, *rows.weight]),
            (np.concatenate([empty, *rows.row]).astype(int), np.concatenate([empty, *rows.column]).astype(int)),
        ),
        shape=(rows.rows, count),
    )
    return Program(
        instance=instance,
        lower=np.array(rows.lower),
        upper=np.array(rows.upper),
        matrix=matrix,
        row_lower=np.concatenate([empty, *rows.row_lower]),
        row_upper=np.concatenate([empty, *rows.row_upper]),
        tiers=tiers,
        duty=duty,
        kept=kept,
        halls=halls,
    )


def _pair_rows(instance: Instance, rows: Rows) -> None:
    """H1, H7, H8: at most once; exactly once where required."""
    count = len(instance.problem.pairs)
    columns = np.arange(instance.columns)
    rows.family(instance.col_pair, columns, np.ones(count), np.where(instance.required, 1.0, -np.inf))
    for k in instance.dead:
        if instance.required[k]:
            rows.add({}, upper=np.inf, lower=1.0)


def _party_rows(instance: Instance, rows: Rows) -> None:
    """H2 and H6."""
    columns, slots = instance.covers
    slot_count = len(instance.problem.slots)
    parties = instance.ends[instance.col_pair[columns]].T
    keys = (parties * slot_count + slots).reshape(-1)
    rows.family(keys, np.tile(columns, 2), np.repeat(instance.parallel, slot_count).astype(float))
    most = np.array([np.inf if p.max_meetings is None else p.max_meetings for p in instance.problem.parties])
    both = instance.ends[instance.col_pair].T.reshape(-1)
    rows.family(both, np.tile(np.arange(instance.columns), 2), most)


def _place_rows(instance: Instance, rows: Rows) -> None:
    """H4: as many meetings as tables in each place and slot."""
    columns, slots = instance.covers
    capacity = np.concatenate([np.zeros(0, dtype=np.int64), *(place.capacity for place in instance.places)])
    keys = instance.col_place[columns] * len(instance.problem.slots) + slots
    rows.family(keys, columns, capacity.astype(float))


def _duty_variables(instance: Instance, rows: Rows, halls: tuple[str, ...]) -> Ints:
    """One variable for each team, crew, slot and hall that occur, and H5's rows that all who need one are served."""
    hall_of = np.array([halls.index(place.hall) for place in instance.places], dtype=np.int64)
    team = instance.needs[instance.col_pair]
    short = np.flatnonzero((team >= 0) & (instance.crew_of < 0))
    demand: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    keys = zip(team[short], instance.col_slot[short], hall_of[instance.col_place[short]], short, strict=True)
    for group, slot, hall, column in keys:
        demand[int(group), int(slot), int(hall)].append(int(column))
    duty = []
    for (group, slot, hall), columns in sorted(demand.items()):
        entries = dict.fromkeys(columns, 1.0)
        for crew in instance.teams[group]:
            if instance.crews[crew].open[slot]:
                entries[rows.variable(instance.crews[crew].count)] = -1.0
                duty.append((group, crew, slot, hall))
        rows.add(entries, upper=0.0)
    return np.array(duty, dtype=np.int64).reshape(-1, 4)


def _crew_rows(instance: Instance, rows: Rows, work: "Work") -> None:
    """H5: one meeting a slot for each interpreter, `max_meetings`, and rest after `max_consecutive` slots."""
    for c, crew in enumerate(instance.crews):
        busy = work.busy[c]
        for variables in busy.values():
            if len(variables) > crew.count:
                rows.add(dict.fromkeys(variables, 1.0), upper=crew.count)
        if crew.max_meetings is not None and work.meetings[c]:
            rows.add(dict.fromkeys(work.meetings[c], 1.0), upper=crew.count * crew.max_meetings)
        if crew.max_consecutive is None:
            continue
        width = crew.max_consecutive + 1
        for stretch in instance.calendar.stretches:
            for k in range(len(stretch) - width + 1):
                window = [v for t in stretch[k : k + width] for v in busy.get(t, ())]
                if all(t in busy for t in stretch[k : k + width]):
                    counts = Counter(window)
                    rows.add({v: float(n) for v, n in counts.items()}, upper=crew.count * crew.max_consecutive)


@dataclass(frozen=True)
class Work:
    """Variables by the crew they occupy: busy[crew][slot], meetings[crew] and in_hall[crew][slot, hall]."""

    busy: tuple[Mapping[int, list[int]], ...]
    meetings: tuple[list[int], ...]
    in_hall: tuple[Mapping[tuple[int, int], list[int]], ...]


def _work(instance: Instance, duty: Ints, halls: tuple[str, ...]) -> Work:
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
        hall = halls.index(instance.places[instance.col_place[column]].hall)
        span = instance.calendar.span(int(instance.col_slot[column]), int(instance.length[instance.col_pair[column]]))
        for slot in span:
            busy[crew][slot].append(column)
            in_hall[crew][slot, hall].append(column)
    return Work(tuple(busy), tuple(meetings), tuple(in_hall))


def _order_rows(instance: Instance, rows: Rows) -> None:
    """H9: for each slot, not both: the later pair has begun by it, the earlier one still runs in it or after."""
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


def _kept_variables(instance: Instance, rows: Rows) -> Ints:
    """For each previous meeting whether it is held as it was; those that want one table and slot exclude each other."""
    problem = instance.problem
    slot_index = {s.id: t for t, s in enumerate(problem.ordered)}
    table_index = {t.id: k for k, t in enumerate(problem.tables)}
    pair_index = {p.id: k for k, p in enumerate(problem.pairs)}
    wanted: dict[tuple[int, int], list[int]] = defaultdict(list)
    kept = np.full(len(problem.previous or ()), -1, dtype=np.int64)
    known: dict[tuple[str, str, str], int] = {}
    for number, meeting in enumerate(problem.previous or ()):
        kept[number] = known.get((meeting.pair, meeting.slot, meeting.table), -1)
        if kept[number] >= 0:
            continue
        k, t, table = pair_index[meeting.pair], slot_index[meeting.slot], table_index[meeting.table]
        span = instance.calendar.span(t, int(instance.length[k]))
        columns = [
            j
            for j in instance.columns_of[k].tolist()
            if instance.col_slot[j] == t and _has(instance.places[instance.col_place[j]], table, span)
        ]
        if not columns:
            continue
        kept[number] = known[meeting.pair, meeting.slot, meeting.table] = rows.variable(1.0)
        rows.add({int(kept[number]): 1.0, **dict.fromkeys(columns, -1.0)}, upper=0.0)
        for slot in span:
            wanted[table, slot].append(int(kept[number]))
    for variables in wanted.values():
        if len(variables) > 1:
            rows.add(dict.fromkeys(variables, 1.0), upper=1.0)
    return kept


def _has(place: Place, table: int, span: tuple[int, ...]) -> bool:
    return table in place.tables and bool(place.open[list(span), place.tables.index(table)].all())


def _tier_weights(instance: Instance, rows: Rows, wanted: Collection[str], kept: Ints) -> dict[str, dict[int, float]]:
    """Each linear tier but value as weights of variables, made as they are needed."""
    problem = instance.problem
    weights: dict[str, dict[int, float]] = {tier: {} for tier in ("shortfall", "neediest") if tier in wanted}
    if weights:
        short = _shortfall_variables(instance, rows)
        if "shortfall" in wanted:
            weights["shortfall"] = dict.fromkeys(short, 1.0)
        if "neediest" in wanted and short:
            neediest = rows.variable(max(rows.upper[v] for v in short))
            for v in short:
                rows.add({v: 1.0, neediest: -1.0}, upper=0.0)
            weights["neediest"] = {neediest: 1.0}
    if "dropped" in wanted:
        constant = rows.variable(1.0, lower=1.0)
        times = Counter(kept[kept >= 0].tolist())
        weights["dropped"] = {constant: float(len(kept)), **{v: -float(n) for v, n in times.items()}}
    if "disturbed" in wanted:
        by_party: dict[str, list[int]] = defaultdict(list)
        for number, meeting in enumerate(problem.previous or ()):
            for party in problem.pair[meeting.pair].parties:
                by_party[party].append(int(kept[number]))
        weights["disturbed"] = {}
        for mine in by_party.values():
            disturbed = rows.variable(1.0, lower=1.0 if min(mine) < 0 else 0.0)
            weights["disturbed"][disturbed] = 1.0
            for v in mine:
                if v >= 0:
                    rows.add({disturbed: 1.0, v: 1.0}, upper=np.inf, lower=1.0)
    return weights


def _shortfall_variables(instance: Instance, rows: Rows) -> list[int]:
    """For each party with a minimum how many meetings it lacks."""
    mine: dict[int, list[int]] = defaultdict(list)
    for column, (one, two) in enumerate(instance.ends[instance.col_pair].tolist()):
        mine[one].append(column)
        mine[two].append(column)
    variables = []
    for k, party in enumerate(instance.problem.parties):
        if party.min_meetings > 0:
            variables.append(rows.variable(party.min_meetings))
            rows.add({variables[-1]: 1.0, **dict.fromkeys(mine[k], 1.0)}, upper=np.inf, lower=party.min_meetings)
    return variables
