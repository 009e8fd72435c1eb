"""No rule can be removed unnoticed: the list of removals, and a few of them; `make soak` tries all."""

import ast

import pytest

from matching.explaining.facts import Relax
from matching.plan import UnheldReason
from matching.problem import TIERS
from matching.rules import Breach, Rule
from tests import mutations
from tests.mutations import Mutant


@pytest.fixture(scope="module")
def mutants() -> list[Mutant]:
    return mutations.mutants()


def test_every_breach_rule_and_tier_of_the_judge_is_removed_once(mutants: list[Mutant]) -> None:
    judged = [mutant.name for mutant in mutants if mutant.name.startswith("judge: ")]

    assert sorted(judged) == sorted(
        [
            *(f"judge: {breach.value}" for breach in Breach),
            *(f"judge: Rule.{rule.value} as a whole" for rule in Rule),
            *(f"judge: tier {tier}" for tier in TIERS),
        ]
    )


def test_every_reason_but_the_last_is_passed_over_once(mutants: list[Mutant]) -> None:
    passed = [mutant.name for mutant in mutants if mutant.name.startswith("reason: ")]

    assert sorted(passed) == sorted(
        f"reason: {each.value}" for each in UnheldReason if each is not UnheldReason.CROWDED_OUT
    )


def test_everything_that_a_person_can_change_is_left_out_of_conflicts_once(mutants: list[Mutant]) -> None:
    passed = [mutant.name for mutant in mutants if mutant.name.startswith("conflict: ")]

    assert sorted(passed) == sorted(f"conflict: {each.value}" for each in Relax)


def test_every_mutant_is_a_module_of_its_own(mutants: list[Mutant]) -> None:
    assert len({mutant.name for mutant in mutants}) == len({mutant.source for mutant in mutants}) == len(mutants)
    assert all(ast.parse(mutant.source) for mutant in mutants)


def test_a_removed_rule_is_noticed_and_a_change_of_nothing_is_not(mutants: list[Mutant]) -> None:
    found = {mutant.name: mutant for mutant in mutants}
    same = Mutant(
        "nothing", "matching/board.py", mutations.source_of("matching/board.py"), ("tests/matching/test_presolve.py",)
    )

    verdicts = mutations.run([found["judge: walk_too_short"], found["search: presence"], same])

    assert [verdict.red for verdict in verdicts] == [
        "tests/matching/test_plan_rules.py::test_h10_parties_have_the_time_to_walk",
        "tests/matching/test_presolve.py::test_only_what_can_be_held_becomes_a_column",
        None,
    ]
