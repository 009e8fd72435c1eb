"""Files that are refused: no tables, hostile archives, too many rows."""

import io
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from server.imports.rows import MAX_ROWS
from tests import factories
from tests.client import Client
from tests.server.importing import EXPERT, csv_file, faults, organiser_of, upload, workbook


def one_cell(row: int, column: int) -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = book.add_worksheet("experts")
    sheet.write(0, 0, "email")
    sheet.write(row, column, "x")
    book.close()
    return written.getvalue()


def archive(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return written.getvalue()


def a_workbook_with(part: str, content: bytes) -> bytes:
    """Return a workbook with one part replaced."""
    source = zipfile.ZipFile(io.BytesIO(workbook(experts=[EXPERT])))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            made.writestr(name, content if name == part else source.read(name))
    return written.getvalue()


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "%s">%s]><sst>&z;</sst>' % (
    b"a" * 100,
    b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 100) for c in range(ord("b"), ord("z") + 1)),
)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a cell in the last corner": lambda: one_cell(1_048_575, 16_383),
    "too many rows": lambda: one_cell(10_000, 0),
    "too many columns": lambda: one_cell(1, 100),
    "a bomb": lambda: a_workbook_with("xl/sharedStrings.xml", b"<a>" + b"0" * 60_000_000 + b"</a>"),
    "entities": lambda: a_workbook_with("xl/sharedStrings.xml", ENTITIES),
    "broken markup": lambda: a_workbook_with("xl/workbook.xml", b"<workbook"),
    "another archive": lambda: archive(word__document=b"<a/>"),
    "half an archive": lambda: workbook(experts=[EXPERT])[:2000],
    "an old workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
    "a picture": lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "a document": lambda: b"%PDF-1.7\n\0\xe2\xe3\xcf\xd3",
    "nothing": lambda: b"",
    "no text": lambda: b"\xff\xff\xff\xff",
    "too many lines": lambda: b"email\n" * 10_002,
    "a line that is too wide": lambda: b"email" + b"," * 101,
    "a cell that is too long": lambda: b"email\n" + b"x" * 140_000,
}  # fmt: skip


@pytest.mark.parametrize("made", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_file_that_is_not_a_table_is_refused_with_a_message(client: Client, made: Callable[[], bytes]) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    page = await upload(client, event, made())
    assert (page.status_code, 'id="f-files-fault"' in page.text or faults(page) != []) == (422, True)


async def test_a_file_that_is_too_large_is_refused_unread(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    assert (await upload(client, event, b"0" * (10 * 1024 * 1024 + 1))).status_code == 413


async def test_too_many_rows_are_refused(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    page = await upload(client, event, csv_file([EXPERT] * (MAX_ROWS + 1)))
    assert (page.status_code, faults(page)[0][3]) == (
        422,
        "At most 1,000 rows can be imported at a time. Split the file.",
    )
