"""Walking times between halls compared with the pauses between slots."""

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from matching.problem import Problem


def distant_halls(problem: Problem) -> set[str]:
    """Return the halls with a walking time to another hall that is longer than the shortest pause between slots.

    If a party may be in two places in one slot, every walking time above 0 counts.
    """
    is_split = any(party.parallel > 1 and party.table is None for party in problem.parties)
    pauses = [(two.start - one.end).total_seconds() / 60 for one, two in pairwise(problem.ordered)]
    free = 0.0 if is_split else min(pauses, default=math.inf)
    return {hall for w in problem.walk if w.min > free and w.halls[0] != w.halls[1] for hall in w.halls}


def conflicting_cells(problem: Problem, halls: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return pairs of cells that one person cannot both attend, as [n, 2]. A cell is slot * len(halls) + hall.

    Slots are numbered by start time; the second cell is never earlier than the first.
    """
    minutes: dict[tuple[int, int], float] = defaultdict(float)
    for walk in problem.walk:
        if walk.halls[0] in halls and walk.halls[1] in halls:
            one, two = (halls.index(hall) for hall in walk.halls)
            minutes[one, two] = minutes[two, one] = max(minutes[one, two], walk.min)
    ordered, width = problem.ordered, len(halls)
    found: list[tuple[int, int]] = []
    for (one, two), needed in minutes.items():
        if one == two or needed <= 0:
            continue
        for t, slot in enumerate(ordered):
            if one < two:
                found.append((t * width + one, t * width + two))
            for u in range(t + 1, len(ordered)):
                if (ordered[u].start - slot.end).total_seconds() >= needed * 60:
                    break
                found.append((t * width + one, u * width + two))
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
