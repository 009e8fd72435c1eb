"""Slots by start time: their days and which slots are adjacent."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from matching.problem import ADJACENT_MIN, Problem

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SlotCalendar:
    """Slots by start time, as indices.

    after: index of the adjacent following slot in the same day, or -1. days: slot indices of each day. day_of:
    day number of each slot.
    """

    after: Ints
    days: tuple[tuple[int, ...], ...]
    day_of: Ints

    def span(self, first: int, length: int) -> tuple[int, ...]:
        """Return the slots of a meeting that starts in `first`; () if the day has too few adjacent slots."""
        chain = [first]
        while len(chain) < length:
            following = int(self.after[chain[-1]])
            if following < 0:
                return ()
            chain.append(following)
        return tuple(chain)

    @cached_property
    def stretches(self) -> tuple[tuple[int, ...], ...]:
        """Return the maximal runs of adjacent slots."""
        follows = set(self.after.tolist())
        heads = [t for t in range(len(self.after)) if t not in follows]
        chains = []
        for head in heads:
            chain = [head]
            while self.after[chain[-1]] >= 0:
                chain.append(int(self.after[chain[-1]]))
            chains.append(tuple(chain))
        return tuple(chains)

    @cached_property
    def stretch_of(self) -> Mapping[int, tuple[int, ...]]:
        """Return the maximal run of adjacent slots of each slot."""
        return {t: stretch for stretch in self.stretches for t in stretch}

    def windows(self, width: int) -> Iterator[tuple[int, ...]]:
        """Yield every run of `width` adjacent slots."""
        for stretch in self.stretches:
            for first in range(len(stretch) - width + 1):
                yield stretch[first : first + width]


def slot_calendar(problem: Problem) -> SlotCalendar:
    """Return the days and the adjacency of the problem's slots."""
    by_day: dict[str, list[int]] = defaultdict(list)
    for t, slot in enumerate(problem.ordered):
        by_day[slot.day].append(t)
    after = np.full(len(problem.ordered), -1, dtype=np.int64)
    day_of = np.zeros(len(problem.ordered), dtype=np.int64)
    for number, day in enumerate(by_day.values()):
        day_of[day] = number
        for t, following in pairwise(day):
            pause = problem.ordered[following].start - problem.ordered[t].end
            if pause.total_seconds() <= ADJACENT_MIN * 60:
                after[t] = following
    return SlotCalendar(after, tuple(tuple(day) for day in by_day.values()), day_of)
