"""Files that were uploaded -> sheets of text, whatever the program and the country that wrote them."""

import asyncio
import codecs
import contextlib
import csv
import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import server
from i18n import Message, _
from server.errors import Refused
from server.imports import child
from server.imports.child import MAX_COLUMNS, MAX_ROWS, MAX_SECONDS

MAX_FILES = 2
# Beyond its own seconds the child has to start, and on a busy machine to wait for its turn.
PATIENCE_S = 4 * MAX_SECONDS
DELIMITERS = ",;\t"
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
TOO_LARGE = _(
    "A sheet may have at most %(rows)s rows and %(columns)s columns. Take out what is not needed, or split it.",
    rows=MAX_ROWS,
    columns=MAX_COLUMNS,
)
NOT_READABLE = _("This is not a workbook (.xlsx) or a table of text (.csv). Save it as one of them and send it again.")


class Unreadable(Refused):
    """The file is no spreadsheet that can be taken."""

    status = 422

    def __init__(self, message: Message = NOT_READABLE) -> None:
        super().__init__(message)


@dataclass(frozen=True)
class Sheet:
    """rows: of cells as text; the first row of a spreadsheet has the number 1. The name of a CSV file is the file's."""

    name: str
    rows: Sequence[Sequence[str]]


async def read(name: str, data: bytes, width: Callable[[Sequence[str]], int]) -> list[Sheet]:
    """The sheets of a file. width: how many headings of a first row are known, which tells delimiters apart.

    Raises Unreadable.
    """
    if data.startswith(ZIP):
        return await _workbook(data)
    if data.startswith(OLE):
        raise Unreadable(_("This is a workbook of the old kind (.xls) or one with a password. Save it as .xlsx."))
    return [Sheet(Path(name).stem[:100], _table(_decoded(data), width))]


async def _workbook(data: bytes) -> list[Sheet]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", child.__name__),
        cwd=Path(server.__file__).parent.parent,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        answer, _errors = await asyncio.wait_for(process.communicate(data), PATIENCE_S)
    except TimeoutError:
        raise Unreadable(TOO_LARGE) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == child.TOO_LARGE or (process.returncode or 0) < 0:
        raise Unreadable(TOO_LARGE)
    if process.returncode != 0:
        raise Unreadable
    return [Sheet(name, rows) for name, rows in json.loads(answer)]


def _decoded(data: bytes) -> str:
    """UTF-8, as everybody's programs write; else what Chinese ones do."""
    if data.startswith(UTF_16):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            # No text has it, every other kind of file does.
            if "\0" not in text:
                return text
    raise Unreadable


def _table(text: str, width: Callable[[Sequence[str]], int]) -> list[list[str]]:
    """The rows of a CSV file by the delimiter under which most headings are known."""
    first = {delimiter: _rows(text, delimiter, 1) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda each: width(first[each][0]) if first[each] else 0)
    rows = _rows(text, best, MAX_ROWS + 1)
    if len(rows) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in rows):
        raise Unreadable(TOO_LARGE)
    return rows


def _rows(text: str, delimiter: str, most: int) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [row for row, _number in zip(reader, range(most), strict=False)]
    except csv.Error:
        raise Unreadable(TOO_LARGE) from None
