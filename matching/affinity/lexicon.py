"""Finding a scheme's terms in a text: a trie of tokens for each language, walked once, the longest term winning."""

from functools import lru_cache
from typing import NamedTuple

from matching.affinity.languages import primary
from matching.affinity.scheme import Scheme
from matching.affinity.tokens import Token, tokenise

_UNIVERSAL = "en"  # its terms are found in texts of every language, as are terms in Latin letters of any other


class Hit(NamedTuple):
    """A term found: the topics that list it, and where it stands, [start, end) in code points of the text as given."""

    topics: tuple[str, ...]
    start: int
    end: int


class _Node:
    __slots__ = ("next", "topics")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.topics: tuple[str, ...] = ()


class Lexicon:
    """The terms of one language, of English, and whatever any language writes in Latin letters."""

    def __init__(self, scheme: Scheme, lang: str) -> None:
        self._root = _Node()
        self._lang = lang
        for topic in scheme.topics.values():
            names = topic.names(lang) + (topic.names(_UNIVERSAL) if lang != _UNIVERSAL else ())
            latin = (name for terms in topic.terms.values() for name in terms if name.isascii())
            for name in dict.fromkeys((*names, *latin)):
                self._add(name, topic.id)

    def _add(self, name: str, topic: str) -> None:
        node = self._root
        for token in tokenise(name, self._lang):
            node = node.next.setdefault(token.key, _Node())
        if node is not self._root and topic not in node.topics:
            node.topics = (*node.topics, topic)

    def find(self, tokens: list[Token]) -> list[Hit]:
        """The terms in a text, none overlapping another: from the left, the longest at each place.

        Linear in the text: at each token the walk goes no deeper than the longest term.
        """
        hits: list[Hit] = []
        place = 0
        while place < len(tokens):
            end, topics = self._longest(tokens, place)
            if topics:
                hits.append(Hit(topics, tokens[place].start, tokens[end - 1].end))
            place = end
        return hits

    def _longest(self, tokens: list[Token], place: int) -> tuple[int, tuple[str, ...]]:
        node = self._root
        end = place + 1
        topics: tuple[str, ...] = ()
        for at in range(place, len(tokens)):
            step = node.next.get(tokens[at].key)
            if step is None or (at > place and not tokens[at].adjoins):
                break
            node = step
            if node.topics:
                end, topics = at + 1, node.topics
        return end, topics


@lru_cache(maxsize=64)
def lexicon(scheme: Scheme, lang: str) -> Lexicon:
    """The lexicon for texts of a language, built once for each scheme."""
    return Lexicon(scheme, primary(lang))
