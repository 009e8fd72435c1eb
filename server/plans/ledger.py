"""What a plan gives to each party, compared with the best that the party could have had."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from matching.problem import Party, Problem, Slot
from server.models import Meeting, Side
from server.rows import pair_id


@dataclass(frozen=True)
class Share:
    """One party's result. best: value of its best pairs, as many as its limit, if it were alone.

    wished: pairs that it wished. granted: those of them with a meeting. short: meetings below its minimum.
    """

    party: str
    side: Side
    meetings: int
    value: float
    best: float
    wished: int
    granted: int
    short: int

    @property
    def share(self) -> float:
        """The share in [0, 1]; 1 if nothing was possible."""
        return min(1.0, self.value / self.best) if self.best else 1.0


def shares(problem: Problem, scores: Mapping[str, Mapping[str, Any]], meetings: Iterable[Meeting]) -> list[Share]:
    """Return the results of all parties, in the problem's order. scores: of the plan, for its wishes."""
    held: dict[str, list[Meeting]] = defaultdict(list)
    values: dict[str, list[float]] = defaultdict(list)
    wishes: dict[str, set[str]] = defaultdict(set)
    for meeting in meetings:
        for party in (f"e{meeting.expert_id}", f"f{meeting.enterprise_id}"):
            held[party].append(meeting)
    for pair in problem.pairs:
        for party, wish in zip(pair.parties, scores.get(pair.id, {}).get("wishes", (None, None)), strict=True):
            values[party].append(pair.value)
            if wish:
                wishes[party].add(pair.id)
    return [_share(problem, party, held[party.id], values[party.id], wishes[party.id]) for party in problem.parties]


def _share(problem: Problem, party: Party, meetings: list[Meeting], values: list[float], wished: set[str]) -> Share:
    room = len(party.available) * party.parallel
    limit = room if party.max_meetings is None else min(room, party.max_meetings)
    return Share(
        party=party.id,
        side=Side(party.side),
        meetings=len(meetings),
        value=sum(meeting.value for meeting in meetings),
        best=sum(sorted(values, reverse=True)[:limit]),
        wished=len(wished),
        granted=len(wished & {pair_id(meeting.expert_id, meeting.enterprise_id) for meeting in meetings}),
        short=max(0, party.min_meetings - len(meetings)),
    )


class Placed(Protocol):
    """A meeting in a slot at a table."""

    @property
    def slot_id(self) -> int: ...
    @property
    def table_id(self) -> int: ...


def breaks_and_moves(meetings: Iterable[Placed], ordered: Iterable[Slot]) -> tuple[int, int]:
    """Return breaks and table changes of one person's meetings, counted as in the tiers of these names.

    ordered: the slots by start.
    """
    slots = {slot.id: slot for slot in ordered}
    rank = {id: place for place, id in enumerate(slots)}
    ranks: dict[str, set[int]] = defaultdict(set)
    tables: dict[str, set[int]] = defaultdict(set)
    for meeting in meetings:
        slot = slots[f"s{meeting.slot_id}"]
        ranks[slot.day].add(rank[slot.id])
        tables[slot.day].add(meeting.table_id)
    breaks = sum(later - earlier > 1 for busy in ranks.values() for earlier, later in pairwise(sorted(busy)))
    return breaks, sum(len(used) - 1 for used in tables.values())


def worst_served(given: Iterable[Share], side: Side, most: int) -> list[Share]:
    """Return the parties of a side with the worst results: largest shortfall first, then smallest share."""
    return sorted((each for each in given if each.side == side), key=lambda each: (-each.short, each.share))[:most]
