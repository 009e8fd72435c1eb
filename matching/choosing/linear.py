"""Programs as linear programs: what no plan can exceed, and which choices no best plan makes.

The simplex method (GLOP) ends in a vertex, and for most events that vertex is integral: the plan is found with its
proof. A bound is recomputed from the row prices by weak duality, so that it holds whatever the solver's tolerance.
"""

import math
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from ortools.linear_solver.python import model_builder_helper as lp
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from matching.choosing.program import MORE, Linear
from matching.choosing.rows import Floats
from matching.presolve import Bools, Ints
from matching.stopping import Stop
from matching.watching import watched

EXACT = 1e-6  # differences below it are the solver's, not the plan's
_STEP = 1e-5  # a price above it is one: no tier that is reached to EXACT can pay it
_AT_ONCE = 1_000  # variables up to which the simplex method is done before anyone could interrupt it
_NIL = 1e-9  # a price below it is none
# HiGHS 1.12's presolve was seen to lose the optimum of a program of 13 variables; small ones do as well without it.
_PRESOLVED_FROM = 5_000

Shape = TypeVar("Shape", bound=Linear)


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The optimum of a program without integrality.

    infeasible: not even fractional points exist. bound: safe, None where the solver was stopped. point: a vertex, and
    row_price, price: its dual values and reduced costs, in the sense of the tier (more or less being better).
    """

    infeasible: bool = False
    bound: float | None = None
    point: Floats | None = None
    row_price: Floats | None = None
    price: Floats | None = None

    @property
    def is_integral(self) -> bool:
        return self.point is not None and float(np.abs(self.point - np.rint(self.point)).max(initial=0.0)) < EXACT

    def whole(self) -> Ints:
        assert self.point is not None
        return np.rint(self.point).astype(np.int64)


def relax(program: Linear, tier: str | None, stop: Stop) -> Relaxation:
    """The relaxation by one tier (None: any point of it), solved to its end or until `stop`."""
    weights = np.zeros(program.variables) if tier is None else program.tiers[tier]
    if program.variables > _AT_ONCE and is_over(stop):
        return Relaxation()
    model = lp.ModelBuilderHelper()
    fill: Any = model.fill_model_from_sparse_data  # typed for a shape that no array has
    fill(program.lower, program.upper, weights, program.row_lower, program.row_upper, program.matrix)
    model.set_maximize(tier in MORE)
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
    row_price = np.array(solver.dual_values(), dtype=np.float64)
    bound, row_price, price = _dual(program, weights, row_price, more=tier in MORE)
    return Relaxation(False, bound, np.array(solver.variable_values(), dtype=np.float64), row_price, price)


def _dual(program: Linear, weights: Floats, row_price: Floats, *, more: bool) -> tuple[float, Floats, Floats]:
    """The bound that any row prices prove, those prices without the useless ones, and the reduced costs."""
    sign = 1.0 if more else -1.0  # as a maximum, a positive price holds a row at its upper side
    limit = np.where(sign * row_price > 0, program.row_upper, program.row_lower)
    row_price = np.where(np.isfinite(limit), row_price, 0.0)
    price = weights - program.matrix.T @ row_price
    at = np.where(sign * price > 0, program.upper, program.lower)
    bound = float(row_price @ np.where(np.isfinite(limit), limit, 0.0) + price @ at)
    return bound, row_price, price


def rounded(program: Linear, tier: str, bound: float) -> float:
    """A bound as tight as the grid of the tier's weights allows."""
    scale = grid(program.tiers[tier])
    if scale is None:
        return bound
    if tier in MORE:
        return math.floor(bound * scale + 1e-4) / scale
    return math.ceil(bound * scale - 1e-4) / scale


def grid(weights: Floats) -> int | None:
    """The least power of ten, up to 10^6, by which all weights become whole; None where there is none."""
    for digits in range(7):
        scaled = weights * 10**digits
        if np.abs(scaled - np.rint(scaled)).max(initial=0.0) < 1e-9:
            return int(10**digits)
    return None


def confined(program: Shape, tier: str, relaxation: Relaxation, limit: float) -> Shape:
    """The program of the points whose `tier` is no worse than `limit`, without what its prices rule out.

    A variable whose price is more than the distance from the limit to the bound stays at its bound, and a row with
    such a price stays tight. At no distance these conditions alone keep the limit, so that no row is needed for it.
    """
    assert relaxation.bound is not None and relaxation.price is not None and relaxation.row_price is not None
    distance = abs(relaxation.bound - limit)
    sign = 1.0 if tier in MORE else -1.0
    price, row_price = sign * relaxation.price, sign * relaxation.row_price
    step = distance + _STEP
    whole = _whole_rows(program.matrix)
    tight_up, tight_down = whole & (row_price > step), whole & (row_price < -step)
    kept = program.bounded(
        np.where(price > step, program.upper, program.lower),
        np.where(price < -step, program.lower, program.upper),
        np.where(tight_up, program.row_upper, program.row_lower),
        np.where(tight_down, program.row_lower, program.row_upper),
    )
    exact = distance <= 2 * EXACT and not np.any((np.abs(row_price) > _NIL) & ~(tight_up | tight_down))
    exact = exact and not np.any((np.abs(price) > _NIL) & (np.abs(price) <= step))
    return kept if exact else kept.limited(tier, limit)


def _whole_rows(matrix: sparse.csr_matrix) -> Bools:
    """For each row whether all its weights are whole."""
    odd = np.asarray(matrix.data % 1 != 0)
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.asarray(np.bincount(rows, weights=odd, minlength=matrix.shape[0]) == 0)


@dataclass(frozen=True, slots=True)
class Optimum:
    """The best integral point and the bound proved, None where there is none, or the proof that no point exists."""

    point: Ints | None
    bound: float | None
    infeasible: bool = False


def optimum(program: Linear, tier: str, stop: Stop, seconds: float = math.inf) -> Optimum:
    """Branch and cut by one tier for as long as there is time, or for the nodes that `stop.iterations` grants."""
    if not program.variables:
        nothing = np.zeros(0, dtype=np.int64)
        return Optimum(nothing, 0.0) if program.holds(nothing) else Optimum(None, None, infeasible=True)
    if is_over(stop):
        return Optimum(None, None)
    more = tier in MORE
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
    """Whether the time is gone or the search was interrupted."""
    return stop.interrupt.is_set() or (stop.iterations is None and stop.remaining() <= 0)
