"""Cache of vectors in a SQLite file, so that each text is embedded once.

The file contains digests of texts, never texts. A vector reveals something about its text, so vectors that were
not used for a month are deleted.
"""

import hashlib
import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from matching.affinity.embedding import Embedder
from matching.affinity.space import Matrix
from matching.errors import EmbeddingError, one_line

BATCH = 32  # texts per request to the embedder
MOST_CHARACTERS = 8_000  # characters of a text that are used; models of this kind read no more
REST_S = 60.0  # seconds after a failure without a new request, so that pages do not wait for a dead embedder
KEPT_DAYS = 30
BUSY_S = 5.0
T = TypeVar("T")
log = logging.getLogger(__name__)
_TABLE = """
CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL, used TEXT NOT NULL, PRIMARY KEY (model, text)
) WITHOUT ROWID
"""


class CachedEmbedder:
    """Embedder with a cache. seconds: time limit of one call for new vectors; vectors made before it ends are kept.

    path: None to keep nothing. is_local: whether vectors can be made at any time, on this machine. Then a call waits
    for another one that makes vectors, a thread makes those for which a call had no time, and a file that cannot be
    written costs time only. host: of another machine to which texts go, if the caller names it. fault: why the latest
    call failed, one line in English for the operator; empty after success.
    """

    def __init__(self, embedder: Embedder, path: Path | None, seconds: float, *, is_local: bool = False) -> None:
        self._embedder, self._path, self._seconds, self._is_local = embedder, path, seconds, is_local
        self._making = threading.Lock()
        self._rests_until, self._why = 0.0, ""
        self.fault = ""
        self.host = ""

    @property
    def model(self) -> str:
        return self._embedder.model

    def prepare(self) -> None:
        """Make a first vector, which loads a model of this machine; an endpoint is not asked."""
        if self._is_local:
            with suppress(EmbeddingError):
                self._embedder.embed([""])

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row per text. Raises EmbeddingError."""
        try:
            found = self._embed(texts)
        except EmbeddingError as error:
            self.fault = one_line(str(error))
            raise
        self.fault = ""
        return found

    def make(self, texts: Sequence[str]) -> None:
        """Make and keep the vectors of texts that have none yet. Raises EmbeddingError."""
        try:
            self._found(texts)
        except EmbeddingError as error:
            self.fault = one_line(str(error))
            raise
        self.fault = ""

    def _embed(self, texts: Sequence[str]) -> Matrix:
        cut, digest, found = self._found(texts)
        return np.array([found[digest[text]] for text in cut], dtype=float)

    def _found(self, texts: Sequence[str]) -> tuple[list[str], dict[str, bytes], dict[bytes, Matrix]]:
        """Return the texts as they are used, the digest of each, and the vector of each digest."""
        cut = [text[:MOST_CHARACTERS] for text in texts]
        digest = {text: hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in cut}
        self._refuse_while_resting()
        model = self._name()
        found = self._filed(lambda: self._read(model, list(digest.values()))) or {}
        self._make(model, {digest[text]: text for text in digest if digest[text] not in found}, found)
        if len({len(vector) for vector in found.values()}) > 1:
            raise self._failed(EmbeddingError("the model makes vectors of another length than those that are kept"))
        return cut, digest, found

    def _make(self, model: str, texts: dict[bytes, str], found: dict[bytes, Matrix]) -> None:
        """Make the vectors of the texts; add them to `found` and to the file."""
        if not texts:
            return
        if not self._making.acquire(timeout=min(self._seconds, threading.TIMEOUT_MAX) if self._is_local else 0):
            raise EmbeddingError("vectors are being made at this moment")
        left: dict[bytes, str] = {}
        try:
            left = self._make_until(time.monotonic() + self._seconds, model, texts, found)
        finally:
            if left and self._is_local:
                threading.Thread(target=self._make_rest, args=(model, left), daemon=True).start()
            else:
                self._making.release()
        if left:
            raise EmbeddingError(f"{len(texts)} new texts take longer than {self._seconds:g} s; some are done")

    def _make_until(
        self, end: float, model: str, texts: dict[bytes, str], found: dict[bytes, Matrix]
    ) -> dict[bytes, str]:
        """Make vectors until the time is over, at least one batch so that the next call has fewer; return the rest."""
        waiting = list(texts)
        for at in range(0, len(waiting), BATCH):
            if at and time.monotonic() >= end:
                return {key: texts[key] for key in waiting[at:]}
            keys = waiting[at : at + BATCH]
            found.update(zip(keys, self._ask([texts[key] for key in keys]), strict=True))
            self._filed(partial(self._write, model, {key: found[key] for key in keys}))
        return {}

    def _make_rest(self, model: str, texts: dict[bytes, str]) -> None:
        try:
            self._make_until(math.inf, model, texts, {})
        except EmbeddingError as error:
            log.warning("vectors could not be made: %s", error)
        finally:
            self._making.release()

    def _filed(self, act: Callable[[], T]) -> T | None:
        """Return what an access to the file returns; None if it fails and vectors can be made again at any time."""
        try:
            return act()
        except (sqlite3.Error, OSError) as error:
            why = f"vectors cannot be saved in {self._path}: {error}"
            if not self._is_local:
                raise self._failed(EmbeddingError(why)) from error
            log.warning("%s", why)
            return None

    def _name(self) -> str:
        try:
            return self._embedder.model
        except EmbeddingError as error:
            raise self._failed(error) from error.__cause__

    def _ask(self, texts: Sequence[str]) -> Matrix:
        try:
            return self._embedder.embed(texts).astype(np.float32)
        except EmbeddingError as error:
            raise self._failed(error) from error.__cause__

    def _failed(self, error: EmbeddingError) -> EmbeddingError:
        self._rests_until, self._why = time.monotonic() + REST_S, str(error)
        return error

    def _refuse_while_resting(self) -> None:
        if time.monotonic() < self._rests_until:
            raise EmbeddingError(self._why)

    def _read(self, model: str, digests: Sequence[bytes]) -> dict[bytes, Matrix]:
        """Return the cached vectors by digest, mark them as used today, and delete vectors unused for a month."""
        today = datetime.now(UTC).date()
        found: dict[bytes, Matrix] = {}
        if self._path is None:
            return found
        with closing(_open(self._path)) as file, file:
            file.execute("DELETE FROM vectors WHERE used < ?", ((today - timedelta(days=KEPT_DAYS)).isoformat(),))
            file.executemany(
                "UPDATE vectors SET used = ?1 WHERE used < ?1 AND model = ?2 AND text = ?3",
                [(today.isoformat(), model, text) for text in digests],
            )
            for text in digests:
                row = file.execute("SELECT vector FROM vectors WHERE model = ? AND text = ?", (model, text)).fetchone()
                if row is not None:
                    found[text] = np.frombuffer(row[0], dtype="<f4")
        return found

    def _write(self, model: str, vectors: dict[bytes, Matrix]) -> None:
        if self._path is None:
            return
        today = datetime.now(UTC).date().isoformat()
        rows = [(model, text, vector.astype("<f4").tobytes(), today) for text, vector in vectors.items()]
        with closing(_open(self._path)) as file, file:
            file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    file = sqlite3.connect(path, timeout=BUSY_S)
    file.execute(_TABLE)
    return file
