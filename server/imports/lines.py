"""Find headings, columns and rows in sheets of text, following the organiser's choices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from i18n import Message, _
from i18n.text import search_key
from server.imports.choices import NONE, Choices, RowKey
from server.imports.columns import COLUMNS, OF_NEED, Column, fields_of, is_explanation, known_headings, side_of
from server.imports.reading import Sheet
from server.imports.template import EXAMPLES
from server.models import Side

HEADINGS_WITHIN = 30  # rows from the top in which headings are looked for, because titles can stand above
SAMPLES = 3
# Fields for which one value for all rows makes no sense.
NOT_FILLED = frozenset({"email", "full_name", "name", "title", "text"})
_OF_NEED = frozenset(column.name for column in OF_NEED)


@dataclass(frozen=True)
class RowPlace:
    """The place of a row in the file.

    row: row number, from 1. headings: the file's headings by field. at: index of the sheet over all files.
    """

    sheet: str
    row: int
    side: Side
    headings: Mapping[str, str] = field(default_factory=dict)
    at: int = 0

    @property
    def key(self) -> RowKey:
        return self.at, self.row

    def heading(self, name: str) -> str | Message:
        """Return the file's heading of a field, or its usual heading if the file has none."""
        labels = {column.name: column.label for column in COLUMNS[self.side]}
        return self.headings.get(name) or labels.get(name) or ""


