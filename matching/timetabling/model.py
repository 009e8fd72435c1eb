"""When: a program as a constraint model, with the tiers that only the order of a party's day decides.

The search is driven by cores, which prove breaks where sums of them do not. One worker: answers repeat.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from ortools.sat.python import cp_model

from matching.choosing.program import MORE, Program
from matching.choosing.rows import Floats
from matching.presolve import Bools, Ints
from matching.staffing.seating import Seating
from matching.stopping import Stop
from matching.timetabling.attendance import Attendance, Literal
from matching.timetabling.counting import between
from matching.timetabling.service import Service, covers
from matching.watching import watched

GRAIN = 10**9  # weights that are no whole numbers are counted in billionths
_ENDLESS = 2**62
_TIGHT, _SCARCE = 0.5, 0.8  # share of the tables that is taken, above which clauses about it pay; beside interpreters
_FEW = 800  # free variables up to which a model is presolved in full


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found. point: None where none. bound: proven for the tier's cost. is_best: proved that none costs
    less. tables: of held columns, where the model seats them. work: spent, in the solver's count."""

    point: Ints | None
    bound: float | None = None
    infeasible: bool = False
    is_best: bool = False
    tables: Mapping[int, int] | None = None
    work: float = 0.0


@dataclass(frozen=True, slots=True)
class Effort:
    """How long one search may take: seconds by the clock or, where answers must repeat, the solver's own count."""

    seconds: float = math.inf
    work: float | None = None

    def apply(self, solver: cp_model.CpSolver) -> None:
        if self.work is not None:
            solver.parameters.max_deterministic_time = self.work
        if math.isfinite(self.seconds):
            solver.parameters.max_time_in_seconds = max(self.seconds, 0.001)


