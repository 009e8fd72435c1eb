"""Random files through the pages: never a server error, and nothing stored that was not requested."""

import asyncio
import io
from collections.abc import Sequence
from typing import Any

import httpx2
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.imports.columns import COLUMNS
from server.models import Event, Organisation, Person, Registration, Side
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import ENTERPRISE, EXPERT, organiser_of

HEADINGS = [str(column.label.msgid) for side in Side for column in COLUMNS[side]] + ["ФИО", "姓名", "", "Notes"]
CELLS = st.one_of(
    st.sampled_from([str(value) for value in (*EXPERT.values(), *ENTERPRISE.values())]),
    st.sampled_from(
        ["", " ", "=1+1", "13800000000", "09:30-11:00", "2026-05-21", "\x00", "\ufffd", "a@b.org", "-", "9" * 400]
    ),
    st.text(max_size=20),
    st.integers(-(10**20), 10**20).map(str),
)
ROWS = st.lists(st.lists(CELLS, max_size=12), max_size=6)
TABLES = st.builds(
    lambda above, headings, rows: [*above, headings, *rows],
    st.lists(st.lists(CELLS, max_size=3), max_size=2),
    st.lists(st.sampled_from(HEADINGS), max_size=12),
    ROWS,
)
NUMBERS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**60), 2**60), st.booleans())
QUICK = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def text_of(rows: Sequence[Sequence[str]], delimiter: str, page: str) -> bytes:
    return "\n".join(delimiter.join(row) for row in rows).encode(page, "replace")


def workbook_of(sheets: Sequence[Sequence[Sequence[Any]]], hidden: int) -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    for number, rows in enumerate(sheets):
        sheet = book.add_worksheet()
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell)
        sheet.set_row(hidden, None, None, {"hidden": True})
        if number == hidden and number:
            sheet.hide()
    book.close()
    return written.getvalue()


CONTENTS = st.one_of(
    st.binary(max_size=300),
    st.builds(
        text_of, TABLES, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-16", "cp1251", "gb18030", "big5"])
    ),
    st.builds(
        workbook_of,
        st.lists(st.lists(st.lists(CELLS | NUMBERS, max_size=12), max_size=5) | TABLES, min_size=1, max_size=3),
        st.integers(0, 3),
    ),
)
POSTED = st.dictionaries(
    st.one_of(
        st.builds(
            "{}-{}-{}-{}".format,
            st.sampled_from(["cell", "column", "leave", "back", "fill"]),
            st.integers(0, 3),
            st.integers(0, 9),
            st.sampled_from(["country", "email", "x", ""]),
        ),
        st.builds(
            "{}-{}".format, st.sampled_from(["side", "head", "encoding", "column-0", "fill-0"]), st.integers(0, 9)
        ),
        st.text(max_size=10),
    ),
    st.one_of(
        CELLS, st.sampled_from(["expert", "enterprise", "none", "expert.email", "full_name", "gb18030", "cp1252", "5"])
    ),
    max_size=12,
)


async def number_stored() -> list[int]:
    return [await model.all().count() for model in (Registration, Organisation, Person)]


async def walk(client: Client, event: Event, content: bytes, posted: dict[str, str]) -> list[httpx2.Response]:
    """Upload the file, correct it at random, view it again, download what is left, and import what is good."""
    before = await number_stored()
    path = f"/e/{event.slug}/import"
    answers = [await client.post(path, files=[("files", ("list.csv", content))])]
    page = read(answers[0])
    found = [link for link in page.links if link.endswith("/rows.xlsx")]
    here = found[0].removesuffix("/rows.xlsx") if found else path
    if "/store" in answers[0].text:
        here = answers[0].text.partition("/store")[0].rpartition('"')[2]
    if here != path:
        form = {name: values[-1] for name, values in page.fields.items() if values} | posted
        answers += [await client.post(here, data=form), await client.get(here), await client.get(here + "/rows.xlsx")]
        assert await number_stored() == before
        answers.append(await client.post(here + "/store", data={"part": "yes"}))
        answers.append(await client.get(here))
    assert len(answers) == 1 or answers[-2].status_code in (303, 422, 404)
    return answers


async def test_no_file_and_no_correction_causes_a_server_error(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    loop = asyncio.get_running_loop()

    @QUICK
    @given(CONTENTS, POSTED)
    def every(content: bytes, posted: dict[str, str]) -> None:
        walked = asyncio.run_coroutine_threadsafe(walk(client, event, content, posted), loop).result()
        assert [answer.status_code for answer in walked if answer.status_code >= 500] == []

    await asyncio.to_thread(every)
