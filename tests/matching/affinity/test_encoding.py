"""Vectors of a sentence encoder: likeness, passages, what they add to a score, and scores without them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from matching.affinity import Expert, Meaning, MissingCode, Need, PartCode, RequestText, Scores, answer, scheme
from matching.affinity.answering import VERSION
from matching.affinity.constants import BY_TEXTS, LIKENESS_GAIN
from matching.affinity.encoding import EVERY
from matching.affinity.passages import LONGEST, MOST, READ, passages
from matching.affinity.space import Matrix
from matching.errors import EmbeddingError
from tests.matching.affinity.examples import MAGNETS_RU, MAGNETS_ZH, WELDING_RU, part, request, side


class KnownVectors:
    """Simplest embedder: known vectors of known texts; labels of topics are nothing."""

    model = "table"

    def __init__(self, vectors: Mapping[str, Sequence[float]]) -> None:
        self.vectors = {text: np.array(vector, dtype=float) for text, vector in vectors.items()}
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.asked += texts
        size = len(next(iter(self.vectors.values())))
        return np.array([self.vectors.get(text, np.zeros(size)) for text in texts])


class Broken:
    model = "broken"

    def embed(self, texts: Sequence[str]) -> Matrix:
        raise EmbeddingError("out of order")


def texts(*words: str, lang: str = "en", draft: bool = False) -> tuple[RequestText, ...]:
    return tuple(RequestText(each, lang, draft) for each in words)


def need(*words: str, lang: str = "en") -> Need:
    return Need("n", texts(*words, lang=lang))


def expert(*words: str, lang: str = "en") -> Expert:
    return Expert("e", texts(*words, lang=lang))


@pytest.fixture
def uncentred(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the labels, which are nothing here, count so much that no mean is subtracted."""
    monkeypatch.setattr("matching.affinity.encoding.LABELS_WEIGHT", 1e12)


PLANE = {
    "east of it": [2, 0],
    "north of it": [0, 3],
    "north-east of it": [1, 1],
    "west of it": [-1, 0],
    "nowhere at all": [0, 0],
}


# -- Passages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One title\nFirst sentence. Second one!", ["One title", "First sentence.", "Second one!"]),
        ("需要永磁体材料。还要切削刀具；尽快", ["需要永磁体材料。", "还要切削刀具；尽快"]),
        ("Сварка титана, г. Омск и т. д. Нужен эксперт.", ["Сварка титана, г.", "Омск и т. д. Нужен эксперт."]),
        ("Ti 6.4 alloys", ["Ti 6.4 alloys"]),
        ("One.", ["One."]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_a_text_is_divided_at_sentences_and_short_ones_go_with_the_next(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in passages(text)] == found


@pytest.mark.parametrize("text", ["x" * 20_000, "long words " * 3_000, "мы. " * 9_000, "一句话不短了。" * 5_000])
def test_long_texts_give_few_short_passages(text: str) -> None:
    found = passages(text)

    assert 0 < len(found) <= MOST
    assert all(0 < end - start <= LONGEST for start, end in found)
    assert found[-1][1] <= READ


# -- Likeness ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("east of it", 1),
        ("north-east of it", 0.7071),
        ("north of it", 0),
        ("west of it", 0),
        ("nowhere at all", None),
        ("", None),
    ],
)
@pytest.mark.usefixtures("uncentred")
def test_likeness_is_the_cosine_and_never_below_nothing(text: str, value: float | None) -> None:
    found = Meaning([need("east of it")], [expert(text)], KnownVectors(PLANE)).value

    assert found.tolist() == [[pytest.approx(np.nan if value is None else value, nan_ok=True)]]


@pytest.mark.usefixtures("uncentred")
def test_half_is_the_mean_of_texts_and_half_the_nearest_passage_for_each_of_the_need() -> None:
    both = "East of it.\nNorth of it."
    known = KnownVectors({both: [1, 1], "East of it.": [1, 0], "North of it.": [0, 1], "east of it": [1, 0]})

    found = Meaning([need(both)], [expert("east of it")], known).value

    assert found.tolist() == [[pytest.approx(BY_TEXTS * np.sqrt(0.5) + (1 - BY_TEXTS) * (1 + 0) / 2, abs=1e-4)]]


@pytest.mark.usefixtures("uncentred")
def test_a_draft_counts_less_than_a_text() -> None:
    known = KnownVectors(PLANE)
    checked, drafted = (
        Meaning([Need("n", (*texts("west of it"), *texts("east of it", draft=draft)))], [expert("east of it")], known)
        for draft in (False, True)
    )

    assert drafted.value[0, 0] <= checked.value[0, 0]


