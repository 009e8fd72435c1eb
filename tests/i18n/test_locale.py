import pytest

from i18n import LOCALES, Domain, InterfaceLocale, direction_of, interface_locale, interface_locales, tag_of


def test_the_switcher_shows_each_language_in_its_own_words() -> None:
    shown = [(locale.tag, locale.endonym, locale.direction) for locale in LOCALES.values()]

    assert shown == [
        ("zh-Hans", "简体中文", "ltr"),
        ("ru", "Русский", "ltr"),
        ("en", "English", "ltr"),
        ("ar", "العربية", "rtl"),
        ("de", "Deutsch", "ltr"),
        ("es", "Español", "ltr"),
        ("fr", "Français", "ltr"),
        ("ja", "日本語", "ltr"),
        ("ko", "한국어", "ltr"),
        ("uz", "Oʻzbekcha", "ltr"),
    ]


def test_texts_of_organisers_are_in_three_languages() -> None:
    assert [code for code, each in LOCALES.items() if Domain.ORGANISERS in each.domains] == ["zh_Hans", "ru", "en"]


def test_pseudo_locales_are_offered_only_when_asked_for() -> None:
    assert list(interface_locales()) == list(LOCALES)
    assert list(interface_locales(pseudo=True)) == [*LOCALES, "en_XA", "ar_XB"]


def test_the_right_to_left_pseudo_locale_formats_as_arabic() -> None:
    locale = interface_locale("ar_XB")

    assert (locale.direction, locale.babel.language, locale.babel.text_direction) == ("rtl", "ar", "rtl")


@pytest.mark.parametrize("locale", [*interface_locales(pseudo=True).values()], ids=lambda locale: locale.code)
def test_the_text_direction_agrees_with_the_formats(locale: InterfaceLocale) -> None:
    assert locale.direction == locale.babel.text_direction


def test_an_unknown_locale_is_refused() -> None:
    with pytest.raises(LookupError, match="tlh"):
        interface_locale("tlh")


def test_tags_are_written_with_hyphens() -> None:
    assert tag_of("uz_Cyrl") == "uz-Cyrl"


def test_the_direction_of_a_language_is_known() -> None:
    assert [direction_of(code) for code in ("ar", "fa-IR", "zh_Hans", "ru", "und", "", "nonsense")] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
        "auto",
        "auto",
        "auto",
    ]
