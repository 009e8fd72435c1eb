"""Properties of every request: bounds, sums, and evidence that the score depends on."""

import copy
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matching.affinity import MODES, Expert, Need, PartCode, RequestText, Scheme, Scores, Topic, answer, scheme
from tests.matching.affinity.examples import part, request, side
from tests.sampling import share_of

LEAVES = scheme().leaves
PHRASES = {
    lang: [name for leaf in LEAVES[::7] for name in scheme().topics[leaf].names(lang)[:4]]
    for lang in ("zh", "ru", "en")
}


def prose(lang: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return a text of a few terms with other words between them."""
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


@settings(max_examples=share_of(60), deadline=None)
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


@settings(max_examples=share_of(60), deadline=None)
@given(SIDES, SIDES)
def test_spans_lie_in_their_texts(need: dict[str, Any], expert: dict[str, Any]) -> None:
    (pair,) = answer(request([named("n", need)], [named("e", expert)]))["pairs"]

    for found in (found for p in pair["parts"] for found in p["evidence"]):
        for at, held in ((found["need_at"], need), (found["expert_at"], expert)):
            if at is not None:
                text, start, end = at
                assert 0 <= start < end <= len(held["texts"][text]["text"])


ANY_PROSE = st.sampled_from(["zh", "ru", "en"]).flatmap(prose)


@settings(max_examples=share_of(80), deadline=None)
@given(ANY_PROSE, ANY_PROSE)
def test_a_part_never_rises_without_the_words_it_quotes(need: dict[str, Any], expert: dict[str, Any]) -> None:
    asked = request([side("n", need)], [side("e", expert)])
    (pair,) = answer(asked)["pairs"]

    for quoting in pair["parts"]:
        ours, theirs = (quoted(quoting, key) for key in ("need_at", "expert_at"))
        ways = [*([each] for each in ours + theirs), ours, theirs, ours + theirs]
        for way in ways:
            (lesser,) = answer(without(asked, way))["pairs"]
            rest = part(lesser, quoting["code"])
            assert rest is None or rest["value"] <= quoting["value"] + 1e-9


def quoted(part: dict[str, Any], key: str) -> list[tuple[str, int, int, int]]:
    group = {"need_at": "needs", "expert_at": "experts"}[key]
    places = {tuple(found[key]) for found in part["evidence"] if found[key] is not None}
    return [(group, text, start, end) for text, start, end in sorted(places)]


def without(asked: dict[str, Any], places: list[tuple[str, int, int, int]]) -> dict[str, Any]:
    """Return the request with full stops instead of the quoted words."""
    changed = copy.deepcopy(asked)
    for group, text, start, end in places:
        words = changed[group][0]["texts"][text]["text"]
        changed[group][0]["texts"][text]["text"] = words[:start] + "." * (end - start) + words[end:]
    return changed


@settings(max_examples=share_of(60), deadline=None)
@given(SIDES, SIDES, st.sampled_from(LEAVES))
def test_a_topic_in_common_never_lowers_the_score(need: dict[str, Any], expert: dict[str, Any], topic: str) -> None:
    need, expert = ({"topics": [], **held} for held in (need, expert))
    wanting = {**need, "topics": sorted({*need["topics"], topic})}
    holding = {**expert, "topics": sorted({*expert["topics"], topic})}

    assert worth(wanting, expert) <= worth(wanting, holding) + 1e-9
    assert worth(need, expert) <= worth(wanting, holding) + 1e-9


def worth(need: dict[str, Any], expert: dict[str, Any]) -> float:
    (pair,) = answer(request([named("n", need)], [named("e", expert)]))["pairs"]
    return float(pair["score"])


@settings(max_examples=share_of(80), deadline=None)
@given(SIDES, SIDES, ANY_PROSE)
def test_a_text_that_shares_nothing_with_a_need_raises_nothing(
    need: dict[str, Any], expert: dict[str, Any], text: dict[str, Any]
) -> None:
    alone = Scores([read_side(Need, need)], [read_side(Expert, {"texts": [text]})]).values
    assume(alone[PartCode.TOPIC][0, 0] == 0 and not alone[PartCode.TEXT][0, 0] > 0)

    assert worth(need, {**expert, "texts": [*expert["texts"], text]}) <= worth(need, expert) + 1e-9


S = TypeVar("S", Need, Expert)


def read_side(kind: type[S], held: dict[str, Any]) -> S:
    return kind("x", tuple(RequestText(**text) for text in held["texts"]), tuple(held.get("topics", ())))


@settings(max_examples=share_of(60), deadline=None)
@given(
    SIDES,
    st.lists(ANY_PROSE, min_size=2, max_size=4).flatmap(
        lambda texts: st.tuples(st.just(texts), st.permutations(texts))
    ),
)
def test_the_order_of_texts_does_not_matter(
    need: dict[str, Any], texts: tuple[list[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    one, other = ({"texts": order} for order in texts)

    assert abs(worth(need, one) - worth(need, other)) <= 1e-9


def test_the_order_of_synonyms_does_not_matter() -> None:
    def turned(topic: Topic) -> Topic:
        return replace(topic, terms={lang: tuple(reversed(terms)) for lang, terms in topic.terms.items()})

    some = [scheme().topics[topic] for topic in ("mat", "mat.functional", *scheme().children("mat.functional"))]
    topics = [replace(topic, related=()) for topic in some]
    names = [name for topic in topics for name in topic.names("ru")[:3]]
    needs = [Need(name, (RequestText(name),)) for name in names]
    experts = [Expert(name, (RequestText(f"{name}, {other}"),)) for name, other in zip(names, names[5:], strict=False)]

    as_written, backwards = (
        Scores(needs, experts, topics=Scheme(order)).score for order in (topics, map(turned, topics))
    )

    assert np.allclose(as_written, backwards, atol=1e-9)


def test_in_a_large_event_alike_experts_lend_each_other_topics() -> None:
    names = [scheme().topics[leaf].names("ru")[1] for leaf in LEAVES[:100]]
    need, welder = Need("n", topics=("mat.ti",)), Expert("x", (RequestText("Сварка взрывом."),))
    needs = [Need(f"n{at}", (RequestText(name),)) for at, name in enumerate(names)]
    welders = [Expert(f"w{at}", (RequestText("Сварка взрывом титановых сплавов."),)) for at in range(10)]
    others = [Expert(f"o{at}", (RequestText(name),)) for at, name in enumerate(names)]

    few = Scores([need, *needs], [welder, *welders, *others[:80]]).values[PartCode.TOPIC][0, 0]
    many = Scores([need, *needs], [welder, *welders, *others]).values[PartCode.TOPIC][0, 0]

    assert many > 1.5 * few
