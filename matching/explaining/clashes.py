"""Find a minimal set of required pairs that cannot all be held."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from matching.choosing.aggregate import aggregate, blocks, is_suited
from matching.choosing.linear import EXACT, relax
from matching.choosing.program import Program, build_program
from matching.choosing.rows import Floats
from matching.explaining.dividing import quickxplain
from matching.explaining.holding import MANY, VALUE, hold_required, quick_slots, without_pair
from matching.explaining.rotating import Exchange
from matching.explaining.witnesses import clash_by_counting
from matching.presolve import Instance, Ints, presolve
from matching.problem import Problem
from matching.stopping import Stop
from matching.timetabling.model import Effort, TimetableModel

_SURVEYED = 60  # a clash found by counting with at most so many pairs is not replaced by another one
_WORK = 1.0  # deterministic time of CP-SAT, about seconds, for the duties of a timetable


def minimal_clash(problem: Problem, wanted: Sequence[str], stop: Stop) -> list[str]:
    """Return a minimal subset of the pairs that cannot all be held: each pair of it is needed for the clash.

    wanted: pairs that cannot all be held. Raises NoPlan if `stop` comes first.
    """
    instance = presolve(only_pairs(problem, wanted))
    few = _named(instance, clash_by_counting(instance))
    slots: dict[str, int] = {}
    if not 0 < len(few) <= _SURVEYED:
        slots = _quick_slots(instance, stop)
        closer = [*slots, *(name for name in wanted if name not in slots)][: len(slots) + 1]
        again = presolve(only_pairs(problem, closer))
        few = _named(again, clash_by_counting(again)) or few
        if not few:
            few = (
                _pairs_sharing_scarce(again, closer, stop)
                or _pairs_sharing_scarce(instance, wanted, stop)
                or list(wanted)
            )
            few = few if hold_required(presolve(only_pairs(problem, few)), stop) is None else list(wanted)
            return quickxplain(few, lambda pairs: hold_required(presolve(only_pairs(problem, pairs)), stop) is None)
    while len(few) > 1:
        smaller = _smaller_clash(presolve(only_pairs(problem, few)), slots, stop)
        if smaller is None:
            break
        few = smaller
    return few


def _quick_slots(instance: Instance, stop: Stop) -> dict[str, int]:
    """Return slots for as many pairs as a quick timetable holds; empty for small instances."""
    if instance.columns < MANY or not is_suited(instance, VALUE):
        return {}
    slot = quick_slots(instance, stop)
    return {instance.problem.pairs[k].id: int(slot[k]) for k in np.flatnonzero(slot >= 0)}


def only_pairs(problem: Problem, wanted: Sequence[str]) -> Problem:
    """Return the problem with the wanted pairs only, all of them required, without `previous`."""
    chosen = frozenset(wanted)
    pairs = (
        replace(pair, after=tuple(other for other in pair.after if other in chosen))
        for pair in problem.pairs
        if pair.id in chosen
    )
    pins = tuple(pin for pin in problem.pins if pin.pair in chosen)
    return replace(problem, pairs=tuple(pairs), pins=pins, previous=None, document=None)


def _named(instance: Instance, pairs: Sequence[int]) -> list[str]:
    return [instance.problem.pairs[k].id for k in pairs]


def _smaller_clash(instance: Instance, slots: Mapping[str, int], stop: Stop) -> list[str] | None:
    """Return a smaller set of pairs that still clashes; None if every pair is needed.

    slots: of pairs in a timetable, which may hold all pairs but one.
    """
    base = build_program(instance, ())
    pairs = instance.problem.pairs
    needed: set[int] = set()
    out = [k for k, pair in enumerate(pairs) if pair.id not in slots]
    if len(out) == 1:
        point = _point_of_slots(_without(base, out[0]), slots, stop)
        needed = set() if point is None else _rotate_model(base, point, out[0], set())
    for pair in range(len(pairs)):
        if pair in needed:
            continue
        rest = without_pair(instance, pair)
        held = hold_required(rest, stop, _without(base, pair))
        if held is None:
            return _named(rest, clash_by_counting(rest)) or [p.id for k, p in enumerate(pairs) if k != pair]
        needed = _rotate_model(base, held.point, pair, needed)
    return None


def _point_of_slots(program: Program, slots: Mapping[str, int], stop: Stop) -> Ints | None:
    """Return a point of the program in which the pairs are held in the given slots, or None."""
    instance = program.instance
    wanted = np.array([slots.get(pair.id, -1) for pair in instance.problem.pairs], dtype=np.int64)
    lower, upper = program.lower.copy(), program.upper.copy()
    upper[: program.columns] *= wanted[instance.col_pair] == instance.col_slot
    fixed = program.bounded(lower, upper, program.row_lower, program.row_upper)
    return TimetableModel(fixed).search(None, Effort(work=_WORK), stop, 0).point


def _without(program: Program, pair: int) -> Program:
    """Return the program in which the pair is not held and not required."""
    upper, row_lower = program.upper.copy(), program.row_lower.copy()
    upper[program.instance.columns_of[pair]] = 0.0
    if program.pair_row[pair] >= 0:
        row_lower[program.pair_row[pair]] = -np.inf
    return program.bounded(program.lower, upper, row_lower, program.row_upper)


def _rotate_model(program: Program, point: Ints, missing: int, known: set[int]) -> set[int]:
    """Return pairs that the clash needs, each for itself, by model rotation from a point without one pair.

    point: holds all pairs except `missing`. Exchanging the missing pair for another one gives further points.
    Source: Belov and Marques-Silva, Accelerating MUS extraction with recursive model rotation (FMCAD 2011).
    """
    found, queue = {missing, *known}, deque([(missing, point)])
    exchange = Exchange(program)
    while queue and len(found) < len(program.instance.problem.pairs):
        out, here = queue.popleft()
        for other, there in exchange.exchanges(here, out, found):
            found.add(other)
            queue.append((other, there))
    return found


def _pairs_sharing_scarce(instance: Instance, wanted: Sequence[str], stop: Stop) -> list[str]:
    """Return the pairs that share scarce resources, by the dual values of holding as many pairs as possible.

    A pair whose own row has the dual value 1 uses nothing that others need: the clash remains without it.
    Returns an empty list if the relaxations can hold all pairs.
    """
    loose = replace(instance, required=np.zeros_like(instance.required), value=np.ones_like(instance.value))
    for own in _own_duals(loose, len(wanted), stop):
        return [
            pair.id for pair, reduced_cost in zip(instance.problem.pairs, own, strict=True) if reduced_cost < 1 - EXACT
        ]
    return []


def _own_duals(loose: Instance, wanted: int, stop: Stop) -> Iterator[Floats]:
    """Yield the dual value of each pair's own row, first by blocks, then by slots, if not all pairs can be held."""
    if is_suited(loose, VALUE):
        by_blocks = aggregate(loose, VALUE, blocks(loose))
        relaxation = relax(by_blocks, "value", stop)
        if relaxation.bound is not None and relaxation.bound < wanted - EXACT:
            assert relaxation.row_dual is not None and relaxation.reduced_cost is not None
            count = np.bincount(by_blocks.pair, minlength=wanted)
            row = np.where(count > 1, np.cumsum(count > 1) - 1, -1)
            yield _own(row, by_blocks.pair, relaxation.row_dual, relaxation.reduced_cost[: by_blocks.columns])
    program = build_program(loose, VALUE)
    relaxation = relax(program, "value", stop)
    if relaxation.bound is not None and relaxation.bound < wanted - EXACT:
        assert relaxation.row_dual is not None and relaxation.reduced_cost is not None
        reduced_cost = relaxation.reduced_cost[: program.columns]
        yield _own(program.pair_row, loose.col_pair, relaxation.row_dual, reduced_cost)


def _own(row: Ints, pair: Ints, row_dual: Floats, reduced_cost: Floats) -> Floats:
    """Return the dual value of each pair's row, or the reduced cost of its column if it has only one."""
    own = np.zeros(len(row))
    np.maximum.at(own, pair, reduced_cost)
    return np.where(row >= 0, row_dual[row], own)
