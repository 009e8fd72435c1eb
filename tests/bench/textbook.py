"""Textbook CP-SAT model of breaks: literals for who meets when, sums as linear constraints, breaks = runs - 1.


x[pair, slot]: exactly one per pair. used[party, slot] = sum of the party's x in the slot.
At most as many x in a slot as tables.
begins[party, slot] >= used[party, slot] - used[party, previous slot]. Minimise the sum of begins, minus one for
each party that meets. All pairs are required and have length 1; all slots are in one day.
"""

import time
from collections import defaultdict

from ortools.sat.python import cp_model

from matching.presolve import first_slots
from matching.problem import Meeting, Problem
from matching.slots import slot_calendar
from tests.bench.outcome import Outcome


def textbook(problem: Problem, seconds: float) -> Outcome:
    """Return the plan with the fewest breaks found in the time, on all cores, and the bound on breaks."""
    started = time.perf_counter()
    model, days = cp_model.CpModel(), slot_calendar(problem)
    assert all(pair.required and pair.length == 1 and not pair.after for pair in problem.pairs)
    assert len(days.days) == 1 and not problem.interpreters
    x = {
        (k, t): model.new_bool_var("") for k, pair in enumerate(problem.pairs) for t in first_slots(problem, days, pair)
    }
    there: dict[tuple[str, int], list[cp_model.IntVar]] = defaultdict(list)
    for (k, t), literal in x.items():
        for party in problem.pairs[k].parties:
            there[party, t].append(literal)
    for k in range(len(problem.pairs)):
        model.add_exactly_one(literal for (pair, _), literal in x.items() if pair == k)
    slots = range(len(problem.slots))
    for t in slots:
        model.add(sum(literal for (_, slot), literal in x.items() if slot == t) <= len(problem.tables))
    met = {party for pair in problem.pairs for party in pair.parties}
    begins = []
    for party in sorted(met):
        used = [model.new_bool_var("") for _ in slots]
        for t in slots:
            model.add(sum(there[party, t]) == used[t])
            begins.append(model.new_bool_var(""))
            model.add(begins[-1] >= used[t] - (used[t - 1] if t else 0))
    model.minimize(sum(begins) - len(met))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    first = _First(started)
    status = solver.solve(model, first)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Outcome((), None)
    taken = [0] * len(problem.slots)
    meetings = []
    for (k, t), literal in x.items():
        if solver.value(literal):
            meetings.append(Meeting(problem.pairs[k].id, problem.ordered[t].id, problem.tables[taken[t]].id))
            taken[t] += 1
    bound = max(0, round(solver.best_objective_bound))  # breaks are never negative
    return Outcome(meetings, bound, first.seconds)


class _First(cp_model.CpSolverSolutionCallback):
    """Records the time of the first solution. started: on the clock of `perf_counter`."""

    def __init__(self, started: float) -> None:
        super().__init__()
        self.started = started
        self.seconds: float | None = None

    def on_solution_callback(self) -> None:
        if self.seconds is None:
            self.seconds = time.perf_counter() - self.started
