"""Scores of events, cached until a text changes.

Organisers see the scores of which plans are made, which use all texts. Participants see scores that use only what all
experts may read of a need, and in addition scores of whole needs that the reader may read: otherwise a score would
reveal hidden words to somebody who tries words in a profile.

Scoring a large event takes seconds. If only a few experts or needs changed, pages do not wait: these are scored
separately against the cache, and everything is scored again in the background, once for all readers. Until then the
rarity of words comes from the old texts, which changes a score by a point or two.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from operator import is_
from threading import Lock, Thread
from time import monotonic
from typing import Any, NamedTuple

from matching import affinity, embedders
from matching.affinity.constants import ENOUGH_TEXTS
from matching.affinity.filing import FileError
from server.models import Need, Registration
from server.rows import EventRows, number
from server.scores import embedding
from server.scores.asking import request_of, visible_request_of
from server.scores.filed import ScoreFiles
from server.scores.known import BESIDE_KEPT, Known, read_whole, with_beside, with_whole
from server.translations.reading import Translations

AGAIN_S = 5.0  # seconds until scores without the encoder, which was not ready, are tried again
KEPT = 8  # four events, each for organisers and for participants
IDLE_S = 900.0  # scores that nobody has looked at for so long are forgotten
FEW = 20  # largest number of experts, and of needs, that are scored separately
log = logging.getLogger(__name__)


class StillScoring(Exception):
    """The scores of a large event are being computed; a page that needs them says so."""


# -- What is kept --------------------------------------------------------------------------------------------------


class _Key(NamedTuple):
    """Key of cached scores: an event, for organisers or for participants."""

    event_id: int
    of_organisers: bool

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.event_id}-{'organisers' if self.of_organisers else 'participants'}"


@dataclass(frozen=True)
class _Asked:
    """Everything on which scores depend. request: `affinity-request/1`."""

    request: dict[str, Any]
    topics: affinity.Scheme
    embedder: embedders.CachedEmbedder | None

    @property
    def is_small(self) -> bool:
        """Whether there are too few texts to tell which words are rare; scoring is then quick."""
        return self.sides < ENOUGH_TEXTS

    @property
    def sides(self) -> int:
        """The number of needs and experts."""
        return len(self.request["needs"]) + len(self.request["experts"])

    def differs_by_sides_alone(self, other: "_Asked") -> bool:
        same = self.request["interpreters"] == other.request["interpreters"]
        return same and self.topics is other.topics and self.embedder is other.embedder

    def answered_like(self, other: "_Asked") -> "_Asked":
        """Return this request as `other` was answered: without the encoder, if that answer was made without it."""
        return self if other.embedder is not None else replace(self, embedder=None)


@dataclass(frozen=True)
class _Source:
    """The rows from which a request is made. They are never changed, so that the same rows make the same request."""

    parties: Sequence[Registration]
    needs: Sequence[Need]
    spoken: Sequence[Sequence[str]]
    translations: Translations
    topics: affinity.Scheme
    embedder: affinity.Embedder | None
    private: Collection[int] = ()

    def is_same(self, other: "_Source") -> bool:
        return (
            _are_same(self.parties, other.parties)
            and _are_same(self.needs, other.needs)
            and self.spoken == other.spoken
            and self.translations is other.translations
            and self.topics is other.topics
            and self.embedder is other.embedder
            and self.private == other.private
        )


def _are_same(one: Sequence[object], other: Sequence[object]) -> bool:
    # By identity: rows of a table are equal if their keys are.
    return one is other or (len(one) == len(other) and all(map(is_, one, other)))


@dataclass(frozen=True)
class _Answer:
    """Scores, and what they answer.

    source: the rows from which `asked` was last made. again_at: when to try again to score with the encoder, on the
    clock of `time.monotonic`; None if these are the scores that were asked for.
    """

    asked: _Asked
    scores: affinity.Totals
    known: Known
    source: _Source | None = None
    again_at: float | None = None

    def answers(self, asked: _Asked) -> bool:
        """Whether these are scores of the same texts; for many texts also those without the encoder, while it is
        still reading.
        """
        if self.again_at is None or asked.is_small:
            return self.asked == asked
        return self.asked == replace(asked, embedder=None)


def _beside(kept: _Answer, asked: _Asked) -> Known | None:
    """Return the cache with changed experts and needs scored separately, or None if scoring all is quick or needed."""
    if asked.is_small or not asked.differs_by_sides_alone(kept.asked):
        return None
    experts, needs = (_changed(asked.request[kind], kept.asked.request[kind]) for kind in ("experts", "needs"))
    if max(len(experts), len(needs)) > FEW:
        return None
    changed = affinity.read_request({**asked.request, "needs": needs, "experts": experts}, topics=asked.topics)
    columns, rows = dict(kept.known.column), kept.known.row
    if experts:
        columns |= _columns(kept.scores.with_experts(changed.experts))
    there = {kind: [number(each["id"]) for each in asked.request[kind]] for kind in ("experts", "needs")}
    known = replace(
        kept.known,
        row={need: rows[need] for need in there["needs"] if need in rows},
        column={expert: columns[expert] for expert in there["experts"]},
    )
    return with_beside(known, changed.needs) if needs else known


def _changed(now: Sequence[dict[str, Any]], before: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {each["id"]: each for each in before}
    return [each for each in now if known.get(each["id"]) != each]


def _columns(scores: affinity.Totals) -> dict[int, tuple[affinity.Totals, int]]:
    return {number(expert.id): (scores, column) for column, expert in enumerate(scores.experts)}


# -- The scorer ----------------------------------------------------------------------------------------------------


class Scorer:
    """Scores the events of one application and caches the results; closed when the application ends.

    embedder: None for scores without a language model. files: where another process scores large events; None to score
    them in this one. patience_s: seconds that a page waits for the scores of a large event before `StillScoring`; None
    for as long as it takes.
    """

    def __init__(
        self,
        embedder: embedders.CachedEmbedder | None = None,
        files: ScoreFiles | None = None,
        patience_s: float | None = None,
    ) -> None:
        self.embedder = embedder
        self._files, self._patience_s = files, patience_s
        self._scoring: dict[_Key, tuple[_Asked, Future[Known]]] = {}
        # One at a time, because each takes a core and memory.
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scores")
        self._lock = Lock()
        self._answers: dict[_Key, _Answer] = {}
        self._used_at: dict[_Key, float] = {}
        self._forgetting: asyncio.TimerHandle | None = None
        self._waiting: dict[_Key, _Asked] = {}
        self._is_prepared = False

    @property
    def is_failing(self) -> bool:
        """Whether the latest scores were computed without the language model although one is set."""
        return embedding.is_failing(self.embedder)

    async def known(self, rows: EventRows) -> Known:
        """Return the scores for organisers. Works in threads: the first view of a large event takes seconds."""
        rows = await embedding.withholding(rows, self.embedder)
        return await self._known(_Key(rows.event.id, of_organisers=True), rows)

    async def known_to(self, rows: EventRows, reader: Registration) -> Known:
        """Return the scores for a participant, without texts they may not read and parties not shown to them."""
        rows = await embedding.withholding(rows, self.embedder)
        at = rows.counts, rows.moment, rows.private
        rows = rows.shown if reader.is_shown else rows.shown_and(reader)
        seen = await self._known(_Key(rows.event.id, of_organisers=False), rows)
        kept = seen.readers.get(reader.id)
        if kept is not None and kept[0] == at and rows.counts:
            return kept[1]
        whole = read_whole(rows, reader)
        found = await asyncio.to_thread(with_whole, seen, whole, rows) if whole else seen
        if len(seen.readers) >= BESIDE_KEPT:
            seen.readers.clear()
        seen.readers[reader.id] = at, found
        return found

    def prepare(self) -> None:
        """Load the encoder behind the first page of an event, so that none waits for that. Later calls do nothing."""
        if self.embedder is not None and not self._is_prepared:
            self._is_prepared = True
            Thread(target=self.embedder.prepare, daemon=True).start()

    async def settled(self) -> None:
        """Wait until nothing has to be scored again."""
        await asyncio.wrap_future(self._pool.submit(int))

    def forget_unused(self, since: float) -> None:
        """Forget scores that nobody has looked at since an instant of `time.monotonic`."""
        with self._lock:
            for key in [key for key in self._answers if self._used_at[key] < since]:
                del self._answers[key], self._used_at[key]

    def _forget_idle(self) -> None:
        self._forgetting = None
        self.forget_unused(monotonic() - IDLE_S)
        if self._answers:
            self._forget_later()

    def _forget_later(self) -> None:
        if self._forgetting is None:
            self._forgetting = asyncio.get_running_loop().call_later(IDLE_S, self._forget_idle)

    def close(self) -> None:
        """Drop waiting work; work that is running ends by itself."""
        if self._forgetting is not None:
            self._forgetting.cancel()
        if self._files is not None:
            self._files.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _known(self, key: _Key, rows: EventRows) -> Known:
        self._forget_later()
        kept = self._answer(key)
        if kept is not None and kept.source is not None and kept.source.is_same(self._source(rows)):
            if kept.again_at is not None and kept.again_at <= monotonic():
                asked = replace(kept.asked, embedder=self.embedder)
                if self._is_first_to_want(key, asked):
                    self._pool.submit(self._settle, key)
            return kept.known
        asked, found = await asyncio.to_thread(self._at_once, key, rows)
        return found or await self._awaited(key, asked)

    async def _awaited(self, key: _Key, asked: _Asked) -> Known:
        """Score all anew, or wait for who does already; a page of a large event waits no longer than its patience."""
        known = self._scoring.get(key)
        if known is None or known[1].done() or known[0] != asked:
            known = self._scoring[key] = asked, self._pool.submit(self._anew, key, asked)
        patience = self._patience_s if self._is_large(asked) else None
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(known[1])), patience)
        except TimeoutError as error:
            raise StillScoring from error

    def _source(self, rows: EventRows) -> _Source:
        spoken = [person.languages for person in rows.usable_interpreters]
        private = embedding.private_in(rows, self.embedder)
        return _Source(rows.parties, rows.needs, spoken, rows.translations, rows.scheme, self.embedder, private)

    def _at_once(self, key: _Key, rows: EventRows) -> tuple[_Asked, Known | None]:
        """Return cached scores with a few changed experts beside them, or None if too much has changed."""
        source = self._source(rows)
        make = request_of if key.of_organisers else visible_request_of
        request = make(rows, source.private)
        asked = _Asked(request, rows.scheme, self.embedder)
        kept = self._answer(key) or self._from_file(key, asked)
        if kept is None:
            return asked, None
        if kept.answers(asked):
            self._keep(key, replace(kept, source=source))
            return asked, kept.known
        found = _beside(kept, asked if asked.is_small else asked.answered_like(kept.asked))
        if found is not None and self._is_first_to_want(key, asked):
            self._pool.submit(self._settle, key)
        return asked, found

    def _settle(self, key: _Key) -> None:
        try:
            with self._lock:
                asked = self._waiting.pop(key)
            self._anew(key, asked)
        except FileError:
            log.info("event %s is not scored any more", key.event_id)
        except Exception:
            # Nobody waits for this future: the next view asks again.
            log.exception("event %s could not be scored anew", key.event_id)

    def _anew(self, key: _Key, asked: _Asked) -> Known:
        """Score again, with the encoder if it is available. If it is not, a later view tries again: for many texts
        behind the views, which show the scores without it until then.
        """
        kept = self._answer(key)
        if kept is not None and kept.asked == asked:
            return kept.known
        read = affinity.read_request(asked.request, topics=asked.topics)
        scores = self._whole(key, asked, read)
        if scores is None:
            known = self._anew(key, replace(asked, embedder=None))
            self._note_failure(key)
            return known
        return self._keep_whole(key, asked, scores).known

    def _whole(self, key: _Key, asked: _Asked, read: affinity.Request) -> affinity.Totals | None:
        """Score an event, a large one in another process; None if the encoder is to be used and is not ready."""
        if self._files is not None and self._is_large(asked):
            if asked.embedder is not None and not embedding.is_ready(read.needs, read.experts, asked.embedder):
                return None
            try:
                return self._files.make(key.name, asked.request, asked.topics, asked.embedder)
            except FileError as error:
                if self._files.is_closed:
                    raise
                log.warning("event %s is scored by this process: %s", key.event_id, error)
        meaning = embedding.meaning(read.needs, read.experts, asked.embedder)
        if meaning is None and asked.embedder is not None:
            return None
        return affinity.Totals(
            affinity.Scores(read.needs, read.experts, read.interpreters, asked.topics, meaning=meaning)
        )

    def _is_large(self, asked: _Asked) -> bool:
        """Whether another process scores the event."""
        return self._files is not None and not asked.is_small and asked.sides >= self._files.least

    def _from_file(self, key: _Key, asked: _Asked) -> _Answer | None:
        """Return what any process has filed of this event, of the texts as they were then."""
        if self._files is None or not self._is_large(asked):
            return None
        found = self._files.find(key.name, asked.request, asked.topics, asked.embedder)
        return found and self._keep_whole(key, replace(asked, request=found.request), found.totals)

    def _keep_whole(self, key: _Key, asked: _Asked, scores: affinity.Totals) -> _Answer:
        row = {number(need.id): at for at, need in enumerate(scores.needs)}
        answer = _Answer(asked, scores, Known(row, _columns(scores), embedder=asked.embedder))
        self._keep(key, answer)
        return answer

    # -- What threads share

    def _answer(self, key: _Key) -> _Answer | None:
        with self._lock:
            found = self._answers.pop(key, None)
            if found is not None:
                self._answers[key] = found
                self._used_at[key] = monotonic()
            return found

    def _note_failure(self, key: _Key) -> None:
        answer = self._answer(key)
        if answer is not None:
            self._keep(key, replace(answer, again_at=monotonic() + AGAIN_S))

    def _keep(self, key: _Key, answer: _Answer) -> None:
        with self._lock:
            self._answers.pop(key, None)
            self._answers[key] = answer
            self._used_at[key] = monotonic()
            for oldest in list(self._answers)[:-KEPT]:
                del self._answers[oldest], self._used_at[oldest]

    def _is_first_to_want(self, key: _Key, asked: _Asked) -> bool:
        """Return whether this is the first request to score these again."""
        with self._lock:
            is_first = key not in self._waiting
            self._waiting[key] = asked
            return is_first
