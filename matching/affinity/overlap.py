"""Word overlap of a need's and an expert's texts, in one language or by codes such as formulas and grades.

Within a language it is the cosine of tf-idf weights (logarithmic term frequency) over all texts of a side
together. A text that shares nothing with a need can only lower it.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from matching.affinity.constants import CODES_HALF, DRAFTED_WORDS, ENOUGH_TEXTS, ITSELF, WORDS_HALF
from matching.affinity.lexicon import lexicon
from matching.affinity.plain import in_latin, visible_text
from matching.affinity.readings import KEPT, Reading, read
from matching.affinity.request import NeedOrExpert
from matching.affinity.scheme import Scheme
from matching.affinity.space import Matrix, Vector
from matching.affinity.wordquotes import CODES, Shared, WeighedWords, WordOccurrences, quote_codes, quote_words
from matching.keeping import cache_by_size

_IN_CODE = "[A-Za-z0-9АВЕКМНОРСТХУ]"
_CODE = re.compile(
    rf"(?<!{_IN_CODE}){_IN_CODE}++(?:[-\u2010-\u2013][A-Za-z0-9]++)*(?:(?<=[A-Z]{{2}}) [0-9]++)?"
    r"(?![A-Za-z0-9\u0400-\u04ff])"
)
_LETTER, _DIGIT, _CAPITAL_INSIDE = re.compile("[A-Za-z]"), re.compile("[0-9]"), re.compile("[A-Za-z][A-Z]")


Route = tuple[str, bool]  # (language or CODES, whether the words are machine drafts)
WordsByRoute = Mapping[Route, WordOccurrences]


def words_by_language(side: NeedOrExpert, scheme: Scheme) -> dict[Route, WordOccurrences]:
    """Return the words of a side's texts by language and draft, and its codes."""
    texts: dict[Route, list[tuple[int, Reading]]] = {}
    for at, text in enumerate(side.texts):
        for reading in read(text, scheme):
            if reading.words:
                texts.setdefault((reading.lang, reading.draft), []).append((at, reading))
    found = {route: _occurrences(group) for route, group in texts.items()}
    codes = [(key, at, start, end) for at, text in enumerate(side.texts) for key, start, end in codes_in(text.text)]
    if codes:
        keys, *places = zip(*codes, strict=True)
        found[CODES, False] = WordOccurrences(keys, *(np.array(place, dtype=np.int32) for place in places))
    return found


def _occurrences(group: Sequence[tuple[int, Reading]]) -> WordOccurrences:
    """Return the words of some readings, each given with the number of its text."""
    numbers, readings = [at for at, _ in group], [reading for _, reading in group]
    return WordOccurrences(
        keys=tuple(key for reading in readings for key in reading.words),
        text=np.repeat(numbers, [len(reading.words) for reading in readings]).astype(np.int32),
        start=np.concatenate([reading.word_start for reading in readings]),
        end=np.concatenate([reading.word_end for reading in readings]),
    )


@cache_by_size(KEPT, len)
def codes_in(text: str) -> list[tuple[str, int, int]]:
    """Return the formulas, grades and standards of a text as (code, start, end), without spaces and hyphens.

    Examples: NdFeB, Ti-6Al-4V, ISO 9606, 12Х18Н10Т.
    """
    shown, starts, ends = visible_text(text)
    found = []
    for match in _CODE.finditer(shown):
        if match.group().isalpha() and match.group()[1:].islower():
            continue  # neither a digit nor a capital inside, as nearly all words
        given = re.sub("[- \u2010-\u2013]", "", match.group())
        written = in_latin(given)
        if written != given and not _DIGIT.search(given):
            continue  # an abbreviation in Cyrillic letters is a word of its language, not a grade
        if len(written) > 2 and _is_telling(written):
            start, end = match.span()
            if starts is not None and ends is not None:
                start, end = starts[start], ends[end - 1]
            found.append((written.casefold(), start, end))
    return found


def _is_telling(written: str) -> bool:
    """Whether the code contains letters and digits, or a capital after a letter."""
    with_digits = _LETTER.search(written) and _DIGIT.search(written)
    return bool(with_digits or _CAPITAL_INSIDE.search(written))


class Rarity:
    """Inverse document frequency of words: among the request's sides if they are many, else in the scheme.

    If the request is large but few sides use the language, a word's frequency is the greater of both: the
    scheme lacks everyday words, which would seem to be the rarest.
    """

    def __init__(self, sides: Sequence[WordsByRoute], scheme: Scheme) -> None:
        self._scheme = scheme
        self._is_large = sum(map(bool, sides)) >= ENOUGH_TEXTS
        self._count: dict[str, Counter[str]] = {}
        self._total: Counter[str] = Counter()
        for side in sides:
            for lang in {lang for lang, _ in side}:
                self._total[lang] += 1
                held = {key for route, words in side.items() if route[0] == lang for key in words.count}
                self._count.setdefault(lang, Counter()).update(held)

    def of(self, lang: str, keys: Sequence[str]) -> Vector:
        """Return the inverse document frequency of each word, > 0; for codes, scaled so that a unique code has 1."""
        total = self._total[lang]
        if total < ENOUGH_TEXTS and lang == CODES:
            return np.ones(len(keys))
        count = _counts(self._count.get(lang, Counter()), keys)
        if total < ENOUGH_TEXTS:
            share = np.maximum(count - ITSELF, 0) / max(total, 1) if self._is_large else 0.0
            total = len(self._scheme.leaves)
            known = lang in self._scheme.languages
            listed = _counts(lexicon(self._scheme, lang).frequency if known else Counter(), keys)
            count = np.maximum(listed, share * total)
        rarity = np.log(1 + total / (1 + count))
        return np.asarray(rarity / math.log(1 + total) if lang == CODES else rarity)


