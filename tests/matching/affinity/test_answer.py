"""Result of a request: parts of a score, their evidence, what is missing, and the order of pairs."""

import json
from typing import Any

import pytest

from matching.affinity import Expert, Need, RequestText, Scores, answer, scheme
from matching.errors import DocumentError
from tests.matching.affinity.examples import MAGNETS_RU, MAGNETS_ZH, WELDING_RU, part, request, side


def only(asked: dict[str, Any]) -> dict[str, Any]:
    pairs: list[dict[str, Any]] = answer(asked)["pairs"]
    assert len(pairs) == 1
    return pairs[0]


def test_a_need_in_chinese_finds_the_expert_in_russian() -> None:
    asked = request([side("n", MAGNETS_ZH)], [side("welder", WELDING_RU), side("magnets", MAGNETS_RU)])

    result = answer(asked)

    assert result["format"] == "affinity-result/1"
    assert [pair["expert"] for pair in result["pairs"]] == ["magnets", "welder"]


def test_the_evidence_quotes_the_words_on_both_sides() -> None:
    pair = only(request([side("n", MAGNETS_ZH)], [side("e", MAGNETS_RU)]))

    topic = part(pair, "topic")
    assert topic is not None
    quoted = [
        (found["rel"], MAGNETS_ZH[slice(*found["need_at"][1:])], MAGNETS_RU[slice(*found["expert_at"][1:])])
        for found in topic["evidence"]
        if found["need_topic"] == found["expert_topic"] == "mat.mag"
    ]
    [(rel, ours, theirs)] = quoted
    assert rel == "same"
    assert ours in ("永磁体", "钕铁硼")
    assert theirs in ("постоянные магниты", "Nd–Fe–B")


def test_a_grade_is_evidence_across_languages_without_a_translation() -> None:
    pair = only(request([side("n", MAGNETS_ZH)], [side("e", MAGNETS_RU)]))

    text = part(pair, "text")
    assert text is not None
    (found,) = text["evidence"]
    assert (found["need_topic"], found["expert_topic"], found["rel"]) == (None, None, "term")
    assert MAGNETS_ZH[slice(*found["need_at"][1:])] == MAGNETS_RU[slice(*found["expert_at"][1:])] == "N48SH"


def test_a_declared_topic_has_no_words_to_quote() -> None:
    pair = only(request([side("n", topics=["mat.mag"])], [side("e", topics=["mat.mag"])]))

    topic = part(pair, "topic")
    assert topic is not None
    assert (topic["weight"], topic["value"]) == (1.0, pair["score"])
    assert topic["evidence"] == [
        {
            "need_topic": "mat.mag",
            "expert_topic": "mat.mag",
            "rel": "same",
            "need_at": None,
            "expert_at": None,
        }
    ]


def test_words_that_say_what_is_declared_raise_the_score() -> None:
    silent, telling = side("silent", topics=["mat.mag"]), side("telling", "постоянный магнит", topics=["mat.mag"])

    pairs = answer(request([side("n", topics=["mat.mag"])], [silent, telling]))["pairs"]

    assert [pair["expert"] for pair in pairs] == ["telling", "silent"]


def test_a_translation_is_read_but_its_words_count_less_than_a_source() -> None:
    need = side("n", {"lang": "zh", "text": "永磁体矫顽力"})
    translated = side("t", {"lang": "ru", "text": "магниты"}, {"lang": "zh", "text": "永磁体矫顽力", "draft": True})
    written = side("w", {"lang": "zh", "text": "永磁体矫顽力"})

    pairs = {pair["expert"]: part(pair, "text") for pair in answer(request([need], [translated, written]))["pairs"]}

    assert pairs["t"] is not None
    assert pairs["w"] is not None
    assert 0 < pairs["t"]["value"] < pairs["w"]["value"]
    assert {found["expert_at"][0] for found in pairs["t"]["evidence"]} == {1}


def test_parts_without_data_drop_out_and_say_what_would_bring_them_in() -> None:
    pair = only(request([side("n", "钛合金")], [side("e", "титановые сплавы")]))

    assert [found["code"] for found in pair["parts"]] == ["topic"]
    assert pair["parts"][0]["weight"] == 1.0
    assert pair["missing"] == [{"code": "no_text_in_common", "fix": "translation"}]


@pytest.mark.parametrize(
    ("need", "expert", "interpreters", "value"),
    [
        (["zh", "en"], ["ru", "en"], [], 1.0),
        (["zh-Hans"], ["zh-Hant"], [], 1.0),
        (["zh"], ["ru"], [["ru", "zh-Hans"]], 0.8),
        (["zh"], ["ru"], [["ru", "en"]], 0.4),
        (["zh"], [], [], None),
    ],
)
def test_the_language_of_the_talk(
    need: list[str], expert: list[str], interpreters: list[list[str]], value: float | None
) -> None:
    asked = request([side("n", languages=need)], [side("e", languages=expert)], interpreters=interpreters)

    found = part(only(asked), "language")

    assert (found and found["value"]) == value


