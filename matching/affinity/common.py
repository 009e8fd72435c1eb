"""Words that say nothing of a field, read from `common.yaml`."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from matching.affinity.tokens import fold

_FILE = Path(__file__).parent / "common.yaml"
_FUNCTION = "function"  # ideographs that make no term with any neighbour


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
