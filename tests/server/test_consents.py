"""Giving, changing and withdrawing consents, and leaving the event."""

import hashlib
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from tortoise.connection import get_connection

from i18n import Translator
from server import db, migrations
from server.models import Consent, Event, Registration, Wish
from server.registrations.consents import NEEDED, NEEDED_VERSIONS, PURPOSES, VERSION
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.registering import GIVEN, enterprise_up_to_consent, expert_up_to_consent, step, visitor


async def test_consents_are_kept_with_version_language_words_and_time(client: Client) -> None:
    event, person = await visitor(client, locale="ru")
    await expert_up_to_consent(client, event)
    before = datetime.now(UTC)
    await step(client, event, "expert", "consent", {"purposes": [*GIVEN["purposes"], "photo"]})
    kept = {consent.purpose: consent for consent in await Consent.filter(person_id=person.id, event_id=event.id)}
    shown = {purpose.code: Translator("ru").translate(purpose.text) for purpose in PURPOSES}
    assert kept.keys() == shown.keys()
    assert {code: each.text_hash for code, each in kept.items()} == {
        code: hashlib.sha256(words.encode()).hexdigest() for code, words in shown.items()
    }
    versions = {purpose.code: (purpose.version, "ru", None) for purpose in PURPOSES}
    assert {code: (each.version, each.locale, each.withdrawn_at) for code, each in kept.items()} == versions
    assert all(before <= each.given_at <= datetime.now(UTC) for each in kept.values())


@pytest.mark.parametrize("missing", sorted(NEEDED))
async def test_needed_consents_are_required_to_take_part(client: Client, missing: str) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    answer = await client.post(
        f"/e/{event.slug}/register/expert/consent", data={"purposes": sorted(NEEDED - {missing} | {"photo"})}
    )
    assert (answer.status_code, list(read(answer).faults)) == (422, [f"purposes-{missing}"])
    assert ((await Registration.get(person_id=person.id)).registered_at, await Consent.all().count()) == (None, 0)


@pytest.mark.parametrize("ticked", [{}, {"purposes": ""}, {"purposes": ["photo"]}, {"purposes": ["nonsense"]}])
@pytest.mark.parametrize("side", ["expert", "enterprise"])
async def test_each_missing_consent_has_its_own_fault(client: Client, side: str, ticked: dict[str, Any]) -> None:
    event, _person = await visitor(client)
    await (expert_up_to_consent if side == "expert" else enterprise_up_to_consent)(client, event)
    answer = await client.post(f"/e/{event.slug}/register/{side}/consent", data=ticked)
    assert (answer.status_code, sorted(read(answer).faults)) == (422, sorted(f"purposes-{code}" for code in NEEDED))
    assert ([row.registered_at for row in await Registration.all()], await Consent.all().count()) == ([None], 0)


async def test_no_consent_is_ticked_in_advance(client: Client) -> None:
    event, _person = await visitor(client)
    await expert_up_to_consent(client, event)
    page = read(await client.get(f"/e/{event.slug}/register/expert/consent"))
    assert "purposes" not in page.fields


async def test_a_consent_that_is_no_longer_ticked_is_withdrawn_and_kept(client: Client) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", {"purposes": [*GIVEN["purposes"], "photo"]})
    await step(client, event, "expert", "consent", GIVEN)
    rows = await Consent.filter(person_id=person.id)
    assert {row.purpose: row.withdrawn_at is None for row in rows} == {**dict.fromkeys(NEEDED, True), "photo": False}


async def test_a_new_version_of_the_words_is_a_new_consent(client: Client) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", GIVEN)
    await Consent.filter(person_id=person.id).update(version="2020-01")
    asked = read(await client.get(f"/e/{event.slug}/register/expert/consent"))
    await step(client, event, "expert", "consent", GIVEN)
    rows = await Consent.filter(person_id=person.id)
    assert "purposes" not in asked.fields
    assert {(row.purpose, row.version, row.withdrawn_at is None) for row in rows} == {
        *((code, "2020-01", False) for code in NEEDED),
        *((code, version, True) for code, version in NEEDED_VERSIONS),
    }


async def test_the_consent_to_sharing_names_the_people_who_translate(client: Client) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    page = read(await client.get(f"/e/{event.slug}/register/expert/consent"))
    await step(client, event, "expert", "consent", GIVEN)
    # Given before the consent named them.
    await Consent.filter(person_id=person.id, purpose="sharing").update(version="2026-12")
    outdated = read(await client.get(f"/e/{event.slug}/me"))
    asked = read(await client.get(f"/e/{event.slug}/register/expert/consent"))
    assert "Translators and translation agencies chosen by the organiser read my texts" in page.words
    assert "Your consent is still needed." in outdated.words
    assert sorted(asked.fields["purposes"]) == ["cross_border", "matching"]


