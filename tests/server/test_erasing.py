"""Deleting an account: nothing about the person is left in any byte, plans keep their meetings, others are told."""

import asyncio
import contextlib
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server import db
from server.files import storing
from server.models import (
    ActOnBehalf,
    AddressChange,
    CalendarEntry,
    Consent,
    Correction,
    CorrectionKind,
    Delegate,
    Departure,
    Erasure,
    HeldForm,
    Interpreter,
    Job,
    JobKind,
    JobState,
    Mail,
    Meeting,
    Need,
    Organisation,
    Organiser,
    Person,
    PresenceRequest,
    Registration,
    Session,
    SignInLink,
    StoredFile,
    Translation,
    Travel,
    Wish,
)
from server.plans import publishing
from server.plans.publishing import NotPublishable
from server.privacy import erasing, exporting
from server.privacy.erasing import OnlyOwner, erase
from server.privacy.scrubbing import spelt
from server.settings import Settings
from server.worker import Worker
from tests import factories, uploaded
from tests.client import Client
from tests.conftest import ENGINE
from tests.reading import read
from tests.server import planning

CANARY = "Kanarienvogel"


async def known_expert(event: Any, settings: Settings) -> tuple[Person, Registration]:
    """Return an expert of whom every table has something, each text with the canary."""
    person = await factories.person(
        email=f"{CANARY.lower()}@example.org", full_name=f"{CANARY} Anna", latin_name=f"Anna {CANARY}"
    )
    texts = dict.fromkeys(
        ("affiliation", "position", "degree", "headline", "offer", "results", "patents", "note"), f"{CANARY} text"
    )
    expert = await factories.expert(event, person, **texts, proposed={"full_name": CANARY})
    now = person.created_at
    await Consent.create(
        person=person, event=event, purpose="photo", version="1", text_hash="x", locale="en", given_at=now
    )
    await factories.translation(expert, "offer", "ru", f"{CANARY} по-русски")
    await factories.presence_request(expert)
    file = await uploaded.stored_file(expert, settings.files_dir, name=f"{CANARY}.pdf")
    storing.path_of(settings.files_dir, file.key).write_text(CANARY)
    await Travel.create(registration=expert, arrives_by=CANARY, accessibility=CANARY, diet=CANARY)
    await HeldForm.create(token_hash="h", person=person, path="/", values={"offer": CANARY}, expires_at=now)
    await SignInLink.create(token_hash="l", email=person.email, next_path=f"/{CANARY}", expires_at=now)
    await AddressChange.create(
        person=person,
        old_email=f"old-{person.email}",
        new_email=person.email,
        confirm_hash="c",
        stop_hash="s",
        expires_at=now,
        confirmed_at=now,
    )
    await AddressChange.all().update(created_at=now - timedelta(days=20), confirmed_at=now - timedelta(days=20))
    await factories.mail(event, person, refusal=f"550 {CANARY}")
    await factories.session(person)
    return person, expert


def bytes_of(settings: Settings) -> bytes:
    """Return all bytes of the database's files, of the folder of e-mails and of uploaded files."""
    path = db.sqlite_path(settings)
    files = [
        each
        for each in (*db.with_companions(path), *settings.mail_dir.glob("*"), *settings.files_dir.rglob("*"))
        if each.is_file()
    ]
    return b"".join(each.read_bytes() for each in files)


