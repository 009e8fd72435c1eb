"""Baseline: one CP-SAT model of everything, as a good practitioner would write first.


A literal x[pair, slot] for each slot in which both parties are available and the pair is allowed:
    at most one x per pair, exactly one if the pair is required;
    at most `parallel` x per party and slot, at most `max_meetings` in total;
    at most as many x per slot as shared tables, and at most one per fixed table and slot.
Pairs without a common language are grouped by the set of interpreters who can serve them. y[interpreter, group,
slot] says that the interpreter serves one pair of the group:
    at most as many x of a group per slot as y;
    at most one y per interpreter and slot, at most `max_meetings` in total, and one slot without y in each row
    of `max_consecutive` + 1 adjacent slots.
The objective is the value in millionths. The greedy plan is given as a hint, and all cores are used. The model
knows plain pairs only: length 1, without order, walks and pins.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from matching.presolve import able, first_slots
from matching.problem import Meeting, Problem
from matching.slots import slot_calendar
from tests.bench.outcome import Outcome

_SCALE = 1_000_000


def whole(problem: Problem, seconds: float, hint: Sequence[Meeting]) -> Outcome:
    """Return the best plan of the single model, with the bound on value proved in the time."""
    return _Whole(problem).solved(seconds, hint)


@dataclass(frozen=True)
class _Duty:
    group: tuple[int, ...]
    interpreter: int
    slot: int
    literal: cp_model.IntVar


class _Whole:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()
        self.days = slot_calendar(problem)
        self.groups = [able(problem, pair) for pair in problem.pairs]
        self.x: dict[tuple[int, int], cp_model.IntVar] = {}
        for k, pair in enumerate(problem.pairs):
            for t in first_slots(problem, self.days, pair):
                if self.groups[k] is None or any(self._works(i, t) for i in self.groups[k] or ()):
                    self.x[k, t] = self.model.new_bool_var("")
        self.duties: list[_Duty] = []
        self._pairs()
        self._parties()
        self._tables()
        self._interpreters()
        values = {key: round(problem.pairs[key[0]].value * _SCALE) for key in self.x}
        self.model.maximize(sum(values[key] * x for key, x in self.x.items()))

    def _works(self, interpreter: int, slot: int) -> bool:
        return self.problem.ordered[slot].id in self.problem.interpreters[interpreter].available

    def _pairs(self) -> None:
        mine: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for (k, _), x in self.x.items():
            mine[k].append(x)
        for k, pair in enumerate(self.problem.pairs):
            if pair.required:
                self.model.add_exactly_one(mine[k])
            elif len(mine[k]) > 1:
                self.model.add_at_most_one(mine[k])

    def _parties(self) -> None:
        there: dict[tuple[str, int], list[cp_model.IntVar]] = defaultdict(list)
        every: dict[str, list[cp_model.IntVar]] = defaultdict(list)
        for (k, t), x in self.x.items():
            for name in self.problem.pairs[k].parties:
                there[name, t].append(x)
                every[name].append(x)
        for (who, _), literals in there.items():
            parallel = self.problem.party[who].parallel
            if parallel == 1:
                self.model.add_at_most_one(literals)
            else:
                self.model.add(sum(literals) <= parallel)
        for party in self.problem.parties:
            if party.max_meetings is not None:
                self.model.add(sum(every[party.id]) <= party.max_meetings)

    def _tables(self) -> None:
        owned = {party.table for party in self.problem.parties if party.table is not None}
        there: dict[tuple[str | None, int], list[cp_model.IntVar]] = defaultdict(list)
        for (k, t), x in self.x.items():
            there[self._own(k), t].append(x)
        for (table, t), literals in there.items():
            if table is not None:
                self.model.add_at_most_one(literals)
                continue
            slot = self.problem.ordered[t].id
            shared = [each for each in self.problem.tables if each.id not in owned]
            room = sum(each.available is None or slot in each.available for each in shared)
            if len(literals) > room:
                self.model.add(sum(literals) <= room)

    def _own(self, pair: int) -> str | None:
        parties = (self.problem.party[party] for party in self.problem.pairs[pair].parties)
        return next((party.table for party in parties if party.table is not None), None)

    def _interpreters(self) -> None:
        demand: dict[tuple[tuple[int, ...], int], list[cp_model.IntVar]] = defaultdict(list)
        for (k, t), x in self.x.items():
            group = self.groups[k]
            if group is not None:
                demand[group, t].append(x)
        at_work: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
        for (group, t), literals in demand.items():
            serving = [_Duty(group, i, t, self.model.new_bool_var("")) for i in group if self._works(i, t)]
            self.model.add(sum(literals) <= sum(duty.literal for duty in serving))
            self.duties += serving
            for duty in serving:
                at_work[duty.interpreter, t].append(duty.literal)
        for literals in at_work.values():
            self.model.add_at_most_one(literals)
        for i, interpreter in enumerate(self.problem.interpreters):
            if interpreter.max_meetings is not None:
                mine = [literal for (who, _), literals in at_work.items() if who == i for literal in literals]
                self.model.add(sum(mine) <= interpreter.max_meetings)
            if interpreter.max_consecutive is not None:
                self._rest(i, interpreter.max_consecutive, at_work)

    def _rest(self, who: int, most: int, at_work: dict[tuple[int, int], list[cp_model.IntVar]]) -> None:
        for stretch in self.days.stretches:
            for first in range(len(stretch) - most):
                window = stretch[first : first + most + 1]
                if all((who, t) in at_work for t in window):
                    self.model.add(sum(literal for t in window for literal in at_work[who, t]) <= most)

    def solved(self, seconds: float, hint: Sequence[Meeting]) -> Outcome:
        index = {slot.id: t for t, slot in enumerate(self.problem.ordered)}
        held = {(meeting.pair, index[meeting.slot]) for meeting in hint}
        for (k, t), x in self.x.items():
            self.model.add_hint(x, (self.problem.pairs[k].id, t) in held)
        pair_of = {pair.id: k for k, pair in enumerate(self.problem.pairs)}
        at_work = {(m.interpreter, self.groups[pair_of[m.pair]], index[m.slot]) for m in hint}
        for duty in self.duties:
            name = self.problem.interpreters[duty.interpreter].id
            self.model.add_hint(duty.literal, (name, duty.group, duty.slot) in at_work)
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Outcome((), None if status == cp_model.UNKNOWN else 0.0)
        return Outcome(tuple(self._named(solver)), solver.best_objective_bound / _SCALE)

    def _named(self, solver: cp_model.CpSolver) -> list[Meeting]:
        """Return the meetings with tables and interpreters, both assigned in the order of the pairs."""
        owned = {party.table for party in self.problem.parties if party.table is not None}
        serving: dict[tuple[tuple[int, ...], int], list[str]] = defaultdict(list)
        for duty in self.duties:
            if solver.value(duty.literal):
                serving[duty.group, duty.slot].append(self.problem.interpreters[duty.interpreter].id)
        free: dict[int, list[str]] = {}
        for t, slot in enumerate(self.problem.ordered):
            opening = [e for e in self.problem.tables if e.available is None or slot.id in e.available]
            free[t] = [each.id for each in opening if each.id not in owned]
        meetings = []
        for (k, t), x in self.x.items():
            if solver.value(x):
                group = self.groups[k]
                interpreter = None if group is None else serving[group, t].pop()
                table = self._own(k) or free[t].pop(0)
                meetings.append(Meeting(self.problem.pairs[k].id, self.problem.ordered[t].id, table, interpreter))
        return meetings
