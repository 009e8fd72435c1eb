"""Words that a stemmer would merge although their meanings differ, such as magnet and magnesium; from `apart.yaml`."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

RUSSIAN_ENDING = (
    "(?:(?:и?я|а)ми|и?ях|ах|и?ев|ов|(?:и|ь)?ей|ий|ый|ой|ая|яя|ое|ее|ые|[иь]е|[ыи]х|[ыи]ми?|[ео]го|[ео]му|ую|юю|[ое]ю"
    "|[иь][яюи]|[иь]?ем|ом|ам|ям|[аяоеыиуюьй])"
)  # endings of nouns and adjectives; terms contain no verbs
_FILE = Path(__file__).parent / "apart.yaml"
_ENDING = {"ru": f"{RUSSIAN_ENDING}?"}


class _Apart(NamedTuple):
    """Words of one language. forms: pattern with one group per word. words: in the order of the groups."""

    forms: re.Pattern[str]
    words: tuple[str, ...]


def separate_key(word: str, lang: str) -> str | None:
    """Return the key that replaces the stem of a folded word in a language (primary tag); None for most words."""
    apart = _apart().get(lang)
    found = apart and apart.forms.fullmatch(word)
    return apart.words[int(str(found.lastgroup)[1:])] if apart and found else None


@cache
def _apart() -> dict[str, _Apart]:
    listed: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        lang: _Apart(
            re.compile("|".join(f"(?P<w{at}>{_pattern(forms, lang)})" for at, forms in enumerate(words.values()))),
            tuple(words),
        )
        for lang, words in listed.items()
    }


def _pattern(forms: str, lang: str) -> str:
    return forms.replace("(", "(?:").replace("~", _ENDING.get(lang, ""))
