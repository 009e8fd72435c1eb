from random import Random

import numpy as np
import pytest

from matching.choosing.choice import choose
from matching.choosing.program import build_program
from matching.presolve import presolve
from matching.problem import Problem
from matching.staffing.naming import assign_tables, turns
from matching.stopping import Stop
from tests.matching.examples import interpreter, pair, party, slot, tiny


def clock(minute: int) -> str:
    return f"{9 + minute // 60:02d}:{minute % 60:02d}"


def long_day(slots: int, **members: object) -> Problem:
    """Return a problem of up to twelve adjacent slots; the pair of each slot number needs an interpreter."""
    names = " ".join(f"s{n}" for n in range(slots))
    day = [slot(f"s{n}", clock(20 * n), clock(20 * n + 20)) for n in range(slots)]
    return tiny(slots=day, parties=[party("a", "ru", names), party("b", "zh", names)], **members)


@pytest.mark.parametrize("seed", range(50))
def test_turns_keep_the_limits_of_each_member_where_they_hold_on_the_crew(seed: int) -> None:
    rng = Random(seed)
    slots, crew, most = 12, rng.randint(1, 4), rng.randint(1, 4)
    work = [rng.randint(0, crew) for _ in range(slots)]
    for first in range(slots - most):  # remove meetings until each window leaves the crew its rests
        while sum(work[first : first + most + 1]) > crew * most:
            t = first + rng.randint(0, most)
            work[t] = max(0, work[t] - 1)
    assert all(sum(work[t : t + most + 1]) <= crew * most for t in range(slots - most))
    names = " ".join(f"s{n}" for n in range(slots))
    people = [interpreter(f"i{n}", available=names, max_consecutive=most) for n in range(crew)]
    instance = presolve(long_day(slots, interpreters=people, pairs=[pair("ab")]))
    columns = iter(np.zeros(sum(work), dtype=np.int64).tolist())
    by_slot = {t: [next(columns) + 100 * t + n for n in range(count)] for t, count in enumerate(work)}
    many = type(instance)(**{**vars(instance), "col_pair": np.zeros(2_000, dtype=np.int64)})

    named = turns(many, 0, by_slot)

    for member in range(crew):
        on = [any(named[j] == member for j in by_slot[t]) for t in range(slots)]
        runs = "".join("x" if x else "." for x in on).split(".")
        assert max(map(len, runs)) <= most
    for t in range(slots):
        assert len({named[j] for j in by_slot[t]}) == work[t]


def test_a_party_stays_at_its_table_where_that_is_free() -> None:
    problem = tiny(
        parties=[party(name) for name in "abcd"],
        pairs=[pair("ab"), pair("ac"), pair("ad"), pair("bc"), pair("cd"), pair("bd")],
    )
    instance = presolve(problem)
    program = build_program(instance, problem.goals("fresh"))
    choice = choose(program, problem.goals("fresh"), Stop(), 0, lambda *_: None)
    assert choice.point is not None
    held = np.flatnonzero(choice.point[: program.columns]).tolist()

    tables = assign_tables(instance, held, {})

    at_a = {tables[j] for j in held if 0 in instance.ends[instance.col_pair[j]]}
    assert len(held) == 6
    assert len(at_a) == 1
