"""Explain one pair: why it is not held and what holding it would cost, or what a held pair displaces.

The event is planned again with the opposite decision for this pair, as close to the plan as the tiers allow.
The difference of the two plans is the answer; it is exact if both are proved optimal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from matching.choosing.linear import is_over
from matching.choosing.program import LINEAR_TIERS, MAXIMISED
from matching.errors import NoPlan
from matching.explaining.reasons import reasons
from matching.plan import Conflict, Plan, Status, UnheldReason, tiers
from matching.problem import Goal, Problem
from matching.solving import solve
from matching.stopping import Stop

NOTHING = frozenset[str]()
_SAME = 1e-9
_SMALL = 40_000  # pairs times slots up to which the other plan also minimises changes
_FEW = 4  # with at most so many changed pairs, no closer plan is looked for
_TIE_BREAK = 1e-5  # extra value of the plan's pairs, to break ties


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """Explanation of one pair, compared with the best plan in which the pair is decided the other way.

    reason, facts: of a pair that is not held, as in the plan's `unheld`. cost: value lost by the other
    decision, at least and at most; None if no plan exists with it, and `conflict` says why. tier: the first
    tier that gets worse, None if no tier of the choice does. instead: pairs held in the other plan only.
    displaced: pairs held in the given plan only.
    """

    pair: str
    held: bool
    reason: UnheldReason | None = None
    facts: Mapping[str, Any] | None = None
    cost: tuple[float | None, float] | None = None
    tier: str | None = None
    instead: tuple[str, ...] = ()
    displaced: tuple[str, ...] = ()
    conflict: tuple[Conflict, ...] = ()


def ask(problem: Problem, plan: Plan, name: str, stop: Stop, *, seed: int = 0, preset: str = "fresh") -> PairAnswer:
    """Explain the pair `name` by planning again with the opposite decision.

    plan: a feasible plan of the problem. name: id of a pair. Raises NoPlan if the time ends before another plan
    is found.
    """
    pairs = {meeting.pair for meeting in plan.meetings}
    held = name in pairs
    answer = PairAnswer(name, held)
    if not held:
        why = reasons(problem, plan.meetings)[name] or (UnheldReason.CROWDED_OUT, {})
        answer = replace(answer, reason=why[0], facts=why[1])
    goals = problem.goals(preset)
    other = solve(_with_opposite_decision(problem, plan, name, goals, held=held), stop=stop, seed=seed, preset=preset)
    if other.status is Status.INFEASIBLE:
        return replace(answer, conflict=other.conflict)
    found = {meeting.pair for meeting in other.meetings}
    if len(found ^ pairs) > _FEW:
        found = _closer(problem, plan, name, goals, other, stop, seed=seed)
    return replace(
        answer,
        cost=_cost(plan, other),
        tier=_first_worse(plan, other),
        instead=tuple(sorted(found - pairs - {name})),
        displaced=tuple(sorted(pairs - found - {name})),
    )


def _closer(
    problem: Problem, plan: Plan, name: str, goals: Sequence[Goal], other: Plan, stop: Stop, *, seed: int
) -> set[str]:
    """Return the pairs of another plan that is equally good in every tier and shares more pairs with `plan`.

    Returns the pairs of `other` if no such plan is found.
    """
    pairs, found = ({meeting.pair for meeting in each.meetings} for each in (plan, other))
    if len(problem.pairs) * len(problem.slots) <= _SMALL or is_over(stop):
        return found
    turned = _with_opposite_decision(problem, plan, name, goals, held=name in pairs)
    liked = (replace(p, value=min(1.0, p.value + _TIE_BREAK)) if p.id in pairs else p for p in turned.pairs)
    try:
        closer = solve(replace(turned, pairs=tuple(liked)), stop=stop, seed=seed)
    except NoPlan:
        return found
    achieved = tiers(turned, closer.meetings)
    again = {meeting.pair for meeting in closer.meetings}
    as_good = all(abs(achieved[tier.tier] - tier.achieved) < _SAME for tier in other.tiers)
    return again if as_good and len(again ^ pairs) < len(found ^ pairs) else found


def _with_opposite_decision(problem: Problem, plan: Plan, name: str, goals: Sequence[Goal], *, held: bool) -> Problem:
    """Return the problem with the opposite decision for the pair; on small problems changes are the last tier."""
    steps = tuple(takewhile(lambda goal: goal.tier in LINEAR_TIERS, goals))
    if len(problem.pairs) * len(problem.slots) <= _SMALL and all(goal.tier != "dropped" for goal in steps):
        steps = (*steps, Goal("dropped"))
        problem = replace(problem, previous=plan.meetings)
    changes: dict[str, Any] = {"required": False, "allowed": NOTHING} if held else {"required": True}
    return replace(
        problem,
        pairs=tuple(replace(pair, **changes) if pair.id == name else pair for pair in problem.pairs),
        pins=tuple(pin for pin in problem.pins if not held or pin.pair != name),
        objective=steps,
        document=None,
    )


def _cost(plan: Plan, other: Plan) -> tuple[float | None, float] | None:
    """Return bounds on the value lost by the other plan, at least and at most; None if value is no tier."""
    judged = {tier.tier: tier for tier in plan.tiers}, {tier.tier: tier for tier in other.tiers}
    if any("value" not in by_name for by_name in judged):
        return None
    mine, theirs = (by_name["value"] for by_name in judged)
    exact = theirs.gap == 0
    most = theirs.achieved if exact else theirs.bound
    least = None if most is None else round(mine.achieved - most, 9) + 0.0
    return least, round(mine.achieved - theirs.achieved, 9) + 0.0


def _first_worse(plan: Plan, other: Plan) -> str | None:
    """Return the first tier in which the other plan is worse, or None."""
    achieved = {tier.tier: tier.achieved for tier in plan.tiers}
    for tier in other.tiers:
        if tier.tier in achieved:
            lost = (achieved[tier.tier] - tier.achieved) * (1 if tier.tier in MAXIMISED else -1)
            if abs(lost) > _SAME:
                return tier.tier if lost > 0 else None
    return None


def write_answer(answer: PairAnswer) -> dict[str, Any]:
    """Return the answer as a JSON object; members that do not apply are left out."""
    document: dict[str, Any] = {"pair": answer.pair, "held": answer.held}
    if answer.reason is not None:
        document |= {"reason": answer.reason.value, "facts": dict(answer.facts or {})}
    if answer.conflict:
        document["conflict"] = [{"rule": c.rule, "at": list(c.at), "relax": c.relax} for c in answer.conflict]
        return document
    cost = None if answer.cost is None else dict(zip(("at_least", "at_most"), answer.cost, strict=True))
    changes = {"instead": list(answer.instead), "displaced": list(answer.displaced)}
    return document | {"cost": cost, "tier": answer.tier} | changes
