"""Refusals and faults as JSON (RFC 9457) for callers that ask for it, and as pages for everybody else."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.routing import Route

from server.accounts import sessions
from server.accounts.limits import MAX_EMAILS
from server.app import create_app, too_late
from server.errors import Refused
from server.forms import MAX_FIELDS
from server.problems import MEDIA_TYPE, TYPE, wants_problem
from server.routes import ROUTES
from server.settings import Settings
from tests import factories, world
from tests.client import Client
from tests.filling import filled
from tests.server.test_unavailable import locked, on_sqlite

JSON = {"accept": MEDIA_TYPE}


def asking(accept: str | None, method: str = "GET") -> Request:
    headers = [] if accept is None else [(b"accept", accept.encode())]
    return Request({"type": "http", "method": method, "path": "/", "query_string": b"", "headers": headers})


@pytest.mark.parametrize(
    ("accept", "wants"),
    [
        (None, False),
        ("*/*", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("application/problem+json", True),
        ("application/json", True),
        ("application/json, text/plain, */*", True),
        ("Application/JSON; charset=utf-8", True),
        ("text/html, application/json", False),
        ("text/html;q=0.5, application/json", True),
        ("text/html, application/json;q=0.9", False),
        ("application/json;q=0", False),
        ("application/json;q=no", True),
    ],
)
def test_json_is_for_callers_that_name_it_and_prefer_it_to_a_page(accept: str | None, wants: bool) -> None:
    assert wants_problem(asking(accept)) is wants


def refusals(of: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for each in of.__subclasses__():
        yield each
        yield from refusals(each)


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [each.code for each in refusals() if each.__module__.startswith("server.")]
    assert [code for code in codes if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)] == []
    assert sorted(codes) == sorted(set(codes))


def told(answer: httpx2.Response) -> dict[str, Any]:
    """The body, whose own account of itself agrees with the answer's."""
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert {"Accept", "Accept-Language", "Cookie"} <= {each.strip() for each in answer.headers["vary"].split(",")}
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == TYPE + body["code"]
    assert body["instance"] == answer.request.url.path
    assert body["title"]
    assert body["detail"]
    return body


async def test_the_faults_of_a_form_are_told_field_by_field_in_the_callers_language(client: Client) -> None:
    event = await factories.event()
    organiser = await factories.organiser(event, await factories.person(locale="ru"))
    await factories.signed_in(client, organiser.person)
    typed = {"first_day": "2031-05-21", "last_day": "2031-05-20", "day_start": "9", "day_end": "17:30"}
    typed |= {"length_min": "many", "break_min": ""}

    page = await client.post(f"/e/{event.slug}/slots", data=typed)
    answer = await client.post(f"/e/{event.slug}/slots", data=typed, headers=JSON)

    assert (page.status_code, page.headers["content-type"]) == (422, "text/html; charset=utf-8")
    body = told(answer)
    assert (body["status"], body["code"], answer.headers["content-language"]) == (422, "invalid", "ru")
    assert [(each["field"], each["code"]) for each in body["errors"]] == [
        ("last_day", "ends-before-it-starts"),
        ("day_start", "time-parsing"),
        ("length_min", "int-parsing"),
        ("break_min", "int-parsing"),
    ]
    assert body["errors"][0]["detail"] in page.text


async def test_a_refusal_of_a_service_names_its_code_and_its_field(client: Client) -> None:
    await factories.signed_in(client, await factories.person(may_create_events=True))
    there = await factories.event()
    form = filled((await client.get("/events/new")).text, "slug")
    typed = {**form, "slug": there.slug, "name_en": "Here", "opens_on": "2031-01-01", "closes_on": "2031-02-01"}

    page = await client.post("/events/new", data=typed)
    body = told(await client.post("/events/new", data=typed, headers=JSON))

    assert page.status_code == 409
    assert (body["status"], body["code"]) == (409, "address-taken")
    assert [(each["field"], each["code"]) for each in body["errors"]] == [("slug", "address-taken")]


async def test_columns_that_another_person_changed_are_named(client: Client) -> None:
    await factories.signed_in(client, await factories.person(full_name="Li Na", time_zone="Asia/Shanghai"))
    form = filled((await client.get("/account")).text, "full_name")
    await client.post("/account", data={**form, "full_name": "Li Nana"})

    typed = {**form, "full_name": "Na Li"}
    page, answer = await client.post("/account", data=typed), await client.post("/account", data=typed, headers=JSON)

    body = told(answer)
    assert (page.status_code, body["status"], body["code"]) == (409, 409, "conflict")
    assert [(each["field"], each["code"]) for each in body["errors"]] == [("full_name", "changed-meanwhile")]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_who_is_not_signed_in_is_told_so_and_led_nowhere(client: Client, method: str) -> None:
    answer = await client.request(method, "/account", headers=JSON)

    assert told(answer)["code"] == "sign-in-needed"
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Session realm="/sign-in"')
    assert (await client.request(method, "/account")).status_code == 303