@pytest.mark.skipif(ENGINE != "sqlite", reason="reads the file")
async def test_no_byte_of_the_person_is_left(client: Client, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.INFO)
    settings, event = client.settings, await factories.event()
    person, expert = await known_expert(event, settings)
    firm = await factories.enterprise(event)
    await factories.calendar_entry(expert, firm)
    await factories.wish(expert, firm)
    await factories.wish(firm, expert)
    await Correction.create(event=event, expert=expert, enterprise=firm, kind=CorrectionKind.FITS, reason=CANARY)
    other = await factories.person()
    await factories.mail(event, other, values={"who": f"{CANARY} Anna", "path": "/"})
    worker = Worker(settings)
    await worker.send_emails(1)
    assert CANARY.encode() in bytes_of(settings)
    await uploaded.stored_file(expert, settings.files_dir)
    await factories.signed_in(client, person)

    answer = await client.post("/account/delete")

    assert (answer.status_code, answer.headers["location"]) == (303, "/?notice=account_deleted")
    assert (await StoredFile.all().count(), list(storing.stored(settings.files_dir))) == (0, [])
    await worker.send_emails()
    assert await worker.run_one(JobKind.SCRUB)
    left = bytes_of(settings)
    assert [each for each in (CANARY, CANARY.lower()) if each.encode() in left or each in caplog.text] == []
    assert (await client.get("/account")).status_code == 303
    assert await Person.filter(id=person.id).count() == 0


async def test_the_meeting_stays_with_a_person_who_left(client: Client) -> None:
    event = await factories.event()
    person, expert = await known_expert(event, client.settings)
    firm = await factories.enterprise(event)
    await factories.calendar_entry(expert, firm)
    await factories.organiser(event)
    [delegate] = await factories.delegates_of(firm)

    assert await erase(person)

    kept = await Registration.get(id=expert.id).select_related("person")
    assert (kept.person.is_erased, kept.offer, kept.proposed, kept.topics, kept.takes_part) == (
        True,
        "",
        None,
        [],
        False,
    )
    assert await CalendarEntry.filter(expert_id=expert.id).count() == 1
    told = {each.template: each.values for each in await Mail.filter(person_id=delegate.id)}
    assert (list(told), CANARY in str(told)) == (["left"], False)
    await factories.signed_in(client, await Person.get(id=delegate.id))
    agenda = read(await client.get(f"/e/{event.slug}/agenda"))
    assert CANARY not in agenda.words


async def test_every_table_that_the_export_reads_is_empty_afterwards(database: None, settings: Settings) -> None:
    event = await factories.event()
    person, expert = await known_expert(event, settings)
    firm = await factories.enterprise(await factories.event(), person)
    await factories.interpreter(await factories.event(), person)
    await factories.translator(event, person)
    await factories.wish(expert, await factories.enterprise(event))
    assert await erase(person)
    held = await exporting.held_about(person)
    assert {table: len(rows) for table, rows in held.items() if rows} == {}
    assert (await Need.filter(registration_id=firm.id).count(), await Translation.all().count()) == (0, 0)
    assert (await Wish.all().count(), await PresenceRequest.all().count()) == (0, 0)
    assert await Erasure.filter(person_id=person.id, made_at=person.created_at).count() == 1


async def test_an_enterprise_with_a_colleague_stays(database: None) -> None:
    event = await factories.event()
    person = await factories.person(full_name=CANARY)
    firm = await factories.enterprise(event, person)
    colleague = await factories.delegate(firm)
    assert await erase(person)
    await firm.refresh_from_db()
    assert (firm.takes_part, await Need.filter(registration_id=firm.id).count()) == (True, 1)
    assert [each.person_id for each in await Delegate.filter(registration_id=firm.id)] == [colleague.person_id]
    [told] = await Mail.filter(person_id=colleague.person_id)
    assert (told.template, CANARY in str(told.values)) == ("left", False)


async def test_an_enterprise_without_others_leaves_and_is_emptied(client: Client) -> None:
    event = await factories.event()
    person = await factories.person()
    firm = await factories.enterprise(event, person, await factories.organisation(name=CANARY, description=CANARY))
    await factories.signed_in(client, person)
    question = read(await client.get("/account/delete"))
    assert "You are the only delegate of this enterprise" in question.words
    await client.post("/account/delete")
    await firm.refresh_from_db()
    organisation = await Organisation.get(id=firm.organisation_id)
    assert (firm.takes_part, organisation.name, organisation.description) == (False, "", "")
    assert await Need.all().count() == 0


