"""What texts mean, by vectors of a sentence encoder: how similar a need and an expert are, and in which passages.

    likeness = half the mean cosine of their texts + half the mean over the need's passages of the cosine to the
               expert's nearest passage

Texts of one language are similar to each other. Therefore the mean vector of the language is subtracted first; where
there are few texts, it is drawn towards the mean of topic labels in that language, which does not depend on the
request. An encoder does not know the topic scheme, and does not keep the guarantees of words (a shared word never
lowers the score; nothing shared adds nothing). So it only lifts what topics and words say: see `fit`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from matching.affinity.constants import (
    BY_TEXTS,
    DRAFTED_WORDS,
    LABELS_WEIGHT,
    LIKENESS_DIGITS,
    SIMILAR_PASSAGE,
)
from matching.affinity.embedding import Embedder
from matching.affinity.languages import contradicts, detect, primary
from matching.affinity.passages import READ, passages
from matching.affinity.profiles import TextSpan
from matching.affinity.request import NeedOrExpert, RequestText
from matching.affinity.scheme import scheme
from matching.affinity.space import Matrix

EVERY = 5  # of so many topics one label is taken for the mean of a language
AT_ONCE = 64  # needs compared at once, to limit memory
QUOTED = 2  # most pairs of passages for two texts

Rows = npt.NDArray[np.float32]  # a vector in each row


@dataclass(frozen=True, slots=True)
class SimilarPassages:
    """A passage of a need and one of an expert. cosine: of their vectors without the mean of each language."""

    need_at: TextSpan
    expert_at: TextSpan
    cosine: float


class Meaning:
    """Likeness of needs and experts. value: [need, expert] in [0, 1]; NaN if a side has no text.

    Whatever makes one raises EmbeddingError if the embedder fails.
    """

    def __init__(self, needs: Sequence[NeedOrExpert], experts: Sequence[NeedOrExpert], embedder: Embedder) -> None:
        texts = _Encoded([*needs, *experts], embedder)
        self.embedder = embedder
        self._means: _Means = _means(texts)
        self._needs, self._experts = _Sides(needs, texts, self._means), _Sides(experts, texts, self._means)
        self.value: Matrix = _likeness(self._needs, self._experts)

    def with_needs(self, needs: Sequence[NeedOrExpert]) -> "Meaning":
        """Return the likeness of other needs to the same experts; means of languages stay."""
        return self._with(self._read(needs), self._experts)

    def with_experts(self, experts: Sequence[NeedOrExpert]) -> "Meaning":
        """Return the likeness of the same needs to other experts; means of languages stay."""
        return self._with(self._needs, self._read(experts))

    def of_pair(self, need: int, expert: int) -> "Meaning":
        """Return the likeness of one pair alone."""
        return self._with(self._needs.only(need), self._experts.only(expert))

    def stripped(self) -> "Meaning":
        """Return the same without the value of each pair."""
        found = object.__new__(Meaning)
        found.embedder, found._means, found._needs, found._experts = (
            self.embedder,
            self._means,
            self._needs,
            self._experts,
        )
        return found

    def passages(self, need: int, expert: int) -> list[SimilarPassages]:
        """Return similar passages for each two texts of a pair, the most similar ones first, each passage once."""
        ours, theirs = self._needs.passages(need), self._experts.passages(expert)
        if not ours or not theirs:
            return []
        cosine = self._needs.of(need) @ self._experts.of(expert).T
        near = [(float(cosine[at]), *at) for at in zip(*np.nonzero(cosine >= SIMILAR_PASSAGE), strict=True)]
        found: list[SimilarPassages] = []
        for value, row, column in sorted((-round(value, LIKENESS_DIGITS), *at) for value, *at in near):
            one, other = ours[row], theirs[column]
            beside = [each for each in found if (each.need_at.text, each.expert_at.text) == (one.text, other.text)]
            if len(beside) < QUOTED and not any(each.need_at == one or each.expert_at == other for each in beside):
                found.append(SimilarPassages(one, other, -value))
        return found

    def _read(self, sides: Sequence[NeedOrExpert]) -> "_Sides":
        texts = _Encoded(sides, self.embedder, self._means)
        return _Sides(sides, texts, {**_means(texts), **self._means})

    def _with(self, needs: "_Sides", experts: "_Sides") -> "Meaning":
        found = object.__new__(Meaning)
        found.embedder, found._means = self.embedder, self._means
        found._needs, found._experts = needs, experts
        found.value = _likeness(needs, experts)
        return found


# -- Vectors -------------------------------------------------------------------------------------------------------


class _Encoded:
    """Vectors of the texts of sides, made in one call.

    of: for each text its vector, then those of its passages. labels: for each language that is not `known` the
    mean of its topic labels.
    """

    def __init__(self, sides: Sequence[NeedOrExpert], embedder: Embedder, known: Collection[str] = ()) -> None:
        strings, labels = _strings(sides, known)
        row = {string: at for at, string in enumerate(_distinct(strings, labels))}
        found = _unit(embedder.embed(list(row)).astype(np.float32)) if row else np.zeros((0, 1), np.float32)
        rows = {text: found[[row[string] for string in some]] for text, some in strings.items()}
        self.of = {text: vectors for text, vectors in rows.items() if vectors[0].any()}
        self.language = {text: language(text) for text in self.of}
        self.labels = {lang: found[[row[label] for label in some]].mean(axis=0) for lang, some in labels.items()}


def encoded_strings(sides: Sequence[NeedOrExpert]) -> list[str]:
    """Return what an embedder is asked for to compare sides: texts, their passages, and labels of topics."""
    return _distinct(*_strings(sides))


def _strings(
    sides: Sequence[NeedOrExpert], known: Collection[str] = ()
) -> tuple[dict[RequestText, list[str]], dict[str, list[str]]]:
    """Return each text with its passages, and the topic labels of each language that is not known."""
    told = [side for side in sides if not side.private]
    texts = dict.fromkeys(text for side in told for text in side.texts if text.text[:READ].strip())
    labels = {lang: _labels(lang) for lang in sorted({language(text) for text in texts}) if lang not in known}
    return {text: [text.text[:READ], *(text.text[a:b] for a, b in passages(text.text))] for text in texts}, labels


def _distinct(strings: Mapping[RequestText, list[str]], labels: Mapping[str, list[str]]) -> list[str]:
    return list(dict.fromkeys(string for some in (*strings.values(), *labels.values()) for string in some))


def language(text: RequestText) -> str:
    """Return the language of a text as a primary tag: the tagged one unless the script contradicts it."""
    return primary(text.lang) if text.lang and not contradicts(text.lang, text.text) else detect(text.text)


def _labels(lang: str) -> list[str]:
    topics = scheme()
    return [topics.label(topic, lang) for topic in topics.leaves[::EVERY]]


_Means = Mapping[str, tuple[Rows, Rows]]  # of a language: mean of its texts, mean of their passages


def _means(encoded: _Encoded) -> _Means:
    """Return the mean vector of each language; its labels together count as much as LABELS_WEIGHT texts."""
    found = {}
    for lang, label in encoded.labels.items():
        own = [vectors for text, vectors in encoded.of.items() if encoded.language[text] == lang]
        none = np.zeros((0, len(label)), np.float32)
        parts = (np.array([vectors[0] for vectors in own] or none), np.concatenate([none, *(v[1:] for v in own)]))
        of_texts, of_passages = (
            (some.sum(axis=0) + LABELS_WEIGHT * label) / np.float32(len(some) + LABELS_WEIGHT) for some in parts
        )
        found[lang] = of_texts, of_passages
    return found


class _Sides:
    """Vectors of all needs, or of all experts, without the mean of the language.

    texts: [side] the mean of its texts. parts, weight: of all passages; drafts count less. starts: first passage of
    each side, and the end.
    """

    def __init__(self, sides: Sequence[NeedOrExpert], encoded: _Encoded, means: _Means) -> None:
        places: list[tuple[int, int, int]] = []
        starts = [0]
        whole, parts, weight = [], [], []

        @cache
        def centred(text: RequestText) -> Rows:
            of_texts, of_passages = means[encoded.language[text]]
            vectors = encoded.of[text]
            mean = np.concatenate([of_texts[None], np.repeat(of_passages[None], len(vectors) - 1, 0)])
            return _centred(vectors, mean)

        for side in sides:
            told = [(at, text) for at, text in enumerate(side.texts) if text in encoded.of and not side.private]
            places += [(at, *span) for at, text in told for span in passages(text.text)]
            starts.append(len(places))
            counts = [DRAFTED_WORDS if text.draft else 1.0 for _at, text in told]
            vectors = [centred(text) for _at, text in told]
            wholes = [some[0] for some in vectors]
            whole.append(np.average(wholes, axis=0, weights=counts).astype(np.float32) if told else None)
            parts += [some[1:] for some in vectors]
            weight += [count for count, some in zip(counts, vectors, strict=True) for _each in some[1:]]
        size = next((len(each) for each in whole if each is not None), 1)
        self.is_told = np.array([each is not None for each in whole], dtype=bool)
        none = np.zeros(size, np.float32)
        self.texts: Rows = np.array([none if each is None else each for each in whole]).reshape(-1, size)
        self.parts: Rows = np.concatenate([np.zeros((0, size), np.float32), *parts])
        self.weight = np.array(weight, dtype=np.float32)
        self.starts = np.array(starts)
        self._places = np.array(places, dtype=np.int32).reshape(-1, 3)

    def only(self, side: int) -> "_Sides":
        """Return one of the sides."""
        found = object.__new__(_Sides)
        rows = slice(self.starts[side], self.starts[side + 1])
        found._places, found.parts, found.weight = self._places[rows], self.parts[rows], self.weight[rows]
        found.is_told, found.texts = self.is_told[side : side + 1], self.texts[side : side + 1]
        found.starts = np.array([0, rows.stop - rows.start])
        return found

    def passages(self, side: int) -> list[TextSpan]:
        rows = self._places[self.starts[side] : self.starts[side + 1]]
        return [TextSpan(*row) for row in rows.tolist()]

    def of(self, side: int) -> Rows:
        """Return the vectors of a side's passages."""
        return self.parts[self.starts[side] : self.starts[side + 1]]


