"""Profiles and words of all needs, or of all experts, computed once for all comparisons."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from matching.affinity.overlap import Rarity, WordTable, tables, words_by_language
from matching.affinity.profiles import Profiles
from matching.affinity.quotes import Quotes, quotes
from matching.affinity.request import NeedOrExpert
from matching.affinity.space import Matrix, TopicSpace, from_similar_sides
from matching.affinity.weighing import Weighing


class ReadSides:
    """All needs or all experts as read. profiles: topics of each. words: by language."""

    def __init__(self, sides: Sequence[NeedOrExpert], space: TopicSpace, weighing: Weighing) -> None:
        self.profiles = Profiles(sides, space, weighing)
        self.words = [words_by_language(side, space.scheme) for side in sides]
        self._tables: list[WordTable] | None = None
        self._quoted: dict[int, Quotes] = {}
        self._lent: Matrix | None = None

    def stripped(self) -> "ReadSides":
        """Return the same without what only reasons need: other sides can be compared with it, none explained."""
        found = object.__new__(ReadSides)
        found.profiles, found.words = self.profiles.stripped(), [{}] * len(self.words)
        found._tables, found._quoted, found._lent = self._tables, {}, self._lent
        return found

    def tables(self, rarity: Rarity) -> list[WordTable]:
        """Return the words as weight tables. rarity: must be the same in each call."""
        if self._tables is None:
            self._tables = tables(self.words, rarity)
        return self._tables

    def quotes(self, at: int) -> Quotes:
        """Return the quotations of one side; cached, because an expert is explained to many needs."""
        if at not in self._quoted:
            self._quoted[at] = quotes(at, self.profiles)
        return self._quoted[at]

    @cached_property
    def _row(self) -> dict[str, int]:
        return {side.id: at for at, side in enumerate(self.profiles.sides)}

    def said_with_similar(self, others: "ReadSides") -> Matrix:
        """Return [side, topic]: what each side says, plus what its most similar others contribute.

        See `from_similar_sides`.
        """
        said, sides = self.profiles.said, self.profiles.sides
        itself = [others._row.get(side.id) for side in sides]
        both = zip(itself, sides, strict=True)
        rows = [at for at, side in both if at is not None and others.profiles.sides[at] == side]
        if others._lent is not None and len(rows) == len(sides):
            return np.asarray(others._lent[rows])
        lent = np.asarray(said + from_similar_sides(said, others.profiles.said, itself, self.profiles.space.nearness))
        if others is self:
            self._lent = lent
        return lent
