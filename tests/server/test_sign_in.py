import asyncio
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import httpx2
import pytest
from starlette.applications import Starlette

from server import db
from server.accounts import sessions
from server.accounts.sessions import hashed
from server.app import create_app
from server.models import Job, Mail, Person, Session, SignInLink, Throttle
from server.pages import local_path
from server.worker import Worker
from tests import factories
from tests.client import Client

EMAIL = "anna@example.org"


async def letters(client: Client) -> list[EmailMessage]:
    """Return the e-mails sent so far, oldest first."""
    worker = Worker(client.settings)
    while await worker.run_one():
        pass
    files = sorted(client.settings.mail_dir.glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def path_in(letter: EmailMessage) -> str:
    found = re.search(r"http://testserver(/sign-in/link/\S+)", text_of(letter))
    assert found is not None
    return found[1]


def code_in(letter: EmailMessage) -> str:
    found = re.search(r"\b\d{6}\b", str(letter["subject"]))
    assert found is not None
    return found[0]


async def asked(client: Client, email: str = EMAIL, **more: str) -> EmailMessage:
    """Ask for an e-mail and return it."""
    await client.post("/sign-in", data={"email": email, **more})
    return (await letters(client))[-1]


async def is_signed_in(client: httpx2.AsyncClient) -> bool:
    return (await client.get("/account")).status_code == 200


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


# The link ---------------------------------------------------------------------------------------------------------


async def test_opening_the_link_signs_nobody_in_and_uses_nothing_up(client: Client) -> None:
    path = path_in(await asked(client))
    answers = [await client.get(path) for _ in range(3)]
    assert ([answer.status_code for answer in answers], await is_signed_in(client)) == ([200] * 3, False)
    assert (await client.post(path)).status_code == 303
    assert await is_signed_in(client)


async def test_a_link_works_once(client: Client) -> None:
    path = path_in(await asked(client))
    assert [(await client.post(path)).status_code for _ in range(2)] == [303, 410]


async def test_of_fifty_simultaneous_clicks_one_signs_in(client: Client) -> None:
    path = path_in(await asked(client))
    answers = await asyncio.gather(*(client.post(path) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 49
    assert await Session.all().count() == 1


async def test_a_link_that_is_too_old_or_unknown_is_gone(client: Client) -> None:
    path = path_in(await asked(client))
    await SignInLink.all().update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert [(await client.post(each)).status_code for each in (path, "/sign-in/link/unknown")] == [410, 410]


async def test_a_link_signs_in_on_another_device_too(app: Starlette, client: Client) -> None:
    path = path_in(await asked(client))
    async with Client(app) as phone:
        await phone.post(path)
        assert (await is_signed_in(phone), await is_signed_in(client)) == (True, False)


async def test_database_and_outbox_have_no_sign_in_links(client: Client) -> None:
    path = path_in(await asked(client))
    token = path.rpartition("/")[2]
    link = await SignInLink.get()
    assert (link.token_hash, len(token) >= 22) == (hashed(token), True)
    assert (await Mail.get()).values == {}
    assert token not in str([job.payload for job in await Job.all()])


async def test_the_link_begins_with_the_configured_address_whatever_the_request_says(client: Client) -> None:
    await client.post("/sign-in", data={"email": EMAIL}, headers={"x-forwarded-host": "evil.example"})
    [letter] = await letters(client)
    assert "evil.example" not in letter.as_string()


# The code ---------------------------------------------------------------------------------------------------------


async def test_the_code_signs_in_the_browser_that_asked(client: Client) -> None:
    code = code_in(await asked(client))
    answer = await client.post("/sign-in/code", data={"code": f"{code[:3]} {code[3:]}"})
    assert (answer.status_code, await is_signed_in(client)) == (303, True)


@pytest.mark.parametrize(
    "way",
    ["{0}{1}{2}{3}{4}{5}", "{0}{1}{2}-{3}{4}{5}", "{0}{1}{2}–{3}{4}{5}", " {0} {1} {2} {3} {4} {5} ",
     "\u200b{0}{1}{2}\u00a0{3}{4}{5}\ufeff", "\u2068{0}{1}{2}\u3000{3}{4}{5}\u2069", "{0}.{1}.{2}.{3}.{4}.{5}",
     "{0}{1}{2}\t{3}{4}{5}\r\n"],
)  # fmt: skip
@pytest.mark.parametrize("zero", ["0", "\uff10", "٠", "۰", "०", "𝟎"])
async def test_a_code_is_the_same_in_whatever_digits_it_is_typed(client: Client, way: str, zero: str) -> None:
    code = code_in(await asked(client))
    typed = way.format(*(chr(ord(zero) + int(digit)) for digit in code))
    assert (await client.post("/sign-in/code", data={"code": typed})).status_code == 303


async def test_the_code_is_worth_nothing_in_another_browser(app: Starlette, client: Client) -> None:
    code = code_in(await asked(client))
    async with Client(app) as other:
        assert (await other.post("/sign-in/code", data={"code": code})).status_code == 410


async def test_the_code_of_another_request_is_not_the_code(app: Starlette, client: Client) -> None:
    first = code_in(await asked(client))
    async with Client(app) as other:
        await asked(other, "eve@example.org")
        answer = await other.post("/sign-in/code", data={"code": first})
    assert answer.status_code == 422


async def test_five_wrong_codes_end_a_code(client: Client) -> None:
    code = code_in(await asked(client))
    wrong = [await client.post("/sign-in/code", data={"code": another(code)}) for _ in range(5)]
    right = await client.post("/sign-in/code", data={"code": code})
    assert ([answer.status_code for answer in wrong], right.status_code) == ([422] * 5, 429)


async def test_wrong_codes_at_the_same_time_are_counted_each(client: Client) -> None:
    code = code_in(await asked(client))
    data = {"code": another(code)}
    answers = await asyncio.gather(*(client.post("/sign-in/code", data=data) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [422] * 5 + [429] * 15


async def test_a_code_is_used_up_by_its_link(app: Starlette, client: Client) -> None:
    letter = await asked(client)
    async with Client(app) as phone:
        await phone.post(path_in(letter))
    assert (await client.post("/sign-in/code", data={"code": code_in(letter)})).status_code == 410


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "12 34 5", "½12345", "\0" * 6, "1" * 10_000])
async def test_an_invalid_code_is_explained_and_not_counted(client: Client, code: str) -> None:
    await asked(client)
    answer = await client.post("/sign-in/code", data={"code": code})
    assert (answer.status_code, (await SignInLink.get()).attempts) == (422, 0)


# Who asks ---------------------------------------------------------------------------------------------------------


async def test_known_and_unknown_addresses_get_the_same_answer(client: Client) -> None:
    await factories.person(email="known@example.org")
    answers = [await client.post("/sign-in", data={"email": f"{who}@example.org"}) for who in ("known", "unknown")]
    shown = [(answer.status_code, answer.headers["location"], answer.text) for answer in answers]
    assert shown[0] == shown[1]


async def test_an_address_is_the_same_however_it_is_written(client: Client) -> None:
    for email in ("anna@example.org", " Anna@Example.ORG "):
        await client.post(path_in(await asked(client, email)))
    assert [person.email for person in await Person.all()] == ["anna@example.org"]


@pytest.mark.parametrize(
    "email",
    ["", "anna", "anna@", "@example.org", "a b@example.org", "a@b", "a@example.org, b@example.org", "a\r\nBcc: b@c.de",
     "<a@example.org>", "a@example.org\0", "\u202ea@example.org", "x" * 300 + "@example.org",
     "a@[127.0.0.1]", "a" * 10_000],
)  # fmt: skip
async def test_an_invalid_address_gets_a_message_and_no_e_mail(client: Client, email: str) -> None:
    answer = await client.post("/sign-in", data={"email": email})
    assert (answer.status_code, await Mail.all().count()) == (422, 0)
    assert 'id="f-email-fault"' in answer.text


async def test_after_five_e_mails_an_address_has_to_wait(client: Client) -> None:
    answers = [await client.post("/sign-in", data={"email": EMAIL}) for _ in range(6)]
    other = await client.post("/sign-in", data={"email": "boris@example.org"})
    assert ([answer.status_code for answer in answers], other.status_code) == ([303] * 5 + [429], 303)


async def test_simultaneous_requests_do_not_get_more_e_mails(client: Client) -> None:
    answers = await asyncio.gather(*(client.post("/sign-in", data={"email": EMAIL}) for _ in range(15)))
    assert sorted(answer.status_code for answer in answers) == [303] * 5 + [429] * 10
    assert await Mail.all().count() == 5


async def test_a_header_does_not_make_another_caller(client: Client) -> None:
    for number in range(3):
        await client.post("/sign-in", data={"email": EMAIL}, headers={"x-forwarded-for": f"10.0.0.{number}"})
    assert await Throttle.filter(key__startswith="caller:").count() == 1


# Where to afterwards ----------------------------------------------------------------------------------------------

FINE = ["/", "/account", "/e/beilun-2026/me", "/e/x?y=1&z=/", "/e/x#part", "/e/对接"]
HOSTILE = [
    "", "account", "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example",
    "\\/evil.example", "/\\/evil.example", "https://evil.example", "http:evil.example", "https:/evil.example",
    "https:\\\\evil.example", "HTTPS://evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x",
    "vbscript:x", "mailto:a@b.c", "ftp://evil.example", "file:///etc/passwd", "blob:x", "about:blank",
    "//evil.example/%2f..",
    " //evil.example", "\t//evil.example", "\n//evil.example", "/\t/evil.example", "/\n/evil.example",
    "/\r/evil.example",
    "/\0/evil.example", "/\x0b/evil.example", "/\x0c/evil.example", "/\x7f/evil.example", "/a\r\nSet-Cookie: x=1",
    "/a\nLocation: //evil.example", "//evil.example@testserver", "//testserver@evil.example", "///\\;@evil.example",
    "//[::1]", "//0x7f000001", "//evil。example", "/\u2028/evil.example\n", "?next=//evil.example", "#//evil.example",
    ".", "..", "../evil", "./evil", "evil.example", "@evil.example", ":80", ";//evil.example", "/" + "a" * 500,
    "/\ud800",
    "/\\", "\x01/account", "\u00a0/account", "\ufeff//evil.example", "\u200b//evil.example",
]  # fmt: skip


@pytest.mark.parametrize("path", FINE)
def test_a_path_of_this_site_is_where_one_goes(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize("path", HOSTILE)
def test_any_other_way_leads_to_the_front_page(path: str) -> None:
    assert local_path(path) == "/"


def test_there_are_enough_hostile_paths_to_test() -> None:
    assert len(set(HOSTILE)) >= 50


async def test_after_signing_in_the_person_returns_to_the_page(client: Client) -> None:
    path = path_in(await asked(client, next="/e/beilun/me"))
    assert (await client.post(path)).headers["location"] == "/e/beilun/me"


@pytest.mark.parametrize("way", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nSet-Cookie: x=1"])
async def test_no_next_path_leads_to_another_site(client: Client, way: str) -> None:
    page = await client.get("/sign-in", params={"next": way})
    assert 'name="next" value="/"' in page.text
    assert (await client.post(path_in(await asked(client, next=way)))).headers["location"] == "/"
    assert (await client.post("/language", data={"to": "ru", "next": way})).headers["location"] == "/"


# Sessions ---------------------------------------------------------------------------------------------------------


async def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: Client) -> None:
    answer = await client.post(path_in(await asked(client)))
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith("session=")]
    flags = sorted(flag.strip().casefold() for flag in cookie.split(";")[1:])
    assert flags == ["httponly", "max-age=2592000", "path=/", "samesite=lax"]


async def test_over_https_the_cookie_is_bound_to_this_host(app: Starlette, client: Client) -> None:
    path = path_in(await asked(client))
    settings = app.state.settings.model_copy(update={"base_url": "https://duijie.example"})
    transport = httpx2.ASGITransport(app=create_app(settings))
    async with httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as browser:
        answer = await browser.post(path)
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if "session=" in each]
    assert (cookie.startswith("__Host-session="), "Secure" in cookie, "omain" in cookie) == (True, True, False)


async def open_sessions() -> list[Session]:
    return await Session.filter(expires_at__gt=datetime.now(UTC))


async def test_each_signing_in_has_a_token_of_its_own_and_ends_the_one_before(client: Client) -> None:
    await client.post(path_in(await asked(client)))
    [first] = await open_sessions()
    await client.post(path_in(await asked(client)))
    [second] = await open_sessions()
    assert first.token_hash != second.token_hash


async def test_a_token_that_somebody_planted_is_not_the_session(client: Client) -> None:
    client.set_cookie("session", "planted")
    await client.post(path_in(await asked(client)))
    assert (await Session.get()).token_hash != hashed("planted")


async def test_signing_out_ends_the_session_on_the_server(app: Starlette, client: Client) -> None:
    person = await factories.person()
    token = await factories.session(person)
    client.set_cookie("session", token)
    await client.post("/sign-out")
    async with Client(app) as thief:
        thief.set_cookie("session", token)
        assert (await is_signed_in(thief), await open_sessions()) == (False, [])


async def test_signing_out_here_leaves_other_browsers_signed_in(app: Starlette, client: Client) -> None:
    person = await factories.person()
    async with Client(app) as phone:
        await factories.signed_in(phone, person)
        await (await factories.signed_in(client, person)).post("/sign-out")
        assert (await is_signed_in(phone), await is_signed_in(client)) == (True, False)


async def test_a_session_ends_with_its_time(client: Client) -> None:
    await factories.signed_in(client, await factories.person())
    await Session.all().update(expires_at=datetime.now(UTC))
    assert not await is_signed_in(client)


@pytest.mark.parametrize("token", ["", "x", "a" * 8000, "%00", "'; DROP TABLE session; --"])
async def test_an_unknown_token_signs_in_nobody(client: Client, token: str) -> None:
    client.set_cookie("session", token)
    assert not await is_signed_in(client)


async def test_the_database_holds_hashes_of_tokens(database: None) -> None:
    token = await db.atomic(sessions.begin_session)(await factories.person())
    assert ((await Session.get()).token_hash, len(token)) == (hashed(token), 43)
