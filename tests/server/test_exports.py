"""Lists and timetables as files: chosen columns, typed cells, filters, and what spreadsheet programs may not run."""

import csv
import io
from datetime import date, time
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from server.exports.service import LISTS
from server.exports.sheets import About, Cell, Heading, Sheet, csv_file, xlsx
from server.models import Organiser, Right, TextField, TranslationState
from tests import factories
from tests.client import Client
from tests.server.planning import solved
from tests.statements import collected

ABOUT = About("Ningbo & Moscow", "30 November 2026")


def opened(content: bytes) -> list[list[list[Any]]]:
    """Return the cells of each sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def part(content: bytes, name: str) -> str:
    """Return a document inside the workbook."""
    return ZipFile(io.BytesIO(content)).read(name).decode()


def test_cells_keep_their_types_and_pages_can_be_filtered_and_printed() -> None:
    rows: list[list[Cell]] = [["=1+1", 3, date(2026, 11, 30), time(9, 5)], ["", None, None, None]]
    headings = [Heading("Name"), Heading("Number"), Heading("Day"), Heading("From")]
    content = xlsx([Sheet("Who? [all]", headings, rows)], ABOUT)
    [page] = opened(content)
    assert page[:2] == [["Name", "Number", "Day", "From"], ["=1+1", 3, date(2026, 11, 30), time(9, 5)]]
    page_set_up = part(content, "xl/worksheets/sheet1.xml")
    assert "<f>" not in page_set_up
    assert '<autoFilter ref="A1:D3"/>' in page_set_up
    assert 'orientation="landscape"' in page_set_up and 'fitToHeight="0"' in page_set_up
    assert "Ningbo &amp;&amp; Moscow" in page_set_up
    assert "Print_Titles" in part(content, "xl/workbook.xml")


def test_sheets_of_one_title_are_told_apart() -> None:
    sheets = [Sheet("x" * 40, [Heading("a")], [["1"]])] * 3
    assert CalamineWorkbook.from_filelike(io.BytesIO(xlsx(sheets, ABOUT))).sheet_names == [
        "x" * 31,
        "x" * 26 + " 2",
        "x" * 26 + " 3",
    ]


@pytest.mark.parametrize(("locale", "separator", "number"), [("en", ",", "0.5"), ("ru", ";", "0,5")])
def test_csv_is_read_by_spreadsheet_programs_of_the_country(locale: str, separator: str, number: str) -> None:
    sheet = Sheet("x", [Heading("Имя"), Heading("n")], [["=cmd()", 0.5], ["a;b,c", None], ["+7", 4]])
    content = csv_file(sheet, locale)
    assert content.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=separator))
    assert read == [["Имя", "n"], ["'=cmd()", number], ["a;b,c", ""], ["'+7", "4"]]


async def test_every_list_has_columns_of_its_own_and_usual_ones() -> None:
    for each in LISTS.values():
        codes = [column.code for column in each.columns]
        assert len(set(codes)) == len(codes)
        assert each.usual


async def test_an_organiser_chooses_columns_which_are_remembered(client: Client) -> None:
    event = await factories.event()
    organiser = await factories.organiser(event)
    await factories.expert(event, await factories.person(full_name="Анна Орлова", latin_name="Anna Orlova"))
    await factories.expert(event, registered_at=None)
    await factories.signed_in(client, organiser.person)
    path = f"/e/{event.slug}/exports/experts"

    answer = await client.post(path, data={"columns": ["status", "name"], "format": "xlsx", "state": "registered"})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    [page] = opened(answer.content)
    assert page == [["Name", "Status"], ["Anna Orlova", "Registered"]]
    assert (await Organiser.get(id=organiser.id)).exports == {"experts": ["name", "status"]}

    form = (await client.get(path)).text
    assert form.count(" checked") == 2 + 1  # two columns and the format

    answer = await client.post(path, data={"columns": ["nothing"], "format": "xlsx"})
    assert answer.status_code == 422
    answer = await client.post(path, data={"format": "xlsx"})
    assert (answer.status_code, "Choose at least one column." in answer.text) == (422, True)


async def test_lists_of_needs_wishes_and_interpreters(client: Client) -> None:
    event = await factories.event(slots=2)
    organiser = await factories.organiser(event)
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    need = await factories.need(firm, title="Шов", text_locale="ru")
    await factories.translation(need, TextField.TITLE, "en", "A seam", state=TranslationState.MACHINE)
    await factories.wish(expert, firm)
    await factories.interpreter(event)
    await factories.signed_in(client, organiser.person)

    async def file(code: str, *columns: str) -> bytes:
        answer = await client.post(f"/e/{event.slug}/exports/{code}", data={"columns": list(columns), "format": "xlsx"})
        assert answer.status_code == 200
        return answer.content

    content = await file("needs", "title", "original")
    assert ["A seam [Machine draft, unchecked]", "Шов"] in opened(content)[0]
    # The mark is a property of the document as well.
    assert "Machine translation" in part(content, "docProps/custom.xml")
    assert opened(await file("wishes", "kind"))[0][1:] == [["Would like"]]
    assert opened(await file("interpreters", "slots"))[0][1:] == [[2]]


async def test_a_plan_as_a_timetable_and_as_a_list(client: Client) -> None:
    event = await factories.event(slots=2, tables=2)
    organiser = await factories.organiser(event)
    for _ in range(2):
        expert, firm = await factories.expert(event), await factories.enterprise(event)
        await factories.wish(expert, firm)
        await factories.wish(firm, expert)
    await factories.signed_in(client, organiser.person)
    path = f"/e/{event.slug}/exports/meetings"
    assert (await client.post(path, data={"columns": ["day"], "format": "xlsx"})).status_code == 404
    plan = await solved(event, organiser.person)

    answer = await client.get(f"/e/{event.slug}/plans/{plan.id}/timetable.xlsx")
    day, by_expert, by_enterprise, by_interpreter = opened(answer.content)
    held = [cell for row in day[1:] for cell in row[1:] if cell]
    assert len(held) == 4
    assert all(str(cell).count("\n") >= 1 for cell in held)
    assert [len(by_expert), len(by_enterprise), len(by_interpreter)] == [5, 5, 1]

    chosen = {"columns": ["day", "start", "table", "expert"], "format": "csv", "plan": str(plan.id)}
    answer = await client.post(path, data=chosen)
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Day,From,Table,Expert"
    assert len(lines) == 5


@pytest.mark.parametrize("code", list(LISTS))
async def test_a_longer_list_takes_no_more_queries(client: Client, code: str) -> None:
    event = await factories.event(slots=2, tables=4)
    organiser = await factories.organiser(event)

    async def grow() -> None:
        expert, firm = await factories.expert(event), await factories.enterprise(event)
        await factories.need(firm)
        await factories.wish(expert, firm)
        await factories.wish(firm, expert)
        await factories.interpreter(event)

    async def counted() -> int:
        plan = await solved(event, organiser.person)
        columns = {"columns": [column.code for column in LISTS[code].columns], "format": "csv", "plan": str(plan.id)}
        with collected() as seen:
            assert (await client.post(f"/e/{event.slug}/exports/{code}", data=columns)).status_code == 200
        return len(seen.sql)

    await factories.signed_in(client, organiser.person)
    await grow()
    await counted()
    await grow()
    two = await counted()
    await grow()
    assert await counted() == two


async def test_each_list_needs_the_right_to_its_page(client: Client) -> None:
    event = await factories.event()
    organiser = await factories.organiser(event, rights=[Right.PEOPLE])
    await factories.signed_in(client, organiser.person)
    statuses = {code: (await client.get(f"/e/{event.slug}/exports/{code}")).status_code for code in LISTS}
    assert statuses == {
        "experts": 200,
        "enterprises": 200,
        "needs": 200,
        "interpreters": 200,
        "wishes": 403,
        "meetings": 403,
    }
