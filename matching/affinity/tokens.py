"""Tokenise a text for the comparison with terms; every token keeps its position in the original text.

Ideographs, kana and hangul syllables are single tokens, so that terms are found without a word list. Words of
alphabets are stemmed. Formulas and grades lose their hyphens: Nd-Fe-B is NdFeB in every language.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from threading import Lock
from typing import NamedTuple

import snowballstemmer

from matching.affinity.apart import RUSSIAN_ENDING, separate_key
from matching.affinity.languages import primary
from matching.affinity.plain import visible_text

_MARKS = "\u0300-\u036f"
_LATIN = (
    f"A-Za-z0-9\u00b2\u00b3\u00b9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u2070-\u209f\uff10-\uff5a{_MARKS}"
)
_UZBEK = "[\u02bb\u02bc\u2018\u2019'](?=[A-Za-z])"  # these signs join Uzbek letters
_TOKEN = re.compile(
    rf"(?P<run>[\u3400-\u4dbf\u4e00-\u9fff]+)"
    rf"|(?P<single>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〆]"
    r"|[\u3040-\u309f\u30a0-\u30ff][\u3099\u309a]?|[\uac00-\ud7af]|[\u1100-\u11ff]+)"
    rf"|(?P<latin>[{_LATIN}]+(?:(?:[-\u2010-\u2013]|{_UZBEK})[{_LATIN}]+)*)"
    rf"|(?P<cyrillic>[\u0400-\u052f0-9{_MARKS}]+)"
    r"|(?P<arabic>[\u0610-\u061a\u0620-\u065f\u0670-\u06d3\u06d5-\u06ff]+)"
    rf"|(?P<other>[^\W_]+)"
)
_ALIKE = str.maketrans({"ё": "е", "\u0301": None, **dict.fromkeys("\u02bb\u02bc\u2018\u2019", "'")})
_PIECE = re.compile(rf"[{_LATIN}\u02bb\u02bc\u2018\u2019']+")
_FORMULA = re.compile(r"\d*(?:[A-Z][a-z]?\d*)+|[A-Z\d]+")  # element symbols with counts, or the capitals of a grade
_GAP = re.compile(r"[\s\-\u2010-\u2013\u00ad'’\"“”«»·]{0,3}")
_WIDEST_GAP = 3
LONGEST_WORD = 100  # letters of a word that are used; stemmers take quadratic time on longer strings
_ALGORITHMS = {"en": "english", "ru": "russian", "de": "german", "fr": "french", "es": "spanish"}
_LATIN_RULES = frozenset({"de", "fr", "es", "uz"})
_ARABIC_MARKS = re.compile("[\u0640\u064b-\u065f\u0670]")
_ARABIC_PREFIX = re.compile("^(?:[وف]?[بلك]?ال|[وف]?لل)(?=..)")
_ARABIC_ENDINGS = ("ها", "ان", "ات", "ون", "ين", "يه", "ية", "ه", "ة", "ي")
_ARABIC_LETTERS = str.maketrans("أإآى", "اااي")
_ARABIC_LEAST = 3
_RUSSIAN_ENDING = re.compile(f"{RUSSIAN_ENDING}$")
_RUSSIAN_LEAST = 3
_UZBEK_SUFFIX = re.compile(
    "(?:lari|lar|ning|dagi|gacha|ni|ga|da|dan|si|i)$"
)  # plural, case and possession; removed while four letters remain
_UZBEK_LEAST = 4
_AFTER_VOWEL = re.compile("(?:^|(?<=[аеиоуўэюя]))е")
_UZBEK_LETTERS = str.maketrans("абвгджзийклмнопрстуфхцъэеқҳ", "abvgdjziyklmnoprstufxs'eeqh", "ь") | str.maketrans(
    {"ч": "ch", "ш": "sh", "ю": "yu", "я": "ya", "ў": "o'", "ғ": "g'"}
)


class Piece(NamedTuple):
    """Word, formula or single ideograph of a text.

    kind: of script. word: folded, not stemmed. start, end: code points of the original text. touches: nothing
    is between it and the piece before. adjoins: at most blanks, hyphens and quotation marks are between them,
    as within a term.
    """

    kind: str
    word: str
    start: int
    end: int
    touches: bool
    adjoins: bool


class Token(NamedTuple):
    """Token of a text: key for comparison, [start, end) in code points, and whether it adjoins the token before."""

    key: str
    start: int
    end: int
    adjoins: bool


def pieces(text: str) -> list[Piece]:
    """Return the words, formulas and ideographs of the visible text."""
    shown, starts, ends = visible_text(text)
    found: list[Piece] = []
    last = -_WIDEST_GAP - 1
    for kind, word, start, end in _pieces(shown):
        touches = start == last
        adjoins = touches or (start - last <= _WIDEST_GAP and _GAP.fullmatch(shown, last, start) is not None)
        last = end
        if kind != "run":
            found.append(Piece(kind, word, start, end, touches, adjoins))
            continue
        found.append(Piece("single", word[0], start, start + 1, touches, adjoins))
        found += [Piece("single", word[at], start + at, start + at + 1, True, True) for at in range(1, end - start)]
    if starts is not None and ends is not None:
        return [piece._replace(start=starts[piece.start], end=ends[piece.end - 1]) for piece in found]
    return found


def tokenise(text: str | Iterable[Piece], lang: str) -> list[Token]:
    """Return the tokens of a text in a language (BCP 47).

    Latin words in a text of another script are stemmed as English.
    """
    stems = _stems(primary(lang))
    return [
        Token(stems[kind](word) if kind in stems else word, start, end, adjoins)
        for kind, word, start, end, _, adjoins in (pieces(text) if isinstance(text, str) else text)
    ]


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Return a normal form: width, case, composed accents, ё and е, and all apostrophes are unified."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_ALIKE)


def uzbek_in_latin(part: Piece) -> Piece:
    """Return a Cyrillic piece of an Uzbek text in Latin letters, as the scheme writes Uzbek terms."""
    if part.kind != "cyrillic":
        return part
    return part._replace(kind="latin", word=_AFTER_VOWEL.sub("ye", part.word).translate(_UZBEK_LETTERS))


def is_ideograph(key: str) -> bool:
    """Whether a token is a single ideograph, kana or hangul syllable; these are written without spaces."""
    return len(key) == 1 and key >= "\u3040"


def is_arabic(word: str) -> bool:
    """Whether a word is written in Arabic letters."""
    return "\u0600" <= word[:1] <= "\u06ff"


def _pieces(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield script, folded letters and position of each piece; ideographs in a row are one piece.

    Hyphens split words but join formulas.
    """
    for match in _TOKEN.finditer(text):
        kind, written = str(match.lastgroup), match.group()
        start, end = match.span()
        if kind != "run" and len(written) > LONGEST_WORD:
            yield kind, fold(written[:LONGEST_WORD]), start, end
            continue
        if kind == "run":
            yield kind, written, start, end
            continue
        if kind != "latin" or written.isalnum():
            yield kind, fold(written), start, end
            continue
        parts = list(_PIECE.finditer(written))
        if len(parts) > 1 and all(_FORMULA.fullmatch(unicodedata.normalize("NFKC", p.group())) for p in parts):
            yield kind, fold("".join(p.group() for p in parts)), start, end
            continue
        for part in parts:
            yield kind, fold(part.group()), start + part.start(), start + part.end()


