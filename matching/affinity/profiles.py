"""What a need or an expert is about, as a direction in the space of topics, and which words point that way.

A profile is a vector, so two sides compare by a scalar product. It is made of three layers: declared topics, terms
found in the texts, and soft matching; then each topic passes a share on to its parent, siblings and neighbours. Its
direction says what the side is about, its length how sure that is: the more words speak of it, the nearer to one.
For every place in a text that could be quoted, the profile also holds the vector that the side would have without
those words: a quotation is evidence exactly where the product would fall without it.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from matching.affinity.readings import Layer, Reading, read
from matching.affinity.request import Expert, Need, Side
from matching.affinity.space import Matrix, Space, Vector, unit

DOUBT, DOUBT_FADES = 0.2, 4.0  # off a side that says next to nothing; with so many words it falls to 1/e of that
DECLARED_MASS = 4.0  # words that declaring topics stands for
DECLARED = 1.0  # what declared topics count; see Reading.weight for the texts
MUST = 2.0  # a topic that the need cannot do without
ENOUGH_TEXTS = 100  # from here on the request's own texts tell which topics are rare
SOFT_QUOTES = 8  # places without a term of the scheme that are tried as evidence in each text
SOFT_TOPICS = 3  # topics that such a place is taken to be about


class Place(NamedTuple):
    """Where words stand: the index of the text and [start, end) in code points."""

    text: int
    start: int
    end: int


class Quote(NamedTuple):
    """Something that can be quoted: topics by index with their shares, and the place, None for a declared topic."""

    topics: tuple[tuple[int, float], ...]
    place: Place | None


_Said = tuple[Sequence[Layer], Sequence[int]]  # what the texts say, and the declared topics


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
        self._layers = [reading.layer(rarity) for reading in readings]

    @cached_property
    def vector(self) -> Vector:
        """The vector after spreading, its length in [0, 1]: all zero where the side says nothing the scheme knows."""
        return np.asarray(self._vectors([(self._layers, self._declared)])[0])

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
        """A row for each quote: the vector that the side would have without it."""
        return self._vectors([self._without(quote) for quote in self.quotes])

    def _without(self, quote: Quote) -> _Said:
        if quote.place is None:
            gone = quote.topics[0][0]
            return self._layers, [topic for topic in self._declared if topic != gone]
        at, start, end = quote.place
        layers = list(self._layers)
        layers[at] = self._readings[at].layer(self._rarity, (start, end))
        return layers, self._declared

    def _sum(self, layers: Sequence[Layer], declared: Sequence[int]) -> Vector:
        total = np.zeros(len(self._space.ids))
        for layer, reading in zip(layers, self._readings, strict=True):
            total += reading.weight * layer.topics
        heaviest = max((reading.weight for reading in self._readings), default=0.0)
        total = heaviest * unit(total)
        chosen = np.zeros(len(self._space.ids))
        chosen[list(declared)] = 1.0
        return np.asarray(self._emphasis * (total + DECLARED * unit(chosen)))

    def _vectors(self, said: Sequence[_Said]) -> Matrix:
        """A row for each way of saying: its topics spread, at the length of how sure they are."""
        if not said:
            return np.zeros((0, len(self._space.ids)))
        spread = np.array([self._sum(layers, declared) for layers, declared in said]) @ self._space.spread
        mass = np.array(
            [sum(layer.mass for layer in layers) + DECLARED_MASS * bool(declared) for layers, declared in said]
        )
        length = np.sqrt((spread**2).sum(axis=1))
        certainty = 1 - DOUBT * np.exp(-mass / DOUBT_FADES)
        return np.asarray(spread * (certainty / np.where(length > 0, length, 1))[:, None])

    def _quotes(self, at: int, reading: Reading) -> list[Quote]:
        index = self._space.index
        found = [
            Quote(tuple((index[topic], 1 / len(hit.topics)) for topic in hit.topics), Place(at, hit.start, hit.end))
            for hit in reading.hits
        ]
        taken = [(hit.start, hit.end) for hit in reading.hits]
        return found + _soft_quotes(at, reading, taken)


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


def profiles(needs: Sequence[Need], experts: Sequence[Expert], space: Space) -> tuple[list[Profile], list[Profile]]:
    """The profiles of both sides, with the rarity of topics told by all of them together."""
    sides: tuple[Side, ...] = (*needs, *experts)
    readings = [[read(text, space.scheme) for text in side.texts] for side in sides]
    weight = rarity(readings, space)
    found = [Profile(side, texts, space, weight) for side, texts in zip(sides, readings, strict=True)]
    return found[: len(needs)], found[len(needs) :]


def _soft_quotes(at: int, reading: Reading, taken: list[tuple[int, int]]) -> list[Quote]:
    """The stretches of runs, outside the terms, that resemble topics most; overlapping runs of ideographs are one."""
    runs = reading.runs
    stretches: list[tuple[int, int]] = []
    for start, end in sorted(set(zip(runs.begin.tolist(), runs.end.tolist(), strict=True))):
        if any(_overlap(start, end, span) for span in taken):
            continue
        if stretches and start < stretches[-1][1]:
            stretches[-1] = stretches[-1][0], end
        else:
            stretches.append((start, end))
    found = []
    for start, end in stretches:
        inside = (runs.begin >= start) & (runs.end <= end)
        found.append((start, end, np.bincount(runs.topic[inside], runs.amount[inside])))
    found.sort(key=lambda stretch: (-float(stretch[2].max()), stretch[0]))
    quotes = []
    for start, end, like in found[:SOFT_QUOTES]:
        best = [topic for topic in np.argsort(-like, kind="stable")[:SOFT_TOPICS].tolist() if like[topic] > 0]
        whole = sum(float(like[topic]) for topic in best)
        quotes.append(Quote(tuple((topic, float(like[topic]) / whole) for topic in best), Place(at, start, end)))
    return quotes


def _overlap(start: int, end: int, other: tuple[int, int]) -> bool:
    return start < other[1] and other[0] < end
