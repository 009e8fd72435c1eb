"""Shares of a match's reasons in the topic part: they never sum to more than 1."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from matching.affinity import Evidence, Expert, Need, PartCode, RequestText, Scores, read_request, scheme
from matching.affinity.carrying import TopicAmounts, cells
from matching.affinity.constants import DECLARED
from matching.affinity.space import space
from tests.matching.affinity.examples import request
from tests.matching.affinity.test_properties import SIDES, named
from tests.sampling import share_of


def told(scores: Scores) -> list[Evidence]:
    return [each for part in scores.explain(0, 0).parts if part.code == PartCode.TOPIC for each in part.evidence]


def names(evidence: list[Evidence]) -> list[tuple[str, str]]:
    return [(str(each.need_topic), str(each.expert_topic)) for each in evidence]


def test_the_only_thing_in_common_carries_all_that_topics_are_worth() -> None:
    scores = Scores([Need("n", topics=("mat.mag",))], [Expert("e", topics=("mat.mag",))])
    assert scores.carried(0, 0, [("mat.mag", "mat.mag")]) == [1.0]


def test_reasons_share_by_what_they_tell_of_and_the_first_takes_what_is_next_to_both() -> None:
    needs = [Need("n", (RequestText("烧结钕铁硼永磁体"), RequestText("激光焊接工艺")), topics=("mat.mag",))]
    experts = [Expert("e", (RequestText("Спечённые постоянные магниты Nd-Fe-B. Лазерная сварка."),))]
    scores = Scores(needs, experts)
    magnets, welding = scores.carried(0, 0, [("mat.mag", "mat.mag"), ("mat.welding", "mat.welding")])
    assert magnets > welding > 0
    assert scores.carried(0, 0, [("mat.mag", "mat.mag")] * 2) == [magnets, 0.0]


def test_what_nothing_is_told_of_carries_nothing() -> None:
    scores = Scores([Need("n")], [Expert("e", topics=("mat.mag",))])
    assert (scores.carried(0, 0, [("mat.mag", "mat.mag")]), scores.carried(0, 0, [])) == ([0.0], [])


def test_cells_add_up_to_what_the_topics_are_worth() -> None:
    topics, draw = space(scheme()), np.random.default_rng(1)
    ours, said = draw.random(len(topics.ids)), draw.random(len(topics.ids))
    declared = np.zeros(len(topics.ids))
    declared[[3, 50]] = 1
    declared_nearness = topics.nearest([3, 50])
    whole = ours @ (said @ topics.nearness + DECLARED * declared_nearness)
    every = np.arange(len(topics.ids))
    assert cells(TopicAmounts(ours, said, declared, declared_nearness), every, every, topics).sum() == pytest.approx(
        whole
    )


@settings(max_examples=share_of(40), deadline=None)
@given(SIDES, SIDES)
def test_what_reasons_carry_is_no_more_than_the_whole(need: dict[str, Any], expert: dict[str, Any]) -> None:
    asked = read_request(request([named("n", need)], [named("e", expert)]))
    scores = Scores(asked.needs, asked.experts)
    shares = scores.carried(0, 0, names(told(scores)))
    assert all(share >= 0 for share in shares)
    assert sum(shares) <= 1 + 1e-9
