"""Why a pair is not held: the first reason of the format that applies, with its facts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matching.plan import Reason, Unheld
from matching.presolve import Calendar, able, calendar, first_slots, own_table
from matching.problem import Interpreter, Meeting, Pair, Problem

Found = tuple[Reason, dict[str, Any]]
Cost = Mapping[str, Any]  # {"cost": {"at_least", "at_most"}, "tier"} of a pair that is crowded out


@dataclass(frozen=True)
class _Day:
    """Who and what is taken when, by a plan. Slots are indices in order of time."""

    problem: Problem
    days: Calendar
    meetings: Mapping[str, Sequence[str]]  # party -> pairs held
    busy: Mapping[tuple[str, int], Sequence[str]]  # (party, slot) -> pairs held
    served: Mapping[str, frozenset[int]]  # interpreter -> slots at work
    assignments: Mapping[str, int]  # interpreter -> meetings
    seated: frozenset[tuple[str, int]]  # (table, slot) taken
    free: dict[tuple[str, tuple[int, ...]], bool] = field(default_factory=dict)  # answers of _is_free, kept
    able: dict[tuple[tuple[str, ...], ...], list[Interpreter] | None] = field(default_factory=dict)  # by languages
    manned: dict[tuple[int, tuple[int, ...]], bool] = field(default_factory=dict)  # by a list of `able`


def reasons(problem: Problem, meetings: Sequence[Meeting]) -> dict[str, Found | None]:
    """Each pair that is not held with its reason and facts, in the problem's order; None for those crowded out."""
    day = _lay(problem, meetings)
    held = {m.pair for m in meetings}
    return {pair.id: _reason(day, pair) for pair in problem.pairs if pair.id not in held}


def unheld(found: Mapping[str, Found | None], crowded: Mapping[str, Cost]) -> tuple[Unheld, ...]:
    """The reasons as a plan has them. crowded: facts of the pairs that are crowded out."""
    return tuple(Unheld(pair, *(why or (Reason.CROWDED_OUT, crowded[pair]))) for pair, why in found.items())


def _lay(problem: Problem, meetings: Sequence[Meeting]) -> _Day:
    days = calendar(problem)
    index = {s.id: t for t, s in enumerate(problem.ordered)}
    by_party: dict[str, list[str]] = defaultdict(list)
    busy: dict[tuple[str, int], list[str]] = defaultdict(list)
    served: dict[str, set[int]] = defaultdict(set)
    assignments: dict[str, int] = defaultdict(int)
    seated: set[tuple[str, int]] = set()
    for meeting in meetings:
        pair = problem.pair[meeting.pair]
        span = days.span(index[meeting.slot], pair.length)
        for party in pair.parties:
            by_party[party].append(pair.id)
            for t in span:
                busy[party, t].append(pair.id)
        seated.update((meeting.table, t) for t in span)
        if meeting.interpreter is not None:
            served[meeting.interpreter].update(span)
            assignments[meeting.interpreter] += 1
    at_work = {i: frozenset(slots) for i, slots in served.items()}
    return _Day(problem, days, by_party, busy, at_work, assignments, frozenset(seated))


