"""Interpreters as part of a constraint model: who serves whom, and how many slots each works at least.

A party meets once in a slot, so that one literal says whether an interpreter serves it there: clauses alone, where the
program's counts of duties are sums. And interpreters are mostly what is scarce. That all of them work nearly all the
time follows from counting, which search by clauses is bad at: told so, it proves in a second what else takes an hour.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from ortools.graph.python import max_flow
from ortools.sat.python import cp_model

from matching.choosing.aggregate import SUITED, most_duties
from matching.choosing.program import Program, held_always
from matching.presolve import Bools, Instance, Ints
from matching.timetabling.attendance import Literal
from matching.timetabling.counting import between

_FEW = 150  # literals above which counts that are not sharp are sums


def covers(program: Program) -> bool:
    """Whether this encoding has all that the program asks of interpreters.

    Short meetings, and nowhere to walk. Rows of duties that earlier tiers made tight are no part of it: they follow
    from the limits of these, which pairs and rows without duties have to keep.
    """
    short = not (program.instance.crew_of >= 0).any()
    return len(program.duty) > 0 and short and not program.instance.problem.walk and program.tiers.keys() <= SUITED


class _Served(NamedTuple):
    """Columns of one slot of which one at most is held. by: for each crew that can serve one whether it does."""

    slot: int
    columns: Sequence[int]
    by: Mapping[int, cp_model.IntVar]


class Service:
    """The interpreters of a program that `covers` admits, where their duties are open.

    literals: of its live columns. open: of duties, in their order, whether they are open; those of a slot are together.
    """

    def __init__(
        self, model: cp_model.CpModel, program: Program, literals: Mapping[int, Literal], open_: Bools
    ) -> None:
        self.model, self.program, self.literals = model, program, literals
        self.slots = frozenset(program.duty[open_, 2].tolist())
        settled: dict[int, Counter[int]] = defaultdict(Counter)  # crew -> slot -> duties
        counts = program.lower[program.columns : program.columns + len(program.duty)].astype(np.int64)
        for (_, crew, slot, _), count in zip(program.duty.tolist(), counts.tolist(), strict=True):
            if slot not in self.slots and count:
                settled[crew][slot] += count
        self.served = [self._serve(slot, columns) for slot, columns in self._groups()]
        busy: dict[int, dict[int, list[cp_model.IntVar]]] = defaultdict(lambda: defaultdict(list))
        for one in self.served:
            for crew, serves in one.by.items():
                busy[crew][one.slot].append(serves)
        for crew, (least, most) in enumerate(work_limits(program)):
            self._work(crew, busy[crew], settled[crew], least, most)

    def _groups(self) -> list[tuple[int, list[int]]]:
        """Slots, and columns there that need an interpreter and that one party can hold one of at most."""
        instance = self.program.instance
        degree = np.zeros(len(instance.parallel), dtype=np.int64)
        live = np.array(sorted(self.literals), dtype=np.int64)
        np.add.at(degree, instance.ends[instance.col_pair[live]], 1)
        degree[instance.parallel > 1] = -1
        groups: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        for j in live.tolist():
            if instance.needs[instance.col_pair[j]] >= 0 and int(instance.col_slot[j]) in self.slots:
                busiest = max(instance.ends[instance.col_pair[j]].tolist(), key=lambda party: (degree[party], party))
                alone = j if degree[busiest] < 0 else -1
                groups[int(instance.col_slot[j]), busiest, alone].append(j)
        return [(slot, columns) for (slot, _, _), columns in sorted(groups.items())]

    def _serve(self, slot: int, columns: Sequence[int]) -> _Served:
        instance = self.program.instance
        teams: dict[int, list[int]] = defaultdict(list)
        for j in columns:
            teams[int(instance.needs[instance.col_pair[j]])].append(j)
        able = sorted({c for team in teams for c in instance.teams[team] if instance.crews[c].open[slot]})
        by = {crew: self.model.new_bool_var("") for crew in able}
        for team, theirs in teams.items():
            those = [by[crew] for crew in instance.teams[team] if crew in by]
            for j in theirs:
                self._one_of(those, [self.literals[j]])
        for crew, serves in by.items():
            wanting = [j for team, theirs in teams.items() if crew in instance.teams[team] for j in theirs]
            self._one_of([self.literals[j] for j in wanting], [serves])
        self.model.add_at_most_one(by.values())
        return _Served(slot, columns, by)

    def _work(
        self,
        crew: int,
        busy: Mapping[int, Sequence[cp_model.IntVar]],
        settled: Mapping[int, int],
        least: int,
        most: int,
    ) -> None:
        """Limits of a crew: one meeting a slot for each of its members, rest, and in all. settled: duties by slot."""
        count, rest = self.program.instance.crews[crew].count, self.program.instance.crews[crew].max_consecutive
        works: dict[int, list[cp_model.IntVar]] = {}
        for slot, serves in busy.items():
            self._within(serves, 0, count)
            works[slot] = [self._any(serves)] if count == 1 else list(serves)
        done = sum(settled.values())
        self._within([work for works_then in works.values() for work in works_then], least - done, most - done)
        if rest is None:
            return
        for stretch in self.program.instance.calendar.stretches:
            for first in range(len(stretch) - rest):
                window = stretch[first : first + rest + 1]
                if all(slot in works or slot in settled for slot in window) and any(slot in works for slot in window):
                    surely = sum(settled.get(slot, 0) for slot in window)
                    able = [work for slot in window for work in works.get(slot, ())]
                    self._within(able, 0, count * rest - surely)

    def _within(self, literals: Sequence[cp_model.IntVar], least: int, most: int) -> None:
        if 1 < most < len(literals) and len(literals) > _FEW:
            self.model.add_linear_constraint(cp_model.LinearExpr.sum(list(literals)), least, most)
        else:
            between(self.model, literals, least, most)

    def _any(self, literals: Sequence[cp_model.IntVar]) -> cp_model.IntVar:
        if len(literals) == 1:
            return literals[0]
        one = self.model.new_bool_var("")
        for literal in literals:
            self.model.add_implication(literal, one)
        self.model.add_bool_or([*literals, ~one])
        return one

    def _one_of(self, literals: Sequence[Literal], where: Sequence[Literal]) -> None:
        """One of the literals is true wherever all of the others are."""
        if any(isinstance(x, int) and x for x in literals) or any(isinstance(x, int) and not x for x in where):
            return
        free = [x for x in literals if not isinstance(x, int)]
        self.model.add_bool_or([*free, *(~x for x in where if not isinstance(x, int))])

    def duties(self, value: Callable[[cp_model.IntVar], int], point: Ints) -> None:
        """Writes the duties of a solution into the point. value: of a variable."""
        number = {tuple(duty[:3]): self.program.columns + n for n, duty in enumerate(self.program.duty.tolist())}
        instance = self.program.instance
        for one in self.served:
            held = next((j for j in one.columns if point[j]), None)
            if held is not None:
                team = int(instance.needs[instance.col_pair[held]])
                crew = next(c for c, serves in one.by.items() if c in instance.teams[team] and value(serves))
                point[number[team, crew, one.slot]] += 1

    def hint(self, point: Ints) -> None:
        """The duties of a point as where to start."""
        left: dict[tuple[int, int], list[int]] = defaultdict(list)
        counts = point[self.program.columns : self.program.columns + len(self.program.duty)]
        for (team, crew, slot, _), count in zip(self.program.duty.tolist(), counts.tolist(), strict=True):
            left[team, slot].extend([crew] * count)
        instance = self.program.instance
        for one in self.served:
            held = next((j for j in one.columns if point[j]), None)
            crews = left[int(instance.needs[instance.col_pair[held]]), one.slot] if held is not None else []
            who = crews.pop() if crews else None
            for crew, serves in one.by.items():
                self.model.add_hint(serves, crew == who)


def work_limits(program: Program) -> list[tuple[int, int]]:
    """The least and the most duties of each crew, as counting shows, of short meetings.

    Most: by rest, presence and `max_meetings`. Least: what all others together can't serve of the pairs that are held
    in every plan of the program.
    """
    instance = program.instance
    most = [most_duties(instance, c) for c in range(len(instance.crews))]
    must: dict[int, int] = defaultdict(int)
    for team in instance.needs[held_always(program)].tolist():
        if team >= 0:
            must[team] += 1
    total = sum(must.values())
    return [(max(0, total - _served(instance, must, most, c)), upper) for c, upper in enumerate(most)]


def _served(instance: Instance, must: Mapping[int, int], most: Sequence[int], without: int) -> int:
    """Meetings that the crews but one can serve, slots left aside."""
    flow = max_flow.SimpleMaxFlow()
    crews = len(most)
    for team, count in must.items():
        flow.add_arc_with_capacity(0, 2 + crews + team, count)
        for crew in instance.teams[team]:
            if crew != without:
                flow.add_arc_with_capacity(2 + crews + team, 2 + crew, count)
    for crew, upper in enumerate(most):
        if crew != without:
            flow.add_arc_with_capacity(2 + crew, 1, upper)
    flow.solve(0, 1)
    return int(flow.optimal_flow())
