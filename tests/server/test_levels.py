"""Language levels: chosen, shown, and used by the engine to decide whether two can talk."""

from datetime import timedelta

import pytest

from server.agendas.meetings import languages_of
from server.models import Meeting, PlanState, Registration, Side
from server.plans import publishing, snapshot, staleness
from server.plans.staleness import Why
from server.rows import load_rows
from server.scores.asking import request_of
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.reading import read
from tests.server.importing import ENTERPRISE, EXPERT, imported, organiser_of, upload, workbook
from tests.server.planning import solved
from tests.server.registering import PROFILE, WORK, step, visitor

BASIC_ALONE = "Choose a level above basic for at least one language"


async def test_each_language_has_the_level_that_was_chosen_beside_it(client: Client) -> None:
    event, _person = await visitor(client)
    await step(client, event, "expert", "work", WORK)
    chosen = {"modes": ["project"], "languages": ["ru", "en"], "level_ru": "fluent", "level_en": "basic"}
    await step(client, event, "expert", "cooperation", {**chosen, "level_zh": "fluent"})
    await step(client, event, "enterprise", "profile", PROFILE)
    expert = await Registration.get(event_id=event.id)
    assert (expert.languages, expert.levels) == (["ru", "en"], {"ru": "fluent", "en": "basic"})
    assert expert.talk_languages == ["ru"]
    page = read(await client.get(f"/e/{event.slug}/register/expert/cooperation"))
    assert [page.field(f"level_{tag}") for tag in ("ru", "en")] == ["fluent", "basic"]
    assert "Russian (fluent) · English (basic)" in read(await client.get(f"/e/{event.slug}/me")).words


async def test_an_enterprise_chooses_levels_with_its_profile(client: Client) -> None:
    event, _person = await visitor(client)
    led = await step(client, event, "enterprise", "profile", {**PROFILE, "level_zh": "fluent", "level_en": "basic"})
    assert led[0] == 303
    assert (await Registration.get(event_id=event.id)).levels == {"zh": "fluent", "en": "basic"}


async def test_a_form_without_levels_gives_the_working_one_and_keeps_what_is_saved(client: Client) -> None:
    event, _person = await visitor(client)
    await step(client, event, "enterprise", "profile", {**PROFILE, "level_en": "basic"})
    await step(client, event, "enterprise", "profile", {**PROFILE, "languages": ["zh", "en", "ru"]})
    assert (await Registration.get(event_id=event.id)).levels == {"zh": "working", "en": "basic", "ru": "working"}


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"languages": ["ru", "en"], "level_ru": "basic", "level_en": "basic"}, BASIC_ALONE),
        ({"languages": ["en"], "level_en": "basic"}, BASIC_ALONE),
        ({"languages": ["en"], "level_en": "perfect"}, "Choose one of the options."),
        ({}, "Fill in this field."),
    ],
)
async def test_one_language_at_least_is_better_than_basic(
    client: Client, typed: dict[str, str | list[str]], fault: str
) -> None:
    event, _person = await visitor(client)
    await step(client, event, "expert", "work", WORK)
    path = f"/e/{event.slug}/register/expert/cooperation"
    answer = await client.post(path, data={"modes": ["project"], **typed})
    assert answer.status_code == 422
    assert fault in read(answer).words
    assert (await Registration.get(event_id=event.id)).languages == []


