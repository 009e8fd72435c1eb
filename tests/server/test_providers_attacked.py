"""What attackers try at the sign-in through a provider: each is refused, and nobody is signed in."""

import base64
import hmac
import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from server.logs import MaskedRecord
from server.models import Person, ProviderAccount, Session
from server.providers import asking, attempts
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.openid import KEYS, SECRET, Claims, OpenIdProvider, openid_provider, signed
from tests.server import providing
from tests.server.providing import application, refused, sent_back, sent_to, walked
from tests.server.test_sign_in import is_signed_in

provider, app = providing.provider, providing.app


Sign = Callable[[Claims, RSAKey], str]


def with_claims(**instead: Any) -> Sign:
    """Return a signer of tokens with other claims; None leaves a claim out."""

    def sign(claims: Claims, key: RSAKey) -> str:
        return signed({name: value for name, value in {**claims, **instead}.items() if value is not None}, key)

    return sign


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def unsigned(claims: Claims, key: RSAKey, alg: str = "none") -> str:
    return ".".join(encoded(json.dumps(each).encode()) for each in ({"alg": alg, "kid": key.kid}, claims)) + "."


def by_shared_key(secret: bytes) -> Sign:
    """Return a signer with HS256, whose key is no secret of the provider alone."""

    def sign(claims: Claims, key: RSAKey) -> str:
        body = unsigned(claims, key, "HS256").rstrip(".")
        return f"{body}.{encoded(hmac.digest(secret, body.encode(), 'sha256'))}"

    return sign


def with_own_key(claims: Claims, key: RSAKey) -> str:
    """Sign with another key, and send it along as the right one."""
    own = RSAKey.generate_key(2048, parameters={"kid": "key-0"})
    return jwt.encode({"alg": "RS256", "kid": key.kid, "jwk": own.as_dict(private=False)}, claims, own)


def by_curve(claims: Claims, key: RSAKey) -> str:
    """Sign with a key of another kind under the name of the right one."""
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, ECKey.generate_key("P-256"))


NOW = int(time.time())
FORGED: dict[str, Sign] = {
    "another nonce": with_claims(nonce="another"),
    "no nonce": with_claims(nonce=None),
    "for another client": with_claims(aud="another"),
    "for two clients": with_claims(aud=["duijie", "another"]),
    "for another party": with_claims(azp="another"),
    "for another client, through us": with_claims(aud="another", azp="duijie"),
    "no audience": with_claims(aud=None),
    "of another issuer": with_claims(iss="https://id.evil.example"),
    "of a list of issuers": lambda claims, key: signed({**claims, "iss": [claims["iss"], "https://evil.example"]}, key),
    "expired": with_claims(exp=NOW - 3600),
    "without end": with_claims(exp=None),
    "of tomorrow": with_claims(iat=NOW + 86400, nbf=NOW + 86400),
    "another access token": with_claims(at_hash="AAAA"),
    "nobody": with_claims(sub=None),
    "empty subject": with_claims(sub=""),
    "list of subjects": with_claims(sub=["u-1"]),
    "long subject": with_claims(sub="u" * 256),
    "subject with NUL": with_claims(sub="u\0"),
    "alg none": unsigned,
    "HS256 with the client's secret": by_shared_key(SECRET.encode()),
    "HS256 with the public key": by_shared_key(KEYS[0].as_pem(private=False)),
    "a key in the token": with_own_key,
    "a key of another kind": by_curve,
    "an unknown key": lambda claims, _key: signed(claims, KEYS[1]),
    "no token": lambda claims, _key: "",
    "junk": lambda claims, _key: "a.b.c",
    "changed after signing": lambda claims, key: signed(claims, key)[:-8] + "AAAAAAAA",
}


async def test_forged_id_tokens_sign_nobody_in(client: Client, provider: OpenIdProvider) -> None:
    await factories.person(email="anna@example.org")
    seen = {}
    for name, sign in FORGED.items():
        provider.sign = sign
        seen[name] = refused(await walked(client))
    assert seen == dict.fromkeys(FORGED, "proof-refused")
    assert (await Session.all().count(), await ProviderAccount.all().count()) == (0, 0)
    provider.sign = signed
    assert refused(await walked(client)) is None


