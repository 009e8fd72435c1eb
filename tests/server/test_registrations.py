"""Registration step by step on both sides, through HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.models import Consent, Delegate, Event, Mail, OrganisationKind, PlenaryItem, Registration, Side
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.registering import GIVEN, PROFILE, WORK, every_slot, expert_up_to_consent, step, visitor

# The way through --------------------------------------------------------------------------------------------------


async def test_an_expert_registers_and_may_leave_journey_and_files_empty(client: Client) -> None:
    event, person = await visitor(client, locale="ru")
    register, slots = f"/e/{event.slug}/register/expert", await every_slot(event)
    led = [
        await step(client, event, "expert", "work", WORK),
        await step(
            client, event, "expert", "cooperation", {"modes": ["training", "project"], "languages": ["ru", "en"]}
        ),
        await step(client, event, "expert", "presence", {"available": slots[:3], "max_meetings": "5"}),
        await step(client, event, "expert", "consent", GIVEN),
    ]
    assert led == [
        (303, f"{register}/cooperation"),
        (303, f"/e/{event.slug}/me/travel"),
        (303, f"/e/{event.slug}/me/files"),
        (303, f"/e/{event.slug}/me?notice=registered"),
    ]
    made = await Registration.get(event_id=event.id, person_id=person.id)
    assert (made.side, made.text_locale, made.takes_part) == (Side.EXPERT, "ru", True)
    assert (made.headline, made.offer, made.affiliation) == (WORK["headline"], WORK["offer"], WORK["affiliation"])
    assert (made.topics, made.modes, made.languages) == (WORK["topics"], ["project", "training"], ["ru", "en"])
    assert (made.readiness, made.available, made.max_meetings) == (7, slots[:3], 5)


async def test_only_confirmed_spellings_of_a_name_are_stored(client: Client) -> None:
    event, person = await visitor(client)
    for latin_name in ("", "BERESTNEVA ULYANA", ""):
        await step(client, event, "expert", "work", {**WORK, "latin_name": latin_name})
        await person.refresh_from_db()
        assert (person.full_name, person.latin_name) == ("Берестнева Ульяна Тихоновна", latin_name)
    assert (person.zh_name, person.country) == ("贝雨澜", "RU")


@pytest.mark.parametrize("locale", ["en", "zh_Hans", "ru"])
async def test_no_language_is_ticked_for_anybody(client: Client, locale: str) -> None:
    event, _person = await visitor(client, locale=locale)
    profile = await client.get(f"/e/{event.slug}/register/enterprise/profile")
    await step(client, event, "expert", "work", WORK)
    cooperation = await client.get(f"/e/{event.slug}/register/expert/cooperation")
    assert [read(page).field("languages") for page in (profile, cooperation)] == [None, None]


async def test_an_enterprise_registers_in_three_steps(client: Client) -> None:
    event, person = await visitor(client, locale="zh_Hans")
    register, slots = f"/e/{event.slug}/register/enterprise", await every_slot(event)
    led = [
        await step(client, event, "enterprise", "profile", PROFILE),
        await step(client, event, "enterprise", "presence", {"available": slots, "max_meetings": "", "parallel": "1"}),
        await step(client, event, "enterprise", "consent", GIVEN),
    ]
    assert led == [
        (303, f"{register}/presence"),
        (303, f"{register}/consent"),
        (303, f"/e/{event.slug}/me?notice=registered"),
    ]
    made = await Registration.get(event_id=event.id).select_related("organisation")
    delegate = await Delegate.get(registration_id=made.id).select_related("person")
    assert (made.side, made.available, made.max_meetings, made.parallel) == (Side.ENTERPRISE, slots, None, 1)
    assert (made.organisation.name, made.organisation.kind) == (PROFILE["name"], OrganisationKind.ENTERPRISE)
    assert (delegate.person_id, delegate.person.full_name, delegate.position) == (person.id, "虞景澄", "技术副总经理")


async def test_only_the_first_completion_is_confirmed_by_e_mail(client: Client) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    await step(client, event, "expert", "consent", GIVEN)
    await step(client, event, "expert", "consent", GIVEN)
    letters = await Mail.filter(template="registered")
    assert [(letter.to_address, letter.values["path"]) for letter in letters] == [(person.email, f"/e/{event.slug}/me")]


async def test_a_visitor_gives_an_address_first_and_comes_back(client: Client) -> None:
    event = await factories.event()
    start = await client.get(f"/e/{event.slug}/register/expert")
    straight = await client.get(f"/e/{event.slug}/register/expert/work")
    assert f"/e/{event.slug}/register/expert" in read(start).fields["next"]
    assert (straight.status_code, straight.headers["location"].startswith("/sign-in?next=")) == (303, True)


async def test_a_draft_goes_on_where_it_stopped(client: Client) -> None:
    event, _person = await visitor(client)
    await step(client, event, "expert", "work", WORK)
    first = read(await client.get(f"/e/{event.slug}/me"))
    await step(client, event, "expert", "cooperation", {"modes": ["project"], "languages": ["ru"]})
    second = read(await client.get(f"/e/{event.slug}/me"))
    register = f"/e/{event.slug}/register/expert"
    assert "The registration is not complete yet." in first.words
    assert (f"{register}/cooperation" in first.links, f"{register}/presence" in second.links) == (True, True)
    resumed = read(await client.get(f"{register}/work"))
    assert {name: resumed.field(name) for name in ("headline", "offer", "readiness", "country")} == {
        name: WORK[name] for name in ("headline", "offer", "readiness", "country")
    }


async def test_steps_cannot_be_skipped(client: Client) -> None:
    event, _person = await visitor(client)
    opened = await client.get(f"/e/{event.slug}/register/expert/consent")
    sent = await step(client, event, "expert", "consent", GIVEN)
    assert (opened.status_code, opened.headers["location"]) == (303, f"/e/{event.slug}/register/expert")
    assert (sent[0], await Registration.all().count()) == (404, 0)


async def test_nobody_takes_part_before_saying_in_what_language_and_when(client: Client) -> None:
    event, _person = await visitor(client)
    [foreign] = await every_slot(await factories.event(slots=1))
    register = f"/e/{event.slug}/register/expert"
    await step(client, event, "expert", "work", WORK)
    early = await step(client, event, "expert", "consent", GIVEN)
    await step(client, event, "expert", "cooperation", {"modes": ["project"], "languages": ["ru"]})
    await step(client, event, "expert", "presence", {"available": [foreign]})
    absent = await step(client, event, "expert", "consent", GIVEN)
    opened = await client.get(f"{register}/consent")
    assert early == (303, f"{register}/cooperation")
    assert absent == (303, f"{register}/presence")
    assert (opened.status_code, opened.headers["location"]) == (303, f"{register}/presence")
    assert (await Registration.get()).registered_at is None


@pytest.mark.parametrize("path", ["nobody/work", "expert/profile", "enterprise/work", "expert/nothing"])
async def test_unknown_sides_and_steps_are_not_found(client: Client, path: str) -> None:
    event, _person = await visitor(client)
    answers = [await client.get(f"/e/{event.slug}/register/{path}")]
    answers += [await client.post(f"/e/{event.slug}/register/{path}", data=WORK)]
    assert [answer.status_code for answer in answers] == [404, 404]


async def test_what_is_registered_may_be_changed_later_and_leads_back(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await factories.signed_in(client, expert.person)
    led = await step(client, event, "expert", "work", WORK)
    await expert.refresh_from_db()
    assert (led, expert.headline) == ((303, f"/e/{event.slug}/me?notice=saved"), WORK["headline"])


# Faults -----------------------------------------------------------------------------------------------------------

FILL_IN, CHOOSE = "Fill in this field.", "Choose one of the options."
NAME_SIGNS = "A name cannot contain “{}”."


async def test_a_step_left_empty_tells_each_fault_beside_its_field(client: Client) -> None:
    event, _person = await visitor(client)
    expert = await client.post(f"/e/{event.slug}/register/expert/work", data={})
    enterprise = await client.post(f"/e/{event.slug}/register/enterprise/profile", data={})
    fill_in = dict.fromkeys(("full_name", "country", "affiliation", "headline", "offer"), FILL_IN)
    assert read(expert).faults == {**fill_in, "topics": "Choose at least one option."}
    assert read(enterprise).faults == dict.fromkeys(("name", "kind", "full_name", "languages"), FILL_IN)
    assert [expert.status_code, enterprise.status_code, await Registration.all().count()] == [422, 422, 0]


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("full_name", "  ", "Enter a name."),
        ("full_name", "x" * 10_000, "A name can have at most 100 characters."),
        ("full_name", "Anna 2", NAME_SIGNS.format("2")),
        ("full_name", "<b>Anna</b>", NAME_SIGNS.format("<")),
        ("full_name", ["Anna", "Olga"], CHOOSE),
        ("latin_name", "ANNA@", NAME_SIGNS.format("@")),
        ("latin_name", "ANNА", "“А” is a Cyrillic letter. Use only Latin letters, as in the passport."),
        ("country", "XX", CHOOSE),
        ("country", ["RU", "CN"], CHOOSE),
        ("affiliation", "", FILL_IN),
        ("affiliation", "x" * 10_000, "This text can have at most 200 characters. Now: 10000."),
        ("headline", "x" * 301, "This text can have at most 300 characters. Now: 301."),
        ("offer", "Magnets", "Enter at least 20 characters."),
        ("offer", "x" * 10_000, "This text can have at most 8,000 characters. Now: 10000."),
        ("topics", ["nonsense"], "This topic does not exist: “nonsense”."),
        ("readiness", "0", "Enter a number of at least 1."),
        ("time_zone", "Mars/Olympus", "Enter a time zone such as Europe/Moscow."),
    ],
)
async def test_a_fault_of_an_expert_is_told_and_what_was_typed_stays(
    client: Client, field: str, typed: Any, fault: str
) -> None:
    event, _person = await visitor(client)
    answer = await client.post(f"/e/{event.slug}/register/expert/work", data={**WORK, field: typed})
    page = read(answer)
    assert (answer.status_code, page.faults) == (422, {field: fault})
    assert (page.field("position"), page.field("degree")) == (WORK["position"], WORK["degree"])
    assert await Registration.all().count() == 0


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("name", "x", "Enter at least 2 characters."),
        ("name", "x" * 10_000, "This text can have at most 200 characters. Now: 10000."),
        ("kind", "charity", CHOOSE),
        ("description", "x" * 10_000, "This text can have at most 8,000 characters. Now: 10000."),
        ("languages", ["zh", "tlh"], "This language is not known: tlh."),
        ("full_name", "虞景澄\u202e", None),
    ],
)
async def test_a_fault_of_an_enterprise_is_told(client: Client, field: str, typed: Any, fault: str | None) -> None:
    event, _person = await visitor(client)
    answer = await client.post(f"/e/{event.slug}/register/enterprise/profile", data={**PROFILE, field: typed})
    assert read(answer).faults == ({field: fault} if fault else {})
    assert answer.status_code == (422 if fault else 303)


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        ({}, {"available": FILL_IN}),
        ({"available": ["1", "often"]}, {"available": "Enter a whole number in digits, for example 3."}),
        ({"available": ["1"], "max_meetings": "0"}, {"max_meetings": "Enter a number of at least 1."}),
        ({"available": ["1"], "max_meetings": "51"}, {"max_meetings": "Enter a number of at most 50."}),
        (
            {"available": ["1"], "max_meetings": "many"},
            {"max_meetings": "Enter a whole number in digits, for example 3."},
        ),
    ],
)
async def test_a_fault_of_presence_is_told(client: Client, data: dict[str, Any], faults: dict[str, str]) -> None:
    event, _person = await visitor(client)
    await step(client, event, "expert", "work", WORK)
    answer = await client.post(f"/e/{event.slug}/register/expert/presence", data=data)
    assert (answer.status_code, read(answer).faults) == (422, faults)


@pytest.mark.parametrize(("name", "country"), [("محمد", "SA"), ("佐藤太郎", "JP"), ("김민준", "KR")])
async def test_a_name_that_few_can_read_is_asked_for_in_latin_letters(client: Client, name: str, country: str) -> None:
    event, person = await visitor(client)
    work = {**WORK, "full_name": name, "country": country}
    refused = await client.post(f"/e/{event.slug}/register/expert/work", data=work)
    taken = await step(client, event, "expert", "work", {**work, "latin_name": "SATŌ TARŌ"})
    assert (refused.status_code, list(read(refused).faults), taken[0]) == (422, ["latin_name"], 303)
    assert "so that all participants can read the name" in read(refused).faults["latin_name"]
    await person.refresh_from_db()
    assert person.latin_name == "SATŌ TARŌ"


async def test_the_passport_spelling_is_suggested_by_country_and_language(client: Client) -> None:
    async def suggested(name: str, **more: str) -> str:
        answer = await client.get("/names/latin", params={"name": name, **more})
        return str(answer.json()["latin"])

    assert [await suggested("佐藤太郎", country="JP"), await suggested("佐藤太郎")] == ["", ""]
    assert await suggested("王小明", country="CN") == "WANG XIAOMING"
    assert await suggested("проф. Соколова Елена Юрьевна") == "SOKOLOVA ELENA"


async def test_slots_of_other_events_are_left_out(client: Client) -> None:
    event, person = await visitor(client)
    other = await factories.event()
    own, foreign = await every_slot(event), await every_slot(other)
    await step(client, event, "expert", "work", WORK)
    await step(client, event, "expert", "presence", {"available": [own[1], foreign[0], 2**31, 10**30]})
    assert (await Registration.get(person_id=person.id)).available == [own[1]]


@pytest.mark.parametrize("letter", ["Щ", "ﷺ", "ẞ", "贝"])
async def test_names_that_grow_when_they_are_spelled_or_folded_are_taken(client: Client, letter: str) -> None:
    event, person = await visitor(client)
    expert = await step(client, event, "expert", "work", {**WORK, "full_name": letter * 100, "latin_name": "Grown"})
    other = await factories.event()
    enterprise = await step(client, other, "enterprise", "profile", {**PROFILE, "name": letter * 200})
    await person.refresh_from_db()
    assert (expert[0], enterprise[0]) == (303, 303)
    assert len(person.latin_name) <= 200


# One party once ---------------------------------------------------------------------------------------------------


async def test_a_form_posted_twice_is_one_registration(client: Client) -> None:
    event, person = await visitor(client)
    answers = [await step(client, event, "expert", "work", WORK) for _ in range(2)]
    assert answers == [(303, f"/e/{event.slug}/register/expert/cooperation")] * 2
    assert await Registration.filter(person_id=person.id).count() == 1


async def test_an_address_can_register_on_one_side_only(client: Client) -> None:
    event, person = await visitor(client)
    await factories.expert(event, person)
    as_enterprise = await client.post(f"/e/{event.slug}/register/enterprise/profile", data=PROFILE)
    other = await factories.event()
    await factories.enterprise(other, person)
    as_expert = await client.post(f"/e/{other.slug}/register/expert/work", data=WORK)
    assert "An expert is already registered with this address" in read(as_enterprise).words
    assert "A delegate of an enterprise is already registered" in read(as_expert).words
    assert (as_enterprise.status_code, as_expert.status_code) == (409, 409)


async def test_a_person_and_an_enterprise_take_part_in_many_events(client: Client) -> None:
    event, person = await visitor(client)
    other = await factories.event()
    made = [await step(client, each, "enterprise", "profile", PROFILE) for each in (event, other)]
    registrations = await Registration.all().order_by("id")
    assert ([status for status, _path in made], len({r.organisation_id for r in registrations})) == ([303, 303], 2)
    assert await Delegate.filter(person_id=person.id).count() == 2


async def test_journey_and_files_are_numbered_steps_that_may_be_left_empty(client: Client) -> None:
    event, _person = await visitor(client)
    base = f"/e/{event.slug}"
    start = read(await client.get(f"{base}/register/expert/work")).words
    assert "Step 2 of 7" in start and "Your journey" in start and "Photo and files" in start
    await step(client, event, "expert", "work", WORK)
    languages = {"modes": ["project"], "languages": ["ru"]}
    assert await step(client, event, "expert", "cooperation", languages) == (303, f"{base}/me/travel")
    journey = await client.get(f"{base}/me/travel")
    assert "Step 4 of 7" in read(journey).words
    saved = await client.post(f"{base}/me/travel", data=read(journey).fields)
    assert saved.headers["location"] == f"{base}/register/expert/presence?notice=saved"
    slots = await every_slot(event)
    assert await step(client, event, "expert", "presence", {"available": slots}) == (303, f"{base}/me/files")
    files = read(await client.get(f"{base}/me/files"))
    assert ("Step 6 of 7" in files.words, f"{base}/register/expert/consent" in files.links) == (True, True)
    assert (await client.get(f"{base}/register/expert/travel")).headers["location"] == f"{base}/me/travel"
    assert (await client.post(f"{base}/register/expert/files")).status_code == 404
    assert await step(client, event, "expert", "consent", GIVEN) == (303, f"{base}/me?notice=registered")
    pages = [read(await client.get(f"{base}/me/{name}")).words for name in ("travel", "files")]
    assert ["Step" in words for words in pages] == [False, False]


# The window -------------------------------------------------------------------------------------------------------


def window(opens: int, closes: int) -> dict[str, Any]:
    """Return a registration window in days from now."""
    now = datetime.now(UTC)
    return {
        "registration_opens_at": now + timedelta(days=opens),
        "registration_closes_at": now + timedelta(days=closes),
    }


@pytest.mark.parametrize("days", [(1, 2), (-2, -1)])
async def test_no_new_registration_outside_the_window(client: Client, days: tuple[int, int]) -> None:
    event, _person = await visitor(client, **window(*days))
    asked = [await client.get(f"/e/{event.slug}/register/expert/work")]
    asked += [await client.post(f"/e/{event.slug}/register/expert/work", data=WORK)]
    asked += [await client.post(f"/e/{event.slug}/register/enterprise/profile", data=PROFILE)]
    assert [answer.status_code for answer in asked] == [409, 409, 409]
    said = "Registration opens on" if days[0] > 0 else "Registration closed on"
    assert [said in read(answer).words for answer in asked] == [True] * 3
    assert (read(asked[1]).field("headline"), await Registration.all().count()) == (WORK["headline"], 0)


async def test_a_draft_is_not_completed_after_the_window(client: Client) -> None:
    event, person = await visitor(client)
    await expert_up_to_consent(client, event)
    await Event.filter(id=event.id).update(**window(-2, -1))
    refused = await step(client, event, "expert", "consent", GIVEN)
    registration = await Registration.get(person_id=person.id)
    assert (refused[0], registration.registered_at, await Consent.all().count()) == (409, None, 0)


async def test_the_own_page_counts_the_slots_that_can_hold_a_meeting(client: Client) -> None:
    event = await factories.event()
    slots = await factories.slots_of(event)
    expert = await factories.expert(event, available=[slot.id for slot in slots])
    await PlenaryItem.create(event=event, name={"en": "Opening"}, start_at=slots[0].start_at, end_at=slots[0].end_at)
    await factories.signed_in(client, expert.person)
    big = read(await client.get(f"/e/{event.slug}/me")).by_class["big"]
    assert big[0] == str(len(slots) - 1)