def has_own_letters(lang: str) -> bool:
    """Whether Latin words in a text of this language are stemmed by its own rules instead of English ones."""
    return primary(lang) in _LATIN_RULES


@cache
def _stems(lang: str) -> dict[str, Callable[[str], str]]:
    """Return the stemmer for each script in a text of this language."""
    latin = lang if has_own_letters(lang) else "en"
    return {
        "latin": _uzbek if latin == "uz" else _snowball(latin),
        "cyrillic": _russian,
        "arabic": arabic_stem,
    }


@cache
def _snowball(lang: str) -> Callable[[str], str]:
    """Return a thread-safe stemmer; Snowball's objects store the word that they work on."""
    stemmer = snowballstemmer.stemmer(_ALGORITHMS[lang])
    lock = Lock()

    @lru_cache(maxsize=200_000)
    def stem(word: str) -> str:
        own = separate_key(word, lang)
        if own is not None:
            return own
        with lock:
            return str(stemmer.stemWord(word))

    return stem


@lru_cache(maxsize=200_000)
def arabic_stem(word: str) -> str:
    """Return the word without article, conjunction and regular ending (light stemming).

    Snowball keeps parts of regular plurals and removes letters of some roots, so that محرك and محركات would
    differ. The conjunction is removed with or without an article, so that the و of وقود is removed in both
    forms. Source: Larkey, Ballesteros and Connell, Light Stemming for Arabic Information Retrieval (2007).
    """
    bare = _ARABIC_PREFIX.sub("", _ARABIC_MARKS.sub("", word))
    if bare.startswith("و") and len(bare) > _ARABIC_LEAST:
        bare = bare[1:]
    bare = bare.translate(_ARABIC_LETTERS)
    for ending in _ARABIC_ENDINGS:
        if len(bare) - len(ending) >= _ARABIC_LEAST:
            bare = bare.removesuffix(ending)
    return bare


@lru_cache(maxsize=200_000)
def _russian(word: str) -> str:
    """Return Snowball's stem of the word after its case endings are removed.

    Snowball alone takes the ends of some nouns for verb endings, so that магнит and магнитов would differ. Here
    each form first loses everything that looks like a case ending, while three letters remain.
    """
    own = separate_key(word, "ru")
    if own is not None:
        return own
    bare = word
    while (ending := _RUSSIAN_ENDING.search(bare)) is not None and ending.start() >= _RUSSIAN_LEAST:
        bare = bare[: ending.start()]
    return _snowball("ru")(bare)


def _uzbek(word: str) -> str:
    """Return the word without suffixes of plural, case and possession.

    Before such a suffix k becomes g and q becomes gʻ, which is undone: datchigi is datchik.
    """
    while (cut := _UZBEK_SUFFIX.sub("", word)) != word and len(cut) >= _UZBEK_LEAST:
        word = cut
    if word.endswith("g'"):
        return word[:-2] + "q"
    return word[:-1] + "k" if word.endswith("g") else word