def test_without_any_text_nothing_is_encoded() -> None:
    assert np.isnan(Meaning([need()], [expert(" ")], Broken()).value).all()
    assert Meaning([], [], Broken()).value.shape == (0, 0)


def test_what_all_texts_of_a_language_have_in_common_is_subtracted() -> None:
    angles = np.linspace(0, np.pi, 30)
    ours = {f"一二三四五 {at}": [5.0, 0.0, np.cos(angle), np.sin(angle)] for at, angle in enumerate(angles)}
    theirs = {f"раз два три {at}": [0.0, 5.0, np.cos(angle), np.sin(angle)] for at, angle in enumerate(angles)}
    needs, experts = [need(text, lang="zh") for text in ours], [expert(text, lang="ru") for text in theirs]
    labels = {scheme().label(topic, "zh"): [5.0, 0, 0, 0] for topic in scheme().leaves[::EVERY]}
    labels |= {scheme().label(topic, "ru"): [0.0, 5, 0, 0] for topic in scheme().leaves[::EVERY]}

    found = Meaning(needs, experts, KnownVectors(ours | theirs | labels)).value

    # Raw cosines differ by less than 0.08 and distinguish nothing.
    assert [row.index(max(row)) for row in found.tolist()] == list(range(30))
    assert (found.min(), found.max() > 0.9) == (0, True)


def test_others_are_compared_by_the_means_of_the_first_without_encoding_these_again() -> None:
    needs, experts = [need("east of it"), need("north of it")], [expert("north-east of it"), expert("west of it")]
    known = KnownVectors(PLANE)
    all_of_them = Meaning(needs, experts, known)
    known.asked.clear()

    by_need, by_expert = all_of_them.with_needs(needs[1:]), all_of_them.with_experts(experts[:1])

    assert by_need.value.tolist() == all_of_them.value[1:].tolist()
    assert by_expert.value.tolist() == all_of_them.value[:, :1].tolist()
    assert known.asked == ["north of it", "north-east of it"]


@pytest.mark.usefixtures("uncentred")
def test_similar_passages_are_quoted_once_each_and_others_not() -> None:
    ours, theirs = "East of it.\nNorth of it.", "West of it.\nEast again of it.\nEast of all."
    vectors: dict[str, list[float]] = {
        ours: [1, 1],
        theirs: [1, 0],
        "East of it.": [1, 0],
        "North of it.": [0, 1],
        "West of it.": [-1, 0],
    }
    found = Meaning(
        [need(ours)],
        [expert(theirs)],
        KnownVectors(vectors | {"East again of it.": [1, 0.1], "East of all.": [1, -0.2]}),
    ).passages(0, 0)

    quoted = [
        (ours[each.need_at.start : each.need_at.end], theirs[each.expert_at.start : each.expert_at.end])
        for each in found
    ]
    assert quoted == [("East of it.", "East again of it.")]


# -- Scores --------------------------------------------------------------------------------------------------------


@pytest.fixture
def likeness(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Scores]:
    """Return a function that scores two sides of one text whose vectors have a given cosine."""
    monkeypatch.setattr("matching.affinity.encoding.LABELS_WEIGHT", 1e12)

    def scored(cosine: float) -> Scores:
        ours, theirs = need("magnets for motors"), expert("we make magnets for cars")
        known = KnownVectors({ours.texts[0].text: [1, 0], theirs.texts[0].text: [cosine, np.sqrt(1 - cosine * cosine)]})
        return Scores([ours], [expert(theirs.texts[0].text)], meaning=Meaning([ours], [theirs], known))

    return scored


def test_a_likeness_lifts_the_log_odds_and_brings_in_exactly_what_it_adds(
    likeness: Callable[[float], Scores],
) -> None:
    lexical = Scores([need("magnets for motors")], [expert("we make magnets for cars")]).explain(0, 0)
    value = lexical.score
    odds = (value + 0.01) / (1.01 - value)
    more = odds * np.exp(LIKENESS_GAIN * 0.4)

    found = likeness(0.4).explain(0, 0)

    brought = {part.code: part.weight * part.value for part in found.parts}
    assert found.score == pytest.approx(value + more / (1 + more) - odds / (1 + odds), abs=1e-6)
    assert brought[PartCode.PASSAGES] == pytest.approx(found.score - lexical.score, abs=1e-8)
    assert [brought[part.code] for part in lexical.parts] == pytest.approx(
        [part.weight * part.value for part in lexical.parts], abs=1e-8
    )


