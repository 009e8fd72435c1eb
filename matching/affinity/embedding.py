"""Similarity of texts by the vectors of a language model, if the operator has configured one.

A model does not know the topic scheme: its similarities cannot be quoted, and it does not keep the guarantees
of words (a shared word never lowers the score; nothing shared adds nothing). It therefore counts in one part of
the score only, and only where it gives more than the words.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Protocol

import numpy as np

from matching.affinity.constants import ENOUGH_TO_CENTRE, LIKENESS_DIGITS
from matching.affinity.languages import detect, primary
from matching.affinity.request import NeedOrExpert, RequestText
from matching.affinity.space import Matrix
from matching.errors import EmbeddingError


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def model(self) -> str:
        """Name of the model and of everything else that changes its vectors. Raises EmbeddingError if there is none."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one row of finite numbers per text; zeros for a text without content. Raises EmbeddingError."""


def similarity(needs: Sequence[NeedOrExpert], experts: Sequence[NeedOrExpert], embedder: Embedder) -> Matrix:
    """Return [need, expert]: cosine of the most similar texts, in [0, 1]; NaN if a side has no text.

    Models differ in the cosine of unrelated texts, and texts of one language are similar to each other.
    Therefore the mean vector of the language is subtracted first, or the mean of all texts if the language has
    few. Raises EmbeddingError.
    """
    sides = (*needs, *experts)
    texts = list(dict.fromkeys(text for side in sides for text in side.texts if text.text.strip()))
    shape = len(needs), len(experts)
    if not texts:
        return np.full(shape, np.nan)
    found = _unit(embedder.embed([text.text for text in texts]))
    told = np.flatnonzero(found.any(axis=1)).tolist()
    vectors = _centred([texts[at] for at in told], found[told])
    row = {texts[at]: place for place, at in enumerate(told)}
    ours = [[row[text] for text in side.texts if text in row] for side in needs]
    theirs = [[row[text] for text in side.texts if text in row] for side in experts]
    value = vectors[[*chain.from_iterable(ours)]] @ vectors[[*chain.from_iterable(theirs)]].T
    nearest = _nearest(_nearest(value, ours).T, theirs).T
    return np.asarray(np.round(np.clip(nearest, 0, 1), LIKENESS_DIGITS))


def _nearest(value: Matrix, groups: Sequence[Sequence[int]]) -> Matrix:
    """Return the maximum over each group of rows; NaN for an empty group."""
    found = np.full((len(groups), value.shape[1]), np.nan)
    at = 0
    for group, some in enumerate(groups):
        if some:
            found[group] = value[at : at + len(some)].max(axis=0)
        at += len(some)
    return found


def _centred(texts: Sequence[RequestText], vectors: Matrix) -> Matrix:
    langs = np.array([primary(text.lang or detect(text.text)) for text in texts])
    found = vectors.copy()
    for lang in np.unique(langs):
        of_lang = langs == lang
        alike = of_lang if of_lang.sum() >= ENOUGH_TO_CENTRE else np.ones(len(texts), dtype=bool)
        if alike.sum() >= ENOUGH_TO_CENTRE:
            found[of_lang] -= vectors[alike].mean(axis=0)
    return _unit(found)


def _unit(vectors: Matrix) -> Matrix:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1))


__all__ = ["Embedder", "EmbeddingError", "similarity"]
