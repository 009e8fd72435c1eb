"""Passport data: asked for only where it is needed, sealed, read with a reason, and deleted in time."""

import io
import json
import logging
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest

from server.errors import NotFound
from server.models import (
    Consent,
    Event,
    HeldForm,
    Mail,
    Passport,
    PassportRead,
    PassportRequest,
    Person,
    Registration,
    Session,
)
from server.passports import service
from server.passports.vault import NoKey, Vault
from server.privacy import erasing, retention
from server.privacy.periods import days_in
from server.registrations import agreeing
from server.settings import Settings
from tests import factories, sealed
from tests.client import Client
from tests.reading import read

CANARY = "75CANARY99"
DAYS = days_in(None)


def today() -> date:
    """Return the day in UTC as the server reads it: a run of all tests can begin before midnight and end after it."""
    return datetime.now(UTC).date()


async def asked(client: Client, country: str = "DE") -> tuple[Event, Registration]:
    """Sign an expert in who is asked for passport data."""
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(country=country))
    await sealed.asking(event)
    await factories.signed_in(client, expert.person)
    return event, expert


async def test_only_experts_who_need_a_visa_are_asked(client: Client, other: Client) -> None:
    event, _expert = await asked(client)
    free = await factories.expert(event, await factories.person(country="RU"))
    await factories.signed_in(other, free.person)
    base = f"/e/{event.slug}/me"
    seen = [("/me/passport" in (await each.get(base)).text) for each in (client, other)]
    linked = ["/me/passport" in (await each.get(f"{base}/travel")).text for each in (client, other)]
    pages = [(await each.get(f"{base}/passport")).status_code for each in (client, other)]
    sent = await other.post(f"{base}/passport", data=sealed.FORM)
    assert (seen, linked, pages, sent.status_code) == ([True, False], [True, False], [200, 404], 404)
    await PassportRequest.all().delete()
    assert [(await client.get(f"{base}/passport")).status_code, await Passport.all().count()] == [404, 0]


async def test_data_is_stored_sealed_after_consent_to_this_purpose_and_day(client: Client) -> None:
    event, expert = await asked(client)
    path = f"/e/{event.slug}/me/passport"
    unticked = await client.post(path, data={**sealed.FORM, "agree": ""})
    stored = await client.post(path, data=sealed.FORM)
    row = await Passport.get(registration_id=expert.id)
    consent = await Consent.get(event_id=event.id, purpose="passport")
    page = read(await client.get(path))
    assert (unticked.status_code, [*read(unticked).faults], stored.status_code) == (422, ["agree"], 303)
    assert sealed.VAULT.open(row.sealed, of=expert.id) == sealed.DATA.fields()
    assert CANARY not in row.sealed and consent.version != "2026-12"
    assert "•••••••Y99" in page.words and CANARY not in page.words
    # The box is asked for once, and again when the wording is another one.
    assert "I agree that the organiser stores my passport number" not in page.words
    await PassportRequest.filter(event_id=event.id).update(purpose={"en": "Something else"})
    assert "I agree that the organiser stores my passport number" in read(await client.get(path)).words


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("passport_number", ""),
        ("passport_number", "ПАСПОРТ 75"),
        ("passport_number", "1"),
        ("passport_number", "A" * 41),
        ("passport_birth", "1899-12-31"),
        ("passport_birth", "2999-01-01"),
        ("passport_birth", "yesterday"),
        ("passport_sex", "?"),
    ],
)
async def test_faulty_data_is_not_stored(client: Client, field: str, typed: str) -> None:
    event, _expert = await asked(client)
    answer = await client.post(f"/e/{event.slug}/me/passport", data={**sealed.FORM, field: typed})
    assert (answer.status_code, [*read(answer).faults]) == (422, [field])
    assert await Passport.all().count() == 0


async def test_a_form_that_is_no_longer_asked_for_is_gone_with_faults_and_without(client: Client) -> None:
    event, expert = await asked(client)
    path = f"/e/{event.slug}/me/passport"
    await client.post(path, data=sealed.FORM)
    await Person.filter(id=expert.person_id).update(country="RU")
    sent = [await client.post(path, data=data) for data in (sealed.FORM, {})]
    assert [(await client.get(path)).status_code, *(each.status_code for each in sent)] == [200, 404, 404]


