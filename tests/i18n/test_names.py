import pytest
from hypothesis import given
from hypothesis import strategies as st

from i18n import interface_locales
from i18n.names import PersonName, clean_latin, clean_name, needs_latin, read_latin, suggest_latin
from i18n.text import TextError

SOKOLOVA = PersonName("Соколова Елена Юрьевна", "SOKOLOVA ELENA", "叶莲娜·索科洛娃")


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Соколова Елена Юрьевна", "SOKOLOVA ELENA IUREVNA"),
        ("Щёкин-Йорк", "SHCHEKIN-IORK"),
        ("Объедков Яков", "OBIEEDKOV IAKOV"),
        ("АБВГДЕЁЖЗИЙКЛМНОП", "ABVGDEEZHZIIKLMNOP"),
        ("РСТУФХЦЧШЩЪЫЬЭЮЯ", "RSTUFKHTSCHSHSHCHIEYEIUIA"),
        ("Лук'янов Їжак", "LUKIANOV IZHAK"),
        ("Ўткир Ҳакимов", "UTKIR HAKIMOV"),
    ],
)
def test_cyrillic_names_are_transliterated_as_in_passports(name: str, latin: str) -> None:
    assert read_latin(name) == latin


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("王小明", "WANG XIAOMING"),
        ("单雄信", "SHAN XIONGXIN"),
        ("曾国藩", "ZENG GUOFAN"),
        ("仇英", "QIU YING"),
        ("解缙", "XIE JIN"),
        ("任正", "REN ZHENG"),
        ("吕布", "LYU BU"),
        ("欧阳修", "OUYANG XIU"),
        ("尉迟恭", "YUCHI GONG"),
        ("王 小明", "WANG XIAOMING"),
        ("田中 太郎", "TIANZHONG TAILANG"),
        ("叶莲娜·索科洛娃", "YELIANNA SUOKELUOWA"),
        ("王", "WANG"),
    ],
)
def test_chinese_names_are_read_with_the_surname_first(name: str, latin: str) -> None:
    assert read_latin(name) == latin


@pytest.mark.parametrize(
    ("name", "latin"),
    [("Müller O’Brien", "MUELLER O'BRIEN"), ("Nguyễn Văn Ánh", "NGUYEN VAN ANH"), ("Strauß", "STRAUSS"), ("I.", "I")],
)
def test_latin_letters_lose_their_marks(name: str, latin: str) -> None:
    assert read_latin(name) == latin


@pytest.mark.parametrize("name", ["محمد", "たなか", "Анна 김", "王𣋷", "", "·"])
def test_no_spelling_is_suggested_if_none_is_known(name: str) -> None:
    assert read_latin(name) is None


@pytest.mark.parametrize(
    ("locale", "shown", "beside"),
    [
        ("zh_Hans", "叶莲娜·索科洛娃", "Соколова Елена Юрьевна"),
        ("ru", "Соколова Елена Юрьевна", "SOKOLOVA ELENA"),
        ("en", "SOKOLOVA ELENA", "Соколова Елена Юрьевна"),
    ],
)
def test_a_reader_sees_a_spelling_they_can_read(locale: str, shown: str, beside: str) -> None:
    assert SOKOLOVA.for_reader(locale) == (shown, beside)


@pytest.mark.parametrize("locale", interface_locales(pseudo=True))
def test_the_only_spelling_is_shown_to_everyone(locale: str) -> None:
    assert PersonName("Анна").for_reader(locale) == ("Анна", None)


@pytest.mark.parametrize("typed", ["соколова", "Sokolova", "叶莲娜", "ЮРЬЕВНА", "iurevna"])
def test_a_name_is_found_in_every_script(typed: str) -> None:
    assert typed.casefold() in SOKOLOVA.search_key


def test_a_chinese_name_is_found_by_its_pinyin() -> None:
    assert PersonName("单雄信").search_key == "单雄信 shan xiongxin"


@pytest.mark.parametrize(
    "name", ["Анна", "O", "Mary-Jane O’Neil Jr.", "محمد", "می‌خواه", "王小明（小王）", "Oʻgʻli", "𱍐"]
)
def test_a_name_stays_as_it_is_typed(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  Анна \n Иванова ", "Анна Иванова"),
        ("Ан\u200bна", "Анна"),
        ("\u202eАнна\u202c", "Анна"),
        ("Анна\u200f\ufeff\ue000\x00", "Анна"),
        ("И\u0306ан", "Йан"),
    ],
)
def test_invisible_characters_are_dropped(typed: str, cleaned: str) -> None:
    assert clean_name(typed) == cleaned


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter a name."),
        ("\u200b ", "Enter a name."),
        ("-", "Enter a name."),
        ("я" * 101, "A name can have at most %(num)s character."),
        ("я" + "\u0301" * 200, "A name can have at most %(num)s character."),
        ("R2", "A name cannot contain “%(character)s”."),
        ("<b>Anna", "A name cannot contain “%(character)s”."),
        ("Anna 😀", "A name cannot contain “%(character)s”."),
    ],
)
def test_texts_that_are_not_names_are_refused_with_a_message(typed: str, message: str) -> None:
    with pytest.raises(TextError) as refusal:
        clean_name(typed)

    assert refusal.value.message.msgid == message


