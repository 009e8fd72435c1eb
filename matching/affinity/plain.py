"""Remove what a reader does not see: markup, invisible characters, look-alike letters of another script.

Every character keeps its position in the original text, so that quotations point into the original.
"""

import html
import re
from typing import NamedTuple

_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
# inline elements may occur within a word: TiO<sub>2</sub> is TiO2
_INLINE = "a|b|big|code|em|font|i|mark|s|small|span|strong|sub|sup|tt|u"
_UNSEEN = re.compile(
    rf"(?P<gone></?(?:{_INLINE})(?:\s[^<>]{{0,200}})?>|[{_INVISIBLE}])"
    r"|(?P<apart></?[A-Za-z][^<>]{0,200}>|<!--)"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
)
_LATIN = "ABCEHIJKMOPSTXYaceijkopsxy"
_CYRILLIC = "АВСЕНІЈКМОРЅТХУасеіјкорѕху"
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_MIXED = re.compile("[A-Za-z][0-9]*[\u0400-\u04ff]|[\u0400-\u04ff][0-9]*[A-Za-z]")
_WORD = re.compile("[A-Za-z0-9\u0400-\u04ff]+")


class VisibleText(NamedTuple):
    """Visible text, with the [start, end) of each character in the original; None if the positions are equal."""

    text: str
    start: list[int] | None = None
    end: list[int] | None = None


def visible_text(text: str) -> VisibleText:
    """Return the visible text. An inline tag joins the letters around it, any other tag is a blank."""
    if _UNSEEN.search(text) is None:
        return VisibleText(_in_one_script(text))
    letters: list[str] = []
    start: list[int] = []
    end: list[int] = []
    last = 0

    def keep(piece: str, at: int, width: int) -> None:
        letters.append(piece)
        start.extend(at + place * (width == 1) for place in range(len(piece)))
        end.extend(at + (place + 1 if width == 1 else width) for place in range(len(piece)))

    for unseen in _UNSEEN.finditer(text):
        keep(text[last : unseen.start()], last, 1)
        shown = {"gone": "", "apart": " ", "entity": html.unescape(unseen.group())}[str(unseen.lastgroup)]
        keep(shown, unseen.start(), unseen.end() - unseen.start())
        last = unseen.end()
    keep(text[last:], last, 1)
    return VisibleText(_in_one_script("".join(letters)), start, end)


def in_latin(word: str) -> str:
    """Return the word with Latin letters for look-alike Cyrillic ones, as in the steel grade 12Х18Н10Т."""
    return word.translate(_TO_LATIN)


def _in_one_script(text: str) -> str:
    """Return the text with each word of mixed scripts in one script, if its letters look alike in both."""
    if _MIXED.search(text) is None:
        return text
    return _WORD.sub(lambda found: _one_script(found.group()), text)


def _one_script(word: str) -> str:
    if _MIXED.search(word) is None:
        return word
    latin = [letter for letter in word if letter.isascii() and letter.isalpha()]
    cyrillic = [letter for letter in word if not letter.isascii()]
    only_latin = any(letter not in _LATIN for letter in latin)
    only_cyrillic = any(letter not in _CYRILLIC for letter in cyrillic)
    if not only_cyrillic and (only_latin or len(latin) >= len(cyrillic)):
        return word.translate(_TO_LATIN)
    return word if only_latin else word.translate(_TO_CYRILLIC)
