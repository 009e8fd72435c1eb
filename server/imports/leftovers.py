"""The rows of a spreadsheet that could not be taken, as a workbook that can be corrected and sent again."""

import io
from collections.abc import Callable, Sequence

import xlsxwriter

from i18n import Message, pgettext_
from server.imports.columns import COLUMNS, SHEETS
from server.imports.lines import ImportFault, Line
from server.imports.rows import Batch
from server.imports.template import TEXT_ONLY, WIDTH

Translate = Callable[[Message], str]


def workbook(batch: Batch, faults: Sequence[ImportFault], translate: Translate) -> bytes:
    """A sheet for each sheet with rows left, with the template's headings; the last column says what to correct.

    Rows of an enterprise stay together. Corrections that were made on the page are in it.
    """
    good = batch.good(without=[fault.place.key for fault in faults]).rows
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, TEXT_ONLY)
    for table in batch.tables:
        rows = [line for line in table.lines if line.place.key not in good]
        if table.side is None or not rows:
            continue
        # The program that opens it takes 31 characters, and none of its own signs.
        sheet = book.add_worksheet(f"{translate(SHEETS[table.side])} {table.at + 1}"[:31])
        sheet.freeze_panes(1, 0)
        columns = COLUMNS[table.side]
        sheet.set_column(0, len(columns), WIDTH)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, translate(column.label))
        sheet.write_string(0, len(columns), translate(pgettext_("column", "What to correct")))
        for number, line in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                sheet.write_string(number, place, line.cells.get(column.name, ""))
            sheet.write_string(number, len(columns), _why(line, faults, translate))
    if not book.worksheets():
        book.add_worksheet()
    book.close()
    return written.getvalue()


def _why(line: Line, faults: Sequence[ImportFault], translate: Translate) -> str:
    """What is wrong with the row."""
    found = []
    for fault in faults:
        if fault.place.key == line.place.key:
            column = translate(fault.column) if isinstance(fault.column, Message) else fault.column
            found.append(f"{column}: {translate(fault.message)}" if column else translate(fault.message))
    return "\n".join(found)
