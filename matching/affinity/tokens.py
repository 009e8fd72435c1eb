"""A text cut into the pieces that terms are compared by, each with its place in the text as it was given.

Ideographs, kana and hangul syllables stand alone, so that no word list is needed to find a term in them; words of
alphabets become stems; formulas and grades lose their hyphens, so that Nd-Fe-B is NdFeB in every language.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from threading import Lock
from typing import NamedTuple

import snowballstemmer

from matching.affinity.apart import RUSSIAN_ENDING, kept_apart
from matching.affinity.languages import primary
from matching.affinity.plain import plain

_MARKS = "\u0300-\u036f"
_LATIN = (
    f"A-Za-z0-9\u00b2\u00b3\u00b9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u2070-\u209f\uff10-\uff5a{_MARKS}"
)
_UZBEK = "[\u02bb\u02bc\u2018\u2019'](?=[A-Za-z])"  # oʻ, gʻ and the sign of hardness join letters
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
_FORMULA = re.compile(r"\d*(?:[A-Z][a-z]?\d*)+|[A-Z\d]+")  # element symbols with counts, or a grade's capitals
_GAP = re.compile(r"[\s\-\u2010-\u2013\u00ad'’\"“”«»·]{0,3}")
_WIDEST_GAP = 3
LONGEST_WORD = 100  # letters: of what is no word the rest says nothing, and stemmers take the square of it
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
)  # plural, case and possession, taken off while four letters remain
_UZBEK_LEAST = 4
_AFTER_VOWEL = re.compile("(?:^|(?<=[аеиоуўэюя]))е")
_UZBEK_LETTERS = str.maketrans("абвгджзийклмнопрстуфхцъэеқҳ", "abvgdjziyklmnoprstufxs'eeqh", "ь") | str.maketrans(
    {"ч": "ch", "ш": "sh", "ю": "yu", "я": "ya", "ў": "o'", "ғ": "g'"}
)


class Piece(NamedTuple):
    """A word, formula or single ideograph.

    kind: of script. word: folded, not stemmed. start, end: in code points of the text as given. touches: nothing stands
    between it and the piece before; adjoins: at most blanks, hyphens and quotation marks do, as within a term.
    """

    kind: str
    word: str
    start: int
    end: int
    touches: bool
    adjoins: bool


class Token(NamedTuple):
    """A piece of a text: what it is compared by, its [start, end) in code points, whether it adjoins the one before."""

    key: str
    start: int
    end: int
    adjoins: bool


def pieces(text: str) -> list[Piece]:
    """The words, formulas and ideographs of a text, markup and look-alike letters aside."""
    shown, starts, ends = plain(text)
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
    """The tokens of a text in a language (BCP 47). Words of Latin letters in a text of another script are English."""
    stems = _stems(primary(lang))
    return [
        Token(stems[kind](word) if kind in stems else word, start, end, adjoins)
        for kind, word, start, end, _, adjoins in (pieces(text) if isinstance(text, str) else text)
    ]


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """One form for what readers take as the same: width, case, composed accents, ё and е, all apostrophes."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_ALIKE)


def uzbek_in_latin(part: Piece) -> Piece:
    """A word of Uzbek in the Latin letters that its terms are written in, where it is in Cyrillic ones."""
    if part.kind != "cyrillic":
        return part
    return part._replace(kind="latin", word=_AFTER_VOWEL.sub("ye", part.word).translate(_UZBEK_LETTERS))


def is_ideograph(key: str) -> bool:
    """Whether a token is a single ideograph, kana or hangul syllable, which stands without spaces between its like."""
    return len(key) == 1 and key >= "\u3040"


def is_arabic(word: str) -> bool:
    """Whether a word is written in Arabic letters."""
    return "\u0600" <= word[:1] <= "\u06ff"


def _pieces(text: str) -> Iterator[tuple[str, str, int, int]]:
    """The kind of script, the folded letters and the place of each token, of ideographs in a row as one.

    Hyphens split words, but join formulas.
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
    """Whether words of Latin letters in a text of this language are stemmed by its own rules, not by English ones."""
    return primary(lang) in _LATIN_RULES


@cache
def _stems(lang: str) -> dict[str, Callable[[str], str]]:
    """The stemmer for each kind of token in a text of this language."""
    latin = lang if has_own_letters(lang) else "en"
    return {
        "latin": _uzbek if latin == "uz" else _snowball(latin),
        "cyrillic": _russian,
        "arabic": arabic_stem,
    }


@cache
def _snowball(lang: str) -> Callable[[str], str]:
    """A stemmer that any thread may call: Snowball's objects hold the word they work on."""
    stemmer = snowballstemmer.stemmer(_ALGORITHMS[lang])
    lock = Lock()

    @lru_cache(maxsize=200_000)
    def stem(word: str) -> str:
        own = kept_apart(word, lang)
        if own is not None:
            return own
        with lock:
            return str(stemmer.stemWord(word))

    return stem


@lru_cache(maxsize=200_000)
def arabic_stem(word: str) -> str:
    """The word without article, conjunction and regular ending: Larkey, Ballesteros, Connell, Light Stemming, 2007.

    Snowball leaves a part of regular plurals and takes the first and the last letter of some roots, so that محرك and
    محركات would part. Here "and" goes with the article or without, so that the و of وقود goes in either form.
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
    """Snowball's stem of the word without its case.

    Alone, Snowball takes the end of some nouns for that of a verb, so that магнит and магнитов would part; here every
    form first loses all that looks like a case, while three letters remain.
    """
    own = kept_apart(word, "ru")
    if own is not None:
        return own
    bare = word
    while (ending := _RUSSIAN_ENDING.search(bare)) is not None and ending.start() >= _RUSSIAN_LEAST:
        bare = bare[: ending.start()]
    return _snowball("ru")(bare)


def _uzbek(word: str) -> str:
    """The word without plural, case and possession, before which k turns to g, and q to gʻ: datchik, datchigi."""
    while (cut := _UZBEK_SUFFIX.sub("", word)) != word and len(cut) >= _UZBEK_LEAST:
        word = cut
    if word.endswith("g'"):
        return word[:-2] + "q"
    return word[:-1] + "k" if word.endswith("g") else word
