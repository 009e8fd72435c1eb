"""Weights of topics and n-grams: 1 each, or by rarity in the request if it contains enough texts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from matching.affinity.constants import ENOUGH_TEXTS
from matching.affinity.grams import ngram_weights
from matching.affinity.readings import Reading
from matching.affinity.space import TopicSpace, Vector


@dataclass(frozen=True)
class Weighing:
    """Weights. topics: of each topic's terms. runs: of each n-gram by language. Both are about 1 on average."""

    topics: Vector
    runs: Mapping[str, Vector] = field(default_factory=dict)

    def of_runs(self, space: TopicSpace, lang: str) -> Vector:
        """Return the weight of each n-gram in a language; ones if the request has too few texts."""
        return self.runs[lang] if lang in self.runs else np.ones(len(ngram_weights(space.scheme, lang).row))


def weigh(sides: Sequence[Sequence[Reading]], space: TopicSpace) -> Weighing:
    """Return the weights from the readings of each side's texts; a side counts once, however many texts it has."""
    told = [readings for readings in sides if readings]
    if len(told) < ENOUGH_TEXTS:
        return Weighing(np.ones(len(space.ids)))
    held = ({space.index[topic] for text in readings for hit in text.hits for topic in hit.topics} for readings in told)
    langs = sorted({reading.known for readings in told for reading in readings})
    runs = {}
    for lang in langs:
        texts = [[reading for reading in readings if reading.known == lang] for readings in told]
        texts = [readings for readings in texts if readings]
        if len(texts) >= ENOUGH_TEXTS:
            known = (np.unique(np.concatenate([reading.runs for reading in readings])) for readings in texts)
            runs[lang] = _rarity(_count(known, len(ngram_weights(space.scheme, lang).row)), len(texts))
    return Weighing(_rarity(_count(map(list, held), len(space.ids)), len(told)), runs)


def _count(held: Iterable[Sequence[int]] | Iterable[np.ndarray], size: int) -> Vector:
    count = np.zeros(size)
    for places in held:
        count[places] += 1
    return count


def _rarity(count: Vector, total: int) -> Vector:
    """Return inverse document frequencies with mean 1 over the mentions, so that request size does not matter."""
    rarity = np.log(1 + total / (1 + count))
    mentions = float(count.sum())
    return np.asarray(rarity * mentions / float(rarity @ count)) if mentions else np.ones(len(count))
