"""Figures of a plan: the eight tiers, the difference from the previous plan, the gap and the hash."""

import hashlib
from typing import Any

import pytest

from matching.plan import Diff, diff, gap, sha256, tiers
from matching.problem import TIERS, Problem
from tests.matching.examples import meet, pair, party, slot, tiny


def long_day(**members: Any) -> Problem:
    """Return a problem of six slots in one day and two on the next; "a" may meet "b" to "f"."""
    slots = [slot(f"s{n}", f"{9 + n:02d}:00", f"{9 + n:02d}:20") for n in range(6)]
    slots += [slot("s6", "09:00", "09:20", "2026-05-19"), slot("s7", "10:00", "10:20", "2026-05-19")]
    every = " ".join(item["id"] for item in slots)
    return tiny(
        **{
            "slots": slots,
            "parties": [party(name, available=every) for name in "abcdef"],
            "pairs": [pair(f"a{name}") for name in "bcdef"],
        }
        | members
    )


def achieved(problem: Problem, tier: str, *meetings: str) -> float:
    return tiers(problem, meet(*meetings))[tier]


def test_all_tiers_of_an_empty_plan() -> None:
    assert tiers(tiny(), []) == dict.fromkeys(TIERS, 0)
    assert tuple(tiers(tiny(), [])) == TIERS


def test_shortfall_adds_up_and_neediest_is_the_largest() -> None:
    problem = tiny(parties=[party("a", min_meetings=3), party("b"), party("c", min_meetings=1)])

    assert achieved(problem, "shortfall", "ab s1 t1") == 2 + 1
    assert achieved(problem, "neediest", "ab s1 t1") == 2
    assert achieved(problem, "shortfall", "ab s1 t1", "ac s2 t1") == 1


def test_meetings_beyond_the_minimum_make_up_for_nobody() -> None:
    problem = tiny(parties=[party("a", min_meetings=1), party("b"), party("c", min_meetings=2)])

    assert achieved(problem, "shortfall", "ab s1 t1", "ac s2 t1") == 1


def test_value_is_summed_without_loss() -> None:
    problem = long_day(pairs=[pair(f"a{name}", value=0.1) for name in "bcdef"])

    assert achieved(problem, "value", *(f"a{name} s{n} t1" for n, name in enumerate("bcdef"))) == 0.5
    assert isinstance(achieved(problem, "value"), float)


@pytest.mark.parametrize(
    ("held", "breaks"),
    [
        ("s0", 0),
        ("s0 s1 s2", 0),
        ("s0 s2", 1),
        ("s0 s5", 1),  # four idle slots in one run
        ("s0 s2 s4", 2),
        ("s1 s6", 0),  # of different days
        ("s0 s2 s6 s7", 1),
    ],
)
def test_breaks_are_runs_of_idle_slots_within_a_day(held: str, breaks: int) -> None:
    meetings = [f"a{name} {where} t1" for name, where in zip("bcdef", held.split(), strict=False)]

    assert achieved(long_day(), "breaks", *meetings) == breaks


def test_a_slot_in_which_the_party_is_not_available_is_idle_too() -> None:
    problem = tiny(parties=[party("a", available="s1 s3"), party("b"), party("c")])

    assert achieved(problem, "breaks", "ab s1 t1", "ac s3 t1") == 1


def test_every_slot_of_a_long_meeting_is_busy() -> None:
    problem = tiny(pairs=[pair("ab", length=2), pair("ac")])

    assert achieved(problem, "breaks", "ab s1 t1", "ac s3 t1") == 0


def test_breaks_count_for_each_party_and_worst_is_the_most_of_one() -> None:
    problem = long_day(pairs=[pair("first", "a b"), pair("second", "a b"), pair("third", "a c")])
    meetings = ("first s0 t1", "second s2 t1", "third s4 t1")

    assert achieved(problem, "breaks", *meetings) == 2 + 1
    assert achieved(problem, "worst", *meetings) == 2


