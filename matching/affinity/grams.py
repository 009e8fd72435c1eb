"""Character n-grams: soft matching of a text with the names of topics.

Exact terms occur only five or six times in an abstract. Words of the same root, in another form or compound,
share n-grams with the terms of a topic: two ideographs, or five letters of a word. Arabic does not write short
vowels, so its words are shorter; four letters of the stem are used.
"""

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from matching.affinity.building import without_collecting
from matching.affinity.languages import primary
from matching.affinity.scheme import Scheme
from matching.affinity.tokens import Piece, arabic_stem, is_arabic, is_ideograph, pieces

_IDEOGRAPHS = 2
_LETTERS = 5
_ARABIC_LETTERS = 4
_SHORTEST_WORD = 3


Gram = tuple[str, int, int]  # an n-gram and its [start, end) in the text


def grams(text: Sequence[Piece]) -> list[Gram]:
    """Return the n-grams of a text, with positions.

    They are pairs of adjacent ideographs, kana or syllables, and five letters of a word (Arabic: four) with its
    ends marked.
    """
    found: list[Gram] = []
    before: Piece | None = None
    for piece in text:
        if is_ideograph(piece.word):
            if before is not None and piece.touches:
                found.append((before.word + piece.word, before.start, piece.end))
            before = piece
            continue
        before = None
        if len(piece.word) >= _SHORTEST_WORD:
            found += [(key, piece.start, piece.end) for key in _runs(piece.word)]
    return found


@lru_cache(maxsize=100_000)
def _runs(word: str) -> tuple[str, ...]:
    edged, length = (f"_{arabic_stem(word)}_", _ARABIC_LETTERS) if is_arabic(word) else (f"_{word}_", _LETTERS)
    return tuple(sorted({edged[k : k + length] for k in range(max(1, len(edged) - length + 1))}))


def is_pair(key: str) -> bool:
    """Whether an n-gram is a pair of ideographs, kana or syllables, not letters of a word."""
    return len(key) == _IDEOGRAPHS and key >= "\u3040"


class NgramWeights:
    """Weights of n-grams for topics in one language; rare n-grams weigh more.

    row: row of each n-gram. weights: [n-gram, topic]; the likeness of a text to a topic is the sum over its
    n-grams, about 1 for a text made of all names of the topic. chance: mean weight of each n-gram over the
    leaves, which any topic gets by chance.
    """

    def __init__(self, scheme: Scheme, lang: str) -> None:
        from scipy import sparse

        column = {topic: place for place, topic in enumerate(scheme.topics)}
        counts = [_counts(scheme.topics[leaf].names(lang)) for leaf in scheme.leaves]
        frequency = Counter(key for count in counts for key in count)
        rarity = {key: math.log((1 + len(counts)) / (1 + n)) for key, n in frequency.items()}
        self.row = {key: place for place, key in enumerate(sorted(frequency))}
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        own: list[float] = []
        for leaf, count in zip(scheme.leaves, counts, strict=True):
            weight = [(1 + math.log(n)) * rarity[key] for key, n in count.items()]
            norm = math.sqrt(sum(w * w for w in weight)) or 1.0
            said = [rarity[key] * w / norm for key, w in zip(count, weight, strict=True)]
            rows += [self.row[key] for key in count]
            columns += [column[leaf]] * len(count)
            values += said
            own.append(sum(said))
        scale = float(np.median([total for total in own if total > 0] or [1.0]))
        self.weights = sparse.csr_array(
            (np.array(values) / scale, (rows, columns)), shape=(len(self.row), len(column)), dtype=np.float64
        )
        self.chance = np.asarray(self.weights.sum(axis=1)).reshape(-1) / max(len(counts), 1)


def _counts(names: Sequence[str]) -> Counter[str]:
    return Counter(key for key, _, _ in grams(pieces("\n".join(names))))


@lru_cache(maxsize=64)
def ngram_weights(scheme: Scheme, lang: str) -> NgramWeights:
    """Return the n-gram weights for texts of a language; computed once per scheme."""
    with without_collecting():
        return NgramWeights(scheme, primary(lang))
