"""Plan small events by networkx in three readable steps, if everybody is present in every slot.

First who meets whom: a b-matching of greatest value, as a minimum-cost flow. Then when: an edge colouring whose
colours are slots. Then where and with whom: in each slot a matching of meetings to tables and one to
interpreters. Nothing is optimised for speed. Tests compare the result with brute force and with the engine;
`matching/README.md` explains with it why absences and scarce interpreters need more.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import networkx as nx

from matching.errors import NotYet
from matching.graph import EventGraph, event_graph
from matching.problem import Meeting, Problem, primary

SCALE = 10**6  # the network simplex needs whole numbers, so values are rounded to a millionth

Edge = tuple[str, str, str]  # (party of one side, party of the other side, edge key)


def plan_small(problem: Problem) -> tuple[Meeting, ...] | None:
    """Return a plan of the greatest value, by slot; None if some slot has too few interpreters.

    No plan has more value than the b-matching of the first step, so a plan that holds all of it is optimal.
    Raises NotYet for other events: absent parties or tables, fixed tables, pairs within a side, interpreters
    with limits, walks, pins, and pairs that are required, long, ordered or restricted to some slots.
    """
    graph = event_graph(problem)
    left = _left(problem, graph)
    slots, tables = [slot.id for slot in problem.ordered], [table.id for table in problem.tables]
    chosen = b_matching(graph, left, len(slots), len(slots) * len(tables))
    parallel = {party: data["parallel"] for party, data in graph.nodes(data=True)}
    colour = edge_colouring(_split(chosen, parallel, len(slots)), len(slots))
    meetings: list[Meeting] = []
    for number, slot in enumerate(slots):
        held = [key for *_, key in chosen if colour[key] == number]
        named = _named(problem, slot, held, tables)
        if named is None:
            return None
        meetings += named
    return tuple(meetings)


def _left(problem: Problem, graph: EventGraph) -> set[str]:
    """Return the parties of one side of the bipartite graph."""
    everything = frozenset(problem.slot)
    plain = all(party.available == everything and party.table is None for party in problem.parties)
    plain = plain and all(party.max_consecutive is None for party in problem.parties)
    plain = plain and all(table.available is None or table.available == everything for table in problem.tables)
    plain = plain and all(
        pair.length == 1 and pair.allowed is None and not pair.after and not pair.required for pair in problem.pairs
    )
    plain = plain and all(
        person.max_meetings is None and person.max_consecutive is None for person in problem.interpreters
    )
    if not plain or problem.pins or problem.walk or not nx.is_bipartite(graph):
        raise NotYet("the three steps are for events in which everybody can meet in every slot")
    return {party for party, side in nx.bipartite.color(graph).items() if side}


def b_matching(graph: EventGraph, left: set[str], slots: int, seats: int) -> list[Edge]:
    """Return the edges of greatest total value, at most `seats`, with each party within its limit and its slots.

    left: the parties of one side. The edges are a minimum-cost flow from one side to the other. Source:
    Schrijver, Combinatorial Optimization (2003), chapter 21.
    """
    network: nx.MultiDiGraph[object] = nx.MultiDiGraph()
    source, sink = object(), object()
    network.add_edge(sink, source, capacity=seats, weight=0)
    for party, data in graph.nodes(data=True):
        most = slots * data["parallel"] if data["most"] is None else min(slots * data["parallel"], data["most"])
        tail, head = (source, party) if party in left else (party, sink)
        network.add_edge(tail, head, capacity=most, weight=0)
    edges = [(one, other, key) if one in left else (other, one, key) for one, other, key in graph.edges(keys=True)]
    for one, other, key in edges:
        value = graph.edges[one, other, key]["value"]
        network.add_edge(one, other, key=key, capacity=1, weight=-round(SCALE * value))
    _, flow = nx.network_simplex(network)
    return [(one, other, key) for one, other, key in edges if flow[one][other][key]]


def _split(edges: Sequence[Edge], parallel: Mapping[str, int], slots: int) -> list[Edge]:
    """Replace each party by a node per delegate, so that no node has more meetings than there are slots."""
    count: dict[str, int] = defaultdict(int)
    split: list[Edge] = []
    for one, other, key in edges:
        ends = []
        for party in (one, other):
            ends.append(f"{party}/{count[party] // slots}")
            count[party] += 1
        split.append((ends[0], ends[1], key))
    assert all(count[party] <= slots * parallel[party] for party in count)
    return split


def edge_colouring(edges: Sequence[Edge], colours: int) -> dict[str, int]:
    """Return a colour for each edge of a bipartite graph, by key; edges with a common end have different colours.

    The numbers of edges per colour differ by at most one. No node may have more edges than there are colours.
    Sources: König, Über Graphen und ihre Anwendung auf Determinantentheorie und Mengenlehre (1916); Bondy and
    Murty, Graph Theory with Applications (1976), theorem 6.4.
    """
    rest = _regular(edges, colours)
    left = range(len(rest) // 2)
    colour: dict[str, int] = {}
    for number in range(colours):
        matching = nx.bipartite.hopcroft_karp_matching(nx.Graph(rest), left)  # parallel edges as one
        for one in left:
            key = next(iter(rest[one][matching[one]]))
            rest.remove_edge(one, matching[one], key=key)
            if isinstance(key, str):
                colour[key] = number
    return _even(edges, colour, colours)


def _regular(edges: Sequence[Edge], degree: int) -> "nx.MultiGraph[int]":
    """Add edges with numbers as keys until every node has the same degree.

    Nodes are numbered, with equally many on each side. By Hall's theorem such a graph has a perfect matching;
    after its removal every degree is one less.
    """
    ends = [{name: at for at, name in enumerate(dict.fromkeys(edge[side] for edge in edges))} for side in (0, 1)]
    size = max(map(len, ends))
    graph: nx.MultiGraph[int] = nx.MultiGraph()
    graph.add_nodes_from(range(2 * size))
    for one, other, key in edges:
        graph.add_edge(ends[0][one], size + ends[1][other], key=key)
    sides = range(size), range(size, 2 * size)
    lacking = ([node for node in side for _ in range(degree - graph.degree(node))] for side in sides)
    for number, (one, other) in enumerate(zip(*lacking, strict=True)):
        graph.add_edge(one, other, key=number)
    return graph


def _even(edges: Sequence[Edge], colour: dict[str, int], colours: int) -> dict[str, int]:
    """Exchange the colours of Kempe chains until the numbers of edges per colour differ by at most one."""
    while edges:
        size = [sum(number == mine for mine in colour.values()) for number in range(colours)]
        most, least = size.index(max(size)), size.index(min(size))
        if size[most] - size[least] < 2:
            break
        both: nx.MultiGraph[str] = nx.MultiGraph()
        for one, other, key in edges:
            if colour[key] in (most, least):
                both.add_edge(one, other, key=key)
        chains = (list(both.subgraph(nodes).edges(keys=True)) for nodes in nx.connected_components(both))
        chain = next(each for each in chains if sum(1 if colour[key] == most else -1 for *_, key in each) == 1)
        for *_, key in chain:
            colour[key] = least if colour[key] == most else most
    return colour


def _named(problem: Problem, slot: str, held: Sequence[str], tables: Sequence[str]) -> list[Meeting] | None:
    """Return the meetings of a slot with tables and interpreters; None if a meeting finds no interpreter."""
    assert len(held) <= len(tables)
    able: nx.Graph[int] = nx.Graph()  # nodes: indices of `held`, then one number per interpreter
    waiting = []
    for at, key in enumerate(held):
        one, other = ({*map(primary, problem.party[party].languages)} for party in problem.pair[key].parties)
        if one & other:
            continue
        waiting.append(at)
        able.add_node(at)
        for number, person in enumerate(problem.interpreters, start=len(held)):
            spoken = {*map(primary, person.languages)}
            if slot in person.available and spoken & one and spoken & other:
                able.add_edge(at, number)
    served = nx.bipartite.hopcroft_karp_matching(able, waiting) if waiting else {}
    if not served.keys() >= set(waiting):
        return None
    staff = {at: problem.interpreters[served[at] - len(held)].id for at in waiting}
    return [Meeting(key, slot, table, staff.get(at)) for at, (key, table) in enumerate(zip(held, tables, strict=False))]
