"""Format values by CLDR: (value, locale, zone) -> str.

Instants are aware datetimes; they are shown by the clocks of `zone`. `locale` is the code of an interface locale.
Results can have no-break and thin spaces and right-to-left marks. Digits are Latin in every language.
"""

import datetime as dt
import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import babel
from babel import dates, lists, numbers, units

from i18n.locale import DIRECTORY, interface_locale

_LATIN_DIGITS = "latn"
_CHINESE = "zh_Hans"  # sets a space between Han characters and other letters or digits, which CLDR does not
KEPT = 4096  # formatted values of each kind; a page has hundreds, most of them equal
# CLDR's 24-hour skeleton: the short style of some locales has 12 hours.
_CLOCK = "Hm"


def date(value: dt.date, locale: str, zone: ZoneInfo | None = None) -> str:
    """Return "21 May 2024". An instant is shown as its day in zone."""
    return _styled(_day(value, zone), "long", locale)


def short_date(value: dt.date, locale: str, zone: ZoneInfo | None = None) -> str:
    """Return "Tue 21 May", for headings below a year."""
    return _short(_day(value, zone), locale)


def full_date(value: dt.date, locale: str, zone: ZoneInfo | None = None) -> str:
    """Return "Tuesday, 21 May 2024"."""
    return _styled(_day(value, zone), "full", locale)


def weekday(value: dt.date, locale: str, zone: ZoneInfo | None = None) -> str:
    """Return "Tuesday", in the form used without a date."""
    return str(dates.get_day_names("wide", "stand-alone", _cldr(locale))[_day(value, zone).weekday()])


def time(value: dt.datetime, locale: str, zone: ZoneInfo) -> str:
    """Return "14:30"."""
    local = _aware(value).astimezone(zone)
    return _clock(local.hour, local.minute, locale)


def clock(value: dt.time, locale: str) -> str:
    """Return "14:30" for a time of day at the venue."""
    return _clock(value.hour, value.minute, locale)


def date_time(value: dt.datetime, locale: str, zone: ZoneInfo) -> str:
    """Return "21 May 2024, 14:30"."""
    return _joined(date(value, locale, zone), time(value, locale, zone), locale)


def interval(start: dt.datetime, end: dt.datetime, locale: str, zone: ZoneInfo) -> str:
    """Return "21 May 2024, 14:30–14:55", with both dates if the half-open interval covers two days in zone."""
    if _day(start, zone) != _day(end, zone):
        return f"{date_time(start, locale, zone)} – {date_time(end, locale, zone)}"
    return _joined(date(start, locale, zone), time_interval(start, end, locale, zone), locale)


def time_interval(start: dt.datetime, end: dt.datetime, locale: str, zone: ZoneInfo) -> str:
    """Return "14:30–14:55"."""
    # Joined here, because Babel shows whole dates for intervals over midnight.
    return f"{time(start, locale, zone)}–{time(end, locale, zone)}"


def date_interval(first: dt.date, last: dt.date, locale: str) -> str:
    """Return "21–23 May 2024"; both days are included."""
    return _days(first, last, locale)


def venue_and_own_time(
    value: dt.datetime, locale: str, venue_zone: ZoneInfo, own_zone: ZoneInfo | None
) -> tuple[str, str | None]:
    """Return the venue's time and the reader's, None if equal: ("14:30 (UTC+8)", "09:30 (UTC+3)").

    The reader's time has the weekday if it falls on another day.
    """
    venue = f"{time(value, locale, venue_zone)} ({utc_offset(value, venue_zone)})"
    here, there = _aware(value).astimezone(own_zone or venue_zone), _aware(value).astimezone(venue_zone)
    if own_zone is None or here.utcoffset() == there.utcoffset():
        return venue, None
    clock = time(value, locale, own_zone)
    shown = clock if here.date() == there.date() else _joined(short_date(value, locale, own_zone), clock, locale)
    return venue, f"{shown} ({utc_offset(value, own_zone)})"


def zone_name(zone: ZoneInfo, at: dt.datetime, locale: str) -> str:
    """Return "China Standard Time": the name at that instant, because daylight time has another name."""
    # Not get_timezone_location: in Russian it calls the time of Shanghai and Moscow summer time.
    return dates.get_timezone_name(_aware(at).astimezone(zone), width="long", locale=_cldr(locale))


def utc_offset(at: dt.datetime, zone: ZoneInfo) -> str:
    """Return UTC+8, UTC+5:30, UTC−3 or UTC, equal in every language."""
    offset = _aware(at).astimezone(zone).utcoffset() or dt.timedelta()
    hours, minutes = divmod(abs(round(offset.total_seconds() / 60)), 60)
    if not hours and not minutes:
        return "UTC"
    return f"UTC{'+' if offset > dt.timedelta() else '−'}{hours}{f':{minutes:02}' if minutes else ''}"


def duration(minutes: int, locale: str) -> str:
    """Return "25 min"."""
    # The long style gives "25 duration-minute" if a locale inherits its unit names.
    written = units.format_unit(
        minutes, "duration-minute", length="short", locale=_cldr(locale), numbering_system=_LATIN_DIGITS
    )
    return written.replace("分", " 分") if locale == _CHINESE else written


