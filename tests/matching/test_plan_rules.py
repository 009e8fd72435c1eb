"""Every hard rule, with an example that keeps it and one that breaks it."""

from typing import Any

import pytest

from matching.plan import Breach, Rule, violations
from matching.problem import Meeting, Problem
from tests.matching.examples import document, interpreter, meet, pair, party, slot, tiny


def broken(problem: Problem, *meetings: str) -> list[tuple[Breach, tuple[str, ...]]]:
    return [(violation.breach, violation.at) for violation in violations(problem, meet(*meetings))]


def test_a_plan_that_keeps_every_rule() -> None:
    assert broken(tiny(), "ab s1 t1", "ac s2 t1") == []


def test_no_meeting_breaks_no_rule() -> None:
    assert broken(tiny()) == []


def test_h1_a_pair_is_held_once() -> None:
    assert broken(tiny(), "ab s1 t1", "ab s2 t1") == [(Breach.HELD_TWICE, ("/meetings/0", "/meetings/1"))]


def test_h1_two_pairs_of_the_same_parties_may_both_be_held() -> None:
    problem = tiny(pairs=[pair("first", "a b"), pair("second", "a b")])

    assert broken(problem, "first s1 t1", "second s2 t1") == []


def test_h2_a_party_holds_one_meeting_a_slot() -> None:
    assert broken(tiny(), "ab s1 t1", "ac s1 t2") == [(Breach.PARTY_DOUBLE_BOOKED, ("/meetings/0", "/meetings/1"))]


def test_h2_several_delegates_hold_several_meetings_a_slot() -> None:
    problem = tiny(parties=[party("a", parallel=2), party("b"), party("c")])

    assert broken(problem, "ab s1 t1", "ac s1 t2") == []


def test_h3_both_parties_are_available() -> None:
    problem = tiny(parties=[party("a", available="s1"), party("b", available="s2"), party("c", available="s1")])

    assert broken(problem, "ac s1 t1") == []
    assert broken(problem, "ab s1 t1") == [(Breach.PARTY_ABSENT, ("/meetings/0",))]
    assert broken(problem, "ab s3 t1") == [(Breach.PARTY_ABSENT, ("/meetings/0",))] * 2


def test_h3_the_slot_is_allowed() -> None:
    problem = tiny(pairs=[pair("ab", allowed=["s1"])])

    assert broken(problem, "ab s1 t1") == []
    assert broken(problem, "ab s2 t1") == [(Breach.SLOT_NOT_ALLOWED, ("/meetings/0",))]


def test_h3_every_slot_of_a_long_meeting_is_available_and_allowed() -> None:
    long = {"pairs": [pair("ab", length=2, allowed=["s1", "s2", "s3"])]}
    short_of_s3 = [party("a", available="s1 s2"), party("b")]

    assert broken(tiny(parties=short_of_s3, **long), "ab s1 t1") == []
    assert broken(tiny(parties=short_of_s3, **long), "ab s2 t1") == [(Breach.PARTY_ABSENT, ("/meetings/0",))]
    assert broken(tiny(pairs=[pair("ab", length=2, allowed=["s1"])]), "ab s1 t1") == [
        (Breach.SLOT_NOT_ALLOWED, ("/meetings/0",))
    ]


@pytest.mark.parametrize(
    ("second", "fits"),
    [
        (slot("s2", "09:35", "09:55"), True),  # 15 minutes later
        (slot("s2", "09:36", "09:56"), False),  # 16 minutes later
        (slot("s2", "09:20", "09:40", day="another"), False),
        (slot("s2", "09:00", "09:20", "2026-05-19"), False),
    ],
)
def test_h3_a_long_meeting_takes_adjacent_slots_of_one_day(second: dict[str, Any], fits: bool) -> None:
    slots = [second, slot("s1", "09:00", "09:20")]
    parties = [party("a", available="s1 s2"), party("b", available="s1 s2")]
    problem = tiny(slots=slots, parties=parties, pairs=[pair("ab", length=2)])

    assert broken(problem, "ab s1 t1") == ([] if fits else [(Breach.TOO_FEW_SLOTS, ("/meetings/0",))])


