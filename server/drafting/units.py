"""Numbers with their units: found in a text, compared by value, and spelled as readers of another language expect."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from babel.core import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol

from i18n import tag_of

# Latin symbol, Cyrillic symbol, Chinese words.
_TABLE = """
nm нм 纳米|mm мм 毫米|cm см 厘米|dm дм 分米|m м|km км 公里 千米|μm мкм 微米|µm мкм|um мкм|m² м² 平方米|m³ м³ 立方米
m2 м2|m3 м3|mm² мм² 平方毫米|cm² см² 平方厘米|cm³ см³ 立方厘米|km² км² 平方公里
mg мг 毫克|g г|kg кг 公斤 千克|t т|l л|L л|ml мл 毫升|mL мл
Pa Па|kPa кПа 千帕|MPa МПа 兆帕|GPa ГПа 吉帕|bar бар|N Н|kN кН 千牛|N·m Н·м|Nm Нм
W Вт|kW кВт 千瓦|MW МВт 兆瓦|kWh кВт·ч 千瓦时|V В|mV мВ|kV кВ 千伏|A А|mA мА 毫安|Ah А·ч|T Тл|mT мТл|Ω Ом
Hz Гц 赫兹|kHz кГц 千赫|MHz МГц 兆赫|GHz ГГц|J Дж|kJ кДж|dB дБ 分贝|°C °C 摄氏度|℃ ℃|°С °С|K К
rpm об/мин|r/min об/мин|h ч|min мин|s с|ms мс 毫秒|% % ％|‰ ‰|ppm ppm|HV HV|HRC HRC|HB HB|° °
"""
_ROWS = [row.split() for line in _TABLE.strip().splitlines() for row in line.split("|")]
_LATIN: Mapping[str, str] = {name: row[0] for row in reversed(_ROWS) for name in row[1:]}
_CYRILLIC: Mapping[str, str] = {row[0]: row[1] for row in _ROWS}
_SYMBOLS = sorted({name for row in _ROWS for name in row}, key=len, reverse=True)
_SYMBOL = "|".join(map(re.escape, _SYMBOLS))
_PARTS = re.compile(r"([/·*])")
# A unit ends where no letter follows; Chinese words end anywhere.
UNIT = rf"(?:{_SYMBOL})(?:[/·*](?:{_SYMBOL}))*(?:(?<=[\u4e00-\u9fff])|(?![A-Za-zА-Яа-яЁё\d²³]))"
NUMBER = r"\d+(?:[ \u00a0\u202f]\d{3}(?!\d))*(?:[.,]\d+)*"
_TENS: Mapping[str, int] = {"万": 4, "亿": 8, "萬": 4, "億": 8}
_SIGN = r"(?:[<>≤≥±≈∼～＜＞−]\s?|(?<![\w)])-)"
_TO = r"\s?[-–—~～]\s?"
_ONE = rf"{NUMBER}[万亿萬億]?"
_GAP = r"[ \u00a0\u202f]?"
MEASURED = rf"{_SIGN}?{_ONE}(?:{_TO}{_ONE})?{_GAP}{UNIT}"
RANGE = rf"{_SIGN}?{_ONE}(?:{_TO}{_ONE})?"
_MEASURE = re.compile(
    rf"(?P<sign>{_SIGN})?(?P<number>{NUMBER})(?P<tens>[万亿萬億])?"
    rf"(?:(?P<to>{_TO})(?P<end>{NUMBER})(?P<end_tens>[万亿萬億])?)?(?P<gap>{_GAP})(?P<unit>{UNIT})?"
)
_NUMBERS = re.compile(rf"(?P<number>{NUMBER})(?P<tens>[万亿萬億])?")
_SIGNS = re.compile("[.,]")
_SPACES = re.compile(r"[ \u00a0\u202f]")


@dataclass(frozen=True)
class Number:
    """A number as written. whole, part: its digits before and after the decimal sign. is_grouped: with thousands."""

    whole: str
    part: str = ""
    is_grouped: bool = False

    @property
    def value(self) -> Decimal:
        return Decimal(f"{self.whole}.{self.part or 0}")


def number_of(text: str, locale: str) -> Number | None:
    """Return a number as readers of a language read it; None for several numbers, as in a date or a version."""
    bare = _SPACES.sub("", text)
    signs = [char for char in bare if char in ".,"]
    if not signs:
        return Number(bare, is_grouped=bare != text)
    digits = _SIGNS.split(bare)
    groups = all(len(each) == 3 for each in digits[1:]) and 0 < len(digits[0]) <= 3 and digits[0] != "0"
    if len(signs) == 1:
        if groups and signs[0] == _signs(locale)[1]:
            return Number("".join(digits), is_grouped=True)
        return Number(digits[0], digits[1], bare != text)
    if len(set(signs)) == 1:
        return Number("".join(digits), is_grouped=True) if groups else None
    if len(set(signs[:-1])) == 1 and all(len(each) == 3 for each in digits[1:-1]):
        return Number("".join(digits[:-1]), digits[-1], is_grouped=True)
    return None


def values(text: str, locale: str) -> "Counter[Decimal | str]":
    """Return the values of all numbers of a text, each as often as it occurs."""
    found: Counter[Decimal | str] = Counter()
    for each in _NUMBERS.finditer(text):
        number = number_of(each["number"], locale)
        if number is None:
            found.update(_SIGNS.split(each["number"]))
        else:
            found[_scaled(number, each["tens"]).value.normalize()] += 1
    return found


def spelled(text: str, source: str, target: str) -> str:
    """Return a number with its unit, or a range, as readers of the target language expect it."""
    measure = _MEASURE.fullmatch(text)
    if measure is None:
        return text
    first = _number(measure["number"], measure["tens"], source, target)
    last = measure["to"] + _number(measure["end"], measure["end_tens"], source, target) if measure["end"] else ""
    unit = unit_in(measure["unit"] or "", target)
    # A Chinese word stands right after its number, a symbol after a space.
    was_word = bool(measure["unit"]) and "\u4e00" <= measure["unit"][0] <= "\u9fff"
    gap = "\u00a0" if was_word and unit != measure["unit"] and unit not in ("%", "°C") else measure["gap"]
    return f"{measure['sign'] or ''}{first}{last}{gap}{unit}"


def unit_in(unit: str, target: str) -> str:
    """Return a unit in Cyrillic letters for readers of Russian and in Latin letters for others but Chinese words."""
    is_russian = target.startswith("ru")
    if unit in _CYRILLIC or unit in _LATIN:
        latin = _LATIN.get(unit, unit)
        return _CYRILLIC.get(latin, unit) if is_russian else latin
    return "".join(unit_in(part, target) if len(part) < len(unit) else part for part in _PARTS.split(unit))


def _number(text: str, tens: str | None, source: str, target: str) -> str:
    number = number_of(text, source)
    if number is None:
        return text
    number = _scaled(number, tens if not target.startswith(("zh", "ja")) else None)
    decimal, group = _signs(target)
    whole = group.join(_threes(number.whole)) if number.is_grouped else number.whole
    kept = tens or "" if target.startswith(("zh", "ja")) else ""
    return f"{whole}{decimal}{number.part}{kept}" if number.part else f"{whole}{kept}"


def _scaled(number: Number, tens: str | None) -> Number:
    if not tens:
        return number
    power = _TENS[tens]
    part = number.part.ljust(power, "0")
    return Number((number.whole + part[:power]).lstrip("0") or "0", part[power:], is_grouped=True)


def _threes(digits: str) -> Iterator[str]:
    first = len(digits) % 3
    if first:
        yield digits[:first]
    for at in range(first, len(digits), 3):
        yield digits[at : at + 3]


def _signs(locale: str) -> tuple[str, str]:
    """Return decimal sign and sign between thousands of a language, in Latin digits."""
    known = Locale.parse(tag_of(locale), sep="-")
    return (
        get_decimal_symbol(known, numbering_system="latn"),
        get_group_symbol(known, numbering_system="latn").replace("\u202f", "\u00a0"),
    )
