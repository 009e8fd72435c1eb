"""Tables as variables of a CP-SAT model, for the tier that counts table changes."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

import numpy as np
from ortools.sat.python import cp_model

from matching.choosing.program import Program
from matching.presolve import Ints


class Seating:
    """Variables at[column, table] of a model, for all columns that its program can still use.

    x: the model's variable of each such column; missing if the column is surely held.
    """

    def __init__(self, model: cp_model.CpModel, program: Program, x: dict[int, cp_model.IntVar]) -> None:
        self.model, self.program, self.x = model, program, x
        self.at: dict[tuple[int, int], cp_model.IntVar] = {}
        self.spans: dict[int, tuple[int, ...]] = {}
        self._seats()
        self._one_meeting_a_table()
        self._kept()

    @staticmethod
    def size(program: Program) -> int:
        """Return the number of variables that the seating of a program needs."""
        instance = program.instance
        live = program.upper[: program.columns] > 0
        tables = np.array([len(pool.tables) for pool in instance.pools], dtype=np.int64)
        return int(tables[instance.col_pool[live]].sum())

    def _seats(self) -> None:
        """Add the variables: each held column has exactly one table that is open in all its slots."""
        instance = self.program.instance
        for j in np.flatnonzero(self.program.upper[: self.program.columns] > 0).tolist():
            pool = instance.pools[instance.col_pool[j]]
            length = int(instance.length[instance.col_pair[j]])
            self.spans[j] = span = instance.calendar.span(int(instance.col_slot[j]), length)
            tables = [k for n, k in enumerate(pool.tables) if pool.open[list(span), n].all()]
            for k in tables:
                self.at[j, k] = self.x[j] if len(tables) == 1 and j in self.x else self.model.new_bool_var("")
            seats = [self.at[j, k] for k in tables]
            if j not in self.x:
                self.model.add_exactly_one(seats)
            elif len(tables) > 1:
                self.model.add_exactly_one([*seats, ~self.x[j]])

    def _one_meeting_a_table(self) -> None:
        there: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
        for (j, k), seat in self.at.items():
            for t in self.spans[j]:
                there[k, t].append(seat)
        for seats in there.values():
            if len(seats) > 1:
                self.model.add_at_most_one(seats)

    def _kept(self) -> None:
        """Link the variables of previous meetings: a meeting counts as kept only at its previous table."""
        instance = self.program.instance
        problem = instance.problem
        pair_index = {pair.id: k for k, pair in enumerate(problem.pairs)}
        table_index = {table.id: k for k, table in enumerate(problem.tables)}
        for number, meeting in enumerate(problem.previous or ()):
            v = int(self.program.kept[number])
            if v < 0 or self.program.upper[v] == 0:
                continue
            k = table_index[meeting.table]
            seats = [
                self.at[j, k]
                for j in instance.columns_of[pair_index[meeting.pair]].tolist()
                if (j, k) in self.at and problem.ordered[instance.col_slot[j]].id == meeting.slot
            ]
            self.model.add_bool_or(seats if v not in self.x else [*seats, ~self.x[v]])

    @cached_property
    def moves(self) -> cp_model.LinearExprT:
        """Return the number of table changes of all parties, counted per day."""
        instance = self.program.instance
        sits: dict[tuple[int, int, int], list[cp_model.IntVar]] = defaultdict(list)
        surely: set[tuple[int, int]] = set()
        for (j, k), seat in self.at.items():
            day = int(instance.calendar.day_of[self.spans[j][0]])
            for party in instance.ends[instance.col_pair[j]].tolist():
                sits[party, day, k].append(seat)
                if j not in self.x:
                    surely.add((party, day))
        used: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
        for (party, day, _), seats in sits.items():
            one = seats[0]
            if len(seats) > 1:
                one = self.model.new_bool_var("")
                for seat in seats:
                    self.model.add_implication(seat, one)
            used[party, day].append(one)
        moves: list[cp_model.LinearExprT] = []
        for where, tables in used.items():
            if len(tables) == 1:
                continue
            if where in surely:
                moves.append(cp_model.LinearExpr.sum(tables) - 1)
                continue
            more = self.model.new_int_var(0, len(tables) - 1, "")
            self.model.add(more >= cp_model.LinearExpr.sum(tables) - 1)
            moves.append(more)
        return cp_model.LinearExpr.sum(moves)

    def tables(self, solver: cp_model.CpSolver, point: Ints) -> dict[int, int]:
        """Return the table of each held column in the solver's solution."""
        return {j: k for (j, k), seat in self.at.items() if point[j] and solver.value(seat)}

    def hint(self, tables: Mapping[int, int]) -> None:
        """Add the tables of an earlier solution as hints."""
        for (j, k), seat in self.at.items():
            if self.x.get(j) is not seat:  # otherwise the column's hint covers it
                self.model.add_hint(seat, int(tables.get(j) == k))
