"""Divide the topic part of a score among the reasons of a match, so that each reason can be shown in points."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from matching.affinity.constants import DECLARED
from matching.affinity.space import Indices, Matrix, TopicSpace, Vector


class TopicAmounts(NamedTuple):
    """Amounts of both sides, per topic.

    ours: of the need. said: from the texts of the expert. declared: topics that the expert declares.
    declared_nearness: nearness of each topic to the nearest declared one.
    """

    ours: Vector
    said: Vector
    declared: Vector
    declared_nearness: Vector


def cells(told: TopicAmounts, rows: Indices, columns: Indices, space: TopicSpace) -> Matrix:
    """Return [row, column]: what a topic of the need and a topic of the expert contribute to the topic amount.

    rows: topics of the need. columns: topics of the expert. Over all topics the contributions sum to the whole
    amount.
    """
    ours = told.ours[rows]
    found = np.asarray(ours[:, None] * space.nearness[np.ix_(rows, columns)] * told.said[columns])
    chosen = np.flatnonzero(told.declared)
    if chosen.size and len(rows):
        nearest = chosen[np.argmax(space.nearness[np.ix_(chosen, rows)], axis=0)]
        found += (nearest[:, None] == columns) * (DECLARED * ours * told.declared_nearness[rows])[:, None]
    return found


def shares(told: TopicAmounts, whole: float, pairs: Sequence[tuple[str, str]], space: TopicSpace) -> list[float]:
    """Return the share in [0, 1] of the whole amount for each pair (topic of the need, topic of the expert).

    Each contribution is counted for the pair that is nearest to its topics, the first one of equals.
    Contributions near no pair are not counted, so the shares sum to at most 1.
    """
    if not pairs or whole <= 0:
        return [0.0] * len(pairs)
    needs, experts = (space.kinship[[space.index[pair[side]] for pair in pairs]] for side in (0, 1))
    rows, columns = (np.flatnonzero(each.any(axis=0)) for each in (needs, experts))
    near = needs[:, rows, None] * experts[:, None, columns]
    nearest, is_next = near.argmax(axis=0), near.max(axis=0) > 0
    found = cells(told, rows, columns, space)
    return [float(found[is_next & (nearest == at)].sum()) / whole for at in range(len(pairs))]
