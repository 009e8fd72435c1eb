"""Answer for every slot and table whether a meeting can take place there, by the rules of the judge.

The rules are those of `matching.rules`, each asked about a board that has only the meetings which it needs: the pair's
two parties for the rules about time, all cells at once for the rules about tables.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from matching.board import Board, PlacedMeeting
from matching.placing.position import Position
from matching.placing.staff import PUT, Staff
from matching.problem import Meeting, Pair
from matching.rules import RULES, Breach, Rule, Violation, pins_hold

_OF_TIME = (Rule.H2, Rule.H3, Rule.H6, Rule.H9, Rule.H10)


@dataclass(frozen=True, slots=True)
class Place:
    """Whether a meeting can take place in a slot at a table.

    faults: rules that it would break; () if it can. changed: by pair, the meetings as they would take place,
    the pair's own and those that change for it. breaks: by how much the breaks of all parties rise. is_home: the
    meeting takes place there now. with_another_interpreter: the pair has an interpreter, and would have another one.
    """

    slot: str
    table: str
    faults: tuple[Violation, ...] = ()
    changed: Mapping[str, Meeting] = field(default_factory=dict)
    breaks: int = 0
    is_home: bool = False
    with_another_interpreter: bool = False

    @property
    def is_possible(self) -> bool:
        return not self.faults and not self.is_home

    @property
    def has_cost(self) -> bool:
        """Whether somebody else's meeting changes, breaks are added, or the pair gets another interpreter."""
        return self.is_possible and (len(self.changed) > 1 or self.breaks > 0 or self.with_another_interpreter)


def places(staff: Staff, pair: str) -> list[Place]:
    """Return the answer for every slot, by time, and table.

    staff: of the position. pair: id of a pair that is held, which may also change places with another one, or of one
    that is not held.
    """
    return list(_Question(staff, staff.position.problem.pair[pair]).answered())


