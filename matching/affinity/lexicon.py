"""Finding a scheme's terms in a text: a trie of tokens for each language, walked once, the longest term winning."""

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

_UNIVERSAL = "en"  # its terms are found in texts of every language, as are terms in Latin letters of any other

_BETWEEN = "\n" * 8  # wider than any gap inside a term
_Keys = tuple[str, ...]


class Hit(NamedTuple):
    """A term found: the topics that list it, and where it stands, [start, end) in code points of the text as given.

    number: of the term in its lexicon. weight: in (0, 1], how telling it is: management stands in the names of many
    topics, friction stir in one.
    """

    number: int
    topics: tuple[str, ...]
    weight: float
    start: int
    end: int


class _Node:
    __slots__ = ("next", "number", "topics", "weight")

    def __init__(self, number: int) -> None:
        self.next: dict[str, _Node] = {}
        self.number = number
        self.topics: tuple[str, ...] = ()
        self.weight = 0.0


class Lexicon:
    """The terms of one language, of English, and whatever any language writes in Latin letters.

    frequency: in how many leaves' names each word, and each pair of ideographs, stands. breadth: different words that
    a leaf's names in the language are made of, on average: a measure of how much a text says.
    """

    def __init__(self, scheme: Scheme, lang: str) -> None:
        self._root = _Node(0)
        self._nodes = 1
        names = {topic.id: _names(topic, lang) for topic in scheme.topics.values()}
        keys_of = _cut_names((name for own in names.values() for name in own), lang, scheme)
        named = {topic: [keys_of[name] for name in own] for topic, own in names.items()}
        parts = {keys: tuple(_pieces(keys)) for cut in named.values() for keys in cut if keys}
        self.frequency = Counter(
            piece
            for leaf in scheme.leaves
            for piece in {piece for keys in named[leaf] for piece in parts.get(keys, ())}
        )
        leaves = max(len(scheme.leaves), 1)
        rarest = math.log((1 + leaves) / 2) or 1.0
        for topic, cut in named.items():
            for keys in cut:
                if keys:
                    least = min(self.frequency[piece] for piece in parts[keys])
                    rarity = math.log((1 + leaves) / (1 + max(least, 1))) / rarest
                    self._add(keys, topic, max(rarity, LEAST_RARITY) ** RARITY_POWER)
        own = [{key for name in scheme.topics[leaf].names(lang) for key in keys_of[name]} for leaf in scheme.leaves]
        self.breadth = max(sum(map(len, own)) / leaves, 1.0)

    def _add(self, keys: Sequence[str], topic: str, weight: float) -> None:
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
        """The terms in a text, none overlapping another: from the left, the longest at each place.

        Linear in the text: at each token the walk goes no deeper than the longest term.
        """
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
    """The tokens of names; those of English ones are the same for every language that stems no Latin letters."""
    if has_own_letters(lang):
        return _cut(names, lang)
    english = _english(scheme)
    return english | _cut((name for name in names if name not in english), lang)


@lru_cache(maxsize=4)
def _english(scheme: Scheme) -> dict[str, _Keys]:
    """The tokens of all names in Latin letters without accents."""
    names = (name for topic in scheme.topics.values() for name in _names(topic, _UNIVERSAL))
    return _cut((name for name in names if name.isascii()), _UNIVERSAL)


def _cut(names: Iterable[str], lang: str) -> dict[str, _Keys]:
    """The tokens of each name, cut as one text for speed."""
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
    """What makes a term rare or common: its words, and its pairs of ideographs; one alone stands for itself."""
    for at, key in enumerate(keys):
        if not is_ideograph(key) or len(keys) == 1:
            yield key
        elif at + 1 < len(keys) and is_ideograph(keys[at + 1]):
            yield key + keys[at + 1]
        elif at == 0 or not is_ideograph(keys[at - 1]):
            yield key


@lru_cache(maxsize=64)
def lexicon(scheme: Scheme, lang: str) -> Lexicon:
    """The lexicon for texts of a language, built once for each scheme."""
    with without_collecting():
        return Lexicon(scheme, primary(lang))
