"""Sign-in of hosts through an OpenID provider, which is a program of these tests, over HTTP."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from server.accounts import changing, sessions
from server.accounts.limits import Asker
from server.models import AddressChange, Mail, Person, ProviderAccount, Session
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.openid import KEYS, OpenIdProvider, openid_provider
from tests.reading import read
from tests.server import providing
from tests.server.providing import application, refused, sent_back, sent_to, walked
from tests.server.test_sign_in import is_signed_in

provider, app = providing.provider, providing.app


async def test_an_organiser_signs_in_and_comes_to_the_page_they_wanted(
    client: Client, other: Client, provider: OpenIdProvider
) -> None:
    person = await factories.person(email="anna@example.org", locale="ru")
    event = (await factories.organiser(await factories.event(), person)).event
    button = read(await client.get(f"/sign-in?next=/e/{event.slug}/desk"))
    assert f"/sign-in/with/acme?next=/e/{event.slug}/desk" in button.links
    assert await walked(client, going=f"/e/{event.slug}/desk") == f"/e/{event.slug}/desk"
    assert await is_signed_in(client)
    account = await ProviderAccount.get(person_id=person.id)
    assert (account.source, account.subject) == (provider.url, "u-1")
    told = await Mail.get(template="provider_connected")
    assert (told.to_address, told.locale, told.values["provider"]) == (person.email, "ru", "ACME")
    # From now on the subject counts: the address may change here and there.
    provider.claims.update(email="boris@example.org", email_verified=False)
    assert await walked(other) == "/account"
    assert (await Person.all().count(), await Mail.all().count()) == (1, 1)
    assert provider.asked.count("/.well-known/openid-configuration") == provider.asked.count("/jwks") == 1


async def test_somebody_unknown_gets_an_account_without_rights_and_a_sentence(
    client: Client, provider: OpenIdProvider
) -> None:
    provider.claims.update(email="Zoe@Example.org", groups=["organisers", "admin"], is_administrator=True)
    arrived = await walked(client, going="/events/new")
    assert arrived == "/account?notice=no_part"
    assert "your account has no part in any event and no rights" in read(await client.get(arrived)).words
    person = await Person.get()
    assert (person.email, person.may_create_events, person.is_administrator) == ("zoe@example.org", False, False)
    assert (await client.get("/events/new")).status_code == 404
    assert await Mail.all().count() == 0


async def test_no_other_account_is_made_for_the_former_address_of_an_account(
    client: Client, provider: OpenIdProvider
) -> None:
    person = await factories.person(email="new@example.org")
    now = datetime.now(UTC)
    await AddressChange.create(
        person=person,
        old_email="zoe@example.org",
        new_email=person.email,
        confirm_hash="c",
        stop_hash="s",
        expires_at=now,
        confirmed_at=now,
    )
    provider.claims.update(email="zoe@example.org")
    assert await walked(client) == "/sign-in?refused=not-connected&next=%2Faccount"
    assert await Person.all().count() == 1


async def test_a_session_that_was_planted_ends_and_another_one_begins(client: Client, other: Client) -> None:
    planted = await factories.person()
    await factories.signed_in(client, planted)
    name = sessions.cookie_name(client.settings)
    before = client.cookies[name]
    await walked(client)
    assert client.cookies[name] != before
    other.set_cookie(name, before)
    assert not await is_signed_in(other)
    assert await Session.all().count() == 2


@pytest.mark.parametrize("going", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_no_other_site_is_opened_afterwards(client: Client, going: str) -> None:
    await factories.person(email="anna@example.org", may_create_events=True)
    assert await walked(client, going=going) == "/"


async def test_each_failure_has_a_sentence_and_keeps_where_one_wanted_to_go(
    client: Client, provider: OpenIdProvider
) -> None:
    told = {}
    for error in ("access_denied", "server_error"):
        provider.error = error
        told[error] = await walked(client, going="/account/consents")
    provider.error = ""
    provider.claims["email_verified"] = "true"
    told["unverified"] = await walked(client, going="/account/consents")
    assert {why: refused(where) for why, where in told.items()} == {
        "access_denied": "declined",
        "server_error": "provider-down",
        "unverified": "address-not-verified",
    }
    for where in told.values():
        shown = read(await client.get(where))
        assert "Sign in by e-mail" in shown.words or "sign in by e-mail" in shown.words
        assert shown.fields["next"][-1] == "/account/consents"
    assert (await Person.all().count(), await is_signed_in(client)) == (0, False)


async def test_a_provider_that_does_not_answer_is_told(client: Client, provider: OpenIdProvider) -> None:
    provider.status = 503
    answer = await client.get("/sign-in/with/acme?next=/account")
    assert answer.headers["location"] == "/sign-in?refused=provider-down&next=%2Faccount"
    provider.status = 200
    # It is left alone for some seconds, however many people press the button.
    assert refused((await client.get("/sign-in/with/acme")).headers["location"]) == "provider-down"
    assert provider.asked == ["/.well-known/openid-configuration"]


async def test_keys_are_read_anew_once_if_the_provider_has_changed_them(
    client: Client, other: Client, provider: OpenIdProvider
) -> None:
    await walked(client)
    provider.key = KEYS[1]
    assert refused(await walked(other)) is None
    assert provider.asked.count("/jwks") == 2


async def test_an_address_that_only_userinfo_tells_counts_if_it_is_about_the_same_person(
    client: Client, provider: OpenIdProvider
) -> None:
    provider.claims = {"sub": "u-2"}
    provider.userinfo = {"sub": "u-1", "email": "anna@example.org", "email_verified": True}
    assert refused(await walked(client)) == "proof-refused"
    provider.userinfo["sub"] = "u-2"
    assert refused(await walked(client)) is None
    assert (await Person.get()).email == "anna@example.org"


async def test_a_provider_vouches_only_for_addresses_of_its_domains(settings: Settings) -> None:
    with openid_provider() as provider:
        async with application(settings, provider.settings(domains=["acme.example"])) as app, Client(app) as client:
            assert refused(await walked(client)) == "address-not-verified"
            provider.claims["email"] = "anna@acme.example"
            assert refused(await walked(client)) is None


async def test_an_address_given_to_somebody_else_at_the_provider_opens_nothing(
    client: Client, other: Client, provider: OpenIdProvider
) -> None:
    await walked(client)
    provider.claims["sub"] = "u-2"
    assert refused(await walked(other)) == "connected-otherwise"
    assert not await is_signed_in(other)


async def test_a_signed_in_person_connects_and_removes_a_provider(
    client: Client, other: Client, provider: OpenIdProvider
) -> None:
    person = await factories.person(email="other@example.org", may_create_events=True)
    await factories.signed_in(client, person)
    provider.claims["email_verified"] = False
    assert "Connect: ACME" in read(await client.get("/account")).words
    shown = read(await client.post("/account/providers/acme"))
    address = next(link for link in shown.links if link.startswith(provider.url))
    back = await sent_back(address)
    # Neither another browser nor another session of this one can use the answer.
    assert refused((await other.get(back)).headers["location"]) == "attempt-ended"
    assert (await client.get(back)).headers["location"] == "/account?notice=provider_connected#providers"
    assert (await ProviderAccount.get()).person_id == person.id
    assert await walked(other) == "/account"
    account = await ProviderAccount.get()
    stranger = await factories.person()
    await factories.signed_in(other, stranger)
    assert (await other.post(f"/account/connections/{account.id}/remove")).status_code == 404
    answer = await client.post(f"/account/connections/{account.id}/remove")
    assert answer.headers["location"] == "/account?notice=provider_removed#providers"
    assert refused(await walked(other)) == "address-not-verified"


async def test_connecting_needs_a_fresh_session_and_stays_with_it(
    client: Client, other: Client, provider: OpenIdProvider
) -> None:
    person = await factories.person()
    await factories.signed_in(client, person)
    shown = read(await client.post("/account/providers/acme"))
    back = await sent_back(next(link for link in shown.links if link.startswith(provider.url)))
    await factories.signed_in(client, await factories.person())
    assert refused((await client.get(back)).headers["location"]) == "attempt-ended"
    assert await ProviderAccount.all().count() == 0
    await Session.all().update(created_at=datetime.now(UTC) - sessions.FRESH)
    answer = await client.post("/account/providers/acme")
    assert (answer.status_code, "Sign in again" in answer.text) == (409, True)
    # An account there that signs in one person here cannot be taken by another.
    await walked(other)
    await factories.signed_in(client, await factories.person())
    shown = read(await client.post("/account/providers/acme"))
    back = await sent_back(next(link for link in shown.links if link.startswith(provider.url)))
    where = (await client.get(back)).headers["location"]
    assert where == "/account?refused=belongs-to-other#providers"
    assert "connected with another account here" in read(await client.get(where)).words


async def test_what_was_connected_during_a_stopped_change_of_the_address_ends(
    client: Client, provider: OpenIdProvider
) -> None:
    person = await factories.person(email="anna@example.org")
    await changing.ask(person, "thief@example.org", asker=Asker("here"))
    await walked(client)
    stop = (await Mail.get(template="address_told")).values["path"].rpartition("/")[2]
    await changing.stop(stop)
    assert (await ProviderAccount.all().count(), await AddressChange.filter(stopped_at=None).count()) == (0, 0)


async def test_without_providers_nothing_is_offered(settings: Settings) -> None:
    async with application(settings) as app, Client(app) as client:
        assert "organisers and staff" not in (await client.get("/sign-in")).text
        assert (await client.get("/sign-in/with/acme")).status_code == 404
        assert (await client.get("/sign-in/with/acme/back?code=1&state=2")).status_code == 404


ONE = {"name": "acme", "title": "ACME", "issuer": "https://id.acme.example", "client_id": "x", "client_secret": "hush"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("hush", "is not JSON"),
        ({"a": 1}, "is a list"),
        ([{**ONE, "issuer": "http://id.acme.example"}], "https://"),
        ([{**ONE, "issuer": "https://u:p@id.acme.example"}], "password"),
        ([{**ONE, "name": "A b"}], "pattern"),
        ([{**ONE, "scopes": "email"}], "openid"),
        ([{**ONE, "secret": "hush"}], "not permitted"),
        ([{**ONE, "kind": "wecom"}], "agent_id"),
        ([ONE, {**ONE, "name": "other"}], "twice"),
        ([ONE, {**ONE, "issuer": "https://other.example"}], "twice"),
    ],
)
def test_wrong_settings_are_told_without_their_secrets(
    wrong: object, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_IN_PROVIDERS", wrong if isinstance(wrong, str) else json.dumps(wrong))
    with pytest.raises(ValidationError) as raised:
        Settings()
    said = [each["msg"] for each in raised.value.errors()]
    assert told in " ".join(said)
    assert "hush" not in " ".join(said)


def test_settings_are_read_from_the_environment_and_hide_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGN_IN_PROVIDERS", json.dumps([ONE]))
    settings = Settings()
    assert settings.sign_in_providers[0].asked_scopes == "openid email"
    assert "hush" not in repr(settings)


async def test_the_address_at_the_provider_has_all_that_protects_the_sign_in(
    client: Client, provider: OpenIdProvider
) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(await sent_to(client)).query).items()}
    assert set(asked) == {
        *("response_type", "client_id", "redirect_uri", "scope", "state", "nonce"),
        *("code_challenge", "code_challenge_method"),
    }
    assert asked["redirect_uri"] == "http://testserver/sign-in/with/acme/back"
