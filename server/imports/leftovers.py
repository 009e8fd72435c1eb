"""A workbook of the rows that were not stored, which organisers can correct and upload again."""

from collections.abc import Callable, Sequence

from i18n import Message, pgettext_
from server import workbooks
from server.imports.columns import COLUMNS, SHEETS
from server.imports.lines import ImportFault, SheetRow
from server.imports.rows import Batch

Translate = Callable[[Message], str]


def workbook(batch: Batch, faults: Sequence[ImportFault], translate: Translate) -> bytes:
    """Return an XLSX workbook of the rows with faults, under the template's headings; the last column says what to
    correct.

    Each sheet with such rows becomes a sheet. All rows of an enterprise are included. Corrections from the page are
    kept.
    """
    good = batch.good(without=[fault.place.key for fault in faults]).rows
    sheets = []
    for table in batch.tables:
        lines = [line for line in table.lines if line.place.key not in good]
        if table.side is None or not lines:
            continue
        columns = COLUMNS[table.side]
        head = [*(translate(column.label) for column in columns), translate(pgettext_("column", "What to correct"))]
        rows = [
            [*(line.cells.get(column.name, "") for column in columns), _why(line, faults, translate)] for line in lines
        ]
        sheets.append((f"{translate(SHEETS[table.side])} {table.at + 1}", [head, *rows]))
    return workbooks.workbook(sheets)


def _why(line: SheetRow, faults: Sequence[ImportFault], translate: Translate) -> str:
    """Return what is wrong with the row, as one text."""
    found = []
    for fault in faults:
        if fault.place.key == line.place.key:
            column = translate(fault.column) if isinstance(fault.column, Message) else fault.column
            message = translate(fault.message)
            # Translators: label: the name of a field of the form; fault: a sentence about the problem in it
            named = pgettext_("note", "%(label)s: %(fault)s", label=column, fault=message)
            found.append(translate(named) if column else message)
    return "\n".join(found)
