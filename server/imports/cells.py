"""What people write into cells -> what forms take. What is not understood stays as it is, for the form to refuse."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from functools import cache, lru_cache

from i18n import LOCALES, Message, _, formats, pgettext_
from i18n.text import search_key
from matching.affinity import Scheme
from server.events.forms import TALK_LANGUAGES
from server.events.presence import NOON
from server.forms import Fault
from server.imports.columns import in_every_language
from server.models import Confidentiality, Event, OrganisationKind, Slot
from server.pages import zone_of
from server.profiles import BUDGETS, CONFIDENTIALITY, MODES
from server.registrations.forms import COUNTRIES

KINDS: Mapping[str, Message] = {
    OrganisationKind.ENTERPRISE: _("Enterprise"),
    OrganisationKind.INSTITUTE: _("Research institute"),
}
ALL, MORNING, AFTERNOON = pgettext_("slots of a half-day", "All"), _("Morning"), _("Afternoon")
_LIST = re.compile(r"[;；\n|]")
_LOOSE_LIST = re.compile(r"[;；\n|,，、/]")
_PRESENCE_LIST = re.compile(r"[;；\n|,，、]")
_DAY = re.compile(r"(?P<year>\d{4})[-./年]\s?(?P<month>\d{1,2})[-./月]\s?(?P<day>\d{1,2})日?")
_DAY_LAST = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
_TIMES = re.compile(r"(\d{1,2})[:：](\d{2})(?:\s*[-–—~至]\s*(\d{1,2})[:：](\d{2}))?")
_LEVEL = re.compile(r"(?:trl|утг|угт)?[\s-]*([1-9])(?:\s*[-–—.].*)?", re.IGNORECASE | re.DOTALL)
# How people call languages beside CLDR's names.
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
    """An ISO 3166 code, from itself or a name in any interface language."""
    return _countries().get(search_key(cell), cell.strip())


@cache
def _countries() -> Mapping[str, str]:
    codes = {search_key(code): code for code in COUNTRIES}
    names = {
        search_key(name): code
        for each in LOCALES
        for code, name in formats.countries(each).items()
        if code in COUNTRIES
    }
    return names | codes


def languages(cell: str) -> list[str]:
    """Tags, from themselves or names in any interface language."""
    return [_languages().get(search_key(each), each) for each in _parts(_LOOSE_LIST, cell)]


@cache
def _languages() -> Mapping[str, str]:
    names = {search_key(formats.language(tag, code)): tag for code in LOCALES for tag in TALK_LANGUAGES}
    return {
        **names,
        **{search_key(name): tag for name, tag in _MORE_LANGUAGES.items()},
        **{tag: tag for tag in TALK_LANGUAGES},
    }


def topics(cell: str, among: Scheme) -> list[str]:
    """Ids of the event's scheme, from themselves, or labels and terms in any of its languages."""
    found: list[str] = []
    known = _topics(among)
    for part in _parts(_LIST, cell):
        # A label may have a comma in it, and a list may have commas between its labels.
        whole = known.get(search_key(part))
        found += [whole] if whole else [known.get(search_key(each), each) for each in _parts(_LOOSE_LIST, part)]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=4)
def _topics(among: Scheme) -> Mapping[str, str]:
    """{folded id, label or term: id}, where it is one topic's alone; a label goes before terms, an id before labels."""
    listed = among.topics.values()
    labels = _unambiguous((label, topic.id) for topic in listed for label in topic.labels.values())
    terms = _unambiguous((term, topic.id) for topic in listed for names in topic.terms.values() for term in names)
    return {**terms, **labels, **{search_key(topic.id): topic.id for topic in listed}}


def _unambiguous(named: Iterator[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name, id in named:
        found.setdefault(search_key(name), set()).add(id)
    return {name: min(ids) for name, ids in found.items() if len(ids) == 1}


def modes(cell: str) -> list[str]:
    known = _values_of(MODES)
    return [known.get(search_key(each), each) for each in _parts(_LOOSE_LIST, cell)]


def kind(cell: str) -> str:
    return _answer(KINDS, cell, OrganisationKind.ENTERPRISE)


def budget(cell: str) -> str:
    return _answer(BUDGETS, cell, "open")


def confidentiality(cell: str) -> str:
    return _answer(CONFIDENTIALITY, cell, Confidentiality.STAGED)


def _answer(labels: Mapping[str, Message], cell: str, default: str) -> str:
    return _values_of(labels).get(search_key(cell), cell.strip()) if cell.strip() else str(default)


def _values_of(labels: Mapping[str, Message]) -> Mapping[str, str]:
    """{folded label or value: value}"""
    return {
        search_key(name): str(value)
        for value, label in labels.items()
        for name in (*in_every_language(label), str(value))
    }


def _parts(separator: re.Pattern[str], cell: str) -> list[str]:
    return [part.strip() for part in separator.split(cell) if part.strip()]


def level(cell: str) -> str:
    """A technology readiness level: 6, TRL 6, 6 – prototype demonstrated."""
    found = _LEVEL.fullmatch(cell.strip())
    return found[1] if found else cell


def day(cell: str) -> str:
    """An ISO date from those that Chinese and Russian programs write: 2026/5/21, 2026年5月21日, 21.05.2026."""
    found = _DAY.fullmatch(cell.strip()) or _DAY_LAST.fullmatch(cell.strip())
    return f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}" if found else cell


class Presence:
    """The slots of an event, by the words for them. Raises Fault for words that name none."""

    def __init__(self, event: Event, slots: Sequence[Slot]) -> None:
        zone = zone_of(event)
        self.slots = [(slot.id, slot.day, slot.start_at.astimezone(zone).time()) for slot in slots]

    def ids(self, cell: str) -> list[int]:
        """In the order of the slots. An empty cell is all of them."""
        if not cell.strip():
            return [id for id, _day, _clock in self.slots]
        found = {id for part in _parts(_PRESENCE_LIST, cell) for id in self._of(part)}
        return [id for id, _day, _clock in self.slots if id in found]

    def _of(self, part: str) -> list[int]:
        on = _DAY.match(part) or _DAY_LAST.match(part)
        is_then = _clock(part[on.end() :] if on else part)
        named = _date(on) if on else None
        found = [
            id for id, day, at in self.slots if (on is None or day == named) and is_then is not None and is_then(at)
        ]
        if not found:
            raise Fault(
                _("The event has no slot “%(words)s”. Write all, morning, afternoon, or day and time.", words=part[:40])
            )
        return found


def _date(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _clock(words: str) -> Callable[[time], bool] | None:
    """Which times of day the words mean: none where they are not understood, every one where there are no words."""
    halves = _halves().get(search_key(words))
    if halves is not None or not words.strip():
        return halves or (lambda _at: True)
    found = _TIMES.fullmatch(words.strip())
    if found is None:
        return None
    start, end = f"{int(found[1]):02}:{found[2]}", f"{int(found[3] or 0):02}:{found[4]}"
    if found[3] is None:
        return lambda at: f"{at:%H:%M}" == start
    return lambda at: start <= f"{at:%H:%M}" < end


@cache
def _halves() -> Mapping[str, Callable[[time], bool]]:
    tests: list[tuple[Message, Callable[[time], bool]]] = [
        (ALL, lambda _at: True),
        (MORNING, lambda at: at < NOON),
        (AFTERNOON, lambda at: at >= NOON),
    ]
    return {search_key(name): test for label, test in tests for name in in_every_language(label)}
