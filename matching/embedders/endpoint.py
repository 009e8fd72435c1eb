"""Vectors from an endpoint with OpenAI's protocol: `POST BASE_URL/embeddings`."""

import http.client
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from matching.affinity.space import Matrix
from matching.embedders.posting import Call, Unanswered, address_of
from matching.errors import EmbeddingError

SECONDS = 15.0  # from connecting to the last byte
MOST_NUMBER = 1e30  # larger than any model's numbers, within the range of four bytes


class EmbeddingEndpoint:
    """Embedding endpoint. url: http or https, to which `/embeddings` is added. key: bearer token, or empty.

    Raises ValueError for a malformed address.
    """

    def __init__(self, url: str, model: str, key: str = "", *, seconds: float = SECONDS) -> None:
        self._address = address_of(url, kind="openai", key="MATCH_EMBED_KEY")
        self._name, self._key, self._seconds = model, key, seconds

    @property
    def model(self) -> str:
        return f"openai:{self._name}@{self._address.place}"

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row per text, from the endpoint. Raises EmbeddingError."""
        asked = json.dumps({"model": self._name, "input": list(texts)}).encode()
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            reply = Call(self._address, self._seconds).post("/embeddings", asked, headers)
        except Unanswered as error:
            raise EmbeddingError(f"the endpoint {error}") from error
        if reply.status != http.client.OK:
            raise EmbeddingError(f"the endpoint answered {reply.status}")
        return _vectors(reply.data, len(texts))


def _vectors(data: bytes, count: int) -> Matrix:
    """Return the vectors of a response in the order of the texts. Raises EmbeddingError if it is malformed."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise EmbeddingError("the endpoint answered no JSON") from error
    rows = document.get("data") if isinstance(document, dict) else None
    if not isinstance(rows, list) or len(rows) != count or not all(isinstance(row, dict) for row in rows):
        raise EmbeddingError(f"the endpoint answered no list of {count} vectors")
    if all("index" in row for row in rows):
        found = {row["index"]: row.get("embedding") for row in rows if type(row["index"]) is int}
        if sorted(found) != list(range(count)):
            raise EmbeddingError("the endpoint numbered its vectors otherwise than the texts")
        vectors = [found[at] for at in range(count)]
    else:
        vectors = [row.get("embedding") for row in rows]
    if not all(_is_vector(vector) for vector in vectors) or len({len(vector) for vector in vectors}) != 1:
        raise EmbeddingError("the endpoint answered vectors that are none, or not of one length")
    return np.array(vectors, dtype=float)


def _is_vector(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(type(number) in (int, float) and abs(number) < MOST_NUMBER for number in value)
    )
