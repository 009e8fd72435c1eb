"""The event as a graph: parties are nodes, candidate pairs are edges, slots are colours of edges.

A plan is a degree-bounded choice of edges (b-matching), an edge colouring of the choice, and in each colour a
matching of meetings to tables and interpreters; `matching/README.md` explains it step by step. This module
contains the named methods of graph theory: components, largest matchings with König covers, Hall violators,
cheapest matchings, GraphML.
The graph is a networkx graph. Functions that are called often on events with thousands of parties use a
compiled library (maximum flow of OR-Tools, assignment of scipy): for a largest b-matching of the 60,000 pairs
of an expo networkx takes 1.7 s and OR-Tools 0.1 s.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from matching.pictures.drawing import possible
from matching.problem import Meeting, Party, Problem, primary
from matching.slots import slot_calendar

if TYPE_CHECKING:
    import networkx as nx

Ints: TypeAlias = npt.NDArray[np.int64]
Layer: TypeAlias = tuple[Ints, Ints, Ints]  # (tails, heads, capacities)
EventGraph: TypeAlias = "nx.MultiGraph[str]"

_LEFT_OVER = 20  # unserved nodes whose Hall violators are compared to find a small one


# The graph -------------------------------------------------------------------------------------------------------


def event_graph(problem: Problem) -> EventGraph:
    """Return the graph of the parties and candidate pairs of a problem; the key of an edge is the pair's id.

    A node has `side`, `languages` (primary subtags), `slots` (ids by time), `least` and `most` meetings (None:
    no limit), `parallel` meetings per slot, and its fixed `table` or None. An edge has `value`, the common
    `languages` (empty: the pair needs an interpreter), `slots` (ids of the possible first slots, by time),
    `length` in slots, and `required`.
    """
    order = {slot.id: t for t, slot in enumerate(problem.ordered)}
    names = [slot.id for slot in problem.ordered]
    after = slot_calendar(problem).after.tolist()
    followed = sum(1 << t for t, following in enumerate(after) if following >= 0)

    def mask(slots: Iterable[str]) -> int:
        return sum(1 << order[slot] for slot in slots)

    @cache
    def listed(slots: int) -> tuple[str, ...]:
        return tuple(name for t, name in enumerate(names) if slots >> t & 1)

    @cache
    def tongues(party: str) -> frozenset[str]:
        return frozenset(map(primary, problem.party[party].languages))

    present = {party.id: mask(party.available) for party in problem.parties}
    graph = _empty()
    for party in problem.parties:
        graph.add_node(party.id, **_node(party), languages=_sorted(tongues(party.id)), slots=listed(present[party.id]))
    for pair in problem.pairs:
        one, other = pair.parties
        both = present[one] & present[other]
        starts = both = both if pair.allowed is None else both & mask(pair.allowed)
        for _ in range(pair.length - 1):
            starts = both & followed & starts >> 1  # adjacent slots are neighbours in the order of time
        graph.add_edge(
            one,
            other,
            key=pair.id,
            value=pair.value,
            languages=_sorted(tongues(one) & tongues(other)),
            slots=listed(starts),
            length=pair.length,
            required=pair.required,
        )
    return graph


def _node(party: Party) -> dict[str, Any]:
    return {
        "side": party.side,
        "least": party.min_meetings,
        "most": party.max_meetings,
        "parallel": 1 if party.table is not None else party.parallel,
        "table": party.table,
    }


def _sorted(tongues: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(tongues)) if len(tongues) > 1 else tuple(tongues)


def _empty() -> EventGraph:
    import networkx as nx

    return nx.MultiGraph()


def meeting_graph(graph: EventGraph, problem: Problem, meetings: Iterable[Meeting]) -> EventGraph:
    """Return the graph with the meetings as its only edges.

    An edge also has `slot`, `table` and `interpreter` (or None).
    """
    held = _empty()
    held.add_nodes_from(graph.nodes(data=True))
    for meeting in meetings:
        one, other = problem.pair[meeting.pair].parties
        place = {"slot": meeting.slot, "table": meeting.table, "interpreter": meeting.interpreter}
        held.add_edge(one, other, key=meeting.pair, **graph.edges[one, other, meeting.pair], **place)
    return held


def reach(graph: EventGraph) -> dict[str, int]:
    """Return the most meetings that each party could have if all its partners were free; 0 if it can meet nobody.

    This is the minimum of its degree, its seats (slots times `parallel`) and its limit. Only pairs with a
    common slot count.
    """
    degree = dict.fromkeys(graph, 0)
    for one, other, data in graph.edges(data=True):
        if data["slots"]:
            degree[one] += 1
            degree[other] += 1
    found = {}
    for party, data in graph.nodes(data=True):
        most = min(degree[party], len(data["slots"]) * data["parallel"])
        found[party] = most if data["most"] is None else min(most, data["most"])
    return found


# Components ------------------------------------------------------------------------------------------------------


def components(graph: EventGraph) -> list[frozenset[str]]:
    """Return the connected components of the pairs with a common slot, in the order of their first parties."""
    import networkx as nx

    linked: nx.Graph[str] = nx.Graph()
    linked.add_nodes_from(graph)
    linked.add_edges_from((one, other) for one, other, data in graph.edges(data=True) if data["slots"])
    return [frozenset(found) for found in nx.connected_components(linked)]


def component_labels(links: Ints, nodes: int) -> Ints:
    """Return the component number of each node, for large graphs. links: [n, 2], nodes numbered from 0."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    matrix = sparse.coo_matrix((np.ones(len(links), dtype=np.int8), links.T), shape=(nodes, nodes))
    return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int64)


