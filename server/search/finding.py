"""Which of many items a query finds, and how: as typed, by a topic, or by letters that are nearly the same.

Every word of the query has to be found in an item, the surest way for each; an item is found the way of its least sure
word. Linear in the items' letters for each of at most eight words; what is folded of a text is kept. Four thousand
people take some tenths of a second, so ask in a thread.

    words     stands in a name or a text as typed; names also as passports spell them, and by pinyin
    topic     names a topic that the item has chosen or writes about, in whatever language
    spelling  one letter off in words of four letters, two in words of eight; for names always, for texts only where
              nothing else is found; names also as they sound
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import TypeVar

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from i18n import pinyin
from i18n.names import PersonName, read_latin
from i18n.text import search_key
from i18n.transliteration import in_palladius, latin_spellings
from matching.affinity import Scheme
from matching.keeping import kept
from server.search import naming, query
from server.search.query import Query

TEXTS_KEPT = 20_000  # names and words
LETTERS_KEPT = 8_000_000  # of texts
_WORD = re.compile(r"\w+")
_HAN = re.compile(f"[{pinyin.HAN}]+")
ONE_OFF, TWO_OFF = 4, 8  # letters from which on so many may be wrong
# Of a run of ideographs so much of a hundred has to stand in a text in its order. Of three, one is a name's difference.
HAN_AT_LEAST, HAN_ALIKE = 4, 66.0


Row = TypeVar("Row")


class Way(IntEnum):
    """How something was found, the surest first."""

    WORDS = 0
    TOPIC = 1
    SPELLING = 2


@dataclass(frozen=True)
class Item:
    """What the reader may know of something. names: folded spellings. text: folded. topics: chosen, ids."""

    names: tuple[str, ...] = ()
    text: str = ""
    topics: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Found:
    """at: of the item, in the order given. by: the topic or the word that was found in place of what was typed."""

    at: int
    way: Way
    by: str = ""


async def pick(
    rows: Sequence[Row], item: Callable[[Row], Item], asked: Query, scheme: Scheme
) -> list[tuple[Row, Found]]:
    """The rows whose items are found, with how. In a thread of its own."""

    def work() -> list[Found]:
        return find([item(row) for row in rows] if asked.words else [Item()] * len(rows), asked, scheme)

    return [(rows[found.at], found) for found in await asyncio.to_thread(work)]


def find(items: Sequence[Item], asked: Query, scheme: Scheme) -> list[Found]:
    """The items that the query finds, the surest first, else in their order; all of them for an empty query."""
    if not asked.words:
        return [Found(at, Way.WORDS) for at in range(len(items))]
    by_phrase = naming.named(asked.phrase, scheme)
    found = _all_words(items, [_Word(word, by_phrase, scheme) for word in asked.words])
    if not found:
        found = _nearly(items, asked, scheme)
    return sorted(found, key=lambda each: (each.way, each.at))


def _all_words(items: Sequence[Item], words: Sequence["_Word"]) -> list[Found]:
    where = _where(item.names for item in items)
    near = [_near_names(where, word) for word in words]
    found = []
    for at, item in enumerate(items):
        surest = (Way.WORDS, "")
        for word, names in zip(words, near, strict=True):
            how = word.way(item, names.get(at, ""))
            if how is None:
                break
            surest = max(surest, how, key=lambda each: each[0])
        else:
            found.append(Found(at, *surest))
    return found


class _Word:
    """A word of the query. by_phrase: topics that the whole query names, which stand for each of its words."""

    def __init__(self, word: str, by_phrase: frozenset[str], scheme: Scheme) -> None:
        self.word = word
        self.latin = query.latin(word)
        self.readings = query.readings(word)
        self.topics = by_phrase or naming.named(word, scheme)
        self.pieces = naming.pieces(self.topics, scheme)

    def way(self, item: Item, near: str) -> tuple[Way, str] | None:
        """How the item holds the word, and what it holds in its place. near: the item's name that resembles it."""
        if self.word in item.text or any(self._is_in(name) for name in item.names):
            return Way.WORDS, ""
        if common := self.topics & item.topics:
            return Way.TOPIC, min(common)
        written = (topic for topic, term in self.pieces if all(piece in item.text for piece in term))
        if topic := next(written, None):
            return Way.TOPIC, topic
        return (Way.SPELLING, near) if near else None

    def _is_in(self, name: str) -> bool:
        return self.word in name or any(reading in name for reading in self.readings)


