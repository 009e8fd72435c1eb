"""Solve linear programs: relaxations with safe bounds, reduced-cost fixing, and branch and cut.

The simplex method (GLOP) ends in a vertex, and for most events the vertex is integral: a plan with its proof.
The bound is recomputed from the dual values by weak duality, so it holds whatever the tolerance of the solver.
"""

import math
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from ortools.linear_solver.python import model_builder_helper as lp
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from matching.choosing.program import MAXIMISED, LinearProgram
from matching.choosing.rows import Floats
from matching.presolve import Bools, Ints
from matching.stopping import Stop
from matching.watching import watched

EXACT = 1e-6  # smaller differences come from the solver, not from the plan
_STEP = 1e-5  # least reduced cost used for fixing; a smaller one could be rounding
_AT_ONCE = 1_000  # smaller programs are solved before an interruption could come
_ZERO = 1e-9  # a smaller reduced cost counts as 0
# HiGHS 1.12's presolve was seen to lose the optimum of a program of 13 variables. Small programs are solved as
# fast without presolve.
_PRESOLVED_FROM = 5_000

Shape = TypeVar("Shape", bound=LinearProgram)


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Optimum of a linear program without integrality.

    infeasible: not even a fractional point exists. bound: safe; None if the solver was stopped. point: an
    optimal vertex. row_dual: dual values of the rows. reduced_cost: of the variables. The signs are those of
    the tier's own sense, maximised or minimised.
    """

    infeasible: bool = False
    bound: float | None = None
    point: Floats | None = None
    row_dual: Floats | None = None
    reduced_cost: Floats | None = None

    @property
    def is_integral(self) -> bool:
        return self.point is not None and float(np.abs(self.point - np.rint(self.point)).max(initial=0.0)) < EXACT

    def whole(self) -> Ints:
        assert self.point is not None
        return np.rint(self.point).astype(np.int64)


def relax(program: LinearProgram, tier: str | None, stop: Stop) -> Relaxation:
    """Solve the relaxation for one tier; any feasible point if tier is None. Unknown results are None."""
    weights = np.zeros(program.variables) if tier is None else program.tiers[tier]
    if program.variables > _AT_ONCE and is_over(stop):
        return Relaxation()
    model = lp.ModelBuilderHelper()
    fill: Any = model.fill_model_from_sparse_data  # its type stub is wrong for every array
    fill(program.lower, program.upper, weights, program.row_lower, program.row_upper, program.matrix)
    model.set_maximize(tier in MAXIMISED)
    solver = lp.ModelSolverHelper("glop")
    if stop.iterations is None and math.isfinite(stop.remaining()):
        solver.set_time_limit_in_seconds(max(stop.remaining(), 0.001))
    if program.variables <= _AT_ONCE:
        solver.solve(model)
    else:
        watched(lambda: solver.solve(model), solver.interrupt_solve, stop)
    status = solver.status()
    if status == lp.SolveStatus.INFEASIBLE:
        return Relaxation(infeasible=True)
    if status != lp.SolveStatus.OPTIMAL:
        return Relaxation()
    row_dual = np.array(solver.dual_values(), dtype=np.float64)
    bound, row_dual, reduced_cost = _dual(program, weights, row_dual, more=tier in MAXIMISED)
    return Relaxation(False, bound, np.array(solver.variable_values(), dtype=np.float64), row_dual, reduced_cost)


def _dual(program: LinearProgram, weights: Floats, row_dual: Floats, *, more: bool) -> tuple[float, Floats, Floats]:
    """Return the bound proved by any dual values (weak duality), the dual values used, and the reduced costs."""
    sign = 1.0 if more else -1.0  # for a maximum, a positive dual value belongs to the upper side of a row
    limit = np.where(sign * row_dual > 0, program.row_upper, program.row_lower)
    row_dual = np.where(np.isfinite(limit), row_dual, 0.0)
    reduced_cost = weights - program.matrix.T @ row_dual
    at = np.where(sign * reduced_cost > 0, program.upper, program.lower)
    bound = float(row_dual @ np.where(np.isfinite(limit), limit, 0.0) + reduced_cost @ at)
    return bound, row_dual, reduced_cost


def rounded(program: LinearProgram, tier: str, bound: float) -> float:
    """Return the bound rounded to the grid of the tier's weights."""
    scale = grid(program.tiers[tier])
    if scale is None:
        return bound
    if tier in MAXIMISED:
        return math.floor(bound * scale + 1e-4) / scale
    return math.ceil(bound * scale - 1e-4) / scale


