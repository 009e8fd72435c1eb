from dataclasses import replace

from matching.choosing.program import build_program
from matching.presolve import presolve
from matching.problem import Problem
from matching.timetabling.blocks import forced_breaks
from tests.matching.brute import PlanSpace
from tests.matching.examples import document, pair, party, random_problem, tiny

BOTH = [pair("ab", required=True), pair("ac", required=True)]


def forced(problem: Problem) -> list[int]:
    forced: list[int] = forced_breaks(build_program(presolve(problem), problem.goals("fresh"))).tolist()
    return forced


def test_two_meetings_around_an_absence_leave_a_break() -> None:
    problem = tiny(parties=[party("a", available="s1 s3"), party("b"), party("c")], pairs=BOTH)

    assert forced(problem) == [1, 0, 0]


def test_meetings_of_two_days_leave_none() -> None:
    slots = document()["slots"]
    slots[2] = {**slots[2], "day": "another"}
    problem = tiny(slots=slots, parties=[party("a", available="s1 s3"), party("b"), party("c")], pairs=BOTH)

    assert forced(problem) == [0, 0, 0]


def test_a_meeting_that_need_not_be_held_forces_nothing() -> None:
    problem = tiny(parties=[party("a", available="s1 s3"), party("b"), party("c")])

    assert forced(problem) == [0, 0, 0]


def test_no_plan_has_fewer_breaks_than_are_forced() -> None:
    binding = 0
    for seed in range(200):
        problem = full_with_a_hole(seed)
        best = PlanSpace(problem).best("breaks", {})
        if best is not None:
            assert (seed, sum(forced(problem)) <= best[0]) == (seed, True)
            binding += sum(forced(problem)) > 0
    assert binding == 28


def full_with_a_hole(seed: int) -> Problem:
    """Return a random problem of one day in which all pairs are required and two slots suit nobody."""
    problem = random_problem(seed, slots=5, pairs=4)
    holes = {slot.id for slot in problem.ordered[1:4:2]}
    return replace(
        problem,
        slots=tuple(replace(slot, day="one") for slot in problem.slots),
        parties=tuple(
            replace(party, available=frozenset(problem.slot) - holes, parallel=1, max_meetings=None)
            for party in problem.parties
        ),
        pairs=tuple(replace(pair, required=True, allowed=None, after=()) for pair in problem.pairs),
        pins=(),
        document=None,
    )
