"""The organisers' overview, lists, and pages of parties."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.connection import get_connection

from server.db import CONNECTION
from server.desk import service
from server.models import (
    Confidentiality,
    Event,
    Mail,
    NeedState,
    Organisation,
    Person,
    PlanState,
    Registration,
)
from tests import factories
from tests.client import Client
from tests.conftest import ENGINE
from tests.reading import read
from tests.server.planning import solved
from tests.statements import Statements

Queries = Callable[[], AbstractContextManager[Statements]]


async def at_desk(client: Client, **event: Any) -> tuple[Event, str]:
    """Return an event whose organiser is at the client."""
    made = await factories.event(**event)
    await factories.signed_in(client, (await factories.organiser(made)).person)
    return made, f"/e/{made.slug}"


async def tasks(client: Client, base: str) -> list[str]:
    """Return the tasks on the overview, most urgent first."""
    page = read(await client.get(f"{base}/desk"))
    aside = ("Who is at risk", "What changed lately", "Plans", "Invite participants")
    return [words for words in page.by_class["small-head"] if words not in aside]


async def test_a_new_event_lists_what_is_missing_first(client: Client) -> None:
    _event, base = await at_desk(client, slots=0, halls=0)
    page = read(await client.get(f"{base}/desk"))
    assert "3 things to do" in page.words
    assert await tasks(client, base) == [
        "Set the days and slots",
        "Set up a hall with tables",
        "Add experts and enterprises",
    ]
    assert {f"{base}/slots", f"{base}/halls", f"{base}/import"} <= set(page.links)


async def test_the_checklist_asks_for_what_a_good_plan_lacks(client: Client) -> None:
    event, base = await at_desk(client)
    await factories.expert(event, registered_at=None)
    await factories.expert(event, languages=["ru"])
    await factories.enterprise(event, needs=0, languages=["zh"])
    assert await tasks(client, base) == [
        "Add an interpreter: Russian ⇄ Chinese",
        "1 registration is not complete",
        "1 enterprise has not posted a need",
        "2 participants have no wishes",
        "Make the first plan",
    ]


async def test_texts_that_the_other_side_cannot_read_are_on_the_checklist(client: Client) -> None:
    event, base = await at_desk(client)
    expert = await factories.expert(event, languages=["ru", "en"], affiliation="", text_locale="en")
    firm = await factories.enterprise(event, needs=0, languages=["zh", "en"], text_locale="zh_Hans")
    need = await factories.need(firm, title="磁体", text="", text_locale="zh_Hans")

    # The event's place and hall, headline and offer of the expert, title of the need.
    async def listed() -> list[str]:
        return [each for each in await tasks(client, base) if "translated" in each]

    assert await listed() == ["5 texts are not translated"]
    await factories.translation(expert, "headline", "zh_Hans", "永磁电机")
    await factories.translation(expert, "offer", "zh_Hans", "我设计永磁电机。")
    assert await listed() == ["3 texts are not translated"]
    await factories.translation(need, "title", "en", "Magnets")
    assert await listed() == ["2 texts are not translated"]


async def test_a_ready_plan_is_offered_for_publishing(client: Client) -> None:
    event, base = await at_desk(client)
    await factories.wish(await factories.expert(event), await factories.enterprise(event))
    plan = await solved(event, (await factories.organiser(event)).person)
    page = read(await client.get(f"{base}/desk"))
    assert plan.state is PlanState.READY
    assert (await tasks(client, base))[0] == "Publish plan 1"
    assert f"{base}/plans/{plan.id}" in page.links


async def test_the_overview_counts_participants(client: Client) -> None:
    event, base = await at_desk(client, slots=4, tables=3)
    expert, enterprise = await factories.expert(event), await factories.enterprise(event, needs=2)
    await factories.enterprise(event, needs=1, withdrawn_at=datetime.now(UTC))
    await factories.need(enterprise, state=NeedState.DRAFT)
    await factories.interpreter(event)
    await factories.wish(expert, enterprise)
    [ledger] = read(await client.get(f"{base}/desk")).by_class["ledger"]
    assert ledger == (
        "Experts 1 / 1 Enterprises 1 / 1 Needs 2 / 3 Interpreters 1 / 1 With wishes 1 / 2 "
        "Meetings of the published plan 0 / 12"
    )


@pytest.mark.parametrize("number", [1, 3])
async def test_pages_take_the_same_queries_for_one_party_and_three(
    client: Client, queries: Queries, number: int
) -> None:
    event, base = await at_desk(client)
    for _ in range(number):
        await factories.wish(await factories.expert(event), await factories.enterprise(event))
    seen = {}
    for page in ("desk", "experts", "enterprises", "needs"):
        with queries() as statements:
            await client.get(f"{base}/{page}")
        seen[page] = len(statements)
    assert seen == {"desk": 56, "experts": 7, "enterprises": 6, "needs": 4}


# Lists ------------------------------------------------------------------------------------------------------------


async def names_on(client: Client, address: str) -> list[str]:
    """Return the links in a list's first column."""
    page = read(await client.get(address))
    return [words for words in page.by_class.get("voice", []) if words]


