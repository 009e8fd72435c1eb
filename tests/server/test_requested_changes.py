"""Changes of a registration after the registration window: kept as requests until an organiser accepts them."""

from datetime import UTC, datetime, timedelta

import pytest

from server.models import ChangeRequest, Decision, Event, Mail, Organisation, Person, Registration, Translation, Wish
from tests import factories
from tests.client import Client
from tests.reading import Page, read
from tests.server.registering import PROFILE, WORK, step

OFFER = "I build cameras that find scratches on steel while it moves."


async def closed_event() -> Event:
    now = datetime.now(UTC)
    return await factories.event(
        registration_opens_at=now - timedelta(days=2), registration_closes_at=now - timedelta(days=1)
    )


async def expert_at(client: Client, locale: str = "en") -> tuple[Event, Registration]:
    event = await closed_event()
    person = await factories.person(full_name="Ivan Petrov", locale=locale)
    expert = await factories.expert(event, person, degree="MSc")
    await factories.signed_in(client, person)
    return event, expert


async def form_of(client: Client, event: Event, name: str = "work", side: str = "expert") -> dict[str, list[str]]:
    return read(await client.get(f"/e/{event.slug}/register/{side}/{name}")).fields


async def organiser_at(client: Client, event: Event) -> None:
    await factories.signed_in(client, (await factories.organiser(event)).person)


async def shown_to_organiser(client: Client, event: Event) -> Page:
    return read(await client.get(f"/e/{event.slug}/changes"))


async def decided(client: Client, event: Event, page: Page, decision: str, **more: str) -> int:
    """Send a decision about all requests on the page and return the status of the answer."""
    [party] = {row.registration_id for row in await ChangeRequest.all()}
    seen = {name: values for name, values in page.fields.items() if name.startswith("seen_")}
    wanted = {name.replace("seen", "decision"): decision for name in seen}
    answer = await client.post(f"/e/{event.slug}/changes/{party}", data={**seen, **wanted, **more})
    return answer.status_code


async def test_what_an_expert_changes_waits_and_the_organiser_accepts_it(client: Client) -> None:
    event, expert = await expert_at(client, "ru")
    await factories.wish(expert, firm := await factories.enterprise(event))
    await factories.wish(firm, expert)
    form = await form_of(client, event)
    answer = await client.post(
        f"/e/{event.slug}/register/expert/work",
        data={**form, "full_name": "Ivan Petrovich", "offer": OFFER, "topics": ["dig.cv"]},
    )
    assert answer.headers["location"] == f"/e/{event.slug}/me?notice=changes_asked"
    kept = await Registration.get(id=expert.id).select_related("person")
    assert (kept.offer, kept.topics, kept.person.full_name) == (expert.offer, expert.topics, "Ivan Petrovich")
    own = read(await client.get(f"/e/{event.slug}/me")).words
    assert "ждут" in own and OFFER in own

    await organiser_at(client, event)
    assert "2 requested changes of profiles" in read(await client.get(f"/e/{event.slug}/desk")).words
    page = await shown_to_organiser(client, event)
    # Two texts with little in common are shown whole, one after the other.
    assert "their inverters. → I build cameras" in page.words
    assert await decided(client, event, page, "granted", remark="Спасибо.") == 303
    now, letter = await Registration.get(id=expert.id), await Mail.get(template="changes_decided")
    assert (now.offer, now.topics, now.text_locale) == (OFFER, ["dig.cv"], "en")
    assert (letter.values["accepted"], letter.values["declined"]) == (["Над чем вы работаете", "Темы"], [])
    assert (letter.values["remark"], letter.locale, await Wish.all().count()) == ("Спасибо.", "ru", 2)
    assert await decided(client, event, page, "granted") == 303
    assert await decided(client, event, page, "declined") == 409
    assert await Mail.filter(template="changes_decided").count() == 1


