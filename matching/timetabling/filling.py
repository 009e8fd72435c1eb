"""Greedy timetable: pair after pair, each in its first slot with room, for a first plan at once.

Sets of slots are bits of an integer, so that the possible slots of a pair are found by a few operations.
"""

from collections import defaultdict

import numpy as np

from matching.choosing.rows import Floats
from matching.presolve import Bools
from matching.timetabling.sides import Venue


class Filling:
    """Room left while pairs are placed. slot: of each pair, -1 if it is not held. duty: [crew, team, slot]."""

    def __init__(self, venue: Venue, most: Floats, quota: Floats) -> None:
        instance = venue.instance
        slots, halls = venue.can.shape[1], len(instance.halls)
        self.instance = instance
        self.slot = np.full(len(venue.can), -1, dtype=np.int64)
        self.duty = np.zeros((len(instance.crews), len(instance.teams), slots), dtype=np.int64)
        self.most, self.quota = most.tolist(), quota.tolist()
        self.ends, self.needs, self.hall_of = instance.ends.tolist(), instance.needs.tolist(), instance.hall_of.tolist()
        self.can = _by_pool(venue)
        self.seats = [[parallel] * slots for parallel in instance.parallel.tolist()]
        self.tables, self.at_work = venue.tables.tolist(), venue.at_work.tolist()
        self.seated = [(1 << slots) - 1] * len(self.seats)  # slots in which a party has a seat left, as bits
        self.laid = _bits(venue.tables > 0)  # slots in which a pool has a table left
        there = venue.at_work > 0
        if instance.posts is None:
            self.staffed = [[bits] * halls for bits in _bits(there)]  # slots in which a crew has a free member, by hall
        else:
            by_hall = [_bits(there & (instance.posts == hall)) for hall in range(halls)]
            self.staffed = [list(bits) for bits in zip(*by_hall, strict=True)]
        self.apart: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for one, two in instance.conflicting_cells.tolist():
            self.apart[divmod(one, halls)].append(divmod(two, halls))
            self.apart[divmod(two, halls)].append(divmod(one, halls))
        self.open = [[(1 << slots) - 1] * halls for _ in self.seats]  # slots in which a party can reach a hall in time

    def take(self, pair: int) -> bool:
        """Hold the pair in the first slot with seats, a table and an interpreter; return whether one was found."""
        one, two = self.ends[pair]
        if self.most[one] < 1 or self.most[two] < 1:
            return False
        seated, team = self.seated[one] & self.seated[two], self.needs[pair]
        first, found = 0, -1
        for pool, can in self.can[pair]:
            hall = self.hall_of[pool]
            free = can & seated & self.laid[pool] & self.open[one][hall] & self.open[two][hall]
            free &= -1 if team < 0 else self._staffed(team, hall)
            if free and (found < 0 or free & -free < first):
                first, found = free & -free, pool
        if found < 0:
            return False
        self._hold(pair, found, first)
        return True

    def _staffed(self, team: int, hall: int) -> int:
        """Return the slots, as bits, in which a member of the team is free to serve in the hall."""
        staffed = 0
        for c in self.instance.teams[team]:
            if self.quota[c] >= 1:
                staffed |= self.staffed[c][hall]
        return staffed

    def _hold(self, pair: int, pool: int, bit: int) -> None:
        """Hold the pair at a pool in a slot, given as a bit, and update the room left."""
        t, team, hall = bit.bit_length() - 1, self.needs[pair], self.hall_of[pool]
        self.slot[pair] = t
        self.tables[pool][t] -= 1
        if not self.tables[pool][t]:
            self.laid[pool] &= ~bit
        for party in self.ends[pair]:
            self.most[party] -= 1
            self.seats[party][t] -= 1
            if not self.seats[party][t]:
                self.seated[party] &= ~bit
            for slot, other in self.apart.get((t, hall), ()):
                self.open[party][other] &= ~(1 << slot)
        if team >= 0:
            free = (c for c in self.instance.teams[team] if self.quota[c] >= 1 and self.staffed[c][hall] & bit)
            crew = next(free)
            self.duty[crew, team, t] += 1
            self.quota[crew] -= 1
            self.at_work[crew][t] -= 1
            if not self.at_work[crew][t]:
                self.staffed[crew] = [bits & ~bit for bits in self.staffed[crew]]


def _bits(there: Bools) -> list[int]:
    """Return each row of [row, slot] as an integer whose bits are the slots."""
    packed = np.packbits(there, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def _by_pool(venue: Venue) -> list[list[tuple[int, int]]]:
    """Return for each pair the table pools where it can be held, each with its slots as bits."""
    pair, slot = np.nonzero(venue.can)
    width = max(1, len(venue.tables))
    keys, row = np.unique(pair * width + venue.pool[pair, slot], return_inverse=True)
    there = np.zeros((len(keys), venue.can.shape[1]), dtype=np.bool_)
    there[row.reshape(-1), slot] = True
    found: list[list[tuple[int, int]]] = [[] for _ in venue.can]
    for key, bits in zip(keys.tolist(), _bits(there), strict=True):
        found[key // width].append((key % width, bits))
    return found
