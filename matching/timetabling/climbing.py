"""Minimise breaks from below and above at the same time.

Core-guided search raises the bound quickly and finds plans late. A decision problem "at most as many breaks as
the bound", without objective, either finds the optimum or raises the bound; while it is slow, large
neighbourhood search lowers the breaks from above. If tables are scarce, core-guided search first runs on a
second model that counts one party of each meeting instead of both: either model may be ten times faster.
Core-guided search depends on chance, so a small model is searched a second time with another seed. All searches
share their bounds. If answers must repeat, the searches run one after the other.
"""

import math
import threading
from dataclasses import dataclass, field, replace

from matching.choosing.program import Program
from matching.choosing.tally import breaks_by_party
from matching.presolve import Ints
from matching.stopping import Interrupt, Stop
from matching.timetabling.model import Effort, SearchResult, TimetableModel
from matching.timetabling.neighbourhoods import Descent

_PART = 0.2  # share of the work for the second model, for the decision problems and for the neighbourhoods
_SECOND_MODEL, _SECOND_MODEL_S = 0.4, 4.0  # second model: share of the time, and most seconds
_SECOND_SEARCH, _SECOND_SEARCH_S = 0.4, 20.0  # second search of the first model: share of the time, and most seconds
_SMALL = 6_000  # number of free variables up to which the second search is run
_TURN_S = 2.0  # seconds of the first turn of each search
_LONG = 0.5  # share of the time for the first decision problem if work limits of interpreters are modelled


def minimise_breaks(
    timetable: TimetableModel, descent: Descent, low: int, effort: Effort, stop: Stop, seed: int
) -> SearchResult:
    """Return the point with the fewest breaks found and the bound proved.

    descent: start of the neighbourhood search. low: a known bound.
    """
    timetable.cost("breaks")  # built once, before two threads read the model
    climb = _Climb(timetable, descent, stop, seed, low)
    if effort.work is not None:
        climb.in_turn(effort.work)
        return climb.answer()
    thread = threading.Thread(target=climb.run, args=(effort,), daemon=True)
    start = descent.point
    thread.start()
    both = replace(stop, interrupt=_AnyInterrupt((stop.interrupt, climb.over)))
    try:
        climb.core = timetable.search("breaks", effort, both, seed, start, tell=climb.raised)
    finally:
        climb.over.set()
        thread.join()
    return climb.answer()


@dataclass(frozen=True, slots=True)
class _AnyInterrupt:
    """Interrupt that is set if any of several is set."""

    those: tuple[Interrupt, ...]

    def is_set(self) -> bool:
        return any(one.is_set() for one in self.those)


@dataclass(frozen=True, slots=True)
class _BoundPassed:
    """Interrupt that is set when a bound has passed the limit being tried."""

    climb: "_Climb"
    tried: int

    def is_set(self) -> bool:
        return self.climb.low > self.tried


