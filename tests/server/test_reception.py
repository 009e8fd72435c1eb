"""The ledger of the reception: rows are saved by themselves, sheets are printed, guests see their own."""

import io
from datetime import UTC, timedelta
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from server.models import ActOnBehalf, Escort, Event, Publication, Reception, Registration, TranslationState, Travel
from server.plans import publishing
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.importing import prepared
from tests.server.planning import solved
from tests.statements import collected

VENUE = ZoneInfo("Asia/Shanghai")
ROW: dict[str, Any] = {
    "plate": "浙B 12345",
    "driver": "老陈 +86 1",
    "hotel": "Harbour",
    "room": "1207",
    "meals": "no pork",
}


async def test_a_row_is_saved_by_itself_and_the_guest_sees_it(client: Client) -> None:
    event = await prepared(client)
    expert, other = await factories.expert(event), await factories.expert(event)
    escort = await factories.escort(event)
    home = f"/e/{event.slug}/reception"

    saved = await client.post(f"{home}/{expert.id}", data={**ROW, "escort_id": str(escort.id), "page": "1"})
    await client.post(f"{home}/{other.id}", data={"plate": ROW["plate"]})

    assert saved.headers["location"] == f"{home}?page=1&notice=saved#guest-{expert.id}"
    assert (await Reception.get(registration_id=other.id)).driver == ROW["driver"]
    page = await client.get(home)
    assert page.text.count('<option value="Harbour">') == 1 and page.text.count('form="g') == 20
    await factories.signed_in(client, expert.person)
    agenda = (await client.get(f"/e/{event.slug}/agenda")).text
    assert all(words in agenda for words in ("Harbour", "1207", "浙B 12345", escort.name, 'href="tel:+865741234"'))
    await factories.signed_in(client, other.person)
    assert "Harbour" not in (await client.get(f"/e/{event.slug}/agenda")).text
    assert (await client.get(home)).status_code == 404


async def test_a_late_arrival_ends_slots_and_the_overview_proposes_a_repair(client: Client) -> None:
    event, expert = await planned(client)
    [first, second, *_rest] = await factories.slots_of(event)
    late = f"{(first.start_at - timedelta(minutes=90)).astimezone(VENUE):%Y-%m-%dT%H:%M}"

    answer = await client.post(f"/e/{event.slug}/reception/{expert.id}", data={"arrives_at": late})

    assert "lost=1" in answer.headers["location"]
    # A guest reads who changed the own journey; rooms and cars are the host's.
    act = await ActOnBehalf.get().select_related("organiser")
    assert (act.act, act.registration_id) == ("journey", expert.id)
    await client.post(f"/e/{event.slug}/reception/{expert.id}", data={"arrives_at": late, **ROW})
    assert await ActOnBehalf.all().count() == 1
    stored = await Registration.get(id=expert.id)
    assert first.id not in stored.available and second.id in stored.available
    assert "proposes a repair" in (await client.get(answer.headers["location"])).text
    again = await client.post(f"/e/{event.slug}/reception/{expert.id}", data={"arrives_at": late})
    assert "lost" not in again.headers["location"]


async def test_a_departure_before_all_meetings_makes_them_impossible(client: Client) -> None:
    event, expert = await planned(client)
    [first, *_rest] = await factories.slots_of(event)
    gone = f"{(first.start_at - timedelta(days=1)).astimezone(VENUE):%Y-%m-%dT%H:%M}"
    assert "Propose a repair" not in (await client.get(f"/e/{event.slug}/desk")).text
    await client.post(f"/e/{event.slug}/reception/{expert.id}", data={"departs_at": gone})
    assert "Propose a repair" in (await client.get(f"/e/{event.slug}/desk")).text


