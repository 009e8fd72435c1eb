"""Keep interpreters with the meetings that they had in the previous plan, as far as possible.

No tier counts interpreters, so every staffing of the same meetings is an equally good plan. Assignments that
are still possible are fixed first, and a small program staffs the rest. If that leaves a meeting without an
interpreter or breaks a limit, one program staffs all meetings and keeps as many assignments as possible; in a
large plan, only the meetings of the affected slots.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from matching.choosing.linear import optimum
from matching.choosing.program import LinearProgram
from matching.choosing.rows import RowBuilder
from matching.presolve import ANY_HALL
from matching.problem import Meeting, Problem, primary
from matching.slots import SlotCalendar, slot_calendar
from matching.stopping import Stop
from matching.walking import conflicting_cells, distant_halls

_SECONDS = 3.0  # seconds for a program
_GRACE_S = 1.0
_WHOLE = 100_000  # number of (meeting, interpreter) pairs up to which all meetings are staffed at once


def keep_interpreters(problem: Problem, meetings: tuple[Meeting, ...], stop: Stop) -> tuple[Meeting, ...]:
    """Return the same meetings in the same order, with as many interpreters of `previous` as possible.

    meetings: a feasible plan. Meetings that keep their slot have priority over those that move.
    """
    before = {m.pair: m for m in problem.previous or () if m.interpreter is not None}
    if all(m.pair not in before or m.interpreter in (None, before[m.pair].interpreter) for m in meetings):
        return meetings
    staffing = _Staffing(problem, meetings)
    firm = staffing.firm(before)
    found = staffing.solve(firm, {at: {meetings[at].interpreter: 1} for at in staffing.able}, stop)
    if found is None:
        found = staffing.solve(staffing.firm_apart(firm), _worth(meetings, before), stop)
    if found is None:
        return meetings
    return tuple(replace(m, interpreter=found.get(at)) for at, m in enumerate(meetings))


def _worth(meetings: Sequence[Meeting], before: Mapping[str, Meeting]) -> dict[int, Mapping[str | None, int]]:
    """Return the value of keeping each meeting's interpreter; one unmoved meeting outweighs all moved ones."""
    wanted = {at: before[m.pair] for at, m in enumerate(meetings) if m.pair in before}
    return {
        at: {old.interpreter: len(meetings) + 1 if old.slot == meetings[at].slot else 1} for at, old in wanted.items()
    }


def _able(
    problem: Problem, place: Mapping[str, int]
) -> Callable[[frozenset[str], frozenset[str], tuple[int, ...]], list[str]]:
    """Return a function that lists who can serve two sets of languages in some slots. place: index of each slot."""
    spoken = {person.id: set(map(primary, person.languages)) for person in problem.interpreters}
    hours = {person.id: {place[slot] for slot in person.available} for person in problem.interpreters}

    @cache
    def able(one: frozenset[str], other: frozenset[str], span: tuple[int, ...]) -> list[str]:
        return [id for id, known in spoken.items() if known & one and known & other and hours[id].issuperset(span)]

    return able