async def test_what_is_typed_without_a_session_is_kept_nowhere(client: Client) -> None:
    event, _expert = await asked(client)
    await Session.all().delete()
    await client.post(f"/e/{event.slug}/me/passport", data=sealed.FORM)
    assert "passport_" not in json.dumps([row.values for row in await HeldForm.all()])


async def test_a_read_needs_a_reason_and_is_shown_to_both(client: Client, other: Client) -> None:
    event, expert = await asked(client)
    await sealed.passport(expert)
    organiser = await factories.organiser(event, await factories.person(full_name="Olga Orlova"))
    await factories.signed_in(other, organiser.person)
    path = f"/e/{event.slug}/parties/{expert.id}/passport"
    before = [await other.get(path), await other.post(path, data={"reason": " "})]
    shown = await other.post(path, data={"reason": "The consulate <b>asks</b>"})
    [row] = await PassportRead.all()
    assert [CANARY in each.text for each in (*before, shown)] == [False, False, True]
    assert ([*read(before[1]).faults], row.by_id, row.reason) == (
        ["reason"],
        organiser.person_id,
        "The consulate <b>asks</b>",
    )
    for page in (await other.get(f"/e/{event.slug}/passports"), await client.get(f"/e/{event.slug}/me/passport")):
        assert "Olga Orlova" in page.text and "The consulate &lt;b&gt;asks&lt;/b&gt;" in page.text
        assert CANARY not in page.text
    assert CANARY not in (await other.get(f"/e/{event.slug}/parties/{expert.id}")).text


async def test_nobody_reads_after_the_day_the_consent_or_the_participation(database: None) -> None:
    event = await factories.event()
    expert, by = await factories.expert(event), (await factories.organiser(event)).person
    await sealed.passport(expert)
    over = today() - timedelta(days=2)
    await PassportRequest.filter(event_id=event.id).update(delete_after=over)
    with pytest.raises(NotFound):
        await service.read(expert, by, "why", sealed.VAULT)
    await PassportRequest.filter(event_id=event.id).update(delete_after=today() + timedelta(days=2))
    await Consent.filter(purpose="passport").update(withdrawn_at=datetime.now(UTC))
    with pytest.raises(NotFound):
        await service.read(expert, by, "why", sealed.VAULT)
    assert await PassportRead.all().count() == 0


async def test_data_goes_after_its_day_without_consent_and_with_an_entry_that_was_merged(database: None) -> None:
    late, kept, taken_back, merged, just_merged = [
        await factories.expert(await factories.event()) for _number in range(5)
    ]
    for expert in (late, kept, taken_back, merged, just_merged):
        await sealed.passport(expert)
    for expert, hours in ((merged, 25), (just_merged, 23)):
        await Registration.filter(id=expert.id).update(withdrawn_at=datetime.now(UTC) - timedelta(hours=hours))
    await PassportRequest.filter(event_id=late.event_id).update(delete_after=today() - timedelta(days=2))
    ended = Consent.filter(event_id=taken_back.event_id, purpose="passport")
    await ended.update(withdrawn_at=datetime.now(UTC))
    counted = {each.table: each.number for each in await retention.counted(DAYS) if each.number}
    done = await retention.nightly(DAYS)
    assert (counted, done["passport"]) == ({"passport": 3}, 3)
    assert [row.registration_id for row in await Passport.all().order_by("id")] == [kept.id, just_merged.id]


async def test_withdrawing_leaving_and_stopping_delete_the_data(client: Client) -> None:
    event, expert = await asked(client)
    base = f"/e/{event.slug}/me"
    left = []
    for act in ("passport/delete", "consents/passport/withdraw", "withdraw"):
        await client.post(f"{base}/passport", data=sealed.FORM)
        before = await Passport.all().count()
        await client.post(f"{base}/{act}")
        left.append((before, await Passport.all().count(), await Consent.filter(withdrawn_at=None).count()))
    assert left == [(1, 0, 0)] * 3
    await sealed.passport(expert)
    await service.stop_asking(event)
    assert [await model.all().count() for model in (Passport, PassportRequest)] == [0, 0]
    assert await Consent.filter(purpose="passport", withdrawn_at=None).count() == 0


