"""Workbooks (XLSX) in which every cell is text."""

import io
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from starlette.responses import Response

CSV_TYPE = "text/csv; charset=utf-8"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A name that begins with = is not a formula, an address is not a link.
TEXT_ONLY = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
HEAD = {"bold": True, "text_wrap": True, "valign": "top"}
WIDTH = 24  # of a column, in characters
LONGEST_TITLE = 31  # of a sheet, in spreadsheet programs


def workbook(
    sheets: Iterable[tuple[str, Sequence[Sequence[str]]]],
    *,
    is_wide: bool = False,
    properties: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Return a workbook. sheets: title and rows of each, the headings first. is_wide: print on landscape pages.

    properties: of the document, by xlsxwriter's names.
    """
    import xlsxwriter

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, TEXT_ONLY)
    if properties:
        book.set_properties(dict(properties))
    head = book.add_format(HEAD)
    for title, rows in sheets:
        sheet = book.add_worksheet(title[:LONGEST_TITLE])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(map(len, rows)) - 1, WIDTH)
        if is_wide:
            sheet.set_landscape()
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text, head if number == 0 else None)
    if not book.worksheets():
        book.add_worksheet()
    book.close()
    return written.getvalue()


def download(content: bytes, name: str, media_type: str = MEDIA_TYPE) -> Response:
    """Return the answer that saves a file, a workbook if not said otherwise.

    name: of the file, in ASCII without quotation marks.
    """
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