@dataclass
class _Climb:
    """Searches with rising limits on breaks. low: best bound so far. point: an optimal point, once found."""

    timetable: TimetableModel
    descent: Descent
    stop: Stop
    seed: int
    low: int
    point: Ints | None = None
    core: SearchResult | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def raised(self, bound: float) -> None:
        if math.isfinite(bound):
            self.low = max(self.low, math.ceil(bound - 1e-6))

    def run(self, effort: Effort) -> None:
        """Run decision problems and neighbourhoods in turns of growing length, until bound and breaks meet.

        The search also ends with its time.
        """
        ends = self.stop.elapsed() + effort.seconds
        self._search_second_model(Effort(min(_SECOND_MODEL * effort.seconds, _SECOND_MODEL_S)))
        if not self._is_over and self.timetable.service is None and len(self.timetable.free) <= _SMALL:
            self._search_again(Effort(min(_SECOND_SEARCH * effort.seconds, _SECOND_SEARCH_S)))
        turn = _TURN_S if self.timetable.service is None else max(_TURN_S, _LONG * effort.seconds)
        while not self._is_over and self.stop.elapsed() < ends:
            self.raise_bound(Effort(min(turn, ends - self.stop.elapsed())))
            if self.timetable.service is not None and not self._is_over:
                self.bisect(Effort(min(turn, ends - self.stop.elapsed())))
            cut = replace(self.stop, interrupt=_AnyInterrupt((self.stop.interrupt, self.over)))
            self.descent.run(self.low, Effort(min(turn, ends - self.stop.elapsed())), cut)
            if self.descent.breaks <= self.low:
                self.over.set()
            turn *= 2
            self.seed += 1  # another search of the same decision problem, if it is repeated

    def in_turn(self, work: float) -> None:
        """Run each search once, one after the other; core-guided search gets the rest of the work."""
        part = Effort(work=_PART * work)
        self._search_second_model(part)
        if not self._is_over:
            self.raise_bound(part)
        if not self._is_over:
            self.descent.run(self.low, part, self.stop)
        if not self._is_over and self.descent.breaks > self.low:
            rest = Effort(work=(1 - 3 * _PART) * work)
            self.core = self.timetable.search("breaks", rest, self.stop, self.seed, self.descent.point)

    @property
    def _is_over(self) -> bool:
        return self.over.is_set() or self.stop.interrupt.is_set()

    def _search_second_model(self, effort: Effort) -> None:
        self._race(effort, self.seed, self.descent.point, by_hosts=True)

    def _search_again(self, effort: Effort) -> None:
        self._race(effort, self.seed + 1, None, by_hosts=False)

    def _race(self, effort: Effort, seed: int, hint: Ints | None, *, by_hosts: bool) -> None:
        """Run core-guided search on a separate model, if tables are scarce."""
        if not self.timetable.counts_slots or self.timetable.is_limited:
            return
        twin = TimetableModel(self.timetable.program, breaks=True, by_hosts=by_hosts)
        cut = replace(self.stop, interrupt=_AnyInterrupt((self.stop.interrupt, self.over)))
        answer = twin.search("breaks", effort, cut, seed, hint, tell=self.raised)
        if answer.bound is not None:
            self.raised(answer.bound)
        if answer.is_best:
            self.point = answer.point
            self.over.set()

    def bisect(self, effort: Effort) -> None:
        """Bisect between bound and breaks with decision problems, as long as plans are found."""
        ends = self.stop.elapsed() + effort.seconds
        while self.low + 1 < self.descent.breaks and not self._is_over and self.stop.elapsed() < ends:
            tried = (self.low + self.descent.breaks) // 2
            until = _AnyInterrupt((self.stop.interrupt, self.over, _BoundPassed(self, tried)))
            left = Effort(ends - self.stop.elapsed())
            answer = self.timetable.within(tried, left, replace(self.stop, interrupt=until), self.seed)
            if answer.infeasible:
                self.low = max(self.low, tried + 1)
            elif answer.point is None:
                return
            else:
                self.descent.take(answer.point)

    def raise_bound(self, effort: Effort) -> None:
        """Solve decision problems with the current bound as limit, until one has a plan or the effort ends."""
        began, work = self.stop.elapsed(), effort.work
        while self.low < self.descent.breaks and not self._is_over:
            tried = self.low
            ends = _AnyInterrupt((self.stop.interrupt, self.over, _BoundPassed(self, tried)))
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
        if self.low >= self.descent.breaks:
            self.over.set()

    def answer(self) -> SearchResult:
        """Return the best point that any search found and the best bound that one proved."""
        core = self.core or SearchResult(None)
        low = max(float(self.low), core.bound or 0.0)
        if self.point is not None:
            return SearchResult(self.point, float(self.low), is_best=True)
        if core.is_best:
            return core
        breaks = self.descent.breaks
        if core.point is not None and total_breaks(self.descent.program, core.point) < breaks:
            return replace(core, bound=low)
        return SearchResult(self.descent.point, min(low, float(breaks)), is_best=low >= breaks)


def total_breaks(program: Program, point: Ints) -> int:
    """Return the number of breaks of all parties."""
    return sum(breaks_by_party(program.instance, point).values())
