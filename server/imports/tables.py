"""Read a text table: bytes -> code page -> delimiter -> rows. Runs only in the separate process that reads files."""

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from server.imports.limits import MAX_COLUMNS, MAX_ROWS, TooLarge, UnknownFormat

DELIMITERS = ",;\t|"
# Code pages by their Python names. The first ones are tried before the library is asked.
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WIDE = ("utf-16-le", "utf-16-be")
EASTERN = ("gb18030", "big5hkscs", "cp932", "cp949", "euc_jp")
CYRILLIC = ("cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic")
WESTERN = ("cp1252", "cp1250", "cp1254", "cp1253", "cp1257", "mac_roman", "cp1256")
PAGES = ("utf-8", *WIDE, *EASTERN, *CYRILLIC, *WESTERN)
# For East Asian code pages: the standard, and the first bytes of punctuation, kana and the most frequent characters.
USUAL = {
    "gb18030": ("gb2312", 0xA1, 0xD7),
    "big5hkscs": ("big5", 0xA1, 0xC6),
    "cp932": ("shift_jis", 0x81, 0x97),
    "cp949": ("euc_kr", 0xA1, 0xC8),
    "euc_jp": ("euc_jp", 0xA1, 0xCF),
}
LOOKED_AT = 64 * 1024  # bytes that are examined to choose between code pages
FIRST_ROWS = 200  # rows that are examined to choose between delimiters
HEADINGS_WITHIN = 30
SAMPLE = 80
_SEP = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n?", re.IGNORECASE)

Rows = list[tuple[int, list[str]]]