async def test_two_delegates_who_change_levels_lose_nothing_and_leave_one_above_basic(
    client: Client, other: Client
) -> None:
    event = await factories.event()
    levels = {"zh": "fluent", "en": "working", "ru": "working"}
    named = await factories.person(full_name="王芳")
    party = await factories.enterprise(event, named, languages=["zh", "en", "ru"], levels=levels)
    [first] = await factories.delegates_of(party)
    second = await factories.delegate(party, await factories.person(full_name="李明"))
    await factories.signed_in(client, first)
    await factories.signed_in(other, second.person)
    path = f"/e/{event.slug}/register/enterprise/profile"
    one, two = (await client.get(path)).text, (await other.get(path)).text
    answers = [
        await client.post(path, data=filled(one, "name", level_en="basic")),
        await other.post(path, data=filled(two, "name", level_ru="basic")),
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    await party.refresh_from_db()
    assert party.levels == {"zh": "fluent", "en": "basic", "ru": "basic"}

    await Registration.filter(id=party.id).update(languages=["zh", "en"], levels={"zh": "fluent", "en": "fluent"})
    one, two = (await client.get(path)).text, (await other.get(path)).text
    await client.post(path, data=filled(one, "name", level_en="basic"))
    last = await other.post(path, data=filled(two, "name", level_zh="basic"))
    assert 'href="#f-languages"' in last.text
    assert BASIC_ALONE in read(last).words
    await party.refresh_from_db()
    assert party.levels == {"zh": "fluent", "en": "basic"}


async def test_if_both_changed_a_level_the_second_person_chooses(client: Client, other: Client) -> None:
    event = await factories.event()
    named = await factories.person(full_name="王芳")
    levels = {"zh": "fluent", "en": "working"}
    party = await factories.enterprise(event, named, languages=["zh", "en"], levels=levels)
    [first] = await factories.delegates_of(party)
    second = await factories.delegate(party, await factories.person(full_name="李明"))
    await factories.signed_in(client, first)
    await factories.signed_in(other, second.person)
    path = f"/e/{event.slug}/register/enterprise/profile"
    one, two = (await client.get(path)).text, (await other.get(path)).text
    await client.post(path, data=filled(one, "name", level_en="basic"))
    refused = await other.post(path, data=filled(two, "name", level_en="fluent"))
    assert refused.status_code == 409
    again = filled(refused.text, "name")
    assert again["choose_level_en"] == ["typed"]
    await other.post(path, data={**again, "choose_level_en": "saved"})
    await party.refresh_from_db()
    assert party.levels == {"zh": "fluent", "en": "basic"}


async def test_organisers_and_partners_read_the_levels(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, languages=["ru", "en"], levels={"ru": "fluent", "en": "basic"})
    firm = await factories.enterprise(event, await factories.person(locale="en"), languages=["zh", "en"])
    organiser = await factories.organiser(event)
    entry = await factories.calendar_entry(expert, firm)
    await factories.published(event)
    base = f"/e/{event.slug}"
    await factories.signed_in(client, organiser.person)
    assert "English (basic)" in read(await client.get(f"{base}/parties/{expert.id}")).words
    [delegate] = await factories.delegates_of(firm)
    await factories.signed_in(client, delegate)
    for page in (f"{base}/matches/{expert.id}", f"{base}/agenda/meeting/{entry.id}"):
        assert "English (basic)" in read(await client.get(page)).words


async def test_two_whose_only_common_language_is_basic_on_one_side_need_an_interpreter(database: None) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    expert = await factories.expert(event, languages=["ru", "en"], levels={"en": "basic"})
    firm = await factories.enterprise(event, languages=["zh", "en"], levels={"en": "fluent"})
    interpreter = await factories.interpreter(event)
    await factories.wish(expert, firm)
    rows = await load_rows(event)
    assert [party["languages"] for party in snapshot.take(rows).document["parties"]] == [["ru"], ["zh", "en"]]
    assert request_of(rows)["experts"][0]["languages"] == ["ru"]

    plan = await solved(event, organiser)
    [meeting] = await Meeting.filter(plan_id=plan.id)
    assert meeting.interpreter_id == interpreter.id


async def test_a_plan_whose_common_language_became_basic_is_stale(database: None) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    expert = await factories.expert(event, languages=["ru", "en"])
    firm = await factories.enterprise(event, languages=["zh", "en"])
    await factories.interpreter(event)
    await factories.wish(expert, firm)
    plan = await solved(event, organiser)
    assert await staleness.lost_of_plan(event.id, plan.id) == []
    await Registration.filter(id=firm.id).update(levels={"zh": "fluent", "en": "basic"})
    [lost] = await staleness.lost_of_plan(event.id, plan.id)
    assert lost.why is Why.INTERPRETER_MISSING


@pytest.mark.parametrize("spoken", [["ru"], ["ru", "en"]])
async def test_a_meeting_that_has_begun_stays_whatever_level_is_stated_later(database: None, spoken: list[str]) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    expert = await factories.expert(event, languages=[*spoken, "de"])
    firm = await factories.enterprise(event, languages=["zh", "en"])
    await factories.interpreter(event)
    await factories.wish(expert, firm)
    plan, [first, *_ahead] = await solved(event, organiser), await factories.slots_of(event)
    await Meeting.filter(plan_id=plan.id).update(slot_id=first.id)
    await publishing.publish(plan, organiser)
    [before] = await Meeting.filter(plan_id=plan.id)
    await factories.wish(await factories.expert(event), await factories.enterprise(event))
    await Registration.filter(id=expert.id).update(levels=dict.fromkeys(spoken, "basic"))
    await Registration.filter(id=firm.id).update(levels={"zh": "basic"})

    again = await solved(event, organiser, now=first.start_at + timedelta(minutes=1))

    assert again.state == PlanState.READY
    after = await Meeting.get(plan_id=again.id, expert_id=expert.id, enterprise_id=firm.id)
    assert (after.slot_id, after.interpreter_id) == (before.slot_id, before.interpreter_id)


async def test_the_agenda_names_no_basic_language_as_that_of_the_talk(database: None) -> None:
    event = await factories.event()
    expert = await factories.expert(event, languages=["en", "ru", "zh"], levels={"en": "basic", "zh": "working"})
    firm = await factories.enterprise(event, languages=["zh", "en"])
    alone = await factories.calendar_entry(expert, firm)
    alone.expert, alone.enterprise = expert, firm
    assert languages_of(alone) == ("zh",)


async def test_a_sheet_states_levels_in_brackets(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    files = workbook(
        experts=[{**EXPERT, "languages": "ru (fluent), English (basic); 德语"}],
        enterprises=[{**ENTERPRISE, "languages": "中文（流利）、英语（基础）"}],
    )
    preview = await upload(client, event, files)
    assert "English (basic)" in read(preview).words
    await imported(client, event, files)
    expert, firm = [await Registration.get(side=side) for side in (Side.EXPERT, Side.ENTERPRISE)]
    assert expert.levels == {"ru": "fluent", "en": "basic", "de": "working"}
    assert (firm.languages, firm.levels) == (["zh", "en"], {"zh": "fluent", "en": "basic"})


async def test_a_sheet_row_with_only_basic_languages_is_a_fault(client: Client) -> None:
    event = await factories.event()
    await organiser_of(client, event)
    preview = await upload(client, event, workbook(experts=[{**EXPERT, "languages": "英语（基础）"}]))
    assert BASIC_ALONE in read(preview).words
