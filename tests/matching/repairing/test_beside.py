"""Columns with room next to staying meetings: examples, and at least those that plans with these meetings hold."""

from random import Random

import numpy as np

from matching.presolve import presolve
from matching.repairing.beside import columns_beside
from tests.matching.brute import optimum
from tests.matching.examples import interpreter, pair, party, random_problem, tiny


def test_a_meeting_that_stays_takes_its_parties_its_table_and_its_interpreter() -> None:
    problem = tiny(
        parties=[party("a", "ru"), party("b", "zh"), party("c", "ru"), party("d", "zh"), party("e", "ru")],
        pairs=[pair("ab"), pair("ad"), pair("cd"), pair("ce")],
        interpreters=[interpreter("i", "ru zh")],
    )
    instance = presolve(problem)
    staying = np.flatnonzero((instance.col_pair == 0) & (instance.col_slot == 0))

    keep = columns_beside(instance, staying)

    held = {(problem.pairs[p].id, t) for p, t in zip(instance.col_pair[keep], instance.col_slot[keep], strict=True)}
    assert {(p, t) for p, t in held if t == 0} == {("ab", 0), ("ce", 0)}  # the only interpreter is with a and b
    assert {p for p, t in held if t == 1} == {"ad", "cd", "ce"}


def test_every_plan_with_the_meetings_that_stay_is_left() -> None:
    tried = 0
    for seed in range(60):
        problem = random_problem(seed, pairs=6, interpreters=2, lengths=seed % 3 == 0, walk=seed % 4 == 0)
        best = optimum(problem, "fresh")
        if best is None or not best.meetings:
            continue
        instance = presolve(problem)
        index = {one.id: k for k, one in enumerate(problem.pairs)}
        slot = {one.id: t for t, one in enumerate(problem.ordered)}
        columns = [
            np.flatnonzero((instance.col_pair == index[m.pair]) & (instance.col_slot == slot[m.slot]))
            for m in best.meetings
        ]
        some = Random(seed).sample(columns, len(columns) // 2)

        keep = columns_beside(instance, np.array([mine[0] for mine in some], dtype=np.int64))

        tried += 1
        assert (seed, all(keep[mine].all() for mine in columns)) == (seed, True)

    assert tried == 44