def fold(heading: str) -> str:
    """Return the letters and digits of a heading in lower case; all spellings of a heading give the same text."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", heading).casefold()))


def read(data: bytes, encoding: str, headings: frozenset[str]) -> tuple[str, Rows, list[tuple[str, str]]]:
    """Return the code page, the numbered rows with text, and other possible code pages with their first words.

    encoding: one of PAGES that a person chose, or "". headings: known headings, folded. Raises UnknownFormat and
    TooLarge.
    """
    found = encoding or _page_of(data, headings)
    text = _decoded(data, found)
    if text is None:
        raise UnknownFormat
    mark = _SEP.match(text)
    rows = _table(text[mark.end() :] if mark else text, mark[1] if mark else None, headings)
    numbered = [(number, row) for number, row in enumerate(rows, start=2 if mark else 1) if any(map(str.strip, row))]
    return found, numbered, [] if found in BOMS.values() else _others(data, found)


def _decoded(data: bytes, page: str) -> str | None:
    try:
        text = data.decode(page)
    except (UnicodeDecodeError, LookupError):
        return None
    # Texts have no zero byte, all other kinds of files do.
    return None if "\0" in text else text.removeprefix("\ufeff")


def _page_of(data: bytes, headings: frozenset[str]) -> str:
    """Return the most likely code page of the bytes. Raises UnknownFormat."""
    for mark, page in BOMS.items():
        if data.startswith(mark):
            return page
    if _decoded(data, "utf-8") is not None:
        return "utf-8"
    if b"\0" in data:
        wide = [page for page in WIDE if _reads_well(_decoded(data, page))]
        if not wide:
            raise UnknownFormat
        return wide[0]
    telling = _telling_lines(data)
    return _by_headings(telling, headings) or _by_library(data, telling)


def _telling_lines(data: bytes) -> bytes:
    """Return lines with bytes outside ASCII, from the beginning of the file: only these differ between code pages."""
    lines = [line for line in data.splitlines(keepends=True) if not line.isascii()]
    telling = b"".join(lines[:2000])
    # Cut at the end of a line, so that no character is split; one long line is taken whole.
    return telling if len(telling) <= LOOKED_AT else telling[: telling.rfind(b"\n", 0, LOOKED_AT) + 1] or telling


def _by_headings(telling: bytes, headings: frozenset[str]) -> str | None:
    """Return the code page with the most known headings outside ASCII, if it has at least two, else None."""
    known = {page: _known(_decoded(telling, page) or "", headings) for page in (*EASTERN, *CYRILLIC, *WESTERN)}
    best = max(known, key=lambda page: known[page])
    return best if known[best] >= 2 else None


def _known(text: str, headings: frozenset[str]) -> int:
    cells = re.split(r"[,;\t|\r\n]", text[:20_000])
    return len({fold(cell) for cell in cells if not cell.isascii()} & headings)


def _by_library(data: bytes, telling: bytes) -> str:
    readings = {page: _decoded(data, page) for page in (*EASTERN, *CYRILLIC, *WESTERN)}
    pages = [page for page, text in readings.items() if text is not None and _is_usual(text, page)]
    # Imported here: it takes longer than to read a table whose code page is plain.
    import charset_normalizer

    found = charset_normalizer.from_bytes(telling, cp_isolation=list(pages) or ["utf-8"])
    marks = {match.encoding: match.chaos for match in found if match.encoding in pages}
    if not marks:
        return next((page for page in ("cp1252", *pages) if page in pages), "") or _unknown()
    least = min(marks.values())
    likely = [page for page in marks if marks[page] <= least + 0.005]
    best = found.best()
    likeliest = best.encoding if best and best.encoding in likely else likely[0]
    if likeliest in WESTERN and "cp1252" in pages:
        # Central European pages share most letters with the Western page, and are rarer.
        same = _decoded(telling, "cp1252") == _decoded(telling, likeliest)
        if "cp1254" in likely and set("þðÞÐ") & set(_decoded(telling, "cp1252") or ""):
            return "cp1254"
        if same or "cp1252" in likely or marks.get("cp1252", 1.0) <= least + 0.005:
            return "cp1252"
    return likeliest


def _is_usual(text: str, page: str) -> bool:
    """Return whether most characters are frequent ones of this East Asian page, which come first in its standard."""
    if page not in USUAL:
        return True
    base, first, last = USUAL[page]
    wide = [char for char in text[:20_000] if ord(char) > 0x2FF]
    usual = 0
    for char in wide:
        code = char.encode(base, "ignore")
        usual += len(code) == 2 and first <= code[0] <= last
    return usual >= 0.6 * len(wide)


def _unknown() -> str:
    raise UnknownFormat


def _reads_well(text: str | None) -> bool:
    """Return whether most characters are letters or usual punctuation, and none is unassigned or private."""
    if not text:
        return False
    kinds = Counter(unicodedata.category(char) for char in text[:4000])
    return not kinds["Cn"] and not kinds["Co"] and not kinds["Cs"] and any(mark in text for mark in "\r\n,;\t")


def _others(data: bytes, found: str) -> list[tuple[str, str]]:
    """Return the other code pages in which all bytes are valid, each with the first line outside ASCII."""
    if data.isascii():
        return []
    telling = _telling_lines(data)
    first = next((line for line in telling.splitlines() if not line.isascii()), b"")
    samples: list[tuple[str, str]] = []
    for page in PAGES:
        text = _decoded(first if page not in WIDE else data, page)
        if text is not None and page != found and _decoded(data, page) is not None:
            samples.append((page, _not_ascii(text)))
    here = _decoded(first if found not in WIDE else data, found) or ""
    return [(found, _not_ascii(here)), *samples]


def _not_ascii(line: str) -> str:
    words = [word for word in re.split(r"[,;\t|\r\n\"]+", line) if not word.isascii()]
    return " · ".join(words[:4])[:SAMPLE]


def _table(text: str, said: str | None, headings: frozenset[str]) -> list[list[str]]:
    """Return the rows, split by the declared delimiter, else by the one with most known headings and most even rows."""
    best = said or max(DELIMITERS, key=lambda each: _evidence(_rows(text, each, FIRST_ROWS), headings))
    rows = _rows(text, best, MAX_ROWS + 1)
    if len(rows) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in rows):
        raise TooLarge
    return rows


def _evidence(rows: Sequence[Sequence[str]], headings: frozenset[str]) -> tuple[int, float]:
    known = max((len({fold(cell) for cell in row} & headings) for row in rows[:HEADINGS_WITHIN]), default=0)
    widths = Counter(len(row) for row in rows if any(map(str.strip, row)))
    even = max((number * (width - 1) for width, number in widths.items()), default=0)
    return known, even / max(1, widths.total())


def _rows(text: str, delimiter: str, most: int) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [row for row, _number in zip(reader, range(most), strict=False)]
    except csv.Error:
        raise TooLarge from None
