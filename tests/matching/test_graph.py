"""The event graph: its content, the theorems about its functions, and its export."""

from collections import Counter
from io import BytesIO
from itertools import combinations, product
from random import Random
from typing import Any

import networkx as nx
import numpy as np
import pytest

from matching.graph import (
    EventGraph,
    cheapest_matching,
    components,
    deficiency,
    event_graph,
    exported,
    graphml,
    hall_violator,
    konig_cover,
    largest_b_matching,
    meeting_graph,
    order_cycles,
    reach,
)
from matching.pictures.plotting import words_of
from matching.presolve import first_slots
from matching.problem import Problem
from matching.slots import slot_calendar
from tests.matching.examples import interpreter, meet, pair, party, random_problem, slot, tiny

Pairs = list[tuple[str, str]]


def sample(seed: int) -> tuple[Pairs, dict[str, int]]:
    """Return random pairs of up to four experts and four firms, and the limit of each party."""
    rng = Random(seed)
    experts, firms = [f"e{n}" for n in range(rng.randint(1, 4))], [f"f{n}" for n in range(rng.randint(1, 4))]
    pairs = [each for each in product(experts, firms) if rng.random() < 0.6]
    return pairs, {name: rng.randint(0, 3) for name in experts + firms}


def by_hand(pairs: Pairs, most: dict[str, int]) -> int:
    """Return the size of a largest choice within the limits, by trying all choices."""

    def fits(chosen: tuple[tuple[str, str], ...]) -> bool:
        return all(sum(name in each for each in chosen) <= limit for name, limit in most.items())

    return max(n for n in range(len(pairs) + 1) if any(map(fits, combinations(pairs, n))))


def nodes_of(graph: EventGraph) -> dict[str, Any]:
    return {name: graph.nodes[name] for name in graph}


def starts_of(problem: Problem) -> dict[str, tuple[str, ...]]:
    return {key: data["slots"] for *_, key, data in event_graph(problem).edges(keys=True, data=True)}


# What the graph is -----------------------------------------------------------------------------------------------


def test_parties_are_nodes_and_pairs_are_edges() -> None:
    problem = tiny(
        parties=[
            party("a", "ru en-GB", "s3 s1", side="expert", max_meetings=2, table="t1", parallel=3),
            party("b", "EN zh-Hans", "s1 s2 s3", min_meetings=1),
            party("c", "zh", "s2"),
        ],
        pairs=[pair("ab", value=0.75, allowed=["s2", "s3"], required=True), pair("ac")],
    )

    graph = event_graph(problem)

    assert nodes_of(graph) == {
        "a": {
            **{"side": "expert", "least": 0, "most": 2, "parallel": 1, "table": "t1"},
            **{"languages": ("en", "ru"), "slots": ("s1", "s3")},
        },
        "b": {
            **{"side": "guest", "least": 1, "most": None, "parallel": 1, "table": None},
            **{"languages": ("en", "zh"), "slots": ("s1", "s2", "s3")},
        },
        "c": {
            **{"side": "guest", "least": 0, "most": None, "parallel": 1, "table": None},
            **{"languages": ("zh",), "slots": ("s2",)},
        },
    }
    assert list(graph.edges(keys=True, data=True)) == [
        ("a", "b", "ab", {"value": 0.75, "languages": ("en",), "slots": ("s3",), "length": 1, "required": True}),
        ("a", "c", "ac", {"value": 0.5, "languages": (), "slots": (), "length": 1, "required": False}),
    ]


def test_a_long_pair_starts_where_all_its_slots_follow_one_another() -> None:
    day = [("s1", "09:00"), ("s2", "09:20"), ("s3", "09:40"), ("s4", "11:00"), ("s5", "11:20")]
    slots = [slot(name, start, f"{start[:3]}{int(start[3:]) + 19}") for name, start in day]
    everything = "s1 s2 s3 s4 s5"
    problem = tiny(
        slots=slots,
        parties=[party("a", available=everything), party("b", available=everything), party("c", available="s2 s3 s5")],
        pairs=[pair("ab", length=2), pair("ac", length=2), pair("bc", length=3)],
    )

    assert starts_of(problem) == {"ab": ("s1", "s2", "s4"), "ac": ("s2",), "bc": ()}


