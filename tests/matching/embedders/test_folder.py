"""Models exported by sentence-transformers are read from a folder; other folders are rejected."""

from pathlib import Path

import numpy as np
import pytest

from matching.embedders.folder import OnnxFolder
from matching.errors import EmbeddingError
from tests.matching.embedders import tiny


def test_a_text_is_the_mean_of_its_words_whatever_stands_beside_it_in_the_batch(tmp_path: Path) -> None:
    found = OnnxFolder(tiny.write(tmp_path)).embed(["magnet", "magnet welding welding сварка"])

    assert np.allclose(found, np.array([[1, 0, 0, 0], [0.25, 0.025, 0.75, 0]]))


def test_a_model_that_makes_one_vector_of_a_text_is_taken_at_its_word(tmp_path: Path) -> None:
    found = OnnxFolder(tiny.write(tmp_path, pools=True)).embed(["magnet welding"])

    assert np.allclose(found, [[0.5, 0, 0.5, 0]])


def test_the_first_token_stands_for_the_text_where_the_folder_says_so(tmp_path: Path) -> None:
    tiny.pool_by_the_first(tiny.write(tmp_path))

    assert np.allclose(OnnxFolder(tmp_path).embed(["magnet welding"]), [[1, 0, 0, 0]])


def test_a_text_is_cut_where_the_folder_says_so(tmp_path: Path) -> None:
    tiny.cut_after(tiny.write(tmp_path), 1)

    assert np.allclose(OnnxFolder(tmp_path).embed(["welding magnet magnet"]), [[0, 0, 1, 0]])


def test_the_name_is_of_the_files_not_of_the_folder(tmp_path: Path) -> None:
    one, other = OnnxFolder(tiny.write(tmp_path / "one")), OnnxFolder(tiny.write(tmp_path / "other"))
    pooled = OnnxFolder(tiny.write(tmp_path / "pooled", pools=True))

    assert one.model == other.model != pooled.model
    assert one.model.startswith("onnx:")


def test_a_model_in_the_folder_onnx_is_found_too(tmp_path: Path) -> None:
    tiny.write(tmp_path)
    (tmp_path / "onnx").mkdir()
    (tmp_path / "model.onnx").rename(tmp_path / "onnx" / "model.onnx")

    assert np.allclose(OnnxFolder(tmp_path).embed(["magnet"]), [[1, 0, 0, 0]])


def test_a_folder_that_is_missing_or_lacks_a_file_is_refused(tmp_path: Path) -> None:
    tiny.write(tmp_path / "halved")
    (tmp_path / "halved" / "tokenizer.json").unlink()

    for folder in ("missing", "halved"):
        with pytest.raises(EmbeddingError, match=r"no model.onnx and tokenizer.json"):
            OnnxFolder(tmp_path / folder).embed(["magnet"])


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, file: str) -> None:
    (tiny.write(tmp_path) / file).write_bytes(b"\x00 no model")

    with pytest.raises(EmbeddingError, match="contains no readable model"):
        OnnxFolder(tmp_path).embed(["magnet"])


def test_a_model_that_does_not_take_tokens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="takes pixel_values, not token ids"):
        OnnxFolder(tiny.write(tmp_path, inputs=("pixel_values",))).embed(["magnet"])


def test_a_text_without_a_word_has_a_vector_that_tells_nothing(tmp_path: Path) -> None:
    assert OnnxFolder(tiny.write(tmp_path)).embed(["magnet", ""]).tolist() == [[1, 0, 0, 0], [0, 0, 0, 0]]
