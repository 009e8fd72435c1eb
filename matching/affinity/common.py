"""Words that are no evidence of a topic, from `common.yaml`, and words that tell a reader little when quoted alone."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from matching.affinity.tokens import fold

_FILE = Path(__file__).parent / "common.yaml"
_FUNCTION = "function"  # characters that form no term with any neighbour
_GENERAL = "general"  # prefixes of general verbs and nouns, by language


_ADJECTIVES = {
    "ru": re.compile("(?:[ыо]й|[ая]я|[ое]е|ые|[оеы]го|[ое]му|[ыи]ми|[ыи]х|[ую]ю)$"),
    "en": re.compile("(?:ous|able|ible|ful|less|ive)$"),
    "uz": re.compile("(?:li|siz|viy)$"),
}
_SHORTEST_ADJECTIVE = 6
_ARABIC_PREFIX = re.compile("^(?:[وف]?[بلك]?ال|[وف]?لل|[وف])(?=..)")  # article, conjunction, preposition


class _Common(NamedTuple):
    """Common words. of: by language. general: prefixes of general words by language. function: function characters."""

    words: frozenset[str]
    function: frozenset[str]
    of: Mapping[str, frozenset[str]]
    general: Mapping[str, tuple[str, ...]]


@cache
def _common() -> _Common:
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    function, general = frozenset(data.pop(_FUNCTION)), data.pop(_GENERAL)
    of = {lang: frozenset(map(fold, words)) for lang, words in data.items()}
    beginnings = {lang: tuple(map(fold, some)) for lang, some in general.items()}
    return _Common(frozenset().union(*of.values()), function, of, beginnings)


def is_common(word: str) -> bool:
    """Whether a folded word, or a pair of ideographs, occurs in texts of every field."""
    common = _common()
    return word in common.words or (len(word) == 2 and not common.function.isdisjoint(word))


def is_no_evidence(word: str, lang: str) -> bool:
    """Whether a folded word, or a pair of ideographs, is no evidence of any topic in a text of the language.

    Such words also occur in names of topics, for example "development" in "software development". Their letters
    alone are no evidence of these topics.
    """
    common = _common()
    bare = _ARABIC_PREFIX.sub("", word) if lang == "ar" else word
    return bool({word, bare} & common.of.get(lang, frozenset())) or bare.startswith(common.general.get(lang, ()))


@cache
def long_words(lang: str) -> tuple[str, ...]:
    """Return the common words of a language with more than two ideographs, kana or syllables."""
    return tuple(sorted(word for word in _common().of.get(lang, ()) if len(word) > 2 and word >= "\u3040"))


@lru_cache(maxsize=200_000)
def is_uninformative(word: str, lang: str) -> bool:
    """Whether a word, as written in a text of the language, tells a reader nothing when quoted alone.

    True for common words and for adjectives, recognised by their endings; in German for every word without a
    capital.
    """
    folded = fold(word)
    if is_common(folded) or is_no_evidence(folded, lang):
        return True
    if lang == "de":
        return word[0].islower()
    ending = _ADJECTIVES.get(lang)
    return ending is not None and len(folded) >= _SHORTEST_ADJECTIVE and ending.search(folded) is not None
