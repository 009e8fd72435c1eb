"""Consents as they are given, changed and withdrawn, and leaving the event."""

import hashlib
from datetime import UTC, datetime

import pytest

from i18n import Translator
from server.models import Consent, Registration
from server.registrations.consents import NEEDED, PURPOSES, VERSION
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.registering import GIVEN, expert_up_to_consent, step, visitor


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
    assert {(each.version, each.locale, each.withdrawn_at) for each in kept.values()} == {(VERSION, "ru", None)}
    assert all(before <= each.given_at <= datetime.now(UTC) for each in kept.values())


@pytest.mark.parametrize("missing", sorted(NEEDED))
async def test_without_a_needed_consent_nobody_takes_part(client: Client, missing: str) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    answer = await client.post(
        f"/e/{event.slug}/register/expert/consent", data={"purposes": sorted(NEEDED - {missing} | {"photo"})}
    )
    assert (answer.status_code, list(read(answer).faults)) == (422, ["purposes"])
    assert ((await Registration.get(person_id=person.id)).registered_at, await Consent.all().count()) == (None, 0)


async def test_no_box_is_ticked_for_anybody(client: Client) -> None:
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
    await step(client, event, "expert", "consent", GIVEN)
    rows = await Consent.filter(person_id=person.id)
    assert sorted((row.version, row.withdrawn_at is None) for row in rows) == sorted(
        [("2020-01", False)] * 3 + [(VERSION, True)] * 3
    )


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


async def test_whoever_was_registered_by_others_is_asked_to_agree_on_their_own_page(client: Client) -> None:
    event, person = await visitor(client)
    await factories.expert(event, person)
    here = f"/e/{event.slug}"
    asked = await client.get(f"{here}/me")
    await client.post(f"{here}/register/expert/consent", data=GIVEN)
    agreed = await client.get(f"{here}/me")
    await Consent.filter(person_id=person.id).update(version="2020-01")
    outdated = await client.get(f"{here}/me")
    assert ["Your consent is still missing." in read(page).words for page in (asked, agreed, outdated)] == [
        True,
        False,
        True,
    ]
    assert f"{here}/register/expert/consent" in asked.text


async def test_whoever_comes_to_the_matches_first_is_asked_to_agree_there(client: Client) -> None:
    event, person = await visitor(client)
    await factories.expert(event, person)
    here = f"/e/{event.slug}"
    asked = read(await client.get(f"{here}/matches"))
    await client.post(f"{here}/register/expert/consent", data=GIVEN)
    agreed = read(await client.get(f"{here}/matches"))
    assert ["Your consent is still missing." in page.words for page in (asked, agreed)] == [True, False]
    assert f"{here}/register/expert/consent" in asked.links
