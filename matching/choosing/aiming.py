"""Choose by blocks of slots, then look for a timetable that attains the bound of the blocks.

The bound holds for all plans and a timetable nearly always attains it, so the whole slot-indexed program is not
needed; a program of the columns that can still matter replaces it. If the bound is not attained, a small
instance is solved by slots, and of a large one the best timetable found is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from matching.choosing.aggregate import Aggregate, aggregate, blocks, is_suited
from matching.choosing.choice import Choice, Tell, ceiling, choose, limit
from matching.choosing.linear import EXACT, confined, relax, rounded
from matching.choosing.narrowing import narrowed, point_of, restricted
from matching.choosing.program import LINEAR, MORE, Program, programme
from matching.choosing.rows import Floats
from matching.presolve import Instance, Ints
from matching.problem import Goal
from matching.stopping import Stop
from matching.timetabling.halving import Halving, Laid, reached

LARGE = 400_000  # number of columns above which no slot-indexed program of all columns is built
_PROMISING = 0.05  # most negative reduced cost of a pair that is tried in a timetable
_SHARE = 0.25  # share of the remaining time for improving a timetable
_SHARE_LARGE = 0.65  # the same if no other search follows


@dataclass(frozen=True)
class Aim:
    """Result of the aggregated program.

    start: the program before any tier. program: confined to the points that are best in the settled tiers.
    infeasible: no plan exists. bounds: by tier; each holds for plans that reach the bounds of the tiers before
    it. exact: whether reduced-cost fixing alone keeps `program` at the best value. vertex: vertex of the last
    relaxation. price: reduced costs in tier value. most: bound on the value of every plan. worth: for each
    pair, bound on the value of the plans that hold it.
    """

    start: Aggregate
    program: Aggregate
    bounds: dict[str, float] = field(default_factory=dict)
    settled: int = 0
    infeasible: bool = False
    exact: bool = False
    vertex: Floats | None = None
    price: Floats | None = None
    most: float | None = None
    worth: Floats | None = None


def decide(
    instance: Instance, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell, *, large: int = LARGE
) -> Choice:
    """Choose the linear tiers at the start of `goals`, first by blocks and, where needed, by slots.

    large: number of columns above which no slot-indexed program of all columns is built.
    """
    first = next((k for k, goal in enumerate(goals) if goal.tier not in LINEAR), len(goals))
    late = any(goal.tier in LINEAR for goal in goals[first:])  # the aggregated program has no variables for them
    if late or not is_suited(instance, goals[:first]):
        return choose(programme(instance, goals), goals, stop, seed, tell)
    search = Halving(instance, stop, seed)
    search.fill()
    tell(search.value, None)
    aimed = aim(instance, goals[:first], stop)
    if aimed.infeasible:
        nothing = np.zeros(instance.columns, dtype=np.bool_)
        return Choice(programme(restricted(instance, nothing), goals), infeasible=True)
    if aimed.settled == first:
        attained = _attain(aimed, search, goals[:first], stop, tell, large=instance.columns > large)
        if attained is not None:
            return attained
    aimed = ceiled(aimed, stop)
    if instance.columns > large or stop.interrupt.is_set():
        kept = _kept(aimed, search.laid, goals[:first])
        if kept.point is not None or instance.columns > large:
            return kept
    program = programme(instance, goals)
    found = choose(program, goals, stop, seed, tell, point_of(program, search.laid))
    return _better(program, found, aimed, search.laid, goals[:first])


def aim(instance: Instance, goals: Sequence[Goal], stop: Stop) -> Aim:
    """Take each of the goals, in order, to the bound of its relaxation by blocks."""
    start = aggregate(instance, goals, blocks(instance))
    result = Aim(start, start)
    for goal in goals:
        nobody_short = goal.tier == "neediest" and result.bounds.get("shortfall") == 0
        if nobody_short or not result.program.tiers[goal.tier].any():
            result = replace(result, bounds={**result.bounds, goal.tier: 0.0}, settled=result.settled + 1)
            continue
        relaxation = relax(result.program, goal.tier, stop)
        if relaxation.infeasible:
            return replace(result, infeasible=result.program is start)
        if relaxation.bound is None:
            return result
        best = rounded(result.program, goal.tier, relaxation.bound)
        program = confined(result.program, goal.tier, relaxation, limit(goal, best))
        exact = len(program.row_lower) == len(result.program.row_lower)
        result = replace(
            result,
            program=program,
            bounds={**result.bounds, goal.tier: best},
            settled=result.settled + 1,
            vertex=relaxation.point,
            exact=exact if goal.tier == "value" else result.exact,
            price=relaxation.price if goal.tier == "value" else result.price,
        )
    return result


def _attain(
    aimed: Aim, search: Halving, goals: Sequence[Goal], stop: Stop, tell: Tell, *, large: bool
) -> Choice | None:
    """Return a choice that reaches the bound of every goal, or None if no timetable with it was found in time."""
    start = aimed.start
    chosen, promise = promises(aimed)
    search.lay(chosen, start.block_of)
    _say(search, aimed, tell)
    limits = {goal.tier: limit(goal, aimed.bounds[goal.tier]) for goal in goals}
    latest = stop.elapsed() + (_SHARE_LARGE if large else _SHARE) * stop.remaining()

    def is_attained() -> bool:
        out, counts = search.reached()
        return out == 0 and all(_is_within(tier, counts[tier], most) for tier, most in limits.items())

    def is_done() -> bool:
        return is_attained() or (stop.iterations is None and stop.elapsed() > latest)

    search.better(promise, is_done, lambda: _say(search, aimed, tell))
    if not is_attained():
        return None
    program = narrowed(start, aimed.program, goals)
    for tier, most in limits.items():
        if tier != "value" or not aimed.exact:
            program = program.limited(tier, most)
    point = point_of(program, search.laid)
    if point is None:
        return None
    worth = None if large else ceiled(aimed, stop).worth
    return Choice(program, point, dict(aimed.bounds), settled=len(goals), worth=worth)


def promises(aimed: Aim) -> tuple[Ints, Floats]:
    """Return the pairs chosen by the last relaxation, and for each pair how promising it is.

    The promise is 1 for a chosen pair, else its reduced cost; -inf means that the pair is not tried.
    """
    start = aimed.start
    chosen = start.pair[:0]
    promise = np.full(len(start.instance.problem.pairs), -np.inf)
    if aimed.vertex is not None:
        chosen = np.unique(start.pair[aimed.vertex[: start.columns] > 0.5])
    if aimed.price is not None:
        np.maximum.at(promise, start.pair, aimed.price[: start.columns])
        promise[promise < -_PROMISING] = -np.inf
    promise[chosen] = np.maximum(promise[chosen], 1.0)
    return chosen, promise


def _say(search: Halving, aimed: Aim, tell: Tell) -> None:
    """Report the value and its bound; no bound if the plan exceeds it at the cost of an earlier tier."""
    bound = aimed.bounds["value"]
    tell(search.value, bound if search.value <= bound + EXACT else None)


def _is_within(tier: str, reached: float, most: float) -> bool:
    return reached >= most - EXACT if tier in MORE else reached <= most


def _kept(aimed: Aim, laid: Laid, goals: Sequence[Goal]) -> Choice:
    """Return the timetable as a choice in a program of its own pairs, with the bounds that are proved."""
    instance = aimed.start.instance
    program = programme(restricted(instance, (laid.slot >= 0)[instance.col_pair]), goals)
    return settled(Choice(program, point_of(program, laid), complete=False), aimed, goals)


def settled(choice: Choice, aimed: Aim, goals: Sequence[Goal]) -> Choice:
    """Return the choice with the bounds proved by the blocks, and with its own tiers as limits of its program."""
    if choice.point is None:
        return choice
    for tier, bound in proved(choice, aimed, goals).items():
        goal = goals[choice.settled]
        limits = choice.program.limited(tier, limit(goal, choice.achieved(tier)))
        choice = replace(choice.bounded(tier, bound), program=limits, settled=choice.settled + 1)
    return replace(choice, worth=aimed.worth)


def proved(choice: Choice, aimed: Aim, goals: Sequence[Goal]) -> dict[str, float | None]:
    """Return the bounds of the blocks that hold for a choice.

    The bound of a tier holds only if the choice reaches the bounds of the tiers before it; otherwise a weaker
    bound is given.
    """
    bounds: dict[str, float | None] = {}
    as_hoped = True
    for goal in goals:
        bound = aimed.bounds.get(goal.tier) if as_hoped else None
        if bound is None:
            bound = aimed.most if goal.tier in MORE else 0.0
        bounds[goal.tier] = bound
        achieved = choice.achieved(goal.tier)
        as_hoped = as_hoped and bound is not None and _is_within(goal.tier, achieved, limit(goal, bound))
    return bounds


def _better(program: Program, found: Choice, aimed: Aim, laid: Laid, goals: Sequence[Goal]) -> Choice:
    """Return the better of the choice found by slots and of the timetable, with the tighter bounds."""
    point = None if found.infeasible else point_of(program, laid)
    if point is None:
        return found
    other = settled(Choice(program, point), aimed, goals)
    if found.point is None:
        return other
    instance = program.instance
    held = np.zeros(len(laid.slot), dtype=np.bool_)
    held[instance.col_pair[found.point[: program.columns] > 0]] = True
    mine, theirs = reached(instance, laid.slot >= 0), reached(instance, held)
    for goal in goals:
        gain = mine[goal.tier] - theirs[goal.tier]
        if abs(gain) > EXACT:
            return other if (gain if goal.tier in MORE else -gain) > 0 else found
    return found


def ceiled(aimed: Aim, stop: Stop) -> Aim:
    """Return the aim with a bound on value that holds whatever the earlier tiers are."""
    start = aimed.start
    relaxation = relax(start, "value", stop)
    if relaxation.bound is None or relaxation.price is None:
        return replace(aimed, most=ceiling(start.instance))
    worth = np.full(len(start.instance.value), -np.inf)
    np.maximum.at(worth, start.pair, relaxation.bound + np.minimum(relaxation.price[: start.columns], 0.0))
    return replace(aimed, most=relaxation.bound, worth=worth)
