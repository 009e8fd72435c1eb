"""Brute force: every feasible plan of a small problem, fast enough for thousands of problems per minute.

It is written from the format alone and shares no code with the search or the judge; the judge confirms every
answer. First all ways to give each pair a slot or none are enumerated (frames), then for the frames that matter
all tables and interpreters of their meetings. Interchangeable tables are tried in one order only.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from matching.plan import tiers, violations
from matching.problem import Goal, Meeting, Pair, Problem, primary

Plan = tuple[Meeting, ...]
Frame = tuple[tuple[int, int], ...]  # (pair, first slot) as indices, ordered by pair; slots by start time
Outcome = tuple[int, int, int]  # dropped, disturbed, moves

TABLE_TIERS = ("dropped", "disturbed", "moves")


@dataclass(frozen=True)
class BestPlan:
    """Best value of each tier within the limits of earlier tiers, and a plan that has the last tier's."""

    tiers: Mapping[str, float]
    meetings: Plan


def optimum(problem: Problem, preset: str = "fresh") -> BestPlan | None:
    """Return the lexicographic optimum with the format's tolerances; None if no plan is feasible."""
    space = PlanSpace(problem)
    meetings = space.any()
    if meetings is None:
        return None
    found: dict[str, float] = {}
    limits: dict[str, float] = {}
    for goal in problem.goals(preset):
        answer = space.best(goal.tier, limits)
        assert answer is not None
        found[goal.tier], meetings = answer
        limits[goal.tier] = limit(goal, found[goal.tier])
    return BestPlan(found, meetings)


def limit(goal: Goal, best: float) -> float:
    """Return the worst value that later tiers may leave, given the best value of the tier."""
    return (1 - goal.tolerance) * best if goal.tier == "value" else math.floor((1 + goal.tolerance) * best + 1e-9)


def no_worse(tier: str, value: float, limit: float) -> bool:
    return value >= limit - 1e-9 if tier == "value" else value <= limit + 1e-9


