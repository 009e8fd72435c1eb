"""Find the smallest change of one fact that resolves a conflict, and write it as a `relax` text.

A `relax` text is a code of `Relax` and its words, quoted for a shell where an id requires it:

    do_not_require PAIR             unpin PAIR                   drop_order PAIR PAIR...
    open_slots PARTY SLOT...        allow_slots PAIR SLOT...     open_table TABLE SLOT...
    raise_parallel PARTY NUMBER     raise_max_meetings PARTY NUMBER
    raise_max_consecutive PARTY NUMBER
    leave_own_table PARTY           add_languages PARTY TAG...   shorten_walk HALL HALL MINUTES
    add_tables SLOT...              one more table in each slot, two if the slot is named twice
    add_interpreters TAG+TAG@SLOT...    one more interpreter of these languages in each slot

Slots and numbers are missing if the time ended before the smallest change was known.
"""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress

from matching.choosing.linear import is_over, optimum, relax
from matching.choosing.program import build_program
from matching.errors import NoPlan
from matching.explaining.costing import cost_of_relaxing
from matching.explaining.dividing import quickxplain
from matching.explaining.easing import eased, tongues_of, without
from matching.explaining.facts import Fact, Relax
from matching.explaining.holding import hold_required
from matching.presolve import Instance, able, presolve
from matching.problem import Problem
from matching.stopping import Stop

_LONG = 100  # more words than this are not reduced to the needed ones
_NODES = 1  # iterations for the smallest change; each grants 100 nodes
_CHEAPEST_S = 2.0  # seconds for the smallest change, if the time is limited
_FEW = 3_000  # number of columns up to which the smallest change is looked for; above it, any small one


def relaxation(problem: Problem, core: Problem, fact: Fact, stop: Stop) -> str:
    """Return the `relax` text of a change of this fact that makes the problem feasible.

    If other facts also prevent that, the change makes only the core feasible. problem, core: with required
    pairs only; the core is feasible without the fact.
    """
    amount = _least_change(core, fact, stop)
    if amount:
        amount = _for_all(problem, fact, amount, stop)
    return shlex.join([fact.relax, *fact.about, *amount])


def _for_all(problem: Problem, fact: Fact, amount: list[str], stop: Stop) -> list[str]:
    """Return the amount, or a larger one if the whole problem needs it because of this fact alone."""
    with suppress(NoPlan):
        short = hold_required(presolve(eased(problem, fact, amount)), stop, briefly=True) is None
        if short and hold_required(presolve(without(problem, [fact])), stop, briefly=True) is not None:
            return _least_change(problem, fact, stop) or amount
    return amount


def _can_hold(problem: Problem, stop: Stop) -> bool:
    """Whether all required pairs can be held; False if that is not known quickly."""
    if is_over(stop):
        return False
    try:
        return hold_required(presolve(problem), stop, briefly=True) is not None
    except NoPlan:
        return False


def _least_change(problem: Problem, fact: Fact, stop: Stop) -> list[str]:
    """Return the change of the fact that makes the problem feasible. The problem is feasible without the fact."""
    match fact.relax:
        case Relax.DO_NOT_REQUIRE | Relax.UNPIN | Relax.LEAVE_OWN_TABLE:
            return []
        case Relax.RAISE_MAX_MEETINGS:
            return [str(sum(fact.about[0] in pair.parties for pair in problem.pairs))]
        case Relax.RAISE_PARALLEL:
            seats = range(problem.party[fact.about[0]].parallel + 1, len(problem.pairs) + 1)
            return _first(problem, fact, map(str, seats), stop)
        case Relax.RAISE_MAX_CONSECUTIVE:
            rows = range((problem.party[fact.about[0]].max_consecutive or 0) + 1, len(problem.slots) + 1)
            return _first(problem, fact, map(str, rows), stop)
        case Relax.SHORTEN_WALK:
            return _first(problem, fact, _pauses(problem), stop)
        case Relax.DROP_ORDER | Relax.ADD_LANGUAGES:
            return _needed(problem, fact, list(_words(problem, fact)), stop)
    return _cheapest(problem, fact, stop)


