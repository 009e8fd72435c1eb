"""Every code of the engine and of planning has a sentence, with names and times."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from i18n import LOCALES, Message, Translator
from matching.affinity import PartCode
from matching.explaining.facts import Relax
from matching.plan import Rule, UnheldReason
from matching.problem import TIERS, Pair, Party, Problem, Slot
from server.models import Hall, Organisation, Person, PlanState, Registration, Side, Table, WishKind
from server.plans import hindrances
from server.plans.concerns import ConcernCode
from server.plans.directory import Directory
from server.plans.hindrances import Lack
from server.plans.service import Failure
from server.scores import corrections
from server.scores.wording import PARTS
from server.studio import reasons, wording
from server.studio.reasons import PlanNames
from server.studio.remedies import SENTENCES, remedy
from server.wishes.labels import WISHES
from tests.conftest import ENGINE

NINE = datetime(2027, 5, 20, 1, tzinfo=UTC)


@pytest.fixture(autouse=True, scope="module")
def models(request: pytest.FixtureRequest) -> None:
    """Initialise the models: rows have relations only after that."""
    request.getfixturevalue(f"{ENGINE}_template")


def words(locale: str = "en", *, days: int = 1) -> PlanNames:
    """Return expert e1 Anna, enterprise f2 Yongxiang, slots s0 to s5 of half an hour from nine, the last a
    day later.
    """
    anna = Person.construct(full_name="Anna", latin_name="", zh_name="")
    yongxiang = Organisation.construct(name="Yongxiang", latin_name="")
    expert = Registration.construct(side=Side.EXPERT, person=anna, organisation_id=None)
    enterprise = Registration.construct(side=Side.ENTERPRISE, organisation=yongxiang, organisation_id=1)
    slots = {}
    for number in range(6):
        start = NINE + timedelta(days=1 if number > 2 and days > 1 else 0, minutes=30 * number)
        slots[f"s{number}"] = Slot(f"s{number}", start, start + timedelta(minutes=25), start.date().isoformat())
    places = Directory({}, {}, {1: expert, 2: enterprise}, {})
    return PlanNames(places, slots, ZoneInfo("Asia/Shanghai"), locale)


def said(message: Message, locale: str = "en") -> str:
    return Translator(locale).translate(message)


EXAMPLES: dict[UnheldReason, tuple[dict[str, Any], str, str]] = {
    UnheldReason.NO_COMMON_SLOT: (
        {"slots": {"e1": ["s0", "s1", "s2"], "f2": ["s4"]}},
        "Availability does not overlap. Anna: 09:00–10:25. Yongxiang: 11:00–11:25.",
        "Yongxiang: also be available at 09:00, 09:30 or 10:00.",
    ),
    UnheldReason.OWN_TABLES_DIFFER: (
        {},
        "Each side has its own fixed table.",
        "Release the fixed table of one side.",
    ),
    UnheldReason.NO_INTERPRETER: (
        {"languages": {"e1": ["ru"], "f2": ["zh", "ja"]}},
        "No interpreter in any common slot: Russian ⇄ Chinese or Japanese.",
        "Add an interpreter: Russian ⇄ Chinese or Japanese.",
    ),
    UnheldReason.PARTY_FULL: (
        {"party": "f2", "meetings": ["e3-f2", "e4-f2"]},
        "Yongxiang: 2 meetings of equal or higher value; the limit is reached.",
        "Yongxiang: raise the meeting limit from 2 to 3.",
    ),
    UnheldReason.PARTY_BUSY: (
        {"meetings": ["e3-f2"]},
        "In every common slot, one side has this 1 meeting of equal or higher value, or rests before or after it.",
        "Add slots for one side, or one more delegate of the enterprise.",
    ),
    UnheldReason.INTERPRETERS_BUSY: (
        {"slots": ["s0", "s1", "s2", "s3", "s4"], "interpreters": ["i3"]},
        "1 suitable interpreter is busy at 09:00, 09:30, 10:00 and 2 more slots.",
        "Add one interpreter at 09:00, 09:30, 10:00 or 2 more slots.",
    ),
    UnheldReason.TABLES_FULL: ({"slots": ["s0"]}, "All tables are taken at 09:00.", "Add one table at 09:00."),
    UnheldReason.CROWDED_OUT: (
        {"cost": {"at_least": 0.3149, "at_most": 0.35}, "tier": "value"},
        "This meeting would lower the total value by 0.31 to 0.35.",
        "A wish from either side raises the value of the meeting.",
    ),
}


@pytest.mark.parametrize("reason", UnheldReason)
def test_every_reason_says_why_and_what_would_change_it(reason: UnheldReason) -> None:
    facts, why, remedy = EXAMPLES[reason]

    explained = reasons.explain(reason, facts, words())

    assert (said(explained.why), said(explained.remedy)) == (why, remedy)


def test_every_reason_is_said_in_every_language() -> None:
    for locale, reason in product(LOCALES, UnheldReason):
        explained = reasons.explain(reason, EXAMPLES[reason][0], words(locale))

        told = [said(each, locale) for each in (explained.title, explained.why, explained.remedy)]
        assert all(told), (locale, reason)


@pytest.mark.parametrize(
    ("reason", "facts", "why", "remedy"),
    [
        (
            UnheldReason.NO_COMMON_SLOT,
            {"slots": {"f2": ["s1"], "e1": []}},
            "Anna: no slots marked.",
            "Anna: also be available at 09:30.",
        ),
        (
            UnheldReason.NO_COMMON_SLOT,
            {"slots": {"e1": [], "f2": []}},
            "Anna: no slots marked.",
            "Ask both sides for their availability.",
        ),
        (
            UnheldReason.NO_INTERPRETER,
            {"languages": {"e1": ["ru"], "f2": []}},
            "Yongxiang: no language entered.",
            "Ask this participant for languages.",
        ),
        (
            UnheldReason.CROWDED_OUT,
            {"cost": {"at_least": 0.25, "at_most": 0.25}, "tier": "value"},
            "This meeting would lower the total value by 0.25.",
            "A wish from either side raises the value of the meeting.",
        ),
        (
            UnheldReason.CROWDED_OUT,
            {"cost": {"at_least": -5.27, "at_most": 0.2}, "tier": None},
            "This meeting would lower the total value by at most 0.2.",
            "A wish from either side raises the value of the meeting.",
        ),
        (
            UnheldReason.CROWDED_OUT,
            {"cost": {"at_least": -0.1, "at_most": 0.2}, "tier": "shortfall"},
            "This meeting would make a more important goal worse: Shortfall.",
            "A wish from either side raises the value of the meeting.",
        ),
    ],
)
def test_reasons_match_their_facts(reason: UnheldReason, facts: dict[str, Any], why: str, remedy: str) -> None:
    explained = reasons.explain(reason, facts, words())

    assert (said(explained.why), said(explained.remedy)) == (why, remedy)


def test_times_name_their_day_where_there_are_several() -> None:
    several = words(days=2)

    assert several.times(["s0", "s3"]) == "Thu 20 May 09:00 and Fri 21 May 10:30"
    assert several.spans(["s0", "s1", "s3"]) == "Thu 20 May 09:00–09:55 and Fri 21 May 10:30–10:55"


def test_a_person_with_deleted_data_is_shown_as_a_dash() -> None:
    assert (words().party("e9"), words().interpreter("i9")) == ("—", "—")


@pytest.mark.parametrize(
    ("codes", "sentences"),
    [
        (TIERS, wording.TIERS),
        (Rule, wording.RULES),
        (PlanState, wording.STATES),
        (set(Failure) - {Failure.LACKING}, wording.FAILURES),
        (set(Lack) - {Lack.VALUE}, hindrances.SENTENCES),
        ((corrections.PART, *PartCode), PARTS),
        ((None, *WishKind), WISHES),
    ],
)
def test_every_code_has_a_sentence(codes: Any, sentences: Any) -> None:
    assert set(sentences) == set(codes)


def test_every_concern_has_a_sentence_in_every_language() -> None:
    for locale, code in product(LOCALES, ConcernCode):
        message = wording.concern(code, num=2, most=1, names="Anna", one="Russian", other="Chinese")

        assert said(message, locale), (locale, code)


def test_all_concerns_have_different_texts() -> None:
    told = [said(wording.concern(code, num=2, most=1, names="Anna", one="ru", other="zh")) for code in ConcernCode]

    assert len(set(told)) == len(ConcernCode)


RELAXED = {
    "do_not_require e1-f2": "Do not require this meeting: Anna and Yongxiang.",
    "unpin e1-f2": "Unpin this meeting: Anna and Yongxiang.",
    "open_slots e1 s1 s2": "Anna: also be available at 09:30 and 10:00.",
    "allow_slots e1-f2 s0": "Anna and Yongxiang: allow this meeting at 09:00, too.",
    "raise_parallel f2 2": "Yongxiang: send 2 delegates, for 2 meetings at once.",
    "raise_parallel f2": "Yongxiang: send more delegates, so that several meetings can take place at once.",
    "raise_parallel e1 2": "",
    "raise_max_meetings e1 7": "Anna: raise the limit to 7 meetings.",
    "raise_max_consecutive e1 3": "Anna: allow 3 meetings in a row.",
    "raise_max_consecutive e1": "Anna: allow more meetings in a row.",
    "leave_own_table e1": "Anna: allow meetings at any table.",
    "open_table t4 s1": "Table 12: allow meetings at 09:30, too.",
    "add_tables s1 s1 s2": "Add 2 tables at 09:30 and 10:00.",
    "add_tables": "Add tables.",
    "add_interpreters ru+zh@s0 en+zh@s1": "Add 1 interpreter for Russian and Chinese at 09:00. "
    "Add 1 interpreter for English and Chinese at 09:30.",
    "add_interpreters": "Add interpreters.",
    "add_languages e1 zh": "Anna: no language entered. Enter a language, for example Chinese.",
    "drop_order e1-f2 e1-f2": "Let these meetings overlap: Anna and Yongxiang; Anna and Yongxiang.",
    "shorten_walk h1 h2 5": "Shorten the walking time between halls to 5 min: East – —.",
    "shorten_walk h1 h2": "Shorten the walking time between halls: East – —.",
    "do not require the pair": "",
}


@pytest.mark.parametrize(("relax", "sentences"), RELAXED.items())
def test_what_would_resolve_a_conflict_is_said_with_names_and_times(relax: str, sentences: str) -> None:
    known = words()
    table = Table.construct(id=4, number=12, hall_id=1, hall=Hall.construct(id=1, name={"en": "East"}))
    known = replace(known, places=replace(known.places, tables={4: table}))
    pair = Pair("e1-f2", ("e1", "f2"), 0.5)
    parties = tuple(Party(id, side, (), frozenset()) for id, side in (("e1", "expert"), ("f2", "enterprise")))
    problem = Problem(slots=tuple(known.slots.values()), tables=(), parties=parties, pairs=(pair,))

    assert " ".join(map(said, remedy(relax, problem, known))) == sentences


def test_every_way_to_relax_has_its_sentence() -> None:
    assert {relax.split()[0] for relax in RELAXED} >= set(Relax) == set(SENTENCES)
