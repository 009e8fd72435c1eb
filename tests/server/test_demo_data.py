"""The invented delegation keeps its size and stays hard to plan."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from i18n.names import suggest_latin
from matching.affinity import scheme
from server.models import BudgetBand, Confidentiality, Mode, base
from server.models.people import OrganisationKind
from server.models.registrations import MAX_DELEGATES

PEOPLE = Path(__file__).parents[2] / "server" / "demo" / "people.yaml"
LOADED: dict[str, Any] = yaml.load(PEOPLE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
EVENT, EXPERTS, ENTERPRISES = LOADED["event"], LOADED["experts"], LOADED["enterprises"]
INTERPRETERS = LOADED["interpreters"]
NEEDS = [need for enterprise in ENTERPRISES for need in enterprise["needs"]]
DELEGATES = [delegate for enterprise in ENTERPRISES for delegate in enterprise["delegates"]]
PRESENCES = {"all", "morning", "afternoon", "late"}
MODES = {mode.value for mode in Mode}
# Needs as rough as real ones: one line without a figure, typing errors, mixed languages, a list of wishes, a page.
ROUGH = {"dinggu-2", "jingyue-1", "keneng-1", "xianda-1", "baifeng-1"}

# Large firms of Ningbo and well-known makers: no invented name may resemble theirs.
WELL_KNOWN = (
    "海天",
    "吉利",
    "申洲",
    "中石化",
    "万华",
    "金田",
    "均胜",
    "台塑",
    "逸盛",
    "旭升",
    "拓普",
    "继峰",
    "力劲",
    "伊之密",
    "敏实",
    "华翔",
    "舜宇",
    "韵升",
    "江丰",
    "激智",
    "长阳",
    "博威",
    "容百",
    "贝发",
    "雅戈尔",
)


def key(row: dict[str, Any]) -> str:
    return str(row["id"])


def slots() -> list[tuple[time, time]]:
    """Return the day's slots as half-open clock intervals: each session is divided from its start."""
    found = []
    for session in EVENT["sessions"]:
        start, end = (datetime.combine(date.min, time.fromisoformat(session[edge])) for edge in ("start", "end"))
        while start + timedelta(minutes=EVENT["slot_min"]) <= end:
            stop = start + timedelta(minutes=EVENT["slot_min"])
            found.append((start.time(), stop.time()))
            start = stop + timedelta(minutes=EVENT["break_min"])
    return found


