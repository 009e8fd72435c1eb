"""Soft matching: how much a text's runs of letters look like the words of each topic.

Exact terms alone are found five or six times in an abstract. Words formed from the same roots, spelt or compounded
otherwise, share runs of letters with the topic's terms: two ideographs, or five letters of a word.
"""

import math
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from matching.affinity.languages import primary
from matching.affinity.scheme import Scheme
from matching.affinity.tokens import is_ideograph, words

_IDEOGRAPHS = 2
_LETTERS = 5
_SHORTEST_WORD = 3


class Gram(NamedTuple):
    """A run of letters and the [start, end) whose removal from the text removes it."""

    key: str
    start: int
    end: int


def grams(text: str) -> list[Gram]:
    """Pairs of adjoining ideographs (kana, syllables); runs of five letters in words, their ends marked."""
    found: list[Gram] = []
    before: tuple[str, int, int] | None = None
    for word, start, end in words(text):
        if not is_ideograph(word):
            before = None
            if len(word) >= _SHORTEST_WORD:
                edged = f"_{word}_"
                keys = {edged[k : k + _LETTERS] for k in range(max(1, len(edged) - _LETTERS + 1))}
                found += [Gram(key, start, end) for key in sorted(keys)]
            continue
        if before is not None and before[2] == start:
            found.append(Gram(before[0] + word, before[1], end))
        before = word, start, end
    return found


def is_pair(key: str) -> bool:
    """Whether a run is two ideographs (kana, syllables), not letters of a word."""
    return len(key) == _IDEOGRAPHS and key >= "\u3040"


class Echo:
    """The runs of letters of each leaf's names in one language, weighted so that rare ones count.

    topics, weights: for each run by its row, the leaves (as places among the scheme's topics) whose names hold it, and
    how much each counts. A text's likeness to a topic is the sum over its runs.
    """

    def __init__(self, scheme: Scheme, lang: str) -> None:
        column = {topic: place for place, topic in enumerate(scheme.topics)}
        counts = {
            leaf: Counter(gram.key for name in scheme.topics[leaf].names(lang) for gram in grams(name))
            for leaf in scheme.leaves
        }
        frequency = Counter(key for count in counts.values() for key in count)
        rarity = {key: math.log((1 + len(counts)) / (1 + n)) for key, n in frequency.items()}
        entries: dict[str, list[tuple[int, float]]] = {key: [] for key in sorted(frequency)}
        for leaf, count in counts.items():
            weight = {key: (1 + math.log(n)) * rarity[key] for key, n in count.items()}
            norm = math.sqrt(sum(w * w for w in weight.values())) or 1.0
            for key, w in weight.items():
                entries[key].append((column[leaf], rarity[key] * w / norm))
        self.row = {key: place for place, key in enumerate(entries)}
        self.topics = [np.array([topic for topic, _ in entry], dtype=np.int64) for entry in entries.values()]
        self.weights = [np.array([weight for _, weight in entry], dtype=np.float64) for entry in entries.values()]


@lru_cache(maxsize=64)
def echo(scheme: Scheme, lang: str) -> Echo:
    """The echo for texts of a language, built once for each scheme."""
    return Echo(scheme, primary(lang))
