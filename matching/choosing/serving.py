"""Benders cuts on the meetings: which sets of meetings the interpreters cannot all serve.

The duties of interpreters form a linear program of their own (the subproblem). If it is infeasible for the
wanted meetings, its dual values give a linear inequality on the meetings. Source: Benders, Partitioning
procedures for solving mixed-variables programming problems (1962).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from matching.choosing.program import Program
from matching.choosing.rows import Floats
from matching.presolve import Bools, Ints

_ZERO = 1e-7
_BROKEN = 1e-6


@dataclass(frozen=True, slots=True)
class BendersCut:
    """Benders cut, valid for every plan: weights @ columns <= most; one weight per column of the program."""

    weights: Floats
    most: float


class InterpreterSubproblem:
    """Subproblem of a program: the rows that contain duties."""

    def __init__(self, program: Program) -> None:
        duties = slice(program.columns, program.columns + len(program.duty))
        self.rows = np.flatnonzero(np.diff(program.matrix[:, duties].indptr))
        matrix = program.matrix[self.rows]
        self.most = program.row_upper[self.rows]
        self.duties, self.columns = matrix[:, duties], matrix[:, : program.columns]
        self.count = program.upper[duties]
        self.within = self._within_a_slot(program.duty[:, 2])

    def _within_a_slot(self, slots: Ints) -> Bools:
        """Return for each row whether all its duties are in one slot; the other rows are rest, totals and walks."""
        first, last = np.full(len(self.most), np.iinfo(np.int64).max), np.full(len(self.most), -1)
        rows = np.repeat(np.arange(len(self.most)), np.diff(self.duties.indptr))
        np.minimum.at(first, rows, slots[self.duties.indices])
        np.maximum.at(last, rows, slots[self.duties.indices])
        return np.asarray(first == last)

    def broken(self, held: Ints | Floats) -> list[BendersCut]:
        """Return Benders cuts that the held columns violate; empty if they can be served, up to fractional duties.

        Rows within one slot give stronger cuts, so all rows are used only if those give none.
        """
        if not len(self.most):
            return []
        return list(self._broken(held, self.within)) or self.broken_by_any(held)

    def broken_by_any(self, held: Ints | Floats) -> list[BendersCut]:
        """Return the Benders cuts that the held columns violate, from all rows of the subproblem."""
        return list(self._broken(held, np.ones_like(self.within))) if len(self.most) else []

    def from_duals(self, row_dual: Floats) -> list[BendersCut]:
        """Return the Benders cuts that follow from dual values >= 0 of the program's rows."""
        return list(self._limits(np.arange(len(self.rows)), row_dual[self.rows])) if len(self.rows) else []

    def _broken(self, held: Ints | Floats, asked: Bools) -> Iterator[BendersCut]:
        """Solve the subproblem that serves as many meetings as possible, and yield the cuts of its dual values."""
        rows = np.flatnonzero(asked)
        duties, columns = self.duties[rows], self.columns[rows]
        open_ended = np.flatnonzero(np.diff(columns.indptr))
        unserved = sparse.csr_matrix(
            (-np.ones(len(open_ended)), (open_ended, np.arange(len(open_ended)))), shape=(len(rows), len(open_ended))
        )
        answer = linprog(
            np.repeat([0.0, 1.0], [len(self.count), len(open_ended)]),
            A_ub=sparse.hstack([duties, unserved], format="csr"),
            b_ub=self.most[rows] - columns @ held,
            bounds=[*((0.0, count) for count in self.count), *([(0.0, None)] * len(open_ended))],
        )
        if answer.status != 0 or answer.fun < _BROKEN:
            return
        for limit in self._limits(rows, -answer.ineqlin.marginals):
            if limit.weights @ held > limit.most + _BROKEN:
                yield limit

    def _limits(self, rows: Ints, dual: Floats) -> Iterator[BendersCut]:
        """Yield one cut for each group of rows that share duties, from dual values of the rows."""
        duties, columns = self.duties[rows], self.columns[rows]
        from_duals = np.flatnonzero(dual > _ZERO)
        if not len(from_duals):
            return
        touched = abs(duties[from_duals]).sign()
        _, group = connected_components(touched @ touched.T, directed=False)
        together = sparse.csr_matrix((dual[from_duals], (group, from_duals)), shape=(group.max() + 1, len(rows)))
        weights = (together @ columns).toarray()
        most = together @ self.most[rows] - (together @ duties).minimum(0) @ self.count
        for number in range(len(most)):
            yield BendersCut(weights[number], float(most[number]))
