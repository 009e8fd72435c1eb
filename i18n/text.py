"""Clean, search and sort texts that people type."""

import re
import unicodedata
from functools import cache
from itertools import pairwise
from typing import Literal

from i18n import pinyin
from i18n.message import Message, _

ZWNJ, ZWJ = "\u200c", "\u200d"
# Overrides, embeddings and isolates, which can make a text read as something else (Unicode TR 36, 2.12).
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
MOST_MARKS = 30
# Beside them: controls but line feed and tab, byte order marks, and what is no character for ever.
_ASTRAL = "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
_DROPPED = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufdd0-\ufdef{''.join(sorted(BIDI_CONTROLS))}{_ASTRAL}]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?|\u2028|\u2029")
_LINE_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
_FLAG = re.compile("[🇦-🇿]{2}")
# Signs that turn a text into an address for programs that look for links, with or without a space. Dots of all kinds
# count (UTS 46), but not a decimal point unless four numbers follow each other (IPv4).
_DOTS = "[.\u3002\uff0e\uff61\u2024]"
_LINKS = (
    (re.compile(rf"(?<=[0-9])({_DOTS})(?=[0-9]{{1,3}}{_DOTS}[0-9]{{1,3}}{_DOTS}[0-9])"), r"\1 "),
    (re.compile(rf"(?<=[\w\-\])%])({_DOTS})(?=[^\W\d_])"), r"\1 "),
    (re.compile(rf"(?<=[^\W\d_])({_DOTS})(?=[\w\-\[%])"), r"\1 "),
    (re.compile(r"(?<=[A-Za-z])([:\uff1a])(?=\S)"), r"\1 "),
    (re.compile(r"(?<=[:/\\])([/\\])(?=[/\\\w])"), r"\1 "),
    (re.compile(r"(?<=\S)(?=[@\uff20])|(?<=[@\uff20])(?=\S)"), " "),
)
_HAN = re.compile(f"([{pinyin.HAN}]+)")

_ALIKE = {"LATIN", "CYRILLIC", "GREEK"}
_SCRIPTS = ("LATIN", "CYRILLIC", "CJK", "ARABIC")
_SCRIPT_OF = {"zh": "CJK", "ru": "CYRILLIC", "ar": "ARABIC"}

_LATIN_MARKS = re.compile("([a-zæœøłđħŧı])[\u0300-\u036f]+")
# Beside ё: letters that decomposition leaves whole, Arabic letters that are typed for one another, marks that writers
# leave out, and apostrophes, which differ between keyboards.
_FOLDED = str.maketrans(
    {
        **{"ё": "е", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i"},
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىی", "ي"),
        **{"ک": "ك", "ة": "ه", "ـ": None},
        **dict.fromkeys(map(chr, range(0x64B, 0x653)), None),
        **dict.fromkeys("'’‘ʻʼ`´ʹ", None),
        **dict.fromkeys((ZWNJ, ZWJ, "\u200b", "\u00ad"), None),
    }
)
_SEPARATORS = re.compile(r"[-‐‑‒–—―.·‧・•,،]")


class TextError(ValueError):
    """A text that cannot be accepted. message: the reason, for its author; code: the same for programs."""

    def __init__(self, message: Message, code: str = "invalid-text") -> None:
        super().__init__(message.msgid)
        self.message = message
        self.code = code


def normalised(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """Return the text in a normal form, with at most MOST_MARKS marks on a letter.

    Sorting marks takes quadratic time in their number (UAX #15, 13.1, Stream-Safe Text), and no language needs more.
    """
    return unicodedata.normalize(form, text if text.isascii() else _stream_safe(text))


def _stream_safe(text: str) -> str:
    if not any(map(unicodedata.combining, text)):
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def clean_text(text: str) -> str:
    """Return the text in NFC without invisible characters: controls except line feed and tab, bidi controls, byte order
    marks.

    Line ends become line feeds, and the ends are stripped. Raises TextError for lone surrogates, which no encoding can
    store.
    """
    if _SURROGATES.search(text):
        raise TextError(
            _("This text contains characters that cannot be saved. Remove these characters and enter the text again."),
            code="strange-character",
        )
    lines = _LINE_ENDS.sub("\n", text)
    return normalised("NFC", _DROPPED.sub("", lines)).strip()


def clean_line(text: str) -> str:
    """Return the text cleaned for a field of one line: every run of white space becomes one space."""
    return _LINE_SPACE.sub(" ", clean_text(text)).strip()


def unlinked(text: str) -> str:
    """Return the text changed so that no mail or calendar program finds an address in it to turn into a link.

    A space is added where an address cannot have one: after a dot between letters, after the colon of a scheme, around
    @. "www.evil.example" becomes "www. evil. example", "И.И.Петров" becomes "И. И. Петров": both stay readable, and a
    copied part leads nowhere. Numbers such as 2.5 and 9:30 stay.
    """
    for pattern, apart in _LINKS:
        text = pattern.sub(apart, text)
    return text


def graphemes(text: str) -> int:
    """Return how many characters a reader counts: a letter with its marks, a flag, or joined emoji counts as one.

    Follows UAX #29 except for scripts whose rules need tables that Python lacks (Hangul jamo, Indic conjuncts).
    """
    symbols = _FLAG.sub("⚑", normalised("NFC", text))
    return sum(not _continues(before, char) for before, char in pairwise("\n" + symbols))


def _continues(before: str, char: str) -> bool:
    if before == "\n":
        return False
    if unicodedata.category(char) in {"Mn", "Mc", "Me"} or char in {ZWNJ, ZWJ} or "🏻" <= char <= "🏿":
        return True
    return before == ZWJ and unicodedata.category(char) == "So"


@cache
def script(char: str) -> str:
    """Return the script of a letter as Unicode names it (LATIN, CYRILLIC, CJK), or "" for other characters."""
    return unicodedata.name(char, "").partition(" ")[0] if char.isalpha() else ""


def has_mixed_alphabets(text: str) -> bool:
    """Return whether a word mixes Latin, Cyrillic and Greek letters, which look alike; its author should be asked."""
    return any(len({script(char) for char in word} & _ALIKE) > 1 for word in _WORD.findall(text))


def search_key(text: str) -> str:
    """Return a key that is equal for spellings that readers take for the same; it can be longer than the text.

    Folds case, width, Latin diacritics, ё and Arabic letter forms; apostrophes vanish, dashes and dots separate words.
    """
    folded = normalised("NFKD", normalised("NFKC", text).casefold())
    kept = normalised("NFKC", _LATIN_MARKS.sub(r"\1", folded)).casefold()
    return " ".join(_SEPARATORS.sub(" ", kept.translate(_FOLDED)).split())


def sort_key(text: str, locale: str | None = None, *, is_name: bool = False) -> str:
    """Return a key that sorts as the reader expects: own script first, Chinese by pinyin, ё beside е, any case.

    locale: the reader's. is_name: the text is a person's name, so that its first character is read as a surname.
    """
    letters = normalised("NFKC", text)
    first = next((found for found in map(script, letters) if found), "")
    order = [_SCRIPT_OF.get((locale or "").partition("_")[0], "LATIN"), *_SCRIPTS]
    rank = order.index(first) if first in order else len(order)
    # A tab sorts before every letter, so that the tie-break never outweighs the key.
    return f"{rank:x} {' '.join(_sortable(letters, is_name))}\t{text.casefold()}"


def _sortable(text: str, is_name: bool) -> list[str]:
    readings = pinyin.read_name if is_name else pinyin.read
    parts = []
    for run in _HAN.split(text):
        parts += readings(run) if _HAN.fullmatch(run) else search_key(run).split()
    return parts
