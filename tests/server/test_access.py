"""Who can open what: every route, requested by every caller.

`tests/data/permissions.txt` is reviewed by people. It is written again by

    DUIJIE_WRITE_PERMISSIONS=1 .venv/bin/python -m pytest tests/server/test_access.py

and reviews look at its difference in git: a new route, or one that admits other callers, fails until then.
"""

import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from server.accounts import sessions
from server.models import Delegate, Event, Right, Session
from server.roles import Role
from server.routes import ROUTES
from server.routing import on, refuse_undeclared
from tests import factories, world
from tests.client import Client
from tests.conftest import ENGINE
from tests.world import CALLERS, MISSING, Place, World, roles_of

TABLE = Path(__file__).parent.parent / "data" / "permissions.txt"
GROUPS = {"everyone": CALLERS, "everyone signed in": CALLERS[1:]}
IN, SIGN_IN, NOT_FOUND, RIGHT_NEEDED = "in", "sign in", "404", "403"
# Both databases give the same answers here, so that every fourth place is enough on PostgreSQL.
STEP = 1 if ENGINE == "sqlite" else 4
# Answers of views behind their gate: gone, conflict, faults.
PASSED = {409, 410, 422}


async def ask(client: Client, there: World, caller: str, place: Place, values: Mapping[str, str]) -> httpx2.Response:
    headers = {"cookie": f"{sessions.cookie_name(client.settings)}={there.tokens.get(caller, '')}"}
    return await client.request(place.method, place.path(values), headers=headers)


def verdict(answer: httpx2.Response) -> str:
    """Return IN, SIGN_IN or NOT_FOUND, or else the status, which no cell of the table expects."""
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next="):
        return SIGN_IN
    return IN if answer.status_code < 400 or answer.status_code in PASSED else str(answer.status_code)


async def verdicts(client: Client) -> dict[Place, dict[str, str]]:
    """Return for each place what each caller gets, for objects that belong to the callers without prefix."""
    there, found = await world.build(client.settings), {}
    for place in islice(world.places(ROUTES), 0, None, STEP):
        cells: dict[str, str] = {}
        is_done = False
        for caller in CALLERS:
            if is_done and place.objects:
                # So that the next caller finds the object unchanged.
                there, is_done = await world.build(client.settings), False
            answer = await ask(client, there, caller, place, there.own)
            cells[caller] = verdict(answer)
            is_done |= place.method != "GET" and answer.status_code < 400 and cells[caller] == IN
        if is_done:
            there = await world.build(client.settings)
        found[place] = cells
    return found


def line(place: Place, cells: Mapping[str, str]) -> str:
    let_in = tuple(caller for caller in CALLERS if cells[caller] == IN)
    shown = next((name for name, group in GROUPS.items() if group == let_in), ", ".join(let_in))
    return f"{place.method} {place.template}: {shown}"


async def test_each_role_reaches_exactly_the_routes_in_the_reviewed_table(client: Client) -> None:
    found = await verdicts(client)
    lines = [line(place, cells) for place, cells in found.items()]
    if os.environ.get("DUIJIE_WRITE_PERMISSIONS"):
        TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == TABLE.read_text(encoding="utf-8").splitlines()[::STEP]
    kept_out = {(place, caller): v for place, cells in found.items() for caller, v in cells.items() if v != IN}
    wrong = {(each.template, caller): v for (each, caller), v in kept_out.items() if v not in refusals(each, caller)}
    assert wrong == {}


def refusals(place: Place, caller: str) -> set[str]:
    """Return how a caller who may not open a place may be answered."""
    if caller == "anonymous":
        return {SIGN_IN}
    if Role.ORGANISER not in roles_of(caller):
        return {NOT_FOUND}
    if roles_of(caller) & place.may:
        return {RIGHT_NEEDED, NOT_FOUND}  # for this object
    return {RIGHT_NEEDED if place.may & {Role.OWNER, *Right} else NOT_FOUND}


def test_the_reviewed_table_agrees_with_the_roles_of_routes() -> None:
    named = {f"{place.method} {place.template}": place.may for place in world.places(ROUTES)}
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        place, _, let_in = row.partition(": ")
        callers = GROUPS.get(let_in, let_in.split(", "))
        assert [caller for caller in callers if not roles_of(caller) & named[place]] == [], place


@pytest.mark.parametrize("whose", ["another event's", "nobody's"])
async def test_objects_of_others_are_not_found(client: Client, whose: str) -> None:
    there = await world.build(client.settings)
    missing = {**dict.fromkeys(there.own, str(MISSING)), "token": "x" * 43, "slug": there.event.slug}
    values = there.foreign if whose == "another event's" else missing
    seen = {}
    for place in world.places(ROUTES):
        if not place.objects or place.is_way or "/e/{slug}/" not in place.template:
            continue
        for caller in CALLERS:
            if roles_of(caller) & place.may:
                answer = await ask(client, there, caller, place, values)
                seen[f"{caller}: {place.method} {place.template}"] = answer.status_code
    assert seen
    assert {place: status for place, status in seen.items() if status != 404} == {}


