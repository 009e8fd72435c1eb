"""Read uploaded files of any program and country into sheets of text."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from i18n import Message, _
from server import confined
from server.errors import Refused
from server.imports import child, limits
from server.imports.columns import every_heading
from server.imports.limits import MAX_COLUMNS, MAX_ROWS, MAX_SECONDS

MAX_FILES = 2
# Seconds beyond the child's own time limit: the child has to start, and to wait for its turn on a busy machine.
PATIENCE_S = 4 * MAX_SECONDS
TOO_LARGE = _(
    "This sheet is too large. Maximum number of rows: %(rows)s, of columns: %(columns)s. Delete what "
    "is not needed, or split the sheet.",
    rows=MAX_ROWS,
    columns=MAX_COLUMNS,
)
NOT_READABLE = _(
    "This is not an Excel file (.xlsx) or a text table (.csv). Save the file in one of these formats and send it again."
)
LOCKED = _("This Excel file has a password or is damaged. Save the file as .xlsx without a password and send it again.")
OTHER_PAGE = _("The file cannot be read in the chosen text encoding. Choose another encoding.")


class Unreadable(Refused):
    """The file is not a spreadsheet that can be read."""

    status = 422

    def __init__(self, message: Message = NOT_READABLE) -> None:
        super().__init__(message)


@dataclass(frozen=True)
class Sheet:
    """A sheet as text. rows: cells row by row. numbers: row numbers in the file (from 1), if rows were left out.

    The name of a CSV file's sheet is the name of the file.
    """

    name: str
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()

    def number(self, index: int) -> int:
        return self.numbers[index] if self.numbers else index + 1


@dataclass(frozen=True)
class Contents:
    """The contents of a file. encoding, encodings, hidden: as in `child.Answer`."""

    sheets: Sequence[Sheet]
    encoding: str = ""
    encodings: Sequence[tuple[str, str]] = ()
    hidden: tuple[int, int, int] = (0, 0, 0)


async def read(name: str, data: bytes, *, encoding: str = "", hidden: bool = False) -> Contents:
    """Return the sheets of a file.

    encoding: a code page that a person chose, or "". hidden: also read hidden sheets, rows and columns. Raises
    Unreadable.
    """
    # In a thread: the first time it reads the catalogues of all languages.
    headings = await asyncio.to_thread(lambda: sorted(every_heading()))
    asked = json.dumps({"encoding": encoding, "hidden": hidden, "headings": headings})
    answer = json.loads(await _asked_of_child(asked.encode() + b"\n" + data, OTHER_PAGE if encoding else NOT_READABLE))
    stem = Path(name.replace("\\", "/").replace("\0", "")).stem[:100]
    sheets = [
        Sheet(title or stem, [row for _number, row in rows], [number for number, _row in rows])
        for title, rows in answer["sheets"]
    ]
    return Contents(
        sheets, answer["encoding"], [(page, words) for page, words in answer["encodings"]], tuple(answer["hidden"])
    )


async def _asked_of_child(asked: bytes, otherwise: Message) -> bytes:
    try:
        code, answer = await confined.answer_of(child.__name__, asked, PATIENCE_S)
    except TimeoutError:
        raise Unreadable(TOO_LARGE) from None
    if code == limits.LOCKED:
        raise Unreadable(LOCKED)
    if code == limits.TOO_LARGE or code < 0:
        raise Unreadable(TOO_LARGE)
    if code != 0:
        raise Unreadable(otherwise)
    return answer
