"""Names by the usual systems of transliteration."""

import pytest

from i18n import pinyin
from i18n.text import search_key
from i18n.transliteration import from_palladius, in_palladius, latin_spellings


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("Дежнёва", "dezhneva"),
        ("Дежнёва", "dejneva"),
        ("Дежнёва", "dezhnyova"),
        ("Дежнёва", "deschnjowa"),
        ("Дежнёва", "dezneva"),
        ("Хрущёв", "khrushchev"),
        ("Хрущёв", "chruschtschow"),
        ("Хрущёв", "hruscev"),
        ("Хрущёв", "khrouchtchev"),
        ("Щукина", "schtschukina"),
        ("Юрьев", "iurev"),
        ("Цой", "tsoy"),
    ],
)
def test_a_russian_name_is_spelled_by_every_system(name: str, spelling: str) -> None:
    assert spelling in [search_key(each) for each in latin_spellings(name)]


def test_other_names_have_no_such_spelling() -> None:
    assert latin_spellings("Anna 王") == ()


@pytest.mark.parametrize(
    ("word", "latin"),
    [("ланьян", "lanyang"), ("чжан", "zhang"), ("сюй", "xu"), ("сяомин", "xiaoming"), ("иванов", ""), ("я" * 41, "")],
)
def test_words_in_the_palladius_system_are_converted_to_pinyin(word: str, latin: str) -> None:
    assert from_palladius(word) == latin


def test_chinese_characters_are_written_by_palladius() -> None:
    assert in_palladius(pinyin.read("蓝阳")) == "ланьян"
