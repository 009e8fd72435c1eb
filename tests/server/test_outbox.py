"""The organisers' outbox: failed e-mails are shown, tried again, sent to a better address, or given up."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server import db, mail
from server.account_emails import SignIn
from server.accounts import service as accounts
from server.accounts.sessions import hashed
from server.email_templates import EMAILS
from server.emails import RegistrationComplete
from server.events import organising
from server.letters.outbox import TEMPLATES
from server.models import Delegate, Event, Job, JobKind, JobState, Mail, MailFailure, Organiser, Person, SignInLink
from server.registrations import service as registrations
from server.settings import Settings
from server.worker import Worker
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.postbox import opened
from tests.statements import Statements

NOW = datetime.now(UTC)
WRONG, RIGHT = "ivan@exmaple.org", "ivan@example.org"


async def at_desk(client: Client) -> tuple[Event, str]:
    """Return an event whose organiser is at the client, and the URL of its outbox."""
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    return event, f"/e/{event.slug}/emails"


async def failed(event: Event, person: Person | None = None, **values: Any) -> Mail:
    told = {"failed_at": NOW, "failure": MailFailure.REFUSED, "refusal": "550 no such user <b>here</b>"}
    return await factories.mail(event, person or await factories.person(), **{**told, **values})


async def delivered(settings: Settings, **refused: str) -> list[str]:
    """Run all due jobs, and return the addresses that got e-mail."""
    async with opened() as postbox:
        worker = Worker(settings.model_copy(update={"smtp_url": postbox.url}))
        while await worker.run_one(JobKind.MAIL):
            pass
        return [envelope.rcpt_tos[0] for envelope in postbox.envelopes]


# Told -------------------------------------------------------------------------------------------------------------


async def test_a_refused_recipient_is_shown_on_overview_outbox_and_readyz(client: Client) -> None:
    event, base = await at_desk(client)
    expert = await factories.expert(event)
    await db.atomic(mail.queue_to)(expert.person, event, "k", RegistrationComplete(path=f"/e/{event.slug}/me"))
    assert (await client.get("/readyz")).text == "ok\n"
    async with opened() as postbox:
        postbox.refused = {expert.person.email: "550 no such user"}
        await Worker(client.settings.model_copy(update={"smtp_url": postbox.url})).run_one(JobKind.MAIL)

    desk = read(await client.get(f"/e/{event.slug}/desk"))
    assert ("1 e-mail could not be delivered" in desk.words, f"{base}?state=failed" in desk.links) == (True, True)
    page = read(await client.get(base))
    for said in (expert.person.email, "Confirmation of a registration", "550 no such user"):
        assert said in page.words
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.text) == (200, "degraded\ne-mails that could not be delivered: 1\n")


async def test_e_mails_that_wait_long_for_the_mail_server_are_a_task(client: Client) -> None:
    event, base = await at_desk(client)
    for failure in (MailFailure.UNREACHABLE, MailFailure.NO_TLS, MailFailure.NO_SIGN_IN, MailFailure.DELAYED):
        await factories.mail(event, await factories.person(), failure=failure)
    assert "waiting for more than" not in (await client.get(f"/e/{event.slug}/desk")).text
    await Mail.all().update(created_at=NOW - timedelta(minutes=61))
    desk = read(await client.get(f"/e/{event.slug}/desk"))
    # A recipient's server that delays an e-mail is nothing to tell the administrator.
    assert "3 e-mails have been waiting for more than an hour" in desk.words
    assert f"{base}?state=waiting" in desk.links


async def test_replies_of_mail_servers_are_escaped(client: Client) -> None:
    event, base = await at_desk(client)
    await failed(event)
    assert "550 no such user &lt;b&gt;here&lt;/b&gt;" in (await client.get(base)).text


async def test_each_organiser_sees_the_emails_of_their_event_alone(client: Client) -> None:
    event, base = await at_desk(client)
    other = await factories.event()
    await failed(other, await factories.person(email="other@example.org"))
    await factories.mail(event, await factories.person(email="own@example.org"))
    signing_in = SignIn(path="/sign-in/link/x", code="123456", minutes=15)
    await db.atomic(mail.queue)("s", signing_in, to="in@example.org", locale="en")
    shown = [(await client.get(f"{base}?state={state}")).text for state in ("failed", "waiting", "sent")]
    assert [[who in text for text in shown] for who in ("own@", "other@", "in@")] == [
        [False, True, False],
        [False, False, False],
        [False, False, False],
    ]


async def test_no_sign_in_link_is_shown(client: Client) -> None:
    event, base = await at_desk(client)
    await db.atomic(organising.add_organiser)(event, "new@example.org", locale="en")
    letter = await Mail.get(to_address="new@example.org")
    token = letter.values["path"].rpartition("/")[2]
    await Mail.filter(id=letter.id).update(failed_at=NOW, failure=MailFailure.REFUSED)
    for path in (base, f"{base}/{letter.id}/address"):
        answer = await client.get(path)
        assert ("new@example.org" in answer.text, token in answer.text) == (True, False)


async def test_waiting_emails_show_their_next_try(client: Client) -> None:
    event, base = await at_desk(client)
    await factories.mail(event, await factories.person(), failure=MailFailure.UNREACHABLE)
    page = read(await client.get(base))
    assert ("The mail server did not answer." in page.words, "Next attempt:" in page.words) == (True, True)


def test_every_email_has_a_name_in_plain_words() -> None:
    assert set(TEMPLATES) == set(EMAILS)


@pytest.mark.parametrize("state", ["failed", "waiting", "sent"])
async def test_a_page_of_the_outbox_takes_as_many_queries_for_many_as_for_one(
    client: Client, queries: Callable[[], AbstractContextManager[Statements]], state: str
) -> None:
    event, base = await at_desk(client)
    values = {"failed": {"failed_at": NOW}, "waiting": {}, "sent": {"sent_at": NOW}}[state]
    seen = []
    # The first page of an event reads the event and the roles.
    await client.get(base)
    for number in (1, 4):
        for _ in range(number):
            await factories.mail(event, await factories.person(), **values)
        with queries() as statements:
            assert (await client.get(f"{base}?state={state}")).status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1]


# Tried again ------------------------------------------------------------------------------------------------------


async def test_one_is_tried_again_and_arrives(client: Client) -> None:
    event, base = await at_desk(client)
    letter, other = await failed(event), await failed(event)
    answer = await client.post(f"{base}/{letter.id}/retry")
    assert answer.headers["location"] == f"{base}?state=waiting&notice=mail_again"
    assert await delivered(client.settings) == [letter.to_address]
    assert {(each.id, each.sent_at is not None) for each in await Mail.all()} == {(letter.id, True), (other.id, False)}
    assert (await client.get("/readyz")).text == "degraded\ne-mails that could not be delivered: 1\n"


async def test_all_are_tried_again_those_that_wait_with_them(client: Client) -> None:
    event, base = await at_desk(client)
    letters = [await failed(event), await failed(event), await factories.mail(event, await factories.person())]
    foreign = await failed(await factories.event())
    await Job.filter(mail_id=letters[2].id).update(run_after=NOW + timedelta(hours=1))
    await client.post(f"{base}/retry")
    assert sorted(await delivered(client.settings)) == sorted(letter.to_address for letter in letters)
    assert (await Mail.get(id=foreign.id)).sent_at is None


async def test_an_invitation_that_waited_too_long_goes_out_with_a_link_that_works(client: Client) -> None:
    event, base = await at_desk(client)
    await db.atomic(organising.add_organiser)(event, "new@example.org", locale="en")
    letter = await Mail.get()
    await Mail.all().update(failed_at=NOW)
    await Job.all().update(state=JobState.DEAD)
    await SignInLink.all().update(expires_at=NOW - timedelta(days=1))
    await client.post(f"{base}/{letter.id}/retry")
    renewed = await Mail.get()
    assert renewed.values["path"] != letter.values["path"]
    signed_in = await accounts.use_link(renewed.values["path"].rpartition("/")[2], preferred="en")
    assert (signed_in.person.email, signed_in.next_path) == ("new@example.org", f"/e/{event.slug}/desk")


async def test_what_was_sent_is_not_sent_again(client: Client) -> None:
    event, base = await at_desk(client)
    letter = await factories.mail(event, await factories.person(), sent_at=NOW)
    acts = [await client.post(f"{base}/{letter.id}/{act}") for act in ("retry", "drop", "address")]
    await client.post(f"{base}/retry")
    assert ([answer.status_code for answer in acts], await delivered(client.settings)) == ([404] * 3, [])


async def test_an_email_given_up_is_not_reported_and_never_sent(client: Client) -> None:
    event, base = await at_desk(client)
    letter = await failed(event)
    await client.post(f"{base}/{letter.id}/drop")
    await client.post(f"{base}/retry")
    assert ((await client.get("/readyz")).text, await delivered(client.settings)) == ("ok\n", [])


# Another address --------------------------------------------------------------------------------------------------


async def invited(event: Event, **delegate: Any) -> Mail:
    """Return the failed e-mail to a delegate."""
    firm = await factories.enterprise(event)
    given = {"email": WRONG, "full_name": "Ivan", "position": "", "locale": "en", **delegate}
    await registrations.add_delegate(firm, **given)
    await Mail.all().update(failed_at=NOW, failure=MailFailure.REFUSED)
    await Job.all().update(state=JobState.DEAD)
    return await Mail.get(to_address=given["email"])


async def test_an_address_is_corrected_and_everything_goes_to_the_new_one(client: Client) -> None:
    event, base = await at_desk(client)
    letter = await invited(event)
    waiting = await factories.mail(event, await Person.get(email=WRONG))
    assert f"{base}/{letter.id}/address" in read(await client.get(base)).links
    answer = await client.post(f"{base}/{letter.id}/address", data={"email": " Ivan@Example.org "})
    assert answer.status_code == 303
    assert {mail.to_address for mail in await Mail.filter(id__in=[letter.id, waiting.id])} == {RIGHT}
    assert await Person.filter(email=WRONG).count() == 0
    path = (await Mail.get(id=letter.id)).values["path"]
    assert await delivered(client.settings) == [RIGHT, RIGHT]
    signed_in = await accounts.use_link(path.rpartition("/")[2], preferred="en")
    assert (signed_in.person.email, signed_in.person.full_name) == (RIGHT, (await Person.get(email=RIGHT)).full_name)
    old = letter.values["path"].rpartition("/")[2]
    assert not await SignInLink.exists(token_hash=hashed(old))


async def test_a_corrected_address_is_checked_as_any_other(client: Client) -> None:
    event, base = await at_desk(client)
    letter = await invited(event)
    answer = await client.post(f"{base}/{letter.id}/address", data={"email": "ivan@"})
    assert (answer.status_code, "Enter an e-mail address such as" in answer.text) == (422, True)


async def test_nobody_changes_the_address_of_somebody_who_has_signed_in(client: Client) -> None:
    event, base = await at_desk(client)
    letter = await invited(event)
    await Person.filter(email=WRONG).update(signed_in_at=datetime.now(UTC))
    assert f"{base}/{letter.id}/address" not in read(await client.get(base)).links
    answer = await client.post(f"{base}/{letter.id}/address", data={"email": "eve@evil.example"})
    assert (answer.status_code, await Person.exists(email=WRONG)) == (409, True)


async def test_nobody_changes_the_address_of_somebody_at_another_event(client: Client) -> None:
    """What this event's organiser entered goes to the right address; at the other event the person is who they were."""
    event, base = await at_desk(client)
    letter = await invited(event)
    elsewhere = await factories.interpreter(await factories.event(), await Person.get(email=WRONG))
    answer = await client.post(f"{base}/{letter.id}/address", data={"email": RIGHT})
    assert (answer.status_code, (await Person.get(id=elsewhere.person_id)).email) == (303, WRONG)
    assert (await Delegate.get(person__email=RIGHT)).proposed == {"full_name": "Ivan"}


