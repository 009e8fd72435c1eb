"""People's names in several scripts: clean, show to a reader, search by any spelling, suggest in Latin letters."""

import re
import unicodedata
from dataclasses import dataclass

import iuliia

from i18n import pinyin
from i18n.message import _, ngettext_
from i18n.text import ZWJ, ZWNJ, TextError, clean_line, graphemes, normalised, script, search_key

# In characters as a reader counts them; twice as many code points allow for marks, but not for piles of them.
LONGEST_NAME = 100
_PUNCTUATION = frozenset(" .,'’‘ʻʼ-‐‑·‧・()（）" + ZWNJ + ZWJ)
_INVISIBLE = frozenset({"Cf", "Co"})
_APOSTROPHES = str.maketrans("", "", "'’‘ʻʼ")
_DOTS = frozenset("·‧・")
_WORD = re.compile(r"[^\s·‧・,.()（）]+")
_HAN = re.compile(f"[{pinyin.HAN}]+")
_MARKS = re.compile("[\u0300-\u036f]")

# ICAO Doc 9303 part 3, section 6, B: Cyrillic letters of other languages that the Russian table lacks. The last row,
# Central Asian letters, is not in the document; it has the nearest Latin letters.
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
# The same part, section 6, A: Latin letters that are not replaced by their base letter.
_LATIN = str.maketrans(
    {
        **{"Ä": "AE", "Ö": "OE", "Ü": "UE", "Å": "AA", "Æ": "AE", "Ø": "OE", "Œ": "OE", "Ð": "D", "Þ": "TH", "Đ": "D"},
        **{"Ł": "L", "Ħ": "H", "Ŧ": "T", "ẞ": "SS", "’": "'", "‘": "'", "ʻ": "'", "ʼ": "'"},
    }
)


# Countries where a name in Chinese characters is a Chinese name, and where it is not.
_CHINESE = frozenset({"CN", "HK", "MO", "SG", "TW"})
_OWN_READINGS = frozenset({"JP", "KP", "KR"})
_READ_BY_ALL = frozenset({"LATIN", "CYRILLIC", "CJK", "MODIFIER"})
_LATIN_BLOCKS = ((0x41, 0x24F), (0x1E00, 0x1EFF))
_SCHWA = "ə"