async def test_a_draft_is_deleted_whole(database: None) -> None:
    person = await factories.person()
    expert = await factories.expert(await factories.event(), person, registered_at=None, agreed_at=None)
    await ActOnBehalf.create(event_id=expert.event_id, registration=expert, act="work")
    assert await erase(person)
    assert (await Registration.all().count(), await Person.all().count()) == (0, 0)


async def test_acts_of_an_organiser_stay_without_the_name(client: Client) -> None:
    event = await factories.event()
    person = await factories.person()
    await factories.organiser(event, person)
    other = await factories.organiser(event)
    expert = await factories.expert(event)
    await ActOnBehalf.create(event=event, organiser=person, registration=expert, act="work")
    assert await erase(person)
    [act] = await ActOnBehalf.all()
    assert (act.organiser_id, act.registration_id) == (None, expert.id)
    assert [each.id for each in await Organiser.all()] == [other.id]


async def test_the_only_organiser_is_asked_to_add_another_first(client: Client) -> None:
    event = await factories.event()
    person = await factories.person()
    await factories.organiser(event, person)
    await factories.signed_in(client, person)
    question = await client.get("/account/delete")
    refused = await client.post("/account/delete")
    assert "Add another organiser first" in read(question).words
    assert (refused.status_code, await Person.filter(id=person.id).count()) == (OnlyOwner.status, 1)
    assert f"/e/{event.slug}/organisers" in question.text


async def test_an_interpreter_with_meetings_stays_as_somebody_who_left(database: None) -> None:
    event = await factories.event()
    person = await factories.person(full_name=CANARY)
    interpreter = await factories.interpreter(event, person)
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    await factories.calendar_entry(expert, firm, interpreter=interpreter)
    organiser = await factories.organiser(event)
    assert await erase(person)
    kept = await Interpreter.every.get(id=interpreter.id).select_related("person")
    assert (kept.person.is_erased, kept.languages, kept.removed_at is None) == (True, [], False)
    [told] = await Mail.filter(person_id=organiser.person_id)
    assert CANARY not in str(told.values)


async def test_deleted_twice_at_once_it_is_deleted_once(database: None) -> None:
    person = await factories.person()
    await factories.expert(await factories.event(), person)
    done = await asyncio.gather(*(erase(person) for _ in range(3)))
    assert (sorted(done), await Erasure.all().count()) == ([False, False, True], 1)


async def test_nobody_can_undo_that_the_person_left(client: Client) -> None:
    event = await factories.event()
    person = await factories.person()
    expert = await factories.expert(event, person)
    organiser = await factories.organiser(event)
    assert await erase(person)
    assert [each.by_organiser for each in await Departure.all()] == [False]
    await factories.signed_in(client, organiser.person)
    answer = await client.post(f"/e/{event.slug}/parties/{expert.id}/restore")
    await expert.refresh_from_db()
    assert (answer.status_code, expert.takes_part) == (409, False)


@pytest.mark.parametrize("first", ["publish", "erase"])
async def test_deletion_during_a_publication_leaves_nothing_half_done(
    database: None, settings: Settings, first: str
) -> None:
    event = await factories.event()
    person = await factories.person(full_name=CANARY)
    expert, firm = await factories.expert(event, person), await factories.enterprise(event)
    await factories.wish(expert, firm)
    await factories.wish(firm, expert)
    organiser = (await factories.organiser(event)).person
    plan = await planning.solved(event, organiser)
    assert await Meeting.filter(plan_id=plan.id, expert_id=expert.id).count() == 1

    async def publish() -> None:
        with contextlib.suppress(NotPublishable):
            await publishing.publish(plan, organiser)

    acts = [publish(), erase(person)]
    await asyncio.gather(*(acts if first == "publish" else reversed(acts)))
    assert await Person.filter(id=person.id).count() == 0
    assert await Mail.filter(to_address=person.email).count() == 0
    assert CANARY not in str(await Mail.all().values_list("values", flat=True))


