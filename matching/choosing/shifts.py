"""Fix the slots in which each interpreter works or rests, before meetings are assigned.

Each interpreter works as many slots as rest allows, and they rest in turns, in slots where most others work.
After this no rule of interpreters links two slots: an interpreter at work can serve.
"""

from collections.abc import Sequence

import numpy as np

from matching.choosing.rows import Floats
from matching.presolve import Bools, Instance, Ints

_REST_WEIGHT = 0.4  # weight of resting in slots where most others work


def shifts(instance: Instance) -> Ints:
    """Return [crew, slot]: how many members of a crew work. Rest is kept; `max_meetings` is ignored."""
    slots = len(instance.problem.slots)
    at_work = np.zeros((len(instance.crews), slots), dtype=np.int64)
    tireless = [c for c, crew in enumerate(instance.crews) if crew.max_consecutive is None]
    for c in tireless:
        at_work[c] = instance.crews[c].open * instance.crews[c].count
    supply = at_work.sum(axis=0)
    for c, crew in enumerate(instance.crews):
        if crew.max_consecutive is None:
            continue
        for _ in crew.members:
            dear = 1.0 - _REST_WEIGHT * supply / (max(1, supply.max(initial=0)) * max(1, slots))
            for stretch in instance.calendar.stretches:
                mine = list(stretch)
                works = _shift(crew.open[mine], dear[mine], crew.max_consecutive)
                at_work[c, mine] += works
                supply[mine] += works
    return at_work


def _shift(there: Bools, worth: Floats, most: int) -> Bools:
    """Return the slots to work in, of greatest total worth, at most `most` in a row (dynamic programming)."""
    best: list[list[tuple[float, int]]] = []  # slot -> length of the run so far -> (worth, previous length)
    before = [(0.0, 0)] + [(-np.inf, 0)] * most
    for t in range(len(there)):
        rested = max(range(most + 1), key=lambda run: before[run][0])
        after = [(before[rested][0], rested)]
        for run in range(1, most + 1):
            gain = float(worth[t]) if there[t] else -np.inf
            after.append((before[run - 1][0] + gain, run - 1))
        best.append(after)
        before = after
    works = np.zeros(len(there), dtype=np.bool_)
    run = max(range(most + 1), key=lambda run: before[run][0])
    for t in reversed(range(len(there))):
        works[t] = run > 0
        run = best[t][run][1]
    return works


def capacity(at_work: Ints, parts: Sequence[Ints]) -> Ints:
    """Return [crew, part]: how many meetings a crew can serve in each set of slots."""
    return np.array([at_work[:, part].sum(axis=1) for part in parts], dtype=np.int64).T.reshape(len(at_work), -1)
