"""Pressing a button twice acts once."""

import asyncio

from server.models import Hall, PlenaryItem
from tests import factories
from tests.client import Client
from tests.filling import filled


async def organiser_at(client: Client) -> str:
    event = await factories.event(halls=0)
    organiser = await factories.organiser(event)
    await factories.signed_in(client, organiser.person)
    return f"/e/{event.slug}"


async def test_a_second_press_gives_the_first_result(client: Client) -> None:
    here = await organiser_at(client)
    form = filled((await client.get(f"{here}/halls")).text, "tables", name_en="Blue hall", tables="3")
    first, second = [await client.post(f"{here}/halls", data=form) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"] == f"{here}/halls?notice=saved"
    assert await Hall.all().count() == 1


async def test_presses_at_the_same_moment_make_one_item(client: Client) -> None:
    here = await organiser_at(client)
    page = (await client.get(f"{here}/plenary")).text
    form = filled(page, "side", name_en="Opening", day="2031-05-20", start="09:00", end="09:30")
    answers = await asyncio.gather(*(client.post(f"{here}/plenary", data=form) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {303}
    assert await PlenaryItem.all().count() == 1


async def test_the_same_form_opened_again_makes_a_second_one(client: Client) -> None:
    here = await organiser_at(client)
    for _ in range(2):
        form = filled((await client.get(f"{here}/halls")).text, "tables", name_en="Blue hall", tables="3")
        await client.post(f"{here}/halls", data=form)
    assert await Hall.all().count() == 2


async def test_a_form_without_a_key_sent_twice_at_once_acts_once(client: Client) -> None:
    here = await organiser_at(client)
    form = {"name_en": "Blue hall", "tables": "3"}
    await asyncio.gather(*(client.post(f"{here}/halls", data=form) for _ in range(3)))
    assert await Hall.all().count() == 1


async def test_a_press_that_was_refused_can_be_repeated(client: Client) -> None:
    """The key is undone with what it stood for."""
    event = await factories.event(slug="taken")
    organiser = await factories.organiser(event)
    person = organiser.person
    person.may_create_events = True
    await person.save()
    await factories.signed_in(client, person)
    page = (await client.get("/events/new")).text
    values = {"name_en": "Days", "opens_on": "2031-05-01", "closes_on": "2031-05-02"}
    form = filled(page, "slug", slug="taken", **values)
    assert (await client.post("/events/new", data=form)).status_code == 409
    assert (await client.post("/events/new", data={**form, "slug": "free"})).status_code == 303


async def test_another_name_typed_after_going_back_makes_another_one(client: Client) -> None:
    """The browser shows the page as it was, with the key that it had."""
    here = await organiser_at(client)
    form = filled((await client.get(f"{here}/halls")).text, "tables", name_en="Blue hall", tables="3")
    for name in ("Blue hall", "Red hall", "Red hall"):
        assert (await client.post(f"{here}/halls", data={**form, "name_en": name})).status_code == 303
    assert [hall.name for hall in await Hall.all().order_by("id")] == [{"en": "Blue hall"}, {"en": "Red hall"}]
