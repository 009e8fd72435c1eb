"""Solve a problem: presolve, choose pairs and slots, improve the timetable, assign tables and interpreters, judge."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np

from matching.choosing.aiming import LARGE, choose_by_blocks
from matching.choosing.choice import Choice
from matching.choosing.patching import choose_by_windows
from matching.choosing.program import MAXIMISED, build_program
from matching.errors import NoPlan
from matching.explaining.conflicts import conflict
from matching.explaining.pricing import Pricing
from matching.explaining.reasons import CostFacts, reasons, unheld
from matching.explaining.witnesses import clash_by_counting
from matching.formats.schedule import document_of, fingerprint
from matching.parting import PlannedPart, joined_tiers, parts, planned_with_room
from matching.plan import ENGINE, Conflict, Plan, Status, Tier, Unheld, diff, gap, tiers
from matching.presolve import Instance, presolve
from matching.problem import Goal, Meeting, Problem
from matching.repairing.repair import repair
from matching.rules import violations
from matching.staffing.homing import choose_home_halls
from matching.staffing.keeping import keep_interpreters
from matching.staffing.naming import assign_names
from matching.stopping import Progress, Report, Stop
from matching.timetabling.improving import improve

STEADY = frozenset({"dropped", "disturbed"})  # tiers that count changes to the previous plan
_GRACE_S = 1.0
_AFTERWARDS = 4.5  # judging, reasons and writing take so many times as long as presolve
_MOST_AFTERWARDS = 0.3
_A_COLUMN_S = 5e-6  # seconds to build a linear program, per column
_PRICES = 0.15  # share of the time limit for the costs of crowded-out pairs


def solve(
    problem: Problem, *, stop: Stop, seed: int = 0, preset: str = "fresh", progress: Report | None = None
) -> Plan:
    """Return the best plan found before `stop`, with the bound proved for each tier.

    preset: a key of PRESETS; the problem's own `objective` takes precedence. progress: called on each
    improvement. Raises NoPlan if the search ends with neither a plan nor a proof of infeasibility. A plan with
    a violation is a bug and raises AssertionError.
    """
    clock = _Clock(stop, progress or (lambda _: None))
    goals = problem.goals(preset)
    clock.phase("presolve")
    began = stop.elapsed()
    instance = presolve(problem)
    search = _stop_before_end(stop, _AFTERWARDS * (stop.elapsed() - began))
    clock.phase("choose")
    clashes = clash_by_counting(instance)
    if not instance.columns and not clashes:
        return _empty_plan(problem, goals, stop, seed, clock)
    together = None if clashes else _planned_apart(instance, goals, search, seed, clock)
    if together is not None:
        return together
    choice = None if clashes else _choice(instance, goals, search, seed, clock)
    if choice is None or choice.infeasible:
        clock.phase("explain")
        found = _conflict(problem, _time_to_explain(stop))
        clock.phase("end")
        return _plan(problem, stop, seed, clock, status=Status.INFEASIBLE, found=found)
    if choice.point is None:
        raise NoPlan("the time ended before a plan or a proof was found")
    if "value" in choice.program.tiers:
        clock.report(choice.achieved("value"), choice.bounds.get("value"))
    clock.phase("improve")
    better = improve(choice, goals, search, seed, clock.report)
    better = better if choice.complete else _with_bounds_of(better, choice)
    assert better.point is not None
    meetings = keep_interpreters(problem, assign_names(better.program, better.point, better.tables), stop)
    faults = violations(problem, meetings)
    if faults:
        raise AssertionError(f"the search broke a rule: {faults[0]}")
    clock.phase("explain")
    achieved = tiers(problem, meetings)
    judged = tuple(
        Tier(g.tier, achieved[g.tier], better.bounds[g.tier], gap(achieved[g.tier], better.bounds[g.tier]))
        for g in goals
    )
    why = reasons(problem, meetings)
    crowded = [pair for pair, reason in why.items() if reason is None]
    costs = _costs(instance, goals, better, achieved, crowded, stop, seed) if crowded else {}
    clock.phase("end")
    return _plan(
        problem,
        stop,
        seed,
        clock,
        status=_status(judged, goals),
        meetings=meetings,
        judged=judged,
        because=unheld(why, costs),
    )


def _planned_apart(instance: Instance, goals: Sequence[Goal], stop: Stop, seed: int, clock: "_Clock") -> Plan | None:
    """Plan the independent parts of an event one by one and join the plans; None if the event is not planned in parts.

    That is the case if it has one part only, if a tier has a tolerance (one part could spend it for another),
    or if a part has no plan.
    """
    problem = instance.problem
    found = [] if any(goal.tolerance for goal in goals) else _parts_planned(instance, goals, stop, seed)
    if not found:
        return None
    rank = {slot.id: t for t, slot in enumerate(problem.ordered)}
    every = (meeting for part in found for meeting in part.plan.meetings)
    meetings = tuple(sorted(every, key=lambda m: (rank[m.slot], m.table, m.pair)))
    faults = violations(problem, meetings)
    if faults:
        raise AssertionError(f"the parts of the event are not apart: {faults[0]}")
    judged = joined_tiers(found, goals, tiers(problem, meetings))
    for tier in judged:
        if tier.tier == "value":
            clock.report(tier.achieved, tier.bound)
    crowded = {each.pair: each for part in found for each in part.plan.unheld}
    because = tuple(
        Unheld(pair, *reason) if reason else crowded[pair] for pair, reason in reasons(problem, meetings).items()
    )
    clock.phase("end")
    status = _status(judged, goals)
    return _plan(problem, stop, seed, clock, status=status, meetings=meetings, judged=judged, because=because)


def _parts_planned(instance: Instance, goals: Sequence[Goal], stop: Stop, seed: int) -> list[PlannedPart]:
    """Return the parts of an event with their plans; empty if there is one part or a part has no plan."""

    def plan(problem: Problem, goals: Sequence[Goal], share: float = 0.5) -> Plan:
        limit = None if stop.iterations is not None or stop.seconds is None else share * stop.remaining()
        own = Stop(limit, stop.iterations, stop.interrupt)
        return solve(replace(problem, objective=tuple(goals)), stop=own, seed=seed)

    problems, found = parts(instance), list[PlannedPart]()
    for at, problem in enumerate(problems):
        rest = sum(len(other.pairs) for other in problems[at:])
        try:
            found.append(PlannedPart(problem, plan(problem, goals, len(problem.pairs) / rest)))
        except NoPlan:
            return []
        if found[-1].plan.status is Status.INFEASIBLE:
            return []
    try:
        return planned_with_room(found, goals, plan) if found else []
    except NoPlan:
        return []


def _costs(
    instance: Instance,
    goals: Sequence[Goal],
    choice: Choice,
    achieved: Mapping[str, float],
    crowded: Sequence[str],
    stop: Stop,
    seed: int,
) -> dict[str, CostFacts]:
    """Return, for each crowded-out pair, the facts about the cost of holding it."""
    program = build_program(instance, goals) if _is_made_in_time(instance.columns, stop) else choice.program
    return Pricing(program, choice, goals, achieved, _share_of_time(stop, _PRICES), seed).facts(crowded)


def _empty_plan(problem: Problem, goals: Sequence[Goal], stop: Stop, seed: int, clock: "_Clock") -> Plan:
    """Return the plan of a problem in which no pair can be held: empty and optimal."""
    clock.phase("explain")
    achieved = tiers(problem, ())
    judged = tuple(Tier(g.tier, achieved[g.tier], achieved[g.tier], 0.0) for g in goals)
    why = unheld(reasons(problem, ()), {})
    clock.phase("end")
    return _plan(problem, stop, seed, clock, status=Status.OPTIMAL, judged=judged, because=why)


def _choice(instance: Instance, goals: Sequence[Goal], stop: Stop, seed: int, clock: "_Clock") -> Choice:
    """Choose pairs and slots by the first method that applies: repair, home, patch, else decide.

    Without a previous plan the tiers of STEADY are 0 in every plan and need no search.
    """
    idle = frozenset[str]() if instance.problem.previous else STEADY
    asked = [goal for goal in goals if goal.tier not in idle]
    ways = (repair, choose_home_halls, choose_by_windows, choose_by_blocks)
    choices = (way(instance, asked, stop, seed, clock.report) for way in ways)
    choice = next(choice for choice in choices if choice is not None)
    nothing = [goal.tier for goal in goals if goal.tier in idle]
    if not nothing:
        return choice
    program = choice.program
    tiers = {**program.tiers, **{tier: np.zeros(program.variables) for tier in nothing}}
    done = {*idle, *(goal.tier for goal in asked[: choice.settled])}
    return replace(
        choice,
        program=replace(program, tiers=tiers),
        bounds={**choice.bounds, **dict.fromkeys(nothing, 0.0)},
        settled=len(list(takewhile(lambda goal: goal.tier in done, goals))),
    )


def _with_bounds_of(better: Choice, choice: Choice) -> Choice:
    """Return the improved choice with the bounds of the earlier one: its own bounds cover a part of all plans only."""
    nothing = {tier: None if tier in MAXIMISED else 0.0 for tier in better.bounds}
    return replace(better, bounds={**nothing, **choice.bounds})


def _stop_before_end(stop: Stop, seconds: float) -> Stop:
    """Return a stop that leaves some seconds for the work after the search, at most 30 % of the remaining time."""
    if stop.iterations is not None or stop.seconds is None:
        return stop
    return replace(stop, seconds=stop.seconds - min(seconds, _MOST_AFTERWARDS * stop.remaining()))


def _is_made_in_time(columns: int, stop: Stop) -> bool:
    """Whether a linear program with so many columns can be built before the time ends."""
    return columns <= LARGE and (stop.iterations is not None or stop.remaining() > _A_COLUMN_S * columns)


def _share_of_time(stop: Stop, share: float) -> Stop:
    """Return a stop after a share of the whole time limit, or after the remaining time if that is shorter."""
    if stop.iterations is not None or stop.seconds is None:
        return stop
    return Stop(seconds=min(stop.remaining(), share * stop.seconds), interrupt=stop.interrupt)


def _conflict(problem: Problem, stop: Stop) -> tuple[Conflict, ...]:
    return conflict(problem, stop)


def _time_to_explain(stop: Stop) -> Stop:
    """Return a stop for the explanation of an infeasibility: the remaining time plus one second."""
    seconds = None if stop.iterations is not None or stop.seconds is None else stop.remaining() + _GRACE_S
    return Stop(seconds=seconds, interrupt=stop.interrupt)


def _status(judged: Sequence[Tier], goals: Sequence[Goal]) -> Status:
    proved = all(t.gap is not None and t.gap <= g.tolerance for t, g in zip(judged, goals, strict=True))
    return Status.OPTIMAL if proved else Status.FEASIBLE


def _plan(
    problem: Problem,
    stop: Stop,
    seed: int,
    clock: "_Clock",
    *,
    status: Status,
    meetings: tuple[Meeting, ...] = (),
    judged: tuple[Tier, ...] = (),
    because: tuple[Unheld, ...] = (),
    found: tuple[Conflict, ...] = (),
) -> Plan:
    return Plan(
        problem_sha256=fingerprint(problem),
        engine=ENGINE,
        seed=seed,
        seconds=None if stop.iterations is not None else stop.seconds,
        status=status,
        meetings=meetings,
        tiers=judged,
        unheld=because,
        conflict=found,
        diff=None if problem.previous is None else diff(problem, meetings),
        timings=None if stop.iterations is not None else clock.timings,
        x=document_of(problem).get("x"),
    )


class _Clock:
    """Timings of the phases, and progress reports to a listener."""

    def __init__(self, stop: Stop, listen: Report) -> None:
        self.stop, self.listen = stop, listen
        self.timings: dict[str, float] = {}
        self.name = "read"
        self.since = 0.0
        self.value: float | None = None
        self.bound: float | None = None

    def phase(self, name: str) -> None:
        now = self.stop.elapsed()
        self.timings[self.name] = round(now - self.since, 3)
        self.name, self.since = name, now
        self.report(self.value, self.bound)

    def report(self, value: float | None, bound: float | None) -> None:
        self.value, self.bound = value, bound
        self.listen(Progress(self.name, self.stop.elapsed(), value, bound))
