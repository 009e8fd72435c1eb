"""Make the machine drafts of an order: some texts at a time, each batch stored before the next is sent.

While an engine is asked, no transaction is open and the event loop goes on. An engine that fails is asked again later
by the same job, which goes on with what is left.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from matching.affinity.languages import primary
from server.drafting import choosing, service, spending
from server.drafting.checking import Unfit, checked
from server.drafting.engines import Asked, Engine, EngineError
from server.drafting.holding import Held, hold
from server.drafting.service import Draft
from server.models import DraftFault, DraftOrder, Job
from server.rows import load_rows
from server.schemes import scheme_of
from server.settings import Settings
from server.translations.beside import terms_in
from server.translations.sources import Piece
from server.translations.texts import LIMITS
from server.translations.work import Reach, work_of

MOST_TERMS = 60  # of a glossary
MOST_MALFORMED = 3  # texts in a row whose answers make no sense: then the engine is at fault, not the text
# What an engine refuses at once costs nothing.
FREE = frozenset({*(DraftFault.UNREACHABLE, DraftFault.BUSY, DraftFault.BROKEN), *(DraftFault.KEY, DraftFault.QUOTA)})
log = logging.getLogger(__name__)
Batch = Sequence[tuple[Piece, Held]]


async def run(job: Job, settings: Settings) -> None:
    """Make the drafts of a job's order, or note why there are none."""
    order = await service.begin(job)
    if order is None:
        return
    engine = settings.engine
    if engine is None:
        await service.fail(job, order, DraftFault.OFF, again=False)
        return
    try:
        await _Drafting(order, engine, settings.translate_budget).make()
    except EngineError as error:
        log.warning("machine drafts of order %s: %s", order.id, error)
        await service.fail(job, order, error.fault, again=error.is_passing, wait=error.wait or timedelta())
    except Exception:
        log.exception("machine drafts of order %s failed", order.id)
        await service.fail(job, order, DraftFault.BROKEN, again=True)
    else:
        await service.end(job, order)


class _Drafting:
    """One run of an order. Raises EngineError if the engine, or the budget, ends it early."""

    def __init__(self, order: DraftOrder, engine: Engine, budget: int) -> None:
        self.order, self.engine, self.budget = order, engine, budget
        self.event, self.scheme = order.event, scheme_of(order.event)
        self.malformed = 0

    async def make(self) -> None:
        pieces = await self._left()
        names = await choosing.names_of(
            {piece.party_id for piece in pieces if piece.party_id}, await load_rows(self.event), self.order.locale
        )
        # The same name for drafts from before: an order is of one engine, and settings may have changed since.
        self.order.engine = self.engine.name
        pieces = await self._reused(pieces)
        held = [(piece, self._hold(piece, names)) for piece in pieces]
        for batch in self._batches(held):
            await self._draft(batch)

    async def _left(self) -> list[Piece]:
        """Return the texts that still have no draft and may have one."""
        work = await work_of(self.event)
        choice = await choosing.chosen(self.event, work, Reach(is_organiser=True), self.order.locale, self.engine)
        wanted = service.keys_of(self.order)
        return [each.piece for each in choice.works if each.piece.key in wanted]

    def _hold(self, piece: Piece, names: Mapping[int, Mapping[str, str]]) -> Held:
        return hold(piece.source.text, piece.source.locale, self.order.locale, names.get(piece.party_id or 0, {}))

    async def _reused(self, pieces: list[Piece]) -> list[Piece]:
        """Store drafts of equal texts from before; return the texts that are left."""
        before = await service.known_drafts(pieces, self.order.locale, self.engine.name)
        found = [Draft(piece, before[piece.hash]) for piece in pieces if piece.hash in before]
        if found:
            await service.keep(self.event, self.order, found, host=self.engine.host, characters=0)
        return [piece for piece in pieces if piece.hash not in before]

    def _batches(self, held: Batch) -> Iterator[Batch]:
        """Yield the texts in parts that fit a request and are in one language each."""
        most = min(self.engine.protocol.most_characters, max(self.budget, 1))
        batch: list[tuple[Piece, Held]] = []
        size = 0
        for piece, each in held:
            is_full = len(batch) == self.engine.protocol.most_texts or size + len(each.text) > most
            if batch and (is_full or primary(batch[0][0].source.locale) != primary(piece.source.locale)):
                yield batch
                batch, size = [], 0
            batch.append((piece, each))
            size += len(each.text)
        if batch:
            yield batch

    async def _draft(self, batch: Batch) -> None:
        sent = [(piece, held) for piece, held in batch if held.has_words]
        # Nothing to translate: numbers and grades alone, spelled for the reader.
        drafts = [Draft(piece, held.restored(held.text)) for piece, held in batch if not held.has_words]
        answers = await self._answers(sent) if sent else []
        for (piece, held), answer in zip(sent, answers, strict=True):
            drafts.append(self._draft_of(piece, held, answer))
        characters = sum(len(held.text) for _piece, held in sent)
        await service.keep(self.event, self.order, drafts, host=self.engine.host, characters=characters)

    def _draft_of(self, piece: Piece, held: Held, answer: str | None) -> Draft:
        if answer is None:
            return Draft(piece, "", DraftFault.MALFORMED)
        languages = piece.source.locale, self.order.locale
        try:
            return Draft(piece, checked(piece.source.text, held, answer, languages, LIMITS[piece.key.field].most))
        except Unfit as unfit:
            return Draft(piece, "", unfit.fault)

    async def _answers(self, sent: Batch) -> list[str | None]:
        """Return an answer for each text, None where it makes no sense even if the text is asked for alone."""
        try:
            answers: list[str | None] = [*await self._ask(sent)]
        except EngineError as error:
            if error.fault is not DraftFault.MALFORMED:
                raise
            if len(sent) == 1:
                self.malformed += 1
                if self.malformed >= MOST_MALFORMED:
                    raise
                return [None]
            return [answer for each in sent for answer in await self._answers([each])]
        self.malformed = 0
        return answers

    async def _ask(self, sent: Batch) -> list[str]:
        characters = sum(len(held.text) for _piece, held in sent)
        if not await spending.spend(characters, self.budget):
            wait = spending.until_tomorrow(datetime.now(UTC))
            raise EngineError(DraftFault.BUDGET, is_passing=characters <= self.budget, wait=wait)
        source = sent[0][0].source.locale
        # Topics are found by arithmetic over the whole scheme, which takes some milliseconds a text.
        terms = await asyncio.to_thread(self._terms, [held.text for _piece, held in sent], source)
        try:
            return await self.engine.translate(
                Asked([held.text for _piece, held in sent], source, self.order.locale, terms)
            )
        except EngineError as error:
            if error.fault in FREE:
                await spending.give_back(characters)
            raise

    def _terms(self, sent: Sequence[str], source: str) -> Mapping[str, str]:
        """Return the glossary for some texts: words of theirs that name a topic, and the topic's name."""
        found: dict[str, str] = {}
        for text in sent:
            for term in terms_in(text, source, self.order.locale, self.scheme):
                found.update({word: term.names[0] for word in term.words if word not in found})
        return dict(list(found.items())[:MOST_TERMS])
