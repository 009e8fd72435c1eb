"""Which offered locale a browser's Accept-Language asks for (RFC 9110, 12.5.4; lookup after RFC 4647, 3.4)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from babel.core import get_global

from i18n.locale import PSEUDO_LOCALES

_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?(?:[-_](?P<region>[a-z]{2}|\d{3}))?(?![a-z0-9])"
)
_WEIGHT = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
# Languages most of whose readers learnt Russian at school, and not English: of Russia's neighbours in the Union of that
# day, and of its own republics. Left out on purpose: az, ka, uk, ro, et, lv and lt, whose readers mostly have another
# second language by now, or have said that they do not want this one.
_READERS_OF_RUSSIAN = frozenset(
    {"be", "kk", "ky", "uz", "tg", "tk", "hy", "tt", "ba", "cv", "ce", "os", "sah", "udm", "tyv", "bua", "ab"}
)
# Browsers send a handful; a longer header buys nobody a better page.
_MOST_RANGES = 50

Subtags = tuple[str, str, str]
LOCALE, SCRIPT, LANGUAGE, NONE = 3, 2, 1, 0


@dataclass(frozen=True, slots=True)
class _Range:
    """subtags: filled up with the likely ones, or None for `*`. given: how many of them stood in the header."""

    subtags: Subtags | None
    given: int
    weight: float


def negotiate(accept_language: str | None, offered: Iterable[str]) -> str | None:
    """The offered code the reader likes best, or None where nothing fits: `zh-CN`, `zh` and `zh-TW` all reach zh_Hans.

    The same language in another script is taken only where the right script is not offered. Weights decide first, then
    the header's order; weight 0 excludes. What cannot be parsed is passed over. A language that is not offered, but
    most of whose readers read Russian, asks for Russian unless the header itself says where Russian stands; in China's
    regions, for Chinese.
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
    """The allowed locale nearest to one range; a star means those that no other range names."""
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
    """The allowed locale of the second language that readers of this one have, if the header leaves that open."""
    if wanted.subtags is None or wanted.subtags[0] not in _READERS_OF_RUSSIAN:
        return None
    second = "zh" if wanted.subtags[2] == "CN" else "ru"
    if any(range_.subtags and range_.subtags[0] == second for range_ in ranges):
        return None
    return next((code for code, subtags in allowed.items() if subtags and subtags[0] == second), None)


def _ranges(header: str) -> list[_Range]:
    """What the header asks for, the most wanted first."""
    ranges = []
    for item in header.lower().split(",")[:_MOST_RANGES]:
        tag, *parameters = (part.strip() for part in item.split(";"))
        weight = _WEIGHT.fullmatch(parameters[0] if parameters else "q=1")
        subtags = _maximised(tag)
        if weight and (subtags or tag == "*"):
            ranges.append(_Range(subtags, len(tag.split("-")), float(weight[1])))
    return sorted(ranges, key=lambda range_: -range_.weight)


def _is_excluded(code: str, subtags: Subtags, ranges: list[_Range]) -> bool:
    """Whether the most particular range that means this locale has weight 0."""
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
    """(language, script, region) with CLDR's likely subtags filled in, or None where the tag is malformed."""
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