async def test_the_owner_of_a_corrected_address_is_asked_for_consent(client: Client) -> None:
    event, base = await at_desk(client)
    letter = await invited(event)
    known = await factories.person(email=RIGHT, full_name="Known Elsewhere", signed_in_at=NOW)
    answer = await client.post(f"{base}/{letter.id}/address", data={"email": RIGHT})
    row = await Delegate.get(person_id=known.id).select_related("person")
    assert (answer.status_code, row.proposed, row.person.full_name) == (303, {"full_name": "Ivan"}, "Known Elsewhere")
    assert {mail.to_address for mail in await Mail.filter(event_id=event.id)} == {RIGHT}
    assert not await Delegate.exists(person__email=WRONG)


async def test_two_corrections_from_one_page_do_not_undo_each_other(client: Client) -> None:
    event, base = await at_desk(client)
    letter = await invited(event)
    await client.post(f"{base}/{letter.id}/address", data={"email": RIGHT})
    await Mail.filter(id=letter.id).update(sent_at=NOW)
    assert (await client.post(f"{base}/{letter.id}/address", data={"email": WRONG})).status_code == 404
    assert await Person.exists(email=RIGHT)


async def test_a_removed_person_is_not_invited(client: Client) -> None:
    event, base = await at_desk(client)
    await db.atomic(organising.add_organiser)(event, "new@example.org", locale="en")
    await Mail.all().update(failed_at=NOW)
    row = await Organiser.get(event_id=event.id, person__email="new@example.org")
    assert (await client.post(f"/e/{event.slug}/organisers/{row.id}/remove")).status_code == 303
    await client.post(f"{base}/retry")
    assert ((await client.get("/readyz")).text, await delivered(client.settings)) == ("ok\n", [])


# Watched ----------------------------------------------------------------------------------------------------------


async def test_readyz_reports_missing_workers(client: Client) -> None:
    await factories.mail(await factories.event(), await factories.person())
    assert (await client.get("/readyz")).text == "ok\n"
    await Job.all().update(run_after=NOW - timedelta(minutes=10))
    assert (await client.get("/readyz")).text.startswith("degraded\nno worker: a job is due since ")


async def test_readyz_reports_emails_that_wait_for_the_mail_server(client: Client) -> None:
    await factories.mail(await factories.event(), await factories.person())
    now = datetime.now(UTC)
    tried = {"attempts": 6, "created_at": now - timedelta(hours=2), "run_after": now + timedelta(minutes=30)}
    await Job.all().update(**tried)
    assert (await client.get("/readyz")).text.startswith("degraded\ne-mail waits since ")
