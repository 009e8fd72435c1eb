"""Read the visible cells of a workbook as a person sees them. Runs only in the separate process that reads files.

The limits of that process protect against XML that unfolds to gigabytes (S314).
"""

import datetime as dt
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as Xml

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from server.imports.limits import MAX_COLUMNS, MAX_PARTS, MAX_ROWS, MAX_SHEETS, MAX_UNPACKED, TooLarge

Rows = list[tuple[int, list[str]]]
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# Number formats that show only digits with signs between them: 000-000, 0#.
_DIGITS = re.compile(r"[0#\-+() \\\"]+")


@dataclass
class SheetFormat:
    """What is hidden in a sheet, and its number formats. Indices count from 0; formats by (row, column)."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)


def read(data: bytes, *, hidden: bool) -> tuple[list[tuple[str, Rows]], tuple[int, int, int]]:
    """Return the sheets, and how many hidden sheets, rows and columns were left out.

    hidden: leave none out. Raises TooLarge, and exceptions of the libraries if the file is not a workbook.
    """
    looks = _sheet_formats(data) if data.startswith(b"PK") else {}
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    kept = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    shown = [each for each in kept if hidden or each.visible == SheetVisibleEnum.Visible]
    if len(kept) > MAX_SHEETS:
        raise TooLarge
    sheets, rows, columns = [], 0, 0
    for name in (each.name for each in shown):
        look = SheetFormat(formats=looks[name].formats) if hidden and name in looks else looks.get(name, SheetFormat())
        found, gone = _rows(book.get_sheet_by_name(name), look)
        sheets.append((name, found))
        rows, columns = rows + gone[0], columns + gone[1]
    return sheets, (len(kept) - len(shown), rows, columns)


def _rows(sheet: Any, look: SheetFormat) -> tuple[Rows, tuple[int, int]]:
    if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
        raise TooLarge
    values = sheet.to_python(skip_empty_area=False)
    _fill_merged(values, sheet.merged_cell_ranges or ())
    found: Rows = []
    gone_rows, gone_columns = 0, set()
    for number, row in enumerate(values):
        cells = [_text(cell, look.formats.get((number, place))) for place, cell in enumerate(row)]
        if number in look.rows:
            gone_rows += any(map(str.strip, cells))
            continue
        gone_columns |= {place for place in look.columns if place < len(cells) and cells[place].strip()}
        cells = ["" if place in look.columns else cell for place, cell in enumerate(cells)]
        if any(map(str.strip, cells)):
            found.append((number + 1, cells))
    return found, (gone_rows, len(gone_columns))


def _fill_merged(values: list[list[Any]], ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Copy merged cells: cells merged over rows go into each of the rows, cells merged over columns stay in the first
    column.
    """
    for (top, left), (bottom, _right) in ranges:
        for row in range(top + 1, min(bottom + 1, len(values))):
            if left < len(values[row]):
                values[row][left] = values[top][left]


def _text(cell: Any, shape: str | None) -> str:
    """Return a cell as a person sees it or would type it. shape: a number format of digits only."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return _number(cell, shape)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, dt.time):
        return cell.strftime("%H:%M")
    if isinstance(cell, dt.timedelta):
        minutes = int(cell.total_seconds() // 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return str(cell)


def _number(value: float, shape: str | None) -> str:
    """Return all digits of a number without exponent (spreadsheets keep 15), with the zeros and signs of its format."""
    digits = format(Decimal(f"{value:.15g}"), "f")
    if shape is None or not digits.isdigit():
        return digits
    signs, left = [], list(digits.zfill(shape.count("0")))
    for sign in reversed(shape.replace("\\", "").replace('"', "")):
        if sign in "0#":
            signs += [left.pop()] if left else []
        else:
            signs.append(sign)
    return "".join(left) + "".join(reversed(signs)).strip()


def _sheet_formats(data: bytes) -> Mapping[str, SheetFormat]:
    """Return what the library for values does not read, by sheet name; empty for other kinds of workbooks."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise TooLarge
        names = {part.filename for part in parts}
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        try:
            formats = _formats(archive) if "xl/styles.xml" in names else {}
            return {name: _sheet_format(archive, part, formats) for name, part in _parts(archive) if part in names}
        except Xml.ParseError:
            raise zipfile.BadZipFile from None


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the name and the XML part of each sheet."""
    relations = Xml.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    for sheet in Xml.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):  # noqa: S314
        target = targets.get(sheet.get(f"{_RELATIONS}id"), "")
        yield sheet.get("name", ""), posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _formats(archive: zipfile.ZipFile) -> Mapping[int, str]:
    """Return number formats of digits only, by style number."""
    styles = Xml.fromstring(archive.read("xl/styles.xml"))  # noqa: S314
    codes = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iter(f"{_MAIN}numFmt")}
    found = {}
    for number, style in enumerate(styles.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")):
        code = codes.get(style.get("numFmtId"), "")
        if 1 < len(code) <= 40 and "0" in code and _DIGITS.fullmatch(code):
            found[number] = code
    return found


def _sheet_format(archive: zipfile.ZipFile, part: str, formats: Mapping[int, str]) -> SheetFormat:
    look = SheetFormat()
    row = -1
    with archive.open(part) as content:
        for event, element in Xml.iterparse(content, ("start", "end")):  # noqa: S314
            if event == "start" and element.tag == f"{_MAIN}row":
                row = _whole(element.get("r"), row + 2) - 1
                if element.get("hidden") in ("1", "true"):
                    look.rows.add(row)
            elif event == "start" and element.tag == f"{_MAIN}col" and element.get("hidden") in ("1", "true"):
                first, last = _whole(element.get("min"), 1), _whole(element.get("max"), 1)
                look.columns |= set(range(first - 1, min(last, MAX_COLUMNS)))
            elif event == "start" and element.tag == f"{_MAIN}c" and formats:
                place, shape = _REFERENCE.fullmatch(element.get("r", "")), formats.get(_whole(element.get("s"), 0))
                if place and shape:
                    look.formats[int(place[2]) - 1, _column(place[1])] = shape
            elif event == "end" and element.tag == f"{_MAIN}row":
                element.clear()
    return look


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else otherwise


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
