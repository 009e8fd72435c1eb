"""The meetings of a plan as they stand, indexed to answer where one of them, or a new one, can take place."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property

from matching.board import Board, PlacedMeeting
from matching.plan import breaks_in
from matching.problem import Meeting, Pair, Problem


class Position:
    """A plan that breaks no rule. Pinned meetings and closed tables are those of the problem."""

    def __init__(self, problem: Problem, meetings: Iterable[Meeting]) -> None:
        self.problem = problem
        self.meetings = tuple(meetings)
        self.board = Board(problem, self.meetings)
        self.held = {held.pair.id: held for held in self.board.held}
        self.pinned = frozenset(pin.pair for pin in problem.pins)
        self.in_slot: dict[str, list[PlacedMeeting]] = defaultdict(list)
        for held in self.board.held:
            for slot in held.slots:
                self.in_slot[slot.id].append(held)

    @cached_property
    def tables_in(self) -> dict[tuple[str, str], PlacedMeeting]:
        """Return the meeting of each (slot, table) that is taken."""
        return {(slot, held.meeting.table): held for slot, all_held in self.in_slot.items() for held in all_held}

    @cached_property
    def related(self) -> dict[str, set[str]]:
        """Return for each pair the pairs that must end before it or begin after it."""
        found: dict[str, set[str]] = defaultdict(set)
        for pair in self.problem.pairs:
            for earlier in pair.after:
                found[pair.id].add(earlier)
                found[earlier].add(pair.id)
        return found

    def beside(self, pair: Pair, gone: Collection[str]) -> list[PlacedMeeting]:
        """Return the meetings that can get in the way of the pair in time, without those in `gone` and its own."""
        near = {held.pair.id: held for party in pair.parties for held in self.board.by_party.get(party, ())}
        near |= {other: self.held[other] for other in self.related.get(pair.id, ()) if other in self.held}
        return [held for id, held in near.items() if id != pair.id and id not in gone]

    def more_breaks(self, moved: Collection[PlacedMeeting]) -> int:
        """Return by how much the breaks of all parties rise if these meetings take place so. Negative if they fall."""
        pairs = {held.pair.id for held in moved}
        parties = {party for held in moved for party in held.pair.parties}
        return sum(self._more_breaks(party, moved, pairs) for party in parties)

    def _more_breaks(self, party: str, moved: Collection[PlacedMeeting], pairs: Collection[str]) -> int:
        before = self.board.by_party.get(party, ())
        after = [held for held in before if held.pair.id not in pairs]
        after += [held for held in moved if party in held.pair.parties]
        return self._breaks(after) - self._breaks(before)

    def _breaks(self, all_held: Iterable[PlacedMeeting]) -> int:
        days: dict[str, set[int]] = defaultdict(set)
        for held in all_held:
            days[held.slots[0].day].update(self.board.rank[slot.id] for slot in held.slots)
        return breaks_in(days.values())
