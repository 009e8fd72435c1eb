import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from i18n import LOCALES, Translator
from i18n.names import PersonName
from server.imports import template
from server.imports.columns import COLUMNS
from server.imports.rows import MAX_ROWS
from server.imports.telling import stretches
from server.letters.composing import compose
from server.models import Consent, Delegate, Event, Mail, Need, Organisation, Person, Registration, Side
from server.names import called, country_of
from server.registrations import leaving
from server.registrations import service as registrations
from tests import factories
from tests.client import Client
from tests.reading import read

EXPERT = {
    "email": "Anna@Example.org",
    "full_name": "Анна Петрова",
    "country": "Россия",
    "affiliation": "Институт электропривода",
    "headline": "Тяговые двигатели",
    "offer": "Проектирую тяговые двигатели и снижаю их шум.",
    "topics": "auto.ev",
    "readiness": "TRL 6",
    "modes": "consulting",
    "languages": "ru, English",
}
ENTERPRISE = {
    "name": "宁波电机有限公司",
    "email": "li@example.org",
    "full_name": "李伟",
    "languages": "中文",
    "title": "降低牵引电机噪声",
    "text": "电机在时速四十至六十公里时啸叫,希望降低转矩脉动,噪声不高于六十五分贝。",
    "topics": "auto.ev",
    "modes": "consulting",
}
FILES = Path(__file__).parent.parent / "data" / "imports"
Rows = Sequence[Mapping[str, Any]]


def workbook(**sheets: Rows) -> bytes:
    """Return an XLSX file whose headings are the fields' names."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    for name, rows in sheets.items():
        sheet, headings = book.add_worksheet(name), list(dict.fromkeys(key for row in rows for key in row))
        sheet.write_row(0, 0, headings)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, [row.get(heading, "") for heading in headings])
    book.close()
    return written.getvalue()


def csv_file(rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    headings = list(dict.fromkeys(key for row in rows for key in row))
    lines = [headings, *([str(row.get(heading, "")) for heading in headings] for row in rows)]
    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    return "\r\n".join(quoted).encode(encoding)


async def organiser_of(client: Client, event: Event) -> Client:
    return await factories.signed_in(client, (await factories.organiser(event)).person)


async def upload(client: Client, event: Event, *contents: bytes, name: str = "file") -> httpx2.Response:
    files = [("files", (f"{name}{number}", content)) for number, content in enumerate(contents)]
    return await client.post(f"/e/{event.slug}/import", files=files)


async def imported(client: Client, event: Event, *contents: bytes, invite: bool = False) -> httpx2.Response:
    """Run both steps of an import, the second as the preview's form sends it."""
    preview = await upload(client, event, *contents)
    assert preview.status_code == 200, faults(preview)
    return await client.post(confirmation(preview), data={"invite": "yes"} if invite else {})


def confirmation(preview: httpx2.Response) -> str:
    """Return where the preview's import form posts."""
    [path] = re.findall(r'action="([^"]*/store)"', preview.text)
    return str(path)


def outcome(page: httpx2.Response) -> list[str]:
    """Return the sentences about what the import does."""
    [part] = re.findall(r'<h2 id="counts">.*?</section>', page.text, re.DOTALL)
    return re.findall(r"<li>([^<]*)</li>", part)


def faults(answer: httpx2.Response) -> list[tuple[str, ...]]:
    """Return (row, column, typed text, sentence) of each line on the page."""
    lines = re.findall(r"<tr><td data-label=\"Row\".*?</tr>", answer.text, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL) for line in lines]
    return [tuple(unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in line) for line in cells]


