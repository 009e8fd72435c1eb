"""The fewest breaks, from two sides at once.

Search by cores proves bounds soon and finds plans late. The question whether there is a plan with as many breaks as the
bound, asked without any objective, has the limit to reason with: it finds that plan, or proves the next bound. Where it
takes long to answer, neighbourhoods lower the breaks from above meanwhile. Before that, where tables are scarce, cores
search a second model, which counts one party of each meeting instead of both: either may take ten times as long as the
other. What cores take for the same model hangs on chance, too: of a small one a second search begins elsewhere. Each
side tells the other how far it is. Answers that must repeat come from the one after the other.
"""

import math
import threading
from dataclasses import dataclass, field, replace

from matching.choosing.program import Program
from matching.choosing.tally import breaks_by_party
from matching.presolve import Ints
from matching.stopping import Interrupt, Stop
from matching.timetabling.model import Answer, Effort, Timetable
from matching.timetabling.neighbourhoods import Descent

_PART = 0.2  # share of the work for the second model, for the way up and for that down, where all take turns
_TWIN, _TWIN_S = 0.4, 4.0  # share of the time for the second model, and the most seconds
_AGAIN, _AGAIN_S = 0.4, 20.0  # the same for a second search of the first model
_SMALL = 6_000  # free variables up to which the end of a search by cores is near enough to be raced for
_TURN_S = 2.0  # seconds of the first turn up and the first turn down
_LONG = 0.5  # share of the time for the first turn up where interpreters are told how long they work: it is soon done


def fewest(timetable: Timetable, descent: Descent, low: int, effort: Effort, stop: Stop, seed: int) -> Answer:
    """The point of fewest breaks found and the bound proved. descent: from where to start. low: a bound known."""
    timetable.cost("breaks")  # counted once, before two searches read the model
    climb = _Climb(timetable, descent, stop, seed, low)
    if effort.work is not None:
        climb.in_turn(effort.work)
        return climb.answer()
    thread = threading.Thread(target=climb.run, args=(effort,), daemon=True)
    start = descent.point
    thread.start()
    both = replace(stop, interrupt=_Any((stop.interrupt, climb.over)))
    try:
        climb.core = timetable.search("breaks", effort, both, seed, start, tell=climb.raised)
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
    descent: Descent
    stop: Stop
    seed: int
    low: int
    point: Ints | None = None
    core: Answer | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def raised(self, bound: float) -> None:
        if math.isfinite(bound):
            self.low = max(self.low, math.ceil(bound - 1e-6))

    def run(self, effort: Effort) -> None:
        """Up and down in turns, ever longer ones, until both meet or the time is over."""
        ends = self.stop.elapsed() + effort.seconds
        self._twin(Effort(min(_TWIN * effort.seconds, _TWIN_S)))
        if not self._is_over and self.timetable.service is None and len(self.timetable.free) <= _SMALL:
            self._again(Effort(min(_AGAIN * effort.seconds, _AGAIN_S)))
        turn = _TURN_S if self.timetable.service is None else max(_TURN_S, _LONG * effort.seconds)
        while not self._is_over and self.stop.elapsed() < ends:
            self.climb(Effort(min(turn, ends - self.stop.elapsed())))
            if self.timetable.service is not None and not self._is_over:
                self.ask(Effort(min(turn, ends - self.stop.elapsed())))
            cut = replace(self.stop, interrupt=_Any((self.stop.interrupt, self.over)))
            self.descent.run(self.low, Effort(min(turn, ends - self.stop.elapsed())), cut)
            if self.descent.breaks <= self.low:
                self.over.set()
            turn *= 2
            self.seed += 1  # another search of the same question, if it is still the same

    def in_turn(self, work: float) -> None:
        """Each once, the rest for cores."""
        part = Effort(work=_PART * work)
        self._twin(part)
        if not self._is_over:
            self.climb(part)
        if not self._is_over:
            self.descent.run(self.low, part, self.stop)
        if not self._is_over and self.descent.breaks > self.low:
            rest = Effort(work=(1 - 3 * _PART) * work)
            self.core = self.timetable.search("breaks", rest, self.stop, self.seed, self.descent.point)

    @property
    def _is_over(self) -> bool:
        return self.over.is_set() or self.stop.interrupt.is_set()

    def _twin(self, effort: Effort) -> None:
        self._race(effort, self.seed, self.descent.point, by_hosts=True)

    def _again(self, effort: Effort) -> None:
        self._race(effort, self.seed + 1, None, by_hosts=False)

    def _race(self, effort: Effort, seed: int, hint: Ints | None, *, by_hosts: bool) -> None:
        """Cores on a model of one's own, where tables are scarce."""
        if not self.timetable.counts_slots or self.timetable.is_limited:
            return
        twin = Timetable(self.timetable.program, breaks=True, by_hosts=by_hosts)
        cut = replace(self.stop, interrupt=_Any((self.stop.interrupt, self.over)))
        answer = twin.search("breaks", effort, cut, seed, hint, tell=self.raised)
        if answer.bound is not None:
            self.raised(answer.bound)
        if answer.is_best:
            self.point = answer.point
            self.over.set()

    def ask(self, effort: Effort) -> None:
        """Plans with half the breaks above the bound, and half of those, for as long as such are found."""
        ends = self.stop.elapsed() + effort.seconds
        while self.low + 1 < self.descent.breaks and not self._is_over and self.stop.elapsed() < ends:
            tried = (self.low + self.descent.breaks) // 2
            until = _Any((self.stop.interrupt, self.over, _Passed(self, tried)))
            left = Effort(ends - self.stop.elapsed())
            answer = self.timetable.within(tried, left, replace(self.stop, interrupt=until), self.seed)
            if answer.infeasible:
                self.low = max(self.low, tried + 1)
            elif answer.point is None:
                return
            else:
                self.descent.take(answer.point)

    def climb(self, effort: Effort) -> None:
        began, work = self.stop.elapsed(), effort.work
        while self.low < self.descent.breaks and not self._is_over:
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
        if self.low >= self.descent.breaks:
            self.over.set()

    def answer(self) -> Answer:
        """The least that any of them found, and the most that one proved."""
        core = self.core or Answer(None)
        low = max(float(self.low), core.bound or 0.0)
        if self.point is not None:
            return Answer(self.point, float(self.low), is_best=True)
        if core.is_best:
            return core
        breaks = self.descent.breaks
        if core.point is not None and total(self.descent.program, core.point) < breaks:
            return replace(core, bound=low)
        return Answer(self.descent.point, min(low, float(breaks)), is_best=low >= breaks)


def total(program: Program, point: Ints) -> int:
    """The breaks of all parties."""
    return sum(breaks_by_party(program.instance, point).values())
