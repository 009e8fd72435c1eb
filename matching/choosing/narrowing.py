"""Slot-indexed programs with few columns, and timetables as points of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from matching.choosing.aggregate import Aggregate
from matching.choosing.program import Program, build_program
from matching.presolve import Bools, Instance, Ints
from matching.problem import Goal
from matching.timetabling.halving import SlotAssignment


def restricted(instance: Instance, keep: Bools) -> Instance:
    """Return the instance with some of its columns. keep: one entry per column."""
    return replace(
        instance,
        col_pair=instance.col_pair[keep],
        col_slot=instance.col_slot[keep],
        col_pool=instance.col_pool[keep],
        crew_of=instance.crew_of[keep],
        partial=True,
    )


def narrowed(before: Aggregate, after: Aggregate, goals: Sequence[Goal]) -> Program:
    """Return the slot-indexed program of all plans that are points of the aggregated program `after`.

    It contains only the columns that `after` leaves possible. before: the program that was confined to `after`;
    rows that became tight are rows of the result, the limit of a tier is not.
    """
    instance = after.instance
    must = np.zeros(len(instance.problem.pairs), dtype=np.int64)
    sure = np.flatnonzero(after.lower[: after.columns] > 0)
    must[after.pair[sure]] = sure + 1
    able = after.upper[: after.columns] > 0
    elsewhere = (must[after.pair] > 0) & (must[after.pair] != np.arange(after.columns) + 1)
    keep = (able & ~elsewhere)[after.variable]
    program = build_program(restricted(instance, keep), goals)
    lower, row_lower = program.lower.copy(), program.row_lower.copy()
    for pair in np.flatnonzero(must).tolist():
        if program.pair_row[pair] >= 0:
            row_lower[program.pair_row[pair]] = 1.0
        else:
            lower[program.instance.columns_of[pair]] = 1.0
    home = _aggregate_variable(after, program, keep)
    upper = np.minimum(program.upper, np.where(after.upper[home] > 0, np.inf, 0.0))
    own = slice(program.columns + len(program.duty), None)  # both programs have the same variables of tiers
    lower[own] = np.maximum(lower[own], after.lower[home[own]])
    upper[own] = np.minimum(upper[own], after.upper[home[own]])
    rows = slice(0, len(before.row_lower))
    tight = (after.row_lower[rows] == after.row_upper[rows]) & (before.row_lower != before.row_upper)
    chosen = np.flatnonzero(tight)
    extra = sparse.csr_matrix(after.matrix[chosen][:, home])
    program = program.bounded(lower, upper, row_lower, program.row_upper)
    return program.joined(extra, after.row_lower[chosen], after.row_upper[chosen])


def _aggregate_variable(aggregate: Aggregate, program: Program, keep: Bools) -> Ints:
    """Return for each variable of the slot-indexed program the variable of the aggregated program that counts it."""
    slots, crews = len(aggregate.block_of), len(aggregate.instance.crews)
    blocks = max(1, int(aggregate.block_of.max(initial=0)) + 1)
    keys = (aggregate.duty[:, 0] * crews + aggregate.duty[:, 1]) * blocks + aggregate.duty[:, 2]
    order = np.argsort(keys, kind="stable")
    team, crew, slot = program.duty[:, 0], program.duty[:, 1], program.duty[:, 2]
    assert not len(slot) or int(slot.max()) < slots
    wanted = (team * crews + crew) * blocks + aggregate.block_of[slot]
    duty = aggregate.columns + order[np.searchsorted(keys[order], wanted)]
    most = [aggregate.neediest] if aggregate.neediest >= 0 else []
    return np.concatenate([aggregate.variable[keep], duty, aggregate.short, np.array(most, dtype=np.int64)])


def point_of(program: Program, assignment: SlotAssignment) -> Ints | None:
    """Return a timetable as a point of a program; None if it breaks a row."""
    instance = program.instance
    point = np.zeros(program.variables, dtype=np.int64)
    point[: program.columns] = assignment.slot[instance.col_pair] == instance.col_slot
    if len(program.duty):
        team, crew, slot, _ = program.duty.T
        point[program.columns : program.columns + len(program.duty)] = assignment.duty[crew, team, slot]
    point = with_counts(program, point)
    return point if program.holds(point) else None


def with_counts(program: Program, point: Ints) -> Ints:
    """Return the point with the variables that follow from its meetings: what is missing, and where parties meet."""
    instance, point = program.instance, point.copy()
    taken = instance.col_pair[point[: program.columns] > 0]
    held = np.bincount(instance.ends[taken].reshape(-1), minlength=len(instance.parallel))
    least = np.array([party.min_meetings for party in instance.problem.parties], dtype=np.int64)
    lack = np.maximum(least - held, 0)
    if "shortfall" in program.tiers:
        point[np.flatnonzero(program.tiers["shortfall"])] = lack[least > 0]
    if "neediest" in program.tiers:
        point[np.flatnonzero(program.tiers["neediest"])] = lack.max(initial=0)
    if len(program.meets):
        columns, slots = instance.covers
        meeting = np.flatnonzero(point[columns])
        busy = np.zeros((len(instance.parallel), len(instance.problem.slots)), dtype=np.int64)
        busy[instance.ends[instance.col_pair[columns[meeting]]], slots[meeting, np.newaxis]] = 1
        point[program.meets[:, 2]] = busy[program.meets[:, 0], program.meets[:, 1]]
    return point


def as_point_of(before: Program, point: Ints, program: Program) -> Ints:
    """Return a point of one program as a point of another that has all its columns and duties."""
    other = np.zeros(program.variables, dtype=np.int64)
    other[_row_numbers(_columns(before)[point[: before.columns] > 0], _columns(program))] = 1
    served = point[before.columns : before.columns + len(before.duty)]
    other[program.columns + _row_numbers(before.duty[served > 0], program.duty)] = served[served > 0]
    return with_counts(program, other)


def _columns(program: Program) -> Ints:
    """Return [column, 4]: pair, slot, table pool and crew, which identify a column."""
    instance = program.instance
    return np.column_stack([instance.col_pair, instance.col_slot, instance.col_pool, instance.crew_of])


def _row_numbers(some: Ints, all_of: Ints) -> Ints:
    """Return for each row of `some` its number in `all_of`."""
    number = {tuple(row): n for n, row in enumerate(all_of.tolist())}
    return np.array([number[tuple(row)] for row in some.tolist()], dtype=np.int64)
