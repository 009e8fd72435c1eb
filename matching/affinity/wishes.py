"""Value of a meeting of two parties: from the score and the wishes of both sides; and an enterprise's best need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from matching.affinity.constants import FIT_WEIGHT, LIKE, MUST_MEET, MUTUAL_WEIGHT, UNSEEN, VIEWED
from matching.affinity.fit import PairScore


class Wish(StrEnum):
    """Wish of one side about the other. VIEWED: looked at without a decision; None means no wish."""

    NO = "no"
    VIEWED = "viewed"
    LIKE = "like"
    MUST = "must"


FACTOR: Mapping[Wish, float] = {Wish.VIEWED: VIEWED, Wish.LIKE: LIKE, Wish.MUST: MUST_MEET}


def pair_value(score: float, wish_of_enterprise: str | None, wish_of_expert: str | None) -> float | None:
    """Return the value of a meeting in [0, 1]; None if either side vetoes it.

    0.7 * score + 0.3 * harmonic mean of both sides' values, each min(1, score * factor). Factors: unseen 0.8,
    viewed 0.9, like 1, must 1.5. A must raises even a pair without matching texts; because the mean is
    harmonic, the other side's interest is needed for a large effect. Raises ValueError for an unknown wish.
    Source: reciprocal recommenders by harmonic mean, Pizzato, Rej, Chung, Koprinska and Kay, RECON (RecSys
    2010).
    """
    factors = []
    for wish in (wish_of_enterprise, wish_of_expert):
        if wish == Wish.NO:
            return None
        factors.append(UNSEEN if wish is None else FACTOR[Wish(wish)])
    a, b = (min(1.0, score * factor) for factor in factors)
    mutual = 2 * a * b / (a + b) if a + b > 0 else 0.0
    return min(1.0, FIT_WEIGHT * score + MUTUAL_WEIGHT * mutual)


@dataclass(frozen=True, slots=True)
class BestNeed:
    """Need of an enterprise with the highest score for an expert, and the others by falling score."""

    best: PairScore
    others: tuple[PairScore, ...]


def best_need(pairs: Iterable[PairScore]) -> BestNeed:
    """Return the best of one expert's pairs with the needs of one enterprise, and the others.

    At equal scores the need id decides. Raises ValueError if there is no pair.
    """
    ranked = sorted(pairs, key=lambda pair: (-pair.score, pair.need))
    if not ranked:
        raise ValueError("an enterprise without needs has no best one")
    return BestNeed(ranked[0], tuple(ranked[1:]))
