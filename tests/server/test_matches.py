"""The list of matches: order, filters, search, wishes."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest

from server.models import Need, Person, Registration, WishKind
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.matched import NEED_OF_MAGNETS, PORTS, at_expert, enterprise_with
from tests.statements import Statements

Queries = Callable[[], AbstractContextManager[Statements]]


async def at_enterprise(client: Client, enterprise: Registration) -> None:
    [delegate] = await factories.delegates_of(enterprise)
    await Person.filter(id=delegate.id).update(locale="en")
    await factories.signed_in(client, delegate)


async def test_an_expert_sees_enterprises_by_their_best_need(client: Client) -> None:
    expert, base = await at_expert(client)
    ports = await enterprise_with(expert.event, PORTS)
    both = await enterprise_with(expert.event, PORTS, NEED_OF_MAGNETS)
    page = read(await client.get(f"{base}/matches"))
    assert page.by_class["item"] == [NEED_OF_MAGNETS["title"], PORTS["title"]]
    assert [link for link in page.links if re.fullmatch(rf"{base}/matches/\d+", link)] == [
        f"{base}/matches/{both.id}",
        f"{base}/matches/{ports.id}",
    ]
    # The first one is the search.
    [_search, more] = page.by_class["more"]
    assert more == f"1 more need {PORTS['title']} {more.split()[-1]}"


async def test_an_enterprise_sees_experts_and_for_which_need(client: Client) -> None:
    expert, base = await at_expert(client)
    other = await factories.expert(
        expert.event, headline="Cranes", offer="I build quiet cranes.", topics=["port.equipment"]
    )
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await at_enterprise(client, enterprise)
    page = read(await client.get(f"{base}/matches"))
    assert page.by_class["item"] == [expert.person.full_name, other.person.full_name]
    assert page.words.count(f"Need: {NEED_OF_MAGNETS['title']}") == 2
    points = [int(words.split()[-1]) for words in page.by_class["points"]]
    assert points == sorted(points, reverse=True)


async def test_the_list_tells_the_weightiest_reason_in_the_readers_language(client: Client) -> None:
    expert, base = await at_expert(client)
    await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await client.post("/language", data={"to": "ru", "next": "/"})
    page = read(await client.get(f"{base}/matches"))
    assert "магнитные материалы" in page.words


async def test_an_enterprise_without_a_need_comes_last_and_without_a_score(client: Client) -> None:
    expert, base = await at_expert(client)
    silent = await enterprise_with(expert.event)
    await enterprise_with(expert.event, PORTS)
    page = read(await client.get(f"{base}/matches"))
    assert page.by_class["item"] == [PORTS["title"], silent.organisation.name]
    assert page.by_class["points"][1] == "—"
    assert read(await client.get(f"{base}/matches/{silent.id}")).words.count("No need has been posted yet") == 1


async def test_drafts_and_withdrawn_needs_and_parties_are_not_matched(client: Client) -> None:
    expert, base = await at_expert(client)
    await enterprise_with(expert.event, NEED_OF_MAGNETS, registered_at=None)
    left = await enterprise_with(expert.event, NEED_OF_MAGNETS, withdrawn_at=datetime.now(UTC))
    await enterprise_with(expert.event, {**NEED_OF_MAGNETS, "state": "draft"}, {**PORTS, "state": "withdrawn"})
    page = read(await client.get(f"{base}/matches"))
    assert page.by_class["points"] == ["—"]
    assert (await client.get(f"{base}/matches/{left.id}")).status_code == 404


async def test_an_empty_list_of_matches_says_what_will_be_here(client: Client) -> None:
    _expert, base = await at_expert(client)
    words = read(await client.get(f"{base}/matches")).words
    assert "No possible partners have registered yet. Matches appear here after the first registration." in words


async def test_somebody_who_has_left_is_told_how_matches_come_back(client: Client) -> None:
    expert, base = await at_expert(client, withdrawn_at=datetime.now(UTC))
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    page = read(await client.get(f"{base}/matches"))
    wished = await client.post(f"{base}/wishes", data={"about": str(enterprise.id), "grade": "like"})
    assert "The registration is withdrawn. If you take part again, your matches appear here." in page.words
    assert (wished.status_code, "The registration is withdrawn." in wished.text) == (409, True)


async def test_a_draft_is_led_back_to_its_registration(client: Client) -> None:
    expert, base = await at_expert(client, registered_at=None)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    page = read(await client.get(f"{base}/matches"))
    reasons = await client.get(f"{base}/matches/{enterprise.id}")
    assert ("Your registration is not complete." in page.words, f"{base}/me" in page.links) == (True, True)
    assert reasons.status_code == 404


async def test_filters_follow_the_readers_own_wishes(client: Client) -> None:
    expert, base = await at_expert(client)
    wished, declined, opened = [await enterprise_with(expert.event, NEED_OF_MAGNETS) for _ in range(3)]
    await factories.wish(expert, wished, WishKind.MUST)
    await factories.wish(wished, expert)
    await factories.wish(expert, declined, WishKind.NO)
    await factories.wish(opened, expert, WishKind.MUST)
    shown = {}
    for show in ("all", "open", "wanted", "wished", "agreed", "declined", "nonsense"):
        page = read(await client.get(f"{base}/matches", params={"show": show}))
        shown[show] = {
            int(link.rpartition("/")[2]) for link in page.links if re.fullmatch(rf"{base}/matches/\d+", link)
        }
    everybody = {wished.id, declined.id, opened.id}
    assert shown == {
        "all": everybody,
        "open": {opened.id},
        "wanted": {wished.id, opened.id},
        "wished": {wished.id},
        "agreed": {wished.id},
        "declined": {declined.id},
        "nonsense": everybody,
    }


async def test_a_pressed_button_shows_the_wish_and_takes_it_back(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS)
    await factories.wish(expert, enterprise, WishKind.LIKE)
    answer = await client.get(f"{base}/matches")
    assert 'name="grade" value="" aria-pressed="true">Would like<' in answer.text
    assert f"{base}/matches#m{enterprise.id}" in read(answer).fields["next"]


@pytest.mark.parametrize("query", ["KULIKOVA", "куликова", "Магниты", "сварку не знаю", "magnetic materials"])
async def test_experts_are_found_by_name_in_any_script_and_by_their_words(client: Client, query: str) -> None:
    expert, base = await at_expert(client)
    expert.person.full_name, expert.person.latin_name = "Куликова Анна", "KULIKOVA ANNA"
    await expert.person.save()
    await factories.expert(expert.event, headline="Cranes", offer="I build quiet cranes.", topics=["port.equipment"])
    await at_enterprise(client, await enterprise_with(expert.event, PORTS))
    page = read(await client.get(f"{base}/matches", params={"q": query}))
    assert len(page.by_class["item"]) == 1
    assert page.field("q") == query


async def test_a_search_without_results_links_back_to_the_list(client: Client) -> None:
    expert, base = await at_expert(client)
    await enterprise_with(expert.event, NEED_OF_MAGNETS)
    page = read(await client.get(f"{base}/matches", params={"q": "zzz\x00\u202e" + "x" * 500}))
    assert "No results for your search." in page.words
    assert f"{base}/matches" in page.links


async def test_the_list_is_paged_by_twenty(client: Client) -> None:
    expert, base = await at_expert(client)
    for _ in range(21):
        await enterprise_with(expert.event, PORTS)
    first, second = [read(await client.get(f"{base}/matches?page={number}")) for number in (1, 2)]
    beyond = read(await client.get(f"{base}/matches?page={'9' * 400}"))
    assert (len(first.by_class["item"]), len(second.by_class["item"])) == (20, 1)
    assert f"{base}/matches?page=2&show=all" in first.links
    assert f"{base}/matches?page=1&show=all" in second.links
    assert len(beyond.by_class["item"]) == 20


@pytest.mark.parametrize("number", [1, 3])
async def test_pages_take_the_same_queries_for_one_match_and_three(
    client: Client, queries: Queries, number: int
) -> None:
    expert, base = await at_expert(client)
    for _ in range(number):
        enterprise = await enterprise_with(expert.event, NEED_OF_MAGNETS, PORTS)
    with queries() as of_the_list:
        await client.get(f"{base}/matches")
    with queries() as of_reasons:
        await client.get(f"{base}/matches/{enterprise.id}")
    # The page of reasons finds the event in memory, and asks for the files of the other side.
    assert (len(of_the_list), len(of_reasons)) == (24, 3)


async def test_a_changed_text_counts_at_once(client: Client) -> None:
    expert, base = await at_expert(client)
    enterprise = await enterprise_with(expert.event, PORTS)
    before = read(await client.get(f"{base}/matches")).by_class["points"]
    [need] = await factories.needs_of(enterprise)
    await Need.filter(id=need.id).update(topics=["mat.mag"])
    after = read(await client.get(f"{base}/matches")).by_class["points"]
    assert int(after[0].split()[-1]) > int(before[0].split()[-1])
