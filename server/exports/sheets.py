"""Files of typed cells: workbooks (XLSX) to filter, sort and print, and CSV.

Numbers, days and times stay what they are, so that spreadsheet programs sort and add them up.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from server.workbooks import HEAD, LONGEST_TITLE, TEXT_ONLY

Cell = str | int | float | date | time | None
# ISO 8601, which reads the same in every country.
FORMATS: Sequence[tuple[type, str]] = ((datetime, "yyyy-mm-dd hh:mm"), (date, "yyyy-mm-dd"), (time, "hh:mm"))
A4 = 9  # number of a paper size in XLSX
# Beginnings of a cell that spreadsheet programs take for a formula when they open CSV (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
DRAFTS = "Machine translation", "unchecked"  # document property, as in the header of e-mails
BOM = "\ufeff"  # tells spreadsheet programs that the file is UTF-8
# Languages of regions where a comma separates decimals: spreadsheet programs there separate cells by semicolons.
WITH_SEMICOLON = frozenset({"ru", "de", "fr", "es", "uz"})


@dataclass(frozen=True)
class Heading:
    """The heading of a column. width: in characters."""

    text: str
    width: int = 20


@dataclass(frozen=True)
class Sheet:
    """A list. rows: as long as headings. is_list: can be filtered by column; else it is a picture of a day."""

    title: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    is_list: bool = True


@dataclass(frozen=True)
class About:
    """What is said of a file. made: when, for people. has_drafts: it has machine drafts that nobody has checked.

    Event and time stand below each printed page.
    """

    event: str
    made: str
    has_drafts: bool = False


def xlsx(sheets: Sequence[Sheet], about: About) -> bytes:
    """Return a workbook: headings stay in view and repeat on each printed page, pages are A4 landscape, one page wide.

    sheets: at least one; titles may repeat.
    """
    import xlsxwriter

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, TEXT_ONLY)
    book.set_properties({"title": about.event})
    if about.has_drafts:
        book.set_custom_property(*DRAFTS)
    head = book.add_format({**HEAD, "bottom": 1})
    body = book.add_format({"text_wrap": True, "valign": "top"})
    formats = [(kind, book.add_format({"num_format": pattern, "valign": "top"})) for kind, pattern in FORMATS]
    for sheet, title in zip(sheets, _titles(sheets), strict=True):
        page = book.add_worksheet(title)
        _set_up(page, sheet, about)
        for column, heading in enumerate(sheet.headings):
            page.set_column(column, column, heading.width)
            page.write_string(0, column, heading.text, head)
        for number, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row):
                _write(page, number, column, cell, body, formats)
    book.close()
    return written.getvalue()


def _set_up(page: Any, sheet: Sheet, about: About) -> None:
    page.freeze_panes(1, 1)
    if sheet.is_list and sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.headings) - 1)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    # In footers, & begins a code: an ampersand of a name is doubled.
    event, title, made = (text.replace("&", "&&") for text in (about.event, sheet.title, about.made))
    page.set_footer(f"&L{event}&C{title}, &P / &N&R{made}")


def _write(page: Any, row: int, column: int, cell: Cell, body: Any, formats: Sequence[tuple[type, Any]]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        page.write_string(row, column, cell, body)
    elif isinstance(cell, int | float):
        page.write_number(row, column, cell, body)
    else:
        page.write_datetime(row, column, cell, next(found for kind, found in formats if isinstance(cell, kind)))


def _titles(sheets: Sequence[Sheet]) -> Iterator[str]:
    """Yield titles that spreadsheet programs take: short, without signs of formulas, each once."""
    used = set[str]()
    for number, sheet in enumerate(sheets, 1):
        clean = "".join(char for char in sheet.title if char not in "[]:*?/\\").strip("' ")[:LONGEST_TITLE]
        title = clean if clean and clean.casefold() not in used else f"{clean[: LONGEST_TITLE - 5]} {number}".strip()
        used.add(title.casefold())
        yield title


def csv_file(sheet: Sheet, locale: str) -> bytes:
    """Return a list as CSV in UTF-8 with a byte order mark, days and times as in ISO 8601.

    Cells are separated as spreadsheet programs in the reader's language expect. A text that would be taken for a
    formula begins with an apostrophe.
    """
    written = io.StringIO(newline="")
    is_semicolon = locale in WITH_SEMICOLON
    lines = csv.writer(written, delimiter=";" if is_semicolon else ",")
    lines.writerow([_guarded(heading.text) for heading in sheet.headings])
    plain: Callable[[Cell], str | int] = _with_comma if is_semicolon else _plain
    lines.writerows([plain(cell) for cell in row] for row in sheet.rows)
    return (BOM + written.getvalue()).encode()


def _plain(cell: Cell) -> str | int:
    if isinstance(cell, str):
        return _guarded(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return "" if cell is None else cell if isinstance(cell, int) else str(cell)


def _with_comma(cell: Cell) -> str | int:
    return str(cell).replace(".", ",") if isinstance(cell, float) else _plain(cell)


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
