"""What the organiser chose and corrected on the page of an upload.

Stored with the upload as JSON: {"hidden": whether to read hidden parts, "sheets": {sheet: {"side": a Side or "none",
"head": row number of the headings, "columns": {column: field or "none"}, "fill": {field: value for rows that leave it
empty}}}, "cells": {sheet: {row: {field: corrected text}}}, "left": {sheet: [rows left out]}, "taken": {sheet: [rows
stored]}}. Sheets are numbered over all files from 0, columns from 0, rows by their numbers in the file.
"""

import hashlib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

NONE = "none"
MAX_CELL = 20_000  # characters of a corrected cell
_OF_READING = ("side-", "head-", "column-")
RowKey = tuple[int, int]  # (sheet, row number)


class Choices:
    """Read access to the stored choices."""

    def __init__(self, stored: Mapping[str, Any] | None = None) -> None:
        self.stored: Mapping[str, Any] = stored or {}

    @property
    def hidden(self) -> bool:
        return bool(self.stored.get("hidden"))

    def side(self, sheet: int) -> str:
        return str(self._sheet(sheet).get("side", ""))

    def head(self, sheet: int) -> int | None:
        found = self._sheet(sheet).get("head")
        return found if isinstance(found, int) else None

    def columns(self, sheet: int) -> Mapping[str, str]:
        found: Mapping[str, str] = self._sheet(sheet).get("columns", {})
        return found

    def fill(self, sheet: int) -> Mapping[str, str]:
        found: Mapping[str, str] = self._sheet(sheet).get("fill", {})
        return found

    def cells(self, row: RowKey) -> Mapping[str, str]:
        found: Mapping[str, str] = self.stored.get("cells", {}).get(str(row[0]), {}).get(str(row[1]), {})
        return found

    def left(self) -> frozenset[RowKey]:
        return self._rows("left")

    def taken(self) -> frozenset[RowKey]:
        return self._rows("taken")

    def _sheet(self, sheet: int) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.stored.get("sheets", {}).get(str(sheet), {})
        return found

    def _rows(self, kind: str) -> frozenset[RowKey]:
        listed: Mapping[str, list[int]] = self.stored.get(kind, {})
        return frozenset((int(sheet), row) for sheet, rows in listed.items() for row in rows)


def with_rows(
    stored: Mapping[str, Any], kind: str, rows: Iterable[RowKey], *, without: Iterable[RowKey] = ()
) -> dict[str, Any]:
    """Return the choices with some rows added to "left" or "taken" (kind), and other rows removed from it."""
    kept = (Choices(stored)._rows(kind) | frozenset(rows)) - frozenset(without)
    listed: dict[str, list[int]] = {}
    for sheet, row in sorted(kept):
        listed.setdefault(str(sheet), []).append(row)
    return {**stored, kind: listed}


def field_mark(value: str) -> str:
    """Return a digest that shows whether a field was changed since the page was drawn; line ends do not count."""
    return hashlib.sha256("\n".join(value.split("\r\n")).encode()).hexdigest()[:12]


def is_changed(posted: Mapping[str, str], name: str) -> bool:
    """Return whether the field was changed since the page was drawn."""
    return posted.get(f"was-{name}") != field_mark(posted[name])


def merged_choices(stored: Mapping[str, Any], posted: Mapping[str, str]) -> dict[str, Any]:
    """Return the choices after a form was sent; fields that are missing in the form or unchanged since drawn stay.

    A field NAME can come with was-NAME, the `field_mark` of its value when the page was drawn. If the code page was
    changed, the form's choices for columns are ignored: they were made for other headings.

    Field names: hidden, side-SHEET, head-SHEET, column-SHEET-COLUMN, fill-SHEET-FIELD, cell-SHEET-ROW-FIELD,
    leave-SHEET-ROW and back-SHEET-ROW. Other names are ignored.
    """
    new: dict[str, Any] = deepcopy(dict(stored))
    left: list[RowKey] = []
    back: list[RowKey] = []
    is_read_anew = any(name.startswith("encoding-") and is_changed(posted, name) for name in posted)
    # Columns come last: the side and the row of headings decide what columns there are.
    for name, value in sorted(posted.items(), key=lambda item: item[0].startswith("column-")):
        if not is_changed(posted, name) or (is_read_anew and name.startswith(_OF_READING)):
            continue
        kind, *parts = name.split("-", 3)
        numbers = [int(part) for part in parts[:2] if part.isascii() and part.isdigit() and len(part) < 8]
        if kind == "shows_hidden":
            new["hidden"] = posted.get("hidden") == "yes"
        elif kind in ("side", "head") and len(numbers) == len(parts) == 1:
            _choose_for_sheet(new, numbers[0], kind, value)
        elif kind in ("column", "fill") and len(parts) == 2 and numbers:
            chosen = _sheet_of(new, numbers[0]).setdefault("columns" if kind == "column" else "fill", {})
            chosen[parts[1]] = value.strip()[:MAX_CELL]

        elif kind == "cell" and len(parts) == 3 and len(numbers) == 2:
            rows = new.setdefault("cells", {}).setdefault(str(numbers[0]), {})
            rows.setdefault(str(numbers[1]), {})[parts[2]] = value[:MAX_CELL]
        elif kind in ("leave", "back") and len(parts) == len(numbers) == 2:
            (left if kind == "leave" else back).append((numbers[0], numbers[1]))
    return with_rows(new, "left", left, without=back)


def _sheet_of(stored: dict[str, Any], sheet: int) -> dict[str, Any]:
    found: dict[str, Any] = stored.setdefault("sheets", {}).setdefault(str(sheet), {})
    return found


def _choose_for_sheet(stored: dict[str, Any], sheet: int, kind: str, value: str) -> None:
    chosen = _sheet_of(stored, sheet)
    chosen.pop("columns", None)
    if kind == "side":
        chosen["side"] = value
    elif value.isascii() and value.isdigit() and 0 < int(value[:7]) < 10**6:
        chosen["head"] = int(value[:7])
    else:
        chosen.pop("head", None)
