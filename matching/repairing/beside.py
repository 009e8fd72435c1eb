"""Find the columns that are possible next to meetings that stay: seats, tables and interpreters by slot.

In a repair nearly all meetings stay, so few columns remain.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from matching.presolve import Bools, Instance, Ints


def columns_beside(instance: Instance, staying: Ints) -> Bools:
    """Return for each column whether no single rule forbids it next to the columns that stay; these are included.

    staying: one column of each pair that keeps its slot; its table pool and crew may change.
    """
    pairs = instance.col_pair[staying]
    stays = np.zeros(len(instance.length), dtype=np.bool_)
    stays[pairs] = True
    starts = np.full(len(instance.length), -1, dtype=np.int64)
    starts[pairs] = instance.col_slot[staying]
    same = stays[instance.col_pair] & (starts[instance.col_pair] == instance.col_slot)
    open_ = ~stays[instance.col_pair] & _is_seated(instance, staying) & _is_below_most(instance, pairs)
    if int(instance.length.max(initial=1)) == 1:  # a column of a longer pair names its crew, which may change
        open_ &= _is_manned(instance, staying)
    return np.asarray(same | open_)


def _is_seated(instance: Instance, staying: Ints) -> Bools:
    """Return the columns in whose slots both parties have a seat and the tables, taken together, have room."""
    columns, slots = instance.covers
    among = np.zeros(instance.columns, dtype=np.bool_)
    among[staying] = True
    mine = among[columns]
    used = np.zeros_like(instance.present, dtype=np.int64)
    for end in (0, 1):
        np.add.at(used, (instance.ends[instance.col_pair[columns[mine]], end], slots[mine]), 1)
    room = used < instance.parallel[:, np.newaxis]
    ends = instance.ends[instance.col_pair[columns]]
    fits = room[ends[:, 0], slots] & room[ends[:, 1], slots]
    tables = np.sum([pool.capacity for pool in instance.pools], axis=0, dtype=np.int64)
    if not any(pin.table for pin in instance.problem.pins):  # a pinned table may belong to two pools
        fits &= (np.bincount(slots[mine], minlength=len(instance.problem.slots)) < tables)[slots]
    return np.asarray(np.bincount(columns, ~fits, instance.columns) == 0)


def _is_below_most(instance: Instance, pairs: Ints) -> Bools:
    held = np.bincount(instance.ends[pairs].reshape(-1), minlength=len(instance.parallel))
    most = np.array([np.inf if p.max_meetings is None else p.max_meetings for p in instance.problem.parties])
    return np.asarray((held < most)[instance.ends[instance.col_pair]].all(axis=1))


def _is_manned(instance: Instance, staying: Ints) -> Bools:
    """Return the columns that need no interpreter, or that one can serve in addition to the staying meetings."""
    waiting: dict[int, list[int]] = defaultdict(list)
    team = instance.needs[instance.col_pair]
    for column in staying[team[staying] >= 0].tolist():
        waiting[int(instance.col_slot[column])].append(int(team[column]))
    # the last row is for pairs that need no interpreter
    manned = np.ones((len(instance.teams) + 1, len(instance.problem.slots)), dtype=np.bool_)
    for slot in range(len(instance.problem.slots)):
        count = {c: crew.count for c, crew in enumerate(instance.crews) if crew.open[slot]}
        hour = _SlotStaffing(instance.teams, count)
        if all(hour.serve(one) for one in waiting[slot]):  # if the staying meetings cannot be served, nothing follows
            manned[:-1, slot] = [hour.has_room(one) for one in range(len(instance.teams))]
    return np.asarray(manned[team, instance.col_slot])


class _SlotStaffing:
    """Assignment of interpreters to meetings in one slot, as a bipartite matching with augmenting paths.

    free: idle interpreters of each crew. serving: the teams that each crew serves. Source: Kuhn, The Hungarian
    method for the assignment problem (1955).
    """

    def __init__(self, teams: Sequence[Sequence[int]], count: Mapping[int, int]) -> None:
        self.teams, self.free = teams, dict(count)
        self.serving: dict[int, list[int]] = {crew: [] for crew in count}

    def serve(self, team: int) -> bool:
        """Assign an interpreter to one more meeting of the team; return whether that is possible."""
        return self._place(team, set(), move=True)

    def has_room(self, team: int) -> bool:
        """Whether one more meeting of the team could be served."""
        return self._place(team, set(), move=False)

    def _place(self, team: int, seen: set[int], *, move: bool) -> bool:
        """Find an augmenting path for one meeting of the team; with `move`, also apply it."""
        for crew in self.teams[team]:
            if crew in seen or crew not in self.free:
                continue
            seen.add(crew)
            if self.free[crew]:
                self.free[crew] -= move
                self.serving[crew] += [team] * move
                return True
            for other in dict.fromkeys(self.serving[crew]):
                if self._place(other, seen, move=move):
                    if move:
                        self.serving[crew].remove(other)
                        self.serving[crew].append(team)
                    return True
        return False
