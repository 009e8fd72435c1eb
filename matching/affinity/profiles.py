"""What a need or an expert is about, as a direction in the space of topics, and which words point that way.

A profile is a unit vector, so two sides compare by a scalar product. It is made of three layers: declared topics,
terms found in the texts, and soft matching; then each topic passes a share on to its parent, siblings and neighbours.
For every place in a text that could be quoted, the profile also holds the vector that the side would have without
those words: a quotation is evidence exactly where the product would fall without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import networkx as nx
import numpy as np
import numpy.typing as npt

from matching.affinity.grams import Echo, Vector, echo, grams
from matching.affinity.languages import detect
from matching.affinity.lexicon import Hit, lexicon
from matching.affinity.request import Expert, Need, Side, Text
from matching.affinity.scheme import Scheme
from matching.affinity.tokens import tokenise

Matrix = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# Shares that a topic passes on, and what each layer counts, as measured on abstracts in Chinese and Russian.
TO_PARENT, TO_SIBLING, TO_RELATED = 0.3, 0.2, 0.4
TERMS, SOFT = 0.5, 0.5
DECLARED, DETECTED, DRAFTED = 1.0, 0.7, 0.5
MUST = 2.0  # a topic that the need cannot do without
SOFT_OVER = 1.0  # standard deviations over the mean topic from which on a likeness is taken for more than chance
SOFT_TOPICS = 3  # topics that such a place is taken to be about
ENOUGH_TEXTS = 100  # from here on the request's own texts tell which topics are rare
NOTHING = 1e-12  # what subtracting floating numbers leaves of zero
SOFT_QUOTES = 8  # places without a term of the scheme that are tried as evidence in each text


class Place(NamedTuple):
    """Where words stand: the index of the text and [start, end) in code points."""

    text: int
    start: int
    end: int


class Quote(NamedTuple):
    """Something that can be quoted: topics by index with their shares, and the place, None for a declared topic."""

    topics: tuple[tuple[int, float], ...]
    place: Place | None


class Space:
    """The topics of a scheme as axes, how they spread, and how any two of them stand to each other."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.ids = tuple(scheme.topics)
        self.index = {topic: place for place, topic in enumerate(self.ids)}
        self.spread = self._spread()
        self.kernel = self.spread @ self.spread.T

    def _spread(self) -> Matrix:
        matrix = np.eye(len(self.ids))
        for parent in self.ids:
            below = [self.index[child] for child in self.scheme.children(parent)]
            matrix[np.ix_(below, below)] += TO_SIBLING * (1 - np.eye(len(below)))
            matrix[self.index[parent], below] = matrix[below, self.index[parent]] = TO_PARENT
        for a, b in nx.Graph(self.scheme.related).edges:
            i, j = self.index[a], self.index[b]
            matrix[i, j] = matrix[j, i] = max(matrix[i, j], TO_RELATED)
        return matrix


@lru_cache(maxsize=4)
def space(scheme: Scheme) -> Space:
    return Space(scheme)


@dataclass(frozen=True)
class Reading:
    """A text read once: its terms, and its runs of letters.

    rows: of the language's likenesses, for each run that any topic's names hold; begins, ends: where the run stands.
    """

    hits: tuple[Hit, ...]
    known: Echo
    rows: Indices
    begins: Indices
    ends: Indices
    weight: float

    @cached_property
    def likeness(self) -> Vector:
        """How much the whole text resembles each topic."""
        return self.like(self.rows)

    def like(self, rows: Indices) -> Vector:
        return np.asarray(self.known.weights[rows].sum(axis=0), dtype=np.float64)

    def layers(self, space: Space, rarity: Vector, gone: tuple[int, int] | None = None) -> Vector:
        """The text's topics, as a unit vector, without the words in `gone`; all zero where nothing was found."""
        count = np.zeros(len(space.ids))
        for hit in self.hits:
            if gone is None or not _overlap(hit.start, hit.end, gone):
                for topic in hit.topics:
                    count[space.index[topic]] += 1 / len(hit.topics)
        terms = rarity * np.where(count > 1, 1 + np.log(np.maximum(count, 1)), count)
        soft = self.likeness
        if gone is not None:
            soft = soft - self.like(self.rows[(self.begins < gone[1]) & (self.ends > gone[0])])
        return unit(TERMS * unit(terms) + SOFT * unit(_above_chance(soft)))


def read(text: Text, scheme: Scheme) -> Reading:
    """The text's terms and runs, in its language or in the one it seems to be in."""
    lang = text.lang or detect(text.text)
    known = echo(scheme, lang)
    runs = [run for run in grams(text.text) if run.key in known.row]
    return Reading(
        hits=tuple(lexicon(scheme, lang).find(tokenise(text.text, lang))),
        known=known,
        rows=np.array([known.row[run.key] for run in runs], dtype=np.int64),
        begins=np.array([run.start for run in runs], dtype=np.int64),
        ends=np.array([run.end for run in runs], dtype=np.int64),
        weight=DRAFTED if text.draft else DETECTED,
    )


def rarity(readings: Sequence[Sequence[Reading]], space: Space) -> Vector:
    """The weight of each topic's terms by how few texts hold them, where the texts are enough to tell; else one each.

    readings: of each side's texts; a side counts once, however many translations it has.
    """
    told = [texts for texts in readings if texts]
    if len(told) < ENOUGH_TEXTS:
        return np.ones(len(space.ids))
    count = np.zeros(len(space.ids))
    for texts in told:
        held = {topic for text in texts for hit in text.hits for topic in hit.topics}
        count[[space.index[topic] for topic in held]] += 1
    return np.log(1 + len(told) / (1 + count))


