"""Which pairs can be planned: wished or valuable, and without revealing confidential needs."""

from typing import Any

import pytest

from server.models import Confidentiality, CorrectionKind, Event, Meeting, Registration, WishKind
from server.plans import publishing, snapshot
from server.plans.candidates import LeftOut, weigh
from server.plans.limits import Limits
from server.rows import load_rows, numbers
from server.scores import service as scores
from tests import factories
from tests.server.planning import solved


async def pairs_of(event: Event, *, keep: bool = False) -> set[tuple[int, int]]:
    """Return the ids of the pairs that can be planned."""
    await event.refresh_from_db()
    taken = snapshot.take(await load_rows(event), keep=keep)
    return {numbers(pair) for pair in taken.scores}


async def far_apart(event: Event) -> tuple[Registration, Registration]:
    """Create an expert and an enterprise whose texts have little in common."""
    enterprise = await factories.enterprise(event, needs=0)
    text = "Tablets that dissolve slowly in the stomach."
    await factories.need(enterprise, topics=["bio.drug"], title="A tablet", text=text)
    return await factories.expert(event), enterprise


async def test_a_pair_that_nobody_wished_is_planned_only_if_it_is_worth_it(database: None) -> None:
    event = await factories.event()
    expert, far = await far_apart(event)
    near = await factories.enterprise(event)

    assert await pairs_of(event) == {(expert.id, near.id)}
    await Event.filter(id=event.id).update(least_value=0.0)
    assert await pairs_of(event) == {(expert.id, near.id), (expert.id, far.id)}
    await Event.filter(id=event.id).update(least_value=1.0)
    assert await pairs_of(event) == set()


@pytest.mark.parametrize("kind", [WishKind.LIKE, WishKind.MUST])
@pytest.mark.parametrize("is_experts", [True, False])
async def test_a_wish_of_either_side_makes_a_pair_a_candidate(database: None, kind: WishKind, is_experts: bool) -> None:
    event = await factories.event(least_value=1.0)
    both = await far_apart(event)
    await factories.wish(*(both if is_experts else both[::-1]), kind)

    assert await pairs_of(event) == {(both[0].id, both[1].id)}


async def test_an_organisers_assessment_makes_a_pair_a_candidate(database: None) -> None:
    event = await factories.event(least_value=1.0)
    organiser = (await factories.organiser(event)).person
    expert, enterprise = await far_apart(event)
    await scores.save_assessment(expert, enterprise, CorrectionKind.FITS, reason="", by=organiser)

    assert await pairs_of(event) == {(expert.id, enterprise.id)}


async def test_a_higher_threshold_cancels_nothing_that_is_published(database: None) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    expert, enterprise = await factories.expert(event), await factories.enterprise(event)
    await publishing.publish(await solved(event, organiser), organiser)
    await Event.filter(id=event.id).update(least_value=1.0, enterprise_max_meetings=0)

    assert await pairs_of(event, keep=True) == {(expert.id, enterprise.id)}
    assert await pairs_of(event) == set()
    again = await solved(await Event.get(id=event.id), organiser, preset="repair")
    assert await Meeting.filter(plan_id=again.id).count() == 1


# What is kept back ------------------------------------------------------------------------------------------------


async def with_need(event: Event, **need: Any) -> tuple[Registration, Registration]:
    enterprise = await factories.enterprise(event, needs=0)
    await factories.need(enterprise, **need)
    return await factories.expert(event), enterprise


@pytest.mark.parametrize("kind", [Confidentiality.STAGED, Confidentiality.FIELD_ONLY])
async def test_an_enterprise_with_a_hidden_name_is_planned_only_with_mutual_wishes(
    database: None, kind: Confidentiality
) -> None:
    event = await factories.event()
    organiser = (await factories.organiser(event)).person
    expert, enterprise = await with_need(event, confidentiality=kind)
    await scores.save_assessment(expert, enterprise, CorrectionKind.FITS, reason="", by=organiser)
    assert await pairs_of(event) == set()
    await factories.wish(enterprise, expert, WishKind.MUST)
    assert await pairs_of(event) == set()
    await factories.wish(expert, enterprise)
    assert await pairs_of(event) == {(expert.id, enterprise.id)}


async def test_an_enterprise_that_releases_every_need_is_planned_with_anybody(database: None) -> None:
    event = await factories.event()
    expert, enterprise = await with_need(event, confidentiality=Confidentiality.STAGED, is_released=True)
    assert await pairs_of(event) == {(expert.id, enterprise.id)}
    await factories.need(enterprise, confidentiality=Confidentiality.FIELD_ONLY)
    assert await pairs_of(event) == set()
    await factories.need(enterprise)
    assert weigh(await load_rows(event)).left_out(event.least_value) == {LeftOut.UNTOLD: 1}


# Limits -----------------------------------------------------------------------------------------------------------


async def limits_of(event: Event) -> list[tuple[int | None, int]]:
    """Return the largest and smallest number of meetings of each party in the problem."""
    await event.refresh_from_db()
    parties = snapshot.take(await load_rows(event)).document["parties"]
    return [(party.get("max_meetings"), party.get("min_meetings", 0)) for party in parties]


async def test_experts_keep_a_free_slot_and_no_enterprise_gets_most_meetings(database: None) -> None:
    event = await factories.event(slots=16, tables=1)
    for _ in range(16):
        await factories.expert(event)
    for _ in range(16):
        await factories.enterprise(event)

    assert set((await limits_of(event))[:16]) == {(14, 0)}
    assert set((await limits_of(event))[16:]) == {(3, 0)}


async def test_the_organisers_limits_hold_beside_peoples_own(database: None) -> None:
    event = await factories.event(expert_max_meetings=2, enterprise_max_meetings=1)
    await factories.expert(event, max_meetings=3)
    await factories.expert(event, max_meetings=1)
    await factories.expert(event)
    await factories.enterprise(event)
    await factories.enterprise(event, max_meetings=0)
    await factories.enterprise(event)

    assert await limits_of(event) == [(2, 0), (1, 0), (2, 0), (1, 0), (0, 0), (1, 0)]


async def test_one_meeting_is_promised_to_each_enterprise_with_a_need(database: None) -> None:
    event = await factories.event(serves_every_need=True)
    await factories.expert(event)
    await factories.enterprise(event)
    await factories.enterprise(event, needs=0)
    await factories.enterprise(event, max_meetings=0)

    assert [least for _most, least in await limits_of(event)] == [0, 1, 0, 0]


async def test_a_plan_with_limits_serves_more_enterprises(database: None) -> None:
    """Two experts with room for two meetings each, and one enterprise that all of them fit best."""
    event = await factories.event(slots=2, tables=2, enterprise_max_meetings=1, serves_every_need=True)
    organiser = (await factories.organiser(event)).person
    experts = [await factories.expert(event, max_meetings=1) for _ in range(2)]
    first, second = await factories.enterprise(event), await factories.enterprise(event)
    for expert in experts:
        await factories.wish(expert, first, WishKind.MUST)
        await factories.wish(first, expert, WishKind.MUST)

    plan = await solved(event, organiser)

    found = [meeting.enterprise_id for meeting in await Meeting.filter(plan_id=plan.id)]
    assert sorted(found) == [first.id, second.id]
    assert Limits(await load_rows(event)).of_enterprises == 1
