"""Interpreters are chosen together with the meetings: no meeting is lost that another assignment would allow."""

from dataclasses import replace
from random import Random

import pytest

from matching.plan import Status
from matching.problem import Interpreter, Problem
from matching.rules import violations
from matching.solving import solve
from matching.stopping import Stop
from tests.matching.brute import optimum
from tests.matching.examples import interpreter, pair, party, slot, tiny

TONGUES = ("ru", "en", "de", "fr")


def scarce(seed: int) -> Problem:
    """Return a random problem with few interpreters: up to four adjacent slots, seven pairs without a common language.

    Two or three interpreters of two languages besides Chinese rest after one or two slots or serve at most two
    meetings. One problem in three has long meetings.
    """
    rng = Random(f"scarce {seed}")
    clock = ("09:00", "09:20", "09:40", "10:00", "10:20")
    slots = [slot(f"s{n + 1}", clock[n], clock[n + 1]) for n in range(rng.choice([3, 4, 4]))]
    ids = [item["id"] for item in slots]
    foreign = [party(f"e{n}", rng.choice(TONGUES), " ".join(ids)) for n in range(3)]
    local = [party(f"q{n}", "zh", " ".join(ids)) for n in range(4)]
    team = []
    for n in range(rng.choice([2, 3])):
        limits = rng.choice([{"max_consecutive": 1}, {"max_consecutive": 2}, {"max_meetings": 2}, {}])
        hours = " ".join(sorted(rng.sample(ids, rng.randint(2, len(ids)))))
        team.append(interpreter(f"i{n}", " ".join(["zh", *rng.sample(TONGUES, 2)]), hours, **limits))
    ways = rng.sample([(one["id"], other["id"]) for one in foreign for other in local], rng.randint(5, 7))
    pairs = [
        pair(f"p{n}", f"{one} {other}", rng.randint(1, 16) / 16, length=1 + (seed % 3 == 0 and rng.random() < 0.3))
        for n, (one, other) in enumerate(ways)
    ]
    return tiny(slots=slots, parties=foreign + local, interpreters=team, pairs=pairs)


def freed(problem: Problem) -> Problem:
    """Return the problem without rest and limits of interpreters."""
    team = tuple(Interpreter(i.id, i.languages, i.available) for i in problem.interpreters)
    return replace(problem, interpreters=team, document=None)


def binds(problem: Problem) -> bool:
    """Whether rest and limits cost value; the plan is checked against brute force first."""
    best = optimum(problem)
    plan = solve(problem, stop=Stop(iterations=20))

    assert best is not None
    assert (plan.status, violations(problem, plan.meetings)) == (Status.OPTIMAL, [])
    assert {tier.tier: tier.achieved for tier in plan.tiers} == best.tiers
    without = optimum(freed(problem))
    return without is not None and without.tiers["value"] > best.tiers["value"]


def test_no_meeting_is_lost_to_an_assignment_of_interpreters() -> None:
    assert sum(binds(scarce(seed)) for seed in range(90)) == 30


@pytest.mark.soak
@pytest.mark.parametrize("first", range(90, 1_290, 100))
def test_no_meeting_of_many_events_is_lost_to_an_assignment_of_interpreters(first: int) -> None:
    assert sum(binds(scarce(seed)) for seed in range(first, first + 100)) >= 25
