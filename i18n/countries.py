"""ISO 3166 codes of country names: codes, CLDR's names, and usual, short, long and former names.

Names of states that split into several (СССР, Yugoslavia) give no code.
"""

from collections.abc import Mapping
from functools import cache

import babel
from babel.core import get_global

from i18n import formats
from i18n.locale import LOCALES
from i18n.text import search_key

# Languages of participants, in which lists of participants are written.
LANGUAGES = ("en", "zh_Hans", "zh_Hant", "ru", "ar", "de", "fr", "es", "ja", "ko", "uz", "uk", "be", "kk", "ky")

# Names beside CLDR's, separated by semicolons; case, width, accents and apostrophes are ignored.
USUAL_NAMES: Mapping[str, str] = {
    "AE": "UAE;Emirates;The Emirates;ОАЭ;Эмираты;阿联酋;الإمارات;VAE;EAU",
    "AM": "Republic of Armenia;Республика Армения",
    "AU": "Commonwealth of Australia;Австралийский Союз;澳洲",
    "AZ": "Republic of Azerbaijan;Азербайджанская Республика",
    "BA": "Bosnia;Bosnia and Herzegovina;Bosnia-Herzegovina;Босния;БиГ;波黑;波斯尼亚和黑塞哥维那",
    "BN": "Brunei Darussalam;Бруней-Даруссалам",
    "BO": "Bolivia;Боливия;玻利维亚",
    "BY": "Belorussia;Byelorussia;White Russia;Republic of Belarus;Белоруссия;Белорусь;Беларусь"
    ";Республика Беларусь;РБ;Weißrussland;Weissrussland;Biélorussie;Bielorrusia;ベラルーシ;白俄"
    ";白俄罗斯共和国;白罗斯;벨로루시",
    "CD": "DR Congo;DRC;Democratic Republic of the Congo;ДР Конго;ДРК;刚果民主共和国;刚果金;刚果(金);Zaire;Заир;扎伊尔",
    "CG": "Republic of the Congo;Congo Republic;Congo-Brazzaville;Республика Конго;刚果共和国;刚果布;刚果(布)",
    "CH": "Swiss Confederation;Confoederatio Helvetica;Швейцарская Конфедерация;Schweiz;Suisse;Svizzera",
    "CI": "Ivory Coast;Берег Слоновой Кости;Elfenbeinküste;Costa de Marfil;象牙海岸",
    "CN": "PRC;P.R. China;PR China;P.R.China;People's Republic of China;Mainland China;China Mainland;КНР"
    ";Китайская Народная Республика;中华人民共和国;中国大陆;中国内地;中華人民共和國;大陆;VR China"
    ";Volksrepublik China;République populaire de Chine;República Popular China;中華人民共和国"
    ";중화인민공화국;Xitoy Xalq Respublikasi",
    "CV": "Cape Verde;Cabo Verde;Острова Зелёного Мыса;佛得角",
    "CZ": "Czech Republic;The Czech Republic;Czechia;Чешская Республика;Чехия;Tschechische Republik;Tschechei"
    ";République tchèque;República Checa;Česko;Česká republika;捷克共和国;チェコ共和国;체코공화국",
    "DE": "Federal Republic of Germany;FRG;Germany;ФРГ;Федеративная Республика Германия;BRD"
    ";Bundesrepublik Deutschland;德意志联邦共和国;西德;West Germany;East Germany;GDR;ГДР",
    "DK": "Kingdom of Denmark;Королевство Дания",
    "EG": "Arab Republic of Egypt;АРЕ",
    "ES": "Kingdom of Spain;Королевство Испания;España",
    "FI": "Suomi;Финляндская Республика;Republic of Finland",
    "FR": "French Republic;Французская Республика;République française;法兰西共和国",
    "GB": "UK;U.K.;United Kingdom;Great Britain;Britain;England;Scotland;Wales;Northern Ireland;GBR"
    ";United Kingdom of Great Britain and Northern Ireland;Великобритания;Соединённое Королевство;Англия"
    ";Шотландия;Уэльс;Северная Ирландия;Британия"
    ";Соединённое Королевство Великобритании и Северной Ирландии;英国;英格兰;苏格兰;威尔士;大不列颠"
    ";大不列颠及北爱尔兰联合王国;联合王国;Großbritannien;Grossbritannien;Vereinigtes Königreich"
    ";Royaume-Uni;Grande-Bretagne;Angleterre;Reino Unido;Gran Bretaña;Inglaterra;英國;英吉利;連合王国"
    ";영국;Angliya;بريطانيا;إنجلترا;المملكة المتحدة",
    "GE": "Republic of Georgia;Sakartvelo;格鲁吉亚共和国;グルジア;조지아;그루지야",
    "GR": "Hellas;Hellenic Republic;Греческая Республика",
    "HK": "Hong Kong;HongKong;Hong Kong SAR;Гонконг;Сянган;香港;中国香港;Hongkong;ホンコン;홍콩;香港特别行政区"
    ";هونغ كونغ",
    "HU": "Hungarian Republic;Magyarország;Венгерская Республика",
    "IE": "Republic of Ireland;Eire;Республика Ирландия",
    "IL": "State of Israel;Государство Израиль",
    "IN": "Republic of India;Bharat;Республика Индия",
    "IR": "Islamic Republic of Iran;Iran, Islamic Republic of;Persia;Исламская Республика Иран;ИРИ;Персия"
    ";伊朗伊斯兰共和国",
    "IT": "Italian Republic;Итальянская Республика",
    "JP": "Nippon;Nihon;日本国;Япония",
    "KG": "Kyrgyz Republic;Kirghizia;Kirgizia;Kirgizstan;Kyrgyzstan;Киргизия;Киргизстан;Кыргызстан"
    ";Киргизская Республика;Кыргызская Республика;КР;吉尔吉斯;吉尔吉斯斯坦;吉尔吉斯共和国;Kirgisien"
    ";Kirgisistan;キルギスタン",
    "KH": "Cambodia;Kampuchea;Кампучия;柬埔寨王国",
    "KP": "DPRK;North Korea;Democratic People's Republic of Korea;КНДР;Северная Корея;朝鲜;北朝鲜;北韩"
    ";朝鲜民主主义人民共和国;Nordkorea;Corée du Nord;Corea del Norte;북한;조선민주주의인민공화국",
    "KR": "South Korea;Korea;S. Korea;S Korea;Republic of Korea;Korea, Republic of;Korea (South);ROK"
    ";Korea South;Южная Корея;Корея;Республика Корея;Корея Южная;РК (Корея);韩国;大韩民国;南韩;南朝鲜"
    ";Südkorea;Republik Korea;Corée du Sud;Corée;Corea del Sur;Corea;大韓民国;韓國;대한민국;한국;남한"
    ";Janubiy Koreya;Koreya;كوريا;كوريا الجنوبية",
    "KZ": "Republic of Kazakhstan;Kazakstan;Республика Казахстан;РК;哈萨克;哈萨克斯坦共和国;Kasachstan"
    ";Qazaqstan;Qozogiston",
    "LA": "Lao PDR;Lao People's Democratic Republic;ЛНДР;老挝人民民主共和国",
    "LY": "Libyan Arab Jamahiriya;Ливийская Джамахирия",
    "MD": "Republic of Moldova;Moldavia;Молдавия;Республика Молдова;Moldawien;摩尔多瓦共和国;摩尔达维亚",
    "MK": "Macedonia;FYROM;Republic of North Macedonia;Македония;马其顿;Mazedonien;Macédoine",
    "MM": "Burma;Myanmar;Бирма;Мьянма;缅甸联邦;Birma;Birmanie;Birmania;ビルマ;버마",
    "MN": "Mongolian People's Republic;МНР;Outer Mongolia;蒙古国;外蒙古",
    "MO": "Macau;Macao;Macau SAR;Макао;Аомынь;澳门;中国澳门;澳門;マカオ;마카오",
    "MY": "Federation of Malaysia;马来亚",
    "NL": "Holland;The Netherlands;Kingdom of the Netherlands;Голландия;Королевство Нидерландов;荷兰王国"
    ";Les Pays-Bas;Hollande;Holanda;Países Bajos;ホーランド;네덜란드;Gollandiya;هولندا",
    "NZ": "Aotearoa;NZ;新西兰;纽西兰",
    "PH": "The Philippines;Philippines;菲律宾共和国",
    "PL": "Republic of Poland;Polska;Республика Польша;波兰共和国",
    "PS": "Palestine;State of Palestine;Палестина;巴勒斯坦",
    "PT": "Portuguese Republic;Португальская Республика",
    "RO": "Rumania;Roumania;Румыния;罗马尼亚",
    "RS": "Republic of Serbia;Республика Сербия;Сербия",
    "RU": "Russian Federation;The Russian Federation;RF;R.F.;RSFSR;Россия;РФ;Р.Ф.;Российская Федерация;РСФСР"
    ";俄罗斯联邦;俄国;俄;俄联邦;俄羅斯;俄羅斯聯邦;Russische Föderation;Fédération de Russie"
    ";Federación de Rusia;Federación Rusa;ロシア連邦;러시아연방;러시아 연방;Rossiya Federatsiyasi"
    ";روسيا الاتحادية;الاتحاد الروسي",
    "SA": "KSA;Kingdom of Saudi Arabia;КСА;Королевство Саудовская Аравия;沙特;沙特阿拉伯王国",
    "SG": "Republic of Singapore;星加坡;新加坡共和国",
    "SK": "Slovak Republic;Slovakia;Словацкая Республика;Slowakische Republik;斯洛伐克共和国",
    "SY": "Syrian Arab Republic;САР;叙利亚阿拉伯共和国",
    "SZ": "Swaziland;Свазиленд;斯威士兰王国",
    "TH": "Siam;Kingdom of Thailand;Сиам;暹罗;泰王国",
    "TJ": "Tadjikistan;Tajikistan;Republic of Tajikistan;Республика Таджикистан;塔吉克;Tadschikistan;Tojikiston",
    "TL": "East Timor;Восточный Тимор;东帝汶;Osttimor",
    "TM": "Turkmenia;Turkmenistan;Туркмения;Туркменистан;土库曼",
    "TR": "Turkey;Türkiye;Turkiye;Republic of Turkey;Republic of Türkiye;Турция;Турецкая Республика"
    ";土耳其共和国;土耳其;Türkei;Turquie;Turquía;トルコ共和国;터키;تركيا",
    "TW": "Taiwan;Taiwan, China;Taiwan (China);Chinese Taipei;Тайвань;Тайвань (Китай);台湾;中国台湾"
    ";中国台湾地区;臺灣;台灣;Taïwan;Taiwán;대만",
    "TZ": "United Republic of Tanzania;Объединённая Республика Танзания",
    "UA": "The Ukraine;Ukraine;Украина;УССР;乌克兰共和国",
    "US": "USA;U.S.A.;U.S.;US;United States;United States of America;The United States;America;The States;США"
    ";С.Ш.А.;Соединённые Штаты;Соединённые Штаты Америки;Америка;САСШ;美国;美利坚合众国;美利坚;美國"
    ";Vereinigte Staaten;Amerika;Vereinigte Staaten von Amerika;États-Unis;Etats-Unis d'Amérique"
    ";Estados Unidos;EE. UU.;EEUU;EE.UU.;Estados Unidos de América;アメリカ;アメリカ合衆国;米国;미국"
    ";미합중국;AQSh;أمريكا;الولايات المتحدة;الولايات المتحدة الأمريكية;АҚШ;ЗША",
    "UZ": "Republic of Uzbekistan;Uzbekistan;Республика Узбекистан;РУз;乌兹别克;O'zbekiston;Oʻzbekiston Respublikasi",
    "VA": "Vatican;Holy See;The Vatican;Ватикан;Святой Престол;梵蒂冈",
    "VE": "Bolivarian Republic of Venezuela;Венесуэла;委内瑞拉",
    "VN": "Viet Nam;Vietnam;Socialist Republic of Vietnam;СРВ;Вьетнам;越南社会主义共和国;ベトナム;베트남",
    "ZA": "RSA;Republic of South Africa;ЮАР;Южно-Африканская Республика;南非共和国;Südafrika",
}


