"""Greedy baseline: slot by slot, a best matching of the free parties."""

from collections import Counter

import networkx as nx

from matching.problem import Interpreter, Meeting, Pair, Problem, primary


def greedy(problem: Problem) -> list[Meeting]:
    """Return feasible meetings for a problem of plain pairs: length 1, without order and pins."""
    return _Greedy(problem).meetings()


class _Greedy:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.left = {pair.id: pair for pair in problem.pairs}
        self.held: Counter[str] = Counter()
        self.served: Counter[str] = Counter()
        self.row: Counter[str] = Counter()  # number of consecutive slots that an interpreter has worked
        self.tongues = {p.id: frozenset(map(primary, p.languages)) for p in problem.parties}
        self.own = {p.id: p.table for p in problem.parties}
        self.owned = {table for table in self.own.values() if table is not None}
        self.tongues |= {i.id: frozenset(map(primary, i.languages)) for i in problem.interpreters}

    def meetings(self) -> list[Meeting]:
        found: list[Meeting] = []
        for slot in self.problem.ordered:
            found += self._in_slot(slot.id)
        return found

    def _in_slot(self, slot: str) -> list[Meeting]:
        graph: nx.Graph[str] = nx.Graph()
        for pair in self.left.values():
            if all(self._is_free(party, slot) for party in pair.parties):
                graph.add_edge(*pair.parties, weight=pair.value, pair=pair)
        matched = [graph.edges[edge]["pair"] for edge in nx.max_weight_matching(graph)]
        opening = [t.id for t in self.problem.tables if t.available is None or slot in t.available]
        tables = [table for table in opening if table not in self.owned]
        interpreters = [i for i in self.problem.interpreters if self._may_work(i, slot)]
        meetings: list[Meeting] = []
        for pair in sorted(matched, key=lambda pair: (-pair.value, pair.id)):
            interpreter = next((i for i in interpreters if self._serves(i, pair)), None)
            needed = not self.tongues[pair.parties[0]] & self.tongues[pair.parties[1]]
            own = {self.own[party] for party in pair.parties} - {None}
            if (not own and not tables) or len(own) > 1 or (needed and interpreter is None):
                continue
            if needed and interpreter is not None:
                interpreters.remove(interpreter)
            table = own.pop() or "" if own else tables.pop(0)
            meetings.append(Meeting(pair.id, slot, table, interpreter.id if needed and interpreter else None))
        self._note(meetings)
        return meetings

    def _is_free(self, party: str, slot: str) -> bool:
        one = self.problem.party[party]
        return slot in one.available and (one.max_meetings is None or self.held[party] < one.max_meetings)

    def _may_work(self, one: Interpreter, slot: str) -> bool:
        fresh = one.max_consecutive is None or self.row[one.id] < one.max_consecutive
        return slot in one.available and fresh and (one.max_meetings is None or self.served[one.id] < one.max_meetings)

    def _serves(self, one: Interpreter, pair: Pair) -> bool:
        return all(self.tongues[one.id] & self.tongues[party] for party in pair.parties)

    def _note(self, meetings: list[Meeting]) -> None:
        working = {m.interpreter for m in meetings if m.interpreter is not None}
        for one in self.problem.interpreters:
            self.row[one.id] = self.row[one.id] + 1 if one.id in working else 0
            self.served[one.id] += one.id in working
        for meeting in meetings:
            self.held.update(self.left.pop(meeting.pair).parties)