def test_h3_slots_of_another_day_between_do_not_part_adjacent_ones() -> None:
    slots = [
        slot("s1", "09:00", "09:10", day="x"),
        slot("s2", "09:10", "09:15", day="y"),
        slot("s3", "09:20", "09:30", day="x"),
    ]

    assert broken(tiny(slots=slots, pairs=[pair("ab", length=2)]), "ab s1 t1") == []


def test_h4_a_table_has_one_meeting_a_slot() -> None:
    problem = tiny(parties=[party(name) for name in "abcd"], pairs=[pair("ab"), pair("cd")])

    assert broken(problem, "ab s1 t1", "cd s1 t2") == []
    assert broken(problem, "ab s1 t1", "cd s1 t1") == [(Breach.TABLE_DOUBLE_BOOKED, ("/meetings/0", "/meetings/1"))]


def test_h4_a_long_meeting_keeps_its_table() -> None:
    problem = tiny(parties=[party(name) for name in "abcd"], pairs=[pair("ab", length=2), pair("cd")])

    assert broken(problem, "ab s1 t1", "cd s3 t1") == []
    assert broken(problem, "ab s1 t1", "cd s2 t1") == [(Breach.TABLE_DOUBLE_BOOKED, ("/meetings/0", "/meetings/1"))]


def test_h4_the_table_is_available() -> None:
    problem = tiny(tables=[{"id": "t1", "available": ["s1"]}])

    assert broken(problem, "ab s1 t1") == []
    assert broken(problem, "ab s2 t1") == [(Breach.TABLE_CLOSED, ("/meetings/0",))]


def test_h4_a_party_meets_at_its_own_table() -> None:
    problem = tiny(parties=[party("a", table="t1"), party("b"), party("c")])

    assert broken(problem, "ab s1 t1") == []
    assert broken(problem, "ab s1 t2") == [(Breach.AWAY_FROM_OWN_TABLE, ("/meetings/0",))]


def test_h4_only_the_owner_meets_at_an_own_table() -> None:
    problem = tiny(parties=[party("a"), party("b"), party("c", table="t1")])

    assert broken(problem, "ab s1 t2") == []
    assert broken(problem, "ab s1 t1") == [(Breach.AT_ANOTHERS_TABLE, ("/meetings/0",))]


def test_h4_two_different_own_tables_make_a_pair_impossible() -> None:
    problem = tiny(parties=[party("a", table="t1"), party("b", table="t2"), party("c")])

    assert broken(problem, "ac s1 t1") == []
    for table in ("t1", "t2"):
        assert broken(problem, f"ab s1 {table}") == [(Breach.AWAY_FROM_OWN_TABLE, ("/meetings/0",))]


def test_h4_an_own_table_takes_one_meeting_a_slot_whatever_parallel() -> None:
    problem = tiny(parties=[party("a", table="t1", parallel=2), party("b"), party("c")])

    assert broken(problem, "ab s1 t1", "ac s2 t1") == []
    assert broken(problem, "ab s1 t1", "ac s1 t1") == [(Breach.TABLE_DOUBLE_BOOKED, ("/meetings/0", "/meetings/1"))]


def foreign(**members: Any) -> Problem:
    """Return a problem in which "a" speaks Russian, "b" and "c" Chinese; "i1" and "i2" interpret between them."""
    parties = [party("a", "ru-RU", parallel=2), party("b", "zh-Hans"), party("c", "ZH")]
    return tiny(**{"parties": parties, "interpreters": [interpreter("i1"), interpreter("i2")]} | members)


def test_h5_parties_without_a_shared_language_have_an_interpreter() -> None:
    assert broken(foreign(), "ab s1 t1 i1") == []
    assert broken(foreign(), "ab s1 t1") == [(Breach.INTERPRETER_MISSING, ("/meetings/0",))]


