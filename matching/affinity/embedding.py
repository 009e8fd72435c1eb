"""How near two sides are in meaning, by the vectors of a language model, where the operator has set one.

A model is a stranger to the scheme: what it finds near cannot be quoted, and the promises made of words (that a shared
one never lowers the score, that nothing shared raises nothing) are not its own. So it counts within one part of the
score, and only where it sees more than the words do.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from matching.affinity.constants import ENOUGH_TO_CENTRE, LIKENESS_DIGITS
from matching.affinity.languages import detect, primary
from matching.affinity.request import Side, Text
from matching.affinity.space import Matrix
from matching.errors import EmbeddingError


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def model(self) -> str:
        """Names the model and whatever else changes its vectors. Raises EmbeddingError where it cannot be found."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """A row for each text, all finite; all zero where it tells nothing. Raises EmbeddingError."""


def similarity(needs: Sequence[Side], experts: Sequence[Side], embedder: Embedder) -> Matrix:
    """The cosine of the nearest texts of both sides, in [0, 1]; NaN where a side tells nothing. Raises EmbeddingError.

    Models differ in what cosine unrelated texts have, and texts of one language lie together: where there are enough,
    the mean of the language's vectors is taken off first, or that of all where a language has few.
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
    ours, theirs = ([[row[text] for text in side.texts if text in row] for side in some] for some in (needs, experts))
    value = vectors[[at for some in ours for at in some]] @ vectors[[at for some in theirs for at in some]].T
    nearest = _nearest(_nearest(value, ours).T, theirs).T
    return np.asarray(np.round(np.clip(nearest, 0, 1), LIKENESS_DIGITS))


def _nearest(value: Matrix, groups: Sequence[Sequence[int]]) -> Matrix:
    """The greatest of each group of rows, one group after the other; NaN where it has none."""
    found = np.full((len(groups), value.shape[1]), np.nan)
    at = 0
    for group, some in enumerate(groups):
        if some:
            found[group] = value[at : at + len(some)].max(axis=0)
        at += len(some)
    return found


def _centred(texts: Sequence[Text], vectors: Matrix) -> Matrix:
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
