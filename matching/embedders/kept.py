"""Cache of vectors in a SQLite file, so that each text is embedded once.

The file contains digests of texts, never texts. A vector reveals something about its text, so vectors that were
not used for a month are deleted.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from matching.affinity.embedding import Embedder
from matching.affinity.space import Matrix
from matching.errors import EmbeddingError, one_line

BATCH = 32  # texts per request to the embedder
MOST_CHARACTERS = 8_000  # characters of a text that are used; models of this kind read no more
REST_S = 60.0  # seconds after a failure without a new request, so that pages do not wait for a dead embedder
KEPT_DAYS = 30
BUSY_S = 5.0
_TABLE = """
CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL, used TEXT NOT NULL, PRIMARY KEY (model, text)
) WITHOUT ROWID
"""


class CachedEmbedder:
    """Embedder with a cache. seconds: time limit of one call for new vectors; vectors made before it ends are kept.

    fault: why the latest call failed, one line in English for the operator; empty after success. If calls of
    several threads overlap, one makes vectors and the others raise EmbeddingError instead of waiting.
    """

    def __init__(self, embedder: Embedder, path: Path, seconds: float) -> None:
        self._embedder, self._path, self._seconds = embedder, path, seconds
        self._making = threading.Lock()
        self._rests_until, self._why = 0.0, ""
        self.fault = ""

    @property
    def model(self) -> str:
        return self._embedder.model

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row per text. Raises EmbeddingError."""
        try:
            found = self._embed(texts)
        except EmbeddingError as error:
            self.fault = one_line(str(error))
            raise
        self.fault = ""
        return found

    def _embed(self, texts: Sequence[str]) -> Matrix:
        cut = [text[:MOST_CHARACTERS] for text in texts]
        digest = {text: hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in cut}
        self._refuse_while_resting()
        try:
            model = self._name()
            found = self._read(model, list(digest.values()))
            self._make(model, {digest[text]: text for text in digest if digest[text] not in found}, found)
        except (sqlite3.Error, OSError) as error:
            raise self._failed(EmbeddingError(f"vectors cannot be saved in {self._path}: {error}")) from error
        if len({len(vector) for vector in found.values()}) > 1:
            raise self._failed(EmbeddingError("the model makes vectors of another length than those that are kept"))
        return np.array([found[digest[text]] for text in cut], dtype=float)

    def _make(self, model: str, texts: dict[bytes, str], found: dict[bytes, Matrix]) -> None:
        """Make the vectors of the texts; add them to `found` and to the file."""
        if not texts:
            return
        if not self._making.acquire(blocking=False):
            raise EmbeddingError("vectors are being made at this moment")
        try:
            end = time.monotonic() + self._seconds
            waiting = list(texts)
            for at in range(0, len(waiting), BATCH):
                keys = waiting[at : at + BATCH]
                if at and time.monotonic() >= end:  # at least one batch, so that the next call has fewer texts to embed
                    raise EmbeddingError(f"{len(texts)} new texts take longer than {self._seconds:g} s; some are done")
                made = self._ask([texts[key] for key in keys])
                found.update(zip(keys, made, strict=True))
                self._write(model, {key: found[key] for key in keys})
        finally:
            self._making.release()

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
        found = {}
        with closing(self._open()) as file, file:
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
        today = datetime.now(UTC).date().isoformat()
        rows = [(model, text, vector.astype("<f4").tobytes(), today) for text, vector in vectors.items()]
        with closing(self._open()) as file, file:
            file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        file = sqlite3.connect(self._path, timeout=BUSY_S)
        file.execute(_TABLE)
        return file
