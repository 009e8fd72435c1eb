"""Typed text survives the end of a session."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette

from server.models import Confidentiality, HeldForm, Need, NeedState
from tests import factories, uploaded
from tests.client import Client
from tests.filling import filled

TEXT = "希望在镝含量不超过 1.0 wt% 的前提下保持矫顽力，并能用于厚度 6 mm 以上的磁体。"


async def typed_and_signed_out(client: Client) -> tuple[str, str]:
    """Send a need after the session has ended; return where the answer leads, and the path of the form."""
    event = await factories.event()
    party = await factories.enterprise(event, await factories.person(locale="en"), needs=0)
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


async def test_typed_text_is_shown_again_after_signing_in(client: Client) -> None:
    location, path = await typed_and_signed_out(client)
    assert "Your text is kept" in (await client.get(location)).text
    going = next_of(location)
    assert going.startswith(f"{path}?held=")
    held = await HeldForm.get()
    await held.fetch_related("person")
    await factories.signed_in(client, held.person)
    page = (await client.get(going)).text
    assert "in the form again, but not saved yet" in page
    form = filled(page, "title")
    assert (form["title"], form["text"]) == (["磁体"], [TEXT])
    assert (await client.post(path, data=form)).status_code == 303
    assert (await Need.get()).text == TEXT


async def test_a_kept_form_can_be_continued_in_another_browser(app: Starlette, client: Client) -> None:
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


async def at_need_when_the_session_ends(client: Client, **typed: Any) -> tuple[Need, str]:
    """Change a released need after the session has ended; return the need, and where signing in leads. None removes a
    field.
    """
    event = await factories.event()
    party = await factories.enterprise(event, await factories.person(locale="en"), needs=0)
    need = await factories.need(party, confidentiality=Confidentiality.STAGED, is_released=True)
    [delegate] = await factories.delegates_of(party)
    await factories.signed_in(client, delegate)
    path = f"/e/{event.slug}/me/needs/{need.id}"
    form = {k: v for k, v in filled((await client.get(path)).text, "title", **typed).items() if v is not None}
    client.cookies.clear()
    answer = await client.post(path, data=form)
    await factories.signed_in(client, delegate)
    return need, next_of(answer.headers["location"])


async def test_unticked_boxes_stay_unticked_after_signing_in(client: Client) -> None:
    need, going = await at_need_when_the_session_ends(client, is_released=None)
    form = filled((await client.get(going)).text, "title")
    assert "is_released" not in form
    await client.post(going.partition("?")[0], data=form)
    assert not (await Need.get(id=need.id)).is_released


async def test_changes_saved_by_others_meanwhile_are_not_undone(client: Client) -> None:
    need, going = await at_need_when_the_session_ends(client, title="Магниты")
    await Need.filter(id=need.id).update(title="磁体")
    answer = await client.post(going.partition("?")[0], data=filled((await client.get(going)).text, "title"))
    assert answer.status_code == 409
    assert "磁体" in answer.text and "Магниты" in answer.text
    assert (await Need.get(id=need.id)).title == "磁体"


async def test_text_typed_into_a_removed_need_can_be_posted_as_a_new_one(client: Client) -> None:
    need, going = await at_need_when_the_session_ends(client, text=TEXT)
    await Need.filter(id=need.id).update(state=NeedState.WITHDRAWN)
    page = await client.get(going)
    assert TEXT in page.text and "This need was withdrawn while you were editing it" in page.text


async def test_nul_characters_are_left_out(client: Client) -> None:
    event = await factories.event()
    answer = await client.post(f"/e/{event.slug}/settings", data={"name_en": "a\0b", "ti\0tle": ["\0", "c"]})
    assert answer.status_code == 303
    assert (await HeldForm.get()).values == {"name_en": "ab", "title": ["", "c"]}


async def at_import_when_the_session_ends(client: Client, act: str, **typed: str) -> str:
    """Correct a file after the session has ended; return the page after signing in again."""
    event = await factories.event()
    organiser = await factories.organiser(event, await factories.person(locale="en"))
    file = "email,full_name,country,affiliation,headline,offer,topics,modes,languages\nbroken,A,RU,X,H,Offer,,,ru\n"
    upload = await uploaded.upload(event, organiser.person, file.encode())
    client.cookies.clear()
    answer = await client.post(f"/e/{event.slug}/import/{upload.id}{act}", data=typed)
    await factories.signed_in(client, organiser.person)
    return (await client.get(next_of(answer.headers["location"]), follow_redirects=True)).text


async def test_corrections_of_an_upload_are_shown_again(client: Client) -> None:
    typed = {"cell-0-2-full_name": "Вера Ким", "leave-0-2": "yes", "column-0-3": "none"}
    page = await at_import_when_the_session_ends(client, "", **typed)
    form = filled(page, "cell-0-2-full_name")
    assert {name: form[name] for name in typed} == {name: [value] for name, value in typed.items()}
    assert "in the form again, but not saved yet" in page


async def test_a_form_without_a_page_of_its_own_is_kept_for_the_page_above(client: Client) -> None:
    """Even where the browser does not say which page it came from."""
    event = await factories.event()
    party = await factories.enterprise(event, await factories.person(locale="en"))
    [delegate] = await factories.delegates_of(party)
    answer = await client.post(f"/e/{event.slug}/me/delegates", data={"full_name": "Ли Мин", "email": "li@example.org"})
    await factories.signed_in(client, delegate)
    page = await client.get(next_of(answer.headers["location"]), follow_redirects=True)
    form = filled(page.text, "full_name")
    assert (form["full_name"], form["email"]) == (["Ли Мин"], ["li@example.org"])
