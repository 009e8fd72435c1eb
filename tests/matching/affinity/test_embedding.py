"""Vectors of a language model: similarity, where it counts, and scores without it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from matching.affinity import Expert, Need, PartCode, RequestText, Scores, answer, similarity
from matching.affinity.answering import VERSION
from matching.affinity.constants import ENOUGH_TO_CENTRE
from matching.affinity.space import Matrix
from matching.errors import EmbeddingError
from tests.matching.affinity.examples import MAGNETS_RU, MAGNETS_ZH, WELDING_RU, part, request, side


class KnownVectors:
    """Simplest embedder: known vectors of known texts."""

    model = "table"

    def __init__(self, vectors: dict[str, list[float]]) -> None:
        self.vectors = vectors

    def embed(self, texts: Sequence[str]) -> Matrix:
        return np.array([self.vectors[text] for text in texts], dtype=float)


class Broken:
    model = "broken"

    def embed(self, texts: Sequence[str]) -> Matrix:
        raise EmbeddingError("out of order")


def need(*texts: str, lang: str = "en") -> Need:
    return Need("n", tuple(RequestText(text, lang) for text in texts))


def expert(*texts: str, lang: str = "en") -> Expert:
    return Expert("e", tuple(RequestText(text, lang) for text in texts))


PLANE = KnownVectors({"east": [2, 0], "north": [0, 3], "north-east": [1, 1], "west": [-1, 0], "nowhere": [0, 0]})


@pytest.mark.parametrize(
    ("text", "value"), [("east", 1), ("north-east", 0.7071), ("north", 0), ("west", 0), ("nowhere", None), ("", None)]
)
def test_nearness_is_the_cosine_and_never_below_nothing(text: str, value: float | None) -> None:
    found = similarity([need("east")], [expert(text)], PLANE)

    assert found.tolist() == [[pytest.approx(np.nan if value is None else value, nan_ok=True)]]


def test_of_several_texts_the_nearest_count() -> None:
    assert similarity([need("north", "east")], [expert("west", "east")], PLANE).tolist() == [[1]]


def test_without_any_text_nobody_is_asked() -> None:
    assert np.isnan(similarity([need()], [expert(" ")], Broken())).all()


def test_what_all_texts_of_a_language_have_in_common_is_taken_off() -> None:
    angles = np.linspace(0, np.pi, ENOUGH_TO_CENTRE)
    ours = {f"zh {at}": [5.0, 0.0, np.cos(angle), np.sin(angle)] for at, angle in enumerate(angles)}
    theirs = {f"ru {at}": [0.0, 5.0, np.cos(angle), np.sin(angle)] for at, angle in enumerate(angles)}
    needs, experts = [need(text, lang="zh") for text in ours], [expert(text, lang="ru") for text in theirs]

    found = similarity(needs, experts, KnownVectors(ours | theirs))

    # Raw cosines differ by less than 0.08 and distinguish nothing.
    assert [row.index(max(row)) for row in found.tolist()] == list(range(ENOUGH_TO_CENTRE))
    assert found.min() == 0
    assert found.max() == 1


def test_likeness_counts_in_the_text_where_it_is_more_than_the_words_are() -> None:
    needs, experts = [need("magnets for motors"), need("nothing of the kind")], [expert("magnets for motors")]
    lexical = Scores(needs, experts).values[PartCode.TEXT]

    found = Scores(needs, experts, likeness=np.array([[0.0], [0.9]])).values[PartCode.TEXT]

    assert found.tolist() == [[lexical[0, 0]], [0.9]]
    assert lexical[1, 0] < 0.9


CASE = request([side("n", MAGNETS_ZH)], [side("welder", WELDING_RU), side("magnets", MAGNETS_RU)])


def test_the_answer_names_the_model_and_its_parts_still_add_up() -> None:
    table = KnownVectors({MAGNETS_ZH: [1, 0], MAGNETS_RU: [0.96, 0.28], WELDING_RU: [0, 1]})

    result = answer(CASE, embedder=table)

    assert result["version"] == f"{VERSION}+table"
    best = result["pairs"][0]
    text = part(best, "text")
    assert text is not None
    assert (best["expert"], text["value"]) == ("magnets", 0.96)
    assert best["score"] == pytest.approx(sum(each["weight"] * each["value"] for each in best["parts"]), abs=1e-9)


def test_where_the_model_fails_the_scores_are_those_of_words_and_every_pair_says_so() -> None:
    lexical, result = answer(CASE), answer(CASE, embedder=Broken())

    assert result["version"] == lexical["version"]
    assert [_scored(pair) for pair in result["pairs"]] == [_scored(pair) for pair in lexical["pairs"]]
    said = {"code": "no_embedding", "fix": "operator"}
    assert [pair["missing"] for pair in result["pairs"]] == [[*pair["missing"], said] for pair in lexical["pairs"]]


def _scored(pair: dict[str, Any]) -> tuple[Any, ...]:
    return pair["expert"], pair["score"], pair["parts"]
