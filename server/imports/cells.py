"""Turn the text of spreadsheet cells into form values. Text that is not understood stays as it is, for the form to
refuse.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from i18n import LOCALES, Message, _, countries, formats, pgettext_
from i18n.text import search_key
from matching.affinity import Scheme
from server.events.presence import NOON
from server.forms import Fault
from server.imports.columns import AFTERNOON, ALL, MORNING, in_every_language
from server.models import Confidentiality, Event, Level, OrganisationKind, Slot
from server.pages import zone_of
from server.profiles import BUDGETS, CONFIDENTIALITY, MODES, RIGHTS
from server.speaking import TALK_LANGUAGES

KINDS: Mapping[str, Message] = {
    OrganisationKind.ENTERPRISE: pgettext_("option", "Enterprise"),
    OrganisationKind.INSTITUTE: pgettext_("option", "Research institute"),
}
# Fields whose cells have one of few values, or several of them.
OPTIONS: Mapping[str, Mapping[Any, Message]] = {
    "kind": KINDS,
    "modes": MODES,
    "budget": BUDGETS,
    "rights": RIGHTS,
    "confidentiality": CONFIDENTIALITY,
}
NO_SLOT = "—"
DASHES = frozenset({NO_SLOT, "–", "-"})
_LIST = re.compile(r"[;；\n|]")
_LOOSE_LIST = re.compile(r"[;；\n|,，、/]")
_PRESENCE_LIST = re.compile(r"[;；\n|,，、]")
_DAY = re.compile(r"(?P<year>\d{4})[-./年]\s?(?P<month>\d{1,2})[-./月]\s?(?P<day>\d{1,2})日?")
_DAY_LAST = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
_TIMES = re.compile(
    r"(?:с\s|from\s)?\s?(\d{1,2})[:：.](\d{2})(?::00)?"
    r"(?:\s?(?:[-–—~～至到]|to|до|по)\s?(\d{1,2})[:：.](\d{2})(?::00)?)?",
    re.IGNORECASE,
)
_BESIDE_HAN = re.compile(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])")
_LEVEL = re.compile(r"(?:trl|утг|угт)?[\s-]*([1-9])(?:\s*[-–—.].*)?", re.IGNORECASE | re.DOTALL)
_WITH_LEVEL = re.compile(r"(?P<language>[^()（）]+)[(（](?P<level>[^()（）]+)[)）]")
# Names of language levels, in the languages in which sheets are written.
_LEVEL_WORDS: Mapping[str, tuple[str, ...]] = {
    Level.BASIC: ("A1", "A2", "beginner", "базовый", "базовый уровень", "начальный", "基础", "初级"),
    Level.WORKING: (
        *("B1", "B2"),
        "working level",
        "intermediate",
        "рабочий",
        "рабочий уровень",
        "средний",
        "工作水平",
        "熟练",
        "中级",
    ),
    Level.FLUENT: ("C1", "C2", "native", "свободно", "свободный", "родной", "流利", "母语"),
}
# The words of exports for levels, by locale; each is among those above.
LEVEL_IN: Mapping[str, Mapping[str, str]] = {
    "zh_Hans": {Level.BASIC: "基础", Level.WORKING: "工作水平", Level.FLUENT: "流利"},
    "ru": {Level.BASIC: "базовый", Level.WORKING: "рабочий", Level.FLUENT: "свободно"},
    "en": {level: str(level) for level in Level},
}
# Names of languages that people use beside those of CLDR.
_MORE_LANGUAGES = {
    "汉语": "zh",
    "普通话": "zh",
    "mandarin": "zh",
    "俄文": "ru",
    "英文": "en",
    "日文": "ja",
    "德文": "de",
}


def country(cell: str) -> str:
    """Return the ISO 3166 code of a country from its code or from one of its names."""
    return countries.code_of(cell) or cell.strip()


def languages(cell: str) -> list[str]:
    """Return language tags from tags or names in any interface language; levels in brackets are dropped."""
    return [_spoken(each)[0] for each in _parts(_LOOSE_LIST, cell)]


def levels(cell: str) -> dict[str, str]:
    """Return {tag: level} of the languages with a level in brackets: en (basic), 英语（基础）."""
    spoken = map(_spoken, _parts(_LOOSE_LIST, cell))
    return {tag: level for tag, level in spoken if level}


def _spoken(part: str) -> tuple[str, str]:
    """Return (tag, level or ""); text that is not understood stays whole."""
    whole = _languages().get(search_key(part), part)
    found = _WITH_LEVEL.fullmatch(part)
    level = _levels().get(search_key(found["level"])) if found else None
    if found is None or level is None:
        return whole, ""
    return _languages().get(search_key(found["language"]), part), level


@cache
def _levels() -> Mapping[str, str]:
    said = {search_key(word): level for level, words in _LEVEL_WORDS.items() for word in words}
    return {**said, **{str(level): str(level) for level in Level}}


@cache
def _languages() -> Mapping[str, str]:
    names = {search_key(formats.language(tag, code)): tag for code in LOCALES for tag in TALK_LANGUAGES}
    return {
        **names,
        **{search_key(name): tag for name, tag in _MORE_LANGUAGES.items()},
        **{tag: tag for tag in TALK_LANGUAGES},
    }


def topics(cell: str, among: Scheme) -> list[str]:
    """Return topic ids of the event's scheme from ids, labels or terms in any language of the scheme."""
    found: list[str] = []
    known = _topics(among)
    for part in _parts(_LIST, cell):
        # A label can contain a comma, and commas can also separate labels.
        whole = known.get(_topic_key(part))
        found += [whole] if whole else [known.get(_topic_key(each), each) for each in _parts(_LOOSE_LIST, part)]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=4)
