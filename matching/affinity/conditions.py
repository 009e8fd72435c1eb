"""Values of a pair apart from its subject: mode of cooperation, common language, readiness and seniority.

Each function returns a matrix with one row per need and one column per expert; NaN if either side gives no
data.
"""

from collections.abc import Sequence, Set

import numpy as np
import numpy.typing as npt

from matching.affinity.constants import INTERPRETED, NO_LANGUAGE, READINESS_STEPS
from matching.affinity.languages import primary
from matching.affinity.request import MODES, Expert, Need, NeedOrExpert
from matching.affinity.space import Matrix


def mode_values(needs: Sequence[Need], experts: Sequence[Expert]) -> Matrix:
    """Return 1 if the expert offers a mode that the need accepts, else 0."""
    ours, theirs = (_incidence([side.modes for side in sides], MODES) for sides in (needs, experts))
    return np.where(_both_tell(ours, theirs), np.where(ours @ theirs.T > 0, 1.0, 0.0), np.nan)


def language_values(needs: Sequence[Need], experts: Sequence[Expert], between: Set[frozenset[str]]) -> Matrix:
    """Return 1 for a common language, INTERPRETED if an interpreter works between two of theirs, else NO_LANGUAGE."""
    of_needs, of_experts = _tongues(needs), _tongues(experts)
    tongues = sorted({tag for tags in (*of_needs, *of_experts) for tag in tags})
    ours, theirs = _incidence(of_needs, tongues), _incidence(of_experts, tongues)
    bridges = np.array([[frozenset((a, b)) in between for b in tongues] for a in tongues], dtype=np.float64)
    bridged = ours @ bridges.reshape(len(tongues), len(tongues)) @ theirs.T > 0
    value = np.where(ours @ theirs.T > 0, 1.0, np.where(bridged, INTERPRETED, NO_LANGUAGE))
    return np.where(_both_tell(ours, theirs), value, np.nan)


def seniority_values(needs: Sequence[Need], experts: Sequence[Expert]) -> Matrix:
    """Return how far the expert meets the wanted readiness and seniority; the mean if both are given.

    Readiness loses a quarter for each missing level, seniority loses the difference. If the need names no
    seniority, the expert's seniority is the value.
    """
    wanted, reached = (_numbers([side.readiness for side in sides]) for sides in (needs, experts))
    ready = np.clip(1 - np.maximum(wanted[:, None] - reached[None, :], 0) / READINESS_STEPS, 0, 1)
    asked, standing = (_numbers([side.seniority for side in sides]) for sides in (needs, experts))
    senior = 1 - np.maximum(asked[:, None] - standing[None, :], 0)
    senior = np.where(np.isnan(asked)[:, None], standing[None, :], senior)
    total = np.nan_to_num(ready) + np.nan_to_num(senior)
    told = (~np.isnan(ready)).astype(np.float64) + ~np.isnan(senior)
    return np.where(told > 0, total / np.maximum(told, 1), np.nan)


def readiness_short(need: NeedOrExpert, expert: NeedOrExpert) -> bool:
    """Whether the need wants a higher readiness than the expert has reached."""
    return need.readiness is not None and expert.readiness is not None and need.readiness > expert.readiness


def _tongues(sides: Sequence[NeedOrExpert]) -> list[list[str]]:
    """Return the primary subtags of each side's languages."""
    return [[primary(tag) for tag in side.languages] for side in sides]


def _incidence(sides: Sequence[Sequence[str]], names: Sequence[str]) -> Matrix:
    column = {name: place for place, name in enumerate(names)}
    matrix = np.zeros((len(sides), len(names)))
    rows = np.repeat(np.arange(len(sides)), [len(held) for held in sides])
    matrix[rows, [column[name] for held in sides for name in held]] = 1
    return matrix


def _both_tell(ours: Matrix, theirs: Matrix) -> npt.NDArray[np.bool_]:
    return np.logical_and.outer(ours.any(axis=1), theirs.any(axis=1))


def _numbers(values: Sequence[float | None]) -> npt.NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