async def test_requests_of_one_field_are_merged_and_one_can_be_cancelled(client: Client) -> None:
    event, expert = await expert_at(client)
    path, form = f"/e/{event.slug}/register/expert/work", await form_of(client, event)
    await client.post(path, data={**form, "degree": "PhD"})
    await client.post(path, data={**await form_of(client, event), "degree": "DSc", "position": "Head"})
    rows = {row.field: row for row in await ChangeRequest.filter(stands=True)}
    assert {field: row.after for field, row in rows.items()} == {
        "degree": {"degree": "DSc"},
        "position": {"position": "Head"},
    }
    take_back = f"/e/{event.slug}/me/changes/{rows['degree'].id}/take-back"
    answers = [await client.post(take_back), await client.post(take_back)]
    await factories.signed_in(client, (await factories.expert(event)).person)
    answers += [await client.post(take_back)]
    assert [answer.status_code for answer in answers] == [303, 303, 404]
    [left] = await ChangeRequest.filter(stands=True)
    assert left.field == "position"
    # A program that sends what is stored asks for nothing.
    await factories.signed_in(client, expert.person)
    for levels in (None, {"ru": "working", "en": "working"}):
        await Registration.filter(id=expert.id).update(levels=levels)
        await step(client, event, "expert", "cooperation", {"modes": expert.modes, "languages": ["en", "ru"]})
        assert [row.after for row in await ChangeRequest.filter(stands=True)] == [{"position": "Head"}]


async def test_a_name_is_saved_at_once_and_nothing_is_said_to_wait(client: Client) -> None:
    event, expert = await expert_at(client)
    await Registration.filter(id=expert.id).update(proposed={"full_name": "Petrov"})
    form = await form_of(client, event)
    path = f"/e/{event.slug}/register/expert/work"
    answer = await client.post(path, data={**form, "full_name": "Ivan Petrovich"})
    stored = await Registration.get(id=expert.id).select_related("person")
    assert answer.headers["location"] == f"/e/{event.slug}/me?notice=saved"
    assert (stored.person.full_name, stored.proposed) == ("Ivan Petrovich", None)
    # One answer tells all clashes, of the name and of what is asked for.
    await Person.filter(id=expert.person_id).update(full_name="Pyotr")
    await Registration.filter(id=expert.id).update(degree="Doctor")
    clash = await client.post(path, data={**form, "full_name": "Pavel", "degree": "PhD"})
    assert (clash.status_code, await ChangeRequest.all().count()) == (409, 0)
    assert {"full_name", "degree"} <= read(clash).faults.keys()


async def test_a_stale_request_is_told_and_an_old_page_decides_nothing(client: Client) -> None:
    event, expert = await expert_at(client)
    await client.post(f"/e/{event.slug}/register/expert/work", data={**await form_of(client, event), "degree": "PhD"})
    await organiser_at(client, event)
    page = await shown_to_organiser(client, event)
    await Registration.filter(id=expert.id).update(degree="Doctor")
    assert await decided(client, event, page, "granted") == 409
    assert (await Registration.get(id=expert.id)).degree == "Doctor"
    page = await shown_to_organiser(client, event)
    assert "This field has changed since the person sent the request. Doctor" in page.words
    assert await decided(client, event, page, "declined", remark="x" * 1001) == 422
    assert await decided(client, event, page, "declined") == 303
    assert (await Registration.get(id=expert.id)).degree == "Doctor"
    assert (await ChangeRequest.get(field="degree")).decision is Decision.DECLINED


async def test_an_enterprise_asks_for_another_name_and_other_languages(client: Client) -> None:
    event = await closed_event()
    firm = await factories.enterprise(event, levels={"zh": "fluent"})
    [delegate] = await factories.delegates_of(firm)
    await factories.signed_in(client, delegate)
    assert await step(client, event, "enterprise", "profile", PROFILE) == (
        303,
        f"/e/{event.slug}/me?notice=changes_asked",
    )
    own = await Organisation.get(id=firm.organisation_id)
    assert (own.name, (await Person.get(id=delegate.id)).full_name) == (firm.organisation.name, PROFILE["full_name"])
    await organiser_at(client, event)
    assert await decided(client, event, await shown_to_organiser(client, event), "granted") == 303
    own, stored = await Organisation.get(id=firm.organisation_id), await Registration.get(id=firm.id)
    assert (own.name, own.latin_name, own.description) == (PROFILE["name"], "Ningbo Xianchuan", "生产注塑机。")
    assert (own.name_key != firm.organisation.name_key, own.description_locale) == (True, "zh_Hans")
    assert set(stored.languages) == {"zh", "en"}


