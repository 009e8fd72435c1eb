"""A workbook of the rows that were not stored, which organisers can correct and upload again."""

import io
from collections.abc import Callable, Sequence

from i18n import Message, pgettext_
from server.imports.columns import COLUMNS, SHEETS
from server.imports.lines import ImportFault, SheetRow
from server.imports.rows import Batch
from server.imports.template import TEXT_ONLY, WIDTH

Translate = Callable[[Message], str]


def workbook(batch: Batch, faults: Sequence[ImportFault], translate: Translate) -> bytes:
    """Return an XLSX workbook of the rows with faults, under the template's headings; the last column says what to
    correct.

    Each sheet with such rows becomes a sheet. All rows of an enterprise are included. Corrections from the page are
    kept.
    """
    good = batch.good(without=[fault.place.key for fault in faults]).rows
    import xlsxwriter

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, TEXT_ONLY)
    for table in batch.tables:
        rows = [line for line in table.lines if line.place.key not in good]
        if table.side is None or not rows:
            continue
        # Spreadsheet programs allow 31 characters, without some signs.
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
