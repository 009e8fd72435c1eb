"""Fewer breaks, fewer for the worst off, none of it at the cost of an earlier tier."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from matching.choosing import Choice, Tell, effort, limit
from matching.presolve import Instance, Ints
from matching.problem import Goal
from matching.stopping import Stop
from matching.timetabling import Timetable


def improve(choice: Choice, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell) -> Choice:
    """The choice after the remaining tiers of `goals`."""
    timetable = Timetable(choice.program)
    for goal in goals[choice.settled :]:
        choice = _settle(choice, timetable, goal, stop, seed)
    return choice


def _settle(choice: Choice, timetable: Timetable, goal: Goal, stop: Stop, seed: int) -> Choice:
    if goal.tier == "moves":
        return choice.bounded("moves", 0)
    reached = count(choice, goal.tier)
    bound = 0
    if reached > 0:
        found = timetable.search(goal.tier, effort(stop, 0.5), stop, seed, choice.point)
        if found.bound is not None:
            bound = max(bound, int(np.ceil(found.bound - 1e-6)))
        if found.point is not None:
            choice = replace(choice, point=found.point)
            reached = count(choice, goal.tier)
    timetable.limit(goal.tier, int(limit(goal, reached)))
    return choice.bounded(goal.tier, bound)


def count(choice: Choice, tier: str) -> int:
    """What the point of the choice achieves in breaks or worst."""
    assert choice.point is not None
    breaks = breaks_by_party(choice.program.instance, choice.point)
    return sum(breaks.values()) if tier == "breaks" else max(breaks.values(), default=0)


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
