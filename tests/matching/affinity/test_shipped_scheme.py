"""The topic scheme that is shipped: how it is built, spelt and found in texts."""

import re
from collections import Counter

import pytest

from matching.affinity import scheme
from matching.affinity.lexicon import lexicon
from matching.affinity.scheme import LEAST_TERMS
from matching.affinity.tokens import tokenise


def test_the_shipped_scheme_has_three_levels_and_leaves_for_every_industry_of_the_event() -> None:
    shipped = scheme()

    assert {"dig", "chem", "mat", "mech", "auto", "ele", "bio", "port", "nrg", "env"} <= set(shipped.fields)
    assert all(shipped.leaves_of(field) for field in shipped.fields)
    assert shipped.topics["mat.mag"].parent == "mat.functional"
    assert shipped.topics["mat.functional"].parent == "mat"


def test_the_shipped_scheme_has_three_hundred_leaves_in_ten_languages() -> None:
    shipped = scheme()

    assert len(shipped.leaves) >= 300
    assert [t.id for t in shipped.topics.values() if t.labels.keys() != set(shipped.languages)] == []
    assert shipped.languages == ("zh", "ru", "en", "ar", "de", "es", "fr", "ja", "ko", "uz")


HAN, LATIN, CYRILLIC = "\u3400-\u9fff", "A-Za-z0-9", "\u0400-\u04ff"
MISSPELT = {
    "a space is missing between Chinese and Latin": rf"[{HAN}][{LATIN}]|[{LATIN}][{HAN}]",
    "half-width punctuation in Chinese": rf"[{HAN}] ?[,;:()]|[,;:()] ?[{HAN}]",
    "Latin and Cyrillic in one word": rf"[A-Za-z][{CYRILLIC}]|[{CYRILLIC}][A-Za-z]",
    "a formula in Cyrillic": rf"\b[{CYRILLIC}]{{1,2}}[0-9₀-₉]",
    "a formula without a subscript": r"\b(?:CO|NO|SO|H|O|N)[234]\b",
    "spaces": r"^\s|\s$|\s\s",
    "a straight apostrophe": "'",
}


@pytest.mark.parametrize("fault", MISSPELT)
def test_labels_are_spelt_as_in_print(fault: str) -> None:
    written = [(lang, label) for topic in scheme().topics.values() for lang, label in topic.labels.items()]
    pattern = re.compile(MISSPELT[fault])
    # Japanese and Korean join Latin words to their own letters.
    assert [(lang, label) for lang, label in written if lang != "ja" and pattern.search(label)] == []


@pytest.mark.parametrize("lang", ["zh", "ru", "en"])
def test_every_shipped_leaf_has_twelve_terms_and_no_term_stands_in_three_leaves(lang: str) -> None:
    """A term of many leaves distinguishes none of them."""
    leaves = [scheme().topics[leaf] for leaf in scheme().leaves]
    held = Counter(term.casefold() for leaf in leaves for term in leaf.terms[lang])

    assert [leaf.id for leaf in leaves if len(leaf.terms[lang]) < LEAST_TERMS] == []
    assert [term for term, count in held.items() if count > 2] == []


LOCAL = ("es", "fr", "ja", "ko")


@pytest.mark.parametrize("lang", LOCAL)
def test_every_shipped_leaf_has_eleven_terms_in_other_languages_and_no_term_stands_in_three_leaves(lang: str) -> None:
    leaves = [scheme().topics[leaf] for leaf in scheme().leaves]
    held = Counter(term.casefold() for leaf in leaves for term in leaf.local[lang])

    assert [leaf.id for leaf in leaves if len(leaf.local[lang]) < 11] == []
    assert [term for term, count in held.items() if count > 2] == []


def test_every_shipped_leaf_has_two_neighbours() -> None:
    assert [leaf for leaf in scheme().leaves if scheme().related.degree[leaf] < 2] == []


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", "de des le les la un une et en du mes ses tes ces nos vos son sur par est pas pour dans avec que qui"),
        (
            "es",
            "el la los las un una de del en y o con por para que se su sus es son al lo le les como mas tos res sin",
        ),
        (
            "de",
            "der die das den dem des ein eine und im in zu von mit auf ist sind als am an aus bei nach wie oder art",
        ),
        ("en", "his her its the and for are was has had can may our who how why not all any one two use end set get"),
        ("uz", "va bu ham bilan uchun da dan ga ni bir har yoki ar"),
    ],
)
def test_no_shipped_term_in_latin_letters_is_a_small_word_of_another_language(lang: str, words: str) -> None:
    """Latin terms are looked up in texts of every language by their stems: DEA would be found in "des"."""
    found = lexicon(scheme(), lang).find(tokenise(words, lang))

    assert [words[hit.start : hit.end] for hit in found] == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        (
            "es",
            "El puente llama a la presa, que metro a metro cumple su papel: vida útil, presión diferencial, los otros, "
            "te ofrecemos empuje, contratos, el suelo, pantallas y pilares",
        ),
        (
            "fr",
            "Notre objectif : évacuation de la chaleur au sol, famille de produits, dépression de 2 bar, dent, "
            "étoile, logement, emploi, écran, fil du temps, rupture de stock, MES",
        ),
        (
            "ja",
            "工作物にはスクラッチやランダムな変化、エビデンスとスピンドル、炭化水素の抵抗力、高圧電源の統計量、"
            "採用した台車をめぐる設計量、がんばる、サイジング、スライダ、輸送、600ボルトの自動化",
        ),
        (
            "ko",
            "이 방식을 필요로 하며 연구에 집중합니다. 참고로 다수의 생산과 방안과 설비만 보아도 특수 문제, "
            "신호 수집, 최대 출력, 전압 전류, 실제 진단, 제조 경험, 동시 공급, 사용 사례, 방법 원리, "
            "성형법과 검사법, 양식 없이 수차례 독자 개발",
        ),
    ],
)
def test_no_shipped_term_is_found_in_ordinary_words(lang: str, text: str) -> None:
    """Korean 요로 is the urinary tract; 필요로 is "in need of". Japanese ダム is a dam; ランダム is "random"."""
    found = lexicon(scheme(), lang).find(tokenise(text, lang))

    assert [text[hit.start : hit.end] for hit in found] == []
