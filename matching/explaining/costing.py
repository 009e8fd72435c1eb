"""Count how much a plan uses of slots, tables and interpreters that are not available."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from matching.choosing.program import LinearProgram, Program
from matching.choosing.rows import Floats
from matching.explaining.facts import Fact, Relax
from matching.presolve import Bools, Ints
from matching.problem import Problem

_FAR = 0.001  # extra cost of a slot for each slot between it and the nearest open one


@dataclass(frozen=True)
class RelaxationCost:
    """Program with a tier `cost` that counts the missing resources.

    amount: returns, for a point, the words that follow the fact's ids in `relax`.
    """

    program: LinearProgram
    amount: Callable[[Ints], list[str]]


def cost_of_relaxing(program: Program, problem: Problem, fact: Fact) -> RelaxationCost:
    """Return the cost of replacing a fact. program: of the problem without the fact."""
    match fact.relax:
        case Relax.ADD_TABLES:
            return _of_tables(program, problem)
        case Relax.ADD_INTERPRETERS:
            return _of_interpreters(program, problem)
    return _of_slots(program, problem, fact)


def _of_slots(program: Program, problem: Problem, fact: Fact) -> RelaxationCost:
    """Count the slots in which a party, a pair or a table is used although it is not available."""
    instance, ordered = program.instance, problem.ordered
    if fact.relax is Relax.OPEN_SLOTS:
        party = [p.id for p in problem.parties].index(fact.about[0])
        mine, hours = (instance.ends[instance.col_pair] == party).any(axis=1), problem.party[fact.about[0]].available
    elif fact.relax is Relax.ALLOW_SLOTS:
        pair = [p.id for p in problem.pairs].index(fact.about[0])
        mine, hours = instance.col_pair == pair, problem.pair[fact.about[0]].allowed or frozenset()
    else:
        table = [t.id for t in problem.tables].index(fact.about[0])
        pools = [k for k, pool in enumerate(instance.pools) if pool.tables == (table,)]
        mine, hours = np.isin(instance.col_pool, pools), problem.table[fact.about[0]].available or frozenset()
    is_open = np.array([slot.id in hours for slot in ordered], dtype=np.bool_)
    columns, slots = instance.covers
    away = mine[columns] & ~is_open[slots]
    columns, slots = columns[away], slots[away]
    cost = np.zeros(program.variables)
    np.add.at(cost, columns, 1 + _FAR * _distance(is_open)[slots])

    def amount(point: Ints) -> list[str]:
        return [ordered[t].id for t in np.unique(slots[point[columns] > 0])]

    return RelaxationCost(replace(program, tiers={"cost": cost}), amount)


def _distance(is_open: Bools) -> Floats:
    """Return for each slot its distance in slots to the nearest open one."""
    slots = np.arange(len(is_open))
    if not is_open.any():
        return np.zeros(len(is_open))
    return np.asarray(np.abs(slots[:, np.newaxis] - slots[is_open]).min(axis=1), dtype=np.float64)


def _of_tables(program: Program, problem: Problem) -> RelaxationCost:
    """Count the meetings of each slot above the number of shared tables."""
    instance, ordered = program.instance, problem.ordered
    owned = {party.table for party in problem.parties}
    shared = [table for table in problem.tables if table.id not in owned]
    capacity = np.array([sum(t.available is None or s.id in t.available for t in shared) for s in ordered], dtype=float)
    own = [instance.problem.tables[pool.tables[0]].id in owned for pool in instance.pools]
    columns, slots = instance.covers
    free = ~np.array(own, dtype=np.bool_)[instance.col_pool[columns]]
    columns, slots = columns[free], slots[free]
    count = len(ordered)
    used = sparse.csr_matrix((np.ones(len(columns)), (slots, columns)), shape=(count, program.variables))
    wider = LinearProgram(
        lower=np.append(program.lower, np.zeros(count)),
        upper=np.append(program.upper, np.full(count, float(len(problem.pairs)))),
        matrix=sparse.hstack([program.matrix, sparse.csr_matrix((program.matrix.shape[0], count))], format="csr"),
        row_lower=program.row_lower,
        row_upper=program.row_upper,
        tiers={"cost": np.append(np.zeros(program.variables), np.ones(count))},
    )
    over = sparse.hstack([used, -sparse.identity(count)], format="csr")

    def amount(point: Ints) -> list[str]:
        more = np.maximum(used @ point[: program.variables] - capacity, 0).astype(np.int64)
        return [slot.id for slot, times in zip(ordered, more.tolist(), strict=True) for _ in range(times)]

    return RelaxationCost(wider.joined(over, np.full(count, -np.inf), capacity), amount)


def _of_interpreters(program: Program, problem: Problem) -> RelaxationCost:
    """Count the slots in which interpreters work who do not exist."""
    instance = program.instance
    first = len(problem.interpreters)
    more = np.array([crew.members[0] >= first for crew in instance.crews], dtype=np.bool_)
    columns, slots = instance.covers
    by_crew = instance.crew_of[columns]
    mine = (by_crew >= 0) & more[by_crew] if len(more) else np.zeros(len(columns), dtype=np.bool_)
    duties = np.flatnonzero(more[program.duty[:, 1]]) if len(more) else np.zeros(0, dtype=np.int64)
    variable = np.concatenate([columns[mine], program.columns + duties])
    slot = np.concatenate([slots[mine], program.duty[duties, 2]])
    crew = np.concatenate([by_crew[mine], program.duty[duties, 1]])
    cost = np.zeros(program.variables)
    np.add.at(cost, variable, 1.0)

    def amount(point: Ints) -> list[str]:
        words = []
        uses = zip(slot.tolist(), crew.tolist(), variable.tolist(), strict=True)
        for t, c, v in sorted(uses):
            tongues = instance.problem.interpreters[instance.crews[c].members[0]].languages
            words += [f"{'+'.join(tongues)}@{problem.ordered[t].id}"] * int(point[v])
        return words

    return RelaxationCost(replace(program, tiers={"cost": cost}), amount)
