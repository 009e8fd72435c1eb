"""A search query, parsed from what was typed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from i18n.names import read_latin
from i18n.text import BIDI_CONTROLS, search_key
from i18n.transliteration import from_palladius

LONGEST = 100
MOST_WORDS = 8
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]{4,}")
# Differences between Latin spellings of one name: of Russian names in passports (ICAO), English, German, French and
# Polish, and usual typing.
_SPELLINGS = tuple(
    (re.compile(one), other)
    for one, other in (
        ("shch|sch", "s"), ("[sz]h", "s"), ("[kg]h", "h"), ("tch|t?ch|t[sz]|cz", "c"), ("ph|ff?$|ff|w", "v"),
        ("[yj]", "i"), ("ck", "k"), ("(.)\\1+", r"\1"),
    )
)  # fmt: skip
# Chinese syllables and the consonants of the foreign name that they write.
_SOUNDS = str.maketrans({"w": "v", "f": "v", "r": "l", "g": "k", "d": "t", "b": "p", "c": "z", "q": "z", "j": "z"})
_CLUSTERS = re.compile("shch|sch|[sz]h|kh|t?ch|t[sz]")
_CLUSTER = {"shch": "s", "sch": "s", "sh": "s", "zh": "z", "kh": "h", "tch": "z", "ch": "z", "ts": "z", "tz": "z"}
LEAST_SOUND = 3


@dataclass(frozen=True)
class Query:
    """A query. text: to be shown again. is_cut: whether the typed text was longer than the limit."""

    text: str
    is_cut: bool = False

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The first MOST_WORDS words, folded; all of them have to be found."""
        return tuple(dict.fromkeys(search_key(self.text).split()))[:MOST_WORDS]

    @property
    def phrase(self) -> str:
        return " ".join(self.words)


def query_of(typed: str) -> Query:
    """Return the query of a typed text, without invisible characters and cut to LONGEST."""
    seen = "".join(char for char in typed if char.isprintable() and char not in BIDI_CONTROLS).strip()
    return Query(seen[:LONGEST].strip(), len(seen) > LONGEST)


def latin(word: str) -> str:
    """Return the word in Latin letters as passports spell it, folded; "" if its script is not covered."""
    return search_key(read_latin(word) or "")


def readings(word: str) -> tuple[str, ...]:
    """Return the word in Latin letters in passport spelling and, for Chinese names in Cyrillic, in pinyin."""
    return tuple(dict.fromkeys(each for each in (latin(word), from_palladius(word)) if each))


def spelling(word: str) -> str:
    """Return a key that is equal for the usual Latin spellings of a name: Ivanov, Iwanow, Ivanoff; Iuliia, Yuliya."""
    for pattern, other in _SPELLINGS:
        word = pattern.sub(other, word)
    return word


def sound(latin_word: str) -> str:
    """Return the consonants that a foreign name and its Chinese transcription share: ivanov and yiwannuofu give vnv."""
    plain = _CLUSTERS.sub(lambda found: _CLUSTER[found[0]], latin_word)
    kept = re.sub("[^a-z]|[aeiouy]|(?<=n)k", "", plain.translate(_SOUNDS))
    return re.sub("(.)\\1+", r"\1", kept)


def is_transliterated(word: str) -> bool:
    """Return whether the word may be a foreign name in Chinese: at least three characters."""
    return _HAN.fullmatch(word) is not None


def squashed(spellings: Iterable[str]) -> list[str]:
    """Return each spelling as it is and without spaces."""
    found = [each for each in spellings if each]
    return list(dict.fromkeys([*found, *(each.replace(" ", "") for each in found)]))