async def test_a_preview_shows_the_first_rows_as_they_were_read(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    experts = [{**EXPERT, "email": f"e{row}@example.org", "full_name": f"Anna {'ABCDEFG'[row]}"} for row in range(7)]
    words = read(await upload(client, event, workbook(experts=experts, enterprises=[ENTERPRISE]))).words
    assert [f"Anna {letter}" in words for letter in "AEF"] == [True, True, False]
    assert (ENTERPRISE["name"] in words, ENTERPRISE["title"] in words) == (True, True)


async def test_a_preview_says_what_would_be_stored_and_stores_nothing(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    page = await upload(client, event, workbook(experts=[EXPERT], enterprises=[ENTERPRISE]))
    assert (page.status_code, outcome(page)) == (200, ["1 new expert", "1 new enterprise", "1 new need"])
    assert await Registration.all().count() == 0
    assert await Person.filter(email="anna@example.org").count() == 0


async def test_an_expert_of_a_workbook_takes_part(client: Client) -> None:
    event = await factories.event(slots=3)
    await organiser_of(client, event)
    answer = await imported(client, event, workbook(experts=[EXPERT]))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/e/{event.slug}/experts?notice=imported")
    found = await Registration.get(event_id=event.id).select_related("person")
    person = found.person
    assert (person.email, person.locale, found.text_locale) == ("anna@example.org", "ru", "ru")
    # Data entered by others stay within their event.
    assert (called(found), country_of(found)) == (PersonName("Анна Петрова"), "RU")
    assert (person.full_name, person.country) == ("", "")
    assert (found.topics, found.modes, found.languages, found.readiness) == (
        ["auto.ev"],
        ["consulting"],
        ["ru", "en"],
        6,
    )
    assert found.available == [slot.id for slot in await factories.slots_of(event)]
    assert found.registered_at is not None
    assert await Consent.all().count() == 0


async def test_rows_of_one_enterprise_become_its_needs_and_delegates(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    second = {
        "name": " 宁波电机有限公司 ",
        "title": "更耐磨的轴承",
        "text": ENTERPRISE["text"],
        "topics": "auto.ev",
        "modes": "project",
    }
    third = {"email": "wang@example.org", "full_name": "王芳"}
    await imported(client, event, workbook(enterprises=[ENTERPRISE, second, third]))
    [enterprise] = await Registration.filter(event_id=event.id).select_related("organisation")
    assert enterprise.organisation.name == "宁波电机有限公司"
    delegates = await Delegate.filter(registration_id=enterprise.id).order_by("id").select_related("person")
    assert [called(each).full_name for each in delegates] == ["李伟", "王芳"]
    assert [need.title for need in await factories.needs_of(enterprise)] == ["降低牵引电机噪声", "更耐磨的轴承"]


async def test_a_second_import_of_the_same_file_leaves_everything_as_it_is(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    content = workbook(experts=[EXPERT], enterprises=[ENTERPRISE])
    await imported(client, event, content)
    page = await upload(client, event, content)
    assert outcome(page) == ["2 experts and enterprises unchanged"]
    await imported(client, event, content)
    rows = [await model.all().count() for model in (Registration, Organisation, Need)]
    assert rows == [2, 1, 1]


async def test_a_changed_row_updates_the_expert_with_its_address(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    await imported(client, event, workbook(experts=[EXPERT]))
    changed = {**EXPERT, "headline": "Бесшумные двигатели", "full_name": "Анна Сергеевна Петрова"}
    await imported(client, event, workbook(experts=[changed]))
    [found] = await Registration.filter(event_id=event.id).select_related("person")
    assert (found.headline, called(found).full_name) == ("Бесшумные двигатели", "Анна Сергеевна Петрова")


async def test_an_import_does_not_change_participants_with_consent(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    own = await factories.expert(event, await factories.person(email="anna@example.org"), headline="My own words")
    await registrations.complete(own, own.person, ["matching", "sharing", "cross_border"], locale="en")
    page = await upload(client, event, workbook(experts=[EXPERT]))
    assert "1 row is skipped" in page.text
    await imported(client, event, workbook(experts=[EXPERT]))
    assert (await Registration.get(id=own.id)).headline == "My own words"


async def test_an_import_does_not_bring_back_withdrawn_participants(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    own = await factories.expert(event, await factories.person(email="anna@example.org"))
    await leaving.leave(own, own.person)
    page = await upload(client, event, workbook(experts=[EXPERT]))
    assert (page.status_code, faults(page)[0][:3]) == (422, ("2", "email", "anna@example.org"))


async def test_an_import_works_outside_the_window_of_registration(client: Client) -> None:
    event = await factories.event()
    event.registration_closes_at = event.registration_opens_at
    await event.save()
    await organiser_of(client, event)
    assert (await imported(client, event, workbook(experts=[EXPERT]))).status_code == 303


async def test_one_fault_stops_the_whole_file_and_is_named_with_its_place(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    bad = {**EXPERT, "email": "nobody", "country": "Atlantis", "topics": "auto.ev; alchemy", "readiness": "12"}
    page = await upload(client, event, workbook(experts=[EXPERT, bad]))
    assert (page.status_code, faults(page)) == (
        422,
        [
            ("3", "country", "Atlantis", "Enter the name of a country or its two-letter code, such as RU."),
            ("3", "topics", "auto.ev; alchemy", "This topic does not exist: “alchemy”."),
            ("3", "readiness", "12", "Enter a number of at most 9."),
            ("3", "email", "nobody", "Enter an e-mail address such as anna@example.org."),
        ],
    )
    assert await Registration.all().count() == 0


async def test_the_same_fault_in_many_rows_is_shown_once(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    experts = [{**EXPERT, "email": f"e{row}@example.org", "readiness": ""} for row in range(2, 12)]
    for row in (3, 4, 5, 9):
        experts[row - 2]["readiness"] = str(10 * row)
    page = await upload(client, event, workbook(experts=experts))
    [(rows, _column, typed, _why)] = faults(page)
    assert (page.status_code, rows.split(), typed.split()) == (422, ["3–5,", "94", "rows"], ["304050…"])
    assert "4 problems" in page.text


@pytest.mark.parametrize(
    ("column", "typed", "sentence"),
    [
        ("country", "Атлантида", "Enter the name of a country or its two-letter code, such as RU."),
        ("modes", "barter", "Enter one of the options in the sheet “Options” of the template."),
        ("country", "", "Fill in this field."),
    ],
)
async def test_an_unknown_option_is_explained_in_terms_of_the_file(
    client: Client, column: str, typed: str, sentence: str
) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    page = await upload(client, event, workbook(experts=[{**EXPERT, column: typed}]))
    assert [line[3] for line in faults(page)] == [sentence]


def test_consecutive_rows_are_shown_as_a_range() -> None:
    assert stretches([2]) == "2"
    assert stretches([2, 3, 4, 9, 11, 12]) == "2–4, 9, 11–12"
    assert stretches(range(1, 1000, 2)) == ", ".join(map(str, range(1, 80, 2))) + ", …"


async def test_rows_that_the_event_refuses_are_named_and_nothing_is_stored(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    await factories.enterprise(event, await factories.person(email="anna@example.org"))
    page = await upload(client, event, workbook(enterprises=[ENTERPRISE], experts=[EXPERT]))
    refusal = "A delegate of an enterprise is already registered with this address. Use another address."
    assert (page.status_code, faults(page)) == (422, [("2", "email", "anna@example.org", refusal)])
    assert await Organisation.filter(name="宁波电机有限公司").count() == 0


async def test_a_refusal_between_preview_and_import_stores_nothing(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    preview = await upload(client, event, workbook(experts=[{**EXPERT, "email": "first@example.org"}, EXPERT]))
    await factories.enterprise(event, await factories.person(email="anna@example.org"))
    answer = await client.post(confirmation(preview))
    assert answer.status_code == 422
    assert await Registration.filter(side=Side.EXPERT).count() == 0


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        ({"experts": [EXPERT, EXPERT]}, "This address is already in row 2 of the sheet “experts”."),
        (
            {"a": [EXPERT], "b": [{**ENTERPRISE, "email": "anna@example.org"}]},
            "This address is already in row 2 of the sheet “a”.",
        ),
        (
            {"Tabelle1": [{"Nom": "x"}]},
            "This sheet has no headings from the template. Choose what each column contains.",
        ),
        ({"experts": [{"email": "a@b.org", "offer": "x"}]}, "The column “Full name” is missing."),
        ({"experts": []}, "This file contains no rows to import."),
        (
            {"experts": [{**EXPERT, "available": "at noon"}]},
            "The event has no slot “at noon”. Enter “All”, “Morning”, “Afternoon”, or a day and a time.",
        ),
        (
            {"experts": [{**EXPERT, "E-mail": "x@example.org"}]},
            "Two columns have the same meaning. Leave out one of the columns.",
        ),
        ({"enterprises": [{**ENTERPRISE, "modes": ""}]}, "Fill in this field."),
        ({"enterprises": [{**ENTERPRISE, "deadline": "soon"}]}, "Enter a date such as 2026-05-21."),
        ({"enterprises": [ENTERPRISE, {"name": ENTERPRISE["name"], "email": "b@b.org"}]}, "Fill in this field."),
    ],
)  # fmt: skip
async def test_a_fault_says_what_to_change(client: Client, sheets: dict[str, Rows], expected: str) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    page = await upload(client, event, workbook(**sheets))
    assert (page.status_code, faults(page)[0][3]) == (422, expected)


@pytest.mark.parametrize("locale", list(LOCALES))
async def test_example_rows_of_the_template_are_not_imported(client: Client, locale: str) -> None:
    event = await factories.event()
    person = (await factories.organiser(event, await factories.person(locale=locale))).person
    await factories.signed_in(client, person)
    answer = await client.get(f"/e/{event.slug}/import/template.xlsx")
    assert answer.headers["content-type"] == template.MEDIA_TYPE
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


def headings(side: Side, locale: str) -> dict[str, str]:
    return {column.name: Translator(locale).translate(column.label) for column in COLUMNS[side]}


@pytest.mark.parametrize("locale", list(LOCALES))
async def test_headings_and_answers_in_any_language_are_understood(client: Client, locale: str) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    named = headings(Side.EXPERT, locale)
    country, language = {"en": ("Russia", "Russian"), "ru": ("россия", "Русский"), "zh_Hans": ("俄罗斯", "俄语")}[
        locale
    ]
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


async def test_an_enterprise_without_a_need_is_imported(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    row = {name: ENTERPRISE[name] for name in ("name", "email", "full_name", "languages")}
    await imported(client, event, workbook(enterprises=[row]))
    assert ((await Organisation.get()).name, await Need.all().count()) == (ENTERPRISE["name"], 0)


async def test_if_ticked_everybody_without_an_invitation_gets_one(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    content = workbook(experts=[EXPERT], enterprises=[ENTERPRISE])
    await imported(client, event, content)
    assert await Mail.all().count() == 0
    await imported(client, event, content, invite=True)
    await imported(client, event, content, invite=True)
    letters = await Mail.all().order_by("id")
    assert [(letter.to_address, letter.locale) for letter in letters] == [
        ("anna@example.org", "ru"),
        ("li@example.org", "zh_Hans"),
    ]
    settings = client.settings
    body = compose(letters[0], settings).get_body(("plain",))
    assert body is not None
    path = re.search(r"/sign-in/link/\S+", body.get_content())
    assert path is not None
    assert (await client.post(path[0])).headers["location"] == f"/e/{event.slug}/me"


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "https://evil.example", "<script>alert(1)</script>"]
)
async def test_no_cell_is_a_formula_a_link_or_markup(client: Client, cell: str) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    row = {**EXPERT, "affiliation": "'" + cell, "degree": cell}
    await imported(client, event, csv_file([row]))
    page = await client.get(f"/e/{event.slug}/experts")
    assert "<script>alert" not in page.text
    assert (await Registration.get()).degree == cell.strip()


# What a file may not be -------------------------------------------------------------------------------------------


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
HOSTILE: dict[str, bytes] = {
    "a cell in the last corner": one_cell(1_048_575, 16_383),
    "too many rows": one_cell(10_000, 0),
    "too many columns": one_cell(1, 100),
    "a bomb": a_workbook_with("xl/sharedStrings.xml", b"<a>" + b"0" * 60_000_000 + b"</a>"),
    "entities": a_workbook_with("xl/sharedStrings.xml", ENTITIES),
    "broken markup": a_workbook_with("xl/workbook.xml", b"<workbook"),
    "another archive": archive(word__document=b"<a/>"),
    "half an archive": workbook(experts=[EXPERT])[:2000],
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "a document": b"%PDF-1.7\n\0\xe2\xe3\xcf\xd3",
    "nothing": b"",
    "no text": b"\xff\xff\xff\xff",
    "too many lines": b"email\n" * 10_002,
    "a line that is too wide": b"email" + b"," * 101,
    "a cell that is too long": b"email\n" + b"x" * 140_000,
}  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_file_that_is_not_a_table_is_refused_with_a_message(client: Client, content: bytes) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    page = await upload(client, event, content)
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
