"""What a plan gives to each party, and the texts of its tiers, from plain data."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from i18n import Translator
from matching import problem as engine
from matching.plan import tiers
from server.models import DocumentKind, Event, Meeting, Plan, Side
from server.plans import documents, ledger, outline
from server.plans.directory import Directory
from server.plans.ledger import Share
from server.studio import showing
from server.studio.reasons import PlanNames
from server.studio.showing import Material, Whole

NINE = datetime(2027, 5, 20, 1, tzinfo=UTC)


def problem() -> engine.Problem:
    """Return a problem of two experts, two enterprises, three slots and two tables; e1 needs two meetings, f3 takes
    one.
    """
    slots = tuple(
        engine.Slot(f"s{n}", NINE + n * timedelta(minutes=30), NINE + (n + 1) * timedelta(minutes=30), "2027-05-20")
        for n in (1, 2, 3)
    )
    there = frozenset({"s1", "s2", "s3"})
    return engine.Problem(
        slots=slots,
        tables=(engine.Table("t1"), engine.Table("t2")),
        parties=(
            engine.Party("e1", "expert", ("en",), there, min_meetings=2),
            engine.Party("e2", "expert", ("en",), there),
            engine.Party("f3", "enterprise", ("en",), there, max_meetings=1),
            engine.Party("f4", "enterprise", ("en",), there),
        ),
        pairs=(
            engine.Pair("e1-f3", ("e1", "f3"), 0.5),
            engine.Pair("e1-f4", ("e1", "f4"), 0.3),
            engine.Pair("e2-f3", ("e2", "f3"), 0.9),
            engine.Pair("e2-f4", ("e2", "f4"), 0.2),
        ),
    )


def meeting(expert: int, enterprise: int, slot: int, table: int, value: float) -> Meeting:
    return Meeting.construct(
        expert_id=expert, enterprise_id=enterprise, slot_id=slot, table_id=table, interpreter_id=None, value=value
    )


SCORES: dict[str, dict[str, Any]] = {"e1-f3": {"wishes": ["like", None]}, "e1-f4": {"wishes": ["must", "like"]}}
HELD = [meeting(1, 4, 1, 1, 0.3), meeting(2, 3, 1, 2, 0.9), meeting(2, 4, 3, 2, 0.2)]


def test_everybodys_share_is_measured_against_the_best_they_could_have_had_alone() -> None:
    assert ledger.shares(problem(), SCORES, HELD) == [
        Share("e1", Side.EXPERT, meetings=1, value=0.3, best=0.8, wished=2, granted=1, short=1),
        Share("e2", Side.EXPERT, meetings=2, value=1.1, best=1.1, wished=0, granted=0, short=0),
        Share("f3", Side.ENTERPRISE, meetings=1, value=0.9, best=0.9, wished=0, granted=0, short=0),
        Share("f4", Side.ENTERPRISE, meetings=2, value=0.5, best=0.5, wished=1, granted=1, short=0),
    ]


def test_a_shortfall_ranks_before_a_small_share() -> None:
    given = [
        Share("e1", Side.EXPERT, meetings=9, value=8, best=9, wished=0, granted=0, short=1),
        Share("e2", Side.EXPERT, meetings=1, value=1, best=9, wished=0, granted=0, short=0),
        Share("e5", Side.EXPERT, meetings=0, value=0, best=0, wished=0, granted=0, short=0),
        Share("f3", Side.ENTERPRISE, meetings=0, value=0, best=9, wished=0, granted=0, short=0),
    ]

    worst = ledger.worst_served(given, Side.EXPERT, 2)

    assert [(share.party, round(share.share, 2)) for share in worst] == [("e1", 0.89), ("e2", 0.11)]
    assert given[2].share == 1


def test_breaks_and_moves_are_counted_as_the_judge_counts_them() -> None:
    one = [each for each in HELD if each.expert_id == 2]
    moved = [meeting(2, 3, 1, 1, 0.9), meeting(2, 4, 3, 2, 0.2)]
    judged = tiers(problem(), [engine.Meeting("e2-f3", "s1", "t1"), engine.Meeting("e2-f4", "s3", "t2")])

    assert ledger.breaks_and_moves(one, problem().ordered) == (1, 0)
    assert ledger.breaks_and_moves(moved, problem().ordered) == (judged["breaks"], judged["moves"]) == (1, 1)


def words() -> PlanNames:
    return PlanNames(Directory({}, {}, {}, {}), problem().slot, ZoneInfo("Asia/Shanghai"), "en")


def material(*claimed: tuple[str, float, float | None, float | None]) -> Material:
    """Return the material of a plan with these tiers: name, achieved, bound, gap."""
    result: dict[str, Any] = {
        "tiers": [{"tier": name, "achieved": got, "bound": bound, "gap": gap} for name, got, bound, gap in claimed],
        "unheld": [],
        "meetings": [],
    }
    contents = outline.found(problem(), result, SCORES, HELD)[DocumentKind.OUTLINE]
    assert isinstance(contents, bytes)
    event = Event.construct(slug="e", time_zone="Asia/Shanghai")
    return Material(Plan.construct(id=1), event, outline.read(documents.parsed(contents)), [], words())


@pytest.mark.parametrize(
    ("tier", "sentence"),
    [
        (("value", 1.4, 1.4, 0.0), "3 meetings with a value of 1.4, proven optimal"),
        (("value", 1.4, 1.5, 0.0666), "3 meetings with a value of 1.4, at most 6.66% below the best possible"),
        (("value", 1.4, None, None), "3 meetings with a value of 1.4"),
    ],
)
def test_the_head_says_how_good_the_plan_is_and_what_is_proved(
    tier: tuple[str, float, float | None, float | None], sentence: str
) -> None:
    assert Translator("en").translate(showing.head(material(tier))) == sentence


@pytest.mark.parametrize(
    ("tier", "verdict"),
    [
        (("breaks", 3, 3, 0.0), "Proven optimal"),
        (("breaks", 3, 1, 0.6667), "At most 2 fewer are possible"),
        (("breaks", 3, None, None), "Not proven"),
        (("value", 1.4, 1.5, 0.0667), "At most 0.1 more is possible"),
    ],
)
def test_each_goal_says_what_is_left_to_gain(tier: tuple[str, float, float | None, float | None], verdict: str) -> None:
    [shown] = showing.tiers(material(tier))

    assert Translator("en").translate(shown.verdict) == verdict


def test_pointers_into_the_problem_are_people() -> None:
    assert showing.pointed_names(Whole(problem(), {}, words()), ["/pairs/0/required"]) == "— and —"