class _Question:
    """Where one pair can meet. home: where it does now, or None."""

    def __init__(self, staff: Staff, pair: Pair) -> None:
        self.staff, self.position, self.pair = staff, staff.position, pair
        self.problem, self.board = self.position.problem, self.position.board
        self.home = self.position.held.get(pair.id)
        self.halls = _halls(self.position)
        self.seats = self._seats()
        self._times: dict[tuple[str, str | None], list[Violation]] = {}
        self._at_home: dict[str, frozenset[str]] = {}
        self._served: dict[tuple[str, str | None], Place] = {}

    def answered(self) -> Iterable[Place]:
        for slot in self.problem.ordered:
            for table in self.problem.tables:
                yield self._place(slot.id, table.id)

    def _place(self, slot: str, table: str) -> Place:
        if self.home is not None and (self.home.meeting.slot, self.home.meeting.table) == (slot, table):
            return Place(slot, table, is_home=True)
        if self.pin:
            return Place(slot, table, tuple(self.pin))
        seat, other = self.seats.get((slot, table), []), self.position.tables_in.get((slot, table))
        is_taken = bool(seat) and all(each.breach is Breach.TABLE_DOUBLE_BOOKED for each in seat)
        if is_taken and other is not None and self._can_swap(other):
            return self._swapped(slot, table, other, seat)
        times = self._time(slot, table)
        if times or seat:
            return Place(slot, table, (*times, *seat))
        return self._free(slot, table)

    @cached_property
    def pin(self) -> list[Violation]:
        """Return the violation if the meeting is pinned and moves."""
        pins = tuple(pin for pin in self.problem.pins if pin.pair == self.pair.id)
        return list(pins_hold(Board(replace(self.problem, pins=pins), ()))) if pins else []

    # -- Tables ----------------------------------------------------------------------------------------------------

    def _seats(self) -> dict[tuple[str, str], list[Violation]]:
        """Return the violations of the rule about tables, by slot and table: the judge looks at all cells at once.

        Meetings of several slots are put into every so many slots only, or they would get in each other's way.
        """
        others = [held for held in self.board.held if held.pair.id != self.pair.id]
        found: dict[tuple[str, str], list[Violation]] = defaultdict(list)
        for offset in range(self.pair.length):
            starts = [s for s in self.problem.ordered if self.position.board.rank[s.id] % self.pair.length == offset]
            cells = [(slot.id, table.id) for slot in starts for table in self.problem.tables]
            at = {f"/put/{place}": cell for place, cell in enumerate(cells)}
            board = self.board.with_others([Meeting(self.pair.id, *cell) for cell in cells], others)
            for each in RULES[Rule.H4](board):
                for cell in {at[pointer] for pointer in each.at if pointer in at}:
                    found[cell].append(each)
        return found

    # -- Times -----------------------------------------------------------------------------------------------------

    def _time(self, slot: str, table: str) -> list[Violation]:
        """Return the time rules that the pair breaks in a slot: the same for all tables of a hall."""
        hall = self.halls[table]
        if (slot, hall) not in self._times:
            self._times[slot, hall] = self._faults(Meeting(self.pair.id, slot, table), ())
        return self._times[slot, hall]

    def _faults(self, meeting: Meeting, gone: Collection[str], *more: Meeting) -> list[Violation]:
        """Return the time rules that a meeting would break. gone: ids of pairs taken from their places.

        more: meetings that these pairs would have in their new places.
        """
        pair = self.problem.pair[meeting.pair]
        board = self.board.with_others([meeting, *more], self.position.beside(pair, gone))
        return [each for rule in _OF_TIME for each in RULES[rule](board) if PUT in each.at]

    # -- A free table ----------------------------------------------------------------------------------------------

    def _free(self, slot: str, table: str) -> Place:
        """Return the answer for a free table: the same for all tables of a hall."""
        hall = self.halls[table]
        if (slot, hall) not in self._served:
            self._served[slot, hall] = self._staffed(Meeting(self.pair.id, slot, table))
        like = self._served[slot, hall]
        if like.table == table or like.faults:
            return Place(slot, table, like.faults, like.changed, like.breaks, False, like.with_another_interpreter)
        mine = Meeting(self.pair.id, slot, table, like.changed[self.pair.id].interpreter)
        changed = {**like.changed, self.pair.id: mine}
        return Place(slot, table, (), changed, like.breaks, False, like.with_another_interpreter)

    def _staffed(self, put: Meeting) -> Place:
        """Return the answer for a free table, with an interpreter, or with others moved to free one."""
        if None in self.staff.able(self.pair):
            return self._answer(put.slot, put.table, {put.pair: put})
        own = self.home.meeting.interpreter if self.home is not None else None
        name = self.staff.found(put, {self.pair.id}, [own])
        if name is not None:
            return self._answer(put.slot, put.table, {put.pair: replace(put, interpreter=name)})
        changed = self.staff.rearranged(self._laid(put))
        if not changed:
            return Place(put.slot, put.table, tuple(self.staff.missing(put)))
        return self._answer(put.slot, put.table, changed)

    def _answer(self, slot: str, table: str, changed: Mapping[str, Meeting]) -> Place:
        moved = [self._laid(each) for each in changed.values() if not self._stays(each)]
        before, after = self.home, changed[self.pair.id].interpreter
        is_other = before is not None and after is not None and before.meeting.interpreter != after
        breaks = self.position.more_breaks(moved)
        return Place(slot, table, changed=changed, breaks=breaks, with_another_interpreter=is_other)

    def _stays(self, meeting: Meeting) -> bool:
        held = self.position.held.get(meeting.pair)
        return held is not None and held.meeting.slot == meeting.slot

    def _laid(self, meeting: Meeting) -> PlacedMeeting:
        return self.board.with_others([meeting], ()).held[0]

    # -- Another meeting's table -----------------------------------------------------------------------------------

    def _can_swap(self, other: PlacedMeeting) -> bool:
        return self.home is not None and len(self.home.slots) == len(other.slots) == 1

    def _swapped(self, slot: str, table: str, other: PlacedMeeting, seat: list[Violation]) -> Place:
        """Return the answer for the place of another meeting, which would take the place of this one."""
        assert self.home is not None
        mine, theirs = Meeting(self.pair.id, slot, table), replace(self.home.meeting, pair=other.pair.id)
        shares = not set(self.pair.parties).isdisjoint(other.pair.parties)
        times = self._faults(mine, {other.pair.id}, theirs) if shares else self._time(slot, table)
        if times:
            return Place(slot, table, (*times, *seat))
        if other.pair.id in self.position.pinned or other.pair.id in self.unmovable:
            return Place(slot, table, tuple(seat))
        mark = (mine,) if shares else ()
        if self._needs_judging(theirs, shares) and self._faults(theirs, {self.pair.id}, *mark):
            return Place(slot, table, tuple(seat))
        changed = self._both_staffed(mine, theirs)
        if changed is None:
            return Place(slot, table, tuple(seat))
        return self._answer(slot, table, changed)

    @cached_property
    def unmovable(self) -> frozenset[str]:
        """Return the pairs that cannot meet at this meeting's table, by the rule about tables."""
        assert self.home is not None
        cell = self.home.meeting.slot, self.home.meeting.table
        pairs = [each.pair for each in self.position.meetings if each.pair != self.pair.id]
        board = self.board.with_others([Meeting(pair, *cell) for pair in pairs], ())
        wrong = {at for v in RULES[Rule.H4](board) if v.breach is not Breach.TABLE_DOUBLE_BOOKED for at in v.at}
        return frozenset(pair for at, pair in enumerate(pairs) if f"/put/{at}" in wrong)

    def _needs_judging(self, theirs: Meeting, shares: bool) -> bool:
        """Return whether more than the rules of one slot has to be asked about the other meeting."""
        parties = self.problem.pair[theirs.pair].parties
        if shares or self.problem.walk or self.position.related or not self.tireless.issuperset(parties):
            return True
        assert self.home is not None
        held = self.position.held[theirs.pair]
        return held.meeting.slot != theirs.slot and held.pair.id not in self._welcome(held.meeting.slot)

    @cached_property
    def tireless(self) -> frozenset[str]:
        """Return the parties that may meet in any number of slots in a row."""
        return frozenset(party.id for party in self.problem.parties if party.max_consecutive is None)

    def _welcome(self, slot: str) -> frozenset[str]:
        """Return meetings of a slot that break no rule in the slot of this one: the judge looks at all at once."""
        if slot not in self._at_home:
            assert self.home is not None
            home, here = self.home.meeting, self.position.in_slot.get(slot, ())
            coming = [replace(home, pair=held.pair.id, interpreter=None) for held in here if len(held.slots) == 1]
            there = [held for held in self.position.in_slot[home.slot] if held.pair.id != self.pair.id]
            board = self.board.with_others(coming, there)
            wrong = {at for rule in (Rule.H2, Rule.H3) for each in RULES[rule](board) for at in each.at}
            self._at_home[slot] = frozenset(each.pair for at, each in enumerate(coming) if f"/put/{at}" not in wrong)
        return self._at_home[slot]

    def _both_staffed(self, mine: Meeting, theirs: Meeting) -> Mapping[str, Meeting] | None:
        """Return both meetings with interpreters, or None if one finds nobody."""
        gone = {mine.pair, theirs.pair}
        own, others = (self.position.held[pair].meeting.interpreter for pair in (mine.pair, theirs.pair))
        first = self._served_by(mine, gone, [own, others], ())
        if first is None:
            return None
        second = self._served_by(theirs, gone, [others, own], (first,))
        return None if second is None else {first.pair: first, second.pair: second}

    def _served_by(
        self, put: Meeting, gone: Collection[str], first: Iterable[str | None], more: tuple[Meeting, ...]
    ) -> Meeting | None:
        if None in self.staff.able(self.problem.pair[put.pair]):
            return replace(put, interpreter=None)
        name = self.staff.found(put, gone, first, more)
        return None if name is None else replace(put, interpreter=name)


def _halls(position: Position) -> Mapping[str, str | None]:
    """Return the hall of each table, None for all if no walk takes time: then halls make no difference."""
    return {table.id: table.hall if position.problem.walk else None for table in position.problem.tables}
