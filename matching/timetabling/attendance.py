"""Attendance as part of a CP-SAT model: in which slots each party meets, and its breaks.

A party has begun in a slot if it has met in it or before. A break ends in a slot if the party meets there, has
begun before, and was idle in the slot before.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import cast

import numpy as np
from ortools.sat.python import cp_model

from matching.choosing.program import Program, held_always
from matching.presolve import Ints
from matching.timetabling.counting import between, unary_count

Literal = cp_model.IntVar | int  # a 0/1 variable of the model, or its value if it is settled


class Attendance:
    """Literals used[party][slot] and what follows from them. variables: model variable of each unsettled column."""

    def __init__(self, model: cp_model.CpModel, program: Program, variables: Mapping[int, cp_model.IntVar]) -> None:
        self.model, self.program, self.variables = model, program, variables

    def counted_slots(self, tight: float) -> dict[int, tuple[int, int]]:
        """Return {slot: (least, most meetings)} for slots in which attendance determines the number of meetings.

        These are slots with one table pool in which nobody has parallel meetings: two parties present make one
        meeting. tight: the result is empty if a smaller share of the table slots is surely used.
        """
        program, instance = self.program, self.program.instance
        columns, slots = instance.covers
        keep = program.upper[: program.columns][columns] > 0
        columns, slots = columns[keep], slots[keep]
        limits = {}
        for t in np.unique(slots).tolist():
            here = columns[slots == t]
            pools = np.unique(instance.col_pool[here])
            if len(pools) == 1 and (instance.parallel[instance.ends[instance.col_pair[here]]] == 1).all():
                row = int(program.pool_row[pools[0], t])
                most = int(instance.pools[pools[0]].capacity[t])
                limits[t] = 0 if row < 0 else int(max(program.row_lower[row], 0)), most
        must = sum(least for least, _ in self._slots_of_parties)
        return limits if must >= tight * sum(2 * most for _, most in limits.values()) else {}

    def count(self, meetings: Mapping[int, tuple[int, int]], *, by_hosts: bool = False) -> None:
        """Add clauses for the number of slots in which each party meets, and of meetings in each slot.

        meetings: least and most meetings of a slot. by_hosts: count one party of each meeting, with half as
        many literals, instead of both.
        """
        for party, (least, most) in enumerate(self._slots_of_parties):
            self._between(list(self.used[party].values()), least, most)
        for t, (least, most) in meetings.items():
            if by_hosts:
                self._between(self._hosting[t], least, most)
            else:
                self._between([used[t] for used in self.used if t in used], 2 * least, 2 * most)

    @cached_property
    def _hosting(self) -> dict[int, list[Literal]]:
        """Return for each slot the literals of parties that count as host of a meeting there."""
        instance, program = self.program.instance, self.program
        columns, slots = instance.covers
        keep = program.upper[: program.columns][columns] > 0
        columns, slots = columns[keep], slots[keep]
        pairs = np.unique(instance.col_pair[columns])
        host = np.full(len(instance.length), -1, dtype=np.int64)
        host[pairs] = hosts(instance.ends[pairs])
        able: dict[tuple[int, int], list[int]] = defaultdict(list)
        for j, t, party in zip(
            columns.tolist(), slots.tolist(), host[instance.col_pair[columns]].tolist(), strict=True
        ):
            able[t, party].append(j)
        meeting = np.bincount(instance.ends[pairs].reshape(-1), minlength=len(self.used))
        everybody = np.bincount(host[pairs], minlength=len(self.used)) == meeting
        hosting: dict[int, list[Literal]] = defaultdict(list)
        for (t, party), those in able.items():
            hosting[t].append(self.used[party][t] if everybody[party] else self._any_of(those))
        return hosting

    def _between(self, literals: Sequence[Literal], least: int, most: int) -> None:
        surely = sum(literal for literal in literals if isinstance(literal, int))
        between(self.model, [x for x in literals if not isinstance(x, int)], least - surely, most - surely)

    @cached_property
    def _slots_of_parties(self) -> list[tuple[int, int]]:
        return slots_of_parties(self.program)

    @cached_property
    def ends(self) -> dict[int, list[Literal]]:
        """Return for each party the literals of the ends of its breaks.

        A literal is true where a break ends; in an optimum it is true only there.
        """
        ends: dict[int, list[Literal]] = {}
        for party, used in enumerate(self.used):
            ends[party] = [end for day in self.program.instance.calendar.days for end in self._ends(used, day)]
        return ends

    @cached_property
    def breaks(self) -> dict[int, list[Literal]]:
        """Return the number of breaks of each party in unary: literal k, from 0, means more than k breaks.

        Cores over parties prove more than cores over single slots.
        """
        breaks: dict[int, list[Literal]] = {}
        for party, ends in self.ends.items():
            surely = sum(end for end in ends if isinstance(end, int))
            free = [end for end in ends if not isinstance(end, int)]
            most = self._slots_of_parties[party][1]
            unary = unary_count(self.model, free, min(len(free), max(most - 1 - surely, 0)))
            breaks[party] = [*([1] * surely), *unary]
            if unary and not surely:
                self._unbroken(party, unary[0])
        return breaks

    def _unbroken(self, party: int, broken: cp_model.IntVar) -> None:
        """Add implied clauses: a party without breaks meets in consecutive slots, as many as it has meetings."""
        used = self.used[party]
        days = [day for day in self.program.instance.calendar.days if any(t in used for t in day)]
        least, most = self._slots_of_parties[party]
        if len(days) > 1 or self.program.instance.parallel[party] > 1:
            return
        now = [used.get(t, 0) for t in days[0]]
        begun = list(accumulate(now, self._either))
        left = list(accumulate(reversed(now), self._either))[::-1]
        for t in range(len(now)):
            self._one_of([broken, _not(begun[t]), _not(left[t]), now[t]])
            if t + most < len(now):
                self._one_of([broken, _not(begun[t]), _not(left[t + most])])
            if least > 0:
                earlier = begun[t - 1] if t else 0
                later = left[t + least - 1] if t + least <= len(now) else 0
                self._one_of([earlier, later])

    @cached_property
    def used(self) -> list[dict[int, Literal]]:
        """Return for each party and slot whether it meets; slots in which it never can are missing."""
        instance = self.program.instance
        used: list[dict[int, Literal]] = [{} for _ in instance.problem.parties]
        covering: dict[tuple[int, int], list[int]] = defaultdict(list)
        live = self.program.upper[: self.program.columns] > 0
        columns, slots = instance.covers
        keep = live[columns]
        parties = instance.ends[instance.col_pair[columns[keep]]].tolist()
        for j, t, (one, two) in zip(columns[keep].tolist(), slots[keep].tolist(), parties, strict=True):
            covering[one, t].append(j)
            covering[two, t].append(j)
        for (party, t), able in covering.items():
            used[party][t] = self._any_of(able)
        return used

    def _any_of(self, columns: Sequence[int]) -> Literal:
        """Return a literal for: one of the columns is held."""
        if any(self.program.lower[j] > 0 for j in columns):
            return 1
        if len(columns) == 1:
            return self.variables[columns[0]]
        one = self.model.new_bool_var("")
        for j in columns:
            self.model.add_implication(self.variables[j], one)
        self.model.add_bool_or([*(self.variables[j] for j in columns), ~one])
        return one

    def _ends(self, used: dict[int, Literal], day: Sequence[int]) -> Iterator[Literal]:
        """Yield one literal for each slot of the day in which a break of the party can end."""
        begun: Literal = 0
        before: Literal = 0
        for t in day:
            now = used.get(t, 0)
            if not _is(now, 0) and not _is(begun, 0) and not _is(before, 1) and before is not begun:
                yield self._all([now, begun, _not(before)])
            begun, before = self._either(begun, now), now

    def _all(self, literals: Sequence[Literal]) -> Literal:
        """Return a literal that is true if all literals are; it may be true otherwise, so use it in a cost only."""
        free = [literal for literal in literals if not isinstance(literal, int)]
        if not free:
            return 1
        if len(free) == 1:
            return free[0]
        both = self.model.new_bool_var("")
        self.model.add_bool_or([both, *(~literal for literal in free)])
        return both

    def _one_of(self, literals: Sequence[Literal]) -> None:
        if not any(_is(literal, 1) for literal in literals):
            self.model.add_bool_or([literal for literal in literals if not isinstance(literal, int)])

    def _either(self, one: Literal, other: Literal) -> Literal:
        if _is(one, 1) or _is(other, 0):
            return one
        if _is(other, 1) or _is(one, 0):
            return other
        either = self.model.new_bool_var("")
        self.model.add_implication(one, either)
        self.model.add_implication(other, either)
        self.model.add_bool_or([one, other, ~either])
        return either


def slots_of_parties(program: Program) -> list[tuple[int, int]]:
    """Return the least and the most slots in which each party meets, from required and possible pairs."""
    instance = program.instance
    can = np.zeros(len(instance.length), dtype=np.bool_)
    can[instance.col_pair[program.upper[: program.columns] > 0]] = True
    must = held_always(program)
    parties = len(instance.problem.parties)
    least = np.zeros(parties, dtype=np.int64)
    most = np.zeros(parties, dtype=np.int64)
    for end in (0, 1):
        np.add.at(least, instance.ends[:, end], instance.length * must)
        np.add.at(most, instance.ends[:, end], instance.length * can)
    least[instance.parallel > 1] = 0
    return list(zip(least.tolist(), most.tolist(), strict=True))


def hosts(ends: Ints) -> Ints:
    """Return for each pair one of its parties, so that few parties cover all pairs (greedy vertex cover).

    ends: [pair, 2], the parties of each pair.
    """
    host = np.full(len(ends), -1, dtype=np.int64)
    while (left := np.flatnonzero(host < 0)).size:
        party = int(np.bincount(ends[left].reshape(-1)).argmax())
        host[left[(ends[left] == party).any(axis=1)]] = party
    return host


def _is(literal: Literal, value: int) -> bool:
    return isinstance(literal, int) and literal == value


def _not(literal: Literal) -> Literal:
    return 1 - literal if isinstance(literal, int) else cast(cp_model.IntVar, ~literal)
