"""What holds for every request: bounds, sums, and evidence that carries what it is quoted for."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.affinity import MODES, Expert, Need, Part, Scores, Text, answer, scheme
from tests.matching.affinity.examples import part, request, side

LEAVES = scheme().leaves
PHRASES = {
    lang: [name for leaf in LEAVES[::7] for name in scheme().topics[leaf].names(lang)[:4]]
    for lang in ("zh", "ru", "en")
}


def prose(lang: str) -> st.SearchStrategy[dict[str, Any]]:
    """A text of a few terms with other words between them."""
    between = {
        "zh": ["，以及", "。需要", "的"],
        "ru": [", а также ", ". Нужны ", " и "],
        "en": [", and ", ". For the ", " "],
    }
    words = st.lists(st.tuples(st.sampled_from(PHRASES[lang]), st.sampled_from(between[lang])), max_size=5)
    return words.map(lambda chosen: {"lang": lang, "text": "".join(a + b for a, b in chosen)})


TEXTS = st.lists(st.sampled_from(["zh", "ru", "en"]).flatmap(prose), max_size=2)
SIDES = st.fixed_dictionaries(
    {"texts": TEXTS},
    optional={
        "topics": st.lists(st.sampled_from(LEAVES), max_size=3, unique=True),
        "modes": st.lists(st.sampled_from(MODES), max_size=3),
        "languages": st.lists(st.sampled_from(["zh", "ru", "en", "ar"]), max_size=2),
        "readiness": st.integers(1, 9),
        "seniority": st.floats(0, 1),
    },
)


def named(name: str, held: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, **held}


@settings(max_examples=60, deadline=None)
@given(SIDES, st.lists(SIDES, max_size=3))
def test_scores_are_the_sum_of_their_parts_and_stay_in_bounds(
    need: dict[str, Any], experts: list[dict[str, Any]]
) -> None:
    asked = request([named("n", need)], [named(f"e{at}", held) for at, held in enumerate(experts)])

    pairs = answer(asked)["pairs"]

    assert len(pairs) == len(experts)
    for pair in pairs:
        assert 0 <= pair["score"] <= 1
        assert abs(pair["score"] - sum(p["weight"] * p["value"] for p in pair["parts"])) <= 1e-9
        assert abs(sum(p["weight"] for p in pair["parts"]) - 1) <= 1e-9
        assert all(0 <= p["value"] <= 1 for p in pair["parts"])
    assert [-pair["score"] for pair in pairs] == sorted(-pair["score"] for pair in pairs)


@settings(max_examples=60, deadline=None)
@given(SIDES, SIDES)
def test_spans_lie_in_their_texts(need: dict[str, Any], expert: dict[str, Any]) -> None:
    (pair,) = answer(request([named("n", need)], [named("e", expert)]))["pairs"]

    for found in (found for p in pair["parts"] for found in p["evidence"]):
        for at, held in ((found["need_at"], need), (found["expert_at"], expert)):
            if at is not None:
                text, start, end = at
                assert 0 <= start < end <= len(held["texts"][text]["text"])


@settings(max_examples=60, deadline=None)
@given(st.lists(prose("zh"), min_size=1, max_size=1), st.sampled_from(["zh", "ru"]).flatmap(prose))
def test_a_part_never_rises_without_the_words_it_quotes(need: list[dict[str, Any]], expert: dict[str, Any]) -> None:
    asked = request([side("n", *need)], [side("e", expert)])
    (pair,) = answer(asked)["pairs"]

    for quoting in pair["parts"]:
        for found in quoting["evidence"]:
            for key, group in (("need_at", "needs"), ("expert_at", "experts")):
                if found[key] is not None:
                    (lesser,) = answer(without(asked, group, found[key]))["pairs"]
                    rest = part(lesser, quoting["code"])
                    assert rest is None or rest["value"] <= quoting["value"] + 1e-9


def without(asked: dict[str, Any], group: str, at: list[int]) -> dict[str, Any]:
    """The request with a full stop in place of the words."""
    text, start, end = at
    changed = copy.deepcopy(asked)
    words = changed[group][0]["texts"][text]["text"]
    changed[group][0]["texts"][text]["text"] = f"{words[:start]}。{words[end:]}"
    return changed


def test_in_a_large_event_alike_experts_lend_each_other_topics() -> None:
    names = [scheme().topics[leaf].names("ru")[1] for leaf in LEAVES[:100]]
    need, welder = Need("n", topics=("mat.ti",)), Expert("x", (Text("Сварка взрывом."),))
    needs = [Need(f"n{at}", (Text(name),)) for at, name in enumerate(names)]
    welders = [Expert(f"w{at}", (Text("Сварка взрывом титановых сплавов."),)) for at in range(10)]
    others = [Expert(f"o{at}", (Text(name),)) for at, name in enumerate(names)]

    few = Scores([need, *needs], [welder, *welders, *others[:80]]).values[Part.TOPIC][0, 0]
    many = Scores([need, *needs], [welder, *welders, *others]).values[Part.TOPIC][0, 0]

    assert many > 1.5 * few
