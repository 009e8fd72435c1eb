"""Read a text once: terms and n-grams that indicate topics, and words to compare, all with positions."""

import sys
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.affinity.common import is_common, is_no_evidence, is_uninformative, long_words
from matching.affinity.grams import Gram, grams, is_pair, ngram_weights
from matching.affinity.languages import contradicts, detect, primary, script
from matching.affinity.lexicon import Hit, lexicon
from matching.affinity.request import RequestText
from matching.affinity.scheme import Scheme
from matching.affinity.tokens import Piece, fold, is_ideograph, pieces, tokenise, uzbek_in_latin
from matching.keeping import cache_by_size

Places = npt.NDArray[np.int32]

KEPT = 6_000_000  # characters in the cache: some thousands of texts
SHORTEST_WORD = 3
LEAST_PIECES = 2  # least number of words in another script that get a reading of their own
_RELATIVES = {"cyrillic": "ru", "latin": "en"}  # languages whose terms other languages of the script share as loanwords
_SCRIPT_KINDS = ("single", "cyrillic", "arabic")  # Latin words occur in texts of every script
_KIND = {"zh": "single", "ja": "single", "ko": "single", "ru": "cyrillic", "ar": "arabic"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Reading of a text, or of its parts in one script; positions are code points of the original text.

    lang: primary tag, given or detected. known: the language whose terms were looked up; equal to `lang` if the
    scheme has it. runs, run_start, run_end: n-grams as rows of `ngram_weights`, with positions. tokens: key of every
    token. words: tokens to compare. lone: positions of words that tell a reader nothing when quoted alone.
    """

    lang: str
    known: str
    draft: bool
    hits: tuple[Hit, ...]
    runs: Places
    run_start: Places
    run_end: Places
    tokens: tuple[str, ...]
    token_start: Places
    words: tuple[str, ...]
    word_start: Places
    word_end: Places
    lone: frozenset[tuple[int, int]]


@cache_by_size(KEPT, lambda text, scheme: len(text.text))
def read(text: RequestText, scheme: Scheme) -> tuple[Reading, ...]:
    """Return the readings of a text, one for each script that it uses, in its language or the detected one."""
    lang = primary(text.lang) if text.lang and not contradicts(text.lang, text.text) else detect(text.text)
    known = nearest_language(lang, text.text, scheme)
    parts = pieces(text.text)
    if lang == "uz" and script(text.text) == "cyrillic":
        parts = [uzbek_in_latin(part) for part in parts]
    kinds = Counter(part.kind for part in parts if part.kind in _SCRIPT_KINDS)
    others = [kind for kind in sorted(kinds) if kind != _KIND.get(known, "latin") and kinds[kind] >= LEAST_PIECES]
    found = [_read(_without(parts, others), lang, known, text, scheme)]
    for kind in others:
        rest = _without(parts, [part.kind for part in parts if part.kind != kind])
        written = detect("".join(part.word for part in rest))
        found.append(_read(rest, written, nearest_language(written, "", scheme), text, scheme))
    return tuple(found)


def _without(parts: list[Piece], kinds: Collection[str]) -> list[Piece]:
    """Return the pieces of other kinds; a piece after a removed one no longer adjoins."""
    if not kinds:
        return parts
    return [
        part._replace(touches=False, adjoins=False) if at and parts[at - 1].kind in kinds else part
        for at, part in enumerate(parts)
        if part.kind not in kinds
    ]


def _read(parts: list[Piece], lang: str, known: str, text: RequestText, scheme: Scheme) -> Reading:
    """Return the reading of some pieces of a text in the language `known`."""
    tokens = tokenise(parts, known)
    row = ngram_weights(scheme, known).row
    found = grams(parts)
    telling = grams([part for part in parts if is_ideograph(part.word) or not is_no_evidence(part.word, known)])
    empty = _long_words(text.text, known)
    runs = [
        (row[run], start, end)
        for run, start, end in telling
        if run in row and not (is_pair(run) and (is_no_evidence(run, known) or start in empty))
    ]
    words = [
        (key, start, end)
        for (key, start, end, _), part in zip(tokens, parts, strict=True)
        if len(key) >= SHORTEST_WORD and not key.isdigit() and not is_common(part.word)
        if not is_no_evidence(part.word, known)
    ]
    words += [run for run in found if is_pair(run[0]) and not is_common(run[0])]
    return Reading(
        lang=lang,
        known=known,
        draft=text.draft,
        hits=tuple(
            hit
            for hit in lexicon(scheme, known).find(tokens)
            if not _is_empty(fold(text.text[hit.start : hit.end]), known)
        ),
        runs=_column(runs, 0),
        run_start=_column(runs, 1),
        run_end=_column(runs, 2),
        tokens=tuple(sys.intern(token.key) for token in tokens),
        token_start=np.array([token.start for token in tokens], dtype=np.int32),
        words=tuple(sys.intern(word) for word, _, _ in words),
        word_start=_column(words, 1),
        word_end=_column(words, 2),
        lone=frozenset(_lone(parts, found, known, text.text)),
    )


def _lone(parts: list[Piece], found: list[Gram], known: str, text: str) -> Iterator[tuple[int, int]]:
    for part in parts:
        if len(part.word) >= SHORTEST_WORD and is_uninformative(text[part.start : part.end], known):
            yield part.start, part.end
    for run, start, end in found:
        if is_pair(run) and is_common(run):
            yield start, end


def _is_empty(term: str, lang: str) -> bool:
    """Whether a found term is a single word that is no evidence of a topic."""
    return term.isalpha() and is_no_evidence(term, lang)


def _long_words(text: str, lang: str) -> frozenset[int]:
    """Return the starts of ideograph pairs inside long common words: シス, ステ and テム of システム."""
    found = [(start, len(word)) for word in long_words(lang) for start in _places_of(word, text)]
    return frozenset(place for start, length in found for place in range(start, start + length - 1))


def _places_of(word: str, text: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


def nearest_language(lang: str, text: str, scheme: Scheme) -> str:
    """Return the language if the scheme has names in it, else one of the same script that shares many terms."""
    if lang in scheme.languages:
        return lang
    written = script(text)
    return _RELATIVES.get(written, written if written in scheme.languages else "en")


def _column(rows: list[tuple[int, int, int]] | list[tuple[str, int, int]], at: int) -> Places:
    return np.array([row[at] for row in rows], dtype=np.int32)