async def test_a_deleted_address_can_register_again(client: Client) -> None:
    person = await factories.person()
    await factories.expert(await factories.event(), person)
    await erase(person)
    again = await factories.person(email=person.email)
    assert (await client.post("/sign-in", data={"email": again.email})).status_code == 303


def test_names_are_replaced_in_values_of_any_depth() -> None:
    values = {"who": "Anna K.", "meetings": [{"with": "Anna K. – Firm", "table": 3}], "until": None}
    assert erasing._without(values, spelt(["Anna K."]), "x") == {
        "who": "x",
        "meetings": [{"with": "x – Firm", "table": 3}],
        "until": None,
    }


def test_a_short_name_changes_no_other_word_and_no_way_to_sign_in() -> None:
    values = {"name": "An", "firm": "Ankara An-Na", "zh": "安娜An你好", "path": "/An/x", "code": "An"}
    assert erasing._without(values, spelt(["An"]), "x") == {
        **{"name": "x", "firm": "Ankara x-Na", "zh": "安娜x你好"},
        **{"path": "/An/x", "code": "An"},
    }
    assert erasing._without("请见李明博士", spelt(["李明"]), "x") == "请见x博士"


async def test_somebody_of_the_same_name_keeps_it(database: None) -> None:
    event = await factories.event()
    gone, stays = [await factories.person(full_name="Li Ming") for _ in range(2)]
    email = await factories.mail(event, stays)
    await Mail.filter(id=email.id).update(values={**email.values, "who": "Li Ming"})
    assert await erase(gone)
    await email.refresh_from_db()
    assert (email.values["name"], "Li Ming" in email.values["who"]) == ("Li Ming", False)


async def test_a_session_of_long_ago_cannot_delete_the_account(client: Client) -> None:
    person = await factories.person()
    await factories.signed_in(client, person)
    await Session.all().update(created_at=person.created_at - timedelta(minutes=20))
    question = await client.get("/account/delete")
    refused = await client.post("/account/delete")
    assert "Sign in again before you delete your account" in read(question).words
    assert "/sign-in?next=/account/delete" in question.text
    assert (refused.status_code, await Person.filter(id=person.id).count()) == (409, 1)


async def test_whoever_took_the_address_cannot_delete_the_account(client: Client) -> None:
    person = await factories.person()
    now = datetime.now(UTC)
    await AddressChange.create(
        person=person,
        old_email="old@example.org",
        new_email=person.email,
        confirm_hash="c",
        stop_hash="s",
        expires_at=now,
        confirmed_at=now,
    )
    await factories.signed_in(client, person)
    question = read(await client.get("/account/delete"))
    refused = await client.post("/account/delete")
    assert "the owner of the old address can still undo that" in question.words
    assert (refused.status_code, await Person.filter(id=person.id).count()) == (409, 1)


async def test_what_is_refused_deletes_no_file(database: None, settings: Settings) -> None:
    person = await factories.person()
    await factories.organiser(await factories.event(), person)
    settings.mail_dir.mkdir(parents=True, exist_ok=True)
    file = settings.mail_dir / "1.eml"
    file.write_text(f"To: {person.email}\n\nHello")
    with pytest.raises(OnlyOwner):
        await erasing.delete_account(person, settings)
    assert file.exists()


async def test_the_database_is_written_anew_once_an_hour_at_most(database: None, settings: Settings) -> None:
    worker = Worker(settings)
    assert await erase(await factories.person())
    assert await worker.run_one(JobKind.SCRUB)
    assert await erase(await factories.person())
    assert not await worker.run_one(JobKind.SCRUB)
    done, waits = await Job.filter(kind=JobKind.SCRUB).order_by("id")
    assert (done.state, waits.state) == (JobState.DONE, JobState.QUEUED)
    assert waits.run_after == done.heartbeat_at + timedelta(hours=1)
