"""The public page of an event: programme, topics, contact, privacy notice, and what messengers show of a link."""

import re
from datetime import timedelta

import pytest

from server.models import Confidentiality, Event, PlenaryItem
from tests import factories
from tests.client import Client
from tests.reading import read


async def test_the_button_comes_before_the_text_and_the_page_tells_programme_and_topics(client: Client) -> None:
    event = await factories.event(description={"en": "Two days.\n\nOf talks."})
    slots = await factories.slots_of(event)
    opening = slots[0].start_at - timedelta(minutes=30)
    await PlenaryItem.create(event=event, name={"en": "Opening"}, start_at=opening, end_at=slots[0].start_at)
    await factories.expert(event, topics=["mat.mag"])
    await factories.expert(event, topics=["port.equipment"], agreed_at=None)
    firm = await factories.enterprise(event, needs=0, topics=[])
    await factories.need(firm, topics=["mat.mag", "auto.ev"])
    await factories.need(firm, topics=["chem.pol"], confidentiality=Confidentiality.FIELD_ONLY)
    words = read(await client.get(f"/e/{event.slug}")).words
    assert words.index("Register as an expert") < words.index("Two days.") < words.index("Opening")
    assert "08:30–09:00 Opening 09:00–11:00 One-to-one meetings" in words
    assert "Topics of this event magnetic materials" in words
    assert not {"port equipment", "harbour"} & set(words.split())


async def test_a_break_parts_the_meetings_of_a_day(client: Client) -> None:
    event = await factories.event(slots=4)
    slots = await factories.slots_of(event)
    await PlenaryItem.create(event=event, name={"en": "Lunch"}, start_at=slots[1].start_at, end_at=slots[1].end_at)
    words = read(await client.get(f"/e/{event.slug}")).words
    assert "09:00–09:30 One-to-one meetings 09:30–10:00 Lunch 10:00–11:00 One-to-one meetings" in words


async def test_links_in_messengers_have_title_and_description(client: Client) -> None:
    event = await factories.event(name={"en": 'A "great" day'}, description={"en": "Line\nand line. " + "x" * 400})
    page = (await client.get(f"/e/{event.slug}?lang=en")).text
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', page))
    assert found["title"] == "A &#34;great&#34; day"
    assert found["url"] == f"{client.settings.base_url}/e/{event.slug}"
    assert found["description"].startswith("Line and line. ")
    assert len(found["description"]) == 300


@pytest.mark.parametrize(("typed", "status"), [("talks@example.org", 303), ("", 303), ("nobody", 422)])
async def test_an_organiser_gives_an_address_for_questions(client: Client, typed: str, status: int) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    page = read(await client.get(f"/e/{event.slug}/settings"))
    data = {name: values for name, values in page.fields.items() if name not in ("drawn", "at", "once")}
    answer = await client.post(f"/e/{event.slug}/settings", data={**data, "contact_email": typed})
    assert answer.status_code == status
    assert (await Event.get(id=event.id)).contact_email == (typed if status == 303 else "")
    for path in ("", "/privacy"):
        links = read(await client.get(f"/e/{event.slug}{path}")).links
        assert (f"mailto:{typed}" in links) is (status == 303 and typed != "")


async def test_everybody_reads_for_what_their_data_is_used(client: Client) -> None:
    event = await factories.event()
    assert f"/e/{event.slug}/privacy" in read(await client.get(f"/e/{event.slug}")).links
    words = read(await client.get(f"/e/{event.slug}/privacy?lang=en")).words
    assert "Finding partners and scheduling meetings" in words
    assert "The organiser of the event is responsible for your data" in words


async def test_a_draft_is_continued_from_the_page_of_the_event(client: Client) -> None:
    expert = await factories.expert(await factories.event(), registered_at=None, agreed_at=None)
    await factories.signed_in(client, expert.person)
    page = (await client.get(f"/e/{expert.event.slug}")).text
    assert "You take part in this event." not in page
    assert f'href="/e/{expert.event.slug}/me">Continue' in page