# -- Nearly the same -----------------------------------------------------------------------------------------------


def allowed(word: str) -> int:
    """How many letters of a word may be wrong."""
    return (len(word) >= ONE_OFF) + (len(word) >= TWO_OFF)


def _near_names(where: Mapping[str, Sequence[int]], word: _Word) -> dict[int, str]:
    """By item: the word of its names that is the typed one but for a few letters, or sounds like it."""
    near = set(_near(word.word, where)) | set(_near(word.latin, where))
    written = word.latin or word.word
    same = query.spelling(written)
    skeleton = query.sound(written.replace(" ", "")) if query.is_transliterated(word.word) else ""
    for other in where:
        if len(other) >= ONE_OFF and other.isascii():
            by_sound = len(skeleton) >= query.LEAST_SOUND and skeleton == _sound(other)
            if by_sound or (len(same) >= ONE_OFF and same == _spelling(other)):
                near.add(other)
    return {at: other for other in sorted(near, reverse=True) for at in where[other]}


def _nearly(items: Sequence[Item], asked: Query, scheme: Scheme) -> list[Found]:
    """Where nothing is found as typed: words of texts and names of topics with letters wrong."""
    topics = naming.misspelt(asked.phrase, allowed(asked.phrase), scheme)
    where = _where((*item.names, item.text) for item in items)
    held = [{at: other for other in _near(word, where) for at in where[other]} for word in asked.words]
    found = []
    for at, item in enumerate(items):
        if common := topics & item.topics:
            found.append(Found(at, Way.TOPIC, min(common)))
        elif all(at in near or _is_alike(word, item) for word, near in zip(asked.words, held, strict=True)):
            found.append(Found(at, Way.SPELLING, " ".join(near[at] for near in held if at in near)))
    return found


def _near(word: str, where: Mapping[str, Sequence[int]]) -> list[str]:
    most, others = allowed(word), list(where)
    if not most or not others:
        return []
    [far] = process.cdist([word], others, scorer=OSA.distance, score_cutoff=most)
    return [others[at] for at in np.flatnonzero(far <= most).tolist()]


def _is_alike(word: str, item: Item) -> bool:
    """Ideographs have no spaces between words: a run of them is compared with every stretch of the text."""
    if len(word) < HAN_AT_LEAST or not _HAN.fullmatch(word):
        return False
    return any(
        fuzz.partial_ratio(word, text) >= HAN_ALIKE for text in (*item.names, item.text) if len(text) >= len(word)
    )


def _where(texts: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """Every word of the items, with the items that hold it."""
    where: dict[str, list[int]] = {}
    for at, several in enumerate(texts):
        for word in frozenset().union(*map(_words_of, several)):
            where.setdefault(word, []).append(at)
    return where


@kept(LETTERS_KEPT, len)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


_sound = lru_cache(maxsize=TEXTS_KEPT)(query.sound)
_spelling = lru_cache(maxsize=TEXTS_KEPT)(query.spelling)


# -- What items are made of ----------------------------------------------------------------------------------------


@kept(LETTERS_KEPT, len)
def folded(text: str) -> str:
    """A text as it is searched."""
    return search_key(text)


@lru_cache(maxsize=TEXTS_KEPT)
def person_names(name: PersonName) -> tuple[str, ...]:
    """Every spelling under which somebody may look for a person."""
    spellings = (name.full_name, name.latin_name, name.zh_name)
    read = [read_latin(each) or "" for each in (name.full_name, name.zh_name)]
    others = [_HAN.sub(_in_palladius, each) for each in spellings if _HAN.search(each)]
    others += latin_spellings(name.full_name)
    return tuple(query.squashed([name.search_key, *map(search_key, (*spellings, *read, *others))]))


def _in_palladius(run: re.Match[str]) -> str:
    return in_palladius(pinyin.read(run[0]))


@lru_cache(maxsize=TEXTS_KEPT)
def organisation_names(name: str, latin_name: str) -> tuple[str, ...]:
    """Both names of an organisation, and how its Chinese characters are read."""
    read = _HAN.sub(lambda run: f" {' '.join(pinyin.latin([each]) for each in pinyin.read(run[0]))} ", name)
    others = [read, _HAN.sub(_in_palladius, name)] if read != name else []
    return tuple(query.squashed(map(search_key, (name, latin_name, *others, *latin_spellings(name)))))
