"""What is looked for, made of what was typed."""

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
# How Latin spellings of one name differ: ICAO's, English, German, French and Polish ones of Russian, and typists'.
_SPELLINGS = tuple(
    (re.compile(one), other)
    for one, other in (
        ("shch|sch", "s"), ("[sz]h", "s"), ("[kg]h", "h"), ("tch|t?ch|t[sz]|cz", "c"), ("ph|ff?$|ff|w", "v"),
        ("[yj]", "i"), ("ck", "k"), ("(.)\\1+", r"\1"),
    )
)  # fmt: skip
# How Chinese syllables sound beside the foreign name that they stand for: what they keep are its consonants.
_SOUNDS = str.maketrans({"w": "v", "f": "v", "r": "l", "g": "k", "d": "t", "b": "p", "c": "z", "q": "z", "j": "z"})
_CLUSTERS = re.compile("shch|sch|[sz]h|kh|t?ch|t[sz]")
_CLUSTER = {"shch": "s", "sch": "s", "sh": "s", "zh": "z", "kh": "h", "tch": "z", "ch": "z", "ts": "z", "tz": "z"}
LEAST_SOUND = 3


@dataclass(frozen=True)
class Query:
    """text: as it is shown again. is_cut: more was typed than is looked for."""

    text: str
    is_cut: bool = False

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Folded, the first MOST_WORDS; all of them have to be found."""
        return tuple(dict.fromkeys(search_key(self.text).split()))[:MOST_WORDS]

    @property
    def phrase(self) -> str:
        return " ".join(self.words)


def query_of(typed: str) -> Query:
    """Without what nobody sees, and no longer than LONGEST."""
    seen = "".join(char for char in typed if char.isprintable() and char not in BIDI_CONTROLS).strip()
    return Query(seen[:LONGEST].strip(), len(seen) > LONGEST)


def latin(word: str) -> str:
    """The word in Latin letters, folded, as passports spell it; empty where its script is not covered."""
    return search_key(read_latin(word) or "")


def readings(word: str) -> tuple[str, ...]:
    """The word in Latin letters, by passports and, where it is Chinese in Cyrillic letters, by pinyin."""
    return tuple(dict.fromkeys(each for each in (latin(word), from_palladius(word)) if each))


def spelling(word: str) -> str:
    """What the usual Latin spellings of one name have in common: Ivanov, Iwanow, Ivanoff; Iuliia, Yuliya."""
    for pattern, other in _SPELLINGS:
        word = pattern.sub(other, word)
    return word


def sound(latin_word: str) -> str:
    """The consonants by which a foreign name and its Chinese writing know each other: ivanov, yiwannuofu are vnv."""
    plain = _CLUSTERS.sub(lambda found: _CLUSTER[found[0]], latin_word)
    kept = re.sub("[^a-z]|[aeiouy]|(?<=n)k", "", plain.translate(_SOUNDS))
    return re.sub("(.)\\1+", r"\1", kept)


def is_transliterated(word: str) -> bool:
    """Whether the word may be a foreign name in Chinese: three characters or more."""
    return _HAN.fullmatch(word) is not None


def squashed(spellings: Iterable[str]) -> list[str]:
    """Each as it stands, and without the spaces that one writer leaves and another does not."""
    found = [each for each in spellings if each]
    return list(dict.fromkeys([*found, *(each.replace(" ", "") for each in found)]))
