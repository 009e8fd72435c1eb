"""Required pairs that cannot be held together, each of them needed for that."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from matching.choosing.aggregate import aggregate, blocks, is_suited
from matching.choosing.linear import EXACT, relax
from matching.choosing.program import Program, programme
from matching.choosing.rows import Floats
from matching.explaining.dividing import least
from matching.explaining.holding import MANY, VALUE, dropping, hold, lay
from matching.explaining.rotating import Exchange
from matching.explaining.witnesses import counted
from matching.presolve import Instance, Ints, presolve
from matching.problem import Problem
from matching.stopping import Stop
from matching.timetabling.model import Effort, Timetable

_SURVEYED = 60  # pairs that clash by counting up to which nobody looks for others
_WORK = 1.0  # the solver's count, about seconds, to name duties of a timetable


def clash(problem: Problem, wanted: Sequence[str], stop: Stop) -> list[str]:
    """Of the pairs, which cannot all be held, a part that cannot and of which none can be left out.

    Raises NoPlan where `stop` comes before that is known.
    """
    instance = presolve(only(problem, wanted))
    few = _named(instance, counted(instance))
    slots: dict[str, int] = {}
    if not 0 < len(few) <= _SURVEYED:
        slots = _laid(instance, stop)
        closer = [*slots, *(name for name in wanted if name not in slots)][: len(slots) + 1]
        again = presolve(only(problem, closer))
        few = _named(again, counted(again)) or few
        if not few:
            few = _sharing(again, closer, stop) or _sharing(instance, wanted, stop) or list(wanted)
            few = few if hold(presolve(only(problem, few)), stop) is None else list(wanted)
            return least(few, lambda pairs: hold(presolve(only(problem, pairs)), stop) is None)
    while len(few) > 1:
        smaller = _smaller(presolve(only(problem, few)), slots, stop)
        if smaller is None:
            break
        few = smaller
    return few


def _laid(instance: Instance, stop: Stop) -> dict[str, int]:
    """The slots of as many pairs as can be held together, as far as a timetable of many is soon found."""
    if instance.columns < MANY or not is_suited(instance, VALUE):
        return {}
    slot = lay(instance, stop)
    return {instance.problem.pairs[k].id: int(slot[k]) for k in np.flatnonzero(slot >= 0)}


def only(problem: Problem, wanted: Sequence[str]) -> Problem:
    """The problem with no other pairs, all of them required, and without wishes."""
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


def _smaller(instance: Instance, slots: Mapping[str, int], stop: Stop) -> list[str] | None:
    """Fewer of the pairs that clash as well, None where each is needed.

    slots: of pairs in a timetable, perhaps of all of them but one.
    """
    base = programme(instance, ())
    pairs = instance.problem.pairs
    needed: set[int] = set()
    out = [k for k, pair in enumerate(pairs) if pair.id not in slots]
    if len(out) == 1:
        point = _as_laid(_without(base, out[0]), slots, stop)
        needed = set() if point is None else _rotated(base, point, out[0], set())
    for pair in range(len(pairs)):
        if pair in needed:
            continue
        rest = dropping(instance, pair)
        held = hold(rest, stop, _without(base, pair))
        if held is None:
            return _named(rest, counted(rest)) or [p.id for k, p in enumerate(pairs) if k != pair]
        needed = _rotated(base, held.point, pair, needed)
    return None


def _as_laid(program: Program, slots: Mapping[str, int], stop: Stop) -> Ints | None:
    """The point in which pairs are held in these slots."""
    instance = program.instance
    wanted = np.array([slots.get(pair.id, -1) for pair in instance.problem.pairs], dtype=np.int64)
    lower, upper = program.lower.copy(), program.upper.copy()
    upper[: program.columns] *= wanted[instance.col_pair] == instance.col_slot
    fixed = program.bounded(lower, upper, program.row_lower, program.row_upper)
    return Timetable(fixed).search(None, Effort(work=_WORK), stop, 0).point


def _without(program: Program, pair: int) -> Program:
    """The program in which a pair is not held."""
    upper, row_lower = program.upper.copy(), program.row_lower.copy()
    upper[program.instance.columns_of[pair]] = 0.0
    if program.pair_row[pair] >= 0:
        row_lower[program.pair_row[pair]] = -np.inf
    return program.bounded(program.lower, upper, row_lower, program.row_upper)


def _rotated(program: Program, point: Ints, missing: int, known: set[int]) -> set[int]:
    """Pairs without which all others can be held, got by exchanging one for the other from such a point on.

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


def _sharing(instance: Instance, wanted: Sequence[str], stop: Stop) -> list[str]:
    """Of the pairs those that share too little, by the prices of holding as many of them as can be.

    A pair whose own row has the price of a whole meeting takes nothing from the others: without it they clash as they
    did. Empty where the relaxations can hold them all.
    """
    loose = replace(instance, required=np.zeros_like(instance.required), value=np.ones_like(instance.value))
    for own in _prices(loose, len(wanted), stop):
        return [pair.id for pair, price in zip(instance.problem.pairs, own, strict=True) if price < 1 - EXACT]
    return []


def _prices(loose: Instance, wanted: int, stop: Stop) -> Iterator[Floats]:
    """What each pair's own row is worth, by blocks and by slots, where not all can be held."""
    if is_suited(loose, VALUE):
        by_blocks = aggregate(loose, VALUE, blocks(loose))
        relaxation = relax(by_blocks, "value", stop)
        if relaxation.bound is not None and relaxation.bound < wanted - EXACT:
            assert relaxation.row_price is not None and relaxation.price is not None
            count = np.bincount(by_blocks.pair, minlength=wanted)
            row = np.where(count > 1, np.cumsum(count > 1) - 1, -1)
            yield _own(row, by_blocks.pair, relaxation.row_price, relaxation.price[: by_blocks.columns])
    program = programme(loose, VALUE)
    relaxation = relax(program, "value", stop)
    if relaxation.bound is not None and relaxation.bound < wanted - EXACT:
        assert relaxation.row_price is not None and relaxation.price is not None
        price = relaxation.price[: program.columns]
        yield _own(program.pair_row, loose.col_pair, relaxation.row_price, price)


def _own(row: Ints, pair: Ints, row_price: Floats, price: Floats) -> Floats:
    """The price of each pair's row or, where it has none for having one column, of that column."""
    own = np.zeros(len(row))
    np.maximum.at(own, pair, price)
    return np.where(row >= 0, row_price[row], own)
