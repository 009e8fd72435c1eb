import numpy as np
import pytest

from matching.choosing.choice import choose
from matching.choosing.deciding import fix_decided_pairs
from matching.choosing.program import Program, build_program
from matching.choosing.tally import breaks_by_party
from matching.presolve import Ints, presolve
from matching.problem import Problem
from matching.stopping import Stop
from matching.timetabling.model import Effort, TimetableModel
from matching.timetabling.service import work_limits
from tests.matching.brute import optimum
from tests.matching.examples import interpreter, pair, party, random_problem, tiny
from tests.sampling import share_of


def chosen(problem: Problem) -> tuple[Program, Ints]:
    """Return the program of all best choices, with its decided pairs fixed, and a point of it."""
    goals = problem.goals("fresh")
    choice = choose(build_program(presolve(problem), goals), goals, Stop(), 0, lambda *_: None)
    assert choice.point is not None
    limits = {goal.tier: choice.achieved(goal.tier) for goal in goals[: choice.settled]}
    return fix_decided_pairs(choice.program, choice.point, Stop(), limits), choice.point


def guests(**more: object) -> Problem:
    """Return a problem with a Russian expert and three hosts; each of the three slots needs an interpreter."""
    return tiny(
        parties=[party("a", "ru"), party("b"), party("c"), party("d")],
        pairs=[pair("ab"), pair("ac"), pair("ad")],
        **more,
    )


def test_the_only_interpreter_works_whenever_it_is_needed() -> None:
    program, _ = chosen(guests(interpreters=[interpreter("i")]))

    assert work_limits(program) == [(3, 3)]


def test_what_others_can_do_nobody_must() -> None:
    program, _ = chosen(guests(interpreters=[interpreter("i"), interpreter("j", available="s1 s2")]))

    assert work_limits(program) == [(1, 3), (0, 2)]


def test_rest_and_a_limit_of_meetings_leave_less() -> None:
    rested = interpreter("i", max_consecutive=1)
    limited = interpreter("j", available="s1 s2", max_meetings=1)
    program, _ = chosen(guests(interpreters=[rested, limited]))

    assert work_limits(program) == [(2, 2), (1, 1)]


SCARCE = {
    seed: problem
    for seed, problem in ((seed, random_problem(seed, pairs=7, slots=5)) for seed in range(share_of(40)))
    if problem.interpreters
}


@pytest.mark.parametrize("seed", SCARCE)
def test_interpreters_as_clauses_allow_what_the_program_does(seed: int) -> None:
    """The breaks equal those of brute force, and the solution is a point of the program."""
    best = optimum(SCARCE[seed])
    if best is None:
        return
    program, point = chosen(SCARCE[seed])
    timetable = TimetableModel(program, breaks=True)

    answer = timetable.search("breaks", Effort(), Stop(), 0, point)

    assert answer.point is not None
    assert program.holds(answer.point)
    assert sum(breaks_by_party(program.instance, answer.point).values()) == best.tiers["breaks"] == answer.bound


def test_members_of_a_crew_work_at_the_same_time() -> None:
    """Two interpreters who differ in name only serve two experts in each of three slots."""
    problem = tiny(
        parties=[party("a", "ru"), party("b"), party("c"), party("d"), party("e", "ru")],
        pairs=[pair(name, required=True) for name in ("ab", "ac", "ad", "eb", "ec", "ed")],
        interpreters=[interpreter("i"), interpreter("j")],
        tables=[{"id": "t1"}, {"id": "t2"}],
    )
    program, point = chosen(problem)
    timetable = TimetableModel(program, breaks=True)

    answer = timetable.search("breaks", Effort(), Stop(), 0, point)

    assert timetable.service is not None
    assert answer.point is not None
    assert np.sum(answer.point[program.columns :][: len(program.duty)]) == 6
