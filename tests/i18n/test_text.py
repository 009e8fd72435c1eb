import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i18n.text import (
    MOST_MARKS,
    TextError,
    clean_line,
    clean_text,
    graphemes,
    has_mixed_alphabets,
    search_key,
    sort_key,
    unlinked,
)


def test_a_text_is_composed() -> None:
    assert clean_text("и\u0306ога") == "йога"


def test_lines_and_tabs_stay() -> None:
    assert clean_text("one\r\ntwo\rthree\u2028four\tfive") == "one\ntwo\nthree\nfour\tfive"


@pytest.mark.parametrize(
    "char", ["\x00", "\x0b", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\ufeff", "\ufffe", "\ufdd0"]
)
def test_invisible_characters_are_dropped(char: str) -> None:
    assert clean_text(f"a{char}b") == "ab"


@pytest.mark.parametrize("char", ["\u200d", "\u200c", "\u200f", "\u00ad", "\ue000", "𠮷"])
def test_joiners_that_scripts_need_are_kept(char: str) -> None:
    assert clean_text(f"a{char}b") == f"a{char}b"


def test_a_lone_surrogate_is_refused_with_a_message() -> None:
    with pytest.raises(TextError) as refusal:
        clean_text("a\ud800")

    assert (
        refusal.value.message.msgid
        == "This text contains characters that cannot be saved. Remove these characters and enter the text again."
    )


def test_a_line_has_single_spaces() -> None:
    assert clean_line(" Nanjing\n\tForum\u3000 2024 ") == "Nanjing Forum 2024"


@given(st.text())
def test_cleaning_never_fails_and_a_second_time_changes_nothing(text: str) -> None:
    cleaned = clean_text(text)

    assert (clean_text(cleaned), clean_line(clean_line(text))) == (cleaned, clean_line(text))
    assert unicodedata.is_normalized("NFC", cleaned)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("Ёлка", 4),
        ("e\u0301\u0323", 1),
        ("王小明", 3),
        ("👨‍👩‍👧", 1),
        ("👍🏽", 1),
        ("🇷🇺🇨🇳", 2),
        ("\u0301a", 2),
        ("می‌خواهم", 7),
    ],
)
def test_graphemes(text: str, count: int) -> None:
    assert graphemes(text) == count


@pytest.mark.parametrize(
    ("text", "mixed"),
    [("аdmin", True), ("Ivan Иванов", False), ("A股", False), ("Οmega", True), ("R2-D2", False), ("", False)],
)
def test_alphabets_that_look_alike_are_noticed_within_a_word(text: str, mixed: bool) -> None:
    assert has_mixed_alphabets(text) == mixed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Фёдоров", "федоров"),
        ("ＡＢＣ　Ltd", "abc ltd"),
        ("Müller-Straße", "muller strasse"),
        ("Oʻzbekiston", "O‘zbekiston"),
        ("O'Brien", "OBrien"),
        ("أحمد", "احمد"),
        ("علي", "علی"),
        ("محمّد", "محمـد"),
        ("叶莲娜·索科洛娃", "叶莲娜 索科洛娃"),
    ],
)
def test_spellings_that_are_found_together(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


@pytest.mark.parametrize(("one", "other"), [("Йога", "Иога"), ("王", "汪"), ("шар", "щар")])
def test_letters_that_are_not_the_same(one: str, other: str) -> None:
    assert search_key(one) != search_key(other)


@given(st.text())
def test_the_key_of_a_search_key_is_itself(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)


def test_russian_order() -> None:
    names = ["Жуков", "Anna", "Ёлкин", "赵", "ежов", "Елкина"]

    assert sorted(names, key=lambda name: sort_key(name, "ru")) == ["ежов", "Ёлкин", "Елкина", "Жуков", "Anna", "赵"]


def test_chinese_order_is_that_of_pinyin() -> None:
    names = ["张三", "王五", "Anna", "单雄信", "阿里", "王安石"]

    in_order = sorted(names, key=lambda name: sort_key(name, "zh_Hans", is_name=True))

    assert in_order == ["阿里", "单雄信", "王安石", "王五", "张三", "Anna"]


def test_latin_comes_first_for_everyone_else() -> None:
    names = ["Жуков", "محمد", "王五", "Émile", "Zoe"]

    assert sorted(names, key=sort_key) == ["Émile", "Zoe", "Жуков", "王五", "محمد"]


@given(st.text(), st.sampled_from(["zh_Hans", "ru", "en", None]), st.booleans())
def test_any_text_can_be_sorted(text: str, locale: str | None, is_name: bool) -> None:
    assert sort_key(text, locale, is_name=is_name).endswith(f"\t{text.casefold()}")


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("https://evil.example/x", "https: // evil. example/x"),
        ("И.И.Петров", "И. И. Петров"),
        ("eve@evil.example", "eve @ evil. example"),
        (
            "St. Petersburg Co., Ltd., 2.5 m, 9:30, 北京：中心, v1.2",
            "St. Petersburg Co., Ltd., 2.5 m, 9:30, 北京：中心, v1.2",
        ),
    ],
)
def test_texts_cannot_turn_into_links(text: str, apart: str) -> None:
    assert (unlinked(text), unlinked(apart)) == (apart, apart)


def test_marks_on_a_letter_are_limited() -> None:
    tower = "a" + "\u0323\u0301" * 50_000 + "b"
    assert clean_text(tower) == unicodedata.normalize("NFC", "a" + "\u0323\u0301" * (MOST_MARKS // 2) + "b")
    assert clean_text("Nguye\u0302\u0303n") == "Nguyễn"
