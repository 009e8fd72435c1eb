"""Organisers are told if nothing can be planned: at once, or on the page of the plan before any solver starts."""

from datetime import timedelta
from typing import Any

import pytest

from server.models import Confidentiality, Event, Job, JobKind, JobState, PlenaryItem, Registration, Slot, Table
from server.settings import Settings
from server.worker import Worker
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.planning import solved


async def pair(event: Event, **values: Any) -> tuple[Registration, Registration]:
    return await factories.expert(event, **values), await factories.enterprise(event)


async def no_slots() -> Event:
    event = await factories.event(slots=0)
    await pair(event)
    return event


async def no_tables() -> Event:
    event = await factories.event()
    await pair(event)
    await Table.filter(event_id=event.id).delete()
    return event


async def no_enterprises() -> Event:
    event = await factories.event()
    await factories.expert(event)
    return event


async def slots_closed() -> Event:
    event = await factories.event()
    await pair(event)
    slots = await factories.slots_of(event)
    await PlenaryItem.create(event=event, name={"en": "Visit"}, start_at=slots[0].start_at, end_at=slots[-1].end_at)
    return event


async def slots_over() -> Event:
    event = await factories.event()
    await pair(event)
    for slot in await factories.slots_of(event):
        start, end = (at - timedelta(days=60) for at in (slot.start_at, slot.end_at))
        await Slot.filter(id=slot.id).update(start_at=start, end_at=end, day=start.date())
    return event


async def experts_away() -> Event:
    event = await factories.event()
    await pair(event, available=[])
    return event


async def enterprises_away() -> Event:
    event = await factories.event()
    await factories.expert(event)
    await factories.enterprise(event, available=[])
    return event


async def no_common_slot() -> Event:
    event = await factories.event(slots=2)
    one, two = await factories.slots_of(event)
    await factories.expert(event, available=[one.id])
    await factories.enterprise(event, available=[two.id])
    return event


async def no_common_slot_of_a_pair() -> Event:
    event = await factories.event(slots=2)
    one, two = await factories.slots_of(event)
    away, far = await factories.expert(event, available=[one.id]), await factories.enterprise(event, available=[two.id])
    await factories.wish(away, far)
    await factories.expert(event, available=[two.id], topics=[], offer="", headline="", modes=[])
    await Event.filter(id=event.id).update(least_value=1.0)
    return event


async def no_language() -> Event:
    event = await factories.event()
    await factories.expert(event, languages=["ru"])
    await factories.enterprise(event, languages=["zh"])
    return event


async def nothing_worth_it() -> Event:
    event = await factories.event(least_value=1.0)
    await pair(event)
    return event


async def names_kept_back() -> Event:
    event = await factories.event()
    await factories.expert(event)
    await factories.need(await factories.enterprise(event, needs=0), confidentiality=Confidentiality.STAGED)
    return event


SENTENCES = {
    no_slots: "There are no slots yet.",
    no_tables: "There are no tables yet.",
    no_enterprises: "A plan needs at least one registered expert and one registered enterprise.",
    slots_closed: "The programme takes up every slot.",
    slots_over: "All slots have begun or ended.",
    experts_away: "No expert is available in any slot",
    enterprises_away: "No enterprise is available in any slot",
    no_common_slot: "No expert is available at the same time as an enterprise.",
}
SENTENCES_OF_PLANS = {
    no_common_slot_of_a_pair: "No possible pair is available at the same time.",
    no_language: "No possible pair has a common language",
    nothing_worth_it: "below the minimum of 100",
    names_kept_back: "The enterprises hide their names until both sides want to meet",
}


@pytest.mark.parametrize("make", SENTENCES, ids=lambda make: make.__name__)
async def test_what_the_event_lacks_is_told_at_once(client: Client, make: Any) -> None:
    event = await make()
    await factories.signed_in(client, (await factories.organiser(event)).person)

    response = await client.post(f"/e/{event.slug}/plans", data={"seconds": "5"})

    assert response.status_code == 409
    assert SENTENCES[make] in read(response).words
    assert await Job.all().count() == 0


@pytest.mark.parametrize("make", SENTENCES_OF_PLANS, ids=lambda make: make.__name__)
async def test_what_only_the_snapshot_shows_is_told_on_the_page_of_the_plan(client: Client, make: Any) -> None:
    event = await make()
    organiser = (await factories.organiser(event)).person
    await factories.signed_in(client, organiser)

    plan = await solved(event, organiser)
    page = await client.get(f"/e/{event.slug}/plans/{plan.id}")

    assert SENTENCES_OF_PLANS[make] in read(page).words
    assert "Download the input data" not in read(page).words
    assert [job.state for job in await Job.all()] == [JobState.DONE]


async def test_a_worker_finds_that_nothing_can_be_planned(client: Client, settings: Settings) -> None:
    event = await no_language()
    await factories.signed_in(client, (await factories.organiser(event)).person)

    asked = await client.post(f"/e/{event.slug}/plans", data={"seconds": "5"})
    await Worker(settings).run_one(JobKind.SOLVE)
    page = await client.get(asked.headers["location"])

    assert SENTENCES_OF_PLANS[no_language] in read(page).words
    assert [job.state for job in await Job.all()] == [JobState.DONE]


@pytest.mark.parametrize(("locale", "words"), [("ru", "ниже минимума 100"), ("zh_Hans", "100")])
async def test_it_is_told_in_the_readers_language(client: Client, locale: str, words: str) -> None:
    event = await nothing_worth_it()
    organiser = (await factories.organiser(event)).person
    await factories.signed_in(client, organiser)
    plan = await solved(event, organiser)
    await client.post("/language", data={"to": locale})

    page = await client.get(f"/e/{event.slug}/plans/{plan.id}")

    assert words in read(page).words
