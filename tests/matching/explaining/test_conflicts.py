"""Conflicts are true and minimal."""

import shlex
from copy import deepcopy
from functools import reduce
from random import Random

import pytest

from matching.explaining.facts import Relax
from matching.formats.schedule import read_problem
from matching.plan import Conflict, Plan, Status
from matching.problem import Problem
from matching.solving import solve
from matching.stopping import Stop
from tests.matching.brute import PlanSpace
from tests.matching.examples import Item, document, interpreter, pair, party, random_problem, slot, tiny
from tests.matching.explaining.changing import dropped, eased, tidy
from tests.sampling import share_of


def plan_of(problem: Problem) -> Plan:
    return solve(problem, stop=Stop(iterations=10))


def test_more_required_meetings_than_a_party_may_hold() -> None:
    problem = tiny(
        parties=[party("a", max_meetings=1), party("b"), party("c")],
        pairs=[pair("ab", required=True), pair("ac", required=True), pair("bc", required=True)],
    )

    plan = plan_of(problem)

    assert (plan.status, plan.meetings, plan.tiers) == (Status.INFEASIBLE, (), ())
    assert plan.conflict == (
        Conflict("H6", ("/parties/0/max_meetings",), "raise_max_meetings a 2"),
        Conflict("H7", ("/pairs/0/required",), "do_not_require ab"),
        Conflict("H7", ("/pairs/1/required",), "do_not_require ac"),
    )


def test_more_required_meetings_in_a_slot_than_interpreters() -> None:
    problem = tiny(
        slots=document()["slots"][:1],
        parties=[party(n, t, "s1") for n, t in (("a", "ru"), ("b", "zh"), ("c", "ru"), ("d", "zh"))],
        pairs=[pair("ab", required=True), pair("cd")],
        pins=[{"pair": "cd", "slot": "s1"}],
        interpreters=[interpreter("i1", available="s1")],
    )

    plan = plan_of(problem)

    assert plan.conflict == (
        Conflict("H5", ("/interpreters",), "add_interpreters ru+zh@s1"),
        Conflict("H8", ("/pins/0",), "unpin cd"),
        Conflict("H7", ("/pairs/0/required",), "do_not_require ab"),
    )


@pytest.mark.parametrize("first", range(0, 240, 60))
def test_conflicts_hold_need_each_entry_and_are_resolved_as_each_entry_says(first: int) -> None:
    """By brute force: the facts allow no plan; without any one of them, or after its change, they allow one.

    The whole document then has a plan too, unless it contains another conflict.
    """
    for seed in range(first, first + share_of(60)):
        document = demanding(seed)
        conflict = plan_of(read_problem(document)).conflict
        if not conflict:
            continue
        core = named(document, conflict)
        assert (seed, is_feasible(core)) == (seed, False)
        for entry in conflict:
            assert (seed, entry, is_feasible(less(core, entry))) == (seed, entry, True)
            assert (seed, entry, is_feasible(eased(core, entry.relax))) == (seed, entry, True)
            alone = is_feasible(less(document, entry))
            assert (seed, entry, is_feasible(eased(document, entry.relax))) == (seed, entry, alone)


def test_every_way_to_relax_occurs_in_the_sample() -> None:
    found = {
        shlex.split(entry.relax)[0] for seed in range(240) for entry in plan_of(read_problem(demanding(seed))).conflict
    }

    assert found == {relax.value for relax in Relax}


def demanding(seed: int) -> Item:
    """Return a small random document in which most pairs are required."""
    rng = Random(f"demanding {seed}")
    document = deepcopy(random_problem(seed, pairs=5, lengths=seed % 2 == 0, walk=seed % 3 == 0).document)
    assert document is not None
    for each in document["pairs"]:
        each["required"] = rng.random() < 0.7
    return dict(document)


def is_feasible(document: Item) -> bool:
    """Whether the document has a plan, by brute force; pairs that are not required are left out."""
    document = tidy(document)
    pinned = {pin["pair"] for pin in document["pins"]}
    for each in document["pairs"]:
        if not each.get("required") and each["id"] not in pinned:
            each["allowed"] = []
    return PlanSpace(read_problem(document)).any() is not None