@cache
def _codes() -> Mapping[str, str]:
    """Return {folded name or code: code}; codes go before usual names, usual names before CLDR's names."""
    known = formats.countries("en")
    found: dict[str, str] = {}
    for locale in reversed(LANGUAGES):
        names = babel.Locale.parse(locale).territories
        found |= {_folded(names[code]): code for code in known if code in names}
    for shown in map(formats.countries, LOCALES):
        found |= {_folded(name): code for code, name in shown.items()}
    found |= {_folded(name): code for code, names in USUAL_NAMES.items() for name in names.split(";")}
    # Three-letter codes and former codes, if they belong to exactly one country.
    aliases = get_global("territory_aliases")
    former = {alias: now[0] for alias, now in aliases.items() if len(now) == 1 and now[0] in known}
    found |= {_folded(alias): code for alias, code in former.items() if alias.isalpha() and alias.isascii()}
    return found | {_folded(code): code for code in known}


def _folded(name: str) -> str:
    """Return the name without case, accents, brackets and dots: U.S.A. gives USA."""
    words = search_key(name.translate({ord(sign): " " for sign in "()（）[],"})).split()
    # Letters between dots are joined again.
    return "".join(words) if words and all(len(word) == 1 for word in words) else " ".join(words)


def code_of(name: str) -> str | None:
    """Return the code of a country by one of its names, or None if there is none or several."""
    folded = _folded(name)
    found = _codes().get(folded)
    if found is None and folded.startswith("the "):
        found = _codes().get(folded.removeprefix("the "))
    return found