def test_two_pairs_of_the_same_two_parties_are_two_edges() -> None:
    problem = tiny(pairs=[pair("p", "a b"), pair("q", "b a")])

    assert event_graph(problem).number_of_edges("a", "b") == 2


def test_the_slots_of_an_edge_are_those_in_which_the_judge_lets_the_pair_begin() -> None:
    for seed in range(200):
        problem = random_problem(seed, lengths=True)
        days = slot_calendar(problem)
        starts = {
            each.id: tuple(problem.ordered[t].id for t in first_slots(problem, days, each)) for each in problem.pairs
        }

        assert starts_of(problem) == starts


def test_meetings_are_edges_with_a_slot_a_table_and_an_interpreter() -> None:
    problem = tiny(parties=[party("a", "ru"), party("b"), party("c")], interpreters=[interpreter("i")])

    held = meeting_graph(event_graph(problem), problem, meet("ab s2 t1 i"))

    assert [(data["slot"], data["table"], data["interpreter"]) for *_, data in held.edges(data=True)] == [
        ("s2", "t1", "i")
    ]
    assert dict(held.degree()) == {"a": 1, "b": 1, "c": 0}


def test_the_reach_of_a_party_is_what_its_pairs_its_slots_and_its_limit_allow() -> None:
    everybody = [party("a", max_meetings=2), party("b", parallel=2, available="s1"), party("c", available="s1")]
    problem = tiny(
        parties=[*everybody, party("d", available="s3")], pairs=[pair(name) for name in ("ab", "ac", "ad", "bc", "bd")]
    )

    assert reach(event_graph(problem)) == {"a": 2, "b": 2, "c": 1, "d": 1}


# Components ------------------------------------------------------------------------------------------------------


def test_components_are_joined_by_pairs_that_can_meet() -> None:
    parties = [party("a", available="s1"), party("b"), party("c", available="s3"), party("d", available="s2 s3")]
    problem = tiny(parties=parties, pairs=[pair("ac"), pair("ab"), pair("cd")])

    assert components(event_graph(problem)) == [{"a", "b"}, {"c", "d"}]


def test_order_cycles_are_names_that_come_after_one_another() -> None:
    after = {"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": [], "e": ["e"], "f": ["a"]}

    assert sorted(map(sorted, order_cycles(after))) == [["a", "b", "c"], ["e"]]


# Matchings and what limits them ----------------------------------------------------------------------------------


def test_a_largest_b_matching_is_what_a_choice_reaches() -> None:
    for seed in range(200):
        pairs, most = sample(seed)

        assert (seed, largest_b_matching(pairs, most)) == (seed, by_hand(pairs, most))


def test_without_pairs_there_is_no_meeting_and_nothing_that_limits() -> None:
    assert (largest_b_matching([], {"e": 2}), konig_cover([], {"e": 2})) == (0, (frozenset(), frozenset()))


def test_a_cover_is_as_large_as_the_largest_matching_and_leaves_no_pair_out() -> None:
    for seed in range(300):
        pairs, most = sample(seed)

        parties, single = konig_cover(pairs, most)

        assert (seed, sum(most[each] for each in parties) + len(single)) == (seed, largest_b_matching(pairs, most))
        assert all(each in single or not parties.isdisjoint(each) for each in pairs)


def test_where_everybody_meets_once_the_cover_has_the_size_of_networkx_s() -> None:
    for seed in range(100):
        pairs, most = sample(seed)
        graph: nx.Graph[str] = nx.Graph(pairs)
        experts = {one for one, _ in pairs}
        matching = nx.bipartite.hopcroft_karp_matching(graph, experts)
        theirs = nx.bipartite.to_vertex_cover(graph, matching, experts)

        parties, single = konig_cover(pairs, dict.fromkeys(most, 1))

        assert len(parties) + len(single) == len(theirs) == len(matching) // 2


