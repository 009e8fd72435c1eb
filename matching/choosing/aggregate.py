"""Aggregated program: similar slots are merged into blocks. It is small enough for a national fair.

In a block a party has at most as many meetings as slots, an interpreter works as much as rest allows, and
tables count as often as they are free. Every plan satisfies these rows, so the program's bound holds for the
whole problem. If every party is present in all slots of a block or in none, nothing is lost: a point of the
program is an edge colouring by slots (Koenig 1916; with tables: Bondy and Murty, Graph Theory with
Applications, 6.4).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from matching.choosing.program import LinearProgram
from matching.choosing.rows import Floats, RowBuilder
from matching.presolve import Bools, Crew, Instance, Ints
from matching.problem import Goal

SUITED = frozenset({"shortfall", "neediest", "value"})  # tiers that do not depend on the slot of a meeting
_MANY_CHANGES = 0.2  # a block may end where more than this share of the parties come or go
_MOST_BLOCKS = 8  # most blocks


@dataclass(frozen=True)
class Aggregate(LinearProgram):
    """Program by blocks. Variables: pairs in blocks, then duties of crews, then the variables of the tiers.

    pair, block: of each of the first `len(pair)` variables. block_of: the block of each slot. duty: (team,
    crew, block) of each duty, in order. variable: for each column of the instance its variable. short:
    variables of the missing meetings of each party with a minimum. neediest: variable of the largest of those,
    or -1.
    """

    instance: Instance
    block_of: Ints
    pair: Ints
    block: Ints
    variable: Ints
    duty: Ints
    short: Ints
    neediest: int

    @property
    def columns(self) -> int:
        return len(self.pair)


def is_suited(instance: Instance, goals: Sequence[Goal]) -> bool:
    """Return whether blocks can express the event's rules about several slots.

    Two of them may be left out: the rest of interpreters, and the walks of those with few meetings.
    goals: the tiers that are settled before the timetable.
    """
    return (
        not any(pair.after for pair in instance.problem.pairs)
        and all(party.max_consecutive is None for party in instance.problem.parties)
        and int(instance.length.max(initial=1)) == 1
        and (len(instance.halls) == 1 or instance.posts is not None)
        and are_suited(goals)
    )


def are_suited(goals: Sequence[Goal]) -> bool:
    """Whether the aggregated program can count all of the goals."""
    wanted = {goal.tier for goal in goals}
    return "value" in wanted and wanted <= SUITED and ("neediest" not in wanted or "shortfall" in wanted)


def blocks(instance: Instance) -> Ints:
    """Return the block of each slot: consecutive slots of a day, divided where many parties come or go.

    A block also ends where a crew changes its hall.
    """
    changes = {
        later: float((instance.present[:, slot] != instance.present[:, later]).mean())
        for day in instance.calendar.days
        for slot, later in pairwise(day)
        if len(instance.present)
    }
    usual = float(np.median(list(changes.values()))) if changes else 0.0
    notable = {t: change for t, change in changes.items() if change > max(2 * usual, _MANY_CHANGES)}
    posts = np.zeros((1, len(instance.problem.slots))) if instance.posts is None else instance.posts
    room = max(0, _MOST_BLOCKS - len(instance.calendar.days))
    parted = set(sorted(notable, key=lambda t: (-notable[t], t))[:room])
    block_of = np.zeros(len(instance.problem.slots), dtype=np.int64)
    block = -1
    for day in instance.calendar.days:
        for position, t in enumerate(day):
            block += position == 0 or t in parted or bool((posts[:, t] != posts[:, t - 1]).any())
            block_of[t] = block
    return block_of


def aggregate(instance: Instance, goals: Sequence[Goal], block_of: Ints) -> Aggregate:
    """Return the aggregated program of an instance, with the variables and rows of the tiers in `goals`.

    block_of: the block of each slot.
    """
    count = int(block_of.max(initial=-1)) + 1
    first, variable = _alike(instance, block_of, count)
    pair, block, pool = instance.col_pair[first], block_of[instance.col_slot[first]], instance.col_pool[first]
    use = _use(instance, first, block_of)
    rows = RowBuilder(lower=[0.0] * len(first), upper=[1.0] * len(first))
    numbers = np.arange(len(first))
    least = np.where(instance.required, 1.0, -np.inf)
    rows.family(pair, numbers, np.ones(len(least)), least)
    for k in instance.dead:
        if instance.required[k]:
            rows.add({}, upper=np.inf, lower=1.0)
    ends = instance.ends[pair].T
    most = _by_block(seats(instance), block_of, count)
    _within(rows, (ends[:, use.variable] * count + use.block).reshape(-1), np.tile(use.variable, 2), most, use)
    most = np.array([np.inf if p.max_meetings is None else p.max_meetings for p in instance.problem.parties])
    rows.family(ends.reshape(-1), np.tile(numbers, 2), most)
    capacity = np.array([p.capacity for p in instance.pools], dtype=np.int64).reshape(-1, len(block_of))
    most = _by_block(capacity, block_of, count)
    _within(rows, pool[use.variable] * count + use.block, use.variable, most, use)
    duty = _duties(instance, rows, use, pair, instance.hall_of[pool], block_of)
    _work(instance, rows, duty, len(first), block_of)
    wanted = {goal.tier for goal in goals} & SUITED
    short, neediest = _shortfall(instance, rows, pair, wanted)
    variables = len(rows.lower)
    tiers = {tier: np.zeros(variables) for tier in wanted}
    tiers["value"][: len(first)] = instance.value[pair]
    if "shortfall" in tiers:
        tiers["shortfall"][short] = 1.0
    if neediest >= 0:
        tiers["neediest"][neediest] = 1.0
    lower, upper, matrix, row_lower, row_upper = rows.arrays()
    return Aggregate(
        lower=lower,
        upper=upper,
        matrix=matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        tiers=tiers,
        instance=instance,
        block_of=block_of,
        pair=pair,
        block=block,
        variable=variable,
        duty=duty,
        short=short,
        neediest=neediest,
    )


@dataclass(frozen=True)
class _Use:
    """Slots that variables use: entry k says that `variable[k]` uses `slots[k]` slots of `block[k]`."""

    variable: Ints
    block: Ints
    slots: Floats


def _alike(instance: Instance, block_of: Ints, count: int) -> tuple[Ints, Ints]:
    """Merge the columns of one pair that use the same number of slots in each block at the same table pool.

    Returns one column of each merged variable, and the variable of each column.
    """
    key = instance.col_pair * max(count, 1) + block_of[instance.col_slot]
    longest = int(instance.length.max(initial=1))
    if longest > 1:  # the number of slots in the first block determines the number in the next
        columns, slots = instance.covers
        inside = block_of[slots] == block_of[instance.col_slot[columns]]
        key = key * (longest + 1) + np.bincount(columns[inside], minlength=instance.columns)
    key = key * max(len(instance.pools), 1) + instance.col_pool
    _, first, variable = np.unique(key, return_index=True, return_inverse=True)
    return first, variable.reshape(-1)


def _use(instance: Instance, first: Ints, block_of: Ints) -> _Use:
    """Return how many slots of each block each variable uses. first: one column of each variable."""
    if int(instance.length.max(initial=1)) == 1:
        return _Use(np.arange(len(first)), block_of[instance.col_slot[first]], np.ones(len(first)))
    count = int(block_of.max(initial=-1)) + 1
    number = np.full(instance.columns, -1, dtype=np.int64)
    number[first] = np.arange(len(first))
    columns, slots = instance.covers
    mine = number[columns] >= 0
    key, slots = np.unique(number[columns[mine]] * count + block_of[slots[mine]], return_counts=True)
    return _Use(key // count, key % count, slots.astype(np.float64))


def _within(rows: RowBuilder, keys: Ints, columns: Ints, most: Floats, use: _Use) -> None:
    """Add one row per key: the slots used by its columns are at most most[key]."""
    if np.all(use.slots == 1):
        rows.family(keys, columns, most)
    else:
        rows.capped(keys, columns, most, np.tile(use.slots, len(keys) // len(use.slots)))


def seats(instance: Instance) -> Ints:
    """Return [party, slot]: how many meetings the party could have in the slot; 0 if none of its pairs can be held."""
    there = np.zeros(instance.present.shape, dtype=np.bool_)
    columns, slots = instance.covers
    for end in (0, 1):
        there[instance.ends[instance.col_pair[columns], end], slots] = True
    return np.asarray(there * instance.parallel[:, np.newaxis], dtype=np.int64)


def most_work(crew: Crew, stretches: Sequence[Sequence[int]], within: Bools) -> int:
    """Return how many meetings a crew can serve in the slots of `within`, with its rest."""
    total = 0
    for stretch in stretches:
        for run in _runs(crew.open & within, stretch):
            total += run if crew.max_consecutive is None else run - run // (crew.max_consecutive + 1)
    return total * crew.count


def most_duties(instance: Instance, c: int) -> int:
    """Return how many meetings a crew can serve in all slots, with its rest and `max_meetings`."""
    crew = instance.crews[c]
    work = most_work(crew, instance.calendar.stretches, np.ones_like(crew.open))
    return work if crew.max_meetings is None else min(work, crew.count * crew.max_meetings)


def _runs(there: Bools, stretch: Sequence[int]) -> Iterator[int]:
    """Yield the lengths of the runs of a stretch in which `there` is true."""
    run = 0
    for t in stretch:
        if there[t]:
            run += 1
        elif run:
            yield run
            run = 0
    if run:
        yield run


def _by_block(amounts: Ints, block_of: Ints, count: int) -> Floats:
    """Sum [row, slot] by block; the result is flat, with index row * count + block."""
    total = np.zeros((count, len(amounts)), dtype=np.float64)
    np.add.at(total, block_of, amounts.T)
    return total.T.reshape(-1)


def _duties(instance: Instance, rows: RowBuilder, use: _Use, pair: Ints, halls: Ints, block_of: Ints) -> Ints:
    """Add a variable for each team, crew and block in which the crew can work, and rows that each team is served.

    pair, halls: of each variable of a pair. A crew with a post has one post per block. Duties count slots;
    those of pairs of different lengths are kept apart. Returns (team, crew, block) of each variable.
    """
    count, width, needs = int(block_of.max(initial=-1)) + 1, len(instance.halls), instance.needs[pair]
    longest = int(instance.length.max(initial=1))
    needing = np.flatnonzero(needs[use.variable] >= 0)
    variable = use.variable[needing]
    group = (needs[variable] * width + halls[variable]) * count + use.block[needing]
    group = group * longest + instance.length[pair[variable]] - 1
    order = np.argsort(group, kind="stable")
    keys, starts = np.unique(group[order], return_index=True)
    duty = []
    for key, mine in zip(keys.tolist(), np.split(needing[order], starts[1:]), strict=False):
        where, less = divmod(key, longest)
        where, b = divmod(where, count)
        g, h = divmod(where, width)
        slots = np.flatnonzero(block_of == b).tolist()
        crews = [
            c
            for c in instance.teams[g]
            if any(instance.works(c, t, h) and instance.crews[c].lasts(less + 1, (t,)) for t in slots)
        ]
        # an upper bound that is never reached
        work = [rows.variable(float(len(block_of) * instance.crews[c].count + 1)) for c in crews]
        duty += [(g, c, b) for c in crews]
        entries = np.concatenate([use.variable[mine], np.array(work, dtype=np.int64)])
        rows.weighted(entries, np.append(use.slots[mine], np.full(len(work), -1.0)), upper=0.0)
    return np.array(duty, dtype=np.int64).reshape(-1, 3)


def _work(instance: Instance, rows: RowBuilder, duty: Ints, first: int, block_of: Ints) -> None:
    """Limit the work of each crew in each block, in each run of blocks where rest spans them, and in total."""
    count = int(block_of.max(initial=-1)) + 1
    mine: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, (_, c, b) in enumerate(duty.tolist(), start=first):
        mine[c][b].append(number)
    for c, by_block in mine.items():
        crew = instance.crews[c]
        most: dict[tuple[int, int], int] = {}
        for size in range(1, count + 1):
            for start in range(count - size + 1):
                within = (block_of >= start) & (block_of < start + size)
                most[start, size] = work = most_work(crew, instance.calendar.stretches, within)
                parts = [most[start, k] + most[start + k, size - k] for k in range(1, size)]
                variables = [v for b in range(start, start + size) for v in by_block.get(b, ())]
                if variables and work < min(parts, default=work + 1):
                    rows.weighted(np.array(variables), np.ones(len(variables)), upper=work)
            if crew.max_consecutive is None:
                break
        if crew.max_meetings is not None:
            every = np.array([v for variables in by_block.values() for v in variables])
            longest = int(instance.length.max(initial=1))
            rows.weighted(every, np.ones(len(every)), upper=crew.count * crew.max_meetings * longest)


def _shortfall(instance: Instance, rows: RowBuilder, pair: Ints, wanted: set[str]) -> tuple[Ints, int]:
    """Return the variables of each party's missing meetings, and the variable of the largest of them or -1."""
    if not wanted & {"shortfall", "neediest"}:
        return np.zeros(0, dtype=np.int64), -1
    party = instance.ends[pair].T.reshape(-1)
    order = np.argsort(party, kind="stable")
    bounds = np.searchsorted(party[order], np.arange(len(instance.problem.parties) + 1))
    variable = np.tile(np.arange(len(pair)), 2)[order]
    short = []
    for k, one in enumerate(instance.problem.parties):
        if one.min_meetings > 0:
            mine = variable[bounds[k] : bounds[k + 1]]
            short.append(rows.variable(one.min_meetings))
            rows.weighted(
                np.append(mine, short[-1]), np.ones(len(mine) + 1), upper=np.inf, lower=float(one.min_meetings)
            )
    neediest = -1
    if "neediest" in wanted and short:
        neediest = rows.variable(max(rows.upper[v] for v in short))
        for v in short:
            rows.add({v: 1.0, neediest: -1.0}, upper=0.0)
    return np.array(short, dtype=np.int64), neediest
