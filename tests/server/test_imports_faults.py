"""Faults of a spreadsheet: each is named with its place, and nothing is stored."""

import pytest

from server.imports.telling import stretches
from server.models import Organisation, Registration, Side
from tests import factories
from tests.client import Client
from tests.server.importing import ENTERPRISE, EXPERT, Rows, confirmation, faults, organiser_of, upload, workbook


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
            {"Tabelle1": [{"Onoma": "x"}]},
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
