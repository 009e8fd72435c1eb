"""Ownership of names and texts: nobody reads or changes data of others across events."""

from typing import Any

from starlette.applications import Starlette

from i18n.names import PersonName
from server.db import atomic
from server.events.service import person_by_email
from server.models import Delegate, Event, Interpreter, Organisation, Organiser, Person, Registration
from server.names import called, country_of
from server.registrations import service as registrations
from server.registrations.values import PersonValues, RegistrationValues
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import ENTERPRISE, EXPERT, imported, organiser_of, workbook
from tests.server.registering import PROFILE, WORK, step, visitor

FIRM = {
    **PROFILE,
    "name": "北仑测试有限公司",
    "latin_name": "Beilun Test Co",
    "description": "pumps",
    "languages": ["zh"],
}
STRANGER = {**FIRM, "latin_name": "Stranger Co", "description": "", "full_name": "Чужой", "languages": ["ru"]}
SECRET = {"full_name": "Canary Secretname", "latin_name": "CANARY LATIN", "zh_name": "金丝雀", "country": "KZ"}


async def in_new_event(client: Client, person: Person) -> Event:
    await factories.signed_in(client, person)
    return await factories.event()


async def texts_of(event: Event, person: Person) -> tuple[str, str, str, str]:
    [party] = await Registration.filter(event_id=event.id, delegates__person_id=person.id).select_related(
        "organisation"
    )
    own: Organisation = party.organisation
    return own.name, own.latin_name, own.description, own.kind.value


# Organisations ----------------------------------------------------------------------------------------------------


async def test_a_firm_that_registers_again_keeps_both_profiles(client: Client) -> None:
    first, firm = await visitor(client)
    await step(client, first, "enterprise", "profile", FIRM)
    second = await in_new_event(client, firm)
    changed = {**FIRM, "latin_name": "Beilun Test New Energy", "description": "We make heat pumps", "kind": "institute"}
    await step(client, second, "enterprise", "profile", changed)
    assert await texts_of(first, firm) == (FIRM["name"], "Beilun Test Co", "pumps", "enterprise")
    assert await texts_of(second, firm) == (FIRM["name"], "Beilun Test New Energy", "We make heat pumps", "institute")


async def test_a_stranger_who_types_a_firm_s_name_reads_and_changes_nothing_of_it(client: Client) -> None:
    first, firm = await visitor(client)
    await step(client, first, "enterprise", "profile", FIRM)
    stranger = await factories.person(full_name="")
    elsewhere = await in_new_event(client, stranger)
    for typed in (STRANGER, {**STRANGER, "description": "buy my goods"}, {**STRANGER, "name": "完全不同的公司"}):
        assert (await step(client, elsewhere, "enterprise", "profile", typed))[0] == 303
        profile = await client.get(f"/e/{elsewhere.slug}/register/enterprise/profile")
        assert "pumps" not in profile.text
        assert await texts_of(first, firm) == (FIRM["name"], "Beilun Test Co", "pumps", "enterprise")


async def test_a_draft_under_a_firm_s_name_does_not_keep_the_firm_out(client: Client) -> None:
    event, stranger = await visitor(client)
    await step(client, event, "enterprise", "profile", STRANGER)
    firm = await factories.person(full_name="")
    await factories.signed_in(client, firm)
    made = await step(client, event, "enterprise", "profile", FIRM)
    assert made == (303, f"/e/{event.slug}/register/enterprise/presence")
    assert (await texts_of(event, firm))[2] == "pumps"
    assert (await texts_of(event, stranger))[1] == "Stranger Co"


# Names of people --------------------------------------------------------------------------------------------------


async def known_person(**values: Any) -> Person:
    """Create a person with their own name, who takes part elsewhere."""
    person = await factories.person(email="known@example.org", **{**SECRET, **values})
    await factories.expert(await factories.event(), person)
    return person


