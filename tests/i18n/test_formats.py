"""Formatted values. No-break and narrow spaces of CLDR are written out."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from i18n import formats

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOSCOW = ZoneInfo("Europe/Moscow")
NEW_YORK = ZoneInfo("America/New_York")
START = dt.datetime(2024, 5, 21, 6, 30, tzinfo=dt.UTC)
END = START + dt.timedelta(minutes=25)

NBSP, NARROW, THIN = "\u00a0", "\u202f", "\u2009"
LOCALES = ("zh_Hans", "ru", "en", "ar_XB")


def by_locale(*texts: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("locale", "expected"), list(zip(LOCALES, texts, strict=True)))


@by_locale("2024年5月21日", f"21 мая 2024{NARROW}г.", "21 May 2024", "21 مايو 2024")
def test_date(locale: str, expected: str) -> None:
    assert formats.date(START, locale, SHANGHAI) == expected


@by_locale("5月21日周二", "вт, 21 мая", "Tue 21 May", "الثلاثاء، 21 مايو")
def test_short_date(locale: str, expected: str) -> None:
    assert formats.short_date(dt.date(2024, 5, 21), locale) == expected


@by_locale("2024年5月21日星期二", f"вторник, 21 мая 2024{NARROW}г.", "Tuesday, 21 May 2024", "الثلاثاء، 21 مايو 2024")
def test_full_date(locale: str, expected: str) -> None:
    assert formats.full_date(START, locale, SHANGHAI) == expected


@by_locale("星期二", "вторник", "Tuesday", "الثلاثاء")
def test_weekday(locale: str, expected: str) -> None:
    assert formats.weekday(START, locale, SHANGHAI) == expected


@pytest.mark.parametrize("locale", LOCALES)
def test_the_clock_has_24_hours_in_every_language(locale: str) -> None:
    assert formats.time(START, locale, SHANGHAI) == "14:30"


@by_locale("2024年5月21日 14:30", f"21 мая 2024{NARROW}г., 14:30", "21 May 2024, 14:30", "21 مايو 2024، 14:30")
def test_date_and_time(locale: str, expected: str) -> None:
    assert formats.date_time(START, locale, SHANGHAI) == expected


@by_locale(
    "2024年5月21日 14:30–14:55",
    f"21 мая 2024{NARROW}г., 14:30–14:55",
    "21 May 2024, 14:30–14:55",
    "21 مايو 2024، 14:30–14:55",
)
def test_interval(locale: str, expected: str) -> None:
    assert formats.interval(START, END, locale, SHANGHAI) == expected


def test_an_interval_over_midnight_names_both_days() -> None:
    evening = dt.datetime(2024, 5, 21, 15, 50, tzinfo=dt.UTC)
    end = evening + dt.timedelta(minutes=20)

    assert formats.interval(evening, end, "en", SHANGHAI) == "21 May 2024, 23:50 – 22 May 2024, 00:10"
    assert formats.time_interval(evening, end, "en", SHANGHAI) == "23:50–00:10"


@by_locale("2024年5月21日至23日", f"21–23 мая 2024{NARROW}г.", "21–23 May 2024", "21–23 مايو 2024")
def test_days_of_an_event(locale: str, expected: str) -> None:
    assert formats.date_interval(dt.date(2024, 5, 21), dt.date(2024, 5, 23), locale) == expected


def test_an_event_of_one_day() -> None:
    assert formats.date_interval(dt.date(2024, 5, 21), dt.date(2024, 5, 21), "en") == "21 May 2024"


def test_an_instant_falls_on_the_day_of_its_zone() -> None:
    evening = dt.datetime(2024, 5, 21, 20, 0, tzinfo=dt.UTC)

    assert [formats.date(evening, "en", zone) for zone in (MOSCOW, SHANGHAI)] == ["21 May 2024", "22 May 2024"]


def test_a_wall_time_without_a_zone_is_refused() -> None:
    wall_time = START.replace(tzinfo=None)

    with pytest.raises(ValueError, match="without a zone"):
        formats.time(wall_time, "en", SHANGHAI)


def test_the_readers_time_is_shown_beside_the_venues() -> None:
    assert formats.venue_and_own_time(START, "en", SHANGHAI, MOSCOW) == ("14:30 (UTC+8)", "09:30 (UTC+3)")


def test_the_readers_time_has_its_day_if_that_differs() -> None:
    evening = START - dt.timedelta(hours=6)

    assert formats.venue_and_own_time(evening, "ru", SHANGHAI, NEW_YORK) == (
        "08:30 (UTC+8)",
        "пн, 20 мая, 20:30 (UTC−4)",
    )


@pytest.mark.parametrize("own_zone", [None, SHANGHAI, ZoneInfo("Asia/Singapore")])
def test_one_time_is_shown_if_both_clocks_agree(own_zone: ZoneInfo | None) -> None:
    assert formats.venue_and_own_time(START, "en", SHANGHAI, own_zone) == ("14:30 (UTC+8)", None)


@by_locale("中国标准时间", "Китай, стандартное время", "China Standard Time", "توقيت الصين الرسمي")
def test_shanghai_has_no_summer_time_in_any_language(locale: str, expected: str) -> None:
    assert formats.zone_name(SHANGHAI, START, locale) == expected


def test_a_zone_has_its_name_at_that_instant() -> None:
    winter = dt.datetime(2024, 1, 21, tzinfo=dt.UTC)

    names = [formats.zone_name(NEW_YORK, at, "en") for at in (START, winter)]

    assert names == ["Eastern Daylight Time", "Eastern Standard Time"]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Shanghai", "UTC+8"),
        ("Asia/Kolkata", "UTC+5:30"),
        ("America/New_York", "UTC−4"),
        ("America/St_Johns", "UTC−2:30"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_utc_offset(zone: str, expected: str) -> None:
    assert formats.utc_offset(START, ZoneInfo(zone)) == expected


@by_locale("25 分钟", "25 мин", "25 mins", "25 د")
def test_duration(locale: str, expected: str) -> None:
    assert formats.duration(25, locale) == expected


@by_locale("12,345.5", f"12{NBSP}345,5", "12,345.5", "12,345.5")
def test_number(locale: str, expected: str) -> None:
    assert formats.number(12345.5, locale) == expected


@by_locale("4.5%", f"4,5{NBSP}%", "4.5%", "4.5%")
def test_percent(locale: str, expected: str) -> None:
    assert formats.percent(0.045, locale, decimals=1).replace("\u200e", "").replace("\u061c", "") == expected


def test_percent_without_decimals() -> None:
    assert formats.percent(0.954, "en") == "95%"


@by_locale("专家、企业和口译员", "эксперт, компания и переводчик", "expert, enterprise and interpreter", "أ وب وج")
def test_sequence(locale: str, expected: str) -> None:
    items = {
        "zh_Hans": ["专家", "企业", "口译员"],
        "ru": ["эксперт", "компания", "переводчик"],
        "en": ["expert", "enterprise", "interpreter"],
        "ar_XB": ["أ", "ب", "ج"],
    }

    assert formats.sequence(items[locale], locale) == expected


def test_chinese_sets_a_space_between_and_and_other_letters() -> None:
    assert formats.sequence(["贝雨澜", "PETROV IVAN", "童玉清"], "zh_Hans") == "贝雨澜、PETROV IVAN 和童玉清"
    assert formats.sequence(["09:30–11:55", "13:35"], "zh_Hans") == "09:30–11:55 和 13:35"
    assert formats.sequence(["童玉清", "Петров"], "zh_Hans", style="or") == "童玉清或 Петров"


def test_alternatives() -> None:
    assert formats.sequence(["zh", "ru", "en"], "en", style="or") == "zh, ru or en"


@by_locale("俄罗斯", "Россия", "Russia", "روسيا")
def test_country(locale: str, expected: str) -> None:
    assert formats.country("RU", locale) == expected


def test_countries_are_countries() -> None:
    names = formats.countries("en")

    assert (names["UZ"], "EU" in names, "001" in names, "XA" in names) == ("Uzbekistan", False, False, False)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("ru", "русский"), ("zh-Hans", "китайский, упрощенное письмо"), ("kk-KZ", "казахский"), ("tlh-x", "клингонский")],
)
def test_language(tag: str, expected: str) -> None:
    assert formats.language(tag, "ru") == expected


def test_uzbek_names_of_languages_are_of_one_form() -> None:
    # CLDR has “xitoy” beside “ruscha”.
    assert {formats.language(tag, "uz")[-3:] for tag in ("zh", "ru", "en", "de", "ja", "ar", "uz", "tr", "vi")} == {
        "cha"
    }


def test_a_country_or_language_without_a_name_is_shown_as_its_code() -> None:
    assert (formats.country("QQ", "en"), formats.language("qqq", "en")) == ("QQ", "qqq")


def test_the_host_prescribes_some_names_of_regions() -> None:
    assert [formats.country(code, "zh_Hans") for code in ("TW", "HK", "RU")] == ["中国台湾", "中国香港", "俄罗斯"]
    assert formats.countries("zh_Hans")["TW"] == "中国台湾"
    # A language that may be added by its folder.
    assert [formats.country(code, "zh_Hant") for code in ("TW", "HK")] == ["中國台灣", "中國香港"]
