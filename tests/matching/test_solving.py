"""Plans of 2,000 small random problems compared with brute force; every hard rule often binds."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import pytest

from matching.checking import faults
from matching.choosing.choice import choose
from matching.choosing.program import build_program
from matching.formats.documents import dump
from matching.formats.schedule import write_plan
from matching.plan import Plan, Status
from matching.presolve import presolve
from matching.problem import Goal, Pair, Problem, Table, Walk
from matching.rules import Breach, Rule
from matching.solving import solve
from matching.stopping import Progress, Stop
from tests.bench.families import FAMILIES, event
from tests.matching.brute import optimum
from tests.matching.examples import document, interpreter, pair, party, random_problem, tiny
from tests.sampling import share_of

Liftable = Rule | Literal[Breach.PARTY_WITHOUT_REST]

PROBLEMS = 2_000
ENOUGH = 50  # least number of problems in which each hard rule binds
VALUE = (Goal("shortfall"), Goal("neediest"), Goal("value"))


def sample(seed: int) -> Problem:
    """Return a random problem; every third has long pairs, every fourth two halls an hour apart."""
    problem = random_problem(seed, lengths=seed % 3 == 0)
    if seed % 4:
        return problem
    tables = tuple(
        replace(table, hall=("east", "west")[n % 2], available=frozenset(s.id for s in problem.ordered[n % 2 :: 2]))
        for n, table in enumerate(problem.tables)
    )
    return replace(problem, tables=tables, walk=(Walk(("east", "west"), 60),), document=None)


def plan_of(problem: Problem, preset: str = "fresh", seed: int = 0) -> Plan:
    return solve(problem, stop=Stop(iterations=20), seed=seed, preset=preset)


def achieved(plan: Plan) -> dict[str, float] | None:
    return None if plan.status is Status.INFEASIBLE else {tier.tier: tier.achieved for tier in plan.tiers}


@pytest.mark.parametrize("first", range(0, PROBLEMS, 100))
def test_a_hundred_small_problems_are_planned_and_proved_as_well_as_can_be(first: int) -> None:
    for seed in range(first, first + 100):
        problem = sample(seed)
        best = optimum(problem)

        plan = plan_of(problem)

        assert (seed, achieved(plan)) == (seed, best and best.tiers)
        assert (seed, plan.status) == (seed, Status.OPTIMAL if best else Status.INFEASIBLE)
        assert (seed, faults(problem, plan)) == (seed, [])


@pytest.mark.parametrize("preset", ["repair", "fill", "fresh"])
def test_changed_problems_and_other_orders_of_tiers_are_planned_as_well_as_can_be(preset: str) -> None:
    for seed in range(share_of(80)):
        problem = random_problem(
            seed, previous=True, lengths=seed % 3 == 0, walk=seed % 4 == 0, objective=preset == "fresh"
        )
        problem = problem if problem.objective is None else strict(problem)
        best = optimum(problem, preset)

        plan = plan_of(problem, preset)

        assert (seed, achieved(plan)) == (seed, best and best.tiers)
        assert (seed, plan.status) == (seed, Status.OPTIMAL if best else Status.INFEASIBLE)
        assert (seed, faults(problem, plan)) == (seed, [])


@pytest.mark.parametrize("preset", ["repair", "fill", "fresh"])
def test_long_meetings_in_two_halls_are_planned_as_well_as_can_be(preset: str) -> None:
    for seed in range(2_000, 2_000 + share_of(25)):
        problem = random_problem(seed, previous=True, lengths=True, walk=True)
        best = optimum(problem, preset)

        plan = plan_of(problem, preset)

        assert (seed, achieved(plan)) == (seed, best and best.tiers)
        assert (seed, plan.status) == (seed, Status.OPTIMAL if best else Status.INFEASIBLE)
        assert (seed, faults(problem, plan)) == (seed, [])


@pytest.mark.parametrize(
    "order", ["dropped value breaks", "shortfall disturbed value", "value breaks disturbed dropped"]
)
def test_where_nothing_was_planned_before_nothing_is_given_up(order: str) -> None:
    objective = tuple(Goal(tier) for tier in order.split())
    for seed in range(12):
        problem = replace(random_problem(seed, walk=seed % 3 == 0), objective=objective, previous=(None, ())[seed % 2])
        best = optimum(problem)

        plan = plan_of(problem)

        assert (seed, achieved(plan)) == (seed, best and best.tiers)
        assert (seed, plan.status) == (seed, Status.OPTIMAL if best else Status.INFEASIBLE)
        assert (seed, faults(problem, plan)) == (seed, [])


def strict(problem: Problem) -> Problem:
    """Return the problem without tolerances, so that each result is a single number."""
    return replace(problem, objective=tuple(Goal(goal.tier) for goal in problem.objective or ()))


def test_tolerances_are_kept_and_bounds_hold() -> None:
    for seed in range(100):
        problem = random_problem(seed, previous=True, objective=True)
        best = optimum(problem)

        plan = plan_of(problem)

        first = problem.goals("fresh")[0]
        assert (plan.status is Status.INFEASIBLE) == (best is None)
        assert (seed, faults(problem, plan)) == (seed, [])
        if best is not None:
            sign = 1 if first.tier == "value" else -1
            limit = best.tiers[first.tier] * (1 - sign * first.tolerance)
            assert sign * plan.tiers[0].achieved >= sign * limit - 1e-9
            assert plan.tiers[0].bound == best.tiers[first.tier]


def test_every_hard_rule_binds_in_enough_of_the_sample() -> None:
    tried: tuple[Liftable, ...] = (*Rule, Breach.PARTY_WITHOUT_REST)
    binding: Counter[Liftable] = Counter()
    for seed in range(PROBLEMS):
        problem = sample(seed)
        less = {rule: relaxed(problem, rule) for rule in tried if binding[rule] < ENOUGH}
        changed = {rule: without for rule, without in less.items() if without != problem}
        if not changed:
            continue
        with_all = chosen(problem)
        binding.update(rule for rule, without in changed.items() if chosen(without) != with_all)

    assert binding == dict.fromkeys(tried, ENOUGH)


def chosen(problem: Problem) -> Mapping[str, float | None] | None:
    """Return the best values of the tiers that depend on the choice of pairs; None if no plan exists."""
    choice = choose(build_program(presolve(problem), VALUE), VALUE, Stop(iterations=20), 0, lambda *_: None)
    return None if choice.infeasible else choice.bounds


def relaxed(problem: Problem, rule: Liftable) -> Problem:
    """Return the problem without a hard rule. H6 is lifted in two parts: `Rule.H6` lifts `max_meetings`, and
    `Breach.PARTY_WITHOUT_REST` lifts `max_consecutive`.
    """
    parties, pairs = problem.parties, problem.pairs
    everywhere = frozenset(problem.slot)
    match rule:
        case Rule.H1:
            twins = tuple(Pair(f"{p.id} again", p.parties, p.value, allowed=p.allowed, length=p.length) for p in pairs)
            return replace(problem, pairs=pairs + twins)
        case Rule.H2:
            return replace(problem, parties=tuple(replace(p, parallel=9) for p in parties))
        case Rule.H3:
            return replace(
                problem,
                parties=tuple(replace(p, available=everywhere) for p in parties),
                pairs=tuple(replace(p, allowed=None) for p in pairs),
            )
        case Rule.H4:
            more = tuple(Table(f"more {n}") for n in range(9))
            return replace(
                problem,
                tables=tuple(replace(t, available=None) for t in problem.tables) + more,
                parties=tuple(replace(p, table=None) for p in parties),
            )
        case Rule.H5:
            return replace(
                problem,
                parties=tuple(replace(p, languages=("eo",)) for p in parties),
                pins=tuple(replace(pin, interpreter=None) for pin in problem.pins),
            )
        case Rule.H6:
            return replace(problem, parties=tuple(replace(p, max_meetings=None) for p in parties))
        case Breach.PARTY_WITHOUT_REST:
            return replace(problem, parties=tuple(replace(p, max_consecutive=None) for p in parties))
        case Rule.H7:
            return replace(problem, pairs=tuple(replace(p, required=False) for p in pairs))
        case Rule.H8:
            return replace(problem, pins=())
        case Rule.H9:
            return replace(problem, pairs=tuple(replace(p, after=()) for p in pairs))
        case Rule.H10:
            return replace(problem, walk=())


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_the_same_seed_and_iterations_give_the_same_bytes(seed: int) -> None:
    problem = random_problem(seed, previous=seed % 2 == 0)

    one, two = (dump(write_plan(plan_of(problem, seed=7))) for _ in range(2))

    assert one == two


def test_two_interpreters_are_shared_out_so_that_both_meetings_are_held() -> None:
    """If the first meeting took the first interpreter, the second meeting would have none."""
    problem = tiny(
        slots=document()["slots"][:1],
        parties=[party("a", "ru", "s1"), party("b", "zh", "s1"), party("c", "kk", "s1"), party("d", "zh", "s1")],
        interpreters=[interpreter("i1", "zh ru kk", "s1"), interpreter("i2", "zh ru", "s1")],
        pairs=[pair("ab"), pair("cd")],
    )

    plan = plan_of(problem)

    assert {m.pair: m.interpreter for m in plan.meetings} == {"ab": "i2", "cd": "i1"}


def test_an_interpreter_who_needs_rest_serves_the_two_slots_apart() -> None:
    problem = tiny(
        parties=[party("a", "ru"), party("b", "zh"), party("c", "zh"), party("d", "zh")],
        interpreters=[interpreter("i1", max_consecutive=1)],
        pairs=[pair("ab", value=0.5), pair("ac", value=0.4), pair("ad", value=0.3)],
    )

    plan = plan_of(problem)

    assert [(m.pair, m.slot) for m in plan.meetings] in ([("ab", "s1"), ("ac", "s3")], [("ac", "s1"), ("ab", "s3")])


def test_a_plan_is_drafted_where_the_time_ends_at_once() -> None:
    problem = event(FAMILIES["half-day"], 0)
    interrupt = threading.Event()
    interrupt.set()

    plan = solve(problem, stop=Stop(seconds=10, interrupt=interrupt))

    value = next(tier for tier in plan.tiers if tier.tier == "value")
    assert value.achieved > 100
    assert faults(problem, plan) == []


def test_an_interruption_ends_with_the_best_plan_so_far() -> None:
    """The interruption comes when the value is proved, so breaks and moves are not improved."""
    problem = event(FAMILIES["delegation"], 0)
    interrupt = threading.Event()

    def listen(progress: Progress) -> None:
        if progress.phase == "improve":
            interrupt.set()

    plan = solve(problem, stop=Stop(iterations=1_000, interrupt=interrupt), progress=listen)

    value = next(tier for tier in plan.tiers if tier.tier == "value")
    assert (plan.status, value.gap) == (Status.FEASIBLE, 0)
    assert faults(problem, plan) == []


@pytest.mark.parametrize("preset", ["fresh", "fill", "repair"])
@pytest.mark.parametrize(
    "changes",
    [
        {"slots": [], "tables": [], "parties": [], "pairs": []},
        {"slots": [], "parties": [party(name, available="", min_meetings=1) for name in "abc"]},
        {"tables": []},
        {"parties": [], "pairs": []},
        {"pairs": []},
        {"parties": [party(name, available="") for name in "abc"]},
        {"parties": [party("a", available="s1"), party("b", available="s2"), party("c", available="s3")]},
        {"parties": [party("a", "ru"), party("b"), party("c")]},
        {"parties": [party("a", max_meetings=0), party("b"), party("c")]},
        {"pairs": [pair("ab", allowed=[]), pair("ac", allowed=[])]},
    ],
)
def test_where_nothing_can_be_held_the_plan_is_empty_and_the_best(changes: dict[str, Any], preset: str) -> None:
    problem = tiny(**changes)

    plan = plan_of(problem, preset)

    assert (plan.status, plan.meetings) == (Status.OPTIMAL, ())
    assert faults(problem, plan) == []


def test_a_required_pair_without_slots_is_a_conflict() -> None:
    everyone = [party(name, available="") for name in "abc"]
    problem = tiny(slots=[], parties=everyone, pairs=[pair("ab", required=True), pair("ac")])

    plan = plan_of(problem)

    assert plan.status is Status.INFEASIBLE
    assert plan.conflict
    assert faults(problem, plan) == []
