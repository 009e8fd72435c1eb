"""Numbers, units, formulas, grades, names and addresses stay unchanged when an engine translates the rest."""

import pytest

from server.drafting.checking import Unfit, checked
from server.drafting.holding import hold
from server.drafting.units import unit_in, values
from server.models import DraftFault

NEED = "磁体 Nd-Fe-B 的尺寸误差不超过0.5毫米，符合GB/T 3217。"
GOOD = "Погрешность размеров магнита [1] не превышает [2] по [3]."


@pytest.mark.parametrize(
    ("text", "source", "target", "sent", "shown"),
    [
        ("磁体 Nd-Fe-B", "zh_Hans", "ru", "磁体 [1]", ["Nd-Fe-B"]),
        ("Al2O3涂层厚3-5 μm", "zh_Hans", "ru", "[1]涂层厚[2]", ["Al2O3", "3-5 мкм"]),
        ("符合GB/T 3217和ISO 9001:2015", "zh_Hans", "en", "符合[1]和[2]", ["GB/T 3217", "ISO 9001:2015"]),
        ("合金6061-T6，牌号N52", "zh_Hans", "en", "合金[1]，牌号[2]", ["6061-T6", "N52"]),
        ("сталь 12Х18Н10Т, ГОСТ 5632-72", "ru", "en", "сталь [1], [2]", ["12Х18Н10Т", "ГОСТ 5632-72"]),
        ("точность 0,5 мм", "ru", "en", "точность [1]", ["0.5 mm"]),
        ("точность 0,5 мм", "ru", "zh_Hans", "точность [1]", ["0.5 mm"]),
        ("within 0.5 mm", "en", "ru", "within [1]", ["0,5 мм"]),
        ("误差0.5毫米", "zh_Hans", "en", "误差[1]", ["0.5\u00a0mm"]),
        ("1 200 об/мин", "ru", "en", "[1]", ["1,200 rpm"]),
        ("1,200 rpm", "en", "ru", "[1]", ["1\u00a0200 об/мин"]),
        ("年产5万吨", "zh_Hans", "en", "年产[1]吨", ["50,000"]),
        ("产值1.2亿元", "zh_Hans", "ru", "产值[1]元", ["120\u00a0000\u00a0000"]),
        ("温度≤150℃，降低30%", "zh_Hans", "en", "温度[1]，降低[2]", ["≤150℃", "30%"]),
        ("at -5 °C on 2026-11-30 at 14:30", "en", "ru", "at [1] on [2] at [3]", ["-5 °C", "2026-11-30", "14:30"]),
        ("3-х осевой, 3rd", "ru", "en", "[1]-х осевой, [2]rd", ["3", "3"]),
        ("mail a.b@c.example or https://x.example/a?b=1.", "en", "ru", "mail [1] or [2].", None),
        ("see https://x.example/m/kg?b=1.", "en", "ru", "see [1].", ["https://x.example/m/kg?b=1"]),
        ("as in [1]", "en", "ru", "as in [1]", ["[1]"]),
        ("SiC 晶圆，GaN 器件，BIOS", "zh_Hans", "en", "[1] 晶圆，[2] 器件，BIOS", ["SiC", "GaN"]),
        ("H₂SO₄ at 10⁻⁶ mol, 3×10⁵ cycles", "en", "ru", "[1] at [2] mol, [3] cycles", ["H₂SO₄", "10⁻⁶", "3×10⁵"]),
        ("5 м², цена за м², ½ дюйма", "ru", "en", "[1], цена за [2], [3] дюйма", ["5 m²", "m²", "½"]),
        ("X-ray and e-mail", "en", "ru", "X-ray and e-mail", []),
    ],
)
def test_what_stays_is_held_by_marks(text: str, source: str, target: str, sent: str, shown: list[str] | None) -> None:
    held = hold(text, source, target, {})
    assert held.text == sent
    assert shown is None or [piece.shown for piece in held.pieces] == shown


def test_names_are_not_sent_and_are_shown_in_the_readers_script() -> None:
    names = {"宁波华远机械有限公司": "Ningbo Huayuan Machinery", "华远": "Huayuan", "Li": "Ли"}
    held = hold("宁波华远机械有限公司与Li合作，LiFePO 电池", "zh_Hans", "ru", names)
    assert held.text == "[1]与[2]合作，[3] 电池"
    assert held.restored("[2] и [1], [3]") == "Ли и Ningbo Huayuan Machinery, LiFePO"


