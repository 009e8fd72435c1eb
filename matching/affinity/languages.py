"""Detect the language of a text by its script, letters and stop words."""

import re
from collections import Counter
from functools import lru_cache

from matching.keeping import cache_by_size

KEPT = 6_000_000  # characters of texts whose script is kept
UNKNOWN = "und"  # BCP 47 tag of an undetermined language

_SCRIPTS = {
    "hangul": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "kana": re.compile("[\u3040-\u30ff]"),
    "han": re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"),
    "arabic": re.compile("[\u0600-\u06ff\u0750-\u077f]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f]"),
}
_EAST = ("han", "kana", "hangul")
_LETTERS_OF = {
    **dict.fromkeys(("zh", "ja", "ko"), _EAST),
    **dict.fromkeys(("ru", "uk", "be", "bg"), ("cyrillic",)),
    **dict.fromkeys(("ar", "fa"), ("arabic",)),
    **dict.fromkeys(("en", "de", "fr", "es", "it", "pt"), ("latin",)),
}
_IDEOGRAPH_WEIGHT = 3  # one ideograph counts as three letters
_KANA_SHARE = 0.1  # Japanese texts contain far more kana than this, Chinese texts none
_CYRILLIC = (("kk", "әұһ"), ("uz", "ўҳ"), ("kk", "ңөү"), ("uk", "їєґ"), ("be", "ў"))
_WORDS = {
    "en": "the of and in for with by from that which are is was on an to as be using based",
    "de": "der die das und für mit von bei aus nach werden wird auf ist des dem den eine einer zur zum im",
    "fr": "de le la les des et une pour dans avec par sur est du au aux que qui ces cette sont en",
    "es": "de el los las una para con por del es en que se su como y al lo más sobre entre",
    "uz": "va uchun bilan bu ham boʻyicha asosida yangi ishlab chiqish hamda qilish orqali kerak",
}
_LETTERS = {"de": "äöüß", "fr": "çèêëîïôœùûâà", "es": "ñ¿¡áíóú", "uz": "ʻʼ"}
_STOP = {lang: frozenset(words.split()) for lang, words in _WORDS.items()}
_LETTER_WEIGHT = 0.3  # weight of a typical letter relative to a stop word; accents also occur in names and loanwords


@lru_cache(maxsize=1000)
def primary(tag: str) -> str:
    """Return the primary subtag of a language tag: zh for zh-Hans-CN."""
    return tag.replace("_", "-").partition("-")[0].lower()


def contradicts(tag: str, text: str) -> bool:
    """Whether a text is written only in letters that its tagged language does not use."""
    own = _LETTERS_OF.get(primary(tag))
    return own is not None and script(text) != "" and not any(_SCRIPTS[name].search(text) for name in own)


def detect(text: str) -> str:
    """Return the likely language of a text as a primary tag; UNKNOWN if it has no letters.

    A guess if scripts are shared.
    """
    written = script(text)
    if written == "cyrillic":
        return _cyrillic(text)
    return _latin(text) if written == "latin" else written or UNKNOWN


@cache_by_size(KEPT, len)
def script(text: str) -> str:
    """Return the main script of a text: cyrillic or latin, else the language ar, zh, ja or ko; "" if there is none."""
    count = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS.items()}
    east = count["han"] + count["kana"]
    weight = {
        "ko": _IDEOGRAPH_WEIGHT * count["hangul"],
        "ja" if east and count["kana"] >= _KANA_SHARE * east else "zh": _IDEOGRAPH_WEIGHT * east,
        "ar": count["arabic"],
        "cyrillic": count["cyrillic"],
        "latin": count["latin"],
    }
    best = max(weight, key=weight.__getitem__)
    return best if weight[best] else ""


def _cyrillic(text: str) -> str:
    letters = frozenset(text.casefold())
    return next((lang for lang, marks in _CYRILLIC if letters & frozenset(marks)), "ru")


def _latin(text: str) -> str:
    folded = text.casefold()
    words = Counter(re.findall(r"[^\W\d_]+", folded))
    letters = Counter(folded)
    points = {
        lang: sum(words[word] for word in stop) + _LETTER_WEIGHT * sum(letters[c] for c in _LETTERS.get(lang, ""))
        for lang, stop in _STOP.items()
    }
    return max(points, key=points.__getitem__)  # the first, English, if nothing decides