@pytest.mark.parametrize("query", ["Берестнева", "BERESTNEVA", "berestneva uliana", "贝雨澜", "ульяна"])
async def test_experts_are_found_by_any_spelling(client: Client, query: str) -> None:
    event, base = await at_desk(client)
    somebody = {"full_name": "Берестнева Ульяна", "latin_name": "BERESTNEVA ULIANA", "zh_name": "贝雨澜"}
    await factories.expert(event, await factories.person(**somebody))
    await factories.expert(event)
    page = read(await client.get(f"{base}/experts", params={"q": query}))
    assert page.by_class["voice"] == ["BERESTNEVA ULIANA"]
    assert page.field("q") == query


async def test_enterprises_are_found_by_both_names(client: Client) -> None:
    event, base = await at_desk(client)
    organisation = await factories.organisation(name="宁波衔川塑机有限公司", latin_name="Ningbo Xianchuan")
    await factories.enterprise(event, organisation=organisation)
    await factories.enterprise(event)
    found = [await names_on(client, f"{base}/enterprises?q={query}") for query in ("衔川", "xianchuan")]
    assert found == [["Ningbo Xianchuan"], ["Ningbo Xianchuan"]]


async def test_needs_are_found_by_title_and_enterprise_drafts_among_them(client: Client) -> None:
    event, base = await at_desk(client)
    pumps = await factories.enterprise(event, needs=0, organisation=await factories.organisation(name="Ningbo Pumps"))
    await factories.need(pumps, title="Silent valve", confidentiality=Confidentiality.FIELD_ONLY)
    await factories.need(pumps, title="Draft of a seal", state=NeedState.DRAFT)
    await factories.need(pumps, title="Old story", state=NeedState.WITHDRAWN)
    await factories.enterprise(event)
    by_title = await names_on(client, f"{base}/needs?q=VALVE")
    by_enterprise = await names_on(client, f"{base}/needs?q=ningbo pumps")
    assert (by_title, by_enterprise) == (["Silent valve"], ["Silent valve", "Draft of a seal"])


async def test_lists_are_filtered_by_state(client: Client) -> None:
    event, base = await at_desk(client)
    made = {
        "": await factories.enterprise(event),
        "draft": await factories.enterprise(event, registered_at=None),
        "withdrawn": await factories.enterprise(event, withdrawn_at=datetime.now(UTC)),
        "no-needs": await factories.enterprise(event, needs=0),
    }
    expert = await factories.expert(event)
    for party in (made[""], made["no-needs"]):
        await factories.wish(party, expert)
    silent = await factories.enterprise(event)
    names = {state: party.organisation.name for state, party in made.items()}
    listed = {
        state: await names_on(client, f"{base}/enterprises?state={state}") for state in (*names, "no-wishes", "x")
    }
    everybody = [*names.values(), silent.organisation.name]
    assert listed == {
        "": everybody,
        "draft": [names["draft"]],
        "withdrawn": [names["withdrawn"]],
        "no-needs": [names["no-needs"]],
        "no-wishes": [silent.organisation.name],
        "x": everybody,
    }


async def test_lists_are_paged_by_fifty(client: Client) -> None:
    event, base = await at_desk(client)
    for _ in range(51):
        await factories.expert(event)
    pages = {
        page: len(await names_on(client, f"{base}/experts?page={page}")) for page in ("1", "2", "3", "0", "x", "9" * 50)
    }
    assert pages == {"1": 50, "2": 1, "3": 0, "0": 50, "x": 50, "9" * 50: 50}