class PlanSpace:
    """All feasible plans of a problem. Slots, pairs, tables and interpreters are indices; slots by start time."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.slots = problem.ordered
        self.pins = {pin.pair: pin for pin in problem.pins}
        self.tongues = {p.id: {primary(tag) for tag in p.languages} for p in problem.parties}
        self.walks = {frozenset(walk.halls): 0.0 for walk in problem.walk}
        for walk in problem.walk:
            self.walks[frozenset(walk.halls)] = max(walk.min, self.walks[frozenset(walk.halls)])
        self.able = [self._able(pair) for pair in problem.pairs]
        self.spans = [self._spans(p) for p in range(len(problem.pairs))]
        self._first: dict[Frame, Plan | None] = {}
        self._all: dict[Frame, Mapping[Outcome, Plan]] = {}
        self._numbers: dict[tuple[str, Frame], float] = {}

    def any(self) -> Plan | None:
        """Return a feasible plan, or None."""
        answer = self.best("value", {})
        return None if answer is None else answer[1]

    def best(self, tier: str, limits: Mapping[str, float]) -> tuple[float, Plan] | None:
        """Return the best value of the tier over all feasible plans within the limits, and such a plan; or None."""
        sign = -1 if tier == "value" else 1
        frames = [f for f in self.frames if all(no_worse(t, self.at_best(t, f), bound) for t, bound in limits.items())]
        frames.sort(key=lambda f: sign * self.at_best(tier, f))
        found: tuple[float, Plan] | None = None
        for frame in frames:
            if found is not None and sign * self.at_best(tier, frame) >= sign * found[0]:
                break
            for numbers, plan in self._plans(frame, {tier, *limits}):
                fits = all(no_worse(t, numbers[t], bound) for t, bound in limits.items())
                if fits and (found is None or sign * numbers[tier] < sign * found[0]):
                    found = numbers[tier], plan
        if found is not None:
            self._confirm(tier, limits, *found)
        return found

    def _confirm(self, tier: str, limits: Mapping[str, float], value: float, plan: Plan) -> None:
        """Check an answer by the judge."""
        assert violations(self.problem, plan) == []
        judged = tiers(self.problem, plan)
        assert abs(judged[tier] - value) < 1e-9
        assert all(no_worse(t, judged[t], bound) for t, bound in limits.items())

    def _plans(self, frame: Frame, wanted: set[str]) -> Iterator[tuple[Mapping[str, float], Plan]]:
        """Yield a plan for each result that the frame can have in the wanted tiers, with that result."""
        numbers = {t: self.at_best(t, frame) for t in wanted}
        if wanted.isdisjoint(TABLE_TIERS):
            if frame not in self._first:
                self._first[frame] = next((plan for _, plan in self._arrangements(frame)), None)
            plan = self._first[frame]
            if plan is not None:
                yield numbers, plan
            return
        if frame not in self._all:
            self._all[frame] = dict(self._arrangements(frame))
        for outcome, plan in self._all[frame].items():
            yield numbers | dict(zip(TABLE_TIERS, outcome, strict=True)), plan

    # Frames

    def _able(self, pair: Pair) -> list[str | None]:
        """Return the interpreters who can serve the pair, by its pin if it names one; [None] if none is needed."""
        one, other = (self.tongues[party] for party in pair.parties)
        able: list[str | None] = [None]
        if not one & other:
            spoken = {i.id: {primary(tag) for tag in i.languages} for i in self.problem.interpreters}
            able = [name for name, tongues in spoken.items() if tongues & one and tongues & other]
        pin = self.pins.get(pair.id)
        return able if pin is None or pin.interpreter is None else [name for name in able if name == pin.interpreter]

    def _adjacent(self, t: int) -> int | None:
        """Return the slot that is adjacent to a slot and follows it."""
        later = [u for u in range(t + 1, len(self.slots)) if self.slots[u].day == self.slots[t].day]
        if later and (self.slots[later[0]].start - self.slots[t].end).total_seconds() <= 15 * 60:
            return later[0]
        return None

    def _spans(self, p: int) -> list[tuple[int, ...]]:
        """Return the possible slots of a pair, as far as they depend on the pair alone."""
        pair, pin = self.problem.pairs[p], self.pins.get(self.problem.pairs[p].id)
        own = {self.problem.party[party].table for party in pair.parties} - {None}
        if len(own) > 1 or not self.able[p]:
            return []
        spans = []
        for first in range(len(self.slots)):
            span: list[int] = [first]
            while len(span) < pair.length and (following := self._adjacent(span[-1])) is not None:
                span.append(following)
            names = {self.slots[t].id for t in span}
            if (
                len(span) == pair.length
                and all(names <= self.problem.party[party].available for party in pair.parties)
                and (pair.allowed is None or names <= pair.allowed)
                and (pin is None or pin.slot == self.slots[first].id)
            ):
                spans.append(tuple(span))
        return spans

    @cached_property
    def frames(self) -> list[Frame]:
        """Yield all assignments of slots to pairs, or none, that satisfy the rules of parties and pairs."""
        found: list[Frame] = []
        chosen: list[tuple[int, tuple[int, ...]]] = []
        busy: Counter[tuple[str, int]] = Counter()
        held: Counter[str] = Counter()
        pairs = self.problem.pairs

        def fits(p: int, span: tuple[int, ...]) -> bool:
            for name in pairs[p].parties:
                party = self.problem.party[name]
                capacity = 1 if party.table is not None else party.parallel
                if party.max_meetings is not None and held[name] >= party.max_meetings:
                    return False
                if any(busy[name, t] >= capacity for t in span):
                    return False
                at_work = {t for t in range(len(self.slots)) if busy[name, t]}.union(span)
                if party.max_consecutive is not None and self._longest_row(at_work) > party.max_consecutive:
                    return False
            return all(self._in_order(p, span, q, other) for q, other in [*chosen, (p, span)])

        def go_on(p: int) -> None:
            if p == len(pairs):
                found.append(tuple((q, span[0]) for q, span in chosen))
                return
            if not pairs[p].required and pairs[p].id not in self.pins:
                go_on(p + 1)
            for span in self.spans[p]:
                if fits(p, span):
                    taken = [(name, t) for name in pairs[p].parties for t in span]
                    chosen.append((p, span))
                    busy.update(taken)
                    held.update(pairs[p].parties)
                    go_on(p + 1)
                    chosen.pop()
                    busy.subtract(taken)
                    held.subtract(pairs[p].parties)

        go_on(0)
        return found

    def _in_order(self, p: int, span: tuple[int, ...], q: int, other: tuple[int, ...]) -> bool:
        """Whether two pairs satisfy `after` in both directions; a pair after itself is never held."""
        pairs = self.problem.pairs
        return not (pairs[q].id in pairs[p].after and other[-1] >= span[0]) and not (
            pairs[p].id in pairs[q].after and span[-1] >= other[0]
        )

    # Tiers

    def at_best(self, tier: str, frame: Frame) -> float:
        """Return the tier of a frame; for tiers that depend on tables, a bound: the best that is possible."""
        key = (tier, frame)
        if key not in self._numbers:
            self._numbers[key] = self._number(tier, frame)
        return self._numbers[key]

    def _number(self, tier: str, frame: Frame) -> float:
        pairs = [self.problem.pairs[p] for p, _ in frame]
        if tier == "value":
            return sum(pair.value for pair in pairs)
        if tier in ("shortfall", "neediest"):
            held = Counter(party for pair in pairs for party in pair.parties)
            short = [max(0, party.min_meetings - held[party.id]) for party in self.problem.parties]
            return sum(short) if tier == "shortfall" else max(short, default=0)
        if tier in ("breaks", "worst"):
            breaks = self._breaks(frame)
            return sum(breaks.values()) if tier == "breaks" else max(breaks.values(), default=0)
        if tier == "moves":
            return 0
        where = {self.problem.pairs[p].id: self.slots[t].id for p, t in frame}
        lost = [m for m in self.problem.previous or () if where.get(m.pair) != m.slot]
        return self._lost(lost)[0 if tier == "dropped" else 1]

    def _breaks(self, frame: Frame) -> Counter[str]:
        busy: set[tuple[str, int]] = set()
        for p, span in self._laid(frame):
            busy.update((party, t) for party in self.problem.pairs[p].parties for t in span)
        breaks: Counter[str] = Counter()
        for party in {party for party, _ in busy}:
            for day in {slot.day for slot in self.slots}:
                row = [(party, t) in busy for t, slot in enumerate(self.slots) if slot.day == day]
                text = "".join("x" if at_work else "." for at_work in row).strip(".")
                breaks[party] += sum(1 for idle in text.split("x") if idle)
        return breaks

    def _lost(self, lost: Sequence[Meeting]) -> tuple[int, int]:
        return len(lost), len({party for m in lost for party in self.problem.pair[m.pair].parties})

    # Tables and interpreters

    def _laid(self, frame: Frame) -> list[tuple[int, tuple[int, ...]]]:
        return [(p, next(span for span in self.spans[p] if span[0] == first)) for p, first in frame]

    def _arrangements(self, frame: Frame) -> Iterator[tuple[Outcome, Plan]]:
        """Yield all different tables and interpreters of a frame, with the tiers that depend on tables."""
        laid = self._laid(frame)
        fixed = None if self.walks else self._interpreters(laid, None)
        if not self.walks and fixed is None:
            return
        for names in self._seatings(laid):
            served = self._interpreters(laid, names) if fixed is None else fixed
            if served is None:
                continue
            meetings = [
                Meeting(self.problem.pairs[p].id, self.slots[span[0]].id, table, interpreter)
                for (p, span), table, interpreter in zip(laid, names, served, strict=True)
            ]
            yield self._outcome(meetings), tuple(meetings)

    def _outcome(self, meetings: Sequence[Meeting]) -> Outcome:
        held = {(m.pair, m.slot, m.table) for m in meetings}
        lost = [m for m in self.problem.previous or () if (m.pair, m.slot, m.table) not in held]
        used = {
            (party, self.problem.slot[m.slot].day, m.table)
            for m in meetings
            for party in self.problem.pair[m.pair].parties
        }
        dropped, disturbed = self._lost(lost)
        return dropped, disturbed, len(used) - len({(party, day) for party, day, _ in used})

    @cached_property
    def _alike(self) -> Mapping[str, Any]:
        """Return a key for each table; tables with the same key are interchangeable."""
        named = {m.table for m in self.problem.previous or ()} | {pin.table for pin in self.problem.pins}
        named |= {party.table for party in self.problem.parties}
        return {
            table.id: table.id if table.id in named else (table.hall, table.available) for table in self.problem.tables
        }

    def _seatings(self, laid: Sequence[tuple[int, tuple[int, ...]]]) -> Iterator[list[str]]:
        taken: set[tuple[str, int]] = set()
        names: list[str] = []

        def go_on(k: int) -> Iterator[list[str]]:
            if k == len(laid):
                if self._walkable([self.problem.pairs[p].parties for p, _ in laid], laid, names):
                    yield list(names)
                return
            p, span = laid[k]
            tried = set()
            for table in self._tables(p, span):
                fresh = None if table in names else self._alike[table]
                if fresh in tried or any((table, t) in taken for t in span):
                    continue
                if fresh is not None:
                    tried.add(fresh)
                names.append(table)
                taken.update((table, t) for t in span)
                yield from go_on(k + 1)
                names.pop()
                taken.difference_update((table, t) for t in span)

        yield from go_on(0)

    def _tables(self, p: int, span: tuple[int, ...]) -> list[str]:
        """Return the tables that a pair could use in a span."""
        parties = self.problem.pairs[p].parties
        own = {self.problem.party[party].table for party in parties} - {None}
        pin = self.pins.get(self.problem.pairs[p].id)
        return [
            table.id
            for table in self.problem.tables
            if (table.available is None or {self.slots[t].id for t in span} <= table.available)
            and own <= {table.id}
            and all(party.id in parties for party in self.problem.parties if party.table == table.id)
            and (pin is None or pin.table in (None, table.id))
        ]

    def _interpreters(
        self, laid: Sequence[tuple[int, tuple[int, ...]]], tables: Sequence[str] | None
    ) -> list[str | None] | None:
        """Return the interpreter of each meeting, or None if some cannot be served; tables matter only with walks."""
        names: list[str | None] = []

        def go_on(k: int) -> bool:
            if k == len(laid):
                return self._can_work(laid, names, tables)
            for name in self.able[laid[k][0]]:
                names.append(name)
                if (name is None or self._is_free(laid, names, k)) and go_on(k + 1):
                    return True
                names.pop()
            return False

        return names if go_on(0) else None

    def _is_free(self, laid: Sequence[tuple[int, tuple[int, ...]]], names: Sequence[str | None], k: int) -> bool:
        interpreter = self.problem.interpreter[names[k] or ""]
        others = [set(laid[j][1]) for j in range(k) if names[j] == names[k]]
        return (
            {self.slots[t].id for t in laid[k][1]} <= interpreter.available
            and all(other.isdisjoint(laid[k][1]) for other in others)
            and (interpreter.max_meetings is None or len(others) < interpreter.max_meetings)
        )

    def _can_work(
        self,
        laid: Sequence[tuple[int, tuple[int, ...]]],
        names: Sequence[str | None],
        tables: Sequence[str] | None,
    ) -> bool:
        """Whether every interpreter has enough rest and time to walk."""
        for interpreter in self.problem.interpreters:
            at_work = {t for (_, span), name in zip(laid, names, strict=True) if name == interpreter.id for t in span}
            if interpreter.max_consecutive is not None and self._longest_row(at_work) > interpreter.max_consecutive:
                return False
        whose = [() if name is None else (name,) for name in names]
        return tables is None or self._walkable(whose, laid, tables)

    def _longest_row(self, at_work: set[int]) -> int:
        """Return the largest number of adjacent slots in a row."""
        longest = 0
        for t in at_work:
            length, following = 1, self._adjacent(t)
            while following in at_work and following is not None:
                length, following = length + 1, self._adjacent(following)
            longest = max(longest, length)
        return longest

    def _walkable(
        self,
        whose: Sequence[Sequence[str]],
        laid: Sequence[tuple[int, tuple[int, ...]]],
        tables: Sequence[str],
    ) -> bool:
        """Whether everyone has the time to walk between any two of their meetings."""
        if not self.walks:
            return True
        for j in range(len(laid)):
            for k in range(j):
                halls = frozenset({self.problem.table[tables[j]].hall or "", self.problem.table[tables[k]].hall or ""})
                if set(whose[j]) & set(whose[k]) and len(halls) == 2:
                    early, late = sorted((laid[j][1], laid[k][1]))
                    seconds = (self.slots[late[0]].start - self.slots[early[-1]].end).total_seconds()
                    if max(0.0, seconds) < 60 * self.walks.get(halls, 0.0):
                        return False
        return True
