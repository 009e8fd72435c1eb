"""Reasons for pairs that are not held: one example of each, and costs compared with brute force."""

from dataclasses import replace

import pytest

from matching.plan import Plan, Unheld, UnheldReason
from matching.problem import Meeting, Problem
from matching.rules import Breach, violations
from matching.solving import solve
from matching.stopping import Stop
from tests.matching.brute import optimum
from tests.matching.examples import interpreter, pair, party, random_problem, slot, tiny
from tests.sampling import share_of


def plan_of(problem: Problem) -> Plan:
    return solve(problem, stop=Stop(iterations=20))


def reasons(problem: Problem) -> tuple[Unheld, ...]:
    return plan_of(problem).unheld


def test_no_common_slot() -> None:
    problem = tiny(parties=[party("a", available="s1"), party("b", available="s2 s3"), party("c", available="s1")])

    assert reasons(problem) == (Unheld("ab", UnheldReason.NO_COMMON_SLOT, {"slots": {"a": ["s1"], "b": ["s2", "s3"]}}),)


def test_own_tables_differ() -> None:
    problem = tiny(parties=[party("a", table="t1"), party("b", table="t2"), party("c")])

    assert reasons(problem) == (Unheld("ab", UnheldReason.OWN_TABLES_DIFFER, {}),)


def test_no_interpreter() -> None:
    problem = tiny(parties=[party("a"), party("b", "kk"), party("c")], interpreters=[interpreter("i1")])

    assert reasons(problem) == (Unheld("ab", UnheldReason.NO_INTERPRETER, {"languages": {"a": ["zh"], "b": ["kk"]}}),)


def test_party_full() -> None:
    problem = tiny(
        parties=[party("a", max_meetings=1), party("b"), party("c")], pairs=[pair("ab"), pair("ac", None, 0.4)]
    )

    assert reasons(problem) == (Unheld("ac", UnheldReason.PARTY_FULL, {"party": "a", "meetings": ["ab"]}),)


def test_a_party_that_would_meet_too_long_in_a_row_is_busy() -> None:
    problem = tiny(
        parties=[party("a", available="s1 s2", max_consecutive=1), party("b"), party("c")],
        pairs=[pair("ab"), pair("ac", None, 0.4)],
    )

    assert reasons(problem) == (Unheld("ac", UnheldReason.PARTY_BUSY, {"meetings": ["ab"]}),)


def test_party_busy() -> None:
    problem = tiny(
        parties=[party("a", available="s1"), party("b"), party("c")], pairs=[pair("ab"), pair("ac", None, 0.4)]
    )

    assert reasons(problem) == (Unheld("ac", UnheldReason.PARTY_BUSY, {"meetings": ["ab"]}),)


def test_interpreters_busy() -> None:
    problem = tiny(
        slots=[slot("s1", "09:00", "09:20")],
        parties=[party("a", "ru", "s1"), party("b", "zh", "s1"), party("c", "ru", "s1"), party("d", "zh", "s1")],
        pairs=[pair("ab"), pair("cd", value=0.4)],
        interpreters=[interpreter("i1", available="s1")],
    )

    assert reasons(problem) == (
        Unheld("cd", UnheldReason.INTERPRETERS_BUSY, {"slots": ["s1"], "interpreters": ["i1"]}),
    )


def test_tables_full() -> None:
    problem = tiny(
        slots=[slot("s1", "09:00", "09:20")],
        tables=[{"id": "t1"}],
        parties=[party(name, available="s1") for name in "abcd"],
        pairs=[pair("ab"), pair("cd", value=0.4)],
    )

    assert reasons(problem) == (Unheld("cd", UnheldReason.TABLES_FULL, {"slots": ["s1"]}),)


def test_crowded_out_at_the_price_of_what_it_would_displace() -> None:
    """A meets B and C with a value of 0.5 in total, or D with 0.4, which needs both of A's slots."""
    problem = tiny(
        slots=[slot("s1", "09:00", "09:20"), slot("s2", "09:20", "09:40")],
        parties=[party(name, available="s1 s2") for name in "abcd"],
        pairs=[pair("ab", value=0.25), pair("ac", value=0.25), pair("ad", value=0.375, length=2)],
    )

    facts = {"cost": {"at_least": 0.125, "at_most": 0.125}, "tier": "value"}
    assert reasons(problem) == (Unheld("ad", UnheldReason.CROWDED_OUT, facts),)


@pytest.mark.parametrize("first", range(0, 300, 100))
def test_prices_of_small_problems_are_those_of_the_brute_force(first: int) -> None:
    """Value lost, and first tier that gets worse, if the pair is forced."""
    for seed in range(first, first + share_of(100)):
        problem = random_problem(seed, lengths=seed % 3 == 0)
        plan = plan_of(problem)
        for unheld in plan.unheld:
            if unheld.reason is UnheldReason.CROWDED_OUT:
                forced = tuple(replace(p, required=p.required or p.id == unheld.pair) for p in problem.pairs)
                best = optimum(replace(problem, pairs=forced, document=None))
                if best is None:
                    continue
                held = {tier.tier: tier.achieved for tier in plan.tiers}
                worse = [t for t, most in best.tiers.items() if (most < held[t] if t == "value" else most > held[t])]
                lost = held["value"] - best.tiers["value"]

                assert (seed, unheld.facts["tier"]) == (seed, next(iter(worse), None))
                assert (seed, unheld.facts["cost"]) == (seed, {"at_least": lost, "at_most": lost})


def test_every_reason_is_true_of_its_plan() -> None:
    """Check the counted reasons from the plan alone."""
    seen = set()
    for seed in range(200):
        problem = random_problem(seed)
        plan = plan_of(problem)
        held = {m.pair: m for m in plan.meetings}
        for unheld in plan.unheld:
            wanted = problem.pair[unheld.pair]
            assert unheld.pair not in held
            seen.add(unheld.reason)
            if unheld.reason is UnheldReason.PARTY_FULL:
                name = unheld.facts["party"]
                mine = sorted(p for p in held if name in problem.pair[p].parties)
                assert name in wanted.parties
                assert unheld.facts["meetings"] == mine
                assert len(mine) == problem.party[name].max_meetings
                assert all(problem.pair[p].value >= wanted.value for p in mine)
            if unheld.reason is UnheldReason.PARTY_BUSY:
                blocking = unheld.facts["meetings"]
                common = [s for s in problem.slot if all(s in problem.party[p].available for p in wanted.parties)]
                allowed = [s for s in common if wanted.allowed is None or s in wanted.allowed]
                assert all(problem.pair[p].value >= wanted.value for p in blocking)
                full = {held[p].slot for p in blocking}
                resting = [p for p in wanted.parties if problem.party[p].max_consecutive is not None]
                assert resting or full == set(allowed)
                for slot in set(allowed) - full:
                    more = [*plan.meetings, Meeting(unheld.pair, slot, problem.tables[0].id)]
                    assert Breach.PARTY_WITHOUT_REST in {each.breach for each in violations(problem, more)}
            if unheld.reason is UnheldReason.TABLES_FULL:
                for s in unheld.facts["slots"]:
                    taken = {m.table for m in plan.meetings if m.slot == s}
                    owned = {p.table for p in problem.parties} - {None}
                    open_ = {t.id for t in problem.tables if t.available is None or s in t.available}
                    assert open_ - owned <= taken or any(problem.party[p].table for p in wanted.parties)

    assert seen == set(UnheldReason)
