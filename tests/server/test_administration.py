"""The administrator of an installation: events with counts, the mail queue, and how an event is entered."""

from typing import Any

import pytest
from starlette.applications import Starlette

from server.models import Event, Mail, Organiser, Person, Right, TeamAct, TeamChange
from server.settings import Settings
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.test_events import TEXTS


async def at_work(client: Client) -> Person:
    """Return an administrator, who is at the client."""
    person = await factories.person(locale="en", full_name="Ada Admin", is_administrator=True)
    await factories.signed_in(client, person)
    return person


async def test_an_administrator_creates_an_event_for_its_owner_without_a_role_in_it(client: Client) -> None:
    await at_work(client)
    data = {**TEXTS, "owner": "Olga@example.org"}
    answers = [await client.post("/administration/new", data=data) for _ in range(2)]
    event = await Event.get()
    [row] = await Organiser.all().select_related("person")
    page = read(await client.get("/administration"))

    assert [answer.status_code for answer in answers] == [303, 303]
    assert (row.person.email, row.is_owner) == ("olga@example.org", True)
    assert [(mail.to_address, mail.template) for mail in await Mail.all()] == [("olga@example.org", "organiser")]
    assert "olga@example.org" in page.words
    assert (await client.get(f"/e/{event.slug}/desk")).status_code == 404


async def test_an_owner_who_has_never_signed_in_is_invited_again(client: Client) -> None:
    await at_work(client)
    await client.post("/administration/new", data={**TEXTS, "owner": "olga@example.org"})
    [row] = await Organiser.all().select_related("person")
    way = f"/administration/events/{row.event_id}/invite"
    assert way in (await client.get("/administration")).text
    assert (await client.post(way)).headers["location"] == "/administration?notice=invited"
    first, second = await Mail.all().order_by("id")
    assert [(await client.get(mail.values["path"])).status_code for mail in (first, second)] == [410, 200]
    await factories.signed_in(client, row.person)
    assert (await client.post(way)).status_code == 404
    await at_work(client)
    await Person.filter(id=row.person_id).update(signed_in_at=row.created_at)
    assert way not in (await client.get("/administration")).text
    await client.post(way)
    assert await Mail.all().count() == 2


async def test_the_list_has_counts_and_nobodys_data_in_a_fixed_number_of_queries(client: Client, queries: Any) -> None:
    await at_work(client)
    seen = []
    for number in (1, 3):
        event = await factories.event()
        for _ in range(number):
            await factories.expert(event, await factories.person(full_name="Secret Name"), headline="Secret words")
        await factories.mail(event, await factories.person(email=f"secret{number}@example.org"))
        with queries() as asked:
            page = await client.get("/administration")
        seen.append(len(asked))
        assert "secret" not in page.text.casefold()
    assert seen[0] == seen[1]
    assert "3" in read(page).by_class["num"]


async def test_entering_an_event_is_told_to_its_organisers_and_written_down(client: Client) -> None:
    admin = await at_work(client)
    event = await factories.event()
    owner = await factories.organiser(event, await factories.person(email="olga@example.org", locale="en"))
    path = f"/administration/events/{event.id}/enter"
    asked = read(await client.get(path))
    answers = [await client.post(path) for _ in range(2)]
    row = await Organiser.get(person_id=admin.id)

    assert "Become an organiser of this event?" in asked.words
    assert [answer.headers["location"] for answer in answers] == [f"/e/{event.slug}/desk?notice=saved"] * 2
    assert (row.is_owner, row.rights) == (False, " ".join(Right))
    told = [(mail.to_address, mail.template, mail.values["by"]) for mail in await Mail.all()]
    assert told == [("olga@example.org", "administrator_entered", "Ada Admin")]
    assert [act.act for act in await TeamAct.all()] == [TeamChange.ENTERED]
    await factories.signed_in(client, owner.person)
    page = read(await client.get(f"/e/{event.slug}/organisers"))
    assert "Became an organiser as the administrator of this installation Ada Admin" in page.words


async def test_an_event_without_an_owner_gets_one(client: Client) -> None:
    admin = await at_work(client)
    event = await factories.event()
    await factories.organiser(event, rights=[Right.PLAN])
    await client.post(f"/administration/events/{event.id}/enter")
    assert (await Organiser.get(person_id=admin.id)).is_owner


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_setting_decides_whether_organisers_create_events(
    client: Client, app: Starlette, settings: Settings, allowed: bool
) -> None:
    app.state.settings = settings.model_copy(update={"organisers_create_events": allowed})
    await factories.signed_in(client, await factories.person(may_create_events=True))
    assert (await client.get("/events/new")).status_code == (200 if allowed else 404)
    assert ("/events/new" in read(await client.get("/")).links) is allowed
    assert (await client.get("/administration")).status_code == 404
