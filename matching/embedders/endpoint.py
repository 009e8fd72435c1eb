"""Vectors from an endpoint with OpenAI's protocol: `POST BASE_URL/embeddings`."""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from matching.affinity.space import Matrix
from matching.errors import EmbeddingError

SECONDS = 15.0  # from connecting to the last byte
MOST_NUMBER = 1e30  # larger than any model's numbers, within the range of four bytes
MOST_BYTES = 16 * 1024 * 1024  # most bytes of a response; 32 vectors of 4,096 numbers take 3 MiB


class EmbeddingEndpoint:
    """Embedding endpoint. url: http or https, to which `/embeddings` is added. key: bearer token, or empty.

    The operator chooses the host. Redirects are not followed, so the key and the texts go to no other host.
    Raises ValueError for a malformed address.
    """

    def __init__(self, url: str, model: str, key: str = "", *, seconds: float = SECONDS) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("openai: takes an address that begins with http:// or https:// and has no query")
        if parts.username is not None:
            raise ValueError("openai: takes no password in the address; set MATCH_EMBED_KEY instead")
        self._host, self._port = parts.hostname, parts.port
        self._is_https = parts.scheme == "https"
        self._path = f"{parts.path.rstrip('/')}/embeddings"
        self._name, self._key, self._seconds = model, key, seconds

    @property
    def model(self) -> str:
        place = self._host if self._port is None else f"{self._host}:{self._port}"
        return f"openai:{self._name}@{place}"

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row per text, from the endpoint. Raises EmbeddingError."""
        asked = json.dumps({"model": self._name, "input": list(texts)}).encode()
        return _vectors(self._post(asked), len(texts))

    def _post(self, body: bytes) -> bytes:
        """Send a request and return the bytes of the response. Raises EmbeddingError."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        connection = self._connection()
        hung_up = threading.Event()
        watch: threading.Timer | None = None
        try:
            connection.connect()
            # The time limit of a socket restarts with every byte; this timer limits the whole request.
            watch = threading.Timer(self._seconds, _hang_up, (connection.sock, hung_up))
            watch.start()
            connection.request("POST", self._path, body, headers)
            answer = connection.getresponse()
            if answer.status != http.client.OK:
                raise EmbeddingError(f"the endpoint answered {answer.status}")
            data = answer.read(MOST_BYTES + 1)
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            late = hung_up.is_set() or isinstance(error, TimeoutError)
            why = f"took longer than {self._seconds:g} s" if late else f"could not be asked: {error!r}"
            raise EmbeddingError(f"the endpoint {why}") from error
        finally:
            if watch is not None:
                watch.cancel()
            connection.close()
        if len(data) > MOST_BYTES:
            raise EmbeddingError(f"the endpoint answered more than {MOST_BYTES} bytes")
        if hung_up.is_set():
            raise EmbeddingError(f"the endpoint took longer than {self._seconds:g} s")
        return data

    def _connection(self) -> http.client.HTTPConnection:
        if self._is_https:
            trusted = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._seconds, context=trusted)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)


def _hang_up(to: socket.socket, hung_up: threading.Event) -> None:
    hung_up.set()
    with suppress(OSError):
        to.shutdown(socket.SHUT_RDWR)


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
