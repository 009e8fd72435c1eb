"""The account of a score: its parts, and what reasons bring in of one, in whole points that add up."""

from collections.abc import Sequence
from dataclasses import dataclass

from i18n import Message
from matching import affinity
from server.models import CorrectionKind
from server.plans.corrections import corrected, counted
from server.plans.wording import PARTS


@dataclass(frozen=True)
class Row:
    """A part of the score. reached, most: points of a hundred. code: of affinity or `corrections.PART`."""

    code: str
    label: Message
    reached: int
    most: int


def account(pair: affinity.PairScore, word: CorrectionKind | None = None) -> list[Row]:
    """The parts as points that add up to the score of a hundred, and their most to a hundred.

    word: an organiser's about the pair.
    """
    return [Row(code, PARTS[code], reached, most) for code, reached, most in part_points(pair, word)]


def part_points(pair: affinity.PairScore, word: CorrectionKind | None) -> list[tuple[str, int, int]]:
    """(code, points, points at most) of each part."""
    parts = counted(pair, word)
    most = shared_out([100 * part.weight for part in parts], 100)
    total = round(100 * corrected(pair.score, word))
    reached = shared_out([100 * part.weight * part.value for part in parts], total, most)
    return [(part.code, *points) for part, points in zip(parts, zip(reached, most, strict=True), strict=True)]


def reason_points(points: int, carried: Sequence[float]) -> list[int]:
    """The points of the topics' part for each reason by the share that it carries; what is left over goes to none."""
    rest = max(0.0, 1 - sum(carried))
    return shared_out([points * share for share in (*carried, rest)], points)[: len(carried)]


def shared_out(shares: Sequence[float], total: int, most: Sequence[int] | None = None) -> list[int]:
    """The shares as whole numbers that add up to the total: those that lose most by rounding down are rounded up."""
    whole = [int(share) for share in shares]
    by_loss = sorted(range(len(shares)), key=lambda at: whole[at] - shares[at])
    for at in [at for at in by_loss if most is None or whole[at] < most[at]][: max(0, total - sum(whole))]:
        whole[at] += 1
    return whole
