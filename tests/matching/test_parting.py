"""Events with independent parts: planned in parts, they have the same value as planned whole."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from matching.graph import component_labels, components, event_graph
from matching.parting import parts
from matching.plan import Status, violations
from matching.presolve import presolve
from matching.problem import Problem
from matching.solving import solve
from matching.stopping import Stop
from tests.matching.brute import optimum
from tests.matching.examples import Item, interpreter, pair, party, random_problem, slot, tiny
from tests.sampling import share_of


def names(problem: Problem) -> list[str]:
    return ["".join(each.id for each in part.parties) for part in parts(presolve(problem))]


def two_days(**members: object) -> Problem:
    """Return a problem with one table; a and b are available on the first day, c and d on the second."""
    raw = {
        "slots": [slot("s1", "09:00", "09:20"), slot("s2", "09:00", "09:20", "2026-05-19")],
        "tables": [{"id": "t1"}],
        "parties": [
            party("a", available="s1"),
            party("b", available="s1"),
            party("c", available="s2"),
            party("d", available="s2"),
        ],
        "pairs": [pair("ab"), pair("cd")],
    }
    return tiny(**(raw | members))


def test_those_who_meet_on_different_days_share_no_table() -> None:
    assert names(two_days()) == ["ab", "cd"]


def test_those_who_could_want_the_same_table_in_one_slot_are_in_one_part() -> None:
    assert names(tiny(parties=[party(name) for name in "abcd"], pairs=[pair("ab"), pair("cd")])) == []


def test_tables_of_their_own_keep_parts_apart() -> None:
    parties = [party("a", table="t1"), party("b"), party("c", table="t2"), party("d")]

    assert names(tiny(parties=parties, pairs=[pair("ab"), pair("cd")])) == ["ab", "cd"]


@pytest.mark.parametrize(
    ("limits", "found"), [({}, ["ab", "cd"]), ({"max_meetings": 1}, []), ({"max_consecutive": 1}, [])]
)
def test_an_interpreter_with_limits_joins_two_days(limits: Item, found: list[str]) -> None:
    day = {"a": "s1", "b": "s1", "c": "s2", "d": "s2"}
    parties = [party(name, "ru" if name in "ac" else "zh", slots) for name, slots in day.items()]

    assert names(two_days(parties=parties, interpreters=[interpreter("i", available="s1 s2", **limits)])) == found


def test_pairs_one_after_the_other_are_in_one_part() -> None:
    assert names(two_days(pairs=[pair("ab"), pair("cd", after=["ab"])])) == []


def test_a_pair_that_can_never_meet_joins_nothing_unless_it_has_to() -> None:
    loose, firm = ([pair("ab"), pair("cd"), pair("ac", required=must)] for must in (False, True))

    assert (names(two_days(pairs=loose)), names(two_days(pairs=firm))) == (["ab", "cd"], [])


def test_labels_are_the_components_of_the_graph() -> None:
    for seed in range(100):
        problem = random_problem(seed)
        graph = event_graph(problem)
        number = {each.id: k for k, each in enumerate(problem.parties)}
        links = np.array([(number[one], number[other]) for one, other, data in graph.edges(data=True) if data["slots"]])

        label = component_labels(links.reshape(-1, 2).astype(np.int64), len(number))

        found = [{each for each in number if label[number[each]] == k} for k in dict.fromkeys(label.tolist())]
        assert found == components(graph)


def beside(one: Problem, other: Problem) -> Problem:
    """Return both events as one, the second on other days; interpreters and tables serve their own event only."""
    moved = [
        replace(
            each, id=f"x{each.id}", start=each.start.replace(month=6), end=each.end.replace(month=6), day=f"x{each.day}"
        )
        for each in other.slots
    ]

    def named(slots: frozenset[str] | None) -> frozenset[str] | None:
        return None if slots is None else frozenset(f"x{each}" for each in slots)

    first, second = frozenset(one.slot), frozenset(f"x{each}" for each in other.slot)
    return Problem(
        slots=(*one.slots, *moved),
        tables=(
            *(replace(each, available=each.available if each.available is not None else first) for each in one.tables),
            *(replace(each, id=f"x{each.id}", available=named(each.available) or second) for each in other.tables),
        ),
        parties=(
            *one.parties,
            *(
                replace(
                    each,
                    id=f"x{each.id}",
                    available=named(each.available) or frozenset(),
                    table=each.table and f"x{each.table}",
                )
                for each in other.parties
            ),
        ),
        interpreters=(
            *one.interpreters,
            *(
                replace(each, id=f"x{each.id}", available=named(each.available) or frozenset())
                for each in other.interpreters
            ),
        ),
        pairs=(
            *one.pairs,
            *(
                replace(
                    each,
                    id=f"x{each.id}",
                    parties=(f"x{each.parties[0]}", f"x{each.parties[1]}"),
                    allowed=named(each.allowed),
                    after=tuple(f"x{before}" for before in each.after),
                )
                for each in other.pairs
            ),
        ),
    )


@pytest.mark.parametrize("first", range(0, 120, 30))
def test_an_event_planned_in_parts_is_as_good_as_the_best_of_all_plans(first: int) -> None:
    apart = 0
    for seed in range(first, first + share_of(30)):
        one, other = (replace(random_problem(seed * 2 + k, pairs=4, slots=3, tables=2), pins=()) for k in (0, 1))
        whole = beside(one, other)
        best = optimum(whole)

        plan = solve(whole, stop=Stop(iterations=30), seed=Random(seed).randint(0, 9))

        if best is None:
            assert (seed, plan.status) == (seed, Status.INFEASIBLE)
            continue
        apart += bool(parts(presolve(whole)))
        assert (seed, violations(whole, plan.meetings)) == (seed, [])
        for tier in plan.tiers:
            told = best.tiers[tier.tier]
            assert tier.achieved == pytest.approx(told), (seed, tier.tier)
            assert (
                tier.bound is None or tier.bound == pytest.approx(told) or (tier.bound < told) == (tier.tier != "value")
            )
        assert {each.pair for each in plan.unheld} | {each.pair for each in plan.meetings} == set(whole.pair)
    assert apart >= share_of(4)
