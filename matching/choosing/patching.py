"""Choose where blocks lose rules: long pairs, orders of pairs, walks between halls.

The blocks still give the bound. A slot-indexed program of the promising pairs is built, a first point is made,
and large neighbourhood search (`timetabling.windows`) improves it.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from matching.choosing.aggregate import are_suited, is_suited
from matching.choosing.aiming import (
    BlockBounds,
    bound_by_blocks,
    bounds_that_hold,
    pair_promises,
    with_block_bounds,
    with_value_bound,
)
from matching.choosing.choice import Choice, Tell, choose, limit
from matching.choosing.linear import EXACT, is_over
from matching.choosing.narrowing import as_point_of, point_of, restricted, with_counts
from matching.choosing.program import LINEAR_TIERS, MAXIMISED, Program, build_program
from matching.choosing.rows import Floats
from matching.plan import gap
from matching.presolve import Bools, Instance, Ints
from matching.problem import Goal
from matching.stopping import Stop
from matching.timetabling.drafting import draft
from matching.timetabling.halving import Halving, SlotAssignment
from matching.timetabling.windows import Windows

_LEAST = 5_000
_WHOLE = 60_000  # most columns for which the whole program is solved if a gap is left
_CREWS = 3  # crews that are tried for a long pair
_VALUE_WEIGHT = 0.5  # weight of the value among pairs with the same share in the blocks
_START = 0.2  # share of the remaining time for a timetable that ignores orders
_SHARE = 0.6  # share of the remaining time for improving a point


def choose_by_windows(
    instance: Instance, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell, *, least: int = _LEAST
) -> Choice | None:
    """Choose the linear tiers at the start of `goals`; None if another method is as good or no point was found.

    least: number of columns below which solving the whole program is as fast.
    """
    first = next((k for k, goal in enumerate(goals) if goal.tier not in LINEAR_TIERS), len(goals))
    late = any(goal.tier in LINEAR_TIERS for goal in goals[first:])
    if instance.columns < least or late or is_suited(instance, goals[:first]) or not are_suited(goals[:first]):
        return None
    by_blocks = bound_by_blocks(instance, goals[:first], stop)
    if by_blocks.settled < first:
        return None
    by_blocks = with_value_bound(by_blocks, stop)
    chosen, promise = pair_promises(by_blocks)
    promise[instance.required] = 1.0
    kept = np.isfinite(promise)[instance.col_pair] & _with_few_crews(instance)
    program = build_program(restricted(instance, kept), goals)
    point = _without_broken_orders(by_blocks, program, chosen, stop, seed) if int(instance.length.max()) == 1 else None
    if point is None:
        hoped = np.zeros(len(promise))
        hoped[chosen] = 1.0
        preference = (hoped + _VALUE_WEIGHT * instance.value)[program.instance.col_pair]
        point = draft(program, preference, stop)
        if point is None:
            return None
        point = with_counts(program, point)
    point = improved_by_windows(program, point, promise, by_blocks, goals[:first], stop, seed, tell)
    choice = with_block_bounds(Choice(program, point, complete=False), by_blocks, goals[:first])
    return improved_by_whole_program(instance, goals[:first], choice, by_blocks, stop, seed, tell, goals)


def improved_by_whole_program(
    instance: Instance,
    linear: Sequence[Goal],
    choice: Choice,
    by_blocks: BlockBounds,
    stop: Stop,
    seed: int,
    tell: Tell,
    goals: Sequence[Goal],
) -> Choice:
    """Return the choice, or an improvement by the whole program if a gap is left and the program is small enough."""
    is_open = any(gap(choice.achieved(goal.tier), choice.bounds[goal.tier]) for goal in linear)
    if not is_open or instance.columns > _WHOLE or is_over(stop):
        return choice
    assert choice.point is not None
    whole = build_program(instance, goals)
    found = choose(whole, goals, stop, seed, tell, as_point_of(choice.program, choice.point, whole))
    return choice if found.point is None else _tightened(found, choice, by_blocks, linear)


def _tightened(found: Choice, other: Choice, by_blocks: BlockBounds, goals: Sequence[Goal]) -> Choice:
    """Return the better of two choices; the one of the whole program gets the tighter bounds of both."""
    for goal in goals:
        gain = found.achieved(goal.tier) - other.achieved(goal.tier)
        if abs(gain) > EXACT:
            if (gain if goal.tier in MAXIMISED else -gain) < 0:
                return other
            break
    bounds = dict(found.bounds)
    for tier, bound in bounds_that_hold(found, by_blocks, goals).items():
        known = [each for each in (bound, bounds.get(tier)) if each is not None]
        bounds[tier] = min(known, default=None) if tier in MAXIMISED else max(known, default=None)
    return replace(found, bounds=bounds, worth=by_blocks.worth)


def improved_by_windows(
    program: Program,
    point: Ints,
    promise: Floats,
    by_blocks: BlockBounds,
    goals: Sequence[Goal],
    stop: Stop,
    seed: int,
    tell: Tell,
) -> Ints:
    """Improve the point by windows until it reaches the bounds of the blocks or its share of the time ends."""
    search = Windows(program, point, promise, stop, seed)
    limits = {goal.tier: limit(goal, by_blocks.bounds[goal.tier]) for goal in goals}
    latest = stop.elapsed() + _SHARE * stop.remaining()

    def is_done() -> bool:
        reached = {tier: float(program.tiers[tier] @ search.point) for tier in limits}
        attained = all(
            reached[tier] >= most - EXACT if tier in MAXIMISED else reached[tier] <= most
            for tier, most in limits.items()
        )
        return attained or (stop.iterations is None and stop.elapsed() > latest)

    def say() -> None:
        tell(float(program.tiers["value"] @ search.point), by_blocks.most)

    say()
    search.improve(is_done, say)
    return search.point


def _with_few_crews(instance: Instance) -> Bools:
    """Return which columns to keep. A long pair keeps a few of its crews; which ones varies by pair."""
    kept = np.ones(instance.columns, dtype=np.bool_)
    position = {(g, c): n for g, team in enumerate(instance.teams) for n, c in enumerate(team)}
    for j in np.flatnonzero(instance.crew_of >= 0).tolist():
        pair = int(instance.col_pair[j])
        team = int(instance.needs[pair])
        kept[j] = (position[team, int(instance.crew_of[j])] - pair) % len(instance.teams[team]) < _CREWS
    return kept


def _without_broken_orders(
    by_blocks: BlockBounds, program: Program, chosen: Ints, stop: Stop, seed: int
) -> Ints | None:
    """Return a timetable from which pairs that break an order are removed; None if it breaks another rule."""
    instance = by_blocks.start.instance
    if len(instance.halls) > 1 and instance.posts is None:
        return None
    search = Halving(instance, stop, seed)
    search.halve(chosen, by_blocks.start.block_of)
    promise = np.full(len(instance.value), -np.inf)
    promise[program.instance.col_pair] = instance.value[program.instance.col_pair]
    latest = stop.elapsed() + _START * stop.remaining()
    value = by_blocks.bounds["value"]
    search.improve(
        promise,
        lambda: search.value >= value - EXACT or (stop.iterations is None and stop.elapsed() > latest),
        lambda: None,
    )
    slot = search.slot.copy()
    index = {pair.id: k for k, pair in enumerate(instance.problem.pairs)}
    for k, pair in enumerate(instance.problem.pairs):
        for before in pair.after:
            q = index[before]
            if 0 <= slot[k] <= slot[q]:
                slot[q if instance.required[k] or instance.value[q] < instance.value[k] else k] = -1
    return point_of(program, SlotAssignment(slot, search.duty))
