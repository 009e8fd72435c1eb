"""Assign chosen pairs to parts of the day by one small linear program. A part is a set of slots, or one slot."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from matching.choosing.linear import EXACT, optimum, relax
from matching.choosing.program import LinearProgram
from matching.choosing.rows import Floats, RowBuilder, keep_apart
from matching.presolve import Bools, Instance, Ints
from matching.stopping import Stop

_UNEVEN = 0.02  # cost of each meeting that a party has in a part above its even share
_BUSY = 0.5  # share of its seats that a party must fill before its share is watched
NEEDED = 10.0  # worth of one meeting below a party's minimum, and of a required pair
_WHOLE_S = 1.0  # seconds of branch and cut for one step


Rest = tuple[int, tuple[int, ...], int]  # (crew, parts, how many meetings it may still serve in them together)


@dataclass(frozen=True)
class PartAssignment:
    """Result of one step. side: the part of each pair, -1 if it has none. duty: [crew, team, part], meetings served.

    is_best: whether no assignment has a greater worth.
    """

    side: Ints
    duty: Ints
    is_best: bool


@dataclass(frozen=True)
class Venue:
    """Data that all steps share.

    can: bool[pair, slot]. pool: [pair, slot], table pool. at_work: [crew, slot], from `shifts`.
    """

    instance: Instance
    can: Bools
    pool: Ints
    at_work: Ints
    tables: Ints  # [pool, slot]
    open: Ints  # [crew, slot]: how many are available

    def assign(
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
        closed: Bools | None = None,
    ) -> PartAssignment | None:
        """Assign each of `pairs` to a part, with the greatest total worth; None if the time ended.

        least, most: meetings of each party in all parts together. quota: meetings of each crew in all parts
        together. rests: limits that rest sets for crews, if parts are single slots; None if crews work by
        `at_work`, and busy parties shall be spread over the parts. closed: from `closed`; the parts are then
        single slots.
        """
        step = _Step(self, pairs, worth, parts, quota, least, most, rests, closed)
        relaxation = relax(step.program, "value", stop)
        if relaxation.point is None:
            return None
        if relaxation.is_integral:
            return step.read(relaxation.whole(), is_best=True)
        found = optimum(step.program, "value", stop, _WHOLE_S)
        if found.point is None:
            return step.read(np.floor(relaxation.point + EXACT).astype(np.int64), is_best=False)
        reached = float(step.program.tiers["value"] @ found.point)
        return step.read(found.point, is_best=found.bound is not None and found.bound <= reached + EXACT)

    @cached_property
    def cell(self) -> Ints:
        """Return an array [pair, slot] of cells (slot * halls + hall): where the pair would meet in the slot."""
        width = len(self.instance.halls)
        return np.asarray(np.arange(self.can.shape[1]) * width + self.instance.hall_of[self.pool], dtype=np.int64)

    @cached_property
    def apart(self) -> Bools:
        """Return [cell, cell]: whether no person can attend both."""
        cells = self.can.shape[1] * len(self.instance.halls)
        apart = np.zeros((cells, cells), dtype=np.bool_)
        one, two = self.instance.conflicting_cells.T
        apart[one, two] = apart[two, one] = True
        return apart

    def closed(self, slot: Ints) -> Bools | None:
        """Return [party, cell]: where the party cannot be in time because of its held pairs; None without walks.

        slot: of each pair, -1 if it is not held.
        """
        if not len(self.instance.conflicting_cells):
            return None
        held = np.flatnonzero(slot >= 0)
        cell = self.cell[held, slot[held]]
        closed = np.zeros((len(self.instance.parallel), len(self.apart)), dtype=np.bool_)
        for end in (0, 1):
            np.logical_or.at(closed, self.instance.ends[held, end], self.apart[cell])
        return closed


class _Step:
    """Linear program of one step.

    Variables: pairs in parts, then duties, then excess over shares or missing meetings.
    """

    def __init__(
        self,
        venue: Venue,
        pairs: Ints,
        worth: Floats,
        parts: Sequence[Ints],
        quota: Floats,
        least: Ints | None,
        most: Floats | None,
        rests: Sequence[Rest] | None,
        closed: Bools | None,
    ) -> None:
        self.venue, self.pairs, self.parts = venue, pairs, parts
        self.item, self.part = np.nonzero(self._can(closed))
        self.pool = np.array([venue.pool[np.ix_(pairs, part)].max(axis=1) for part in parts]).T[self.item, self.part]
        count = len(self.item)
        rows = RowBuilder(lower=[0.0] * count, upper=[1.0] * count)
        rows.family(self.item, np.arange(count), np.ones(len(pairs)))
        self._parties(rows, most)
        tables = np.array([venue.tables[:, part].sum(axis=1) for part in parts], dtype=np.float64).T
        rows.family(self.pool * len(parts) + self.part, np.arange(count), tables.reshape(-1))
        if closed is not None:
            self._walks(rows)
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
        self.program = LinearProgram(lower, upper, matrix, row_lower, row_upper, {"value": value})

    def _can(self, closed: Bools | None) -> Bools:
        """Return [pair, part]: whether the pair can be held in the part."""
        venue, pairs = self.venue, self.pairs
        can = np.array([venue.can[np.ix_(pairs, part)].any(axis=1) for part in self.parts])
        can = can.reshape(len(self.parts), -1).T
        if closed is None:
            return can
        cell = venue.cell[np.ix_(pairs, np.concatenate(self.parts))]
        one, two = venue.instance.ends[pairs].T[:, :, np.newaxis]
        return np.asarray(can & ~closed[one, cell] & ~closed[two, cell])

    def _walks(self, rows: RowBuilder) -> None:
        """Add rows that no person is in two halls that are too far apart; the parts are single slots."""
        slots, apart = np.concatenate(self.parts), self.venue.instance.conflicting_cells
        within = apart[np.isin(apart // len(self.venue.instance.halls), slots).all(axis=1)]
        cell = self.venue.cell[self.pairs[self.item], slots[self.part]]
        every = np.tile(np.arange(len(self.item)), 2)
        keep_apart(rows, within, self.ends.reshape(-1), np.tile(cell, 2), every, self.venue.instance.parallel)

    def _parties(self, rows: RowBuilder, most: Floats | None) -> None:
        """Add rows for the seats of each party in each part, and for its meetings in total."""
        venue, width = self.venue, len(self.parts)
        self.ends = venue.instance.ends[self.pairs[self.item]].T
        there = np.zeros(venue.instance.present.shape, dtype=np.bool_)
        for end in (0, 1):
            np.logical_or.at(there, venue.instance.ends[self.pairs, end], venue.can[self.pairs])
        seats = there * venue.instance.parallel[:, np.newaxis]
        self.seats = np.array([seats[:, part].sum(axis=1) for part in self.parts], dtype=np.float64).T
        every = np.tile(np.arange(len(self.item)), 2)
        rows.family((self.ends * width + self.part).reshape(-1), every, self.seats.reshape(-1))
        if most is not None:
            rows.family(self.ends.reshape(-1), every, most)

    def _duties(self, rows: RowBuilder, quota: Floats, rests: Sequence[Rest] | None) -> Ints:
        """Add duties and their rows; return (crew, team, part, hall) of each duty."""
        venue, width = self.venue, len(self.parts)
        at_work = venue.at_work if rests is None else venue.open
        able = np.array([at_work[:, part].sum(axis=1) for part in self.parts], dtype=np.int64).T
        team = venue.instance.needs[self.pairs[self.item]]
        needing = np.flatnonzero(team >= 0)
        halls = len(venue.instance.halls)
        group = (team[needing] * halls + venue.instance.hall_of[self.pool[needing]]) * width + self.part[needing]
        order = np.argsort(group, kind="stable")
        keys, starts = np.unique(group[order], return_index=True)
        duty: list[tuple[int, int, int, int]] = []
        first = len(rows.lower)
        for key, columns in zip(keys.tolist(), np.split(needing[order], starts[1:]), strict=False):
            where, part = divmod(key, width)
            g, h = divmod(where, halls)
            crews = [c for c in venue.instance.teams[g] if able[c, part] > 0 and self._works(c, part, h)]
            mine = [rows.variable(float(able[c, part])) for c in crews]
            duty += [(c, g, part, h) for c in crews]
            entries = np.concatenate([columns, np.array(mine, dtype=np.int64)])
            rows.weighted(entries, np.where(np.arange(len(entries)) < len(columns), 1.0, -1.0), upper=0.0)
        made = np.array(duty, dtype=np.int64).reshape(-1, 4)
        numbers = np.arange(first, first + len(made))
        where = made[:, 0] * width + made[:, 2]
        rows.capped(where, numbers, able.reshape(-1).astype(np.float64))
        rows.capped(made[:, 0], numbers, quota)
        of = defaultdict(list)
        for number, (c, _, part, _) in zip(numbers.tolist(), duty, strict=True):
            of[c, part].append(number)
        for c, some, left in rests or ():
            mine = [number for part in some for number in of[c, part]]
            if mine:
                rows.weighted(np.array(mine), np.ones(len(mine)), upper=float(left))
        return made

    def _works(self, crew: int, part: int, hall: int) -> bool:
        return any(self.venue.instance.works(crew, t, hall) for t in self.parts[part].tolist())

    def _shares(self, rows: RowBuilder) -> None:
        """Add a cost for each meeting of a busy party in a part above its share of seats."""
        width = len(self.parts)
        degree = np.zeros(len(self.seats))
        for end in (0, 1):
            np.add.at(degree, self.venue.instance.ends[self.pairs, end], 1.0)
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

    def _minima(self, rows: RowBuilder, least: Ints) -> None:
        """Add a cost for each missing meeting of parties with a minimum."""
        every = np.tile(np.arange(len(self.item)), 2)
        party = self.ends.reshape(-1)
        keep = least[party] > 0
        used, position = np.unique(party[keep], return_inverse=True)
        lack = np.array([rows.variable(float(least[k])) for k in used], dtype=np.int64)
        columns = np.concatenate([every[keep], lack])
        keys = np.concatenate([position.reshape(-1), np.arange(len(used))])
        rows.capped(keys, columns, -least[used].astype(np.float64), np.full(len(columns), -1.0))

    def read(self, point: Ints, *, is_best: bool) -> PartAssignment:
        """Return the assignment of an integral point, without pairs that its duties leave unserved."""
        instance, count, width = self.venue.instance, len(self.item), len(self.parts)
        duty = np.zeros((len(instance.crews), len(instance.teams), width), dtype=np.int64)
        served = np.zeros((len(instance.teams), width, len(instance.halls)), dtype=np.int64)
        crew, team, part, hall = self.duty.T
        done = point[count : count + len(self.duty)]
        duty[crew, team, part] = done
        np.add.at(served, (team, part, hall), done)
        taken = np.flatnonzero(point[:count])
        team, part = instance.needs[self.pairs[self.item[taken]]], self.part[taken]
        hall = instance.hall_of[self.pool[taken]]
        side = np.full(len(self.pairs), -1, dtype=np.int64)
        for number, g, k, h in zip(taken.tolist(), team.tolist(), part.tolist(), hall.tolist(), strict=True):
            if g < 0 or served[g, k, h] > 0:
                side[self.item[number]] = k
                if g >= 0:
                    served[g, k, h] -= 1
        return PartAssignment(side, duty, is_best)