def texts_by_locale(value: Any) -> Iterator[dict[str, str]]:
    """Return every {locale: text} inside a document."""
    if isinstance(value, dict):
        if "zh_Hans" in value:
            yield value
        else:
            for inner in value.values():
                yield from texts_by_locale(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_by_locale(inner)


def wanted_by(need: dict[str, Any]) -> set[str]:
    """Return experts who work on one of a need's topics, on a neighbouring or on a related one."""
    leaf = scheme()
    return {
        expert["id"]
        for expert in EXPERTS
        if any(leaf.relation(ours, theirs) for ours, theirs in product(need["topics"], expert["topics"]))
    }


def test_the_file_says_that_all_of_it_is_invented() -> None:
    assert "All of it is invented" in PEOPLE.read_text(encoding="utf-8")[:200]


def test_the_delegation_has_the_size_of_a_real_one() -> None:
    sizes = {name: len(LOADED[name]) for name in ("experts", "enterprises", "interpreters")}

    assert sizes == {"experts": 17, "enterprises": 40, "interpreters": 5}
    assert Counter(expert["field"] for expert in EXPERTS) == {"digital": 6, "petrochemicals": 6, "materials": 5}
    assert Counter(enterprise["kind"] for enterprise in ENTERPRISES) == {"enterprise": 31, "institute": 9}
    assert (len(NEEDS), len(slots()), len(EVENT["tables"]), len(EVENT["halls"])) == (60, 16, 12, 2)


def test_a_talk_takes_one_slot_from_all_and_a_visit_two_from_the_experts() -> None:
    taken = {
        (item["id"], item["side"]): sum(
            start < time.fromisoformat(item["end"]) and time.fromisoformat(item["start"]) < end
            for start, end in slots()
        )
        for item in EVENT["plenaries"]
    }

    assert taken == {
        ("opening", ""): 0,
        ("tour", "expert"): 2,
        ("lunch", ""): 0,
        ("talk", ""): 1,
        ("tea", ""): 0,
    }


def test_the_organisers_texts_exist_in_every_language_of_the_event() -> None:
    texts = list(texts_by_locale(EVENT))

    assert len(texts) == 3 + len(EVENT["sessions"]) + len(EVENT["plenaries"]) + len(EVENT["halls"]) + 12
    assert {tuple(text) for text in texts} == {tuple(EVENT["locales"])}
    assert all(all(text.values()) for text in texts)


def test_ids_and_addresses_are_unique() -> None:
    rows = [LOADED["organiser"], *EXPERTS, *ENTERPRISES, *INTERPRETERS, *NEEDS]
    addresses = [row["email"] for row in [LOADED["organiser"], *EXPERTS, *INTERPRETERS, *DELEGATES]]

    assert Counter(key(row) for row in rows).most_common(1)[0][1] == 1
    assert Counter(addresses).most_common(1)[0][1] == 1
    assert len({enterprise["name"] for enterprise in ENTERPRISES}) == len(ENTERPRISES)


def test_addresses_stand_in_domains_that_reach_nobody() -> None:
    addresses = [person["email"] for person in (LOADED["organiser"], *EXPERTS, *INTERPRETERS, *DELEGATES)]
    nowhere = re.compile(r"[a-z]+(\.[a-z]+)?@([a-z-]+\.)?example\.(org|com|net)")
    assert [address for address in addresses if not nowhere.fullmatch(address)] == []


@pytest.mark.parametrize("expert", EXPERTS, ids=key)
def test_an_expert_offers_in_russian(expert: dict[str, Any]) -> None:
    assert re.fullmatch(r"[А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+", expert["full_name"])
    assert expert["latin_name"] == suggest_latin(expert["full_name"].rpartition(" ")[0])
    assert re.fullmatch(r"[\u4e00-\u9fff]{2,4}", expert.get("zh_name", "无名"))
    assert (expert["country"], expert["locale"], "ru" in expert["languages"]) == ("RU", "ru", True)
    assert 60 <= len(expert["offer"].split()) <= 130
    assert len(expert["headline"]) <= 100
    assert max(len(expert[name]) for name in ("organisation", "position", "degree")) <= base.NAME
    assert 2 <= len(set(expert["topics"]) & set(scheme().leaves)) == len(expert["topics"]) <= 4
    assert set(expert["modes"]) <= MODES
    assert expert["readiness"] in range(1, 10)
    assert expert["max_meetings"] in range(4, 10)
    assert expert.get("presence", "all") in PRESENCES


@pytest.mark.parametrize("enterprise", ENTERPRISES, ids=key)
def test_an_enterprise_sends_its_delegates(enterprise: dict[str, Any]) -> None:
    assert enterprise["kind"] in set(OrganisationKind)
    assert not [name for name in WELL_KNOWN if name in enterprise["name"]]
    assert re.search(r"[\u4e00-\u9fff]", enterprise["description"])
    assert (enterprise["country"], enterprise["locale"], "zh" in enterprise["languages"]) == ("CN", "zh_Hans", True)
    assert enterprise["max_meetings"] in range(2, 6)
    assert enterprise["parallel"] <= len(enterprise["delegates"]) <= 2 <= MAX_DELEGATES
    assert enterprise.get("table", 1) in {table["number"] for table in EVENT["tables"]}
    assert enterprise.get("presence", "all") in PRESENCES
    for delegate in enterprise["delegates"]:
        assert re.fullmatch(r"[\u4e00-\u9fff]{2,4}", delegate["full_name"])
        assert delegate["position"]


def test_passport_spellings_follow_pinyin_but_for_one_that_its_owner_corrected() -> None:
    spellings = {person["full_name"]: person["latin_name"] for person in [*INTERPRETERS, *DELEGATES]}

    assert {name: latin for name, latin in spellings.items() if latin != suggest_latin(name, country="CN")} == {
        "章长风": "ZHANG CHANGFENG"
    }


@pytest.mark.parametrize("need", NEEDS, ids=key)
def test_a_need_states_goal_and_figures_in_chinese(need: dict[str, Any]) -> None:
    if need["id"] not in ROUGH:
        assert 80 <= len(need["text"]) <= 180
        assert len(re.findall(r"\d", need["text"])) >= 3
        assert len(need["title"]) <= 40
    assert re.search(r"[\u4e00-\u9fff]", need["title"])
    assert len(need["title"]) <= base.LINE
    assert 1 <= len(set(need["topics"]) & set(scheme().leaves)) == len(need["topics"]) <= 3
    assert set(need.get("must_topics", [])) <= set(need["topics"])
    assert set(need["modes"]) <= MODES
    assert need.get("readiness", 1) in range(1, 10)
    assert date.fromisoformat(need["deadline"]) > date.fromisoformat(EVENT["day"])
    assert need["budget"] in set(BudgetBand)
    assert need["confidentiality"] in set(Confidentiality)


def test_five_needs_are_as_rough_as_real_ones() -> None:
    rough = {need["id"]: need["text"] for need in NEEDS if need["id"] in ROUGH}

    assert set(rough) == ROUGH
    assert not re.search(r"\d", rough["dinggu-2"])
    assert "，，" in rough["jingyue-1"]
    assert len(re.findall(r"[a-z]{4,}", rough["keneng-1"])) >= 10
    assert rough["xianda-1"].count("\n") == 5
    assert len(rough["baifeng-1"]) > 350


def test_more_needs_hide_a_part_than_are_open() -> None:
    hidden = Counter(need["confidentiality"] != Confidentiality.OPEN for need in NEEDS)

    assert hidden[True] > hidden[False] >= 20


def test_every_band_and_every_level_of_confidentiality_occurs() -> None:
    assert {need["budget"] for need in NEEDS} == set(BudgetBand)
    assert {need["confidentiality"] for need in NEEDS} == set(Confidentiality)
    assert {mode for need in NEEDS for mode in need["modes"]} == MODES


def test_interpreters_work_between_chinese_and_russian() -> None:
    assert [i["languages"] for i in INTERPRETERS].count(["zh", "ru"]) == 4
    assert [i["languages"] for i in INTERPRETERS].count(["zh", "ru", "en"]) == 1
    assert {i["max_consecutive"] for i in INTERPRETERS} == {3, 4}
    assert all(i["max_meetings"] <= len(slots()) for i in INTERPRETERS)


def test_interpreters_cannot_serve_half_of_what_the_experts_would_hold() -> None:
    seats = sum(interpreter["max_meetings"] for interpreter in INTERPRETERS)

    assert seats < sum(expert["max_meetings"] for expert in EXPERTS) / 2


def test_most_pairs_share_no_language() -> None:
    silent = [
        (expert["id"], enterprise["id"])
        for expert, enterprise in product(EXPERTS, ENTERPRISES)
        if not set(expert["languages"]) & set(enterprise["languages"])
    ]

    assert len(silent) > 0.7 * len(EXPERTS) * len(ENTERPRISES)


def test_own_tables_leave_four_for_everyone_else() -> None:
    own = [enterprise["table"] for enterprise in ENTERPRISES if "table" in enterprise]

    assert len(own) == len(set(own)) == len(EVENT["tables"]) - 4


def test_some_experts_are_wanted_by_many_and_some_needs_by_hardly_anyone() -> None:
    wanted = [wanted_by(need) for need in NEEDS]
    demand = Counter(expert for experts in wanted for expert in experts)

    assert set(demand) == {expert["id"] for expert in EXPERTS}
    assert sum(count >= 12 for count in demand.values()) >= 3
    assert [need["id"] for need, experts in zip(NEEDS, wanted, strict=True) if not experts] == ["haiyuan-1"]
