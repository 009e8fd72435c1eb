"""Slot-indexed program: one 0/1 variable for each column of an instance, and every hard rule as linear rows.

The variables are, in order: the columns; duty[team, crew, slot, hall], how many meetings of a team a crew
serves; whether a party meets in a slot, where it can have several meetings at once and a limit of slots in a
row; the variables of the tiers. The rows are exact: each integral point can be turned into a plan, and each
plan is a point. Interpreters of a crew take turns, so counting them is enough.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy import sparse

from matching.choosing.rows import (
    Floats,
    RowBuilder,
    crew_rows,
    duty_variables,
    order_rows,
    pair_rows,
    party_rows,
    pool_rows,
    rest_rows,
    walk_rows,
    work_of,
)
from matching.presolve import Bools, Instance, Ints, TablePool
from matching.problem import Goal

# tiers that are linear in the variables of this program
LINEAR_TIERS = frozenset({"shortfall", "neediest", "dropped", "value", "disturbed"})
MAXIMISED = frozenset({"value"})  # tiers to maximise; all others are minimised


@dataclass(frozen=True)
class LinearProgram:
    """Linear program: optimise tiers[t] @ x, lower <= x <= upper, row_lower <= matrix @ x <= row_upper."""

    lower: Floats
    upper: Floats
    matrix: sparse.csr_matrix
    row_lower: Floats
    row_upper: Floats
    tiers: Mapping[str, Floats]

    @property
    def variables(self) -> int:
        return len(self.lower)

    def limited(self, tier: str, limit: float) -> Self:
        """Return the program with a row that keeps `tier` no worse than `limit`."""
        row = sparse.csr_matrix(self.tiers[tier].reshape(1, -1))
        more = tier in MAXIMISED
        return self.joined(row, np.array([limit if more else -np.inf]), np.array([np.inf if more else limit]))

    def joined(self, matrix: sparse.csr_matrix, row_lower: Floats, row_upper: Floats) -> Self:
        """Return the program with more rows."""
        return replace(
            self,
            matrix=sparse.vstack([self.matrix, matrix], format="csr"),
            row_lower=np.append(self.row_lower, row_lower),
            row_upper=np.append(self.row_upper, row_upper),
        )

    def holds(self, point: Ints) -> bool:
        """Whether the point is within all bounds and rows; rows have a tolerance of 1e-6 for fractional weights."""
        rows = self.matrix @ point
        blur = 1e-6
        inside = np.all(point >= self.lower) and np.all(point <= self.upper)
        return bool(inside and np.all(rows >= self.row_lower - blur) and np.all(rows <= self.row_upper + blur))

    def bounded(self, lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats) -> Self:
        """Return the program with other bounds of variables and rows."""
        return replace(self, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)


@dataclass(frozen=True)
class Program(LinearProgram):
    """Slot-indexed program of an instance. Its integral points are the plans.

    duty: (team, crew, slot, hall number) of each duty variable; these follow the `columns` variables of the
    columns. meets: (party, slot, variable), the variable is 1 if the party meets in the slot; of parties with a
    limit of slots in a row that can have several meetings at once. kept: variable of each previous meeting.
    pair_row: row of each pair. pool_row: row of each table pool and slot. -1 means that there is none.
    """

    instance: Instance
    duty: Ints
    meets: Ints
    kept: Ints
    pair_row: Ints
    pool_row: Ints

    @property
    def columns(self) -> int:
        return self.instance.columns

    def forced(self, pair: int) -> "Program":
        """Return the program in which the pair is held."""
        row_lower, lower = self.row_lower.copy(), self.lower.copy()
        if self.pair_row[pair] >= 0:
            row_lower[self.pair_row[pair]] = 1.0
        else:  # the pair has one column or none
            lower[self.instance.columns_of[pair]] = 1.0
        return self.bounded(lower, self.upper, row_lower, self.row_upper)


def held_always(program: Program) -> Bools:
    """Return for each pair whether the bounds of the program force it to be held."""
    sure = np.zeros(len(program.instance.length), dtype=np.bool_)
    bound = program.pair_row >= 0
    sure[bound] = program.row_lower[program.pair_row[bound]] > 0
    sure[program.instance.col_pair[program.lower[: program.columns] > 0]] = True
    return sure


def build_program(instance: Instance, goals: Sequence[Goal]) -> Program:
    """Return the slot-indexed program of an instance, with the variables and rows of the linear tiers in `goals`."""
    rows = RowBuilder(lower=[0.0] * instance.columns, upper=[1.0] * instance.columns)
    duty = duty_variables(instance, rows)
    pair_row = pair_rows(instance, rows)
    party_rows(instance, rows)
    meets = rest_rows(instance, rows)
    pool_row = pool_rows(instance, rows)
    work = work_of(instance, duty)
    crew_rows(instance, rows, work)
    walk_rows(instance, rows, work)
    order_rows(instance, rows)
    wanted = {goal.tier for goal in goals} & LINEAR_TIERS
    kept = np.full(len(instance.problem.previous or ()), -1, dtype=np.int64)
    if wanted & {"dropped", "disturbed"}:
        kept = _kept_variables(instance, rows)
    weights_of = _tier_weights(instance, rows, wanted, kept)
    count = len(rows.lower)
    tiers = {tier: _dense(weights, count) for tier, weights in weights_of.items()}
    if "value" in wanted:
        tiers["value"] = np.zeros(count)
        tiers["value"][: instance.columns] = instance.value[instance.col_pair]
    lower, upper, matrix, row_lower, row_upper = rows.arrays()
    return Program(
        instance=instance,
        lower=lower,
        upper=upper,
        matrix=matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        tiers=tiers,
        duty=duty,
        meets=meets,
        kept=kept,
        pair_row=pair_row,
        pool_row=pool_row,
    )


def _dense(weights: Mapping[int, float], count: int) -> Floats:
    """Return weights of variables as an array with one entry for each of `count` variables."""
    dense = np.zeros(count)
    dense[list(weights)] = list(weights.values())
    return dense


def _kept_variables(instance: Instance, rows: RowBuilder) -> Ints:
    """Add a variable for each previous meeting: whether it is held in its slot and at its table.

    Variables that need the same table and slot exclude each other. Returns their numbers, -1 if impossible.
    """
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
            if instance.col_slot[j] == t and _has(instance.pools[instance.col_pool[j]], table, span)
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


def _has(pool: TablePool, table: int, span: tuple[int, ...]) -> bool:
    return table in pool.tables and bool(pool.open[list(span), pool.tables.index(table)].all())


def _tier_weights(
    instance: Instance, rows: RowBuilder, wanted: Collection[str], kept: Ints
) -> dict[str, dict[int, float]]:
    """Return each linear tier except value as weights of variables; variables are added where needed."""
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


def _shortfall_variables(instance: Instance, rows: RowBuilder) -> list[int]:
    """Add for each party with a minimum the variable of its missing meetings."""
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
