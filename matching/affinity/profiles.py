"""Profiles of needs and experts: how much each speaks of each topic, and with which words.

Profiles are additive. The vector of a side is the sum over the terms and n-grams in its texts, each weighted by
how specific it is and by 1 + REPEATED * ln(times), divided by how much the side says in total
(`Profiles.size`). The share of a quotation in a match is therefore exact, and words that have nothing to do
with a need only lower the expert's profile.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matching.affinity.constants import (
    CHANCE,
    DRAFTED_TOPICS,
    FEW_RUNS,
    FULLNESS,
    LIKENESS,
    MUST,
    REPEATED,
    STIRRING,
    UNTOLD,
)
from matching.affinity.grams import ngram_weights
from matching.affinity.languages import UNKNOWN, contradicts
from matching.affinity.lexicon import Hit, lexicon
from matching.affinity.readings import Reading, read
from matching.affinity.request import Need, NeedOrExpert
from matching.affinity.space import Indices, Matrix, TopicSpace, Vector
from matching.affinity.weighing import Weighing


class TextSpan(NamedTuple):
    """Position of words: index of the text and [start, end) in code points."""

    text: int
    start: int
    end: int


@dataclass(frozen=True)
class TextGroup:
    """Texts of a side in one language and state of draft. texts: their indices among the side's texts."""

    known: str
    draft: bool
    texts: tuple[int, ...]
    readings: tuple[Reading, ...]

    @cached_property
    def terms(self) -> dict[int, tuple[Hit, int]]:
        """Return for each term number its first hit and its number of occurrences."""
        times = Counter(hit.number for reading in self.readings for hit in reading.hits)
        first = {hit.number: hit for reading in reversed(self.readings) for hit in reversed(reading.hits)}
        return {number: (first[number], count) for number, count in times.items()}

    @cached_property
    def runs(self) -> tuple[Indices, Indices]:
        """Return the rows of the n-grams, each once, and the number of occurrences of each."""
        rows, times = np.unique(np.concatenate([reading.runs for reading in self.readings]), return_counts=True)
        return rows.astype(np.int64), times.astype(np.int64)

    @cached_property
    def tokens(self) -> Counter[str]:
        return Counter(token for reading in self.readings for token in reading.tokens)

    @property
    def weight(self) -> float:
        return DRAFTED_TOPICS if self.draft else 1.0


def repetition_weight(times: Indices | int) -> Vector:
    """Return the weight of something that occurs `times` times."""
    return np.asarray(1 + REPEATED * np.log(times))


def group_texts(texts: Sequence[Sequence[Reading]]) -> tuple[TextGroup, ...]:
    """Group the readings of a side's texts by language and draft."""
    groups: dict[tuple[str, bool], list[tuple[int, Reading]]] = {}
    for at, readings in enumerate(texts):
        for reading in readings:
            groups.setdefault((reading.known, reading.draft), []).append((at, reading))
    return tuple(
        TextGroup(known, draft, tuple(at for at, _ in group), tuple(reading for _, reading in group))
        for (known, draft), group in sorted(groups.items())
    )


