"""Optimise the tiers breaks, worst and moves without worsening an earlier tier."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np

from matching.choosing.choice import Choice, Tell, effort, limit
from matching.choosing.deciding import fix_decided_pairs
from matching.choosing.linear import rounded
from matching.choosing.program import LINEAR_TIERS, MAXIMISED, Program
from matching.choosing.tally import breaks_by_party, moves
from matching.problem import Goal
from matching.staffing.naming import assign_tables, kept_tables
from matching.staffing.seating import Seating
from matching.stopping import Stop
from matching.timetabling.blocks import forced_breaks
from matching.timetabling.chains import anneal, suits
from matching.timetabling.climbing import minimise_breaks
from matching.timetabling.model import GRAIN, TimetableModel
from matching.timetabling.neighbourhoods import Descent

_JOINT = 4_000  # number of seat variables up to which tables are part of the model
_LEAST_S = 0.2  # least seconds for which a model is built
_WHOLE = 12_000  # number of columns up to which the program is one CP-SAT model
_BEFORE_EXACT, _INSTEAD_OF_EXACT = 0.12, 0.7  # share of the time for annealing


def improve(choice: Choice, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell) -> Choice:
    """Return the choice after the remaining tiers of `goals` are optimised."""
    before = {goal.tier: limit(goal, choice.achieved(goal.tier)) for goal in goals[: choice.settled]}
    search = _Search(choice, stop, seed, before, breaks=any(goal.tier in ("breaks", "worst") for goal in goals))
    for goal in goals[choice.settled :]:
        search.settle(goal)
        if goal.tier == "value":
            tell(count(search.choice, "value"), search.choice.bounds["value"])
    return search.choice


@dataclass
class _Search:
    """Choice so far, and the limits set by tiers that are not in its program."""

    choice: Choice
    stop: Stop
    seed: int
    before: Mapping[str, float]  # limits of the tiers that the choice settled before
    breaks: bool
    limits: list[tuple[str, float]] = field(default_factory=list)
    limited: int = 0  # number of limits already in the model
    model: TimetableModel | None = None

    def timetable(self) -> TimetableModel:
        if self.model is None:
            self.model = TimetableModel(self.choice.program, breaks=self.breaks)
        for tier, most in self.limits[self.limited :]:
            if tier != "moves" or self._is_joint():
                self.model.limit(tier, most)
        self.limited = len(self.limits)
        return self.model

    def _size(self) -> int:
        """Return the number of columns that the program can still use."""
        program = self.choice.program
        return int((program.upper[: program.columns] > 0).sum())

    def _is_joint(self) -> bool:
        return Seating.size(self.choice.program) <= _JOINT

    def settle(self, goal: Goal) -> None:
        """Optimise one more tier: improve the point, prove a bound, and set a limit."""
        if goal.tier not in LINEAR_TIERS and not self.limits and self.choice.point is not None:
            program = fix_decided_pairs(self.choice.program, self.choice.point, self.stop, self.before)
            self.choice = replace(self.choice, program=program)
        best = self._trivial(goal.tier)
        if goal.tier == "moves" and self.choice.tables is None:
            self.choice = replace(self.choice, tables=_tables(self.choice, self.stop))
        reached = count(self.choice, goal.tier)
        if reached != best and goal.tier == "breaks" and not self.limits:
            reached = self._anneal(int(best))
            best = max(best, self._whole(goal.tier, 0.75)) if reached > best else best
            reached = self._descend(int(best), 0.5)
        elif reached != best:
            bound = self._whole(goal.tier, 0.5)
            best = min(best, bound) if goal.tier in MAXIMISED else max(best, bound)
            reached = count(self.choice, goal.tier)
        best = max(best, reached) if goal.tier in MAXIMISED else min(best, reached)
        self.limits.append((goal.tier, limit(goal, reached)))
        self.choice = self.choice.bounded(goal.tier, best if math.isfinite(best) else None)

    def _trivial(self, tier: str) -> float:
        """Return a bound that needs no search, from breaks that availability forces.

        If there are any breaks, some party has at least one.
        """
        if tier in MAXIMISED:
            return math.inf
        if tier not in ("breaks", "worst"):
            return 0.0
        forced = forced_breaks(self.choice.program)
        if tier == "breaks":
            return float(forced.sum())
        return max(float(forced.max(initial=0)), min(1.0, self.choice.bounds.get("breaks") or 0.0))

    def _whole(self, tier: str, share: float) -> float:
        """Search the whole program for the tier; keep a better choice and return the bound proved."""
        program = self.choice.program
        unknown = math.inf if tier in MAXIMISED else 0.0
        if self.stop.interrupt.is_set() or (self.stop.iterations is None and self.stop.remaining() < _LEAST_S):
            return unknown
        if self._size() > _WHOLE:
            return unknown
        if tier == "moves" and not self._is_joint():
            return unknown
        given, point = effort(self.stop, share), self.choice.point
        if tier == "breaks":
            found = minimise_breaks(
                self.timetable(), self._descent(), int(self._trivial(tier)), given, self.stop, self.seed
            )
        else:
            found = self.timetable().search(tier, given, self.stop, self.seed, point, self.choice.tables)
        if found.point is not None:
            better = replace(self.choice, point=found.point, tables=found.tables)
            gain = count(better, tier) - count(self.choice, tier)
            if (gain if tier in MAXIMISED else -gain) >= 0:
                self.choice = better
        return unknown if found.bound is None else bound_from_cost(program, tier, found.bound)

    def _anneal(self, least: int) -> int:
        """Reduce breaks by annealing, before an exact search or instead of one; return the number of breaks."""
        assert self.choice.point is not None
        program = self.choice.program
        if suits(program):
            given = effort(self.stop, _BEFORE_EXACT if self._size() <= _WHOLE else _INSTEAD_OF_EXACT)
            point = anneal(program, self.choice.point, Random(self.seed), given, self.stop, least)
            if program.holds(point):
                self.choice = replace(self.choice, point=point, tables=None)
        return int(count(self.choice, "breaks"))

    def _descend(self, least: int, share: float) -> int:
        descent = self._descent()
        if descent.breaks > least:
            descent.run(least, effort(self.stop, share), self.stop)
            self.choice = replace(self.choice, point=descent.point, tables=None)
        return descent.breaks

    def _descent(self) -> Descent:
        assert self.choice.point is not None
        breaks, worst = int(count(self.choice, "breaks")), int(count(self.choice, "worst"))
        return Descent(self.choice.program, self.choice.point, Random(self.seed), breaks, worst)


def bound_from_cost(program: Program, tier: str, bound: float) -> float:
    """Return a bound on the tier from a bound on its cost in a CP-SAT model."""
    if tier in MAXIMISED:
        return rounded(program, tier, -bound / GRAIN + 1e-9)
    return math.ceil(bound - 1e-6)


def count(choice: Choice, tier: str) -> float:
    """Return what the point of the choice achieves in a tier."""
    assert choice.point is not None
    instance = choice.program.instance
    if tier in LINEAR_TIERS:
        return choice.achieved(tier)
    if tier == "moves":
        return moves(instance, _tables(choice) if choice.tables is None else choice.tables)
    breaks = breaks_by_party(instance, choice.point)
    return sum(breaks.values()) if tier == "breaks" else max(breaks.values(), default=0)


def _tables(choice: Choice, stop: Stop | None = None) -> dict[int, int]:
    assert choice.point is not None
    held = np.flatnonzero(choice.point[: choice.program.columns]).tolist()
    return assign_tables(choice.program.instance, held, kept_tables(choice.program, choice.point), stop)
