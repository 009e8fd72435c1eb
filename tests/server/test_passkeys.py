"""Passkeys: added in the account, used to sign in, and what is refused. The device is a program of this test."""

import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from webauthn.helpers import bytes_to_base64url

from server import db
from server.accounts import changing, passkeys
from server.accounts.limits import Asker
from server.app import create_app
from server.models import AddressChange, Mail, Passkey, Person, Session
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.server.test_sign_in import is_signed_in

HOST = "localhost"
PRESENT, VERIFIED, HAS_KEY = 1, 4, 64


@dataclass
class Device:
    """An authenticator with one key. flags: what it says of the person, who is present and has unlocked it."""

    origin: str
    flags: int = PRESENT | VERIFIED
    uses: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(HOST.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _answer(self, **response: bytes) -> dict[str, Any]:
        name = bytes_to_base64url(self.id)
        answered = {key: bytes_to_base64url(value) for key, value in response.items()}
        return {"id": name, "rawId": name, "type": "public-key", "response": answered}

    def add(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what the browser posts after it made the key."""
        public = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")}
        data = self._data(self.flags | HAS_KEY) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data + cbor2.dumps(cose)})
        return self._answer(clientDataJSON=self._said("create", options["challenge"]), attestationObject=attested)

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what the browser posts after the person has unlocked the key."""
        self.uses += 1
        said, data = self._said("get", options["challenge"]), self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=said, authenticatorData=data, signature=signature)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    """An application at a host with a name, which passkeys need."""
    application = create_app(settings.model_copy(update={"base_url": f"http://{HOST}:8000"}))
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
def device(app: Starlette) -> Device:
    return Device(app.state.settings.base_url)


JSON = {"Accept": "application/json"}


async def add(client: Client, device: Device) -> Any:
    options = (await client.post("/account/passkeys/options", json={})).json()
    return await client.post("/account/passkeys", json={"credential": device.add(options)}, headers=JSON)


async def sign_in(client: Client, device: Device, going: str = "/account") -> Any:
    options = (await client.post("/sign-in/passkey/options", json={})).json()
    return await client.post("/sign-in/passkey", json={"credential": device.sign(options), "next": going}, headers=JSON)


async def test_a_person_adds_a_passkey_and_signs_in_with_it(client: Client, other: Client, device: Device) -> None:
    person = await factories.person(locale="ru")
    await factories.signed_in(client, person)
    added = await add(client, device)
    assert added.json() == {"to": "/account?notice=passkey_added#passkeys"}
    said = await Mail.get(template="passkey_added")
    assert (said.to_address, said.locale) == (person.email, "ru")
    signed_in = await sign_in(other, device, "/account?from=passkey")
    assert (signed_in.status_code, signed_in.json()) == (200, {"to": "/account?from=passkey"})
    assert await is_signed_in(other)
    row = await Passkey.get(person_id=person.id)
    assert row.uses == 1
    assert row.used_at
    assert f"/account/passkeys/{row.id}/remove" in (await other.get("/account")).text
    # Only sites of our own are opened afterwards.
    assert (await sign_in(other, device, "https://elsewhere.example/")).json() == {"to": "/"}


async def test_a_removed_passkey_signs_nobody_in(client: Client, other: Client, device: Device) -> None:
    await factories.signed_in(client, await factories.person())
    await add(client, device)
    row = await Passkey.get()
    await factories.signed_in(other, await factories.person())
    assert (await other.post(f"/account/passkeys/{row.id}/remove")).status_code == 404
    assert (await client.post(f"/account/passkeys/{row.id}/remove")).status_code == 303
    refused = await sign_in(client, device)
    assert (refused.status_code, refused.json()["code"]) == (409, "passkey-refused")


async def test_an_answer_that_proves_nothing_is_refused(client: Client, device: Device) -> None:
    await factories.signed_in(client, await factories.person())
    await add(client, device)
    sessions = await Session.all().count()
    options = (await client.post("/sign-in/passkey/options", json={})).json()
    good = device.sign(options)
    for_adding = (await client.post("/account/passkeys/options", json={})).json()
    mine = await client.post("/sign-in/passkey", json={"credential": good}, headers=JSON)
    assert mine.status_code == 200
    elsewhere = Device("https://localhost.example", id=device.id, key=device.key, uses=50)
    locked = Device(device.origin, flags=PRESENT, id=device.id, key=device.key, uses=60)
    stranger = Device(device.origin, id=device.id, uses=70)
    # Its counter stands behind that of the device, of which it must be a copy.
    copied = Device(device.origin, id=device.id, key=device.key, uses=0)
    bad: list[Any] = [
        good,  # once more
        device.sign(for_adding),  # a challenge for something else
        device.sign({"challenge": bytes_to_base64url(secrets.token_bytes(56))}),  # a challenge of nobody
        {**good, "id": None},
        {**good, "id": "x" * 5000},
        {**good, "response": None},
        {**good, "response": {"clientDataJSON": 7}},
        {**good, "response": {"clientDataJSON": "\u00e9"}},
        None,
        [],
    ]
    for other in (elsewhere, locked, stranger, copied):
        bad.append(other.sign((await client.post("/sign-in/passkey/options", json={})).json()))
    for credential in bad:
        refused = await client.post("/sign-in/passkey", json={"credential": credential}, headers=JSON)
        assert refused.status_code == 409, credential
    assert (await client.post("/sign-in/passkey", content=b"\xff{")).status_code == 409
    assert await Session.all().count() == sessions + 1


async def test_adding_needs_a_new_session_and_a_challenge_of_ones_own(
    client: Client, other: Client, device: Device
) -> None:
    person = await factories.person()
    await factories.signed_in(client, person)
    await factories.signed_in(other, await factories.person())
    theirs = (await other.post("/account/passkeys/options", json={})).json()
    stolen = await client.post("/account/passkeys", json={"credential": device.add(theirs)}, headers=JSON)
    assert stolen.json()["code"] == "passkey-refused"
    await Session.filter(person_id=person.id).update(created_at=datetime.now(UTC) - timedelta(hours=1))
    old = await client.post("/account/passkeys/options", json={}, headers=JSON)
    assert (old.status_code, old.json()["code"]) == (409, "session-too-old")
    assert not await Passkey.exists()


async def test_stopping_a_change_of_address_removes_passkeys_added_since(client: Client, device: Device) -> None:
    person = await factories.person()
    await factories.signed_in(client, person)
    await changing.ask(person, "thief@example.org", asker=Asker("x"))
    await add(client, device)
    told = await Mail.get(template="address_told")
    await changing.stop(told.values["path"].rpartition("/")[2])
    assert await AddressChange.filter(stopped_at__isnull=False).exists()
    assert not await Passkey.exists()


async def test_a_person_has_only_so_many_passkeys(client: Client, device: Device) -> None:
    person = await factories.person()
    await factories.signed_in(client, person)
    options = (await client.post("/account/passkeys/options", json={})).json()
    await Passkey.bulk_create(
        Passkey(person_id=person.id, credential=f"c{at}", public_key="k") for at in range(passkeys.MOST)
    )
    for address, sent in (("/options", {}), ("", {"credential": device.add(options)})):
        refused = await client.post(f"/account/passkeys{address}", json=sent, headers=JSON)
        assert refused.json()["code"] == "too-many-passkeys"


@pytest.mark.parametrize(
    ("base_url", "offered"),
    [
        ("https://fair.example", True),
        ("http://localhost:8000", True),
        ("http://fair.example", False),
        ("https://203.0.113.7", False),
        ("http://[::1]:8000", False),
    ],
)
def test_passkeys_are_offered_where_browsers_know_them(base_url: str, offered: bool) -> None:
    assert passkeys.are_possible(Settings(base_url=base_url, secret_key=secrets.token_urlsafe(32))) is offered


async def test_deleting_a_person_deletes_their_passkeys(client: Client, device: Device) -> None:
    person = await factories.person()
    await factories.signed_in(client, person)
    await add(client, device)
    await db.atomic(Person.filter(id=person.id).delete)()
    assert not await Passkey.exists()
