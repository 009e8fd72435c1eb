"""Scores of an event of which only the totals are held: four bytes a pair, where all their parts take two hundred.

The parts and reasons of a pair are computed again when they are asked for. The totals are exact: a score has
SCORE_DIGITS decimals.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from matching.affinity.constants import SCORE_DIGITS
from matching.affinity.embedding import Embedder
from matching.affinity.fit import PairScore, Scores
from matching.affinity.request import Expert, Need

UNITS: int = 10**SCORE_DIGITS  # of a score of 1
KEPT = 128  # pairs whose parts are kept, as a page asks for them several times


class Totals:
    """The scores of all needs with all experts. needs, experts: of the rows and of the columns."""

    def __init__(self, scores: Scores) -> None:
        self._total = np.rint(scores.score * UNITS).astype(np.uint32)
        self._scores = scores.stripped()
        self._pairs: dict[tuple[int, int], Scores] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_pairs": {}}

    @property
    def embedder(self) -> Embedder | None:
        """What texts are compared by; None if these are scores without an encoder."""
        return None if self._scores.meaning is None else self._scores.meaning.embedder

    @property
    def needs(self) -> Sequence[Need]:
        return self._scores.needs

    @property
    def experts(self) -> Sequence[Expert]:
        return self._scores.experts

    def at(self, need: int, expert: int) -> float:
        """Return the score of a pair in [0, 1]."""
        return int(self._total[need, expert]) / UNITS

    def explain(self, need: int, expert: int) -> PairScore:
        """Return a pair with the evidence of each part and with what is missing."""
        return self._pair(need, expert).explain(0, 0)

    def carried(self, need: int, expert: int, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the share in [0, 1] of the topic part for each pair (topic of the need, topic of the expert)."""
        return self._pair(need, expert).carried(0, 0, pairs)

    def with_experts(self, experts: Sequence[Expert]) -> "Totals":
        """Return the scores of other experts with the same needs; see `Scores.with_experts`."""
        return Totals(self._scores.with_experts(experts))

    def with_needs(self, needs: Sequence[Need]) -> "Totals":
        """Return the scores of other needs with the same experts; see `Scores.with_needs`."""
        return Totals(self._scores.with_needs(needs))

    def _pair(self, need: int, expert: int) -> Scores:
        found = self._pairs.get((need, expert))
        if found is None:
            found = self._scores.of_pair(need, expert)
            if len(self._pairs) >= KEPT:
                self._pairs.clear()
            self._pairs[need, expert] = found
        return found
