"""What needs and experts are about: how much each speaks of each topic, and with which words.

Everything adds up. A side's vector is the sum over the terms and the runs of letters in its texts, each counted by how
telling it is and 1 + REPEATED · ln(times) however often it stands there; then it is divided by how much the side says
in all (`Profiles.size`). So a quotation's share in a match is exact, and words that have nothing to do with a need can
only make an expert's profile thinner.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

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
from matching.affinity.grams import echo
from matching.affinity.languages import UNKNOWN, contradicts
from matching.affinity.lexicon import Hit, lexicon
from matching.affinity.readings import Reading, read
from matching.affinity.request import Need, Side
from matching.affinity.space import Indices, Matrix, Space, Vector
from matching.affinity.weighing import Weighing


class Place(NamedTuple):
    """Where words stand: the index of the text and [start, end) in code points."""

    text: int
    start: int
    end: int


@dataclass(frozen=True)
class Said:
    """A side's texts in one language and in one state of draft. texts: their indices among the side's."""

    known: str
    draft: bool
    texts: tuple[int, ...]
    readings: tuple[Reading, ...]

    @cached_property
    def terms(self) -> dict[int, tuple[Hit, int]]:
        """For each term by its number, its first hit and how often it stands there."""
        times = Counter(hit.number for reading in self.readings for hit in reading.hits)
        first = {hit.number: hit for reading in reversed(self.readings) for hit in reversed(reading.hits)}
        return {number: (first[number], count) for number, count in times.items()}

    @cached_property
    def runs(self) -> tuple[Indices, Indices]:
        """The runs of letters by their rows, each once, and how often each stands there."""
        rows, times = np.unique(np.concatenate([reading.runs for reading in self.readings]), return_counts=True)
        return rows.astype(np.int64), times.astype(np.int64)

    @cached_property
    def tokens(self) -> Counter[str]:
        return Counter(token for reading in self.readings for token in reading.tokens)

    @property
    def weight(self) -> float:
        return DRAFTED_TOPICS if self.draft else 1.0


def repeated(times: Indices | int) -> Vector:
    """What something counts that stands there so often."""
    return np.asarray(1 + REPEATED * np.log(times))


def say(texts: Sequence[Sequence[Reading]]) -> tuple[Said, ...]:
    """The readings of each text by language and draft."""
    groups: dict[tuple[str, bool], list[tuple[int, Reading]]] = {}
    for at, readings in enumerate(texts):
        for reading in readings:
            groups.setdefault((reading.known, reading.draft), []).append((at, reading))
    return tuple(
        Said(known, draft, tuple(at for at, _ in group), tuple(reading for _, reading in group))
        for (known, draft), group in sorted(groups.items())
    )


class Profiles:
    """All needs, or all experts, in the space of topics.

    size: how much each says, 1 for nothing. said: a row for each side, what its texts say of each topic, by its size.
    declared: a row for each side, the topics it declares, must-haves twice.
    """

    def __init__(self, sides: Sequence[Side], space: Space, weighing: Weighing) -> None:
        self.sides = tuple(sides)
        self.space = space
        self.weighing = weighing
        self.groups = [say([read(text, space.scheme) for text in side.texts]) for side in sides]
        self.size = np.array([1 + sum(self._fullness(said) for said in groups) for groups in self.groups])
        self._above: dict[int, npt.NDArray[np.float32]] = {}
        self._stirs: dict[int, npt.NDArray[np.bool_]] = {}
        total = np.zeros((len(self.sides), len(space.ids)))
        for known in sorted({said.known for groups in self.groups for said in groups}):
            self._add(known, total)
        self.said = total / self.size[:, None]

    @cached_property
    def declared(self) -> Matrix:
        matrix = np.zeros((len(self.sides), len(self.space.ids)))
        for row, side in enumerate(self.sides):
            matrix[row, [self.space.index[topic] for topic in side.topics]] = 1
            if isinstance(side, Need):
                matrix[row, [self.space.index[topic] for topic in side.must_topics]] = MUST
        return matrix

    @cached_property
    def held(self) -> Matrix:
        """A row for each side: how near each topic is to the nearest of those it declares."""
        rows = [self.space.nearest(np.flatnonzero(row).tolist()) for row in self.declared]
        return np.array(rows).reshape(self.declared.shape)

    def speaks(self, side: int, topics: Collection[str] | None = None) -> bool:
        """Whether a side speaks of any of the topics, or of any at all for None."""
        said, declared = self.said[side], self.declared[side]
        if topics is None:
            return bool(said.any() or declared.any())
        return any(said[self.space.index[topic]] > 0 or declared[self.space.index[topic]] > 0 for topic in topics)

    def is_foreign(self, side: int) -> bool:
        """Whether all that a side writes is in languages that the scheme has no names in."""
        return self._foreign[side]

    def is_mistagged(self, side: int) -> bool:
        """Whether a text of a side is tagged with a language that has none of its letters; it is read as it looks."""
        return any(text.lang and contradicts(text.lang, text.text) for text in self.sides[side].texts)

    def untold(self, side: int) -> tuple[str, ...]:
        """Topics that a side declares while its texts speak of others, none of them near. They count all the same."""
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

    def above_chance(self, said: Said) -> npt.NDArray[np.float32]:
        """For each topic, what share of the group's likeness to it is more than chance; 0 where it has none."""
        return self._above[id(said)]

    def stirs(self, said: Said) -> npt.NDArray[np.bool_]:
        """Whether each topic's likeness could come to more than chance if words for other topics went."""
        return self._stirs[id(said)]

    def _fullness(self, said: Said) -> float:
        return said.weight * FULLNESS * len(said.tokens) / lexicon(self.space.scheme, said.known).breadth

    def _add(self, known: str, total: Matrix) -> None:
        """Add what all groups of texts in one language say to the sides' rows."""
        groups = [(row, said) for row, side in enumerate(self.groups) for said in side if said.known == known]
        rows = np.array([row for row, _ in groups])
        weight = np.array([said.weight for _, said in groups])
        whole, chance = self._likeness(known, groups)
        above = np.maximum(whole - chance, 0)
        np.add.at(total, rows, weight[:, None] * (self._terms(groups) + LIKENESS * above))
        share = (above / np.where(whole > 0, whole, 1)).astype(np.float32)
        few = np.array([len(said.runs[0]) < FEW_RUNS for _, said in groups])
        stirs = (whole > 0) & ((whole >= STIRRING * chance) | few[:, None])
        self._above |= {id(said): share[at] for at, (_, said) in enumerate(groups)}
        self._stirs |= {id(said): stirs[at] for at, (_, said) in enumerate(groups)}

    def _terms(self, groups: Sequence[tuple[int, Said]]) -> Matrix:
        matrix = np.zeros((len(groups), len(self.space.ids)))
        for at, (_, said) in enumerate(groups):
            for hit, times in said.terms.values():
                for topic in hit.topics:
                    matrix[at, self.space.index[topic]] += float(repeated(times)) * hit.weight / len(hit.topics)
        return matrix * self.weighing.topics

    def _likeness(self, known: str, groups: Sequence[tuple[int, Said]]) -> tuple[Matrix, Matrix]:
        """Of each group to each topic, and in a single column, what is no more than chance."""
        sounds = echo(self.space.scheme, known)
        weight = self.weighing.of_runs(self.space, known)
        rows = [said.runs[0] for _, said in groups]
        data = [repeated(said.runs[1]) * weight[said.runs[0]] for _, said in groups]
        counts = sparse.csr_array(
            (np.concatenate(data), np.concatenate(rows), np.cumsum([0, *map(len, rows)])),
            shape=(len(groups), len(sounds.row)),
        )
        chance = CHANCE * np.asarray(counts @ sounds.chance)[:, None]
        return np.asarray((counts @ sounds.weights).toarray()), chance
