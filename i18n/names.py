"""A person's name in several scripts: cleaned, shown to a reader, found by any spelling, suggested in Latin letters."""

import re
import unicodedata
from dataclasses import dataclass

import iuliia

from i18n import pinyin
from i18n.message import _
from i18n.text import ZWJ, ZWNJ, TextError, clean_line, graphemes, normalised, script, search_key

# In characters as a reader counts them; twice as many code points leave room for marks, not for towers of them.
LONGEST_NAME = 100
_PUNCTUATION = frozenset(" .,'’‘ʻʼ-‐‑·‧・()（）" + ZWNJ + ZWJ)
_INVISIBLE = frozenset({"Cf", "Co"})
_APOSTROPHES = str.maketrans("", "", "'’‘ʻʼ")
_DOTS = frozenset("·‧・")
_WORD = re.compile(r"[^\s·‧・,.()（）]+")
_HAN = re.compile(f"[{pinyin.HAN}]+")
_MARKS = re.compile("[\u0300-\u036f]")

# ICAO Doc 9303 part 3, section 6, B: Cyrillic letters of other languages, which the Russian table lacks. The last row,
# letters of Central Asia, is not in the document: there the nearest Latin letter is offered.
_OTHER_CYRILLIC = str.maketrans(
    {
        **{"є": "ie", "і": "i", "ї": "i", "ґ": "g", "ў": "u", "ђ": "d", "ѓ": "g", "ѕ": "dz", "ј": "j", "љ": "lj"},
        **{"њ": "nj", "ћ": "c", "ќ": "k", "џ": "dz"},
        **{
            "ә": "a",
            "ғ": "g",
            "қ": "k",
            "ң": "n",
            "ө": "o",
            "ү": "u",
            "ұ": "u",
            "һ": "h",
            "ҳ": "h",
            "ҷ": "j",
            "ӣ": "i",
        },
    }
)
# The same part, section 6, A: Latin letters that are not written as their base letter.
_LATIN = str.maketrans(
    {
        **{"Ä": "AE", "Ö": "OE", "Ü": "UE", "Å": "AA", "Æ": "AE", "Ø": "OE", "Œ": "OE", "Ð": "D", "Þ": "TH", "Đ": "D"},
        **{"Ł": "L", "Ħ": "H", "Ŧ": "T", "ẞ": "SS", "’": "'", "‘": "'", "ʻ": "'", "ʼ": "'"},
    }
)


@dataclass(frozen=True, slots=True)
class PersonName:
    """One person's name: full_name in its own script, latin_name as in the passport, zh_name in Chinese; "" if none."""

    full_name: str
    latin_name: str = ""
    zh_name: str = ""

    def for_reader(self, locale: str) -> tuple[str, str | None]:
        """(the spelling to show, another to show beside it or None) for a reader of that interface locale."""
        main_script = _READ_IN.get(locale.partition("_")[0], "LATIN")
        spellings = [name for name in (self.full_name, self.zh_name, self.latin_name) if name]
        readable = [name for name in spellings if main_script in _scripts(name)]
        shown = next(iter(readable), self.latin_name or self.full_name)
        beside = next((name for name in (self.full_name, self.latin_name) if name and name != shown), None)
        return shown, beside

    @property
    def search_key(self) -> str:
        """Every spelling under which somebody may look for the person, folded, with a space between words."""
        suggested = [suggest_latin(name) or "" for name in (self.full_name, self.zh_name)]
        spellings = [self.full_name, self.latin_name, self.zh_name, *suggested]
        return " ".join(dict.fromkeys(key for key in map(search_key, spellings) if key))


_READ_IN = {"zh": "CJK", "ru": "CYRILLIC", "ar": "ARABIC"}


def clean_name(text: str, *, longest: int = LONGEST_NAME) -> str:
    """A person's name on one line, in NFC: one word is enough, and case stays as typed.

    Characters that nobody sees are dropped, but for the joiners of Persian and Indic scripts. longest: in characters as
    a reader counts them. Raises TextError where the name is empty, too long, or holds digits or signs.
    """
    visible = "".join(char for char in text if char in {ZWNJ, ZWJ} or unicodedata.category(char) not in _INVISIBLE)
    # Before cleaning, which takes off what marks no letter has.
    is_endless = len(" ".join(visible.split())) > 2 * longest
    name = clean_line(visible)
    if not any(char.isalpha() or _HAN.fullmatch(char) for char in name):
        raise TextError(_("Enter a name."))
    if is_endless or graphemes(name) > longest:
        raise TextError(_("A name can have at most %(longest)s characters.", longest=longest))
    strange = next((char for char in name if char not in _PUNCTUATION and not _is_letter(char)), None)
    if strange:
        raise TextError(_("A name cannot contain “%(character)s”.", character=strange))
    return name


def suggest_latin(full_name: str) -> str | None:
    """How a passport may spell the name, in capitals: ICAO Doc 9303 for Cyrillic, pinyin for Chinese characters.

    A suggestion for its owner to correct: states differ, and Japanese names in Chinese characters are read as Chinese.
    None where a script or a character is not covered.
    """
    words = _WORD.findall(normalised("NFC", full_name))
    if words and all(map(_HAN.fullmatch, words)):
        spelled = _chinese(words, is_foreign=not _DOTS.isdisjoint(full_name))
    else:
        spelled = " ".join(filter(None, map(_spelled, words)))
    # What has no reading comes back as it is.
    return spelled if spelled and spelled.isascii() else None


def _chinese(words: list[str], *, is_foreign: bool) -> str:
    # A dot parts the words of a foreign name, which has no Chinese surname.
    if is_foreign:
        return " ".join(pinyin.latin(pinyin.read(word)) for word in words)
    surname, given = pinyin.split_name(words[0]) if len(words) == 1 else (words[0], "".join(words[1:]))
    return f"{pinyin.latin(pinyin.read_surname(surname))} {pinyin.latin(pinyin.read(given))}".strip()


def _spelled(word: str) -> str:
    """One word in Latin capitals, as far as its script is covered."""
    scripts = _scripts(word)
    if scripts == {"CYRILLIC"}:
        letters = word.lower().translate(_APOSTROPHES).translate(_OTHER_CYRILLIC)
        return _ascii(str(iuliia.ICAO_DOC_9303.translate(letters)))
    if scripts == {"CJK"} and _HAN.fullmatch(word):
        return pinyin.latin(pinyin.read(word))
    return _ascii(word)


def _ascii(word: str) -> str:
    return _MARKS.sub("", normalised("NFD", word.upper().translate(_LATIN)))


def _scripts(text: str) -> set[str]:
    return {script(char) for char in text} - {""}


def _is_letter(char: str) -> bool:
    # Rare ideographs of names are newer than the Unicode tables of some Python versions.
    return unicodedata.category(char)[0] in "LM" or _HAN.fullmatch(char) is not None
