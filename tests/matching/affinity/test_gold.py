"""The gold set is complete, its figures are correct, and the score ranks by meaning where n-grams fail."""

import csv
import json
from typing import Any

import pytest

from tests.bench import gold

KINDS = {"needs": ("n", 60), "experts": ("e", 40)}


def sides(kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (gold.FOLDER / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()]


def rows() -> list[dict[str, str]]:
    with (gold.FOLDER / "grades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("kind", KINDS)
def test_everyone_has_an_id_a_name_and_one_text_in_each_language(kind: str) -> None:
    letter, count = KINDS[kind]
    found = sides(kind)

    assert [side["id"] for side in found] == [f"{letter}{number:02}" for number in range(1, count + 1)]
    assert all(side["name"] for side in found)
    written = [tuple(text["lang"] for text in side["texts"]) for side in found]
    assert set(written) == {gold.LANGUAGES, gold.ALL_LANGUAGES}
    assert written.count(gold.ALL_LANGUAGES) == 20
    assert len({text["text"] for side in found for text in side["texts"]}) == sum(map(len, written))


def test_each_need_of_ten_languages_has_an_expert_of_ten_languages_to_find() -> None:
    shared = gold.load().written_in(gold.ALL_LANGUAGES)

    found = {
        need for (need, expert), grade in shared.grades.items() if expert in shared.experts and grade >= gold.RIGHT
    }

    assert found >= shared.needs.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_is_in_the_script_of_its_language(kind: str) -> None:
    script = {
        "zh": ("\u4e00", "\u9fff"),
        "ja": ("\u3040", "\u9fff"),
        "ko": ("\uac00", "\ud7af"),
        "ru": ("\u0400", "\u04ff"),
        "ar": ("\u0600", "\u06ff"),
    }
    for side in sides(kind):
        for text in side["texts"]:
            first, last = script.get(text["lang"], ("A", "\u02ff"))
            letters = [letter for letter in text["text"] if letter.isalpha()]
            assert sum(first <= letter <= last for letter in letters) > 0.7 * len(letters), side["id"]


def test_pairs_are_graded_by_both_readings_and_settled_between_them() -> None:
    found = rows()

    pairs = [(row["need"], row["expert"]) for row in found]
    assert pairs == sorted(set(pairs))
    assert {need for need, _ in pairs} == {side["id"] for side in sides("needs")}
    assert {expert for _, expert in pairs} == {side["id"] for side in sides("experts")}
    for row in found:
        first, second, grade = (int(row[reading]) for reading in ("first", "second", "grade"))
        assert max(first, second) in (1, 2, 3)
        assert min(first, second) <= grade <= max(first, second)


def test_every_need_has_somebody_to_find() -> None:
    graded = gold.load().grades

    assert {need for (need, _), grade in graded.items() if grade >= gold.RIGHT} == {
        side["id"] for side in sides("needs")
    }


def test_figures_of_a_ranking_worked_by_hand() -> None:
    one = gold.Gold({"n": {}}, {"a": {}, "b": {}, "c": {}}, {("n", "a"): 3, ("n", "b"): 1})

    found = gold.quality(one, {"n": ["c", "b", "a"]})

    # gains 0, 1, 7 under discounts 1, 1.585, 2 against 7, 1, 0
    assert found["ndcg@5"] == pytest.approx((1 / 1.5849625 + 7 / 2) / (7 + 1 / 1.5849625))
    assert found["recall@10"] == 1
    assert found["mrr"] == pytest.approx(1 / 3)


def test_exposure_is_even_where_all_stand_equally_often_and_not_where_one_takes_all() -> None:
    two = gold.Gold({"m": {}, "n": {}}, {"a": {}, "b": {}}, {})

    assert gold.exposure(two, {"m": ["a"], "n": ["b"]}) == {"coverage": 1, "gini": 0}
    assert gold.exposure(two, {"m": ["a"], "n": ["a"]}) == {"coverage": 0.5, "gini": 0.5}


def test_needs_in_chinese_find_experts_who_write_in_russian() -> None:
    cases = gold.load()
    in_russian = dict.fromkeys(cases.experts, "ru")

    scored, lexical, by_letters = (
        gold.quality(cases, ranker(cases, "zh", in_russian))["ndcg@10"]
        for ranker in (gold.ranked, gold.by_words, gold.by_ngrams)
    )

    assert scored > lexical > 0.7 > 0.3 > by_letters


def test_the_encoder_ranks_better_between_languages_and_the_worst_pair_is_near_the_best() -> None:
    found = gold.measure()

    different = {name: figures["all"] for name, figures in found["different"].items()}
    assert different["score"] >= 0.88 > 0.8 < different["lexical"] < different["score"]
    assert found["gap"]["ndcg@10"] >= gold.WANTED
    assert found["different"]["score"]["held back"] > found["different"]["lexical"]["held back"] + 0.03
