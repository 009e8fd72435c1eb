"""The cache of scores: what is scored at once after a change, and that the result equals scoring everything again."""

import asyncio
from collections.abc import Sequence
from itertools import count
from time import monotonic

import pytest

from matching.affinity.constants import ENOUGH_TEXTS
from server.models import Event, Need, Registration, Side
from server.rows import EventRows
from server.scores.known import Known
from server.scores.scoring import Scorer

WORDS = (
    ("Спечённые постоянные магниты Nd-Fe-B, диффузия по границам зёрен", "ru", "mat.mag"),
    ("Quiet harbour cranes and container terminals", "en", "port.equipment"),
    ("激光焊接铝合金车身，焊缝检测", "zh_Hans", "mat.welding"),
    ("Hydrogen electrolysis with membranes", "en", "nrg.hydrogen"),
)
EVENTS = count(1_000_000)


def expert(id: int, words: int) -> Registration:
    offer, locale, topic = WORDS[words % len(WORDS)]
    return Registration(
        id=id, side=Side.EXPERT, headline=f"Nr. {id}", offer=offer, text_locale=locale, topics=[topic], languages=["ru"]
    )


def need(id: int, words: int) -> Need:
    text, locale, topic = WORDS[words % len(WORDS)]
    return Need(id=id, registration_id=1, title=f"Z-{id}", text=text, text_locale=locale, topics=[topic])


def event_rows(event: Event, experts: Sequence[Registration], needs: Sequence[Need]) -> EventRows:
    enterprise = Registration(id=1, side=Side.ENTERPRISE, languages=["zh"])
    return EventRows(
        event=event,
        slots=(),
        closed=frozenset(),
        tables=(),
        parties=(enterprise, *experts),
        needs=needs,
        interpreters=(),
        wishes=(),
        corrections={},
        previous=(),
    )