class Timetable:
    """The constraint model of a program. Variables whose bounds meet are constants and cost nothing.

    breaks: whether breaks will be counted. Capacities are then clauses over who meets when.
    by_hosts: clauses over one party of each meeting, not over both.
    is_limited: whether it has limits that its program lacks.
    """

    def __init__(self, program: Program, *, breaks: bool = False, by_hosts: bool = False) -> None:
        self.program = program
        self.model = cp_model.CpModel()
        low, high = program.lower.astype(np.int64), program.upper.astype(np.int64)
        self.free = np.flatnonzero(high > low)
        self.settled = np.where(high > low, 0, low)
        self.variables: dict[int, cp_model.IntVar] = {}
        duties = np.zeros(program.variables, dtype=np.bool_)  # for which who serves whom takes the place of how many
        if breaks and covers(program):
            crews = slice(program.columns, program.columns + len(program.duty))
            slot = program.duty[:, 2]
            duties[crews] = np.isin(slot, slot[high[crews] > low[crews]])
            self.free = np.flatnonzero((high > low) & ~duties)
            self.settled[duties] = 0
        for j in self.free.tolist():
            one = low[j] == 0 and high[j] == 1
            self.variables[j] = self.model.new_bool_var("") if one else self.model.new_int_var(low[j], high[j], "")
        self.impossible = False
        self.service: Service | None = None
        if duties.any():
            self.service = Service(self.model, program, self._literals(), duties[crews])
        self.attendance = Attendance(self.model, program, self.variables)
        counted = self.attendance.counted_slots(_TIGHT if self.service is None else _SCARCE) if breaks else {}
        self.counts_slots, self.is_limited = bool(counted), False
        self._rows(counted, duties)
        if breaks:
            self.attendance.count(counted, by_hosts=by_hosts)

    def _literals(self) -> dict[int, cp_model.IntVar | int]:
        live = np.flatnonzero(self.program.upper[: self.program.columns] > 0).tolist()
        return {j: self.variables.get(j, 1) for j in live}

    def _rows(self, counted: Mapping[int, tuple[int, int]], duties: Bools) -> None:
        """The program's rows that its settled variables leave open.

        counted: slots counted by parties. duties: those of the service.
        """
        program = self.program
        base = program.matrix @ self.settled
        part = program.matrix[:, self.free]
        high = part.maximum(0) @ program.upper[self.free] + part.minimum(0) @ program.lower[self.free]
        low = part.maximum(0) @ program.lower[self.free] + part.minimum(0) @ program.upper[self.free]
        least, most = program.row_lower - base, program.row_upper - base
        slack = 1e-7
        binding = (high > most + slack) | (low < least - slack)
        never = (low > most + slack) | (high < least - slack)
        if self.service is not None:
            of_others = program.matrix @ duties == 0  # duties are weighed alike wherever they are
            binding, never = binding & of_others, never & of_others
        self.impossible = bool(never.any())
        for t in counted:
            rows = program.place_row[:, t]
            binding[rows[rows >= 0]] = False
        for r in np.flatnonzero(binding).tolist():
            inside = slice(part.indptr[r], part.indptr[r + 1])
            columns = [self.variables[int(self.free[c])] for c in part.indices[inside]]
            self._row(columns, part.data[inside], float(least[r]), float(most[r]))

    def _row(self, columns: Sequence[cp_model.IntVar], weights: Floats, least: float, most: float) -> None:
        whole = not np.any(weights % 1)
        if whole and most == 1 and np.all(weights == 1) and all(v.is_boolean for v in columns):
            (self.model.add_exactly_one if least == 1 else self.model.add_at_most_one)(columns)
            return
        grain = 1 if whole else GRAIN
        scaled = np.rint(weights * grain).astype(np.int64).tolist()
        blur = 0 if whole else len(scaled)
        self.model.add_linear_constraint(
            cp_model.LinearExpr.weighted_sum(columns, scaled),
            -_ENDLESS if least == -math.inf else math.ceil(least * grain - blur - 1e-6),
            _ENDLESS if most == math.inf else math.floor(most * grain + blur + 1e-6),
        )

    def cost(self, tier: str) -> cp_model.LinearExprT:
        """The tier as an expression, in whole numbers; value in billionths, and as what is to be lowered."""
        if tier == "breaks":
            return cp_model.LinearExpr.sum([more for breaks in self.attendance.breaks.values() for more in breaks])
        if tier == "worst":
            return cp_model.LinearExpr.sum(self.worst)
        if tier == "moves":
            return self.seating.moves
        weights = self.program.tiers[tier] * (-GRAIN if tier in MORE else 1)
        whole = np.rint(weights).astype(np.int64)
        terms = [(self.variables[j], int(whole[j])) for j in self.free.tolist() if whole[j]]
        return cp_model.LinearExpr.weighted_sum([v for v, _ in terms], [w for _, w in terms]) + int(
            whole @ self.settled
        )

    @cached_property
    def seating(self) -> Seating:
        return Seating(self.model, self.program, self.variables)

    @cached_property
    def worst(self) -> list[Literal]:
        """The breaks of the party that has most, in unary."""
        depth = max(map(len, self.attendance.breaks.values()), default=0)
        worst: list[Literal] = []
        for k in range(depth):
            deep = [breaks[k] for breaks in self.attendance.breaks.values() if len(breaks) > k]
            if any(isinstance(more, int) for more in deep):
                worst.append(1)
                continue
            worst.append(self.model.new_bool_var(""))
            for more in deep:
                self.model.add_implication(more, worst[-1])
        return worst

    def limit(self, tier: str, least: float) -> None:
        """From now on the tier is no worse than this."""
        self.is_limited = True
        if tier in MORE:
            self.model.add(self.cost(tier) <= math.ceil(-least * GRAIN) + len(self.free))
        else:
            self.model.add(self.cost(tier) <= math.floor(least + 1e-6))

    def search(
        self,
        tier: str | None,
        effort: Effort,
        stop: Stop,
        seed: int,
        hint: Ints | None = None,
        tables: Mapping[int, int] | None = None,
        tell: Callable[[float], None] | None = None,
        *,
        cores: bool = True,
    ) -> Answer:
        """A point of little cost in `tier`, or any point, and the bound proved.

        hint, tables: a point to start from. tell: called with each bound on the way, from another thread. cores: by
        what cannot be had together, which proves soon; without, better points come on the way.
        """
        if self.impossible:
            return Answer(None, infeasible=True)
        if tier is not None:
            self.model.minimize(self.cost(tier))
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        if hint is not None:
            for j, variable in self.variables.items():
                self.model.add_hint(variable, int(hint[j]))
            if self.service is not None:
                self.service.hint(hint)
            if tables is not None and "seating" in self.__dict__:
                self.seating.hint(tables)
        solver = _solver(effort, seed, briefly=len(self.free) > _FEW)
        if tier is None:  # a point is found soon or, without a fresh start, late
            solver.parameters.search_branching = cp_model.PORTFOLIO_WITH_QUICK_RESTART_SEARCH
        else:
            solver.parameters.optimize_with_core = cores
            if tell is not None:
                solver.best_bound_callback = tell
        status = watched(lambda: solver.solve(self.model), solver.stop_search, stop)
        if status == cp_model.INFEASIBLE:
            return Answer(None, infeasible=True)
        if status == cp_model.MODEL_INVALID:
            raise AssertionError(self.model.validate())
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            counted = tier is not None and tier not in MORE and status is not None
            return Answer(None, max(0.0, solver.best_objective_bound) if counted else None)
        bound = None if tier is None else solver.best_objective_bound
        return self._answer(solver, bound, is_best=status == cp_model.OPTIMAL)

    def within(self, most: int, effort: Effort, stop: Stop, seed: int) -> Answer:
        """Any point with at most so many breaks: no objective, so that the limit can be reasoned with.

        Does not change the model, which has counted its breaks before.
        """
        if self.impossible:
            return Answer(None, infeasible=True)
        model = self.model.clone()
        model.clear_objective()  # type: ignore[no-untyped-call]
        model.clear_hints()  # type: ignore[no-untyped-call]
        literals = [more for breaks in self.attendance.breaks.values() for more in breaks]
        free = [more for more in literals if not isinstance(more, int)]
        between(model, free, 0, most - (len(literals) - len(free)))
        solver = _solver(effort, seed, briefly=True)
        status = watched(lambda: solver.solve(model), solver.stop_search, stop)
        if status == cp_model.INFEASIBLE:
            return Answer(None, bound=most + 1, infeasible=True, work=solver.response_proto.deterministic_time)
        return (
            self._answer(solver, None)
            if status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
            else Answer(None, work=math.inf)
        )

    def _answer(self, solver: cp_model.CpSolver, bound: float | None, *, is_best: bool = False) -> Answer:
        point = self.settled.copy()
        for j, variable in self.variables.items():
            point[j] = solver.value(variable)
        if self.service is not None:
            self.service.duties(solver.value, point)
        if not self.program.holds(point):
            raise AssertionError("the constraint model lacks a row of its program")
        tables = self.seating.tables(solver, point) if "seating" in self.__dict__ else None
        return Answer(point, bound, is_best=is_best, tables=tables)


def _solver(effort: Effort, seed: int, *, briefly: bool) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False  # `stop.interrupt` is how an interruption comes
    solver.parameters.random_seed = seed
    solver.parameters.linearization_level = 0
    if briefly:  # what more presolve removes of a large model is not worth its time
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
    effort.apply(solver)
    return solver
