"""An event's slug can change: the former one redirects to the event, and no other event gets it."""

import asyncio
from dataclasses import replace

import pytest

from server.errors import Refused
from server.events import service
from server.events.values import EventValues
from server.models import Event, FormerAddress
from server.routes import ROUTES
from server.slugs import as_address
from tests import factories, world
from tests.client import Client


async def renamed(event: Event, *slugs: str) -> None:
    for slug in slugs:
        now = await Event.get(id=event.id)
        await service.change(now, replace(EventValues.of(now), slug=slug))


# Former addresses -------------------------------------------------------------------------------------------------


async def test_every_page_is_found_under_each_address_that_the_event_had(client: Client) -> None:
    event = await factories.event(slug="old")
    await factories.signed_in(client, (await factories.organiser(event)).person)
    await renamed(event, "newer", "newest")
    for path in ("", "/desk", "/plans", "/register/expert/work", "/settings"):
        for old in ("old", "newer"):
            answer = await client.get(f"/e/{old}{path}?x=1&y=%E5%AF%B9")
            there = (answer.status_code, answer.headers["location"])
            assert there == (301, f"/e/newest{path}?x=1&y=%E5%AF%B9")
            assert (await client.get(there[1])).status_code == 200


async def test_redirects_of_former_addresses_are_not_cached(client: Client) -> None:
    event = await factories.event(slug="old")
    await renamed(event, "new")
    assert (await client.get("/e/old")).headers["cache-control"] == "private, no-store"
    await renamed(event, "old")
    assert ((await client.get("/e/old")).status_code, (await client.get("/e/new")).status_code) == (200, 301)


async def test_a_form_opened_before_the_change_is_accepted(client: Client) -> None:
    event = await factories.event(slug="old", halls=0)
    await factories.signed_in(client, (await factories.organiser(event)).person)
    await renamed(event, "new")
    form = {"name_en": "Sea hall", "tables": "2"}
    answer = await client.post("/e/old/halls", data=form)
    assert (answer.status_code, answer.headers["location"]) == (308, "/e/new/halls")
    await client.post("/e/old/halls", data=form, follow_redirects=True)
    assert [hall.name for hall in await factories.halls_of(event)] == [{"en": "Sea hall"}]


async def test_each_route_redirects_to_itself_under_the_new_address(client: Client) -> None:
    there = await world.build(client.settings)
    await renamed(there.event, "elsewhere")
    for place in world.places(ROUTES):
        if "{slug}" in place.template:
            answer = await client.request(place.method, place.path(there.own))
            moved = place.path({**there.own, "slug": "elsewhere"})
            assert (answer.status_code, answer.headers["location"]) == (301 if place.method == "GET" else 308, moved)


async def test_a_former_address_is_given_to_no_other_event(client: Client) -> None:
    event, other = await factories.event(slug="old"), await factories.event(slug="other")
    creator = await factories.person(may_create_events=True)
    await renamed(event, "new")
    with pytest.raises(service.AddressTaken):
        await renamed(other, "old")
    values = EventValues.of(other)
    with pytest.raises(service.AddressTaken):
        await service.create(creator, replace(values, slug="old"))
    assert await service.create(creator, replace(values, slug="another"))


async def test_an_event_that_takes_an_address_back_keeps_the_one_between(database: None) -> None:
    event = await factories.event(slug="old")
    await renamed(event, "new", "old", "new", "old")
    assert [former.slug for former in await FormerAddress.all()] == ["new"]
    assert (await Event.get(id=event.id)).slug == "old"


async def test_of_two_that_want_one_address_at_the_same_time_one_gets_it(database: None) -> None:
    events = [await factories.event() for _ in range(4)]
    done = await asyncio.gather(*(renamed(event, "wanted") for event in events), return_exceptions=True)
    assert [type(each) for each in done if each is not None] == [service.AddressTaken] * 3
    assert await Event.filter(slug="wanted").count() == 1
    assert all(isinstance(each, Refused) for each in done if each)


# Typed addresses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["beilun-2026。", "beilun-2026.", "beilun-2026，", "beilun-2026,", "beilun-2026）", "beilun-2026!", "Beilun-2026",
     "BEILUN-2026", "ｂｅｉｌｕｎ－２０２６", "beilun–2026", "beilun-2026\u200b", "«beilun-2026»", "beilun-2026、 "],
)  # fmt: skip
async def test_an_address_is_found_however_it_is_typed(client: Client, typed: str) -> None:
    await factories.event(slug="beilun-2026")
    for path in ("", "/register/expert"):
        answer = await client.get(f"/e/{typed}{path}")
        assert (answer.status_code, answer.headers["location"]) == (301, f"/e/beilun-2026{path}")


@pytest.mark.parametrize(
    "path", ["/E/beilun-2026", "/E/BEILUN-2026", "/e/beilun-2026/Register/Expert", "/e/beilun-2026/register/expert。",
             "/e/beilun-2026/register/expert).", "/E/old.", "/Sign-In", "/sign-in。"]
)  # fmt: skip
async def test_a_page_is_found_in_other_case_and_at_the_end_of_a_sentence(client: Client, path: str) -> None:
    await renamed(await factories.event(slug="old"), "beilun-2026")
    answer = await client.get(path, follow_redirects=True)
    if path.endswith("Expert"):
        assert answer.status_code == 404
    else:
        assert (answer.status_code, answer.history[0].status_code) == (200, 301)


@pytest.mark.parametrize(
    "path", ["/nowhere。", "/e/none.", "/e/none/desk。", "/。", "/e/。", "/e/../x.", "//evil.example."]
)
async def test_an_unknown_path_stays_not_found(client: Client, path: str) -> None:
    answer = await client.get(f"http://testserver{path}", follow_redirects=True)
    assert answer.status_code in (404, 200)
    assert answer.url.host == "testserver"


@pytest.mark.parametrize("typed", ["", "。", "---", "\u200b", "对接"])
def test_a_text_without_letters_is_not_an_address(typed: str) -> None:
    assert as_address(typed) in ("", "对接")
