"""Consents of people who help to run an event: asked for at their first page, stored, and withdrawn."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from server.agendas import feeds
from server.events import team
from server.models import Consent, CrewRole, Departure, Event, Interpreter, Person
from server.registrations.consents import OF_INTERPRETERS, VERSION, WORKING
from tests import factories
from tests.client import Client
from tests.reading import read

CODES = [purpose.code for purpose in OF_INTERPRETERS]
Make = Callable[[Event, Person], Awaitable[Any]]
# The first page of each role, and how somebody gets it.
ROLES: Mapping[str, tuple[str, Make]] = {
    "translator": ("translations", factories.translator),
    "reviewer": ("review", factories.reviewer),
    "desk staff": ("arrivals", lambda event, person: factories.crew(event, person=person)),
    "escort": ("escorting", lambda event, person: factories.crew(event, CrewRole.ESCORT, person)),
    "interpreter": ("interpreting", factories.interpreter),
}


async def newcomer(client: Client, make: Make) -> tuple[Event, Person, Any]:
    """Return an event and somebody who helps there, has not agreed, and is signed in."""
    event, person = await factories.event(), await factories.person(locale="en")
    row = await make(event, person)
    await Consent.all().delete()
    await factories.signed_in(client, person)
    return event, person, row


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_is_asked_for_its_consents(client: Client, role: str) -> None:
    place, make = ROLES[role]
    event, person, _row = await newcomer(client, make)
    here, asked = f"/e/{event.slug}", CODES if role == "interpreter" else CODES[:1]
    before = read(await client.get(f"{here}/{place}?page=1"))
    [link] = [link for link in before.links if "/working" in link]
    form = await client.get(link)
    refused = await client.post(f"{here}/working", data={"purposes": asked[1:], "going": f"{here}/{place}"})
    for _ in range(2):
        agreed = await client.post(f"{here}/working", data={"purposes": asked, "going": f"{here}/{place}"})
    rows = await Consent.filter(person_id=person.id, event_id=event.id).order_by("id")

    assert read(form).fields["going"] == [f"{here}/{place}?page=1"]
    assert (refused.status_code, [*read(refused).faults]) == (422, ["purposes-working"])
    assert agreed.headers["location"] == f"{here}/{place}"
    assert "needs your consent" not in read(await client.get(f"{here}/{place}")).words
    assert [(row.purpose, row.version, row.locale, row.withdrawn_at) for row in rows] == [
        (code, VERSION, "en", None) for code in asked
    ]
    assert rows[0].text_hash == WORKING.text_hash("en")


async def test_organisers_work_for_the_organiser_and_are_not_asked(client: Client) -> None:
    event, _person, _row = await newcomer(client, factories.organiser)
    page = await client.get(f"/e/{event.slug}/desk")
    assert (page.status_code, "needs your consent" in page.text) == (200, False)
    assert (await client.get(f"/e/{event.slug}/working")).status_code == 404


async def test_consents_are_withdrawn_where_all_consents_are(client: Client) -> None:
    event, person, _row = await newcomer(client, factories.translator)
    await factories.agrees(event, person)
    here = f"/e/{event.slug}"
    [link] = [link for link in read(await client.get("/account/consents")).links if link.endswith("/withdraw")]
    page = read(await client.get(link))
    answer = await client.post(link)
    assert "You can no longer open the pages of your work at this event." in page.words
    assert (answer.status_code, (await client.get(f"{here}/translations")).status_code) == (303, 303)
    assert (await client.get(link)).status_code == (await client.post(link)).status_code == 404
    assert [row.withdrawn_at is None for row in await Consent.filter(person_id=person.id)] == [False]


async def test_others_are_not_asked_and_a_foreign_address_is_not_followed(client: Client, other: Client) -> None:
    event, _person, _row = await newcomer(client, factories.reviewer)
    here = f"/e/{event.slug}"
    for going in ("https://evil.example/", "//evil.example", "/account/delete"):
        answer = await client.post(f"{here}/working", data={"purposes": "working", "going": going})
        assert answer.headers["location"] == f"{here}/review"
    await factories.signed_in(other, (await factories.expert(event)).person)
    paths = [f"{here}/working", f"{here}/working/working/withdraw", f"{here}/working/photo/withdraw"]
    assert [(await other.get(path)).status_code for path in paths] == [404, 404, 404]
    assert (await other.get(f"{here}/me")).status_code == 200


async def test_a_new_wording_is_asked_for_again(client: Client) -> None:
    event, person, _row = await newcomer(client, factories.translator)
    await factories.agrees(event, person)
    await Consent.filter(person_id=person.id).update(version="older")
    assert "needs your consent" in read(await client.get(f"/e/{event.slug}/translations")).words


async def test_both_sides_do_not_see_an_interpreter_who_has_withdrawn(client: Client, other: Client) -> None:
    event, person, interpreter = await newcomer(client, factories.interpreter)
    await Person.filter(id=person.id).update(full_name="CANARY Interpreter")
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    await factories.published(event)
    entry = await factories.calendar_entry(expert, firm, interpreter=interpreter)
    feed = await feeds.renew(event, expert.person, client.settings)
    await factories.signed_in(other, expert.person)
    here = f"/e/{event.slug}"
    ways = [
        f"{here}/agenda",
        f"{here}/agenda/meeting/{entry.id}",
        f"/cal/{feeds.token_of(feed, client.settings)}.ics",
    ]

    async def seen() -> list[bool]:
        return ["CANARY Interpreter" in (await other.get(way)).text.replace("\r\n ", "") for way in ways]

    before = await seen()
    await client.post(f"{here}/working", data={"purposes": CODES})
    after, own = await seen(), read(await client.get(f"{here}/agenda"))
    await client.post(f"{here}/working/interpreter-shown/withdraw")
    withdrawn = await seen()
    assert before == after and after[0] and after[2]
    assert withdrawn == [False] * 3
    assert own.words and (await client.get(f"{here}/agenda")).status_code == 303
    assert await Departure.filter(interpreter_id=interpreter.id, undone_at=None).count() == 1
    assert (await Interpreter.get(id=interpreter.id)).available == []


async def test_leaving_as_a_participant_keeps_the_consents_of_helpers(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event)
    await factories.translator(event, expert.person)
    await factories.signed_in(client, expert.person)
    await client.post(f"/e/{event.slug}/me/withdraw")
    given = await Consent.filter(person_id=expert.person.id, withdrawn_at=None)
    assert [row.purpose for row in given] == ["working"]


@pytest.mark.parametrize("role", ROLES)
async def test_consents_end_with_the_last_work_that_needs_them(client: Client, role: str) -> None:
    _place, make = ROLES[role]
    event, person, row = await newcomer(client, make)
    other = await factories.reviewer(event, person) if role != "reviewer" else await factories.translator(event, person)
    await Consent.all().delete()
    await factories.agrees(event, person, OF_INTERPRETERS)
    remove = team.remove_interpreter(row) if role == "interpreter" else team.remove_helper(event, row)
    await remove
    kept = [each.purpose for each in await Consent.filter(person_id=person.id, withdrawn_at=None)]
    await team.remove_helper(event, other)
    rows = await Consent.filter(person_id=person.id)
    assert kept == [WORKING.code]
    assert ({row.purpose for row in rows}, [row.withdrawn_at for row in rows].count(None)) == (set(CODES), 0)
