"""Choose the offered locale for a browser's Accept-Language (RFC 9110, 12.5.4; lookup as in RFC 4647, 3.4)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from babel.core import get_global

from i18n.locale import PSEUDO_LOCALES

_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?(?:[-_](?P<region>[a-z]{2}|\d{3}))?(?![a-z0-9])"
)
_WEIGHT = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
# Languages whose readers mostly learnt Russian, not English, at school: of neighbours of Russia that were in the Soviet
# Union, and of Russia's republics. Left out on purpose: az, ka, uk, ro, et, lv and lt, whose readers mostly have
# another second language now, or have said that they do not want Russian.
_READERS_OF_RUSSIAN = frozenset(
    {"be", "kk", "ky", "uz", "tg", "tk", "hy", "tt", "ba", "cv", "ce", "os", "sah", "udm", "tyv", "bua", "ab"}
)
# Browsers send a few ranges; a longer header gives no better choice.
_MOST_RANGES = 50

Subtags = tuple[str, str, str]
LOCALE, SCRIPT, LANGUAGE, NONE = 3, 2, 1, 0


@dataclass(frozen=True, slots=True)
class _Range:
    """A range of the header. subtags: completed by likely subtags, None for `*`. given: how many were in the header."""

    subtags: Subtags | None
    given: int
    weight: float


def negotiate(accept_language: str | None, offered: Iterable[str]) -> str | None:
    """Return the offered code that the reader likes best, or None: `zh-CN`, `zh` and `zh-TW` all give zh_Hans.

    The same language in another script is chosen only if the right script is not offered. Weights decide first, then
    the order in the header; weight 0 excludes. Invalid parts are ignored. A language that is not offered and whose
    readers mostly read Russian gives Russian, unless the header itself ranks Russian; languages of China's regions give
    Chinese.
    """
    likely = {code: _maximised(code) for code in offered}
    ranges = _ranges(accept_language or "")
    allowed = [code for code, subtags in likely.items() if subtags and not _is_excluded(code, subtags, ranges)]
    for wanted in ranges:
        if wanted.weight > 0:
            among = {code: likely[code] for code in allowed}
            found = _best(wanted, among, ranges) or _read_as_well(wanted, among, ranges)
            if found:
                return found
    return None


def _best(wanted: _Range, allowed: Mapping[str, Subtags | None], ranges: list[_Range]) -> str | None:
    """Return the allowed locale nearest to one range, or None; `*` means locales that no other range names."""
    if wanted.subtags is None:
        unnamed = (
            code
            for code, subtags in allowed.items()
            if all(_closeness(range_, code, subtags) < SCRIPT for range_ in ranges)
        )
        return next(unnamed, None)
    best = max(allowed, key=lambda code: _closeness(wanted, code, allowed[code]), default=None)
    return best if best is not None and _closeness(wanted, best, allowed[best]) > NONE else None


def _read_as_well(wanted: _Range, allowed: Mapping[str, Subtags | None], ranges: list[_Range]) -> str | None:
    """Return the allowed locale of the second language of the range's readers, if the header does not rank it."""
    if wanted.subtags is None or wanted.subtags[0] not in _READERS_OF_RUSSIAN:
        return None
    second = "zh" if wanted.subtags[2] == "CN" else "ru"
    if any(range_.subtags and range_.subtags[0] == second for range_ in ranges):
        return None
    return next((code for code, subtags in allowed.items() if subtags and subtags[0] == second), None)


def _ranges(header: str) -> list[_Range]:
    """Return the ranges of the header, most wanted first."""
    ranges = []
    for item in header.lower().split(",")[:_MOST_RANGES]:
        tag, *parameters = (part.strip() for part in item.split(";"))
        weight = _WEIGHT.fullmatch(parameters[0] if parameters else "q=1")
        subtags = _maximised(tag)
        if weight and (subtags or tag == "*"):
            ranges.append(_Range(subtags, len(tag.split("-")), float(weight[1])))
    return sorted(ranges, key=lambda range_: -range_.weight)


def _is_excluded(code: str, subtags: Subtags, ranges: list[_Range]) -> bool:
    """Return whether the most specific range for this locale has weight 0."""
    meant = [r for r in ranges if _closeness(r, code, subtags) >= SCRIPT]
    return bool(meant) and max(meant, key=lambda r: (_closeness(r, code, subtags), r.given)).weight == 0


def _closeness(wanted: _Range, code: str, offered: Subtags | None) -> int:
    if wanted.subtags is None or offered is None:
        return NONE
    if wanted.subtags == offered:
        return LOCALE
    if wanted.subtags[0] != offered[0] or code in PSEUDO_LOCALES:
        return NONE
    return SCRIPT if wanted.subtags[1] == offered[1] else LANGUAGE


def _maximised(tag: str) -> Subtags | None:
    """Return (language, script, region) completed by CLDR's likely subtags, or None if the tag is malformed."""
    match = _TAG.match(tag.lower())
    if match is None:
        return None
    language = get_global("language_aliases").get(match["language"], match["language"]).partition("_")[0]
    script, region = (match["script"] or "").title(), (match["region"] or "").upper()
    table = get_global("likely_subtags")
    for key in ((language, script, region), (language, region), (language, script), (language,)):
        likely = table.get("_".join(filter(None, key)))
        if likely:
            language, *rest = likely.split("_")
            return language, script or rest[0], region or rest[1]
    return language, script, region
