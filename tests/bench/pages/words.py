"""Invented names and sentences in several languages, from which people, enterprises and texts are put together."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Tongue(NamedTuple):
    """Names of one language. latin: spellings in Latin letters, in the order of the names."""

    country: str
    locale: str
    given: Sequence[str]
    families: Sequence[str]
    latin_given: Sequence[str] = ()
    latin_families: Sequence[str] = ()


EXPERTS: Mapping[str, Tongue] = {
    "ru": Tongue(
        "RU",
        "ru",
        [
            "Анна",
            "Борис",
            "Вера",
            "Глеб",
            "Дарья",
            "Егор",
            "Жанна",
            "Захар",
            "Инна",
            "Кирилл",
            "Лидия",
            "Максим",
            "Нина",
            "Олег",
            "Полина",
            "Роман",
        ],
        ["Берестенко", "Лозенко", "Маркевич", "Ольшук", "Рябиненко", "Сивер", "Тальнюк", "Ярич"],
        [
            "Anna",
            "Boris",
            "Vera",
            "Gleb",
            "Daria",
            "Egor",
            "Zhanna",
            "Zakhar",
            "Inna",
            "Kirill",
            "Lidia",
            "Maksim",
            "Nina",
            "Oleg",
            "Polina",
            "Roman",
        ],
        ["Berestenko", "Lozenko", "Markevich", "Olshuk", "Riabinenko", "Siver", "Talniuk", "Iarich"],
    ),
    "de": Tongue(
        "DE",
        "en",
        ["Anke", "Bernd", "Clara", "Dieter", "Edda", "Falk", "Greta", "Henning", "Ines", "Jörg"],
        ["Ahrenfeld", "Brückner", "Dünhaupt", "Eßling", "Föhrmann", "Grünewald", "Lüttich", "Mühlenbrock"],
    ),
    "en": Tongue(
        "GB",
        "en",
        ["Alice", "Bruce", "Clare", "Duncan", "Edith", "Fergus", "Gwen", "Hamish", "Isla", "Jack"],
        ["Ashgrove", "Blackmere", "Coldwater", "Fernleigh", "Hartwood", "Millbrook", "Oakhurst", "Winterley"],
    ),
    "uz": Tongue(
        "UZ",
        "ru",
        ["Aziza", "Botir", "Dilnoza", "Elyor", "Feruza", "Jasur", "Kamola", "Laziz", "Malika", "Nodir"],
        ["Anorboyev", "Bekmirzo", "Chorshanbi", "Gʻulomjon", "Oʻrmonov", "Qodirali", "Shomurod", "Yoʻldoshxon"],
    ),
}
# Surname and given name are written without a space.
CHINESE = Tongue(
    "CN",
    "zh_Hans",
    ["明远", "思齐", "若兰", "子墨", "晓峰", "佳宁", "文博", "雨桐", "志恒", "静怡"],
    ["林", "欧阳", "沈", "陆", "顾", "程", "方", "夏", "秦", "薛"],
)
FIRMS = ["青漪", "望澜", "衡岳", "北辰", "云岫", "海晏", "晨曦", "瑞霖", "长风", "雁栖", "鸣泉", "磐石"]
FIRMS_LATIN = [
    "Qingyi",
    "Wanglan",
    "Hengyue",
    "Beichen",
    "Yunxiu",
    "Haiyan",
    "Chenxi",
    "Ruilin",
    "Changfeng",
    "Yanqi",
    "Mingquan",
    "Panshi",
]
INSTITUTES = {
    "ru": "Институт «{0}», город {1}",
    "de": "Institut {0}, {1}",
    "en": "{0} Research Centre, {1}",
    "uz": "{0} ilmiy markazi, {1}",
}
TOWNS = {
    "ru": ("Озёрск-на-Мысе", "Северобор", "Луговец", "Заречинск"),
    "de": ("Moorhusen", "Eichental", "Neubruck", "Seefelden"),
    "en": ("Marshbridge", "Stonehaven Cross", "Westmoor", "Lakeford"),
    "uz": ("Yangiariq", "Bogʻishamol", "Koʻktepa", "Oqdaryo"),
}
DEGREES = ("", "PhD", "DSc")
# {0}: the label of a topic. {1}, {2}, {3}: words of the topic. {4}: a number.
OFFERS: Mapping[str, Sequence[str]] = {
    "ru": (
        "Область работы: {0}. Последние проекты: {1}, {2} и {3}. Опыт внедрения на {4} предприятиях.",
        "Решаю задачи, в которых важны {1} и {2}. Есть готовые методики и программы, испытания заняли {4} месяцев.",
        "Могу провести расчёт, подготовить образец и обучить сотрудников. Дополнительно: {3}.",
    ),
    "en": (
        "I work on {0}: {1}, {2} and {3}. The results are used by {4} companies.",
        "My group solves problems in which {1} and {2} matter. Tests took {4} months and are published.",
        "I can do a feasibility study, build a sample and train your staff. I also know {3}.",
    ),
}
NEEDS: Sequence[str] = (
    "现有产线在{1}环节损耗偏高，希望在{4}个月内找到更好的方案，涉及{2}与{3}。",
    "我们正在开发与{0}有关的新产品，需要{1}方面的专家参与设计和验证。",
    "客户对{2}提出了新的要求，目前的指标只有国外产品的百分之{4}，希望合作改进。",
)
TITLES: Sequence[str] = ("寻求{0}合作", "{1}性能提升", "降低{1}成本", "{0}：{2}难题")
KINDS = ("科技有限公司", "新材料股份有限公司", "装备制造有限公司", "研究院")
