"""Changing the address of an account: both mailboxes agree, the old one can refuse and undo."""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette

from server.accounts import changing
from server.accounts.holding import MAY_STOP_FOR, SILENCE
from server.events.service import person_by_email
from server.models import AddressChange, CrewRole, Mail, Person, Registration, Session
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import EXPERT, confirmation, imported, outcome, prepared, upload, workbook
from tests.server.test_sign_in import asked, is_signed_in, letters, path_in, text_of

OLD, NEW = "old@example.org", "new@example.org"


async def at_home(client: Client) -> Person:
    person = await factories.person(email=OLD, full_name="Anna")
    await factories.signed_in(client, person)
    return person


@dataclass(frozen=True)
class Ways:
    """The links of the latest e-mails about a change. agree, stop: of the e-mail to the old address."""

    confirm: str
    agree: str
    stop: str


async def links_to(client: Client, email: str) -> list[str]:
    """Return the links in the newest e-mail to the address."""
    newest = [letter for letter in await letters(client) if str(letter["to"]) == email][-1]
    return re.findall(r"http://testserver(/\S+)", text_of(newest))


async def ask(client: Client, email: str = NEW, old: str = OLD) -> Ways:
    answer = await client.post("/account/email", data={"email": email})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?notice=address_asked#address")
    (agree, stop, *_), (confirm, *_) = await links_to(client, old), await links_to(client, email)
    return Ways(confirm, agree, stop)


async def changed(client: Client, email: str = NEW, old: str = OLD) -> Ways:
    """Ask, and agree from both mailboxes."""
    ways = await ask(client, email, old)
    for way in (ways.confirm, ways.agree):
        assert (await client.post(way)).status_code == 303
    return ways


async def address_of(person: Person) -> str:
    return (await Person.get(id=person.id)).email


async def pass_over(span: timedelta) -> None:
    """Make all changes older by so much."""
    for change in await AddressChange.all():
        values = {
            name: at - span
            for name in ("created_at", "expires_at", "new_agreed_at", "old_agreed_at", "confirmed_at")
            if (at := getattr(change, name))
        }
        await AddressChange.filter(id=change.id).update(**values)


@pytest.mark.parametrize("order", [("confirm", "agree"), ("agree", "confirm")])
async def test_both_mailboxes_agree_and_everything_stays(
    app: Starlette, client: Client, order: tuple[str, str]
) -> None:
    person = await at_home(client)
    registration = await factories.expert(await factories.event(), person)
    ways = await ask(client)
    first, last = (getattr(ways, each) for each in order)
    waits = read(await client.get("/account")).words
    assert "n•••@example.org" in waits
    assert ("Waiting for the new address" in waits, "Waiting for the old address" in waits) == (True, True)
    async with Client(app) as phone:
        assert (await phone.get(first)).status_code == 200
        assert "Waiting for the old address" in read(await client.get("/account")).words
        assert (await phone.post(first)).headers["location"] == f"{first}?notice=address_agreed"
        assert await address_of(person) == OLD
        told = read(await client.get("/account")).words
        assert ("Waiting for the new address" in told) == (order[0] == "agree")
        assert ("Waiting for the old address" in told) == (order[0] == "confirm")
        assert "<button" not in (await phone.get(first)).text.partition("<main")[2].partition("</main")[0]
        assert (await phone.post(first)).status_code == 303
        assert await address_of(person) == OLD
        assert (await phone.post(last)).headers["location"] == "/sign-in?notice=address_changed"
        assert await address_of(person) == NEW
        assert await is_signed_in(client)
        await phone.post(path_in(await asked(phone, NEW)))
        assert f"/e/{(await registration.event).slug}/me" in (await phone.get("/account")).text
    kept = [(row.old_email, row.new_email, row.confirmed_at is not None) for row in await AddressChange.all()]
    assert kept == [(OLD, NEW, True)]
    works = await Mail.filter(template="address_works").exists()
    assert (await Mail.filter(template="address_changed", to_address=OLD).exists(), works) == (
        True,
        order[1] == "agree",
    )


