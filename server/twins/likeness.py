"""Whether two names may be of one person, in Cyrillic, Latin and Chinese alike. Pure functions.

Names are compared in Latin letters. Spellings of different transliteration systems fold to one form. A foreign name in
Chinese characters is a transcription by sound, so that only classes of consonants are compared (as Soundex does).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from i18n.names import read_latin

LEAST_SOUND = 5  # consonants that two names have to share if one is a transcription
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_DOT = re.compile(r"[·‧・]")
_SPELLINGS = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        *(("shch|sch", "sh"), ("kh", "h"), ("x", "ks"), ("ph", "f"), ("tz|ts|cz", "c"), ("tch", "ch"), ("ck", "k")),
        *(
            ("ii", "i"),
            ("[yij]u|iou", "u"),
            ("[yij]a", "a"),
            ("[yij][oe]", "e"),
            ("[yj]", "i"),
            ("w", "v"),
            ("der$", "dr"),
        ),
        (r"[^a-z]", ""),
        (r"(.)\1+", r"\1"),
    )
)
_SOUNDS = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        *(("er(?![aeiou])", "l"), ("sh|zh|ts|tz|[szxc](?!h)", "S"), ("ch|[jqdt]", "T"), ("[bp]", "P"), ("[gk]", "K")),
        *(("[lr]", "L"), ("[vwf]", "W"), ("[mn]|ng", "N"), ("h", "H"), (r"[^A-Z]", ""), (r"(.)\1+", r"\1")),
    )
)


@dataclass(frozen=True)
class NameForms:
    """A name for comparing. words: folded Latin words. sounds: their consonants. is_transcribed: from Chinese."""

    words: frozenset[str]
    sounds: frozenset[str]
    is_transcribed: bool


@lru_cache(maxsize=20_000)
def forms_of(name: str) -> NameForms | None:
    """Return the forms of a name, None for one of fewer than two words or in a script that is not read."""
    words = (read_latin(name) or "").lower().split()
    folded = frozenset(filter(None, (_folded(word, _SPELLINGS) for word in words)))
    if len(folded) < 2:
        return None
    sounds = frozenset(filter(None, (_folded(word, _SOUNDS) for word in words)))
    return NameForms(folded, sounds, bool(_HAN.search(name) and _DOT.search(name)))


def _folded(word: str, rules: Iterable[tuple[re.Pattern[str], str]]) -> str:
    for pattern, form in rules:
        word = pattern.sub(form, word)
    return word


def are_alike(one: NameForms, other: NameForms) -> bool:
    """Return whether the words of one name are among those of the other, by spelling or by sound.

    So surname and given name agree with a name that has the patronymic as well.
    """
    if one.is_transcribed == other.is_transcribed:
        return one.words <= other.words or other.words <= one.words
    less, more = sorted((one.sounds, other.sounds), key=len)
    return less <= more and len(less) > 1 and sum(map(len, less)) >= LEAST_SOUND


def pairs(names: Mapping[int, Sequence[str]], countries: Mapping[int, str]) -> list[tuple[int, int]]:
    """Return pairs of ids, the lower first, with names that may be of one person.

    names: all spellings by id. countries: ISO codes by id, "" if unknown; people of two countries are no twins. Only
    names that share two words or two sounds are compared.
    """
    forms = {id: [form for name in each if (form := forms_of(name))] for id, each in names.items()}
    together: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for id, each in forms.items():
        for key in {key for form in each for key in _keys(form)}:
            together[key].append(id)
    near = {pair for ids in together.values() for pair in combinations(sorted(ids), 2)}
    return sorted(
        (one, other)
        for one, other in near
        if not (countries[one] and countries[other] and countries[one] != countries[other])
        and any(are_alike(a, b) for a in forms[one] for b in forms[other])
    )


def _keys(form: NameForms) -> Iterator[tuple[str, ...]]:
    yield from (("word", *two) for two in combinations(sorted(form.words), 2))
    yield from (("sound", *two) for two in combinations(sorted(form.sounds), 2))
