"""What the likeness of texts adds to the value of topics and words."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from matching.affinity.constants import LEAST_ODDS, LIKENESS_GAIN, SCORE_DIGITS
from matching.affinity.space import Matrix

AT_ONCE = 64  # needs computed at once: their matrices fit into the cache of a processor

Part = TypeVar("Part")


def lift(
    weights: Mapping[Part, Matrix], values: Mapping[Part, Matrix], likeness: Matrix
) -> tuple[dict[Part, Matrix], dict[Part, Matrix], Matrix]:
    """Return new weights and values of topics and words, and the weight of what the likeness adds.

    What each brings in, weight * value, stays; what is added is taken from the rest of their weights. values,
    likeness: NaN if data is missing.
    """
    shape = likeness.shape
    found = {part: (np.empty(shape), np.empty(shape)) for part in weights}
    added = np.empty(shape)
    for at in range(0, shape[0], AT_ONCE):
        rows = slice(at, at + AT_ONCE)
        is_told = {part: ~np.isnan(values[part][rows]) for part in weights}
        weight = {part: np.where(is_told[part], weights[part][rows], 0) for part in weights}
        brings = {part: np.where(is_told[part], weights[part][rows] * values[part][rows], 0) for part in weights}
        whole = sum(weight.values())
        value = np.asarray(sum(brings.values()) / whole)
        rise = _rise(value, np.nan_to_num(likeness[rows]))
        left = 1 - rise / np.where(value < 1, 1 - value, 1)
        for part, (new_weight, new_value) in found.items():
            new_weight[rows] = brings[part] + left * (weight[part] - brings[part])
            share = brings[part] / np.where(new_weight[rows] > 0, new_weight[rows], 1)
            new_value[rows] = np.where(is_told[part], np.round(share, SCORE_DIGITS), np.nan)
        added[rows] = whole * rise
    return {part: new[0] for part, new in found.items()}, {part: new[1] for part, new in found.items()}, added


def _rise(value: Matrix, likeness: Matrix) -> Matrix:
    """Return by how much the likeness raises the value: 0 without likeness, never beyond 1, and at most a little where
    topics and words have next to nothing in common.
    """
    odds = (value + LEAST_ODDS) / (1 + LEAST_ODDS - value)
    more = odds * np.exp(LIKENESS_GAIN * likeness)
    return np.clip(np.round(more / (1 + more) - odds / (1 + odds), SCORE_DIGITS), 0, 1 - value)
