"""Rules of entry without a visa, kept by organisers, answer whether an expert needs a letter."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.models import Travel, VisaRule
from server.visas import service
from server.visas.known import KNOWN
from server.visas.service import Stay
from tests import factories
from tests.client import Client
from tests.reading import read

DAY = date(2026, 5, 21)


@pytest.mark.parametrize(
    ("rule", "is_free"),
    [
        ({}, True),
        ({"nationality": "DE"}, False),
        ({"valid_from": DAY + timedelta(days=1)}, False),
        ({"valid_from": DAY, "valid_until": DAY}, True),
        ({"valid_until": DAY - timedelta(days=1)}, False),
        ({"days": 3}, True),
        ({"days": 2}, False),
    ],
)
async def test_a_rule_has_to_be_in_force_on_entry_and_cover_the_whole_stay(
    database: None, rule: dict[str, Any], is_free: bool
) -> None:
    made = await factories.visa_rule(await factories.event(), **rule)
    found = service.answer([made], "RU", Stay(DAY, DAY + timedelta(days=2)))
    assert (found.rule is not None) == is_free


async def test_an_expert_reads_whether_a_rule_covers_the_journey(client: Client) -> None:
    event = await factories.event()
    person = await factories.person(country="RU")
    expert = await factories.expert(event, person)
    await factories.signed_in(client, person)
    path = f"/e/{event.slug}/me/travel"
    pages = [read(await client.get(path))]
    await factories.visa_rule(event, days=10)
    pages.append(read(await client.get(path)))
    [first, *_others] = await factories.slots_of(event)
    long = first.start_at - timedelta(days=30)
    await Travel.create(registration_id=expert.id, arrives_at=long)
    pages.append(read(await client.get(path)))
    said = ("You probably do not need a visa", "You probably need a visa")
    assert [[each in page.words for each in said] for page in pages] == [[False, False], [True, False], [False, True]]


async def test_an_organiser_reads_the_answer_on_the_page_of_the_expert(client: Client) -> None:
    event = await factories.event()
    expert = await factories.expert(event, await factories.person(country="RU"))
    await factories.visa_rule(event)
    await factories.signed_in(client, (await factories.organiser(event)).person)
    page = read(await client.get(f"/e/{event.slug}/parties/{expert.id}"))
    assert "By the visa rules: no visa is needed." in page.words


async def test_organisers_add_change_and_remove_rules(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    here = f"/e/{event.slug}/visa-rules"
    given = {"nationality": "KZ", "days": "30", "valid_from": "2023-11-10", "source": "an agreement"}
    added = await client.post(here, data=given)
    [rule] = await VisaRule.filter(event_id=event.id)
    wrong = await client.post(here, data={**given, "nationality": "XX", "days": "0", "valid_until": "2020-01-01"})
    shown = await client.get(here)
    drawn = {name: values[0] for name, values in read(await client.get(f"{here}/{rule.id}")).fields.items()}
    ended = await client.post(f"{here}/{rule.id}", data={**drawn, "valid_until": "2026-12-31"})
    refused = await client.post(f"{here}/{rule.id}", data={**drawn, "valid_until": "2001-12-31"})
    await rule.refresh_from_db()
    assert (ended.status_code, refused.status_code, str(rule.valid_until), rule.days) == (303, 422, "2026-12-31", 30)
    gone = await client.post(f"{here}/{rule.id}/remove")
    assert (added.status_code, rule.days, gone.status_code) == (303, 30, 303)
    assert wrong.status_code == 422 and {"nationality", "days"} <= read(wrong).faults.keys()
    assert "an agreement" in shown.text
    assert await VisaRule.all().count() == 0


async def test_known_rules_are_added_once_each_with_its_source(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    for _time in range(2):
        await client.post(f"/e/{event.slug}/visa-rules/known")
    assert await VisaRule.filter(event_id=event.id).count() == len(KNOWN)
    assert all("to be checked" in rule.source for rule in await VisaRule.all())


@pytest.mark.parametrize(
    ("arrives", "departs", "stay"),
    [
        (5, None, Stay(DAY + timedelta(days=5), DAY + timedelta(days=5))),
        (None, -5, Stay(DAY - timedelta(days=5), DAY - timedelta(days=5))),
        (-1, 3, Stay(DAY - timedelta(days=1), DAY + timedelta(days=3))),
    ],
)
async def test_a_stay_has_at_least_one_day(
    database: None, arrives: int | None, departs: int | None, stay: Stay
) -> None:
    noon = datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC)
    instants = [noon + timedelta(days=days) if days is not None else None for days in (arrives, departs)]
    travel = Travel(arrives_at=instants[0], departs_at=instants[1])
    event = await factories.event()
    assert service.stay_of(travel, event, Stay(DAY, DAY + timedelta(days=1))) == stay
