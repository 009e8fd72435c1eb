"""Why what is required cannot all be had, read off a graph before any search.

Those that want something stand on one side, what would do for them on the other. By Hall's theorem all of them can be
served unless some share too few; by König's, a least vertex cover names those. Source: Schrijver, Combinatorial
Optimization (2003), chapters 16 and 22.
"""

from collections.abc import Hashable, Iterable, Mapping

import networkx as nx


def violator(choices: Mapping[str, Iterable[Hashable]]) -> set[str]:
    """Names that have fewer choices between them than they are; empty where each can have one of its own.

    choices: for each name what would do for it.
    """
    graph: nx.Graph[Hashable] = nx.Graph()
    wanting = [("name", name) for name in choices]
    graph.add_nodes_from(wanting)
    graph.add_edges_from((("name", name), ("choice", one)) for name, some in choices.items() for one in some)
    matching = nx.bipartite.hopcroft_karp_matching(graph, top_nodes=wanting)
    if all(node in matching for node in wanting):
        return set()
    cover = nx.bipartite.to_vertex_cover(graph, matching, top_nodes=wanting)
    return {name for kind, name in wanting if (kind, name) not in cover}
