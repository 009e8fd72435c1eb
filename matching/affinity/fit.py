"""What every need and every expert are worth to each other: five parts, each a number and its reasons.

    score = Σ weight × value over the parts whose data both sides give, the weights scaled to sum to one

The parts of all pairs are computed at once as matrices, the reasons of a pair when it is asked for. The topics are
always a part: a side that tells nothing of what it is about is worth nothing there, instead of all that is left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from matching.affinity.conditions import (
    NO_LANGUAGE,
    language_values,
    mode_values,
    readiness_short,
    seniority_values,
)
from matching.affinity.evidence import Evidence, choose
from matching.affinity.languages import primary
from matching.affinity.overlap import Overlap
from matching.affinity.profiles import ENOUGH_TEXTS, Profile, profiles
from matching.affinity.request import Expert, Need
from matching.affinity.scheme import Scheme, scheme
from matching.affinity.space import Matrix, smooth, space

DIGITS = 9  # of every value: what adding in another order could change lies below


class Part(StrEnum):
    TOPIC = "topic"
    TEXT = "text"
    MODE = "mode"
    LANGUAGE = "language"
    SENIORITY = "seniority"


WEIGHTS = {Part.TOPIC: 0.60, Part.TEXT: 0.15, Part.MODE: 0.10, Part.LANGUAGE: 0.08, Part.SENIORITY: 0.07}


class MissingCode(StrEnum):
    """What keeps a pair from scoring higher."""

    NEED_WITHOUT_TOPICS = "need_without_topics"
    EXPERT_WITHOUT_TOPICS = "expert_without_topics"
    MUST_TOPIC = "must_topic"
    NO_TEXT_IN_COMMON = "no_text_in_common"
    NO_COMMON_MODE = "no_common_mode"
    NO_COMMON_LANGUAGE = "no_common_language"
    READINESS_BELOW = "readiness_below"


class Fix(StrEnum):
    """What would close it."""

    DECLARE_TOPICS = "declare_topics"
    OTHER_EXPERT = "other_expert"
    TRANSLATION = "translation"
    AGREE_MODE = "agree_mode"
    INTERPRETER = "interpreter"
    PILOT = "pilot"


@dataclass(frozen=True, slots=True)
class PartScore:
    """weight and value in [0, 1]."""

    code: Part
    weight: float
    value: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """topic: the id of a must-have that the expert does not hold; else None."""

    code: MissingCode
    fix: Fix
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class PairScore:
    """A need and an expert by id, their score in [0, 1], the parts it is the sum of, and what is missing."""

    need: str
    expert: str
    score: float
    parts: tuple[PartScore, ...]
    missing: tuple[Missing, ...]


class Scores:
    """All needs against all experts. interpreters: the two languages (BCP 47) each works between.

    values: each part's matrix, a row for each need, a column for each expert; in [0, 1], NaN where its data is absent.
    """

    def __init__(
        self,
        needs: Sequence[Need],
        experts: Sequence[Expert],
        interpreters: Sequence[tuple[str, str]] = (),
        topics: Scheme | None = None,
    ) -> None:
        self.needs, self.experts = tuple(needs), tuple(experts)
        self._space = space(topics or scheme())
        self._needs, self._experts = profiles(self.needs, self.experts, self._space)
        self._overlap = Overlap(self.needs, self.experts, self._space.scheme)
        between = frozenset(frozenset(map(primary, pair)) for pair in interpreters)
        values = {
            Part.TOPIC: self._topic_values(),
            Part.TEXT: self._overlap.value,
            Part.MODE: mode_values(self.needs, self.experts),
            Part.LANGUAGE: language_values(self.needs, self.experts, between),
            Part.SENIORITY: seniority_values(self.needs, self.experts),
        }
        self.values = {part: np.round(matrix, DIGITS) for part, matrix in values.items()}

    @cached_property
    def score(self) -> Matrix:
        """The score of each pair, in [0, 1]."""
        weights = np.array([WEIGHTS[part] for part in Part])[:, None, None]
        values = np.array([self.values[part] for part in Part])
        present = ~np.isnan(values)
        total = (weights * np.where(present, values, 0)).sum(axis=0) / (weights * present).sum(axis=0)
        return np.asarray(np.round(total, DIGITS))

    def best(self, need: int, top: int | None = None) -> list[int]:
        """Columns of the need's best experts, by falling score, then by expert id; all of them for None."""
        row = self.score[need].tolist()
        return sorted(range(len(self.experts)), key=lambda at: (-row[at], self.experts[at].id))[:top]

    def explain(self, need: int, expert: int) -> PairScore:
        """The pair at a row and a column, with the evidence of each part and what is missing."""
        present = [part for part in Part if not np.isnan(self.values[part][need, expert])]
        whole = sum(WEIGHTS[part] for part in present)
        parts = tuple(
            PartScore(part, WEIGHTS[part] / whole, float(self.values[part][need, expert]), why)
            for part in present
            for why in [self._why(part, need, expert)]
        )
        return PairScore(
            need=self.needs[need].id,
            expert=self.experts[expert].id,
            score=float(self.score[need, expert]),
            parts=parts,
            missing=tuple(self._missing(need, expert)),
        )

    def _topic_values(self) -> Matrix:
        ours, theirs = (
            np.array([profile.vector for profile in side]).reshape(len(side), len(self._space.ids))
            for side in (self._needs, self._experts)
        )
        if min(len(ours), len(theirs)) >= ENOUGH_TEXTS:
            ours, theirs = smooth(ours), smooth(theirs)
        return np.asarray(np.clip(ours @ theirs.T, 0, 1))

    def _why(self, part: Part, need: int, expert: int) -> tuple[Evidence, ...]:
        if part is Part.TOPIC:
            return choose(self._needs[need], self._experts[expert], self._space)
        if part is Part.TEXT:
            return tuple(Evidence(None, None, "term", *shared) for shared in self._overlap.shared(need, expert))
        return ()

    def _missing(self, at: int, column: int) -> Iterator[Missing]:
        need, expert = self.needs[at], self.experts[column]
        value = {part: self.values[part][at, column] for part in Part}
        if not self._needs[at].vector.any():
            yield Missing(MissingCode.NEED_WITHOUT_TOPICS, Fix.DECLARE_TOPICS)
        if not self._experts[column].vector.any():
            yield Missing(MissingCode.EXPERT_WITHOUT_TOPICS, Fix.DECLARE_TOPICS)
        for topic in need.must_topics:
            if not self._holds(self._experts[column], topic):
                yield Missing(MissingCode.MUST_TOPIC, Fix.OTHER_EXPERT, topic)
        if need.texts and expert.texts and np.isnan(value[Part.TEXT]):
            yield Missing(MissingCode.NO_TEXT_IN_COMMON, Fix.TRANSLATION)
        if value[Part.MODE] == 0:
            yield Missing(MissingCode.NO_COMMON_MODE, Fix.AGREE_MODE)
        if value[Part.LANGUAGE] == NO_LANGUAGE:
            yield Missing(MissingCode.NO_COMMON_LANGUAGE, Fix.INTERPRETER)
        if readiness_short(need, expert):
            yield Missing(MissingCode.READINESS_BELOW, Fix.PILOT)

    def _holds(self, expert: Profile, topic: str) -> bool:
        """Whether the expert works on the topic or on one below it."""
        return any(expert.topics[self._space.index[below]] > 0 for below in self._space.scheme.below(topic))


def score_all(
    needs: Sequence[Need], experts: Sequence[Expert], interpreters: Sequence[tuple[str, str]] = ()
) -> list[PairScore]:
    """Every pair, by need in the order given, then by falling score, then by expert id."""
    scores = Scores(needs, experts, interpreters)
    return [scores.explain(row, column) for row in range(len(needs)) for column in scores.best(row)]


def score(need: Need, expert: Expert, interpreters: Sequence[tuple[str, str]] = ()) -> PairScore:
    """One pair alone."""
    return Scores([need], [expert], interpreters).explain(0, 0)
