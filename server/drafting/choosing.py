"""Which texts of an event a machine may draft: nobody has translated them, and their authors have agreed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.drafting.engines import Engine
from server.models import (
    Confidentiality,
    Consent,
    Delegate,
    Event,
    Registration,
    TextField,
    TranslationState,
)
from server.names import NAMES, called, organisation_name
from server.registrations.consents import TRANSLATION, translation_by
from server.rows import EventRows, load_rows
from server.translations.sources import Piece
from server.translations.texts import NEED_FIELDS, TextKey
from server.translations.work import Reach, TextState, Work, WorkList

LEAST_NAME = 2  # characters of a name that is held; a shorter one is a part of other words


@dataclass(frozen=True)
class Choice:
    """Texts that a machine may draft into a language. kept_back: texts that may not leave this server."""

    works: Sequence[Work]
    kept_back: int = 0

    @property
    def characters(self) -> int:
        return sum(len(work.piece.source.text) for work in self.works)


@dataclass(frozen=True)
class Agreed:
    """Who agrees that texts go to an engine. parties, delegates: ids."""

    parties: Collection[int]
    delegates: Collection[int]


async def chosen(event: Event, work: WorkList, reach: Reach, locale: str, engine: Engine) -> Choice:
    """Return the texts that a machine may draft into a language for somebody. At most three queries."""
    rows = await load_rows(event)
    open_texts = [each for each in work.by_locale.get(locale, ()) if reach.has(each.piece, locale) and is_open(each)]
    if not engine.host:
        return Choice(open_texts)
    agreed = await agreed_to(event.id, engine.host)
    may_leave = [each for each in open_texts if _may_leave(each.piece, rows, agreed)]
    return Choice(may_leave, len(open_texts) - len(may_leave))


def is_open(each: Work) -> bool:
    """Return whether nobody has translated the text. Texts of the event are never drafts: no draft could be told."""
    if each.piece.written is not None:
        return False
    is_draft = each.found is not None and each.found.state is TranslationState.MACHINE
    return each.state is TextState.MISSING or (each.state is TextState.STALE and is_draft)


def _may_leave(piece: Piece, rows: EventRows, agreed: Agreed) -> bool:
    if piece.key.field is TextField.DELEGATE:
        return piece.key.row_id in agreed.delegates
    if piece.key.field in NEED_FIELDS:
        needs = rows.needs_by_party.get(piece.party_id or 0, ())
        is_public = any(need.id == piece.key.row_id and need.confidentiality == Confidentiality.OPEN for need in needs)
        return is_public and piece.party_id in agreed.parties
    return piece.party_id in agreed.parties


async def agreed_to(event_id: int, host: str) -> Agreed:
    """Return who agrees that their texts go to a host. Three queries."""
    rows = Consent.filter(
        event_id=event_id, purpose=TRANSLATION, version=translation_by(host).version, withdrawn_at=None
    )
    people: set[Any] = set(await rows.values_list("person_id", flat=True))
    experts = await Registration.filter(event_id=event_id, person_id__not_isnull=True).values_list("id", "person_id")
    delegates = await Delegate.filter(registration__event_id=event_id).values_list("id", "registration_id", "person_id")
    parties = {id for id, person_id in experts if person_id in people}
    parties |= {party_id for _id, party_id, person_id in delegates if person_id in people}
    return Agreed(parties, {id for id, _party_id, person_id in delegates if person_id in people})


async def may_leave_now(event_id: int, key: TextKey, party_id: int, host: str) -> bool:
    """Return whether the author of a text still agrees. Call in the transaction that stores a draft."""
    delegates = Delegate.filter(registration_id=party_id)
    if key.field is TextField.DELEGATE:
        delegates = delegates.filter(id=key.row_id)
    experts = Registration.filter(id=party_id, person_id__not_isnull=True)
    ids = [*await delegates.values_list("person_id", flat=True), *await experts.values_list("person_id", flat=True)]
    version = translation_by(host).version
    return await Consent.exists(
        event_id=event_id, person_id__in=ids, purpose=TRANSLATION, version=version, withdrawn_at=None
    )


async def names_of(parties: Collection[int], rows: EventRows, locale: str) -> Mapping[int, Mapping[str, str]]:
    """Return by party the names in its texts that are held: as written, and as readers of a language see them."""
    found: dict[int, dict[str, str]] = {id: {} for id in parties}
    for id in parties:
        party = rows.party_by_id.get(id)
        if party is not None:
            found[id].update(_names(party, locale))
    delegates = await Delegate.filter(registration_id__in=list(parties)).select_related("person")
    for delegate in delegates:
        found[delegate.registration_id].update(_people(delegate, locale))
    return found


def _names(party: Registration, locale: str) -> Iterator[tuple[str, str]]:
    if party.organisation_id is None:
        yield from _people(party, locale)
        return
    shown = organisation_name(party.organisation, locale)
    for name in (party.organisation.name, party.organisation.latin_name):
        if len(name) >= LEAST_NAME:
            yield name, shown


def _people(row: Registration | Delegate, locale: str) -> Iterator[tuple[str, str]]:
    name = called(row)
    shown = name.for_reader(locale)[0]
    for column in NAMES:
        written = getattr(name, column, "")
        if shown and len(written) >= LEAST_NAME:
            yield written, shown
