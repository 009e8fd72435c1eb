"""Who meets whom and in which slot: the tiers that are linear in the columns, one after the other."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.linear import optimum
from matching.presolve import Ints
from matching.problem import Goal
from matching.program import LINEAR, MORE, Program
from matching.stopping import Stop

Tell = Callable[[float | None, float | None], None]  # value held, bound proven


@dataclass(frozen=True)
class Choice:
    """A point of the program and the bound proved for each tier so far; tiers that were reached limit the program.

    settled: how many goals were worked on, from the first. infeasible: proved that no plan exists.
    """

    program: Program
    point: Ints | None
    bounds: Mapping[str, float | None]
    settled: int
    infeasible: bool = False

    def bounded(self, tier: str, bound: float | None) -> "Choice":
        return replace(self, bounds={**self.bounds, tier: bound})


def choose(program: Program, goals: Sequence[Goal], stop: Stop, tell: Tell) -> Choice:
    """Optimise the linear tiers with which `goals` begins, in order, each within the limits of those before it."""
    first = next((k for k, goal in enumerate(goals) if goal.tier not in LINEAR), len(goals))
    choice = Choice(program, None, {}, 0)
    if first == 0:
        found = optimum(program, None, stop)
        return replace(choice, point=found.point, infeasible=found.infeasible)
    for goal in goals[:first]:
        choice = _settle(choice, goal, stop)
        if choice.infeasible or choice.point is None:
            return choice
        if goal.tier == "value":
            tell(achieved(choice, "value"), choice.bounds["value"])
    return choice


def achieved(choice: Choice, tier: str) -> float:
    assert choice.point is not None
    return float(choice.program.tiers[tier] @ choice.point)


def _settle(choice: Choice, goal: Goal, stop: Stop) -> Choice:
    """The choice after one more tier: a better point where one is found, its bound, and the limit it sets."""
    program = choice.program
    best = math.inf if choice.point is None else achieved(choice, goal.tier)
    if goal.tier not in MORE and choice.point is not None and best <= _least(program, goal.tier):
        bound: float | None = _least(program, goal.tier)
    else:
        found = optimum(program, goal.tier, stop, start=choice.point)
        if found.infeasible:
            return replace(choice, infeasible=True)
        if found.point is None:
            return replace(choice, settled=choice.settled + 1).bounded(goal.tier, found.bound)
        choice, bound = replace(choice, point=found.point), found.bound
    best = achieved(choice, goal.tier)
    if goal.tier in MORE:
        limit = (1 - goal.tolerance) * best
        bound = None if bound is None else max(bound, best)
        limited = program.limited(goal.tier, limit - 1e-9 * max(1.0, abs(limit)))
    else:
        limited = program.limited(goal.tier, math.floor((1 + goal.tolerance) * best + 1e-9))
    return replace(choice, program=limited, settled=choice.settled + 1).bounded(goal.tier, bound)


def _least(program: Program, tier: str) -> float:
    """What the bounds of the variables alone prove of a tier of which less is better."""
    weights = program.tiers[tier]
    return float(np.where(weights > 0, weights * program.lower, weights * program.upper).sum())
