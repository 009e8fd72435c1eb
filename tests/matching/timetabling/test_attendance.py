from random import Random

import numpy as np
import pytest

from matching.choosing.program import Program, build_program
from matching.choosing.tally import breaks_by_party
from matching.presolve import presolve
from matching.problem import Problem
from matching.stopping import Stop
from matching.timetabling.attendance import hosts
from matching.timetabling.model import Effort, TimetableModel
from tests.matching.brute import PlanSpace
from tests.matching.examples import pair, party, slot, tiny

DAY = [slot(f"s{n}", f"09:{10 * n:02}", f"09:{10 * n + 5:02}") for n in range(5)]


def full_day(seed: int) -> Problem:
    """Return a problem of five parties, with pairs of any two of them. One or two tables are used most of the day."""
    rng = Random(seed)
    tables = rng.randint(1, 2)
    pairs = rng.sample([one + two for one in "abcde" for two in "abcde" if one < two], 4 + (tables > 1))
    return tiny(
        slots=DAY,
        tables=[{"id": f"t{n}"} for n in range(tables)],
        parties=[party(name, available=" ".join(f"s{n}" for n in range(5) if rng.random() < 0.85)) for name in "abcde"],
        pairs=[pair(each, required=True) for each in pairs],
        objective=[{"tier": "breaks"}],
    )


def program_of(problem: Problem) -> Program:
    return build_program(presolve(problem), problem.goals("fresh"))


@pytest.mark.parametrize("by_hosts", [False, True], ids=["both parties of a meeting", "one of them"])
def test_counting_parties_finds_the_fewest_breaks_that_brute_force_does(by_hosts: bool) -> None:
    counted = broken = impossible = 0
    for seed in range(80):
        problem = full_day(seed)
        program = program_of(problem)
        model = TimetableModel(program, breaks=True, by_hosts=by_hosts)

        answer = model.search("breaks", Effort(), Stop(), seed)

        best = PlanSpace(problem).best("breaks", {})
        assert (seed, answer.infeasible) == (seed, best is None)
        if best is not None:
            assert answer.point is not None
            assert (seed, sum(breaks_by_party(program.instance, answer.point).values())) == (seed, best[0])
            assert (seed, answer.bound, answer.is_best) == (seed, best[0], True)
            broken += best[0] > 0
        counted += model.counts_slots
        impossible += best is None
    assert (counted, broken, impossible) == (80, 44, 4)


@pytest.mark.parametrize("by_hosts", [False, True])
def test_no_more_than_the_tables_hold(by_hosts: bool) -> None:
    """Three pairs of six parties and one slot: three tables are enough, two are not."""
    parties = [party(name, available="s1") for name in "abcdef"]
    pairs = [pair(name, required=True) for name in ("ab", "cd", "ef")]
    for tables, fits in ((3, True), (2, False)):
        problem = tiny(tables=[{"id": f"t{n}"} for n in range(tables)], parties=parties, pairs=pairs)
        model = TimetableModel(program_of(problem), breaks=True, by_hosts=by_hosts)

        assert model.search("breaks", Effort(), Stop(), 0).infeasible != fits


def test_one_party_stands_for_each_pair() -> None:
    """A star has one host; a ring of five parties needs three."""
    star = np.array([[0, 1], [2, 0], [0, 3]])
    ring = np.array([[n, (n + 1) % 5] for n in range(5)])

    assert hosts(star).tolist() == [0, 0, 0]
    assert len(set(hosts(ring).tolist())) == 3
    assert all(host in ends for host, ends in zip(hosts(ring), ring, strict=True))
    assert hosts(np.zeros((0, 2), dtype=np.int64)).tolist() == []