async def test_leaving_withdraws_the_consents_and_coming_back_gives_them_anew(client: Client) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", GIVEN)
    question = await client.get(f"/e/{event.slug}/me/withdraw")
    left = await client.post(f"/e/{event.slug}/me/withdraw")
    standing = await Consent.filter(person_id=person.id, withdrawn_at=None).count()
    gone = await Registration.get(person_id=person.id)
    back = await step(client, event, "expert", "consent", GIVEN)
    returned = await Registration.get(person_id=person.id)
    assert "Leave this event?" in read(question).words
    assert (left.status_code, left.headers["location"]) == (303, f"/e/{event.slug}/me?notice=withdrawn")
    assert (standing, gone.takes_part, back[0], returned.takes_part) == (0, False, 303, True)
    assert await Consent.filter(person_id=person.id, withdrawn_at=None).count() == 3


async def test_a_person_registered_by_others_is_asked_for_consent_on_the_own_page(client: Client) -> None:
    event, person = await visitor(client)
    await factories.expert(event, person)
    here = f"/e/{event.slug}"
    asked = await client.get(f"{here}/me")
    await client.post(f"{here}/register/expert/consent", data=GIVEN)
    agreed = await client.get(f"{here}/me")
    await Consent.filter(person_id=person.id).update(version="2020-01")
    outdated = await client.get(f"{here}/me")
    assert ["Your consent is still needed." in read(page).words for page in (asked, agreed, outdated)] == [
        True,
        False,
        True,
    ]
    assert f"{here}/register/expert/consent" in asked.text


async def test_a_person_without_consent_is_asked_for_it_on_the_matches_page(client: Client) -> None:
    event, person = await visitor(client)
    await factories.expert(event, person)
    here = f"/e/{event.slug}"
    asked = read(await client.get(f"{here}/matches"))
    await client.post(f"{here}/register/expert/consent", data=GIVEN)
    agreed = read(await client.get(f"{here}/matches"))
    assert ["Your consent is still needed." in page.words for page in (asked, agreed)] == [True, False]
    assert f"{here}/register/expert/consent" in asked.links


# Withdrawing one --------------------------------------------------------------------------------------------------


async def agreed_expert(client: Client) -> tuple[Event, Registration]:
    """Return an expert at the client who has given all consents."""
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", {"purposes": [*GIVEN["purposes"], "photo"]})
    return event, await Registration.get(person_id=person.id).select_related("person")


async def test_the_own_page_lists_consents_with_time_and_a_button_to_withdraw(client: Client) -> None:
    event, _expert = await agreed_expert(client)
    page = read(await client.get(f"/e/{event.slug}/me"))
    ways = [f"/e/{event.slug}/me/consents/{purpose.code}/withdraw" for purpose in PURPOSES]
    assert [link for link in page.links if "/consents/" in link] == ways
    assert page.words.count("Consent given") == len(PURPOSES)


async def test_a_consent_that_is_not_needed_is_withdrawn_alone(client: Client) -> None:
    event, expert = await agreed_expert(client)
    path = f"/e/{event.slug}/me/consents/photo/withdraw"
    asked, answer = read(await client.get(path)), await client.post(path)
    standing = await Consent.filter(person_id=expert.person_id, withdrawn_at=None).values_list("purpose", flat=True)
    assert "You stay registered." in asked.words
    assert (answer.status_code, {str(purpose) for purpose in standing}) == (303, set(NEEDED))
    assert (await Registration.get(id=expert.id)).is_shown


@pytest.mark.parametrize("purpose", sorted(NEEDED))
async def test_withdrawing_a_needed_consent_means_leaving_after_a_warning(client: Client, purpose: str) -> None:
    event, expert = await agreed_expert(client)
    path = f"/e/{event.slug}/me/consents/{purpose}/withdraw"
    asked = read(await client.get(path))
    await client.post(path)
    gone = await Registration.get(id=expert.id)
    assert "You leave the event." in asked.words
    assert (gone.takes_part, gone.is_shown) == (False, False)
    assert await Consent.filter(person_id=expert.person_id, withdrawn_at=None).count() == 0


async def test_an_unknown_purpose_is_not_found(client: Client) -> None:
    event, _expert = await agreed_expert(client)
    assert (await client.post(f"/e/{event.slug}/me/consents/nonsense/withdraw")).status_code == 404


# Being shown ------------------------------------------------------------------------------------------------------


async def sees(client: Client, event: Event, words: str) -> list[bool]:
    """Return whether the viewer's matches or their search show the words."""
    pages = [await client.get(f"/e/{event.slug}/matches{query}") for query in ("", f"?q={words}")]
    return [words in read(page).words.replace(f"“{words}”", "") for page in pages]


