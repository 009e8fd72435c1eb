"""The match board: all pairs before a plan, what the lowest value changes, and who would have no pair."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from server.board.pairs import BoardPair, PairState, effects, pairs_of, without
from server.models import Event, Registration, Side, WishKind
from server.rows import load_rows
from server.scores.scoring import Scorer
from tests import factories
from tests.client import Client
from tests.reading import read
from tests.server.plan_pages import at_work
from tests.statements import Statements


async def board_of(event: Event, scorer: Scorer) -> list[BoardPair]:
    rows = await load_rows(event)
    return pairs_of(rows, await scorer.known(rows), rows.of(Side.EXPERT), rows.of(Side.ENTERPRISE))


async def two(event: Event, **values: Any) -> tuple[Registration, Registration]:
    return await factories.expert(event, **values), await factories.enterprise(event)


async def test_a_pair_is_a_candidate_by_a_wish_or_by_its_value(database: None, scorer: Scorer) -> None:
    event = await factories.event()
    expert, enterprise = await two(event)
    [pair] = await board_of(event, scorer)
    assert (pair.state(0.0), pair.state(1.0)) == (PairState.CANDIDATE, PairState.BELOW)
    await factories.wish(expert, enterprise)
    [pair] = await board_of(event, scorer)
    assert pair.state(1.0) is PairState.CANDIDATE
    await factories.wish(enterprise, expert, kind=WishKind.NO)
    [pair] = await board_of(event, scorer)
    assert pair.state(0.0) is PairState.VETOED


async def test_a_pair_without_a_common_slot_cannot_be_planned(database: None, scorer: Scorer) -> None:
    event = await factories.event()
    await two(event, available=[])
    [pair] = await board_of(event, scorer)
    assert pair.state(0.0) is PairState.APART


async def test_whoever_has_no_candidate_is_named_with_the_states_of_all_pairs(database: None, scorer: Scorer) -> None:
    event = await factories.event()
    first, enterprise = await two(event)
    second = await factories.expert(event, available=[])
    await factories.wish(first, enterprise)
    pairs = await board_of(event, scorer)
    assert without(pairs, 1.0, [first.id, second.id]) == {second.id: Counter({PairState.APART: 1})}


async def test_a_higher_lowest_value_never_leaves_more_pairs(database: None, scorer: Scorer) -> None:
    event = await factories.event()
    for _number in range(3):
        await two(event)
    rows = await load_rows(event)
    found = effects(await board_of(event, scorer), 42, rows)
    assert [each.points for each in found] == [0, 20, 35, 42, 50, 65, 80]
    assert sorted((each.pairs for each in found), reverse=True) == [each.pairs for each in found]
    assert sorted(each.experts for each in found) == [each.experts for each in found]


async def test_the_page_shows_scores_with_signs_and_tries_a_value_out(client: Client) -> None:
    event, _organiser, plans = await at_work(client)
    expert = await factories.expert(event, await factories.person(full_name="<b>Anna</b>"))
    enterprise = await factories.enterprise(event)
    await factories.wish(enterprise, expert)
    path = plans.replace("plans", "board")
    answer = await client.get(f"{path}?least=80")
    page = read(answer)
    assert "↓" in page.words and "Shown below" in page.words and "<b>Anna</b>" in page.words
    assert f"/e/{event.slug}/pairs/{expert.id}/{enterprise.id}" in page.links
    assert (await client.get(f"{path}?least=far&rows=0")).status_code == 422
    for name in ("matrix", "graph"):
        drawn = await client.get(f"{path}/{name}.svg")
        assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
        assert "<b>Anna</b>" not in drawn.text


async def test_an_empty_event_says_when_the_board_appears(client: Client) -> None:
    _event, _organiser, plans = await at_work(client)
    assert "The board appears once" in read(await client.get(plans.replace("plans", "board"))).words


@pytest.mark.parametrize("size", [1, 3])
async def test_the_board_takes_a_fixed_number_of_queries(
    client: Client, queries: Callable[[], AbstractContextManager[Statements]], size: int
) -> None:
    event, _organiser, plans = await at_work(client)
    for _number in range(size):
        await two(event)
    with queries() as seen:
        assert (await client.get(plans.replace("plans", "board"))).status_code == 200
    assert len(seen) == 23
