"""The words that a need and an expert share: within a language, through a translation, and codes that need neither.

The overlap only grows with each shared word and never shrinks with an unshared one, so that adding a word that both
know cannot lower it and taking a quoted one away cannot raise it.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import sparse

from matching.affinity.common import is_common
from matching.affinity.grams import grams, is_pair
from matching.affinity.languages import detect, primary
from matching.affinity.profiles import ENOUGH_TEXTS, Place
from matching.affinity.request import Side
from matching.affinity.scheme import Scheme
from matching.affinity.space import Matrix
from matching.affinity.tokens import fold, tokenise

TRANSLATED = 0.8  # what a word counts where one of the two did not write it herself
HALF = 30.0  # the overlap worth one half: some five or six rare words
CODE_RARITY = 8.0  # a formula or a grade says more than any word
CODES = "codes"  # the vocabulary that all languages share
_QUOTED = 3
_SHORTEST_WORD = 3

_CODE = re.compile(r"[A-Za-z0-9]+(?:[-\u2010-\u2013][A-Za-z0-9]+)*(?:(?<=[A-Z]{2}) [0-9]+)?(?![A-Za-z0-9])")
_TELLING = re.compile(r"[A-Za-z].*[0-9]|[0-9].*[A-Za-z]|[A-Za-z][A-Z]")  # letters with digits, or a capital inside


class Shared(NamedTuple):
    """A word or a run of ideographs that both sides hold, and where each does."""

    need: Place
    expert: Place


@dataclass(frozen=True)
class Words:
    """A side's words in one language (or its codes): where each first stands; own: whether the side wrote them so."""

    first: Mapping[str, Place]
    own: bool


def read_words(side: Side) -> dict[str, Words]:
    """The words of a side's texts by language, and its codes."""
    found: dict[str, Words] = {}
    codes: dict[str, Place] = {}
    for at, text in enumerate(side.texts):
        lang = primary(text.lang or detect(text.text))
        earlier = found.get(lang, Words({}, own=False))
        first = dict(earlier.first)
        for key, start, end in _keys(text.text, lang):
            first.setdefault(key, Place(at, start, end))
        found[lang] = Words(first, own=earlier.own or at == 0)
        for key, start, end in _codes(text.text):
            codes.setdefault(key, Place(at, start, end))
    return found | {CODES: Words(codes, own=True)}


def _keys(text: str, lang: str) -> list[tuple[str, int, int]]:
    """Stems of words, and pairs of ideographs, without those that every text holds."""
    stems = [
        (token.key, token.start, token.end)
        for token in tokenise(text, lang)
        if len(token.key) >= _SHORTEST_WORD
        and not token.key.isdigit()
        and not is_common(fold(text[token.start : token.end]))
    ]
    pairs = [(run.key, run.start, run.end) for run in grams(text) if is_pair(run.key) and not is_common(run.key)]
    return stems + pairs


def _codes(text: str) -> list[tuple[str, int, int]]:
    """Formulas, grades and standards, spaces and hyphens aside: NdFeB, Ti-6Al-4V, ISO 9606."""
    return [
        (re.sub("[^a-z0-9]", "", match.group().casefold()), match.start(), match.end())
        for match in _CODE.finditer(text)
        if len(match.group()) > 2 and _TELLING.search(match.group())
    ]


