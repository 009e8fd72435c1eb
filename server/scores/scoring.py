"""The scores of an event as its texts stand, kept in memory until a word of them changes.

Organisers are shown the scores that a plan is made of, which know every text. Participants are shown others, which
know no more of a need than all experts may read, and beside them those of the whole needs that the reader may read: a
score that knew a hidden word would tell it to whoever tries words in a profile.

A large event takes seconds to score. Where only a few experts have changed, their pages do not wait for it: these are
scored by themselves against what is known, and everything is scored anew meanwhile, once however many look. Until then
what is rare is told by the texts as they were, which moves a score by a point or two.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, NamedTuple

from matching import affinity, embedders
from matching.affinity.constants import ENOUGH_TEXTS
from server.models import Need, Registration, Side
from server.needs import disclosure
from server.rows import Rows, number
from server.scores import embedding
from server.scores.asking import need_side, request_of, visible_request_of

KEPT = 8  # four events, for organisers and for participants
BESIDE_KEPT = 64  # readers of an event whose whole needs are kept scored
FEW = 20  # experts that are scored by themselves at most
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """Every published need against every expert. row: by key of the need; column: by key of the expert's registration.

    All of them together, as a plan scores them: how rare a word is depends on the whole, and a page must not tell
    another score than the plan. Who has just changed stands in scores of their own. beside: needs that the reader may
    read and others may not, in place of what all may read of them. embedder: with which they are scored.
    """

    row: Mapping[int, int]
    column: Mapping[int, tuple[affinity.Scores, int]]
    beside: "Known | None" = None
    embedder: affinity.Embedder | None = None
    _kept: dict[tuple[affinity.Scores, tuple[affinity.Need, ...]], affinity.Scores] = field(default_factory=dict)

    def _place(self, need_id: int, expert_id: int) -> tuple[affinity.Scores, int, int]:
        """The scores that hold the pair, its row and its column."""
        known = self.beside if self.beside is not None and need_id in self.beside.row else self
        scores, column = known.column[expert_id]
        return scores, known.row[need_id], column

    def score(self, need_id: int, expert_id: int) -> float:
        """In [0, 1]."""
        scores, row, column = self._place(need_id, expert_id)
        return float(scores.score[row, column])

    def explain(self, need_id: int, expert_id: int) -> affinity.PairScore:
        scores, row, column = self._place(need_id, expert_id)
        return scores.explain(row, column)

    def carried(self, need_id: int, expert_id: int, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """What share of the topics' value each pair of topics stands for, in [0, 1]."""
        scores, row, column = self._place(need_id, expert_id)
        return scores.carried(row, column, pairs)

    def with_needs(self, scores: affinity.Scores, needs: tuple[affinity.Need, ...]) -> affinity.Scores:
        """Some needs beside some of the scores of this event. Long work; kept, as a page is looked at again."""
        if (scores, needs) not in self._kept:
            if len(self._kept) >= BESIDE_KEPT:
                self._kept.clear()
            likeness = embedding.likeness(needs, scores.experts, self.embedder)
            self._kept[scores, needs] = scores.with_needs(needs, likeness)
        return self._kept[scores, needs]


def _read_whole(rows: Rows, reader: Registration) -> list[Need]:
    """The needs of which the reader may read more than all experts may."""
    kinds = {(wish.by_id, wish.about_id): wish.kind for wish in rows.wishes}
    met = {meeting.enterprise_id for meeting in rows.previous if meeting.expert_id == reader.id}

    def is_read(need: Need) -> bool:
        if reader.side == Side.ENTERPRISE:
            return need.registration_id == reader.id
        other = need.registration_id
        agreed = disclosure.is_agreed(kinds.get((reader.id, other)), kinds.get((other, reader.id)))
        return disclosure.to_expert(need, is_agreed=agreed or other in met).is_whole

    return [need for need in rows.needs if not disclosure.to_expert(need, is_agreed=False).is_whole and is_read(need)]


def _with_whole(seen: Known, whole: Sequence[Need], rows: Rows) -> Known:
    languages = {party.id: party.talk_languages for party in rows.of(Side.ENTERPRISE)}
    asked = [need_side(disclosure.whole(need), languages[need.registration_id], rows.scheme) for need in whole]
    request = {"format": "affinity-request/1", "needs": asked, "experts": []}
    needs = affinity.read_request(request, topics=rows.scheme).needs
    beside = {scores: seen.with_needs(scores, needs) for scores in {scores for scores, _ in seen.column.values()}}
    columns = {expert: (beside[scores], column) for expert, (scores, column) in seen.column.items()}
    return replace(seen, beside=Known({need.id: row for row, need in enumerate(whole)}, columns))


async def explained(known: Known, pairs: Sequence[tuple[int, int]]) -> list[affinity.PairScore]:
    """pairs: keys of need and expert."""
    return await asyncio.to_thread(lambda: [known.explain(*pair) for pair in pairs])


# -- What is kept --------------------------------------------------------------------------------------------------


class _Key(NamedTuple):
    """Scores of an event: those for its organisers, or those that know no more than all experts may read."""

    event_id: int
    of_organisers: bool


@dataclass(frozen=True)
class _Asked:
    """All that scores depend on. request: `affinity-request/1`."""

    request: dict[str, Any]
    topics: affinity.Scheme
    embedder: affinity.Embedder | None

    @property
    def is_small(self) -> bool:
        """Too few texts for telling what is rare: quickly scored."""
        return len(self.request["needs"]) + len(self.request["experts"]) < ENOUGH_TEXTS

    def differs_by_experts_alone(self, other: "_Asked") -> bool:
        same = all(self.request[name] == other.request[name] for name in ("needs", "interpreters"))
        return same and self.topics is other.topics and self.embedder is other.embedder is None


