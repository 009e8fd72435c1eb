"""The text of a problem document: sizes, encoding, all faults at once, and writing."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from matching.errors import DocumentError
from matching.formats.documents import dump
from matching.formats.schedule import document_of, fingerprint, load_problem, read_problem, write_problem
from matching.problem import Problem, Slot, Table
from tests.matching.examples import document, pair, party, random_problem, slot, tiny
from tests.matching.formats.reading import faults


def load_faults(text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(DocumentError) as caught:
        load_problem(text.encode() if isinstance(text, str) else text)
    return caught.value.faults


def test_all_faults_come_at_once() -> None:
    found = faults(
        slots=[slot("s1", "09:20", "09:00"), slot("s2", "10:00", "10:20")],
        parties=[party("a", available="s1 s9", parallel=0), {"id": "b"}],
        pairs=[pair("ab", value=2, after=["zz"], weight=1)],
    )

    assert found == [
        ("/slots/0/end", "must be after the start"),
        ("/parties/0/available/1", 'no slot "s9"'),
        ("/parties/0/parallel", "must be at least 1"),
        ("/parties/1", '"available" is missing'),
        ("/parties/1", '"languages" is missing'),
        ("/parties/1", '"side" is missing'),
        ("/pairs/0/weight", "unknown member"),
        ("/pairs/0/value", "must be in [0, 1]"),
        ("/pairs/0/after/0", 'no pair "zz"'),
    ]


def test_what_refers_to_an_unreadable_array_is_not_blamed() -> None:
    assert faults(slots=None) == [("/slots", "must be an array, not null")]


def test_a_missing_array_is_the_one_fault() -> None:
    raw = document()
    del raw["parties"]

    with pytest.raises(DocumentError) as caught:
        read_problem(raw)

    assert caught.value.faults == [("", '"parties" is missing')]


@pytest.mark.parametrize("raw", [None, [], "problem/1", 7, True])
def test_a_document_is_an_object(raw: Any) -> None:
    with pytest.raises(DocumentError) as caught:
        read_problem(raw)

    assert [pointer for pointer, _ in caught.value.faults] == [""]


@pytest.mark.parametrize(
    ("name", "most"), [("slots", 2_000), ("tables", 2_000), ("interpreters", 2_000), ("parties", 20_000)]
)
def test_sizes_are_limited(name: str, most: int) -> None:
    assert faults(**{name: [{}] * (most + 1)}) == [(f"/{name}", f"{most + 1} items, at most {most}")]


def test_no_more_than_a_million_pairs() -> None:
    assert faults(pairs=[{}] * 1_000_001) == [("/pairs", "1000001 items, at most 1000000")]


def test_any_object_may_hold_x() -> None:
    raw = document(x=None)
    for name in ("slots", "tables", "parties", "pairs"):
        raw[name] = [item | {"x": {"note": [1, {}]}} for item in raw[name]]

    assert read_problem(raw) == tiny()


def test_x_is_not_nested_without_end() -> None:
    deep: Any = 0
    for _ in range(200):
        deep = [deep]

    assert faults(x=deep) == [("/x", "nested in more than 100 levels")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("", "not JSON: line 1 column 1: Expecting value")),
        ('{"format": ', ("", "not JSON: line 1 column 12: Expecting value")),
        (b"\xff", ("", "not UTF-8: invalid start byte at byte 0")),
        ("[" * 100_000, ("", "nested too deeply")),
        ("1" * 5_000, ("", "a number has too many digits")),
    ],
)
def test_what_is_no_document_at_all(text: str | bytes, expected: tuple[str, str]) -> None:
    assert load_faults(text) == [expected]


def test_faults_of_the_text_are_told_with_those_of_what_it_says() -> None:
    text = json.dumps(document(pairs=[]))[:-1] + (
        ', "pins": [], "pins": [], "walk": [{"halls": ["a", "b"], "min": 1e999}],'
        ' "x": {"a": NaN, "b": "\\ud800", "c": [-Infinity], "\\udfff": {"d": 1, "d": 2}}, "y": 0}'
    )

    assert load_faults(text) == [
        ("/pins", "key given more than once"),
        ("/walk/0/min", "not a finite number"),
        ("/x/\udfff", "key with a lone surrogate"),
        ("/x/a", "not a finite number"),
        ("/x/b", "text with a lone surrogate"),
        ("/x/c/0", "not a finite number"),
        ("/x/\udfff/d", "key given more than once"),
        ("/y", "unknown member"),
    ]


def test_a_byte_order_mark_is_no_fault() -> None:
    assert load_problem(b"\xef\xbb\xbf" + dump(document())) == tiny()


def test_a_surrogate_pair_is_a_character() -> None:
    text = dump(document(tables=[{"id": "t"}])).decode().replace('"t"', '"\\ud83d\\ude00"')

    assert load_problem(text.encode()).tables == (Table("😀"),)


def test_faults_print_one_a_line() -> None:
    error = DocumentError([("/a\nb", "no slot"), ("/c", 'no slot "对接"')])

    assert str(error).splitlines() == ["/a\\nb: no slot", '/c: no slot "对接"']


@pytest.mark.parametrize("seed", range(50))
def test_what_is_written_reads_back_the_same(seed: int) -> None:
    problem = random_problem(seed, lengths=True, walk=True, previous=seed % 2 == 0, objective=seed % 3 == 0)

    written = write_problem(problem)

    assert load_problem(dump(written)) == problem
    assert write_problem(load_problem(dump(written))) == written


def test_defaults_are_not_written() -> None:
    assert write_problem(tiny())["pairs"] == document()["pairs"]
    assert write_problem(tiny())["tables"] == document()["tables"]
    assert set(write_problem(tiny())) == {"format", "slots", "tables", "parties", "pairs"}


def test_empty_previous_and_objective_differ_from_absent_ones() -> None:
    written = write_problem(tiny(previous=[], objective=[]))

    assert (written["previous"], written["objective"]) == ([], [])


def test_offsets_with_seconds_are_written_in_utc() -> None:
    local_mean = timezone(timedelta(hours=8, minutes=5, seconds=43))
    start = datetime(1890, 1, 1, 9, tzinfo=local_mean)
    problem = Problem((Slot("s1", start, start + timedelta(hours=1), "d"),), (), (), ())

    assert write_problem(problem)["slots"][0]["start"] == "1890-01-01T00:54:17+00:00"
    assert read_problem(write_problem(problem)) == problem


def test_a_problem_is_fingerprinted_by_the_document_it_came_from() -> None:
    raw = document(x="note")

    assert document_of(read_problem(raw)) == raw
    assert fingerprint(read_problem(raw)) != fingerprint(tiny())
    assert fingerprint(Problem((), (), (), ())) == fingerprint(read_problem(write_problem(Problem((), (), (), ()))))


def test_a_document_is_written_with_an_item_a_line() -> None:
    assert dump({"format": "f", "items": [{"id": "对"}, {"id": "b"}], "none": []}) == (
        '{\n"format": "f",\n"items": [\n{"id": "对"},\n{"id": "b"}\n],\n"none": []\n}\n'.encode()
    )