async def planned(client: Client) -> tuple[Event, Registration]:
    """Publish a plan with a meeting of the expert; an organiser is at the client."""
    event = await factories.event()
    expert, organiser = await factories.expert(event), (await factories.organiser(event)).person
    await factories.enterprise(event)
    await publishing.publish(await solved(event, organiser), organiser)
    assert await Publication.filter(event_id=event.id).exists()
    await factories.signed_in(client, organiser)
    return event, expert


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"arrives_at": "soon"}, "arrives_at"),
        ({"arrives_at": "2026-05-21T10:00", "departs_at": "2026-05-21T09:00"}, "departs_at"),
        ({"hotel": "x" * 201}, "hotel"),
        ({"escort_id": "99999999"}, "escort_id"),
        ({"escort_id": "99999999999999999999"}, "escort_id"),
    ],
)
async def test_a_faulty_row_is_shown_on_its_own_page(client: Client, fields: dict[str, str], fault: str) -> None:
    event = await prepared(client)
    expert = await factories.expert(event)
    answer = await client.post(f"/e/{event.slug}/reception/{expert.id}", data={**ROW, **fields})
    assert (answer.status_code in (409, 422), [*read(answer).faults]) == (True, [fault])
    assert "no pork" in answer.text and await Reception.all().count() == 0


async def test_an_escort_of_another_event_cannot_be_chosen(client: Client) -> None:
    event = await prepared(client)
    expert, foreign = await factories.expert(event), await factories.escort(await factories.event())
    answer = await client.post(f"/e/{event.slug}/reception/{expert.id}", data={"escort_id": str(foreign.id)})
    assert answer.status_code == 409 and await Reception.all().count() == 0


@pytest.mark.parametrize("by", ["day", "car", "hotel", "escort", "x"])
async def test_sheets_are_printed_and_saved_with_the_same_guests(client: Client, by: str) -> None:
    event = await prepared(client)
    expert, escort = await factories.expert(event, affiliation="=1+1"), await factories.escort(event)
    await Travel.create(registration=expert, arrives_at=(await factories.slots_of(event))[0].start_at.astimezone(UTC))
    await Reception.create(registration=expert, escort=escort, **ROW)
    await factories.expert(event)

    shown = await client.get(f"/e/{event.slug}/reception/sheets?by={by}")
    saved = await client.get(f"/e/{event.slug}/reception/sheets.xlsx?by={by}")

    rows = CalamineWorkbook.from_filelike(io.BytesIO(saved.content)).get_sheet_by_index(0).to_python()
    assert shown.text.count("<h2 id=") == 2 and "Harbour" in shown.text
    assert len(rows) == 3 and "=1+1" in rows[1] and escort.phone in rows[1]


async def test_a_sheet_with_a_machine_translation_says_so(client: Client) -> None:
    event = await prepared(client)
    expert = await factories.expert(event, affiliation="Институт катализа", text_locale="ru")
    await factories.translation(expert, "affiliation", "en", "Catalysis Institute", state=TranslationState.MACHINE)

    page = read(await client.get(f"/e/{event.slug}/reception/sheets?by=day")).words
    saved = (await client.get(f"/e/{event.slug}/reception/sheets.xlsx?by=day")).content

    assert "Catalysis Institute Machine draft, unchecked Original: Russian Институт катализа" in page
    rows = CalamineWorkbook.from_filelike(io.BytesIO(saved)).get_sheet_by_index(0).to_python()
    assert rows[1][2] == "Catalysis Institute [Machine draft, unchecked]"
    assert b"machine translations that are not checked" in ZipFile(io.BytesIO(saved)).read("docProps/core.xml")


async def test_the_ledger_takes_a_fixed_number_of_queries(client: Client) -> None:
    event = await prepared(client)
    numbers = []
    for _round in range(2):
        expert = await factories.expert(event)
        await Reception.create(registration=expert, escort=await factories.escort(event), **ROW)
        await client.get(f"/e/{event.slug}/reception")
        with collected() as seen:
            await client.get(f"/e/{event.slug}/reception")
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]


async def test_an_escort_is_changed_and_removed(client: Client) -> None:
    event = await prepared(client)
    path = f"/e/{event.slug}/reception/escorts"
    assert (await client.post(path, data={"name": "小王", "phone": "1", "email": "W@Example.org"})).status_code == 303
    [escort] = await Escort.all()
    expert = await factories.expert(event)
    await Reception.create(registration=expert, escort=escort)
    await client.post(f"{path}/{escort.id}", data={"name": "小王", "phone": "2"})
    assert [(each.phone, each.email) for each in await Escort.all()] == [("2", "")]
    await client.post(f"{path}/{escort.id}/remove")
    assert (await Escort.all().count(), (await Reception.get()).escort_id) == (0, None)
