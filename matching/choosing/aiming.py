"""Choose by blocks of slots, then look for a timetable that attains the bound of the blocks.

The bound holds for all plans and a timetable nearly always attains it, so the whole slot-indexed program is not
needed; a program of the columns that can still matter replaces it. If the bound is not attained, a small
instance is solved by slots, and of a large one the best timetable found is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from matching.choosing.aggregate import Aggregate, aggregate, blocks, is_suited
from matching.choosing.choice import Choice, Tell, choose, limit, value_bound
from matching.choosing.linear import EXACT, fix_by_reduced_costs, relax, rounded
from matching.choosing.narrowing import narrowed, point_of, restricted
from matching.choosing.program import LINEAR_TIERS, MAXIMISED, Program, build_program
from matching.choosing.rows import Floats
from matching.presolve import Instance, Ints
from matching.problem import Goal
from matching.stopping import Stop
from matching.timetabling.halving import Halving, SlotAssignment, reached

LARGE = 400_000  # number of columns above which no slot-indexed program of all columns is built
_PROMISING = 0.05  # most negative reduced cost of a pair that is tried in a timetable
_SHARE = 0.25  # share of the remaining time for improving a timetable
_SHARE_LARGE = 0.65  # the same if no other search follows


@dataclass(frozen=True)
class BlockBounds:
    """Result of the aggregated program.

    start: the program before any tier. program: confined to the points that are best in the settled tiers.
    infeasible: no plan exists. bounds: by tier; each holds for plans that reach the bounds of the tiers before
    it. exact: whether reduced-cost fixing alone keeps `program` at the best value. vertex: vertex of the last
    relaxation. reduced_cost: of the variables in tier value. most: bound on the value of every plan. worth: for each
    pair, bound on the value of the plans that hold it.
    """

    start: Aggregate
    program: Aggregate
    bounds: dict[str, float] = field(default_factory=dict)
    settled: int = 0
    infeasible: bool = False
    exact: bool = False
    vertex: Floats | None = None
    reduced_cost: Floats | None = None
    most: float | None = None
    worth: Floats | None = None


def choose_by_blocks(
    instance: Instance, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell, *, large: int = LARGE
) -> Choice:
    """Choose the linear tiers at the start of `goals`, first by blocks and, where needed, by slots.

    large: number of columns above which no slot-indexed program of all columns is built.
    """
    first = next((k for k, goal in enumerate(goals) if goal.tier not in LINEAR_TIERS), len(goals))
    late = any(goal.tier in LINEAR_TIERS for goal in goals[first:])  # the aggregated program has no variables for them
    if late or not is_suited(instance, goals[:first]):
        return choose(build_program(instance, goals), goals, stop, seed, tell)
    search = Halving(instance, stop, seed)
    search.fill()
    tell(search.value, None)
    by_blocks = bound_by_blocks(instance, goals[:first], stop)
    if by_blocks.infeasible:
        nothing = np.zeros(instance.columns, dtype=np.bool_)
        return Choice(build_program(restricted(instance, nothing), goals), infeasible=True)
    if by_blocks.settled == first:
        attained = _choice_at_bounds(by_blocks, search, goals[:first], stop, tell, large=instance.columns > large)
        if attained is not None:
            return attained
    by_blocks = with_value_bound(by_blocks, stop)
    if instance.columns > large or stop.interrupt.is_set():
        kept = _timetable_choice(by_blocks, search.assignment, goals[:first])
        if kept.point is not None or instance.columns > large:
            return kept
    program = build_program(instance, goals)
    found = choose(program, goals, stop, seed, tell, point_of(program, search.assignment))
    return _better(program, found, by_blocks, search.assignment, goals[:first])


def bound_by_blocks(instance: Instance, goals: Sequence[Goal], stop: Stop) -> BlockBounds:
    """Take each of the goals, in order, to the bound of its relaxation by blocks."""
    start = aggregate(instance, goals, blocks(instance))
    result = BlockBounds(start, start)
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
        program = fix_by_reduced_costs(result.program, goal.tier, relaxation, limit(goal, best))
        exact = len(program.row_lower) == len(result.program.row_lower)
        result = replace(
            result,
            program=program,
            bounds={**result.bounds, goal.tier: best},
            settled=result.settled + 1,
            vertex=relaxation.point,
            exact=exact if goal.tier == "value" else result.exact,
            reduced_cost=relaxation.reduced_cost if goal.tier == "value" else result.reduced_cost,
        )
    return result


def _choice_at_bounds(
    by_blocks: BlockBounds, search: Halving, goals: Sequence[Goal], stop: Stop, tell: Tell, *, large: bool
) -> Choice | None:
    """Return a choice that reaches the bound of every goal, or None if no timetable with it was found in time."""
    start = by_blocks.start
    chosen, promise = pair_promises(by_blocks)
    search.halve(chosen, start.block_of)
    _report(search, by_blocks, tell)
    limits = {goal.tier: limit(goal, by_blocks.bounds[goal.tier]) for goal in goals}
    latest = stop.elapsed() + (_SHARE_LARGE if large else _SHARE) * stop.remaining()

    def is_attained() -> bool:
        out, counts = search.reached()
        return out == 0 and all(_is_within(tier, counts[tier], most) for tier, most in limits.items())

    def is_done() -> bool:
        return is_attained() or (stop.iterations is None and stop.elapsed() > latest)

    search.improve(promise, is_done, lambda: _report(search, by_blocks, tell))
    if not is_attained():
        return None
    program = narrowed(start, by_blocks.program, goals)
    for tier, most in limits.items():
        if tier != "value" or not by_blocks.exact:
            program = program.limited(tier, most)
    point = point_of(program, search.assignment)
    if point is None:
        return None
    worth = None if large else with_value_bound(by_blocks, stop).worth
    return Choice(program, point, dict(by_blocks.bounds), settled=len(goals), worth=worth)


def pair_promises(by_blocks: BlockBounds) -> tuple[Ints, Floats]:
    """Return the pairs chosen by the last relaxation, and for each pair how promising it is.

    The promise is 1 for a chosen pair, else its reduced cost; -inf means that the pair is not tried.
    """
    start = by_blocks.start
    chosen = start.pair[:0]
    promise = np.full(len(start.instance.problem.pairs), -np.inf)
    if by_blocks.vertex is not None:
        chosen = np.unique(start.pair[by_blocks.vertex[: start.columns] > 0.5])
    if by_blocks.reduced_cost is not None:
        np.maximum.at(promise, start.pair, by_blocks.reduced_cost[: start.columns])
        promise[promise < -_PROMISING] = -np.inf
    promise[chosen] = np.maximum(promise[chosen], 1.0)
    return chosen, promise


def _report(search: Halving, by_blocks: BlockBounds, tell: Tell) -> None:
    """Report the value and its bound; no bound if the plan exceeds it at the cost of an earlier tier."""
    bound = by_blocks.bounds["value"]
    tell(search.value, bound if search.value <= bound + EXACT else None)


def _is_within(tier: str, reached: float, most: float) -> bool:
    return reached >= most - EXACT if tier in MAXIMISED else reached <= most


def _timetable_choice(by_blocks: BlockBounds, assignment: SlotAssignment, goals: Sequence[Goal]) -> Choice:
    """Return the timetable as a choice in a program of its own pairs, with the bounds that are proved."""
    instance = by_blocks.start.instance
    program = build_program(restricted(instance, (assignment.slot >= 0)[instance.col_pair]), goals)
    return with_block_bounds(Choice(program, point_of(program, assignment), complete=False), by_blocks, goals)


def with_block_bounds(choice: Choice, by_blocks: BlockBounds, goals: Sequence[Goal]) -> Choice:
    """Return the choice with the bounds proved by the blocks, and with its own tiers as limits of its program."""
    if choice.point is None:
        return choice
    for tier, bound in bounds_that_hold(choice, by_blocks, goals).items():
        goal = goals[choice.settled]
        limits = choice.program.limited(tier, limit(goal, choice.achieved(tier)))
        choice = replace(choice.bounded(tier, bound), program=limits, settled=choice.settled + 1)
    return replace(choice, worth=by_blocks.worth)


def bounds_that_hold(choice: Choice, by_blocks: BlockBounds, goals: Sequence[Goal]) -> dict[str, float | None]:
    """Return the bounds of the blocks that hold for a choice.

    The bound of a tier holds only if the choice reaches the bounds of the tiers before it; otherwise a weaker
    bound is given.
    """
    bounds: dict[str, float | None] = {}
    at_bounds = True
    for goal in goals:
        bound = by_blocks.bounds.get(goal.tier) if at_bounds else None
        if bound is None:
            bound = by_blocks.most if goal.tier in MAXIMISED else 0.0
        bounds[goal.tier] = bound
        achieved = choice.achieved(goal.tier)
        at_bounds = at_bounds and bound is not None and _is_within(goal.tier, achieved, limit(goal, bound))
    return bounds


def _better(
    program: Program, found: Choice, by_blocks: BlockBounds, assignment: SlotAssignment, goals: Sequence[Goal]
) -> Choice:
    """Return the better of the choice found by slots and of the timetable, with the tighter bounds."""
    point = None if found.infeasible else point_of(program, assignment)
    if point is None:
        return found
    other = with_block_bounds(Choice(program, point), by_blocks, goals)
    if found.point is None:
        return other
    instance = program.instance
    held = np.zeros(len(assignment.slot), dtype=np.bool_)
    held[instance.col_pair[found.point[: program.columns] > 0]] = True
    mine, theirs = reached(instance, assignment.slot >= 0), reached(instance, held)
    for goal in goals:
        gain = mine[goal.tier] - theirs[goal.tier]
        if abs(gain) > EXACT:
            return other if (gain if goal.tier in MAXIMISED else -gain) > 0 else found
    return found


def with_value_bound(by_blocks: BlockBounds, stop: Stop) -> BlockBounds:
    """Return the block bounds with a bound on value that is valid for any values of the earlier tiers."""
    start = by_blocks.start
    relaxation = relax(start, "value", stop)
    if relaxation.bound is None or relaxation.reduced_cost is None:
        return replace(by_blocks, most=value_bound(start.instance))
    worth = np.full(len(start.instance.value), -np.inf)
    np.maximum.at(worth, start.pair, relaxation.bound + np.minimum(relaxation.reduced_cost[: start.columns], 0.0))
    return replace(by_blocks, most=relaxation.bound, worth=worth)
