"""Members of a problem document: types, ranges, references."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from matching.formats.schedule import read_problem
from matching.problem import Goal, Interpreter, Meeting, Pair, Party, Pin, Problem, Slot, Table, Walk
from tests.matching.examples import interpreter, pair, party, slot, tiny
from tests.matching.formats.reading import faults


def test_a_problem_with_every_member() -> None:
    start = datetime(2026, 5, 18, 9, tzinfo=timezone(timedelta(hours=8)))
    raw = {
        "format": "problem/1",
        "slots": [{"id": "s1", "start": "2026-05-18T09:00:00+08:00", "end": "2026-05-18T01:20:00.5Z", "x": 1}],
        "tables": [{"id": "t1", "hall": "east", "available": ["s1"]}, {"id": "t2"}],
        "parties": [
            {
                "id": "a",
                "side": "expert",
                "languages": ["ru", "zh-Hans"],
                "available": ["s1"],
                "max_meetings": 3,
                "min_meetings": 1,
                "parallel": 2,
                "table": "t1",
            },
            {"id": "b", "side": "enterprise", "languages": [], "available": []},
        ],
        "interpreters": [
            {"id": "i", "languages": ["zh"], "available": ["s1"], "max_meetings": 4, "max_consecutive": 2}
        ],
        "pairs": [
            {"id": "p", "parties": ["a", "b"], "value": 1},
            {
                "id": "q",
                "parties": ["b", "a"],
                "value": 0.5,
                "required": True,
                "allowed": ["s1"],
                "after": ["p"],
                "length": 2,
            },
        ],
        "pins": [{"pair": "p", "slot": "s1", "table": "t1", "interpreter": "i"}],
        "previous": [{"pair": "p", "slot": "s1", "table": "t2"}],
        "walk": [{"halls": ["east", "west"], "min": 7.5}],
        "objective": [{"tier": "value", "tolerance": 0.1}, {"tier": "breaks"}],
        "x": {"anything": ["at", "all"]},
    }

    assert read_problem(raw) == Problem(
        slots=(Slot("s1", start, start + timedelta(minutes=20, seconds=0.5), "2026-05-18"),),
        tables=(Table("t1", "east", frozenset({"s1"})), Table("t2")),
        parties=(
            Party("a", "expert", ("ru", "zh-Hans"), frozenset({"s1"}), 3, 1, 2, "t1"),
            Party("b", "enterprise", (), frozenset()),
        ),
        interpreters=(Interpreter("i", ("zh",), frozenset({"s1"}), 4, 2),),
        pairs=(
            Pair("p", ("a", "b"), 1.0),
            Pair("q", ("b", "a"), 0.5, required=True, allowed=frozenset({"s1"}), after=("p",), length=2),
        ),
        pins=(Pin("p", "s1", "t1", "i"),),
        previous=(Meeting("p", "s1", "t2"),),
        walk=(Walk(("east", "west"), 7.5),),
        objective=(Goal("value", 0.1), Goal("breaks", 0.0)),
    )


def test_arrays_that_may_be_absent_are_empty() -> None:
    problem = tiny()

    assert (problem.interpreters, problem.pins, problem.walk) == ((), (), ())
    assert (problem.previous, problem.objective) == (None, None)


def test_an_event_without_anything_is_a_problem() -> None:
    nothing: dict[str, Any] = {"slots": [], "tables": [], "parties": [], "pairs": []}

    assert tiny(**nothing).goals("fresh") == tiny(**nothing, objective=[]).goals("fresh")


def test_the_day_of_a_slot_is_the_date_of_its_start_where_it_starts() -> None:
    slots = [slot("s1", "00:00", "00:20"), slot("s2", "00:20", "00:40", day="opening")]

    assert [s.day for s in tiny(slots=slots, parties=[], pairs=[]).slots] == ["2026-05-18", "opening"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-18T09:00:00Z", datetime(2026, 5, 18, 9, tzinfo=UTC)),
        ("2026-05-18t09:00:00z", datetime(2026, 5, 18, 9, tzinfo=UTC)),
        ("2026-05-18T09:00:00.25-03:30", datetime(2026, 5, 18, 12, 30, 0, 250_000, tzinfo=UTC)),
        ("2026-05-18T09:00:00.1234567891+00:00", datetime(2026, 5, 18, 9, 0, 0, 123_456, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_instants_are_those_of_rfc_3339(text: str, moment: datetime) -> None:
    slots = [{"id": "s1", "start": text, "end": "2030-01-01T00:00:00Z"}]

    assert tiny(slots=slots, parties=[], pairs=[]).slots[0].start == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-18T09:00:00",
        "2026-05-18 09:00:00Z",
        "2026-05-18",
        "20260518T090000Z",
        "2026-W21-1T09:00:00Z",
        "2026-05-18T09:00Z",
        "2026-05-18T24:00:00Z",
        "2026-02-30T09:00:00Z",
        "2026-05-18T09:00:00+0800",
        "2026-05-18T09:00:00+24:00",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "２026-05-18T09:00:00Z",
        "",
    ],
)
def test_other_times_are_refused(text: str) -> None:
    slots = [slot("s1", "09:00", "09:20") | {"start": text}]

    assert faults(slots=slots, parties=[], pairs=[]) == [
        ("/slots/0/start", f'"{text}" is no RFC 3339 date and time with offset')
    ]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"format": "problem/2"}, [("/format", 'must be one of problem/1, not "problem/2"')]),
        ({"slots": {}}, [("/slots", "must be an array, not an object")]),
        ({"pairs": [[]]}, [("/pairs/0", "must be an object, not an array")]),
        ({"extra": 1}, [("/extra", "unknown member")]),
        ({"a/b~c": 1}, [("/a~1b~0c", "unknown member")]),
        ({"tables": [{"id": "t1", "seats": 4}]}, [("/tables/0/seats", "unknown member")]),
        ({"tables": [{}]}, [("/tables/0", '"id" is missing')]),
        ({"tables": [{"id": 1}]}, [("/tables/0/id", "must be a string, not a number")]),
        ({"tables": [{"id": ""}]}, [("/tables/0/id", "an id has 1 to 128 characters, not 0")]),
        ({"tables": [{"id": "t" * 129}]}, [("/tables/0/id", "an id has 1 to 128 characters, not 129")]),
        ({"tables": [{"id": "t\n"}]}, [("/tables/0/id", "an id must not contain control characters")]),
        ({"tables": [{"id": "t\x85"}]}, [("/tables/0/id", "an id must not contain control characters")]),
        ({"tables": [{"id": "t\ud800"}]}, [("/tables/0/id", "text with a lone surrogate")]),
        ({"tables": [{"id": "t", "hall": None}]}, [("/tables/0/hall", "must be a string, not null")]),
        ({"tables": [{"id": "t1"}] * 2}, [("/tables/1/id", 'duplicate id "t1"')]),
        ({"tables": [{"id": "t", "available": ["s9"]}]}, [("/tables/0/available/0", 'no slot "s9"')]),
        ({"tables": [{"id": "t", "available": ["s1"] * 2}]}, [("/tables/0/available/1", 'duplicate id "s1"')]),
        ({"tables": [{"id": "t", "available": [["s1"]]}]}, [
            ("/tables/0/available/0", "must be a string, not an array"),
        ]),
        ({"tables": [{"id": "t", "available": "s1"}]}, [("/tables/0/available", "must be an array, not a string")]),
        ({"pins": [{"pair": "zz", "slot": "s1"}]}, [("/pins/0/pair", 'no pair "zz"')]),
        ({"pins": [{"pair": "ab", "slot": "s1", "table": "t9"}]}, [("/pins/0/table", 'no table "t9"')]),
        ({"pins": [{"pair": "ab", "slot": "s1", "interpreter": "i"}]}, [("/pins/0/interpreter", 'no interpreter "i"')]),
        ({"pins": [{"pair": "ab", "slot": "s1"}, {"pair": "ab", "slot": "s2"}]}, [
            ("/pins/1/pair", 'second pin of pair "ab"'),
        ]),
        ({"previous": [{"pair": "ab", "slot": "s9", "table": "t1"}]}, [("/previous/0/slot", 'no slot "s9"')]),
        ({"previous": [{"pair": "ab", "slot": "s1"}]}, [("/previous/0", '"table" is missing')]),
        ({"walk": [{"halls": ["a"], "min": 1}]}, [("/walk/0/halls", "must have 2 items, not 1")]),
        ({"walk": [{"halls": ["a", 1], "min": 1}]}, [("/walk/0/halls/1", "must be a string, not a number")]),
        ({"walk": [{"halls": ["a", "b"], "min": -1}]}, [("/walk/0/min", "must be in [0, 9.0072e+15]")]),
        ({"objective": [{"tier": "joy"}]}, [
            (
                "/objective/0/tier",
                "must be one of shortfall, neediest, dropped, value, disturbed, breaks, worst, moves"
                ', not "joy"',
            ),
        ]),
        ({"objective": [{"tier": "value", "tolerance": 1}]}, [("/objective/0/tolerance", "must be in [0, 1)")]),
        ({"objective": [{"tier": "value"}, {"tier": "value"}]}, [("/objective/1/tier", 'second tier "value"')]),
    ],
)  # fmt: skip
def test_what_is_malformed_is_named_by_its_pointer(members: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert faults(**members) == expected


@pytest.mark.parametrize(
    ("member", "value", "fault"),
    [
        ("value", -0.1, "must be in [0, 1]"),
        ("value", 1.5, "must be in [0, 1]"),
        ("value", float("nan"), "must be in [0, 1]"),
        ("value", float("inf"), "must be in [0, 1]"),
        ("value", 10**400, "must be in [0, 1]"),
        ("length", -(10**400), "must be at least 1"),
        ("length", 10**400, "must be at most 9007199254740991"),
        ("value", True, "must be a number, not true or false"),
        ("value", "1", "must be a number, not a string"),
        ("required", 1, "must be true or false, not a number"),
        ("length", 0, "must be at least 1"),
        ("length", 1.5, "must be a whole number, not a fraction"),
        ("length", False, "must be a whole number, not true or false"),
        ("length", 2**53, "must be at most 9007199254740991"),
        ("parties", ["a", "b", "c"], "must have 2 items, not 3"),
        ("parties", ["a"], "must have 2 items, not 1"),
    ],
)
def test_members_of_a_pair_keep_types_and_ranges(member: str, value: Any, fault: str) -> None:
    assert faults(pairs=[pair("ab") | {member: value}]) == [(f"/pairs/0/{member}", fault)]


def test_a_pair_joins_two_different_parties() -> None:
    assert faults(pairs=[pair("aa")]) == [("/pairs/0/parties/1", 'duplicate id "a"')]


@pytest.mark.parametrize("member", ["max_meetings", "min_meetings"])
def test_counts_of_meetings_may_be_zero_but_not_less(member: str) -> None:
    assert getattr(tiny(parties=[party("a") | {member: 0}], pairs=[]).parties[0], member) == 0
    assert faults(parties=[party("a") | {member: -1}], pairs=[]) == [(f"/parties/0/{member}", "must be at least 0")]


@pytest.mark.parametrize("tag", ["", "zh_Hans", "-zh", "zh-", "русский", "123456789", "toolonglanguage", 7])
def test_languages_are_bcp_47_tags(tag: Any) -> None:
    [(pointer, _)] = faults(interpreters=[interpreter("i") | {"languages": ["zh", tag]}])

    assert pointer == "/interpreters/0/languages/1"


def test_a_slot_ends_after_its_start_and_before_the_next() -> None:
    slots = [slot("s2", "09:00", "09:20"), slot("s1", "09:10", "09:10"), slot("s3", "09:19", "10:00")]

    assert faults(slots=slots) == [
        ("/slots/1/end", "must be after the start"),
        ("/slots/2", 'overlaps slot "s2"'),
    ]


def test_slots_overlap_by_their_instants_whatever_their_offsets() -> None:
    late = {"id": "s2", "start": "2026-05-18T04:10:00+03:00", "end": "2026-05-18T04:30:00+03:00"}

    assert faults(slots=[late, slot("s1", "09:00", "09:20"), slot("s3", "10:00", "10:20")]) == [
        ("/slots/0", 'overlaps slot "s1"')
    ]


def test_a_slot_within_a_longer_one_overlaps_it() -> None:
    slots = [slot("s1", "09:00", "12:00"), slot("s2", "09:10", "09:20"), slot("s3", "09:30", "09:40")]

    assert faults(slots=slots) == [("/slots/1", 'overlaps slot "s1"'), ("/slots/2", 'overlaps slot "s1"')]


def test_no_pair_comes_after_itself_by_any_way_round() -> None:
    found = faults(
        pairs=[
            pair("ab", after=["bc", "ac"]),
            pair("ac", after=["ba"]),
            pair("ba", "b a", after=["ab"]),
            pair("bc"),
            pair("ca", "c a", after=["bc", "ca"]),
        ]
    )

    assert found == [
        ("/pairs/0/after/1", 'pair "ab" would come after itself'),
        ("/pairs/4/after/1", 'pair "ca" would come after itself'),
    ]


def test_pairs_in_many_orders_at_once_are_no_circle() -> None:
    problem = tiny(pairs=[pair("ab", after=["ac", "bc"]), pair("ac", after=["bc"]), pair("bc")])

    assert [p.after for p in problem.pairs] == [("ac", "bc"), ("bc",), ()]
