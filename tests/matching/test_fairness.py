from typing import Any

import pytest

from matching.fairness import Fairness, Served, fairness, gini
from tests.matching.examples import meet, party, tiny


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [([], 0.0), ([0, 0], 0.0), ([3, 3, 3], 0.0), ([0, 0, 0, 4], 0.75), ([1, 3], 0.25), ([3, 1], 0.25)],
)
def test_gini(amounts: list[float], expected: float) -> None:
    assert gini(amounts) == expected


def test_each_side_by_itself() -> None:
    problem = tiny(parties=[party("a"), party("b", side="enterprise"), party("c", side="enterprise")])

    assert fairness(problem, meet("ab s1 t1")) == (
        Fairness("guest", 1, 0, Served("a", 1, 2, 0.5), 0.5, 0.0, 0.0),
        Fairness("enterprise", 2, 1, Served("c", 0, 1, 0.0), 0.5, 0.5, 0.5),
    )


def test_who_could_never_meet_is_not_counted() -> None:
    problem = tiny(parties=[party("a"), party("b"), party("c", available="")])

    (side,) = fairness(problem, meet("ab s1 t1"))

    assert (side.parties, side.idle) == (2, 0)


@pytest.mark.parametrize(
    ("limits", "possible"),
    [({}, 2), ({"max_meetings": 1}, 1), ({"available": "s1"}, 1), ({"available": "s1", "parallel": 2}, 2)],
)
def test_what_a_party_could_hold(limits: dict[str, Any], possible: int) -> None:
    problem = tiny(parties=[party("a", **limits), party("b", side="others"), party("c", side="others")])

    assert fairness(problem, ())[0].worst == Served("a", 0, possible, 0.0)
