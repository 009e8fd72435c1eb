"""Find items by a query: as typed, by topic, or with similar spelling.

Every word of the query has to be found in an item, each by its surest way; the item counts as found by the least sure
of these ways. Time is linear in the letters of the items for each of at most eight words; folded texts are cached. Four
thousand people take some tenths of a second, so call `pick`, which works in a thread.

    words     the word stands in a name or text as typed; names also in passport spelling and in pinyin
    topic     the word names a topic that the item has chosen or mentions, in any language
    spelling  one letter off in words of four letters, two in words of eight; always for names (also by sound), for
              texts only if nothing else is found
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
from matching.keeping import cache_by_size
from server.search import naming, query
from server.search.query import Query

TEXTS_KEPT = 20_000  # cached names and words
LETTERS_KEPT = 8_000_000  # letters of cached texts
_WORD = re.compile(r"\w+")
_HAN = re.compile(f"[{pinyin.HAN}]+")
ONE_OFF, TWO_OFF = 4, 8  # word lengths from which one and two letters may be wrong
# Percentage of a run of Han characters that a text must have in the same order. Of three, one is a name's difference.
HAN_AT_LEAST, HAN_ALIKE = 4, 66.0


Row = TypeVar("Row")


class Way(IntEnum):
    """How an item was found, surest first."""

    WORDS = 0
    TOPIC = 1
    SPELLING = 2


@dataclass(frozen=True)
class Item:
    """What the reader may know of an item. names: folded spellings. text: folded. topics: chosen topic ids."""

    names: tuple[str, ...] = ()
    text: str = ""
    topics: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Found:
    """A result. at: index of the item. by: the topic or word that was found instead of the typed one."""

    at: int
    way: Way
    by: str = ""


async def pick(
    rows: Sequence[Row], item: Callable[[Row], Item], asked: Query, scheme: Scheme
) -> list[tuple[Row, Found]]:
    """Return the rows whose items match the query, with the ways found. Works in a thread."""

    def work() -> list[Found]:
        return find([item(row) for row in rows] if asked.words else [Item()] * len(rows), asked, scheme)

    return [(rows[found.at], found) for found in await asyncio.to_thread(work)]


def find(items: Sequence[Item], asked: Query, scheme: Scheme) -> list[Found]:
    """Return the items that match the query, surest first, otherwise in their order; all items for an empty query."""
    if not asked.words:
        return [Found(at, Way.WORDS) for at in range(len(items))]
    by_phrase = naming.topics_named(asked.phrase, scheme)
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
    """A word of the query. by_phrase: topics that the whole query names; they stand for each of its words."""

    def __init__(self, word: str, by_phrase: frozenset[str], scheme: Scheme) -> None:
        self.word = word
        self.latin = query.latin(word)
        self.readings = query.readings(word)
        self.topics = by_phrase or naming.topics_named(word, scheme)
        self.pieces = naming.pieces(self.topics, scheme)

    def way(self, item: Item, near: str) -> tuple[Way, str] | None:
        """Return how an item matches the word, and what was found instead of it, or None. near: a similar name of the
        item.
        """
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
    """Return how many letters of a word may be wrong."""
    return (len(word) >= ONE_OFF) + (len(word) >= TWO_OFF)


def _near_names(where: Mapping[str, Sequence[int]], word: _Word) -> dict[int, str]:
    """Return by item the word of its names that differs by few letters from the typed word or sounds like it."""
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
    """Return items by words of texts and names of topics with wrong letters. Used if nothing is found as typed."""
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
    """Return whether a run of Han characters resembles any part of the item's text: Chinese has no spaces between
    words.
    """
    if len(word) < HAN_AT_LEAST or not _HAN.fullmatch(word):
        return False
    return any(
        fuzz.partial_ratio(word, text) >= HAN_ALIKE for text in (*item.names, item.text) if len(text) >= len(word)
    )


def _where(texts: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """Return every word of the texts with the indices of the items that have it."""
    where: dict[str, list[int]] = {}
    for at, several in enumerate(texts):
        for word in frozenset().union(*map(_words_of, several)):
            where.setdefault(word, []).append(at)
    return where


@cache_by_size(LETTERS_KEPT, len)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


_sound = lru_cache(maxsize=TEXTS_KEPT)(query.sound)
_spelling = lru_cache(maxsize=TEXTS_KEPT)(query.spelling)


# -- What items are made of ----------------------------------------------------------------------------------------


@cache_by_size(LETTERS_KEPT, len)
def folded(text: str) -> str:
    """Return a text folded for searching."""
    return search_key(text)


@lru_cache(maxsize=TEXTS_KEPT)
def person_names(name: PersonName) -> tuple[str, ...]:
    """Return every spelling under which a person may be searched."""
    spellings = (name.full_name, name.latin_name, name.zh_name)
    read = [read_latin(each) or "" for each in (name.full_name, name.zh_name)]
    others = [_HAN.sub(_in_palladius, each) for each in spellings if _HAN.search(each)]
    others += latin_spellings(name.full_name)
    return tuple(query.squashed([name.search_key, *map(search_key, (*spellings, *read, *others))]))


def _in_palladius(run: re.Match[str]) -> str:
    return in_palladius(pinyin.read(run[0]))


@lru_cache(maxsize=TEXTS_KEPT)
def organisation_names(name: str, latin_name: str) -> tuple[str, ...]:
    """Return both names of an organisation, and the pinyin of its Chinese characters."""
    read = _HAN.sub(lambda run: f" {' '.join(pinyin.latin([each]) for each in pinyin.read(run[0]))} ", name)
    others = [read, _HAN.sub(_in_palladius, name)] if read != name else []
    return tuple(query.squashed(map(search_key, (name, latin_name, *others, *latin_spellings(name)))))
