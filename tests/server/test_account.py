"""The account page, the front page, and the health checks of a running server."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from tortoise.connection import get_connection

from server import db
from server.models import Person
from tests import factories
from tests.client import Client


async def test_the_account_shows_the_events_of_every_role_with_the_way_to_them(client: Client) -> None:
    person = await factories.person(full_name="Анна Орлова")
    slugs = {}
    for role, make in (
        ("desk", factories.organiser),
        ("expert", factories.expert),
        ("enterprise", factories.enterprise),
        ("agenda", factories.interpreter),
    ):
        event = await factories.event(slots=0)
        await make(event, person)
        slugs[role] = event.slug
    other = await factories.event(slots=0)
    await factories.signed_in(client, person)

    shown = await client.get("/account")

    assert shown.status_code == 200
    for role, page in (("desk", "desk"), ("expert", "me"), ("enterprise", "me"), ("agenda", "agenda")):
        assert f'href="/e/{slugs[role]}/{page}"' in shown.text
    assert f"/e/{other.slug}/" not in shown.text
    assert 'value="Анна Орлова"' in shown.text


async def test_an_account_without_events_links_to_open_events(client: Client) -> None:
    await factories.signed_in(client, await factories.person())

    assert "You do not take part in any event yet." in (await client.get("/account")).text


async def test_saved_values_are_shown(client: Client) -> None:
    person = await factories.person()
    await factories.signed_in(client, person)

    saved = await client.post("/account", data={"full_name": " Li\u202e  Na ", "time_zone": "Europe/Moscow"})
    shown = await client.get(saved.headers["location"])

    assert (saved.status_code, saved.headers["location"]) == (303, "/account?notice=saved")
    await person.refresh_from_db()
    assert (person.full_name, person.time_zone) == ("Li Na", "Europe/Moscow")
    assert 'value="Li Na"' in shown.text
    assert "Saved." in shown.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"full_name": "", "time_zone": ""}, "Fill in this field."),
        ({"full_name": "\0\u202e", "time_zone": ""}, "Fill in this field."),
        ({"full_name": "x" * 10_000, "time_zone": ""}, "This text can have at most 200 characters. Now: 10000."),
        ({"full_name": ["Li Na", "Anna"], "time_zone": ""}, "Choose one of the options."),
        ({"full_name": "Li Na", "time_zone": "Moon/Crater"}, "Enter a time zone such as Europe/Moscow."),
        ({}, "Fill in this field."),
    ],
)
async def test_faults_are_shown_beside_the_typed_values_and_nothing_is_saved(
    client: Client, typed: dict[str, Any], sentence: str
) -> None:
    person = await factories.person(full_name="Anna")
    await factories.signed_in(client, person)

    answer = await client.post("/account", data=typed)

    assert answer.status_code == 422
    assert sentence in answer.text
    await person.refresh_from_db()
    assert (person.full_name, person.time_zone) == ("Anna", "")


async def test_an_empty_installation_says_how_it_gets_its_first_organiser(client: Client) -> None:
    answer = await client.get("/")

    assert answer.status_code == 200
    assert "python -m server create-organiser" in answer.text


async def test_the_first_organiser_is_led_to_the_first_event(client: Client) -> None:
    await factories.signed_in(client, await factories.person(may_create_events=True))

    answer = await client.get("/")

    assert 'href="/events/new"' in answer.text
    assert "There are no events yet." in answer.text


async def test_a_person_who_cannot_create_events_reads_that_none_is_open(client: Client) -> None:
    await factories.signed_in(client, await factories.person())

    answer = await client.get("/")

    assert "/events/new" not in answer.text
    assert "No event is open for registration at the moment." in answer.text


async def test_the_front_page_lists_events_open_now_or_later(client: Client) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    opened = await factories.event(slots=0)
    coming = await factories.event(slots=0, registration_opens_at=now + timedelta(days=1))
    over = await factories.event(slots=0, registration_closes_at=now - timedelta(hours=1))

    answer = await client.get("/")

    listed = [event.slug for event in (opened, coming, over) if f'href="/e/{event.slug}"' in answer.text]
    assert listed == [opened.slug, coming.slug]


async def test_without_open_events_the_front_page_leads_to_signing_in(client: Client) -> None:
    await factories.event(slots=0, registration_closes_at=datetime.now(UTC) - timedelta(hours=1))

    answer = await client.get("/")

    assert "No event is open for registration at the moment." in answer.text
    assert "create-organiser" not in answer.text


async def test_a_running_server_is_alive_and_ready(client: Client) -> None:
    answers = [await client.get(path) for path in ("/healthz", "/readyz")]

    assert [(answer.status_code, answer.text) for answer in answers] == [(200, "ok\n")] * 2


async def test_a_server_without_its_tables_is_alive_but_not_ready(client: Client, app: Starlette) -> None:
    await get_connection(db.CONNECTION).execute_script("ALTER TABLE job RENAME TO gone")

    answers = [await client.get(path) for path in ("/healthz", "/readyz")]

    assert [(answer.status_code, answer.text) for answer in answers] == [
        (200, "ok\n"),
        (503, "the database does not answer\n"),
    ]


async def test_people_are_counted_once_however_often_they_save(client: Client) -> None:
    await factories.signed_in(client, await factories.person())

    for _ in range(2):
        assert (await client.post("/account", data={"full_name": "Li Na", "time_zone": ""})).status_code == 303

    assert await Person.all().count() == 1