@given(st.text())
def test_cleaning_a_name_twice_changes_nothing_more(text: str) -> None:
    try:
        cleaned = clean_name(text)
    except TextError:
        return

    assert clean_name(cleaned) == cleaned


@given(st.text(), st.sampled_from([*interface_locales(pseudo=True)]))
def test_any_name_can_be_shown_found_and_suggested(text: str, locale: str) -> None:
    name = PersonName(text)

    assert name.for_reader(locale) == (text, None)
    assert (read_latin(text) or "").isascii()
    assert name.search_key == name.search_key.strip()


# Suggested for the passport ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Соколова Елена Юрьевна", "SOKOLOVA ELENA"),
        ("Елена Юрьевна Соколова", "ELENA SOKOLOVA"),
        ("Абрамович Роман Аркадьевич", "ABRAMOVICH ROMAN"),
        ("Роман Аркадьевич Абрамович", "ROMAN ABRAMOVICH"),
        ("Абрамович Роман", "ABRAMOVICH ROMAN"),
        ("Ким Юрий Ильич", "KIM IURII"),
        ("Мамедов Рашид Гусейн оглы", "MAMEDOV RASHID"),
        ("проф. Соколова Елена", "SOKOLOVA ELENA"),
        ("д.т.н. Соколова Елена", "SOKOLOVA ELENA"),
        ("Соколова Елена, к. ф.-м. н.", "SOKOLOVA ELENA"),
        ("Dr. Anna Müller", "ANNA MUELLER"),
        ("Prof. Dr.-Ing. Hans Weiß", "HANS WEISS"),
    ],
)
def test_a_suggestion_has_no_title_and_no_patronymic(name: str, latin: str) -> None:
    assert suggest_latin(name) == latin


@pytest.mark.parametrize(
    ("name", "country", "language", "latin"),
    [
        ("王小明", "CN", "en", "WANG XIAOMING"),
        ("王小明", "", "zh_Hans", "WANG XIAOMING"),
        ("王小明教授", "CN", "zh_Hans", "WANG XIAOMING"),
        ("佐藤太郎", "JP", "zh_Hans", None),
        ("金正男", "KR", "ru", None),
        ("佐藤太郎", "", "en", None),
        ("佐々木翔", "JP", "en", None),
        ("さとう", "JP", "en", None),
        ("김민준", "KR", "en", None),
        ("محمد", "SA", "en", None),
        ("Соколова Е. Ю.", "RU", "ru", None),
    ],
)
def test_chinese_characters_are_read_as_chinese_only_where_somebody_says_so(
    name: str, country: str, language: str, latin: str | None
) -> None:
    assert suggest_latin(name, country=country, language=language) == latin


@pytest.mark.parametrize(
    "name", ["ANNA PETROVA", "Satō Tarō", "Nguyễn Văn Ánh", "O’Neil-Smith", "Əliyev", "Łukasz Żak"]
)
def test_latin_letters_are_accepted(name: str) -> None:
    assert clean_latin(name) == name


@pytest.mark.parametrize(
    ("typed", "message", "what"),
    [
        ("АNNA", "“%(character)s” is a Cyrillic letter. Use only Latin letters, as in the passport.", "А"),
        ("Ivan Рetrov", "“%(character)s” is a Cyrillic letter. Use only Latin letters, as in the passport.", "Р"),
        ("ANNΑ", "“%(character)s” is a Greek letter. Use only Latin letters, as in the passport.", "Α"),
        ("ＡNNA", "“%(character)s” is a wide or decorated letter. Enter a plain Latin letter instead.", "Ａ"),
        ("𝐀nna", "“%(character)s” is a wide or decorated letter. Enter a plain Latin letter instead.", "𝐀"),
        ("Wang 小明", "“%(character)s” is not a Latin letter. Use only Latin letters, as in the passport.", "小"),
        ("Ꭺnna", "“%(character)s” is not a Latin letter. Use only Latin letters, as in the passport.", "Ꭺ"),
        ("ɪvan", "“%(character)s” is not a Latin letter. Use only Latin letters, as in the passport.", "ɪ"),
        ("Prof. Anna Petrova", "Remove “%(title)s”: passports do not show titles.", "Prof"),
        ("Anna Petrova, Ph.D.", "Remove “%(title)s”: passports do not show titles.", "Ph.D."),
    ],
)
def test_letters_that_only_look_latin_are_refused_and_named(typed: str, message: str, what: str) -> None:
    with pytest.raises(TextError) as refused:
        clean_latin(typed)
    assert (refused.value.message.msgid, list(refused.value.message.values.values())) == (message, [what])


@pytest.mark.parametrize(
    ("name", "country", "is_needed"),
    [
        ("محمد", "SA", True),
        ("佐藤", "JP", True),
        ("佐々木", "", True),
        ("さとう", "", True),
        ("김민준", "", True),
        ("Ελένη", "GR", True),
        ("王小明", "CN", False),
        ("Соколова Елена", "RU", False),
        ("Oʻgʻli", "UZ", False),
    ],
)
def test_a_latin_spelling_is_needed_if_it_cannot_be_derived(name: str, country: str, is_needed: bool) -> None:
    assert needs_latin(name, country) is is_needed
