"""Index of the meetings of a plan by pair, party, table and interpreter, for the judge."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

from matching.problem import ADJACENT_MIN, Meeting, Pair, Problem, Slot


@dataclass(frozen=True, slots=True, eq=False)
class PlacedMeeting:
    """Meeting with its pair and slots. slots: shorter than the pair's length if the day has too few adjacent slots."""

    pointer: str
    meeting: Meeting
    pair: Pair
    slots: tuple[Slot, ...]

    @property
    def start(self) -> datetime:
        return self.slots[0].start

    @property
    def end(self) -> datetime:
        return self.slots[-1].end


class Board:
    """Meetings by pair, party, table and interpreter, and the slots of the problem by day."""

    def __init__(self, problem: Problem, meetings: Iterable[Meeting]) -> None:
        self.problem = problem
        self._index([self._lay(f"/meetings/{at}", meeting) for at, meeting in enumerate(meetings)])

    def with_others(self, put: Iterable[Meeting], held: Iterable[PlacedMeeting]) -> "Board":
        """Return a board of the same problem with meetings in other places, and with some meetings of this board.

        The pointers of `put` are `/put/0`, `/put/1` and so on.
        """
        board = Board.__new__(Board)
        board.problem = self.problem
        board.__dict__.update(days=self.days, rank=self.rank, next=self.next)
        board._index([*(self._lay(f"/put/{at}", meeting) for at, meeting in enumerate(put)), *held])
        return board

    def _index(self, all_held: Iterable[PlacedMeeting]) -> None:
        self.held = tuple(all_held)
        self.by_pair: dict[str, list[PlacedMeeting]] = defaultdict(list)
        self.by_party: dict[str, list[PlacedMeeting]] = defaultdict(list)
        self.by_table: dict[str, list[PlacedMeeting]] = defaultdict(list)
        self.by_interpreter: dict[str, list[PlacedMeeting]] = defaultdict(list)
        for held in self.held:
            self.by_pair[held.pair.id].append(held)
            for party_id in held.pair.parties:
                self.by_party[party_id].append(held)
            self.by_table[held.meeting.table].append(held)
            if held.meeting.interpreter is not None:
                self.by_interpreter[held.meeting.interpreter].append(held)

    @cached_property
    def days(self) -> Mapping[str, tuple[Slot, ...]]:
        """Return the slots of each day by start time."""
        days = defaultdict(list)
        for slot in self.problem.ordered:
            days[slot.day].append(slot)
        return {day: tuple(slots) for day, slots in days.items()}

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """Return the position of each slot in its day, from 0."""
        return {slot.id: rank for slots in self.days.values() for rank, slot in enumerate(slots)}

    @cached_property
    def next(self) -> Mapping[str, Slot]:
        """Return the adjacent following slot of each slot that has one."""
        near = timedelta(minutes=ADJACENT_MIN)
        return {
            slot.id: following
            for slots in self.days.values()
            for slot, following in pairwise(slots)
            if following.start - slot.end <= near
        }

    def rows(self, slots: Iterable[str]) -> Iterator[list[str]]:
        """Yield the given slots as maximal runs of adjacent slots, by start time."""
        wanted = set(slots)
        following = {self.next[slot].id for slot in wanted if slot in self.next}
        for slot in sorted(wanted - following, key=lambda s: self.problem.slot[s].start):
            row = [slot]
            while row[-1] in self.next and self.next[row[-1]].id in wanted:
                row.append(self.next[row[-1]].id)
            yield row

    def _lay(self, pointer: str, meeting: Meeting) -> PlacedMeeting:
        pair = self.problem.pair[meeting.pair]
        slots = [self.problem.slot[meeting.slot]]
        while len(slots) < pair.length and slots[-1].id in self.next:
            slots.append(self.next[slots[-1].id])
        return PlacedMeeting(pointer, meeting, pair, tuple(slots))
