"""No page is a dead end: error pages link back, and URLs of forms can be reloaded."""

import re
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.models import Organiser
from server.roles import Role
from server.routes import ROUTES
from server.routing import on, with_pages
from tests import factories, world
from tests.client import Client
from tests.reading import read
from tests.server.test_access import ask
from tests.world import CALLERS, roles_of


def ways(html: str) -> list[str]:
    """Return where the buttons of a page lead."""
    return re.findall(r'<a class="button[^"]*" href="([^"]*)"', html.partition("<main")[2])


async def test_every_address_that_takes_forms_can_be_asked_for_by_reading(client: Client) -> None:
    there = await world.build(client.settings)
    seen = {}
    for place in world.places(ROUTES):
        callers = [caller for caller in CALLERS if roles_of(caller) & place.may and place.method == "POST"]
        if "batch" in place.objects:  # only the person who uploaded it sees it
            callers = [caller for caller in callers if caller == "leader"]
        if not callers or "{token}" in place.template:
            continue
        headers = {"cookie": f"session={there.tokens.get(callers[-1 if callers == list(CALLERS) else 0], '')}"}
        answer = await client.get(place.path(there.own), headers=headers, follow_redirects=True)
        seen[place.template] = answer.status_code
    assert len(seen) > 30
    assert {path: status for path, status in seen.items() if status != 200} == {}


async def test_the_form_of_something_that_is_gone_leads_to_its_list(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    [hall] = await factories.halls_of(event)
    asks = f"/e/{event.slug}/halls/{hall.id}/remove"
    asked = await client.get(asks)
    await client.post(asks)
    again = await client.post(asks)
    assert [asked.status_code, again.status_code] == [200, 404]
    assert f"/e/{event.slug}/halls" in read(again).links


async def test_people_who_may_not_send_a_form_are_not_redirected_to_it(client: Client) -> None:
    there = await world.build(client.settings)
    [place] = [p for p in world.places(ROUTES) if (p.method, p.template) == ("GET", "/e/{slug}/me/delegates")]
    answers = {caller: await ask(client, there, caller, place, there.own) for caller in ("anonymous", "expert")}
    assert answers["anonymous"].headers["location"].startswith("/sign-in?next=")
    assert answers["expert"].status_code == 404


def test_a_form_without_a_page_of_its_own_belongs_to_the_nearest_above() -> None:
    async def view(request: Request) -> Response:
        return PlainTextResponse("")

    table = with_pages(
        [
            on("GET", "/a", view, Role.ANYONE),
            on("POST", "/a", view, Role.ANYONE),
            on("POST", "/a/{x}/b", view, Role.SIGNED_IN),
            on("POST", "/c", view, Role.ANYONE, page="/a"),
        ]
    )
    endpoints: list[tuple[str, Any]] = [
        (route.path, route.endpoint) for route in table if isinstance(route, Route) and "GET" in (route.methods or ())
    ]
    made = [(path, endpoint.may) for path, endpoint in endpoints]
    assert made == [
        ("/a", frozenset({Role.ANYONE})),
        ("/a/{x}/b", frozenset({Role.SIGNED_IN})),
        ("/c", frozenset({Role.ANYONE})),
    ]


# Errors -----------------------------------------------------------------------------------------------------------


async def test_a_page_that_is_missing_leads_back_to_the_one_with_the_link(client: Client) -> None:
    headers = {"referer": "http://testserver/sign-in?next=%2Faccount"}
    assert ways((await client.get("/nowhere", headers=headers)).text)[0] == "/sign-in?next=%2Faccount"


@pytest.mark.parametrize(
    "referer",
    ["", "https://evil.example/x", "http://testserver//evil.example", "http://testserver/nowhere", "about:blank"],
)
async def test_without_a_page_of_ours_to_go_back_to_it_leads_home(client: Client, referer: str) -> None:
    assert ways((await client.get("/nowhere", headers={"referer": referer})).text)[0] == "/"


async def test_an_error_page_in_an_event_links_to_the_event(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, await factories.person())
    answer = await client.get(f"/e/{event.slug}/settings")
    assert (answer.status_code, ways(answer.text)[0]) == (404, f"/e/{event.slug}")


async def test_a_refused_form_leads_back_to_its_page(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    [organiser] = await Organiser.filter(event_id=event.id)
    path = f"/e/{event.slug}/organisers"
    refused = f"{path}/{organiser.id}/remove"
    for headers, page in (({}, refused), ({"referer": f"http://testserver{path}"}, path)):
        answer = await client.post(refused, headers=headers)
        back = await client.get(ways(answer.text)[0], follow_redirects=True)
        assert (answer.status_code, back.status_code, back.url.path) == (409, 200, page)


async def test_a_form_of_another_site_leads_to_the_form_here(client: Client) -> None:
    answer = await client.post("/sign-in", data={"email": "a@example.org"}, headers={"origin": "https://evil.example"})
    assert (answer.status_code, ways(answer.text)[0]) == (403, "/sign-in")


async def test_a_waiting_time_is_shown_once_as_one_number(client: Client) -> None:
    for _ in range(6):
        answer = await client.post("/sign-in", data={"email": "anna@example.org"})
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert answer.status_code == 429
    assert len(re.findall(r"\d+\s+(?:minute|hour)", main)) == 1
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    assert ways(answer.text)[0] == "/sign-in"