async def test_organisers_drafts_and_open_windows_change_at_once(client: Client) -> None:
    event, expert = await expert_at(client)
    await Registration.filter(id=expert.id).update(registered_at=None)
    await step(client, event, "expert", "work", WORK)
    assert (await Registration.get(id=expert.id)).headline == WORK["headline"]
    await Registration.filter(id=expert.id).update(registered_at=datetime.now(UTC))
    await organiser_at(client, event)
    await client.post(f"/e/{event.slug}/parties/{expert.id}/edit/work", data={**WORK, "degree": "DSc"})
    assert ((await Registration.get(id=expert.id)).degree, await ChangeRequest.all().count()) == ("DSc", 0)


async def test_a_language_a_translation_and_availability_added_later_lose_no_wish(client: Client) -> None:
    event, expert = await expert_at(client)
    await factories.wish(await factories.enterprise(event), expert)
    form = await form_of(client, event)
    texts = {"headline_in_ru": "Двигатели на постоянных магнитах"}
    await client.post(f"/e/{event.slug}/register/expert/work", data={**form, **texts})
    await client.post(f"/e/{event.slug}/me/topics", data={"topic": "dig.cv"})
    languages = {**await form_of(client, event, "cooperation"), "languages": ["ru", "en", "de"], "modes": expert.modes}
    await client.post(f"/e/{event.slug}/register/expert/cooperation", data=languages)
    slots = [slot.id for slot in await factories.slots_of(event)][:2]
    answer = await client.post(f"/e/{event.slug}/register/expert/presence", data={"available": slots})
    assert answer.headers["location"] == f"/e/{event.slug}/me?notice=saved"
    await organiser_at(client, event)
    shown = (await client.get(f"/e/{event.slug}/changes")).text
    assert ("<ins>German (working level)</ins>" in shown, "<del>" in shown) == (True, False)
    assert await decided(client, event, await shown_to_organiser(client, event), "granted") == 303
    now = await Registration.get(id=expert.id)
    assert (now.available, now.languages, now.topics) == (slots, ["ru", "en", "de"], ["auto.ev", "dig.cv"])
    assert (await Translation.all().count(), await Wish.all().count()) == (1, 1)


@pytest.mark.parametrize("typed", [{}, {"decision_1": "taken_back"}, {"decision_x": "granted"}, {"decision_1": ""}])
async def test_no_decision_and_a_wrong_one_are_told(client: Client, typed: dict[str, str]) -> None:
    event, expert = await expert_at(client)
    await organiser_at(client, event)
    answer = await client.post(f"/e/{event.slug}/changes/{expert.id}", data=typed)
    assert answer.status_code == 422
    foreign = await factories.expert(await factories.event())
    assert (
        await client.post(f"/e/{event.slug}/changes/{foreign.id}", data={"decision_1": "granted"})
    ).status_code == 404
    assert (
        await client.post(f"/e/{event.slug}/changes/{expert.id}", data={"decision_9": "granted"})
    ).status_code == 404


async def test_hostile_texts_are_shown_as_text(client: Client) -> None:
    event, _expert = await expert_at(client)
    form = await form_of(client, event)
    hostile = "<script>alert(1)</script> and more than twenty characters"
    await client.post(f"/e/{event.slug}/register/expert/work", data={**form, "offer": hostile, "degree": "<b>x"})
    pages = [await client.get(f"/e/{event.slug}/me")]
    await organiser_at(client, event)
    pages += [await client.get(f"/e/{event.slug}/changes")]
    assert [("<script>alert" in page.text, "<b>x" in page.text) for page in pages] == [(False, False)] * 2
