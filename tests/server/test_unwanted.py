"""E-mails that a person switches off: on the account page, and by an e-mail's link or header (RFC 8058)."""

from email import message_from_bytes, policy
from typing import Any

import pytest

from server import db, mail
from server.emails import BothWantToMeet, OptionalKind, WishesDue
from server.letters.composing import compose
from server.models import Event, Mail, Person, Side
from server.unwanted import service
from server.wishes import reminding
from server.wishes.reminding import Reach
from tests import factories
from tests.client import Client
from tests.reading import read

BOTH = BothWantToMeet(who="Anna", path="/e/x/matches/1")


@db.atomic
async def queued(person: Person, event: Event, key: str, email: Any = BOTH) -> None:
    await mail.queue_to(person, event, key, email)


async def off(person: Person) -> list[str]:
    return (await Person.get(id=person.id)).unwanted_emails or []


async def test_the_account_page_switches_them_off_and_on(client: Client) -> None:
    person, event = await factories.person(locale="en"), await factories.event()
    await factories.signed_in(client, person)
    assert sorted(read(await client.get("/account")).fields["wanted"]) == sorted(OptionalKind)
    await queued(person, event, "waits")
    await queued(person, event, "stays", WishesDue(side=Side.EXPERT, until="", path="/e/x"))

    await client.post("/account/emails", data={"wanted": ["reminders", "nonsense"]})
    await queued(person, event, "new")

    assert await off(person) == ["approvals", "mutual"]
    assert read(await client.get("/account")).fields["wanted"] == ["reminders"]
    assert {row.key: row.dropped_at is None for row in await Mail.filter(person_id=person.id)} == {
        "waits": False,
        "stays": True,
    }
    await client.post("/account/emails", data={"wanted": [*OptionalKind]})
    await queued(person, event, "again")
    assert (await off(person), await Mail.exists(key="again")) == ([], True)


async def test_an_email_switches_its_own_kind_off_without_a_session_and_without_a_redirect(client: Client) -> None:
    person, event = await factories.person(locale="en"), await factories.event()
    await queued(person, event, "one")
    await queued(person, event, "two", WishesDue(side=Side.EXPERT, until="", path="/e/x"))
    letter = message_from_bytes(compose(await Mail.get(key="one"), client.settings).as_bytes(), policy=policy.default)
    url = str(letter["List-Unsubscribe"]).strip("<>")
    path = url.removeprefix(client.settings.base_url)

    shown = await client.get(path)
    before = await off(person)
    answer = await client.post(path, data={"List-Unsubscribe": "One-Click"})

    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain = letter.get_body(("plain",))
    assert plain is not None and url in plain.get_content()
    assert (shown.status_code, before, answer.status_code, await off(person)) == (200, [], 200, ["mutual"])
    assert "You no longer get these e-mails." in read(answer).words
    assert person.email not in answer.text
    assert (await client.post(path)).status_code == 200


async def test_the_header_stands_on_one_line_and_only_in_emails_that_can_be_switched_off(client: Client) -> None:
    person, event = await factories.person(), await factories.event()
    await queued(person, event, "one")
    row = await Mail.get(key="one")
    lines = compose(row, client.settings).as_bytes().splitlines()
    [header] = [line for line in lines if line.startswith(b"List-Unsubscribe:")]
    assert header.endswith(b">") and b"=?" not in header

    row.values["through"] = "Anna"
    assert "List-Unsubscribe" not in compose(row, client.settings)
    row.template, row.values = "registered", {"name": "", "event_name": event.name, "path": "/"}
    assert "List-Unsubscribe" not in compose(row, client.settings)


@pytest.mark.parametrize(
    "change", ["", "0-mutual-x", "{id}-mutual-x", "{id}-nonsense-x", "{other}", "é-mutual-x", "9" * 300]
)
async def test_a_token_that_is_not_ours_is_unknown(client: Client, change: str) -> None:
    person, other = await factories.person(), await factories.person()
    ours = service.token_of(other.id, OptionalKind.MUTUAL, client.settings)
    forged = f"{person.id}-{ours.partition('-')[2]}"
    token = change.format(id=person.id, other=forged) or "x"
    answers = [await client.get(f"/unsubscribe/{token}"), await client.post(f"/unsubscribe/{token}")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert (await off(person), await off(other)) == ([], [])


async def test_who_does_not_want_reminders_gets_none(database: None) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await service.switch_off(expert.person, OptionalKind.REMINDERS)
    found = await reminding.silent(event)
    assert [(each.people, each.reach) for each in found] == [([], Reach.UNWANTED)]
    assert await reminding.remind(event) == 0