def test_h5_parties_that_share_a_language_have_none() -> None:
    problem = foreign(pairs=[pair("bc")])

    assert broken(problem, "bc s1 t1") == []
    assert broken(problem, "bc s1 t1 i1") == [(Breach.INTERPRETER_NEEDLESS, ("/meetings/0",))]


def test_h5_the_interpreter_speaks_a_language_of_each() -> None:
    problem = foreign(interpreters=[interpreter("i1", "en RU zh-TW"), interpreter("i2", "ru en")])

    assert broken(problem, "ab s1 t1 i1") == []
    assert broken(problem, "ab s1 t1 i2") == [(Breach.INTERPRETER_UNABLE, ("/meetings/0",))]


def test_h5_a_party_without_languages_finds_no_interpreter() -> None:
    problem = foreign(parties=[party("a", ""), party("b", ""), party("c")])

    assert broken(problem, "ab s1 t1") == [(Breach.INTERPRETER_MISSING, ("/meetings/0",))]
    assert broken(problem, "ab s1 t1 i1") == [(Breach.INTERPRETER_UNABLE, ("/meetings/0",))]


def test_h5_an_interpreter_serves_one_meeting_a_slot() -> None:
    assert broken(foreign(), "ab s1 t1 i1", "ac s1 t2 i2") == []
    assert broken(foreign(), "ab s1 t1 i1", "ac s1 t2 i1") == [
        (Breach.INTERPRETER_DOUBLE_BOOKED, ("/meetings/0", "/meetings/1"))
    ]


def test_h5_the_interpreter_is_available_in_every_slot_of_a_long_meeting() -> None:
    problem = foreign(interpreters=[interpreter("i1", available="s1 s2")], pairs=[pair("ab", length=2)])

    assert broken(problem, "ab s1 t1 i1") == []
    assert broken(problem, "ab s2 t1 i1") == [(Breach.INTERPRETER_ABSENT, ("/meetings/0",))]


def test_h5_an_interpreter_holds_a_long_meeting_as_one() -> None:
    problem = foreign(interpreters=[interpreter("i1", max_meetings=1)], pairs=[pair("ab", length=2), pair("ac")])

    assert broken(problem, "ab s1 t1 i1") == []
    assert broken(problem, "ab s1 t1 i1", "ac s3 t1 i1") == [
        (Breach.INTERPRETER_OVER_MAX, ("/meetings/0", "/meetings/1"))
    ]


def test_h5_an_interpreter_rests_after_so_many_adjacent_slots() -> None:
    problem = foreign(interpreters=[interpreter("i1", max_consecutive=1)])

    assert broken(problem, "ab s1 t1 i1", "ac s3 t1 i1") == []
    assert broken(problem, "ac s3 t1 i1", "ab s2 t1 i1") == [
        (Breach.INTERPRETER_WITHOUT_REST, ("/meetings/1", "/meetings/0"))
    ]


def test_h5_a_long_meeting_counts_each_of_its_slots_in_a_row() -> None:
    problem = foreign(interpreters=[interpreter("i1", max_consecutive=1)], pairs=[pair("ab", length=2)])

    assert broken(problem, "ab s1 t1 i1") == [(Breach.INTERPRETER_WITHOUT_REST, ("/meetings/0",))]


def test_h5_a_pause_between_slots_is_a_rest() -> None:
    slots = [slot("s1", "09:00", "09:20"), slot("s2", "09:36", "09:56"), slot("s3", "10:11", "10:31")]
    problem = foreign(slots=slots, interpreters=[interpreter("i1", max_consecutive=1)])

    assert broken(problem, "ab s1 t1 i1", "ac s2 t1 i1") == []
    assert [breach for breach, _ in broken(problem, "ab s2 t1 i1", "ac s3 t1 i1")] == [Breach.INTERPRETER_WITHOUT_REST]


def test_h6_a_party_holds_at_most_its_maximum() -> None:
    problem = tiny(parties=[party("a", max_meetings=1), party("b"), party("c", max_meetings=0)])

    assert broken(problem, "ab s1 t1") == []
    assert broken(problem, "ab s1 t1", "ac s2 t1") == [
        (Breach.PARTY_OVER_MAX, ("/meetings/0", "/meetings/1")),
        (Breach.PARTY_OVER_MAX, ("/meetings/1",)),
    ]