class _Staffing:
    """Interpreters who can serve each meeting. Meetings are numbered as in the plan, slots by start time.

    able: ids of the interpreters who can serve each meeting that needs one. spans: slots of each of those
    meetings.
    """

    def __init__(self, problem: Problem, meetings: Sequence[Meeting]) -> None:
        self.problem, self.meetings = problem, meetings
        self.calendar: SlotCalendar = slot_calendar(problem)
        place = {slot.id: t for t, slot in enumerate(problem.ordered)}
        pins = {pin.pair: pin.interpreter for pin in problem.pins if pin.interpreter is not None}
        able = _able(problem, place)
        self.able: dict[int, list[str]] = {}
        self.spans: dict[int, tuple[int, ...]] = {}
        self.pinned: dict[int, str] = {}
        for at, meeting in enumerate(meetings):
            if meeting.interpreter is None:
                continue
            pair = problem.pair[meeting.pair]
            one, other = (frozenset(map(primary, problem.party[party].languages)) for party in pair.parties)
            self.spans[at] = span = self.calendar.span(place[meeting.slot], pair.length)
            self.able[at] = able(one, other, span)
            if meeting.pair in pins:
                self.pinned[at] = pins[meeting.pair]

    def firm(self, before: Mapping[str, Meeting]) -> dict[int, str]:
        """Assign interpreters of previous meetings who can still serve them, at most one meeting per slot each."""
        named = dict(self.pinned)
        busy = {(slot, id) for at, id in named.items() for slot in self.spans[at]}
        wanted = [at for at in self.able if self.meetings[at].pair in before and at not in named]
        for at in sorted(wanted, key=lambda at: before[self.meetings[at].pair].slot != self.meetings[at].slot):
            id = before[self.meetings[at].pair].interpreter
            if id in self.able[at] and not any((slot, id) in busy for slot in self.spans[at]):
                named[at] = id
                busy.update((slot, id) for slot in self.spans[at])
        return named

    def firm_apart(self, firm: Mapping[int, str]) -> Mapping[int, str]:
        """Return the assignments to keep if the rest cannot be staffed: pins, and those outside the affected slots.

        A small plan keeps its pins only.
        """
        if sum(map(len, self.able.values())) <= _WHOLE:
            return self.pinned
        lacking = {slot for at in self.able.keys() - firm.keys() for slot in self.spans[at]}
        apart = {at: id for at, id in firm.items() if lacking.isdisjoint(self.spans[at])}
        return {**apart, **self.pinned}

    def solve(
        self, fixed: Mapping[int, str], worth: Mapping[int, Mapping[str | None, int]], stop: Stop
    ) -> dict[int, str] | None:
        """Return an interpreter for each meeting with the greatest total value; None if none was found.

        fixed: given ones.
        """
        serves = [(at, id) for at, able in self.able.items() for id in able if fixed.get(at, id) == id]
        rows = RowBuilder(lower=[float(at in fixed) for at, _ in serves], upper=[1.0] * len(serves))
        mine: dict[int, dict[int, float]] = {at: {} for at in self.able}
        for variable, (at, _) in enumerate(serves):
            mine[at][variable] = 1.0
        for entries in mine.values():
            rows.add(entries, upper=1.0, lower=1.0)
        self._limits(rows, serves)
        self._walks(rows, serves)
        lower, upper, matrix, row_lower, row_upper = rows.arrays()
        gain = np.array([worth.get(at, {}).get(id, 0) for at, id in serves], dtype=np.float64)
        program = LinearProgram(lower, upper, matrix, row_lower, row_upper, {"value": gain})
        point = optimum(program, "value", _with_grace(stop), _SECONDS).point
        return None if point is None else {at: id for (at, id), held in zip(serves, point, strict=True) if held}

    def _limits(self, rows: RowBuilder, serves: Sequence[tuple[int, str]]) -> None:
        """Add the limits of each interpreter: one meeting per slot, `max_meetings` and `max_consecutive`."""
        work: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        mine: dict[str, dict[int, float]] = defaultdict(dict)
        for variable, (at, id) in enumerate(serves):
            mine[id][variable] = 1.0
            for slot in self.spans[at]:
                work[id][slot].append(variable)
        for person in self.problem.interpreters:
            busy = work[person.id]
            for variables in busy.values():
                if len(variables) > 1:
                    rows.add(dict.fromkeys(variables, 1.0), upper=1.0)
            if person.max_meetings is not None and len(mine[person.id]) > person.max_meetings:
                rows.add(mine[person.id], upper=person.max_meetings)
            for window in self._windows(person.max_consecutive):
                if all(slot in busy for slot in window):
                    times = Counter(variable for slot in window for variable in busy[slot])
                    rows.add({variable: float(number) for variable, number in times.items()}, upper=len(window) - 1.0)

    def _windows(self, most: int | None) -> Iterator[Sequence[int]]:
        """Yield each run of `most` + 1 adjacent slots; an interpreter rests in at least one of them."""
        if most is not None:
            for stretch in self.calendar.stretches:
                for first in range(len(stretch) - most):
                    yield stretch[first : first + most + 1]

    def _walks(self, rows: RowBuilder, serves: Sequence[tuple[int, str]]) -> None:
        """Add rows that no interpreter serves in two halls without time to walk between them."""
        halls = sorted(distant_halls(self.problem))
        where = {hall: n for n, hall in enumerate(halls)}
        cells: dict[tuple[str, int], list[int]] = defaultdict(list)
        for variable, (at, id) in enumerate(serves):
            hall = where.get(self.problem.table[self.meetings[at].table].hall or ANY_HALL)
            if hall is not None:
                for slot in self.spans[at]:
                    cells[id, slot * len(halls) + hall].append(variable)
        for one, other in conflicting_cells(self.problem, halls).tolist() if cells else ():
            for person in self.problem.interpreters:
                both = cells.get((person.id, one)), cells.get((person.id, other))
                if both[0] and both[1]:
                    rows.add(dict.fromkeys([*both[0], *both[1]], 1.0), upper=1.0)


def _with_grace(stop: Stop) -> Stop:
    """Return a stop that leaves at least _GRACE_S seconds, for short and valuable steps."""
    return Stop(max(stop.remaining(), _GRACE_S), stop.iterations, stop.interrupt)
