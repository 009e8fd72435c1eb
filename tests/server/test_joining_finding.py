"""Registrations of one enterprise are found, shown, and marked as different firms."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette

from server.models import Mail, PresenceRequest, Registration, SameName
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.registered_twice import NAME, registered, twice
from tests.server.registering import PROFILE, step
from tests.statements import Statements

Queries = Callable[[], AbstractContextManager[Statements]]


# Seeing it --------------------------------------------------------------------------------------------------------


async def test_the_overview_links_to_possible_duplicates(client: Client) -> None:
    event, *_both, here = await twice(client)
    await registered(event, name="Other Ltd")
    await registered(event, name="OTHER-LTD")
    await registered(event, name="Alone Ltd")
    await registered(event, name="Gone Ltd")
    await registered(event, name="Gone Ltd", withdrawn_at=datetime.now(UTC))
    await registered(await factories.event(), name="Alone Ltd")
    desk, page = read(await client.get(f"/e/{event.slug}/desk")), read(await client.get(here))
    assert "2 enterprises may be registered twice" in desk.words
    assert here in desk.links
    assert (page.words.count(NAME), "Alone Ltd" in page.words, "Gone Ltd" in page.words) == (3, False, False)


ALIKE = [
    ("Ningbo Lanyang Co.", "Ningbo Lanyang Co., Ltd."),
    ("Ningbo Lanyang Co., Ltd.", "NINGBO LANYANG COMPANY LIMITED"),
    ("宁波蓝洋有限公司", "宁波蓝洋公司"),
    ("宁波蓝洋（集团）股份有限公司", "宁波蓝洋有限责任公司"),
    ("ООО «Ромашка»", "Общество с ограниченной ответственностью «Ромашка»"),
    ("АО Ромашка", "Ромашка, ООО"),
    ("Schmidt G.m.b.H. & Co. KG", "Schmidt GmbH"),
    ("Rossi S.p.A.", "Rossi srl"),
    ("株式会社トヨタ", "トヨタ"),
    ("Ningbo Xianchuan Plastics", "Ningbo Xianchaun Plastics Ltd"),
]


APART = [
    ("Plant Number 1 Ltd", "Plant Number 2 Ltd"),
    ("宁波蓝洋有限公司", "宁波蓝阳有限公司"),
    ("Co., Ltd.", "GmbH"),
    ("Schmidt GmbH", "Schmitt GmbH"),
    ("宁波公司", "宁波蓝洋公司"),
]


@pytest.mark.parametrize(
    ("one", "other", "is_found"), [*((*two, True) for two in ALIKE), *((*two, False) for two in APART)]
)
async def test_names_that_differ_by_legal_form_or_a_typo_are_offered_and_joined(
    client: Client, one: str, other: str, is_found: bool
) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    kept, joined = await registered(event, name=one), await registered(event, name=other)
    path = f"/e/{event.slug}/registered-twice/{kept.id}/{joined.id}"
    links = read(await client.get(f"/e/{event.slug}/registered-twice")).links
    assert (path in links, (await client.post(path)).status_code) == (is_found, 303 if is_found else 409)


async def test_a_name_in_latin_letters_finds_the_one_in_chinese_whose_latin_name_is_known(client: Client) -> None:
    event = await factories.event()
    await factories.signed_in(client, (await factories.organiser(event)).person)
    chinese = await registered(event, texts={"latin_name": "Ningbo Xianchuan Co., Ltd."})
    latin = await registered(event, name="Ningbo Xianchuan Company")
    other = await registered(event, name=NAME.removesuffix("有限公司"))
    here = f"/e/{event.slug}/registered-twice"
    await client.post(f"{here}/{chinese.id}/{latin.id}/apart")
    links = set(read(await client.get(here)).links)
    assert f"{here}/{chinese.id}/{other.id}" in links
    assert f"{here}/{chinese.id}/{latin.id}" not in links


async def test_requests_to_be_absent_move_with_their_people(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    [first, second, *_rest] = await factories.slots_of(event)
    times = [[[slot.start_at.isoformat(), slot.end_at.isoformat()]] for slot in (first, second)]
    for party, slots in zip((kept, joined), times, strict=True):
        [person] = await factories.delegates_of(party)
        await PresenceRequest.create(
            event=event, registration=party, asked_by=person, slots=slots, asked_at=datetime.now(UTC)
        )
    question = read(await client.get(f"{here}/{kept.id}/{joined.id}"))
    await client.post(f"{here}/{kept.id}/{joined.id}")
    listed = read(await client.get(f"/e/{event.slug}/absences"))
    for request in await PresenceRequest.all():
        await client.post(f"/e/{event.slug}/absences/{request.id}", data={"decision": "granted"})
    assert "Requests to be absent 1" in question.words
    assert len(listed.by_class["card"]) == 2
    assert await PresenceRequest.filter(registration_id=kept.id, decided_at__not_isnull=True).count() == 2
    assert not {first.id, second.id} & set((await Registration.get(id=kept.id)).available)
    decided = await Mail.filter(template="absence_decided").values_list("to_address", flat=True)
    assert {str(address) for address in decided} == {"joined@example.org", "kept@example.org"}


async def test_a_second_registration_of_a_firm_adds_a_task(client: Client, app: Starlette) -> None:
    event, kept, _joined, here = await twice(client)
    await Registration.filter(event_id=event.id).exclude(id=kept.id).update(withdrawn_at=datetime.now(UTC))
    before = read(await client.get(here))
    async with Client(app) as other:
        await factories.signed_in(other, await factories.person(full_name=""))
        await step(other, event, "enterprise", "profile", {**PROFILE, "name": NAME})
    assert "No two registrations look like one enterprise." in before.words
    assert "Draft" in read(await client.get(here)).words


async def test_the_page_says_what_each_registration_holds(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    await factories.need(kept, title="Quieter pump")
    expert = await factories.expert(event)
    await factories.wish(expert, joined)
    await factories.wish(joined, expert)
    await factories.calendar_entry(expert, joined)
    page = read(await client.get(here))
    first, second = page.by_class["card"]
    assert all(words in first for words in ("Quieter pump", "kept@example.org", "Registered by"))
    assert all(
        words in second for words in ("joined@example.org", "Wishes of both sides 2", "Upcoming published meetings 1")
    )
    assert {f"{here}/{kept.id}/{joined.id}", f"{here}/{joined.id}/{kept.id}"} <= set(page.links)


@pytest.mark.parametrize("number", [1, 5])
async def test_the_page_takes_the_same_queries_for_one_name_and_five(
    client: Client, queries: Queries, number: int
) -> None:
    event, *_both, here = await twice(client)
    for other in range(number - 1):
        await registered(event, name=f"Firm {other}", needs=2)
        await registered(event, name=f"Firm {other}")
    await client.get(here)
    with queries() as statements:
        await client.get(here)
    assert len(statements) == 11


async def test_only_organisers_of_the_event_see_duplicates(client: Client, app: Starlette) -> None:
    _event, kept, joined, here = await twice(client)
    foreign = (await factories.organiser(await factories.event())).person
    for somebody in (foreign, (await factories.delegates_of(kept))[0]):
        async with Client(app) as other:
            await factories.signed_in(other, somebody)
            answers = [await other.get(here), await other.get(f"{here}/{kept.id}/{joined.id}")]
            answers += [await other.post(f"{here}/{kept.id}/{joined.id}{end}") for end in ("", "/apart")]
            assert [answer.status_code for answer in answers] == [404] * 4
    assert await SameName.all().count() == 0


# Different firms --------------------------------------------------------------------------------------------------


async def test_firms_marked_as_different_are_not_shown_again(client: Client) -> None:
    event, kept, joined, here = await twice(client)
    answers = [await client.post(f"{here}/{kept.id}/{joined.id}/apart") for _ in range(2)]
    desk, page = read(await client.get(f"/e/{event.slug}/desk")), read(await client.get(here))
    refused = await client.post(f"{here}/{kept.id}/{joined.id}")
    assert [answer.status_code for answer in answers] == [303, 303]
    assert "registered twice" not in desk.words
    assert "No two registrations look like one enterprise." in page.words
    assert (refused.status_code, await SameName.all().count()) == (409, 1)


async def test_each_pair_of_three_is_decided_separately(client: Client) -> None:
    event, first, second, here = await twice(client)
    third = await registered(event)
    await client.post(f"{here}/{first.id}/{second.id}/apart")
    links = set(read(await client.get(here)).links)
    assert f"{here}/{first.id}/{second.id}" not in links
    assert {f"{here}/{first.id}/{third.id}", f"{here}/{third.id}/{second.id}"} <= links
    await client.post(f"{here}/{first.id}/{third.id}")
    assert "No two registrations look like one enterprise." in read(await client.get(here)).words
