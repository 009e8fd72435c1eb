"""Which pairs are held in every plan that is left: values have so many digits that mostly all of them are settled.

The prices of a relaxation settle most pairs at once. Each of the others is tried the other way round: where not even
fractional points exist then, it is settled, too. What follows is a timetable of given meetings, which bounds far better
on breaks and moves can be proved of.
"""

import numpy as np

from matching.choosing.linear import relax
from matching.choosing.program import Program
from matching.presolve import Ints
from matching.stopping import Stop

_SHARE = 0.1  # of the time left
_COLUMNS, _TRIES = 3_000, 100  # where answers must repeat: the largest program that is tried, and how often
_PATIENCE = 8  # pairs in a row that turn out to be open, after which it is not worth while


def settled(program: Program, point: Ints, stop: Stop) -> Program:
    """The same plans, of a program with tighter bounds. point: of the program."""
    instance = program.instance
    live = program.upper[: program.columns] > 0
    held = np.zeros(len(instance.length), dtype=np.bool_)
    held[instance.col_pair[point[: program.columns] > 0]] = True
    ends = stop.elapsed() + _SHARE * stop.remaining()
    idle = tries = 0
    for pair in np.unique(instance.col_pair[live]).tolist():
        if _is_settled(program, pair):
            continue
        if (stop.iterations is None and stop.elapsed() >= ends) or stop.interrupt.is_set() or idle == _PATIENCE:
            break
        if stop.iterations is not None and (live.sum() > _COLUMNS or tries == _TRIES):
            break
        tries += 1
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


def _is_settled(program: Program, pair: int) -> bool:
    row = int(program.pair_row[pair])
    if row >= 0 and program.row_lower[row] > 0:
        return True
    return bool(program.lower[program.instance.columns_of[pair]].any())
