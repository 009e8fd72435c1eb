"""Fewer breaks, fewer for the worst off, fewer moves, none of it at the cost of an earlier tier."""

from collections.abc import Sequence

from matching.choosing import Choice, Tell
from matching.problem import Goal
from matching.stopping import Stop


def improve(choice: Choice, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell) -> Choice:
    """The choice after the remaining tiers of `goals`."""
    for goal in goals[choice.settled :]:
        choice = choice.bounded(goal.tier, 0)
    return choice
