"""The locale chosen for a browser's header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i18n import interface_locales, negotiate

OFFERED = ["zh_Hans", "ru", "en"]

tags = st.sampled_from(["zh", "zh-CN", "zh-TW", "ru", "ru-RU", "en", "en-GB", "fr", "kk", "*"])
weights = st.sampled_from(["", ";q=1", ";q=0.8", ";q=0.5", ";q=0.1", ";q=0"])
ranges = st.builds("{}{}".format, tags, weights)
headers = st.lists(ranges, max_size=6).map(", ".join)


@pytest.mark.parametrize("header", ["zh", "zh-CN", "zh-Hans", "zh-SG", "zh-CN,zh;q=0.9,en;q=0.8", "cmn", "ZH-cn"])
def test_every_way_to_ask_for_simplified_chinese_reaches_it(header: str) -> None:
    assert negotiate(header, OFFERED) == "zh_Hans"


def test_traditional_characters_are_preferred_where_they_are_offered() -> None:
    assert negotiate("zh-TW", ["zh_Hans", "zh_Hant"]) == "zh_Hant"
    assert negotiate("zh-HK", ["zh_Hans", "en"]) == "zh_Hans"


def test_the_script_that_was_asked_for_wins_over_the_other() -> None:
    assert negotiate("uz-Cyrl", ["uz", "uz_Cyrl"]) == "uz_Cyrl"
    assert negotiate("uz", ["uz_Cyrl", "uz"]) == "uz"


def test_weights_decide_before_order() -> None:
    assert negotiate("en;q=0.1, ru;q=0.9", OFFERED) == "ru"


def test_with_equal_weights_the_order_decides() -> None:
    assert negotiate("ru, en", OFFERED) == "ru"
    assert negotiate("en;q=0.5, ru;q=0.5", OFFERED) == "en"


def test_a_language_that_is_not_offered_gives_way_to_the_next() -> None:
    assert negotiate("kk, ru;q=0.5", OFFERED) == "ru"


def test_a_region_counts_as_its_language() -> None:
    assert negotiate("en-GB, ru;q=0.9", OFFERED) == "en"


def test_weight_zero_excludes() -> None:
    assert negotiate("zh;q=0, *", OFFERED) == "ru"
    assert negotiate("en;q=0", OFFERED) is None


def test_excluding_one_script_does_not_exclude_the_other() -> None:
    assert negotiate("zh-Hant;q=0, zh;q=0.5", OFFERED) == "zh_Hans"


def test_the_most_specific_range_decides_what_is_excluded() -> None:
    assert negotiate("zh;q=0, zh-Hans;q=0.5", OFFERED) == "zh_Hans"
    assert negotiate("zh;q=0.5, zh-Hans-CN;q=0, ru;q=0.1", OFFERED) == "ru"


def test_a_language_named_by_its_region_is_not_meant_by_the_star() -> None:
    assert negotiate("*, en-AU;q=0.5", ["en", "ru"]) == "ru"


def test_a_star_stands_for_what_is_not_named() -> None:
    assert negotiate("*", OFFERED) == "zh_Hans"
    assert negotiate("zh;q=0.1, *;q=0.8", OFFERED) == "ru"
    assert negotiate("zh;q=0.3, ru;q=0.2, en;q=0.1, *", OFFERED) == "zh_Hans"


@pytest.mark.parametrize("header", [None, "", "fr", "*;q=0", ",,;", "en;q=2", "q=0.5", "e", "english"])
def test_nothing_fits(header: str | None) -> None:
    assert negotiate(header, OFFERED) is None


@pytest.mark.parametrize("language", ["be", "kk", "ky", "uz", "tg", "tk", "hy", "tt", "kk-KZ", "uz-Cyrl-UZ", "be-BY"])
def test_readers_of_russian_get_it_before_english(language: str) -> None:
    assert negotiate(f"{language}, en;q=0.8", OFFERED) == "ru"
    assert negotiate(f"{language}, en-US;q=0.9, en;q=0.8, *;q=0.1", OFFERED) == "ru"


def test_their_own_language_goes_before_russian_where_it_is_offered() -> None:
    assert negotiate("uz, en;q=0.8", ["ru", "en", "uz"]) == "uz"


def test_russian_in_the_header_keeps_its_rank() -> None:
    assert negotiate("kk, en;q=0.9, ru;q=0.8", OFFERED) == "en"
    assert negotiate("kk, ru;q=0, en;q=0.5", OFFERED) == "en"


def test_english_asked_for_first_is_english() -> None:
    assert negotiate("en-GB, kk;q=0.9", OFFERED) == "en"


def test_languages_of_chinas_regions_give_chinese() -> None:
    assert negotiate("kk-CN, en;q=0.8", OFFERED) == "zh_Hans"
    assert negotiate("kk-Arab, en;q=0.8", OFFERED) == "zh_Hans"


@pytest.mark.parametrize("language", ["uk", "ka", "az", "lv", "fr"])
def test_other_languages_do_not_give_russian(language: str) -> None:
    assert negotiate(f"{language}, en;q=0.8", OFFERED) == "en"


def test_malformed_parts_are_ignored() -> None:
    assert negotiate("???, en;q=often, ru", OFFERED) == "ru"


def test_pseudo_locales_answer_only_to_their_own_tags() -> None:
    offered = list(interface_locales(pseudo=True))

    assert [negotiate(tag, offered) for tag in ("en-XA", "ar-XB", "ar")] == ["en_XA", "ar_XB", "ar"]


@given(headers)
def test_the_result_is_always_an_offered_locale(header: str) -> None:
    assert negotiate(header, OFFERED) in {*OFFERED, None}


@given(headers, st.sampled_from(["zh", "ru", "en"]))
def test_a_language_with_weight_zero_is_never_found(header: str, language: str) -> None:
    others = ", ".join(part for part in header.split(", ") if not part.startswith(language))

    assert (negotiate(f"{language};q=0, {others}", OFFERED) or "").partition("_")[0] != language


@given(headers, st.sampled_from(["zh", "ru", "en"]))
def test_a_language_before_all_others_is_found(header: str, language: str) -> None:
    others = ", ".join(part for part in header.split(", ") if not part.startswith(language))

    assert (negotiate(f"{language}, {others}", OFFERED) or "").partition("_")[0] == language


@given(st.text())
def test_no_header_raises_an_error(header: str) -> None:
    assert negotiate(header, OFFERED) in {*OFFERED, None}
