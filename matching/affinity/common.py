"""Words that say nothing of a field, read from `common.yaml`, and words that say little to a reader by themselves."""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from matching.affinity.tokens import fold

_FILE = Path(__file__).parent / "common.yaml"
_FUNCTION = "function"  # ideographs that make no term with any neighbour


_ADJECTIVES = {
    "ru": re.compile("(?:[ыо]й|[ая]я|[ое]е|ые|[оеы]го|[ое]му|[ыи]ми|[ыи]х|[ую]ю)$"),
    "en": re.compile("(?:ous|able|ible|ful|less|ive)$"),
    "uz": re.compile("(?:li|siz|viy)$"),
}
_SHORTEST_ADJECTIVE = 6


class _Common(NamedTuple):
    words: frozenset[str]
    function: frozenset[str]


@cache
def _common() -> _Common:
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    function = frozenset(data.pop(_FUNCTION))
    return _Common(frozenset(fold(word) for words in data.values() for word in words), function)


def is_common(word: str) -> bool:
    """Whether a folded word, or a pair of ideographs, stands in texts of every field."""
    words, function = _common()
    return word in words or (len(word) == 2 and not function.isdisjoint(word))


@lru_cache(maxsize=200_000)
def is_lone(word: str, lang: str) -> bool:
    """Whether a word of a text in a language, as it is written, tells a reader nothing where it is quoted alone.

    A word of every field, or an adjective, as far as its ending tells; in German, whatever has no capital.
    """
    folded = fold(word)
    if is_common(folded):
        return True
    if lang == "de":
        return word[0].islower()
    ending = _ADJECTIVES.get(lang)
    return ending is not None and len(folded) >= _SHORTEST_ADJECTIVE and ending.search(folded) is not None