@dataclass(frozen=True)
class ImportFault:
    """A cell that cannot be stored, and why. name: its field, "" if the fault concerns the whole sheet."""

    place: RowPlace
    column: str | Message
    typed: str
    message: Message
    name: str = ""


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet. cells: text by field, without empty cells."""

    place: RowPlace
    cells: Mapping[str, str]


@dataclass(frozen=True)
class FileColumn:
    """A column of the file: its heading, sample cells, and its field or None."""

    index: int
    heading: str
    samples: Sequence[str]
    field: str | None


@dataclass
class SheetTable:
    """A sheet with its columns and rows as they were understood.

    side: None for a sheet that is not imported. examples: how many example rows of the template were left out. missing:
    needed columns that the file lacks and that have no value for all rows.
    """

    at: int
    name: str
    side: Side | None
    head: int
    columns: Sequence[FileColumn] = ()
    missing: Sequence[Column] = ()
    filled: Sequence[Column] = ()
    lines: list[SheetRow] = field(default_factory=list)
    faults: list[ImportFault] = field(default_factory=list)
    examples: int = 0
    is_known: bool = True

    @property
    def unknown(self) -> Sequence[FileColumn]:
        """Columns with text and without a field."""
        return [each for each in self.columns if each.field is None and (each.heading or each.samples)]


def tables_of(sheets: Sequence[Sheet], choices: Choices) -> list[SheetTable]:
    """Return the tables of all sheets that are not empty and are not explanations of the template."""
    tables = [
        _table(at, sheet, choices)
        for at, sheet in enumerate(sheets)
        if not is_explanation(sheet.name) and any(any(map(str.strip, row)) for row in sheet.rows)
    ]
    if not any(table.side for table in tables):
        for table in tables:
            if choices.side(table.at) != NONE:
                none_known = _("This sheet has no headings from the template. Choose what each column contains.")
                headings = " | ".join(column.heading for column in table.columns)[:80]
                place = RowPlace(table.name, table.head, Side.EXPERT, at=table.at)
                table.faults.append(ImportFault(place, headings, "", none_known))
    return tables


def _table(at: int, sheet: Sheet, choices: Choices) -> SheetTable:
    index, headings = _head(sheet, choices.head(at))
    guessed = side_of(sheet.name, headings)
    # If no heading of the sheet is known, the organiser chooses column and side together: expert.email.
    picked_sides = [name.partition(".")[0] for name in choices.columns(at).values() if "." in name]
    said = choices.side(at) or ("" if guessed or not picked_sides else max(picked_sides, key=picked_sides.count))
    side = None if said == NONE else Side(said) if said in list(Side) else guessed
    chosen = {number: name.rpartition(".")[2] for number, name in choices.columns(at).items()}
    names: list[str | None] = fields_of(side, headings) if side else [None] * len(headings)
    if side:
        known = {column.name for column in COLUMNS[side]}
        for number in range(len(names)):
            picked = chosen.get(str(number), "")
            names[number] = None if picked == NONE else picked if picked in known else names[number]
    below = sheet.rows[index + 1 :]
    columns = [
        FileColumn(number, heading, _samples(below, number), name)
        for number, (heading, name) in enumerate(zip(headings, names, strict=True))
    ]
    table = SheetTable(at, sheet.name, side, sheet.number(index), columns, is_known=guessed is not None)
    if side:
        _add_lines(table, sheet, index, choices)
    return table


def _head(sheet: Sheet, chosen: int | None) -> tuple[int, list[str]]:
    """Return the index of the row of headings and the headings.

    Take the chosen row, else the row with most known headings, else the row with most cells. A column without a heading
    takes the heading of the row above, where headings of groups of columns stand.
    """
    first = [[cell.strip() for cell in row] for row in sheet.rows[:HEADINGS_WITHIN]]
    if chosen is not None:
        for index in range(len(sheet.rows)):
            if sheet.number(index) == chosen:
                return index, _padded(sheet, [cell.strip() for cell in sheet.rows[index]])
    best, most, found = 0, 0.0, first[0] if first else []
    for index, row in enumerate(first):
        above = first[index - 1] if index else []
        joined = [cell or (above[place] if place < len(above) else "") for place, cell in enumerate(row)]
        for cells, bonus in ((row, 0.5), (joined, 0.0)):
            known = known_headings(cells) + bonus
            if int(known) and known > most:
                best, most, found = index, known, cells
    if not most and first:
        best = max(range(len(first)), key=lambda index: (sum(map(bool, first[index])), -index))
        found = first[best]
    return best, _padded(sheet, found)


def _padded(sheet: Sheet, headings: list[str]) -> list[str]:
    """Return the headings, filled up with "" for every column that some row has."""
    return headings + [""] * (max(map(len, sheet.rows), default=0) - len(headings))


def _samples(rows: Iterable[Sequence[str]], column: int) -> list[str]:
    found: list[str] = []
    for row in rows:
        cell = row[column].strip() if column < len(row) else ""
        if cell and cell not in found:
            found.append(cell[:60])
        if len(found) == SAMPLES:
            break
    return found


def _add_lines(table: SheetTable, sheet: Sheet, index: int, choices: Choices) -> None:
    side, fill = table.side, choices.fill(table.at)
    assert side is not None
    named = {each.field: each.heading for each in table.columns if each.field}
    fillable = [column for column in COLUMNS[side] if column.is_needed and column.name not in NOT_FILLED]
    table.filled = [column for column in fillable if column.name not in named]
    table.missing = [
        column
        for column in COLUMNS[side]
        if column.is_needed and column.name not in named and not fill.get(column.name, "").strip()
    ]
    place = RowPlace(table.name, table.head, side, named, table.at)
    table.faults += _heading_faults(place, table)
    left_out = choices.left() | choices.taken()
    for number, row in enumerate(sheet.rows[index + 1 :], start=index + 1):
        at = RowPlace(table.name, sheet.number(number), side, named, table.at)
        given = {each.field: row[each.index] for each in table.columns if each.field and each.index < len(row)}
        line = SheetRow(at, _cells({**given, **choices.cells(at.key)}, fill))
        if not line.cells or at.key in left_out:
            continue
        if _is_example(line):
            table.examples += 1
        else:
            table.lines.append(line)


def _cells(given: Mapping[str, str], fill: Mapping[str, str]) -> dict[str, str]:
    cells = {name: cell for name, cell in given.items() if cell.strip()}
    if not cells:
        return {}
    has_need = "title" in cells
    more = {name: text for name, text in fill.items() if text.strip() and (has_need or name not in _OF_NEED)}
    return {**more, **cells}


def _heading_faults(place: RowPlace, table: SheetTable) -> Iterator[ImportFault]:
    """Yield a fault for each field that several columns have, and for each needed column that is missing."""
    fields = [each.field for each in table.columns]
    for name in sorted({name for name in fields if name and fields.count(name) > 1}):
        yield ImportFault(
            place, place.headings[name], "", _("Two columns have the same meaning. Leave out one of the columns.")
        )
    for column in table.missing:
        # Translators: column: the heading of a column
        missing = _("The column “%(column)s” is missing.", column=column.label)
        yield ImportFault(place, "", "", missing, column.name)


def _is_example(line: SheetRow) -> bool:
    """Return whether the row is an example of the template, by its address, or by its name and text."""
    example = EXAMPLES[line.place.side]

    def same(name: str) -> bool:
        return search_key(line.cells.get(name, "")) == search_key(str(example[name]))

    if line.place.side == Side.ENTERPRISE:
        return same("email") or same("name")
    return same("email") or (same("full_name") and same("headline"))