def grid(weights: Floats) -> int | None:
    """Return the least power of ten, at most 10^6, that makes all weights whole; None if there is none."""
    for digits in range(7):
        scaled = weights * 10**digits
        if np.abs(scaled - np.rint(scaled)).max(initial=0.0) < 1e-9:
            return int(10**digits)
    return None


def fix_by_reduced_costs(program: Shape, tier: str, relaxation: Relaxation, limit: float) -> Shape:
    """Restrict the program to points whose `tier` is no worse than `limit`, by reduced-cost fixing.

    A variable whose reduced cost exceeds the distance between limit and bound stays at its bound; a row with
    such a dual value stays tight. At distance 0 these conditions suffice; otherwise the limit is added as a
    row.
    Source: Dantzig, Fulkerson and Johnson, Solution of a large-scale traveling-salesman problem (1954).
    """
    assert relaxation.bound is not None and relaxation.reduced_cost is not None and relaxation.row_dual is not None
    distance = abs(relaxation.bound - limit)
    sign = 1.0 if tier in MAXIMISED else -1.0
    reduced_cost, row_dual = sign * relaxation.reduced_cost, sign * relaxation.row_dual
    step = distance + _STEP
    whole = _whole_rows(program.matrix)
    tight_up, tight_down = whole & (row_dual > step), whole & (row_dual < -step)
    kept = program.bounded(
        np.where(reduced_cost > step, program.upper, program.lower),
        np.where(reduced_cost < -step, program.lower, program.upper),
        np.where(tight_up, program.row_upper, program.row_lower),
        np.where(tight_down, program.row_lower, program.row_upper),
    )
    exact = distance <= 2 * EXACT and not np.any((np.abs(row_dual) > _ZERO) & ~(tight_up | tight_down))
    exact = exact and not np.any((np.abs(reduced_cost) > _ZERO) & (np.abs(reduced_cost) <= step))
    return kept if exact else kept.limited(tier, limit)


def _whole_rows(matrix: sparse.csr_matrix) -> Bools:
    """Return for each row whether all its weights are whole."""
    odd = np.asarray(matrix.data % 1 != 0)
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.asarray(np.bincount(rows, weights=odd, minlength=matrix.shape[0]) == 0)


@dataclass(frozen=True, slots=True)
class Optimum:
    """Best integral point found and the bound proved, each None if there is none; or a proof of infeasibility."""

    point: Ints | None
    bound: float | None
    infeasible: bool = False


def optimum(program: LinearProgram, tier: str, stop: Stop, seconds: float = math.inf) -> Optimum:
    """Optimise one tier by branch and cut (HiGHS) within the time, or within the nodes of `stop.iterations`."""
    if not program.variables:
        nothing = np.zeros(0, dtype=np.int64)
        return Optimum(nothing, 0.0) if program.holds(nothing) else Optimum(None, None, infeasible=True)
    if is_over(stop):
        return Optimum(None, None)
    more = tier in MAXIMISED
    options: dict[str, float | bool] = {"mip_rel_gap": 0.0, "presolve": program.variables > _PRESOLVED_FROM}
    limit = min(seconds, stop.remaining())
    if stop.iterations is not None:
        options["node_limit"] = 100 * stop.iterations
    elif math.isfinite(limit):
        options["time_limit"] = limit

    def run() -> Optimum:
        answer = milp(
            -program.tiers[tier] if more else program.tiers[tier],
            integrality=np.ones(program.variables),
            bounds=Bounds(program.lower, program.upper),
            constraints=LinearConstraint(program.matrix, program.row_lower, program.row_upper),
            options=options,
        )
        if answer.status == 2:
            return Optimum(None, None, infeasible=True)
        point = None if answer.x is None else np.rint(answer.x).astype(np.int64)
        bound = answer.mip_dual_bound
        if bound is None or not math.isfinite(bound):
            return Optimum(point, None)
        return Optimum(point, rounded(program, tier, (-bound if more else bound) + (EXACT if more else -EXACT)))

    return watched(run, None, stop) or Optimum(None, None)


def is_over(stop: Stop) -> bool:
    """Whether the time has ended or the search was interrupted."""
    return stop.interrupt.is_set() or (stop.iterations is None and stop.remaining() <= 0)