async def test_a_path_of_an_event_that_does_not_exist_is_not_found_even_before_signing_in(client: Client) -> None:
    there = await world.build(client.settings)
    nowhere = {**there.own, "slug": "no-such-event"}
    seen = {
        f"{caller}: {place.method} {place.template}": (await ask(client, there, caller, place, nowhere)).status_code
        for place in world.places(ROUTES)
        for caller in ("anonymous", "organiser")
        if "{slug}" in place.template
    }
    assert set(seen.values()) == {404}


@pytest.mark.parametrize("number", ["0", "-1", "2147483648", "9223372036854775808", "9" * 5000, "1.5", "१", "%00"])
async def test_an_impossible_id_is_not_found(client: Client, number: str) -> None:
    there = await world.build(client.settings)
    seen = {}
    for place in world.places(ROUTES):
        if ":int}" in place.template and not place.is_way:
            values = {**dict.fromkeys(there.own, number), "slug": there.event.slug}
            callers = ("organiser", "expert", "enterprise", "leader", "administrator")
            caller = next(each for each in callers if roles_of(each) & place.may)
            seen[place.template] = (await ask(client, there, caller, place, values)).status_code
    assert set(seen.values()) == {404}


@pytest.mark.parametrize("slug", ["%00", "%ED%A0%80", "%F0%9F%A6%8A", "a" * 10_000, "..", "%2e%2e", "a%2fb", "'--"])
async def test_an_impossible_event_address_is_not_found(client: Client, slug: str) -> None:
    assert (await client.get(f"/e/{slug}/settings")).status_code == 404


async def test_after_signing_in_the_requested_page_is_shown(client: Client) -> None:
    event = await factories.event()
    answer = await client.get(f"/e/{event.slug}/halls?x=1")
    assert answer.headers["location"] == f"/sign-in?next=%2Fe%2F{event.slug}%2Fhalls%3Fx%3D1"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
async def test_a_wrong_method_gets_a_page_that_says_so(client: Client, method: str) -> None:
    answer = await client.request(method, "/sign-in/code" if method != "POST" else "/account/none")
    assert answer.status_code == (405 if method != "POST" else 404)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_head_answers_like_get_without_a_body(client: Client) -> None:
    answer = await client.head("/sign-in")
    assert (answer.status_code, answer.content) == (200, b"")


async def view(request: Request) -> Response:
    return PlainTextResponse("secret")


def test_a_route_without_roles_prevents_the_start() -> None:
    with pytest.raises(RuntimeError, match="does not say who may call it"):
        refuse_undeclared([on("GET", "/fine", view, Role.ANYONE), Route("/bare", view)], frozenset())


def test_a_route_for_organisers_without_a_right_prevents_the_start() -> None:
    with pytest.raises(RuntimeError, match="does not say which right an organiser needs"):
        on("GET", "/e/{slug}/new-page", view, [Role.ORGANISER, Role.EXPERT])


def test_a_mount_not_listed_as_public_prevents_the_start() -> None:
    with pytest.raises(RuntimeError, match="does not say who may call it"):
        refuse_undeclared([Mount("/files", routes=[])], frozenset({"/static"}))


def test_a_route_with_an_empty_set_of_roles_prevents_the_start() -> None:
    with pytest.raises(RuntimeError, match="does not say who may call it"):
        refuse_undeclared([on("GET", "/nobody", view, [])], frozenset())


# Roles in memory --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["organiser", "expert", "enterprise", "interpreter", "translator", "reviewer", "crew"])
async def test_a_role_that_is_taken_away_is_gone_at_the_next_request(client: Client, role: str) -> None:
    event, nobody = await factories.event(), await factories.person()
    made: Mapping[str, Callable[[], Awaitable[Any]]] = {
        "organiser": partial(factories.organiser, event),
        "expert": partial(factories.expert, event),
        "enterprise": partial(_delegate, event),
        "interpreter": partial(factories.interpreter, event),
        "translator": partial(factories.translator, event),
        "reviewer": partial(factories.reviewer, event),
        "crew": partial(factories.crew, event),
    }
    held = await made[role]()
    path = {
        "organiser": "halls",
        "interpreter": "agenda",
        "translator": "translations",
        "reviewer": "review",
        "crew": "arrivals",
    }.get(role, "matches")
    await factories.signed_in(client, held.person)
    before = await client.get(f"/e/{event.slug}/{path}")
    # As another process does it: only the counter tells this one.
    await type(held).filter(id=held.id).update(person_id=nobody.id)
    after = await client.get(f"/e/{event.slug}/{path}")
    assert (before.status_code, after.status_code) == (200, 404)


async def _delegate(event: Event) -> Delegate:
    return await factories.delegate(await factories.enterprise(event))


async def test_a_new_role_holds_at_the_next_request(client: Client) -> None:
    event, person = await factories.event(), await factories.person()
    await factories.signed_in(client, person)
    before = await client.get(f"/e/{event.slug}/halls")
    await factories.organiser(event, person)
    after = await client.get(f"/e/{event.slug}/halls")
    assert (before.status_code, after.status_code) == (404, 200)


async def test_a_session_that_has_ended_opens_nothing_more(client: Client) -> None:
    event = await factories.event()
    organiser = await factories.organiser(event)
    await factories.signed_in(client, organiser.person)
    before = await client.get(f"/e/{event.slug}/halls")
    await Session.filter(person_id=organiser.person_id).update(expires_at=datetime.now(UTC))
    after = await client.get(f"/e/{event.slug}/halls")
    assert (before.status_code, after.status_code) == (200, 303)