async def test_empty_lists_say_what_will_be_here(client: Client) -> None:
    _event, base = await at_desk(client)
    words = {page: read(await client.get(f"{base}/{page}")).words for page in ("experts", "enterprises", "needs")}
    assert ["There are no registrations yet." in words[page] for page in ("experts", "enterprises")] == [True, True]
    assert "No needs have been posted yet." in words["needs"]


# Counts and their lists --------------------------------------------------------------------------------------------


async def a_mixed_event(client: Client) -> tuple[Event, str]:
    """Create a party of every state, on both sides if both can have it."""
    event, base = await at_desk(client, slots=4, tables=3)
    gone, expert, firm = datetime.now(UTC), await factories.expert(event), await factories.enterprise(event, needs=2)
    await factories.need(firm, state=NeedState.DRAFT)
    for make in (factories.expert, factories.enterprise):
        await make(event, registered_at=None, agreed_at=None)
        await make(event, withdrawn_at=gone)
        await make(event, agreed_at=None)
        await make(event, available=[])
    await factories.enterprise(event, needs=0)
    left = await factories.enterprise(event, withdrawn_at=gone)
    await factories.interpreter(event)
    await factories.interpreter(event, available=[])
    for by, about in ((expert, firm), (firm, expert), (expert, left), (left, expert)):
        await factories.wish(by, about)
    return event, base


def number_of(words: str) -> int:
    return int(re.findall(r"\d+", words)[0])


async def number_of_rows(client: Client, address: str) -> int:
    """Return how many rows the list at a URL has."""
    html = (await client.get(address)).text
    return html.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>")


async def test_each_count_of_the_overview_opens_a_list_of_just_as_many(client: Client) -> None:
    _event, base = await a_mixed_event(client)
    html = (await client.get(f"{base}/desk")).text
    tasks = re.findall(
        r'<h2 class="small-head">(\d[^<]*)</h2>.*?<a class="button(?: main)?" href="([^"]+)"', html, re.DOTALL
    )
    checks = re.findall(r'<li[^>]*>.*?<a href="([^"]+)">[^<]*</a></div><span class="num">([^<]*)</span>', html)
    counted = {address: number_of(words) for words, address in tasks}
    counted |= {address: number_of(words) for address, words in checks}
    halls = {address for address in counted if address.endswith(("/slots", "/halls"))}
    seen = {address: await number_of_rows(client, address) for address in counted.keys() - halls}
    assert seen == {address: number for address, number in counted.items() if address not in halls}
    assert len(seen) >= 9


async def test_the_tasks_on_both_sides_open_a_list_of_both(client: Client) -> None:
    event, base = await at_desk(client)
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    page = read(await client.get(f"{base}/desk"))
    listed = await names_on(client, f"{base}/participants?state=no-wishes")
    assert f"{base}/participants?state=no-wishes" in page.links
    assert listed == [expert.person.full_name, firm.organisation.name]


async def test_a_party_that_has_left_is_marked_among_wishes_and_missing_among_needs(client: Client) -> None:
    event, base = await at_desk(client)
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    await factories.wish(expert, firm)
    [need] = await factories.needs_of(firm)
    before = [need.title in (await client.get(f"{base}/needs")).text]
    before.append("Withdrawn" in read(await client.get(f"{base}/parties/{expert.id}")).words)
    await Registration.filter(id=firm.id).update(withdrawn_at=datetime.now(UTC))
    after = [need.title in (await client.get(f"{base}/needs")).text]
    after.append("Withdrawn" in read(await client.get(f"{base}/parties/{expert.id}")).words)
    assert (before, after) == ([True, False], [False, True])


# Invitations ------------------------------------------------------------------------------------------------------


async def invited() -> list[str]:
    return sorted(each.to_address for each in await Mail.filter(template="invited"))


async def test_a_party_is_invited_again_from_its_page_once_an_hour(client: Client) -> None:
    event, base = await at_desk(client)
    expert = await factories.expert(event, await factories.person(email="late@example.org"), agreed_at=None)
    page = await client.get(f"{base}/parties/{expert.id}")
    answers = [await client.post(f"{base}/parties/{expert.id}/invite") for _ in range(2)]
    assert f'action="{base}/parties/{expert.id}/invite"' in page.text
    assert [answer.headers["location"].partition("notice=")[2] for answer in answers] == ["invited", "not_invited"]
    assert await invited() == ["late@example.org"]