async def test_purpose_and_day_get_no_wider_while_data_is_stored(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await sealed.passport(expert)
    await factories.signed_in(client, (await factories.organiser(event)).person)
    path, day = f"/e/{event.slug}/passports", today() + timedelta(days=30)
    form = {"purpose_en": "Invitations for the visa"}
    answers = [
        await client.post(path, data={**form, "delete_after": str(day + timedelta(days=1))}),
        await client.post(path, data={"purpose_en": "Advertising", "delete_after": str(day)}),
        await client.post(path, data={**form, "delete_after": str(day - timedelta(days=1))}),
        await client.post(path, data={**form, "delete_after": str(day + timedelta(days=999))}),
        await client.post(path, data={"delete_after": str(day)}),
    ]
    assert [answer.status_code for answer in answers] == [409, 409, 303, 422, 422]
    assert (await PassportRequest.get()).delete_after == day - timedelta(days=1)


async def test_without_a_key_the_page_says_what_to_set(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    app = client._transport.app  # type: ignore[attr-defined]
    app.state.settings = client.settings.model_copy(update={"passport_keys": ""})
    path = f"/e/{event.slug}/passports"
    page = read(await client.get(path))
    answer = await client.post(path, data={"purpose_en": "x", "delete_after": str(today())})
    assert "PASSPORT_KEYS" in page.words and "Fernet.generate_key()" in page.words
    assert (answer.status_code, await PassportRequest.all().count()) == (404, 0)


async def test_a_new_key_in_front_seals_again_and_the_old_one_can_go(database: None) -> None:
    expert = await factories.expert(await factories.event())
    await sealed.passport(expert)
    both, new = Vault([sealed.OTHER_KEY, sealed.KEY]), Vault([sealed.OTHER_KEY])
    numbers = [await service.seal_again(each) for each in (sealed.VAULT, new, both, both)]
    row = await Passport.get()
    assert (numbers, row.key_id) == ([0, 0, 1, 0], new.key_id)
    assert new.open(row.sealed, of=expert.id) == sealed.DATA.fields()
    for vault, of in ((sealed.VAULT, expert.id), (new, expert.id + 1), (Vault(()), expert.id)):
        with pytest.raises(NoKey):
            vault.open(row.sealed, of=of)


def test_what_is_no_key_stops_the_start() -> None:
    with pytest.raises(ValueError, match="PASSPORT_KEYS"):
        Settings(passport_keys="short")
    assert CANARY not in repr(Settings(passport_keys=sealed.KEY)) and sealed.KEY not in repr(
        Settings(passport_keys=sealed.KEY)
    )


async def test_my_data_has_it_opened_and_erasing_leaves_nothing(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    event, expert = await asked(client)
    await client.post(f"/e/{event.slug}/me/passport", data=sealed.FORM)
    await service.read(expert, (await factories.organiser(event)).person, "To book a hotel", sealed.VAULT)
    with zipfile.ZipFile(io.BytesIO((await client.get("/account/data.zip")).content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert CANARY in files["data.json"] and CANARY in files["index.html"] and "To book a hotel" in files["data.json"]
    await erasing.erase(expert.person)
    assert [await model.all().count() for model in (Passport, PassportRead)] == [0, 0]
    assert CANARY not in caplog.text and CANARY not in str([row.values for row in await Mail.all()])


async def test_the_consent_of_a_restored_participation_needs_the_data_again(database: None) -> None:
    expert = await factories.expert(await factories.event())
    await sealed.passport(expert)
    assert expert.person_id is not None
    ended = await agreeing.end(expert.event_id, expert.person_id)
    await agreeing.restore_consents(ended)
    assert await Passport.all().count() == 0
