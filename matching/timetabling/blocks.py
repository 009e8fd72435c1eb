"""Breaks that availability alone forces: a bound for events too large for an exact search.

The slots of a day in which a party can meet form blocks. Meetings in k blocks of a day make at least k - 1
breaks, so the largest block of each day is free and each further block costs one break.
"""

import numpy as np

from matching.choosing.program import Program
from matching.presolve import Ints
from matching.timetabling.attendance import slots_of_parties


def forced_breaks(program: Program) -> Ints:
    """Return for each party the fewest breaks with which its surely held meetings can be placed in its slots."""
    instance = program.instance
    columns, slots = instance.covers
    keep = program.upper[: program.columns][columns] > 0
    able = np.zeros_like(instance.present, dtype=np.bool_)
    for end in (0, 1):
        able[instance.ends[instance.col_pair[columns[keep]], end], slots[keep]] = True
    forced = np.zeros(len(able), dtype=np.int64)
    for party, (least, _) in enumerate(slots_of_parties(program)):
        free, further = 0, list[int]()
        for day in instance.calendar.days:
            largest, *others = sorted(_blocks(able[party, list(day)].tolist()), reverse=True) or [0]
            free += largest
            further += others
        for block in sorted(further, reverse=True):
            if free >= least:
                break
            free += block
            forced[party] += 1
    return forced


def _blocks(able: list[bool]) -> list[int]:
    """Return the lengths of the runs of true."""
    return [len(run) for run in "".join("x" if one else " " for one in able).split()]