@pytest.mark.parametrize("is_agreed", [True, False])
async def test_a_party_without_consent_is_not_shown_to_the_other_side(client: Client, is_agreed: bool) -> None:
    event = await factories.event()
    since = datetime.now(UTC) if is_agreed else None
    expert = await factories.expert(event, headline="Silentmotors", agreed_at=since)
    firm = await factories.organisation(name="Ningbopumps")
    enterprise = await factories.enterprise(event, organisation=firm, agreed_at=since)
    other_expert, other_firm = await factories.expert(event), await factories.enterprise(event)
    [delegate] = await factories.delegates_of(other_firm)
    seen = {}
    for reader, words, party in ((delegate, "Silentmotors", expert), (other_expert.person, "Ningbopumps", enterprise)):
        await factories.signed_in(client, reader)
        page = await client.get(f"/e/{event.slug}/matches/{party.id}")
        wished = await client.post(
            f"/e/{event.slug}/wishes", data={"about": str(party.id), "grade": "like", "next": "/"}
        )
        seen[words] = (await sees(client, event, words), page.status_code, wished.status_code)
    expected = ([is_agreed] * 2, 200 if is_agreed else 404, 303 if is_agreed else 404)
    assert seen == {"Silentmotors": expected, "Ningbopumps": expected}


async def test_a_party_without_consent_has_no_name_in_agendas_of_the_other_side(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(full_name="Anna Silent"), agreed_at=None)
    firm = await factories.enterprise(event, organisation=await factories.organisation(name="Ningbo Pumps"))
    await factories.published(event)
    await factories.calendar_entry(expert, firm, interpreter=await factories.interpreter(event))
    [delegate] = await factories.delegates_of(firm)
    await factories.signed_in(client, delegate)
    before = [(await client.get(f"/e/{event.slug}/{path}")).text for path in ("agenda", "agenda.ics")]
    await Registration.filter(id=expert.id).update(agreed_at=datetime.now(UTC))
    after = [(await client.get(f"/e/{event.slug}/{path}")).text for path in ("agenda", "agenda.ics")]
    assert [["Anna Silent" in page for page in pages] for pages in (before, after)] == [[False] * 2, [True] * 2]


async def test_a_party_without_consent_cannot_wish(client: Client) -> None:
    event = await factories.event()
    expert, firm = await factories.expert(event, agreed_at=None), await factories.enterprise(event)
    await factories.signed_in(client, expert.person)
    answer = await client.post(f"/e/{event.slug}/wishes", data={"about": str(firm.id), "grade": "like", "next": "/"})
    assert (answer.status_code, await Wish.all().count()) == (409, 0)


async def test_an_enterprise_is_shown_as_long_as_one_of_its_delegates_agrees(client: Client) -> None:
    event, _person = await visitor(client)
    await enterprise_up_to_consent(client, event)
    await step(client, event, "enterprise", "consent", GIVEN)
    firm = await Registration.get(event_id=event.id)
    colleague = await factories.delegate(firm)
    shown = [firm.is_shown]
    await client.post(f"/e/{event.slug}/me/withdraw")
    shown.append((await Registration.get(id=firm.id)).is_shown)
    await factories.signed_in(client, colleague.person)
    await step(client, event, "enterprise", "consent", GIVEN)
    shown.append((await Registration.get(id=firm.id)).is_shown)
    assert shown == [True, False, True]


async def test_the_migration_keeps_earlier_consents(database: None) -> None:
    event = await factories.event()
    silent, half = await factories.expert(event, agreed_at=None), await factories.expert(event, agreed_at=None)
    expert, firm = await factories.expert(event, agreed_at=None), await factories.enterprise(event, agreed_at=None)
    colleague = await factories.delegate(firm)
    shared: dict[str, Any] = {
        "event_id": event.id,
        "version": VERSION,
        "text_hash": "",
        "locale": "en",
        "given_at": datetime.now(UTC),
    }
    given = [(person, code) for person in (expert.person_id, colleague.person_id) for code in sorted(NEEDED)]
    for person, code in [*given, (half.person_id, "matching"), (half.person_id, "photo"), (half.person_id, "sharing")]:
        await Consent.create(person_id=person, purpose=code, **shared)
    [step_name] = [each.name for each in iter_modules(migrations.__path__) if each.name.endswith("_departures")]
    sql = import_module(f"server.migrations.{step_name}").AGREED
    await get_connection(db.CONNECTION).execute_query(sql)
    rows = await Registration.filter(id__in=[silent.id, half.id, expert.id, firm.id]).order_by("id")
    assert [row.is_shown for row in rows] == [False, False, True, True]
