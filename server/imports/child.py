"""Reads an XLSX file in a process of its own: bytes on standard input, `[[sheet, [[cell, ...], ...]], ...]` as JSON on
standard output. A few kilobytes can unfold to gigabytes; what they take is taken from this process, which then ends.

Imports nothing of the server, so that its limits hold for reading alone.
"""

import contextlib
import datetime as dt
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import Any, NoReturn

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, ZipError

# The exit codes that mean something; any other end is that of a file which took more than it may.
NO_WORKBOOK, TOO_LARGE = 3, 4
MAX_MEMORY = 256 * 1024 * 1024  # bytes of address space
MAX_SECONDS = 5
MAX_UNPACKED = 50 * 1024 * 1024
MAX_ANSWER = 20 * 1024 * 1024  # characters
MAX_PARTS = 1000
MAX_SHEETS = 20
MAX_ROWS, MAX_COLUMNS = 10_000, 100


def main() -> None:
    _limit()
    data = sys.stdin.buffer.read()
    try:
        _look(data)
        answer = json.dumps(list(_sheets(data)))
    except (zipfile.BadZipFile, CalamineError, ZipError, KeyError):
        sys.exit(NO_WORKBOOK)
    except MemoryError:
        sys.exit(TOO_LARGE)
    if len(answer) > MAX_ANSWER:
        _refuse()
    sys.stdout.write(answer)


def _limit() -> None:
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
        # Some systems know no limit of address space; there the parent's clock is what ends it.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def _look(data: bytes) -> None:
    """What the archive says of itself, before anything is unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        archive.getinfo("xl/workbook.xml")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        _refuse()


def _sheets(data: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    names = [each.name for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    if len(names) > MAX_SHEETS:
        _refuse()
    for name in names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
            _refuse()
        yield name, [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _refuse() -> NoReturn:
    sys.exit(TOO_LARGE)


def _text(cell: Any) -> str:
    """A cell as a person would type it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, dt.time):
        return cell.strftime("%H:%M")
    return str(cell)


if __name__ == "__main__":
    main()
