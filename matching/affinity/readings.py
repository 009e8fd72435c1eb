"""A text read once: the topics that its words mention, each mention with its place."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from matching.affinity.grams import echo, grams
from matching.affinity.languages import detect
from matching.affinity.lexicon import Hit, lexicon
from matching.affinity.request import Text
from matching.affinity.scheme import Scheme
from matching.affinity.space import Indices, Vector, space, unit
from matching.affinity.tokens import tokenise

TERMS, SOFT = 0.5, 0.5  # what terms and likenesses count
SOFT_MASS = 0.05  # telling words that a likeness stands for; a text's is some five to ten
SOFT_OVER = 1.0  # standard deviations over the mean from which on a likeness is taken for more than chance
DETECTED, DRAFTED = 0.7, 0.5  # what a text counts beside declared topics, and a draft made by machine


class Layer(NamedTuple):
    """What a text says of topics: which, as a unit vector (all zero where of none), and how many words say it."""

    topics: Vector
    mass: float


@dataclass(frozen=True)
class Mentions:
    """Mentions of topics in a text, as columns: the topic's place among all, the amount, and [begin, end)."""

    topic: Indices
    amount: Vector
    begin: Indices
    end: Indices

    def total(self, topics: int, gone: tuple[int, int] | None = None) -> Vector:
        """The amount for each topic, without what overlaps `gone`."""
        if gone is None:
            return _sums(self.topic, self.amount, topics)
        stays = (self.begin >= gone[1]) | (self.end <= gone[0])
        return _sums(self.topic[stays], self.amount[stays], topics)


@dataclass(frozen=True)
class Reading:
    """A text read once.

    terms: for each topic of each term found, the topic, its share of the term, and where the term stands.
    runs: for each topic that a run of letters resembles, the topic, how much, and where the run stands.
    weight: what the text counts.
    """

    hits: tuple[Hit, ...]
    terms: Mentions
    runs: Mentions
    weight: float

    def layer(self, rarity: Vector, gone: tuple[int, int] | None = None) -> Layer:
        """What the text says of topics without the words in `gone`."""
        count = self.terms.total(len(rarity), gone)
        terms = rarity * np.where(count > 1, 1 + np.log(np.maximum(count, 1)), count)
        soft = _above_chance(self.runs.total(len(rarity), gone))
        mass = float(count.sum()) + SOFT_MASS * float(np.sqrt(soft @ soft))
        return Layer(unit(TERMS * unit(terms) + SOFT * unit(soft)), mass)


@lru_cache(maxsize=2048)  # some 50 kB each
def read(text: Text, scheme: Scheme) -> Reading:
    """The text's terms and runs, in its language or in the one it seems to be in."""
    lang = text.lang or detect(text.text)
    index = space(scheme).index
    hits = tuple(lexicon(scheme, lang).find(tokenise(text.text, lang)))
    named = [(topic, hit) for hit in hits for topic in hit.topics]
    known = echo(scheme, lang)
    runs = [(known.row[run.key], run.start, run.end) for run in grams(text.text) if run.key in known.row]
    lengths = [len(known.topics[row]) for row, _, _ in runs]
    return Reading(
        hits=hits,
        terms=Mentions(
            topic=np.array([index[topic] for topic, _ in named], dtype=np.int64),
            amount=np.array([hit.weight / len(hit.topics) for _, hit in named], dtype=np.float64),
            begin=np.array([hit.start for _, hit in named], dtype=np.int64),
            end=np.array([hit.end for _, hit in named], dtype=np.int64),
        ),
        runs=Mentions(
            topic=np.concatenate([_NO_TOPICS, *(known.topics[row] for row, _, _ in runs)]),
            amount=np.concatenate([_NO_AMOUNTS, *(known.weights[row] for row, _, _ in runs)]),
            begin=np.repeat(np.array([start for _, start, _ in runs], dtype=np.int64), lengths),
            end=np.repeat(np.array([end for _, _, end in runs], dtype=np.int64), lengths),
        ),
        weight=DRAFTED if text.draft else DETECTED,
    )


_NO_TOPICS, _NO_AMOUNTS = np.zeros(0, dtype=np.int64), np.zeros(0)


def _above_chance(soft: Vector) -> Vector:
    """Likenesses that stand out of the others: any text shares some runs of letters with many topics."""
    some = soft[soft > 0]
    return np.maximum(soft - some.mean() - SOFT_OVER * some.std(), 0) if some.size else np.zeros_like(soft)


def _sums(topic: Indices, amount: Vector, topics: int) -> Vector:
    return np.asarray(np.bincount(topic, amount, minlength=topics), dtype=np.float64)