# Academic titles and forms of address, which no passport has, without dots.
_TITLES = frozenset(
    {
        *("dr", "prof", "professor", "phd", "mr", "mrs", "ms", "academician"),
        *("доктор", "профессор", "проф", "доцент", "доц", "академик", "акад", "канд", "господин", "госпожа"),
        *("дтн", "ктн", "дфмн", "кфмн", "дхн", "кхн", "дбн", "кбн", "дмн", "кмн", "дэн", "кэн"),
    }
)
_DEGREE = re.compile(
    r"(?<!\w)(?:[дк]\.\s?(?:[а-я]{1,4}\.?[\s-]?){1,2}н\.|ph\.\s?d\.?|dipl\.-?\s?ing\.|dr\.-ing\.)", re.IGNORECASE
)
_HAN_TITLE = re.compile("(?<=..)(?:副?教授|博士|硕士|研究员|院士|老师|先生|女士|主任|高?级?工程师)$")
_PATRONYMICS = (
    *("ович", "евич", "ьич", "мич", "кич", "овна", "евна", "ична"),
    *("івна", "ївна", "авіч", "эвіч", "аўна", "еўна"),
)
_PATRONYMIC_PARTICLES = frozenset({"оглы", "оглу", "кызы", "гызы", "улы", "уулу", "угли"})


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name: full_name in its own script, latin_name as in the passport, zh_name in Chinese, or ""."""

    full_name: str
    latin_name: str = ""
    zh_name: str = ""

    def for_reader(self, locale: str) -> tuple[str, str | None]:
        """Return (the spelling to show, another spelling or None) for a reader of an interface locale."""
        main_script = _READ_IN.get(locale.partition("_")[0], "LATIN")
        spellings = [name for name in (self.full_name, self.zh_name, self.latin_name) if name]
        readable = [name for name in spellings if main_script in _scripts(name)]
        shown = next(iter(readable), self.latin_name or self.full_name)
        beside = next((name for name in (self.full_name, self.latin_name) if name and name != shown), None)
        return shown, beside

    @property
    def search_key(self) -> str:
        """Return all spellings of the name, folded, with a space between words."""
        suggested = [read_latin(name) or "" for name in (self.full_name, self.zh_name)]
        spellings = [self.full_name, self.latin_name, self.zh_name, *suggested]
        return " ".join(dict.fromkeys(key for key in map(search_key, spellings) if key))


_READ_IN = {"zh": "CJK", "ru": "CYRILLIC", "ar": "ARABIC"}


def clean_name(text: str, *, longest: int = LONGEST_NAME) -> str:
    """Return a person's name on one line, in NFC. One word is enough; case stays as typed.

    Invisible characters are dropped except joiners of Persian and Indic scripts. longest: in characters as a reader
    counts them. Raises TextError if the name is empty, too long, or has digits or signs.
    """
    visible = "".join(char for char in text if char in {ZWNJ, ZWJ} or unicodedata.category(char) not in _INVISIBLE)
    # Before cleaning, which removes marks without a letter.
    is_endless = len(" ".join(visible.split())) > 2 * longest
    name = clean_line(visible)
    if not any(char.isalpha() or _HAN.fullmatch(char) for char in name):
        raise TextError(_("Enter a name."), code="missing")
    if is_endless or graphemes(name) > longest:
        raise TextError(
            ngettext_(
                "A name can have at most %(num)s character.", "A name can have at most %(num)s characters.", longest
            ),
            code="string-too-long",
        )
    strange = next((char for char in name if char not in _PUNCTUATION and not _is_letter(char)), None)
    if strange:
        # Translators: character: one character that was typed
        raise TextError(_("A name cannot contain “%(character)s”.", character=strange), code="strange-character")
    return name


def clean_latin(text: str, *, longest: int = LONGEST_NAME) -> str:
    """Return the name in passport spelling: like `clean_name`, but only Latin letters and no titles.

    Raises TextError that names the non-Latin letter, or the title.
    """
    name = clean_name(text, longest=longest)
    for char in name:
        if char.isalpha() and script(char) != "MODIFIER":
            _refuse_unless_latin(char)
    title = next((word for word in _WORD.findall(name) if word.casefold().replace(".", "") in _TITLES), None)
    degree = _DEGREE.search(name)
    if degree or title:
        # Translators: title: a form of address or an academic title, for example Dr
        raise TextError(
            _("Remove “%(title)s”: passports do not show titles.", title=degree[0] if degree else title),
            code="title-in-name",
        )
    return name


def _refuse_unless_latin(char: str) -> None:
    if unicodedata.normalize("NFKC", char) != char:
        raise TextError(
            # Translators: character: one character that was typed
            _("“%(character)s” is a wide or decorated letter. Enter a plain Latin letter instead.", character=char),
            code="wide-letter",
        )
    found = script(char)
    if found == "CYRILLIC":
        raise TextError(
            # Translators: character: one character that was typed
            _("“%(character)s” is a Cyrillic letter. Use only Latin letters, as in the passport.", character=char),
            code="cyrillic-letter",
        )
    if found == "GREEK":
        raise TextError(
            # Translators: character: one character that was typed
            _("“%(character)s” is a Greek letter. Use only Latin letters, as in the passport.", character=char),
            code="greek-letter",
        )
    if char.lower() != _SCHWA and not any(first <= ord(char) <= last for first, last in _LATIN_BLOCKS):
        raise TextError(
            # Translators: character: one character that was typed
            _("“%(character)s” is not a Latin letter. Use only Latin letters, as in the passport.", character=char),
            code="not-latin",
        )


def needs_latin(full_name: str, country: str = "") -> bool:
    """Return whether the person has to enter a Latin spelling because it cannot be derived from the name.

    country: ISO code; names in Chinese characters are read differently in Japan and Korea.
    """
    scripts = _scripts(full_name)
    return not scripts <= _READ_BY_ALL or (country in _OWN_READINGS and "CJK" in scripts)


def suggest_latin(full_name: str, *, country: str = "", language: str = "") -> str | None:
    """Return a likely passport spelling in capitals, without titles and patronymic, or None.

    country: ISO code of the person's country. language: of the pages they read. A name in Chinese characters is read as
    Chinese only if one of them says so. None for initials and other scripts.
    """
    scripts = _scripts(full_name)
    is_chinese = country in _CHINESE or (not country and language.startswith("zh"))
    if not scripts <= _READ_BY_ALL or ("CJK" in scripts and not is_chinese):
        return None
    words = _without_patronymic(_without_titles(unicodedata.normalize("NFC", full_name)))
    if not words or any(len(word) == 1 and not _HAN.fullmatch(word) for word in words):
        return None
    dot = "·" if not _DOTS.isdisjoint(full_name) else " "
    return read_latin(dot.join(words))


def _without_titles(full_name: str) -> list[str]:
    plain = _HAN_TITLE.sub("", _DEGREE.sub(" ", full_name).strip()).rstrip()
    return [word for word in _WORD.findall(plain) if word.casefold() not in _TITLES]


def _without_patronymic(words: list[str]) -> list[str]:
    """Return the words without a patronymic, which never comes first and needs a surname and a given name beside it."""
    if len(words) > 3 and words[-1].lower() in _PATRONYMIC_PARTICLES:
        return words[:-2]
    if len(words) < 3:
        return words
    at = next((n for n, word in enumerate(words) if n and word.lower().endswith(_PATRONYMICS)), None)
    return [word for n, word in enumerate(words) if n != at]


def read_latin(full_name: str) -> str | None:
    """Return the whole name in Latin capitals (ICAO Doc 9303 for Cyrillic, pinyin for Chinese characters), or None.

    For searching and sorting, where an additional reading does no harm: Japanese names in Chinese characters are read
    as Chinese. None if a script or character is not covered.
    """
    words = _WORD.findall(normalised("NFC", full_name))
    if words and all(map(_HAN.fullmatch, words)):
        spelled = _chinese(words, is_foreign=not _DOTS.isdisjoint(full_name))
    else:
        spelled = " ".join(filter(None, map(_spelled, words)))
    # Characters without a reading are returned unchanged.
    return spelled if spelled and spelled.isascii() else None


def _chinese(words: list[str], *, is_foreign: bool) -> str:
    # A dot separates the words of a foreign name, which has no Chinese surname.
    if is_foreign:
        return " ".join(pinyin.latin(pinyin.read(word)) for word in words)
    surname, given = pinyin.split_name(words[0]) if len(words) == 1 else (words[0], "".join(words[1:]))
    return f"{pinyin.latin(pinyin.read_surname(surname))} {pinyin.latin(pinyin.read(given))}".strip()


def _spelled(word: str) -> str:
    """Return one word in Latin capitals, as far as its script is covered."""
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
    # Rare Han characters in names are newer than the Unicode tables of some Python versions.
    return unicodedata.category(char)[0] in "LM" or _HAN.fullmatch(char) is not None
