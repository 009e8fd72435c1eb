"""Divide an event into independent parts and join their plans (connected components).

Two parties are in one part if a pair that can meet joins them. Pairs are in one part if they could need the
same table or interpreter in one slot, or if one must come after the other. Optimal plans of the parts together
are an optimal plan of the event: a sum of the event is the sum of the parts' sums, and a maximum is the largest
of the parts' maxima (see `joined`).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from matching.choosing.program import MAXIMISED
from matching.graph import component_labels
from matching.plan import Plan, Tier, gap, tiers
from matching.presolve import Instance, Ints
from matching.problem import Goal, Meeting, Pin, Problem

LARGEST = frozenset({"neediest", "worst"})  # tiers that are a maximum over parties; all others are sums


@dataclass(frozen=True)
class PlannedPart:
    """Part of an event with its plan.

    loose: tiers whose bounds in the plan do not count for the whole event. proved: bounds of tiers that the
    plan was not made for.
    """

    problem: Problem
    plan: Plan
    loose: frozenset[str] = frozenset()
    proved: Mapping[str, float | None] = field(default_factory=dict)

    @cached_property
    def achieved(self) -> Mapping[str, float]:
        return tiers(self.problem, self.plan.meetings)

    def tier(self, name: str) -> Tier:
        known = next((tier for tier in self.plan.tiers if tier.tier == name), None)
        return known or Tier(name, self.achieved[name], self.proved.get(name), None)

    def worth(self, names: Iterable[str]) -> list[float]:
        """Return what the plan achieves in some tiers, with the sign changed where less is better."""
        return [self.achieved[name] * (1 if name in MAXIMISED else -1) for name in names]


def parts(instance: Instance) -> list[Problem]:
    """Return the parts of an event as problems; empty if the event cannot be divided.

    A party without a possible pair belongs to the first part. The event is not divided if a pair between two
    parts is required or was held before, although it can never meet.
    """
    problem = instance.problem
    live = np.unique(instance.col_pair)
    parties = len(problem.parties)
    if len(np.unique(component_labels(instance.ends[live], parties)[instance.ends[live][:, 0]])) < 2:
        return []
    links = np.concatenate([instance.ends[live], *_shared(instance), *_ordered(instance, live)])
    label = component_labels(links, int(links.max(initial=parties)) + 1)[:parties]
    found = np.unique(label[instance.ends[live][:, 0]])
    if len(found) < 2:
        return []
    of_party = np.where(np.isin(label, found), np.searchsorted(found, label), 0)
    ends = of_party[instance.ends]
    across = {pair.id for pair, (one, other) in zip(problem.pairs, ends.tolist(), strict=True) if one != other}
    wanted = {pair.id for pair, must in zip(problem.pairs, instance.required, strict=True) if must}
    if across & (wanted | {meeting.pair for meeting in problem.previous or ()}):
        return []
    of_pair = np.where(ends[:, 0] == ends[:, 1], ends[:, 0], -1)
    return [_part(problem, of_party == k, of_pair == k) for k in range(len(found))]


def _shared(instance: Instance) -> Iterable[Ints]:
    """Yield links from a party of each column to the tables and interpreters that the column could use in its slots."""
    slots = len(instance.problem.slots)
    columns, slot = instance.covers
    party = instance.ends[instance.col_pair[columns], 0]
    base = len(instance.problem.parties)
    yield np.column_stack([party, base + instance.col_pool[columns] * slots + slot])
    base += len(instance.pools) * slots
    whole = bool(len(instance.halls) > 1)
    for number, team in enumerate(instance.teams):
        needing = instance.needs[instance.col_pair[columns]] == number
        for c in team:
            crew = instance.crews[c]
            served = needing & crew.open[slot]
            limited = whole or crew.max_meetings is not None or crew.max_consecutive is not None
            at = np.zeros_like(slot[served]) if limited else slot[served]
            yield np.column_stack([party[served], base + c * slots + at])


def _ordered(instance: Instance, live: Ints) -> Iterable[Ints]:
    """Yield links between the parties of pairs that must come one after the other."""
    index = {pair.id: k for k, pair in enumerate(instance.problem.pairs)}
    alive = set(live.tolist())
    for k in live.tolist():
        for other in instance.problem.pairs[k].after:
            if index[other] in alive:
                yield np.array([[instance.ends[k, 0], instance.ends[index[other], 0]]])


def _part(problem: Problem, parties: Sequence[bool], pairs: Sequence[bool]) -> Problem:
    """Return the problem of some parties and pairs. Fixed tables of other parties are closed."""
    mine = tuple(party for party, kept in zip(problem.parties, parties, strict=True) if kept)
    theirs = {party.table for party, kept in zip(problem.parties, parties, strict=True) if not kept} - {None}
    known = {pair.id for pair, kept in zip(problem.pairs, pairs, strict=True) if kept}
    previous = problem.previous
    part = replace(
        problem,
        tables=tuple(replace(t, available=frozenset()) if t.id in theirs else t for t in problem.tables),
        parties=mine,
        pairs=tuple(
            replace(pair, after=tuple(other for other in pair.after if other in known))
            for pair in problem.pairs
            if pair.id in known
        ),
        pins=tuple(pin for pin in problem.pins if pin.pair in known),
        previous=None if previous is None else tuple(m for m in previous if m.pair in known),
        document=None,
    )
    return _trimmed(part)


def _trimmed(part: Problem) -> Problem:
    """Return the problem without days on which no party is available, and without resources of those days only.

    Everything that previous meetings and pins name stays. Days are removed as a whole, because each of their
    slots may make a break.
    """
    named: list[Meeting | Pin] = [*(part.previous or ()), *part.pins]
    present = frozenset[str]().union(*(party.available for party in part.parties))
    present |= {each.slot for each in named}
    days = {part.slot[slot].day for slot in present}
    slots = tuple(slot for slot in part.slots if slot.day in days)
    left = frozenset(slot.id for slot in slots)
    at_tables = {each.table for each in named} | {party.table for party in part.parties}
    serving = {each.interpreter for each in named}
    tables = (t if t.available is None else replace(t, available=t.available & left) for t in part.tables)
    people = (replace(person, available=person.available & left) for person in part.interpreters)
    return replace(
        part,
        slots=slots,
        tables=tuple(t for t in tables if t.available is None or t.available or t.id in at_tables),
        interpreters=tuple(person for person in people if person.available or person.id in serving),
        pairs=tuple(p if p.allowed is None else replace(p, allowed=p.allowed & left) for p in part.pairs),
    )


def planned_with_room(
    found: Sequence[PlannedPart], goals: Sequence[Goal], again: Callable[[Problem, Sequence[Goal]], Plan]
) -> list[PlannedPart]:
    """Plan parts again whose value in a maximum tier is below the largest one: they may use that room in later tiers.

    again: plans a part for other goals, here without that tier. The new plan is taken if it is not worse and
    stays within the largest value; otherwise nothing is proved for the later tiers of this part.
    """
    kept = list(found)
    for at, goal in enumerate(goals[:-1]):
        if goal.tier not in LARGEST:
            continue
        most = max(part.tier(goal.tier).achieved for part in kept)
        before, later = ([each.tier for each in some] for some in (goals[:at], goals[at + 1 :]))
        for k, part in enumerate(kept):
            is_best = MAXIMISED.isdisjoint(later) and all(part.tier(tier).achieved == 0 for tier in later)
            if part.tier(goal.tier).achieved == most or is_best:
                continue
            plan = again(part.problem, [each for each in goals if each.tier != goal.tier])
            other = PlannedPart(part.problem, plan, part.loose, {**part.proved, goal.tier: part.tier(goal.tier).bound})
            fits = bool(plan.tiers) and other.tier(goal.tier).achieved <= most
            fits = fits and other.worth(before) >= part.worth(before) and other.worth(later) >= part.worth(later)
            kept[k] = other if fits else replace(part, loose=part.loose | set(later))
    return kept


def joined_tiers(
    found: Sequence[PlannedPart], goals: Sequence[Goal], achieved: Mapping[str, float]
) -> tuple[Tier, ...]:
    """Return the tiers of the joined plans with the bounds that are proved. achieved: by the joined plan.

    The bound of a sum is the sum of the bounds, the bound of a maximum is the largest bound. In each part, the
    bound of a later tier holds for plans that are not worse in earlier tiers. If two parts could still improve
    an earlier tier, one could lose what the other gains, and nothing is proved for the whole event.
    """
    judged: list[Tier] = []
    unsure: set[int] = set()
    for goal in goals:
        mine = [part.tier(goal.tier) for part in found]
        known = len(unsure) < 2 and all(goal.tier not in part.loose for part in found)
        bounds = [tier.bound for tier in mine if tier.bound is not None]
        bound = None if goal.tier in MAXIMISED else 0.0
        if known and len(bounds) == len(mine):
            bound = max(bounds) if goal.tier in LARGEST else math.fsum(bounds)
            bound = max(bound, achieved[goal.tier]) if goal.tier in MAXIMISED else min(bound, achieved[goal.tier])
        judged.append(Tier(goal.tier, achieved[goal.tier], bound, gap(achieved[goal.tier], bound)))
        if goal.tier not in LARGEST:
            unsure |= {k for k, tier in enumerate(mine) if tier.gap != 0}
    return tuple(judged)
