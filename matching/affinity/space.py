"""Vector space whose axes are the topics of a scheme."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from matching.affinity.constants import (
    FROM_NEAREST,
    NEAREST,
    NEARNESS_DIGITS,
    TO_PARENT,
    TO_RELATED,
    TO_SIBLING,
    TO_SIBLINGS,
)
from matching.affinity.scheme import Scheme

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

AT_ONCE = 256  # rows computed at once, to limit memory


class TopicSpace:
    """Topics of a scheme as axes.

    nearness: [topic, topic] in [0, 1], 1 for the same topic. relation: [need topic, expert topic], "" if there
    is none. kinship: nearness where there is a relation, else 0.
    """

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.ids = tuple(scheme.topics)
        self.index = {topic: place for place, topic in enumerate(self.ids)}
        spread = self._spread()
        shared = spread @ spread.T
        length = np.sqrt(np.diag(shared))
        self.nearness: Matrix = np.round(shared / np.outer(length, length), NEARNESS_DIGITS)
        self.relation = np.full(shared.shape, "", dtype="<U8")
        for i, j in zip(*np.nonzero(self.nearness), strict=True):
            self.relation[i, j] = scheme.relation(self.ids[i], self.ids[j]) or ""
        self.kinship: Matrix = np.where(self.relation != "", self.nearness, 0.0)

    def _spread(self) -> Matrix:
        """Return [topic, topic]: the share that a topic passes to parent, siblings and related topics; 1 to itself."""
        matrix = np.eye(len(self.ids))
        for parent in self.ids:
            below = [self.index[child] for child in self.scheme.children(parent)]
            share = min(TO_SIBLING, TO_SIBLINGS / max(len(below), 1))
            matrix[np.ix_(below, below)] += share * (1 - np.eye(len(below)))
            matrix[self.index[parent], below] = matrix[below, self.index[parent]] = TO_PARENT
        for a, b in self.scheme.related.edges:
            i, j = self.index[a], self.index[b]
            matrix[i, j] = matrix[j, i] = max(matrix[i, j], TO_RELATED)
        return matrix

    def nearest(self, declared: list[int]) -> Vector:
        """Return the squared nearness of each topic to the nearest declared one, in [0, 1]; zeros if none is declared.

        Who declares a topic means this topic; words of a text often mean its neighbours too.
        """
        return self.nearness[declared].max(axis=0, initial=0.0) ** 2 if declared else np.zeros(len(self.ids))


@lru_cache(maxsize=4)
def space(scheme: Scheme) -> TopicSpace:
    """Return the topic space of a scheme, cached."""
    return TopicSpace(scheme)


def from_similar_sides(said: Matrix, others: Matrix, itself: Sequence[int | None], nearness: Matrix) -> Matrix:
    """Return for each row the mean of the most similar other rows: similar texts may mean what only some of them say.

    said, others: one row per side. itself: for each row the row of the same side in `others`, or None. Useful
    from about a hundred other sides, so that the most similar ones are really similar.
    """
    seen = said @ nearness
    ours, theirs = (np.sqrt(((each @ nearness) * each).sum(axis=1)) for each in (said, others))
    towards = others / np.where(theirs > 0, theirs, 1)[:, None]
    scale = np.where(ours > 0, ours, 1)[:, None]
    own = np.array([-1 if at is None else at for at in itself], dtype=np.int64)
    found = np.empty_like(said)
    for start in range(0, len(said), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        near = np.round((seen[rows] / scale[rows]) @ towards.T, NEARNESS_DIGITS)
        known = np.flatnonzero(own[rows] >= 0)
        near[known, own[rows][known]] = -1
        nearest = np.argpartition(-near, NEAREST, axis=1)[:, :NEAREST]
        found[rows] = FROM_NEAREST * others[nearest].mean(axis=1)
    return found