def large(event: Event) -> tuple[list[Registration], list[Need]]:
    """Create so many participants that their own texts decide which words are rare."""
    half = ENOUGH_TEXTS // 2 + 10
    return [expert(10 + at, at) for at in range(half)], [need(10 + at, at // 2) for at in range(half)]


def scores(known: Known) -> dict[tuple[int, int], float]:
    return {(row, column): known.score(row, column) for row in known.row for column in known.column}


async def all_anew(rows: EventRows) -> dict[tuple[int, int], float]:
    """Return the scores without any cache."""
    other = Scorer()
    found = scores(await other.known(rows))
    other.close()
    return found


@pytest.fixture
def event(database: None) -> Event:
    return Event(id=next(EVENTS), own_topics=[])


async def test_changed_experts_are_scored_at_once_and_everything_soon_after(scorer: Scorer, event: Event) -> None:
    experts, needs = large(event)
    before = await scorer.known(event_rows(event, experts, needs))
    changed = event_rows(event, [expert(10, 2), *experts[1:]], needs)

    at_once = await scorer.known(changed)
    await scorer.settled()
    later = await scorer.known(changed)

    welding, magnets = needs[4].id, needs[0].id
    assert before.score(magnets, 10) > before.score(welding, 10)
    assert at_once.score(welding, 10) > at_once.score(magnets, 10)
    assert {key: score for key, score in scores(at_once).items() if key[1] != 10} == {
        key: score for key, score in scores(before).items() if key[1] != 10
    }
    assert at_once.score(welding, 10) == pytest.approx(later.score(welding, 10), abs=0.02)
    assert scores(later) == await all_anew(changed)


async def test_new_experts_appear_at_once_and_withdrawn_ones_disappear(scorer: Scorer, event: Event) -> None:
    experts, needs = large(event)
    await scorer.known(event_rows(event, experts, needs))
    changed = event_rows(event, [*experts[1:], expert(500, 1)], needs)

    at_once = await scorer.known(changed)
    left = await scorer.known(event_rows(event, experts[2:], needs))
    await scorer.settled()

    assert set(at_once.column) == {each.id for each in experts[1:]} | {500}
    assert set(left.column) == {each.id for each in experts[2:]}
    assert at_once.explain(needs[2].id, 500).score == at_once.score(needs[2].id, 500) > 0.5


async def test_each_look_sees_what_it_asked_for_and_the_last_one_is_scored_anew(scorer: Scorer, event: Event) -> None:
    experts, needs = large(event)
    await scorer.known(event_rows(event, experts, needs))
    states = [event_rows(event, [expert(10, words), *experts[1:]], needs) for words in (1, 2, 3)]

    looks = await asyncio.gather(*(scorer.known(state) for state in states * 3))
    await scorer.settled()
    await scorer.known(states[2])
    await scorer.settled()

    assert [look.score(needs[6].id, 10) > 0.5 for look in looks] == [False, False, True] * 3
    assert scores(await scorer.known(states[2])) == await all_anew(states[2])


async def test_changed_and_new_needs_are_scored_at_once_and_everything_soon_after(scorer: Scorer, event: Event) -> None:
    experts, needs = large(event)
    before = await scorer.known(event_rows(event, experts, needs))
    changed = event_rows(event, [expert(10, 2), *experts[1:]], [need(10, 3), *needs[1:-1], need(500, 2)])

    at_once = await scorer.known(changed)
    await scorer.settled()
    later = await scorer.known(changed)

    assert at_once.score(10, 13) > before.score(10, 13)
    assert at_once.score(11, 12) == before.score(11, 12)
    assert at_once.explain(500, 10).score == at_once.score(500, 10) > 0.5
    assert set(at_once.row) == {each.id for each in needs[:-1]}
    for each in (10, 500):
        for other in (10, 13):
            assert at_once.score(each, other) == pytest.approx(later.score(each, other), abs=0.02)
    assert scores(later) == await all_anew(changed)


@pytest.mark.parametrize("what", ["many needs", "many experts", "an own topic"])
async def test_what_touches_more_than_a_few_experts_is_scored_anew_at_once(
    scorer: Scorer, event: Event, what: str
) -> None:
    experts, needs = large(event)
    await scorer.known(event_rows(event, experts, needs))
    if what == "many needs":
        changed = event_rows(event, experts, [need(each.id, each.id) for each in needs])
    elif what == "many experts":
        changed = event_rows(event, [expert(each.id, each.id) for each in experts], needs)
    else:
        own = {"id": "own.1", "parent": "mat", "labels": {"en": "Superslip"}, "terms": {}, "related": []}
        changed = event_rows(Event(id=event.id, own_topics=[own]), experts, needs)
    assert scores(await scorer.known(changed)) == await all_anew(changed)


async def test_a_small_event_is_scored_whole_each_time(scorer: Scorer, event: Event) -> None:
    experts, needs = [expert(10, 0), expert(11, 1)], [need(10, 0), need(11, 1)]
    await scorer.known(event_rows(event, experts, needs))
    changed = event_rows(event, [expert(10, 1), experts[1]], needs)
    assert scores(await scorer.known(changed)) == await all_anew(changed)


async def test_nothing_is_scored_again_while_nothing_changes(scorer: Scorer, event: Event) -> None:
    experts, needs = large(event)
    first, again = [await scorer.known(event_rows(event, experts, needs)) for _ in range(2)]
    assert first is again


async def test_scores_that_nobody_looks_at_are_forgotten(scorer: Scorer, event: Event) -> None:
    rows = event_rows(event, *large(event))
    before = await scorer.known(rows)

    scorer.forget_unused(0.0)
    assert await scorer.known(rows) is before
    scorer.forget_unused(monotonic() + 1)

    anew = await scorer.known(rows)
    assert anew is not before
    assert scores(anew) == scores(before)


async def test_two_applications_in_one_process_know_nothing_of_each_other(scorer: Scorer, event: Event) -> None:
    other = Scorer()
    experts, needs = large(event)
    ours = await scorer.known(event_rows(event, experts, needs))
    theirs = await other.known(event_rows(event, experts[:60], needs[:60]))
    other.close()

    assert (await scorer.known(event_rows(event, experts, needs)) is ours, len(theirs.row)) == (True, 60)
