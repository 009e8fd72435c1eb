"""How many meetings there can be at most, counted before anything is scheduled."""

from collections.abc import Iterable, Mapping

from ortools.graph.python.max_flow import SimpleMaxFlow

_SOURCE, _SINK = 0, 1


def most_meetings(pairs: Iterable[tuple[str, str]], most: Mapping[str, int], seats: int) -> int:
    """The size of a largest b-matching of a bipartite graph, no more than the seats: an upper bound for every plan.

    pairs: (party of one side, party of the other side), each pair once. most: meetings of each party, >= 0.
    seats: tables times slots. Source: Ford and Fulkerson, Flows in Networks (1962), chapter 1.
    """
    flow, number = SimpleMaxFlow(), dict[str, int]()

    def node(party: str, *, is_first: bool) -> int:
        if party not in number:
            number[party] = at = len(number) + 2
            tail, head = (_SOURCE, at) if is_first else (at, _SINK)
            flow.add_arc_with_capacity(tail, head, most[party])
        return number[party]

    for one, other in pairs:
        flow.add_arc_with_capacity(node(one, is_first=True), node(other, is_first=False), 1)
    if not number:
        return 0
    flow.solve(_SOURCE, _SINK)
    return min(seats, int(flow.optimal_flow()))
