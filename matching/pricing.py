"""What it would cost to hold a pair that is not held: for those that nothing plainer keeps out."""

from collections.abc import Mapping, Sequence

from matching.choosing import Choice
from matching.explaining import Cost, crowded_out
from matching.problem import Goal, Meeting
from matching.stopping import Stop


def price(
    choice: Choice, goals: Sequence[Goal], meetings: Sequence[Meeting], achieved: Mapping[str, float], stop: Stop
) -> dict[str, Cost]:
    """Facts of each pair that is crowded out."""
    problem = choice.program.instance.problem
    most = sum(pair.value for pair in problem.pairs)
    held = achieved["value"]
    wide = {"at_least": held - most, "at_most": held}
    return {pair: {"cost": wide, "tier": "value"} for pair in crowded_out(problem, meetings)}
