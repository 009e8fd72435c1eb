"""Problems that stand in the way of a good plan are counted before solving."""

from typing import Any

import pytest

from server.models import Event, PlenaryItem, WishKind
from server.plans.concerns import Concern, ConcernCode, concerns, planning_counts
from server.rows import load_rows
from tests import factories


async def found(event: Event) -> dict[ConcernCode, Concern]:
    return {each.code: each for each in concerns(await load_rows(event))}


async def test_an_event_that_is_ready_raises_no_concern(database: None) -> None:
    event = await factories.event()
    await factories.wish(await factories.expert(event), await factories.enterprise(event))

    assert await found(event) == {}


async def test_what_there_is_to_plan_is_counted(database: None) -> None:
    event = await factories.event(slots=3, tables=2)
    first, *_ = await factories.slots_of(event)
    await PlenaryItem.create(event=event, name={"en": "Opening"}, start_at=first.start_at, end_at=first.end_at)
    expert, other = await factories.expert(event), await factories.expert(event)
    enterprise = await factories.enterprise(event, needs=2)
    await factories.interpreter(event)
    await factories.wish(expert, enterprise)
    await factories.wish(enterprise, expert)
    await factories.wish(other, enterprise)
    await factories.wish(enterprise, other, WishKind.NO)

    counts = planning_counts(await load_rows(event))

    assert (counts.experts, counts.enterprises, counts.needs, counts.interpreters) == (2, 1, 2, 1)
    assert (counts.slots, counts.tables, counts.seats, counts.wished) == (2, 2, 4, 1)


@pytest.mark.parametrize(
    ("slots", "tables", "code"), [(0, 1, ConcernCode.NO_SLOTS), (1, 0, ConcernCode.NO_TABLES)], ids=["slots", "tables"]
)
async def test_an_event_without_slots_or_tables(database: None, slots: int, tables: int, code: ConcernCode) -> None:
    event = await factories.event(slots=slots, tables=tables)

    assert code in await found(event)


async def test_an_event_without_people(database: None) -> None:
    event = await factories.event()

    assert list(await found(event)) == [ConcernCode.NO_EXPERTS, ConcernCode.NO_ENTERPRISES]


@pytest.mark.parametrize(
    ("code", "values"),
    [
        (ConcernCode.NO_PRESENCE, {"available": []}),
        (ConcernCode.NO_TOPICS, {"topics": []}),
        (ConcernCode.NO_LANGUAGES, {"languages": []}),
        (ConcernCode.LIMIT_ABOVE_PRESENCE, {"max_meetings": 5}),
        (ConcernCode.MINIMUM_ABOVE_LIMIT, {"min_meetings": 3, "max_meetings": 2}),
    ],
)
async def test_people_are_named_with_what_they_lack(database: None, code: ConcernCode, values: dict[str, Any]) -> None:
    event = await factories.event(slots=4)
    await factories.enterprise(event)
    await factories.expert(event, max_meetings=4, min_meetings=1)
    lacking = await factories.expert(event, **values)

    concern = (await found(event))[code]

    assert (concern.number, [party.id for party in concern.parties]) == (1, [lacking.id])


async def test_an_enterprise_without_published_needs(database: None) -> None:
    event = await factories.event()
    await factories.expert(event)
    lacking = await factories.enterprise(event, needs=0)

    assert [party.id for party in (await found(event))[ConcernCode.NO_NEEDS].parties] == [lacking.id]


async def test_languages_that_nobody_interprets_between(database: None) -> None:
    event = await factories.event()
    for languages in (["ru"], ["ru"], ["ru", "zh"]):
        await factories.expert(event, languages=languages)
    await factories.enterprise(event, languages=["zh-Hans"])
    before = await found(event)
    await factories.interpreter(event, languages=["ru-RU", "zh"])

    after = await found(event)

    assert (before[ConcernCode.NO_INTERPRETER].number, before[ConcernCode.NO_INTERPRETER].languages) == (
        2,
        (("ru",), ("zh",)),
    )
    assert ConcernCode.NO_INTERPRETER not in after


async def test_more_meetings_are_wished_than_possible(database: None) -> None:
    event = await factories.event(slots=1, tables=2)
    expert = await factories.expert(event)
    enterprises = [await factories.enterprise(event) for _ in range(3)]
    for enterprise in enterprises[:2]:
        await factories.wish(enterprise, expert)
    before = await found(event)
    await factories.wish(enterprises[2], expert)

    concern = (await found(event))[ConcernCode.TOO_FEW_SEATS]

    assert ConcernCode.TOO_FEW_SEATS not in before
    assert (concern.number, concern.most) == (3, 2)


async def test_promised_meetings_have_to_fit_too(database: None) -> None:
    event = await factories.event(slots=1, tables=1)
    for _ in range(2):
        await factories.expert(event, min_meetings=1)
    await factories.enterprise(event)

    concern = (await found(event))[ConcernCode.TOO_FEW_SEATS]

    assert (concern.number, concern.most) == (2, 1)
