"""Count moves and breaks of a point, the tiers that have no weights in the program."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

from matching.presolve import Instance, Ints


def moves(instance: Instance, tables: Mapping[int, int]) -> int:
    """Return the number of table changes: for each party and day, the number of its tables minus one."""
    used: dict[tuple[int, int], set[int]] = defaultdict(set)
    for j, table in tables.items():
        day = int(instance.calendar.day_of[instance.col_slot[j]])
        for party in instance.ends[instance.col_pair[j]].tolist():
            used[party, day].add(table)
    return sum(len(them) - 1 for them in used.values())


def breaks_by_party(instance: Instance, point: Ints) -> dict[int, int]:
    """Return the number of breaks of each party that meets: idle runs between its first and last meeting of a day."""
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
