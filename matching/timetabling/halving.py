"""Timetable of chosen pairs by recursive halving of the day, down to single slots.

In each step a small linear program assigns every pair to one half, within the seats, tables and interpreters of
each half; its vertices are nearly always integral. Pairs without room stay out until some slots are emptied and
filled again with all pairs that could be held there (large neighbourhood search).
Source: Gabow, Using Euler partitions to edge color bipartite multigraphs (1976), for halving degrees.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np

from matching.choosing.rows import Floats
from matching.choosing.shifts import shifts
from matching.presolve import Bools, Instance, Ints
from matching.stopping import Stop
from matching.timetabling.filling import Filling
from matching.timetabling.sides import NEEDED, Rest, Venue

_WINDOW = 500  # approximate number of meetings in a window
_LEAST = 3  # least slots of a window
_NARROW = 5  # slots of the first windows if walks make them hard to fill
_PATIENCE = 3  # windows without gain, per slot, before the search ends
_SPARES = 1_500  # most pairs not held that a window considers


@dataclass(frozen=True)
class SlotAssignment:
    """Timetable. slot: of each pair, -1 if it is not held. duty: [crew, team, slot], number of meetings served."""

    slot: Ints
    duty: Ints


class Halving:
    """Builds a timetable with few pairs left out and improves it."""

    def __init__(self, instance: Instance, stop: Stop, seed: int) -> None:
        self.instance, self.stop, self.rng = instance, stop, Random(seed)
        slots, pairs = len(instance.problem.slots), len(instance.problem.pairs)
        can = np.zeros((pairs, slots), dtype=np.bool_)
        can[instance.col_pair, instance.col_slot] = True
        pool = np.zeros((pairs, slots), dtype=np.int64)
        pool[instance.col_pair, instance.col_slot] = instance.col_pool
        tables = np.array([pool.capacity for pool in instance.pools], dtype=np.int64).reshape(-1, slots)
        there = np.array([crew.open * crew.count for crew in instance.crews], dtype=np.int64).reshape(-1, slots)
        self.venue = Venue(instance, can, pool, shifts(instance), tables, there)
        self.slot = np.full(pairs, -1, dtype=np.int64)
        self.duty = np.zeros((len(instance.crews), len(instance.teams), slots), dtype=np.int64)
        self.widest = _NARROW if len(instance.conflicting_cells) else slots  # largest window filled optimally so far
        parties = instance.problem.parties
        self.most = np.array([np.inf if p.max_meetings is None else p.max_meetings for p in parties], dtype=np.float64)
        self.least = np.array([p.min_meetings for p in parties], dtype=np.int64)
        self.quota = np.array(
            [np.inf if crew.max_meetings is None else crew.count * crew.max_meetings for crew in instance.crews]
        )

    @property
    def assignment(self) -> SlotAssignment:
        return SlotAssignment(self.slot.copy(), self.duty.copy())

    def fill(self) -> None:
        """Fill a greedy timetable: the most valuable pairs first, each in its first slot with room."""
        filling = Filling(self.venue, self.most, self.quota)
        for pair in np.argsort(-self._worth(np.arange(len(self.slot))), kind="stable").tolist():
            filling.take(pair)
        self.slot, self.duty = filling.slot, filling.duty

    def halve(self, chosen: Ints, block_of: Ints) -> None:
        """Place the chosen pairs by halving; keep the result if it is better than the present timetable.

        block_of: block of each slot; the blocks are the first parts.
        """
        was, before = self.assignment, self.score
        self.slot, self.duty = np.full_like(self.slot, -1), np.zeros_like(self.duty)
        parts = [np.flatnonzero(block_of == b) for b in range(int(block_of.max(initial=-1)) + 1)]
        degree = np.bincount(self.instance.ends[chosen].reshape(-1), minlength=len(self.least))
        counted = (degree <= self.least)[self.instance.ends].sum(axis=1)
        self._split(chosen, parts, self.quota, self._worth(np.arange(len(self.slot))) + NEEDED * counted)
        if self.score > before:
            self.slot, self.duty = was.slot, was.duty

    def _split(self, pairs: Ints, parts: list[Ints], quota: Floats, worth: Floats) -> None:
        """Assign the pairs to the parts, then split each part again until it is a single slot."""
        while len(parts) == 1 and len(parts[0]) > 1:
            parts = np.array_split(parts[0], 2)
        if not len(pairs) or self.stop.interrupt.is_set():
            return
        closed = self.venue.closed(self.slot) if all(len(part) == 1 for part in parts) else None
        found = self.venue.assign(pairs, worth[pairs], parts, self.stop, quota=quota, closed=closed)
        if found is None:
            return
        for k, part in enumerate(parts):
            mine = pairs[found.side == k]
            if len(part) == 1 and (closed is not None or not len(self.instance.conflicting_cells)):
                self.slot[mine] = part[0]
                self.duty[:, :, part[0]] = found.duty[:, :, k]
            else:
                left = np.where(np.isfinite(quota), found.duty[:, :, k].sum(axis=1), np.inf)
                self._split(mine, [part], left, worth)

    def _worth(self, pairs: Ints) -> Floats:
        """Return the value of each pair; required pairs get a bonus that puts them first."""
        worth = self.instance.value[pairs] + 3 * NEEDED * self.instance.required[pairs]
        return np.asarray(worth, dtype=np.float64)

    @property
    def score(self) -> tuple[int, int, int, float]:
        """Return (required pairs left out, shortfall, neediest, -value); less is better."""
        out, reached = self.reached()
        return out, int(reached["shortfall"]), int(reached["neediest"]), -reached["value"]

    def reached(self) -> tuple[int, dict[str, float]]:
        """Return the number of required pairs left out, and the tiers."""
        return int((self.instance.required & (self.slot < 0)).sum()), reached(self.instance, self.slot >= 0)

    @property
    def value(self) -> float:
        return float(self.instance.value[self.slot >= 0].sum())

    def improve(self, spare: Floats, is_done: Callable[[], bool], tell: Callable[[], None]) -> None:
        """Empty some slots and fill them again, until nothing more is gained or `is_done`.

        spare: how promising each pair is that is not held; -inf if it must not be added. tell: called after
        each gain.
        """
        slots = len(self.instance.problem.slots)
        idle, number = 0, 0
        while idle < _PATIENCE * slots and not is_done() and not self.stop.done(number // slots):
            out = np.flatnonzero((self.slot < 0) & np.isfinite(spare))
            out = out[np.argsort(-spare[out], kind="stable")[:_SPARES]]
            before = self.score
            self._refill(self._window(out), out)
            if self.score < before:
                tell()
            idle = 0 if self.score < before else idle + 1
            number += 1

    def _window(self, out: Ints) -> Ints:
        """Return slots to empty, including slots of a pair that is left out; promising pairs are drawn more often."""
        slots = len(self.instance.problem.slots)
        most = min(slots, self.widest, max(_LEAST, _WINDOW * slots // max(1, int((self.slot >= 0).sum()))))
        size = self.rng.randint(min(_LEAST, most), most)
        if not len(out):
            return np.array(sorted(self.rng.sample(range(slots), size)), dtype=np.int64)
        pair = out[int(len(out) * self.rng.random() ** 3)]
        able = np.flatnonzero(self.venue.can[pair]).tolist()
        chosen = self.rng.sample(able, min(len(able), size))
        others = [t for t in range(slots) if t not in chosen]
        return np.array(sorted(chosen + self.rng.sample(others, size - len(chosen))), dtype=np.int64)

    def _rests(self, window: Ints) -> list[Rest]:
        """Return, for each crew and run of slots that needs a rest, how much work the window may still contain."""
        position = {t: k for k, t in enumerate(window.tolist())}
        work = self.duty.sum(axis=1)
        left: dict[tuple[int, tuple[int, ...]], int] = {}
        for stretch in self.instance.calendar.stretches:
            for c, crew in enumerate(self.instance.crews):
                width = (crew.max_consecutive or len(stretch)) + 1
                for start in range(len(stretch) - width + 1):
                    row = stretch[start : start + width]
                    inside = tuple(position[t] for t in row if t in position)
                    if inside:
                        outside = sum(int(work[c, t]) for t in row if t not in position)
                        most = crew.count * (width - 1) - outside
                        left[c, inside] = min(most, left.get((c, inside), most))
        return [(c, inside, most) for (c, inside), most in left.items()]

    def _refill(self, window: Ints, out: Ints) -> None:
        """Empty the window, fill it by one small program, and keep the result unless it is worse."""
        inside = np.isin(self.slot, window)
        fixed = self.slot.copy()
        fixed[inside] = -1
        elsewhere = np.bincount(self.instance.ends[fixed >= 0].reshape(-1), minlength=len(self.least))
        room = self.most - elsewhere
        out = out[(room[self.instance.ends[out]] > 0).all(axis=1) & self.venue.can[np.ix_(out, window)].any(axis=1)]
        pairs = np.concatenate([np.flatnonzero(inside), out])
        served = self.duty.sum(axis=(1, 2)) - self.duty[:, :, window].sum(axis=(1, 2))
        parts = [window[k : k + 1] for k in range(len(window))]
        found = self.venue.assign(
            pairs,
            self._worth(pairs),
            parts,
            self.stop,
            quota=self.quota - served,
            least=self.least - elsewhere,
            most=room,
            rests=self._rests(window),
            closed=self.venue.closed(fixed),
        )
        if found is None:
            return
        self.widest = max(self.widest, len(window) + 1) if found.is_best else max(_LEAST, len(window) - 1)
        was, before = self.assignment, self.score
        self.slot = fixed
        taken = found.side >= 0
        self.slot[pairs[taken]] = window[found.side[taken]]
        self.duty[:, :, window] = found.duty
        if self.score > before:
            self.slot, self.duty = was.slot, was.duty


def reached(instance: Instance, held: Bools) -> dict[str, float]:
    """Return the tiers shortfall, neediest and value of holding some pairs. held: one entry per pair."""
    meetings = np.bincount(instance.ends[held].reshape(-1), minlength=len(instance.parallel))
    least = np.array([party.min_meetings for party in instance.problem.parties], dtype=np.int64)
    short = np.maximum(least - meetings, 0)
    return {
        "shortfall": int(short.sum()),
        "neediest": int(short.max(initial=0)),
        "value": math.fsum(instance.value[held]),
    }
