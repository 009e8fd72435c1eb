"""The three steps of `small_cases`: each satisfies its theorem, and the result equals brute force and the engine."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from matching.errors import NotYet
from matching.graph import event_graph
from matching.plan import tiers, violations
from matching.problem import Problem
from matching.small_cases import Edge, b_matching, edge_colouring, plan_small
from matching.solving import solve
from matching.stopping import Stop
from tests.matching.brute import optimum
from tests.matching.examples import Item, interpreter, pair, party, tiny
from tests.sampling import share_of


def loose(seed: int) -> Problem:
    """Return a small event in which everybody is present in every slot."""
    rng = Random(seed)
    experts, firms = [f"e{n}" for n in range(rng.randint(1, 3))], [f"f{n}" for n in range(rng.randint(1, 3))]

    def limits() -> Item:
        return {"max_meetings": rng.randint(0, 3)} if rng.random() < 0.4 else {"parallel": rng.randint(1, 2)}

    both = [(one, other) for one in experts for other in firms if rng.random() < 0.8]
    both += [rng.choice(both)] if both and rng.random() < 0.3 else []
    return tiny(
        tables=[{"id": f"t{n}"} for n in range(rng.randint(1, 3))],
        parties=[
            *(party(name, rng.choice(["ru", "ru zh", "en"]), side="expert", **limits()) for name in experts),
            *(party(name, "zh", side="enterprise", **limits()) for name in firms),
        ],
        interpreters=[interpreter(f"i{n}", rng.choice(["zh ru", "zh ru en"])) for n in range(rng.randint(1, 3))],
        pairs=[pair(f"p{n}", f"{one} {other}", rng.randint(0, 16) / 16) for n, (one, other) in enumerate(both)],
        objective=[{"tier": "value"}],
    )


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_a_small_plan_is_worth_as_much_as_the_best_of_all_plans_and_as_the_engine_s(first: int) -> None:
    planned = 0
    for seed in range(first, first + share_of(50)):
        problem = loose(seed)

        meetings = plan_small(problem)

        if meetings is None:
            continue
        planned += 1
        best = optimum(problem)
        engine = solve(problem, stop=Stop(iterations=20))
        assert (seed, violations(problem, meetings)) == (seed, [])
        assert best is not None
        value = tiers(problem, meetings)["value"]
        assert (seed, value, engine.tiers[0].bound) == (seed, best.tiers["value"], best.tiers["value"])
        assert (seed, engine.tiers[0].achieved) == (seed, value)
    assert planned > share_of(20)


def test_the_choice_of_the_first_step_is_worth_at_least_as_much_as_any_plan() -> None:
    for seed in range(200, 200 + share_of(60)):
        problem = loose(seed)
        graph = event_graph(problem)
        experts = {each.id for each in problem.parties if each.side == "expert"}

        chosen = b_matching(graph, experts, 3, 3 * len(problem.tables))

        best = optimum(problem)
        assert best is not None
        assert sum(problem.pair[key].value for *_, key in chosen) >= best.tiers["value"]


def graphs() -> Iterator[tuple[list[Edge], int]]:
    """Draw bipartite graphs with parallel edges, and sufficient numbers of colours."""
    for seed in range(share_of(200)):
        rng = Random(seed)
        edges = [(f"e{rng.randint(0, 4)}", f"f{rng.randint(0, 4)}", f"p{n}") for n in range(rng.randint(0, 14))]
        degree = Counter(end for one, other, _ in edges for end in (one, other))
        yield edges, max(degree.values(), default=0) + rng.randint(0, 2)


def test_as_many_colours_as_the_largest_degree_suffice_and_are_used_evenly() -> None:
    for edges, colours in graphs():
        colour = edge_colouring(edges, colours)

        used = Counter((end, colour[key]) for one, other, key in edges for end in (one, other))
        size = Counter(colour.values())
        assert colour.keys() == {key for *_, key in edges}
        assert max(used.values(), default=1) == 1
        assert not edges or max(size.values()) - min(size[number] for number in range(colours)) <= 1


def test_where_interpreters_do_not_suffice_in_a_slot_there_is_no_small_plan() -> None:
    lonely = [party("a", "ru"), party("b", "ru"), party("c"), party("d")]

    assert plan_small(tiny(parties=lonely, pairs=[pair("ac"), pair("bd")], interpreters=[])) is None


@pytest.mark.parametrize(
    "members",
    [
        {"parties": [party("a", available="s1"), party("b"), party("c")]},
        {"parties": [party("a", table="t1"), party("b"), party("c")]},
        {"tables": [{"id": "t1", "available": ["s1"]}]},
        {"pairs": [pair("ab"), pair("ac"), pair("bc")]},
        {"pairs": [pair("ab", length=2)]},
        {"pairs": [pair("ab", allowed=["s1"])]},
        {"pairs": [pair("ab", required=True)]},
        {"pairs": [pair("ab"), pair("ac", after=["ab"])]},
        {"pins": [{"pair": "ab", "slot": "s1"}]},
        {"interpreters": [interpreter("i", max_meetings=1)]},
    ],
)
def test_other_events_are_left_to_the_engine(members: Item) -> None:
    with pytest.raises(NotYet):
        plan_small(tiny(**members))
