"""What an import understands: the template, text tables, headings and availability in any language."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from i18n import LOCALES, formats
from i18n.text import search_key
from server import workbooks
from server.imports import cells, template
from server.imports.columns import COLUMNS
from server.models import Organisation, Registration, Side
from server.names import called, country_of
from tests import factories
from tests.client import Client
from tests.server.importing import (
    ENTERPRISE,
    EXPERT,
    confirmation,
    csv_file,
    faults,
    headings,
    imported,
    organiser_of,
    upload,
    workbook,
)

FILES = Path(__file__).parent.parent / "data" / "imports"


@pytest.mark.parametrize("locale", list(LOCALES))
async def test_example_rows_of_the_template_are_not_imported(client: Client, locale: str) -> None:
    event = await factories.event()
    person = (await factories.organiser(event, await factories.person(locale=locale))).person
    await factories.signed_in(client, person)
    answer = await client.get(f"/e/{event.slug}/import/template.xlsx")
    assert answer.headers["content-type"] == workbooks.MEDIA_TYPE
    assert (await upload(client, event, answer.content)).status_code == 422
    filled = await upload(client, event, with_row(answer.content, EXPERT))
    assert filled.status_code == 200
    assert (await client.post(confirmation(filled))).status_code == 303
    people = [called(each).full_name for each in await Registration.all().select_related("person")]
    assert people == [EXPERT["full_name"]]


def with_row(content: bytes, row: Mapping[str, Any]) -> bytes:
    """Return the first sheet of the template with one more row below its example."""
    [[headings, example, *_more], *_sheets] = [
        book.get_sheet_by_name(name).to_python()
        for book in [CalamineWorkbook.from_filelike(io.BytesIO(content))]
        for name in book.sheet_names
    ]
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = book.add_worksheet("a")
    sheet.write_row(0, 0, headings)
    sheet.write_row(1, 0, example)
    sheet.write_row(2, 0, [row.get(column.name, "") for column in COLUMNS[Side.EXPERT]])
    book.close()
    return written.getvalue()


def test_the_template_lists_every_topic_with_its_id() -> None:
    from matching.affinity import scheme

    book = CalamineWorkbook.from_filelike(io.BytesIO(template.template("en", scheme())))
    rows = book.get_sheet_by_name("Topics").to_python()
    assert sorted(row[0] for row in rows[1:]) == sorted(scheme().leaves)


async def test_rows_may_name_the_events_own_topics_and_the_template_lists_them(client: Client) -> None:
    event = await factories.event()
    topic = await factories.own_topic(event)
    await organiser_of(client, event)
    sheet = await client.get(f"/e/{event.slug}/import/template.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.content))
    assert topic in [row[0] for row in book.get_sheet_by_name("Topics").to_python()]
    rows = [{**EXPERT, "topics": "Superlubric materials; auto.ev"}]
    assert (await imported(client, event, workbook(experts=rows))).status_code == 303
    assert (await Registration.get(side=Side.EXPERT)).topics == [topic, "auto.ev"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_text_tables_of_all_programs_are_read(client: Client, delimiter: str, encoding: str) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    expert = {**EXPERT, "offer": 'Первая строка, "вторая"; третья.\nИ ещё одна.'}
    both = [csv_file([row], delimiter=delimiter, encoding=encoding) for row in (expert, ENTERPRISE)]
    assert (await imported(client, event, *both)).status_code == 303
    assert (await Registration.get(side=Side.EXPERT)).offer == expert["offer"]
    assert (await Organisation.get()).name == "宁波电机有限公司"


@pytest.mark.parametrize("locale", list(LOCALES))
async def test_headings_and_answers_in_any_language_are_understood(client: Client, locale: str) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    named = headings(Side.EXPERT, locale)
    country, language = formats.country("RU", locale), formats.language("ru", locale).upper()
    row = {named[name]: value for name, value in {**EXPERT, "country": country, "languages": language}.items()}
    await imported(client, event, csv_file([row]))
    found = await Registration.get(side=Side.EXPERT).select_related("person")
    assert (country_of(found), found.languages) == ("RU", ["ru"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", [0, 1, 2, 3]),
        ("All", [0, 1, 2, 3]),
        ("morning", [0, 1, 2]),
        ("Afternoon", [3]),
        ("09:00", [0]),
        ("9:00; 14:00", [0, 3]),
        ("09:00-12:40", [0, 1]),
        ("9.00 – 14:00", [0, 1, 2]),
        ("DAY morning", [0, 1, 2]),
        ("DAY", [0, 1, 2, 3]),
        ("DAY 14:00, 09:00", [0, 3]),
    ],
)
async def test_presence_is_understood_by_words_and_by_times(client: Client, words: str, expected: list[int]) -> None:
    # At 09:00, 10:40, 12:20 and 14:00 by the venue's clocks.
    event = await factories.event(slots=4, length_min=100)
    await organiser_of(client, event)
    slots = await factories.slots_of(event)
    said = words.replace("DAY", slots[0].day.isoformat())
    await imported(client, event, workbook(experts=[{**EXPERT, "available": said}]))
    assert (await Registration.get()).available == [slots[number].id for number in expected]


@pytest.mark.parametrize(
    ("name", "number"), [("countries.csv", 14), ("cp1252.csv", 1), ("sep-line.csv", 1), ("hidden-sheet.xlsx", 1)]
)
async def test_files_that_offices_keep_are_imported(client: Client, name: str, number: int) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    await imported(client, event, (FILES / name).read_bytes())
    people = [called(each).full_name for each in await Registration.all().select_related("person")]
    assert people == ["Jürgen Müller" if name == "cp1252.csv" else "Ivan Petrov"] * number


async def test_a_slot_that_ends_after_a_persons_availability_is_not_available(client: Client) -> None:
    # At 09:00, 09:45, 10:30 and 11:15; the file says 09:30-11:00.
    event = await factories.event(slots=4, length_min=45)
    await organiser_of(client, event)
    await imported(client, event, (FILES / "presence-range.csv").read_bytes())
    slots = await factories.slots_of(event)
    assert (await Registration.get()).available == [slots[1].id]


async def test_a_time_without_a_whole_slot_is_a_fault(client: Client) -> None:
    event = await factories.event(slots=4, length_min=45)
    await organiser_of(client, event)
    page = await upload(client, event, workbook(experts=[{**EXPERT, "available": "09:10-10:20"}]))
    assert faults(page)[0][3] == "The event has no slot within this time: “09:10-10:20”."


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        ("99:99", "This time does not exist: 99:99. Enter a time between 00:00 and 24:00."),
        ("9:00-9:75", "This time does not exist: 9:75. Enter a time between 00:00 and 24:00."),
        ("2026-05-21 24:30", "This time does not exist: 24:30. Enter a time between 00:00 and 24:00."),
        ("2026-02-30 09:00", "This date does not exist: “2026-02-30”."),
    ],
)
async def test_a_time_or_date_that_does_not_exist_is_named(client: Client, entered: str, expected: str) -> None:
    event = await factories.event(slots=4, length_min=45)
    await organiser_of(client, event)
    page = await upload(client, event, workbook(experts=[{**EXPERT, "available": entered}]))
    assert faults(page)[0][3] == expected


def test_the_words_of_an_answer_are_folded_once_and_not_for_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    cells._values_of.cache_clear()
    folded: list[str] = []

    def fold(text: str) -> str:
        folded.append(text)
        return search_key(text)

    monkeypatch.setattr(cells, "search_key", fold)
    assert cells.modes("Project") == ["project"]
    assert len(folded) > 10
    folded.clear()
    assert cells.modes("Project; Remote") == ["project", "remote"]
    assert folded == ["Project", "Remote"]
