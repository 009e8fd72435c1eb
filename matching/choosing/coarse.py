"""Program of pairs without slots: which pairs are held, but not when. Branch and cut solves it in moments.

Its rows are sums over the slots of the slot-indexed program. Every plan satisfies them, so what they exclude is
impossible. In most events interpreters and values limit a plan, and the sums express both nearly fully.
"""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from scipy import sparse

from matching.choosing.aggregate import most_duties
from matching.choosing.program import MAXIMISED, LinearProgram, Program
from matching.choosing.rows import Floats, RowBuilder
from matching.presolve import Bools, Ints

_SLACK = 1e-5  # slack of limits, ten times the tolerance of branch and cut


class PairProgram:
    """Program of pairs without slots. pairs: pairs that can be held; variable k of `linear` is pairs[k]."""

    def __init__(self, program: Program, limits: Mapping[str, float]) -> None:
        """limits: bounds of the tiers settled before; tiers that depend on slots are ignored."""
        self.program, self.instance = program, program.instance
        self.live = np.flatnonzero(program.upper[: program.columns] > 0)
        self.pairs, self.number = np.unique(self.instance.col_pair[self.live], return_inverse=True)
        self.own = np.arange(program.columns + len(program.duty), program.variables)
        rows = RowBuilder(
            lower=[0.0] * len(self.pairs) + program.lower[self.own].tolist(),
            upper=[1.0] * len(self.pairs) + program.upper[self.own].tolist(),
        )
        self._seats(rows)
        self._service(rows)
        lower, upper, matrix, row_lower, row_upper = rows.arrays()
        same, same_lower, same_upper = self._same(len(lower))
        self.linear = LinearProgram(
            lower,
            upper,
            sparse.vstack([matrix, same], format="csr"),
            np.append(row_lower, same_lower),
            np.append(row_upper, same_upper),
            {},
        )
        for tier, most in limits.items():
            self._limit(tier, most)

    def _same(self, variables: int) -> tuple[sparse.csr_matrix, Floats, Floats]:
        """Return the rows of the program that have the same weight for all columns of a pair and no duties."""
        program = self.program
        duties = program.matrix[:, program.columns : self.own[0] if len(self.own) else program.variables]
        merged, alike = self._merged(program.matrix[:, self.live])
        chosen = np.flatnonzero(alike & (duties.getnnz(axis=1) == 0))
        part = sparse.hstack([merged[chosen], program.matrix[chosen][:, self.own]], format="csr")
        part.resize((len(chosen), variables))
        return part, program.row_lower[chosen], program.row_upper[chosen]

    def _merged(self, matrix: sparse.csr_matrix) -> tuple[sparse.csr_matrix, Bools]:
        """Merge the columns of each pair; also return for each row whether it weighs them equally."""
        entries = matrix.tocoo()
        keys, first, count = np.unique(
            entries.row.astype(np.int64) * max(len(self.pairs), 1) + self.number[entries.col],
            return_index=True,
            return_counts=True,
        )
        row, number = np.divmod(keys, max(len(self.pairs), 1))
        size = np.bincount(self.number, minlength=len(self.pairs))
        total = np.zeros(len(keys))
        position = np.searchsorted(
            keys, entries.row.astype(np.int64) * max(len(self.pairs), 1) + self.number[entries.col]
        )
        np.add.at(total, position, entries.data)
        weight = entries.data[first]
        odd = (count != size[number]) | (np.abs(total - weight * count) > 1e-9)
        odd_at = np.abs(entries.data - weight[position]) > 1e-12
        alike = np.ones(matrix.shape[0], dtype=np.bool_)
        alike[row[odd]] = False
        alike[entries.row[odd_at]] = False
        return sparse.csr_matrix((weight, (row, number)), shape=(matrix.shape[0], len(self.pairs))), alike

    def _seats(self, rows: RowBuilder) -> None:
        """Add H2 and H4 summed over all slots: seats of each party and tables."""
        instance = self.instance
        columns, slots = instance.covers
        keep = self.program.upper[: self.program.columns][columns] > 0
        there = np.zeros_like(instance.present, dtype=np.bool_)
        for end in (0, 1):
            there[instance.ends[instance.col_pair[columns[keep]], end], slots[keep]] = True
        room = (there.sum(axis=1) * instance.parallel).astype(np.float64)
        both = instance.ends[self.pairs].T.reshape(-1)
        numbers = np.arange(len(self.pairs))
        length = instance.length[self.pairs].astype(np.float64)
        rows.capped(both, np.tile(numbers, 2), room, np.tile(length, 2))
        tables = float(sum(int(pool.capacity.sum()) for pool in instance.pools))
        rows.weighted(numbers, length, upper=tables)

    def _service(self, rows: RowBuilder) -> None:
        """Add H5 summed over all slots: meetings of each team within the work of its crews."""
        instance = self.instance
        if (instance.crew_of >= 0).any():
            return
        serving: dict[int, list[int]] = defaultdict(list)
        team = instance.needs[self.pairs]
        for group in sorted(set(team.tolist()) - {-1}):
            mine = np.flatnonzero(team == group)
            crews = [rows.variable(float(len(mine))) for _ in instance.teams[group]]
            for crew, duty in zip(instance.teams[group], crews, strict=True):
                serving[crew].append(duty)
            weights = np.append(np.ones(len(mine)), -np.ones(len(crews)))
            rows.weighted(np.append(mine, np.array(crews, dtype=np.int64)), weights, upper=0.0)
        for crew, duties in sorted(serving.items()):
            rows.weighted(np.array(duties), np.ones(len(duties)), upper=float(most_duties(instance, crew)))

    def _limit(self, tier: str, most: float) -> None:
        """Add the limit of a settled tier as a row, if the tier does not depend on slots or duties."""
        weights = self.program.tiers[tier]
        merged, alike = self._merged(sparse.csr_matrix(weights[self.live].reshape(1, -1)))
        if not alike[0] or np.any(weights[self.program.columns : self.program.columns + len(self.program.duty)]):
            return
        row = sparse.hstack([merged, sparse.csr_matrix(weights[self.own].reshape(1, -1))], format="csr")
        row.resize((1, self.linear.variables))
        more = tier in MAXIMISED
        most += -_SLACK if more else _SLACK
        self.linear = self.linear.joined(
            row, np.array([most if more else -np.inf]), np.array([np.inf if more else most])
        )

    def differing(self, held: Bools, open_: Bools) -> LinearProgram:
        """Return the program whose tier "same" counts how many of some pairs are as in another choice.

        held: whether that choice holds each pair. open_: whether the pair is counted. Both have one entry per
        pair of `pairs`.
        """
        weights = np.zeros(self.linear.variables)
        weights[: len(self.pairs)] = np.where(open_, np.where(held, 1.0, -1.0), 0.0)
        return LinearProgram(
            self.linear.lower,
            self.linear.upper,
            self.linear.matrix,
            self.linear.row_lower,
            self.linear.row_upper,
            {"same": weights},
        )

    def held(self, point: Ints) -> Bools:
        """Return which of `pairs` a point of the slot-indexed program holds."""
        return np.isin(self.pairs, self.instance.col_pair[np.flatnonzero(point[: self.program.columns])])
