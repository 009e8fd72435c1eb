"""Costs and displaced pairs of one pair, compared with brute force, and on the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from matching.explaining import asking
from matching.explaining.asking import PairAnswer, ask
from matching.formats.documents import dump
from matching.plan import UnheldReason
from matching.problem import Problem
from matching.solving import solve
from matching.stopping import Stop
from tests.matching.brute import optimum
from tests.matching.examples import document, pair, party, random_problem, tiny
from tests.matching.test_cli import run
from tests.sampling import share_of

STOP = Stop(iterations=20)


def asked(problem: Problem, name: str) -> PairAnswer:
    return ask(problem, solve(problem, stop=STOP), name, STOP)


def busy() -> Problem:
    """Return a problem in which A has one meeting: with B, C or D; D has no other partner."""
    return tiny(
        parties=[party("a", available="s1"), party("b"), party("c"), party("d")],
        pairs=[pair("ab", value=0.75), pair("ac", value=0.5), pair("ad", value=0.25), pair("bd", value=0.125)],
    )


def test_a_pair_that_is_not_held_costs_what_it_displaces() -> None:
    assert asked(busy(), "ac") == PairAnswer(
        "ac",
        held=False,
        reason=UnheldReason.PARTY_BUSY,
        facts={"meetings": ["ab"]},
        cost=(0.25, 0.25),
        tier="value",
        displaced=("ab",),
    )


def test_a_pair_that_is_held_displaces_what_would_be_held_without_it() -> None:
    assert asked(busy(), "ab") == PairAnswer("ab", held=True, cost=(0.25, 0.25), tier="value", instead=("ac",))


def test_a_pair_that_cannot_be_held_has_a_conflict() -> None:
    problem = tiny(parties=[party("a", available="s1"), party("b", available="s2"), party("c")])

    answer = asked(problem, "ab")

    assert (answer.reason, answer.cost) == (UnheldReason.NO_COMMON_SLOT, None)
    assert {entry.at for entry in answer.conflict} == {
        ("/parties/0/available",),
        ("/parties/1/available",),
        ("/pairs/0/required",),
    }


@pytest.mark.parametrize(("first", "kept"), [(0, 40_000), (30, 0)])
def test_costs_of_small_problems_are_those_of_the_brute_force(
    first: int, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kept: size up to which the other plan minimises changes; above it, another plan with similar pairs is sought."""
    monkeypatch.setattr(asking, "_SMALL", kept)
    for seed in range(first, first + share_of(40)):
        problem = random_problem(seed, lengths=seed % 3 == 0)
        plan = solve(problem, stop=STOP)
        if not plan.tiers:
            continue
        held = {meeting.pair for meeting in plan.meetings}
        value = next(tier.achieved for tier in plan.tiers if tier.tier == "value")
        for one in problem.pairs[:3]:
            changes = {"required": False, "allowed": frozenset[str]()} if one.id in held else {"required": True}
            other = replace(
                problem,
                pairs=tuple(replace(p, **changes) if p.id == one.id else p for p in problem.pairs),
                pins=tuple(pin for pin in problem.pins if one.id not in held or pin.pair != one.id),
                document=None,
            )
            best = optimum(other)

            answer = ask(problem, plan, one.id, STOP)

            lost = None if best is None else (value - best.tiers["value"],) * 2
            assert (seed, one.id, answer.held, answer.cost) == (seed, one.id, one.id in held, lost)


def test_of_plans_that_are_as_good_a_large_event_answers_with_one_like_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A and B have six meetings of equal value, any of which could be replaced by the meeting with C."""
    monkeypatch.setattr(asking, "_SMALL", 0)
    others = [f"x{n}" for n in range(6)]
    problem = tiny(
        parties=[party(name) for name in ("a", "b", "c", *others)],
        pairs=[pair(f"{one}{two}", f"{one} {two}") for one in ("a", "b") for two in ("c", *others)],
        tables=[{"id": f"t{n}"} for n in range(3)],
    )
    plan = solve(problem, stop=STOP)

    for name in (each.pair for each in plan.unheld):
        answer = ask(problem, plan, name, STOP)
        assert (answer.cost, len(answer.displaced), answer.instead) == ((0.0, 0.0), 1, ())


def test_the_command_line_answers_with_a_plan_or_without(tmp_path: Path) -> None:
    raw = document(
        parties=[party("a", available="s1"), party("b"), party("c")], pairs=[pair("ab"), pair("ac", value=0.25)]
    )
    (tmp_path / "problem.json").write_bytes(dump(raw))
    run(tmp_path / "problem.json", "--iterations", "5", "--out", tmp_path / "plan.json")

    without = run("--why", "ac", tmp_path / "problem.json", "--iterations", "5")
    given = run("--why", "ac", tmp_path / "problem.json", tmp_path / "plan.json", "--iterations", "5")

    assert json.loads(without.stdout) == {
        "pair": "ac",
        "held": False,
        "reason": "party_busy",
        "facts": {"meetings": ["ab"]},
        "cost": {"at_least": 0.25, "at_most": 0.25},
        "tier": "value",
        "instead": [],
        "displaced": ["ab"],
    }
    assert (given.returncode, given.stdout) == (0, without.stdout)


def test_the_command_line_knows_no_other_pair(tmp_path: Path) -> None:
    (tmp_path / "problem.json").write_bytes(dump(document()))

    answer = run("--why", "zz", tmp_path / "problem.json")

    assert (answer.returncode, answer.stderr) == (2, b'/pairs: no pair "zz"\n')
