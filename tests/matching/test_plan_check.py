"""`--check`: a plan whose claims are true, and every way in which they can be false."""

from dataclasses import replace
from typing import Any

import pytest

from matching.checking import faults
from matching.formats.schedule import fingerprint
from matching.plan import Conflict, Diff, Plan, Status, Tier, Unheld, UnheldReason, diff
from matching.problem import Problem
from tests.matching.examples import document, meet, pair, party, tiny

PROBLEM = tiny(parties=[party("a"), party("b"), party("c", available="")])


def plan_of(problem: Problem, *meetings: str, **changes: Any) -> Plan:
    """Return an optimal plan of "ab" alone, with changes."""
    honest = Plan(
        problem_sha256=fingerprint(problem),
        engine="by hand",
        seed=0,
        seconds=None,
        status=Status.OPTIMAL,
        meetings=tuple(meet(*(meetings or ("ab s1 t1",)))),
        tiers=(
            Tier("shortfall", 0, 0, 0.0),
            Tier("neediest", 0, 0, 0.0),
            Tier("value", 0.5, 0.5, 0.0),
            Tier("breaks", 0, 0, 0.0),
            Tier("worst", 0, 0, 0.0),
            Tier("moves", 0, 0, 0.0),
        ),
        unheld=(Unheld("ac", UnheldReason.NO_COMMON_SLOT, {}),),
    )
    return replace(honest, **changes)


def with_tier(tier: Tier, problem: Problem = PROBLEM, **changes: Any) -> Plan:
    honest = plan_of(problem)
    return replace(honest, tiers=tuple(tier if t.tier == tier.tier else t for t in honest.tiers), **changes)


def test_an_honest_plan_has_no_fault() -> None:
    assert faults(PROBLEM, plan_of(PROBLEM)) == []


def test_a_broken_rule() -> None:
    problem = tiny(pairs=[pair("ab"), pair("ac", allowed=["s1"])])
    plan = with_tier(Tier("value", 1, 1, 0), problem, unheld=(), meetings=tuple(meet("ab s1 t1", "ac s2 t1")))

    assert faults(problem, plan) == ['/meetings/1: H3: pair "ac" is not allowed in slot "s2"']


def test_a_wrong_hash() -> None:
    assert faults(PROBLEM, plan_of(PROBLEM, problem_sha256="0" * 64)) == [
        f'/problem_sha256: the problem\'s is "{fingerprint(PROBLEM)}"'
    ]


@pytest.mark.parametrize(
    ("meetings", "fault"),
    [
        (["ac s2 t1", "ab s1 t1"], ['/meetings/0: out of order, pair "ab" comes here']),
        (["bc s1 t2", "ad s1 t1"], ['/meetings/0: out of order, pair "ad" comes here']),
        (["ab s1 t1", "ac s2 t1"], []),
        (["ad s1 t1", "bc s1 t2"], []),
    ],
)
def test_meetings_are_in_order_of_slot_start_and_table(meetings: list[str], fault: list[str]) -> None:
    problem = tiny(
        slots=document()["slots"][::-1],
        parties=[party(name) for name in "abcd"],
        pairs=[pair("ab", value=0), pair("ac", value=0), pair("ad", value=0), pair("bc", value=0)],
    )
    plan = replace(with_tier(Tier("value", 0, 0, 0), problem), meetings=tuple(meet(*meetings)))
    unheld = sorted(problem.pair.keys() - {m.pair for m in plan.meetings})

    assert (
        faults(problem, replace(plan, unheld=tuple(Unheld(p, UnheldReason.CROWDED_OUT, {}) for p in unheld))) == fault
    )


@pytest.mark.parametrize(
    ("tier", "fault"),
    [
        (Tier("value", 0.6, 0.6, 0.0), ["/tiers/2/achieved: is 0.5, not 0.6"]),
        (Tier("value", 0.5 + 1e-9, 0.5, 0.0), []),
        (Tier("value", 0.5, 0.4, 0.2), ["/tiers/2/bound: 0.4 is beaten by this plan's 0.5"]),
        (Tier("value", 0.5, 0.625, 0.2), []),
        (Tier("value", 0.5, 0.625, 0.25), ["/tiers/2/gap: is 0.2, not 0.25"]),
        (Tier("value", 0.5, 0.625, None), ["/tiers/2/gap: is 0.2, not null"]),
        (Tier("value", 0.5, 0.5 + 1e-7, 2e-7), ["/tiers/2/gap: is 0.0, not 2e-07"]),
        (Tier("value", 0.5, None, None), []),
        (Tier("value", 0.5, None, 0.0), ["/tiers/2/gap: is null, not 0.0"]),
        (Tier("breaks", 1, 0, 1.0), ["/tiers/3/achieved: is 0, not 1"]),
        (Tier("breaks", 0, 1, 1.0), ["/tiers/3/bound: 1 is beaten by this plan's 0"]),
        (Tier("worst", 0, -0.5, 1.0), ["/tiers/4/bound: -0.5 is no whole number"]),
        (Tier("moves", 0, 0, 0.5), ["/tiers/5/gap: is 0.0, not 0.5"]),
    ],
)
def test_false_tiers(tier: Tier, fault: list[str]) -> None:
    assert faults(PROBLEM, with_tier(tier, status=Status.FEASIBLE)) == fault


