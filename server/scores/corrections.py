"""What an organiser's word about a pair counts, in recommendations and in plans alike.

That two fit is a part of the score beside the others, of `CONFIRMED_WEIGHT`. That two do not fit takes the pair out of
both.
"""

from collections.abc import Iterable
from typing import NamedTuple

from matching.affinity import PartScore
from matching.affinity.constants import CONFIRMED_WEIGHT
from server.models import CorrectionKind

PART = "organiser"


class Counted(NamedTuple):
    """A part of a score: code of affinity or PART; weight and value in [0, 1]."""

    code: str
    weight: float
    value: float


def corrected(score: float, kind: CorrectionKind | None) -> float:
    """The score in [0, 1] with the organiser's word, which raises it or leaves it."""
    return CONFIRMED_WEIGHT + (1 - CONFIRMED_WEIGHT) * score if kind == CorrectionKind.FITS else score


def counted(parts: Iterable[PartScore], kind: CorrectionKind | None) -> list[Counted]:
    """What the corrected score is the sum of: the organiser's word first, where there is one."""
    share = 1 - CONFIRMED_WEIGHT if kind == CorrectionKind.FITS else 1.0
    own = [Counted(PART, CONFIRMED_WEIGHT, 1.0)] if kind == CorrectionKind.FITS else []
    return [*own, *(Counted(str(part.code), share * part.weight, part.value) for part in parts)]
