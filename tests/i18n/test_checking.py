"""Each fault that the checks find, in a catalogue with the fault and in one without."""

import pytest
from babel.messages.catalog import Catalog

from i18n.checking import Allowed, catalogue_faults, source_faults

MEETINGS = ("%(num)s meeting", "%(num)s meetings")
RUSSIAN = ("%(num)s встреча", "%(num)s встречи", "%(num)s встреч")


def catalog_of(msgid: str | tuple[str, str], string: str | tuple[str, ...], code: str) -> Catalog:
    catalog = Catalog(locale=code)
    catalog.add(msgid, string)
    return catalog


def faults(
    msgid: str | tuple[str, str], string: str | tuple[str, ...], code: str = "ru", allowed: Allowed | None = None
) -> list[str]:
    """Return the faults of one text, without locale and text in front."""
    template = Catalog()
    template.add(msgid)
    found = catalogue_faults(catalog_of(msgid, string, code), template, code, allowed or Allowed())
    return [fault.split(": ", 2)[2] for fault in found]


@pytest.mark.parametrize(
    ("msgid", "string", "code"),
    [
        ("Agenda", "Личная программа", "ru"),
        ("Agenda", "个人日程", "zh_Hans"),
        ("<b>%(name)s</b> is here", "<b>%(name)s</b> на месте", "ru"),
        ("5%% of %(name)s", "5%% от %(name)s", "ru"),
        ("Write to anna@example.org", "Напишите на anna@example.org", "ru"),
        ("%(a)s – %(b)s", "%(a)s — %(b)s", "ru"),
        (MEETINGS, RUSSIAN, "ru"),
        (MEETINGS, ("%(num)s 次洽谈",), "zh_Hans"),
    ],
)
def test_a_good_translation_has_no_faults(msgid: str, string: str, code: str) -> None:
    assert faults(msgid, string, code) == []


def test_an_empty_text() -> None:
    assert faults("Agenda", "") == ["empty"]


def test_an_empty_plural_slot() -> None:
    assert faults(MEETINGS, (*RUSSIAN[:2], "")) == ["slot 2: empty"]


def test_a_plural_with_the_slots_of_another_language() -> None:
    assert faults(MEETINGS, RUSSIAN[:2]) == ["needs 3 slots"]


def test_another_placeholder() -> None:
    assert faults("%(name)s is here", "%(nаme)s здесь") == ["placeholders differ: '%(nаme)s здесь'"]


def test_a_plural_slot_without_its_number() -> None:
    assert faults(MEETINGS, ("Встреча", *RUSSIAN[1:])) == ["slot 0: placeholders differ: 'Встреча'"]


def test_a_slot_for_one_number_needs_no_number() -> None:
    arabic = ("لا لقاءات", "لقاء واحد", "لقاءان", "%(num)s لقاءات", "%(num)s لقاءً", "%(num)s لقاء")

    assert faults(MEETINGS, arabic, "ar") == []
    assert faults(MEETINGS, (*arabic[:3], "لقاءات", *arabic[4:]), "ar") == ["slot 3: placeholders differ: 'لقاءات'"]


@pytest.mark.parametrize("string", ["здесь {name}: %(name)s", "%s здесь %(name)s", "100 % здесь %(name)s"])
def test_placeholders_of_another_kind(string: str) -> None:
    assert faults("%(name)s is here", string) == [f"placeholders differ: {string!r}"]


@pytest.mark.parametrize("string", ["<b>Внимание", "<i>Внимание</i>", "Внимание"])
def test_other_tags(string: str) -> None:
    assert faults("<b>Note</b>", string) == [f"tags differ: {string!r}"]


def test_an_invisible_direction_mark() -> None:
    assert faults("Agenda", "Программа\u200f") == ["holds an invisible direction mark"]


def test_white_space_at_an_end() -> None:
    assert faults("Agenda", "Программа ") == ["has white space at an end"]


def test_english_left_as_it_is() -> None:
    assert faults("Agenda", "Agenda") == ["the same as the English"]
    assert faults("Agenda", "Agenda", allowed=Allowed(same=frozenset({"Agenda"}))) == []


@pytest.mark.parametrize(("string", "code"), [("Программа day", "ru"), ("Прогрaмма", "ru"), ("日程 day", "zh_Hans")])
def test_letters_of_another_script(string: str, code: str) -> None:
    assert faults("Agenda", string, code)[0].startswith("not in the language's script: ")


def test_a_foreign_word_that_is_allowed() -> None:
    assert faults("PDF of the agenda", "Программа в PDF", allowed=Allowed(words=frozenset({"PDF"}))) == []


def test_a_fuzzy_text() -> None:
    template, catalog = Catalog(), Catalog(locale="ru")
    template.add("Agenda")
    catalog.add("Agenda", "Личная программа", flags=["fuzzy"])

    assert list(catalogue_faults(catalog, template, "ru", Allowed())) == ["ru: 'Agenda': fuzzy"]


def test_missing_unknown_and_obsolete_texts_are_found() -> None:
    template, catalog = Catalog(), Catalog(locale="ru")
    template.add("Open", context="verb")
    catalog.add("Agenda", "Программа")
    catalog.obsolete["Table"] = catalog_of("Table", "Стол", "ru").get("Table")  # type: ignore[assignment]

    assert list(catalogue_faults(catalog, template, "ru", Allowed())) == [
        "ru: 'Open' (verb): not in the catalogue",
        "ru: 'Agenda': no longer in the sources",
        "ru: 'Table': obsolete",
    ]


@pytest.mark.parametrize("msgid", ["Hello to you, {name}", "Hello to you, %s", "100 % sure of it"])
def test_english_texts_use_only_named_values(msgid: str) -> None:
    template = Catalog()
    template.add(msgid, locations=[("server/views.py", 1)])

    assert list(source_faults(template)) == [
        f"server/views.py: {msgid!r} has a placeholder other than %(name)s, or a single %"
    ]


def test_good_english() -> None:
    template = Catalog()
    template.add("%(num)s of 100 %% of all")

    assert list(source_faults(template)) == []