async def test_an_answer_counts_once_in_the_browser_that_asked_and_for_ten_minutes(
    client: Client, other: Client, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {}
    back = await sent_back(await sent_to(client))
    seen["another browser"] = (await other.get(back)).headers["location"]
    seen["another state"] = (await client.get(back.replace("state=", "state=x"))).headers["location"]
    seen["no state"] = (await client.get(back.replace("state=", "other="))).headers["location"]
    seen["forged cookie"] = await _with_cookie(other, back, next(iter(_attempts(client).values())).replace(".", "A."))
    name, kept = next(iter(_attempts(client).items()))
    assert refused((await client.get(back)).headers["location"]) is None
    client.set_cookie(name, kept)
    seen["replayed"] = (await client.get(back)).headers["location"]
    monkeypatch.setattr(attempts, "LIFETIME", timedelta(0))
    begun = await other.get("/sign-in/with/acme")
    late, _is, value = begun.headers["set-cookie"].partition(";")[0].partition("=")
    back = await sent_back(begun.headers["location"])
    other.set_cookie(late, value.strip('"'))
    seen["too late"] = (await other.get(back)).headers["location"]
    assert {why: refused(where) for why, where in seen.items()} == dict.fromkeys(seen, "attempt-ended")
    assert not await is_signed_in(other)
    # Of each browser's attempts only the newest are kept.
    monkeypatch.undo()
    for _ in range(6):
        await sent_to(other)
    assert len(_attempts(other)) == attempts.MOST


def _attempts(client: Client) -> dict[str, str]:
    return {each.name: each.value or "" for each in client.cookies.jar if "-from-" in each.name}


async def _with_cookie(client: Client, back: str, value: str) -> str:
    state = back.partition("state=")[2].partition("&")[0]
    client.set_cookie(f"session-from-{state[: attempts.SHOWN]}", value)
    return str((await client.get(back)).headers["location"])


async def test_the_answer_of_one_provider_counts_for_no_other(settings: Settings) -> None:
    with openid_provider() as good, openid_provider() as evil:
        async with application(settings, good.settings("good"), evil.settings("evil")) as app, Client(app) as client:
            back = await sent_back(await sent_to(client, "good"))
            assert refused((await client.get(back.replace("/good/", "/evil/"))).headers["location"]) == "attempt-ended"
            # Evil sends the browser on to good, so that good's code is sent to evil's token endpoint (RFC 9207).
            there = await sent_to(client, "evil")
            mixed = (await sent_back(there.replace(evil.url, good.url))).replace("/good/", "/evil/")
            assert refused((await client.get(mixed)).headers["location"]) == "proof-refused"
            assert "/token" not in evil.asked
            # A token of good, which evil got for itself, is none of evil.
            evil.sign = lambda claims, _key: signed({**claims, "iss": good.url}, KEYS[0])
            assert refused(await walked(client, "evil")) == "proof-refused"
            # One id at two providers is two people.
            evil.sign, evil.claims["email"] = signed, "eve@example.org"
            await walked(client, "good")
            await walked(client, "evil")
            assert await Person.all().count() == 2


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://id.evil.example"},
        {"token_endpoint": "http://id.evil.example/token"},
        {"jwks_uri": "https://169.254.169.254/keys"},
        {"userinfo_endpoint": "https://localhost/who"},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": "https://id.example/\r\nX: y"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_a_discovery_document_that_leads_elsewhere_is_refused(
    client: Client, provider: OpenIdProvider, document: Claims
) -> None:
    provider.document = document
    answer = await client.get("/sign-in/with/acme")
    assert refused(answer.headers["location"]) == "provider-down"


async def test_a_provider_that_hangs_holds_nobody_for_long(
    client: Client, other: Client, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.2)
    provider.pause = threading.Event()
    back = await sent_back(await sent_to(client, going="/account/consents"))
    where = (await client.get(back)).headers["location"]
    assert where == "/sign-in?refused=provider-down&next=%2Faccount%2Fconsents"
    assert (await other.get("/")).status_code == 200


async def test_neither_codes_nor_tokens_nor_addresses_are_logged(
    client: Client, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "server")
    back = await sent_back(await sent_to(client))
    await client.get(back)
    provider.sign = with_claims(nonce="another")
    await walked(client)
    provider.claims["email_verified"] = False
    code = back.partition("code=")[2].partition("&")[0]
    ours = [each for each in caplog.records if each.name.startswith("server")]
    said = " ".join(each.getMessage() for each in ours)
    assert "signed in through acme" in said and "the ID token is wrong: InvalidClaimError" in said
    assert not [each for each in (code, SECRET, "anna@", "eyJ") if each in said]
    record = MaskedRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s"', ("::1", "GET", back), None)
    assert code not in record.getMessage()


async def test_many_returns_from_one_caller_are_stopped(
    client: Client, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.providers import service

    monkeypatch.setattr(service, "MAX_RETURNS", 1)
    await walked(client)
    answer = await client.get(await sent_back(await sent_to(client)))
    assert answer.status_code == 429
    assert provider.asked.count("/token") == 1