@pytest.mark.parametrize(
    ("need", "expert", "value"),
    [
        (["project", "consulting"], ["consulting"], 1.0),
        (["project"], ["licence"], 0.0),
        ([], ["licence"], None),
    ],
)
def test_the_form_of_cooperation(need: list[str], expert: list[str], value: float | None) -> None:
    found = part(only(request([side("n", modes=need)], [side("e", modes=expert)])), "mode")

    assert (found and found["value"]) == value


@pytest.mark.parametrize(
    ("need", "expert", "value"),
    [
        ({"readiness": 6}, {"readiness": 8}, 1.0),
        ({"readiness": 6}, {"readiness": 4}, 0.5),
        ({"readiness": 9}, {"readiness": 1}, 0.0),
        ({}, {"seniority": 0.7}, 0.7),
        ({"seniority": 0.9}, {"seniority": 0.7}, 0.8),
        ({"readiness": 6}, {"readiness": 4, "seniority": 1}, 0.75),
        ({"readiness": 6}, {}, None),
    ],
)
def test_readiness_and_seniority(need: dict[str, Any], expert: dict[str, Any], value: float | None) -> None:
    found = part(only(request([side("n", **need)], [side("e", **expert)])), "seniority")

    assert (found and found["value"]) == value


def test_what_is_missing_names_what_would_close_it() -> None:
    need = side("n", modes=["project"], languages=["zh"], readiness=7, must_topics=["mat.ti"])
    expert = side("e", modes=["training"], languages=["ru"], readiness=3, topics=["mat.mag"])

    assert only(request([need], [expert]))["missing"] == [
        {"code": "must_topic", "fix": "other_expert", "topic": "mat.ti"},
        {"code": "no_common_mode", "fix": "agree_mode"},
        {"code": "no_common_language", "fix": "interpreter"},
        {"code": "readiness_below", "fix": "pilot"},
    ]


def test_a_must_topic_counts_twice() -> None:
    wants = {"topics": ["mat.ti", "dig.cv"]}
    experts = [side("e", topics=["mat.ti"])]

    plain = only(request([side("n", **wants)], experts))
    insisting = only(request([side("n", **wants, must_topics=["mat.ti"])], experts))

    assert insisting["score"] > plain["score"]


def test_an_expert_who_tells_nothing_is_worth_nothing_by_topic() -> None:
    pair = only(request([side("n", "钛合金", languages=["zh"])], [side("e", languages=["zh"])]))

    topic = part(pair, "topic")
    assert topic is not None
    assert topic["value"] == 0.0
    assert {"code": "expert_without_topics", "fix": "declare_topics"} in pair["missing"]


def test_pairs_come_by_need_then_score_then_expert_id() -> None:
    experts = [side("b", topics=["mat.ti"]), side("a", topics=["mat.ti"]), side("c", topics=["mat.mag"])]
    asked = request([side("z", topics=["mat.mag"]), side("y", topics=["mat.ti"])], experts)

    pairs = [(pair["need"], pair["expert"]) for pair in answer(asked)["pairs"]]

    assert pairs == [("z", "c"), ("z", "a"), ("z", "b"), ("y", "a"), ("y", "b"), ("y", "c")]


def test_top_keeps_the_best_of_each_need() -> None:
    asked = request([side("n", topics=["mat.ti"])], [side("a", topics=["mat.mag"]), side("b", topics=["mat.ti"])])

    assert [pair["expert"] for pair in answer(asked, top=1)["pairs"]] == ["b"]


def test_nobody_to_score() -> None:
    assert answer(request([], [side("e")]))["pairs"] == []
    assert answer(request([side("n")], []))["pairs"] == []


def test_the_same_request_gives_the_same_bytes() -> None:
    asked = request([side("n", MAGNETS_ZH), side("m", "激光焊接")], [side("e", MAGNETS_RU), side("f", WELDING_RU)])

    assert json.dumps(answer(asked)) == json.dumps(answer(asked))


def test_every_fault_of_a_request_is_told_with_its_pointer() -> None:
    asked = {
        "format": "affinity-request/2",
        "needs": [{"id": "n", "texts": [{"text": 1, "lang": "?"}], "must_topics": ["mat.magic"], "readiness": 10}],
        "experts": [side("e", modes=["gift"], seniority=2), side("e", languages="ru"), {"texts": []}],
        "interpreters": [["zh"]],
    }

    with pytest.raises(DocumentError) as raised:
        answer(asked)

    assert [pointer for pointer, _ in raised.value.faults] == [
        "/format",
        "/needs/0/texts/0/text",
        "/needs/0/texts/0/lang",
        "/needs/0/readiness",
        "/needs/0/must_topics/0",
        "/experts/0/modes/0",
        "/experts/0/seniority",
        "/experts/1/languages",
        "/experts/2",
        "/experts/1/id",
        "/interpreters/0",
    ]


