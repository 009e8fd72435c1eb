"""Every code of the engine and of the planning has its sentence, with names and times in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from i18n import LOCALES, Message, Translator
from matching.affinity import Part
from matching.explaining.facts import Relax
from matching.plan import Reason, Rule
from matching.problem import TIERS, Pair, Problem, Slot
from server.models import Hall, Organisation, Person, PlanState, Registration, Side, Table, WishKind
from server.plans.concerns import Code
from server.plans.directory import Directory
from server.plans.service import Failure
from server.scores import corrections
from server.scores.wording import PARTS
from server.studio import reasons, wording
from server.studio.reasons import Words
from server.studio.remedies import SENTENCES, remedy
from server.wishes.labels import WISHES
from tests.conftest import ENGINE

NINE = datetime(2027, 5, 20, 1, tzinfo=UTC)


@pytest.fixture(autouse=True, scope="module")
def models(request: pytest.FixtureRequest) -> None:
    """Rows have their relations once the models were tied to a database."""
    request.getfixturevalue(f"{ENGINE}_template")


def words(locale: str = "en", *, days: int = 1) -> Words:
    """Expert e1 Anna, enterprise f2 Yongxiang; slots s0 to s5 of half an hour from nine, the last ones a day later."""
    anna = Person.construct(full_name="Anna", latin_name="", zh_name="")
    yongxiang = Organisation.construct(name="Yongxiang", latin_name="")
    expert = Registration.construct(side=Side.EXPERT, person=anna, organisation_id=None)
    enterprise = Registration.construct(side=Side.ENTERPRISE, organisation=yongxiang, organisation_id=1)
    slots = {}
    for number in range(6):
        start = NINE + timedelta(days=1 if number > 2 and days > 1 else 0, minutes=30 * number)
        slots[f"s{number}"] = Slot(f"s{number}", start, start + timedelta(minutes=25), start.date().isoformat())
    places = Directory({}, {}, {1: expert, 2: enterprise}, {})
    return Words(places, slots, ZoneInfo("Asia/Shanghai"), locale)


def said(message: Message, locale: str = "en") -> str:
    return Translator(locale).translate(message)


EXAMPLES: dict[Reason, tuple[dict[str, Any], str, str]] = {
    Reason.NO_COMMON_SLOT: (
        {"slots": {"e1": ["s0", "s1", "s2"], "f2": ["s4"]}},
        "Anna is there at 09:00–10:25; Yongxiang at 11:00–11:25.",
        "Yongxiang could come at 09:00, 09:30 or 10:00.",
    ),
    Reason.OWN_TABLES_DIFFER: (
        {},
        "Each of them meets at a table of their own only.",
        "Take the own table from one of them.",
    ),
    Reason.NO_INTERPRETER: (
        {"languages": {"e1": ["ru"], "f2": ["zh", "ja"]}},
        "Nobody interprets between Russian and Chinese or Japanese in a slot that both have.",
        "Add an interpreter between Russian and Chinese or Japanese.",
    ),
    Reason.PARTY_FULL: (
        {"party": "f2", "meetings": ["e3-f2", "e4-f2"]},
        "Yongxiang holds 2 meetings, as many as the limit allows, and each is worth no less.",
        "Raise the limit of Yongxiang from 2 to 3.",
    ),
    Reason.PARTY_BUSY: (
        {"meetings": ["e3-f2"]},
        "In every slot that both have, one of them is in a meeting that is worth no less: 1 meeting.",
        "Either of them could come in more slots, or the enterprise with one delegate more.",
    ),
    Reason.INTERPRETERS_BUSY: (
        {"slots": ["s0", "s1", "s2", "s3", "s4"], "interpreters": ["i3"]},
        "The 1 interpreter who could serve is busy at 09:00, 09:30, 10:00 and 2 more.",
        "One more interpreter at 09:00, 09:30, 10:00 or 2 more.",
    ),
    Reason.TABLES_FULL: ({"slots": ["s0"]}, "Every table is taken at 09:00.", "One more table at 09:00."),
    Reason.CROWDED_OUT: (
        {"cost": {"at_least": 0.3149, "at_most": 0.35}, "tier": "value"},
        "Holding it would cost 0.31 to 0.35 of the value.",
        "A wish of either side raises what it is worth.",
    ),
}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_why_and_what_would_change_it(reason: Reason) -> None:
    facts, why, remedy = EXAMPLES[reason]

    explained = reasons.explain(reason, facts, words())

    assert (said(explained.why), said(explained.remedy)) == (why, remedy)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_said_in_every_language(reason: Reason, locale: str) -> None:
    explained = reasons.explain(reason, EXAMPLES[reason][0], words(locale))

    assert all(said(each, locale) for each in (explained.title, explained.why, explained.remedy))


@pytest.mark.parametrize(
    ("reason", "facts", "why", "remedy"),
    [
        (
            Reason.NO_COMMON_SLOT,
            {"slots": {"f2": ["s1"], "e1": []}},
            "Anna is there in no slot.",
            "Anna could come at 09:30.",
        ),
        (
            Reason.NO_COMMON_SLOT,
            {"slots": {"e1": [], "f2": []}},
            "Anna is there in no slot.",
            "Ask both when they can come.",
        ),
        (
            Reason.NO_INTERPRETER,
            {"languages": {"e1": ["ru"], "f2": []}},
            "Yongxiang has named no language.",
            "Ask which languages they speak.",
        ),
        (
            Reason.CROWDED_OUT,
            {"cost": {"at_least": 0.25, "at_most": 0.25}, "tier": "value"},
            "Holding it would cost 0.25 of the value.",
            "A wish of either side raises what it is worth.",
        ),
        (
            Reason.CROWDED_OUT,
            {"cost": {"at_least": -5.27, "at_most": 0.2}, "tier": None},
            "Holding it would cost at most 0.2 of the value.",
            "A wish of either side raises what it is worth.",
        ),
        (
            Reason.CROWDED_OUT,
            {"cost": {"at_least": -0.1, "at_most": 0.2}, "tier": "shortfall"},
            "Holding it would make something worse that matters more: Shortfall.",
            "A wish of either side raises what it is worth.",
        ),
    ],
)
def test_reasons_fit_their_facts(reason: Reason, facts: dict[str, Any], why: str, remedy: str) -> None:
    explained = reasons.explain(reason, facts, words())

    assert (said(explained.why), said(explained.remedy)) == (why, remedy)


def test_times_name_their_day_where_there_are_several() -> None:
    several = words(days=2)

    assert several.times(["s0", "s3"]) == "Thu 20 May 09:00 and Fri 21 May 10:30"
    assert several.spans(["s0", "s1", "s3"]) == "Thu 20 May 09:00–09:55 and Fri 21 May 10:30–10:55"


def test_somebody_whose_data_is_gone_is_a_dash() -> None:
    assert (words().party("e9"), words().interpreter("i9")) == ("—", "—")


@pytest.mark.parametrize(
    ("codes", "sentences"),
    [
        (TIERS, wording.TIERS),
        (Rule, wording.RULES),
        (PlanState, wording.STATES),
        (Failure, wording.FAILURES),
        ((corrections.PART, *Part), PARTS),
        ((None, *WishKind), WISHES),
    ],
)
def test_every_code_has_a_sentence(codes: Any, sentences: Any) -> None:
    assert set(sentences) == set(codes)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", Code)
def test_every_concern_has_a_sentence_in_every_language(code: Code, locale: str) -> None:
    message = wording.concern(code, num=2, most=1, names="Anna", one="Russian", other="Chinese")

    assert said(message, locale)


def test_no_two_concerns_are_said_alike() -> None:
    told = [said(wording.concern(code, num=2, most=1, names="Anna", one="ru", other="zh")) for code in Code]

    assert len(set(told)) == len(Code)


RELAXED = {
    "do_not_require e1-f2": "Do not require the meeting of Anna and Yongxiang.",
    "unpin e1-f2": "Unpin the meeting of Anna and Yongxiang.",
    "open_slots e1 s1 s2": "Have Anna there at 09:30 and 10:00, too.",
    "allow_slots e1-f2 s0": "Allow the meeting of Anna and Yongxiang at 09:00, too.",
    "raise_parallel f2 2": "Have 2 delegates of Yongxiang, for as many meetings at once.",
    "raise_parallel f2": "Have more delegates of Yongxiang, for several meetings at once.",
    "raise_max_meetings e1 7": "Raise the limit of Anna to 7 meetings.",
    "leave_own_table e1": "Have Anna meet at any table.",
    "open_table t4 s1": "Have table 12 free at 09:30, too.",
    "add_tables s1 s1 s2": "Add 2 tables at 09:30 and 10:00.",
    "add_tables": "Add tables.",
    "add_interpreters ru+zh@s0 en+zh@s1": "Add 1 interpreter for Russian and Chinese at 09:00. "
    "Add 1 interpreter for English and Chinese at 09:30.",
    "add_interpreters": "Add interpreters.",
    "add_languages e1 zh": "Anna has named no language. Enter one, for instance: Chinese.",
    "drop_order e1-f2 e1-f2": "Let the meeting of Anna and Yongxiang "
    "begin before that of Anna and Yongxiang has ended.",
    "shorten_walk h1 h2 5": "Bring the walk between East and — down to 5 min.",
    "shorten_walk h1 h2": "Bring the halls East and — closer together.",
    "do not require the pair": "",
}


@pytest.mark.parametrize(("relax", "sentences"), RELAXED.items())
def test_what_would_resolve_a_conflict_is_said_with_names_and_times(relax: str, sentences: str) -> None:
    known = words()
    table = Table.construct(id=4, number=12, hall_id=1, hall=Hall.construct(id=1, name={"en": "East"}))
    known = replace(known, places=replace(known.places, tables={4: table}))
    pair = Pair("e1-f2", ("e1", "f2"), 0.5)
    problem = Problem(slots=tuple(known.slots.values()), tables=(), parties=(), pairs=(pair,))

    assert " ".join(map(said, remedy(relax, problem, known))) == sentences


def test_every_way_to_relax_has_its_sentence() -> None:
    assert {relax.split()[0] for relax in RELAXED} >= set(Relax) == set(SENTENCES)
