"""Choose when walking between halls takes time: busy parties and interpreters stay in one hall per period.

A period is a run of slots without a pause long enough for every walk: at most a day. The bound is that of the
event without walking times. Each pair meets in the home hall of its busier party and is served by interpreters
of that hall. Few rows about walks remain: for parties whose day leaves them time to walk.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from matching.choosing.aggregate import are_suited, most_work
from matching.choosing.aiming import (
    BlockBounds,
    bound_by_blocks,
    bounds_that_hold,
    choose_by_blocks,
    pair_promises,
    with_block_bounds,
    with_value_bound,
)
from matching.choosing.choice import Choice, Tell
from matching.choosing.linear import optimum
from matching.choosing.narrowing import as_point_of, restricted
from matching.choosing.patching import choose_by_windows, improved_by_whole_program, improved_by_windows
from matching.choosing.program import LINEAR_TIERS, LinearProgram, build_program
from matching.choosing.rows import RowBuilder
from matching.plan import gap
from matching.presolve import Bools, Instance, Ints, presolve
from matching.problem import Goal
from matching.stopping import Stop

_LEAST = 5_000  # number of columns below which solving the whole program is as fast
_HOMES_S = 3.0  # seconds for finding home halls
_PERIODS = 8  # most periods
_SHARE = 0.5  # share of the remaining time for plans in which everyone stays in the home hall


def choose_home_halls(
    instance: Instance, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell, *, least: int = _LEAST
) -> Choice | None:
    """Choose with busy parties in one hall per period, with the bounds of the event without walking times.

    Returns None if there are no walking times, if the event has fewer than `least` columns, or if no choice is
    found.
    """
    first = next((k for k, goal in enumerate(goals) if goal.tier not in LINEAR_TIERS), len(goals))
    late = any(goal.tier in LINEAR_TIERS for goal in goals[first:])
    if len(instance.halls) < 2 or instance.columns < least or late:
        return None
    walkless = presolve(replace(instance.problem, walk=(), document=None))
    if not are_suited(goals[:first]):
        return None
    by_blocks = bound_by_blocks(walkless, goals[:first], stop)
    if by_blocks.settled < first or by_blocks.vertex is None:
        return None
    by_blocks = with_value_bound(by_blocks, stop)
    homed = _at_home_halls(instance, by_blocks, stop)

    def say(value: float | None, _: float | None) -> None:
        tell(value, by_blocks.most)

    most = stop if stop.iterations is not None or stop.seconds is None else _stop_after(stop, _SHARE)
    found = choose_by_windows(homed, goals, most, seed, say) or choose_by_blocks(
        homed, goals, most, seed, say, large=-1
    )
    if found.point is None:
        return None
    bounds = bounds_that_hold(found, by_blocks, goals[:first])
    if any(gap(found.achieved(tier), bound) for tier, bound in bounds.items()):
        far = with_block_bounds(
            _improved_outside_home_halls(instance, goals, found, by_blocks, stop, seed, tell), by_blocks, goals[:first]
        )
        return improved_by_whole_program(instance, goals[:first], far, by_blocks, stop, seed, tell, goals)
    return replace(found, bounds={**found.bounds, **bounds}, complete=False, worth=by_blocks.worth)


def _stop_after(stop: Stop, share: float) -> Stop:
    """Return a stop after a share of the remaining time."""
    return Stop(seconds=share * stop.remaining(), interrupt=stop.interrupt)


def _improved_outside_home_halls(
    instance: Instance, goals: Sequence[Goal], found: Choice, by_blocks: BlockBounds, stop: Stop, seed: int, tell: Tell
) -> Choice:
    """Improve the choice by meetings outside the home halls."""
    assert found.point is not None
    before, linear = found.program, [goal for goal in goals if goal.tier in LINEAR_TIERS]
    _, promise = pair_promises(by_blocks)
    held = before.instance.col_pair[found.point[: before.columns] > 0]
    promise[held] = promise[instance.required] = 1.0
    program = build_program(restricted(instance, np.isfinite(promise)[instance.col_pair]), goals)
    point = as_point_of(before, found.point, program)
    assert program.holds(point)
    point = improved_by_windows(program, point, promise, by_blocks, linear, stop, seed, tell)
    return Choice(program, point, complete=False)


def _at_home_halls(instance: Instance, by_blocks: BlockBounds, stop: Stop) -> Instance:
    """Return the part of an instance in which each pair meets in the home hall of its busier party.

    Crews stay in their home halls. A pair without a column there keeps its columns in one other hall.
    """
    assert by_blocks.vertex is not None
    start = by_blocks.start
    taken = np.flatnonzero(by_blocks.vertex[: start.columns] > 0.5)
    degree = np.bincount(instance.ends[start.pair[taken]].reshape(-1), minlength=len(instance.parallel))
    owner = np.array([party.table is not None for party in instance.problem.parties])
    busier = np.argmax(degree[instance.ends] + owner[instance.ends] * (1 + degree.max()), axis=1)
    anchor = instance.ends[np.arange(len(busier)), busier]
    party_home = np.zeros(instance.present.shape, dtype=np.int64)
    posts = np.zeros((len(instance.crews), len(instance.problem.slots)), dtype=np.int64)
    groups = walk_periods(instance)
    for slots in groups:
        seconds = _HOMES_S / len(groups)
        parties, crews = _HomeHalls(instance, by_blocks, anchor, slots).found(stop, seconds)
        party_home[:, slots] = parties[:, np.newaxis]
        posts[:, slots] = crews[:, np.newaxis]
    here = instance.hall_of[instance.col_pool]
    at_home = here == party_home[anchor[instance.col_pair], instance.col_slot]
    settled = np.zeros(len(anchor), dtype=np.bool_)
    settled[instance.col_pair[at_home]] = True
    elsewhere = np.full(len(anchor), -1, dtype=np.int64)  # a hall for pairs without a column in the home hall
    elsewhere[instance.col_pair] = here
    kept = at_home | (~settled[instance.col_pair] & (here == elsewhere[instance.col_pair]))
    return replace(restricted(instance, kept), posts=posts)


def walk_periods(instance: Instance) -> list[Ints]:
    """Return the periods, as slots: between two periods there is time for every walk. At most _PERIODS periods."""
    slots, width = len(instance.problem.slots), len(instance.halls)
    crossed = np.zeros(slots + 1, dtype=np.bool_)  # whether a walk may be too long for the pause before the slot
    for one, two in (instance.conflicting_cells // width).tolist():
        crossed[one + 1 : two + 1] = True
    pause = {
        t + 1: (two.start - one.end).total_seconds() for t, (one, two) in enumerate(pairwise(instance.problem.ordered))
    }
    free = [t for t in range(1, slots) if not crossed[t]]
    cuts = sorted(sorted(free, key=lambda t: (-pause[t], t))[: _PERIODS - 1])
    return np.split(np.arange(slots), cuts)


class _HomeHalls:
    """Home hall of each party and crew in one period.

    As many as possible of the pairs chosen by the blocks shall find a table and a crew there. anchor: for each
    pair the party in whose home hall it meets.
    """

    def __init__(self, instance: Instance, by_blocks: BlockBounds, anchor: Ints, slots: Ints) -> None:
        assert by_blocks.vertex is not None
        start = by_blocks.start
        self.instance = instance
        self.width, self.crews = len(instance.halls), len(instance.crews)
        self.blocks = [slots[start.block_of[slots] == b] for b in np.unique(start.block_of[slots])]
        numbers = {int(start.block_of[block[0]]): n for n, block in enumerate(self.blocks)}
        self.load = np.zeros((len(self.blocks), len(instance.parallel), len(instance.teams) + 1))
        # the last team stands for pairs that need no interpreter
        for j in np.flatnonzero(by_blocks.vertex[: start.columns] > 0.5).tolist():
            pair = start.pair[j]
            if int(start.block[j]) in numbers:
                self.load[numbers[int(start.block[j])], anchor[pair], instance.needs[pair]] += 1
        self.parties = np.flatnonzero(self.load.sum(axis=(0, 2)))
        self.own = _owned(instance)

    def found(self, stop: Stop, seconds: float) -> tuple[Ints, Ints]:
        """Return the home halls of the parties and of the crews."""
        program, count = self._program()
        point = optimum(program, "shortfall", stop, seconds).point
        party_home = np.arange(len(self.instance.parallel)) % self.width
        crew_home = np.arange(self.crews) % self.width
        if point is not None:
            party_home[self.parties] = point[:count].reshape(-1, self.width).argmax(axis=1)
            crew_home = point[count : count + self.crews * self.width].reshape(-1, self.width).argmax(axis=1)
        for k, hall in self.own.items():
            party_home[k] = hall
        return party_home, crew_home

    def _program(self) -> tuple[LinearProgram, int]:
        """Return the program that minimises pairs without table or crew, and its number of party variables."""
        count = len(self.parties) * self.width
        homes = count + self.crews * self.width
        rows = RowBuilder(lower=[0.0] * homes, upper=[1.0] * homes)
        numbers = np.arange(homes)
        rows.capped(numbers // self.width, numbers, np.ones(len(self.parties) + self.crews))
        for k, party in enumerate(self.parties.tolist()):
            rows.row_lower[0][k] = 1.0
            if party in self.own:
                rows.lower[k * self.width + self.own[party]] = 1.0
        cost = [v for number in range(len(self.blocks)) for v in self._block(rows, number, count)]
        lower, upper, matrix, row_lower, row_upper = rows.arrays()
        weights = np.zeros(len(lower))
        weights[cost] = 1.0
        return LinearProgram(lower, upper, matrix, row_lower, row_upper, {"shortfall": weights}), count

    def _block(self, rows: RowBuilder, number: int, count: int) -> list[int]:
        """Add rows that count the pairs of a block without table or crew; return the variables that count them."""
        instance, width, load = self.instance, self.width, self.load[number][self.parties]
        within = np.zeros(len(instance.problem.slots), dtype=np.bool_)
        within[self.blocks[number]] = True
        work = [_most(instance, c, within) for c in range(self.crews)]
        shared = load.sum(axis=1) * [k not in self.own for k in self.parties.tolist()]
        cost: list[int] = []
        for h in range(width):
            mine = np.arange(len(self.parties)) * width + h
            serving: list[list[int]] = [[] for _ in range(self.crews)]
            over = rows.variable(float(load.sum()))
            cost.append(over)
            rows.weighted(np.append(mine, over), np.append(shared, -1.0), upper=self._tables(h, number))
            for g in np.flatnonzero(load[:, :-1].any(axis=0)).tolist():
                left = rows.variable(float(load.sum()))
                cost.append(left)
                duty = [rows.variable(float(work[c])) for c in instance.teams[g]]
                for c, variable in zip(instance.teams[g], duty, strict=True):
                    serving[c].append(variable)
                columns = np.concatenate([mine, [left], duty]).astype(np.int64)
                rows.weighted(columns, np.append(load[:, g], np.full(1 + len(duty), -1.0)), upper=0.0)
            for c, variables in enumerate(serving):
                columns = np.array([*variables, count + c * width + h], dtype=np.int64)
                rows.weighted(columns, np.append(np.ones(len(variables)), -float(work[c])), upper=0.0)
        return cost

    def _tables(self, hall: int, number: int) -> float:
        """Return how many meetings the shared tables of a hall can host in a block."""
        problem = self.instance.problem
        own = {party.table for party in problem.parties}
        shared = [
            pool.capacity[self.blocks[number]].sum()
            for pool, where in zip(self.instance.pools, self.instance.hall_of.tolist(), strict=True)
            if where == hall and problem.tables[pool.tables[0]].id not in own
        ]
        return float(sum(shared))


def _owned(instance: Instance) -> dict[int, int]:
    """Return the hall of each party's fixed table."""
    problem = instance.problem
    pools = {problem.tables[pool.tables[0]].id: number for number, pool in enumerate(instance.pools)}
    return {
        k: int(instance.hall_of[pools[party.table]]) for k, party in enumerate(problem.parties) if party.table in pools
    }


def _most(instance: Instance, c: int, within: Bools) -> int:
    crew = instance.crews[c]
    work = most_work(crew, instance.calendar.stretches, within)
    return work if crew.max_meetings is None else min(work, crew.count * crew.max_meetings)
