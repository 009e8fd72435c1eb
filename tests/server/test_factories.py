from datetime import timedelta

from server.models import Wish
from server.roles import standing
from tests import factories
from tests.client import Client


async def test_an_event_has_slots_back_to_back_and_numbered_tables(database: None) -> None:
    event = await factories.event(slots=3, halls=2, tables=2, length_min=20)
    slots = await factories.slots_of(event)
    minutes = [(slot.start_at - slots[0].start_at) / timedelta(minutes=1) for slot in slots]
    assert minutes == [0, 20, 40]
    assert [hall.name for hall in await factories.halls_of(event)] == [{"en": "Hall 1"}, {"en": "Hall 2"}]
    assert [table.number for table in await factories.tables_of(event)] == [1, 2, 3, 4]


async def test_people_made_by_factories_have_the_right_roles(database: None) -> None:
    event = await factories.event()
    expert, enterprise = await factories.expert(event), await factories.enterprise(event)
    interpreter, organiser = await factories.interpreter(event), await factories.organiser(event)
    [delegate] = await factories.delegates_of(enterprise)
    people = [expert.person, delegate, interpreter.person, organiser.person]
    roles = [{*(await standing(event, person)).roles} for person in people]
    assert roles == [{"expert"}, {"enterprise"}, {"interpreter", "helper"}, {"owner", "organiser"}]


async def test_parties_are_there_in_every_slot_and_an_enterprise_has_needs(database: None) -> None:
    event = await factories.event(slots=3)
    expert, enterprise = await factories.expert(event), await factories.enterprise(event, needs=2)
    every_slot = [slot.id for slot in await factories.slots_of(event)]
    assert (expert.available, enterprise.available) == (every_slot, every_slot)
    assert len(await factories.needs_of(enterprise)) == 2


async def test_a_wish_belongs_to_the_event_of_the_one_who_wishes(database: None) -> None:
    event = await factories.event()
    wish = await factories.wish(await factories.expert(event), await factories.enterprise(event))
    assert [found.id for found in await Wish.filter(event_id=event.id)] == [wish.id]


async def test_signing_in_makes_the_client_the_persons(client: Client) -> None:
    person = await factories.person(full_name="Анна Петрова")
    before = await client.get("/account")
    after = await (await factories.signed_in(client, person)).get("/account")
    assert (before.status_code, after.status_code) == (303, 200)
