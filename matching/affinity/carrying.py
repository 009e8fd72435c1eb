"""How much of what the topics of a match are worth each of its reasons carries, so that it can be told in points."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from matching.affinity.constants import DECLARED
from matching.affinity.space import Indices, Matrix, Space, Vector


class Told(NamedTuple):
    """What counts of either side. ours: what the need tells of each topic. said, declared, held: what the expert's
    texts tell, which topics the expert declares, and how near each topic is to the nearest of these, which it counts
    with."""

    ours: Vector
    said: Vector
    declared: Vector
    held: Vector


def cells(told: Told, rows: Indices, columns: Indices, space: Space) -> Matrix:
    """What some topics of the need, by rows, and some of the expert, by columns, add to the amount that counts.

    The sum over all topics is what the topics' value is made of.
    """
    ours = told.ours[rows]
    found = np.asarray(ours[:, None] * space.nearness[np.ix_(rows, columns)] * told.said[columns])
    chosen = np.flatnonzero(told.declared)
    if chosen.size and len(rows):
        nearest = chosen[np.argmax(space.nearness[np.ix_(chosen, rows)], axis=0)]
        found += (nearest[:, None] == columns) * (DECLARED * ours * told.held[rows])[:, None]
    return found


def shares(told: Told, whole: float, pairs: Sequence[tuple[str, str]], space: Space) -> list[float]:
    """The share of the whole amount, in [0, 1], that goes with each pair of topics, of the need and of the expert.

    A cell goes with the pair that its topics are next to, the nearest of several, the first of equals. What is next to
    none is left over: the shares add up to 1 at most.
    """
    if not pairs or whole <= 0:
        return [0.0] * len(pairs)
    needs, experts = (space.kinship[[space.index[pair[side]] for pair in pairs]] for side in (0, 1))
    rows, columns = (np.flatnonzero(each.any(axis=0)) for each in (needs, experts))
    near = needs[:, rows, None] * experts[:, None, columns]
    nearest, is_next = near.argmax(axis=0), near.max(axis=0) > 0
    found = cells(told, rows, columns, space)
    return [float(found[is_next & (nearest == at)].sum()) / whole for at in range(len(pairs))]
