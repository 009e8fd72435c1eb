"""Repair a plan: first find the smallest loss of previous meetings, then plan the rest around what stays.

The smallest loss, with no new meeting held, bounds the loss of every plan. The plan around it is a small
problem: every meeting with a party that is not disturbed stays. If nothing is lost except what can no longer be
held, no other loss is as small, and the small problem proves all tiers of the whole one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np

from matching.choosing.aggregate import is_suited
from matching.choosing.aiming import LARGE, bound_by_blocks
from matching.choosing.choice import Choice, Tell, effort, limit, relax_tiers, value_bound
from matching.choosing.linear import EXACT, Relaxation, fix_by_reduced_costs, is_over, optimum, relax, rounded
from matching.choosing.narrowing import restricted
from matching.choosing.program import LINEAR_TIERS, MAXIMISED, Program, build_program
from matching.choosing.settling import ReducedProgram, propagate_bounds
from matching.plan import gap
from matching.presolve import Instance, Ints
from matching.problem import Goal
from matching.repairing.beside import columns_beside
from matching.repairing.losses import PlanLoss, least_losses
from matching.stopping import Stop

_STEADY = ("disturbed", "dropped")  # tiers that count changes
_NEEDS = ("shortfall", "neediest")  # tiers that may come before those
_SHARE = 0.6  # share of the remaining time for the smallest loss
_RELAXING = 0.7  # share of the remaining time for the relaxations of all tiers
_EACH = 0.3  # share of the remaining time for branch and cut on one tier
_CLOSE = 0.002  # branch and cut looks for values at most this share below the bound
_GRACE_S = 1.0  # seconds for a plan without new meetings and for bounds by blocks, after the time has ended
_SMALL = 6_000  # number of variables of a program that branch and cut solves in a second or two


def repair(
    instance: Instance, goals: Sequence[Goal], stop: Stop, seed: int, tell: Tell, small: int = _SMALL
) -> Choice | None:
    """Solve the linear tiers at the start of `goals` in a program of what may change; None if it does not apply.

    It applies if the first tier, apart from those of _NEEDS, is one of _STEADY and no tier up to it has a
    tolerance. A program of up to `small` variables is better solved whole, unless the part proves everything.
    """
    place = next((k for k, goal in enumerate(goals) if goal.tier not in _NEEDS), len(goals))
    if place == len(goals) or goals[place].tier not in _STEADY or any(goal.tolerance for goal in goals[: place + 1]):
        return None
    if not instance.problem.previous:
        return None
    steady = goals[place].tier
    linear = list(takewhile(lambda goal: goal.tier in LINEAR_TIERS, goals))
    if any(goal.tier in LINEAR_TIERS for goal in goals[len(linear) :]):  # its variables would be missing later
        return None
    before = np.isin(instance.col_pair, _pairs(instance))
    losses = least_losses(build_program(restricted(instance, before), goals), steady, effort(stop, _SHARE), stop, seed)
    best = _best(instance, linear, place, losses, stop)
    if best is None:
        return None
    loss = losses[-1]
    is_whole = instance.columns <= LARGE and loss.is_forced and best.achieved(steady) == loss.least
    best = replace(best, bounds={**best.bounds, steady: float(loss.least)})
    open_needs = any(gap(best.achieved(goal.tier), best.bounds[goal.tier]) != 0 for goal in linear[:place])
    if not is_whole or open_needs or None in best.bounds.values():
        bounds = _bounds(instance, linear, best, stop)
        as_needed = all(gap(best.achieved(goal.tier), bounds[goal.tier]) == 0 for goal in linear[:place])
        is_whole = is_whole and as_needed
        within = {tier: bound for tier, bound in best.bounds.items() if is_whole and bound is not None}
        best = replace(best, bounds={**bounds, **within, steady: float(loss.least)}, complete=is_whole)
    if instance.columns <= small:
        proved = is_whole and all(gap(best.achieved(goal.tier), best.bounds[goal.tier]) == 0 for goal in linear)
        return best if proved else None
    if "value" in best.program.tiers:
        tell(best.achieved("value"), best.bounds.get("value"))
    return best


def _best(
    instance: Instance, goals: Sequence[Goal], place: int, losses: Sequence[PlanLoss], stop: Stop
) -> Choice | None:
    """Plan with few disturbed parties and, if that leaves parties short, with more; return the better choice.

    place: number of goals that are needs. Their bounds come from counting, because other bounds hold for a part
    of the plans only.
    """
    best: Choice | None = None
    sets_of_parties = _parties_to_disturb(instance, goals[place].tier, losses[-1])
    ways = [(loss, loss.parties if goals[place].tier != "dropped" else sets_of_parties[0]) for loss in losses]
    for loss, parties in ways + [(losses[-1], parties) for parties in sets_of_parties[1:]]:
        if best is not None and is_over(stop):
            break
        choice = _optimised(_program_around(instance, goals, loss, parties), goals, stop)
        if choice is None:
            continue
        best = (
            choice
            if best is None
            else min(best, choice, key=lambda c: [c.achieved(g.tier) for g in goals[: place + 1]])
        )
        counted = {goal.tier: _least_shortfall(instance, goal.tier) for goal in goals[:place]}
        best = replace(best, bounds={**best.bounds, **counted})
        if all(best.achieved(tier) == least for tier, least in counted.items()):
            break
    return best


def _parties_to_disturb(instance: Instance, steady: str, loss: PlanLoss) -> list[frozenset[int]]:
    """Return sets of parties, by index, that may be disturbed: those of the loss, then also their partners."""
    if steady == "dropped":
        return [frozenset()]
    ends = instance.ends[_pairs(instance)]
    near = np.isin(ends, list(loss.parties)).any(axis=1)
    return [loss.parties, loss.parties.union(ends[near].reshape(-1).tolist())]


def _pairs(instance: Instance) -> Ints:
    """Return the index of the pair of each previous meeting."""
    index = {pair.id: k for k, pair in enumerate(instance.problem.pairs)}
    return np.array([index[m.pair] for m in instance.problem.previous or ()], dtype=np.int64)


def _program_around(
    instance: Instance, goals: Sequence[Goal], loss: PlanLoss, parties: frozenset[int]
) -> ReducedProgram | None:
    """Return the program in which only lost meetings, and meetings between `parties`, may change; None if infeasible.

    Of a large event it contains only pairs that were held or that belong to disturbed parties.
    """
    pairs, previous = _pairs(instance), instance.problem.previous or ()
    slot_index = {slot.id: t for t, slot in enumerate(instance.problem.ordered)}
    among = np.asarray(np.isin(instance.ends[pairs], list(parties)).all(axis=1))
    staying = [n for n in sorted(loss.held) if not among[n]]
    columns = {}
    for n in staying:
        mine = instance.columns_of[pairs[n]]
        columns[int(pairs[n])] = int(mine[instance.col_slot[mine] == slot_index[previous[n].slot]][0])
    keep = columns_beside(instance, np.array(list(columns.values()), dtype=np.int64))
    if instance.columns > LARGE:
        touched = np.asarray(np.isin(instance.ends, list(loss.parties)).any(axis=1))
        touched[pairs] = True
        keep &= touched[instance.col_pair]
    if set(np.flatnonzero(instance.required)) - set(instance.col_pair[keep]):
        return None
    program = build_program(restricted(instance, keep), goals)
    lower = program.lower.copy()
    lower[program.kept[staying]] = 1.0
    return propagate_bounds(program.bounded(lower, program.upper, program.row_lower, program.row_upper))


def _optimised(part: ReducedProgram | None, goals: Sequence[Goal], stop: Stop) -> Choice | None:
    """Optimise the goals in the program; None if not even what stays of the previous plan is feasible.

    Nearly always all tiers reach the bounds of their relaxations at once.
    """
    if part is None:
        return None
    relaxed = relax_tiers(part.program, goals, _share_of_rest(stop, _RELAXING), lambda *_: None)
    if relaxed.infeasible:
        return None
    if relaxed.settled == len(goals):
        point = _integral_point(relaxed.program, goals[-1].tier, stop) if relaxed.point is None else relaxed.point
        if point is not None:
            return replace(relaxed, point=point, worth=None)
    return _tier_by_tier(part.program, goals, relaxed.bounds, stop)


def _integral_point(program: Program, tier: str, stop: Stop) -> Ints | None:
    """Return an integral point of a program whose bounds have settled nearly everything, or None."""
    part = propagate_bounds(program)
    if part is None:
        return None
    return part.whole(optimum(part.program, tier, stop, _RELAXING * stop.remaining()).point, program.variables)


def _tier_by_tier(
    program: Program, goals: Sequence[Goal], relaxed: Mapping[str, float | None], stop: Stop
) -> Choice | None:
    """Optimise the tiers in turn, starting from what stays of the previous plan.

    relaxed: bounds; each holds if the earlier tiers reach theirs.
    """
    left = _point_without_new_meetings(program, goals, stop)
    if left is None:
        return None
    choice, at_bounds = Choice(program, left), True
    for goal in goals:
        if _is_least(choice, goal.tier):
            choice = _fixed_at_least(choice, goal.tier)
            continue
        relaxation = relax(choice.program, goal.tier, stop)
        bound = None if relaxation.bound is None else rounded(program, goal.tier, relaxation.bound)
        if bound is not None and abs(choice.achieved(goal.tier) - bound) > EXACT:
            choice, bound = _closer_to_bound(choice, goal.tier, relaxation, bound, stop)
        reached = choice.achieved(goal.tier)
        bound = relaxed.get(goal.tier) if bound is None and at_bounds else bound
        most = limit(goal, reached)
        exact = relaxation.bound is not None and bound is not None and abs(reached - bound) <= EXACT
        narrow = (
            fix_by_reduced_costs(choice.program, goal.tier, relaxation, most)
            if exact
            else choice.program.limited(goal.tier, most)
        )
        at_bounds = at_bounds and reached == relaxed.get(goal.tier)
        choice = replace(choice.bounded(goal.tier, bound), program=narrow, settled=choice.settled + 1)
    return choice


def _is_least(choice: Choice, tier: str) -> bool:
    """Whether the tier is at the value that the lower bounds of its variables give."""
    weights = choice.program.tiers[tier]
    least = float(weights @ choice.program.lower)
    return tier not in MAXIMISED and not np.any(weights < 0) and choice.achieved(tier) <= least + EXACT


def _fixed_at_least(choice: Choice, tier: str) -> Choice:
    """Fix the variables of a tier that is at its least value; this needs no row and no relaxation."""
    program = choice.program
    upper = np.where(program.tiers[tier] > 0, program.lower, program.upper)
    program = program.bounded(program.lower, upper, program.row_lower, program.row_upper)
    return replace(choice.bounded(tier, choice.achieved(tier)), program=program, settled=choice.settled + 1)


def _closer_to_bound(
    choice: Choice, tier: str, relaxation: Relaxation, bound: float, stop: Stop
) -> tuple[Choice, float]:
    """Return a choice closer to the bound of a tier, and a possibly tighter bound.

    The choice comes from the relaxation if its vertex is integral, else from branch and cut close to the bound.
    """
    if relaxation.is_integral:
        return replace(choice, point=relaxation.whole()), bound
    reached, more = choice.achieved(tier), tier in MAXIMISED
    near = max(reached, bound - _CLOSE * abs(bound)) if more else reached
    part = fix_by_reduced_costs(choice.program, tier, relaxation, near - EXACT if more else near)
    best = optimum(part, tier, stop, _EACH * stop.remaining())
    if best.infeasible:
        return choice, near
    if best.bound is not None:
        bound = min(bound, max(best.bound, near)) if more else max(bound, min(best.bound, near))
    return choice if best.point is None else replace(choice, point=best.point), bound


def _point_without_new_meetings(program: Program, goals: Sequence[Goal], stop: Stop) -> Ints | None:
    """Return a point without new meetings except required ones; it is computed even after the time has ended."""
    instance = program.instance
    stop = _with_grace(stop)
    before = np.isin(instance.col_pair, _pairs(program.instance)) | instance.required[instance.col_pair]
    upper = program.upper.copy()
    upper[: program.columns][~before] = 0.0
    part = propagate_bounds(program.bounded(program.lower, upper, program.row_lower, program.row_upper))
    if part is None:
        return None
    small, point = part.program, None
    for goal in goals:
        if goal.tier in _NEEDS or goal.tier in _STEADY:
            best = optimum(small, goal.tier, stop)
            point = point if best.point is None else best.point
            if point is None:
                return None
            small = small.limited(goal.tier, float(small.tiers[goal.tier] @ point))
    return part.whole(point, program.variables)


def _with_grace(stop: Stop) -> Stop:
    """Return a stop that leaves at least _GRACE_S seconds, for short and valuable steps."""
    return Stop(max(stop.remaining(), _GRACE_S), stop.iterations, stop.interrupt)


def _share_of_rest(stop: Stop, share: float) -> Stop:
    """Return a stop after a share of the remaining time."""
    if stop.iterations is not None or stop.seconds is None:
        return stop
    return Stop(share * stop.remaining(), interrupt=stop.interrupt)


def _least_shortfall(instance: Instance, tier: str) -> float:
    """Return a bound on the missing meetings, counted for each party alone from its partners and slots."""
    able = np.bincount(instance.ends[np.unique(instance.col_pair)].reshape(-1), minlength=len(instance.parallel))
    seats = instance.present.sum(axis=1) * instance.parallel
    short = [
        max(0, party.min_meetings - int(min(count, room, count if party.max_meetings is None else party.max_meetings)))
        for party, count, room in zip(instance.problem.parties, able, seats, strict=True)
    ]
    return float(sum(short) if tier == "shortfall" else max(short, default=0))


def _bounds(instance: Instance, goals: Sequence[Goal], best: Choice, stop: Stop) -> dict[str, float | None]:
    """Return bounds over all plans: on the needs, and on value if the choice meets the needs as well as possible.

    They come from blocks where these lose no rule. Changes are ignored: a row that limits them would make the
    relaxation three times slower and the bound hardly tighter.
    """
    asked = [goal for goal in goals if goal.tier not in _STEADY]
    found: dict[str, float | None] = {goal.tier: None for goal in asked}
    most: float | None = value_bound(instance)
    if is_suited(instance, asked):
        by_blocks = bound_by_blocks(instance, asked, _with_grace(stop))
        found |= by_blocks.bounds
        if any(best.achieved(goal.tier) != by_blocks.bounds.get(goal.tier) for goal in asked if goal.tier in _NEEDS):
            most = relax(by_blocks.start, "value", _with_grace(stop)).bound or most
    elif instance.columns <= LARGE:
        found |= relax_tiers(build_program(instance, asked), asked, stop, lambda *_: None).bounds
    for goal in asked:
        bound = found[goal.tier]
        if goal.tier not in MAXIMISED:
            found[goal.tier] = bound = max(bound or 0.0, _least_shortfall(instance, goal.tier))
            if bound < best.achieved(goal.tier):  # bounds of later tiers hold for plans that reach this bound
                later = [other.tier for other in asked[asked.index(goal) + 1 :]]
                found |= {tier: most if tier in MAXIMISED else _least_shortfall(instance, tier) for tier in later}
                break
        elif bound is None:
            found[goal.tier] = most
    return found
