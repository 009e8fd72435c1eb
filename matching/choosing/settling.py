"""Shrink a program: derive bounds of variables from single rows, then drop fixed-to-zero variables and loose rows."""

from dataclasses import dataclass, replace

import numpy as np

from matching.choosing.program import Program
from matching.presolve import Bools, Ints

_SWEEPS = 10  # rounds of bound propagation
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class ReducedProgram:
    """Program without variables that are 0 and rows that always hold. live: its variables in the full program."""

    program: Program
    live: Ints

    def whole(self, point: Ints | None, variables: int) -> Ints | None:
        """Return a point of the reduced program as a point of the full program."""
        if point is None:
            return None
        every = np.zeros(variables, dtype=np.int64)
        every[self.live] = point
        return every


def propagate_bounds(program: Program) -> ReducedProgram | None:
    """Propagate bounds through the rows and reduce the program; None if a row cannot be satisfied.

    Source: Savelsbergh, Preprocessing and probing techniques for mixed integer programming problems (1994).
    """
    matrix = program.matrix
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    lower, upper = program.lower.copy(), program.upper.copy()
    more = matrix.data > 0
    for _ in range(_SWEEPS):
        low = np.where(more, lower[matrix.indices], upper[matrix.indices])
        high = np.where(more, upper[matrix.indices], lower[matrix.indices])
        least = np.bincount(rows, matrix.data * low, matrix.shape[0])
        most = np.bincount(rows, matrix.data * high, matrix.shape[0])
        if np.any(least > program.row_upper + _ROUNDING) or np.any(most < program.row_lower - _ROUNDING):
            return None
        room = (program.row_upper - least)[rows] / matrix.data
        need = (program.row_lower - most)[rows] / matrix.data
        before = lower.copy(), upper.copy()
        np.minimum.at(upper, matrix.indices, np.floor(np.where(more, low + room, high + need) + _ROUNDING))
        np.maximum.at(lower, matrix.indices, np.ceil(np.where(more, high + need, low + room) - _ROUNDING))
        if np.any(lower > upper):
            return None
        if np.array_equal(before, (lower, upper)):
            break
    binding = (most > program.row_upper + _ROUNDING) | (least < program.row_lower - _ROUNDING)
    return _without(program.bounded(lower, upper, program.row_lower, program.row_upper), binding)


def _without(program: Program, binding: Bools) -> ReducedProgram:
    """Return the program with its binding rows only, and without the variables that are 0."""
    instance, columns, duties = program.instance, program.columns, len(program.duty)
    live = np.flatnonzero(program.upper > 0)
    held = live[live < columns]
    meets = program.meets[program.upper[program.meets[:, 2]] > 0]
    duty = live[(live >= columns) & (live < columns + duties)] - columns
    # the last entry maps -1 to -1
    place = np.append(np.where(program.upper > 0, np.cumsum(program.upper > 0) - 1, -1), -1)
    row = np.append(np.where(binding, np.cumsum(binding) - 1, -1), -1)
    part = replace(
        program,
        instance=replace(
            instance,
            col_pair=instance.col_pair[held],
            col_slot=instance.col_slot[held],
            col_pool=instance.col_pool[held],
            crew_of=instance.crew_of[held],
            dead=tuple(sorted(set(range(len(instance.length))) - set(instance.col_pair[held].tolist()))),
        ),
        lower=program.lower[live],
        upper=program.upper[live],
        matrix=program.matrix[binding][:, live],
        row_lower=program.row_lower[binding],
        row_upper=program.row_upper[binding],
        tiers={tier: weights[live] for tier, weights in program.tiers.items()},
        duty=program.duty[duty],
        meets=np.column_stack([meets[:, :2], place[meets[:, 2]]]),
        kept=place[program.kept],
        pair_row=row[program.pair_row],
        pool_row=row[program.pool_row],
    )
    return ReducedProgram(part, live)
