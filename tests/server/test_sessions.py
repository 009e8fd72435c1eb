"""Sessions: where a person is signed in, and ending sessions."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette

from server import db
from server.accounts import service
from server.accounts.agents import device_of
from server.models import Session, SignInLink
from tests import factories
from tests.client import Client
from tests.server.test_sign_in import EMAIL, asked, code_in, is_signed_in, path_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
AGENTS = {
    FIREFOX: "Firefox, Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
    "Safari/605.1.15": "Safari, Mac",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/123.0 "
    "Mobile/15E148 Safari/604.1": "Chrome, iPhone",
    "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 "
    "MicroMessenger/8.0.48": "WeChat, Android",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/124.0 YaBrowser/24.4 Safari/537.36":
    "Yandex Browser, Windows",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/124.0 Safari/537.36 Edg/124.0": "Edge, Linux",
    "curl/8.5.0": "",
    "": "",
    "<script>Firefox</script>" * 500: "Firefox",
}  # fmt: skip


@pytest.mark.parametrize(("agent", "device"), AGENTS.items())
def test_a_browser_is_called_what_its_user_calls_it(agent: str, device: str) -> None:
    assert device_of(agent) == device


async def test_the_account_lists_where_one_is_signed_in(app: Starlette, client: Client) -> None:
    client.headers["user-agent"] = FIREFOX
    await client.post(path_in(await asked(client)))
    async with Client(app) as phone:
        phone.headers["user-agent"] = list(AGENTS)[2]
        await phone.post(path_in(await asked(phone)))
        shown = (await client.get("/account")).text
    assert ("Firefox, Windows" in shown, "Chrome, iPhone" in shown, shown.count("This device")) == (True, True, 1)
    assert "Mozilla" not in shown
    assert len(re.findall(r"/account/sessions/\d+/end", shown)) == 1


async def test_one_session_is_ended_and_no_other(app: Starlette, client: Client) -> None:
    person = await factories.person()
    await factories.signed_in(client, person)
    async with Client(app) as phone:
        await factories.signed_in(phone, person)
        here, there = await Session.all().order_by("id")
        assert (await client.post(f"/account/sessions/{there.id}/end")).status_code == 303
        assert (await is_signed_in(client), await is_signed_in(phone)) == (True, False)
        assert (await client.post(f"/account/sessions/{there.id}/end")).status_code == 404
    assert here.id != there.id


async def test_nobody_ends_anothers_session(app: Starlette, client: Client) -> None:
    await factories.signed_in(client, await factories.person())
    async with Client(app) as other:
        await factories.signed_in(other, await factories.person())
        theirs = await Session.all().order_by("-id").first()
        assert theirs is not None
        assert (await client.post(f"/account/sessions/{theirs.id}/end")).status_code == 404
        assert await is_signed_in(other)


async def test_signing_out_everywhere_ends_all_sessions_links_and_codes(app: Starlette, client: Client) -> None:
    person = await factories.person(email=EMAIL)
    await factories.signed_in(client, person)
    invitation = await db.atomic(service.invitation_path)(EMAIL, "/account")
    async with Client(app) as phone, Client(app) as other:
        await factories.signed_in(phone, person)
        letter = await asked(other)
        assert (await client.post("/account/sign-out-everywhere")).status_code == 303
        assert [await is_signed_in(each) for each in (client, phone)] == [False, False]
        answers = [await other.post(path) for path in (path_in(letter), invitation)]
        answers.append(await other.post("/sign-in/code", data={"code": code_in(letter)}))
        assert [answer.status_code for answer in answers] == [410] * 3
        await other.post(path_in(await asked(other)))
        assert await is_signed_in(other)
    assert await SignInLink.filter(ended_as="").count() == 1


async def test_when_a_session_was_used_is_noted_once_in_a_while(client: Client) -> None:
    await factories.signed_in(client, await factories.person())
    client.headers["user-agent"] = FIREFOX
    before = (await Session.get()).used_at
    await client.get("/account")
    assert (await Session.get()).used_at == before
    long_ago = datetime.now(UTC) - timedelta(days=2)
    for used_at in (long_ago, None):
        await Session.all().update(used_at=used_at)
        await client.get("/account")
        session = await Session.get()
        assert (session.used_at > long_ago + timedelta(days=1), session.device) == (True, "Firefox, Windows")
