"""Greedy draft of a plan: columns in order of preference, each taken if no row forbids it."""

from collections import defaultdict

import numpy as np

from matching.choosing.program import Program
from matching.choosing.rows import Floats
from matching.presolve import Ints
from matching.stopping import Stop

_ROUNDING = 1e-6
_GRACE_S = 0.5


def draft(program: Program, preference: Floats, stop: Stop) -> Ints | None:
    """Return a point of the program with columns and duties, preferred columns first; None if required pairs stay out.

    preference: one number per column. Variables of the tiers stay at their lower bounds. When `stop` has ended,
    the draft ends within half a second.
    """
    return _Draft(program).made(preference, stop)


class _Draft:
    """State of the greedy draft: the point and what is left in each row."""

    def __init__(self, program: Program) -> None:
        self.program = program
        by_column = program.matrix.tocsc()
        self.starts, self.rows = by_column.indptr.tolist(), by_column.indices.tolist()
        self.weights = by_column.data.tolist()
        point = program.lower.astype(np.int64)
        point[program.columns :] = 0
        self.left = (program.row_upper - program.matrix @ point).tolist()
        self.upper = program.upper.tolist()
        self.point = point.tolist()
        self.duties: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        for number, (team, _, slot, hall) in enumerate(program.duty.tolist()):
            self.duties[team, slot, hall].append(program.columns + number)

    def made(self, preference: Floats, stop: Stop) -> Ints | None:
        """Return the point after all columns were tried, or None if a required pair is left out."""
        instance = self.program.instance
        held = np.zeros(len(instance.length), dtype=np.bool_)
        order = np.lexsort((-preference, ~instance.required[instance.col_pair]))
        latest = stop.elapsed() + _GRACE_S
        for number, j in enumerate(order.tolist()):
            if number % 1_000 == 0 and stop.iterations is None and stop.remaining() <= 0 and stop.elapsed() > latest:
                break
            pair = int(instance.col_pair[j])
            if not held[pair] and self.program.upper[j] > 0 and self._take(j):
                held[pair] = True
        return np.array(self.point, dtype=np.int64) if held[instance.required].all() else None

    def _take(self, column: int) -> bool:
        """Take the column if its rows allow it, with a duty if it needs an interpreter; return whether it was taken."""
        instance = self.program.instance
        team = int(instance.needs[instance.col_pair[column]])
        if team < 0 or instance.crew_of[column] >= 0:
            return self._add([column])
        hall = int(instance.hall_of[instance.col_pool[column]])
        use = self._use([column])
        closed = [row for row, amount in use.items() if amount > 0 and self.left[row] < amount - _ROUNDING]
        if len(closed) > 1:  # one of them may be the row that demands a duty
            return False
        duties = self.duties[team, int(instance.col_slot[column]), hall]
        return any(self._add([column, duty]) for duty in duties)

    def _use(self, variables: list[int]) -> dict[int, float]:
        """Return what one more of each variable adds to each row."""
        use: dict[int, float] = {}
        for v in variables:
            for k in range(self.starts[v], self.starts[v + 1]):
                use[self.rows[k]] = use.get(self.rows[k], 0.0) + self.weights[k]
        return use

    def _add(self, variables: list[int]) -> bool:
        """Add one to each variable if bounds and rows allow it; return whether they did."""
        if any(self.point[v] >= self.upper[v] for v in variables):
            return False
        use = self._use(variables)
        for row, amount in use.items():
            if amount > 0 and self.left[row] < amount - _ROUNDING:
                return False
        for row, amount in use.items():
            self.left[row] -= amount
        for v in variables:
            self.point[v] += 1
        return True
