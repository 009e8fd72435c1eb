"""Spellings of a name by the usual transliteration systems, so that a search by one spelling finds the others."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

import iuliia

# Passports, English, ISO 9 and GOST, linguists, telegrams, and French spellings of old passports.
_SYSTEMS = (
    iuliia.ICAO_DOC_9303,
    iuliia.BGN_PCGN,
    iuliia.GOST_779,
    iuliia.GOST_779_ALT,
    iuliia.GOST_7034,
    iuliia.SCIENTIFIC,
    iuliia.TELEGRAM,
    iuliia.MVD_310,
    iuliia.MVD_310_FR,
)
_SAME = dict(zip("абгдеиклмнопртуф", "abgdeiklmnoprtuf", strict=True)) | {
    "с": "s",
    "э": "e",
    "ы": "y",
    "ъ": "",
    "ь": "",
}
_GERMAN = str.maketrans(
    {
        **_SAME,
        **{"в": "w", "ж": "sch", "з": "s", "й": "j", "х": "ch", "ц": "z", "ч": "tsch", "ш": "sch", "щ": "schtsch"},
        **{"ё": "jo", "ю": "ju", "я": "ja"},
    }
)
_FRENCH = str.maketrans(
    {
        **_SAME,
        **{"в": "v", "ж": "j", "з": "z", "й": "i", "у": "ou", "х": "kh", "ц": "ts", "ч": "tch", "ш": "ch"},
        **{"щ": "chtch", "ё": "io", "ю": "iou", "я": "ia"},
    }
)
_POLISH = str.maketrans(
    {
        **_SAME,
        **{"в": "w", "ж": "z", "з": "z", "й": "j", "х": "ch", "ц": "c", "ч": "cz", "ш": "sz", "щ": "szcz"},
        **{"ё": "jo", "ю": "ju", "я": "ja"},
    }
)
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_HISSING = re.compile("([жчшщ])ё")
_DIGITS = re.compile("[0-9]")
LONGEST_WORD = 40  # longest word that is read as Chinese in Cyrillic letters


@lru_cache(maxsize=20_000)
def latin_spellings(name: str) -> tuple[str, ...]:
    """Return the name in Latin letters by each system, with ё read as ё and as е; empty if the name is not Russian."""
    if not _CYRILLIC.search(name):
        return ()
    lower = name.lower()
    found: dict[str, None] = {}
    for text in dict.fromkeys((lower, lower.replace("ё", "е"), _HISSING.sub(r"\1о", lower))):
        found |= dict.fromkeys(str(system.translate(text)) for system in _SYSTEMS)
        found |= dict.fromkeys(text.translate(table) for table in (_GERMAN, _FRENCH, _POLISH))
    return tuple(found)


def in_palladius(syllables: list[str]) -> str:
    """Return Chinese syllables (`wang2`) in Cyrillic letters by the Palladius system, without tones."""
    return "".join(_palladius(syllable) for syllable in syllables)


@cache
def _palladius(syllable: str) -> str:
    from pypinyin import Style
    from pypinyin.style import convert

    return _DIGITS.sub("", str(convert(syllable, Style.CYRILLIC, strict=True)))


@lru_cache(maxsize=1_000)
def from_palladius(word: str) -> str:
    """Return the pinyin without tones of a word that is Chinese in Cyrillic letters, or ""."""
    if len(word) > LONGEST_WORD:
        return ""
    syllables = _pinyin_of()
    # read[n]: pinyin of the first n letters, with the longest possible last syllables.
    read: list[str | None] = ["", *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 6), end):
            before, syllable = read[start], syllables.get(word[start:end])
            if before is not None and syllable is not None and read[end] is None:
                read[end] = before + syllable
    return read[-1] or ""


@cache
def _pinyin_of() -> dict[str, str]:
    return {_palladius(syllable): syllable.replace("ü", "v") for syllable in sorted(_syllables())}


def _syllables() -> Iterator[str]:
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    every = {reading for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    return (plain for plain in {to_normal(reading) for reading in every} if plain.isascii() and plain.isalpha())
