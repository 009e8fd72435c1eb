"""Programs solved by HiGHS: the best integral point and what is proved about all of them."""

import math
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from matching.presolve import Ints
from matching.program import MORE, Floats, Program
from matching.stopping import Stop

_EXACT = 1e-6  # HiGHS holds rows and integrality to this; a bound is believed no further


@dataclass(frozen=True, slots=True)
class Optimum:
    """The answer to one tier. point: integral, None where none was found. bound: proven, None where nothing is.

    infeasible: proved that there is no point at all.
    """

    point: Ints | None
    bound: float | None
    infeasible: bool = False


def optimum(
    program: Program, tier: str | None, stop: Stop, *, seconds: float = math.inf, start: Ints | None = None
) -> Optimum:
    """The best point by `tier` (None: any point) that the time, or the nodes that `stop.iterations` grants, allow."""
    weights = np.zeros(program.variables) if tier is None else program.tiers[tier]
    solver = _solver(program, weights, more=tier in MORE, stop=stop, seconds=seconds, integral=True)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = [float(v) for v in start]
        solver.setSolution(solution)
    solver.run()
    status = solver.getModelStatus()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Optimum(None, None, infeasible=True)
    info = solver.getInfo()
    point = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        point = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
    bound = float(info.mip_dual_bound)
    if tier is None or not math.isfinite(bound):
        return Optimum(point, None)
    return Optimum(point, rounded(program, tier, bound))


def rounded(program: Program, tier: str, bound: float) -> float:
    """A bound made safe against the solver's tolerance and as tight as the grid of the tier's weights allows."""
    scale = grid(program.tiers[tier])
    if tier in MORE:
        return bound + _EXACT if scale is None else math.floor(bound * scale + 1e-4) / scale
    return math.ceil(bound - 1e-4)


def grid(weights: Floats) -> int | None:
    """The power of ten, up to 10^6, by which all weights become whole; None where there is none."""
    for digits in range(7):
        scaled = weights * 10**digits
        if np.abs(scaled - np.rint(scaled)).max(initial=0.0) < 1e-9:
            return int(10**digits)
    return None


def _solver(
    program: Program, weights: Floats, *, more: bool, stop: Stop, seconds: float, integral: bool
) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    limit = min(seconds, stop.remaining())
    options: dict[str, Any] = {"threads": 1, "mip_rel_gap": 0.0, "mip_abs_gap": 0.5 * _EXACT}
    if stop.iterations is not None:
        options["mip_max_nodes"] = 100 * stop.iterations
    elif math.isfinite(limit):
        options["time_limit"] = limit
    for name, setting in options.items():
        solver.setOptionValue(name, setting)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = program.variables, len(program.row_lower)
    model.col_cost_, model.col_lower_, model.col_upper_ = weights, program.lower, program.upper
    model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
    model.sense_ = highspy.ObjSense.kMaximize if more else highspy.ObjSense.kMinimize
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = program.matrix.indptr
    model.a_matrix_.index_ = program.matrix.indices
    model.a_matrix_.value_ = program.matrix.data
    if integral:
        model.integrality_ = [highspy.HighsVarType.kInteger] * program.variables
    solver.passModel(model)

    def interrupt(event: Any) -> None:
        if stop.interrupt.is_set():
            event.interrupt()

    for hook in (solver.cbMipInterrupt, solver.cbSimplexInterrupt):
        hook.subscribe(interrupt)
    return solver
