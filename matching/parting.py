"""Parts of an event that share nothing, planned apart: its components by parties, tables, interpreters and order.

Two parties are in one part where a pair that can meet joins them, and so are pairs that could want the same table or
interpreter in one slot, or come one after the other. What the parts' best plans hold together is a best plan of the
whole: sums add up, and of a largest number the largest counts (see `joined`).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from matching.choosing.program import MORE
from matching.graph import component_labels
from matching.plan import Plan, Tier, gap, tiers
from matching.presolve import Instance, Ints
from matching.problem import Goal, Meeting, Pin, Problem

LARGEST = frozenset({"neediest", "worst"})  # tiers that are the largest of some numbers; all others are sums


@dataclass(frozen=True)
class Part:
    """A part of an event with its plan.

    loose: tiers of which the plan's bounds do not count for the whole. proved: bounds of tiers it was not made for.
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
        """What the plan achieves in some tiers, more being better in each."""
        return [self.achieved[name] * (1 if name in MORE else -1) for name in names]


def parts(instance: Instance) -> list[Problem]:
    """The parts of an event, as problems of their own; none where it is of one piece.

    A party that can meet nobody is in the first. None, too, where a pair that can never meet lies between two parts and
    has to be held, or was before.
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
    """Links from a party of each column to what the column could take: tables and interpreters in its slots."""
    slots = len(instance.problem.slots)
    columns, slot = instance.covers
    party = instance.ends[instance.col_pair[columns], 0]
    base = len(instance.problem.parties)
    yield np.column_stack([party, base + instance.col_place[columns] * slots + slot])
    base += len(instance.places) * slots
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
    """Links between pairs that come one after the other."""
    index = {pair.id: k for k, pair in enumerate(instance.problem.pairs)}
    alive = set(live.tolist())
    for k in live.tolist():
        for other in instance.problem.pairs[k].after:
            if index[other] in alive:
                yield np.array([[instance.ends[k, 0], instance.ends[index[other], 0]]])


def _part(problem: Problem, parties: Sequence[bool], pairs: Sequence[bool]) -> Problem:
    """The problem of some parties and pairs. Tables that others own are closed, since nobody else may meet there."""
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
    """The problem without the days on which nobody is there, and without what is there on no other day.

    What previous meetings and pins name stays. Days go as a whole, since each of their slots may make a break.
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


def evened(
    found: Sequence[Part], goals: Sequence[Goal], again: Callable[[Problem, Sequence[Goal]], Plan]
) -> list[Part]:
    """The parts with what the largest number of all allows: a part whose own is less may spend the rest later.

    again: plans a part anew by other goals, here without that tier. Its plan is taken where it is no worse and keeps
    within the largest number; otherwise nothing is proved of the later tiers.
    """
    kept = list(found)
    for at, goal in enumerate(goals[:-1]):
        if goal.tier not in LARGEST:
            continue
        most = max(part.tier(goal.tier).achieved for part in kept)
        before, later = ([each.tier for each in some] for some in (goals[:at], goals[at + 1 :]))
        for k, part in enumerate(kept):
            is_best = MORE.isdisjoint(later) and all(part.tier(tier).achieved == 0 for tier in later)
            if part.tier(goal.tier).achieved == most or is_best:
                continue
            plan = again(part.problem, [each for each in goals if each.tier != goal.tier])
            other = Part(part.problem, plan, part.loose, {**part.proved, goal.tier: part.tier(goal.tier).bound})
            fits = bool(plan.tiers) and other.tier(goal.tier).achieved <= most
            fits = fits and other.worth(before) >= part.worth(before) and other.worth(later) >= part.worth(later)
            kept[k] = other if fits else replace(part, loose=part.loose | set(later))
    return kept


def joined(found: Sequence[Part], goals: Sequence[Goal], achieved: Mapping[str, float]) -> tuple[Tier, ...]:
    """What is proved of each tier of the parts' plans together. achieved: of these.

    A sum is bounded by the sum of the bounds, a largest number by the largest. The bound of a later tier in a part
    counts plans that are no worse in the earlier ones; where two parts may be better there, one could lose what the
    other gains, so that nothing is known of the whole.
    """
    judged: list[Tier] = []
    unsure: set[int] = set()
    for goal in goals:
        mine = [part.tier(goal.tier) for part in found]
        known = len(unsure) < 2 and all(goal.tier not in part.loose for part in found)
        bounds = [tier.bound for tier in mine if tier.bound is not None]
        bound = None if goal.tier in MORE else 0.0
        if known and len(bounds) == len(mine):
            bound = max(bounds) if goal.tier in LARGEST else math.fsum(bounds)
            bound = max(bound, achieved[goal.tier]) if goal.tier in MORE else min(bound, achieved[goal.tier])
        judged.append(Tier(goal.tier, achieved[goal.tier], bound, gap(achieved[goal.tier], bound)))
        if goal.tier not in LARGEST:
            unsure |= {k for k, tier in enumerate(mine) if tier.gap != 0}
    return tuple(judged)
