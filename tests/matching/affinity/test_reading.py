"""Reading a text: language, tokens, terms and positions."""

import unicodedata

import pytest

from matching.affinity import RequestText, scheme, suggest
from matching.affinity.grams import grams
from matching.affinity.languages import detect
from matching.affinity.overlap import codes_in
from matching.affinity.readings import read
from matching.affinity.tokens import LONGEST_WORD, pieces, tokenise


def terms(text: str, lang: str) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (text[hit.start : hit.end], hit.topics) for part in read(RequestText(text, lang), scheme()) for hit in part.hits
    ]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("需要高性能永磁体，用于 PLC 控制", "zh"),
        ("磁性材料の開発について", "ja"),
        ("자성 재료 개발", "ko"),
        ("Разработка магнитов", "ru"),
        ("Магнит материалдарын әзірлеу", "kk"),
        ("تطوير المواد المغناطيسية", "ar"),
        ("development of magnets for the motor", "en"),
        ("Entwicklung von Magneten für die Industrie", "de"),
        ("développement des aimants pour le moteur", "fr"),
        ("desarrollo de imanes para el motor", "es"),
        ("elektr dvigatellar uchun magnit materiallar va ularni ishlab chiqish", "uz"),
        ("12345 —", "und"),
        ("", "und"),
    ],
)
def test_the_language_is_told_by_script_and_letters(text: str, lang: str) -> None:
    assert detect(text) == lang


def test_the_longest_term_wins() -> None:
    assert terms("不锈钢焊接接头", "zh") == [("不锈钢", ("mat.steel",)), ("焊接接头", ("mat.welding",))]


def test_russian_terms_are_found_in_every_case() -> None:
    forms = ("постоянный магнит", "постоянного магнита", "постоянных магнитов", "постоянным магнитам")

    assert [terms(form, "ru") for form in forms] == [[(form, ("mat.mag",))] for form in forms]


@pytest.mark.parametrize("form", ["مستشعر", "المستشعر", "مستشعرات", "والمستشعرات", "بالمستشعرات", "للمستشعر"])
def test_arabic_terms_are_found_with_article_conjunction_and_in_the_plural(form: str) -> None:
    assert terms(form, "ar") == [(form, ("ele.sensor",))]


@pytest.mark.parametrize("form", ["فولاذ", "الفولاذ", "والفولاذ", "بالفولاذ", "للفولاذ"])
def test_the_first_letter_of_an_arabic_word_is_not_taken_for_a_conjunction(form: str) -> None:
    assert terms(form, "ar") == [(form, ("mat.steel",))]


def test_arabic_words_of_one_stem_share_their_runs_of_letters() -> None:
    assert {run for run, _, _ in grams(pieces("المحركات"))} == {run for run, _, _ in grams(pieces("محرك"))}


@pytest.mark.parametrize("form", ["datchik", "datchiklar", "datchigi", "datchigining", "datchiklarini"])
def test_uzbek_terms_are_found_in_every_case_and_with_an_owner(form: str) -> None:
    assert terms(form, "uz") == [(form, ("ele.sensor",))]


@pytest.mark.parametrize("written", ["NdFeB", "Nd-Fe-B", "Nd–Fe–B", "ＮｄＦｅＢ"])
@pytest.mark.parametrize(("lang", "before"), [("zh", "采用"), ("ru", "сплав "), ("en", "alloy "), ("ar", "سبيكة ")])
def test_a_formula_is_the_same_in_every_language_and_spelling(written: str, lang: str, before: str) -> None:
    assert terms(before + written, lang) == [(written, ("mat.mag",))]


def test_spans_point_into_the_text_as_it_was_given() -> None:
    decomposed = unicodedata.normalize("NFD", "Для свёрточной нейронной сети")

    assert terms(decomposed, "ru") == [(unicodedata.normalize("NFD", "свёрточной нейронной сети"), ("dig.nn",))]


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        (
            "ar",
            "نبحث عن شريك في لحام سبائك التيتانيوم والذكاء الاصطناعي",
            ["لحام", "سبائك التيتانيوم", "والذكاء الاصطناعي"],
        ),
        ("de", "Schweißen von Titanlegierungen", ["Schweißen", "Titanlegierungen"]),
        ("fr", "soudage des alliages de titane", ["soudage", "alliages de titane"]),
        ("es", "soldadura de aleaciones de titanio", ["soldadura", "aleaciones de titanio"]),
        ("ja", "チタン合金の溶接技術", ["チタン合金", "溶接"]),
        ("ko", "티타늄 합금의 용접", ["티타늄 합금", "용접"]),
        ("uz", "titan qotishmalarini payvandlash", ["titan qotishmalarini", "payvandlash"]),
    ],
)
def test_labels_and_their_parts_are_found_in_every_language(lang: str, text: str, found: list[str]) -> None:
    assert [words for words, _ in terms(text, lang)] == found


