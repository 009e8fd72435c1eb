"""Find items by a query: as typed, by topic, or with similar spelling.

Every word of the query has to be found in an item, each by its surest way; the item counts as found by the least sure
of these ways. Items that are searched often are gathered once (`gathering.Gathered`); others are read for each of at
most eight words, in a thread (`pick`).

    words     the word stands in a name or text as typed; names also in passport spelling and in pinyin
    topic     the word names a topic that the item has chosen or mentions, in any language
    spelling  one letter off in words of four letters, two in words of eight; always for names (also by sound), for
              texts only if nothing else is found
"""

import asyncio
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from typing import TypeVar

from rapidfuzz import fuzz

from i18n import pinyin
from i18n.names import PersonName, read_latin
from i18n.text import search_key
from i18n.transliteration import in_palladius, latin_spellings
from matching.affinity import Scheme
from matching.keeping import cache_by_size
from server.search import naming, query
from server.search.gathering import LETTERS_KEPT, ONE_OFF, TEXTS_KEPT, Gathered, Item, allowed
from server.search.query import Query

_HAN = re.compile(f"[{pinyin.HAN}]+")
# Percentage of a run of Han characters that a text must have in the same order. Of three, one is a name's difference.
HAN_AT_LEAST, HAN_ALIKE = 4, 66.0


Row = TypeVar("Row")


class Way(IntEnum):
    """How an item was found, surest first."""

    WORDS = 0
    TOPIC = 1
    SPELLING = 2


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
    if not asked.words:
        return [(row, Found(at, Way.WORDS)) for at, row in enumerate(rows)]

    def work() -> list[Found]:
        return find([item(row) for row in rows], asked, scheme)

    return [(rows[found.at], found) for found in await asyncio.to_thread(work)]


def find(items: Sequence[Item], asked: Query, scheme: Scheme) -> list[Found]:
    """Return the items that match the query, surest first, otherwise in their order; all items for an empty query."""
    if not asked.words:
        return [Found(at, Way.WORDS) for at in range(len(items))]
    return look_up(Gathered(items), asked, scheme)


def look_up(gathered: Gathered, asked: Query, scheme: Scheme, among: Collection[int] | None = None) -> list[Found]:
    """Return the gathered items that match a query of at least one word, as `find` does for items.

    among: indices of the items that may be found, None for all.
    """
    return look_up_among(gathered, asked, scheme, [among])[0]


def look_up_among(
    gathered: Gathered, asked: Query, scheme: Scheme, several: Sequence[Collection[int] | None]
) -> list[list[Found]]:
    """Return for each of several sets of items what `look_up` finds among them; the words are looked up once."""
    by_phrase = naming.topics_named(asked.phrase, scheme)
    written = cache(gathered.written)
    ways = [_Word(word, by_phrase, scheme).ways(gathered, written) for word in asked.words]
    found = [_all_words(ways, among) or _nearly(gathered, asked, scheme, among) for among in several]
    return [sorted(each, key=lambda one: (one.way, one.at)) for each in found]


Ways = Mapping[int, tuple[Way, str]]


def _all_words(ways: Sequence[Ways], among: Collection[int] | None) -> list[Found]:
    found = set(ways[0]).intersection(*ways[1:])
    kept = found if among is None else found.intersection(among)
    # The first of several words that are equally unsure.
    return [Found(at, *max((way[at] for way in ways), key=lambda how: how[0])) for at in kept]


class _Word:
    """A word of the query. by_phrase: topics that the whole query names; they stand for each of its words."""

    def __init__(self, word: str, by_phrase: frozenset[str], scheme: Scheme) -> None:
        self.word = word
        self.latin = query.latin(word)
        self.readings = query.readings(word)
        self.topics = by_phrase or naming.topics_named(word, scheme)
        self.pieces = naming.pieces(self.topics, scheme)

    def ways(self, gathered: Gathered, written: Callable[[tuple[str, ...]], Sequence[int]]) -> Ways:
        """Return by item how it matches the word, and what was found instead of it; the surest way is set first.

        written: `Gathered.written`, which remembers what the other words of the query have looked up.
        """
        ways = dict.fromkeys((*written((self.word,)), *gathered.named(self.word)), (Way.WORDS, ""))
        for reading in self.readings:
            ways.update(dict.fromkeys(gathered.named(reading), (Way.WORDS, "")))
        for topic in sorted(self.topics):
            for at in gathered.of_topic(topic):
                ways.setdefault(at, (Way.TOPIC, topic))
        for topic, term in self.pieces:
            for at in written(term):
                ways.setdefault(at, (Way.TOPIC, topic))
        for at, other in self._near_names(gathered).items():
            ways.setdefault(at, (Way.SPELLING, other))
        return ways

    def _near_names(self, gathered: Gathered) -> dict[int, str]:
        """Return by item the word of its names that differs by few letters from the typed word or sounds like it."""
        names, written = gathered.names, self.latin or self.word
        near = {*names.near(self.word), *names.near(self.latin)}
        same = query.spelling(written)
        if len(same) >= ONE_OFF:
            near.update(names.by_spelling.get(same, ()))
        skeleton = query.sound(written.replace(" ", "")) if query.is_transliterated(self.word) else ""
        if len(skeleton) >= query.LEAST_SOUND:
            near.update(names.by_sound.get(skeleton, ()))
        return _by_item(near, names.where)


def _by_item(words: Iterable[str], where: Mapping[str, Sequence[int]]) -> dict[int, str]:
    """Return by item its first of these words."""
    return {at: word for word in sorted(words, reverse=True) for at in where[word]}


# -- Nearly the same -----------------------------------------------------------------------------------------------


def _nearly(gathered: Gathered, asked: Query, scheme: Scheme, among: Collection[int] | None) -> list[Found]:
    """Return items by words of texts and names of topics with wrong letters. Used if nothing is found as typed."""
    topics = naming.misspelt(asked.phrase, allowed(asked.phrase), scheme)
    words = gathered.words
    held = [_by_item(words.near(word), words.where) for word in asked.words]
    found = []
    for at in range(len(gathered.items)) if among is None else sorted(among):
        item = gathered.items[at]
        if common := topics & item.topics:
            found.append(Found(at, Way.TOPIC, min(common)))
        elif all(at in near or _is_alike(word, item) for word, near in zip(asked.words, held, strict=True)):
            found.append(Found(at, Way.SPELLING, " ".join(near[at] for near in held if at in near)))
    return found


def _is_alike(word: str, item: Item) -> bool:
    """Return whether a run of Han characters resembles any part of the item's text: Chinese has no spaces between
    words.
    """
    if len(word) < HAN_AT_LEAST or not _HAN.fullmatch(word):
        return False
    return any(
        fuzz.partial_ratio(word, text) >= HAN_ALIKE for text in (*item.names, item.text) if len(text) >= len(word)
    )


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