def file_size(size: int, locale: str) -> str:
    """Return a number of bytes in kilobytes, or in megabytes if it is large: "230 kB", "1.4 МБ"."""
    is_large = size >= 1_000_000
    value, unit = (
        (size / 1_000_000, "digital-megabyte") if is_large else (max(1, round(size / 1000)), "digital-kilobyte")
    )
    return units.format_unit(round(value, 1), unit, length="short", locale=_cldr(locale))


def number(value: float, locale: str) -> str:
    """Return "1,234.5", with at most three decimals."""
    return numbers.format_decimal(value, locale=_cldr(locale), numbering_system=_LATIN_DIGITS)


def percent(share: float, locale: str, *, decimals: int = 0) -> str:
    """Return "4.5%". share: a fraction (0.045). decimals: how many at most."""
    pattern = _cldr(locale).percent_formats[None].pattern
    if decimals:
        pattern = pattern.replace("0", f"0.{'#' * decimals}", 1)
    return numbers.format_percent(share, pattern, locale=_cldr(locale), numbering_system=_LATIN_DIGITS)


def sequence(items: Sequence[str], locale: str, *, style: Literal["and", "or"] = "and") -> str:
    """Return "a, b and c". In Chinese, the word for "and" stands apart from letters and digits."""
    if locale == _CHINESE and len(items) > 1:
        *first, last_but_one, last = items
        items = [
            *first,
            f"{last_but_one} " if _is_narrow(last_but_one[-1:]) else last_but_one,
            f" {last}" if _is_narrow(last[:1]) else last,
        ]
    return lists.format_list(items, style="standard" if style == "and" else "or", locale=_cldr(locale))


def country(code: str, locale: str) -> str:
    """Return the name of an ISO 3166 country or region, or its code if there is no name.

    CLDR's, or the one that the host's rules prescribe.
    """
    if prescribed := _instead("countries").get(locale, {}).get(code.upper()):
        return prescribed
    return _spelled(str(_cldr(locale).territories.get(code.upper(), code)), locale)


def countries(locale: str) -> dict[str, str]:
    """Return all countries and regions by ISO 3166 code, sorted by code; sort by `i18n.text.sort_key` to show them."""
    names = _cldr(locale).territories
    return {code: country(code, locale) for code in sorted(names) if len(code) == 2 and code not in _NOT_COUNTRIES}


@functools.cache
def _instead(table: str) -> Mapping[str, Mapping[str, str]]:
    """Return names in place of CLDR's, by locale and code. table: name of the file."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads((DIRECTORY / f"{table}.toml").read_text("utf-8"))
    return found


def language(tag: str, locale: str) -> str:
    """Return the name of a language by BCP 47 tag, with its script if the tag has one; without a CLDR name, the tag."""
    if ours := _instead("language_names").get(locale, {}).get(tag):
        return ours
    names, code = _cldr(locale).languages, tag.replace("-", "_")
    return _spelled(str(names.get(code) or names.get(code.partition("_")[0]) or tag), locale)


# CLDR's territories that are groups, outlying parts or test codes.
_NOT_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


@functools.lru_cache(maxsize=KEPT)
def _days(first: dt.date, last: dt.date, locale: str) -> str:
    return _first(dates.format_interval(first, last, "yMMMMd", locale=_cldr(locale)), locale)


@functools.lru_cache(maxsize=KEPT)
def _styled(day: dt.date, style: Literal["long", "full"], locale: str) -> str:
    return _first(dates.format_date(day, style, _cldr(locale)), locale)


@functools.lru_cache(maxsize=KEPT)
def _short(day: dt.date, locale: str) -> str:
    noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
    return _first(dates.format_skeleton("MMMEd", noon, dt.UTC, locale=_cldr(locale)), locale)


@functools.lru_cache(maxsize=KEPT)
def _clock(hour: int, minute: int, locale: str) -> str:
    at = dt.datetime(2000, 1, 1, hour, minute, tzinfo=dt.UTC)
    return str(dates.format_skeleton(_CLOCK, at, dt.UTC, locale=_cldr(locale)))


# The first of a month, before its name: "1 décembre", "du 1 au 3 décembre".
_FIRST_OF_MONTH = re.compile(r"(?<!\d)1(?=[–\s]\D|–)")


def _first(text: str, locale: str) -> str:
    """Return a date with the ordinal that French has for the first of a month alone, which CLDR leaves out."""
    return _FIRST_OF_MONTH.sub("1er", text) if locale == "fr" else str(text)


def _is_narrow(letter: str) -> bool:
    """Return whether Chinese sets a space between the letter and a Han character: letters and digits of others."""
    return letter.isalnum() and unicodedata.east_asian_width(letter) not in "WF"


def _spelled(name: str, locale: str) -> str:
    """Return a name with the letters of the language: CLDR writes some Uzbek ones with a quotation mark."""
    return name.replace("‘", "ʻ").replace("’", "ʼ") if locale == "uz" else name


@functools.lru_cache(maxsize=64)
def _cldr(locale: str) -> babel.Locale:
    return interface_locale(locale).babel


def _aware(value: dt.datetime) -> dt.datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value!r} is a wall time without a zone")
    return value


def _day(value: dt.date, zone: ZoneInfo | None) -> dt.date:
    if not isinstance(value, dt.datetime):
        return value
    return _aware(value).astimezone(zone).date() if zone else _aware(value).date()


def _joined(day: str, clock: str, locale: str) -> str:
    # The medium style joins by ", ", the long one by " at ".
    return str(_cldr(locale).datetime_formats["medium"]).format(clock, day)
