"""Vectors are made once and outlive the process; a failure is remembered for a while."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching import embedders
from matching.embedders import CachedEmbedder, kept
from matching.errors import EmbeddingError
from tests.endpoint import Answer, FakeEndpoint, endpoint, vector


@pytest.fixture
def there() -> Iterator[FakeEndpoint]:
    with endpoint() as found:
        yield found


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "var" / "embeddings.db"


def opened(there: FakeEndpoint, cache: Path, model: str = "small", seconds: float = 10) -> CachedEmbedder:
    found = embedders.embedder(f"openai:{there.url}", model=model, cache=cache, seconds=seconds)
    assert found is not None
    return found


def test_a_text_is_asked_for_once_even_by_another_process(there: FakeEndpoint, cache: Path) -> None:
    opened(there, cache).embed(["magnet", "weld", "magnet"])

    again = opened(there, cache).embed(["weld", "magnets for motors"])

    assert there.texts == ["magnet", "weld", "magnets for motors"]
    assert np.allclose(again, [vector("weld"), vector("magnets for motors")])


def test_another_model_has_vectors_of_its_own(there: FakeEndpoint, cache: Path) -> None:
    opened(there, cache).embed(["magnet"])
    opened(there, cache, model="large").embed(["magnet"])

    assert [body["model"] for _, _, body in there.asked] == ["small", "large"]


def test_the_file_holds_no_text_and_is_its_owners_alone(there: FakeEndpoint, cache: Path) -> None:
    opened(there, cache).embed(["a secret magnet"])

    assert b"secret" not in cache.read_bytes()
    assert cache.stat().st_mode & 0o077 == 0


def test_many_texts_are_sent_in_batches(there: FakeEndpoint, cache: Path) -> None:
    opened(there, cache).embed([f"magnet {at}" for at in range(kept.BATCH + 1)])

    assert [len(body["input"]) for _, _, body in there.asked] == [kept.BATCH, 1]


def test_a_long_text_is_cut(there: FakeEndpoint, cache: Path) -> None:
    opened(there, cache).embed(["a" * (kept.MOST_CHARACTERS + 1)])

    assert there.texts == ["a" * kept.MOST_CHARACTERS]


def test_what_one_call_has_no_time_for_the_next_finds_begun(there: FakeEndpoint, cache: Path) -> None:
    texts = [f"magnet {at}" for at in range(2 * kept.BATCH)]
    hasty = opened(there, cache, seconds=0)

    with pytest.raises(EmbeddingError, match="64 new texts take longer than 0 s"):
        hasty.embed(texts)

    assert hasty.embed(texts).shape == (len(texts), len(vector("")))
    assert there.texts == texts


def test_after_a_failure_nobody_asks_again_until_a_rest_is_over(
    there: FakeEndpoint, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "REST_S", 3600.0)
    embedder, there.answer = opened(there, cache), lambda asked: (500, b"")

    for _ in range(2):
        with pytest.raises(EmbeddingError, match="answered 500"):
            embedder.embed(["magnet"])

    assert len(there.asked) == 1
    assert embedder.fault == "the endpoint answered 500"


def test_after_the_rest_it_is_asked_again_and_the_fault_forgotten(
    there: FakeEndpoint, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "REST_S", 0.0)
    embedder, well = opened(there, cache), there.answer
    there.answer = lambda asked: (500, b"")
    with pytest.raises(EmbeddingError):
        embedder.embed(["magnet"])

    there.answer = well
    embedder.embed(["magnet"])

    assert embedder.fault == ""


def test_while_one_thread_makes_vectors_another_is_not_kept_waiting(there: FakeEndpoint, cache: Path) -> None:
    embedder, there.pause = opened(there, cache), threading.Event()
    first = threading.Thread(target=embedder.embed, args=(["magnet"],))
    asked = threading.Event()
    well = there.answer

    def noticed(body: Any) -> Answer:
        asked.set()
        return well(body)

    there.answer = noticed
    first.start()
    assert asked.wait(10)

    with pytest.raises(EmbeddingError, match="being made at this moment"):
        embedder.embed(["weld"])
    there.pause.set()
    first.join()

    assert there.texts == ["magnet"]


def test_vectors_of_another_length_than_those_kept_are_refused(there: FakeEndpoint, cache: Path) -> None:
    opened(there, cache).embed(["magnet"])
    there.answer = lambda asked: (200, b'{"data": [{"embedding": [1, 2]}]}')

    with pytest.raises(EmbeddingError, match="another length"):
        opened(there, cache).embed(["magnet", "weld"])


def test_a_file_that_cannot_be_used_is_a_failure_like_any_other(there: FakeEndpoint, cache: Path) -> None:
    cache.parent.mkdir()
    cache.write_bytes(b"no database at all, but long enough to be taken for one" * 100)

    with pytest.raises(EmbeddingError, match="vectors cannot be saved"):
        opened(there, cache).embed(["magnet"])


def test_vectors_that_nobody_has_asked_for_during_a_month_are_dropped(there: FakeEndpoint, cache: Path) -> None:
    opened(there, cache).embed(["magnet", "weld"])
    with sqlite3.connect(cache) as file:
        file.execute("UPDATE vectors SET used = '2020-01-01'")
    file.close()

    opened(there, cache).embed(["weld"])

    assert there.texts == ["magnet", "weld", "weld"]


@pytest.mark.parametrize("setting", ["onnx:", "onnx", "openai:", "openai:models.example", "cloud:key"])
def test_a_setting_of_another_form_is_refused_at_once(setting: str) -> None:
    with pytest.raises(ValueError, match=r"MATCH_EMBED|openai: takes"):
        embedders.embedder(setting, seconds=1)


@pytest.mark.parametrize("setting", ["", "none"])
def test_a_setting_turns_embeddings_off(setting: str) -> None:
    assert embedders.embedder(setting, seconds=1) is None


def test_a_local_encoder_goes_on_by_itself_with_what_one_call_has_no_time_for(tmp_path: Path) -> None:
    texts = [f"magnet {at}" for at in range(kept.BATCH + 1)]
    hasty = embedders.embedder("bundled", cache=tmp_path / "vectors.db", seconds=0)
    patient = embedders.embedder("bundled", cache=tmp_path / "vectors.db", seconds=60)
    assert hasty is not None
    assert patient is not None

    with pytest.raises(EmbeddingError, match="take longer than 0 s"):
        hasty.embed(texts)
    hasty._making.acquire()  # waits for the thread

    assert hasty.embed(texts).tolist() == patient.embed(texts).tolist()
    assert hasty.fault == ""