async def test_an_organiser_who_adds_a_known_address_sees_and_changes_nothing_of_its_person(client: Client) -> None:
    person = await known_person()
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    data = {"email": person.email, "full_name": "Typed Here", "languages": ["zh", "ru"], "available": []}
    added = await client.post(f"/e/{event.slug}/interpreters/new", data=data)
    interpreter = await Interpreter.get(event_id=event.id).select_related("person")
    pages = [f"interpreters/{interpreter.id}", "interpreters", f"agenda/interpreter/{interpreter.id}"]
    await client.post(f"/e/{event.slug}/interpreters/{interpreter.id}", data={**data, "full_name": "Typed Again"})
    seen = [await client.get(f"/e/{event.slug}/{page}") for page in pages]
    await person.refresh_from_db()
    assert ([added.status_code, *(page.status_code for page in seen)], person.full_name) == (
        [303] + [200] * 3,
        SECRET["full_name"],
    )
    assert not [word for word in SECRET.values() for page in seen if len(word) > 2 and word in page.text]
    assert all("Typed Again" in page.text for page in seen)


async def test_a_known_address_added_as_organiser_shows_the_address_alone(client: Client) -> None:
    person = await known_person()
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    await client.post(f"/e/{event.slug}/organisers", data={"email": person.email})
    page = await client.get(f"/e/{event.slug}/organisers")
    assert person.email in page.text
    assert not [word for word in SECRET.values() if len(word) > 2 and word in page.text]


async def test_a_known_address_removed_as_organiser_shows_the_address_alone(client: Client) -> None:
    person = await known_person()
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    here = f"/e/{event.slug}/organisers"
    await client.post(here, data={"email": person.email})
    row = await Organiser.get(event_id=event.id, person_id=person.id)
    await client.post(f"{here}/{row.id}/remove")
    page = await client.get(here)
    assert not await Organiser.exists(id=row.id)
    assert person.email in page.text
    assert not [word for word in SECRET.values() if len(word) > 2 and word in page.text]


async def test_the_name_typed_for_a_delegate_is_shown(client: Client) -> None:
    person = await known_person()
    event = await factories.event()
    party = await factories.enterprise(event)
    [colleague] = await factories.delegates_of(party)
    await factories.signed_in(client, colleague)
    data = {"email": person.email, "full_name": "Typed Here", "position": "Engineer"}
    await client.post(f"/e/{event.slug}/me/delegates", data=data)
    page = await client.get(f"/e/{event.slug}/me")
    assert "Typed Here" in page.text
    assert not [word for word in SECRET.values() if len(word) > 2 and word in page.text]


async def stored(event: Event, email: str, **about: str) -> Registration:
    """Return the expert created by an organiser's spreadsheet."""
    person = await atomic(person_by_email)(email, locale="ru")
    values = {name: WORK[name] for name in ("affiliation", "headline", "offer", "topics")}
    said, work = PersonValues(**{"country": "RU", **about}), RegistrationValues(**values)
    await registrations.save_expert(event, person, said, work, by_organiser=True)
    return await Registration.get(event_id=event.id, person_id=person.id).select_related("person")


async def test_an_import_writes_of_a_person_for_its_own_event_alone(database: None) -> None:
    never_signed_in = await atomic(person_by_email)("petrov@example.org", locale="ru")
    first, second = await factories.event(), await factories.event()
    here = await stored(first, never_signed_in.email, full_name="Анна Петрова", latin_name="ANNA PETROVA")
    there = await stored(second, never_signed_in.email, full_name="Somebody Else", country="US")
    await here.refresh_from_db()
    await here.fetch_related("person")
    assert (called(here), country_of(here)) == (PersonName("Анна Петрова", "ANNA PETROVA"), "RU")
    assert (called(there), country_of(there)) == (PersonName("Somebody Else"), "US")
    assert here.person.full_name == ""


async def test_an_import_leaves_a_draft_to_whoever_began_it(client: Client, app: Starlette) -> None:
    event, person = await visitor(client)
    await step(client, event, "expert", "work", WORK)
    async with Client(app) as browser:
        await organiser_of(browser, event)
        await imported(browser, event, workbook(experts=[{**EXPERT, "email": person.email}]))
    kept = await Registration.get(event_id=event.id, person_id=person.id).select_related("person")
    assert (called(kept).full_name, kept.headline) == (WORK["full_name"], WORK["headline"])


