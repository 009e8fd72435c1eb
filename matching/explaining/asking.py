"""One pair by itself: why it is not held and what holding it would cost, or what a pair that is held displaces.

The event is planned again with the pair held, or without it, as near to the plan as the tiers of the choice allow. What
differs is the answer; it is exact where both plans are proved to be the best.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from matching.choosing.linear import is_over
from matching.choosing.program import LINEAR, MORE
from matching.errors import NoPlan
from matching.explaining.reasons import reasons
from matching.plan import Conflict, Plan, Reason, Status, tiers
from matching.problem import Goal, Problem
from matching.solving import solve
from matching.stopping import Stop

NOTHING = frozenset[str]()
_SAME = 1e-9
_KEPT = 40_000  # pairs times slots up to which the other plan is also one that moves little
_FEW = 4  # pairs that change, up to which no other plan is looked for that changes less
_LIKING = 1e-5  # what a pair of the plan is worth more where ties are to be decided


@dataclass(frozen=True, slots=True)
class Answer:
    """Of a pair that is held or not, beside the best plan in which that is the other way round.

    reason, facts: of a pair that is not held, as in `unheld` of a plan. cost: the value lost by the other way, at least
    and at most; None where no plan goes the other way, and `conflict` says why. tier: the first that gets worse; None
    where none of those does that hang on who meets whom. instead: pairs held the other way only. displaced: pairs held
    in the plan only.
    """

    pair: str
    held: bool
    reason: Reason | None = None
    facts: Mapping[str, Any] | None = None
    cost: tuple[float | None, float] | None = None
    tier: str | None = None
    instead: tuple[str, ...] = ()
    displaced: tuple[str, ...] = ()
    conflict: tuple[Conflict, ...] = ()


def ask(problem: Problem, plan: Plan, name: str, stop: Stop, *, seed: int = 0, preset: str = "fresh") -> Answer:
    """What becomes of the plan if the pair is held, or where it is held, if it is not.

    plan: feasible, of the problem. name: a pair's id. Raises NoPlan where the time ends before any plan is found.
    """
    pairs = {meeting.pair for meeting in plan.meetings}
    held = name in pairs
    answer = Answer(name, held)
    if not held:
        why = reasons(problem, plan.meetings)[name] or (Reason.CROWDED_OUT, {})
        answer = replace(answer, reason=why[0], facts=why[1])
    goals = problem.goals(preset)
    other = solve(_turned(problem, plan, name, goals, held=held), stop=stop, seed=seed, preset=preset)
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
    """The pairs of a plan the other way that is as good in every tier as the other one and has more of the plan's.

    Of the other one where that is not found.
    """
    pairs, found = ({meeting.pair for meeting in each.meetings} for each in (plan, other))
    if len(problem.pairs) * len(problem.slots) <= _KEPT or is_over(stop):
        return found
    turned = _turned(problem, plan, name, goals, held=name in pairs)
    liked = (replace(p, value=min(1.0, p.value + _LIKING)) if p.id in pairs else p for p in turned.pairs)
    try:
        closer = solve(replace(turned, pairs=tuple(liked)), stop=stop, seed=seed)
    except NoPlan:
        return found
    achieved = tiers(turned, closer.meetings)
    again = {meeting.pair for meeting in closer.meetings}
    as_good = all(abs(achieved[tier.tier] - tier.achieved) < _SAME for tier in other.tiers)
    return again if as_good and len(again ^ pairs) < len(found ^ pairs) else found


def _turned(problem: Problem, plan: Plan, name: str, goals: Sequence[Goal], *, held: bool) -> Problem:
    """The problem with the pair held, or without it, and with what changes in the plan as its last tier."""
    steps = tuple(takewhile(lambda goal: goal.tier in LINEAR, goals))
    if len(problem.pairs) * len(problem.slots) <= _KEPT and all(goal.tier != "dropped" for goal in steps):
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
    """The value lost, between the other plan's bound and what it achieves; None where value is no tier."""
    judged = {tier.tier: tier for tier in plan.tiers}, {tier.tier: tier for tier in other.tiers}
    if any("value" not in by_name for by_name in judged):
        return None
    mine, theirs = (by_name["value"] for by_name in judged)
    exact = theirs.gap == 0
    most = theirs.achieved if exact else theirs.bound
    least = None if most is None else round(mine.achieved - most, 9) + 0.0
    return least, round(mine.achieved - theirs.achieved, 9) + 0.0


def _first_worse(plan: Plan, other: Plan) -> str | None:
    achieved = {tier.tier: tier.achieved for tier in plan.tiers}
    for tier in other.tiers:
        if tier.tier in achieved:
            lost = (achieved[tier.tier] - tier.achieved) * (1 if tier.tier in MORE else -1)
            if abs(lost) > _SAME:
                return tier.tier if lost > 0 else None
    return None


def write_answer(answer: Answer) -> dict[str, Any]:
    """The answer as a JSON object, members that do not apply left out."""
    document: dict[str, Any] = {"pair": answer.pair, "held": answer.held}
    if answer.reason is not None:
        document |= {"reason": answer.reason.value, "facts": dict(answer.facts or {})}
    if answer.conflict:
        document["conflict"] = [{"rule": c.rule, "at": list(c.at), "relax": c.relax} for c in answer.conflict]
        return document
    cost = None if answer.cost is None else dict(zip(("at_least", "at_most"), answer.cost, strict=True))
    changes = {"instead": list(answer.instead), "displaced": list(answer.displaced)}
    return document | {"cost": cost, "tier": answer.tier} | changes
