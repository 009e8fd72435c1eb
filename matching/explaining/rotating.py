"""Exchange one held pair for another in a point of a program (for model rotation)."""

from collections.abc import Collection, Iterator

import numpy as np

from matching.choosing.program import Program
from matching.presolve import Ints

_ROUNDING = 1e-6


class Exchange:
    """Finds exchanges in the points of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.by_variable = program.matrix.T.tocsr()  # transposed
        self.point = np.zeros(program.variables, dtype=np.int64)
        self.left = program.row_upper

    def exchanges(self, point: Ints, out: int, known: Collection[int]) -> Iterator[tuple[int, Ints]]:
        """Yield pairs that can be replaced by the pair `out`, each with the point after the exchange.

        point: satisfies the program except the row that requires `out`. Pairs in `known` are skipped.
        """
        self.point, self.left = point, self.program.row_upper - self.program.matrix @ point
        found: set[int] = set()
        for column in self.program.instance.columns_of[out].tolist():
            for taken in self.ways(column):
                for pair, given in self.makes_room(taken, known):
                    if pair in found:
                        continue
                    found.add(pair)
                    there = point.copy()
                    there[taken] += 1
                    there[given] -= 1
                    yield pair, there

    def ways(self, column: int) -> Iterator[list[int]]:
        """Yield the column alone, and with each duty that could serve it."""
        yield [column]
        yield from ([column, duty] for duty in self._duties(column))

    def _duties(self, column: int) -> list[int]:
        instance, duty = self.program.instance, self.program.duty
        team = int(instance.needs[instance.col_pair[column]])
        if team < 0 or instance.crew_of[column] >= 0 or not len(duty):
            return []
        hall = int(instance.hall_of[instance.col_pool[column]])
        mine = (duty[:, 0] == team) & (duty[:, 2] == instance.col_slot[column]) & (duty[:, 3] == hall)
        return (self.program.columns + np.flatnonzero(mine)).tolist()

    def makes_room(self, taken: list[int], known: Collection[int]) -> Iterator[tuple[int, list[int]]]:
        """Yield pairs whose removal makes room for the variables `taken`, with the variables removed."""
        use = self._use(taken)
        if any(self.point[v] >= self.program.upper[v] for v in taken):
            return
        closed = [row for row, amount in use.items() if amount > 0 and self.left[row] < amount - _ROUNDING]
        pair_of = self.program.instance.col_pair
        for column in min((self._held(row) for row in closed), key=len, default=[]):
            pair = int(pair_of[column])
            if pair not in known:
                duties = (d for d in self._duties(column) if self.point[d] > 0)
                ways = ([column], *([column, duty] for duty in duties))
                given = next((way for way in ways if self._fits(use, way)), None)
                if given is not None:
                    yield pair, given

    def _held(self, row: int) -> list[int]:
        """Return the held columns that use the row."""
        matrix = self.program.matrix
        inside = slice(matrix.indptr[row], matrix.indptr[row + 1])
        variables = matrix.indices[inside]
        held = variables[(self.point[variables] > 0) & (matrix.data[inside] > 0) & (variables < self.program.columns)]
        return [int(v) for v in held]

    def _fits(self, use: dict[int, float], given: list[int]) -> bool:
        gain = self._use(given)
        return all(
            self.left[row] >= use.get(row, 0.0) - gain.get(row, 0.0) - _ROUNDING for row in use.keys() | gain.keys()
        )

    def _use(self, variables: list[int]) -> dict[int, float]:
        """Return what one more of each variable adds to each row."""
        use: dict[int, float] = {}
        for v in variables:
            for k in range(self.by_variable.indptr[v], self.by_variable.indptr[v + 1]):
                row = int(self.by_variable.indices[k])
                use[row] = use.get(row, 0.0) + float(self.by_variable.data[k])
        return use