def test_a_profile_that_changed_is_scored_again_alone() -> None:
    needs = [
        Need("n", (RequestText(MAGNETS_ZH),), must_topics=("mat.mag",)),
        Need("m", (RequestText("激光焊接 laser welding"),)),
    ]
    experts = [
        Expert("e", (RequestText(MAGNETS_RU),)),
        Expert("f", (RequestText(WELDING_RU), RequestText("Laser welding.", draft=True))),
    ]

    together = Scores(needs, experts, [("zh", "ru")])
    alone = together.with_experts(experts[1:])

    assert [alone.explain(row, 0) for row in (0, 1)] == [together.explain(row, 1) for row in (0, 1)]


def test_a_text_that_is_too_long_is_refused_with_the_limit() -> None:
    asked = request([side("n", "钛" * 200_001)], [side("e", "钛")])

    with pytest.raises(DocumentError) as raised:
        answer(asked)

    assert raised.value.faults == [("/needs/0/texts/0/text", "200001 characters long, at most 200000 are read")]


def test_a_language_without_support_is_told_and_its_loans_are_read() -> None:
    pair = only(
        request(
            [side("n", "永磁体 NdFeB-N48SH")],
            [side("e", {"text": "Тұрақты магнит өндірісі, N48SH маркасы", "lang": "kk"})],
        )
    )

    assert {"code": "expert_language_unknown", "fix": "translation"} in pair["missing"]
    assert pair["score"] > 0.1


@pytest.mark.parametrize("text", ["", " ", "!", "钛", "<b></b>", "&nbsp;"])
def test_a_text_of_a_word_or_none_is_scored(text: str) -> None:
    pair = only(request([side("n", text)], [side("e", "титан", text)]))

    assert 0 <= pair["score"] <= 1


def test_words_in_one_language_count_the_more_the_more_a_need_says() -> None:
    short = "permanent magnets for motors"
    long = " ".join(name for leaf in scheme().leaves[:40] for name in scheme().topics[leaf].names("en")[:2])
    pairs = answer(request([side("s", short), side("l", long)], [side("e", "We make permanent magnets.")]))["pairs"]

    weights = {pair["need"]: {each["code"]: round(each["weight"], 9) for each in pair["parts"]} for pair in pairs}
    assert weights == {"s": {"topic": 0.8, "text": 0.2}, "l": {"topic": 0.1, "text": 0.9}}


def test_all_texts_of_an_expert_count() -> None:
    need = side("n", "gas turbine blades of nickel superalloys")
    one = side("one", "Creep of nickel superalloys at high temperature.")
    both = side("both", "Creep of nickel superalloys at high temperature.", "Casting of gas turbine blades.")

    assert [pair["expert"] for pair in answer(request([need], [one, both]))["pairs"]] == ["both", "one"]


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        ("zh", ("我们工厂需要水稻育种方面的咨询", "我们工厂提供港口起重机方面的咨询")),
        ("ru", ("Нашему заводу нужна консультация: селекция риса", "Консультации для завода: портовые краны")),
        ("en", ("Our plant looks for advice on rice breeding", "Advice for your plant on port cranes")),
        ("de", ("Unser Werk sucht Beratung zur Reiszüchtung", "Beratung für Ihr Werk zu Hafenkranen")),
    ],
)
def test_two_who_share_nothing_but_everyday_words_have_next_to_nothing_in_common(
    lang: str, texts: tuple[str, str]
) -> None:
    need, expert = (side(name, {"lang": lang, "text": text}) for name, text in zip("ne", texts, strict=True))

    assert only(request([need], [expert]))["score"] < 0.05


@pytest.mark.parametrize(
    ("lang", "text", "never"),
    [
        ("ru", "Морской подводный робот для обследования глубоководных трубопроводов", ("Морской", "для")),
        ("de", "Eine robuste Regelung für elektrische Antriebe mit Umrichtern", ("Eine", "robuste", "für")),
        ("en", "The durable and corrosive environment of the offshore wind turbine for energy", ("durable", "for")),
    ],
)
def test_no_reason_quotes_a_small_word_or_an_adjective_alone(lang: str, text: str, never: tuple[str, ...]) -> None:
    experts = [side(leaf, topics=[leaf]) for leaf in scheme().leaves]

    pairs = answer(request([side("n", {"lang": lang, "text": text})], experts))["pairs"]

    quoted = {
        text[slice(*found["need_at"][1:])] for pair in pairs for each in pair["parts"] for found in each["evidence"]
    }
    assert quoted
    assert not quoted & set(never)
