"""What can still be held beside meetings that stay as they are: seats, tables and interpreters counted slot by slot.

Of a published plan nearly everything stays, and what stands in a busy hall beside it leaves few columns to choose from.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from matching.presolve import Bools, Instance, Ints


def beside(instance: Instance, staying: Ints) -> Bools:
    """For each column whether no single rule forbids it beside the columns that stay; these themselves are among them.

    staying: one column of each pair that stays in its slot, whatever its place and crew.
    """
    pairs = instance.col_pair[staying]
    stays = np.zeros(len(instance.length), dtype=np.bool_)
    stays[pairs] = True
    starts = np.full(len(instance.length), -1, dtype=np.int64)
    starts[pairs] = instance.col_slot[staying]
    same = stays[instance.col_pair] & (starts[instance.col_pair] == instance.col_slot)
    open_ = ~stays[instance.col_pair] & _is_seated(instance, staying) & _is_below_most(instance, pairs)
    if int(instance.length.max(initial=1)) == 1:  # of longer ones a column names the crew, which may change
        open_ &= _is_manned(instance, staying)
    return np.asarray(same | open_)


def _is_seated(instance: Instance, staying: Ints) -> Bools:
    """Columns in all of whose slots both parties and the tables, seen together, have room."""
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
    tables = np.sum([place.capacity for place in instance.places], axis=0, dtype=np.int64)
    if not any(pin.table for pin in instance.problem.pins):  # else one table may be of two places
        fits &= (np.bincount(slots[mine], minlength=len(instance.problem.slots)) < tables)[slots]
    return np.asarray(np.bincount(columns, ~fits, instance.columns) == 0)


def _is_below_most(instance: Instance, pairs: Ints) -> Bools:
    held = np.bincount(instance.ends[pairs].reshape(-1), minlength=len(instance.parallel))
    most = np.array([np.inf if p.max_meetings is None else p.max_meetings for p in instance.problem.parties])
    return np.asarray((held < most)[instance.ends[instance.col_pair]].all(axis=1))


def _is_manned(instance: Instance, staying: Ints) -> Bools:
    """Columns that need no interpreter, or that one can serve beside what is served in their slot already."""
    waiting: dict[int, list[int]] = defaultdict(list)
    team = instance.needs[instance.col_pair]
    for column in staying[team[staying] >= 0].tolist():
        waiting[int(instance.col_slot[column])].append(int(team[column]))
    manned = np.ones((len(instance.teams) + 1, len(instance.problem.slots)), dtype=np.bool_)  # the last team needs none
    for slot in range(len(instance.problem.slots)):
        count = {c: crew.count for c, crew in enumerate(instance.crews) if crew.open[slot]}
        hour = _Hour(instance.teams, count)
        if all(hour.serve(one) for one in waiting[slot]):  # else what stays cannot be served, and nothing follows
            manned[:-1, slot] = [hour.has_room(one) for one in range(len(instance.teams))]
    return np.asarray(manned[team, instance.col_slot])


class _Hour:
    """Who serves whom in one slot. free: interpreters of each crew not at work; serving: teams that each crew serves.

    Source: Kuhn, The Hungarian method (1955), for augmenting paths.
    """

    def __init__(self, teams: Sequence[Sequence[int]], count: Mapping[int, int]) -> None:
        self.teams, self.free = teams, dict(count)
        self.serving: dict[int, list[int]] = {crew: [] for crew in count}

    def serve(self, team: int) -> bool:
        """Find somebody for one meeting more; whether that is possible."""
        return self._place(team, set(), move=True)

    def has_room(self, team: int) -> bool:
        return self._place(team, set(), move=False)

    def _place(self, team: int, seen: set[int], *, move: bool) -> bool:
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
