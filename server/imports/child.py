"""Reads one uploaded file in a process of its own, with limits; a few kilobytes can unfold to gigabytes, and what they
take is taken from this process, which then ends.

Standard input: a line of JSON, {"encoding": "" or a code page that a person chose, "hidden": whether hidden sheets,
rows and columns are read too, "headings": what columns may be called, folded by `fold`}, then the file's bytes.
Standard output: JSON as `Answer` describes it. Imports nothing of the server but its like: the limits hold for
reading alone.
"""

import contextlib
import json
import sys
import zipfile
from typing import NoReturn, TypedDict

from python_calamine import CalamineError, PasswordError, WorksheetNotFound, ZipError

from server.imports import tables, workbooks
from server.imports.limits import LOCKED, MAX_ANSWER, MAX_MEMORY, MAX_SECONDS, NO_TABLE, TOO_LARGE, TooLarge, Unknown

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Answer(TypedDict):
    """sheets: (name, [(number of the row in the file from 1, cells)]), rows without text left out.

    encoding: the code page of a table of text, "" for a workbook. encodings: other pages that its bytes may be read as,
    each with the first words that read otherwise there. hidden: how many sheets, rows and columns were left out.
    """

    sheets: list[tuple[str, list[tuple[int, list[str]]]]]
    encoding: str
    encodings: list[tuple[str, str]]
    hidden: tuple[int, int, int]


def main() -> None:
    _limit()
    asked = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    try:
        answer = json.dumps(_read(data, asked["encoding"], asked["headings"], hidden=asked["hidden"]))
    except PasswordError:
        sys.exit(LOCKED)
    except (zipfile.BadZipFile, CalamineError, ZipError, WorksheetNotFound, KeyError, Unknown):
        sys.exit(LOCKED if data.startswith(OLE) else NO_TABLE)
    except (MemoryError, TooLarge):
        sys.exit(TOO_LARGE)
    if len(answer) > MAX_ANSWER:
        _refuse()
    sys.stdout.write(answer)


def _read(data: bytes, encoding: str, headings: list[str], *, hidden: bool) -> Answer:
    if data.startswith((ZIP, OLE)):
        sheets, left_out = workbooks.read(data, hidden=hidden)
        return {"sheets": sheets, "encoding": "", "encodings": [], "hidden": left_out}
    page, rows, others = tables.read(data, encoding, frozenset(headings))
    return {"sheets": [("", rows)], "encoding": page, "encodings": others, "hidden": (0, 0, 0)}


def _limit() -> None:
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
        # Some systems know no limit of address space; there the parent's clock is what ends it.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def _refuse() -> NoReturn:
    sys.exit(TOO_LARGE)


if __name__ == "__main__":
    main()
