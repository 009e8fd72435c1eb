"""Find the terms of a scheme in a text: one trie of tokens per language, longest match first."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from matching.affinity.building import without_collecting
from matching.affinity.constants import LEAST_RARITY, RARITY_POWER
from matching.affinity.languages import primary
from matching.affinity.scheme import Scheme, Topic
from matching.affinity.tokens import Token, has_own_letters, is_ideograph, tokenise

_UNIVERSAL = "en"  # its terms, and terms in Latin letters of any language, are found in every text

_BETWEEN = "\n" * 8  # longer than any gap inside a term
_Keys = tuple[str, ...]


class Hit(NamedTuple):
    """Term found in a text. topics: that list it. start, end: [start, end) in code points of the original text.

    number: of the term in its lexicon. weight: in (0, 1], how specific it is; "management" occurs in the names
    of many topics, "friction stir" in those of one.
    """

    number: int
    topics: tuple[str, ...]
    weight: float
    start: int
    end: int


class _Node:
    """Node of the trie. topics: that list the term which ends here; empty if none ends."""

    __slots__ = ("next", "number", "topics", "weight")

    def __init__(self, number: int) -> None:
        self.next: dict[str, _Node] = {}
        self.number = number
        self.topics: tuple[str, ...] = ()
        self.weight = 0.0


class Lexicon:
    """Terms of one language, of English, and of every language in Latin letters.

    frequency: number of leaves in whose names a word or a pair of ideographs occurs. breadth: mean number of
    different words in the names of a leaf; used to measure how much a text says.
    """

    def __init__(self, scheme: Scheme, lang: str) -> None:
        self._root = _Node(0)
        self._nodes = 1
        names = {topic.id: _names(topic, lang) for topic in scheme.topics.values()}
        keys_of = _cut_names((name for own in names.values() for name in own), lang, scheme)
        named = {topic: [keys_of[name] for name in own] for topic, own in names.items()}
        parts = {keys: tuple(_pieces(keys)) for cut in named.values() for keys in cut if keys}
        self.frequency: Counter[str] = Counter()
        for leaf in scheme.leaves:
            self.frequency.update({piece for keys in named[leaf] for piece in parts.get(keys, ())})
        leaves = max(len(scheme.leaves), 1)
        rarest = math.log((1 + leaves) / 2) or 1.0
        for topic, cut in named.items():
            for keys in cut:
                if keys:
                    least = min(self.frequency[piece] for piece in parts[keys])
                    rarity = math.log((1 + leaves) / (1 + max(least, 1))) / rarest
                    self._add(keys, topic, max(rarity, LEAST_RARITY) ** RARITY_POWER)
        words = 0
        for leaf in scheme.leaves:
            words += len({key for name in scheme.topics[leaf].names(lang) for key in keys_of[name]})
        self.breadth = max(words / leaves, 1.0)

    def _add(self, keys: Sequence[str], topic: str, weight: float) -> None:
        """Add a term, given by its tokens, to the trie."""
        node = self._root
        for key in keys:
            step = node.next.get(key)
            if step is None:
                step = node.next[key] = _Node(self._nodes)
                self._nodes += 1
            node = step
        node.weight = weight
        if topic not in node.topics:
            node.topics = (*node.topics, topic)

    def find(self, tokens: Sequence[Token]) -> list[Hit]:
        """Return the terms of a text without overlaps: from the left, the longest at each position. Linear time."""
        hits: list[Hit] = []
        place = 0
        first = self._root.next
        while place < len(tokens):
            if tokens[place].key not in first:
                place += 1
                continue
            end, node = self._longest(tokens, place)
            if node is not None:
                hits.append(Hit(node.number, node.topics, node.weight, tokens[place].start, tokens[end - 1].end))
            place = end
        return hits

    def _longest(self, tokens: Sequence[Token], place: int) -> tuple[int, _Node | None]:
        """Return the longest term that starts at a token as (end, node); node is None if there is none."""
        node = self._root
        end = place + 1
        found: _Node | None = None
        for at in range(place, len(tokens)):
            step = node.next.get(tokens[at].key)
            if step is None or (at > place and not tokens[at].adjoins):
                break
            node = step
            if node.topics:
                end, found = at + 1, node
        return end, found


def _names(topic: Topic, lang: str) -> tuple[str, ...]:
    english = topic.names(_UNIVERSAL) if lang != _UNIVERSAL else ()
    latin = (name for terms in topic.terms.values() for name in terms if name.isascii())
    return tuple(dict.fromkeys((*topic.names(lang), *english, *latin)))


def _cut_names(names: Iterable[str], lang: str, scheme: Scheme) -> dict[str, _Keys]:
    """Return the tokens of each name; English names are tokenised once for all languages without Latin stemming."""
    if has_own_letters(lang):
        return _cut(names, lang)
    english = _english(scheme)
    return english | _cut((name for name in names if name not in english), lang)


@lru_cache(maxsize=4)
def _english(scheme: Scheme) -> dict[str, _Keys]:
    """Return the tokens of all names in ASCII letters."""
    names = (name for topic in scheme.topics.values() for name in _names(topic, _UNIVERSAL))
    return _cut((name for name in names if name.isascii()), _UNIVERSAL)


def _cut(names: Iterable[str], lang: str) -> dict[str, _Keys]:
    """Return the tokens of each name; the names are tokenised as one text for speed."""
    found: dict[str, list[str]] = {name: [] for name in names}
    tokens = iter(tokenise(_BETWEEN.join(found), lang))
    token = next(tokens, None)
    end = 0
    for name, keys in found.items():
        end += len(name) + len(_BETWEEN)
        while token is not None and token.start < end:
            keys.append(token.key)
            token = next(tokens, None)
    return {name: tuple(keys) for name, keys in found.items()}


def _pieces(keys: Sequence[str]) -> Iterator[str]:
    """Yield the pieces whose frequency makes a term rare or common: words and pairs of ideographs."""
    for at, key in enumerate(keys):
        if not is_ideograph(key) or len(keys) == 1:
            yield key
        elif at + 1 < len(keys) and is_ideograph(keys[at + 1]):
            yield key + keys[at + 1]
        elif at == 0 or not is_ideograph(keys[at - 1]):
            yield key


@lru_cache(maxsize=64)
def lexicon(scheme: Scheme, lang: str) -> Lexicon:
    """Return the lexicon for texts of a language; built once per scheme."""
    with without_collecting():
        return Lexicon(scheme, primary(lang))
