"""Who can interpret a meeting that is put somewhere else, and whose other meetings change for it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from matching.board import PlacedMeeting
from matching.graph import cheapest_matching
from matching.placing.position import Position
from matching.problem import Meeting, Pair
from matching.rules import Breach, Violation, interpreter_can_work, interpreters_serve, walks_possible

PUT = "/put/0"  # the meeting about which the judge is asked
_BLOCKED = 1_000.0  # higher than the cost of all changes of one slot
_NEW = 0.5  # another interpreter for the meeting that moves: better than for one that stays
_OF_LANGUAGES = (Breach.INTERPRETER_MISSING, Breach.INTERPRETER_NEEDLESS, Breach.INTERPRETER_UNABLE)


class Staff:
    """The interpreters of a position. Every answer is the judge's, about a board with one meeting more.

    It remembers what it was asked.
    """

    def __init__(self, position: Position) -> None:
        self.position = position
        self._able: dict[tuple[tuple[str, ...], ...], tuple[str | None, ...]] = {}
        self._idle: dict[tuple[object, ...], tuple[str, ...]] = {}
        self._can: dict[tuple[object, ...], bool] = {}

    def able(self, pair: Pair) -> tuple[str | None, ...]:
        """Return the interpreters who can serve the pair by their languages, those with the fewest meetings first.

        None is one of them if the pair needs nobody.
        """
        problem, board = self.position.problem, self.position.board
        key = tuple(problem.party[party].languages for party in pair.parties)
        if key not in self._able:
            names = [None, *(interpreter.id for interpreter in problem.interpreters)]
            slot, table = problem.slots[0].id, problem.tables[0].id
            asked = board.with_others([Meeting(pair.id, slot, table, name) for name in names], ())
            wrong = {at for each in interpreters_serve(asked) if each.breach in _OF_LANGUAGES for at in each.at}
            found = [name for at, name in enumerate(names) if f"/put/{at}" not in wrong]
            self._able[key] = tuple(sorted(found, key=lambda name: len(board.by_interpreter.get(name or "", ()))))
        return self._able[key]

    def missing(self, meeting: Meeting) -> list[Violation]:
        """Return the violation of the rules by a meeting that needs an interpreter and has none."""
        return list(interpreters_serve(self.position.board.with_others([replace(meeting, interpreter=None)], ())))

    def can(self, name: str, meeting: Meeting, gone: Collection[str], more: Sequence[Meeting] = ()) -> bool:
        """Return whether an interpreter has time for a meeting beside the others that they serve.

        gone: pairs that they do not serve any more. more: meetings elsewhere that they now serve as well.
        """
        if more:
            return self._judged(name, meeting, gone, more)
        serving = self.position.board.by_interpreter.get(name, ())
        without = frozenset(held.pair.id for held in serving if held.pair.id in gone)
        hall = self.position.problem.table[meeting.table].hall
        key = name, meeting.slot, hall, self.position.problem.pair[meeting.pair].length, without
        if key not in self._can:
            self._can[key] = self._judged(name, meeting, without, more)
        return self._can[key]

    def _judged(self, name: str, meeting: Meeting, gone: Collection[str], more: Sequence[Meeting]) -> bool:
        """Return the judge's answer. First with the meetings of the slot only, because most are refused there."""
        serving = [h for h in self.position.board.by_interpreter.get(name, ()) if h.pair.id not in gone]
        there = [h for h in serving if any(slot.id == meeting.slot for slot in h.slots)]
        return self._is_free(name, meeting, there, ()) and self._is_free(name, meeting, serving, more)

    def _is_free(self, name: str, meeting: Meeting, serving: Sequence[PlacedMeeting], more: Sequence[Meeting]) -> bool:
        board = self.position.board.with_others([replace(meeting, interpreter=name), *more], serving)
        interpreter = self.position.problem.interpreter[name]
        found = [*interpreter_can_work(board, interpreter, board.by_interpreter[name]), *walks_possible(board)]
        return not any(PUT in each.at for each in found)

    def found(
        self, meeting: Meeting, gone: Collection[str], first: Iterable[str | None], more: Sequence[Meeting] = ()
    ) -> str | None:
        """Return an interpreter who is free for the meeting, or None.

        first: names to be tried before the others: of those who serve meetings of `gone`. more: as for `can`.
        """
        able = self.able(self.position.problem.pair[meeting.pair])
        now_busy = {each.interpreter for each in more}
        for name in first:
            if name is not None and name in able:
                theirs = [each for each in more if each.interpreter == name]
                if self.can(name, meeting, gone, theirs):
                    return name
        return next((name for name in self._free(able, meeting) if name not in now_busy), None)

    def _free(self, able: tuple[str | None, ...], meeting: Meeting) -> tuple[str, ...]:
        """Return those of these interpreters who have time for one meeting more, without giving up another."""
        hall = self.position.problem.table[meeting.table].hall
        key = able, meeting.slot, hall, self.position.problem.pair[meeting.pair].length
        if key not in self._idle:
            self._idle[key] = tuple(name for name in able if name is not None and self.can(name, meeting, ()))
        return self._idle[key]

    def rearranged(self, placed: PlacedMeeting) -> Mapping[str, Meeting]:
        """Return the meetings of a slot that get another interpreter so that one can be put there; with that one.

        Empty if there is no way. In the slot this is a bipartite matching with the fewest changes. Only for meetings
        of one slot.
        """
        slot, problem = placed.meeting.slot, self.position.problem
        others = [h for h in self.position.in_slot.get(slot, ()) if h.pair.id != placed.pair.id]
        serving = [h for h in others if h.meeting.interpreter is not None and h.pair.id not in self.position.pinned]
        rows = [placed, *serving]
        if any(len(held.slots) > 1 for held in rows):
            return {}
        kept = {h.meeting.interpreter for h in others} - {h.meeting.interpreter for h in serving}
        names = [each.id for each in problem.interpreters if each.id not in kept]
        busy = {held.meeting.interpreter for held in serving}
        if len(names) < len(rows) or not any(self.can(each, placed.meeting, ()) for each in names if each not in busy):
            return {}
        gone = {placed.pair.id, *(held.pair.id for held in serving)}
        cost = np.array([[self._cost(held, name, gone) for name in names] for held in rows])
        columns = cheapest_matching(cost)
        if cost[np.arange(len(rows)), columns].max() >= _BLOCKED:
            return {}
        pairs = zip(rows, columns.tolist(), strict=True)
        found = {held.pair.id: replace(held.meeting, interpreter=names[at]) for held, at in pairs}
        return {id: each for id, each in found.items() if each != self._before(id)}

    def _before(self, pair: str) -> Meeting | None:
        held = self.position.held.get(pair)
        return None if held is None else held.meeting

    def _cost(self, held: PlacedMeeting, name: str, gone: Collection[str]) -> float:
        before = self._before(held.pair.id)
        is_moved = before is None or before.slot != held.meeting.slot
        if before is not None and not is_moved and before.interpreter == name:
            return 0.0
        if name not in self.able(held.pair) or not self.can(name, held.meeting, gone):
            return _BLOCKED
        return 1.0 if not is_moved else 0.0 if before is not None and before.interpreter == name else _NEW