def order_cycles(after: Mapping[str, Iterable[str]]) -> list[frozenset[str]]:
    """Return the strongly connected components that make an order impossible: names that come after themselves.

    after: for each name the names that come before it.
    """
    import networkx as nx

    order = nx.DiGraph((name, other) for name, others in after.items() for other in others)
    strong = map(frozenset, nx.strongly_connected_components(order))
    return [names for names in strong if len(names) > 1 or order.has_edge(*names, *names)]


# Largest matchings and what limits them --------------------------------------------------------------------------


def largest_b_matching(pairs: Iterable[tuple[str, str]], most: Mapping[str, int]) -> int:
    """Return the size of a largest b-matching: most pairs with no party in more of them than its limit.

    pairs: (party of one side, party of the other side), each once. most: limit of each party, >= 0.
    """
    return _BMatching(pairs, most).size


def konig_cover(
    pairs: Iterable[tuple[str, str]], most: Mapping[str, int]
) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Return (parties at their limit, pairs between no such parties): a proof that no b-matching is larger.

    Every pair is one of those pairs or has an end at one of those parties, and the limits plus the number of
    pairs equal the size of a largest b-matching. If every limit is 1, this is König's vertex cover, with each
    pair covered by one end. Source: König, Gráfok és mátrixok (1931); Ford and Fulkerson, Flows in Networks
    (1962), chapter 1.
    """
    return _BMatching(pairs, most).cover()


class _BMatching:
    """Largest b-matching as a maximum flow: source, parties of one side, parties of the other side, sink."""

    def __init__(self, pairs: Iterable[tuple[str, str]], most: Mapping[str, int]) -> None:
        self.pairs = list(pairs)
        self.left = list(dict.fromkeys(one for one, _ in self.pairs))
        self.right = list(dict.fromkeys(other for _, other in self.pairs))
        node = {party: at for at, party in enumerate([*self.left, *self.right])}
        self.source, self.sink = len(node), len(node) + 1
        arcs = [
            *((self.source, node[one], most[one]) for one in self.left),
            *((node[other], self.sink, most[other]) for other in self.right),
            *((node[one], node[other], 1) for one, other in self.pairs),
        ]
        self.arcs: Ints = np.array(arcs, dtype=np.int64).reshape(-1, 3)
        self.flow = _maximum_flow(self.arcs, self.source, self.sink)
        self.size = int(self.flow[: len(self.left)].sum())

    def cover(self) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
        """Return the cover from the arcs of a minimum cut."""
        if not self.pairs:
            return frozenset(), frozenset()
        reached = set(_reached(self.arcs, self.flow, self.source, self.sink + 1))
        cut = [at for at, (tail, head, _) in enumerate(self.arcs.tolist()) if tail in reached and head not in reached]
        parties, ends = [*self.left, *self.right], len(self.left) + len(self.right)
        full = (parties[at] for at in cut if at < ends)
        return frozenset(full), frozenset(self.pairs[at - ends] for at in cut if at >= ends)


def hall_violator(layers: Sequence[Layer]) -> list[int]:
    """Return a small set of wanting nodes that have one place too few together (Hall violator); [] if all are served.

    layers: a network. The wanting nodes, one unit each, are the tails of the first layer; the heads of a layer
    are the tails of the next, and the last layer ends in node 0. Node numbers are per layer. In a maximum flow,
    an unserved node and all nodes that it could displace form such a set. No node can be left out: without it
    the others could all be served. Source: Hall, On representatives of subsets (1935); Ford and Fulkerson,
    Flows in Networks (1962), chapter 1.
    """
    served = _LayeredFlow(layers)
    fewest = min(map(served.rivals, served.unserved[:_LEFT_OVER].tolist()), key=len, default=[])
    return sorted(served.wanting[fewest].tolist())


def deficiency(layers: Sequence[Layer]) -> int:
    """Return the least number of unserved nodes. layers: as in `hall_violator`.

    Source: Ore, Graphs and matching theorems (1955).
    """
    return len(_LayeredFlow(layers).unserved)


class _LayeredFlow:
    """Maximum flow through a layered network. wanting: names of its first nodes. unserved: those without flow."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        arcs, self.wanting = _numbered(layers)
        count, sink = len(self.wanting), int(arcs[-1, 1])
        source = int(arcs[:, :2].max()) + 1
        entering = np.column_stack([np.full(count, source), np.arange(count), np.ones(count, dtype=np.int64)])
        flow = _maximum_flow(np.concatenate([entering, arcs]), source, sink)
        self.unserved = np.flatnonzero(flow[:count] == 0)
        self.arcs, self.flow, self.nodes = arcs, flow[count:], source

    def rivals(self, one: int) -> list[int]:
        """Return the wanting nodes that an unserved one could displace, directly or not, and itself."""
        return [node for node in _reached(self.arcs, self.flow, one, self.nodes) if node < len(self.wanting)]