def profiles(needs: Sequence[Need], experts: Sequence[Expert], space: Space) -> tuple[list["Profile"], list["Profile"]]:
    """The profiles of both sides, with the rarity of topics told by all of them together."""
    sides: tuple[Side, ...] = (*needs, *experts)
    readings = [[read(text, space.scheme) for text in side.texts] for side in sides]
    weight = rarity(readings, space)
    found = [Profile(side, texts, space, weight) for side, texts in zip(sides, readings, strict=True)]
    return found[: len(needs)], found[len(needs) :]


class Profile:
    """A side in the space of topics. rarity: the weight of each topic's terms, by index."""

    def __init__(self, side: Side, readings: Sequence[Reading], space: Space, rarity: Vector) -> None:
        self._space = space
        self._rarity = rarity
        self._readings = readings
        must = side.must_topics if isinstance(side, Need) else ()
        self._declared = tuple(space.index[topic] for topic in dict.fromkeys((*side.topics, *must)))
        self._emphasis = np.ones(len(space.ids))
        self._emphasis[[space.index[topic] for topic in must]] = MUST
        self._layers = [reading.layers(space, rarity) for reading in readings]

    @cached_property
    def vector(self) -> Vector:
        """The unit vector after spreading; all zero where the side says nothing that the scheme knows."""
        return self._combine(self._layers, self._declared)

    @cached_property
    def topics(self) -> Vector:
        """The weight of each topic before spreading."""
        return self._sum(self._layers, self._declared)

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """What could be quoted: declared topics, terms, and the words most like a topic's."""
        declared = [Quote(((topic, 1.0),), None) for topic in self._declared]
        return (*declared, *(quote for at, reading in enumerate(self._readings) for quote in self._quotes(at, reading)))

    @cached_property
    def without(self) -> Matrix:
        """A row for each quote: the unit vector that the side would have without it."""
        rows = [self._without(quote) for quote in self.quotes]
        return np.array(rows) if rows else np.zeros((0, len(self._space.ids)))

    def _without(self, quote: Quote) -> Vector:
        if quote.place is None:
            gone = quote.topics[0][0]
            return self._combine(self._layers, tuple(topic for topic in self._declared if topic != gone))
        at, start, end = quote.place
        layers = list(self._layers)
        layers[at] = self._readings[at].layers(self._space, self._rarity, (start, end))
        return self._combine(layers, self._declared)

    def _sum(self, layers: Sequence[Vector], declared: Sequence[int]) -> Vector:
        total = np.zeros(len(self._space.ids))
        for layer, reading in zip(layers, self._readings, strict=True):
            total += reading.weight * layer
        heaviest = max((reading.weight for reading in self._readings), default=DETECTED)
        total = heaviest * unit(total)
        chosen = np.zeros(len(self._space.ids))
        chosen[list(declared)] = 1.0
        return np.asarray(self._emphasis * (total + DECLARED * unit(chosen)))

    def _combine(self, layers: Sequence[Vector], declared: Sequence[int]) -> Vector:
        return unit(self._sum(layers, declared) @ self._space.spread)

    def _quotes(self, at: int, reading: Reading) -> list[Quote]:
        index = self._space.index
        found = [
            Quote(tuple((index[topic], 1 / len(hit.topics)) for topic in hit.topics), Place(at, hit.start, hit.end))
            for hit in reading.hits
        ]
        taken = [(hit.start, hit.end) for hit in reading.hits]
        return found + _soft_quotes(at, reading, taken)


def _soft_quotes(at: int, reading: Reading, taken: list[tuple[int, int]]) -> list[Quote]:
    """The stretches of runs, outside the terms, that resemble topics most; overlapping runs of ideographs are one."""
    stretches: list[tuple[int, int, list[int]]] = []
    for row, start, end in zip(reading.rows.tolist(), reading.begins.tolist(), reading.ends.tolist(), strict=True):
        if any(_overlap(start, end, span) for span in taken):
            continue
        if stretches and start < stretches[-1][1]:
            first, _, rows = stretches.pop()
            stretches.append((first, end, [*rows, row]))
        else:
            stretches.append((start, end, [row]))
    likeness = [(start, end, reading.like(np.array(rows))) for start, end, rows in stretches]
    likeness.sort(key=lambda stretch: (-float(stretch[2].max()), stretch[0]))
    quotes = []
    for start, end, like in likeness[:SOFT_QUOTES]:
        best = [topic for topic in np.argsort(-like, kind="stable")[:SOFT_TOPICS].tolist() if like[topic] > 0]
        whole = sum(float(like[topic]) for topic in best)
        quotes.append(Quote(tuple((topic, float(like[topic]) / whole) for topic in best), Place(at, start, end)))
    return quotes


def _above_chance(soft: Vector) -> Vector:
    """Likenesses that stand out of the others: any text shares some runs of letters with many topics."""
    some = soft[soft > NOTHING]
    return np.maximum(soft - some.mean() - SOFT_OVER * some.std(), 0) if some.size else np.zeros_like(soft)


def unit(vector: Vector) -> Vector:
    """The vector at length one; all zero where it is."""
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm > 0 else vector


def _overlap(start: int, end: int, other: tuple[int, int]) -> bool:
    return start < other[1] and other[0] < end
