"""The fewest breaks, from two sides at once.

Search by cores proves bounds soon and finds plans late. The question whether there is a plan with as many breaks as the
bound, asked without any objective, has the limit to reason with: it finds that plan, or proves the next bound. Either
side tells the other how far it is. Answers that must repeat come from the one after the other.
"""

import math
import threading
from dataclasses import dataclass, field, replace

from matching.presolve import Ints
from matching.stopping import Interrupt, Stop
from matching.timetabling import Answer, Effort, Timetable

_FIRST = 0.25  # share of the work for the plan with as few breaks as the bound, where both take turns


def fewest(timetable: Timetable, low: int, high: int, effort: Effort, stop: Stop, seed: int, hint: Ints) -> Answer:
    """The point of fewest breaks and the bound proved. low: a bound known before, >= 0. high: the breaks of `hint`."""
    timetable.cost("breaks")  # counted once, before two searches read the model
    climb = _Climb(timetable, stop, seed, low, high)
    if effort.work is not None:
        climb.run(replace(effort, work=_FIRST * effort.work))
        if not climb.over.is_set():
            effort = replace(effort, work=(1 - _FIRST) * effort.work)
            climb.core = timetable.search("breaks", effort, stop, seed, hint)
        return climb.answer()
    thread = threading.Thread(target=climb.run, args=(effort,), daemon=True)
    thread.start()
    both = replace(stop, interrupt=_Any((stop.interrupt, climb.over)))
    try:
        climb.core = timetable.search("breaks", effort, both, seed, hint, tell=climb.raised)
    finally:
        climb.over.set()
        thread.join()
    return climb.answer()


@dataclass(frozen=True, slots=True)
class _Any:
    """Set where any of some is."""

    those: tuple[Interrupt, ...]

    def is_set(self) -> bool:
        return any(one.is_set() for one in self.those)


@dataclass(frozen=True, slots=True)
class _Passed:
    """Set once a bound is above the limit that is being tried."""

    climb: "_Climb"
    tried: int

    def is_set(self) -> bool:
        return self.climb.low > self.tried


@dataclass
class _Climb:
    """One limit after the other, from the best bound known; point: of the first that can be kept."""

    timetable: Timetable
    stop: Stop
    seed: int
    low: int
    high: int
    point: Ints | None = None
    core: Answer | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def raised(self, bound: float) -> None:
        if math.isfinite(bound):
            self.low = max(self.low, math.ceil(bound - 1e-6))

    def run(self, effort: Effort) -> None:
        began, work = self.stop.elapsed(), effort.work
        while self.low < self.high and not _Any((self.stop.interrupt, self.over)).is_set():
            tried = self.low
            ends = _Any((self.stop.interrupt, self.over, _Passed(self, tried)))
            left = Effort(work=work) if work is not None else Effort(effort.seconds - (self.stop.elapsed() - began))
            answer = self.timetable.within(tried, left, replace(self.stop, interrupt=ends), self.seed)
            work = None if work is None else max(work - answer.work, 0.0)
            if answer.point is not None:
                self.point = answer.point
                self.over.set()
            elif answer.infeasible:
                self.low = max(self.low, tried + 1)
            elif self.low == tried:
                return
        if self.low >= self.high:
            self.over.set()

    def answer(self) -> Answer:
        """What both found. Where the core search alone ended, it has proved its own point."""
        core = self.core
        if self.point is not None:
            return Answer(self.point, float(self.low), is_best=True)
        if core is None or self.low >= self.high:
            return Answer(None, float(min(self.low, self.high)))
        known = max(float(self.low), core.bound or 0.0)
        return replace(core, bound=None if core.infeasible else known)
