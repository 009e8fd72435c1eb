"""Score every need with every expert: six parts, each with a value and its reasons.

    score = sum of weight * value over the parts for which both sides give data, weights scaled to sum to 1

The parts of all pairs are computed at once as matrices; the reasons of a pair are computed on request. The
topic part is always present: a side that says nothing of its subject gets 0 there, so its other parts do not
count fully.

With a sentence encoder the likeness m of the texts lifts S, the value of topics and words together:

    x = ln((S + .01) / (1.01 - S)),  S' = S + sigmoid(x + LIKENESS_GAIN * m) - sigmoid(x), at most 1

Similar passages are the part that does it: its value is 1, its weight what it adds. As much is taken from what topics
and words lack, so that they bring in as many points as without an encoder, of fewer, and the sum stays exact.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np

from matching.affinity.carrying import TopicAmounts, shares
from matching.affinity.conditions import language_values, mode_values, readiness_short, seniority_values
from matching.affinity.constants import (
    DECLARED,
    ENOUGH_TEXTS,
    FEW_WORDS,
    LANGUAGE_WEIGHT,
    LEAST_BY_WORDS,
    MANY_WORDS,
    MODE_WEIGHT,
    MOST_BY_WORDS,
    NO_LANGUAGE,
    SCORE_DIGITS,
    SENIORITY_WEIGHT,
    SUBJECT_WEIGHT,
    TEXT_WEIGHT,
    TOPIC_WEIGHT,
    TOPICS_HALF,
)
from matching.affinity.encoding import Meaning
from matching.affinity.evidence import Evidence, choose
from matching.affinity.languages import primary
from matching.affinity.lifting import lift
from matching.affinity.overlap import Overlap, Rarity
from matching.affinity.readings import read
from matching.affinity.request import Expert, Need
from matching.affinity.scheme import Scheme, scheme
from matching.affinity.sides import ReadSides
from matching.affinity.space import Matrix, TopicSpace, space
from matching.affinity.weighing import Weighing, weigh
from matching.errors import EmbeddingError


class PartCode(StrEnum):
    """Parts of a score."""

    TOPIC = "topic"
    TEXT = "text"
    PASSAGES = "passages"
    MODE = "mode"
    LANGUAGE = "language"
    SENIORITY = "seniority"


WEIGHTS = {
    PartCode.TOPIC: TOPIC_WEIGHT,
    PartCode.TEXT: TEXT_WEIGHT,
    PartCode.MODE: MODE_WEIGHT,
    PartCode.LANGUAGE: LANGUAGE_WEIGHT,
    PartCode.SENIORITY: SENIORITY_WEIGHT,
}


class MissingCode(StrEnum):
    """What keeps a pair from a higher score."""

    NEED_WITHOUT_TOPICS = "need_without_topics"
    EXPERT_WITHOUT_TOPICS = "expert_without_topics"
    MUST_TOPIC = "must_topic"
    NEED_LANGUAGE_UNKNOWN = "need_language_unknown"  # only loanwords, formulas and grades could be read
    EXPERT_LANGUAGE_UNKNOWN = "expert_language_unknown"
    NEED_LANGUAGE_WRONG = "need_language_wrong"  # a text is tagged with a language of another script
    EXPERT_LANGUAGE_WRONG = "expert_language_wrong"
    NEED_TOPIC_UNTOLD = "need_topic_untold"  # a chosen topic that is not even near the topics of the texts
    EXPERT_TOPIC_UNTOLD = "expert_topic_untold"
    NO_TEXT_IN_COMMON = "no_text_in_common"
    NO_COMMON_MODE = "no_common_mode"
    NO_COMMON_LANGUAGE = "no_common_language"
    READINESS_BELOW = "readiness_below"


class Fix(StrEnum):
    """Change that would remove what is missing."""

    DECLARE_TOPICS = "declare_topics"
    OTHER_EXPERT = "other_expert"
    TRANSLATION = "translation"
    CORRECT_LANGUAGE = "correct_language"
    REVIEW_TOPICS = "review_topics"
    AGREE_MODE = "agree_mode"
    INTERPRETER = "interpreter"
    PILOT = "pilot"


@dataclass(frozen=True, slots=True)
class PartScore:
    """Part of a score. weight, value: in [0, 1]."""

    code: PartCode
    weight: float
    value: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingItem:
    """What is missing in a pair.

    topic: id of a required topic that the expert lacks, or of a topic that no text mentions.
    """

    code: MissingCode
    fix: Fix
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class PairScore:
    """Score of a need and an expert in [0, 1], with its parts and what is missing."""

    need: str
    expert: str
    score: float
    parts: tuple[PartScore, ...]
    missing: tuple[MissingItem, ...]


class Scores:
    """Scores of all needs with all experts.

    interpreters: the two languages (BCP 47) of each interpreter. meaning: of the same needs and experts by a
    sentence encoder, None without one. values, weights: matrix of each part; values in [0, 1],
    NaN if data is missing; weights before scaling. among: scores of the same event from which word rarity and
    similar texts are taken, instead of the sides given here.
    """

    def __init__(
        self,
        needs: Sequence[Need],
        experts: Sequence[Expert],
        interpreters: Sequence[tuple[str, str]] = (),
        topics: Scheme | None = None,
        *,
        meaning: Meaning | None = None,
        among: "Scores | None" = None,
    ) -> None:
        self.needs, self.experts = tuple(needs), tuple(experts)
        self._basis: Scores = among._basis if among else self
        self._space: TopicSpace = among._space if among else space(topics or scheme())
        self._between = frozenset(frozenset(map(primary, pair)) for pair in interpreters)
        self.meaning = meaning
        self._read(among)
        self._topics = self._topic_values(among)
        values = {
            PartCode.TOPIC: self._topics,
            PartCode.TEXT: self._text_values(),
            PartCode.MODE: mode_values(self.needs, self.experts),
            PartCode.LANGUAGE: language_values(self.needs, self.experts, self._between),
            PartCode.SENIORITY: seniority_values(self.needs, self.experts),
        }
        self.values = {part: np.round(matrix, SCORE_DIGITS, out=matrix) for part, matrix in values.items()}
        told = np.clip((self._overlap.breadth.astype(np.float64) - FEW_WORDS) / (MANY_WORDS - FEW_WORDS), 0, 1)
        by_words = SUBJECT_WEIGHT * (LEAST_BY_WORDS + (MOST_BY_WORDS - LEAST_BY_WORDS) * told)
        self.weights = {part: np.broadcast_to(np.float64(weight), told.shape) for part, weight in WEIGHTS.items()}
        self.weights |= {PartCode.TEXT: by_words, PartCode.TOPIC: SUBJECT_WEIGHT - by_words}
        if meaning is not None:
            self._lift(meaning.value)

    def _lift(self, likeness: Matrix) -> None:
        """Add the part of similar passages, and take its weight from what topics and words lack."""
        subject = (PartCode.TOPIC, PartCode.TEXT)
        weights, values = ({part: of[part] for part in subject} for of in (self.weights, self.values))
        weights, values, added = lift(weights, values, likeness)
        self.weights |= weights | {PartCode.PASSAGES: added}
        self.values |= values | {PartCode.PASSAGES: np.where(added > 0, 1.0, np.nan)}
        self.values = {part: self.values[part] for part in PartCode}

    def with_experts(self, experts: Sequence[Expert]) -> "Scores":
        """Return the scores of other experts with the same needs; word rarity stays that of the present scores.

        If the encoder of the present scores fails, they are scored without it.
        """
        meaning = self._other(lambda meaning: meaning.with_experts(experts))
        return Scores(self.needs, experts, self._interpreters(), meaning=meaning, among=self)

    def with_needs(self, needs: Sequence[Need]) -> "Scores":
        """Return the scores of other needs with the same experts, as `with_experts`.

        The score of a need does not depend on the other needs.
        """
        meaning = self._other(lambda meaning: meaning.with_needs(needs))
        return Scores(needs, self.experts, self._interpreters(), meaning=meaning, among=self)

    def _other(self, read: Callable[[Meaning], Meaning]) -> Meaning | None:
        try:
            return None if self.meaning is None else read(self.meaning)
        except EmbeddingError:
            return None

    def _interpreters(self) -> list[tuple[str, str]]:
        pairs = [tuple(sorted(pair) * 2)[:2] for pair in self._between]
        return [(pair[0], pair[1]) for pair in sorted(pairs)]

    def _read(self, among: "Scores | None") -> None:
        """Compute profiles, words and weights of both sides; what `among` has computed is reused."""
        topics = self._space.scheme
        if among is None:
            sides = [*self.needs, *self.experts]
            readings = [[part for text in side.texts for part in read(text, topics)] for side in sides]
            self._weighing: Weighing = weigh(readings, self._space)
        else:
            self._weighing = among._weighing
        ours = among._own if among and among.needs is self.needs else ReadSides(self.needs, self._space, self._weighing)
        theirs = (
            among._their
            if among and among.experts is self.experts
            else ReadSides(self.experts, self._space, self._weighing)
        )
        self._own: ReadSides = ours
        self._their: ReadSides = theirs
        self._needs, self._experts = ours.profiles, theirs.profiles
        self._rarity: Rarity = among._rarity if among else Rarity([*ours.words, *theirs.words], topics)
        tables = ours.tables(self._rarity), theirs.tables(self._rarity)
        self._overlap: Overlap = Overlap((ours.words, theirs.words), tables, self._rarity)

    def stripped(self) -> "Scores":
        """Return what scores of other sides, or of one pair again, are computed from: without values of pairs."""
        found = object.__new__(Scores)
        kept = ("needs", "experts", "_space", "_between", "_weighing", "_rarity", "_ours", "_seen", "_said", "_theirs")
        found.__dict__ |= {name: getattr(self, name) for name in kept}
        found._basis = found if self._basis is self else self._basis
        found._own, found._their = self._own.stripped(), self._their.stripped()
        found.meaning = self.meaning and self.meaning.stripped()
        return found

    def of_pair(self, need: int, expert: int) -> "Scores":
        """Return the scores of one pair alone, computed anew among the same texts."""
        meaning = self.meaning and self.meaning.of_pair(need, expert)
        return Scores([self.needs[need]], [self.experts[expert]], self._interpreters(), meaning=meaning, among=self)

    @cached_property
    def score(self) -> Matrix:
        """Return [need, expert]: the score in [0, 1]."""
        total, whole = np.zeros((2, len(self.needs), len(self.experts)))
        for part, values in self.values.items():
            present = ~np.isnan(values)
            total += np.where(present, self.weights[part] * values, 0)
            whole += np.where(present, self.weights[part], 0)
        return np.asarray(np.round(total / whole, SCORE_DIGITS))

    def best(self, need: int, top: int | None = None) -> list[int]:
        """Return the columns of the need's best `top` experts, or all, by falling score, then by expert id."""
        row = self.score[need]
        if top is not None and top < len(row):
            least = np.partition(row, -top)[-top]
            among = np.flatnonzero(row >= least).tolist()
        else:
            among = list(range(len(row)))
        return sorted(among, key=lambda at: (-row[at], self.experts[at].id))[:top]

    def parts(self, need: int, expert: int) -> tuple[PartScore, ...]:
        """Return the parts of a pair's score without evidence, which takes the most time."""
        values = {part: float(matrix[need, expert]) for part, matrix in self.values.items()}
        weights = {part: float(self.weights[part][need, expert]) for part in values if not math.isnan(values[part])}
        whole = sum(weights.values())
        return tuple(PartScore(part, weight / whole, values[part]) for part, weight in weights.items())

    def explain(self, need: int, expert: int) -> PairScore:
        """Return a pair with the evidence of each part and with what is missing."""
        told = self.parts(need, expert)
        parts = tuple(replace(part, evidence=self._why(part.code, need, expert)) for part in told)
        return PairScore(
            need=self.needs[need].id,
            expert=self.experts[expert].id,
            score=float(self.score[need, expert]),
            parts=parts,
            missing=tuple(self._missing(need, expert)),
        )

    def carried(self, need: int, expert: int, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the share in [0, 1] of the topic part for each pair (topic of the need, topic of the expert)."""
        told = TopicAmounts(
            self._ours[need],
            self._said[expert],
            self._experts.declared[expert],
            self._experts.declared_nearness[expert],
        )
        return shares(told, float(self._ours[need] @ self._theirs[expert]), pairs, self._space)

    def _topic_values(self, among: "Scores | None") -> Matrix:
        """Return the topic part: x^2 / (x^2 + TOPICS_HALF^2), x being the amount that both sides share.

        x counts the same and near topics. The value never falls when more is shared, and chance agreement stays
        near 0.
        """
        basis, nearness = self._basis, self._space.nearness
        is_lent = min(len(basis.needs), len(basis.experts)) >= ENOUGH_TEXTS
        self._ours: Matrix
        self._seen: Matrix
        self._said: Matrix
        self._theirs: Matrix
        if among and self._own is among._own:
            self._ours, self._seen = among._ours, among._seen
        else:
            said = self._own.said_with_similar(basis._own) if is_lent else self._needs.said
            self._ours = said + DECLARED * self._needs.declared
            self._seen = self._ours @ nearness
        if among and self._their is among._their:
            self._said, self._theirs = among._said, among._theirs
        else:
            self._said = self._their.said_with_similar(basis._their) if is_lent else self._experts.said
            self._theirs = self._said @ nearness + DECLARED * self._experts.declared_nearness
        value = self._ours @ self._theirs.T
        value *= value  # in place: the matrices of a large event use most of the memory
        value += TOPICS_HALF**2
        np.divide(TOPICS_HALF**2, value, out=value)
        return np.asarray(np.subtract(1, value, out=value))

    def _text_values(self) -> Matrix:
        """Return the text part: the overlap of words.

        Without a common language, shared codes are added to the topic part instead.
        """
        codes = 1 - (1 - self._topics) * (1 - self._overlap.value)
        return np.where(self._overlap.spoken, self._overlap.value, codes)

    def _why(self, part: PartCode, need: int, expert: int) -> tuple[Evidence, ...]:
        if part is PartCode.TOPIC:
            seen = self._theirs[expert], self._seen[need]
            own = float(self._needs.said[need] @ seen[0]), float(self._experts.said[expert] @ seen[1])
            ours, theirs = self._own.quotes(need), self._their.quotes(expert)
            return tuple(choose(ours, theirs, seen, own, self._space))
        if part is PartCode.TEXT:
            return tuple(Evidence(None, None, "term", *shared) for shared in self._overlap.shared(need, expert))
        if part is PartCode.PASSAGES and self.meaning is not None:
            found = self.meaning.passages(need, expert)
            return tuple(Evidence(None, None, "term", each.need_at, each.expert_at) for each in found)
        return ()

    def _missing(self, at: int, column: int) -> Iterator[MissingItem]:
        """Yield what keeps the pair from a higher score, with what would remove it."""
        need, expert = self.needs[at], self.experts[column]
        if not self._needs.mentions(at):
            yield MissingItem(MissingCode.NEED_WITHOUT_TOPICS, Fix.DECLARE_TOPICS)
        if not self._experts.mentions(column):
            yield MissingItem(MissingCode.EXPERT_WITHOUT_TOPICS, Fix.DECLARE_TOPICS)
        for topic in need.must_topics:
            if not self._experts.mentions(column, self._space.scheme.below(topic)):
                yield MissingItem(MissingCode.MUST_TOPIC, Fix.OTHER_EXPERT, topic)
        if self._needs.is_foreign(at):
            yield MissingItem(MissingCode.NEED_LANGUAGE_UNKNOWN, Fix.TRANSLATION)
        if self._experts.is_foreign(column):
            yield MissingItem(MissingCode.EXPERT_LANGUAGE_UNKNOWN, Fix.TRANSLATION)
        for side, of, tagged, unmentioned in (
            (at, self._needs, MissingCode.NEED_LANGUAGE_WRONG, MissingCode.NEED_TOPIC_UNTOLD),
            (column, self._experts, MissingCode.EXPERT_LANGUAGE_WRONG, MissingCode.EXPERT_TOPIC_UNTOLD),
        ):
            if of.is_mistagged(side):
                yield MissingItem(tagged, Fix.CORRECT_LANGUAGE)
            for topic in of.unmentioned(side):
                yield MissingItem(unmentioned, Fix.REVIEW_TOPICS, topic)
        is_compared = self.meaning is not None and not np.isnan(self.meaning.value[at, column])
        if need.texts and expert.texts and np.isnan(self.values[PartCode.TEXT][at, column]) and not is_compared:
            yield MissingItem(MissingCode.NO_TEXT_IN_COMMON, Fix.TRANSLATION)
        if self.values[PartCode.MODE][at, column] == 0:
            yield MissingItem(MissingCode.NO_COMMON_MODE, Fix.AGREE_MODE)
        if self.values[PartCode.LANGUAGE][at, column] == NO_LANGUAGE:
            yield MissingItem(MissingCode.NO_COMMON_LANGUAGE, Fix.INTERPRETER)
        if readiness_short(need, expert):
            yield MissingItem(MissingCode.READINESS_BELOW, Fix.PILOT)


def score_all(
    needs: Sequence[Need], experts: Sequence[Expert], interpreters: Sequence[tuple[str, str]] = ()
) -> list[PairScore]:
    """Return every pair, by need in the given order, then by falling score, then by expert id."""
    scores = Scores(needs, experts, interpreters)
    return [scores.explain(row, column) for row in range(len(needs)) for column in scores.best(row)]


def score(need: Need, expert: Expert, interpreters: Sequence[tuple[str, str]] = ()) -> PairScore:
    """Return the score of one pair alone."""
    return Scores([need], [expert], interpreters).explain(0, 0)