class Profiles:
    """Profiles of all needs or all experts in the topic space.

    size: how much each side says, 1 for nothing. said: [side, topic], what its texts say, divided by size.
    declared: [side, topic], 1 for a declared topic, MUST for a required one.
    """

    def __init__(self, sides: Sequence[NeedOrExpert], space: TopicSpace, weighing: Weighing) -> None:
        self.sides = tuple(sides)
        self.space = space
        self.weighing = weighing
        self.groups = [group_texts([read(text, space.scheme) for text in side.texts]) for side in sides]
        self.size = np.array([1 + sum(self._fullness(said) for said in groups) for groups in self.groups])
        self._untold: dict[int, tuple[str, ...]] = {}
        self._above: dict[int, npt.NDArray[np.float32]] = {}
        self._stirs: dict[int, npt.NDArray[np.bool_]] = {}
        total = np.zeros((len(self.sides), len(space.ids)))
        for known in sorted({said.known for groups in self.groups for said in groups}):
            self._add(known, total)
        self.said = total / self.size[:, None]

    def stripped(self) -> "Profiles":
        """Return the same without readings: with what comparing needs, not reasons."""
        found = object.__new__(Profiles)
        found.sides, found.space, found.weighing, found.said = self.sides, self.space, self.weighing, self.said
        found.__dict__["declared"], found.__dict__["declared_nearness"] = self.declared, self.declared_nearness
        return found

    @cached_property
    def declared(self) -> Matrix:
        """Return [side, topic]: 1 for a declared topic, MUST for a required one, else 0."""
        matrix = np.zeros((len(self.sides), len(self.space.ids)))
        for row, side in enumerate(self.sides):
            matrix[row, [self.space.index[topic] for topic in side.topics]] = 1
            if isinstance(side, Need):
                matrix[row, [self.space.index[topic] for topic in side.must_topics]] = MUST
        return matrix

    @cached_property
    def declared_nearness(self) -> Matrix:
        """Return [side, topic]: nearness of each topic to the nearest topic that the side declares."""
        rows = [self.space.nearest(np.flatnonzero(row).tolist()) for row in self.declared]
        return np.array(rows).reshape(self.declared.shape)

    def mentions(self, side: int, topics: Collection[str] | None = None) -> bool:
        """Whether the texts or declared topics of a side contain any of `topics`; any topic at all if None."""
        if topics is None:
            return self._mentions_any[side]
        said, declared = self.said[side], self.declared[side]
        return any(said[self.space.index[topic]] > 0 or declared[self.space.index[topic]] > 0 for topic in topics)

    @cached_property
    def _mentions_any(self) -> list[bool]:
        found: list[bool] = (self.said.any(axis=1) | self.declared.any(axis=1)).tolist()
        return found

    def is_foreign(self, side: int) -> bool:
        """Whether all texts of a side are in languages in which the scheme has no names."""
        return self._foreign[side]

    def is_mistagged(self, side: int) -> bool:
        """Whether a text is tagged with a language of another script; it is then read in its apparent language."""
        return self._mistagged[side]

    @cached_property
    def _mistagged(self) -> list[bool]:
        return [any(text.lang and contradicts(text.lang, text.text) for text in side.texts) for side in self.sides]

    def unmentioned(self, side: int) -> tuple[str, ...]:
        """Return declared topics that are not near any topic of the side's texts. They count nevertheless."""
        if side not in self._untold:
            self._untold[side] = self._unmentioned(side)
        return self._untold[side]

    def _unmentioned(self, side: int) -> tuple[str, ...]:
        declared = np.flatnonzero(self.declared[side])
        said = self.said[side]
        if not declared.size or not said.any():
            return ()
        seen = self.space.nearness @ said
        far = declared[seen[declared] < UNTOLD * seen.max()]
        return tuple(self.space.ids[at] for at in far.tolist())

    @cached_property
    def _foreign(self) -> list[bool]:
        told = {*self.space.scheme.languages, UNKNOWN}
        langs = [{part.lang for said in groups for part in said.readings if part.tokens} for groups in self.groups]
        return [bool(found) and found.isdisjoint(told) for found in langs]

    def share_above_chance(self, said: TextGroup) -> npt.NDArray[np.float32]:
        """Return for each topic the share of the group's likeness that exceeds chance; 0 without likeness."""
        return self._above[id(said)]

    def could_exceed_chance(self, said: TextGroup) -> npt.NDArray[np.bool_]:
        """Return for each topic whether its likeness could exceed chance if words of other topics were removed."""
        return self._stirs[id(said)]

    def _fullness(self, said: TextGroup) -> float:
        return said.weight * FULLNESS * len(said.tokens) / lexicon(self.space.scheme, said.known).breadth

    def _add(self, known: str, total: Matrix) -> None:
        """Add what all groups of texts in one language say to the rows of their sides."""
        groups = [(row, said) for row, side in enumerate(self.groups) for said in side if said.known == known]
        rows = np.array([row for row, _ in groups])
        weight = np.array([said.weight for _, said in groups])
        whole, chance = self._likeness(known, groups)
        above = np.maximum(whole - chance, 0)
        np.add.at(total, rows, weight[:, None] * (self._terms(groups) + LIKENESS * above))
        share = (above / np.where(whole > 0, whole, 1)).astype(np.float32)
        few = np.array([len(said.runs[0]) < FEW_RUNS for _, said in groups])
        could_exceed_chance = (whole > 0) & ((whole >= STIRRING * chance) | few[:, None])
        self._above |= {id(said): share[at] for at, (_, said) in enumerate(groups)}
        self._stirs |= {id(said): could_exceed_chance[at] for at, (_, said) in enumerate(groups)}

    def _terms(self, groups: Sequence[tuple[int, TextGroup]]) -> Matrix:
        matrix = np.zeros((len(groups), len(self.space.ids)))
        for at, (_, said) in enumerate(groups):
            for hit, times in said.terms.values():
                for topic in hit.topics:
                    matrix[at, self.space.index[topic]] += (
                        float(repetition_weight(times)) * hit.weight / len(hit.topics)
                    )
        return matrix * self.weighing.topics

    def _likeness(self, known: str, groups: Sequence[tuple[int, TextGroup]]) -> tuple[Matrix, Matrix]:
        """Return [group, topic] the likeness, and [group, 1] the likeness that is mere chance."""
        from scipy import sparse

        sounds = ngram_weights(self.space.scheme, known)
        weight = self.weighing.of_runs(self.space, known)
        rows = [said.runs[0] for _, said in groups]
        data = [repetition_weight(said.runs[1]) * weight[said.runs[0]] for _, said in groups]
        counts = sparse.csr_array(
            (np.concatenate(data), np.concatenate(rows), np.cumsum([0, *map(len, rows)])),
            shape=(len(groups), len(sounds.row)),
        )
        chance = CHANCE * np.asarray(counts @ sounds.chance)[:, None]
        return np.asarray((counts @ sounds.weights).toarray()), chance
