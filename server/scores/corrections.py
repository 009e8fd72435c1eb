"""The effect of an organiser's assessment, the same in recommendations and in plans.

A match counts as a part of the score, of `CONFIRMED_WEIGHT`. "Not a match" removes the pair from both.
"""

from collections.abc import Iterable
from typing import NamedTuple

from matching.affinity import PartScore
from matching.affinity.constants import CONFIRMED_WEIGHT
from server.models import CorrectionKind
from server.models.registrations import CONFIRMING

PART = "organiser"


class Counted(NamedTuple):
    """A part of a score. code: of affinity, or PART. weight and value in [0, 1]."""

    code: str
    weight: float
    value: float


def corrected(score: float, kind: CorrectionKind | None) -> float:
    """Return the score in [0, 1] after the organiser's assessment, which raises it or leaves it."""
    return CONFIRMED_WEIGHT + (1 - CONFIRMED_WEIGHT) * score if kind in CONFIRMING else score


def corrected_parts(parts: Iterable[PartScore], kind: CorrectionKind | None) -> list[Counted]:
    """Return the parts whose sum is the corrected score; the assessment comes first, if there is one."""
    share = 1 - CONFIRMED_WEIGHT if kind in CONFIRMING else 1.0
    own = [Counted(PART, CONFIRMED_WEIGHT, 1.0)] if kind in CONFIRMING else []
    return [*own, *(Counted(str(part.code), share * part.weight, part.value) for part in parts)]
