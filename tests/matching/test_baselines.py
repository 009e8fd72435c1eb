"""Baselines of the benchmark: feasible plans, true bounds, and no plan exceeds a proved bound."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from matching.plan import tiers, violations
from matching.problem import Goal, Problem
from matching.solving import solve
from matching.stopping import Stop
from tests.bench.baseline import greedy
from tests.bench.families import Shape, event, without_promises
from tests.bench.flow import flow_first
from tests.bench.report import BenchReport, chart, spread
from tests.bench.running import RunTask, measured
from tests.bench.textbook import textbook
from tests.bench.whole import whole

SMALL = Shape(6, 14, (8,), 4, 2, 50)
SHAPES = {
    "plain": SMALL,
    "half-days": replace(SMALL, half_days=True),
    "few stars": replace(SMALL, stars=3),
    "parallel": replace(SMALL, parallel=0.5),
    "own tables": replace(SMALL, own_tables=0.2),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_one_model_proves_what_ours_proves_and_the_others_hold_no_more(name: str) -> None:
    problem = without_promises(event(SHAPES[name], 1))
    ours = next(tier for tier in solve(problem, stop=Stop(iterations=20)).tiers if tier.tier == "value")
    by_hand, by_flow = greedy(problem), flow_first(problem)
    at_once = whole(problem, 60.0, by_hand)

    assert [violations(problem, each) for each in (by_hand, by_flow.meetings, at_once.meetings)] == [[], [], []]
    assert tiers(problem, at_once.meetings)["value"] == pytest.approx(at_once.bound, abs=1e-4)
    assert ours.gap == 0 and ours.achieved == pytest.approx(at_once.bound, abs=1e-4)
    assert tiers(problem, by_hand)["value"] <= ours.achieved + 1e-9
    assert tiers(problem, by_flow.meetings)["value"] <= ours.achieved + 1e-9
    assert by_flow.bound is not None and by_flow.bound >= ours.achieved - 1e-3


def brokerage(seed: int) -> Problem:
    """Return a problem with all meetings required, no interpreters, and breaks as its goal."""
    made = event(Shape(5, 6, (7,), 3, 0, 12), seed)
    everywhere = frozenset(made.slot)
    parties = tuple(
        replace(party, available=everywhere, languages=("en",), max_meetings=None, min_meetings=0)
        for party in made.parties
    )
    pairs = tuple(replace(pair, required=True) for pair in made.pairs)
    return replace(made, parties=parties, pairs=pairs, objective=(Goal("breaks"),))


def test_the_textbook_model_proves_as_few_breaks_as_ours() -> None:
    problem = brokerage(2)

    theirs = textbook(problem, 60.0)
    [ours] = solve(problem, stop=Stop(seconds=60)).tiers

    assert violations(problem, theirs.meetings) == []
    assert tiers(problem, theirs.meetings)["breaks"] == theirs.bound == ours.achieved == ours.bound


def test_the_families_are_the_same_for_the_same_seed_and_keep_their_variants_apart() -> None:
    assert event(SMALL, 3) == event(SMALL, 3)
    assert any(party.parallel == 2 for party in event(SHAPES["parallel"], 3).parties)
    assert any(party.table == "t000" for party in event(SHAPES["own tables"], 3).parties)
    stars = [pair for pair in event(SHAPES["few stars"], 3).pairs if pair.parties[0] in ("e0", "e1", "e2")]
    assert len(stars) == 25


def test_a_run_is_measured_and_judged() -> None:
    figures = measured(RunTask("flow first", 0.0, "delegation", pair_promises=False))

    assert figures["value"] is not None and figures["value bound"] is not None
    assert {"meetings", "breaks", "seconds", "cpu s", "MB", "value gap %"} <= set(figures)


def test_figures_are_the_least_the_median_and_the_most() -> None:
    assert spread([3.0, 1.0, 2.0]).split() == ["1.0000", "2.0000", "3.0000"]


def test_the_chart_has_a_bar_for_each_method_of_an_event_that_several_were_measured_on() -> None:
    report = BenchReport()
    for method, value in (("greedy", 5.0), ("ours", 10.0)):
        report.add("compare", "tour", method, {"value": value, "seconds": 1.0})
    report.add("compare", "fair", "ours", {"value": 7.0, "seconds": 1.0})
    report.add("compare", "tour", "ours", {"value": 10.0, "seconds": 3.0, "value gap %": 0.0})

    root = ElementTree.fromstring(chart(report.runs))
    said = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]

    assert said[1:] == ["tour", "greedy", "50.00% · 5.00 · 1.0 s", "ours", "100.00% · 10.00 · 2.0 s · gap 0.00 %"]


def test_what_is_not_measured_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    report = BenchReport()

    report.skip("b2b", "no folder")
    report.fail("server", OSError("no port"))

    assert capsys.readouterr().out.splitlines() == [
        "NOT MEASURED: b2b: no folder",
        "FAILED: server: OSError('no port')",
    ]
    assert (report.skipped, report.has_failed) == ({"b2b": "no folder"}, True)
