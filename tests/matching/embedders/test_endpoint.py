"""The endpoint is asked by its protocol, and malformed responses are rejected."""

import json
import math
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from matching.embedders import posting
from matching.embedders.endpoint import EmbeddingEndpoint
from matching.errors import EmbeddingError
from tests.endpoint import Answer, FakeEndpoint, endpoint, vector, vectors


@pytest.fixture
def there() -> Iterator[FakeEndpoint]:
    with endpoint() as found:
        yield found


def answered(document: Any, status: int = 200) -> Any:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return lambda asked: (status, data)


def test_texts_are_sent_together_and_each_gets_its_vector(there: FakeEndpoint) -> None:
    found = EmbeddingEndpoint(there.url + "/", "small", "a key").embed(["magnets", "сварка"])

    assert found.tolist() == [vector("magnets"), vector("сварка")]
    ((path, headers, body),) = there.asked
    assert (path, body) == ("/v1/embeddings", {"model": "small", "input": ["magnets", "сварка"]})
    assert (headers["Authorization"], headers["Content-Type"]) == ("Bearer a key", "application/json")


def test_without_a_key_nothing_is_said_of_one(there: FakeEndpoint) -> None:
    EmbeddingEndpoint(there.url, "small").embed(["magnets"])

    assert "Authorization" not in there.asked[0][1]


def test_vectors_that_come_in_another_order_are_put_right(there: FakeEndpoint) -> None:
    def turned(asked: Any) -> Answer:
        status, data = vectors(asked)
        return status, json.dumps({"data": json.loads(data)["data"][::-1]}).encode()

    there.answer = turned

    assert EmbeddingEndpoint(there.url, "small").embed(["magnet", "weld"]).tolist() == [
        vector("magnet"),
        vector("weld"),
    ]


def test_vectors_without_numbers_of_their_own_come_in_the_order_of_the_texts(there: FakeEndpoint) -> None:
    there.answer = answered({"data": [{"embedding": [1.0, 0.0]}, {"embedding": [0, 1]}]})

    assert EmbeddingEndpoint(there.url, "small").embed(["a", "b"]).tolist() == [[1, 0], [0, 1]]


def row(embedding: Any, **more: Any) -> dict[str, Any]:
    return {"embedding": embedding, **more}


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        (b"<html>busy</html>", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        ([], "no list of 2 vectors"),
        ({"data": "many"}, "no list of 2 vectors"),
        ({"data": [row([1.0])]}, "no list of 2 vectors"),
        ({"data": [1, 2]}, "no list of 2 vectors"),
        ({"data": [row([1.0], index=0), row([1.0], index=0)]}, "numbered"),
        ({"data": [row([1.0], index=0), row([1.0], index="1")]}, "numbered"),
        ({"data": [row([1.0]), row([1.0, 2.0])]}, "not of one length"),
        ({"data": [row([1.0]), row([])]}, "vectors that are none"),
        ({"data": [row([1.0]), row([True])]}, "vectors that are none"),
        ({"data": [row([1.0]), row([math.nan])]}, "vectors that are none"),
        ({"data": [row([1.0]), row([1e300])]}, "vectors that are none"),
        ({"data": [row([1.0]), row("AACAPw==")]}, "vectors that are none"),
        ({"data": [row([1.0]), {}]}, "vectors that are none"),
    ],
)
def test_an_answer_that_is_none_is_refused(there: FakeEndpoint, document: Any, complaint: str) -> None:
    there.answer = answered(document)

    with pytest.raises(EmbeddingError, match=complaint):
        EmbeddingEndpoint(there.url, "small").embed(["a", "b"])


@pytest.mark.parametrize("status", [201, 401, 404, 429, 500])
def test_any_other_status_is_a_failure(there: FakeEndpoint, status: int) -> None:
    there.answer = answered({}, status)

    with pytest.raises(EmbeddingError, match=f"answered {status}"):
        EmbeddingEndpoint(there.url, "small").embed(["a"])


def test_a_redirection_is_not_followed_so_that_key_and_texts_stay_where_they_were_sent(there: FakeEndpoint) -> None:
    with endpoint() as elsewhere:
        there.answer, there.headers = answered({}, 307), {"Location": f"{elsewhere.url}/embeddings"}

        with pytest.raises(EmbeddingError, match="answered 307"):
            EmbeddingEndpoint(there.url, "small", "a key").embed(["a"])

        assert elsewhere.asked == []


def test_an_answer_that_does_not_end_is_not_waited_for(there: FakeEndpoint) -> None:
    there.pause = threading.Event()

    with pytest.raises(EmbeddingError, match=r"took longer than 0\.05 s"):
        EmbeddingEndpoint(there.url, "small", seconds=0.05).embed(["a"])


def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    there: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "MOST_BYTES", 10)

    with pytest.raises(EmbeddingError, match="more than 10 bytes"):
        EmbeddingEndpoint(there.url, "small").embed(["a"])


def test_where_nobody_listens_that_is_said() -> None:
    with endpoint() as gone:
        url = gone.url

    with pytest.raises(EmbeddingError, match="could not be asked"):
        EmbeddingEndpoint(url, "small").embed(["a"])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8080",
        "ftp://models.example/v1",
        "file:///etc/passwd",
        "http:///v1",
        "http://models.example/v1?key=1",
        "http://models.example/v1#a",
        "https://user:secret@models.example/v1",
    ],
)
def test_an_address_of_another_form_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="openai: takes"):
        EmbeddingEndpoint(url, "small")


def test_the_name_tells_model_and_place_but_not_the_key() -> None:
    assert EmbeddingEndpoint("https://models.example/v1", "small", "a key").model == "openai:small@models.example"
