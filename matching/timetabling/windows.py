"""Large neighbourhood search in the slot-indexed program: empty some slots and fill them again.

All meetings outside the window stay; the columns inside form a small program whose vertices are mostly
integral. It works for every rule. Source: Shaw, Using constraint programming and local search methods to solve
vehicle routing problems (1998).
"""

from collections.abc import Callable
from random import Random

import numpy as np
from scipy import sparse

from matching.choosing.linear import EXACT, optimum, relax
from matching.choosing.program import LinearProgram, Program
from matching.choosing.rows import Floats
from matching.presolve import Bools, Ints
from matching.stopping import Stop

_WORTH = {"shortfall": -1_000.0, "neediest": -100.0, "value": 1.0}  # worth of one more in each tier
_COLUMNS = 4_000  # approximate number of free columns of the first windows
_LEAST = 2  # least slots of a window
_PATIENCE = 4  # windows without gain, per slot, before the search ends
_WHOLE_S = 1.0  # seconds of branch and cut for one window


class Windows:
    """Improves a point of a program. promise: of each pair; -inf if the pair must not be added."""

    def __init__(self, program: Program, point: Ints, promise: Floats, stop: Stop, seed: int) -> None:
        self.program, self.stop, self.rng = program, stop, Random(seed)
        self.instance = program.instance
        self.point = point
        self.matrix = program.matrix.tocsc()
        self.activity = program.matrix @ point
        self.worth = np.sum([_WORTH[tier] * weights for tier, weights in program.tiers.items()], axis=0)
        columns, slots = self.instance.covers
        self.first, self.last = self.instance.col_slot, np.zeros(self.instance.columns, dtype=np.int64)
        np.maximum.at(self.last, columns, slots)
        self.promise = promise
        self.slots = len(self.instance.problem.slots)
        usual = max(1, self.instance.columns // max(1, self.slots))
        self.size = max(min(_LEAST, self.slots), min(self.slots, _COLUMNS // usual))

    @property
    def score(self) -> float:
        return float(self.worth @ self.point)

    def improve(self, is_done: Callable[[], bool], tell: Callable[[], None]) -> None:
        """Empty and refill windows until nothing more is gained or `is_done`; `tell` is called after each gain."""
        idle = number = 0
        while idle < _PATIENCE * self.slots and not is_done() and not self.stop.done(number // self.slots):
            before = self.score
            self._refill(self._window())
            gained = self.score > before + EXACT
            if gained:
                tell()
            idle = 0 if gained else idle + 1
            number += 1

    def _window(self) -> Bools:
        """Return slots to empty: runs and single slots, including the slots of a pair that is left out."""
        size = self.rng.randint(min(_LEAST, self.slots), self.size)
        window = np.zeros(self.slots, dtype=np.bool_)
        out = np.isfinite(self.promise)
        out[self.instance.col_pair[self.point[: self.instance.columns] > 0]] = False
        wanted = np.flatnonzero(out[self.instance.col_pair])
        if len(wanted):
            j = wanted[self.rng.randrange(len(wanted))]
            window[self.first[j] : self.last[j] + 1] = True
        while window.sum() < size:
            start = self.rng.randrange(self.slots)
            length = self.rng.choice([1, size])
            window[start : start + min(length, size - int(window.sum()))] = True
        return window

    def _refill(self, window: Bools) -> None:
        """Free the columns and duties inside the window and solve for them."""
        program, instance = self.program, self.instance
        outside = np.concatenate([[0], np.cumsum(~window)])
        inside = outside[self.last + 1] == outside[self.first]  # every slot of the column is in the window
        held = self.point[: instance.columns] > 0
        fixed = np.zeros(len(self.promise), dtype=np.bool_)
        fixed[instance.col_pair[held & ~inside]] = True
        mine = inside & ~fixed[instance.col_pair] & (held | np.isfinite(self.promise)[instance.col_pair])
        free = np.zeros(program.variables, dtype=np.bool_)
        free[: instance.columns] = mine
        duties = slice(program.columns, program.columns + len(program.duty))
        free[duties] = window[program.duty[:, 2]]
        free[duties.stop :] = True
        free &= program.upper > program.lower
        self._solve(np.flatnonzero(free), window)

    def _solve(self, free: Ints, window: Bools) -> None:
        """Optimise the free variables with the rest fixed; keep the result unless it is worse."""
        program = self.program
        part = self.matrix[:, free]
        rows = np.unique(part.indices)
        base = self.activity[rows] - (part @ self.point[free])[rows]
        small = LinearProgram(
            program.lower[free],
            program.upper[free],
            sparse.csr_matrix(part[rows]),
            program.row_lower[rows] - base,
            program.row_upper[rows] - base,
            {"value": self.worth[free]},
        )
        relaxation = relax(small, "value", self.stop)
        now = float(self.worth[free] @ self.point[free])
        if relaxation.point is None or relaxation.bound is None:
            return
        if relaxation.is_integral:
            self.size = min(self.slots, max(self.size, int(window.sum()) + 1))
            found: Ints | None = relaxation.whole()
        elif relaxation.bound > now + EXACT:
            best = optimum(small, "value", self.stop, _WHOLE_S)
            found = best.point
            if found is None or best.bound is None or best.bound > self.worth[free] @ found + EXACT:
                self.size = max(min(_LEAST, self.slots), int(window.sum()) - 1)  # the window was too large
        else:
            found = None
        if found is None or self.worth[free] @ found < now - EXACT or not small.holds(found):
            return
        self.activity = self.activity + part @ (found - self.point[free])
        self.point = self.point.copy()
        self.point[free] = found