def less(document: Item, entry: Conflict) -> Item:
    """Return the document without the fact of an entry."""
    return reduce(dropped, entry.at, document)


def named(document: Item, conflict: tuple[Conflict, ...]) -> Item:
    """Return the document with the pairs and facts of the conflict only."""
    said = {pointer for entry in conflict for pointer in entry.at}
    pins = [pin["pair"] if f"/pins/{k}" in said else None for k, pin in enumerate(document.get("pins", ()))]
    chosen = {
        pair["id"] for k, pair in enumerate(document["pairs"]) if f"/pairs/{k}/required" in said or pair["id"] in pins
    }
    involved = {party for pair in document["pairs"] if pair["id"] in chosen for party in pair["parties"]}
    parties = [k for k, party in enumerate(document["parties"]) if party["id"] in involved]
    pairs = [k for k, pair in enumerate(document["pairs"]) if pair["id"] in chosen]
    special = {document["parties"][k].get("table") for k in parties}
    special |= {pin.get("table") for pin in document.get("pins", ()) if pin["pair"] in chosen}
    limits = ("available", "parallel", "max_meetings", "table", "max_consecutive")
    pointers = [
        *(f"/parties/{k}/{member}" for k in parties for member in limits),
        *(f"/parties/{k}/languages" for k in parties if not document["parties"][k]["languages"]),
        *(f"/pairs/{k}/{member}" for k in pairs for member in ("allowed", "after", "required")),
        *(f"/pins/{k}" for k in range(len(pins))),
        *(f"/walk/{k}" for k in range(len(document.get("walk", ())))),
        *(f"/tables/{k}/available" for k, table in enumerate(document["tables"]) if table["id"] in special),
        "/tables",
        "/interpreters",
    ]
    core = reduce(dropped, [pointer for pointer in pointers if pointer not in said], document)
    for k, each in enumerate(core["pairs"]):
        each["required"] = each.get("required", False) and k in pairs
    return core


def test_too_many_meetings_for_a_day_are_counted_where_only_breaks_are_asked_for() -> None:
    """A search for few breaks would try every order of the meetings."""
    names = [f"s{hour}" for hour in range(10, 21)]
    everywhere = " ".join(names)
    problem = tiny(
        slots=[slot(name, f"{name[1:]}:00", f"{name[1:]}:45") for name in names],
        parties=[party("a", available=everywhere), *(party(f"b{n}", available=everywhere) for n in range(12))],
        pairs=[pair(f"ab{n}", f"a b{n}", required=True) for n in range(12)],
        objective=[{"tier": "breaks"}],
    )

    conflict = plan_of(problem).conflict

    assert [(entry.rule, entry.relax) for entry in conflict] == [
        ("H2", "raise_parallel a 2"),
        *(("H7", f"do_not_require ab{n}") for n in range(12)),
    ]


def test_hundreds_of_pairs_that_share_one_table_too_few() -> None:
    """Sixteen slots with fourteen tables have room for 224 of 240 meetings, so any 225 of them clash."""
    names = [f"s{hour}" for hour in range(16)]
    everywhere = " ".join(names)
    problem = tiny(
        slots=[slot(name, f"{name[1:]:>02}:00", f"{name[1:]:>02}:45") for name in names],
        tables=[{"id": f"t{n}"} for n in range(14)],
        parties=[party(f"{side}{n}", available=everywhere) for side in ("e", "f") for n in range(16)],
        pairs=[pair(f"p{n}", f"e{n // 15} f{(n // 15 + n) % 16}", required=True) for n in range(240)],
    )

    conflict = plan_of(problem).conflict

    assert [entry.rule for entry in conflict] == ["H4", *["H7"] * 225]
    assert (shlex.split(conflict[0].relax)[0], len(shlex.split(conflict[0].relax)[1:])) == ("add_tables", 240 - 224)
