"""A timetable at once, for when time is short and for those who wait: pair after pair, where there is room."""

import numpy as np

from matching.choosing.rows import Floats
from matching.timetabling.sides import Venue


class Filling:
    """Room left while pairs are taken. slot: of each pair, -1 where it is not held. duty: [crew, team, slot]."""

    def __init__(self, venue: Venue, most: Floats, quota: Floats) -> None:
        instance = venue.instance
        self.venue, self.instance = venue, instance
        self.slot = np.full(len(venue.can), -1, dtype=np.int64)
        self.duty = np.zeros((len(instance.crews), len(instance.teams), venue.can.shape[1]), dtype=np.int64)
        self.exhausted: set[tuple[int, int, int]] = set()
        self.most, self.quota = most.tolist(), quota.tolist()
        self.seats = [[parallel] * venue.can.shape[1] for parallel in instance.parallel.tolist()]
        self.tables, self.at_work = venue.tables.tolist(), venue.at_work.tolist()
        self.ends, self.needs, self.hall_of = instance.ends.tolist(), instance.needs.tolist(), instance.hall_of.tolist()
        self.apart: dict[tuple[int, int], list[int]] = {}  # slot and hall -> cells that are barred to whoever is there
        width = len(instance.halls)
        for one, two in instance.apart.tolist():
            self.apart.setdefault(divmod(one, width), []).append(two)
            self.apart.setdefault(divmod(two, width), []).append(one)
        self.barred: list[set[int]] = [set() for _ in self.seats]

    def take(self, pair: int) -> bool:
        """Hold a pair in the first slot that has a seat, a table and an interpreter for it."""
        one, two = self.ends[pair]
        if self.most[one] < 1 or self.most[two] < 1:
            return False
        team = self.needs[pair]
        for t in np.flatnonzero(self.venue.can[pair]).tolist():
            place = int(self.venue.place[pair, t])
            if not (self.seats[one][t] and self.seats[two][t] and self.tables[place][t]):
                continue
            cell = int(self.venue.cell[pair, t])
            if cell in self.barred[one] or cell in self.barred[two]:
                continue
            if team >= 0:
                crew = self._crew(team, t, self.hall_of[place])
                if crew is None:
                    continue
                self.at_work[crew][t] -= 1
                self.quota[crew] -= 1
                self.duty[crew, team, t] += 1
            for party in (one, two):
                self.seats[party][t] -= 1
                self.most[party] -= 1
                self.barred[party].update(self.apart.get((t, self.hall_of[place]), ()))
            self.tables[place][t] -= 1
            self.slot[pair] = t
            return True
        return False

    def _crew(self, team: int, t: int, hall: int) -> int | None:
        """The crew of a team that is free in a slot and hall; once none is, none will be."""
        if (team, t, hall) in self.exhausted:
            return None
        for c in self.instance.teams[team]:
            if self.at_work[c][t] > 0 and self.quota[c] >= 1 and self.instance.works(c, t, hall):
                return c
        self.exhausted.add((team, t, hall))
        return None
