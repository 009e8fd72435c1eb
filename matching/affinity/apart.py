"""Words that a stemmer would join though they mean different things, read from `apart.yaml`: magnet and magnesium."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

RUSSIAN_ENDING = (
    "(?:(?:и?я|а)ми|и?ях|ах|и?ев|ов|(?:и|ь)?ей|ий|ый|ой|ая|яя|ое|ее|ые|[иь]е|[ыи]х|[ыи]ми?|[ео]го|[ео]му|ую|юю|[ое]ю"
    "|[иь][яюи]|[иь]?ем|ом|ам|ям|[аяоеыиуюьй])"
)  # of nouns and adjectives: terms hold no verbs
_FILE = Path(__file__).parent / "apart.yaml"
_ENDING = {"ru": f"{RUSSIAN_ENDING}?"}


class _Apart(NamedTuple):
    """forms: all of a language's, a group for each word; words: in the order of the groups."""

    forms: re.Pattern[str]
    words: tuple[str, ...]


def kept_apart(word: str, lang: str) -> str | None:
    """What a folded word of a language (primary tag) is compared by instead of its stem; None for most words."""
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
