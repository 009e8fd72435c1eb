"""Halls with a walk between them: everyone who is busy stays in one hall, and so do interpreters.

The bound is that of the event without walks. A program in which the busier party of each pair and each interpreter
have a home is half as large and has few rows about walks: those whose day has room walk in their pauses.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from matching.choosing.aggregate import is_suited, most_work
from matching.choosing.aiming import Aim, aim, settled
from matching.choosing.choice import Choice, Tell, choose
from matching.choosing.linear import optimum, relax
from matching.choosing.narrowing import restricted
from matching.choosing.program import LINEAR, Linear, Program, programme
from matching.choosing.rows import Rows
from matching.presolve import Bools, Instance, Ints, presolve
from matching.problem import Goal
from matching.stopping import Stop

_LEAST = 5_000  # columns below which the whole program is solved as soon
_HOMES_S = 3.0  # seconds to find homes


def home(
    instance: Instance, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell, *, least: int = _LEAST
) -> Choice | None:
    """A choice in which the busy stay in one hall, with the bounds of the event without walks.

    None where there are no walks, where the event has less than so many columns, and where no such choice is found.
    """
    halls = sorted({place.hall for place in instance.places})
    first = next((k for k, goal in enumerate(goals) if goal.tier not in LINEAR), len(goals))
    late = any(goal.tier in LINEAR for goal in goals[first:])
    if len(halls) < 2 or instance.columns < least or late:
        return None
    walkless = presolve(replace(instance.problem, walk=(), document=None))
    if not is_suited(walkless, goals[:first]):
        return None
    aimed = aim(walkless, goals[:first], stop)
    if aimed.settled < first or aimed.vertex is None:
        return None
    aimed = replace(aimed, most=relax(aimed.start, "value", stop).bound)
    program = _homely(instance, goals, aimed, halls, stop)
    found = choose(program, goals, stop, seed, tell)
    if found.point is None:
        return None
    return settled(Choice(program, found.point, complete=False), aimed, goals[:first])


def _homely(instance: Instance, goals: Sequence[Goal], aimed: Aim, halls: Sequence[str], stop: Stop) -> Program:
    """The program in which each pair is held in the home of its busier party, served by those at home there."""
    assert aimed.vertex is not None
    start = aimed.start
    chosen = np.unique(start.pair[aimed.vertex[: start.columns] > 0.5])
    degree = np.bincount(instance.ends[chosen].reshape(-1), minlength=len(instance.parallel))
    busier = np.argmax(degree[instance.ends], axis=1)
    anchor = instance.ends[np.arange(len(busier)), busier]
    party_home, crew_home = _homes(instance, chosen, anchor, halls, stop)
    hall_of = np.array([halls.index(place.hall) for place in instance.places], dtype=np.int64)[instance.col_place]
    at_home = hall_of == party_home[anchor[instance.col_pair]]
    bound = np.zeros(len(anchor), dtype=np.bool_)  # pairs with no column at their anchor's home stay where they can
    bound[instance.col_pair[at_home]] = True
    program = programme(restricted(instance, at_home | ~bound[instance.col_pair]), goals)
    upper = program.upper.copy()
    if len(program.duty):
        home_of = np.array([program.halls.index(halls[h]) for h in crew_home], dtype=np.int64)
        away = program.duty[:, 3] != home_of[program.duty[:, 1]]
        upper[program.columns : program.columns + len(program.duty)][away] = 0.0
    return program.bounded(program.lower, upper, program.row_lower, program.row_upper)


def _homes(instance: Instance, chosen: Ints, anchor: Ints, halls: Sequence[str], stop: Stop) -> tuple[Ints, Ints]:
    """The hall of each party and of each crew, so that as many of the chosen pairs as can be find table and crew."""
    width, teams, crews = len(halls), len(instance.teams), len(instance.crews)
    load = np.zeros((len(instance.parallel), teams + 1))  # the last team is of those that need nobody
    np.add.at(load, (anchor[chosen], instance.needs[chosen]), 1.0)
    parties = np.flatnonzero(load.sum(axis=1))
    every = np.ones(len(instance.problem.slots), dtype=np.bool_)
    work = [_most(instance, c, every) for c in range(crews)]
    tables = [sum(int(p.capacity.sum()) for p in instance.places if p.hall == hall) for hall in halls]
    count = len(parties) * width
    rows = Rows(lower=[0.0] * (count + crews * width), upper=[1.0] * (count + crews * width))
    numbers = np.arange(count + crews * width)
    rows.capped(numbers // width, numbers, np.ones(len(parties) + crews))
    for k in range(len(parties)):
        rows.row_lower[0][k] = 1.0
    cost: list[int] = []
    serving: dict[tuple[int, int], list[int]] = {(c, h): [] for c in range(crews) for h in range(width)}
    for h in range(width):
        mine = np.arange(len(parties)) * width + h
        over = rows.variable(float(len(chosen)))
        cost.append(over)
        rows.weighted(np.append(mine, over), np.append(load[parties].sum(axis=1), -1.0), upper=float(tables[h]))
        for g in range(teams):
            left = rows.variable(float(len(chosen)))
            cost.append(left)
            duty = [rows.variable(float(work[c])) for c in instance.teams[g]]
            for c, variable in zip(instance.teams[g], duty, strict=True):
                serving[c, h].append(variable)
            columns = np.concatenate([mine, [left], duty]).astype(np.int64)
            rows.weighted(columns, np.append(load[parties, g], np.full(1 + len(duty), -1.0)), upper=0.0)
    for (c, h), variables in serving.items():
        columns = np.array([*variables, count + c * width + h], dtype=np.int64)
        rows.weighted(columns, np.append(np.ones(len(variables)), -float(work[c])), upper=0.0)
    lower, upper, matrix, row_lower, row_upper = rows.arrays()
    weights = np.zeros(len(lower))
    weights[cost] = 1.0
    program = Linear(lower, upper, matrix, row_lower, row_upper, {"shortfall": weights})
    point = optimum(program, "shortfall", stop, _HOMES_S).point
    party_home = np.arange(len(load)) % width
    crew_home = np.arange(crews) % width
    if point is not None:
        party_home[parties] = point[:count].reshape(-1, width).argmax(axis=1)
        crew_home = point[count : count + crews * width].reshape(-1, width).argmax(axis=1)
    return party_home, crew_home


def _most(instance: Instance, c: int, every: Bools) -> int:
    crew = instance.crews[c]
    work = most_work(crew, instance.calendar.stretches, every)
    return work if crew.max_meetings is None else min(work, crew.count * crew.max_meetings)
