"""What a point of a program comes to in the tiers that its weights do not count."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

from matching.presolve import Instance, Ints


def moves(instance: Instance, tables: Mapping[int, int]) -> int:
    """Changes of table, for each party and day one less than its tables."""
    used: dict[tuple[int, int], set[int]] = defaultdict(set)
    for j, table in tables.items():
        day = int(instance.calendar.day_of[instance.col_slot[j]])
        for party in instance.ends[instance.col_pair[j]].tolist():
            used[party, day].add(table)
    return sum(len(them) - 1 for them in used.values())


def breaks_by_party(instance: Instance, point: Ints) -> dict[int, int]:
    """For each party that meets, the idle runs between the first and last meeting of its days."""
    columns, slots = instance.covers
    held = point[: instance.columns][columns] > 0
    parties = instance.ends[instance.col_pair[columns[held]]].tolist()
    busy: dict[tuple[int, int], set[int]] = defaultdict(set)
    rank = {t: k for day in instance.calendar.days for k, t in enumerate(day)}
    for t, ends in zip(slots[held].tolist(), parties, strict=True):
        for party in ends:
            busy[party, int(instance.calendar.day_of[t])].add(rank[t])
    breaks: dict[int, int] = defaultdict(int)
    for (party, _), ranks in busy.items():
        breaks[party] += sum(later - earlier > 1 for earlier, later in pairwise(sorted(ranks)))
    return breaks
