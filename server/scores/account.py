"""The account of a score: its parts, and what reasons bring in of one, in whole points that add up."""

from collections.abc import Sequence
from dataclasses import dataclass

from i18n import Message
from matching import affinity
from server.models import CorrectionKind
from server.scores.corrections import counted
from server.scores.points import points, shared_out
from server.scores.wording import PARTS


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
    return points(counted(pair.parts, word))


def reason_points(whole: int, carried: Sequence[float]) -> list[int]:
    """Of the whole points of topics those of each reason, by the share that it carries; the rest is left over."""
    rest = max(0.0, 1 - sum(carried))
    return shared_out([whole * share for share in (*carried, rest)], whole)[: len(carried)]