@dataclass(frozen=True)
class _Answer:
    asked: _Asked
    scores: affinity.Scores
    known: Known


def _beside(kept: _Answer, asked: _Asked) -> Known | None:
    """The changed experts scored by themselves beside what is kept, unless scoring all takes no time or is needed."""
    if asked.is_small or not asked.differs_by_experts_alone(kept.asked):
        return None
    before = {expert["id"]: expert for expert in kept.asked.request["experts"]}
    changed = [expert for expert in asked.request["experts"] if before.get(expert["id"]) != expert]
    if len(changed) > FEW:
        return None
    columns = dict(kept.known.column)
    if changed:
        experts = affinity.read_request({**asked.request, "needs": [], "experts": changed}, topics=asked.topics).experts
        columns |= _columns(kept.scores.with_experts(experts))
    return replace(
        kept.known, column={number(each["id"]): columns[number(each["id"])] for each in asked.request["experts"]}
    )


def _columns(scores: affinity.Scores) -> dict[int, tuple[affinity.Scores, int]]:
    return {number(expert.id): (scores, column) for column, expert in enumerate(scores.experts)}


# -- The scorer ----------------------------------------------------------------------------------------------------


class Scorer:
    """Scores the events of one application, and keeps the latest answers: an application has one, closed at its end.

    embedder: None for words alone. answers: of each event, the last used at the end; waiting: what is to be scored
    anew for them.
    """

    def __init__(self, embedder: embedders.CachedEmbedder | None = None) -> None:
        self.embedder = embedder
        # One at a time: each takes a core and memory.
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scores")
        self._lock = Lock()
        self._answers: dict[_Key, _Answer] = {}
        self._waiting: dict[_Key, _Asked] = {}

    @property
    def is_failing(self) -> bool:
        """Whether the latest scores were made by words alone, though embeddings are on."""
        return embedding.is_failing(self.embedder)

    async def known(self, rows: Rows) -> Known:
        """For organisers. In threads: a first look at a large event takes seconds."""
        return await self._known(_Key(rows.event.id, of_organisers=True), rows)

    async def known_to(self, rows: Rows, reader: Registration) -> Known:
        """For a participant: what the reader may not read counts in none of it, nor does who is not shown to them."""
        parties = [party for party in rows.parties if party.is_shown or party.id == reader.id]
        there = {party.id for party in parties}
        rows = replace(rows, parties=parties, needs=[need for need in rows.needs if need.registration_id in there])
        seen = await self._known(_Key(rows.event.id, of_organisers=False), rows)
        whole = _read_whole(rows, reader)
        return await asyncio.to_thread(_with_whole, seen, whole, rows) if whole else seen

    async def settled(self) -> None:
        """Wait until everything is scored that was to be scored anew."""
        await asyncio.wrap_future(self._pool.submit(int))

    def close(self) -> None:
        """What is being scored ends by itself; what waits is left."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _known(self, key: _Key, rows: Rows) -> Known:
        asked, found = await asyncio.to_thread(self._at_once, key, rows)
        if found is None:
            found = await asyncio.wrap_future(self._pool.submit(self._anew, key, asked))
        return found

    def _at_once(self, key: _Key, rows: Rows) -> tuple[_Asked, Known | None]:
        """What is known already, with few changed experts beside it; None where too much has changed."""
        request = request_of(rows) if key.of_organisers else visible_request_of(rows)
        asked, kept = _Asked(request, rows.scheme, self.embedder), self._answer(key)
        if kept is None or kept.asked == asked:
            return asked, kept.known if kept else None
        found = _beside(kept, asked)
        if found is not None and self._is_first_to_want(key, asked):
            self._pool.submit(self._settle, key)
        return asked, found

    def _settle(self, key: _Key) -> None:
        try:
            with self._lock:
                asked = self._waiting.pop(key)
            self._anew(key, asked)
        except Exception:
            # Nobody waits for this future: the next look asks again.
            log.exception("event %s could not be scored anew", key.event_id)

    def _anew(self, key: _Key, asked: _Asked) -> Known:
        """With embeddings where they are on and can be had; where they cannot, the next look tries again."""
        kept = self._answer(key)
        if kept is not None and kept.asked == asked:
            return kept.known
        read = affinity.read_request(asked.request, topics=asked.topics)
        likeness = embedding.likeness(read.needs, read.experts, asked.embedder)
        if likeness is None and asked.embedder is not None:
            return self._anew(key, replace(asked, embedder=None))
        scores = affinity.Scores(read.needs, read.experts, read.interpreters, asked.topics, likeness=likeness)
        row = {number(need.id): at for at, need in enumerate(read.needs)}
        known = Known(row, _columns(scores), embedder=asked.embedder)
        self._keep(key, _Answer(asked, scores, known))
        return known

    # -- What threads share

    def _answer(self, key: _Key) -> _Answer | None:
        with self._lock:
            found = self._answers.pop(key, None)
            if found is not None:
                self._answers[key] = found
            return found

    def _keep(self, key: _Key, answer: _Answer) -> None:
        with self._lock:
            self._answers.pop(key, None)
            self._answers[key] = answer
            for oldest in list(self._answers)[:-KEPT]:
                del self._answers[oldest]

    def _is_first_to_want(self, key: _Key, asked: _Asked) -> bool:
        """Whether nobody has asked for these to be scored anew yet."""
        with self._lock:
            is_first = key not in self._waiting
            self._waiting[key] = asked
            return is_first