def test_tiers_are_those_of_a_preset_in_order() -> None:
    honest = plan_of(PROBLEM)

    assert faults(PROBLEM, replace(honest, tiers=honest.tiers[::-1])) == [
        "/tiers: must be shortfall, neediest, value, breaks, worst, moves"
        " or shortfall, disturbed, value, breaks, worst, moves"
        " or dropped, shortfall, neediest, value, breaks, worst, moves, in this order"
    ]


def test_tiers_are_those_of_the_problem_where_it_lists_them() -> None:
    problem = tiny(parties=[party("a"), party("b"), party("c", available="")], objective=[{"tier": "breaks"}])

    assert faults(problem, plan_of(problem, tiers=(Tier("breaks", 0, 0, 0.0),))) == []
    assert faults(problem, plan_of(problem)) == ["/tiers: must be breaks, in this order"]


def test_optimal_means_every_gap_within_its_tolerance() -> None:
    worse = with_tier(Tier("value", 0.5, 0.625, 0.2))
    unproved = with_tier(Tier("value", 0.5, None, None))

    assert faults(PROBLEM, worse) == ['/status: not "optimal" with the gap 0.2 at /tiers/2']
    assert faults(PROBLEM, unproved) == ['/status: not "optimal" with the gap null at /tiers/2']


def test_a_gap_within_the_tolerance_is_optimal() -> None:
    objective = [{"tier": "value", "tolerance": 0.2}]
    problem = tiny(parties=[party("a"), party("b"), party("c", available="")], objective=objective)

    assert faults(problem, plan_of(problem, tiers=(Tier("value", 0.5, 0.625, 0.2),))) == []


@pytest.mark.parametrize(
    ("pairs", "fault"),
    [
        ([], '/unheld: lacks "ac"'),
        (["ab", "ac"], '/unheld: wrongly names "ab"'),
        (["ab"], '/unheld: lacks "ac", wrongly names "ab"'),
        (["ac", "ac"], '/unheld: twice "ac"'),
    ],
)
def test_what_is_unheld_is_every_pair_not_held(pairs: list[str], fault: str) -> None:
    unheld = tuple(Unheld(name, UnheldReason.CROWDED_OUT, {}) for name in pairs)

    assert faults(PROBLEM, plan_of(PROBLEM, unheld=unheld)) == [fault]


def test_of_many_ids_a_few_are_told() -> None:
    problem = tiny(pairs=[pair(f"p{n:02d}", "a b", value=0) for n in range(13)])
    plan = replace(with_tier(Tier("value", 0, 0, 0.0), problem), meetings=(), unheld=())

    assert faults(problem, plan) == [
        '/unheld: lacks "p00", "p01", "p02", "p03", "p04", "p05", "p06", "p07", "p08", "p09" and 3 more'
    ]


def before() -> Problem:
    return tiny(
        parties=[party("a"), party("b"), party("c", available="")],
        previous=[{"pair": "ac", "slot": "s1", "table": "t1"}],
    )


def test_the_difference_is_told_where_there_was_a_plan_before() -> None:
    problem = before()
    true = diff(problem, meet("ab s1 t1"))

    assert faults(problem, plan_of(problem, diff=true)) == []
    assert faults(problem, plan_of(problem)) == ["/diff: missing, though the problem has previous meetings"]
    assert faults(PROBLEM, plan_of(PROBLEM, diff=true)) == ["/diff: the problem has no previous meetings"]


def test_without_any_meeting_before_the_difference_may_be_left_out() -> None:
    problem = tiny(parties=[party("a"), party("b"), party("c", available="")], previous=[])

    assert faults(problem, plan_of(problem)) == []
    assert faults(problem, plan_of(problem, diff=Diff((), (), (), ("ab",), ()))) == []
    assert faults(problem, plan_of(problem, diff=Diff((), (), (), (), ()))) == ['/diff/added: lacks "ab"']


def test_a_false_difference() -> None:
    problem = before()
    false = Diff(kept=("ac",), moved=(), dropped=(), added=("ab",), disturbed=("a", "c"))

    assert faults(problem, plan_of(problem, diff=false)) == [
        '/diff/kept: wrongly names "ac"',
        '/diff/dropped: lacks "ac"',
    ]


CONFLICT = Conflict("H7", ("/pairs/1/required",), "do not require the pair")


def test_an_infeasible_plan_names_its_conflict_and_holds_nothing() -> None:
    infeasible = plan_of(PROBLEM, status=Status.INFEASIBLE, meetings=(), tiers=(), unheld=())

    assert faults(PROBLEM, replace(infeasible, conflict=(CONFLICT,))) == []
    assert faults(PROBLEM, infeasible) == ['/conflict: a plan of status "infeasible" names its conflict']
    assert faults(PROBLEM, replace(infeasible, conflict=(CONFLICT,), meetings=tuple(meet("ab s1 t1")))) == [
        '/meetings: a plan of status "infeasible" has no meetings'
    ]


def test_a_feasible_plan_has_no_conflict() -> None:
    assert faults(PROBLEM, plan_of(PROBLEM, conflict=(CONFLICT,))) == ['/conflict: a plan of status "optimal" has none']
