"""Optimise the tiers that are linear in the columns, in lexicographic order.

Each tier is first assumed to reach the bound of its relaxation, which it nearly always does: a point that is
within all these bounds is then proved optimal in all tiers at once. If no such point is found, branch and cut
takes the tiers one by one.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from matching.choosing.linear import EXACT, fix_by_reduced_costs, is_over, optimum, relax, rounded
from matching.choosing.program import LINEAR_TIERS, MAXIMISED, Program
from matching.choosing.rows import Floats
from matching.presolve import Instance, Ints
from matching.problem import Goal
from matching.stopping import Stop
from matching.timetabling.drafting import draft
from matching.timetabling.model import Effort, TimetableModel

_WIDENINGS = 4  # how often the part of a vertex that is not fixed is widened
_SHARE = 0.5  # share of the remaining time for branch and cut on one tier
_VALUE_WEIGHT = 0.01  # weight of the value among columns with the same share in the vertex
_WORK = 1.0  # deterministic time of CP-SAT for each widening, about seconds

Tell = Callable[[float | None, float | None], None]  # called with (value of the best plan or None, bound or None)


@dataclass(frozen=True)
class Choice:
    """Point of a program with the bound proved for each tier so far; settled tiers limit the program.

    settled: number of goals settled, from the first. infeasible: it is proved that no plan exists. tables:
    table of each held column, if a tier decided them. worth: for each pair, a bound on the value of the plans
    that hold it, whatever the earlier tiers are; None if unknown. vertex: of the last relaxation. complete:
    whether the program contains all plans within its limits.
    """

    program: Program
    point: Ints | None = None
    bounds: Mapping[str, float | None] = field(default_factory=dict)
    settled: int = 0
    infeasible: bool = False
    tables: Mapping[int, int] | None = None
    worth: Floats | None = None
    vertex: Floats | None = None
    complete: bool = True

    def bounded(self, tier: str, bound: float | None) -> "Choice":
        return replace(self, bounds={**self.bounds, tier: bound})

    def achieved(self, tier: str) -> float:
        assert self.point is not None
        return float(self.program.tiers[tier] @ self.point)


def choose(
    program: Program, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell, start: Ints | None = None
) -> Choice:
    """Optimise the linear tiers at the start of `goals`, each within the limits of the tiers before it.

    start: a known point of the program to fall back on.
    """
    first = next((k for k, goal in enumerate(goals) if goal.tier not in LINEAR_TIERS), len(goals))
    relaxed = relax_tiers(program, goals[:first], stop, tell)
    if relaxed.infeasible:
        return relaxed
    if relaxed.settled == first:
        point = relaxed.point
        if point is None:
            point = _point_near_vertex(relaxed, stop, seed)
        if point is None:
            point = TimetableModel(relaxed.program).search(None, effort(stop, 0.3), stop, seed).point
        if point is not None:
            return replace(relaxed, point=point)
    return replace(_branch_and_cut(program, goals[:first], relaxed, stop, seed, tell, start), worth=relaxed.worth)


def relax_tiers(program: Program, goals: Sequence[Goal], stop: Stop, tell: Tell) -> Choice:
    """Return the choice in which every tier is at the bound of its relaxation.

    It has a point only if the last vertex is integral.
    """
    choice = Choice(program)
    for goal in goals:
        if _is_zero(choice, goal.tier):
            choice = replace(choice.bounded(goal.tier, 0.0), settled=choice.settled + 1)
            continue
        relaxation = relax(choice.program, goal.tier, stop)
        if relaxation.infeasible:
            return replace(choice, infeasible=choice.program is program)
        if relaxation.bound is None:
            return choice
        best = rounded(program, goal.tier, relaxation.bound)
        if goal.tier == "value" and choice.program is program and relaxation.reduced_cost is not None:
            worth = np.full(len(program.instance.value), -np.inf)
            most = relaxation.bound + np.minimum(relaxation.reduced_cost[: program.columns], 0.0)
            np.maximum.at(worth, program.instance.col_pair, most)
            choice = replace(choice, worth=worth)
        choice = replace(
            choice.bounded(goal.tier, best),
            program=fix_by_reduced_costs(choice.program, goal.tier, relaxation, limit(goal, best)),
            point=relaxation.whole() if relaxation.is_integral else None,
            vertex=relaxation.point,
            settled=choice.settled + 1,
        )
        if goal.tier == "value":
            tell(None, best)
    return choice


def is_feasible(program: Program, stop: Stop) -> bool:
    """Whether the program has an integral point; True if `stop` ends the search before this is known."""
    if relax(program, None, stop).infeasible:
        return False
    return not TimetableModel(program).search(None, Effort(seconds=stop.remaining()), stop, 0).infeasible


def _is_zero(choice: Choice, tier: str) -> bool:
    """Whether the tier is 0 in every remaining plan: it has no weights, or no party lacks a meeting."""
    nobody_short = tier == "neediest" and choice.bounds.get("shortfall") == 0
    return nobody_short or not choice.program.tiers[tier].any()


def _point_near_vertex(relaxed: Choice, stop: Stop, seed: int) -> Ints | None:
    """Return an integral point near the vertex of the relaxed choice, or None.

    Columns whose parties have no fractional column are fixed; if that is infeasible, fewer are fixed.
    """
    program, vertex = relaxed.program, relaxed.vertex
    if vertex is None:
        return None
    ends = program.instance.ends[program.instance.col_pair]
    used = vertex[: program.columns] > EXACT
    broken = used & (vertex[: program.columns] < 1 - EXACT)
    touched = np.zeros(len(program.instance.problem.parties), dtype=np.bool_)
    touched[ends[broken]] = True
    for _ in range(_WIDENINGS):
        if is_over(stop):
            break
        fixed = np.flatnonzero(~touched[ends].any(axis=1))
        lower, upper = program.lower.copy(), program.upper.copy()
        lower[fixed] = upper[fixed] = np.rint(vertex[fixed])
        part = program.bounded(lower, upper, program.row_lower, program.row_upper)
        found = TimetableModel(part).search(None, Effort(seconds=stop.remaining(), work=_WORK), stop, seed)
        if found.point is not None or not len(fixed):
            return found.point
        partners = used & touched[ends].any(axis=1)
        touched[ends[partners]] = True
    return None


def limit(goal: Goal, best: float) -> float:
    """Return how far later tiers may worsen this tier, given its best value and the tolerance of the goal."""
    return (1 - goal.tolerance) * best if goal.tier in MAXIMISED else math.floor((1 + goal.tolerance) * best + 1e-9)


def _branch_and_cut(
    program: Program,
    goals: Sequence[Goal],
    relaxed: Choice,
    stop: Stop,
    seed: int,
    tell: Tell,
    start: Ints | None,
) -> Choice:
    """Optimise the tiers one by one by branch and cut, from a known point or a draft.

    relaxed: its bound of a tier holds if the earlier tiers reach their bounds.
    """
    if not goals:
        if relax(program, None, stop).infeasible:
            return Choice(program, infeasible=True)
        found = TimetableModel(program).search(None, effort(stop, 1.0), stop, seed)
        return Choice(program, found.point, infeasible=found.infeasible)
    choice = Choice(program, _first_point(program, relaxed, stop, seed) if start is None else start)
    at_bounds = True
    for goal in goals:
        best = optimum(choice.program, goal.tier, stop, _SHARE * stop.remaining())
        if best.infeasible and choice.point is None:
            return replace(choice, infeasible=True)
        choice = _better_point(choice, goal.tier, best.point)
        if choice.point is None:
            return choice
        reached = choice.achieved(goal.tier)
        relaxed_bound = relaxed.bounds.get(goal.tier) if at_bounds else None
        bound = _tighter_bound(goal.tier, best.bound, relaxed_bound)
        if bound is None:
            bound = value_bound(program.instance)
        if bound is not None:
            bound = max(bound, reached) if goal.tier in MAXIMISED else min(bound, reached)
        at_bounds = at_bounds and reached == relaxed_bound
        choice = replace(
            choice.bounded(goal.tier, bound),
            program=choice.program.limited(goal.tier, limit(goal, reached)),
            settled=choice.settled + 1,
        )
        if goal.tier == "value":
            tell(reached, bound)
    return choice


def _better_point(choice: Choice, tier: str, point: Ints | None) -> Choice:
    if point is None:
        return choice
    other = replace(choice, point=point)
    if choice.point is None:
        return other
    gain = other.achieved(tier) - choice.achieved(tier)
    return other if (gain if tier in MAXIMISED else -gain) >= 0 else choice


def _first_point(program: Program, relaxed: Choice, stop: Stop, seed: int) -> Ints | None:
    """Return a first feasible point: a greedy draft that prefers the columns of the vertex, or None."""
    preference = program.instance.value[program.instance.col_pair]
    if relaxed.vertex is not None:
        preference = relaxed.vertex[: program.columns] + _VALUE_WEIGHT * preference
    point = draft(program, preference, stop)
    if point is None:
        return None
    lower, upper = program.lower.copy(), program.upper.copy()
    chosen = slice(0, program.columns + len(program.duty))
    lower[chosen] = upper[chosen] = point[chosen]
    settled = program.bounded(lower, upper, program.row_lower, program.row_upper)
    counted = [tier for tier in settled.tiers if tier not in MAXIMISED]
    total = np.sum([settled.tiers[tier] for tier in counted], axis=0) if counted else np.zeros(program.variables)
    return TimetableModel(replace(settled, tiers={"all": total})).search("all", Effort(work=_WORK), stop, seed).point


def value_bound(instance: Instance) -> float:
    """Return a bound on value without any search: half the sum over parties of the best meetings each could have."""
    slots = np.zeros_like(instance.present, dtype=np.bool_)
    for end in (0, 1):
        slots[instance.ends[instance.col_pair[instance.covers[0]], end], instance.covers[1]] = True
    seats = slots.sum(axis=1) * instance.parallel
    limits = [math.inf if one.max_meetings is None else one.max_meetings for one in instance.problem.parties]
    most = np.minimum(seats, limits)
    party = instance.ends.T.reshape(-1)
    order = np.lexsort((-np.tile(instance.value, 2), party))  # by party, the most valuable first
    first = np.searchsorted(party[order], np.arange(len(most)))
    rank = np.arange(len(order)) - first[party[order]]
    halves = float(np.tile(instance.value, 2)[order][rank < most[party[order]]].sum())
    return halves / 2 + EXACT


def _tighter_bound(tier: str, one: float | None, other: float | None) -> float | None:
    known = [bound for bound in (one, other) if bound is not None]
    return min(known, default=None) if tier in MAXIMISED else max(known, default=0.0)


def effort(stop: Stop, share: float) -> Effort:
    """Return a share of the remaining time, or of the deterministic work that `stop.iterations` grants."""
    if stop.iterations is not None:
        return Effort(work=max(share * stop.iterations, 0.01))
    return Effort(seconds=share * stop.remaining())