def _numbered(layers: Sequence[Layer]) -> tuple[Ints, Ints]:
    """Return the arcs [n, 3] with nodes numbered across layers, and the names of the wanting nodes."""
    arcs, names = [], np.unique(layers[0][0])
    wanting, base = names, 0
    for tail, head, capacity in layers:
        following = np.unique(head)
        start = base + len(names)
        arcs.append(
            np.column_stack([base + np.searchsorted(names, tail), start + np.searchsorted(following, head), capacity])
        )
        base, names = start, following
    return np.concatenate(arcs), wanting


def _maximum_flow(arcs: Ints, source: int, sink: int) -> Ints:
    """Return the flow in each arc. arcs: [n, 3] of tail, head, capacity."""
    from ortools.graph.python.max_flow import SimpleMaxFlow  # imported here: it takes longer to load than networkx

    if not len(arcs):
        return np.zeros(0, dtype=np.int64)
    network = SimpleMaxFlow()
    numbers = network.add_arcs_with_capacity(*np.ascontiguousarray(arcs.T))
    status = network.solve(source, sink)
    assert status == network.OPTIMAL
    return np.asarray(network.flows(numbers), dtype=np.int64)


def _reached(arcs: Ints, flow: Ints, start: int, nodes: int) -> list[int]:
    """Return the nodes reachable in the residual graph from `start`, which comes first."""
    from scipy import sparse
    from scipy.sparse.csgraph import breadth_first_order

    tail, head, capacity = arcs.T
    more, back = flow < capacity, flow > 0
    ends = np.concatenate([tail[more], head[back]]), np.concatenate([head[more], tail[back]])
    residual = sparse.csr_matrix((np.ones(len(ends[0])), ends), shape=(nodes, nodes))
    return [int(node) for node in breadth_first_order(residual, start, return_predecessors=False)]


def cheapest_matching(cost: npt.NDArray[np.float64]) -> Ints:
    """Return a different column for each row, with the least sum of costs (assignment problem).

    cost: [row, column], with at least as many columns as rows. Source: Crouse, On implementing 2D rectangular
    assignment algorithms (2016), as implemented in scipy.
    """
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(cost)
    assert len(rows) == len(cost), "fewer columns than rows"
    return np.asarray(columns, dtype=np.int64)


# GraphML ---------------------------------------------------------------------------------------------------------


class Names(Protocol):
    """Names of parties, tables and interpreters, by id."""

    @property
    def parties(self) -> Mapping[str, str]: ...
    @property
    def tables(self) -> Mapping[str, str]: ...
    @property
    def interpreters(self) -> Mapping[str, str]: ...


def exported(problem: Problem, meetings: Iterable[Meeting], names: Names) -> EventGraph:
    """Return the graph for GraphML, with texts and numbers only, and with what became of each pair.

    A node has `label` (its name), `component` (from 1) and `meetings`. An edge has `held`; if held, also
    `slot`, `start`, `table` and `interpreter` by name. Lists are joined by commas; values that are None are
    left out.
    """
    graph = event_graph(problem)
    held = meeting_graph(graph, problem, meetings)
    number = {party: at for at, found in enumerate(components(graph), start=1) for party in found}
    flat = _empty()
    for party, data in graph.nodes(data=True):
        table = None if data["table"] is None else names.tables[data["table"]]
        more = {"label": names.parties[party], "component": number[party], "meetings": held.degree(party)}
        flat.add_node(possible(party), **_scalars({**data, **more, "table": table}))
    for one, other, key, data in graph.edges(keys=True, data=True):
        place = held.edges[one, other, key] if held.has_edge(one, other, key) else {}
        more = {"held": bool(place)}
        if place:
            who = place["interpreter"]
            more |= {
                "slot": place["slot"],
                "start": problem.slot[place["slot"]].start.isoformat(),
                "table": names.tables[place["table"]],
                "interpreter": None if who is None else names.interpreters[who],
            }
        flat.add_edge(possible(one), possible(other), key=possible(key), **_scalars({**data, **more}))
    return flat


def graphml(graph: EventGraph) -> bytes:
    """Return the graph as a GraphML document in UTF-8; parallel edges have their keys as ids.

    Source: Brandes, Eiglsperger, Herman, Himsolt and Marshall, GraphML progress report (2002).
    """
    import networkx as nx

    stream = BytesIO()
    nx.write_graphml_xml(graph, stream, named_key_ids=True)
    return stream.getvalue()


def _scalars(data: Mapping[str, Any]) -> dict[str, str | int | float]:
    return dict(_flat(data))


def _flat(data: Mapping[str, Any]) -> Iterator[tuple[str, str | int | float]]:
    for name, value in data.items():
        if value is not None:
            text = ", ".join(value) if isinstance(value, tuple) else value
            yield name, possible(text) if isinstance(text, str) else text
