"""Experts and enterprises from a spreadsheet: preview, storing, and a second import."""

import re

import pytest

from i18n.names import PersonName
from server.letters.composing import compose
from server.models import Consent, Delegate, Mail, Need, Organisation, Person, Registration
from server.names import called, country_of
from server.registrations import leaving
from server.registrations import service as registrations
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import (
    ENTERPRISE,
    EXPERT,
    csv_file,
    faults,
    imported,
    organiser_of,
    outcome,
    upload,
    workbook,
)


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
