"""Rules of planning: which pairs are planned, limits, and a preview of their effect before solving."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace

from matching import affinity
from matching.graph import konig_cover, largest_b_matching
from server import edits
from server.db import atomic
from server.models import Event, Registration, Side
from server.plans.candidates import Candidate, LeftOut, Weighed, weigh
from server.plans.limits import Limits
from server.plans.values import PlanRules
from server.rows import EventRows, numbers, party_id

STEPS = (0, 20, 35, 50, 65, 80)  # least values in points for which the page shows the number of pairs
UNLIMITED = 10_000


@atomic
async def change(event: Event, rules: PlanRules, edit: edits.Edit = edits.UNSEEN) -> None:
    """Save the rules, merged with what others saved. Raises EditConflict."""
    await edits.save(event, rules, edit)


@dataclass(frozen=True)
class RuleEffect:
    """What is left under some rules.

    pairs: candidates with a common slot. meetings: upper bound for any plan. unserved: enterprises with a need and
    without a candidate.
    """

    pairs: int
    meetings: int
    unserved: int


@dataclass(frozen=True)
class Preview:
    """The effect of an event's rules, among pairs with a common slot; apart: candidates without one.

    wished: candidates with a wish. unwished: candidates by value alone. untold: pairs that need mutual wishes.
    by_points: (least value in points, number of pairs). experts, enterprises: limit of a party of the side, of experts
    the largest. unserved: enterprises with a need and without a candidate. limiting: parties whose slots or limits
    bound the number of meetings: only more of theirs would allow more meetings.
    """

    wished: int
    unwished: int
    untold: int
    apart: int
    by_points: Sequence[tuple[int, int]]
    experts: int
    enterprises: int
    seats: int
    as_set: RuleEffect
    without_least: RuleEffect
    without_expert_limit: RuleEffect
    without_enterprise_limit: RuleEffect
    unserved: Sequence[Registration]
    limiting: Sequence[Registration]


def preview(rows: EventRows, rules: PlanRules, embedder: affinity.Embedder | None = None) -> Preview:
    """Return the effect of rules. Takes long: scores all needs and experts."""
    rows = _under(rows, rules)
    every, limits = weigh(rows, embedder), Limits(rows)
    least = rows.event.least_value
    weighed = replace(every, pairs=_able(rows, every.pairs))
    chosen = _chosen(weighed, least)
    wished = sum(pair.is_wanted for pair in chosen)
    points = sorted({*STEPS, round(100 * least)})
    return Preview(
        wished=wished,
        unwished=len(chosen) - wished,
        untold=weighed.left_out(least)[LeftOut.UNTOLD],
        apart=len(_chosen(every, least)) - len(chosen),
        by_points=[(step, len(_chosen(weighed, step / 100))) for step in points],
        experts=max((limits.of_event(party) for party in rows.of(Side.EXPERT)), default=0),
        enterprises=limits.of_enterprises,
        seats=rows.seats,
        as_set=_effect(weighed, rows),
        without_least=_effect(weighed, _under(rows, replace(rules, least_value=0.0))),
        without_expert_limit=_effect(weighed, _under(rows, replace(rules, expert_max_meetings=UNLIMITED))),
        without_enterprise_limit=_effect(weighed, _under(rows, replace(rules, enterprise_max_meetings=UNLIMITED))),
        unserved=_unserved(rows, chosen),
        limiting=_limiting(rows, chosen),
    )


def _under(rows: EventRows, rules: PlanRules) -> EventRows:
    """Return the same event with other rules."""
    event = copy(rows.event)
    for name, value in rules.columns().items():
        setattr(event, name, value)
    return replace(rows, event=event)


def _chosen(weighed: Weighed, least: float) -> list[Candidate]:
    return [pair for pair in weighed.pairs if pair.left_out(least) is None]


def _able(rows: EventRows, pairs: Iterable[Candidate]) -> list[Candidate]:
    """Return the pairs with a common slot."""
    there = {party.id: {slot.id for slot in rows.presence(party)} for party in rows.parties}
    both = [(pair, *numbers(pair.pair)) for pair in pairs]
    return [pair for pair, expert, enterprise in both if there[expert] & there[enterprise]]


def _unserved(rows: EventRows, able: Iterable[Candidate]) -> list[Registration]:
    with_needs = {need.registration_id for need in rows.needs}
    served = {numbers(pair.pair)[1] for pair in able}
    return [party for party in rows.of(Side.ENTERPRISE) if party.id in with_needs - served]


def _limiting(rows: EventRows, able: Sequence[Candidate]) -> list[Registration]:
    """Return the parties that bound the number of meetings; empty if tables do."""
    pairs, most = _ends(able), _most(rows)
    if largest_b_matching(pairs, most) >= rows.seats:
        return []
    full, _ = konig_cover(pairs, most)
    return [party for party in rows.parties if party_id(party) in full and most[party_id(party)]]


def _effect(weighed: Weighed, rows: EventRows) -> RuleEffect:
    able = _chosen(weighed, rows.event.least_value)
    meetings = min(rows.seats, largest_b_matching(_ends(able), _most(rows)))
    return RuleEffect(len(able), meetings, len(_unserved(rows, able)))


def _ends(able: Iterable[Candidate]) -> list[tuple[str, str]]:
    """Return expert and enterprise of each pair."""
    return [(f"e{expert}", f"f{enterprise}") for expert, enterprise in (numbers(pair.pair) for pair in able)]


def _most(rows: EventRows) -> dict[str, int]:
    """Return the largest number of meetings of each party, by its slots and limit."""
    limits, most = Limits(rows), {}
    for party in rows.parties:
        room, limit = len(rows.presence(party)) * rows.at_once(party), limits.most(party)
        most[party_id(party)] = room if limit is None else min(room, limit)
    return most
