"""From what a need and an expert are worth to what a meeting of two parties is worth: wishes, and the best need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from matching.affinity.constants import FIT_WEIGHT, LIKE, MUST_MEET, MUTUAL_WEIGHT, UNSEEN, VIEWED
from matching.affinity.fit import PairScore


class Wish(StrEnum):
    """What one side says of the other. VIEWED: looked at and left open; no wish at all is None."""

    NO = "no"
    VIEWED = "viewed"
    LIKE = "like"
    MUST = "must"


FACTOR: Mapping[Wish, float] = {Wish.VIEWED: VIEWED, Wish.LIKE: LIKE, Wish.MUST: MUST_MEET}


def pair_value(score: float, wish_of_enterprise: str | None, wish_of_expert: str | None) -> float | None:
    """What a meeting is worth, in [0, 1]; None where either side vetoes it.

    0.7 × score + 0.3 × the harmonic mean of what the meeting is worth to each side: score × wish, at most 1. Unseen
    counts 0.8, viewed 0.9, like 1, must 1.5: a must lifts even a pair that the texts do not speak for, and the mean
    being harmonic, it needs the other side's interest to lift much.

    Raises ValueError where a wish is none of Wish. Source: the harmonic mean of reciprocal recommenders, Pizzato,
    Rej, Chung, Koprinska and Kay, RECON: a reciprocal recommender for online dating (RecSys 2010).
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
    """The need of an enterprise that an expert fits best, and the others by falling score."""

    best: PairScore
    others: tuple[PairScore, ...]


def best_need(pairs: Iterable[PairScore]) -> BestNeed:
    """Of one expert's pairs with the needs of one enterprise, the best (at equal scores by need id), and the others.

    Raises ValueError where there is no pair.
    """
    ranked = sorted(pairs, key=lambda pair: (-pair.score, pair.need))
    if not ranked:
        raise ValueError("an enterprise without needs has no best one")
    return BestNeed(ranked[0], tuple(ranked[1:]))
