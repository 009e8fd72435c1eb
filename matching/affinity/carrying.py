"""How much of what the topics of a match are worth each of its reasons carries, so that it can be told in points."""

from collections.abc import Sequence

import numpy as np

from matching.affinity.profiles import DECLARED
from matching.affinity.space import Matrix, Space, Vector


def cells(ours: Vector, said: Vector, declared: Vector, held: Vector, space: Space) -> Matrix:
    """What each topic of the need, by rows, and each of the expert, by columns, add to the amount that counts.

    ours: what the need tells of each topic. said, declared, held: what the expert's texts tell, which topics the expert
    declares, and how near each topic is to the nearest of these, which it is counted with. The sum of all is what the
    topics' value is made of.
    """
    found = ours[:, None] * space.nearness * said
    chosen = np.flatnonzero(declared)
    if chosen.size:
        nearest = chosen[np.argmax(space.nearness[chosen], axis=0)]
        found[np.arange(len(ours)), nearest] += DECLARED * ours * held
    return found


def shares(found: Matrix, pairs: Sequence[tuple[str, str]], space: Space) -> list[float]:
    """The share of the whole, in [0, 1], that goes with each pair of topics, of the need and of the expert.

    A cell goes with the pair that its topics are next to, the nearest of several, the first of equals. What is next to
    none is left over: the shares add up to 1 at most.
    """
    whole = float(found.sum())
    if not pairs or whole <= 0:
        return [0.0] * len(pairs)
    near = np.stack([np.outer(*(space.kinship[space.index[topic]] for topic in pair)) for pair in pairs])
    nearest, is_next = near.argmax(axis=0), near.max(axis=0) > 0
    return [float(found[is_next & (nearest == at)].sum()) / whole for at in range(len(pairs))]
