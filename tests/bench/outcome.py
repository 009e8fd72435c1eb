"""Result of a planning method."""

from collections.abc import Sequence
from dataclasses import dataclass

from matching.problem import Meeting


@dataclass(frozen=True)
class Outcome:
    """Result of a planning method. meetings: feasible. bound: proved for the method's first tier, None if none.

    first_s: seconds until the first plan, None if unknown.
    """

    meetings: Sequence[Meeting]
    bound: float | None = None
    first_s: float | None = None
