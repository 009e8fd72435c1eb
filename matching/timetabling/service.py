"""Interpreters as part of a CP-SAT model: who serves each party, and bounds on each crew's work.

A party meets at most once in a slot, so one literal says whether an interpreter serves it there. This needs
clauses only, where the program has sums. Interpreters are often the scarcest resource, and clause search cannot
derive by counting that all of them must work nearly always; with explicit bounds it proves in a second what
otherwise takes an hour.
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

_FEW = 150  # number of literals above which a count becomes a linear constraint, unless it is sharp


def covers(program: Program) -> bool:
    """Whether this encoding expresses all rules of the program about interpreters.

    It requires pairs of length 1 and no walks. Rows of duties that earlier tiers made tight are not encoded:
    they follow from the limits of those tiers, which other rows keep.
    """
    short = not (program.instance.crew_of >= 0).any()
    return len(program.duty) > 0 and short and not program.instance.problem.walk and program.tiers.keys() <= SUITED


class _SlotService(NamedTuple):
    """Columns of one slot; a plan holds at most one of them.

    by: for each able crew the literal that it serves the held one.
    """

    slot: int
    columns: Sequence[int]
    by: Mapping[int, cp_model.IntVar]


class Service:
    """Encoding of the interpreters of a program that `covers` accepts.

    literals: of its live columns. open_: for each duty whether it is open; duties of one slot are open or fixed
    together.
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
        """Return (slot, columns of one party) where the columns need an interpreter and at most one can be held."""
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

    def _serve(self, slot: int, columns: Sequence[int]) -> _SlotService:
        """Add the literals of one group: which crew serves its held column."""
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
        return _SlotService(slot, columns, by)

    def _work(
        self,
        crew: int,
        busy: Mapping[int, Sequence[cp_model.IntVar]],
        settled: Mapping[int, int],
        least: int,
        most: int,
    ) -> None:
        """Limit a crew: one meeting per slot and member, rest, and total work. settled: fixed duties by slot."""
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
        """Add: one of the literals is true if all literals of `where` are."""
        if any(isinstance(x, int) and x for x in literals) or any(isinstance(x, int) and not x for x in where):
            return
        free = [x for x in literals if not isinstance(x, int)]
        self.model.add_bool_or([*free, *(~x for x in where if not isinstance(x, int))])

    def duties(self, value: Callable[[cp_model.IntVar], int], point: Ints) -> None:
        """Set the duties of a solution in the point. value: returns the value of a variable."""
        number = {tuple(duty[:3]): self.program.columns + n for n, duty in enumerate(self.program.duty.tolist())}
        instance = self.program.instance
        for one in self.served:
            held = next((j for j in one.columns if point[j]), None)
            if held is not None:
                team = int(instance.needs[instance.col_pair[held]])
                crew = next(c for c, serves in one.by.items() if c in instance.teams[team] and value(serves))
                point[number[team, crew, one.slot]] += 1

    def hint(self, point: Ints) -> None:
        """Add the duties of a point as hints."""
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
    """Return the least and the most duties of each crew, by counting; all pairs have length 1.

    Most: by availability, rest and `max_meetings`. Least: what all other crews together cannot serve of the
    pairs that are held in every plan.
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
    """Return how many of the meetings all crews except one can serve in total (maximum flow without slots)."""
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