@pytest.mark.parametrize("cosine", [0, 0.01, 0.2, 0.5, 0.99, 1])
def test_parts_add_up_and_no_likeness_lowers_a_score(likeness: Callable[[float], Scores], cosine: float) -> None:
    lexical, found = likeness(0).explain(0, 0), likeness(cosine).explain(0, 0)

    assert sum(part.weight for part in found.parts) == pytest.approx(1, abs=1e-9)
    assert sum(part.weight * part.value for part in found.parts) == pytest.approx(found.score, abs=1e-9)
    assert all(0 <= part.weight <= 1 and 0 <= part.value <= 1 for part in found.parts)
    assert found.score >= lexical.score


def test_without_likeness_there_is_no_such_part(likeness: Callable[[float], Scores]) -> None:
    assert PartCode.PASSAGES not in {part.code for part in likeness(0).explain(0, 0).parts}


CASE = request([side("n", MAGNETS_ZH)], [side("welder", WELDING_RU), side("magnets", MAGNETS_RU)])
VECTORS = {text[start:end]: [1.0, 0.0] for text in (MAGNETS_ZH, MAGNETS_RU) for start, end in passages(text)}
NEAR = KnownVectors(VECTORS | {MAGNETS_ZH: [1.0, 0.0], MAGNETS_RU: [0.96, 0.28], WELDING_RU: [0.0, 1.0]})


@pytest.mark.usefixtures("uncentred")
def test_the_answer_names_the_model_quotes_passages_and_its_parts_still_add_up() -> None:
    result = answer(CASE, embedder=NEAR)

    assert result["version"] == f"{VERSION}+table"
    best = result["pairs"][0]
    found = part(best, "passages")
    assert found is not None
    assert best["expert"] == "magnets"
    assert {each["rel"] for each in found["evidence"]} == {"term"}
    for each in found["evidence"]:
        for text, (at, start, end) in ((MAGNETS_ZH, each["need_at"]), (MAGNETS_RU, each["expert_at"])):
            assert at == 0
            assert (start, end) in passages(text)
    assert best["score"] == pytest.approx(sum(each["weight"] * each["value"] for each in best["parts"]), abs=1e-9)


def test_where_the_encoder_fails_the_scores_are_those_of_words_and_every_pair_says_so() -> None:
    lexical, result = answer(CASE), answer(CASE, embedder=Broken())

    assert result["version"] == lexical["version"]
    assert [_scored(pair) for pair in result["pairs"]] == [_scored(pair) for pair in lexical["pairs"]]
    said = {"code": "no_embedding", "fix": "operator"}
    assert [pair["missing"] for pair in result["pairs"]] == [[*pair["missing"], said] for pair in lexical["pairs"]]


def _scored(pair: dict[str, Any]) -> tuple[Any, ...]:
    return pair["expert"], pair["score"], pair["parts"]


def test_one_who_comes_later_is_scored_as_among_the_others() -> None:
    needs, experts = [need("east of it"), need("north of it")], [expert("north-east of it"), expert("west of it")]
    scores = Scores(needs, experts, meaning=Meaning(needs, experts, KnownVectors(PLANE)))

    assert scores.with_experts(experts[1:]).score.tolist() == scores.score[:, 1:].tolist()
    assert scores.with_needs(needs[:1]).score.tolist() == scores.score[:1].tolist()


def test_one_who_comes_later_is_scored_by_words_if_the_encoder_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    known = KnownVectors(PLANE)
    needs, experts = [need("east of it")], [expert("east of it")]
    scores = Scores(needs, experts, meaning=Meaning(needs, experts, known))
    monkeypatch.setattr(known, "embed", Broken().embed)

    found = scores.with_experts([expert("north of it")])

    assert PartCode.PASSAGES not in {part.code for part in found.explain(0, 0).parts}


def test_texts_that_are_compared_need_no_translation() -> None:
    ours, theirs = need("永磁体与电机", lang="zh"), expert("постоянные магниты", lang="ru")
    known = KnownVectors({"永磁体与电机": [1, 0], "постоянные магниты": [1, 1]})

    lexical = Scores([ours], [theirs]).explain(0, 0)
    compared = Scores([ours], [theirs], meaning=Meaning([ours], [theirs], known)).explain(0, 0)

    asked = [{each.code for each in pair.missing} for pair in (lexical, compared)]
    assert [MissingCode.NO_TEXT_IN_COMMON in codes for codes in asked] == [True, False]
