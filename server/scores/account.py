"""Parts of a score, and shares of the reasons in a part, in whole points that add up."""

from collections.abc import Sequence
from dataclasses import dataclass

from i18n import Message
from matching import affinity
from server.models import CorrectionKind
from server.scores.corrections import corrected_parts
from server.scores.points import points, shared_out
from server.scores.wording import PARTS


@dataclass(frozen=True)
class AccountLine:
    """A part of the score. reached, most: points of 100. code: of affinity or `corrections.PART`."""

    code: str
    label: Message
    reached: int
    most: int


def account(pair: affinity.PairScore, assessment: CorrectionKind | None = None) -> list[AccountLine]:
    """Return the parts in points that add up to the score of 100, and their largest points, which add up to 100.

    assessment: an organiser's assessment of the pair.
    """
    return [AccountLine(code, PARTS[code], reached, most) for code, reached, most in part_points(pair, assessment)]


def part_points(pair: affinity.PairScore, assessment: CorrectionKind | None) -> list[tuple[str, int, int]]:
    """Return (code, points, largest points) of each part."""
    return points(corrected_parts(pair.parts, assessment))


def reason_points(whole: int, carried: Sequence[float]) -> list[int]:
    """Return the points of each reason in the part of topics, by the share it carries; the rest is left over."""
    rest = max(0.0, 1 - sum(carried))
    return shared_out([whole * share for share in (*carried, rest)], whole)[: len(carried)]
