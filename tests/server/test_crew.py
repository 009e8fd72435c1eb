"""Desk staff and escorts: what they see, and how organisers invite and remove them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.errors import NotFound
from server.models import CrewRole, Escort, EventCrew, Mail, Person, Reception, Travel
from server.plans import publishing
from server.reception import service
from server.reception.values import JourneyValues, ReceptionValues
from server.values import UNSET
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server import planning
from tests.server.setting_up import at_work

SECRET = "secret@example.org"
JOURNEY = JourneyValues(arrives_at=None, arrives_by="", departs_at=None, departs_by="")
ROW = ReceptionValues(plate="", driver="", hotel="Riverside", room="", meals="", escort_id=None)


async def test_desk_staff_and_escorts_are_invited_again_and_removed(client: Client) -> None:
    event, here = await at_work(client)
    for role in ("desk_staff", "desk_staff", "escort", "cook"):
        await client.post(f"{here}/crew", data={"email": "Olga@example.org", "role": role})
    desk, escort = await EventCrew.all().order_by("id")
    again = await client.post(f"{here}/crew/{desk.id}/invite")
    asked = read(await client.get(f"{here}/crew/{escort.id}/remove"))
    removed = await client.post(f"{here}/crew/{escort.id}/remove")

    assert [(mail.to_address, mail.template) for mail in await Mail.all().order_by("id")] == [
        ("olga@example.org", template) for template in ("desk_staff", "escort", "desk_staff")
    ]
    assert (again.status_code, removed.status_code) == (303, 303)
    assert "Remove this person?" in asked.words
    assert [each.role for each in await EventCrew.all()] == [CrewRole.DESK_STAFF]
    olga = await Person.get(email="olga@example.org")
    await factories.agrees(event, olga)
    await factories.signed_in(client, olga)
    assert (await client.get(f"{here}/arrivals")).status_code == 200
    await EventCrew.all().delete()
    assert (await client.get(f"{here}/arrivals")).status_code == 404


async def test_desk_staff_see_names_tables_and_arrivals_and_no_contacts(client: Client, queries: Any) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(full_name="Ivan Petrov", email=SECRET))
    enterprise = await factories.enterprise(event)
    await publishing.publish(
        await planning.solved(event, (await factories.organiser(event)).person),
        (await factories.organiser(event)).person,
    )
    await Travel.create(registration=expert, arrives_at=datetime.now(UTC) - timedelta(hours=1), diet="No nuts")
    staff = await factories.crew(event, person=await factories.person(locale="en"))
    await factories.signed_in(client, staff.person)
    here = f"/e/{event.slug}"
    page = await client.get(f"{here}/arrivals")
    words = read(page).words
    assert "Ivan Petrov" in words
    assert enterprise.organisation.name in words
    assert "Table 1" in words
    assert "The arrival time has passed" in words
    assert not [text for text in (SECRET, expert.headline, expert.offer, "No nuts") if text in page.text]
    counts = []
    for _ in range(2):
        await factories.expert(event)
        with queries() as seen:
            await client.get(f"{here}/arrivals")
        counts.append(len(seen))
    assert counts[0] == counts[1]
    others = ("experts", "emails", "desk", f"parties/{expert.id}", "reception", "escorting", "plans")
    assert {(await client.get(f"{here}/{path}")).status_code for path in others} == {404}


async def test_an_escort_sees_the_guests_named_to_them_and_no_others(client: Client) -> None:
    event = await factories.event()
    escort = await factories.crew(event, CrewRole.ESCORT, await factories.person(locale="en"))
    own = await Escort.create(event=event, name="Lin Shan", email=escort.person.email)
    for name, named in (("Ivan Petrov", own), ("Anna Weiss", None)):
        guest = await factories.expert(event, await factories.person(full_name=name))
        await Reception.create(registration=guest, hotel=f"Hotel of {name}", escort=named)
    await factories.signed_in(client, escort.person)
    page = read(await client.get(f"/e/{event.slug}/escorting"))
    assert "Ivan Petrov" in page.words
    assert "Hotel of Ivan Petrov" in page.words
    assert "Anna Weiss" not in page.words
    assert (await client.get(f"/e/{event.slug}/arrivals")).status_code == 404


async def test_an_escort_saves_the_rows_of_own_guests_and_no_others(client: Client) -> None:
    event = await factories.event()
    escort = await factories.crew(event, CrewRole.ESCORT, await factories.person(locale="en"))
    named = await factories.escort(event, email=escort.person.email)
    other = await factories.escort(event, name="Wang Lei")
    own, foreign = await factories.expert(event), await factories.expert(event)
    for guest, by in ((own, named), (foreign, other)):
        await Reception.create(registration=guest, hotel="Harbour", escort=by)
    await factories.signed_in(client, escort.person)
    here = f"/e/{event.slug}"

    page = read(await client.get(f"{here}/reception/{own.id}"))
    typed = {"hotel": "Riverside", "escort_id": str(other.id)}
    saved = await client.post(f"{here}/reception/{own.id}", data={**typed, "drawn": page.field("drawn")})
    refused = await client.post(f"{here}/reception/{foreign.id}", data=typed)

    assert f"{here}/reception/{own.id}" in read(await client.get(f"{here}/escorting")).links
    assert "Wang Lei" not in page.words
    assert (saved.status_code, saved.headers["location"]) == (303, f"{here}/escorting?notice=saved#guest-{own.id}")
    # Who accompanies a guest is the organiser's choice.
    rows = {row.registration_id: (row.hotel, row.escort_id) for row in await Reception.all()}
    assert rows == {own.id: ("Riverside", named.id), foreign.id: ("Harbour", other.id)}
    unknown = await client.post(f"{here}/reception/{foreign.id + 99}", data=typed)
    assert (refused.status_code, unknown.status_code) == (404, 404)


async def test_a_stale_page_of_an_escort_overwrites_nothing(client: Client) -> None:
    event = await factories.event()
    escort = await factories.crew(event, CrewRole.ESCORT, await factories.person(locale="en"))
    named = await factories.escort(event, email=escort.person.email)
    other, guest = await factories.escort(event, name="Wang Lei"), await factories.expert(event)
    await Reception.create(registration=guest, hotel="Harbour", escort=named)
    await factories.signed_in(client, escort.person)
    way = f"/e/{event.slug}/reception/{guest.id}"

    typed = {"hotel": "Riverside", "drawn": read(await client.get(way)).field("drawn")}
    await Reception.all().update(hotel="Garden")
    clash = await client.post(way, data=typed)

    assert clash.status_code == 409
    assert "Garden" in clash.text
    assert "Wang Lei" not in clash.text
    # The organiser gives the guest to another escort while the page is open.
    await Reception.all().update(escort_id=other.id)
    assert (await client.post(way, data=typed)).status_code == 404
    with pytest.raises(NotFound):
        await service.save_guest(guest, JOURNEY, replace(ROW, escort_id=UNSET), by=escort.person, is_escort=True)
    await Reception.all().update(escort_id=named.id)
    assert (await client.get(way)).status_code == 200
    assert (await Reception.get()).hotel == "Garden"
    await EventCrew.all().delete()
    assert [(await client.get(way)).status_code, (await client.post(way, data=typed)).status_code] == [404, 404]


async def test_the_account_page_leads_the_crew_to_their_pages(client: Client) -> None:
    event = await factories.event()
    staff = await factories.crew(event)
    await factories.crew(event, CrewRole.ESCORT, staff.person)
    await factories.signed_in(client, staff.person)
    links = read(await client.get("/account")).links
    assert {f"/e/{event.slug}/arrivals", f"/e/{event.slug}/escorting"} <= set(links)