def test_a_term_does_not_reach_across_punctuation() -> None:
    assert ("mat.mag",) not in [topics for _, topics in terms("железо, бор", "ru")]


def test_nothing_is_found_in_nothing() -> None:
    assert terms("", "ru") == []
    assert suggest("") == []


def test_suggestions_quote_the_words_that_speak_for_them() -> None:
    text = "Ищу партнёра: лазерная сварка титановых сплавов"

    found = {suggestion.topic: suggestion.at for suggestion in suggest(text)}

    quoted = {topic: [text[start:end] for start, end in found[topic]] for topic in ("mat.ti", "mat.welding")}
    assert quoted == {"mat.ti": ["титановых сплавов"], "mat.welding": ["лазерная сварка"]}


def test_a_suggestion_in_a_language_that_is_not_told() -> None:
    assert suggest("钛合金焊接")[0].topic in {"mat.ti", "mat.welding"}


@pytest.mark.parametrize(
    ("text", "lang", "found"),
    [
        ("лазерная св<b>арка</b> титана", "ru", ["лазерная св<b>арка"]),
        ("постоянный&nbsp;магнит", "ru", ["постоянный&nbsp;магнит"]),
        ("сплав Nd<sub>2</sub>Fe<sub>14</sub>B", "ru", []),
        ("перма\u00adнентный постоян\u00adный маг\u200bнит", "ru", ["постоян\u00adный маг\u200bнит"]),
        ("p\u0435rm\u0430nent magn\u0435t", "en", ["p\u0435rm\u0430nent magn\u0435t"]),
        ("пoстoянный мaгнит", "ru", ["пoстoянный мaгнит"]),
        ("需要永磁体 и постоянные магниты", "zh", ["永磁体", "постоянные магниты"]),
        ("Нужны постоянные магниты（永磁体）", "ru", ["постоянные магниты", "永磁体"]),
        ("постоянные магниты", "zh", ["постоянные магниты"]),
    ],
)
def test_terms_are_found_behind_markup_twins_of_letters_and_a_second_script(
    text: str, lang: str, found: list[str]
) -> None:
    of_magnets = [words for words, topics in terms(text, lang) if {"mat.mag", "mat.welding"} & set(topics)]

    assert of_magnets == found


def test_a_formula_with_markup_inside_is_one_word() -> None:
    (reading,) = read(RequestText("порошок TiO<sub>2</sub>"), scheme())

    assert reading.words == (*reading.words[:1], "tio2")


def test_a_grade_is_one_code_in_latin_and_in_cyrillic_letters() -> None:
    codes = [codes_in(text)[0][0] for text in ("сталь 12Х18Н10Т", "12X18H10T 钢", "ISO 9606-1", "Ti–6Al–4V")]

    assert codes == ["12x18h10t", "12x18h10t", "iso9606", "ti6al4v"]


@pytest.mark.parametrize(
    ("lang", "one", "other"),
    [
        ("ru", ("магнит", "магниты", "магнитов", "магнитом"), ("магний", "магния", "магнием", "магниевый")),
        ("ru", ("печень", "печени", "печенью"), ("печь", "печи", "печей")),
        ("ru", ("уголь", "угля", "углём"), ("угол", "угла", "углом")),
        ("en", ("propeller", "propellers"), ("propellant", "propellants")),
        ("en", ("experiment", "experimental"), ("experience", "experienced")),
        ("de", ("LED", "LEDs"), ("Leder",)),
    ],
)
def test_words_that_look_alike_to_a_stemmer_but_mean_different_things_are_kept_apart(
    lang: str, one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    keys = [{token.key for token in tokenise(" ".join(words), lang)} for words in (one, other)]

    assert not keys[0] & keys[1]
    assert len(keys[0]) == 1


def test_a_magnet_is_no_alloy_of_magnesium() -> None:
    found = [topics for text in ("магниты", "сплавы магния") for _, topics in terms(text, "ru")]

    assert found == [("mat.mag",), ("mat.al",)]


def test_what_is_no_word_is_read_by_its_first_letters_and_quoted_whole() -> None:
    [token] = tokenise("маг" * 5000, "ru")
    assert (len(token.key) <= LONGEST_WORD, token.start, token.end) == (True, 0, 15_000)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ISO 9606, ISO 96ж", ["iso9606", "iso"]),
        ("жAB12 AB12-Cж", ["ab12", "ab12"]),
        ("Ti-6Al-4V", ["ti6al4v"]),
        ("12Х18Н10Т", ["12x18h10t"]),
        ("A1" * 60 + "aa-B1", ["a1" * 60 + "aab1"]),
    ],
)
def test_codes_end_where_the_word_ends(text: str, found: list[str]) -> None:
    assert [key for key, _, _ in codes_in(text)] == found
