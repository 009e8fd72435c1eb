"""Items gathered for searching: which of them contain a piece of text, a topic, or a word like another.

Gathered once for many searches with `letters`; then a search looks up pairs of neighbouring letters instead of reading
all texts.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from matching.keeping import cache_by_size
from server.search import query

TEXTS_KEPT = 20_000  # cached names and words
LETTERS_KEPT = 8_000_000  # letters of cached texts
ONE_OFF, TWO_OFF = 4, 8  # word lengths from which one and two letters may be wrong
AT_A_TIME = 250  # texts whose pairs are sorted at a time, to save memory
MOST_PAIRS = 3  # rarest pairs of a piece that are compared before the texts themselves are
# A pair of letters and the index of a text in one number: 21 bits for each letter, 22 for the index.
_FIRST, _SECOND, _INDEX = 43, 22, (1 << 22) - 1
_WORD = re.compile(r"\w+")

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Item:
    """What the reader may know of an item. names: folded spellings. text: folded. topics: chosen topic ids."""

    names: tuple[str, ...] = ()
    text: str = ""
    topics: frozenset[str] = field(default_factory=frozenset)


class Gathered:
    """Items to be searched, by their index. letters: prepare for many searches, in time linear in all texts."""

    def __init__(self, items: Sequence[Item], *, letters: bool = False) -> None:
        self.items = items
        self.names = _Words(item.names for item in items)
        self._pairs = _Pairs(["\n".join((*item.names, item.text)) for item in items]) if letters else None
        self._topics: dict[str, list[int]] = defaultdict(list)
        for at, item in enumerate(items):
            for topic in item.topics:
                self._topics[topic].append(at)

    @cached_property
    def words(self) -> "_Words":
        """The words of names and texts."""
        return _Words((*item.names, item.text) for item in self.items)

    def of_topic(self, topic: str) -> Sequence[int]:
        """Return the items that have chosen a topic."""
        return self._topics.get(topic, ())

    def written(self, pieces: Sequence[str]) -> list[int]:
        """Return the items whose texts contain all of these pieces."""
        near = self._near(max(pieces, key=len))
        return [at for at in near if all(piece in self.items[at].text for piece in pieces)]

    def named(self, piece: str) -> list[int]:
        """Return the items with a name that contains this piece."""
        return [at for at in self._near(piece) if any(piece in name for name in self.items[at].names)]

    def _near(self, piece: str) -> Iterable[int]:
        """Return items that may contain the piece, among them all that do."""
        return range(len(self.items)) if self._pairs is None or len(piece) < 2 else self._pairs.near(piece)


class _Pairs:
    """The pairs of neighbouring letters of texts, each with the index of its text, sorted."""

    def __init__(self, texts: Sequence[str]) -> None:
        parts = [self._of(texts[start : start + AT_A_TIME], start) for start in range(0, len(texts), AT_A_TIME)]
        every = np.sort(np.concatenate(parts)) if parts else np.empty(0, np.uint64)
        self._indices = (every & np.uint64(_INDEX)).astype(np.uint32)
        pairs, starts = np.unique(every >> np.uint64(_SECOND), return_index=True)
        # The place of each pair; the indices of the texts that have it lie between two bounds.
        self._places = {divmod(pair, 1 << (_FIRST - _SECOND)): place for place, pair in enumerate(pairs.tolist())}
        self._bounds = [*starts.tolist(), len(every)]

    @staticmethod
    def _of(texts: Sequence[str], start: int) -> npt.NDArray[np.uint64]:
        # A tab before each text: no pair crosses it.
        letters = np.frombuffer("".join(f"\t{text}" for text in texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        index = np.cumsum(letters == ord("\t")) + (start - 1)
        keys = letters[:-1].astype(np.uint64) << _FIRST | letters[1:].astype(np.uint64) << _SECOND
        keys |= index[1:].astype(np.uint64)
        return np.unique(keys[(letters[:-1] != ord("\t")) & (letters[1:] != ord("\t"))])

    def near(self, piece: str) -> list[int]:
        """Return the texts that contain the rarest pairs of letters of the piece."""
        try:
            places = [self._places[pair] for pair in {*pairwise(map(ord, piece))}]
        except KeyError:
            return []
        places.sort(key=lambda place: self._bounds[place + 1] - self._bounds[place])
        found = [self._indices[self._bounds[at] : self._bounds[at + 1]] for at in places[:MOST_PAIRS]]
        near = found[0]
        for others in found[1:]:
            near = np.intersect1d(near, others, assume_unique=True)
        return [int(at) for at in near]


class _Words:
    """Every word of some texts with the indices of the items that have it."""

    def __init__(self, texts: Iterable[Iterable[str]]) -> None:
        self.where: dict[str, list[int]] = {}
        for at, several in enumerate(texts):
            for word in frozenset().union(*map(_words_of, several)):
                self.where.setdefault(word, []).append(at)

    def near(self, word: str) -> list[str]:
        """Return the words that differ from the word by few letters."""
        most = allowed(word)
        others = [other for off in range(-most, most + 1) for other in self._by_length.get(len(word) + off, ())]
        if not most or not others:
            return []
        [far] = process.cdist([word], others, scorer=OSA.distance, score_cutoff=most)
        return [others[at] for at in np.flatnonzero(far <= most).tolist()]

    @cached_property
    def _by_length(self) -> Mapping[int, Sequence[str]]:
        return _grouped(self.where, len)

    @cached_property
    def by_sound(self) -> Mapping[str, Sequence[str]]:
        """The longer words in Latin letters by `query.sound`."""
        return _grouped(self._latin, _sound)

    @cached_property
    def by_spelling(self) -> Mapping[str, Sequence[str]]:
        """The longer words in Latin letters by `query.spelling`."""
        return _grouped(self._latin, _spelling)

    @property
    def _latin(self) -> Iterable[str]:
        return (word for word in self.where if len(word) >= ONE_OFF and word.isascii())


def _grouped(words: Iterable[str], key: Callable[[str], K]) -> dict[K, list[str]]:
    found: dict[K, list[str]] = defaultdict(list)
    for word in words:
        found[key(word)].append(word)
    return dict(found)


def allowed(word: str) -> int:
    """Return how many letters of a word may be wrong."""
    return (len(word) >= ONE_OFF) + (len(word) >= TWO_OFF)


@cache_by_size(LETTERS_KEPT, len)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


_sound = lru_cache(maxsize=TEXTS_KEPT)(query.sound)
_spelling = lru_cache(maxsize=TEXTS_KEPT)(query.spelling)
