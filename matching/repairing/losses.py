"""Find the fewest previous meetings to give up, before anything new is planned.

A small CP-SAT model chooses which previous meetings stay. Rows of the program and Benders cuts about
interpreters are added to the model when a choice violates them.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model
from scipy import sparse

from matching.choosing.linear import relax
from matching.choosing.program import LinearProgram, Program
from matching.choosing.rows import Floats, RowBuilder
from matching.choosing.serving import BendersCut, InterpreterSubproblem
from matching.presolve import Ints
from matching.stopping import Stop
from matching.timetabling.model import Effort
from matching.watching import watched

_ROUNDS = 30  # rounds in which Benders cuts are added
_BOUNDING = 0.7  # share of the effort for the bound; the rest is for a loss that leaves no party short
_PATIENCE = 2  # rounds in a row without a better bound before fractional losses end
_LEAST_GAIN = 0.02  # a bound that rises by less counts as unchanged
_LOST_FROM = 0.5  # a variable with a greater share in the relaxation counts as lost
_FRACTIONS = 0.3  # share of the bound's effort for fractional losses
_SCALE = 1_000  # weights are counted in thousandths
_BROKEN = 1e-6
_FIRST = 10_000  # weight of the first criterion relative to the second


@dataclass(frozen=True, slots=True)
class PlanLoss:
    """Previous meetings to give up.

    lost: entries of `previous` given up although they could stay. held: entries that stay.
    parties: disturbed parties, by index. least: the least loss of any plan in this tier. is_forced: whether
    only meetings that can no longer be held are lost, so that no other loss is as small.
    """

    lost: frozenset[int]
    held: frozenset[int]
    parties: frozenset[int]
    least: int
    is_forced: bool


def least_losses(program: Program, tier: str, effort: Effort, stop: Stop, seed: int) -> list[PlanLoss]:
    """Return the smallest loss of previous meetings in a tier, "disturbed" or "dropped".

    New meetings are ignored, so a loss may leave parties short that a plan can serve. If another loss leaves
    fewer parties short, it is returned second. effort: limits the search.
    """
    return _LossSearch(program, tier, seed).run(effort, stop)


class _LossSearch:
    """Search for the smallest loss.

    A variable is one of `program.kept`. ends, value, columns: of each variable its parties, its pair's value
    and the columns that hold it. gone: parties disturbed in every plan. times: number of entries of `previous`
    per variable. spare: meetings of each party above its minimum. limits: (weights by variable, least): cuts on
    the lost variables.
    """

    def __init__(self, program: Program, tier: str, seed: int) -> None:
        self.program, self.tier, self.seed = program, tier, seed
        instance = program.instance
        index = {pair.id: k for k, pair in enumerate(instance.problem.pairs)}
        by_variable = program.matrix.tocsc()
        self.ends: dict[int, tuple[int, ...]] = {}
        self.columns: dict[int, Ints] = {}
        self.gone: set[int] = set()
        for v, meeting in zip(program.kept.tolist(), instance.problem.previous or (), strict=True):
            ends = instance.ends[index[meeting.pair]].tolist()
            if v < 0:
                self.gone.update(ends)
            elif v not in self.ends:
                self.ends[v] = tuple(ends)
                self.columns[v] = _columns(program, by_variable, v)
        self.value = {v: float(instance.value[instance.col_pair[columns[0]]]) for v, columns in self.columns.items()}
        self.times = Counter(program.kept.tolist())
        self.spare = Counter(party for ends in self.ends.values() for party in ends)
        self.spare.subtract({k: party.min_meetings for k, party in enumerate(instance.problem.parties)})
        self.limits: list[tuple[Mapping[int, int], int]] = []

    def run(self, effort: Effort, stop: Stop) -> list[PlanLoss]:
        """Return the cheapest loss and, if another one leaves fewer parties short, that one second."""
        ends = stop.elapsed() + effort.seconds
        serving = InterpreterSubproblem(self.program)
        self._add_limits(self._rows(), frozenset())
        lost, least = self._bounded(serving, Effort(_BOUNDING * effort.seconds, effort.work), stop)
        cheapest = harmless = self._servable(lost, serving, stop)
        while self._harm(harmless) > (0, least) and stop.elapsed() < ends and not stop.interrupt.is_set():
            found, _ = self._smallest_loss(Effort(ends - stop.elapsed(), effort.work), stop, needs_first=True)
            if found is None:
                break
            served = self._servable(found, serving, stop)
            harmless = min(harmless, served, key=self._harm)
            if served == found:
                break
        harmless = self._keeping_most_value(harmless, serving, Effort(ends - stop.elapsed(), effort.work), stop)
        is_less = self._cost(cheapest) < self._cost(harmless)
        return [self._loss(lost, least) for lost in ([cheapest, harmless] if is_less else [harmless])]

    def _loss(self, lost: frozenset[int], least: int) -> PlanLoss:
        parties = frozenset(self.gone.union(*(self.ends[v] for v in lost)))
        kept = list(enumerate(self.program.kept.tolist()))
        given_up = frozenset(n for n, v in kept if v in lost)
        held = frozenset(n for n, v in kept if v >= 0 and v not in lost)
        return PlanLoss(given_up, held, parties, least, self._cost(lost) == self._cost(()))

    def _keeping_most_value(
        self, best: frozenset[int], serving: InterpreterSubproblem, effort: Effort, stop: Stop
    ) -> frozenset[int]:
        """Return a loss with no more harm than `best` that keeps the meetings of greatest value."""
        ends, most = stop.elapsed() + effort.seconds, self._harm(best)
        for _ in range(_ROUNDS if best else 0):
            if stop.elapsed() >= ends or stop.interrupt.is_set():
                break
            given = Effort(ends - stop.elapsed(), effort.work)
            found, _ = self._smallest_loss(given, stop, needs_first=True, most=most)
            if found is None or not self._add_limits(serving.broken(self._held(found)), found):
                return best if found is None or self._worth(found) > self._worth(best) else found
            served = self._servable(found, serving, stop)
            if self._harm(served) <= most:
                best = min(best, served, key=self._worth)
        return best

    def _worth(self, lost: Collection[int]) -> float:
        """Return the total value of the lost meetings."""
        return math.fsum(self.value[v] for v in lost)

    def _bounded(self, serving: InterpreterSubproblem, effort: Effort, stop: Stop) -> tuple[frozenset[int], int]:
        """Return the cheapest loss found, which may leave meetings without interpreter, and the bound on the cost."""
        ends = stop.elapsed() + effort.seconds
        lost: frozenset[int] = frozenset()
        least = self._cost(lost)
        if self._add_limits(serving.broken(self._held(lost)), lost):
            lost, bound = self._fractions(serving, _FRACTIONS * effort.seconds, stop)
            least = max(least, bound)
        elif not self.limits:
            return lost, least
        for _ in range(_ROUNDS):
            if stop.elapsed() >= ends or stop.interrupt.is_set():
                break
            found, bound = self._smallest_loss(Effort(ends - stop.elapsed(), effort.work), stop, needs_first=False)
            lost, least = lost if found is None else found, max(least, bound)
            if found is None or not self._add_limits(serving.broken(self._held(lost)), lost):
                break
        return lost, least

    def _fractions(self, serving: InterpreterSubproblem, seconds: float, stop: Stop) -> tuple[frozenset[int], int]:
        """Return the variables mostly lost in the relaxation of the cuts alone, and the bound that it proves.

        Cuts are added until the bound is close to that of the whole program; the first come from its dual
        values.
        """
        mostly: frozenset[int] = frozenset()
        ends, patience, before = stop.elapsed() + seconds, _PATIENCE, -1.0
        upper = self.program.upper.copy()
        upper[: self.program.columns] = self._held(())
        whole = self.program.bounded(self.program.lower, upper, self.program.row_lower, self.program.row_upper)
        relaxation = relax(whole, self.tier, stop)
        if relaxation.row_dual is not None:
            self._add_limits(serving.from_duals(np.maximum(-relaxation.row_dual, 0.0)), None)
        for _ in range(_ROUNDS):
            if stop.elapsed() >= ends or patience < 0 or stop.interrupt.is_set():
                break
            reduced, place = self._relaxed()
            relaxation = relax(reduced, self.tier, stop)
            if relaxation.bound is None or relaxation.point is None:
                break
            patience = _PATIENCE if relaxation.bound > before + _LEAST_GAIN else patience - 1
            before = relaxation.bound
            lost = {v: float(relaxation.point[k]) for v, k in place.items()}
            mostly = frozenset(v for v, share in lost.items() if share > _LOST_FROM)
            if not self._add_limits(serving.broken_by_any(self._held(lost)), lost):
                break
        return mostly, self._cost(()) + max(0, math.ceil(before - _BROKEN))

    def _relaxed(self) -> tuple[LinearProgram, Mapping[int, int]]:
        """Return the linear program of the cuts, and the number of each variable in it.

        Its variables are the lost previous meetings and the disturbed parties.
        """
        place = {v: k for k, v in enumerate(self.columns)}
        rows = RowBuilder(lower=[0.0] * len(place), upper=[1.0] * len(place))
        cost = {k: float(self.times[v]) for v, k in place.items()} if self.tier == "dropped" else {}
        disturbed: dict[int, int] = {}
        for v, ends in self.ends.items() if self.tier != "dropped" else ():
            for party in ends:
                if party not in self.gone:
                    if party not in disturbed:
                        disturbed[party] = rows.variable(1.0)
                    rows.add({place[v]: 1.0, disturbed[party]: -1.0}, upper=0.0)
        for weights, least in self.limits:
            rows.add({place[v]: w / _SCALE for v, w in weights.items()}, upper=np.inf, lower=least / _SCALE)
        cost.update(dict.fromkeys(disturbed.values(), 1.0))
        lower, upper, matrix, row_lower, row_upper = rows.arrays()
        total = np.zeros(len(lower))
        total[list(cost)] = list(cost.values())
        return LinearProgram(lower, upper, matrix, row_lower, row_upper, {self.tier: total}), place

    def _cost(self, lost: Collection[int]) -> int:
        if self.tier == "dropped":
            return self.times[-1] + sum(self.times[v] for v in lost)
        return len(self.gone.union(*(self.ends[v] for v in lost)))

    def _harm(self, lost: Collection[int]) -> tuple[int, int]:
        """Return the number of meetings that parties lack because of the loss, and its cost."""
        mine = Counter(party for v in lost for party in self.ends[v])
        return sum(max(0, count - max(0, self.spare[party])) for party, count in mine.items()), self._cost(lost)

    def _servable(self, lost: frozenset[int], serving: InterpreterSubproblem, stop: Stop) -> frozenset[int]:
        """Return a loss after which interpreters can serve the rest; if needed, more is lost."""
        lost = self._extended(lost)
        while not stop.interrupt.is_set() and self._add_limits(serving.broken(self._held(lost)), lost):
            lost = self._extended(lost)
        return lost

    def _held(self, lost: Collection[int]) -> Floats:
        """Return the previous meetings that stay, as columns.

        lost: if it is a mapping, the share of each that is lost.
        """
        share = lost if isinstance(lost, Mapping) else dict.fromkeys(lost, 1.0)
        held = np.zeros(self.program.columns)
        for v, columns in self.columns.items():
            held[columns[0]] = 1.0 - share.get(v, 0.0)
        return held

    def _rows(self) -> Iterator[BendersCut]:
        """Yield the rows of the program, except those of duties, that prevent keeping all previous meetings."""
        program = self.program
        everything = np.zeros(program.variables)
        everything[: program.columns] = self._held(())
        everything[list(self.columns)] = 1
        rows = np.flatnonzero(program.matrix @ everything > program.row_upper + _BROKEN)
        duties = slice(program.columns, program.columns + len(program.duty))
        for r in rows.tolist():
            row = program.matrix[[r]]
            if row.data.min() >= 0 and not row[:, duties].nnz:
                yield BendersCut(row.toarray().reshape(-1), float(program.row_upper[r]))

    def _add_limits(self, limits: Iterable[BendersCut], lost: Collection[int] | None) -> bool:
        """Turn limits on held columns into limits on lost variables and keep them; return whether any was new.

        lost: only limits that this loss violates are kept; if it is a mapping, with shares; None keeps all
        limits.
        """
        share = lost if isinstance(lost, Mapping) else dict.fromkeys(lost or (), 1.0)
        known = len(self.limits)
        for limit in limits:
            by_variable = {
                v: float(limit.weights[columns].min() + (limit.weights[v] if v < len(limit.weights) else 0.0))
                for v, columns in self.columns.items()
            }
            least = math.fsum(by_variable.values()) - limit.most
            weights = {v: math.ceil(min(w, least) * _SCALE - _BROKEN) for v, w in by_variable.items() if w > _BROKEN}
            reached = sum(weights.get(v, 0) * part for v, part in share.items())
            if least > _BROKEN and (lost is None or reached < math.ceil(least * _SCALE - 1) - _BROKEN):
                self.limits.append((weights, math.ceil(least * _SCALE - 1)))
        return len(self.limits) > known

    def _extended(self, lost: frozenset[int]) -> frozenset[int]:
        """Extend the loss until it satisfies the known limits, with few parties short and few disturbed (greedy)."""
        given = set(lost)
        disturbed = self.gone.union(*(self.ends[v] for v in given))
        spare = self.spare.copy()
        spare.subtract(party for v in given for party in self.ends[v])

        def harm(v: int, weights: Mapping[int, int]) -> tuple[int, int, int, int]:
            short, new = (sum(spare[p] <= 0 for p in self.ends[v]), sum(p not in disturbed for p in self.ends[v]))
            return short, new, -weights[v], v

        for weights, least in self.limits:
            while sum(weights.get(v, 0) for v in given) < least:
                more = min(weights.keys() - given, key=lambda v, weights=weights: harm(v, weights))  # type: ignore[misc]
                given.add(more)
                disturbed.update(self.ends[more])
                spare.subtract(self.ends[more])
        return frozenset(given)

    def _smallest_loss(
        self, effort: Effort, stop: Stop, *, needs_first: bool, most: tuple[int, int] | None = None
    ) -> tuple[frozenset[int] | None, int]:
        """Return the smallest loss within the known limits, None if none was found, and a bound on its cost.

        needs_first: minimise missing meetings first; the bound is then trivial. most: limit on the harm; the
        loss of least value within it is wanted.
        """
        model = cp_model.CpModel()
        lost = {v: model.new_bool_var("") for v in sorted(set().union(*(weights for weights, _ in self.limits)))}
        for weights, least in self.limits:
            model.add(cp_model.LinearExpr.weighted_sum([lost[v] for v in weights], list(weights.values())) >= least)
        cost = self._counted(model, lost)
        if most is None:
            model.minimize(self._short(model, lost) * _FIRST + cost if needs_first else cost)
        else:
            model.add(self._short(model, lost) <= most[0])
            model.add(cost <= most[1] - self._cost(()))
            worth = [round(self.value[v] * _FIRST) for v in lost]
            model.minimize(cp_model.LinearExpr.weighted_sum(list(lost.values()), worth))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False  # interruptions come by `stop.interrupt`
        solver.parameters.random_seed = self.seed
        solver.parameters.linearization_level = 2  # only the relaxation shows that few parties share many meetings
        solver.parameters.cp_model_probing_level = 0  # probing takes as long as the search and hardly helps it
        solver.parameters.symmetry_level = 0
        effort.apply(solver)
        status = watched(lambda: solver.solve(model), solver.stop_search, stop)
        fixed = self._cost(())
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, fixed
        bound = fixed if needs_first else fixed + max(0, math.ceil(solver.best_objective_bound - _BROKEN))
        return frozenset(v for v, variable in lost.items() if solver.boolean_value(variable)), bound

    def _counted(self, model: cp_model.CpModel, lost: Mapping[int, cp_model.IntVar]) -> cp_model.LinearExpr:
        """Return the cost of the lost variables in the tier, without what is lost in every plan."""
        if self.tier == "dropped":
            return cp_model.LinearExpr.weighted_sum(list(lost.values()), [self.times[v] for v in lost])
        disturbed: dict[int, cp_model.IntVar] = {}
        for v, variable in lost.items():
            for party in self.ends[v]:
                if party not in self.gone:
                    disturbed.setdefault(party, model.new_bool_var(""))
                    model.add_implication(variable, disturbed[party])
        return cp_model.LinearExpr.sum(list(disturbed.values()))

    def _short(self, model: cp_model.CpModel, lost: Mapping[int, cp_model.IntVar]) -> cp_model.LinearExpr:
        """Return the number of meetings that parties lack because of the lost variables."""
        mine: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for v, variable in lost.items():
            for party in self.ends[v]:
                mine[party].append(variable)
        short = []
        for party, variables in mine.items():
            most = max(self.spare[party], 0)
            if most < len(variables):
                short.append(model.new_int_var(0, len(variables) - most, ""))
                model.add(cp_model.LinearExpr.sum(variables) <= most + short[-1])
        return cp_model.LinearExpr.sum(short)


def _columns(program: Program, by_variable: sparse.csc_matrix, variable: int) -> Ints:
    """Return the columns that hold a previous meeting: those with a negative weight in its variable's row."""
    inside = slice(by_variable.indptr[variable], by_variable.indptr[variable + 1])
    for r in by_variable.indices[inside]:
        row = slice(program.matrix.indptr[r], program.matrix.indptr[r + 1])
        columns = program.matrix.indices[row][program.matrix.data[row] < 0]
        if len(columns) and columns.max() < program.columns:
            return np.asarray(columns, dtype=np.int64)
    raise AssertionError("a variable of a previous meeting has a row of its own")
