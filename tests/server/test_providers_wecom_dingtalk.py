"""Sign-in with WeCom and DingTalk, which are programs of these tests, over HTTP."""

import logging

import pytest

from server.models import ProviderAccount
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.providing import application, refused, sent_back, sent_to, walked
from tests.server.test_sign_in import is_signed_in
from tests.wecom_dingtalk import SECRET, DingTalkServer, WeComServer, dingtalk, wecom


async def connected(client: Client, name: str, there: str) -> str:
    """Connect the account of the signed-in person, and return where the browser is sent at last."""
    shown = read(await client.post(f"/account/providers/{name}"))
    back = await sent_back(next(link for link in shown.links if link.startswith(there)))
    return str((await client.get(back)).headers["location"])


async def test_a_member_signs_in_with_wecom_once_they_have_connected_it(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "server")
    with wecom() as there:
        async with application(settings, there.settings()) as app, Client(app) as client, Client(app) as other:
            assert "企业微信 WeCom" in read(await client.get("/sign-in")).words
            assert refused(await walked(client, "wecom")) == "not-connected"
            await factories.signed_in(client, await factories.person(may_create_events=True))
            assert await connected(client, "wecom", there.url) == "/account?notice=provider_connected#providers"
            account = await ProviderAccount.get()
            assert (account.source, account.subject) == ("wecom:ww-corp", "zhangsan")
            assert await walked(other, "wecom") == "/account"
            assert await is_signed_in(other)
            # The access token is kept, and fetched anew if WeCom has ended it early.
            assert there.asked.count("/cgi-bin/gettoken") == 1
            there.token = "second"
            assert refused(await walked(other, "wecom")) is None
            assert there.asked.count("/cgi-bin/gettoken") == 2
            other.headers["User-Agent"] = "Mozilla/5.0 (iPhone) MicroMessenger/7.0.1 wxwork/4.1"
            assert refused(await walked(other, "wecom")) is None
            assert there.asked.count("/connect/oauth2/authorize") == 1
            for member in ({"openid": "o-1"}, {"external_userid": "e-1"}, {"userid": ""}, {"userid": "x" * 300}):
                there.member = member
                assert refused(await walked(other, "wecom")) == "proof-refused"
            back = await sent_back(await sent_to(other, "wecom"))
            there.status = 502
            assert refused((await other.get(back)).headers["location"]) == "provider-down"
    said = " ".join(each.getMessage() for each in caplog.records if each.name.startswith("server"))
    assert "errcode" in said
    assert not [each for each in (SECRET, "first", "second", "zhangsan") if each in said.casefold()]


async def test_a_wrong_secret_of_the_app_is_told_as_a_service_that_does_not_answer(settings: Settings) -> None:
    with wecom() as there:
        async with application(settings, there.settings(client_secret="wrong")) as app, Client(app) as client:
            assert refused(await walked(client, "wecom")) == "provider-down"


async def test_a_person_signs_in_with_dingtalk_once_they_have_connected_it(settings: Settings) -> None:
    with dingtalk() as there:
        async with application(settings, there.settings()) as app, Client(app) as client, Client(app) as other:
            # The address that DingTalk tells is not verified, and opens no account.
            person = await factories.person(email="li@example.org", may_create_events=True)
            there.person["email"] = person.email
            assert refused(await walked(other, "dingtalk")) == "not-connected"
            await factories.signed_in(client, person)
            assert await connected(client, "dingtalk", there.url) == "/account?notice=provider_connected#providers"
            assert (await ProviderAccount.get()).subject == "union-1"
            assert await walked(other, "dingtalk") == "/account"
            assert await is_signed_in(other)
            there.error = "access_denied"
            assert refused(await walked(other, "dingtalk")) == "declined"
            there.error = ""
            there.person = {"unionId": 5}
            assert refused(await walked(other, "dingtalk")) == "provider-down"


async def test_a_code_that_was_used_or_made_up_signs_nobody_in(settings: Settings) -> None:
    with wecom() as we, dingtalk() as ding:
        async with application(settings, we.settings(), ding.settings()) as app, Client(app) as client:
            for name, server, code in (("wecom", we, "code"), ("dingtalk", ding, "authCode")):
                for value in ("made-up", ""):
                    server.codes.clear()
                    address = (await client.get(f"/sign-in/with/{name}")).headers["location"]
                    state = (await sent_back(address)).partition("state=")[2].partition("&")[0]
                    path = f"/sign-in/with/{name}/back?{code}={value}&state={state}"
                    assert refused((await client.get(path)).headers["location"]) == "proof-refused"


def test_the_servers_of_these_tests_are_told_apart_by_their_source() -> None:
    sources = [WeComServer(url="http://localhost:1").settings(), DingTalkServer(url="http://localhost:1").settings()]
    assert [each.source for each in sources] == ["wecom:ww-corp", "dingtalk:ding-app"]
    assert [each.asked_scopes for each in sources] == ["", "openid"]