def test_h6_a_party_rests_after_its_slots_in_a_row() -> None:
    slots = [slot("s1", "09:00", "09:20"), slot("s2", "09:20", "09:40"), slot("s3", "10:11", "10:31")]
    resting = [party("a", max_consecutive=1), party("b"), party("c")]

    assert broken(tiny(slots=slots, parties=resting), "ab s2 t1", "ac s3 t1") == []
    assert broken(tiny(slots=slots, parties=resting), "ac s2 t1", "ab s1 t1") == [
        (Breach.PARTY_WITHOUT_REST, ("/meetings/1", "/meetings/0"))
    ]
    assert broken(tiny(slots=slots, parties=resting, pairs=[pair("ab", length=2)]), "ab s1 t1") == [
        (Breach.PARTY_WITHOUT_REST, ("/meetings/0",))
    ]


def test_h6_meetings_at_the_same_time_are_one_slot_in_a_row() -> None:
    problem = tiny(parties=[party("a", max_consecutive=1, parallel=2), party("b"), party("c")])

    assert broken(problem, "ab s1 t1", "ac s1 t2") == []
    assert [breach for breach, _ in broken(problem, "ab s1 t1", "ac s2 t2")] == [Breach.PARTY_WITHOUT_REST]


def test_h7_required_pairs_are_held() -> None:
    problem = tiny(pairs=[pair("ab"), pair("ac", required=True)])

    assert broken(problem, "ac s1 t1") == []
    assert broken(problem, "ab s1 t1") == [(Breach.REQUIRED_NOT_HELD, ("/pairs/1",))]


def test_h8_a_pin_holds_slot_table_and_interpreter() -> None:
    pin = {"pair": "ab", "slot": "s1", "table": "t1", "interpreter": "i1"}
    problem = foreign(pins=[pin])

    assert broken(problem, "ab s1 t1 i1") == []
    for elsewhere in ("ab s2 t1 i1", "ab s1 t2 i1", "ab s1 t1 i2"):
        assert broken(problem, elsewhere) == [(Breach.PIN_NOT_HELD, ("/pins/0", "/meetings/0"))]


def test_h8_a_pin_of_a_slot_alone_leaves_the_rest_free() -> None:
    problem = foreign(pins=[{"pair": "ab", "slot": "s1"}])

    assert broken(problem, "ab s1 t2 i2") == []


def test_h8_a_pinned_pair_is_required() -> None:
    assert broken(tiny(pins=[{"pair": "ab", "slot": "s1"}])) == [(Breach.PIN_NOT_HELD, ("/pins/0",))]


def test_h9_a_pair_starts_after_those_before_it_end() -> None:
    problem = tiny(pairs=[pair("ab", length=2), pair("ac", after=["ab"])])

    assert broken(problem, "ab s1 t1", "ac s3 t1") == []
    assert [breach for breach, _ in broken(problem, "ab s1 t1", "ac s2 t2")] == [
        Breach.PARTY_DOUBLE_BOOKED,
        Breach.BEFORE_ITS_PREDECESSOR,
    ]


def test_h9_binds_only_where_both_are_held() -> None:
    assert broken(tiny(pairs=[pair("ab"), pair("ac", after=["ab"])]), "ac s1 t1") == []


def halls(needed: float, **members: Any) -> Problem:
    """Return a problem with tables in three halls.

    Walking from "east" to "west" takes `needed` minutes; s1 and s3 are 20 apart.
    """
    tables = [{"id": "e1", "hall": "east"}, {"id": "w1", "hall": "west"}, {"id": "n1", "hall": "north"}, {"id": "t1"}]
    return tiny(**{"tables": tables, "walk": [{"halls": ["east", "west"], "min": needed}]} | members)


