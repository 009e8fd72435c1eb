"""All needs, or all experts, as scores read them: read once, whatever they are compared with."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from matching.affinity.overlap import Rarity, Table, speak, tables
from matching.affinity.profiles import Profiles
from matching.affinity.quotes import Quotes, quotes
from matching.affinity.request import Side
from matching.affinity.space import Matrix, Space, lent
from matching.affinity.weighing import Weighing


class Sides:
    """profiles: what each speaks of. words: what each says, by language."""

    def __init__(self, sides: Sequence[Side], space: Space, weighing: Weighing) -> None:
        self.profiles = Profiles(sides, space, weighing)
        self.words = [speak(side, space.scheme) for side in sides]
        self._tables: list[Table] | None = None
        self._quoted: dict[int, Quotes] = {}

    def tables(self, rarity: Rarity) -> list[Table]:
        """The words as matrices. rarity: the same at each call."""
        if self._tables is None:
            self._tables = tables(self.words, rarity)
        return self._tables

    def quotes(self, at: int) -> Quotes:
        """The quotations of one of them, kept: an expert is explained to many needs."""
        if at not in self._quoted:
            self._quoted[at] = quotes(at, self.profiles)
        return self._quoted[at]

    @cached_property
    def _row(self) -> dict[str, int]:
        return {side.id: at for at, side in enumerate(self.profiles.sides)}

    def said_beside(self, others: "Sides") -> Matrix:
        """What each says of each topic, with what the nearest others of its kind lend it; see `lent`."""
        said = self.profiles.said
        itself = [others._row.get(side.id) for side in self.profiles.sides]
        return np.asarray(said + lent(said, others.profiles.said, itself, self.profiles.space.nearness))
