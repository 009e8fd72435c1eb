"""Read model of the upload page: how the file was read, which rows need correcting, what would be stored."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from i18n import Message, _, ngettext_, npgettext_, pgettext_
from server.imports import entering
from server.imports.cells import OPTIONS
from server.imports.choices import NONE, RowKey, field_mark
from server.imports.columns import COLUMNS, SHEETS, Column
from server.imports.lines import ImportFault, SheetRow, SheetTable
from server.imports.rows import Batch
from server.imports.uploads import Opened
from server.models import Side

ROWS_MENDED = 40  # rows with faults shown at a time
LEFT_SHOWN = 200
LONG = frozenset({"offer", "results", "patents", "note", "text", "description"})
Translate = Callable[[Message], str]
# Common names of code pages; the others have Python's names.
PAGES: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "gb18030": "GB18030 (GBK)",
    "big5hkscs": "Big5",
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "cp949": "EUC-KR",
    "koi8_r": "KOI8-R",
    "koi8_u": "KOI8-U",
    "cp866": "DOS 866",
    "iso8859_5": "ISO 8859-5",
    "mac_cyrillic": "Mac Cyrillic",
    "mac_roman": "Mac Roman",
    **{f"cp{number}": f"Windows-{number}" for number in range(1250, 1259)},
}


@dataclass(frozen=True)
class ShownCell:
    """A cell that can be corrected. name: of its form field. options: its possible values, if it has few."""

    name: str
    label: str
    typed: str
    fault: str
    is_long: bool
    options: Sequence[str] = ()

    @property
    def was(self) -> str:
        return field_mark(self.typed)


@dataclass(frozen=True)
class ShownRow:
    """A row that needs correcting: its cells with faults, and its other cells. sheet: "" if only one sheet is read."""

    key: str
    number: int
    sheet: str
    title: str
    faulty: Sequence[ShownCell]
    others: Sequence[ShownCell]


@dataclass(frozen=True)
class ShownColumn:
    """A column of the file with its field. name: of its form field."""

    name: str
    heading: str
    samples: Sequence[str]
    chosen: str
    is_known: bool

    @property
    def was(self) -> str:
        return field_mark(self.chosen)


@dataclass(frozen=True)
class ShownSheet:
    """A sheet. fields: (value, label) that a column can have. fills: columns missing in the file, with a value for all
    rows.
    """

    at: int
    name: str
    side: str
    head: int
    rows: int
    columns: Sequence[ShownColumn]
    fields: Sequence[tuple[str, str]]
    fills: Sequence[ShownCell]
    is_open: bool

    @property
    def was(self) -> tuple[str, str]:
        """Marks of the side and of the row of headings, as drawn."""
        return field_mark(self.side), field_mark(str(self.head))


@dataclass(frozen=True)
class ShownFile:
    """A text file. pages: code pages in which it can be read, each with its first words."""

    name: str
    label: str
    chosen: str
    pages: Sequence[tuple[str, str]]

    @property
    def was(self) -> str:
        return field_mark(self.chosen)


@dataclass
class Shown:
    """Everything that the upload page shows."""

    files: Sequence[ShownFile] = ()
    sheets: Sequence[ShownSheet] = ()
    rows: Sequence[ShownRow] = ()
    more_rows: int = 0
    left: Sequence[tuple[str, int, str]] = ()
    notes: list[Message] = field(default_factory=list)


def shown_upload(opened: Opened, batch: Batch, faults: Sequence[ImportFault], translate: Translate) -> Shown:
    """Return the read model of an upload. faults: of the batch and of the event."""
    rows = _rows(batch, faults, translate)
    return Shown(
        files=[file for file in _files(opened) if len(file.pages) > 1],
        sheets=[_sheet(table, opened, translate) for table in batch.tables],
        rows=rows[:ROWS_MENDED],
        more_rows=max(0, len(rows) - ROWS_MENDED),
        left=[
            (f"back-{sheet}-{row}", row, opened.sheets[sheet].name)
            for sheet, row in sorted(opened.choices.left())[:LEFT_SHOWN]
            if sheet < len(opened.sheets)
        ],
        notes=list(_notes(opened, batch)),
    )


def _files(opened: Opened) -> Iterable[ShownFile]:
    for file, content in zip(opened.files, opened.contents, strict=True):
        pages = [
            (page, f"{PAGES.get(page, page)} — {words}" if words else PAGES.get(page, page))
            for page, words in content.encodings
        ]
        yield ShownFile(f"encoding-{file.position}", file.name, content.encoding, pages)


def _column_of(side: Side, column: Column, translate: Translate) -> Message:
    return pgettext_("choice", "%(sheet)s: %(column)s", sheet=translate(SHEETS[side]), column=translate(column.label))


def _sheet(table: SheetTable, opened: Opened, translate: Translate) -> ShownSheet:
    sides = [table.side] if table.side else list(Side)
    prefix = len(sides) > 1
    fields = [
        (f"{side}.{column.name}", translate(_column_of(side, column, translate)))
        if prefix
        else (column.name, translate(column.label))
        for side in sides
        for column in COLUMNS[side]
    ]
    columns = [
        ShownColumn(
            f"column-{table.at}-{each.index}", each.heading, each.samples, each.field or NONE, each.field is not None
        )
        for each in table.columns
        if each.heading or each.samples
    ]
    fill = opened.choices.fill(table.at)
    fills = [
        _cell(f"fill-{table.at}-{column.name}", column, fill.get(column.name, ""), _missing(table, column), translate)
        for column in table.filled
    ]
    said = opened.choices.side(table.at)
    side = NONE if said == NONE else str(table.side or "")
    is_open = bool(table.faults or table.unknown) or (table.side is None and said != NONE)
    return ShownSheet(table.at, table.name, side, table.head, len(table.lines), columns, fields, fills, is_open)


def _missing(table: SheetTable, column: Column) -> Message | None:
    return _("This column is not in the file.") if column in table.missing else None


def _cell(name: str, column: Column, typed: str, fault: Message | None, translate: Translate) -> ShownCell:
    said = translate(fault) if fault else ""
    options = tuple(map(translate, OPTIONS[column.name].values())) if said and column.name in OPTIONS else ()
    return ShownCell(name, translate(column.label), typed, said, column.name in LONG, options)


def _rows(batch: Batch, faults: Sequence[ImportFault], translate: Translate) -> list[ShownRow]:
    lines = batch.lines()
    by_row: dict[RowKey, dict[str, Message]] = {}
    for fault in faults:
        if fault.place.key in lines and fault.name:
            by_row.setdefault(fault.place.key, {}).setdefault(fault.name, fault.message)
    has_sheets = len({line.place.at for line in lines.values()}) > 1
    return [_row(lines[key], by_row[key], translate, has_sheets=has_sheets) for key in sorted(by_row)]


def _row(line: SheetRow, faults: Mapping[str, Message], translate: Translate, *, has_sheets: bool) -> ShownRow:
    at, number = line.place.key
    cells = {
        column.name: _cell(
            f"cell-{at}-{number}-{column.name}",
            column,
            line.cells.get(column.name, ""),
            faults.get(column.name),
            translate,
        )
        for column in COLUMNS[line.place.side]
    }
    title = next((line.cells[name] for name in ("full_name", "name", "email") if name in line.cells), "")
    return ShownRow(
        key=f"{at}-{number}",
        number=number,
        sheet=line.place.sheet if has_sheets else "",
        title=title[:100],
        faulty=[cells[name] for name in cells if name in faults],
        others=[cells[name] for name in cells if name not in faults],
    )


def _notes(opened: Opened, batch: Batch) -> Iterable[Message]:
    """Yield what was ignored in the files, and what becomes of people with and without an address."""
    examples = sum(table.examples for table in batch.tables)
    if examples:
        yield ngettext_(
            "%(num)s example row of the template is skipped.",
            "%(num)s example rows of the template are skipped.",
            examples,
        )
    sheets, rows, columns = opened.hidden
    if sheets:
        yield ngettext_("%(num)s hidden sheet is not read.", "%(num)s hidden sheets are not read.", sheets)
    if rows:
        yield ngettext_("%(num)s hidden row is not read.", "%(num)s hidden rows are not read.", rows)
    if columns:
        yield ngettext_("%(num)s hidden column is not read.", "%(num)s hidden columns are not read.", columns)
    addresses = [each.email for each in batch.experts]
    addresses += [each.email for firm in batch.enterprises for each in firm.delegates]
    if any(addresses):
        yield _(
            "Data with an e-mail address goes to the owner of the address, also while the owner is changing it."
            " The owner signs in, checks the data and gives consent."
        )
    nameless = sum(not each for each in addresses)
    if nameless:
        yield ngettext_(
            "%(num)s person has no e-mail address. After the import you get a link for this person.",
            "%(num)s people have no e-mail address. After the import you get a link for each of them.",
            nameless,
        )


def effects(counts: entering.ImportCounts) -> list[Message]:
    """Return what would be stored, one sentence for each kind of change."""
    number = counts.__getitem__
    every: dict[str, Message] = {
        entering.NEW_EXPERTS: npgettext_(
            "count", "%(num)s new expert", "%(num)s new experts", number(entering.NEW_EXPERTS)
        ),
        entering.CHANGED_EXPERTS: ngettext_(
            "%(num)s existing expert updated",
            "%(num)s existing experts updated",
            number(entering.CHANGED_EXPERTS),
        ),
        entering.NEW_ENTERPRISES: npgettext_(
            "count", "%(num)s new enterprise", "%(num)s new enterprises", number(entering.NEW_ENTERPRISES)
        ),
        entering.CHANGED_ENTERPRISES: ngettext_(
            "%(num)s existing enterprise updated",
            "%(num)s existing enterprises updated",
            number(entering.CHANGED_ENTERPRISES),
        ),
        entering.NEW_NEEDS: npgettext_("count", "%(num)s new need", "%(num)s new needs", number(entering.NEW_NEEDS)),
        entering.CHANGED_NEEDS: ngettext_(
            "%(num)s need with the same title updated",
            "%(num)s needs with the same titles updated",
            number(entering.CHANGED_NEEDS),
        ),
        entering.ADDRESSED: ngettext_(
            "%(num)s person who had no e-mail address gets the address in the file",
            "%(num)s people who had no e-mail address get the addresses in the file",
            number(entering.ADDRESSED),
        ),
        entering.SAME: ngettext_(
            "%(num)s expert or enterprise unchanged",
            "%(num)s experts and enterprises unchanged",
            number(entering.SAME),
        ),
    }
    return [message for name, message in every.items() if counts[name]]


def sides() -> list[tuple[str, Message]]:
    """Return (value, label) for the kinds of sheets."""
    choices: list[tuple[str, Any]] = [(str(side), label) for side, label in SHEETS.items()]
    return [*choices, (NONE, pgettext_("a sheet of a file", "Do not import this sheet"))]
