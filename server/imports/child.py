"""Reads one uploaded file in a separate process with limits on time and memory, and then ends.

A few kilobytes of a compressed file can unfold to gigabytes; this process, not the server, then runs out of memory.

Standard input: one line of JSON, followed by the bytes of the file. The line holds {"encoding": a code page that a
person chose, or "", "hidden": whether to read hidden sheets, rows and columns, "headings": known column headings,
folded by `fold`}. Standard output: JSON in the shape of `Answer`. Imports nothing else of the server, so that the
limits apply to reading alone.
"""

import json
import sys
import zipfile
from typing import NoReturn, TypedDict

from python_calamine import CalamineError, PasswordError, WorksheetNotFound, ZipError

from server.confined import limit
from server.imports import tables
from server.imports.limits import (
    LOCKED,
    MAX_ANSWER,
    MAX_MEMORY,
    MAX_SECONDS,
    NO_TABLE,
    TOO_LARGE,
    TooLarge,
    UnknownFormat,
)

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class ChildAnswer(TypedDict):
    """The output of the process.

    sheets: (name, [(row number in the file, from 1, cells)]); rows without text are left out. encoding: the code page
    of a text table, "" for a workbook. encodings: other possible code pages, each with the first words that differ
    under it. hidden: how many sheets, rows and columns were left out.
    """

    sheets: list[tuple[str, list[tuple[int, list[str]]]]]
    encoding: str
    encodings: list[tuple[str, str]]
    hidden: tuple[int, int, int]


def main() -> None:
    """Read the request from standard input and write the answer to standard output."""
    limit(MAX_SECONDS, MAX_MEMORY)
    asked = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    try:
        answer = json.dumps(_read(data, asked["encoding"], asked["headings"], hidden=asked["hidden"]))
    except PasswordError:
        sys.exit(LOCKED)
    except (zipfile.BadZipFile, CalamineError, ZipError, WorksheetNotFound, KeyError, UnknownFormat):
        sys.exit(LOCKED if data.startswith(OLE) else NO_TABLE)
    except (MemoryError, TooLarge):
        sys.exit(TOO_LARGE)
    if len(answer) > MAX_ANSWER:
        _refuse()
    sys.stdout.write(answer)


def _read(data: bytes, encoding: str, headings: list[str], *, hidden: bool) -> ChildAnswer:
    if data.startswith((ZIP, OLE)):
        # Imported here: it takes as long as to read a text table.
        from server.imports import workbooks

        sheets, left_out = workbooks.read(data, hidden=hidden)
        return {"sheets": sheets, "encoding": "", "encodings": [], "hidden": left_out}
    page, rows, others = tables.read(data, encoding, frozenset(headings))
    return {"sheets": [("", rows)], "encoding": page, "encodings": others, "hidden": (0, 0, 0)}


def _refuse() -> NoReturn:
    sys.exit(TOO_LARGE)


if __name__ == "__main__":
    main()
