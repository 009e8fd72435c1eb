"""A text read once: the terms and the runs of letters that speak of topics, and the words to compare, with places."""

import sys
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from matching.affinity.common import is_common
from matching.affinity.grams import echo, grams, is_pair
from matching.affinity.languages import detect, primary, script
from matching.affinity.lexicon import Hit, lexicon
from matching.affinity.request import Text
from matching.affinity.scheme import Scheme
from matching.affinity.tokens import pieces, tokenise

Places = npt.NDArray[np.int32]

READINGS_KEPT = 8192  # some 10 kB each
SHORTEST_WORD = 3
_RELATIVES = {"cyrillic": "ru", "latin": "en"}  # whose terms others of the script share as loans


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read once, in code points of the text as given.

    lang: primary tag, as told or as it seems. known: the language whose terms were looked for, `lang` itself where the
    scheme has it. runs: of letters that the scheme's names hold, as rows of `echo`, with where each begins and ends.
    tokens: every token's key with its place; words: those worth comparing.
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


@lru_cache(maxsize=READINGS_KEPT)
def read(text: Text, scheme: Scheme) -> Reading:
    """The text's terms, runs and words, in its language or in the one it seems to be in."""
    lang = primary(text.lang) if text.lang else detect(text.text)
    known = nearest_language(lang, text.text, scheme)
    parts = pieces(text.text)
    tokens = tokenise(parts, known)
    row = echo(scheme, known).row
    found = grams(parts)
    runs = [(row[run], start, end) for run, start, end in found if run in row]
    words = [
        (key, start, end)
        for (key, start, end, _), part in zip(tokens, parts, strict=True)
        if len(key) >= SHORTEST_WORD and not key.isdigit() and not is_common(part.word)
    ]
    words += [run for run in found if is_pair(run[0]) and not is_common(run[0])]
    return Reading(
        lang=lang,
        known=known,
        draft=text.draft,
        hits=tuple(lexicon(scheme, known).find(tokens)),
        runs=_column(runs, 0),
        run_start=_column(runs, 1),
        run_end=_column(runs, 2),
        tokens=tuple(sys.intern(token.key) for token in tokens),
        token_start=np.array([part.start for part in parts], dtype=np.int32),
        words=tuple(sys.intern(word) for word, _, _ in words),
        word_start=_column(words, 1),
        word_end=_column(words, 2),
    )


def nearest_language(lang: str, text: str, scheme: Scheme) -> str:
    """The language itself where the scheme has names in it, else one that shares its script and many of its terms."""
    if lang in scheme.languages:
        return lang
    written = script(text)
    return _RELATIVES.get(written, written if written in scheme.languages else "en")


def _column(rows: list[tuple[int, int, int]] | list[tuple[str, int, int]], at: int) -> Places:
    return np.array([row[at] for row in rows], dtype=np.int32)
