"""Compare the claims of a plan with the results of the judge: `python -m matching --check`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields

from matching.formats.reading import quote
from matching.formats.schedule import fingerprint
from matching.plan import Plan, Status, Tier, diff, gap, tiers
from matching.problem import PRESETS, Goal, Meeting, Problem
from matching.rules import violations

TOLERANCE = 1e-6  # largest difference that another order of summation may cause


def faults(problem: Problem, plan: Plan) -> list[str]:
    """Return one line for each fault of the plan, each starting with JSON pointers; empty if every claim is true.

    Of a plan with status "infeasible" the meetings, hash, difference and form of the conflict are checked.
    """
    found = [*_hash(problem, plan), *_order(problem, plan), *_conflict(plan), *_difference(problem, plan)]
    if plan.status is Status.INFEASIBLE:
        if plan.meetings:
            found.append('/meetings: a plan of status "infeasible" has no meetings')
        return found if not plan.unheld else [*found, *_unheld(problem, plan)]
    broken = [str(violation) for violation in violations(problem, plan.meetings)]
    return [*broken, *_tiers(problem, plan), *found, *_unheld(problem, plan)]


def _hash(problem: Problem, plan: Plan) -> Iterator[str]:
    if plan.problem_sha256 != fingerprint(problem):
        yield f"/problem_sha256: the problem's is {quote(fingerprint(problem))}"


def _order(problem: Problem, plan: Plan) -> Iterator[str]:
    def key(meeting: Meeting) -> tuple[object, str, str]:
        return problem.slot[meeting.slot].start, meeting.table, meeting.pair

    for place, (meeting, expected) in enumerate(zip(plan.meetings, sorted(plan.meetings, key=key), strict=True)):
        if key(meeting) != key(expected):
            yield f"/meetings/{place}: out of order, pair {quote(expected.pair)} comes here"
            return


def _conflict(plan: Plan) -> Iterator[str]:
    infeasible = plan.status is Status.INFEASIBLE
    if infeasible and not plan.conflict:
        yield '/conflict: a plan of status "infeasible" names its conflict'
    if plan.conflict and not infeasible:
        yield f'/conflict: a plan of status "{plan.status}" has none'


def _difference(problem: Problem, plan: Plan) -> Iterator[str]:
    """Compare the plan's difference with the true one.

    If `previous` is empty, the plan may give the difference or not.
    """
    if plan.diff is None:
        if problem.previous:
            yield "/diff: missing, though the problem has previous meetings"
    elif problem.previous is None:
        yield "/diff: the problem has no previous meetings"
    else:
        true = diff(problem, plan.meetings)
        for name in (field.name for field in fields(true)):
            claimed, found = set(getattr(plan.diff, name)), set(getattr(true, name))
            if claimed != found:
                yield f"/diff/{name}: {_sets_differ(claimed, found)}"


def _unheld(problem: Problem, plan: Plan) -> Iterator[str]:
    claimed = [unheld.pair for unheld in plan.unheld]
    twice = sorted(pair for pair, times in Counter(claimed).items() if times > 1)
    if twice:
        yield f"/unheld: twice {_listed(twice)}"
    found = problem.pair.keys() - {meeting.pair for meeting in plan.meetings}
    if found != set(claimed):
        yield f"/unheld: {_sets_differ(set(claimed), found)}"


def _tiers(problem: Problem, plan: Plan) -> Iterator[str]:
    """Yield faults of the claimed tiers: their list, values, bounds, gaps, and the status "optimal"."""
    names = tuple(tier.tier for tier in plan.tiers)
    lists = [tuple(goal.tier for goal in problem.objective)] if problem.objective else list(PRESETS.values())
    if names not in lists:
        expected = " or ".join(", ".join(one) for one in lists)
        yield f"/tiers: must be {expected}, in this order"
    true = tiers(problem, plan.meetings)
    for place, tier in enumerate(plan.tiers):
        yield from (f"/tiers/{place}/{fault}" for fault in _tier(tier, true[tier.tier]))
    if plan.status is Status.OPTIMAL:
        yield from _optimality(plan.tiers, problem.objective or ())


def _tier(tier: Tier, true: float) -> Iterator[str]:
    """Yield faults of one claimed tier. true: what the meetings achieve."""
    slack = TOLERANCE if tier.tier == "value" else 0.0
    if abs(tier.achieved - true) > slack:
        yield f"achieved: is {true}, not {tier.achieved}"
    if tier.bound is not None:
        if tier.tier == "value":
            beaten = tier.achieved > tier.bound + slack
        else:
            beaten = tier.achieved < tier.bound
            if tier.bound != int(tier.bound):
                yield f"bound: {tier.bound} is no whole number"
        if beaten:
            yield f"bound: {tier.bound} is beaten by this plan's {tier.achieved}"
    expected = gap(tier.achieved, tier.bound)
    if not _same_gap(tier.gap, expected):
        yield f"gap: is {_number(expected)}, not {_number(tier.gap)}"


def _same_gap(claimed: float | None, expected: float | None) -> bool:
    """Whether two gaps agree: 0 and null exactly, other values within TOLERANCE."""
    if not claimed or not expected:
        return claimed == expected
    return abs(claimed - expected) <= TOLERANCE


def _optimality(claimed: Sequence[Tier], goals: Sequence[Goal]) -> Iterator[str]:
    tolerance = {goal.tier: goal.tolerance for goal in goals}
    for place, tier in enumerate(claimed):
        allowed = tolerance.get(tier.tier, 0.0)
        if tier.gap is None or tier.gap > allowed:
            yield f'/status: not "optimal" with the gap {_number(tier.gap)} at /tiers/{place}'


def _number(value: float | None) -> str:
    return "null" if value is None else str(value)


def _sets_differ(claimed: set[str], found: set[str]) -> str:
    parts = []
    if found - claimed:
        parts.append(f"lacks {_listed(sorted(found - claimed))}")
    if claimed - found:
        parts.append(f"wrongly names {_listed(sorted(claimed - found))}")
    return ", ".join(parts)


def _listed(ids: Sequence[str]) -> str:
    """Return the ids as a list for a message, cut after ten."""
    few = ", ".join(quote(name) for name in ids[:10])
    return few if len(ids) <= 10 else f"{few} and {len(ids) - 10} more"
