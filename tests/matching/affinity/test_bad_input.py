"""Bad input that people paste: contradictory tags, mixed scripts, markup, unknown languages, very long texts."""

from typing import Any

import pytest

from matching.affinity import Expert, Need, RequestText, Scores, answer
from matching.errors import DocumentError
from tests.matching.affinity.examples import MAGNETS_RU, MAGNETS_ZH, WELDING_RU, part, request, side


def only(need: dict[str, Any], expert: dict[str, Any]) -> dict[str, Any]:
    [pair] = answer(request([need], [expert]))["pairs"]
    return dict(pair)


def missing(pair: dict[str, Any]) -> list[tuple[str, ...]]:
    return [(each["code"], each["fix"], *([each["topic"]] if "topic" in each else [])) for each in pair["missing"]]


# Contradictory tags ---------------------------------------------------------------------------------------------------


def test_a_chosen_topic_that_no_text_tells_of_counts_and_is_told() -> None:
    need = side("n", topics=["agr.livestock"])

    pair = only(need, side("e", WELDING_RU, topics=["agr.livestock"]))

    assert ("expert_topic_untold", "review_topics", "agr.livestock") in missing(pair)
    assert pair["score"] == pytest.approx(only(need, side("e", topics=["agr.livestock"]))["score"], abs=0.1)


def test_a_must_that_the_need_itself_does_not_speak_of_is_told() -> None:
    pair = only(side("n", WELDING_RU, must_topics=["agr.livestock"]), side("e", WELDING_RU))

    assert ("need_topic_untold", "review_topics", "agr.livestock") in missing(pair)
    assert ("must_topic", "other_expert", "agr.livestock") in missing(pair)


def test_a_chosen_topic_near_to_what_is_told_contradicts_nothing() -> None:
    pair = only(side("n", MAGNETS_ZH, topics=["mech.motor"]), side("e", MAGNETS_RU, topics=["mat.mag"]))

    assert not [code for code, *_ in missing(pair) if code.endswith("untold")]


@pytest.mark.parametrize("tag", ["zh", "en", "ar"])
def test_a_text_tagged_with_a_language_of_other_letters_is_read_as_it_looks_and_that_is_told(tag: str) -> None:
    need = side("n", MAGNETS_ZH)

    right, wrong = (only(need, side("e", {"lang": lang, "text": "постоянные магниты"})) for lang in ("ru", tag))

    assert wrong["score"] == right["score"]
    assert missing(right) == [("no_text_in_common", "translation")]
    assert missing(wrong) == [("expert_language_wrong", "correct_language"), *missing(right)]


def test_a_formula_alone_contradicts_no_language() -> None:
    found = missing(only(side("n", {"lang": "ru", "text": "12345"}), side("e", MAGNETS_RU)))

    assert found == [("need_without_topics", "declare_topics"), ("no_text_in_common", "translation")]


# Letters, scripts, markup ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "clean", "dirty"),
    [
        ("en", "permanent magnets", "p\u0435rman\u0435nt m\u0430gn\u0435ts"),
        ("ru", "постоянные магниты", "п\u006fст\u006fянные м\u0061гниты"),
        ("ru", "постоянные магниты", "постоян\u00adные маг\u200bниты"),
        ("ru", "постоянные магниты", "<p>посто<b>янные</b>&nbsp;магниты</p>"),
        ("en", "permanent magnets", "ｐｅｒｍａｎｅｎｔ ｍａｇｎｅｔｓ"),
        ("zh", "钕铁硼永磁体", "<span style='x'>钕铁硼</span>永磁体"),
        ("ar", "مغناطيس دائم", "مغناطيـــس دَائِم"),
        ("uz", "oʻzgarmas magnit", "o'zgarmas magnit"),
        ("uz", "oʻzgarmas magnit", "o’zgarmas magnit"),
        ("uz", "oʻzgarmas magnit", "ўзгармас магнит"),
    ],
)
def test_what_a_reader_does_not_see_changes_nothing(lang: str, clean: str, dirty: str) -> None:
    need = side("n", topics=["mat.mag"])

    scores = [only(need, side("e", {"lang": lang, "text": text}))["score"] for text in (clean, dirty)]

    assert scores[0] == scores[1] > 0


def test_both_halves_of_a_text_in_two_scripts_are_read() -> None:
    both = side("e", "Постоянные магниты（永磁体）и 激光焊接")

    found = {topic: only(side("n", topics=[topic]), both)["score"] for topic in ("mat.mag", "mat.welding")}

    assert min(found.values()) > 0.1


def test_a_language_without_support_says_what_was_not_used_and_uses_what_it_can() -> None:
    pair = only(side("n", "需要钕铁硼磁体 N48SH"), side("e", {"lang": "ka", "text": "მუდმივი მაგნიტები N48SH"}))

    assert ("expert_language_unknown", "translation") in missing(pair)
    text = part(pair, "text")
    assert text is not None
    assert [(found["need_at"], found["expert_at"]) for found in text["evidence"]] == [([0, 8, 13], [0, 18, 23])]


# Too much and too little ----------------------------------------------------------------------------------------------


def test_a_text_of_ten_megabytes_is_refused_with_the_limit_and_its_place() -> None:
    long = "钛合金" * 1_200_000
    assert len(long.encode()) > 10_000_000

    with pytest.raises(DocumentError) as raised:
        answer(request([side("n", "钛")], [side("e", "钛", long)]))

    assert raised.value.faults == [("/experts/0/texts/1/text", "3600000 characters long, at most 200000 are read")]


def test_the_longest_text_that_is_read_is_scored() -> None:
    longest = "сварка титановых сплавов, " * 7_692

    pair = only(side("n", WELDING_RU), side("e", longest))

    assert len(longest) <= 200_000
    assert 0 < pair["score"] <= 1


# The account ----------------------------------------------------------------------------------------------------------


def test_the_parts_computed_again_from_what_is_told_make_every_score() -> None:
    needs = [
        Need("m", (RequestText(MAGNETS_ZH),)),
        Need("w", (RequestText(WELDING_RU),), topics=("mat.ti",), languages=("ru",)),
    ]
    experts = [
        Expert("m", (RequestText(MAGNETS_RU), RequestText("Magnets", draft=True)), languages=("en",), seniority=0.5),
        Expert("w", (RequestText(WELDING_RU),), modes=("project",), readiness=4),
        Expert("x"),
    ]
    scores = Scores(needs, experts)

    for row in range(len(needs)):
        for column in range(len(experts)):
            pair = scores.explain(row, column)
            assert sum(each.weight * each.value for each in pair.parts) == pytest.approx(pair.score, abs=1e-9)
            assert Scores([needs[row]], [experts[column]]).explain(0, 0) == pair
