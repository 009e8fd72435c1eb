"""A session that has ended does not take along what somebody typed."""

from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette

from server.models import HeldForm, Need
from tests import factories
from tests.client import Client
from tests.filling import filled

TEXT = "希望在镝含量不超过 1.0 wt% 的前提下保持矫顽力，并能用于厚度 6 mm 以上的磁体。"


async def typed_and_signed_out(client: Client) -> tuple[str, str]:
    """A need is typed while the session ends; where the press of the button leads, and the path of the form."""
    event = await factories.event()
    party = await factories.enterprise(event, needs=0)
    [delegate] = await factories.delegates_of(party)
    await factories.signed_in(client, delegate)
    path = f"/e/{event.slug}/me/needs/new"
    form = filled((await client.get(path)).text, "title", title="磁体", text=TEXT, modes="project", topics="mat.mag")
    token = client.cookies["session"]
    await client.post("/sign-out")
    client.set_cookie("session", token)
    answer = await client.post(path, data=form)
    assert answer.status_code == 303
    return answer.headers["location"], path


def next_of(location: str) -> str:
    return parse_qs(urlsplit(location).query)["next"][0]


async def test_what_was_typed_stands_in_its_page_after_signing_in_again(client: Client) -> None:
    location, path = await typed_and_signed_out(client)
    assert "What you entered is kept" in (await client.get(location)).text
    going = next_of(location)
    assert going.startswith(f"{path}?held=")
    held = await HeldForm.get()
    await held.fetch_related("person")
    await factories.signed_in(client, held.person)
    page = (await client.get(going)).text
    assert "It is not saved yet." in page
    form = filled(page, "title")
    assert (form["title"], form["text"]) == (["磁体"], [TEXT])
    assert (await client.post(path, data=form)).status_code == 303
    assert (await Need.get()).text == TEXT


async def test_it_goes_on_in_another_browser(app: Starlette, client: Client) -> None:
    location, _path = await typed_and_signed_out(client)
    held = await HeldForm.get().select_related("person")
    async with Client(app) as phone:
        await factories.signed_in(phone, held.person)
        assert TEXT in (await phone.get(next_of(location))).text


async def test_nobody_else_sees_what_was_typed(client: Client) -> None:
    location, _path = await typed_and_signed_out(client)
    held = await HeldForm.get()
    event = await factories.event()
    stranger = await factories.enterprise(event)
    [delegate] = await factories.delegates_of(stranger)
    await factories.delegate(await factories.enterprise(await factories.event()), delegate)
    await factories.signed_in(client, delegate)
    held.path = f"/e/{event.slug}/me/needs/new"
    await held.save()
    page = (await client.get(next_of(location).replace(next_of(location).partition("?")[0], held.path))).text
    assert TEXT not in page


async def test_an_expired_code_keeps_the_way_to_what_was_typed(client: Client) -> None:
    location, path = await typed_and_signed_out(client)
    page = (await client.get(location)).text
    form = filled(page, "email", email="someone@example.org")
    assert form["next"][0].startswith(f"{path}?held=")