def layers(pairs: Pairs, most: dict[str, int]) -> list[tuple[Any, Any, Any]]:
    """Return a network in which experts want one firm each, and a firm has a limit."""
    experts, firms = sorted({one for one, _ in pairs}), sorted({other for _, other in pairs})
    wants = np.array([(experts.index(one), firms.index(other)) for one, other in pairs]).T
    ones, every = np.ones(len(pairs), dtype=np.int64), np.arange(len(firms))
    return [(*wants, ones), (every, np.zeros_like(every), np.array([most[firm] for firm in firms]))]


def test_a_hall_violator_has_one_place_too_few_and_is_found_where_there_is_one() -> None:
    found = Counter[bool]()
    for seed in range(300):
        pairs, most = sample(seed)
        if not pairs:
            continue
        experts = sorted({one for one, _ in pairs})
        served = largest_b_matching(pairs, {**most, **dict.fromkeys(experts, 1)})

        few = [experts[at] for at in hall_violator(layers(pairs, most))]

        assert (seed, bool(few)) == (seed, served < len(experts))
        assert (seed, deficiency(layers(pairs, most))) == (seed, len(experts) - served)
        if few:
            assert (seed, sum(most[firm] for firm in {other for one, other in pairs if one in few})) == (
                seed,
                len(few) - 1,
            )
        found[bool(few)] += 1
    assert min(found.values()) > 50


def test_a_cheapest_matching_is_the_best_of_all() -> None:
    for seed in range(50):
        rng = Random(seed)
        rows = rng.randint(1, 3)
        cost = np.array([[float(rng.randint(0, 9)) for _ in range(rows + 1)] for _ in range(rows)])

        columns = cheapest_matching(cost)

        ways = ([cost[row, column] for row, column in enumerate(way)] for way in _ways(rows, rows + 1))
        assert len(set(columns.tolist())) == rows
        assert cost[np.arange(rows), columns].sum() == min(map(sum, ways))


def _ways(rows: int, columns: int) -> list[tuple[int, ...]]:
    return [way for way in product(range(columns), repeat=rows) if len(set(way)) == rows]


# GraphML ---------------------------------------------------------------------------------------------------------


def read_back(written: bytes) -> EventGraph:
    graph = nx.read_graphml(BytesIO(written), force_multigraph=True)
    assert isinstance(graph, nx.MultiGraph)
    return graph


@pytest.mark.parametrize("seed", range(20))
def test_graphml_read_by_networkx_is_the_same_graph(seed: int) -> None:
    problem = random_problem(seed, lengths=True, interpreters=0)
    graph = exported(problem, (), words_of(problem, ()))

    again = read_back(graphml(graph))

    assert nodes_of(again) == nodes_of(graph)
    assert {key: data for *_, key, data in again.edges(keys=True, data=True)} == {
        key: data for *_, key, data in graph.edges(keys=True, data=True)
    }
    assert {(frozenset(ends), key) for *ends, key in again.edges(keys=True)} == {
        (frozenset(ends), key) for *ends, key in graph.edges(keys=True)
    }


def test_graphml_tells_who_meets_where_when_and_with_whom() -> None:
    names = [party("a", "ru", side="expert", x="Анна <&\x07\"'"), party("b", x="海天"), party("c", available="")]
    problem = tiny(parties=names, interpreters=[interpreter("i", x="刘洋")])
    meetings = meet("ab s2 t1 i")

    again = read_back(graphml(exported(problem, meetings, words_of(problem, meetings))))

    assert [again.nodes[name]["label"] for name in "abc"] == ["Анна <&\ufffd\"'", "海天", "c"]
    assert [again.nodes[name]["component"] for name in "abc"] == [1, 1, 2]
    assert [again.nodes[name]["meetings"] for name in "abc"] == [1, 1, 0]
    assert again.edges["a", "b", "ab"] == {
        **{"value": 0.5, "languages": "", "slots": "s1, s2, s3", "length": 1, "required": False, "held": True},
        **{"slot": "s2", "start": "2026-05-18T09:20:00+08:00", "table": "t1", "interpreter": "刘洋"},
    }
    assert again.edges["a", "c", "ac"]["held"] is False
