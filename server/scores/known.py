"""The scores of an event as pages ask for them: of a need and an expert, by their keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from matching import affinity
from server.models import Need, Registration, Side
from server.needs import disclosure
from server.rows import EventRows, number
from server.scores import embedding
from server.scores.asking import need_side

BESIDE_KEPT = 64  # readers of an event for whom scores of whole needs are cached


@dataclass(frozen=True)
class Known:
    """Scores of all published needs and all experts. row: by key of the need. column: by key of the expert's
    registration.

    Scored all together, as for a plan: the rarity of a word depends on all texts, and pages must show the plan's
    scores. Experts who have just changed have separate scores. beside: needs scored by themselves, which come before
    those here: those that this reader may read beyond what all experts may, and those that have just changed.
    embedder: used for the scores.
    """

    row: Mapping[int, int]
    column: Mapping[int, tuple[affinity.Totals, int]]
    beside: "Known | None" = None
    embedder: affinity.Embedder | None = None
    _kept: dict[tuple[affinity.Totals, tuple[affinity.Need, ...]], affinity.Totals] = field(default_factory=dict)
    # By reader: what the rows were when the scores were made, and the scores with `beside`.
    readers: dict[int, tuple[Any, "Known"]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def _place(self, need_id: int, expert_id: int) -> tuple[affinity.Totals, int, int]:
        """Return the scores that have the pair, with its row and column."""
        known, beside = self, self.beside
        while beside is not None:
            known, beside = (beside, None) if need_id in beside.row else (known, beside.beside)
        scores, column = known.column[expert_id]
        return scores, known.row[need_id], column

    def score(self, need_id: int, expert_id: int) -> float:
        """Return the score in [0, 1]."""
        scores, row, column = self._place(need_id, expert_id)
        return scores.at(row, column)

    def explain(self, need_id: int, expert_id: int) -> affinity.PairScore:
        scores, row, column = self._place(need_id, expert_id)
        return scores.explain(row, column)

    def carried(self, need_id: int, expert_id: int, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the share in [0, 1] of the topics' value that each pair of topics carries."""
        scores, row, column = self._place(need_id, expert_id)
        return scores.carried(row, column, pairs)

    def with_needs(self, scores: affinity.Totals, needs: tuple[affinity.Need, ...]) -> affinity.Totals:
        """Return some needs scored beside some scores of this event. Takes long; cached, because pages are viewed
        again.
        """
        if (scores, needs) not in self._kept:
            if len(self._kept) >= BESIDE_KEPT:
                self._kept.clear()
            self._kept[scores, needs] = scores.with_needs(needs)
        return self._kept[scores, needs]


def read_whole(rows: EventRows, reader: Registration) -> list[Need]:
    """Return the needs that the reader may read more of than other experts."""
    kinds = rows.wish_kinds
    met = {meeting.enterprise_id for meeting in rows.previous if meeting.expert_id == reader.id}

    def is_read(need: Need) -> bool:
        if reader.side == Side.ENTERPRISE:
            return need.registration_id == reader.id
        other = need.registration_id
        agreed = disclosure.is_agreed(kinds.get((reader.id, other)), kinds.get((other, reader.id)))
        return disclosure.to_expert(need, is_agreed=agreed or other in met).is_whole

    return [need for need in rows.needs if not disclosure.to_expert(need, is_agreed=False).is_whole and is_read(need)]


def with_whole(seen: Known, whole: Sequence[Need], rows: EventRows) -> Known:
    languages = {party.id: party.talk_languages for party in rows.of(Side.ENTERPRISE)}
    private = embedding.private_in(rows, seen.embedder)
    asked = [
        {
            **need_side(disclosure.whole(need), languages[need.registration_id], rows.scheme, rows.translations),
            "private": need.registration_id in private,
        }
        for need in whole
    ]
    request = {"format": "affinity-request/1", "needs": asked, "experts": []}
    return with_beside(seen, affinity.read_request(request, topics=rows.scheme).needs)


def with_beside(known: Known, needs: tuple[affinity.Need, ...]) -> Known:
    """Return the scores with some needs scored by themselves, which come before those of the same keys. Takes long."""
    by_scores = {scores: known.with_needs(scores, needs) for scores in {scores for scores, _ in known.column.values()}}
    columns = {expert: (by_scores[scores], column) for expert, (scores, column) in known.column.items()}
    rows = {number(need.id): row for row, need in enumerate(needs)}
    return replace(known, beside=Known(rows, columns, beside=known.beside))
