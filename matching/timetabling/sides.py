"""Which part of the day chosen pairs are held in, as one small linear program; single slots are parts too."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matching.choosing.linear import EXACT, optimum, relax
from matching.choosing.program import Linear
from matching.choosing.rows import Floats, Rows
from matching.presolve import Bools, Instance, Ints
from matching.stopping import Stop

_UNEVEN = 0.02  # what it costs to hold one meeting more of a party on a side than its share
_BUSY = 0.5  # of its seats that a party must fill before its share is watched
NEEDED = 10.0  # what it is worth that a party has a meeting of its minimum more, or that a required pair is held
_WHOLE_S = 1.0  # seconds to make one step whole


Rest = tuple[int, tuple[int, ...], int]  # a crew, some parts, and how much it may still serve in all of them


@dataclass(frozen=True)
class Sides:
    """The side of each pair, -1 where it has none, and [crew, team, side]: how many of a team a crew serves."""

    side: Ints
    duty: Ints


@dataclass(frozen=True)
class Hall:
    """What the steps share. can: bool[pair, slot]; place: of each pair; at_work: [crew, slot] of `shifts`."""

    instance: Instance
    can: Bools
    place: Ints
    at_work: Ints
    tables: Ints  # [place, slot]
    open: Ints  # [crew, slot]: how many are there

    def sides(
        self,
        pairs: Ints,
        worth: Floats,
        parts: Sequence[Ints],
        stop: Stop,
        *,
        quota: Floats,
        least: Ints | None = None,
        most: Floats | None = None,
        rests: Sequence[Rest] | None = None,
    ) -> Sides | None:
        """A part of the slots for each of `pairs`, of the greatest worth in sum; None where time ran out.

        least, most: of each party in all parts together. quota: of each crew in all parts together.
        rests: what rest leaves to crews in the parts, single slots then; None where they work by `at_work`, and busy
        parties are to spread over the parts.
        """
        step = _Step(self, pairs, worth, parts, quota, least, most, rests)
        relaxation = relax(step.program, "value", stop)
        if relaxation.point is None:
            return None
        if relaxation.is_integral:
            return step.read(relaxation.whole())
        found = optimum(step.program, "value", stop, _WHOLE_S)
        return step.read(np.floor(relaxation.point + EXACT).astype(np.int64) if found.point is None else found.point)


class _Step:
    """One step's program: a variable for each pair and part in which it can be held, then duties, then overloads."""

    def __init__(
        self,
        hall: Hall,
        pairs: Ints,
        worth: Floats,
        parts: Sequence[Ints],
        quota: Floats,
        least: Ints | None,
        most: Floats | None,
        rests: Sequence[Rest] | None,
    ) -> None:
        self.hall, self.pairs, self.parts = hall, pairs, parts
        can = np.array([hall.can[np.ix_(pairs, part)].any(axis=1) for part in parts]).reshape(len(parts), -1).T
        self.item, self.part = np.nonzero(can)
        count = len(self.item)
        rows = Rows(lower=[0.0] * count, upper=[1.0] * count)
        rows.family(self.item, np.arange(count), np.ones(len(pairs)))
        self._parties(rows, most)
        tables = np.array([hall.tables[:, part].sum(axis=1) for part in parts], dtype=np.float64).T
        place = hall.place[pairs[self.item]]
        rows.family(place * len(parts) + self.part, np.arange(count), tables.reshape(-1))
        self.duty = self._duties(rows, quota, rests)
        over = len(rows.lower)
        if rests is None:
            self._shares(rows)
        short = len(rows.lower)
        if least is not None:
            self._minima(rows, least)
        lower, upper, matrix, row_lower, row_upper = rows.arrays()
        value = np.zeros(len(lower))
        value[:count] = worth[self.item]
        value[over:short] = -_UNEVEN
        value[short:] = -NEEDED
        self.program = Linear(lower, upper, matrix, row_lower, row_upper, {"value": value})

    def _parties(self, rows: Rows, most: Floats | None) -> None:
        hall, width = self.hall, len(self.parts)
        self.ends = hall.instance.ends[self.pairs[self.item]].T
        there = np.zeros(hall.instance.present.shape, dtype=np.bool_)
        for end in (0, 1):
            np.logical_or.at(there, hall.instance.ends[self.pairs, end], hall.can[self.pairs])
        seats = there * hall.instance.parallel[:, np.newaxis]
        self.seats = np.array([seats[:, part].sum(axis=1) for part in self.parts], dtype=np.float64).T
        every = np.tile(np.arange(len(self.item)), 2)
        rows.family((self.ends * width + self.part).reshape(-1), every, self.seats.reshape(-1))
        if most is not None:
            rows.family(self.ends.reshape(-1), every, most)

    def _duties(self, rows: Rows, quota: Floats, rests: Sequence[Rest] | None) -> Ints:
        """Rows that interpreters serve those who need them; returns crew, team and part of each duty."""
        hall, width = self.hall, len(self.parts)
        at_work = hall.at_work if rests is None else hall.open
        able = np.array([at_work[:, part].sum(axis=1) for part in self.parts], dtype=np.int64).T
        team = hall.instance.needs[self.pairs[self.item]]
        needing = np.flatnonzero(team >= 0)
        group = team[needing] * width + self.part[needing]
        order = np.argsort(group, kind="stable")
        keys, starts = np.unique(group[order], return_index=True)
        duty: list[tuple[int, int, int]] = []
        first = len(rows.lower)
        for key, columns in zip(keys.tolist(), np.split(needing[order], starts[1:]), strict=False):
            g, part = divmod(key, width)
            crews = [c for c in hall.instance.teams[g] if able[c, part] > 0]
            mine = [rows.variable(float(able[c, part])) for c in crews]
            duty += [(c, g, part) for c in crews]
            entries = np.concatenate([columns, np.array(mine, dtype=np.int64)])
            rows.weighted(entries, np.where(np.arange(len(entries)) < len(columns), 1.0, -1.0), upper=0.0)
        made = np.array(duty, dtype=np.int64).reshape(-1, 3)
        numbers = np.arange(first, first + len(made))
        where = made[:, 0] * width + made[:, 2]
        rows.capped(where, numbers, able.reshape(-1).astype(np.float64))
        rows.capped(made[:, 0], numbers, quota)
        of = defaultdict(list)
        for number, (c, _, part) in zip(numbers.tolist(), duty, strict=True):
            of[c, part].append(number)
        for c, some, left in rests or ():
            mine = [number for part in some for number in of[c, part]]
            if mine:
                rows.weighted(np.array(mine), np.ones(len(mine)), upper=float(left))
        return made

    def _shares(self, rows: Rows) -> None:
        """Busy parties are asked to spread their meetings over the parts as their seats are spread."""
        width = len(self.parts)
        degree = np.zeros(len(self.seats))
        for end in (0, 1):
            np.add.at(degree, self.hall.instance.ends[self.pairs, end], 1.0)
        total = self.seats.sum(axis=1)
        busy = (degree > _BUSY * total) & (total > 0)
        share = np.ceil(degree[:, np.newaxis] * self.seats / np.maximum(total, 1)[:, np.newaxis])
        watched = busy[:, np.newaxis] & (share < self.seats)
        key = (self.ends * width + self.part).reshape(-1)
        keep = watched.reshape(-1)[key]
        used, position = np.unique(key[keep], return_inverse=True)
        over = np.array([rows.variable(float(len(self.item))) for _ in used], dtype=np.int64)
        columns = np.concatenate([np.tile(np.arange(len(self.item)), 2)[keep], over])
        keys = np.concatenate([position.reshape(-1), np.arange(len(used))])
        weights = np.where(np.arange(len(columns)) < len(columns) - len(over), 1.0, -1.0)
        rows.capped(keys, columns, share.reshape(-1)[used], weights)

    def _minima(self, rows: Rows, least: Ints) -> None:
        """What parties lack of the meetings they should have is dear."""
        every = np.tile(np.arange(len(self.item)), 2)
        party = self.ends.reshape(-1)
        keep = least[party] > 0
        used, position = np.unique(party[keep], return_inverse=True)
        lack = np.array([rows.variable(float(least[k])) for k in used], dtype=np.int64)
        columns = np.concatenate([every[keep], lack])
        keys = np.concatenate([position.reshape(-1), np.arange(len(used))])
        rows.capped(keys, columns, -least[used].astype(np.float64), np.full(len(columns), -1.0))

    def read(self, point: Ints) -> Sides:
        """The sides of a whole point, without pairs that its duties leave unserved."""
        instance, count = self.hall.instance, len(self.item)
        duty = np.zeros((len(instance.crews), len(instance.teams), len(self.parts)), dtype=np.int64)
        duty[tuple(self.duty.T)] = point[count : count + len(self.duty)]
        taken = np.flatnonzero(point[:count])
        team, part = instance.needs[self.pairs[self.item[taken]]], self.part[taken]
        served = duty.sum(axis=0)
        side = np.full(len(self.pairs), -1, dtype=np.int64)
        for number, g, k in zip(taken.tolist(), team.tolist(), part.tolist(), strict=True):
            if g < 0 or served[g, k] > 0:
                side[self.item[number]] = k
                if g >= 0:
                    served[g, k] -= 1
        return Sides(side, duty)
