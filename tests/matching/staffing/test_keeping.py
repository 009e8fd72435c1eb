"""A repair keeps tables and interpreters of staying meetings, by brute force over all staffings of a plan."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from matching.formats.schedule import read_problem, write_problem
from matching.plan import Plan, Status, violations
from matching.problem import Meeting, Problem
from matching.solving import solve
from matching.stopping import Stop
from tests.matching.examples import interpreter, meet, pair, party, random_problem, tiny
from tests.matching.repairing.test_repairing import changed
from tests.matching.staffing.test_interpreters import scarce
from tests.sampling import share_of

STOP = Stop(iterations=20)
GONE: frozenset[str] = frozenset()


def held_before(problem: Problem, meetings: Iterable[Meeting]) -> Problem:
    """Return the problem with these meetings as `previous`."""
    return read_problem(write_problem(replace(problem, previous=tuple(meetings), document=None)))


def reshuffled(problem: Problem, plan: Plan, rng: Random) -> tuple[Meeting, ...]:
    """Return the plan's meetings with a random feasible staffing."""
    return rng.choice(staffings(problem, plan.meetings))


def staffings(problem: Problem, meetings: Iterable[Meeting]) -> list[tuple[Meeting, ...]]:
    """Yield every feasible staffing of the meetings."""
    everyone = [person.id for person in problem.interpreters]
    choices = [[m] if m.interpreter is None else [replace(m, interpreter=i) for i in everyone] for m in meetings]
    return [chosen for chosen in product(*choices) if not violations(problem, chosen)]


def changes(problem: Problem, meetings: Iterable[Meeting]) -> tuple[int, int]:
    """Return how many previous meetings have another interpreter: in the same slot, and in another slot."""
    before = {m.pair: m for m in problem.previous or () if m.interpreter is not None}
    other = [m for m in meetings if m.pair in before and m.interpreter not in (None, before[m.pair].interpreter)]
    moved = sum(before[m.pair].slot != m.slot for m in other)
    return len(other) - moved, moved


@pytest.mark.parametrize("preset", ["repair", "fill"])
def test_the_repair_of_an_unchanged_event_changes_nothing(preset: str) -> None:
    """All values are above 0, because a meeting of value 0 may be dropped."""
    staffed = 0
    for seed in range(share_of(60)):
        problem = scarce(seed) if seed % 2 else random_problem(seed, interpreters=3, lengths=seed % 3 == 0)
        worth = tuple(replace(each, value=max(each.value, 1 / 16)) for each in problem.pairs)
        problem = replace(problem, pairs=worth, objective=None, document=None)
        plan = solve(problem, stop=STOP)
        if plan.status is Status.INFEASIBLE:
            continue
        meetings = reshuffled(problem, plan, Random(seed))
        staffed += any(m.interpreter for m in meetings)

        again = solve(held_before(problem, meetings), stop=STOP, preset=preset)

        assert (seed, set(again.meetings)) == (seed, set(meetings))
    assert staffed >= share_of(40)


@pytest.mark.parametrize("preset", ["repair", "fill"])
def test_after_a_drop_out_interpreters_change_only_where_they_have_to(preset: str) -> None:
    tried = 0
    for seed in range(share_of(50)):
        problem = changed(seed) if seed % 2 else without_one(scarce(seed), Random(seed))
        plan = solve(problem, stop=STOP, preset=preset)
        if plan.status is Status.INFEASIBLE:
            continue
        tried += any(m.interpreter for m in plan.meetings)

        fewest = min(changes(problem, each) for each in staffings(problem, plan.meetings))

        assert (seed, changes(problem, plan.meetings)) == (seed, fewest)
        assert violations(problem, plan.meetings) == []
    assert tried >= share_of(26)


def without_one(problem: Problem, rng: Random) -> Problem:
    """Return the problem after a party or interpreter of its plan is gone; the previous staffing was random."""
    meetings = reshuffled(problem, solve(problem, stop=STOP), rng)
    gone = rng.choice([each.id for each in problem.parties] + [each.id for each in problem.interpreters])
    changed = replace(
        problem,
        parties=tuple(replace(p, available=GONE) if p.id == gone else p for p in problem.parties),
        interpreters=tuple(replace(i, available=GONE) if i.id == gone else i for i in problem.interpreters),
        document=None,
    )
    return held_before(changed, meetings)


def test_an_interpreter_who_falls_ill_is_replaced_at_their_own_meetings_alone() -> None:
    everyone = [interpreter(name) for name in ("i1", "i2", "i3")]
    team = [{**each, "available": ["s1"]} if each["id"] == "i1" else each for each in everyone]
    before = [("ab", "s1", "t1", "i1"), ("ac", "s2", "t1", "i1"), ("de", "s1", "t2", "i3"), ("dc", "s3", "t2", "i2")]
    problem = tiny(
        parties=[party(name, "ru") for name in "ad"] + [party(name) for name in "bce"],
        pairs=[pair("ab"), pair("ac"), pair("de"), pair("dc")],
        interpreters=team,
        previous=[{"pair": p, "slot": s, "table": t, "interpreter": i} for p, s, t, i in before],
    )

    plan = solve(problem, stop=STOP, preset="repair")

    kept = meet("ab s1 t1 i1", "de s1 t2 i3", "dc s3 t2 i2")
    assert [m for m in plan.meetings if m.pair != "ac"] == kept
    assert [(m.slot, m.table, m.interpreter in ("i2", "i3")) for m in plan.meetings if m.pair == "ac"] == [
        ("s2", "t1", True)
    ]


def test_a_limit_that_was_lowered_costs_as_many_changes_as_it_has_to() -> None:
    """Without a limit, all meetings would stay with i1, who may now serve only one."""
    before = [("ab", "s1", "t1", "i1"), ("ac", "s2", "t1", "i1"), ("ae", "s3", "t1", "i1")]
    problem = tiny(
        parties=[party("a", "ru")] + [party(name) for name in "bce"],
        pairs=[pair("ab"), pair("ac"), pair("ae")],
        interpreters=[interpreter("i1", max_meetings=1), interpreter("i2")],
        previous=[{"pair": p, "slot": s, "table": t, "interpreter": i} for p, s, t, i in before],
    )

    plan = solve(problem, stop=STOP, preset="repair")

    assert sorted(m.interpreter or "" for m in plan.meetings) == ["i1", "i2", "i2"]