async def test_everybody_who_has_not_agreed_is_invited_again_at_once(client: Client) -> None:
    event, base = await at_desk(client)
    await factories.expert(event, await factories.person(email="a@example.org"), agreed_at=None)
    await factories.enterprise(event, await factories.person(email="b@example.org"), agreed_at=None)
    await factories.expert(event, await factories.person(email="agreed@example.org", signed_in_at=datetime.now(UTC)))
    await factories.expert(
        event, await factories.person(email="c@example.org"), agreed_at=None, withdrawn_at=datetime.now(UTC)
    )
    await factories.expert(await factories.event(), await factories.person(email="foreign@example.org"), agreed_at=None)
    page = await client.get(f"{base}/participants?state=not-agreed")
    await client.post(f"{base}/participants/invite", data={"state": "not-agreed"})
    strange = await client.post(f"{base}/participants/invite", data={"state": ""})
    assert f'action="{base}/participants/invite"' in page.text
    assert (await invited(), strange.status_code) == (["a@example.org", "b@example.org"], 422)


# Filters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "&q=somebody"])
async def test_the_list_of_those_who_never_signed_in(client: Client, typed: str) -> None:
    event, base = await at_desk(client)
    now, said = datetime.now(UTC), {"full_name": "Somebody"}
    await factories.expert(event, await factories.person(signed_in_at=now + timedelta(hours=1)), proposed=said)
    await factories.expert(event, await factories.person(signed_in_at=now - timedelta(days=1)))
    never = await factories.expert(event, await factories.person(), proposed=said)
    elsewhere = await factories.person(signed_in_at=now - timedelta(days=1))
    before = await factories.expert(event, elsewhere, proposed=said)
    await factories.expert(event, await factories.person(), proposed=said, withdrawn_at=now)
    firms = [await factories.enterprise(event) for _ in range(2)]
    for firm, signed_in_at in zip(firms, (None, now + timedelta(hours=1)), strict=True):
        [delegate] = await factories.delegates_of(firm)
        await Person.filter(id=delegate.id).update(signed_in_at=signed_in_at)
        organisation = {"name": "Somebody Ltd", "latin_name": ""}
        await Organisation.filter(id=firm.organisation_id).update(**organisation)
    page = read(await client.get(f"{base}/participants?state=not-signed-in{typed}"))
    shown = [int(link.rpartition("/")[2]) for link in page.links if "/parties/" in link]
    assert shown == [never.id, before.id, firms[0].id]


@pytest.mark.parametrize(
    "state", ["registered", "draft", "no-wishes", "no-presence", "not-agreed", "no-needs", "withdrawn"]
)
async def test_every_filter_of_a_list_can_be_searched(client: Client, state: str) -> None:
    event, base = await at_desk(client)
    columns: dict[str, dict[str, Any]] = {
        "draft": {"registered_at": None},
        "no-presence": {"available": [], "presence": []},
        "not-agreed": {"agreed_at": None},
        "withdrawn": {"withdrawn_at": datetime.now(UTC)},
    }
    kept = columns.get(state, {})
    organisation = await factories.organisation(name="Somebody Ltd", latin_name="")
    firm = await factories.enterprise(event, needs=0, organisation=organisation, **kept)
    wishing = await factories.enterprise(event, organisation=await factories.organisation(name="Somebody else"))
    await factories.wish(await factories.expert(event), wishing)
    await factories.wish(wishing, await factories.expert(event))
    for typed in ("", "&q=somebody"):
        page = read(await client.get(f"{base}/enterprises?state={state}{typed}"))
        shown = [int(link.rpartition("/")[2]) for link in page.links if "/parties/" in link]
        assert shown == ([firm.id, wishing.id] if state == "registered" else [firm.id])


@pytest.mark.skipif(ENGINE != "sqlite", reason="asks SQLite how it finds rows")
async def test_what_each_overview_counts_anew_is_found_without_reading_everybody(database: None) -> None:
    connection = get_connection(CONNECTION)
    steps = await connection.execute_query_dict("EXPLAIN QUERY PLAN " + service.UNCOUNTED, [1])
    read_whole = {step["detail"].split()[1] for step in steps if step["detail"].startswith("SCAN")}
    assert read_whole <= {"unsent", "travel"}
