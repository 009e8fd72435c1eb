"""Hall violators of an event: required pairs that share too few resources, found by counting before any search.

The pairs are on one side of a network; on the other side are the parties, tables or interpreters that they
need. `matching.graph.hall_violator` finds pairs that cannot all be served.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from matching.graph import Layer, deficiency, hall_violator
from matching.presolve import Instance, Ints


def clash_by_counting(instance: Instance) -> list[int]:
    """Return required pairs, by index, that cannot all be held: one that is impossible, or a Hall violator; or []."""
    return [k for k in instance.dead if instance.required[k]][:1] or hall_violating_pairs(instance)


def hall_violating_pairs(instance: Instance) -> list[int]:
    """Return required pairs, by index, that have one place too few between them (Hall violator); [] if none is found.

    No pair of the set can be left out. The places counted are seats and `max_meetings` of parties; tables per
    slot; interpreters per slot with rest and `max_meetings`. Each kind is counted by itself.
    """
    return next(filter(None, map(hall_violator, _networks(instance))), [])


def least_left_out(instance: Instance) -> int:
    """Return a lower bound on the required pairs that any timetable leaves out, by the same counts."""
    return max(map(deficiency, _networks(instance)), default=0)


def _networks(instance: Instance) -> Iterator[Sequence[Layer]]:
    """Yield the networks: parties at the first end of pairs, at the second, parties at both; tables; interpreters."""
    columns = np.flatnonzero(instance.required[instance.col_pair])
    if not len(columns):
        return
    for end in (0, 1):
        yield _of_ends(instance, columns, instance.ends[:, end])
    for party in np.intersect1d(*instance.ends[instance.required].T).tolist():
        mine = columns[(instance.ends[instance.col_pair[columns]] == party).any(axis=1)]
        yield _of_ends(instance, mine, np.full(len(instance.ends), party))
    yield _of_pools(instance, columns)
    needing = columns[instance.needs[instance.col_pair[columns]] >= 0]
    if len(needing):
        yield _of_crews(instance, needing)


def _of_ends(instance: Instance, columns: Ints, party_of: Ints) -> Sequence[Layer]:
    """Return the network of the parties' seats and limits. party_of: the party counted for each pair."""
    slots = len(instance.problem.slots)
    pair, party = instance.col_pair[columns], party_of[instance.col_pair[columns]]
    seat = party * slots + instance.col_slot[columns]
    seats, first = np.unique(seat, return_index=True)
    parties = np.unique(party)
    endless = len(instance.ends)
    most = np.array([endless if p.max_meetings is None else p.max_meetings for p in instance.problem.parties])
    return [
        (pair, seat, np.ones(len(pair), dtype=np.int64)),
        (seats, party[first], instance.parallel[party[first]]),
        (parties, np.zeros(len(parties), dtype=np.int64), most[parties]),
    ]


def _of_pools(instance: Instance, columns: Ints) -> Sequence[Layer]:
    """Return the network of the tables in each pool and slot."""
    slots = len(instance.problem.slots)
    pair, pool, slot = instance.col_pair[columns], instance.col_pool[columns], instance.col_slot[columns]
    capacity = np.array([p.capacity for p in instance.pools], dtype=np.int64).reshape(-1)
    keys = pool * slots + slot
    taken = np.unique(keys)
    return [
        (pair, keys, np.ones(len(pair), dtype=np.int64)),
        (taken, np.zeros(len(taken), dtype=np.int64), capacity[taken]),
    ]


def _of_crews(instance: Instance, columns: Ints) -> Sequence[Layer]:
    """Return the network of the interpreters: teams per slot, crews per slot, windows with rest, and totals."""
    slots = len(instance.problem.slots)
    team = instance.needs[instance.col_pair]
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
    window, most_in = _windows(instance)
    windows = np.unique(window[at_work])
    crews = np.unique(at_work // slots)
    endless = len(instance.ends)
    most = [endless if c.max_meetings is None else c.count * c.max_meetings for c in instance.crews]
    return [
        (pair, group, np.ones(len(pair), dtype=np.int64)),
        (groups, duties, counts),
        (at_work, window[at_work], counts[first]),
        (windows, windows // slots, most_in[windows]),
        (crews, np.zeros(len(crews), dtype=np.int64), np.array(most, dtype=np.int64)[crews]),
    ]


def _windows(instance: Instance) -> tuple[Ints, Ints]:
    """Return windows of slots that end with a rest, and their capacities.

    Both arrays are indexed by crew * slots + slot: the first slot of the slot's window, and at that first slot
    the capacity. Windows are consecutive and share no slot.
    """
    slots = len(instance.problem.slots)
    first = np.arange(len(instance.crews) * slots)
    most = np.zeros(len(first), dtype=np.int64)
    for c, crew in enumerate(instance.crews):
        width = slots if crew.max_consecutive is None else crew.max_consecutive + 1
        for stretch in instance.calendar.stretches:
            for start in range(0, len(stretch), width):
                row = np.array(stretch[start : start + width])
                first[c * slots + row] = c * slots + row[0]
                most[c * slots + row[0]] = crew.count * min(
                    len(row), width if crew.max_consecutive is None else width - 1
                )
    return first, most
