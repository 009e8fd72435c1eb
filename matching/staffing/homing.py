"""Halls with a walk between them: everyone who is busy stays in one hall for a while, and so do interpreters.

A while is what no walk fits into: at most a day, at least from one long pause to the next. The bound is that of the
event without walks. In an event whose pairs each meet where their busier party is at home, and are served by those who
are at home there, few rows about walks are left: those whose day has room walk in their pauses.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from matching.choosing.aggregate import are_suited, most_work
from matching.choosing.aiming import Aim, aim, decide, proved
from matching.choosing.choice import Choice, Tell
from matching.choosing.linear import optimum, relax
from matching.choosing.narrowing import restricted
from matching.choosing.patching import patch
from matching.choosing.program import LINEAR, Linear
from matching.choosing.rows import Rows
from matching.presolve import Bools, Instance, Ints, presolve
from matching.problem import Goal
from matching.stopping import Stop

_LEAST = 5_000  # columns below which the whole program is solved as soon
_HOMES_S = 3.0  # seconds to find homes
_WHILES = 8  # at most


def home(
    instance: Instance, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell, *, least: int = _LEAST
) -> Choice | None:
    """A choice in which the busy stay in one hall, with the bounds of the event without walks.

    None where there are no walks, where the event has less than so many columns, and where no such choice is found.
    """
    first = next((k for k, goal in enumerate(goals) if goal.tier not in LINEAR), len(goals))
    late = any(goal.tier in LINEAR for goal in goals[first:])
    if len(instance.halls) < 2 or instance.columns < least or late:
        return None
    walkless = presolve(replace(instance.problem, walk=(), document=None))
    if not are_suited(goals[:first]):
        return None
    aimed = aim(walkless, goals[:first], stop)
    if aimed.settled < first or aimed.vertex is None:
        return None
    aimed = replace(aimed, most=relax(aimed.start, "value", stop).bound)
    homed = _homed(instance, aimed, stop)
    ways = (patch, decide)
    choices = (way(homed, goals, stop, seed, lambda value, _: tell(value, aimed.most)) for way in ways)
    found = next(choice for choice in choices if choice is not None)
    if found.point is None:
        return None
    return replace(found, bounds={**found.bounds, **proved(found, aimed, goals[:first])}, complete=False, worth=None)


def _homed(instance: Instance, aimed: Aim, stop: Stop) -> Instance:
    """The part of an instance in which each pair is held at the home of its busier party, served by those there."""
    assert aimed.vertex is not None
    start = aimed.start
    taken = np.flatnonzero(aimed.vertex[: start.columns] > 0.5)
    degree = np.bincount(instance.ends[start.pair[taken]].reshape(-1), minlength=len(instance.parallel))
    owner = np.array([party.table is not None for party in instance.problem.parties])
    busier = np.argmax(degree[instance.ends] + owner[instance.ends] * (1 + degree.max()), axis=1)
    anchor = instance.ends[np.arange(len(busier)), busier]
    party_home = np.zeros(instance.present.shape, dtype=np.int64)
    posts = np.zeros((len(instance.crews), len(instance.problem.slots)), dtype=np.int64)
    groups = whiles(instance)
    for slots in groups:
        within = np.isin(start.block, np.unique(start.block_of[slots]))
        chosen = start.pair[taken[within[taken]]]
        parties, crews = _Homes(instance, chosen, anchor, slots, stop, _HOMES_S / len(groups)).found()
        party_home[:, slots] = parties[:, np.newaxis]
        posts[:, slots] = crews[:, np.newaxis]
    here = instance.hall_of[instance.col_place]
    at_home = here == party_home[anchor[instance.col_pair], instance.col_slot]
    settled = np.zeros(len(anchor), dtype=np.bool_)
    settled[instance.col_pair[at_home]] = True
    elsewhere = np.full(len(anchor), -1, dtype=np.int64)  # a hall for those that have no column at their anchor's home
    elsewhere[instance.col_pair] = here
    kept = at_home | (~settled[instance.col_pair] & (here == elsewhere[instance.col_pair]))
    return replace(restricted(instance, kept), posts=posts)


def whiles(instance: Instance) -> list[Ints]:
    """Slots within which walks count, at most so many groups: between two of them there is time for any walk."""
    slots, width = len(instance.problem.slots), len(instance.halls)
    crossed = np.zeros(slots + 1, dtype=np.bool_)  # whether someone may be under way before a slot
    for one, two in (instance.apart // width).tolist():
        crossed[one + 1 : two + 1] = True
    pause = {
        t + 1: (two.start - one.end).total_seconds() for t, (one, two) in enumerate(pairwise(instance.problem.ordered))
    }
    free = [t for t in range(1, slots) if not crossed[t]]
    cuts = sorted(sorted(free, key=lambda t: (-pause[t], t))[: _WHILES - 1])
    return np.split(np.arange(slots), cuts)


class _Homes:
    """A hall for each party and each crew for a while, so that as many of the chosen pairs as can be find table and
    crew there. chosen: with repetitions. anchor: of each pair, the party at whose home it is."""

    def __init__(self, instance: Instance, chosen: Ints, anchor: Ints, slots: Ints, stop: Stop, seconds: float) -> None:
        self.instance, self.slots, self.stop, self.seconds = instance, slots, stop, seconds
        self.width, self.crews = len(instance.halls), len(instance.crews)
        self.chosen = chosen
        self.load = np.zeros((len(instance.parallel), len(instance.teams) + 1))  # the last: those that need nobody
        np.add.at(self.load, (anchor[chosen], instance.needs[chosen]), 1.0)
        self.parties = np.flatnonzero(self.load.sum(axis=1))
        within = np.zeros(len(instance.problem.slots), dtype=np.bool_)
        within[slots] = True
        self.work = [_most(instance, c, within) for c in range(self.crews)]
        self.own: dict[int, int] = {}  # halls of those who have a table of their own
        owned = {instance.problem.tables[place.tables[0]].id: number for number, place in enumerate(instance.places)}
        for k, party in enumerate(instance.problem.parties):
            if party.table in owned:
                self.own[k] = int(instance.hall_of[owned[party.table]])

    def found(self) -> tuple[Ints, Ints]:
        """The halls of parties and of crews."""
        program, count = self._program()
        point = optimum(program, "shortfall", self.stop, self.seconds).point
        party_home = np.arange(len(self.load)) % self.width
        crew_home = np.arange(self.crews) % self.width
        if point is not None:
            party_home[self.parties] = point[:count].reshape(-1, self.width).argmax(axis=1)
            crew_home = point[count : count + self.crews * self.width].reshape(-1, self.width).argmax(axis=1)
        for k, hall in self.own.items():
            party_home[k] = hall
        return party_home, crew_home

    def _program(self) -> tuple[Linear, int]:
        instance, width = self.instance, self.width
        count = len(self.parties) * width
        rows = Rows(lower=[0.0] * (count + self.crews * width), upper=[1.0] * (count + self.crews * width))
        numbers = np.arange(count + self.crews * width)
        rows.capped(numbers // width, numbers, np.ones(len(self.parties) + self.crews))
        for k, party in enumerate(self.parties.tolist()):
            rows.row_lower[0][k] = 1.0
            if party in self.own:
                rows.lower[k * width + self.own[party]] = 1.0
        shared = np.array([self.load[k].sum() * (k not in self.own) for k in self.parties.tolist()])
        cost: list[int] = []
        serving: dict[tuple[int, int], list[int]] = {(c, h): [] for c in range(self.crews) for h in range(width)}
        for h in range(width):
            mine = np.arange(len(self.parties)) * width + h
            over = rows.variable(float(len(self.chosen)))
            cost.append(over)
            rows.weighted(np.append(mine, over), np.append(shared, -1.0), upper=self._tables(h))
            for g in range(len(instance.teams)):
                left = rows.variable(float(len(self.chosen)))
                cost.append(left)
                duty = [rows.variable(float(self.work[c])) for c in instance.teams[g]]
                for c, variable in zip(instance.teams[g], duty, strict=True):
                    serving[c, h].append(variable)
                columns = np.concatenate([mine, [left], duty]).astype(np.int64)
                weights = np.append(self.load[self.parties, g], np.full(1 + len(duty), -1.0))
                rows.weighted(columns, weights, upper=0.0)
        for (c, h), variables in serving.items():
            columns = np.array([*variables, count + c * width + h], dtype=np.int64)
            rows.weighted(columns, np.append(np.ones(len(variables)), -float(self.work[c])), upper=0.0)
        lower, upper, matrix, row_lower, row_upper = rows.arrays()
        weights = np.zeros(len(lower))
        weights[cost] = 1.0
        return Linear(lower, upper, matrix, row_lower, row_upper, {"shortfall": weights}), count

    def _tables(self, hall: int) -> float:
        """Meetings that the tables of a hall hold, without those that are somebody's own."""
        own = {party.table for party in self.instance.problem.parties}
        return float(
            sum(
                place.capacity[self.slots].sum()
                for number, place in enumerate(self.instance.places)
                if self.instance.hall_of[number] == hall and self.instance.problem.tables[place.tables[0]].id not in own
            )
        )


def _most(instance: Instance, c: int, within: Bools) -> int:
    crew = instance.crews[c]
    work = most_work(crew, instance.calendar.stretches, within)
    return work if crew.max_meetings is None else min(work, crew.count * crew.max_meetings)