def _counts(count: Mapping[str, int], keys: Sequence[str]) -> Vector:
    return np.array([count.get(key, 0) for key in keys], dtype=np.float64)


class WordTable:
    """Word weights of some sides in one language and state of draft, or of their codes.

    rows: indices of the sides. column: of each word. weights: [side, word], rows of length 1; for codes, so
    that the product of two rows counts their shared rare codes. breadth: number of different words of each
    side.
    """

    def __init__(self, route: Route, sides: Sequence[WordsByRoute], rarity: Rarity) -> None:
        from scipy import sparse

        self.route = route
        self.rows = np.array([at for at, side in enumerate(sides) if route in side])
        counts = [sides[at][route].count for at in self.rows.tolist()]
        self.column = {key: at for at, key in enumerate(sorted({key for count in counts for key in count}))}
        self.breadth = np.array([len(count) for count in counts])
        columns = np.array([self.column[key] for count in counts for key in count], dtype=np.int64)
        times = np.array([times for count in counts for times in count.values()], dtype=np.float64)
        rare = rarity.of(route[0], list(self.column))[columns]
        data = np.sqrt(rare) if route[0] == CODES else (1 + np.log(times)) * rare
        starts = np.cumsum([0, *self.breadth.tolist()])
        if route[0] != CODES:
            squares = np.add.reduceat(data**2, starts[:-1])
            data = data / np.repeat(np.sqrt(squares), self.breadth)
        self.weights = sparse.csr_array((data, columns, starts), shape=(len(counts), len(self.column)))

    def product(self, other: "WordTable") -> Matrix:
        """Return [side of this table, side of the other]: the products of their rows."""
        from scipy import sparse

        column = np.array([self.column.get(key, -1) for key in other.column], dtype=np.int64)
        row, word = other.weights.nonzero()
        known = column[word] >= 0
        theirs = sparse.csr_array(
            (other.weights.data[known], (column[word[known]], row[known])), shape=(len(self.column), len(other.rows))
        )
        return np.asarray((self.weights @ theirs).toarray())


def tables(sides: Sequence[WordsByRoute], rarity: Rarity) -> list[WordTable]:
    """Return a table for each (language, draft) that occurs, sorted."""
    return [WordTable(route, sides, rarity) for route in sorted({route for side in sides for route in side})]


class Overlap:
    """Overlap of every need with every expert. words, tables: of needs and of experts.

    value: [need, expert] in [0, 1), NaN if they share neither a language nor a code. spoken: whether they share
    a language. breadth: number of different words of the need in the compared language, 0 without one.
    """

    def __init__(
        self,
        words: tuple[Sequence[WordsByRoute], Sequence[WordsByRoute]],
        tables: tuple[Sequence[WordTable], Sequence[WordTable]],
        rarity: Rarity,
    ) -> None:
        (self._needs, self._experts), self._rarity = words, rarity
        shape = len(self._needs), len(self._experts)
        self.value: Matrix = np.full(shape, np.nan)
        self.breadth = np.zeros(shape, dtype=np.float32)
        self._route = np.full(shape, -1, dtype=np.int16)
        self._routes: list[tuple[Route, Route]] = []
        self._kept: dict[tuple[int, int, Route], WeighedWords] = {}
        for our in tables[0]:
            for their in tables[1]:
                if our.route[0] == their.route[0]:
                    self._compare(our, their)
        self.spoken: npt.NDArray[np.bool_] = self.breadth > 0

    def _compare(self, ours: WordTable, theirs: WordTable) -> None:
        """Compare one language, or the codes, and keep the overlap where it is greater than before."""
        shared = ours.product(theirs)
        block = np.ix_(ours.rows, theirs.rows)
        before, spoken = self.value[block], self.breadth[block] > 0
        if ours.route[0] == CODES:
            value, breadth = shared / (shared + CODES_HALF), np.zeros(len(ours.rows))
            wins = (value > 0) & ~spoken
        else:
            squared = shared**2
            value, breadth = squared / (squared + WORDS_HALF**2), ours.breadth
            value *= DRAFTED_WORDS if ours.route[1] or theirs.route[1] else 1.0
            wins = ~(value <= before) | ~spoken
        self.value[block] = np.where(wins, value, before)
        self._route[block] = np.where(wins, len(self._routes), self._route[block])
        self.breadth[block] = np.where(wins, breadth[:, None], self.breadth[block])
        self._routes.append((ours.route, theirs.route))

    def shared(self, need: int, expert: int) -> list[Shared]:
        """Return the shared words, heaviest first, with their positions on both sides."""
        route = int(self._route[need, expert])
        if route < 0:
            return []
        our, their = self._routes[route]
        if our[0] == CODES:
            return quote_codes(self._needs[need][our], self._experts[expert][their], self._rarity)
        return quote_words(self._weighed(0, need, our), self._weighed(1, expert, their))

    def _weighed(self, group: int, side: int, route: Route) -> WeighedWords:
        """Return the words of a need (0) or an expert (1); kept, because it is explained with many others."""
        key = group, side, route
        if key not in self._kept:
            words = (self._needs, self._experts)[group][side][route]
            self._kept[key] = WeighedWords(words, self._rarity.of(route[0], list(words.count)))
        return self._kept[key]
