from collections.abc import AsyncIterator
from itertools import cycle

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from server.app import create_app
from server.middleware import network_of
from server.models import Person
from server.roles import Role
from server.routes import ROUTES
from server.routing import on
from tests import factories, world
from tests.client import Client
from tests.world import Place

PROTECTION = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


async def breaks(request: Request) -> Response:
    raise ZeroDivisionError("a bug")


@pytest.fixture
async def broken(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a browser of an application with a page that raises an exception."""
    monkeypatch.setattr("server.app.ROUTES", [*ROUTES, on("GET", "/breaks", breaks, Role.ANYONE)])
    transport = httpx2.ASGITransport(app=create_app(app.state.settings), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as browser:
        yield browser


def protection(answer: httpx2.Response) -> dict[str, str | None]:
    return {name: answer.headers.get(name) for name in PROTECTION}


# Protection -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/account", 303),
        ("GET", "/nowhere", 404),
        ("POST", "/sign-in", 422),
        ("DELETE", "/sign-in", 405),
        ("GET", "/static/css/base.css", 200),
        ("GET", "/static/css/none.css", 404),
        ("GET", "/names/latin", 200),
        ("GET", "/healthz", 200),
        ("GET", "/cal/unknown.ics", 404),
    ],
)
async def test_every_kind_of_answer_is_protected(client: Client, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, protection(answer)) == (status, PROTECTION)


async def test_an_answer_to_another_host_is_protected(client: Client) -> None:
    answer = await client.get("/", headers={"host": "evil.example"})
    assert (answer.status_code, protection(answer)) == (400, PROTECTION)


async def test_a_body_that_is_too_large_gets_a_protected_page(client: Client) -> None:
    answer = await client.post("/sign-in", data={"email": "x" * 1_100_000})
    assert (answer.status_code, protection(answer)) == (413, PROTECTION)
    assert "Too large to send" in answer.text


async def test_the_page_for_a_too_large_body_is_in_the_readers_language(client: Client) -> None:
    large = {"email": "x" * 1_100_000}
    assert '<html lang="ru"' in (await client.post("/sign-in", data=large, headers={"accept-language": "ru"})).text


async def test_a_route_can_accept_larger_bodies(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    files = {"files": ("picture.png", b"\x89PNG" + bytes(2_000_000))}
    assert (await client.post(f"/e/{event.slug}/import", files=files)).status_code == 422


async def test_a_body_that_grows_past_the_limit_is_refused_as_well(client: Client) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (await client.post("/sign-in", content=body(), headers=headers)).status_code == 413


async def test_a_bug_gets_a_protected_page_without_details(broken: httpx2.AsyncClient) -> None:
    answer = await broken.get("/breaks")
    assert (answer.status_code, protection(answer)) == (500, PROTECTION)
    assert "ZeroDivisionError" not in answer.text
    assert "The problem is on our side" in answer.text


async def test_a_bug_is_answered_in_the_readers_language(broken: httpx2.AsyncClient) -> None:
    answer = await broken.get("/breaks", headers={"accept-language": "ru"})
    assert '<html lang="ru"' in answer.text


def test_nothing_in_the_policy_is_unsafe_or_of_another_site() -> None:
    assert [word for word in ("unsafe", "*", "http", "blob:") if word in PROTECTION["content-security-policy"]] == []


async def test_pages_are_kept_by_no_cache_and_digested_files_for_ever(client: Client) -> None:
    page, file = await client.get("/sign-in"), await client.get("/static/css/base.css?v=abc")
    assert page.headers["cache-control"] == "private, no-cache"
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_over_https_browsers_get_an_hsts_header(app: Starlette) -> None:
    settings = app.state.settings.model_copy(update={"base_url": "https://duijie.example"})
    transport = httpx2.ASGITransport(app=create_app(settings))
    async with httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as browser:
        assert (await browser.get("/healthz")).headers["strict-transport-security"] == "max-age=31536000"


# Other sites ------------------------------------------------------------------------------------------------------


OF_OTHER_SITES: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": ""},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "null", "referer": "https://evil.example/form"},
    {"origin": "null", "referer": "http://testserver.evil.example/"},
    {"origin": "null", "referer": "http://testserver@evil.example/"},
    {"origin": "http://testserver:8080"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "http://["},
    {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
]


def changing_places() -> list[Place]:
    return [place for place in world.places(ROUTES) if place.method != "GET"]


@pytest.mark.parametrize("headers", OF_OTHER_SITES)
async def test_forms_of_other_sites_are_refused_everywhere(client: Client, headers: dict[str, str]) -> None:
    there = await world.build(client.settings)
    await factories.signed_in(client, there.people["organiser"] or Person())
    answers = [
        await client.request(place.method, place.path(there.own), headers=headers) for place in changing_places()
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len(answers) > 20


async def test_forms_of_other_sites_are_refused_at_every_address_in_turn(client: Client) -> None:
    there = await world.build(client.settings)
    await factories.signed_in(client, there.people["organiser"] or Person())
    asked = list(zip(changing_places(), cycle(OF_OTHER_SITES), strict=False))
    answers = [await client.request(place.method, place.path(there.own), headers=headers) for place, headers in asked]
    assert {answer.status_code for answer in answers} == {403}
    assert len(answers) > len(OF_OTHER_SITES)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://testserver"},
        {"origin": "http://testserver:80"},
        {"origin": "null", "referer": "http://testserver/sign-in?next=%2F"},
    ],
)
async def test_forms_of_this_site_and_of_programs_are_accepted(client: Client, headers: dict[str, str]) -> None:
    answer = await client.post("/sign-in", data={"email": "anna@example.org"}, headers=headers)
    assert answer.headers["location"] == "/sign-in/code"


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("http://duijie.test:8102", "duijie.test:8102"),
        ("http://Duijie.Test", "duijie.test"),
        ("http://duijie.test:80", "duijie.test"),
        ("https://duijie.test:443", "duijie.test"),
        ("http://192.0.2.7:8000", "192.0.2.7:8000"),
        ("http://[2001:db8::7]:8000", "[2001:db8::7]:8000"),
        ("http://对接.中国", "xn--cet81p.xn--fiqs8s"),
        ("http://bücher.example:8000", "xn--bcher-kva.example:8000"),
    ],
)
async def test_forms_work_under_every_address_that_an_installation_may_have(
    app: Starlette, base_url: str, host: str
) -> None:
    settings = app.state.settings.model_copy(update={"base_url": base_url})
    transport = httpx2.ASGITransport(app=create_app(settings))
    scheme = base_url.partition(":")[0]
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as browser:

        async def post(origin: str) -> httpx2.Response:
            headers = {"host": host, "origin": origin}
            return await browser.post("/sign-in", data={"email": "anna@example.org"}, headers=headers)

        answers = [await post(origin) for origin in (f"{scheme}://{host}", "null", f"{scheme}://evil.example")]
    assert [answer.status_code for answer in answers] == [303, 403, 403]


async def test_a_proxy_that_changes_the_host_is_not_another_site(client: Client) -> None:
    headers = {"host": "testserver:8000", "origin": "http://testserver"}
    answer = await client.post("/sign-in", data={"email": "anna@example.org"}, headers=headers)
    assert answer.status_code == 303


async def test_a_link_on_another_site_opens_pages(client: Client) -> None:
    answer = await client.get("/sign-in", headers={"sec-fetch-site": "cross-site", "origin": "https://evil.example"})
    assert answer.status_code == 200


# Language ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("zh-CN", "zh-Hans"),
        ("zh-TW,zh;q=0.9", "zh-Hans"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("fr,en;q=0.5", "fr"),
        ("it,en;q=0.5", "en"),
        ("tlh", "en"),
        ("", "en"),
        ("x" * 10_000, "en"),
        ("en;q=abc,ru", "ru"),
        ("kk-KZ,kk;q=0.9,en;q=0.8", "ru"),
        ("uz,en-US;q=0.9", "uz"),
        ("ky,en-US;q=0.9", "ru"),
    ],
)
async def test_the_browsers_preference_chooses_the_language(client: Client, asked: str, shown: str) -> None:
    answer = await client.get("/", headers={"accept-language": asked})
    assert (answer.headers["content-language"], f'<html lang="{shown}"' in answer.text) == (shown, True)


async def test_a_chosen_language_goes_before_the_browsers(client: Client) -> None:
    answer = await client.post("/language", data={"to": "ru", "next": "/sign-in"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert (await client.get("/", headers={"accept-language": "zh"})).headers["content-language"] == "ru"


async def test_the_accounts_language_goes_before_the_cookies(client: Client) -> None:
    await client.post("/language", data={"to": "ru"})
    await factories.signed_in(client, await factories.person(locale="zh_Hans"))
    assert (await client.get("/account")).headers["content-language"] == "zh-Hans"


async def test_choosing_a_language_while_signed_in_changes_the_account(client: Client) -> None:
    person = await factories.person(locale="zh_Hans")
    await factories.signed_in(client, person)
    await client.post("/language", data={"to": "ru"})
    assert (await Person.get(id=person.id)).locale == "ru"


@pytest.mark.parametrize("to", ["tlh", "en_XA", "ar_XB", "zh-Hans", "../ru", "\0"])
async def test_a_language_that_is_not_offered_changes_nothing(client: Client, to: str) -> None:
    await client.post("/language", data={"to": to})
    assert (await client.get("/")).headers["content-language"] == "en"


async def test_pages_say_that_they_depend_on_language_and_account(client: Client) -> None:
    assert (await client.get("/")).headers["vary"] == "Accept-Language, Cookie, Accept-Encoding"


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "", "[", "127.0.0.1"]
)
async def test_a_host_that_is_not_ours_is_refused(client: Client, host: str) -> None:
    assert (await client.get("/", headers={"host": host})).status_code == 400


# Callers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_caller_is_an_ipv4_address_or_an_ipv6_network(host: str, network: str) -> None:
    assert network_of(host) == network