@pytest.mark.parametrize("answer", ["[1] и [2]", "【1】 и 【2】", "［１］ и ［２］", "[ 1 ] и [2 ]"])
def test_marks_are_known_by_any_brackets(answer: str) -> None:
    assert hold("N52 与 N35", "zh_Hans", "ru", {}).restored(answer) == "N52 и N35"


def test_numbers_have_the_same_values_in_any_language() -> None:
    assert values("0,5 и 1 200", "ru") == values("0.5 and 1,200", "en") == values("1.200 und 0,5", "de")
    assert values("5万", "zh_Hans") == values("50 000", "ru")
    assert values("0.5", "en") != values("0.05", "en")


def test_units_are_spelled_for_the_reader() -> None:
    spelled = [unit_in(unit, "ru") for unit in ("kW/kg", "MPa", "千克")]
    assert (spelled, unit_in("кг/м³", "en")) == (["кВт/кг", "МПа", "кг"], "kg/m³")


def test_a_good_answer_is_shown_with_everything_in_its_place() -> None:
    held = hold(NEED, "zh_Hans", "ru", {})
    assert held.text == "磁体 [1] 的尺寸误差不超过[2]，符合[3]。"
    assert checked(NEED, held, GOOD, ("zh_Hans", "ru"), 8000) == (
        "Погрешность размеров магнита Nd-Fe-B не превышает 0,5\u00a0мм по GB/T 3217."
    )
    hostile = f"\u202e{GOOD}\x00\x07"
    assert checked(NEED, held, hostile, ("zh_Hans", "ru"), 8000) == checked(NEED, held, GOOD, ("zh_Hans", "ru"), 8000)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("", DraftFault.EMPTY),
        (" \n", DraftFault.EMPTY),
        ("\x00\u202e", DraftFault.EMPTY),
        (f"{GOOD}\ud800", DraftFault.SCRIPT),
        (f"<b>{GOOD}</b>", DraftFault.MARKUP),
        (f"**{GOOD}**", DraftFault.MARKUP),
        (f"```\n{GOOD}\n```", DraftFault.MARKUP),
        (GOOD.replace(" ", "&nbsp;"), DraftFault.MARKUP),
        ("The dimensional error of [1] is at most [2] by [3].", DraftFault.SCRIPT),
        ("误差：[1]不超过[2]，符合[3]。Да", DraftFault.SCRIPT),
        (hold(NEED, "zh_Hans", "ru", {}).text, DraftFault.SAME),
        (GOOD.replace("[2]", "5 мм"), DraftFault.NUMBERS),
        (GOOD.replace(" [2]", ""), DraftFault.NUMBERS),
        (f"{GOOD} Ещё 7.", DraftFault.NUMBERS),
        (f"{GOOD} 10⁶ раз.", DraftFault.NUMBERS),
        (f"{GOOD} ½.", DraftFault.NUMBERS),
        (f"{GOOD} [4]", DraftFault.NUMBERS),
        (GOOD.replace("[1]", "NdFeB"), DraftFault.HELD),
        (GOOD.replace("[1]", "[1] [1]"), DraftFault.HELD),
        (f"{GOOD} {'и так далее ' * 40}", DraftFault.LENGTH),
    ],
)
def test_what_is_no_translation_is_refused(answer: str, fault: DraftFault) -> None:
    with pytest.raises(Unfit) as refused:
        checked(NEED, hold(NEED, "zh_Hans", "ru", {}), answer, ("zh_Hans", "ru"), 8000)
    assert refused.value.fault is fault


def test_an_answer_that_is_far_too_short_is_refused() -> None:
    text = "需要降低电机的噪声和转矩脉动，" * 10
    with pytest.raises(Unfit) as refused:
        checked(text, hold(text, "zh_Hans", "ru", {}), "Да", ("zh_Hans", "ru"), 8000)
    assert refused.value.fault is DraftFault.LENGTH


def test_an_answer_that_no_column_holds_is_refused() -> None:
    with pytest.raises(Unfit) as refused:
        checked("磁体", hold("磁体", "zh_Hans", "ru", {}), "Магнит", ("zh_Hans", "ru"), 5)
    assert refused.value.fault is DraftFault.LENGTH


def test_markup_that_the_author_wrote_may_come_back() -> None:
    text = "Magnet <b>strong</b>"
    held = hold(text, "en", "ru", {})
    assert checked(text, held, "<b>Сильный</b> магнит", ("en", "ru"), 300) == "<b>Сильный</b> магнит"
