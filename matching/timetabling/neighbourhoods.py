"""Large neighbourhood search for fewer breaks: search a part of the timetable exactly, with the rest fixed.

A part is a party with breaks and its partners, or the meetings of some adjacent slots. Source: Shaw, Using
constraint programming and local search methods to solve vehicle routing problems (1998).
"""

from dataclasses import dataclass
from random import Random

import numpy as np

from matching.choosing.program import Program
from matching.choosing.tally import breaks_by_party
from matching.presolve import Bools, Ints
from matching.stopping import Stop
from matching.timetabling.model import Effort, TimetableModel

_PATIENCE = 150  # neighbourhoods without gain before the search ends
_WORK = 0.1  # deterministic time of one neighbourhood, about seconds
_REASSIGN = 0.15  # share of neighbourhoods in which interpreters may change their working slots, a harder model
_SMALLEST, _LARGEST = 40, 4_000  # bounds on the number of free columns of a neighbourhood


@dataclass
class Descent:
    """State of the search. size: wanted number of free columns, adapted to what is solved quickly."""

    program: Program
    point: Ints
    rng: Random
    breaks: int
    worst: int
    size: int = 400
    idle: int = 0
    rounds: int = 0

    def run(self, least: int, effort: Effort, stop: Stop) -> None:
        """Search until there are `least` breaks, the effort is used up, or nothing more is gained."""
        began = stop.elapsed()
        while self.breaks > least and self.idle < _PATIENCE and not stop.interrupt.is_set():
            if effort.work is not None and self.rounds * _WORK >= effort.work:
                break
            if effort.work is None and stop.elapsed() - began >= effort.seconds:
                break
            self._step(effort, stop, began)
            self.rounds += 1

    def _step(self, effort: Effort, stop: Stop, began: float) -> None:
        """Search one neighbourhood and adapt the size of the next one."""
        free = self._by_party() if self.rng.random() < 0.7 else self._by_hours()
        duties = self.rng.random() < _REASSIGN
        timetable = TimetableModel(self._around(free, duties), breaks=True)
        left = np.inf if effort.work is not None else effort.seconds - (stop.elapsed() - began)
        # too little time for core-guided search, which finds no point before it ends
        given = Effort(seconds=left, work=_WORK)
        answer = timetable.search("breaks", given, stop, self.rng.randrange(2**31), self.point, cores=False)
        self.size = int(self.size * (1.1 if answer.is_best else 0.8))
        self.size = min(max(self.size, _SMALLEST), _LARGEST)
        self.idle += 1
        if answer.point is None:
            return
        self.take(answer.point)

    def take(self, point: Ints) -> None:
        """Continue from the point, unless it is worse."""
        by_party = breaks_by_party(self.program.instance, point).values()
        breaks, worst = sum(by_party), max(by_party, default=0)
        if (breaks, worst) <= (self.breaks, self.worst):
            self.idle = 0 if (breaks, worst) < (self.breaks, self.worst) else self.idle
            self.point, self.breaks, self.worst = point, breaks, worst

    def _around(self, free: Bools, duties: bool) -> Program:
        """Return the program in which all columns except the free ones are fixed.

        Duties are fixed too; if `duties`, only those in slots without a free column are.
        """
        program = self.program
        lower, upper = program.lower.copy(), program.upper.copy()
        fixed = np.flatnonzero(~free)
        lower[fixed] = upper[fixed] = self.point[fixed]
        kept = np.ones(len(program.duty), dtype=np.bool_)
        if duties:
            kept = ~np.isin(program.duty[:, 2], program.instance.col_slot[free])
        crews = program.columns + np.flatnonzero(kept)
        lower[crews] = upper[crews] = self.point[crews]
        return program.bounded(lower, upper, program.row_lower, program.row_upper)

    def _by_party(self) -> Bools:
        """Return all columns of some parties: one with breaks, then its partners and theirs, up to the wanted size."""
        instance = self.program.instance
        breaks = breaks_by_party(instance, self.point)
        torn = sorted(party for party, count in breaks.items() if count)
        chosen = [self.rng.choice(torn)]
        held = instance.ends[instance.col_pair[np.flatnonzero(self.point[: self.program.columns])]]
        live = self.program.upper[: self.program.columns] > 0
        ends = instance.ends[instance.col_pair]
        free = np.zeros(self.program.columns, dtype=np.bool_)
        seen = set(chosen)
        while chosen and free.sum() < self.size:
            party = chosen.pop(0)
            free |= live & (ends == party).any(axis=1)
            partners = sorted(set(held[(held == party).any(axis=1)].reshape(-1).tolist()) - seen)
            self.rng.shuffle(partners)
            seen.update(partners)
            chosen.extend(partners)
            if not chosen and torn:
                chosen.append(self.rng.choice(torn))
                torn.remove(chosen[-1])
        return free

    def _by_hours(self) -> Bools:
        """Return the columns, within some adjacent slots, of the pairs that are held there."""
        instance = self.program.instance
        day = self.rng.choice(instance.calendar.days)
        live = self.program.upper[: self.program.columns] > 0
        held = self.point[: self.program.columns] > 0
        first = self.rng.randrange(len(day))
        free = np.zeros(self.program.columns, dtype=np.bool_)
        for last in range(first + 1, len(day)):
            inside = np.isin(instance.col_slot, day[first : last + 1])
            there = np.zeros(len(instance.length), dtype=np.bool_)
            there[instance.col_pair[held & inside]] = True
            wider = live & inside & there[instance.col_pair]
            if wider.sum() > self.size and free.any():
                break
            free = wider
        return free
