"""Program as a CP-SAT model, with the tiers breaks, worst and moves.

Core-guided search proves bounds on breaks where linear relaxations do not. One worker is used so that answers
repeat.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from ortools.sat.python import cp_model

from matching.choosing.program import MAXIMISED, Program
from matching.choosing.rows import Floats
from matching.presolve import Bools, Ints
from matching.staffing.seating import Seating
from matching.stopping import Stop
from matching.timetabling.attendance import Attendance, Literal
from matching.timetabling.counting import between
from matching.timetabling.service import Service, covers
from matching.watching import watched

GRAIN = 10**9  # fractional weights are counted in billionths
_ENDLESS = 2**62
# share of used table slots above which clauses about them pay; the second applies with interpreters
_TIGHT, _SCARCE = 0.5, 0.8
_FEW = 800  # number of free variables up to which a model is presolved fully


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Result of a CP-SAT search.

    point: None if none was found. bound: proved for the cost of the tier. is_best: whether no point costs less.
    tables: of held columns, if the model contains tables. work: deterministic time spent.
    """

    point: Ints | None
    bound: float | None = None
    infeasible: bool = False
    is_best: bool = False
    tables: Mapping[int, int] | None = None
    work: float = 0.0


@dataclass(frozen=True, slots=True)
class Effort:
    """Limit of one CP-SAT search: seconds, or deterministic time (`work`) if answers must repeat."""

    seconds: float = math.inf
    work: float | None = None

    def apply(self, solver: cp_model.CpSolver) -> None:
        """Set the limits of a solver."""
        if self.work is not None:
            solver.parameters.max_deterministic_time = self.work
        if math.isfinite(self.seconds):
            solver.parameters.max_time_in_seconds = max(self.seconds, 0.001)


class TimetableModel:
    """CP-SAT model of a program. Variables with equal bounds are constants.

    breaks: whether breaks will be counted; capacities are then clauses about attendance. by_hosts: those
    clauses count one party of each meeting instead of both. is_limited: whether the model has limits that its
    program lacks.
    """

    def __init__(self, program: Program, *, breaks: bool = False, by_hosts: bool = False) -> None:
        self.program = program
        self.model = cp_model.CpModel()
        low, high = program.lower.astype(np.int64), program.upper.astype(np.int64)
        self.free = np.flatnonzero(high > low)
        self.settled = np.where(high > low, 0, low)
        self.variables: dict[int, cp_model.IntVar] = {}
        duties = np.zeros(program.variables, dtype=np.bool_)  # duties that the service encoding replaces
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
        """Add the rows of the program that its settled variables leave open.

        counted: slots whose tables are counted by parties. duties: variables that the service encoding
        replaces.
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
            of_others = program.matrix @ duties == 0  # rows of duties have the same weights wherever they occur
            binding, never = binding & of_others, never & of_others
        self.impossible = bool(never.any())
        for t in counted:
            rows = program.pool_row[:, t]
            binding[rows[rows >= 0]] = False
        for r in np.flatnonzero(binding).tolist():
            inside = slice(part.indptr[r], part.indptr[r + 1])
            columns = [self.variables[int(self.free[c])] for c in part.indices[inside]]
            self._row(columns, part.data[inside], float(least[r]), float(most[r]))

    def _row(self, columns: Sequence[cp_model.IntVar], weights: Floats, least: float, most: float) -> None:
        """Add one row of the program; fractional weights are scaled by GRAIN and rounded in favour of feasibility."""
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
        """Return the tier as an integer expression to minimise; value is negative, in billionths."""
        if tier == "breaks":
            return cp_model.LinearExpr.sum([more for breaks in self.attendance.breaks.values() for more in breaks])
        if tier == "worst":
            return cp_model.LinearExpr.sum(self.worst)
        if tier == "moves":
            return self.seating.moves
        weights = self.program.tiers[tier] * (-GRAIN if tier in MAXIMISED else 1)
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
        """Return the number of breaks of the worst party in unary."""
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
        """Add the limit that the tier is no worse than `least`."""
        self.is_limited = True
        if tier in MAXIMISED:
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
    ) -> SearchResult:
        """Minimise the cost of `tier` and return the point and bound; any point if tier is None.

        hint, tables: a point to start from. tell: called with each new bound, from another thread. cores:
        core-guided search, which proves bounds early; otherwise better points come earlier.
        """
        if self.impossible:
            return SearchResult(None, infeasible=True)
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
        if tier is None:  # without quick restarts a point is found either at once or very late
            solver.parameters.search_branching = cp_model.PORTFOLIO_WITH_QUICK_RESTART_SEARCH
        else:
            solver.parameters.optimize_with_core = cores
            if tell is not None:
                solver.best_bound_callback = tell
        status = watched(lambda: solver.solve(self.model), solver.stop_search, stop)
        if status == cp_model.INFEASIBLE:
            return SearchResult(None, infeasible=True)
        if status == cp_model.MODEL_INVALID:
            raise AssertionError(self.model.validate())
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            counted = tier is not None and tier not in MAXIMISED and status is not None
            return SearchResult(None, max(0.0, solver.best_objective_bound) if counted else None)
        bound = None if tier is None else solver.best_objective_bound
        return self._answer(solver, bound, is_best=status == cp_model.OPTIMAL)

    def within(self, most: int, effort: Effort, stop: Stop, seed: int) -> SearchResult:
        """Find a point with at most `most` breaks (decision problem without objective).

        The model is not changed; its breaks must have been counted before.
        """
        if self.impossible:
            return SearchResult(None, infeasible=True)
        model = self.model.clone()
        model.clear_objective()  # type: ignore[no-untyped-call]
        model.clear_hints()  # type: ignore[no-untyped-call]
        literals = [more for breaks in self.attendance.breaks.values() for more in breaks]
        free = [more for more in literals if not isinstance(more, int)]
        between(model, free, 0, most - (len(literals) - len(free)))
        solver = _solver(effort, seed, briefly=True)
        status = watched(lambda: solver.solve(model), solver.stop_search, stop)
        if status == cp_model.INFEASIBLE:
            return SearchResult(None, bound=most + 1, infeasible=True, work=solver.response_proto.deterministic_time)
        return (
            self._answer(solver, None)
            if status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
            else SearchResult(None, work=math.inf)
        )

    def _answer(self, solver: cp_model.CpSolver, bound: float | None, *, is_best: bool = False) -> SearchResult:
        """Return the solution of the solver as a point of the program."""
        point = self.settled.copy()
        for j, variable in self.variables.items():
            point[j] = solver.value(variable)
        if self.service is not None:
            self.service.duties(solver.value, point)
        if not self.program.holds(point):
            raise AssertionError("the constraint model lacks a row of its program")
        tables = self.seating.tables(solver, point) if "seating" in self.__dict__ else None
        return SearchResult(point, bound, is_best=is_best, tables=tables)


def _solver(effort: Effort, seed: int, *, briefly: bool) -> cp_model.CpSolver:
    """Return a CP-SAT solver with one worker and the given effort and seed."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False  # interruptions come by `stop.interrupt`
    solver.parameters.random_seed = seed
    solver.parameters.linearization_level = 0
    if briefly:  # further presolve of a large model costs more time than it saves
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
    effort.apply(solver)
    return solver
