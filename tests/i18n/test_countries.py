import pytest

from i18n import LOCALES, countries, formats


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (
            "RU",
            "RU;ru;RUS;РФ;Р.Ф.;Российская Федерация;Russian Federation;россия;俄罗斯;俄罗斯联邦;俄国;ロシア;러시아",
        ),
        (
            "US",
            "USA;U.S.A.;US;США;United States of America;the United States;Соединённые Штаты;美国;米国",
        ),
        ("GB", "UK;U.K.;GBR;Great Britain;England;Соединённое Королевство;Англия;英国;Großbritannien;Royaume-Uni"),
        ("KR", "South Korea;Korea, Republic of;Republic of Korea;Южная Корея;Корея;韩国;大韩民国;대한민국;Südkorea"),
        ("KP", "DPRK;КНДР;North Korea;朝鲜"),
        ("BY", "Belarus;Belorussia;Белоруссия;Беларусь;白俄罗斯;Weißrussland;Biélorussie;ベラルーシ"),
        ("KG", "Kyrgyzstan;Кыргызстан;Киргизия;Kyrgyz Republic;吉尔吉斯斯坦"),
        ("TR", "Turkey;Türkiye;TURKIYE;Турция;土耳其;Türkei;Turquie;تركيا;Turkiya"),
        ("CZ", "Czech Republic;Czechia;The Czech Republic;Чехия;Чешская Республика;捷克;Tschechien;República Checa"),
        ("CN", "КНР;PRC;P.R. China;Китай;中国;中华人民共和国;中國"),
        ("NL", "Holland;The Netherlands;Голландия;Нидерланды;荷兰;Niederlande;Pays-Bas"),
        ("MD", "Молдавия;Молдова;Moldova"),
        ("MM", "Burma;Мьянма;缅甸"),
        ("CI", "Côte d'Ivoire;Cote d’Ivoire;Ivory Coast;Кот-д’Ивуар"),
        ("DE", "Germany;ФРГ;Deutschland;德国;DEU;Allemagne;Germaniya"),
        ("VN", "Viet Nam;Vietnam;越南"),
    ],
)
def test_a_country_is_found_by_its_usual_names(code: str, names: str) -> None:
    assert {name: countries.code_of(name) for name in names.split(";")} == dict.fromkeys(names.split(";"), code)


@pytest.mark.parametrize("name", ["", " ", "Atlantis", "СССР", "Yugoslavia", "XX", "ZZ", "Europe", "."])
def test_no_country_is_guessed(name: str) -> None:
    assert countries.code_of(name) is None


@pytest.mark.parametrize("locale", list(LOCALES))
def test_every_country_name_in_forms_gives_its_code(locale: str) -> None:
    shown = formats.countries(locale)
    assert {code: countries.code_of(name) for code, name in shown.items()} == {code: code for code in shown}


def test_no_usual_name_belongs_to_two_countries() -> None:
    named = [
        (countries.code_of(name), code) for code, names in countries.USUAL_NAMES.items() for name in names.split(";")
    ]
    assert [pair for pair in named if pair[0] != pair[1]] == []
