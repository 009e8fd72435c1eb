"""The activity log: an entry for each act, in the transaction that does it, in a chain that shows changes."""

from datetime import timedelta

import pytest
from starlette.routing import Route
from tortoise.exceptions import IntegrityError

from server.audit import chain
from server.audit.recording import Recorder, recording
from server.audit.wording import ACTS
from server.db import atomic
from server.errors import NotFound
from server.models import AuditEntry, AuditSeal, Delegation, Event, Hall, Right, SentForm
from server.routes import ROUTES
from tests import factories
from tests.client import Client
from tests.filling import filled
from tests.reading import read


async def logged(event: Event) -> list[tuple[str, int | None, str, str, int | None, int | None]]:
    columns = ("act", "person_id", "role", "about", "about_id", "party_id")
    return list(await AuditEntry.filter(event_id=event.id).order_by("id").values_list(*columns))


@atomic
async def add_halls(event: Event, *names: str) -> None:
    for name in names:
        if not name:
            raise NotFound
        await Hall.create(event_id=event.id, name={"en": name}, position=await Hall.filter(event_id=event.id).count())


@atomic
async def keep(event: Event) -> None:
    """Read, and write only what is no act."""
    await Hall.filter(event_id=event.id).count()
    await SentForm.create(key_hash="a" * 64)


def by(event: Event, act: str = "events.add_hall") -> Recorder:
    return Recorder(event.id, 7, "organiser", act)


def test_every_act_at_an_event_has_a_name() -> None:
    acts = {
        route.name
        for route in ROUTES
        if isinstance(route, Route) and "POST" in (route.methods or ())
        if "{slug}" in route.path or "{event:int}" in route.path
    }
    assert acts - ACTS.keys() == set()


async def test_an_act_and_its_entry_are_one_transaction(database: None) -> None:
    event = await factories.event()
    with recording(by(event)), pytest.raises(NotFound):
        await add_halls(event, "East", "")
    assert (await Hall.all().count(), await logged(event)) == (1, [])
    with recording(by(event)):
        await add_halls(event, "East")
        await add_halls(event, "West")
    assert await Hall.all().count() == 3
    assert await logged(event) == [("events.add_hall", 7, "organiser", "", None, None)]


async def test_reading_and_bookkeeping_are_no_acts(database: None) -> None:
    event = await factories.event()
    with recording(by(event)):
        await keep(event)
    assert await logged(event) == []


async def test_what_an_organiser_does_for_a_party_names_the_party(client: Client) -> None:
    event = await factories.event()
    party = await factories.enterprise(event)
    need = (await factories.needs_of(party))[0]
    organiser = (await factories.organiser(event)).person
    await factories.signed_in(client, organiser)
    path = f"/e/{event.slug}/parties/{party.id}/needs/{need.id}"
    answer = await client.post(path, data=filled((await client.get(path)).text, "title", title="Quiet motors"))
    refused = await client.post(path, data={"title": ""})
    assert (answer.status_code, refused.status_code) == (303, 422)
    assert await logged(event) == [("needs.save", organiser.id, "organiser", "need", need.id, party.id)]


async def test_what_is_created_is_named(client: Client) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    await factories.signed_in(client, organiser)
    assert (await client.post(f"/e/{event.slug}/delegations/new", data={"name_en": "Tomsk"})).status_code == 303
    made = await Delegation.get()
    assert await logged(event) == [("delegations.create", organiser.id, "organiser", "delegation", made.id, None)]


async def test_the_database_refuses_to_change_or_remove_an_entry(database: None) -> None:
    event = await factories.event()
    with recording(by(event)):
        await add_halls(event, "East")
    await chain.seal(event.id)
    for rows in (AuditEntry.all(), AuditSeal.all()):
        with pytest.raises(IntegrityError, match="append-only"):
            await rows.delete()
    with pytest.raises(IntegrityError, match="append-only"):
        await AuditEntry.all().update(person_id=8)
    with pytest.raises(IntegrityError, match="append-only"):
        await AuditSeal.all().update(hash=chain.START)
    await event.delete()
    assert await AuditEntry.all().count() == 0


async def test_an_entry_slipped_in_between_sealed_ones_is_found(database: None) -> None:
    event = await factories.event()
    for _number in range(3):
        with recording(by(event)):
            await add_halls(event, "East")
    assert (await chain.seal_all(), await chain.seal_all(), await chain.first_fault(event.id)) == (3, 0, None)
    entry = await AuditEntry.create(event_id=event.id, person_id=8, role="organiser", act="studio.publish")
    await AuditSeal.create(event_id=event.id, entry_id=entry.id, position=4, hash="f" * 64)
    assert await chain.first_fault(event.id) == 4


async def test_owners_search_the_log_and_take_it_along(client: Client) -> None:
    event = await factories.event()
    firm = await factories.organisation(name="<b>Ostwind</b>")
    party = await factories.enterprise(event, organisation=firm)
    need = (await factories.needs_of(party))[0]
    owner = (await factories.organiser(event)).person
    with recording(Recorder(event.id, owner.id, "organiser", "needs.save", "need", need.id, party.id)):
        await add_halls(event, "East")
    with recording(Recorder(event.id, None, "", "studio.publish")):
        await add_halls(event, "West")
    await chain.seal(event.id)
    await factories.signed_in(client, owner)
    path = f"/e/{event.slug}/log"

    page = read(await client.get(f"{path}?check=1"))
    assert "2 entries" in page.words and "Need changed" in page.words and "The server" in page.words
    assert "The log is complete" in page.words and "<b>Ostwind</b>" in page.words
    assert "1 entry" in read(await client.get(f"{path}?q={need.title}")).words
    assert "1 entry" in read(await client.get(f"{path}?group=plans")).words
    today = (await AuditEntry.first()).created_at  # type: ignore[union-attr]
    assert "No entry matches" in read(await client.get(f"{path}?since={today.date() + timedelta(days=2)}")).words
    assert (await client.get(f"{path}?since=yesterday")).status_code == 422
    lines = (await client.get(f"{path}.csv")).text.splitlines()
    assert len(lines) == 3 and (await AuditSeal.all().order_by("-position").first()).hash in lines[2]  # type: ignore[union-attr]
    assert (await client.get(f"{path}.xlsx")).content.startswith(b"PK")


async def test_others_do_not_see_the_log(client: Client) -> None:
    event = await factories.event()
    helper = await factories.organiser(event, rights=list(Right))
    for person, status in ((helper.person, 403), ((await factories.expert(event)).person, 404)):
        await factories.signed_in(client, person)
        assert [(await client.get(f"/e/{event.slug}/log{end}")).status_code for end in ("", ".csv", ".xlsx")] == [
            status
        ] * 3
