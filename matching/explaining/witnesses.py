"""Why what is required cannot all be had, read off a network before any search.

Those that want something stand on one side, what would do for them on the other. Where one of them is left over when
as many as can be are served, it and all that it could push out share one place too few, and nobody of them is without
need: whoever is taken away leaves a place to which the others move up. Source: Ford and Fulkerson, Flows in Networks
(1962), chapter 1.
"""

from collections.abc import Sequence

import numpy as np
from ortools.graph.python.max_flow import SimpleMaxFlow
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order

from matching.presolve import Instance, Ints

_LEFT_OVER = 20  # of those left over so many are looked at, for the one with fewest others


def counted(instance: Instance) -> list[int]:
    """A required pair, by index, that can be held in no way, or those of `scarce`: a clash found without a search."""
    return [k for k in instance.dead if instance.required[k]][:1] or scarce(instance)


def scarce(instance: Instance) -> list[int]:
    """Required pairs, by index, that have one place too few between them; none of them can be left out of that.

    Counted are the seats and `max_meetings` of each party, tables in each slot, interpreters in each slot with their
    `max_meetings`. Empty where each of these suffices by itself.
    """
    columns = np.flatnonzero(instance.required[instance.col_pair])
    if not len(columns):
        return []
    ways = (_of_parties(instance, columns, 0), _of_parties(instance, columns, 1), _of_both(instance, columns))
    for few in (*ways, _of_places(instance, columns), _of_crews(instance, columns)):
        if few:
            return few
    return []


def _of_parties(instance: Instance, columns: Ints, end: int) -> list[int]:
    """By what the parties at one end of the pairs can hold."""
    return _of_ends(instance, columns, instance.ends[:, end])


def _of_both(instance: Instance, columns: Ints) -> list[int]:
    """By what those parties can hold that stand now at the one and now at the other end."""
    one, two = instance.ends[instance.required].T
    both = np.intersect1d(one, two)
    for party in both.tolist():
        mine = columns[(instance.ends[instance.col_pair[columns]] == party).any(axis=1)]
        few = _of_ends(instance, mine, np.full(len(instance.ends), party))
        if few:
            return few
    return []


def _of_ends(instance: Instance, columns: Ints, party_of: Ints) -> list[int]:
    slots = len(instance.problem.slots)
    pair, party = instance.col_pair[columns], party_of[instance.col_pair[columns]]
    seat = party * slots + instance.col_slot[columns]
    seats, first = np.unique(seat, return_index=True)
    parties = np.unique(party)
    endless = len(instance.ends)
    most = np.array([endless if p.max_meetings is None else p.max_meetings for p in instance.problem.parties])
    layers = [
        (pair, seat, np.ones(len(pair), dtype=np.int64)),
        (seats, party[first], instance.parallel[party[first]]),
        (parties, np.zeros(len(parties), dtype=np.int64), most[parties]),
    ]
    return left_over(layers)


def _of_places(instance: Instance, columns: Ints) -> list[int]:
    slots = len(instance.problem.slots)
    pair, place, slot = instance.col_pair[columns], instance.col_place[columns], instance.col_slot[columns]
    capacity = np.array([p.capacity for p in instance.places], dtype=np.int64).reshape(-1)
    keys = place * slots + slot
    taken = np.unique(keys)
    return left_over(
        [
            (pair, keys, np.ones(len(pair), dtype=np.int64)),
            (taken, np.zeros(len(taken), dtype=np.int64), capacity[taken]),
        ]
    )


def _of_crews(instance: Instance, columns: Ints) -> list[int]:
    slots = len(instance.problem.slots)
    team = instance.needs[instance.col_pair]
    columns = columns[(team[columns] >= 0)]
    if not len(columns):
        return []
    pair, slot = instance.col_pair[columns], instance.col_slot[columns]
    group = team[columns] * slots + slot
    served = [
        (key, crew * slots + key % slots, instance.crews[crew].count)
        for key in np.unique(group).tolist()
        for crew in instance.teams[key // slots]
        if instance.crews[crew].open[key % slots]
    ]
    groups, duties, counts = np.array(served, dtype=np.int64).reshape(-1, 3).T
    at_work, first = np.unique(duties, return_index=True)
    crews = np.unique(at_work // slots)
    endless = len(instance.ends)
    most = [endless if c.max_meetings is None else c.count * c.max_meetings for c in instance.crews]
    return left_over(
        [
            (pair, group, np.ones(len(pair), dtype=np.int64)),
            (groups, duties, counts),
            (at_work, at_work // slots, counts[first]),
            (crews, np.zeros(len(crews), dtype=np.int64), np.array(most, dtype=np.int64)[crews]),
        ]
    )


Layer = tuple[Ints, Ints, Ints]  # from, to, how many


def left_over(layers: Sequence[Layer]) -> list[int]:
    """The fewest found that have one place too few between them, empty where all are served.

    layers: arcs from those that want one place each (in the first) to the only node, 0, after the last; a number means
    another node in each layer.
    """
    arcs, wanting = _arcs(layers)
    tail, head, capacity = arcs
    source, sink = int(max(tail.max(), head.max())) + 1, int(head[-1])
    flow = SimpleMaxFlow()
    flow.add_arcs_with_capacity(tail, head, capacity)
    ones = np.ones(len(wanting), dtype=np.int64)
    entering = flow.add_arcs_with_capacity(np.full(len(wanting), source), np.arange(len(wanting)), ones)
    status = flow.solve(source, sink)
    assert status == flow.OPTIMAL
    unserved = np.flatnonzero(np.asarray(flow.flows(entering)) == 0)
    if not len(unserved):
        return []
    sent = np.asarray(flow.flows(np.arange(len(tail))))
    more, back = sent < capacity, sent > 0
    ends = np.concatenate([tail[more], head[back]]), np.concatenate([head[more], tail[back]])
    residual = sparse.csr_matrix((np.ones(len(ends[0])), ends), shape=(source, source))
    reached = (breadth_first_order(residual, one, return_predecessors=False) for one in unserved[:_LEFT_OVER].tolist())
    fewest = min(([node for node in nodes.tolist() if node < len(wanting)] for nodes in reached), key=len)
    return sorted(wanting[fewest].tolist())


def _arcs(layers: Sequence[Layer]) -> tuple[tuple[Ints, Ints, Ints], Ints]:
    """The arcs by nodes numbered through, and who wants, in the order of their nodes."""
    tails, heads, names = [], [], np.unique(layers[0][0])
    wanting, base = names, 0
    for tail, head, _ in layers:
        following = np.unique(head)
        tails.append(base + np.searchsorted(names, tail))
        base += len(names)
        heads.append(base + np.searchsorted(following, head))
        names = following
    capacity = np.concatenate([layer[2] for layer in layers])
    return (np.concatenate(tails), np.concatenate(heads), capacity), wanting
