"""`plan/1`: valid documents are read, faults are reported with their place, written documents read back equal."""

from dataclasses import replace
from typing import Any

import pytest

from matching.errors import DocumentError
from matching.formats.documents import dump
from matching.formats.schedule import load_plan, read_plan, write_plan
from matching.plan import Conflict, Diff, Plan, Status, Tier, Unheld, UnheldReason
from tests.matching.examples import interpreter, meet, tiny

PROBLEM = tiny(interpreters=[interpreter("i1")])
PLAN = Plan(
    problem_sha256="0" * 64,
    engine="duijie/1",
    seed=3,
    seconds=2.5,
    status=Status.FEASIBLE,
    meetings=tuple(meet("ab s1 t1 i1")),
    tiers=(Tier("shortfall", 1, 0, 1.0), Tier("value", 0.5, 1.0, 0.5), Tier("breaks", 0, None, None)),
    unheld=(Unheld("ac", UnheldReason.CROWDED_OUT, {"cost": {"at_least": -0.5, "at_most": None}, "tier": "value"}),),
    diff=Diff(kept=(), moved=(), dropped=("ac",), added=("ab",), disturbed=("a", "c")),
    timings={"choose": 0.25},
    x={"note": "对接"},
)


def document(**members: Any) -> dict[str, Any]:
    return write_plan(PLAN) | members


def faults(**members: Any) -> list[tuple[str, str]]:
    with pytest.raises(DocumentError) as caught:
        read_plan(document(**members), PROBLEM)
    return caught.value.faults


def test_the_document_of_a_plan() -> None:
    assert document() == {
        "format": "plan/1",
        "problem_sha256": "0" * 64,
        "engine": "duijie/1",
        "seed": 3,
        "seconds": 2.5,
        "status": "feasible",
        "meetings": [{"pair": "ab", "slot": "s1", "table": "t1", "interpreter": "i1"}],
        "tiers": [
            {"tier": "shortfall", "achieved": 1, "bound": 0, "gap": 1.0},
            {"tier": "value", "achieved": 0.5, "bound": 1.0, "gap": 0.5},
            {"tier": "breaks", "achieved": 0, "bound": None, "gap": None},
        ],
        "unheld": [
            {
                "pair": "ac",
                "reason": "crowded_out",
                "facts": {"cost": {"at_least": -0.5, "at_most": None}, "tier": "value"},
            }
        ],
        "diff": {"kept": [], "moved": [], "dropped": ["ac"], "added": ["ab"], "disturbed": ["a", "c"]},
        "timings": {"choose": 0.25},
        "x": {"note": "对接"},
    }


def test_a_plan_reads_back_the_same() -> None:
    assert load_plan(dump(document()), PROBLEM) == PLAN


def test_a_plan_that_says_there_is_none_reads_back_the_same() -> None:
    plan = replace(
        PLAN,
        status=Status.INFEASIBLE,
        seconds=None,
        meetings=(),
        tiers=(),
        unheld=(),
        conflict=(Conflict("H7", ("/pairs/0/required",), "do not require the pair"),),
        diff=None,
        timings=None,
        x=None,
    )

    assert read_plan(write_plan(plan), PROBLEM) == plan
    assert set(write_plan(plan)) == set(document()) - {"diff", "timings", "x"} | {"conflict"}


def test_what_is_unheld_and_changed_is_written_by_id() -> None:
    plan = replace(
        PLAN,
        unheld=(
            Unheld("ac", UnheldReason.PARTY_BUSY, {"meetings": []}),
            Unheld("ab", UnheldReason.OWN_TABLES_DIFFER, {}),
        ),
        diff=Diff(("b", "a"), (), (), (), ()),
    )

    written = write_plan(plan)

    assert [item["pair"] for item in written["unheld"]] == ["ab", "ac"]
    assert written["diff"]["kept"] == ["a", "b"]


def test_counted_tiers_are_written_in_whole_numbers() -> None:
    written = write_plan(replace(PLAN, tiers=(Tier("breaks", 2.0, 1.0, 0.5), Tier("value", 1, 2, 0.5))))

    assert dump({"tiers": written["tiers"]}) == (
        b'{\n"tiers": [\n{"tier": "breaks", "achieved": 2, "bound": 1, "gap": 0.5},\n'
        b'{"tier": "value", "achieved": 1.0, "bound": 2.0, "gap": 0.5}\n]\n}\n'
    )


def test_any_object_may_hold_x() -> None:
    raw = document()
    for name in ("meetings", "tiers", "unheld"):
        raw[name] = [item | {"x": 1} for item in raw[name]]
    raw["unheld"][0]["facts"] = raw["unheld"][0]["facts"] | {"x": 1}
    raw["diff"] = raw["diff"] | {"x": 1}
    raw["timings"] = raw["timings"] | {"x": "1"}

    assert read_plan(raw, PROBLEM) == PLAN