async def test_what_is_not_there_and_what_is_not_allowed(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, await factories.person())

    answers = [await client.get(path, headers=JSON) for path in ("/nowhere", f"/e/{event.slug}/plans")]
    other_site = await client.post("/account", headers={**JSON, "sec-fetch-site": "cross-site"})
    wrong_method = await client.delete("/account", headers=JSON)

    assert [told(answer)["code"] for answer in answers] == ["not-found", "not-found"]
    assert (other_site.status_code, told(other_site)["code"]) == (403, "cross-origin")
    assert (wrong_method.status_code, told(wrong_method)["code"]) == (405, "method-not-allowed")
    assert "GET" in wrong_method.headers["allow"]


async def test_what_is_over_is_gone(client: Client) -> None:
    page = await client.get("/account/email/confirm/none")
    answer = await client.get("/account/email/confirm/none", headers=JSON)

    assert (page.status_code, answer.status_code) == (410, 410)
    assert told(answer)["code"] == "change-ended"


async def test_what_is_too_large(client: Client) -> None:
    answer = await client.post("/sign-in", data={"email": "a" * 2_000_000}, headers=JSON)
    many = await client.post("/sign-in", data={str(number): "" for number in range(MAX_FIELDS + 1)}, headers=JSON)

    assert (answer.status_code, told(answer)["code"]) == (413, "body-too-large")
    assert (many.status_code, told(many)["code"]) == (400, "unreadable")


async def test_who_tries_too_often_is_told_how_long_to_wait(client: Client) -> None:
    for _ in range(MAX_EMAILS):
        assert (await client.post("/sign-in", data={"email": "a@example.org"})).status_code == 303

    answer = await client.post("/sign-in", data={"email": "a@example.org"}, headers=JSON)

    assert (answer.status_code, told(answer)["code"]) == (429, "too-many-tries")
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60


async def test_a_bug_is_told_without_its_words(settings: Settings, database: None) -> None:
    async def breaks(_request: Request) -> Any:
        raise ZeroDivisionError

    app = create_app(settings)
    app.router.routes.insert(0, Route("/breaks", breaks))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as broken:
        answer = await broken.get("/breaks", headers={**JSON, "accept-language": "zh-CN"})

    assert (answer.status_code, told(answer)["code"]) == (500, "broken")
    assert answer.headers["content-language"] == "zh-Hans"
    assert "ZeroDivisionError" not in answer.text


@on_sqlite
async def test_a_database_that_another_program_keeps(client: Client, settings: Settings) -> None:
    await factories.signed_in(client, await factories.person(full_name="Li Na"))

    with locked(settings):
        answer = await client.post("/account", data={"full_name": "Na", "time_zone": ""}, headers=JSON)

    assert (answer.status_code, told(answer)["code"]) == (503, "database-unavailable")
    assert (answer.headers["retry-after"], answer.headers["cache-control"]) == ("10", "no-store")


def test_a_server_that_ends() -> None:
    answer = too_late(asking(MEDIA_TYPE, "POST"))
    assert (answer.status_code, answer.media_type) == (503, MEDIA_TYPE)
    assert b'"server-ending"' in answer.body
    assert too_late(asking(None, "POST")).media_type == "text/html"


# What nobody sent sensibly: every place of the table, asked by a program ------------------------------------------


async def test_no_program_is_answered_by_a_page_of_errors(client: Client) -> None:
    there = await world.build(client.settings)
    pages: list[tuple[str, str, int]] = []
    asked = 0
    for place in world.places(ROUTES):
        for caller in ("anonymous", "organiser", "enterprise"):
            headers = {**JSON, "cookie": f"{sessions.cookie_name(client.settings)}={there.tokens.get(caller, '')}"}
            answer = await client.request(place.method, place.path(there.own), headers=headers)
            if answer.status_code < 400:
                continue
            asked += 1
            if answer.headers["content-type"] != MEDIA_TYPE or answer.json()["status"] != answer.status_code:
                pages.append((caller, f"{place.method} {place.template}", answer.status_code))
    assert pages == []
    assert asked > 200
