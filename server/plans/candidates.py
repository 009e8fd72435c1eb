"""The pairs that a plan can have, their values, and why other pairs are left out.

A pair is a candidate if somebody wishes it or its value is high enough, and if the meeting reveals nothing that the
enterprise keeps confidential.
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
from server.rows import EventRows, numbers, pair_id
from server.scores import asking
from server.scores.corrections import corrected, corrected_parts

MAX_PAIRS = 60_000  # candidates of a large event: the wished pairs and those of highest value


# -- Candidates ----------------------------------------------------------------------------------------------------


class LeftOut(StrEnum):
    """Why a pair is not a candidate, though nobody excluded it."""

    UNTOLD = "untold"  # a need hides the enterprise's name, and there are no mutual wishes
    FILLER = "filler"  # no wish, and too low a value


class Candidate(NamedTuple):
    """An expert and an enterprise that a plan may bring together.

    expert: column in the scores. needs: rows of the enterprise's needs, best first. assessment: an organiser's.
    is_told: the meeting reveals nothing confidential to the expert.
    """

    pair: str
    value: float
    wishes: tuple[str | None, str | None]
    expert: int
    needs: Sequence[int]
    assessment: CorrectionKind | None
    is_told: bool

    @property
    def is_wanted(self) -> bool:
        return disclosure.is_wanted(self.wishes, self.assessment)

    def left_out(self, least: float) -> LeftOut | None:
        """Return why the pair is not a candidate, or None. least: least value without a wish."""
        if not self.is_told:
            return LeftOut.UNTOLD
        return None if self.is_wanted or self.value >= least else LeftOut.FILLER


@dataclass(frozen=True)
class Weighed:
    """All pairs of an event that nobody excluded, with the scores from which their values come."""

    rows: EventRows
    scores: affinity.Scores
    pairs: Sequence[Candidate]

    def chosen(self, least: float, held: Collection[str] = ()) -> list[Candidate]:
        """Return the candidates. held: ids of pairs with published meetings, which stay candidates."""
        found = [pair for pair in self.pairs if pair.pair in held or pair.left_out(least) is None]
        best = nlargest(MAX_PAIRS, found, key=lambda pair: (pair.pair in held, pair.is_wanted, pair.value))
        return sorted(best, key=lambda pair: numbers(pair.pair))

    def left_out(self, least: float) -> Counter[LeftOut]:
        """Return by reason how many pairs are not candidates."""
        return Counter(why for pair in self.pairs if (why := pair.left_out(least)) is not None)

    def explained(self, pair: Candidate) -> dict[str, Any]:
        """Return what a plan stores of a pair: the best need, and the parts of its value."""
        return {**_fit(self.rows, self.scores, pair), "value": pair.value, "wishes": list(pair.wishes)}


def weigh(rows: EventRows, embedder: affinity.Embedder | None = None) -> Weighed:
    """Score all needs against all experts, and value all pairs. Takes long. embedder: None for no language model."""
    scores = asking.scored(rows, embedder)
    needs: dict[int, list[int]] = defaultdict(list)
    for row, need in enumerate(rows.needs):
        needs[need.registration_id].append(row)
    may_meet_anybody = {
        party.id: disclosure.may_meet_anybody(rows.needs[row] for row in needs[party.id])
        for party in rows.of(Side.ENTERPRISE)
    }
    wishes = rows.counting_wishes
    found: list[Candidate] = []
    for column, expert in enumerate(rows.of(Side.EXPERT)):
        for enterprise in rows.of(Side.ENTERPRISE):
            both = wishes.get((expert.id, enterprise.id)), wishes.get((enterprise.id, expert.id))
            assessment = rows.corrections.get((expert.id, enterprise.id))
            if assessment == CorrectionKind.UNFIT or (expert.id, enterprise.id) in rows.barred:
                continue
            ranked = sorted(needs[enterprise.id], key=lambda row: -scores.score[row, column])
            score = corrected(float(scores.score[ranked[0], column]) if ranked else 0.0, assessment)
            value = affinity.pair_value(max(score, FLOOR), both[1], both[0])
            if value is not None and (any(both) or score >= FLOOR):
                is_told = may_meet_anybody[enterprise.id] or disclosure.is_agreed(*both)
                pair = pair_id(expert.id, enterprise.id)
                found.append(Candidate(pair, value, both, column, ranked, assessment, is_told))
    return Weighed(rows, scores, found)


def _fit(rows: EventRows, scores: affinity.Scores, pair: Candidate) -> dict[str, Any]:
    """Return the explanation of an expert and an enterprise, which may have no need."""
    if not pair.needs:
        score = max(FLOOR, corrected(0.0, pair.assessment))
        return {"need": None, "score": score, "parts": _parts((), pair.assessment), "others": []}
    best, *others = pair.needs
    return {
        "need": rows.needs[best].id,
        "score": corrected(float(scores.score[best, pair.expert]), pair.assessment),
        "parts": _parts(scores.parts(best, pair.expert), pair.assessment),
        "others": [
            [rows.needs[row].id, corrected(float(scores.score[row, pair.expert]), pair.assessment)] for row in others
        ],
    }


def _parts(parts: Iterable[affinity.PartScore], assessment: CorrectionKind | None) -> list[dict[str, Any]]:
    return [part._asdict() for part in corrected_parts(parts, assessment)]
