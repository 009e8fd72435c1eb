"""A timetable at once, for when time is short and for those who wait: pair after pair, where there is room."""

import numpy as np

from matching.choosing.rows import Floats
from matching.timetabling.sides import Hall


class Filling:
    """Rooms left while pairs are taken. slot: of each pair, -1 where it is not held. duty: [crew, team, slot]."""

    def __init__(self, hall: Hall, most: Floats, quota: Floats) -> None:
        instance = hall.instance
        self.hall, self.instance = hall, instance
        self.slot = np.full(len(hall.can), -1, dtype=np.int64)
        self.duty = np.zeros((len(instance.crews), len(instance.teams), hall.can.shape[1]), dtype=np.int64)
        self.exhausted: set[tuple[int, int]] = set()
        self.most, self.quota = most.tolist(), quota.tolist()
        self.seats = [[parallel] * hall.can.shape[1] for parallel in instance.parallel.tolist()]
        self.tables, self.at_work = hall.tables.tolist(), hall.at_work.tolist()
        self.ends, self.needs, self.place = instance.ends.tolist(), instance.needs.tolist(), hall.place.tolist()

    def take(self, pair: int) -> bool:
        """Hold a pair in the first slot that has a seat, a table and an interpreter for it."""
        one, two = self.ends[pair]
        if self.most[one] < 1 or self.most[two] < 1:
            return False
        team, tables = self.needs[pair], self.tables[self.place[pair]]
        for t in np.flatnonzero(self.hall.can[pair]).tolist():
            if not (self.seats[one][t] and self.seats[two][t] and tables[t]):
                continue
            if team >= 0:
                crew = self._crew(team, t)
                if crew is None:
                    continue
                self.at_work[crew][t] -= 1
                self.quota[crew] -= 1
                self.duty[crew, team, t] += 1
            for party in (one, two):
                self.seats[party][t] -= 1
                self.most[party] -= 1
            tables[t] -= 1
            self.slot[pair] = t
            return True
        return False

    def _crew(self, team: int, t: int) -> int | None:
        """The crew of a team that is free in a slot; once none is, none will be."""
        if (team, t) in self.exhausted:
            return None
        for c in self.instance.teams[team]:
            if self.at_work[c][t] > 0 and self.quota[c] >= 1:
                return c
        self.exhausted.add((team, t))
        return None
