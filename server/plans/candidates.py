"""The pairs that a plan may hold, what each is worth, and what keeps the others out.

A pair is held where somebody wants it or where it is worth enough, and where it tells the expert nothing that the
enterprise keeps back.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import nlargest
from typing import Any, NamedTuple

from matching import affinity
from matching.affinity.constants import FLOOR
from server.models import CorrectionKind, Side
from server.needs import disclosure
from server.rows import Rows, numbers, pair_id
from server.scores import asking
from server.scores.corrections import corrected, counted

MAX_PAIRS = 60_000  # of a large event those that are wished for and those worth most


# -- Candidates ----------------------------------------------------------------------------------------------------


class LeftOut(StrEnum):
    """Why two parties are no candidates, where neither refuses the other and no organiser says that they do not fit."""

    UNTOLD = "untold"  # a need keeps the name back, and they have not both wished to meet
    FILLER = "filler"  # neither side wished it, and it is worth too little


class Candidate(NamedTuple):
    """Two parties who may be planned to meet.

    expert: its column in the scores. needs: rows of the enterprise's needs, the best first. word: an organiser's.
    is_told: whether the meeting tells the expert nothing that a need keeps back.
    """

    pair: str
    value: float
    wishes: tuple[str | None, str | None]
    expert: int
    needs: Sequence[int]
    word: CorrectionKind | None
    is_told: bool

    @property
    def is_wanted(self) -> bool:
        """Whether a side wishes it, or an organiser says that the two fit."""
        return self.word == CorrectionKind.FITS or any(wish in disclosure.WANTED for wish in self.wishes)

    def left_out(self, least: float) -> LeftOut | None:
        """Why it is no candidate; None where it is one. least: the value from which an unwished pair is planned."""
        if not self.is_told:
            return LeftOut.UNTOLD
        return None if self.is_wanted or self.value >= least else LeftOut.FILLER


@dataclass(frozen=True)
class Weighed:
    """Every two parties of an event who do not refuse each other, with the scores that they were weighed by."""

    rows: Rows
    scores: affinity.Scores
    pairs: Sequence[Candidate]

    def chosen(self, least: float, held: Collection[str] = ()) -> list[Candidate]:
        """The candidates, by pair. held: pairs that people hold already, which stay candidates."""
        found = [pair for pair in self.pairs if pair.pair in held or pair.left_out(least) is None]
        best = nlargest(MAX_PAIRS, found, key=lambda pair: (pair.pair in held, pair.is_wanted, pair.value))
        return sorted(best, key=lambda pair: numbers(pair.pair))

    def left_out(self, least: float) -> Counter[LeftOut]:
        """How many pairs are no candidates, and why."""
        return Counter(why for pair in self.pairs if (why := pair.left_out(least)) is not None)

    def explained(self, pair: Candidate) -> dict[str, Any]:
        """What a plan stores of a pair: the need that fits best, and what its value is made of."""
        return {**_fit(self.rows, self.scores, pair), "value": pair.value, "wishes": list(pair.wishes)}


def weigh(rows: Rows, embedder: affinity.Embedder | None = None) -> Weighed:
    """Score every need against every expert, and weigh every two parties. Long work. embedder: None for words alone."""
    scores = asking.scored(rows, embedder)
    needs: dict[int, list[int]] = defaultdict(list)
    for row, need in enumerate(rows.needs):
        needs[need.registration_id].append(row)
    may_meet_anybody = {
        party.id: disclosure.may_meet_anybody(rows.needs[row] for row in needs[party.id])
        for party in rows.of(Side.ENTERPRISE)
    }
    wishes = {(wish.by_id, wish.about_id): wish.kind for wish in rows.wishes}
    found: list[Candidate] = []
    for column, expert in enumerate(rows.of(Side.EXPERT)):
        for enterprise in rows.of(Side.ENTERPRISE):
            both = wishes.get((expert.id, enterprise.id)), wishes.get((enterprise.id, expert.id))
            word = rows.corrections.get((expert.id, enterprise.id))
            if word == CorrectionKind.UNFIT:
                continue
            ranked = sorted(needs[enterprise.id], key=lambda row: -scores.score[row, column])
            score = corrected(float(scores.score[ranked[0], column]) if ranked else 0.0, word)
            value = affinity.pair_value(max(score, FLOOR), both[1], both[0])
            if value is not None and (any(both) or score >= FLOOR):
                is_told = may_meet_anybody[enterprise.id] or disclosure.is_agreed(*both)
                pair = pair_id(expert.id, enterprise.id)
                found.append(Candidate(pair, value, both, column, ranked, word, is_told))
    return Weighed(rows, scores, found)


def _fit(rows: Rows, scores: affinity.Scores, pair: Candidate) -> dict[str, Any]:
    """What speaks for an expert and an enterprise, which may have no need."""
    if not pair.needs:
        score = max(FLOOR, corrected(0.0, pair.word))
        return {"need": None, "score": score, "parts": _parts((), pair.word), "others": []}
    best, *others = pair.needs
    return {
        "need": rows.needs[best].id,
        "score": corrected(float(scores.score[best, pair.expert]), pair.word),
        "parts": _parts(scores.parts(best, pair.expert), pair.word),
        "others": [[rows.needs[row].id, corrected(float(scores.score[row, pair.expert]), pair.word)] for row in others],
    }


def _parts(parts: Iterable[affinity.PartScore], word: CorrectionKind | None) -> list[dict[str, Any]]:
    return [part._asdict() for part in counted(parts, word)]
