"""Baseline: choose pairs by a minimum-cost flow, then look for a slot for each."""

from collections import Counter, defaultdict

import numpy as np
from ortools.graph.python import min_cost_flow

from matching.presolve import able, first_slots
from matching.problem import Meeting, Pair, Problem
from matching.slots import slot_calendar
from tests.bench.outcome import Outcome

_SCALE = 10_000


def flow_first(problem: Problem) -> Outcome:
    """Return the meetings of a minimum-cost flow: most valuable pairs first, each in its emptiest possible slot.

    Pairs without a slot are dropped. The flow knows the number of slots and the limit of each party and the
    total number of table slots, but no interpreters; its value is a bound. Pairs join an expert and an
    enterprise and have length 1, no order, walks and pins.
    """
    chosen, bound = _chosen(problem)
    return Outcome(_Timetable(problem).of(chosen), bound)


def _chosen(problem: Problem) -> tuple[list[Pair], float]:
    """Return the pairs of the flow. Nodes: source, parties, sink. Arcs: limits of parties, pairs, and a bypass."""
    node = {party.id: n for n, party in enumerate(problem.parties, start=1)}
    source, sink = 0, len(node) + 1
    left = {pair.parties[0] for pair in problem.pairs}
    total = len(problem.tables) * len(problem.slots)
    starts, ends, rooms, costs = [source], [sink], [total], [0]
    for pair in problem.pairs:
        starts.append(node[pair.parties[0]])
        ends.append(node[pair.parties[1]])
        rooms.append(1)
        costs.append(-round(pair.value * _SCALE))
    for party in problem.parties:
        seats = len(party.available) * (1 if party.table is not None else party.parallel)
        starts.append(source if party.id in left else node[party.id])
        ends.append(node[party.id] if party.id in left else sink)
        rooms.append(seats if party.max_meetings is None else min(seats, party.max_meetings))
        costs.append(0)
    network = min_cost_flow.SimpleMinCostFlow()
    arcs = network.add_arcs_with_capacity_and_unit_cost(*map(np.array, (starts, ends, rooms, costs)))
    network.set_nodes_supplies(np.array([source, sink]), np.array([total, -total]))
    status = network.solve()
    assert status == network.OPTIMAL, status
    chosen = [pair for pair, arc in zip(problem.pairs, arcs[1:], strict=False) if network.flow(arc)]
    return chosen, -network.optimal_cost() / _SCALE


class _Timetable:
    """Slots and what is used in them."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.days = slot_calendar(problem)
        owned = {party.table for party in problem.parties if party.table is not None}
        self.free = [
            [e.id for e in problem.tables if e.id not in owned and (e.available is None or slot.id in e.available)]
            for slot in problem.ordered
        ]
        self.busy: Counter[tuple[str, int]] = Counter()
        self.at_work: dict[int, set[int]] = defaultdict(set)

    def of(self, chosen: list[Pair]) -> list[Meeting]:
        meetings = []
        for pair in sorted(chosen, key=lambda pair: (-pair.value, pair.id)):
            starts = first_slots(self.problem, self.days, pair)
            for t in sorted(starts, key=lambda t: (-len(self.free[t]), t)):
                meeting = self._held(pair, t)
                if meeting is not None:
                    meetings.append(meeting)
                    break
        return meetings

    def _held(self, pair: Pair, t: int) -> Meeting | None:
        """Return the meeting of the pair in the slot if everything that it needs is free, else None."""
        parties = [self.problem.party[party] for party in pair.parties]
        own = next((party.table for party in parties if party.table is not None), None)
        for party in parties:
            if self.busy[party.id, t] >= (1 if party.table is not None else party.parallel):
                return None
        if own is None and not self.free[t]:
            return None
        group, interpreter = able(self.problem, pair), None
        if group is not None:
            interpreter = next((i for i in group if self._may_work(i, t)), None)
            if interpreter is None:
                return None
            self.at_work[interpreter].add(t)
        self.busy.update((party.id, t) for party in parties)
        table = own or self.free[t].pop(0)
        name = None if interpreter is None else self.problem.interpreters[interpreter].id
        return Meeting(pair.id, self.problem.ordered[t].id, table, name)

    def _may_work(self, who: int, t: int) -> bool:
        one, worked = self.problem.interpreters[who], self.at_work[who]
        if self.problem.ordered[t].id not in one.available or t in worked:
            return False
        if one.max_meetings is not None and len(worked) >= one.max_meetings:
            return False
        if one.max_consecutive is None:
            return True
        stretch = next(each for each in self.days.stretches if t in each)
        at = first = last = stretch.index(t)
        while first > 0 and stretch[first - 1] in worked:
            first -= 1
        while last + 1 < len(stretch) and stretch[last + 1] in worked:
            last += 1
        assert first <= at <= last
        return last - first < one.max_consecutive