def _reason(day: _Day, pair: Pair) -> tuple[Reason, dict[str, Any]] | None:
    problem = day.problem
    starts = first_slots(problem, day.days, pair)
    spans = [day.days.span(t, pair.length) for t in starts]
    if not spans:
        slots = {p: [s.id for s in problem.ordered if s.id in problem.party[p].available] for p in pair.parties}
        return Reason.NO_COMMON_SLOT, {"slots": slots}
    table, possible = own_table(problem, pair)
    if not possible:
        return Reason.OWN_TABLES_DIFFER, {}
    candidates = _able(day, pair)
    if candidates is not None and not any(_there(problem, i, span) for i in candidates for span in spans):
        return Reason.NO_INTERPRETER, {"languages": {p: list(problem.party[p].languages) for p in pair.parties}}
    for p in pair.parties:
        most = problem.party[p].max_meetings
        mine = day.meetings.get(p, ())
        if most is not None and len(mine) >= most and _no_less(problem, mine, pair):
            return Reason.PARTY_FULL, {"party": p, "meetings": sorted(mine)}
    left, blocking = _slots_left(day, pair, spans)
    if not left:
        return Reason.PARTY_BUSY, {"meetings": sorted(blocking)}
    if candidates is not None:
        manned = [span for span in left if _is_manned(day, candidates, span)]
        if not manned:
            return Reason.INTERPRETERS_BUSY, {
                "slots": [problem.ordered[span[0]].id for span in left],
                "interpreters": [i.id for i in candidates],
            }
        left = manned
    tables = [t for t in problem.tables if table in (None, t.id)]
    owned = {p.table for p in problem.parties if p.table is not None}
    for span in left:
        for t in tables:
            if (t.id == table or t.id not in owned) and _stands_free(day, t.available, t.id, span):
                return None
    return Reason.TABLES_FULL, {"slots": [problem.ordered[span[0]].id for span in left]}


def _able(day: _Day, pair: Pair) -> list[Interpreter] | None:
    """Who could stand between the two parties; None where nobody has to."""
    tongues = tuple(day.problem.party[p].languages for p in pair.parties)
    if tongues not in day.able:
        team = able(day.problem, pair)
        day.able[tongues] = None if team is None else [day.problem.interpreters[k] for k in team]
    return day.able[tongues]


def _slots_left(day: _Day, pair: Pair, spans: Sequence[tuple[int, ...]]) -> tuple[list[tuple[int, ...]], set[str]]:
    """Spans in which no party is at capacity with meetings worth no less, and the meetings that fill the others."""
    left = []
    blocking: set[str] = set()
    for span in spans:
        for p, t in ((p, t) for p in pair.parties for t in span):
            party = day.problem.party[p]
            mine = day.busy.get((p, t), ())
            capacity = 1 if party.table is not None else party.parallel
            if len(mine) >= capacity and _no_less(day.problem, mine, pair):
                blocking.update(mine)
                break
        else:
            left.append(span)
    return left, blocking


def _no_less(problem: Problem, held: Sequence[str], pair: Pair) -> bool:
    return all(problem.pair[other].value >= pair.value for other in held)


def _there(problem: Problem, interpreter: Interpreter, span: tuple[int, ...]) -> bool:
    return all(problem.ordered[t].id in interpreter.available for t in span)


def _is_free(day: _Day, interpreter: Interpreter, span: tuple[int, ...]) -> bool:
    """Whether the interpreter could serve in the span beside what it does already: hours, `max_meetings`, rest."""
    key = interpreter.id, span
    if key not in day.free:
        day.free[key] = _could_serve(day, interpreter, span)
    return day.free[key]


def _is_manned(day: _Day, candidates: list[Interpreter], span: tuple[int, ...]) -> bool:
    """Whether any of the candidates, a list that `day` keeps, could serve in the span."""
    key = id(candidates), span
    if key not in day.manned:
        day.manned[key] = any(_is_free(day, i, span) for i in candidates)
    return day.manned[key]


def _could_serve(day: _Day, interpreter: Interpreter, span: tuple[int, ...]) -> bool:
    at_work = day.served.get(interpreter.id, frozenset())
    if not _there(day.problem, interpreter, span) or at_work.intersection(span):
        return False
    most = interpreter.max_meetings
    if most is not None and day.assignments.get(interpreter.id, 0) >= most:
        return False
    if interpreter.max_consecutive is None:
        return True
    together = at_work.union(span)
    row = 0
    for stretch in day.days.stretches:
        row = 0
        for t in stretch:
            row = row + 1 if t in together else 0
            if row > interpreter.max_consecutive:
                return False
    return True


def _stands_free(day: _Day, available: frozenset[str] | None, table: str, span: tuple[int, ...]) -> bool:
    return all(
        (table, t) not in day.seated and (available is None or day.problem.ordered[t].id in available) for t in span
    )