async def test_a_link_agrees_once(client: Client) -> None:
    await at_home(client)
    ways = await ask(client)
    await client.post(ways.agree)
    answers = await asyncio.gather(*(client.post(ways.confirm) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 4


async def test_both_mailboxes_agree_at_the_same_moment(client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    answers = await asyncio.gather(client.post(ways.confirm), client.post(ways.agree))
    assert ([answer.status_code for answer in answers], await address_of(person)) == ([303, 303], NEW)


async def test_a_new_address_alone_is_enough_only_after_three_days_without_an_answer(client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    await client.post(ways.confirm)
    await pass_over(SILENCE - timedelta(minutes=5))
    before = (await changing.make_due(), (await client.post(ways.confirm)).status_code, await address_of(person))
    await pass_over(timedelta(minutes=6))
    after = (await changing.make_due(), await changing.make_due(), await address_of(person))
    assert (before, after) == ((0, 303, OLD), (1, 0, NEW))
    # The old mailbox is told, and can still undo the change.
    (undo, *_) = await links_to(client, OLD)
    assert (await client.post(undo)).status_code == 303
    assert await address_of(person) == OLD


async def test_a_new_address_confirmed_late_needs_no_answer_of_the_old_one(client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    await pass_over(SILENCE + timedelta(hours=1))
    assert (await changing.make_due(), await address_of(person)) == (0, OLD)
    assert (await client.post(ways.confirm)).headers["location"] == "/account?notice=address_changed"
    assert await address_of(person) == NEW


async def test_the_old_address_alone_is_never_enough(client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    await client.post(ways.agree)
    await pass_over(SILENCE + timedelta(hours=1))
    assert (await changing.make_due(), await address_of(person)) == (0, OLD)


async def test_the_old_mailbox_refuses_for_good(client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    await client.post(ways.confirm)
    assert "old@example.org" in (await client.get(ways.stop)).text
    assert (await client.post(ways.stop)).status_code == 303
    await pass_over(SILENCE)
    assert [(await client.post(way)).status_code for way in (ways.confirm, ways.agree, ways.stop)] == [410] * 3
    assert await changing.make_due() == 0
    assert (await address_of(person), await is_signed_in(client)) == (OLD, False)


async def test_the_old_mailbox_takes_it_back_for_two_weeks_after_the_change(app: Starlette, client: Client) -> None:
    person = await at_home(client)
    ways = await changed(client)
    await pass_over(MAY_STOP_FOR - timedelta(hours=1))
    async with Client(app) as thief:
        await thief.post(path_in(await asked(thief, NEW)))
        assert await is_signed_in(thief)
        async with Client(app) as owner:
            assert (await owner.post(ways.stop)).status_code == 303
        assert (await address_of(person), await is_signed_in(thief)) == (OLD, False)


async def test_links_of_an_address_change_expire(client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    await client.post(ways.confirm)
    await AddressChange.all().update(expires_at=datetime.now(UTC))
    assert [(await client.post(way)).status_code for way in (ways.confirm, ways.agree, ways.stop)] == [410] * 3
    assert (await changing.make_due(), await address_of(person)) == (0, OLD)
    assert "Waiting for" not in read(await client.get("/account")).words
    made = await changed(client, "newer@example.org")
    await pass_over(MAY_STOP_FOR)
    assert (await client.post(made.stop)).status_code == 410


async def test_links_to_the_old_address_sign_nobody_in_afterwards(app: Starlette, client: Client) -> None:
    person = await at_home(client)
    async with Client(app) as other:
        link = path_in(await asked(other, OLD))
        await changed(client)
        assert (await other.post(link)).status_code == 410
        # Asked anew, the old address gets no link that signs in, but the way back.
        await other.post("/sign-in", data={"email": OLD})
        (undo, *_) = await links_to(client, OLD)
        assert (await other.post(undo)).headers["location"] == "/sign-in?notice=address_kept"
    assert (await Person.all().count(), await address_of(person)) == (1, OLD)


async def test_no_other_account_is_made_for_an_address_that_an_account_holds(app: Starlette, client: Client) -> None:
    person = await at_home(client)
    async with Client(app) as other:
        early = path_in(await asked(other, NEW))
        ways = await ask(client)
        await client.post(ways.confirm)
        assert (await other.post(early)).status_code == 410
        await other.post("/sign-in", data={"email": NEW})
        last = await Mail.all().order_by("-id").first()
        assert last is not None
        assert (last.template, last.to_address, last.values["old"]) == ("address_waits", NEW, "o•••@example.org")
        assert (await person_by_email(NEW, locale="en")).id == person.id
        await client.post(ways.agree)
        assert (await person_by_email(OLD, locale="en")).id == person.id
    assert await Person.all().count() == 1


@pytest.mark.parametrize("is_made", [False, True])
async def test_an_import_makes_no_other_account_for_an_address_that_an_account_holds(
    app: Starlette, client: Client, is_made: bool
) -> None:
    person = await at_home(client)
    ways = await ask(client)
    await client.post(ways.confirm)
    if is_made:
        await client.post(ways.agree)
    async with Client(app) as other:
        event = await prepared(other)
        nameless = {"experts": [{**EXPERT, "email": ""}]}
        await imported(other, event, workbook(**nameless))
        page = await upload(other, event, workbook(experts=[{**EXPERT, "email": OLD if is_made else NEW}]))
        addressed = "1 person who had no e-mail address gets the address in the file"
        # The same as for an address that nobody has.
        assert outcome(page) == ["1 existing expert updated", addressed]
        assert "also while the owner is changing it" in read(page).words
        await other.post(confirmation(page))
    assert [row.person_id for row in await Registration.filter(event_id=event.id)] == [person.id]
    assert not await Person.filter(email=OLD if is_made else NEW).exists()


async def test_only_its_own_mailbox_learns_that_an_address_is_in_use(client: Client) -> None:
    person, other = await at_home(client), await factories.person(email=NEW)
    ways = await ask(client)
    assert ways.confirm == "/sign-in"
    page = read(await client.get("/account")).words
    assert "in use" not in page
    assert "Waiting for the new address" in page
    assert (await client.post("/account/email/again")).status_code == 303
    assert (await client.post(ways.agree)).headers["location"] == f"{ways.agree}?notice=address_agreed"
    await pass_over(SILENCE)
    assert (await changing.make_due(), await address_of(person), await address_of(other)) == (0, OLD, NEW)


@pytest.mark.parametrize("last", ["confirm", "agree"])
async def test_an_address_that_is_taken_meanwhile_is_refused_without_telling(client: Client, last: str) -> None:
    person = await at_home(client)
    ways = await ask(client)
    if last == "agree":
        await client.post(ways.confirm)
    await factories.person(email=NEW)
    answer = await client.post(getattr(ways, last))
    assert (answer.status_code, await address_of(person)) == (410, OLD)
    assert "account" not in read(answer).words.partition("This link")[2].partition("Nothing was changed")[0]
    assert await Mail.filter(template="address_taken", to_address=NEW).exists()
    assert [(await client.post(way)).status_code for way in (ways.confirm, ways.agree)] == [410, 410]


async def test_the_latest_request_counts(client: Client) -> None:
    person = await at_home(client)
    first = await ask(client)
    second = await ask(client, "newer@example.org")
    ways = (first.confirm, first.agree, second.confirm, second.agree)
    assert [(await client.post(way)).status_code for way in ways] == [410, 410, 303, 303]
    assert await address_of(person) == "newer@example.org"


async def test_links_are_sent_again_to_who_has_not_agreed(client: Client) -> None:
    person = await at_home(client)
    first = await ask(client)
    await client.post("/account/email/again")
    (agree, stop, *_), (confirm, *_) = await links_to(client, OLD), await links_to(client, NEW)
    again = Ways(confirm, agree, stop)
    assert (await client.post(first.confirm)).status_code == 410
    assert [(await client.get(way)).status_code for way in (first.agree, first.stop, again.stop)] == [200] * 3
    await client.post(again.confirm)
    before = await Mail.filter(to_address=NEW).count()
    await client.post("/account/email/again")
    assert await Mail.filter(to_address=NEW).count() == before
    await client.post(first.agree)
    assert await address_of(person) == NEW
    assert (await client.post("/account/email/again")).status_code == 410


async def test_a_change_that_waits_is_cancelled(client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    await client.post(ways.confirm)
    answer = await client.post("/account/email/cancel")
    assert answer.headers["location"] == "/account?notice=address_cancelled#address"
    assert (await client.post(ways.agree)).status_code == 410
    assert (await address_of(person), await is_signed_in(client)) == (OLD, True)
    assert "Waiting for" not in read(await client.get("/account")).words


@pytest.mark.parametrize("email", ["", "x", OLD, OLD.upper()])
async def test_faults_stand_at_the_field(client: Client, email: str) -> None:
    await at_home(client)
    answer = await client.post("/account/email", data={"email": email})
    assert (answer.status_code, await AddressChange.all().count()) == (422, 0)
    assert 'id="f-email-fault"' in answer.text
    assert (await client.get("/account/email", follow_redirects=True)).url.path == "/account"


async def test_requests_to_change_an_address_are_limited(client: Client) -> None:
    await at_home(client)
    answers = [await client.post("/account/email", data={"email": f"n{number}@example.org"}) for number in range(5)]
    answers.append(await client.post("/account/email/again"))
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]


async def test_the_session_that_agrees_stays(client: Client) -> None:
    await at_home(client)
    ways = await ask(client)
    await client.post(ways.agree)
    assert (await client.post(ways.confirm)).headers["location"] == "/account?notice=address_changed"
    assert await Session.filter(expires_at__gt=datetime.now(UTC)).count() == 1


async def test_the_first_mailbox_takes_back_a_chain_of_changes(client: Client) -> None:
    person = await at_home(client)
    first = await changed(client)
    second = await changed(client, "newest@example.org", NEW)
    moved = await address_of(person)
    answers = [await client.post(way) for way in (first.stop, second.stop)]
    assert (moved, [answer.status_code for answer in answers]) == ("newest@example.org", [303, 410])
    assert await address_of(person) == OLD


async def test_signing_out_everywhere_stops_a_change_that_waits(client: Client) -> None:
    person = await at_home(client)
    ways = await ask(client)
    await client.post("/account/sign-out-everywhere")
    assert ((await client.post(ways.confirm)).status_code, await address_of(person)) == (410, OLD)


async def test_waiting_emails_and_the_escort_of_the_ledger_follow_the_address(client: Client) -> None:
    person, event = await at_home(client), await factories.event()
    await factories.crew(event, CrewRole.ESCORT, person)
    escort = await factories.escort(event, email=OLD)
    ways = await ask(client)
    waiting = await factories.mail(event, person)
    places = []
    for way in ((ways.confirm, ways.agree), (ways.stop,)):
        for each in way:
            await client.post(each)
        await escort.refresh_from_db()
        places.append(((await Mail.get(id=waiting.id)).to_address, escort.email))
    assert places == [(NEW, NEW), (OLD, OLD)]


async def test_a_link_of_a_change_that_was_taken_back_shows_no_button(client: Client) -> None:
    await at_home(client)
    ways = await changed(client)
    await client.post(ways.stop)
    assert [(await client.get(way)).status_code for way in (ways.stop, ways.agree)] == [410, 410]
