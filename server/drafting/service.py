"""Orders of machine drafts: asked for, stored text by text, ended. Each public function is one transaction."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from i18n import _
from server import jobs
from server.db import atomic, lock
from server.drafting import choosing
from server.errors import NotFound, Refused
from server.models import (
    DraftFault,
    DraftOrder,
    Event,
    Job,
    JobState,
    Person,
    Registration,
    TextField,
    Translation,
    TranslationState,
)
from server.translations import texts
from server.translations.service import lock_text, owner_of, stored
from server.translations.sources import Piece
from server.translations.texts import TextKey


class Draft(NamedTuple):
    """A translation by an engine. fault: why it is not shown, then text is ""."""

    piece: Piece
    text: str
    fault: DraftFault | None = None


class BeingDrafted(Refused):
    """Drafts into this language are being made."""

    def __init__(self) -> None:
        super().__init__(_("Machine drafts into this language are already being made."))


class NothingToDraft(Refused):
    """No text is left that a machine may draft."""

    def __init__(self) -> None:
        super().__init__(_("No text into this language is left for a machine draft."))


class NoEngine(Refused):
    """No engine is set on this server."""

    def __init__(self) -> None:
        super().__init__(_("No program that translates is set up on this server."))


@dataclass(frozen=True)
class OrderView:
    """An order as organisers see it. total: texts. faults: how often each occurred."""

    order: DraftOrder
    total: int
    faults: Sequence[tuple[DraftFault, int]]

    def is_making(self, key: TextKey, locale: str) -> bool:
        """Return whether a draft of the text is being made."""
        return not self.order.ended_at and self.order.locale == locale and key in keys_of(self.order)

    def fault_of(self, key: TextKey, locale: str) -> DraftFault | None:
        """Return why the order gave no draft of a text that it was to draft, None if it gave one or did not try."""
        asked = [key.field.value, key.row_id]
        if not self.order.ended_at or self.order.locale != locale or asked not in map(list, self.order.texts):
            return None
        refused = {(field, row_id): fault for field, row_id, fault in self.order.refused}
        fault = refused.get((key.field.value, key.row_id), self.order.fault)
        return DraftFault(fault) if fault else None


@atomic
async def ask(
    event: Event, locale: str, keys: Collection[TextKey], engine: str, by: Person, *, has_seen_faults: bool = True
) -> DraftOrder:
    """Ask for machine drafts of texts into a language. Raises BeingDrafted, NothingToDraft.

    has_seen_faults: whether the person has seen what failed in earlier orders into this language.
    """
    await lock(Event, event.id)
    if not keys:
        raise NothingToDraft
    if await DraftOrder.exists(event_id=event.id, locale=locale, ended_at=None):
        raise BeingDrafted
    if has_seen_faults:
        earlier = DraftOrder.filter(event_id=event.id, locale=locale, settled_at=None)
        await earlier.update(settled_at=datetime.now(UTC))
    order = await DraftOrder.create(
        event_id=event.id,
        by_id=by.id,
        locale=locale,
        engine=engine,
        texts=[[key.field.value, key.row_id] for key in keys],
    )
    await jobs.enqueue(jobs.DraftTranslations(order.id))
    return order


@atomic
async def settle(event: Event, order_id: int) -> bool:
    """Note that an organiser has seen what failed. Returns False if it was noted before. Raises NotFound."""
    order = await lock(DraftOrder, order_id)
    if order is None or order.event_id != event.id or order.ended_at is None:
        raise NotFound
    return bool(await DraftOrder.filter(id=order.id, settled_at=None).update(settled_at=datetime.now(UTC)))


async def open_orders(event: Event) -> Sequence[OrderView]:
    """Return the orders that are under way, or that failed and nobody has dismissed. One query."""
    rows = await DraftOrder.filter(event_id=event.id, settled_at=None).order_by("locale", "-id")
    return [_view(order) for order in rows]


def _view(order: DraftOrder) -> OrderView:
    counted = Counter(DraftFault(fault) for _field, _row_id, fault in order.refused)
    return OrderView(order, len(order.texts), counted.most_common())


def keys_of(order: DraftOrder) -> frozenset[TextKey]:
    """Return the texts of an order that no engine has refused."""
    refused = {(field, row_id) for field, row_id, _fault in order.refused}
    return frozenset(TextKey(TextField(f), row_id) for f, row_id in order.texts if (f, row_id) not in refused)


# Called by the worker ---------------------------------------------------------------------------------------------


@atomic
async def begin(job: Job) -> DraftOrder | None:
    """Return the order of a job, or None if nothing is left to do."""
    order = await DraftOrder.get_or_none(id=jobs.order_id_of(job)).select_related("event")
    if order is None or order.ended_at is not None:
        await jobs.finish(job)
        return None
    await DraftOrder.filter(id=order.id).update(fault=None, again_at=None)
    return order


@atomic
async def keep(event: Event, order: DraftOrder, drafts: Sequence[Draft], *, host: str, characters: int) -> None:
    """Store what an engine answered. host: to which the texts went, "" if they stayed; characters: that were sent."""
    locked = await lock(DraftOrder, order.id)
    if locked is None:
        return
    for draft in sorted(drafts, key=lambda each: (each.piece.party_id or 0, each.piece.key.row_id)):
        if draft.fault is not None:
            locked.refused = [*locked.refused, [draft.piece.key.field.value, draft.piece.key.row_id, draft.fault.value]]
        elif await _store(event, order, draft, host):
            locked.done += 1
    locked.characters += characters
    await locked.save(update_fields=["refused", "done", "characters"])


async def _store(event: Event, order: DraftOrder, draft: Draft, host: str) -> bool:
    """Store one draft unless the text has changed, a person has translated it, or its author agrees no more."""
    key = draft.piece.key
    if host:
        # Who withdraws the consent at this moment waits, and then deletes the draft.
        await lock(Registration, draft.piece.party_id or 0)
    try:
        _row, source = await lock_text(event, key, order.locale)
    except NotFound:
        return False
    if texts.hash_of(source) != draft.piece.hash:
        return False
    if host and not await choosing.may_leave_now(event.id, key, draft.piece.party_id or 0, host):
        return False
    known = await stored(key, order.locale)
    columns: dict[str, Any] = {
        "text": draft.text,
        "state": TranslationState.MACHINE,
        "engine": order.engine,
        "source_hash": draft.piece.hash,
        "source_text": draft.piece.source.text,
        "author_id": None,
    }
    if known is None:
        columns |= {"event_id": event.id, "field": key.field, "locale": order.locale, **owner_of(key)}
        await Translation.create(**columns)
    elif known.state is TranslationState.MACHINE:
        known.update_from_dict(columns)
        await known.save(update_fields=list(columns))
    else:
        return False
    return True


async def known_drafts(pieces: Sequence[Piece], locale: str, engine: str) -> dict[str, str]:
    """Return drafts of equal texts that the engine made before, by hash of the text. One query."""
    rows = Translation.filter(
        source_hash__in=[piece.hash for piece in pieces],
        locale=locale,
        engine=engine,
        state=TranslationState.MACHINE,
    )
    return dict(await rows.values_list("source_hash", "text"))


@atomic
async def end(job: Job, order: DraftOrder) -> None:
    """Note that an order is done; one without faults needs nobody's attention."""
    locked = await lock(DraftOrder, order.id)
    if locked is not None and locked.ended_at is None:
        now = datetime.now(UTC)
        await DraftOrder.filter(id=order.id).update(ended_at=now, settled_at=None if locked.refused else now)
    await jobs.finish(job)


@atomic
async def fail(job: Job, order: DraftOrder, fault: DraftFault, *, again: bool, wait: timedelta = timedelta()) -> None:
    """Note why an engine gave nothing, and when it is asked again."""
    state = await jobs.fail(job, fault.value, again=again, wait=wait)
    is_dead = state is JobState.DEAD
    await DraftOrder.filter(id=order.id).update(
        fault=fault, again_at=None if is_dead else job.run_after, ended_at=datetime.now(UTC) if is_dead else None
    )
