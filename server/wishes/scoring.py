"""The scores of an event as its texts stand, kept in memory until a word of them changes.

A large event takes seconds to score. Where only a few experts have changed, their pages do not wait for it: these are
scored by themselves against what is known, and everything is scored anew meanwhile, once however many look. Until then
what is rare is told by the texts as they were, which moves a score by a point or two.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from matching import affinity
from matching.affinity.weighing import ENOUGH_TEXTS
from server import embedding
from server.plans.snapshot import Rows, number, request_of

EVENTS_KEPT = 4
FEW = 20  # experts that are scored by themselves at most
POOL = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scores")  # one at a time: each takes a core and memory
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """Every published need against every expert. row: by key of the need; column: by key of the expert's registration.

    All of them together, as a plan scores them: how rare a word is depends on the whole, and a page must not tell
    another score than the plan. Who has just changed stands in scores of their own.
    """

    row: Mapping[int, int]
    column: Mapping[int, tuple[affinity.Scores, int]]

    def score(self, need_id: int, expert_id: int) -> float:
        """In [0, 1]."""
        scores, column = self.column[expert_id]
        return float(scores.score[self.row[need_id], column])

    def explain(self, need_id: int, expert_id: int) -> affinity.PairScore:
        scores, column = self.column[expert_id]
        return scores.explain(self.row[need_id], column)

    def carried(self, need_id: int, expert_id: int, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """What share of the topics' value each pair of topics stands for, in [0, 1]."""
        scores, column = self.column[expert_id]
        return scores.carried(self.row[need_id], column, pairs)


async def known(rows: Rows) -> Known:
    """In threads: a first look at a large event takes seconds."""
    asked, found = await asyncio.to_thread(_at_once, rows)
    if found is None:
        found = await asyncio.wrap_future(POOL.submit(_anew, rows.event.id, asked))
    return found


async def explained(known: Known, pairs: Sequence[tuple[int, int]]) -> list[affinity.PairScore]:
    """pairs: keys of need and expert."""
    return await asyncio.to_thread(lambda: [known.explain(*pair) for pair in pairs])


# -- What is kept --------------------------------------------------------------------------------------------------


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


class _Kept:
    """The latest answer of each event, the last used at the end, and what is to be scored anew for it."""

    lock = Lock()
    answers: dict[int, _Answer] = {}  # noqa: RUF012
    waiting: dict[int, _Asked] = {}  # noqa: RUF012

    @classmethod
    def of(cls, event_id: int) -> _Answer | None:
        with cls.lock:
            found = cls.answers.pop(event_id, None)
            if found is not None:
                cls.answers[event_id] = found
            return found

    @classmethod
    def keep(cls, event_id: int, answer: _Answer) -> None:
        with cls.lock:
            cls.answers.pop(event_id, None)
            cls.answers[event_id] = answer
            for oldest in list(cls.answers)[:-EVENTS_KEPT]:
                del cls.answers[oldest]

    @classmethod
    def want(cls, event_id: int, asked: _Asked) -> bool:
        """Whether nobody has asked for the event to be scored anew yet."""
        with cls.lock:
            is_first = event_id not in cls.waiting
            cls.waiting[event_id] = asked
            return is_first

    @classmethod
    def wanted(cls, event_id: int) -> _Asked:
        with cls.lock:
            return cls.waiting.pop(event_id)


def _at_once(rows: Rows) -> tuple[_Asked, Known | None]:
    """What is known already, with few changed experts beside it; None where too much has changed."""
    asked, kept = _Asked(request_of(rows), rows.scheme, embedding.current()), _Kept.of(rows.event.id)
    if kept is None or kept.asked == asked:
        return asked, kept.known if kept else None
    found = _beside(kept, asked)
    if found is not None and _Kept.want(rows.event.id, asked):
        POOL.submit(_settle, rows.event.id)
    return asked, found


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
    return Known(kept.known.row, {id: columns[id] for id in (number(each["id"]) for each in asked.request["experts"])})


def _columns(scores: affinity.Scores) -> dict[int, tuple[affinity.Scores, int]]:
    return {number(expert.id): (scores, column) for column, expert in enumerate(scores.experts)}


def _settle(event_id: int) -> None:
    try:
        _anew(event_id, _Kept.wanted(event_id))
    except Exception:
        # Nobody waits for this future: the next look asks again.
        log.exception("event %s could not be scored anew", event_id)


def _anew(event_id: int, asked: _Asked) -> Known:
    """With embeddings where they are on and can be had; where they cannot, the next look tries again."""
    kept = _Kept.of(event_id)
    if kept is not None and kept.asked == asked:
        return kept.known
    read = affinity.read_request(asked.request, topics=asked.topics)
    likeness = None
    if asked.embedder is not None:
        try:
            likeness = affinity.similarity(read.needs, read.experts, asked.embedder)
        except affinity.EmbeddingError as error:
            log.warning("scored without embeddings: %s", error)
            return _anew(event_id, replace(asked, embedder=None))
    scores = affinity.Scores(read.needs, read.experts, read.interpreters, asked.topics, likeness=likeness)
    known = Known({number(need.id): at for at, need in enumerate(read.needs)}, _columns(scores))
    _Kept.keep(event_id, _Answer(asked, scores, known))
    return known