def test_worst_takes_all_days_together() -> None:
    problem = long_day(
        slots=[slot(f"s{n}", f"1{n % 3}:00", f"1{n % 3}:20", f"2026-05-{18 + n // 3}") for n in range(6)],
        parties=[party(name, available="s0 s1 s2 s3 s4 s5") for name in "abcdef"],
    )

    assert achieved(problem, "worst", "ab s0 t1", "ac s2 t1", "ad s3 t1", "ae s5 t1") == 2


def test_moves_count_further_tables_of_each_party_and_day() -> None:
    problem = long_day(tables=[{"id": "t1"}, {"id": "t2"}, {"id": "t3"}])

    assert achieved(problem, "moves", "ab s0 t1", "ac s1 t1") == 0
    assert achieved(problem, "moves", "ab s0 t1", "ac s1 t2") == 1
    assert achieved(problem, "moves", "ab s0 t1", "ac s1 t2", "ad s2 t1", "ae s3 t3") == 2
    assert achieved(problem, "moves", "ab s0 t1", "ac s6 t2") == 0


PREVIOUS = [
    {"pair": "ab", "slot": "s1", "table": "t1", "interpreter": "i1"},
    {"pair": "ac", "slot": "s2", "table": "t1"},
]


def repaired() -> Problem:
    return tiny(
        previous=PREVIOUS,
        parties=[party("a", available=""), party("b"), party("c")],
        pairs=[pair("ab"), pair("ac"), pair("bc")],
        interpreters=[{"id": "i1", "languages": [], "available": []}],
    )


@pytest.mark.parametrize(
    ("meetings", "dropped", "disturbed"),
    [
        (["ab s1 t1", "ac s2 t1"], 0, 0),  # a changed interpreter disturbs no party
        (["ab s1 t2", "ac s2 t1"], 1, 2),
        (["ab s1 t1", "ac s3 t1"], 1, 2),
        (["bc s1 t1"], 2, 3),  # a party that is now absent counts as disturbed
    ],
)
def test_dropped_and_disturbed(meetings: list[str], dropped: int, disturbed: int) -> None:
    assert achieved(repaired(), "dropped", *meetings) == dropped
    assert achieved(repaired(), "disturbed", *meetings) == disturbed


def test_nothing_is_dropped_or_disturbed_without_previous_meetings() -> None:
    assert achieved(tiny(), "dropped", "ab s1 t1") == 0
    assert achieved(tiny(), "disturbed", "ab s1 t1") == 0


def test_the_difference_from_before() -> None:
    assert diff(repaired(), meet("ab s1 t1", "ac s3 t1", "bc s2 t2")) == Diff(
        kept=("ab",), moved=("ac",), dropped=(), added=("bc",), disturbed=("a", "c")
    )
    assert diff(repaired(), []) == Diff(kept=(), moved=(), dropped=("ab", "ac"), added=(), disturbed=("a", "b", "c"))


def test_a_pair_that_was_held_twice_before_is_kept_where_one_of_them_stays() -> None:
    twice = [PREVIOUS[1], {"pair": "ac", "slot": "s3", "table": "t1"}]
    problem = tiny(previous=twice)

    assert diff(problem, meet("ac s2 t1")) == Diff(kept=("ac",), moved=(), dropped=(), added=(), disturbed=("a", "c"))
    assert achieved(problem, "dropped", "ac s2 t1") == 1


@pytest.mark.parametrize(
    ("achieved", "bound", "expected"),
    [
        (3, None, None),
        (0, 0, 0.0),
        (4, 5, 0.2),
        (5, 4, 0.2),
        (2, 0, 1.0),
        (1.0, 1.0 + 9e-7, 0.0),
        (1.0, 1.0 + 2e-6, 2e-6 / (1.0 + 2e-6)),
        (0, 1e-12, 1e-3),
    ],
)
def test_the_gap(achieved: float, bound: float | None, expected: float | None) -> None:
    assert gap(achieved, bound) == (None if expected is None else pytest.approx(expected, rel=1e-9))


def test_a_problem_is_hashed_by_its_sorted_members_as_parsed() -> None:
    text = '{"a":[1,1.0,1e2],"x":"对接"}'

    assert (
        sha256({"x": "对接", "a": [1, 1.0, 100.0]}) == hashlib.sha256(text.replace("1e2", "100.0").encode()).hexdigest()
    )