def test_h10_parties_have_the_time_to_walk() -> None:
    assert broken(halls(20), "ab s1 e1", "ac s3 w1") == []
    assert broken(halls(20.5), "ac s3 w1", "ab s1 e1") == [(Breach.WALK_TOO_SHORT, ("/meetings/1", "/meetings/0"))]


def test_h10_no_walk_within_a_hall_nor_where_none_is_listed() -> None:
    for first, second in [("e1", "e1"), ("e1", "n1"), ("e1", "t1"), ("t1", "w1")]:
        assert broken(halls(999), f"ab s1 {first}", f"ac s2 {second}") == []


def test_h10_looks_beyond_the_meeting_just_before() -> None:
    problem = halls(30, parties=[party(name) for name in "abcd"], pairs=[pair("ab"), pair("ac"), pair("ad")])

    assert broken(problem, "ab s1 e1", "ac s2 n1", "ad s3 w1") == [
        (Breach.WALK_TOO_SHORT, ("/meetings/0", "/meetings/2"))
    ]


def test_h10_meetings_at_the_same_time_are_not_apart() -> None:
    parties = [party("a", parallel=2), party("b"), party("c")]

    assert broken(halls(1, parties=parties), "ab s1 e1", "ac s1 w1") == [
        (Breach.WALK_TOO_SHORT, ("/meetings/0", "/meetings/1"))
    ]
    assert broken(halls(0, parties=parties), "ab s1 e1", "ac s1 w1") == []


def test_h10_interpreters_have_the_time_to_walk() -> None:
    problem = halls(
        30,
        parties=[party("a", "ru"), party("b"), party("c", "ru"), party("d")],
        pairs=[pair("ab"), pair("cd")],
        interpreters=[interpreter("i1"), interpreter("i2")],
    )

    assert broken(problem, "ab s1 e1 i1", "cd s2 w1 i2") == []
    assert broken(problem, "ab s1 e1 i1", "cd s2 w1 i1") == [(Breach.WALK_TOO_SHORT, ("/meetings/0", "/meetings/1"))]


def test_h10_of_two_entries_for_the_same_halls_the_longer_holds() -> None:
    walk = [{"halls": ["west", "east"], "min": 30}, {"halls": ["east", "west"], "min": 5}]

    assert [breach for breach, _ in broken(halls(0, walk=walk), "ab s1 e1", "ac s3 w1")] == [Breach.WALK_TOO_SHORT]


def test_a_violation_reads_as_a_sentence_with_pointer_and_rule() -> None:
    found = violations(tiny(), meet("ab s1 t1", "ac s1 t2"))

    assert [str(violation) for violation in found] == [
        '/meetings/0, /meetings/1: H2: party "a" has 2 meetings in slot "s1", at most 1'
    ]


@pytest.mark.parametrize("breach", Breach)
def test_every_breach_belongs_to_a_rule(breach: Breach) -> None:
    assert breach.rule in Rule


def test_many_meetings_are_judged() -> None:
    """2,000 parties with fixed tables, 30 slots: 60,000 meetings, all feasible except one."""
    slots = [slot(f"s{n}", f"{n // 3:02d}:{n % 3 * 20:02d}", f"{n // 3:02d}:{n % 3 * 20 + 19}") for n in range(30)]
    names = " ".join(item["id"] for item in slots)
    hosts, guests = [f"h{n}" for n in range(2000)], [f"g{n}" for n in range(2000)]
    raw = document(
        slots=slots,
        tables=[{"id": f"t{n}"} for n in range(2000)],
        parties=[party(name, available=names) for name in hosts + guests],
        pairs=[pair(f"p{n}-{t}", f"h{n} g{(n + t) % 2000}") for n in range(2000) for t in range(30)],
    )
    problem = tiny(**raw)
    meetings = [Meeting(f"p{n}-{t}", f"s{t}", f"t{n}") for n in range(2000) for t in range(30)]
    meetings[0] = Meeting("p0-0", "s0", "t1")

    assert [v.breach for v in violations(problem, meetings)] == [Breach.TABLE_DOUBLE_BOOKED]
