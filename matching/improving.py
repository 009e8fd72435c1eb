"""Fewer breaks, fewer for the worst off, none of it at the cost of an earlier tier."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from matching.choosing import Choice, Tell, effort, limit
from matching.linear import rounded
from matching.presolve import Instance, Ints
from matching.problem import Goal
from matching.program import LINEAR, MORE, Program
from matching.seating import Seating
from matching.staffing import kept_tables, seat
from matching.stopping import Stop
from matching.timetabling import GRAIN, Timetable

_JOINT = 4_000  # seats up to which tables are searched together with the timetable


def improve(choice: Choice, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell) -> Choice:
    """The choice after the remaining tiers of `goals`."""
    timetable = Timetable(choice.program)
    joint = Seating.size(choice.program) <= _JOINT
    for goal in goals[choice.settled :]:
        if goal.tier == "moves" and not joint:
            choice = _seat(choice, stop, seed)
            continue
        choice = _settle(choice, timetable, goal, stop, seed)
        if goal.tier == "value":
            tell(count(choice, "value"), choice.bounds["value"])
    return choice


def _settle(choice: Choice, timetable: Timetable, goal: Goal, stop: Stop, seed: int) -> Choice:
    """The choice after one more tier, its bound, and the limit it sets to the timetable."""
    best = math.inf if goal.tier in MORE else 0.0
    reached = count(choice, goal.tier)
    if reached != best:
        found = timetable.search(goal.tier, effort(stop, 0.5), stop, seed, choice.point, choice.tables)
        if found.bound is not None:
            bound = uncosted(choice.program, goal.tier, found.bound)
            best = min(best, bound) if goal.tier in MORE else max(best, bound)
        if found.point is not None:
            better = replace(choice, point=found.point, tables=found.tables)
            if (count(better, goal.tier) - reached) * (1 if goal.tier in MORE else -1) >= 0:
                choice, reached = better, count(better, goal.tier)
    best = max(best, reached) if goal.tier in MORE else min(best, reached)
    timetable.limit(goal.tier, limit(goal, reached))
    return choice.bounded(goal.tier, best if math.isfinite(best) else None)


def uncosted(program: Program, tier: str, bound: float) -> float:
    """A bound on a tier's cost in a timetable as a bound on the tier."""
    if tier in MORE:
        return rounded(program, tier, -bound / GRAIN + 1e-9)
    return math.ceil(bound - 1e-6)


def _seat(choice: Choice, stop: Stop, seed: int) -> Choice:
    """Tables for a timetable that stays as it is; nothing is proved of others."""
    return replace(choice, tables=_tables(choice)).bounded("moves", 0)


def count(choice: Choice, tier: str) -> float:
    """What the point of the choice achieves in a tier."""
    assert choice.point is not None
    if tier in LINEAR:
        return choice.achieved(tier)
    if tier == "moves":
        tables = choice.tables if choice.tables is not None else _tables(choice)
        return moves(choice.program.instance, tables)
    breaks = breaks_by_party(choice.program.instance, choice.point)
    return sum(breaks.values()) if tier == "breaks" else max(breaks.values(), default=0)


def _tables(choice: Choice) -> dict[int, int]:
    assert choice.point is not None
    held = np.flatnonzero(choice.point[: choice.program.columns]).tolist()
    return seat(choice.program.instance, held, kept_tables(choice.program, choice.point))


def moves(instance: Instance, tables: Mapping[int, int]) -> int:
    """Changes of table, for each party and day one less than its tables."""
    used: dict[tuple[int, int], set[int]] = defaultdict(set)
    for j, table in tables.items():
        day = int(instance.calendar.day_of[instance.col_slot[j]])
        for party in instance.ends[instance.col_pair[j]].tolist():
            used[party, day].add(table)
    return sum(len(them) - 1 for them in used.values())


def breaks_by_party(instance: Instance, point: Ints) -> dict[int, int]:
    """For each party that meets, the idle runs between the first and last meeting of its days."""
    columns, slots = instance.covers
    held = point[: instance.columns][columns] > 0
    parties = instance.ends[instance.col_pair[columns[held]]].tolist()
    busy: dict[tuple[int, int], set[int]] = defaultdict(set)
    rank = {t: k for day in instance.calendar.days for k, t in enumerate(day)}
    for t, ends in zip(slots[held].tolist(), parties, strict=True):
        for party in ends:
            busy[party, int(instance.calendar.day_of[t])].add(rank[t])
    breaks: dict[int, int] = defaultdict(int)
    for (party, _), ranks in busy.items():
        breaks[party] += sum(later - earlier > 1 for earlier, later in pairwise(sorted(ranks)))
    return breaks
