"""The result (`plan/1`) of a draft that organisers change by hand: judged like the solver's, and with its bounds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from matching.explaining.reasons import reasons, unheld
from matching.formats.schedule import fingerprint, write_plan
from matching.plan import ENGINE, Plan, Status, Tier, diff, gap, tiers
from matching.problem import Meeting, Problem

_SAME = 1e-9
# Of a pair that nothing prevents: nobody has looked for what it would cost.
UNPRICED: Mapping[str, Any] = {"tier": None, "cost": {"at_least": None, "at_most": None}}


def result(problem: Problem, given: Sequence[Mapping[str, Any]], meetings: Iterable[Meeting], seed: int) -> Any:
    """Return the `plan/1` of meetings that break no rule. Takes long.

    given: tiers of the plan from which the draft was made, as in `plan/1`. seed: of that plan.
    """
    rank = {slot.id: place for place, slot in enumerate(problem.ordered)}
    ordered = tuple(sorted(meetings, key=lambda each: (rank[each.slot], each.table, each.pair)))
    found = reasons(problem, ordered)
    made = Plan(
        problem_sha256=fingerprint(problem),
        engine=ENGINE,
        seed=seed,
        seconds=None,
        status=Status.FEASIBLE,
        meetings=ordered,
        tiers=tuple(compared(problem, given, ordered)),
        unheld=unheld(found, dict.fromkeys(found, UNPRICED)),
        x={"by": "hand"},
    )
    return write_plan(made if problem.previous is None else replace(made, diff=diff(problem, ordered)))


def compared(problem: Problem, given: Sequence[Mapping[str, Any]], meetings: Iterable[Meeting]) -> Iterable[Tier]:
    """Yield the tiers of the meetings.

    A bound of the given plan holds as long as every earlier tier is no worse than that plan's: then the plans which
    are no worse than these meetings are among those that the bound is proven for.
    """
    achieved, holds = tiers(problem, meetings), True
    for each in given:
        name, now = each["tier"], achieved[each["tier"]]
        bound = each["bound"] if holds else None
        yield Tier(name, now, bound, gap(now, bound))
        lost = each["achieved"] - now if name == "value" else now - each["achieved"]
        holds = holds and lost <= _SAME
