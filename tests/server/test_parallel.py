"""Simultaneous requests of one person or of several: none undoes another."""

import asyncio

from starlette.applications import Starlette

from server.models import Delegate, Event, Participation, Person, Registration
from server.unclaimed import service as claiming
from tests import factories
from tests.client import Client
from tests.server.registering import PROFILE, WORK, every_slot

ROUNDS = 3
MANY_ROUNDS = 8


async def test_steps_of_one_registration_saved_at_once_all_stand(client: Client) -> None:
    event = await factories.event()
    for _round in range(ROUNDS):
        expert = await factories.expert(event, languages=["en"], available=[])
        await factories.signed_in(client, expert.person)
        register, slots = f"/e/{event.slug}/register/expert", await every_slot(event)
        answers = await asyncio.gather(
            client.post(f"{register}/work", data={**WORK, "headline": "A new line"}),
            client.post(f"{register}/presence", data={"available": slots, "max_meetings": "3"}),
            client.post(f"{register}/cooperation", data={"modes": ["training"], "languages": ["ru"]}),
        )
        await expert.refresh_from_db()
        assert [answer.status_code for answer in answers] == [303] * 3
        assert (expert.headline, expert.available, expert.max_meetings) == ("A new line", slots, 3)
        assert (expert.modes, expert.languages) == (["training"], ["ru"])


async def test_an_enterprise_s_steps_saved_at_once_all_stand(client: Client) -> None:
    event = await factories.event()
    enterprise = await factories.enterprise(event, available=[])
    [person] = await factories.delegates_of(enterprise)
    await factories.signed_in(client, person)
    register, slots = f"/e/{event.slug}/register/enterprise", await every_slot(event)
    await asyncio.gather(
        client.post(f"{register}/profile", data={**PROFILE, "languages": ["ru"]}),
        client.post(f"{register}/presence", data={"available": slots, "parallel": "1"}),
    )
    await enterprise.refresh_from_db()
    assert (enterprise.languages, enterprise.available) == (["ru"], slots)


async def test_a_withdrawal_beside_a_save_stays_a_withdrawal(client: Client) -> None:
    event = await factories.event()
    slots = await every_slot(event)
    for _round in range(ROUNDS):
        expert = await factories.expert(event)
        await factories.signed_in(client, expert.person)
        await asyncio.gather(
            client.post(f"/e/{event.slug}/me/withdraw"),
            client.post(f"/e/{event.slug}/register/expert/presence", data={"available": slots[:1]}),
            client.post(f"/e/{event.slug}/register/expert/work", data=WORK),
        )
        stands = await Registration.get(id=expert.id)
        assert (stands.withdrawn_at is not None, stands.available) == (True, slots[:1])


# One person once --------------------------------------------------------------------------------------------------


async def roles_of(event: Event, person: Person) -> tuple[int, int, int]:
    """Return registrations as expert and as delegate, and the number of participations."""
    return (
        await Registration.filter(event_id=event.id, person_id=person.id).count(),
        await Delegate.filter(registration__event_id=event.id, person_id=person.id).count(),
        await Participation.filter(event_id=event.id, person_id=person.id).count(),
    )


async def test_simultaneous_registration_on_both_sides_gives_one(client: Client) -> None:
    event = await factories.event()
    for _round in range(MANY_ROUNDS):
        person = await factories.person()
        await factories.signed_in(client, person)
        register = f"/e/{event.slug}/register"
        answers = await asyncio.gather(
            client.post(f"{register}/expert/work", data=WORK),
            client.post(f"{register}/enterprise/profile", data=PROFILE),
            client.post(f"{register}/expert/work", data=WORK),
            client.post(f"{register}/enterprise/profile", data=PROFILE),
        )
        as_expert, as_delegate, in_all = await roles_of(event, person)
        assert (as_expert + as_delegate, in_all) == (1, 1)
        assert {answer.status_code for answer in answers} <= {303, 409}


async def test_an_address_added_by_two_firms_at_once_is_one_s_delegate(app: Starlette) -> None:
    event = await factories.event()
    firms = [await factories.enterprise(event) for _ in range(2)]
    browsers = []
    for firm in firms:
        [person] = await factories.delegates_of(firm)
        browsers.append(await factories.signed_in(Client(app), person))
    for number in range(5):
        data = {"email": f"colleague{number}@example.org", "full_name": "沈亦珂"}
        answers = await asyncio.gather(
            *(browser.post(f"/e/{event.slug}/me/delegates", data=data) for browser in browsers)
        )
        person = await Person.get(email=data["email"])
        assert await roles_of(event, person) == (0, 1, 1)
        assert sorted(answer.status_code for answer in answers) == [303, 409]
    for browser in browsers:
        await browser.aclose()


async def test_a_place_is_free_again_once_a_delegate_is_removed(client: Client) -> None:
    event = await factories.event()
    firm, other = await factories.enterprise(event), await factories.enterprise(event)
    second = await factories.delegate(firm)
    [first, _second] = await factories.delegates_of(firm)
    await factories.signed_in(client, first)
    await client.post(f"/e/{event.slug}/me/delegates/{second.id}/remove")
    [elsewhere] = await factories.delegates_of(other)
    await factories.signed_in(client, elsewhere)
    data = {"email": second.person.email, "full_name": "沈亦珂"}
    answer = await client.post(f"/e/{event.slug}/me/delegates", data=data)
    assert (answer.status_code, await roles_of(event, second.person)) == (303, (0, 1, 1))


async def test_two_places_claimed_at_once_give_one(client: Client) -> None:
    for _round in range(MANY_ROUNDS):
        event = await factories.event()
        rows = [await factories.unclaimed(event) for _ in range(2)]
        for row in rows:
            party = await Registration.get(person_id=row.person_id)
            await Participation.get_or_create(event=event, person_id=row.person_id, registration_id=party.id)
        person = await factories.person()
        await factories.signed_in(client, person)
        links = [f"/claim/{claiming.token_of(row, client.settings)}/take" for row in rows]
        answers = await asyncio.gather(*(client.post(link) for link in links))
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        assert await Registration.filter(event_id=event.id, person_id=person.id).count() == 1