MEETING = {"pair": "ab", "slot": "s1", "table": "t1"}
TIER = {"tier": "value", "achieved": 1, "bound": 1, "gap": 0}
UNHELD = {"pair": "ac", "reason": "crowded_out", "facts": {}}
DIFF: dict[str, Any] = {"kept": [], "moved": [], "dropped": [], "added": [], "disturbed": []}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"format": "plan/2"}, ("/format", 'must be one of plan/1, not "plan/2"')),
        ({"more": 1}, ("/more", "unknown member")),
        ({"engine": 1}, ("/engine", "must be a string, not a number")),
        ({"seed": 1.5}, ("/seed", "must be a whole number, not a fraction")),
        ({"seconds": -1}, ("/seconds", "must be in [0, 9.0072e+15]")),
        ({"status": "best"}, ("/status", 'must be one of optimal, feasible, infeasible, not "best"')),
        ({"meetings": [MEETING | {"pair": "zz"}]}, ("/meetings/0/pair", 'no pair "zz"')),
        ({"meetings": [MEETING | {"slot": "zz"}]}, ("/meetings/0/slot", 'no slot "zz"')),
        ({"meetings": [MEETING | {"table": "zz"}]}, ("/meetings/0/table", 'no table "zz"')),
        ({"meetings": [MEETING | {"interpreter": "zz"}]}, ("/meetings/0/interpreter", 'no interpreter "zz"')),
        ({"meetings": [MEETING | {"interpreter": None}]}, ("/meetings/0/interpreter", "must be a string, not null")),
        ({"meetings": [MEETING | {"room": 1}]}, ("/meetings/0/room", "unknown member")),
        ({"tiers": [TIER | {"achieved": None}]}, ("/tiers/0/achieved", "must be a number, not null")),
        ({"tiers": [TIER | {"tier": "breaks", "achieved": 0.5}]}, ("/tiers/0/achieved", "must be a whole number")),
        ({"tiers": [TIER | {"tier": "moves", "bound": -0.5}]}, ("/tiers/0/bound", "must be a whole number")),
        ({"tiers": [TIER | {"bound": "1"}]}, ("/tiers/0/bound", "must be a number, not a string")),
        ({"tiers": [TIER | {"gap": -0.1}]}, ("/tiers/0/gap", "must be in [0, 9.0072e+15]")),
        ({"unheld": [UNHELD | {"pair": "zz"}]}, ("/unheld/0/pair", 'no pair "zz"')),
        ({"unheld": [UNHELD | {"facts": {"why": 1}}]}, ("/unheld/0/facts/why", "unknown member")),
        ({"unheld": [UNHELD | {"facts": {"party": "zz"}}]}, ("/unheld/0/facts/party", 'no party "zz"')),
        ({"unheld": [UNHELD | {"facts": {"cost": {"at_least": 0}}}]}, (
            "/unheld/0/facts/cost", '"at_most" is missing',
        )),
        ({"conflict": [{"rule": "H11", "at": [], "relax": ""}]}, (
            "/conflict/0/rule", 'must be one of H1, H2, H3, H4, H5, H6, H7, H8, H9, H10, not "H11"',
        )),
        ({"conflict": [{"rule": "H1", "at": "/pairs/0", "relax": ""}]}, (
            "/conflict/0/at", "must be an array, not a string",
        )),
        ({"diff": DIFF | {"kept": ["zz"]}}, ("/diff/kept/0", 'no pair "zz"')),
        ({"diff": DIFF | {"disturbed": ["ab"]}}, ("/diff/disturbed/0", 'no party "ab"')),
        ({"timings": []}, ("/timings", "must be an object, not an array")),
        ({"timings": {"choose": None}}, ("/timings/choose", "must be a number, not null")),
    ],
)  # fmt: skip
def test_what_is_malformed_is_named_by_its_pointer(members: dict[str, Any], expected: tuple[str, str]) -> None:
    assert faults(**members) == [expected]


def test_an_unknown_reason_is_refused() -> None:
    [(pointer, message)] = faults(unheld=[UNHELD | {"reason": "bad_luck"}])

    assert (pointer, message[:35]) == ("/unheld/0/reason", "must be one of no_common_slot, own_")


@pytest.mark.parametrize("name", sorted(set(document()) - {"diff", "timings", "x"}))
def test_members_that_a_plan_always_has(name: str) -> None:
    raw = document()
    del raw[name]

    with pytest.raises(DocumentError) as caught:
        read_plan(raw, PROBLEM)

    assert caught.value.faults == [("", f'"{name}" is missing')]
