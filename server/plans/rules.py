"""What is planned: an event's rules for pairs and limits, and what they cost, counted before any plan is made."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from matching import affinity
from matching.graph import konig_cover, largest_b_matching
from server import edits
from server.db import atomic
from server.models import Event, Registration, Side
from server.plans.candidates import Candidate, LeftOut, Weighed, weigh
from server.plans.limits import Limits
from server.rows import Rows, numbers, party_id

RULES = ("least_value", "expert_max_meetings", "enterprise_max_meetings", "serves_every_need")
STEPS = (0, 20, 35, 50, 65, 80)  # least values, in points, of which the page tells how many pairs they leave
UNLIMITED = 10_000


@atomic
async def change(event: Event, values: Mapping[str, Any], edit: edits.Edit = edits.UNSEEN) -> None:
    """values: the columns of RULES. Raises Conflict."""
    await edits.save(event, values, edit)


@dataclass(frozen=True)
class Cost:
    """What rules leave. pairs: candidates that have a common slot; meetings: of any plan, at most. unserved:
    enterprises with a need that no candidate is left for."""

    pairs: int
    meetings: int
    unserved: int


@dataclass(frozen=True)
class Preview:
    """What an event's rules mean. Of pairs that have a slot in common; apart: how many candidates have none.

    wished: candidates that somebody wishes; unwished: those planned for their value alone. untold: pairs that wait for
    a mutual wish. by_points: (least value in points, pairs that it leaves). experts, enterprises: the limit of one of
    a side, of experts the largest. unserved: enterprises with a need that no candidate is left for. limiting: parties
    that keep the number of meetings down: more slots or a higher limit for anybody else would allow no more.
    """

    wished: int
    unwished: int
    untold: int
    apart: int
    by_points: Sequence[tuple[int, int]]
    experts: int
    enterprises: int
    seats: int
    as_set: Cost
    without_least: Cost
    without_expert_limit: Cost
    without_enterprise_limit: Cost
    unserved: Sequence[Registration]
    limiting: Sequence[Registration]


def preview(rows: Rows, rules: Mapping[str, Any], embedder: affinity.Embedder | None = None) -> Preview:
    """What these rules would mean in the event. rules: columns of RULES. Long work: scores every need and expert."""
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
        seats=_seats(rows),
        as_set=_cost(weighed, rows),
        without_least=_cost(weighed, _under(rows, {"least_value": 0.0})),
        without_expert_limit=_cost(weighed, _under(rows, {"expert_max_meetings": UNLIMITED})),
        without_enterprise_limit=_cost(weighed, _under(rows, {"enterprise_max_meetings": UNLIMITED})),
        unserved=_unserved(rows, chosen),
        limiting=_limiting(rows, chosen),
    )


def _under(rows: Rows, rules: Mapping[str, Any]) -> Rows:
    """The same event under other rules."""
    event = copy(rows.event)
    for name, value in rules.items():
        setattr(event, name, value)
    return replace(rows, event=event)


def _chosen(weighed: Weighed, least: float) -> list[Candidate]:
    return [pair for pair in weighed.pairs if pair.left_out(least) is None]


def _able(rows: Rows, pairs: Iterable[Candidate]) -> list[Candidate]:
    """Those pairs that have a slot in common."""
    there = {party.id: {slot.id for slot in rows.presence(party)} for party in rows.parties}
    both = [(pair, *numbers(pair.pair)) for pair in pairs]
    return [pair for pair, expert, enterprise in both if there[expert] & there[enterprise]]


def _seats(rows: Rows) -> int:
    return len(rows.open_slots) * len(rows.usable_tables)


def _unserved(rows: Rows, able: Iterable[Candidate]) -> list[Registration]:
    with_needs = {need.registration_id for need in rows.needs}
    served = {numbers(pair.pair)[1] for pair in able}
    return [party for party in rows.of(Side.ENTERPRISE) if party.id in with_needs - served]


def _limiting(rows: Rows, able: Sequence[Candidate]) -> list[Registration]:
    """None where the tables are what keeps the number of meetings down."""
    pairs, most = _ends(able), _most(rows)
    if largest_b_matching(pairs, most) >= _seats(rows):
        return []
    full, _ = konig_cover(pairs, most)
    return [party for party in rows.parties if party_id(party) in full and most[party_id(party)]]


def _cost(weighed: Weighed, rows: Rows) -> Cost:
    able = _chosen(weighed, rows.event.least_value)
    meetings = min(_seats(rows), largest_b_matching(_ends(able), _most(rows)))
    return Cost(len(able), meetings, len(_unserved(rows, able)))


def _ends(able: Iterable[Candidate]) -> list[tuple[str, str]]:
    """The parties of each pair, the expert first."""
    return [(f"e{expert}", f"f{enterprise}") for expert, enterprise in (numbers(pair.pair) for pair in able)]


def _most(rows: Rows) -> dict[str, int]:
    """The most meetings of each party, by its slots and its limit."""
    limits, most = Limits(rows), {}
    for party in rows.parties:
        room, limit = len(rows.presence(party)) * party.parallel, limits.most(party)
        most[party_id(party)] = room if limit is None else min(room, limit)
    return most
