"""A link or code that no longer works offers a new one to the same address, with the same next page."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette

from server import db
from server.accounts import service
from server.events import organising
from server.models import Event, Organiser, Person, Registration, SignInLink, Slot
from server.registrations import leaving
from server.registrations import service as registrations
from tests import factories
from tests.client import Client
from tests.server.test_sign_in import EMAIL, another, asked, code_in, is_signed_in, letters, path_in

LONG = "/e/beilun/me?x=" + "a" * (500 - len("/e/beilun/me?x="))
LATER = timedelta(days=20)


async def invited(email: str, path: str, event: Event | None = None) -> str:
    return await db.atomic(service.invitation_path)(email, path, event=event)


async def expire() -> None:
    await SignInLink.all().update(expires_at=datetime.now(UTC) - timedelta(seconds=1))


# The code's page --------------------------------------------------------------------------------------------------


async def test_the_page_of_the_code_names_the_address_and_sends_again(client: Client) -> None:
    first = await asked(client, next=LONG)
    assert EMAIL in (await client.get("/sign-in/code")).text
    answer = await client.post("/sign-in/code/again")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/code")
    second = (await letters(client))[-1]
    assert (second["to"], code_in(second) == code_in(first)) == (EMAIL, False)
    assert (await client.post("/sign-in/code", data={"code": code_in(second)})).headers["location"] == LONG


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/code/again"])
async def test_a_browser_that_asked_for_nothing_is_led_to_ask(client: Client, path: str) -> None:
    assert (await client.get(path, follow_redirects=True)).url.path == "/sign-in"
    assert (await client.post("/sign-in/code/again")).headers["location"] == "/sign-in"


async def test_five_wrong_codes_are_told_as_that_with_a_button_for_a_new_one(client: Client) -> None:
    code = code_in(await asked(client, next=LONG))
    pages = [await client.post("/sign-in/code", data={"code": another(code)}) for _ in range(6)]
    assert [answer.status_code for answer in pages] == [422] * 5 + [429]
    for answer in pages[-2:]:
        assert "Wrong codes were entered 5 times." in answer.text
        assert "expired" not in answer.text
        assert "too old" not in answer.text
        assert 'action="/sign-in/code/again"' in answer.text
        assert 'name="code"' not in answer.text
    await client.post("/sign-in/code/again")
    new = code_in((await letters(client))[-1])
    assert (await client.post("/sign-in/code", data={"code": new})).headers["location"] == LONG


async def test_a_code_that_is_too_old_offers_a_new_one(client: Client) -> None:
    code = code_in(await asked(client, next="/account"))
    await expire()
    answer = await client.post("/sign-in/code", data={"code": code})
    assert answer.status_code == 410
    assert 'action="/sign-in/code/again"' in answer.text
    assert EMAIL in answer.text


async def test_the_page_of_the_code_goes_on_once_the_link_was_opened_beside_it(client: Client) -> None:
    letter = await asked(client, next="/account")
    cookies = dict(client.cookies)
    await client.post(path_in(letter))
    client.set_cookie("sign_in_request", cookies["sign_in_request"])
    assert (await client.get("/sign-in/code")).headers["location"] == "/account"


async def test_the_longest_next_path_is_kept_on_another_device(app: Starlette, client: Client) -> None:
    letter = await asked(client, next=LONG)
    async with Client(app) as phone:
        assert (await phone.post(path_in(letter))).headers["location"] == LONG


# Links that have ended --------------------------------------------------------------------------------------------


async def test_an_invitation_that_is_too_old_sends_a_new_e_mail_and_keeps_the_way(client: Client) -> None:
    path = await invited("anna.orlova@example.org", LONG)
    await expire()
    for answer in (await client.get(path), await client.post(path)):
        assert answer.status_code == 410
        assert "This link has expired." in answer.text
        assert "a•••@example.org" in answer.text
        assert "anna.orlova" not in answer.text
        assert f'action="{path}/again"' in answer.text
    sent = await client.post(f"{path}/again")
    assert sent.headers["location"] == "/sign-in/code"
    assert "anna.orlova" not in (await client.get("/sign-in/code")).text
    letter = (await letters(client))[-1]
    assert letter["to"] == "anna.orlova@example.org"
    assert (await client.post(path_in(letter))).headers["location"] == LONG


async def test_a_used_link_says_so_and_sends_a_new_e_mail(app: Starlette, client: Client) -> None:
    path = path_in(await asked(client, next="/account"))
    await client.post(path)
    assert (await client.get(path)).headers["location"] == "/account"
    async with Client(app) as other:
        answer = await other.get(path)
        assert (answer.status_code, "This link was already used." in answer.text) == (410, True)
        await other.post(f"{path}/again")
        assert (await other.post(path_in((await letters(client))[-1]))).headers["location"] == "/account"


async def test_asking_again_by_a_link_is_limited_as_all_asking_is(client: Client) -> None:
    path = await invited(EMAIL, "/account")
    await expire()
    assert [(await client.post(f"{path}/again")).status_code for _ in range(6)] == [303] * 5 + [429]


async def test_an_unknown_link_leads_to_signing_in(client: Client) -> None:
    for answer in (await client.get("/sign-in/link/none"), await client.post("/sign-in/link/none/again")):
        assert (answer.status_code, 'href="/sign-in"' in answer.text) == (410, True)


async def test_characters_copied_after_a_link_are_ignored(client: Client) -> None:
    path = path_in(await asked(client))
    assert (await client.get(f"{path}。")).status_code == 200
    assert (await client.post(f"{path}>.")).status_code == 303


async def test_pages_of_links_tell_nobody_their_address(client: Client) -> None:
    path = path_in(await asked(client))
    answers = [await client.get(path), await client.get("/sign-in/link/none")]
    assert {answer.headers["referrer-policy"] for answer in answers} == {"strict-origin"}


# Invitations ------------------------------------------------------------------------------------------------------


async def test_an_invitation_lives_until_the_event_is_over_also_when_it_moves(client: Client) -> None:
    event = await factories.event()
    path = await invited(EMAIL, f"/e/{event.slug}/me", event)
    await expire()
    assert (await client.get(path)).status_code == 200
    ends = datetime.now(UTC) - timedelta(minutes=1)
    for slot in await Slot.filter(event_id=event.id).order_by("start_at"):
        ends -= timedelta(hours=1)
        await Slot.filter(id=slot.id).update(start_at=ends - timedelta(minutes=30), end_at=ends)
    assert (await client.get(path)).status_code == 410
    await Slot.filter(event_id=event.id).update(end_at=datetime.now(UTC) + timedelta(days=1))
    assert (await client.post(path)).status_code == 303


async def test_an_invitation_is_replaced_by_the_next_to_the_same_page(client: Client) -> None:
    event = await factories.event()
    paths = [await invited(EMAIL, f"/e/{event.slug}/me", event) for _ in range(2)]
    other = await invited(EMAIL, f"/e/{event.slug}/desk", event)
    first = await client.post(paths[0])
    assert (first.status_code, "A newer e-mail replaces this link." in first.text) == (410, True)
    assert [(await client.post(path)).status_code for path in (paths[1], other)] == [303, 303]


async def removed_organiser(event: Event) -> str:
    await factories.organiser(event)
    await organising.add_organiser(event, EMAIL, locale="en")
    organiser = await Organiser.get(event_id=event.id, person__email=EMAIL)
    path = await invited(EMAIL, f"/e/{event.slug}/desk", event)
    await organising.remove_organiser(event, organiser)
    return path


async def removed_delegate(event: Event) -> str:
    firm = await factories.enterprise(event)
    delegate = await registrations.add_delegate(firm, email=EMAIL, full_name="Anna", position="", locale="en")
    path = await invited(EMAIL, f"/e/{event.slug}/me", event)
    await registrations.remove_delegate(firm, delegate)
    return path


async def withdrawn_party(event: Event) -> str:
    firm = await factories.enterprise(event)
    await factories.delegate(firm, await factories.person(email=EMAIL))
    path = await invited(EMAIL, f"/e/{event.slug}/me", event)
    await leaving.withdraw_party(await Registration.get(id=firm.id), (await factories.delegates_of(firm))[0])
    return path


@pytest.mark.parametrize("remove", [removed_organiser, removed_delegate, withdrawn_party])
async def test_an_invitation_ends_with_the_role_it_invited_to(client: Client, remove: object) -> None:
    path = await remove(await factories.event())  # type: ignore[operator]
    for answer in (await client.get(path), await client.post(path), await client.post(f"{path}/again")):
        assert (answer.status_code, "This invitation was withdrawn." in answer.text) == (410, True)
    assert not await is_signed_in(client)


# Language ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "before", "after"),
    [
        ("ru", "en", "ru"),
        ("zh-CN,zh;q=0.9", "en", "zh_Hans"),
        ("kk,en;q=0.5", "zh_Hans", "ru"),
        ("fr", "ru", "fr"),
        ("it", "ru", "ru"),
        ("", "ru", "ru"),
    ],
)
async def test_a_first_sign_in_takes_the_browsers_language(
    client: Client, header: str, before: str, after: str
) -> None:
    person = await factories.person(email=EMAIL, locale=before)
    client.headers["accept-language"] = header
    await client.post(await invited(EMAIL, "/account"))
    assert (await Person.get(id=person.id)).locale == after


async def test_the_e_mail_of_a_first_sign_in_is_in_the_browsers_language(client: Client) -> None:
    await factories.person(email=EMAIL, locale="en")
    client.headers["accept-language"] = "ru"
    assert (await asked(client))["content-language"] == "ru"


async def test_a_language_used_before_stays(client: Client) -> None:
    person = await factories.person(email=EMAIL, locale="zh_Hans", signed_in_at=datetime.now(UTC) - LATER)
    client.headers["accept-language"] = "ru"
    letter = await asked(client)
    await client.post(path_in(letter))
    assert (letter["content-language"], (await Person.get(id=person.id)).locale) == ("zh-Hans", "zh_Hans")
