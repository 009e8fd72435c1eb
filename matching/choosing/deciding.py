"""Find the pairs that are held in every remaining plan, or in none, and fix them in the program.

Values have many digits, so the best choice of pairs is mostly unique. Branch and cut on the program without
slots (`coarse`) shows which pairs can differ from the known choice. Pairs that stay open are tested one by one:
if the relaxation with the opposite decision is infeasible, the pair is decided. The rest is a timetable of
fixed meetings, for which much better bounds on breaks and moves can be proved.
"""

from collections.abc import Mapping

import numpy as np

from matching.choosing.coarse import PairProgram
from matching.choosing.linear import is_over, optimum, relax
from matching.choosing.program import Program, held_always
from matching.presolve import Ints
from matching.stopping import Stop

_SHARE = 0.1  # share of the remaining time
_COLUMNS, _TRIES = 3_000, 100  # with an iteration limit: the largest program that is tested, and the number of tests
_PATIENCE = 8  # stop after so many open pairs in a row
_ROUNDS = 20  # most other choices looked for, each as different as possible


def fix_decided_pairs(program: Program, point: Ints, stop: Stop, limits: Mapping[str, float]) -> Program:
    """Return the program with the pairs fixed that every remaining plan decides alike.

    point: a feasible point of the program. limits: of the tiers settled before; if pairs stay open, these
    become rows.
    """
    ends = stop.elapsed() + _SHARE * stop.remaining()
    program = _fix_common_decisions(program, point, stop, limits, ends)
    program = _fix_by_infeasibility(program, point, stop, ends)
    if not is_decided(program):
        for tier, most in limits.items():
            program = program.limited(tier, most)
    return program


def is_decided(program: Program) -> bool:
    """Whether every pair that can be held is held in every plan of the program."""
    live = program.instance.col_pair[program.upper[: program.columns] > 0]
    return bool(held_always(program)[live].all())


def _fix_common_decisions(
    program: Program, point: Ints, stop: Stop, limits: Mapping[str, float], ends: float
) -> Program:
    """Fix the pairs that are the same in every choice of the program without slots."""
    coarse = PairProgram(program, limits)
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


def _fix_by_infeasibility(program: Program, point: Ints, stop: Stop, ends: float) -> Program:
    """Fix each pair whose opposite decision makes the relaxation infeasible."""
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
    """Return the program in which the pair is not held."""
    upper = program.upper.copy()
    upper[program.instance.columns_of[pair]] = 0.0
    return program.bounded(program.lower, upper, program.row_lower, program.row_upper)
