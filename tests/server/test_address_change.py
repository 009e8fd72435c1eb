"""Changing the address of an account: the new mailbox confirms, the old one can stop it."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette

from server.models import AddressChange, Mail, Person, Session
from tests import factories
from tests.client import Client
from tests.server.test_sign_in import asked, is_signed_in, letters, path_in, text_of

OLD, NEW = "old@example.org", "new@example.org"


async def at_home(client: Client) -> Person:
    person = await factories.person(email=OLD, full_name="Anna")
    await factories.signed_in(client, person)
    return person


async def paths(client: Client) -> dict[str, str]:
    """Return the paths of links in the newest e-mail to each address, by address."""
    ways = {}
    for letter in await letters(client):
        found = re.search(r"http://testserver(/\S+)", text_of(letter))
        assert found is not None
        ways[str(letter["to"])] = found[1]
    return ways


async def ask(client: Client, email: str = NEW) -> dict[str, str]:
    answer = await client.post("/account/email", data={"email": email})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?notice=address_asked#address")
    return await paths(client)


async def address_of(person: Person) -> str:
    return (await Person.get(id=person.id)).email


async def test_the_new_mailbox_confirms_and_everything_stays(app: Starlette, client: Client) -> None:
    person = await at_home(client)
    registration = await factories.expert(await factories.event(), person)
    ways = await ask(client)
    assert (sorted(ways), await address_of(person)) == ([NEW, OLD], OLD)
    assert "n•••@example.org" in (await client.get("/account")).text
    async with Client(app) as phone:
        assert (await phone.get(ways[NEW])).status_code == 200
        assert await address_of(person) == OLD
        assert (await phone.post(ways[NEW])).status_code == 303
        assert await address_of(person) == NEW
        assert await is_signed_in(client)
        await phone.post(path_in(await asked(phone, NEW)))
        assert f"/e/{(await registration.event).slug}/me" in (await phone.get("/account")).text
    assert [(row.old_email, row.new_email, row.confirmed_at is not None) for row in await AddressChange.all()] == [
        (OLD, NEW, True)
    ]


async def test_a_link_confirms_once(client: Client) -> None:
    await at_home(client)
    ways = await ask(client)
    answers = await asyncio.gather(*(client.post(ways[NEW]) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 4


async def test_the_old_mailbox_stops_it(client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    assert "old@example.org" in (await client.get(ways[OLD])).text
    assert (await client.post(ways[OLD])).status_code == 303
    assert [(await client.post(way)).status_code for way in (ways[NEW], ways[OLD])] == [410, 410]
    assert (await address_of(person), await is_signed_in(client)) == (OLD, False)


async def test_the_old_mailbox_takes_it_back_for_two_weeks(app: Starlette, client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    await client.post(ways[NEW])
    async with Client(app) as thief:
        await thief.post(path_in(await asked(thief, NEW)))
        assert await is_signed_in(thief)
        async with Client(app) as owner:
            assert (await owner.post(ways[OLD])).status_code == 303
        assert (await address_of(person), await is_signed_in(thief)) == (OLD, False)


async def test_links_of_an_address_change_expire(client: Client) -> None:
    await at_home(client)
    ways = await ask(client)
    now = datetime.now(UTC)
    await AddressChange.all().update(expires_at=now, created_at=now - timedelta(days=15))
    assert [(await client.post(way)).status_code for way in (ways[NEW], ways[OLD])] == [410, 410]


async def test_links_to_the_old_address_sign_nobody_in_afterwards(app: Starlette, client: Client) -> None:
    await at_home(client)
    async with Client(app) as other:
        link = path_in(await asked(other, OLD))
        ways = await ask(client)
        await client.post(ways[NEW])
        assert (await other.post(link)).status_code == 410
    assert await Person.all().count() == 1


async def test_only_its_own_mailbox_learns_that_an_address_is_in_use(client: Client) -> None:
    person, other = await at_home(client), await factories.person(email=NEW)
    ways = await ask(client)
    assert ways[NEW] == "/sign-in"
    assert (await address_of(person), await address_of(other)) == (OLD, NEW)


async def test_an_address_that_is_taken_meanwhile_is_refused(client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    await factories.person(email=NEW)
    answer = await client.post(ways[NEW])
    assert (answer.status_code, await address_of(person)) == (409, OLD)
    assert "Another account uses this address." in answer.text


async def test_the_latest_request_counts(client: Client) -> None:
    person = await at_home(client)
    first = await ask(client)
    second = await ask(client, "newer@example.org")
    assert [(await client.post(way)).status_code for way in (first[NEW], second["newer@example.org"])] == [410, 303]
    assert await address_of(person) == "newer@example.org"


@pytest.mark.parametrize("email", ["", "x", OLD, OLD.upper()])
async def test_faults_stand_at_the_field(client: Client, email: str) -> None:
    await at_home(client)
    answer = await client.post("/account/email", data={"email": email})
    assert (answer.status_code, await AddressChange.all().count()) == (422, 0)
    assert 'id="f-email-fault"' in answer.text
    assert (await client.get("/account/email", follow_redirects=True)).url.path == "/account"


async def test_requests_to_change_an_address_are_limited(client: Client) -> None:
    await at_home(client)
    answers = [await client.post("/account/email", data={"email": f"n{number}@example.org"}) for number in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]


async def test_the_session_that_confirms_stays(client: Client) -> None:
    await at_home(client)
    ways = await ask(client)
    assert (await client.post(ways[NEW])).headers["location"] == "/account?notice=address_changed"
    assert await Session.filter(expires_at__gt=datetime.now(UTC)).count() == 1


async def test_the_first_mailbox_takes_back_a_chain_of_changes(client: Client) -> None:
    person = await at_home(client)
    first = await ask(client)
    await client.post(first[NEW])
    second = await ask(client, "newest@example.org")
    await client.post(second["newest@example.org"])
    moved = await address_of(person)
    answers = [await client.post(way) for way in (first[OLD], second[NEW])]
    assert (moved, [answer.status_code for answer in answers]) == ("newest@example.org", [303, 410])
    assert await address_of(person) == OLD


async def test_signing_out_everywhere_stops_a_change_that_waits(client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    await client.post("/account/sign-out-everywhere")
    assert ((await client.post(ways[NEW])).status_code, await address_of(person)) == (410, OLD)


async def test_waiting_emails_go_to_the_new_address(client: Client) -> None:
    person, event = await at_home(client), await factories.event()
    ways = await ask(client)
    waiting = await factories.mail(event, person)
    await client.post(ways[NEW])
    confirmed = (await Mail.get(id=waiting.id)).to_address
    await client.post(ways[OLD])
    assert (confirmed, (await Mail.get(id=waiting.id)).to_address) == (NEW, OLD)


async def test_a_link_of_a_change_that_was_taken_back_shows_no_button(client: Client) -> None:
    await at_home(client)
    ways = await ask(client)
    await client.post(ways[NEW])
    await client.post(ways[OLD])
    assert (await client.get(ways[OLD])).status_code == 410