def _first(problem: Problem, fact: Fact, amounts: Iterator[str], stop: Stop) -> list[str]:
    """Return the first amount that is sufficient; empty if none is known to be."""
    return next(([amount] for amount in amounts if _can_hold(eased(problem, fact, [amount]), stop)), [])


def _pauses(problem: Problem) -> Iterator[str]:
    """Yield the minutes between any two slots, the longest first, and 0 last."""
    pairs = ((one, two) for k, one in enumerate(problem.ordered) for two in problem.ordered[k + 1 :])
    minutes = {(two.start - one.end).total_seconds() / 60 for one, two in pairs}
    return (f"{length:.9g}" for length in sorted(minutes | {0.0}, reverse=True))


def _needed(problem: Problem, fact: Fact, amount: list[str], stop: Stop) -> list[str]:
    """Return the needed words of a sufficient amount, by QuickXplain, if they are few and there is time."""
    if len(amount) > _LONG or is_over(stop):
        return amount
    return quickxplain(
        amount, lambda words: bool(words) and not is_over(stop) and _can_hold(eased(problem, fact, words), stop)
    )


def _cheapest(problem: Problem, fact: Fact, stop: Stop) -> list[str]:
    """Return the slots to open, or the tables or interpreters to add; as few as possible if the problem is small."""
    loose, words = presolve(without(problem, [fact])), list(_words(problem, fact))
    if loose.columns > _FEW:
        alone = (word for word in words if _can_hold(eased(problem, fact, [word]), stop))
        first = next(alone, None)
        if first is not None:
            return [first]
    amount = _used(loose, problem, fact, stop)
    if loose.columns > _FEW and len(amount) > _LONG:  # the plan was not optimised to use few
        return []
    if amount and _can_hold(eased(problem, fact, amount), stop):
        return _needed(problem, fact, amount, stop)
    if fact.relax not in (Relax.ADD_TABLES, Relax.ADD_INTERPRETERS):
        return _needed(problem, fact, words, stop)
    many = words * len(problem.pairs)
    return [] if len(many) > _LONG else _needed(problem, fact, many, stop)


def _used(loose: Instance, problem: Problem, fact: Fact, stop: Stop) -> list[str]:
    """Return what a plan uses of resources that do not exist; the least if the instance is small."""
    program = build_program(loose, ())
    cost = cost_of_relaxing(program, problem, fact)
    point = None
    if loose.columns <= _FEW:
        relaxed = relax(cost.program, "cost", stop)
        briefly = Stop(iterations=_NODES, interrupt=stop.interrupt) if stop.seconds is None else stop
        point = relaxed.whole() if relaxed.is_integral else optimum(cost.program, "cost", briefly, _CHEAPEST_S).point
    else:
        with suppress(NoPlan):
            held = hold_required(loose, stop, program, briefly=True)
            point = None if held is None else held.point
    return [] if point is None else cost.amount(point)


def _words(problem: Problem, fact: Fact) -> Sequence[str]:
    """Return the possible words of an amount: closed slots, all slots, languages in slots, pairs, or languages."""
    slots = [slot.id for slot in problem.ordered]
    match fact.relax:
        case Relax.OPEN_SLOTS:
            return [slot for slot in slots if slot not in problem.party[fact.about[0]].available]
        case Relax.ALLOW_SLOTS:
            return [slot for slot in slots if slot not in (problem.pair[fact.about[0]].allowed or ())]
        case Relax.OPEN_TABLE:
            return [slot for slot in slots if slot not in (problem.table[fact.about[0]].available or ())]
        case Relax.ADD_INTERPRETERS:
            spoken = {"+".join(tongues_of(problem, p)) for p in problem.pairs if able(problem, p) is not None}
            return [f"{tongues}@{slot}" for tongues in sorted(spoken) for slot in slots]
        case Relax.DROP_ORDER:
            return problem.pair[fact.about[0]].after
        case Relax.ADD_LANGUAGES:
            partners = {p for pair in problem.pairs if fact.about[0] in pair.parties for p in pair.parties}
            return list(dict.fromkeys(tag for p in sorted(partners) for tag in problem.party[p].languages))
    return slots
