"""One stored form of each address: the same person by every spelling, and never the owner of another domain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.addresses import AddressError, canonical, wire
from server.app import create_app
from server.models import Mail, Person
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.reading import read


@pytest.mark.parametrize(
    ("typed", "stored", "on_the_wire"),
    [
        ("Anna@Example.ORG", "anna@example.org", "anna@example.org"),
        ("ivan@пример.рф", "ivan@пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"),
        ("ivan@ПРИМЕР.РФ", "ivan@пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"),
        ("Ivan@XN--E1AFMKFD.xn--p1ai", "ivan@пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"),
        ("anna@faß.de", "anna@faß.de", "anna@xn--fa-hia.de"),
        ("anna@fass.de", "anna@fass.de", "anna@fass.de"),
        ("x@βόλος.com", "x@βόλος.com", "x@xn--nxasmm1c.com"),
        ("li@例子。中国", "li@例子.中国", "li@xn--fsqu00a.xn--fiqs8s"),
        ("ａｎｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "anna@example.org", "anna@example.org"),
    ],
)
def test_an_address_has_one_form_to_store_and_one_to_send(typed: str, stored: str, on_the_wire: str) -> None:
    assert (canonical(typed), wire(canonical(typed))) == (stored, on_the_wire)


@given(st.from_regex(r"[a-z]{1,8}@[a-zа-яёßς一-龠]{1,12}\.(?:org|рф|中国)", fullmatch=True))
def test_the_ascii_spelling_of_a_domain_is_the_same_address(typed: str) -> None:
    try:
        stored = canonical(typed)
    except AddressError:
        return
    assert {canonical(each) for each in (stored, wire(stored), wire(stored).upper())} == {stored}
    assert wire(stored).isascii()


@pytest.mark.parametrize(
    "typed", ["a@☃.net", "a@-x.org", "a@" + "ü" * 60 + ".de", "a@exa mple.org", "a", "a@", "@b.org"]
)
def test_an_invalid_domain_is_not_accepted(typed: str) -> None:
    with pytest.raises(AddressError):
        canonical(typed)


async def test_signing_in_by_either_spelling_of_a_domain_finds_the_same_person(client: Client) -> None:
    person = await factories.person(email="ivan@пример.рф", locale="ru")
    for typed in ("ivan@пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"):
        assert (await client.post("/sign-in", data={"email": typed})).status_code == 303
    assert [(mail.to_address, mail.locale) for mail in await Mail.all()] == [(person.email, "ru")] * 2


async def test_a_form_refuses_addresses_that_the_mail_server_does_not_accept(client: Client) -> None:
    answer = await client.post("/sign-in", data={"email": "анна@пример.рф"})
    assert answer.status_code == 422
    assert "only to addresses with Latin letters before the @" in read(answer).words
    assert await Mail.all().count() == 0


async def test_a_setting_allows_addresses_outside_ascii(client: Client, settings: Settings) -> None:
    """And says it for its own application: another one in the process still refuses."""
    typed = {"email": "Анна@пример.рф"}
    async with Client(create_app(settings.model_copy(update={"smtp_unicode": True}))) as taking:
        answers = [await each.post("/sign-in", data=typed) for each in (taking, client)]
    assert [answer.status_code for answer in answers] == [303, 422]
    assert ([mail.to_address for mail in await Mail.all()], await Person.all().count()) == (["анна@пример.рф"], 0)