def _likeness(needs: _Sides, experts: _Sides) -> Matrix:
    found = np.full((len(needs.is_told), len(experts.is_told)), np.nan)
    ours, theirs = np.flatnonzero(needs.is_told), np.flatnonzero(experts.is_told)
    if not ours.size or not theirs.size:
        return found
    nearest_of = _Nearest(experts, theirs)
    for at in range(0, len(ours), AT_ONCE):
        some = ours[at : at + AT_ONCE]
        begin, end = needs.starts[some[0]], needs.starts[some[-1] + 1]
        each = nearest_of.cosine(needs.parts[begin:end])
        weight = needs.weight[begin:end, None]
        firsts = needs.starts[some] - begin
        nearest = np.add.reduceat(weight * each, firsts) / np.add.reduceat(weight, firsts)
        whole = needs.texts[some] @ experts.texts[theirs].T
        found[np.ix_(some, theirs)] = BY_TEXTS * whole + (1 - BY_TEXTS) * nearest
    return np.asarray(np.round(np.clip(found, 0, 1), LIKENESS_DIGITS))


class _Nearest:
    """Passages of some sides in rounds: the first one of each side, the second one of each that has two, and so on.

    With the sides of most passages first, each round is a matrix that begins with the same sides: a greatest cosine
    needs no search for where a side begins.
    """

    def __init__(self, sides: _Sides, among: npt.NDArray[np.int64]) -> None:
        count = np.diff(sides.starts)[among]
        self._order = np.argsort(-count, kind="stable")
        first, count = sides.starts[among][self._order], count[self._order]
        self._widths = [int((count > at).sum()) for at in range(int(count.max()))]
        rows = [first[:width] + at for at, width in enumerate(self._widths)]
        self._parts = sides.parts[np.concatenate(rows)]

    def cosine(self, passages: Rows) -> Rows:
        """Return [passage, side]: the greatest cosine to a passage of the side."""
        every = passages @ self._parts.T
        found, end = every[:, : self._widths[0]], self._widths[0]
        for width in self._widths[1:]:
            np.maximum(found[:, :width], every[:, end : end + width], out=found[:, :width])
            end += width
        back: Rows = np.empty_like(found)
        back[:, self._order] = found
        return back


def _centred(vectors: Rows, mean: Rows) -> Rows:
    """Return the vectors without the mean, as unit vectors; a vector of zeros stays."""
    return np.where(vectors.any(axis=1, keepdims=True), _unit(vectors - mean), 0)


def _unit(vectors: Rows) -> Rows:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), dtype=np.float32)
