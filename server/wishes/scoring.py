"""The scores of an event as its texts stand, kept in memory until a word of them changes."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from matching import affinity
from server import embedding
from server.plans.snapshot import Rows, number, request_of

EVENTS_KEPT = 4
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """Every published need against every expert. row: by key of the need; column: by key of the expert's registration.

    All of them together, as a plan scores them: how rare a word is depends on the whole, and a page must not tell
    another score than the plan.
    """

    scores: affinity.Scores
    row: Mapping[int, int]
    column: Mapping[int, int]

    def score(self, need_id: int, expert_id: int) -> float:
        """In [0, 1]."""
        return float(self.scores.score[self.row[need_id], self.column[expert_id]])

    def explain(self, need_id: int, expert_id: int) -> affinity.PairScore:
        return self.scores.explain(self.row[need_id], self.column[expert_id])

    def carried(self, need_id: int, expert_id: int, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """What share of the topics' value each pair of topics stands for, in [0, 1]."""
        return self.scores.carried(self.row[need_id], self.column[expert_id], pairs)


async def known(rows: Rows) -> Known:
    """In a thread of its own: a first look at a large event takes seconds."""
    return await asyncio.to_thread(lambda: _newest(json.dumps(request_of(rows), ensure_ascii=False), rows.scheme))


async def explained(known: Known, pairs: Sequence[tuple[int, int]]) -> list[affinity.PairScore]:
    """pairs: keys of need and expert."""
    return await asyncio.to_thread(lambda: [known.explain(*pair) for pair in pairs])


def _newest(document: str, topics: affinity.Scheme) -> Known:
    """With embeddings where they are on and can be had; where they cannot, the next look tries again."""
    embedder = embedding.current()
    if embedder is not None:
        try:
            return _known(document, topics, embedder)
        except affinity.EmbeddingError as error:
            log.warning("scored without embeddings: %s", error)
    return _known(document, topics, None)


@lru_cache(maxsize=EVENTS_KEPT)
def _known(document: str, topics: affinity.Scheme, embedder: affinity.Embedder | None) -> Known:
    asked = affinity.read_request(json.loads(document), topics=topics)
    likeness = None if embedder is None else affinity.similarity(asked.needs, asked.experts, embedder)
    scores = affinity.Scores(asked.needs, asked.experts, asked.interpreters, topics, likeness=likeness)
    return Known(
        scores,
        row={number(need.id): at for at, need in enumerate(asked.needs)},
        column={number(expert.id): at for at, expert in enumerate(asked.experts)},
    )
