"""The demo's translations: every text in every language of the event, but for five; each figure of a text occurs in
its translation.
"""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from server.demo import people, translating
from server.translations import texts

DELEGATION = people.read()
WRITTEN = translating.read()
LOCALES = {"zh_Hans", "ru", "en"}
NEEDS = {need["id"]: need for enterprise in DELEGATION.enterprises for need in enterprise["needs"]}
EXPERTS = {expert["id"]: expert for expert in DELEGATION.experts}
ENTERPRISES = {enterprise["id"]: enterprise for enterprise in DELEGATION.enterprises}
EXPERT_FIELDS = {
    "headline": "headline",
    "offer": "offer",
    "affiliation": "organisation",
    "position": "position",
    "degree": "degree",
}

Pair = tuple[str, str, str, str]  # key, field, source, translation


def pairs() -> Iterator[Pair]:
    """Yield every translation of the file with the text that it renders."""
    for kind, rows, fields in (
        (WRITTEN.experts, EXPERTS, EXPERT_FIELDS),
        (WRITTEN.needs, NEEDS, {"title": "title", "text": "text"}),
    ):
        for id, by_locale in kind.items():
            for locale, found in by_locale.items():
                key = f"{id}/{locale}"
                for field, column in (fields | {"note": "note"} if "note" in rows[id] else fields).items():
                    yield key, field, WRITTEN.earlier(key, field) or rows[id][column], found[field]
    for id, found in WRITTEN.enterprises.items():
        for locale, text in found.items():
            yield f"{id}/{locale}", "description", ENTERPRISES[id]["description"], text
    for id, found in WRITTEN.notes.items():
        for locale, text in found.items():
            yield f"{id}/{locale}", "note", ENTERPRISES[id]["note"], text


PAIRS = list(pairs())

# Multipliers that may follow a figure.
TIMES: dict[str, Decimal] = {
    "万": Decimal(10**4),
    "亿": Decimal(10**8),
    "тыс": Decimal(10**3),
    "млн": Decimal(10**6),
    "млрд": Decimal(10**9),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "成": Decimal("0.1"),
}
FIGURE = r"\d{1,3}(?:[ \u00a0,]\d{3})+(?![\d])(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
# Figures within a formula or grade, as in CO2, are part of its name.
NUMBER = re.compile(
    rf"(?<![A-Za-z\d.,])({FIGURE})(?:(?: ?[–-] ?| 至 ?| to | до )({FIGURE}))?(?:[ \u00a0]?({'|'.join(TIMES)}))?"
)


def value(figure: str) -> Decimal:
    """Return the value of a figure, whatever separates its thousands and decimals."""
    plain = re.sub(r"[ \u00a0]", "", figure)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain) and not plain.startswith("0"):
        plain = plain.replace(",", "")
    return Decimal(plain.replace(",", "."))


def figures(text: str) -> dict[str, set[Decimal]]:
    """Return each figure of a text with the values that it may stand for: by itself, and times the word after it."""
    found: dict[str, set[Decimal]] = {}
    for one, other, word in NUMBER.findall(text):
        for figure in filter(None, (one, other)):
            times = {Decimal(1), Decimal(TIMES.get(word, 1))}
            found.setdefault(figure, set()).update(value(figure) * each for each in times)
    return found


def lost(source: str, translation: str) -> set[str]:
    there = set[Decimal]().union(*figures(translation).values())
    return {figure for figure, values in figures(source).items() if not values & there}


def test_the_file_says_that_all_of_it_is_invented() -> None:
    assert "As invented as" in translating.FILE.read_text(encoding="utf-8")[:300]


def test_each_text_has_a_translation_into_each_further_language_but_for_five() -> None:
    wanted = {f"{id}/{locale}" for id in EXPERTS for locale in LOCALES - {"ru"}}
    wanted |= {f"{id}/{locale}" for id in [*NEEDS, *ENTERPRISES] for locale in LOCALES - {"zh_Hans"}}

    assert wanted - {key for key, *_rest in PAIRS} == set(WRITTEN.missing)
    assert all(text.strip() for *_rest, text in PAIRS)
    assert {position for e in ENTERPRISES.values() for d in e["delegates"] for position in [d["position"]]} == set(
        WRITTEN.positions
    )
    assert {tuple(each) for each in WRITTEN.positions.values()} == {("ru", "en")}


def test_a_note_is_translated_wherever_its_profile_is() -> None:
    noted = {id for id, row in (EXPERTS | ENTERPRISES).items() if "note" in row}
    wanted = {f"{id}/{locale}" for id in noted for locale in LOCALES - {"ru" if id in EXPERTS else "zh_Hans"}}
    assert len(noted) == 10
    assert wanted - {key for key, field, *_rest in PAIRS if field == "note"} == wanted & set(WRITTEN.missing)


def test_every_state_occurs() -> None:
    marked = [*WRITTEN.machine, *WRITTEN.human, *[each["of"] for each in WRITTEN.stale], *WRITTEN.missing]

    assert Counter(map(len, (WRITTEN.machine, WRITTEN.stale, WRITTEN.missing))) == {12: 1, 5: 2}
    assert len(set(marked)) == len(marked)
    assert {key for key in marked if key not in {key for key, *_rest in PAIRS}} == set(WRITTEN.missing)


@pytest.mark.parametrize("each", WRITTEN.stale, ids=lambda each: each["of"])
def test_a_stale_translation_renders_a_text_that_has_changed(each: dict[str, Any]) -> None:
    id, _locale = each["of"].split("/")
    [(source, translation)] = [(pair[2], pair[3]) for pair in PAIRS if pair[:2] == (each["of"], each["field"])]
    now = ({**EXPERTS, **NEEDS})[id][each["field"]]

    assert source == each["earlier"]
    assert texts.hash_of(source) != texts.hash_of(now)
    assert lost(now, translation)


def test_every_figure_of_a_text_occurs_in_its_translation() -> None:
    assert len(PAIRS) > 400
    assert {pair: gone for pair in PAIRS if (gone := lost(*pair[2:]))} == {}


@pytest.mark.parametrize(
    ("source", "translation", "gone"),
    [
        ("年用铝 4.2 万吨", "42,000 t of aluminium a year", set()),
        ("年用铝 4.2 万吨", "4,200 t of aluminium a year", {"4.2"}),
        ("7–14 млрд параметров", "70 亿至 140 亿参数", set()),
        ("1 200 вопросов, 0,3 %", "1200 个问题，0.3%", set()),
        ("CO2 при 240 °C", "240 °C 的二氧化碳", set()),
        ("слой 0,015 Тл", "0.015 T", set()),
        ("误报每年不超过 1 次，停机 14 小时", "one false alarm, stopped for 14 hours", {"1"}),
    ],
)
def test_figures_are_compared_by_value(source: str, translation: str, gone: set[str]) -> None:
    assert lost(source, translation) == gone