async def test_an_import_keeps_away_from_a_stranger_s_registration_of_that_name(client: Client, app: Starlette) -> None:
    event, stranger = await visitor(client)
    await step(client, event, "enterprise", "profile", STRANGER)
    firm = {**ENTERPRISE, "name": FIRM["name"]}
    async with Client(app) as browser:
        await organiser_of(browser, event)
        await imported(browser, event, workbook(enterprises=[firm]))
    theirs = await Registration.get(event_id=event.id, delegates__person__email=firm["email"])
    assert (await texts_of(event, stranger))[1] == "Stranger Co"
    assert await Delegate.filter(registration_id=theirs.id).count() == 1


# The owner decides ------------------------------------------------------------------------------------------------


async def proposed(name: str = "Typed Here", **own: str) -> tuple[Event, Interpreter]:
    event = await factories.event()
    person = await factories.person(**own)
    return event, await factories.interpreter(event, person, proposed={"full_name": name})


async def test_a_person_takes_the_name_that_others_wrote(client: Client) -> None:
    event, interpreter = await proposed(full_name="")
    await factories.signed_in(client, interpreter.person)
    asked = read(await client.get(f"/e/{event.slug}/agenda"))
    answer = await client.post(f"/e/{event.slug}/me/name", data={"use": "proposed", "next": f"/e/{event.slug}/agenda"})
    await interpreter.refresh_from_db()
    await interpreter.fetch_related("person")
    assert "Is this your name?" in asked.words
    assert (answer.status_code, interpreter.proposed, interpreter.person.full_name) == (303, None, "Typed Here")
    assert "Is this your name?" not in read(await client.get(f"/e/{event.slug}/agenda")).words


async def test_a_person_keeps_their_own_name(client: Client) -> None:
    event, interpreter = await proposed(full_name="Олег Ли", latin_name="OLEG LI")
    await factories.signed_in(client, interpreter.person)
    await client.post(f"/e/{event.slug}/me/name", data={"use": "own"})
    await interpreter.refresh_from_db()
    await interpreter.fetch_related("person")
    assert called(interpreter) == PersonName("Олег Ли", "OLEG LI")


async def test_another_name_brings_its_own_spellings(client: Client) -> None:
    event, interpreter = await proposed("Ли Олег", full_name="Олег", latin_name="OLEG")
    await factories.signed_in(client, interpreter.person)
    await client.post(f"/e/{event.slug}/me/name", data={"use": "proposed"})
    await interpreter.person.refresh_from_db()
    assert (interpreter.person.full_name, interpreter.person.latin_name) == ("Ли Олег", "")


async def test_a_confirmed_name_is_the_interpreter_s_own(client: Client) -> None:
    event = await factories.event()
    interpreter = await factories.interpreter(event, await factories.person(full_name="Олег Ли"))
    await factories.signed_in(client, (await factories.organiser(event)).person)
    data = {"full_name": "Somebody Else", "languages": ["zh", "ru"]}
    answer = await client.post(f"/e/{event.slug}/interpreters/{interpreter.id}", data=data)
    await interpreter.person.refresh_from_db()
    await interpreter.refresh_from_db()
    assert (answer.status_code, interpreter.person.full_name, interpreter.proposed) == (303, "Олег Ли", None)


async def test_an_organiser_is_called_by_name_once_they_agree(client: Client) -> None:
    event = await factories.event()
    added = await factories.person(full_name="Мария Орлова")
    await Organiser.create(event=event, person=added, proposed={})
    await factories.signed_in(client, added)
    before = await client.get(f"/e/{event.slug}/desk")
    await client.post(f"/e/{event.slug}/me/name", data={"use": "own"})
    after = await client.get(f"/e/{event.slug}/organisers")
    assert "Your name is not shown at this event yet." in read(before).words
    assert "Мария Орлова" in read(after).words


async def test_an_expert_who_was_brought_in_finds_the_proposal_in_the_form_and_it_becomes_theirs(
    client: Client,
) -> None:
    event = await factories.event()
    registration = await stored(event, "petrov@example.org", full_name="Анна Петрова", zh_name="安娜")
    await factories.signed_in(client, registration.person)
    form = read(await client.get(f"/e/{event.slug}/register/expert/work"))
    assert (form.field("full_name"), form.field("zh_name"), form.field("country")) == ("Анна Петрова", "安娜", "RU")
    await step(client, event, "expert", "work", {**WORK, "full_name": "Анна Сергеева"})
    await registration.refresh_from_db()
    await registration.fetch_related("person")
    assert (registration.proposed, called(registration).full_name) == (None, "Анна Сергеева")
