"""Repairs: the fewest disturbed parties, by brute force on small events and by bounds on larger ones."""

from dataclasses import replace
from random import Random

import pytest

from matching.checking import faults
from matching.choosing.program import build_program
from matching.formats.schedule import read_problem, write_problem
from matching.plan import Plan, Status, violations
from matching.presolve import presolve
from matching.problem import Problem
from matching.repairing.losses import least_losses
from matching.repairing.repair import repair
from matching.solving import solve
from matching.stopping import Stop
from matching.timetabling.model import Effort
from tests.bench.families import FAMILIES, event
from tests.matching.brute import optimum
from tests.matching.examples import meet, pair, party, random_problem, slot, tiny
from tests.matching.proving import is_best
from tests.sampling import share_of

STOP = Stop(iterations=20)
GONE: frozenset[str] = frozenset()


def dropped_out(problem: Problem, plan: Plan, kind: str, rng: Random) -> Problem:
    """Return the problem after a party, table or interpreter that the plan uses is gone; `previous` is the plan."""
    held = plan.meetings
    used = {
        "party": {party for m in held for party in problem.pair[m.pair].parties},
        "table": {m.table for m in held},
        "interpreter": {m.interpreter for m in held if m.interpreter is not None},
    }[kind]
    gone = rng.choice(sorted(used)) if used else None
    changed = replace(
        problem,
        parties=tuple(replace(p, available=GONE) if p.id == gone else p for p in problem.parties),
        tables=tuple(replace(t, available=GONE) if t.id == gone else t for t in problem.tables),
        interpreters=tuple(replace(i, available=GONE) if i.id == gone else i for i in problem.interpreters),
        previous=held,
        document=None,
    )
    return read_problem(write_problem(changed))


def changed(seed: int) -> Problem:
    """Return a small event after a drop-out; every third has long pairs, every fourth two halls."""
    problem = random_problem(seed, pairs=7, interpreters=3, lengths=seed % 3 == 0, walk=seed % 4 == 0)
    plan = solve(problem, stop=STOP)
    return dropped_out(problem, plan, ("party", "table", "interpreter")[seed % 3], Random(seed))


def check_against_brute_force(seed: int, preset: str) -> None:
    problem = changed(seed)
    best = optimum(problem, preset)

    plan = solve(problem, stop=STOP, preset=preset)

    assert (seed, plan.status) == (seed, Status.OPTIMAL if best else Status.INFEASIBLE)
    assert (seed, {t.tier: t.achieved for t in plan.tiers}) == (seed, best.tiers if best else {})
    assert (seed, faults(problem, plan)) == (seed, [])


@pytest.mark.parametrize("preset", ["repair", "fill"])
def test_after_a_drop_out_as_few_are_disturbed_as_can_be(preset: str) -> None:
    for seed in range(share_of(60)):
        check_against_brute_force(seed, preset)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(60, 1_260, 100))
def test_after_many_drop_outs_as_few_are_disturbed_as_can_be(first: int) -> None:
    for seed in range(first, first + 100):
        check_against_brute_force(seed, ("repair", "fill")[seed % 2])


@pytest.mark.parametrize("preset", ["repair", "fill"])
def test_a_repair_that_searches_a_part_has_bounds_of_the_whole(preset: str) -> None:
    """The whole program is never searched, as in large events."""
    tried = 0
    for seed in range(share_of(80)):
        problem = changed(seed)
        best = optimum(problem, preset)
        goals = problem.goals(preset)

        choice = repair(presolve(problem), goals, STOP, 0, lambda *_: None, small=0)

        if choice is None or best is None:
            continue
        tried += 1
        is_best(problem, choice, [goal for goal in goals if goal.tier in choice.bounds], best)

    assert tried >= share_of(40)


def test_the_least_loss_can_be_kept_and_is_no_more_than_any_plan_loses() -> None:
    for seed in range(share_of(80)):
        problem = changed(seed)
        without = replace(problem, pairs=tuple(replace(p, required=False) for p in problem.pairs), pins=())
        program = build_program(presolve(without), without.goals("repair"))

        loss = least_losses(program, "disturbed", Effort(work=5.0), STOP, 0)[-1]

        best = optimum(replace(without, objective=None, document=None), "repair")
        assert best is not None
        lost = {
            m for m, v in zip(without.previous or (), program.kept.tolist(), strict=True) if v < 0 or v in loss.lost
        }
        assert loss.least <= best.tiers["disturbed"]
        kept = [m for m in without.previous or () if m not in lost]
        named = replace(without, parties=tuple(replace(p, languages=("eo",)) for p in without.parties))
        alone = [replace(m, interpreter=None) for m in kept]
        assert (seed, violations(named, alone)) == (seed, [])


def test_who_does_not_meet_the_one_who_is_gone_keeps_every_meeting() -> None:
    problem = tiny(
        parties=[party("a"), party("b", available=""), party("c"), party("d")],
        pairs=[pair("ab"), pair("ac"), pair("cd"), pair("bd")],
        previous=[{"pair": p, "slot": s, "table": t} for p, s, t in (("ab", "s1", "t1"), ("ac", "s2", "t1"))]
        + [{"pair": "cd", "slot": "s1", "table": "t2"}, {"pair": "bd", "slot": "s2", "table": "t2"}],
    )

    plan = solve(problem, stop=STOP, preset="repair")

    assert plan.meetings == tuple(meet("ac s2 t1", "cd s1 t2")) or set(plan.meetings) == set(
        meet("ac s2 t1", "cd s1 t2")
    )
    assert plan.diff is not None
    assert (plan.diff.dropped, plan.diff.moved, plan.diff.disturbed) == (("ab", "bd"), (), ("a", "b", "d"))


@pytest.mark.parametrize("kind", ["party", "table", pytest.param("interpreter", marks=pytest.mark.soak)])
def test_a_delegation_is_repaired_with_a_proof(kind: str) -> None:
    problem = event(FAMILIES["delegation"], 1)
    plan = solve(problem, stop=Stop(iterations=1))
    after = dropped_out(problem, plan, kind, Random(3))

    repaired = solve(after, stop=Stop(iterations=2), preset="repair")

    judged = {tier.tier: tier for tier in repaired.tiers}
    assert faults(after, repaired) == []
    assert [judged[tier].gap for tier in ("shortfall", "disturbed", "value")] == [0, 0, 0]
    assert repaired.diff is not None
    assert len(repaired.diff.disturbed) == judged["disturbed"].achieved < len(problem.parties) / 2


def test_bounds_of_the_neediest_do_not_ask_for_a_shortfall_that_steadiness_forbids() -> None:
    """One slot, one table: another pair would leave fewer parties short, but one party more so."""
    problem = tiny(
        slots=[slot("s1", "09:00", "09:20")],
        tables=[{"id": "t1"}],
        parties=[
            party(name, available="s1", min_meetings=least)
            for name, least in {"a": 3, "b": 0, "c": 1, "d": 1, "e": 0}.items()
        ],
        pairs=[pair("ab"), pair("be", value=0.25), pair("cd")],
        previous=[{"pair": name, "slot": "s1", "table": "t1"} for name in ("ab", "be")],
    )

    choice = repair(presolve(problem), problem.goals("fill"), STOP, 0, lambda *_: None, small=0)

    assert choice is not None
    assert {tier: choice.achieved(tier) for tier in ("dropped", "shortfall", "neediest")} == {
        "dropped": 1,
        "shortfall": 4,
        "neediest": 2,
    }
    assert (choice.bounds["shortfall"], choice.bounds["neediest"]) == (3, 2)
