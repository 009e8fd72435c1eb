"""The words that a need and an expert share, as shown to a reader.

A word is shown only if the overlap would be smaller without it.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from matching.affinity.grams import is_pair
from matching.affinity.profiles import TextSpan
from matching.affinity.space import Vector

CODES = "codes"  # stands for the codes, which all languages share
QUOTED = 3
_LEAST = 1e-12


class Shared(NamedTuple):
    """Word or run of ideographs that occurs on both sides, with its position on each."""

    need: TextSpan
    expert: TextSpan


@dataclass(frozen=True)
class WordOccurrences:
    """Words of a side in one language and state of draft, or its codes: every occurrence with its position."""

    keys: tuple[str, ...]
    text: npt.NDArray[np.int32]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]

    @cached_property
    def count(self) -> Counter[str]:
        return Counter(self.keys)

    @cached_property
    def first(self) -> dict[str, int]:
        """Return the first occurrence of each word."""
        return {key: at for at, key in reversed(list(enumerate(self.keys)))}

    @cached_property
    def pairs(self) -> dict[tuple[int, int], str]:
        """Return the pairs of ideographs by (text, start)."""
        places = zip(self.text.tolist(), self.start.tolist(), self.keys, strict=True)
        return {(text, start): key for text, start, key in places if is_pair(key)}

    def place(self, at: int) -> TextSpan:
        return TextSpan(int(self.text[at]), int(self.start[at]), int(self.end[at]))


class _Rarity(Protocol):
    def of(self, lang: str, keys: Sequence[str]) -> Vector: ...


class WeighedWords:
    """Words of a side in one language with their weights, to tell what the overlap loses without some of them.

    words: every occurrence. logs: of each word, 1 + ln of its number. weight: the same times the word's rarity.
    """

    def __init__(self, words: WordOccurrences, rarity: Vector) -> None:
        self.words = words
        self.logs = {key: 1 + math.log(times) for key, times in words.count.items()}
        self.weight = {key: log * rare for (key, log), rare in zip(self.logs.items(), rarity.tolist(), strict=True)}
        self._square = sum(w * w for w in self.weight.values()) or 1.0
        self._inside: dict[TextSpan, tuple[list[str], float]] = {}

    def is_missed(self, place: TextSpan, share: Mapping[str, float]) -> bool:
        """Whether the cosine falls if the words at a position are removed. share: of each word in the product."""
        if place not in self._inside:
            self._inside[place] = self._at(place)
        keys, thinner = self._inside[place]
        return sum((1 - self._rest(key)) * share.get(key, 0.0) for key in keys) >= thinner - _LEAST

    def _at(self, place: TextSpan) -> tuple[list[str], float]:
        """Return the words at a position, and what the side's own square loses without them."""
        words = self.words
        inside = (words.text == place.text) & (words.start < place.end) & (words.end > place.start)
        keys = sorted({words.keys[at] for at in np.flatnonzero(inside).tolist()})
        return keys, sum((1 - self._rest(key) ** 2) * self.weight[key] ** 2 / self._square for key in keys)

    def _rest(self, key: str) -> float:
        """Return the share of a word's weight that stays without one of its occurrences."""
        times = self.words.count[key]
        return (1 + math.log(times - 1)) / self.logs[key] if times > 1 else 0.0


def quote_codes(ours: WordOccurrences, theirs: WordOccurrences, rarities: _Rarity) -> list[Shared]:
    """Return the shared codes to show, rarest first, at most QUOTED."""
    common = sorted(ours.count.keys() & theirs.count.keys())
    rarity = dict(zip(common, rarities.of(CODES, common).tolist(), strict=True))
    keys = sorted(common, key=lambda key: (-rarity[key], key))[:QUOTED]
    return [_first(key, ours, theirs) for key in keys]


def quote_words(need: WeighedWords, expert: WeighedWords) -> list[Shared]:
    """Return the shared words to show, heaviest first, at most QUOTED."""
    ours, theirs = need.words, expert.words
    product = {key: weight * expert.weight[key] for key, weight in need.weight.items() if key in expert.weight}
    whole = sum(product.values()) or 1.0
    share = {key: value / whole for key, value in product.items()}
    found: list[Shared] = []
    for key in sorted(share, key=lambda key: (-share[key], key)):
        shared = _first(key, ours, theirs)
        if any(_overlaps(shared.need, other.need) for other in found):
            continue
        shared = _extended(key, shared, (ours.pairs, theirs.pairs))
        if need.is_missed(shared.need, share) and expert.is_missed(shared.expert, share):
            found.append(shared)
            if len(found) == QUOTED:
                break
    return found


def _first(key: str, ours: WordOccurrences, theirs: WordOccurrences) -> Shared:
    return Shared(ours.place(ours.first[key]), theirs.place(theirs.first[key]))


_Pairs = dict[tuple[int, int], str]


def _extended(key: str, shared: Shared, pairs: tuple[_Pairs, _Pairs]) -> Shared:
    """Return the shared word; a pair of ideographs is extended to the longest run that occurs on both sides."""
    need, expert = shared
    if not is_pair(key):
        return shared
    here, there = pairs
    for step in (1, -1):
        while True:
            edge = (need.end - 1, expert.end - 1) if step == 1 else (need.start - 1, expert.start - 1)
            pair = here.get((need.text, edge[0]))
            if pair is None or there.get((expert.text, edge[1])) != pair:
                break
            need = TextSpan(need.text, min(need.start, edge[0]), max(need.end, edge[0] + 2))
            expert = TextSpan(expert.text, min(expert.start, edge[1]), max(expert.end, edge[1] + 2))
    return Shared(need, expert)


def _overlaps(a: TextSpan, b: TextSpan) -> bool:
    return a.text == b.text and a.start < b.end and b.start < a.end
