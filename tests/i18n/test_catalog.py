from pathlib import Path

import pytest
from babel import Locale

from i18n.catalog import PLURAL_FORMS, Catalogue, catalogue, plural_rule, read

CATEGORIES = {
    "ar": ("zero", "one", "two", "few", "many", "other"),
    **dict.fromkeys(("de", "en", "es", "fr", "uz"), ("one", "other")),
    **dict.fromkeys(("ja", "ko"), ("other",)),
    "ru": ("one", "few", "many"),
    "zh": ("other",),
}

RUSSIAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "Agenda"
msgstr "Личная программа"

msgctxt "state of a meeting"
msgid "Cancelled"
msgstr "Отменена"

msgid "%(num)s meeting"
msgid_plural "%(num)s meetings"
msgstr[0] "%(num)s встреча"
msgstr[1] "%(num)s встречи"
msgstr[2] "%(num)s встреч"

#, fuzzy
msgid "Table"
msgstr "Таблица"

msgid "Hall"
msgstr ""
"""


@pytest.fixture
def russian(tmp_path: Path) -> Catalogue:
    path = tmp_path / "messages.po"
    path.write_text(RUSSIAN, "utf-8")
    return read(path, code="ru")


def test_a_text_is_translated(russian: Catalogue) -> None:
    assert russian.singular("Agenda") == "Личная программа"


def test_a_context_is_part_of_the_text(russian: Catalogue) -> None:
    assert russian.singular("Cancelled", "state of a meeting") == "Отменена"
    assert russian.singular("Cancelled") == "Cancelled"


def test_a_count_selects_its_plural_form(russian: Catalogue) -> None:
    texts = [russian.plural("%(num)s meeting", "%(num)s meetings", number) for number in (1, 2, 5, 11, 21)]

    assert texts == ["%(num)s встреча", "%(num)s встречи", "%(num)s встреч", "%(num)s встреч", "%(num)s встреча"]


@pytest.mark.parametrize("msgid", ["Table", "Hall", "Unheard of"])
def test_fuzzy_empty_and_missing_texts_are_shown_in_english(russian: Catalogue, msgid: str) -> None:
    assert russian.singular(msgid) == msgid


def test_english_counts_without_a_catalogue() -> None:
    texts = [catalogue("en").plural("%(num)s meeting", "%(num)s meetings", number) for number in (0, 1, 2)]

    assert texts == ["%(num)s meetings", "%(num)s meeting", "%(num)s meetings"]


@pytest.mark.parametrize("language", PLURAL_FORMS)
def test_plural_forms_are_the_categories_of_cldr(language: str) -> None:
    rule, category = plural_rule(language), Locale.parse(language).plural_form

    slots = [CATEGORIES[language][rule.slot(number)] for number in range(1100)]

    assert slots == [category(number) for number in range(1100)]
    assert rule.slots == len(CATEGORIES[language])


def test_arabic_has_six_forms() -> None:
    slots = [plural_rule("ar").slot(number) for number in (0, 1, 2, 3, 10, 11, 99, 100, 102)]

    assert slots == [0, 1, 2, 3, 3, 4, 4, 5, 5]


def test_the_plural_rule_of_a_language_without_a_line_of_its_own_is_babels() -> None:
    assert [plural_rule("kk").slot(number) for number in (0, 1, 2)] == [1, 0, 1]


def test_texts_for_organisers_are_read_beside_those_for_participants() -> None:
    texts = catalogue("ru").texts

    assert {("place", "Agenda"), ("place", "Plans")} <= set(texts)


def test_an_unknown_locale_has_no_catalogue() -> None:
    with pytest.raises(LookupError):
        catalogue("tlh")