class Overlap:
    """The overlap of every need with every expert. value: in [0, 1), NaN where nothing can be compared."""

    def __init__(self, needs: Sequence[Side], experts: Sequence[Side], scheme: Scheme) -> None:
        self._needs = [read_words(side) for side in needs]
        self._experts = [read_words(side) for side in experts]
        self._scheme = scheme
        langs = sorted(
            {lang for side in self._needs for lang in side} & {lang for side in self._experts for lang in side}
        )
        self._rarity = {lang: self._rarities(lang) for lang in langs}
        shape = len(self._needs), len(self._experts)
        best = np.full(shape, -1.0)
        self._route = np.full(shape, "", dtype=object)
        for lang in langs:
            weight = self._weights(lang)
            wins = weight > best
            best[wins] = weight[wins]
            self._route[wins] = lang
        self.value: Matrix = np.where(best < 0, np.nan, best / (np.maximum(best, 0) + HALF))

    def shared(self, need: int, expert: int) -> list[Shared]:
        """The rarest words that make the overlap, as they stand on both sides."""
        lang = self._route[need, expert]
        if not lang:
            return []
        ours, theirs = self._needs[need][lang].first, self._experts[expert][lang].first
        rarity = self._rarity[lang]
        common = sorted(ours.keys() & theirs.keys(), key=lambda key: (-rarity.get(key, CODE_RARITY), key))
        found: list[Shared] = []
        for key in common:
            if len(found) < _QUOTED and not any(_meet(ours[key], other.need) for other in found):
                found.append(_stretch(key, ours, theirs))
        return found

    def _weights(self, lang: str) -> Matrix:
        """The weight of what is shared in one language; -1 where one side has no text in it, or shares no code."""
        vocabulary = {key: place for place, key in enumerate(sorted(self._rarity[lang]))}
        ours, theirs = (sparse.csr_array(_incidence(sides, lang, vocabulary)) for sides in (self._needs, self._experts))
        rarity = np.array([self._rarity[lang][key] for key in sorted(vocabulary)])
        shared = np.asarray((ours.multiply(rarity[None, :]).tocsr() @ theirs.T).toarray()) if vocabulary else 0.0
        own = [np.array([lang in side and side[lang].own for side in sides]) for sides in (self._needs, self._experts)]
        has = [np.array([lang in side for side in sides]) for sides in (self._needs, self._experts)]
        factor = np.where(np.outer(*own), 1.0, TRANSLATED)
        weight = np.where(np.outer(*has), factor * shared, -1.0)
        return np.where(weight > 0, weight, -1.0) if lang == CODES else weight

    def _rarities(self, lang: str) -> dict[str, float]:
        """How rare each word of either side is: by the request's texts where they are enough, else by the scheme."""
        texts = [side[lang].first for side in (*self._needs, *self._experts) if lang in side]
        count = Counter(key for first in texts for key in first)
        if lang == CODES:
            return dict.fromkeys(count, CODE_RARITY)
        total = len(texts)
        if total < ENOUGH_TEXTS:
            count, total = (
                Counter({key: _frequency(self._scheme, lang)[key] for key in count}),
                len(self._scheme.leaves),
            )
        return {key: math.log((1 + total) / (1 + n)) for key, n in count.items()}


@lru_cache(maxsize=64)
def _frequency(scheme: Scheme, lang: str) -> Counter[str]:
    """In how many topics each word stands among the names."""
    return Counter(
        key
        for leaf in scheme.leaves
        for key in {key for name in scheme.topics[leaf].names(lang) for key, _, _ in _keys(name, lang)}
    )


def _incidence(sides: Sequence[Mapping[str, Words]], lang: str, vocabulary: Mapping[str, int]) -> sparse.coo_array:
    """A row for each side, a column for each word, one where the side holds it."""
    rows, columns = [], []
    for row, side in enumerate(sides):
        for key in side[lang].first if lang in side else ():
            rows.append(row)
            columns.append(vocabulary[key])
    return sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(sides), len(vocabulary)))


def _stretch(key: str, ours: Mapping[str, Place], theirs: Mapping[str, Place]) -> Shared:
    """The word; for a pair of ideographs, the longest run around it that is made of pairs standing on both sides."""
    need, expert = ours[key], theirs[key]
    if not is_pair(key):
        return Shared(need, expert)
    at = {place.start: other for other, place in ours.items() if is_pair(other) and place.text == need.text}
    for step in (1, -1):
        place = need
        while (other := at.get(place.start + step)) is not None and theirs.get(other) is not None:
            there = theirs[other]
            meets = (expert.end - 1, expert.end + 1) if step == 1 else (expert.start - 1, expert.start + 1)
            if there.text != expert.text or (there.start, there.end) != meets:
                break
            place = ours[other]
            need = Place(need.text, min(need.start, place.start), max(need.end, place.end))
            expert = Place(expert.text, min(expert.start, there.start), max(expert.end, there.end))
    return Shared(need, expert)


def _meet(a: Place, b: Place) -> bool:
    return a.text == b.text and a.start < b.end and b.start < a.end
