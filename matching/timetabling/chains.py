"""Reduce breaks by simulated annealing over Kempe chains, thousands of steps per second.

A step moves a meeting to another slot; the meetings of its parties there move to the slot it came from, and so
on (a Kempe chain of two colours). Each party keeps its number of meetings, so only the order of its day
changes. Interpreters keep their working slots and their rest; their meetings are matched anew. Steps that add
breaks are accepted with a probability that falls over time.
Source: Thompson and Dowsland, A robust simulated annealing based examination timetabling system (1998).
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import numpy as np

from matching.choosing.aggregate import SUITED
from matching.choosing.program import Program
from matching.presolve import Ints
from matching.stopping import Stop
from matching.timetabling.model import Effort

_WARM, _COLD = 0.6, 0.12  # temperatures at the start and at the end, in breaks
_STEPS = 4_000  # number of chains counted as one unit of deterministic solver work
_ROUND = 200  # chains between two checks of the clock
_LONGEST = 40  # most meetings in one chain
_MOST = 5_000  # most chains per meeting, whatever the time limit: more do not help a small event


def suits(program: Program) -> bool:
    """Whether chains respect every rule of the program.

    Length 1, no parallel meetings, no orders, no walks, no limit of meetings in a row.
    """
    instance = program.instance
    plain = int(instance.length.max(initial=1)) == 1 and not any(pair.after for pair in instance.problem.pairs)
    alone = not instance.problem.walk and int(instance.parallel.max(initial=1)) == 1
    plain = plain and all(party.max_consecutive is None for party in instance.problem.parties)
    return plain and alone and program.tiers.keys() <= SUITED


def anneal(program: Program, point: Ints, rng: Random, effort: Effort, stop: Stop, least: int) -> Ints:
    """Return a point with the same pairs and few breaks, found until there are `least` breaks or the effort ends."""
    chains = _Chains(program, point, rng)
    if not chains.pairs:
        return point
    best, fewest = chains.slots.copy(), chains.breaks
    for warmth in _cooling(effort, stop, _MOST * len(chains.pairs)):
        for _ in range(_ROUND):
            chains.step(warmth)
            if chains.breaks < fewest:
                best, fewest = chains.slots.copy(), chains.breaks
        if fewest <= least:
            break
    chains.back(best)
    return chains.point()


def _cooling(effort: Effort, stop: Stop, most: int) -> Iterator[float]:
    """Yield temperatures that fall geometrically with the share of the effort used, or of `most` chains."""
    began, rounds = stop.elapsed(), 0
    while not stop.interrupt.is_set():
        if effort.work is not None:
            spent = rounds * _ROUND / (effort.work * _STEPS)
        else:
            spent = (stop.elapsed() - began) / max(effort.seconds, 1e-9)
        spent = max(spent, rounds * _ROUND / most)
        if spent >= 1:
            return
        yield _WARM * (_COLD / _WARM) ** spent
        rounds += 1


@dataclass
class _Chains:
    """State of the annealing: the slot of each meeting. Meetings are numbered.

    busy: for each party its slots as bits, with one free bit between days. at: for each party the meeting in
    each slot.
    """

    program: Program
    start: Ints
    rng: Random
    breaks: int = 0
    slots: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        program, instance = self.program, self.program.instance
        held = np.flatnonzero(self.start[: program.columns])
        self.pairs = instance.col_pair[held].tolist()
        self.slots = instance.col_slot[held].tolist()
        self.ends = [tuple(ends) for ends in instance.ends[self.pairs].tolist()]
        self.teams = instance.needs[self.pairs].tolist()
        self.pools = instance.col_pool[held].tolist()
        number = {pair: m for m, pair in enumerate(self.pairs)}
        self.able: list[dict[int, int]] = [{} for _ in self.pairs]  # slot -> column with the same table pool
        for j in np.flatnonzero(program.upper[: program.columns] > 0).tolist():
            m = number.get(int(instance.col_pair[j]))
            if m is not None and instance.col_pool[j] == self.pools[m]:
                self.able[m][int(instance.col_slot[j])] = j
        self.choices = [sorted(slots) for slots in self.able]
        self.free = [list(pool.capacity) for pool in instance.pools]
        self.bit = {t: t + int(instance.calendar.day_of[t]) for day in instance.calendar.days for t in day}
        self.days = [sum(1 << self.bit[t] for t in day) for day in instance.calendar.days]
        self.busy = [0] * len(instance.parallel)
        self.at: list[dict[int, int]] = [{} for _ in instance.parallel]
        for m, t in enumerate(self.slots):
            self.free[self.pools[m]][t] -= 1
            for party in self.ends[m]:
                self.busy[party] |= 1 << self.bit[t]
                self.at[party][t] = m
        self.breaks = sum(map(self._breaks, self.busy))
        self._staff()

    def _staff(self) -> None:
        """Record the interpreters of each slot: units[slot] are the crews at work, serving[slot] their meetings."""
        program, instance = self.program, self.program.instance
        slots = len(instance.problem.slots)
        self.units: list[list[int]] = [[] for _ in range(slots)]
        self.serving: list[list[int]] = [[] for _ in range(slots)]
        self.unit_of = [-1] * len(self.pairs)
        waiting: dict[tuple[int, int], list[int]] = defaultdict(list)
        for m, t in enumerate(self.slots):
            if self.teams[m] >= 0:
                waiting[self.teams[m], t].append(m)
        counts = self.start[program.columns : program.columns + len(program.duty)].tolist()
        at_work: dict[tuple[int, int], int] = defaultdict(int)
        for (team, crew, slot, _), count in zip(program.duty.tolist(), counts, strict=True):
            for _ in range(count):  # a point may contain more duties than meetings
                m = waiting[team, slot].pop() if waiting[team, slot] else -1
                if m >= 0:
                    self.unit_of[m] = len(self.units[slot])
                self.units[slot].append(crew)
                self.serving[slot].append(m)
                at_work[crew, slot] += 1
        for c, crew in enumerate(instance.crews):
            if crew.max_consecutive is None and crew.max_meetings is None:  # members without limits can also serve more
                for t in np.flatnonzero(crew.open).tolist():
                    idle = crew.count - at_work[c, t]
                    self.units[t].extend([c] * idle)
                    self.serving[t].extend([-1] * idle)
        self.crews_of = [frozenset(team) for team in instance.teams]

    def _breaks(self, busy: int) -> int:
        runs = (busy & ~(busy << 1)).bit_count()
        return runs - sum(1 for day in self.days if busy & day)

    def step(self, warmth: float) -> None:
        """Try one chain from a random meeting; accept it by the annealing rule if interpreters can serve it."""
        m = self.rng.randrange(len(self.pairs))
        there, back = self.rng.choice(self.choices[m]), self.slots[m]
        if there == back:
            return
        chain = self._chain(m, there, back)
        if chain is None:
            return
        parties: dict[int, int] = {}
        swap = (1 << self.bit[there]) | (1 << self.bit[back])
        for one in chain:
            for party in self.ends[one]:
                parties[party] = parties.get(party, 0) + 1
        gain = 0
        for party, count in parties.items():
            if count == 1:
                gain += self._breaks(self.busy[party] ^ swap) - self._breaks(self.busy[party])
        if gain > 0 and self.rng.random() >= math.exp(-gain / warmth):
            return
        if self._serve(chain, there, back):
            self._move(chain, there, back)
            self.breaks += gain

    def _chain(self, first: int, there: int, back: int) -> list[int] | None:
        """Return the meetings that change slots together with `first`; None if one cannot or no table is free."""
        chain, seen = [first], {first}
        tables: dict[int, int] = defaultdict(int)
        for m in chain:
            goes = back if self.slots[m] == there else there
            if goes not in self.able[m] or len(chain) > _LONGEST:
                return None
            tables[self.pools[m]] += 1 if goes == there else -1
            for party in self.ends[m]:
                other = self.at[party].get(goes)
                if other is not None and other not in seen:
                    seen.add(other)
                    chain.append(other)
        for pool, more in tables.items():
            if more > self.free[pool][there] or -more > self.free[pool][back]:
                return None
        return chain

    def _serve(self, chain: list[int], there: int, back: int) -> bool:
        """Assign interpreters to the moving meetings in their new slots; if impossible, restore the old ones."""
        moving = [m for m in chain if self.teams[m] >= 0]
        if not moving:
            return True
        before = {t: self.serving[t].copy() for t in (there, back)}
        were = {m: self.unit_of[m] for t in (there, back) for m in self.serving[t] if m >= 0}
        for m in moving:
            self.serving[self.slots[m]][self.unit_of[m]] = -1
        for m in moving:
            if not self._find(m, back if self.slots[m] == there else there, set()):
                self.serving[there], self.serving[back] = before[there], before[back]
                for other, unit in were.items():
                    self.unit_of[other] = unit
                return False
        return True

    def _find(self, m: int, slot: int, seen: set[int]) -> bool:
        """Assign an interpreter to a meeting in a slot, by augmenting paths."""
        able, serving = self.crews_of[self.teams[m]], self.serving[slot]
        for unit, crew in enumerate(self.units[slot]):
            if serving[unit] < 0 and crew in able:
                serving[unit], self.unit_of[m] = m, unit
                return True
        for unit, crew in enumerate(self.units[slot]):
            if crew in able and unit not in seen:
                seen.add(unit)
                if self._find(serving[unit], slot, seen):
                    serving[unit], self.unit_of[m] = m, unit
                    return True
        return False

    def _move(self, chain: list[int], there: int, back: int) -> None:
        """Exchange the slots of all meetings in the chain."""
        for m in chain:
            for party in self.ends[m]:
                self.busy[party] &= ~(1 << self.bit[self.slots[m]])
                del self.at[party][self.slots[m]]
            self.free[self.pools[m]][self.slots[m]] += 1
        for m in chain:
            self.slots[m] = goes = back if self.slots[m] == there else there
            self.free[self.pools[m]][goes] -= 1
            for party in self.ends[m]:
                self.busy[party] |= 1 << self.bit[goes]
                self.at[party][goes] = m

    def back(self, slots: list[int]) -> None:
        """Put all meetings back in the given slots."""
        self.slots = list(slots)

    def point(self) -> Ints:
        """Return the point of the program for the current slots, with interpreters matched anew."""
        program = self.program
        point = self.start.copy()
        point[: program.columns + len(program.duty)] = 0
        duty = {tuple(key[:3]): program.columns + n for n, key in enumerate(program.duty.tolist())}
        self.serving = [[-1] * len(units) for units in self.units]
        for m, slot in enumerate(self.slots):
            point[self.able[m][slot]] = 1
            if self.teams[m] >= 0 and not self._find(m, slot, set()):
                raise AssertionError("interpreters who served these meetings do so no longer")
        for m, slot in enumerate(self.slots):
            if self.teams[m] >= 0:
                point[duty[self.teams[m], self.units[slot][self.unit_of[m]], slot]] += 1
        return point
