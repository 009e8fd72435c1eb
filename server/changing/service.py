"""Ask for changes of a registration, and decide about them. Each public function that writes is one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tortoise.models import Model

from i18n import _
from server.changing import telling
from server.changing.fields import OF_ORGANISATION, columns_of, field_of
from server.db import atomic, lock
from server.edits import Edit, drawn_from, merge, write
from server.errors import AlreadyDecided, NotFound, Refused
from server.forms import mark_of
from server.models import ChangeRequest, Decision, Delegate, Event, Level, Organisation, Person, Registration
from server.profiles import MAX_TOPICS, written_in
from server.registrations.labels import LABELS
from server.registrations.service import name_key
from server.translations.texts import PROFILE_FIELDS
from server.values import Values

REMARK = 1000  # characters of an organiser's remark


class RequestChanged(Refused):
    """A request, or the field itself, has changed since the organiser opened the page."""

    def __init__(self) -> None:
        super().__init__(_("A request has changed since you opened the page. Nothing is saved. Look at it again."))


# Asking -----------------------------------------------------------------------------------------------------------


@atomic
async def ask(
    party: Registration,
    by: Person,
    rows: Sequence[tuple[Model, Values]],
    edit: Edit,
    *,
    own: Sequence[tuple[Model, Values]] = (),
) -> None:
    """Keep what an edit changes of a party as requests.

    rows: the registration, its organisation, or both, each with the wanted values. A field that already has an open
    request gets the new value; a field that is typed as it is stored needs none. own: rows of the person themselves,
    which are saved at once, and end what an organiser proposed for them. Raises EditConflict.
    """
    if await lock(Registration, party.id) is None:
        raise NotFound
    merged = await merge(edit, *rows, *own)
    found = merged[: len(rows)]
    for (row, _values), each in zip(own, merged[len(rows) :], strict=True):
        await write(row, each)
    if own:
        await Registration.filter(id=party.id, person_id=by.id).update(proposed=None)
        await Delegate.filter(registration_id=party.id, person_id=by.id).update(proposed=None)
    wanted = {name: value for each in found for name, value in each.values.columns().items()}
    changed = {field_of(name) for each in found for name in each.changed}
    now = await _stored(party)
    for field in LABELS:
        if field in changed:
            await _ask(party, by, field, now, {name: _plain(wanted[name]) for name in columns_of(field)})


@atomic
async def ask_for_topic(party: Registration, by: Person, topic: str) -> None:
    """Keep a topic that is added as a request, beside topics that are requested already; up to the limit."""
    stored = await lock(Registration, party.id)
    if stored is None:
        raise NotFound
    standing = await ChangeRequest.filter(registration_id=party.id, field="topics", stands=True).first()
    wanted = list(standing.after["topics"]) if standing else list(stored.topics)
    if topic not in wanted and len(wanted) < MAX_TOPICS:
        await _ask(party, by, "topics", {"topics": stored.topics}, {"topics": [*wanted, topic]})


async def _ask(party: Registration, by: Person, field: str, now: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    before = {name: now[name] for name in after}
    standing = ChangeRequest.filter(registration_id=party.id, field=field, stands=True)
    if _are_same(before, after):
        await standing.delete()
        return
    said: dict[str, Any] = {"before": before, "after": dict(after), "asked_by_id": by.id, "asked_at": datetime.now(UTC)}
    if not await standing.update(**said):
        await ChangeRequest.create(event_id=party.event_id, registration_id=party.id, field=field, **said)


@atomic
async def take_back(party: Registration, id: int, by: Person) -> None:
    """Cancel an open request of the party. A second call changes nothing. Raises NotFound and AlreadyDecided."""
    await lock(Registration, party.id)
    row = await ChangeRequest.get_or_none(id=id, registration_id=party.id)
    if row is None:
        raise NotFound
    if row.stands is None and row.decision is not Decision.TAKEN_BACK:
        raise AlreadyDecided
    if row.stands:
        await _close(row, by, Decision.TAKEN_BACK, "")


# Reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenChange:
    """An open request. now: what is stored at present, by column."""

    request: ChangeRequest
    now: Mapping[str, Any]

    @property
    def is_stale(self) -> bool:
        """Whether the field has changed since the change was asked for."""
        return not _are_same(self.request.before, self.now)

    @property
    def mark(self) -> str:
        """A digest; the form sends it back to show which values the organiser has seen."""
        return _mark(self.request, self.now)


async def open_of(party: Registration) -> Sequence[ChangeRequest]:
    """Return the open requests of a party. One query."""
    return await ChangeRequest.filter(registration_id=party.id, stands=True).order_by("id")


async def waiting(event_id: int) -> Mapping[Registration, Sequence[OpenChange]]:
    """Return the open requests of those who take part, by party, the oldest first. One query."""
    found = ChangeRequest.filter(
        event_id=event_id,
        stands=True,
        registration__registered_at__not_isnull=True,
        registration__withdrawn_at=None,
    ).order_by("asked_at", "id")
    rows = await found.select_related("registration__person", "registration__organisation", "asked_by")
    parties: dict[int, Registration] = {}
    changes: dict[int, list[OpenChange]] = {}
    for row in rows:
        party = parties.setdefault(row.registration_id, row.registration)
        changes.setdefault(party.id, []).append(OpenChange(row, _columns(party, party.organisation, row.field)))
    return {party: changes[id] for id, party in parties.items()}


# Deciding ---------------------------------------------------------------------------------------------------------


@atomic
async def decide(
    party: Registration,
    organiser: Person,
    decisions: Mapping[int, Decision],
    remark: str = "",
    *,
    seen: Mapping[int, str] | None = None,
) -> bool:
    """Accept or decline requests of a party, and tell those who asked by e-mail with the remark.

    decisions: by id of the request. seen: the marks that the organiser was shown; None for callers without a page.
    Return whether anything was left to decide: a second call with the same decisions changes nothing. Raises
    NotFound, AlreadyDecided and RequestChanged; then nothing is decided.
    """
    if await lock(Registration, party.id) is None:
        raise NotFound
    now, done = await _stored(party), []
    for id, decision in sorted(decisions.items()):
        row = await ChangeRequest.filter(id=id, registration_id=party.id).select_related("asked_by").first()
        if row is None:
            raise NotFound
        if row.stands is None:
            if row.decision is not decision:
                raise AlreadyDecided
            continue
        if seen is not None and seen.get(id) != _mark(row, now):
            raise RequestChanged
        await _close(row, organiser, decision, remark)
        done.append(row)
    accepted = [row.after for row in done if row.decision is Decision.GRANTED]
    await _apply(party, {name: value for after in accepted for name, value in after.items()})
    await telling.tell_decided(await Event.get(id=party.event_id), done, remark)
    return bool(done)


async def _close(row: ChangeRequest, by: Person, decision: Decision, remark: str) -> None:
    await write(row, stands=None, decision=decision, decided_at=datetime.now(UTC), decided_by_id=by.id, remark=remark)
    row.decision = decision


async def _apply(party: Registration, after: Mapping[str, Any]) -> None:
    """Write accepted values, with the columns that follow from them."""
    stored = await Registration.get(id=party.id).select_related("organisation")
    columns: dict[str, Any] = {name: value for name, value in after.items() if name not in OF_ORGANISATION}
    is_expert = stored.organisation_id is None
    if (set(PROFILE_FIELDS) if is_expert else {"note"}) & columns.keys():
        names = ("headline", "offer") if is_expert else ("note",)
        said = "\n".join(columns.get(name, getattr(stored, name)) for name in names)
        columns["text_locale"] = written_in(said, stored.text_locale or "en")
    if columns:
        await write(stored, **columns)
    of_firm: dict[str, Any] = {name: value for name, value in after.items() if name in OF_ORGANISATION}
    if "name" in of_firm:
        of_firm["name_key"] = name_key(of_firm["name"])
    if "description" in of_firm:
        known = stored.organisation.description_locale or stored.text_locale or "en"
        of_firm["description_locale"] = written_in(of_firm["description"], known)
    if of_firm:
        await write(stored.organisation, **of_firm)


# Values -----------------------------------------------------------------------------------------------------------


async def _stored(party: Registration) -> Mapping[str, Any]:
    """Return what is stored of all fields, by column."""
    stored = await Registration.get(id=party.id)
    own = await Organisation.get_or_none(id=stored.organisation_id or 0)
    found: dict[str, Any] = {}
    for field in LABELS:
        if field not in OF_ORGANISATION or own is not None:
            found |= _columns(stored, own, field)
    return found


def _columns(party: Registration, own: Organisation | None, field: str) -> dict[str, Any]:
    row = own if field in OF_ORGANISATION else party
    found = {name: _plain(getattr(row, name)) for name in columns_of(field)}
    if field == "languages":
        # As on the form: the working level where none is stated.
        found["levels"] = {tag: (party.levels or {}).get(tag, str(Level.WORKING)) for tag in party.languages}
    return found


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, StrEnum):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _are_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two states are equal; nothing stated is as good as an empty value."""
    first, second = (json.loads(drawn_from({name: each or None for name, each in of.items()})) for of in (one, other))
    return bool(first == second)


def _mark(row: ChangeRequest, now: Mapping[str, Any]) -> str:
    return mark_of([row.after, {name: now[name] for name in columns_of(row.field)}])
