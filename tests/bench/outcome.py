"""What a method of planning answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from matching.problem import Meeting


@dataclass(frozen=True)
class Outcome:
    """meetings: feasible ones. bound: proved of the first tier that the method works on, None where it proves none.

    first_s: seconds until there was any plan, where that is told.
    """

    meetings: Sequence[Meeting]
    bound: float | None = None
    first_s: float | None = None
