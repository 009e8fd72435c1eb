"""Why no plan exists: facts that cannot all hold, of which none can be left out.

First the required pairs and pins that clash, by halving; pairs that nobody requires never matter. Then, with only
those left, the facts about their parties, tables and interpreters without which they would not clash.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

import numpy as np

from matching.choosing.choice import is_feasible
from matching.choosing.linear import EXACT, relax
from matching.choosing.program import programme
from matching.explaining.witnesses import violator
from matching.plan import Conflict
from matching.presolve import presolve
from matching.problem import Interpreter, Pair, Problem, Table
from matching.rules import Rule
from matching.stopping import Stop

_SHARE = 0.3  # of the time left, for clashes of one party


class Relax(StrEnum):
    """What would resolve a conflict: one thing that a person can change."""

    DO_NOT_REQUIRE = "do_not_require"
    UNPIN = "unpin"
    OPEN_SLOTS = "open_slots"
    ALLOW_SLOTS = "allow_slots"
    RAISE_MAX_MEETINGS = "raise_max_meetings"
    LEAVE_OWN_TABLE = "leave_own_table"
    ADD_TABLES = "add_tables"
    ADD_INTERPRETERS = "add_interpreters"
    DROP_ORDER = "drop_order"
    SHORTEN_WALKS = "shorten_walks"


@dataclass(frozen=True)
class _Fact:
    rule: Rule
    at: str
    relax: Relax
    without: Callable[[Problem], Problem]


def conflict(problem: Problem, stop: Stop) -> tuple[Conflict, ...]:
    """A minimal conflict of a problem that has no feasible plan; not minimal only where `stop` ends the search."""
    pins = {pin.pair for pin in problem.pins}
    wanted = [pair.id for pair in problem.pairs if pair.required or pair.id in pins]
    clash = _clash(problem, wanted, stop)
    core = _only(problem, clash)
    facts = list(_facts(problem, core))
    for fact in list(facts):
        if _is_over(stop):
            break
        weaker = fact.without(core)
        if not _is_feasible(weaker, stop):
            core = weaker
            facts.remove(fact)
    return tuple(Conflict(fact.rule, (fact.at,), fact.relax) for fact in facts)


def _clash(problem: Problem, wanted: Sequence[str], stop: Stop) -> list[str]:
    """Required pairs that cannot be held together, each of them needed for that: of one party, if one has such."""
    by_party: dict[str, list[str]] = defaultdict(list)
    for pair in wanted:
        for party in problem.pair[pair].parties:
            by_party[party].append(pair)
    dead = _perhaps_impossible(problem)
    alone = next(([pair] for pair in wanted if pair in dead and not _can_hold(problem, [pair], stop)), None)
    clash = alone or _counted(problem, by_party) or _of_one_party(problem, by_party, stop)
    clash = clash or _sharing(problem, wanted, stop)
    return _needed(problem, [], clash, stop, changed=False)


def _perhaps_impossible(problem: Problem) -> set[str]:
    """Pairs that perhaps cannot even be held alone: of others that is sure."""
    instance = presolve(problem)
    dead = {problem.pairs[k].id for k in instance.dead}
    for k, pair in enumerate(problem.pairs):
        limits = [problem.party[party].max_meetings for party in pair.parties]
        team = instance.teams[instance.needs[k]] if instance.needs[k] >= 0 else ()
        limits += [instance.crews[crew].max_meetings for crew in team]
        if 0 in limits or (team and pair.length > 1):
            dead.add(pair.id)
    return dead


def _of_one_party(problem: Problem, by_party: Mapping[str, Sequence[str]], stop: Stop) -> list[str]:
    """Pairs of one party that clash among themselves: asked for as long as a share of the time lasts."""
    latest = stop.elapsed() + _SHARE * stop.remaining()
    for pairs in by_party.values():
        if stop.elapsed() > latest or stop.interrupt.is_set():
            break
        if len(pairs) > 1 and not _can_hold(problem, pairs, stop):
            return list(pairs)
    return []


def _sharing(problem: Problem, wanted: Sequence[str], stop: Stop) -> list[str]:
    """Of the pairs those that share too little, by the prices of holding as many of them as can be.

    A pair whose own row has the price of a whole meeting takes nothing from the others: without it they clash as they
    did. All pairs where the relaxation can hold them all.
    """
    program = programme(presolve(_only(problem, wanted)), ())
    instance, row_lower = program.instance, program.row_lower.copy()
    row_lower[program.pair_row[program.pair_row >= 0]] = -np.inf
    loose = program.bounded(program.lower, program.upper, row_lower, program.row_upper)
    count = np.zeros(program.variables)
    count[: program.columns] = 1.0
    relaxation = relax(replace(loose, tiers={"value": count}), "value", stop)
    if relaxation.bound is None or relaxation.row_price is None or relaxation.bound > len(wanted) - EXACT:
        return list(wanted)
    own = np.where(program.pair_row >= 0, relaxation.row_price[program.pair_row], 0.0)
    sharing = [pair.id for pair, price in zip(instance.problem.pairs, own, strict=True) if price < 1 - EXACT]
    return list(wanted) if _can_hold(problem, sharing, stop) else sharing


def _counted(problem: Problem, by_party: Mapping[str, Sequence[str]]) -> list[str]:
    """Pairs of a party that have fewer of its seats than they are, found without a search; none where all have one."""
    for name, pairs in by_party.items():
        party = problem.party[name]
        places = range(1 if party.table is not None else party.parallel)
        few = violator({pair: list(product(_open(problem, problem.pair[pair]), places)) for pair in pairs})
        if few:
            return [pair for pair in pairs if pair in few]
    return []


def _open(problem: Problem, pair: Pair) -> frozenset[str]:
    """Slots in which both parties are there and the pair allows a meeting."""
    one, other = (problem.party[end].available for end in pair.parties)
    return one & other if pair.allowed is None else one & other & pair.allowed


def _needed(problem: Problem, base: list[str], pairs: list[str], stop: Stop, *, changed: bool) -> list[str]:
    """Of the pairs those that clash with the base, none without need. Source: Junker, QuickXplain (AAAI 2004)."""
    if _is_over(stop):
        return pairs
    if changed and not _can_hold(problem, base, stop):
        return []
    if len(pairs) <= 1:
        return pairs
    half = len(pairs) // 2
    second = _needed(problem, base + pairs[:half], pairs[half:], stop, changed=True)
    return _needed(problem, base + second, pairs[:half], stop, changed=bool(second)) + second


def _can_hold(problem: Problem, pairs: Sequence[str], stop: Stop) -> bool:
    return _is_feasible(_only(problem, pairs), stop)


def _is_feasible(problem: Problem, stop: Stop) -> bool:
    return is_feasible(programme(presolve(problem), ()), stop)


def _is_over(stop: Stop) -> bool:
    return stop.interrupt.is_set() or stop.remaining() <= 0


def _only(problem: Problem, wanted: Sequence[str]) -> Problem:
    """The problem with no other pairs."""
    chosen = frozenset(wanted)
    pairs = (
        replace(pair, after=tuple(other for other in pair.after if other in chosen))
        for pair in problem.pairs
        if pair.id in chosen
    )
    pins = tuple(pin for pin in problem.pins if pin.pair in chosen)
    return replace(problem, pairs=tuple(pairs), pins=pins, previous=None, document=None)


def _facts(problem: Problem, core: Problem) -> Iterator[_Fact]:
    """What a person could change about the pairs of the core; pointers lead into the whole problem."""
    place = {pair.id: k for k, pair in enumerate(problem.pairs)}
    everything = frozenset(problem.slot)
    parties = {name for pair in core.pairs for name in pair.parties}
    for k, party in enumerate(problem.parties):
        if party.id not in parties:
            continue
        at = f"/parties/{k}"
        if party.available != everything:
            yield _Fact(Rule.H3, f"{at}/available", Relax.OPEN_SLOTS, _party(party.id, available=everything))
        if party.max_meetings is not None:
            yield _Fact(Rule.H6, f"{at}/max_meetings", Relax.RAISE_MAX_MEETINGS, _party(party.id, max_meetings=None))
        if party.table is not None:
            yield _Fact(Rule.H4, f"{at}/table", Relax.LEAVE_OWN_TABLE, _party(party.id, table=None))
    for pair in core.pairs:
        at = f"/pairs/{place[pair.id]}"
        if pair.allowed is not None:
            yield _Fact(Rule.H3, f"{at}/allowed", Relax.ALLOW_SLOTS, _pair(pair.id, allowed=None))
        if pair.after:
            yield _Fact(Rule.H9, f"{at}/after", Relax.DROP_ORDER, _pair(pair.id, after=()))
    yield _Fact(Rule.H4, "/tables", Relax.ADD_TABLES, _more_tables)
    yield _Fact(Rule.H5, "/interpreters", Relax.ADD_INTERPRETERS, _more_interpreters)
    if problem.walk:
        yield _Fact(Rule.H10, "/walk", Relax.SHORTEN_WALKS, lambda p: replace(p, walk=()))
    for k, pin in enumerate(problem.pins):
        if pin.pair in core.pair:
            yield _Fact(Rule.H8, f"/pins/{k}", Relax.UNPIN, _unpin(pin.pair))
    for pair in core.pairs:
        if pair.required:
            at = f"/pairs/{place[pair.id]}/required"
            yield _Fact(Rule.H7, at, Relax.DO_NOT_REQUIRE, _pair(pair.id, required=False))


def _party(name: str, **changes: object) -> Callable[[Problem], Problem]:
    def without(problem: Problem) -> Problem:
        parties = (replace(p, **changes) if p.id == name else p for p in problem.parties)  # type: ignore[arg-type]
        return replace(problem, parties=tuple(parties))

    return without


def _pair(name: str, **changes: object) -> Callable[[Problem], Problem]:
    def without(problem: Problem) -> Problem:
        pairs = (replace(p, **changes) if p.id == name else p for p in problem.pairs)  # type: ignore[arg-type]
        return replace(problem, pairs=tuple(pairs))

    return without


def _unpin(name: str) -> Callable[[Problem], Problem]:
    return lambda problem: replace(problem, pins=tuple(pin for pin in problem.pins if pin.pair != name))


def _more_tables(problem: Problem) -> Problem:
    """A table of its own for every pair, beside those there are."""
    taken = problem.table
    more = (Table(name) for name in (f"{n} more" for n in range(2 * len(problem.pairs))) if name not in taken)
    tables = tuple(replace(table, available=None) for table in problem.tables)
    return replace(problem, tables=(*tables, *more))


def _more_interpreters(problem: Problem) -> Problem:
    """An interpreter of its own for every pair, beside those there are."""
    slots = frozenset(problem.slot)
    more = (_interpreter(problem, n, pair, slots) for n, pair in enumerate(problem.pairs))
    return replace(problem, interpreters=(*problem.interpreters, *more))


def _interpreter(problem: Problem, n: int, pair: Pair, slots: frozenset[str]) -> Interpreter:
    tongues = tuple(tag for party in pair.parties for tag in problem.party[party].languages)
    name = f"{n} more"
    while name in problem.interpreter:
        name += " more"
    return Interpreter(name, tongues, slots)
