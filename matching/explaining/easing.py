"""Change a problem so that a fact restricts it less, or not at all."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import reduce

from matching.explaining.facts import Fact, Relax
from matching.presolve import able
from matching.problem import Interpreter, Pair, Party, Problem, Table, Walk, primary

ENDLESS = 1_000_000  # a limit that is never reached; without a limit the new interpreters would join an existing crew
_OF_PARTIES = {
    Relax.OPEN_SLOTS,
    Relax.RAISE_PARALLEL,
    Relax.RAISE_MAX_MEETINGS,
    Relax.RAISE_MAX_CONSECUTIVE,
    Relax.LEAVE_OWN_TABLE,
    Relax.ADD_LANGUAGES,
}
_OF_PAIRS = {Relax.ALLOW_SLOTS, Relax.DROP_ORDER, Relax.DO_NOT_REQUIRE}


def without(problem: Problem, facts: Collection[Fact]) -> Problem:
    """Return the problem in which none of these facts is a restriction."""
    return reduce(lambda left, fact: eased(left, fact, None), facts, problem)


def eased(problem: Problem, fact: Fact, amount: Sequence[str] | None) -> Problem:
    """Return the problem with one fact changed by `amount`, or removed if amount is None.

    amount: the words after the fact's ids in `relax`, see `matching.explaining.relaxing`.
    """
    if fact.relax in _OF_PARTIES:
        parties = (_party(problem, p, fact.relax, amount) if p.id == fact.about[0] else p for p in problem.parties)
        return replace(problem, parties=tuple(parties))
    if fact.relax in _OF_PAIRS:
        pairs = (_pair(p, fact.relax, amount) if p.id == fact.about[0] else p for p in problem.pairs)
        return replace(problem, pairs=tuple(pairs))
    if fact.relax is Relax.UNPIN:
        return replace(problem, pins=tuple(pin for pin in problem.pins if pin.pair != fact.about[0]))
    if fact.relax is Relax.SHORTEN_WALK:
        return replace(problem, walk=tuple(_walk(walk, fact.about, amount) for walk in problem.walk))
    if fact.relax is Relax.OPEN_TABLE:
        tables = (_table(t, amount) if t.id == fact.about[0] else t for t in problem.tables)
        return replace(problem, tables=tuple(tables))
    if fact.relax is Relax.ADD_TABLES:
        return replace(problem, tables=(*problem.tables, *_more_tables(problem, amount)))
    return replace(problem, interpreters=(*problem.interpreters, *_more_interpreters(problem, amount)))


def _party(problem: Problem, party: Party, relax: Relax, amount: Sequence[str] | None) -> Party:
    """Return the party after the change; as far as possible if amount is None."""
    match relax:
        case Relax.OPEN_SLOTS:
            return replace(party, available=party.available.union(problem.slot if amount is None else amount))
        case Relax.RAISE_PARALLEL:
            seats = max(party.parallel, len(problem.pairs)) if amount is None else int(amount[0])
            return replace(party, parallel=seats)
        case Relax.RAISE_MAX_MEETINGS:
            return replace(party, max_meetings=None if amount is None else int(amount[0]))
        case Relax.RAISE_MAX_CONSECUTIVE:
            return replace(party, max_consecutive=None if amount is None else int(amount[0]))
        case Relax.LEAVE_OWN_TABLE:
            return replace(party, table=None)
        case _:
            every = dict.fromkeys(tag for other in problem.parties for tag in other.languages)
            return replace(party, languages=(*party.languages, *(every if amount is None else amount)))


def _pair(pair: Pair, relax: Relax, amount: Sequence[str] | None) -> Pair:
    match relax:
        case Relax.ALLOW_SLOTS:
            allowed = None if amount is None or pair.allowed is None else pair.allowed.union(amount)
            return replace(pair, allowed=allowed)
        case Relax.DROP_ORDER:
            return replace(pair, after=tuple(p for p in pair.after if amount is not None and p not in amount))
        case _:
            return replace(pair, required=False)


def _walk(walk: Walk, halls: Sequence[str], amount: Sequence[str] | None) -> Walk:
    if set(walk.halls) != set(halls):
        return walk
    return replace(walk, min=min(walk.min, 0.0 if amount is None else float(amount[0])))


def _table(table: Table, amount: Sequence[str] | None) -> Table:
    return replace(
        table, available=None if amount is None or table.available is None else table.available.union(amount)
    )


def _more_tables(problem: Problem, amount: Sequence[str] | None) -> list[Table]:
    """Return the additional tables: one for each repetition of a slot in `amount`, or one for each pair."""
    if amount is None:
        return [Table(_new(n, problem.table)) for n in range(len(problem.pairs))]
    times = Counter(amount)
    return [
        Table(_new(n, problem.table), available=frozenset(slot for slot, count in times.items() if count > n))
        for n in range(max(times.values(), default=0))
    ]


def _more_interpreters(problem: Problem, amount: Sequence[str] | None) -> list[Interpreter]:
    """Return the additional interpreters for `amount`, or one for each pair that needs one."""
    if amount is None:
        everywhere = frozenset(problem.slot)
        between = [tongues_of(problem, pair) for pair in problem.pairs if able(problem, pair) is not None]
        hours = [(tongues, everywhere) for tongues in between if len(tongues) > 1]
    else:
        times = Counter(amount)
        hours = []
        for tongues in dict.fromkeys(each.partition("@")[0] for each in amount):
            mine = {each.partition("@")[2]: n for each, n in times.items() if each.partition("@")[0] == tongues}
            for n in range(max(mine.values())):
                hours.append((tuple(tongues.split("+")), frozenset(slot for slot, count in mine.items() if count > n)))
    return [
        Interpreter(_new(n, problem.interpreter), tongues, slots, max_meetings=ENDLESS)
        for n, (tongues, slots) in enumerate(hours)
    ]


def tongues_of(problem: Problem, pair: Pair) -> tuple[str, ...]:
    """Return one language of each party, sorted; fewer than two if a party has none."""
    return tuple(
        sorted({primary(problem.party[name].languages[0]) for name in pair.parties if problem.party[name].languages})
    )


def _new(number: int, taken: Collection[str]) -> str:
    name = f"more {number}"
    while name in taken:
        name += "+"
    return name
