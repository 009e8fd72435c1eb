"""The page of an expert or an enterprise for organisers."""

from datetime import UTC, datetime, timedelta

from server.models import (
    Consent,
    Registration,
    Side,
    Slot,
    Table,
    WishKind,
)
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.test_desk import at_desk


async def test_everything_about_a_party_stands_on_its_page(client: Client) -> None:
    event, base = await at_desk(client)
    expert, enterprise = await factories.expert(event, position="Designer"), await factories.enterprise(event)
    await factories.wish(expert, enterprise, WishKind.NO)
    await Consent.create(
        person=expert.person,
        event=event,
        purpose="matching",
        version="2026-11",
        text_hash="0" * 64,
        locale="ru",
        given_at=datetime.now(UTC),
    )
    of_expert = read(await client.get(f"{base}/parties/{expert.id}"))
    of_enterprise = read(await client.get(f"{base}/parties/{enterprise.id}"))
    for told in (
        expert.headline,
        expert.offer,
        "Designer",
        expert.person.email,
        enterprise.organisation.name,
        "2026-11",
    ):
        assert told in of_expert.words
    assert f"{base}/agenda/{expert.id}" in of_expert.links
    assert f"{base}/pairs/{expert.id}/{enterprise.id}" in of_expert.links
    [need], [delegate] = await factories.needs_of(enterprise), await factories.delegates_of(enterprise)
    for told in (need.title, need.text, delegate.email, "There are no wishes yet."):
        assert told in of_enterprise.words


async def test_a_draft_has_a_page_too(client: Client) -> None:
    event, base = await at_desk(client)
    person = await factories.person(full_name="")
    draft = await Registration.create(event=event, side=Side.EXPERT, person=person)
    table = await Table.filter(event_id=event.id).first()
    owner = await factories.enterprise(event, needs=0, table=table)
    answers = [await client.get(f"{base}/parties/{party.id}") for party in (draft, owner)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert person.email in read(answers[0]).words


async def test_a_party_of_another_event_is_not_found(client: Client) -> None:
    _event, base = await at_desk(client)
    foreign = await factories.expert(await factories.event())
    answers = [await client.get(f"{base}/parties/{id}") for id in (foreign.id, 2**31, 2**63)]
    assert [answer.status_code for answer in answers] == [404] * 3


async def test_past_slots_are_not_counted(client: Client) -> None:
    event, base = await at_desk(client, slots=4, tables=3)
    await factories.expert(event)
    first, second, *_left = await factories.slots_of(event)
    for slot, days in ((first, 2), (second, 1)):
        start = datetime.now(UTC) - timedelta(days=days)
        await Slot.filter(id=slot.id).update(start_at=start, end_at=start + timedelta(minutes=30))
    words = read(await client.get(f"{base}/desk")).words
    assert "Meetings of the published plan 0 / 6" in words
    assert "Set the days and slots" not in words
