"""Test whether all required pairs can be held together: by counting, by relaxations, by search."""

from dataclasses import dataclass, replace

import numpy as np

from matching.choosing.aggregate import aggregate, blocks, is_suited
from matching.choosing.linear import is_over, relax
from matching.choosing.narrowing import point_of, restricted
from matching.choosing.program import Program, build_program
from matching.errors import NoPlan
from matching.explaining.witnesses import clash_by_counting, least_left_out
from matching.presolve import Instance, Ints
from matching.problem import Goal
from matching.stopping import Stop
from matching.timetabling.halving import Halving, SlotAssignment
from matching.timetabling.model import Effort, TimetableModel

MANY = 3_000  # number of columns from which a quick timetable is tried first
_PATIENCE_S = 2.0  # seconds for improving it
_ROUNDS = 3
VALUE = (Goal("value"),)


@dataclass(frozen=True, slots=True)
class RequiredPoint:
    """Feasible point that holds every required pair. program: of the instance, without tiers."""

    program: Program
    point: Ints


def hold_required(
    instance: Instance, stop: Stop, program: Program | None = None, *, briefly: bool = False
) -> RequiredPoint | None:
    """Return a point that holds every required pair; None if it is proved that there is none.

    program: of the instance, without tiers, if it is already built. briefly: give up on large instances instead
    of a long search. Pairs that are not required may be held too. Raises NoPlan if neither is known in time.
    """
    if is_over(stop):
        raise NoPlan("the time ended before it was known what can be held together")
    if clash_by_counting(instance):
        return None
    only = instance if program is None else program.instance
    program = build_program(only, ()) if program is None else program
    if instance.columns >= MANY and is_suited(instance, VALUE):
        if relax(aggregate(instance, VALUE, blocks(instance)), None, stop).infeasible:
            return None
        assignment = _quick_timetable(instance, stop)
        point = None if (assignment.slot[instance.required] < 0).any() else point_of(program, assignment)
        if point is not None:
            return RequiredPoint(program, point)
    if briefly and instance.columns >= MANY:
        raise NoPlan("what can be held together was not found at once")
    relaxation = relax(program, None, stop)
    if relaxation.infeasible:
        return None
    if relaxation.is_integral:
        return RequiredPoint(program, relaxation.whole())
    answer = TimetableModel(program).search(None, Effort(seconds=stop.remaining()), stop, 0)
    if answer.infeasible:
        return None
    if answer.point is None:
        raise NoPlan("the time ended before it was known what can be held together")
    return RequiredPoint(program, answer.point)


def quick_slots(instance: Instance, stop: Stop) -> Ints:
    """Return the slot of each required pair in a quick timetable, -1 if it is left out."""
    return _quick_timetable(instance, stop).slot


def _quick_timetable(instance: Instance, stop: Stop) -> SlotAssignment:
    """Return a quick timetable of many required pairs."""
    search = Halving(instance, stop, 0)
    search.fill()
    if search.score[0]:
        search.halve(np.flatnonzero(instance.required), blocks(instance))
    latest = stop.elapsed() + min(_PATIENCE_S, stop.remaining() / 4)
    rounds = stop.iterations is not None or stop.seconds is None
    search.stop = Stop(iterations=_ROUNDS, interrupt=stop.interrupt) if rounds else stop
    hopeful = np.where(instance.required, 1.0, -np.inf)

    least = least_left_out(instance)

    def is_done() -> bool:
        return search.score[0] <= least or (not rounds and stop.elapsed() > latest)

    search.improve(hopeful, is_done, lambda: None)
    return search.assignment


def without_pair(instance: Instance, pair: int) -> Instance:
    """Return the instance in which the pair is not held and not required."""
    required = instance.required.copy()
    required[pair] = False
    return replace(restricted(instance, instance.col_pair != pair), required=required)