def _topics(among: Scheme) -> Mapping[str, str]:
    """Return {folded id, label or term: topic id} for names of exactly one topic; ids go before labels, labels before
    terms.
    """
    listed = among.topics.values()
    labels = _unambiguous((label, topic.id) for topic in listed for label in topic.labels.values())
    terms = _unambiguous((term, topic.id) for topic in listed for names in topic.terms.values() for term in names)
    return {**terms, **labels, **{_topic_key(topic.id): topic.id for topic in listed}}


def _topic_key(name: str) -> str:
    """Return a key of a topic's name that is the same with and without spaces beside Chinese characters."""
    return _BESIDE_HAN.sub("", search_key(name))


def _unambiguous(named: Iterator[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name, id in named:
        found.setdefault(_topic_key(name), set()).add(id)
    return {name: min(ids) for name, ids in found.items() if len(ids) == 1}


def modes(cell: str) -> list[str]:
    """Return cooperation modes from their values or labels in any language."""
    known = _values_of("modes")
    return [known.get(search_key(each), each) for each in _parts(_LOOSE_LIST, cell)]


def kind(cell: str) -> str:
    """Return an OrganisationKind from its value or label."""
    return _answer("kind", cell, OrganisationKind.ENTERPRISE)


def budget(cell: str) -> str:
    """Return a BudgetBand from its value or label."""
    return _answer("budget", cell, "open")


def rights(cell: str) -> str:
    """Return a Rights from its value or label."""
    return _answer("rights", cell, "open")


def confidentiality(cell: str) -> str:
    """Return a Confidentiality from its value or label."""
    return _answer("confidentiality", cell, Confidentiality.STAGED)


def _answer(column: str, cell: str, default: str) -> str:
    return _values_of(column).get(search_key(cell), cell.strip()) if cell.strip() else str(default)


@cache
def _values_of(column: str) -> Mapping[str, str]:
    """{folded label or value: value}"""
    return {
        search_key(name): str(value)
        for value, label in OPTIONS[column].items()
        for name in (*in_every_language(label), str(value))
    }


def _parts(separator: re.Pattern[str], cell: str) -> list[str]:
    return [part.strip() for part in separator.split(cell) if part.strip()]


def level(cell: str) -> str:
    """Return the technology readiness level from "6", "TRL 6" or "6 – prototype demonstrated"."""
    found = _LEVEL.fullmatch(cell.strip())
    return found[1] if found else cell


def day(cell: str) -> str:
    """Return an ISO date from the formats of Chinese and Russian programs: 2026/5/21, 2026年5月21日, 21.05.2026."""
    found = _DAY.fullmatch(cell.strip()) or _DAY_LAST.fullmatch(cell.strip())
    return f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}" if found else cell


class SlotWords:
    """Finds the slots of an event by the words in a cell. Raises Fault for words that name no slot."""

    def __init__(self, event: Event, slots: Sequence[Slot]) -> None:
        zone = zone_of(event)
        self.slots = [_SlotTimes(slot.id, slot.day, *_clocks(slot, zone)) for slot in slots]

    def ids(self, cell: str) -> list[int]:
        """Return the slot ids that a cell names, in the order of the slots.

        An empty cell means all slots, as most rows say nothing about them; a dash means none.
        """
        if not cell.strip():
            return [slot.id for slot in self.slots]
        if cell.strip() in DASHES:
            return []
        found = {id for part in _parts(_PRESENCE_LIST, cell) for id in self._of(part)}
        return [slot.id for slot in self.slots if slot.id in found]

    def _of(self, part: str) -> list[int]:
        on = _DAY.match(part) or _DAY_LAST.match(part)
        named = _date(on) if on else None
        if on and named is None:
            # Translators: words: a date that somebody entered, for example 2026-02-30
            raise Fault(_("This date does not exist: “%(words)s”.", words=on[0]), code="not-a-slot")
        is_then = _clock(part[on.end() :] if on else part)
        found = [
            slot.id
            for slot in self.slots
            if (on is None or slot.day == named) and is_then is not None and is_then(slot.start, slot.end)
        ]
        if not found:
            raise Fault(_not_a_slot(part), code="not-a-slot")
        return found


def _not_a_slot(part: str) -> Message:
    if _TIMES.search(part):
        # Translators: words: what stands in a cell, for example “Morning” or a time
        return _("The event has no slot within this time: “%(words)s”.", words=part[:40])
    # Translators: words: what stands in a cell; all, morning, afternoon: words that the import knows
    return _(
        "The event has no slot “%(words)s”. Enter “%(all)s”, “%(morning)s”, “%(afternoon)s”, or a day and a time.",
        words=part[:40],
        all=ALL,
        morning=MORNING,
        afternoon=AFTERNOON,
    )


@dataclass(frozen=True)
class _SlotTimes:
    """A slot by the venue's clocks. start, end: minutes from midnight of its day."""

    id: int
    day: date
    start: int
    end: int


def _clocks(slot: Slot, zone: ZoneInfo) -> tuple[int, int]:
    start, length = slot.start_at.astimezone(zone), slot.end_at - slot.start_at
    first = start.hour * 60 + start.minute
    return first, first + int(length.total_seconds() // 60)


def _date(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _clock(words: str) -> Callable[[int, int], bool] | None:
    """Return a test whether a slot is meant, by minutes of its start and end; None if the words are not understood.

    Raises Fault for times such as 9:75 or 25:00.
    """
    halves = _halves().get(search_key(words))
    if halves is not None or not words.strip():
        return halves or (lambda _start, _end: True)
    found = _TIMES.fullmatch(" ".join(words.split()))
    if found is None:
        return None
    first = _minutes(found[1], found[2])
    if found[3] is None:
        return lambda start, _end: start == first
    # The end of the day is written 00:00 or 24:00.
    last = _minutes(found[3], found[4]) or 24 * 60
    return lambda start, end: first <= start and end <= last


def _minutes(hour: str, minute: str) -> int:
    """Return the minutes from midnight. Raises Fault if no clock shows this time."""
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > 24 * 60:
        # Translators: time: what somebody entered as a time, for example 25:00
        said = _("This time does not exist: %(time)s. Enter a time between 00:00 and 24:00.", time=f"{hour}:{minute}")
        raise Fault(said, code="not-a-slot")
    return minutes


@cache
def _halves() -> Mapping[str, Callable[[int, int], bool]]:
    noon = NOON.hour * 60 + NOON.minute
    tests: list[tuple[Message, Callable[[int, int], bool]]] = [
        (ALL, lambda _start, _end: True),
        (MORNING, lambda start, _end: start < noon),
        (AFTERNOON, lambda start, _end: start >= noon),
    ]
    return {search_key(name): test for label, test in tests for name in in_every_language(label)}
