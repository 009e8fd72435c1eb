"""Which pairs are held in every plan that is left: values have so many digits that mostly all of them are settled.

Without its slots a program is small, and one run of branch and cut tells how far another choice can differ from this
one: mostly not at all. What that leaves open is tried pair by pair the other way round: where not even fractional
points exist then, it is settled, too. What follows is a timetable of given meetings, of which far better bounds on
breaks and moves can be proved.
"""

from collections.abc import Mapping

import numpy as np

from matching.choosing.coarse import Coarse
from matching.choosing.linear import is_over, optimum, relax
from matching.choosing.program import Program, held_always
from matching.presolve import Ints
from matching.stopping import Stop

_SHARE = 0.1  # of the time left
_COLUMNS, _TRIES = 3_000, 100  # where answers must repeat: the largest program that is tried, and how often
_PATIENCE = 8  # pairs in a row that turn out to be open, after which it is not worth while
_ROUNDS = 20  # other choices that are looked for, each as different as can be


def settled(program: Program, point: Ints, stop: Stop, limits: Mapping[str, float]) -> Program:
    """The same plans, of a program with tighter bounds. point: of the program. limits: of the tiers settled before.

    Where pairs stay open the limits are rows of it, whatever else keeps them.
    """
    ends = stop.elapsed() + _SHARE * stop.remaining()
    program = _alike(program, point, stop, limits, ends)
    program = _one_by_one(program, point, stop, ends)
    if not is_decided(program):
        for tier, most in limits.items():
            program = program.limited(tier, most)
    return program


def is_decided(program: Program) -> bool:
    """Whether every pair that can be held is held in every plan."""
    live = program.instance.col_pair[program.upper[: program.columns] > 0]
    return bool(held_always(program)[live].all())


def _alike(program: Program, point: Ints, stop: Stop, limits: Mapping[str, float], ends: float) -> Program:
    """Settles what all choices of the coarse program have in common."""
    coarse = Coarse(program, limits)
    held = coarse.held(point)
    unknown = np.ones(len(held), dtype=np.bool_)
    for _ in range(_ROUNDS):
        if is_over(stop) or not unknown.any():
            return program
        other = optimum(coarse.differing(held, unknown), "same", stop, max(ends - stop.elapsed(), 0.0))
        if other.point is None or other.bound is None:
            return program
        same = float((held & unknown).sum())
        if other.bound >= same - 0.5:
            break
        differs = unknown & ((other.point[: len(held)] > 0) != held)
        if not differs.any():
            return program
        unknown &= ~differs
    else:
        return program
    upper, lower = program.upper.copy(), program.lower.copy()
    row_lower = program.row_lower.copy()
    for pair, is_held in zip(coarse.pairs[unknown].tolist(), held[unknown].tolist(), strict=True):
        if not is_held:
            upper[program.instance.columns_of[pair]] = 0.0
        elif program.pair_row[pair] >= 0:
            row_lower[program.pair_row[pair]] = 1.0
        else:
            lower[program.instance.columns_of[pair]] = 1.0
    return program.bounded(lower, upper, row_lower, program.row_upper)


def _one_by_one(program: Program, point: Ints, stop: Stop, ends: float) -> Program:
    instance = program.instance
    live = program.upper[: program.columns] > 0
    held = np.zeros(len(instance.length), dtype=np.bool_)
    held[instance.col_pair[point[: program.columns] > 0]] = True
    always = held_always(program)
    idle = 0
    for tries, pair in enumerate(np.unique(instance.col_pair[live & ~always[instance.col_pair]]).tolist()):
        if (stop.iterations is None and stop.elapsed() >= ends) or stop.interrupt.is_set() or idle == _PATIENCE:
            break
        if stop.iterations is not None and (live.sum() > _COLUMNS or tries == _TRIES):
            break
        other = without(program, pair) if held[pair] else program.forced(pair)
        if relax(other, None, stop).infeasible:
            program = program.forced(pair) if held[pair] else without(program, pair)
            idle = 0
        else:
            idle += 1
    return program


def without(program: Program, pair: int) -> Program:
    """The program in which a pair is not held."""
    upper = program.upper.copy()
    upper[program.instance.columns_of[pair]] = 0.0
    return program.bounded(program.lower, upper, program.row_lower, program.row_upper)
