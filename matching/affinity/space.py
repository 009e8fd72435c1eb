"""The topics of a scheme as the axes of a space in which needs and experts are directions."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from matching.affinity.scheme import Scheme

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# As measured on abstracts in Chinese and Russian: how many others of the same side lend a side their topics, and what
# those count; then the shares that a topic passes on to its neighbours.
NEAREST, FROM_NEAREST = 10, 0.5
ROUNDED = 9  # decimals beyond which nearness may differ between machines
TO_PARENT, TO_SIBLING, TO_RELATED = 0.3, 0.2, 0.4


class Space:
    """The topics of a scheme as axes, how they spread, and how any two of them stand to each other."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.ids = tuple(scheme.topics)
        self.index = {topic: place for place, topic in enumerate(self.ids)}
        self.spread = self._spread()
        self.kernel = self.spread @ self.spread.T

    def _spread(self) -> Matrix:
        matrix = np.eye(len(self.ids))
        for parent in self.ids:
            below = [self.index[child] for child in self.scheme.children(parent)]
            matrix[np.ix_(below, below)] += TO_SIBLING * (1 - np.eye(len(below)))
            matrix[self.index[parent], below] = matrix[below, self.index[parent]] = TO_PARENT
        for a, b in self.scheme.related.edges:
            i, j = self.index[a], self.index[b]
            matrix[i, j] = matrix[j, i] = max(matrix[i, j], TO_RELATED)
        return matrix


@lru_cache(maxsize=4)
def space(scheme: Scheme) -> Space:
    return Space(scheme)


def unit(vector: Vector) -> Vector:
    """The vector at length one; all zero where it is."""
    norm = float(np.sqrt(vector @ vector))
    return vector / norm if norm > 0 else vector


def smooth(vectors: Matrix) -> Matrix:
    """Rows turned towards the mean of their nearest among the others: what alike texts say, each may mean.

    Lengths stay. Worth doing where a hundred rows or more make the nearest truly near.
    """
    towards = np.array([unit(row) for row in vectors])
    near = towards @ towards.T
    np.fill_diagonal(near, -1)
    nearest = np.argsort(-np.round(near, ROUNDED), axis=1, kind="stable")[:, :NEAREST]
    lent = np.array([unit(towards[row].mean(axis=0)) for row in nearest])
    turned = np.array([unit(row) for row in towards + FROM_NEAREST * lent])
    return np.asarray(turned * np.sqrt((vectors**2).sum(axis=1, keepdims=True)))
