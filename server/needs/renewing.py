"""After an event: renew a need into a later event of the same organiser, or close it with an outcome."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tortoise.expressions import Q

from i18n import Message, _, pgettext_
from server.db import atomic, lock
from server.errors import NotFound, Refused, refuse_first
from server.files import storing
from server.files.clearing import bytes_follow_rows
from server.models import (
    Delegate,
    Event,
    Need,
    NeedAct,
    NeedOutcome,
    NeedState,
    Organiser,
    Person,
    Registration,
    Slot,
    StoredFile,
    Translation,
    TranslationState,
)
from server.needs import history, service
from server.needs.ending import day_at
from server.needs.values import NeedValues
from server.schemes import scheme_of

OUTCOMES: Mapping[NeedOutcome, Message] = {
    NeedOutcome.SOLVED: pgettext_("outcome of a need", "Solved"),
    NeedOutcome.IN_TALKS: pgettext_("outcome of a need", "Talks continue"),
    NeedOutcome.UNSOLVED: pgettext_("outcome of a need", "Not solved"),
    NeedOutcome.DROPPED: pgettext_("outcome of a need", "No longer needed"),
}
OF_TRANSLATION = (
    *("field", "locale", "text", "state", "engine", "source_hash", "source_text"),
    *("author_id", "checker_id", "checked_at"),
)
OF_FILE = ("by_id", "kind", "readers", "name", "media_type", "size", "digest")


class NotOver(Refused):
    """Needs are renewed and closed after the event only."""

    def __init__(self) -> None:
        super().__init__(_("The event is not over yet. You can renew or close the need afterwards."))


class RenewedAlready(Refused):
    """The enterprise has a copy of the need at that event."""

    def __init__(self) -> None:
        super().__init__(_("This need is already renewed for this event."))


@dataclass(frozen=True)
class LaterEvent:
    """An event into which a need can be renewed. party: the enterprise there, or None if it has to register first."""

    event: Event
    party: Registration | None
    is_renewed: bool


async def is_over(event_id: int) -> bool:
    """Return whether the last slot of the event has ended. One query."""
    ends = await Slot.filter(event_id=event_id).order_by("-end_at").limit(1).values_list("end_at", flat=True)
    return bool(ends) and ends[0] <= datetime.now(UTC)  # type: ignore[operator]


async def later_events(need: Need, event: Event, person: Person) -> Sequence[LaterEvent]:
    """Return the events to come that share an organiser with this event. Five queries.

    person: who acts for the enterprise of the need.
    """
    now = datetime.now(UTC)
    runs = await Organiser.filter(event_id=event.id).values_list("person_id", flat=True)
    ids = await Organiser.filter(person_id__in=runs).exclude(event_id=event.id).values_list("event_id", flat=True)
    to_come = await Slot.filter(event_id__in=ids, end_at__gt=now).distinct().values_list("event_id", flat=True)
    goes_on = Q(id__in=to_come) | Q(registration_closes_at__gt=now)
    events = await Event.filter(goes_on, id__in=ids).order_by("registration_closes_at", "id")
    own = Delegate.filter(person_id=person.id, registration__event_id__in=ids, registration__withdrawn_at=None)
    parties = {row.registration.event_id: row.registration for row in await own.select_related("registration")}
    made = Need.filter(renewed_from_id=need.id).exclude(state=NeedState.WITHDRAWN)
    there = set(await made.values_list("registration_id", flat=True))
    return [LaterEvent(each, party := parties.get(each.id), party is not None and party.id in there) for each in events]


async def renew(need: Need, event: Event, target_id: int, person: Person, folder: Path) -> tuple[Event, Need]:
    """Copy a need as a draft into a later event, with its files and the translations that people wrote.

    Return the later event and the copy. target_id: of the event. folder: FILES_DIR. Raises NotOver, RenewedAlready,
    TooManyNeeds, and NotFound if the person acts for no enterprise there or the event is not one of `later_events`.
    """
    target = next((each for each in await later_events(need, event, person) if each.event.id == target_id), None)
    if target is None or target.party is None:
        raise NotFound
    files = await StoredFile.filter(need_id=need.id).order_by("id")
    keys = await asyncio.to_thread(_copied, folder, files)
    async with bytes_follow_rows(folder, target.party.id, new=list(keys.values())):
        return target.event, await _renew(need, target.event, target.party, person, keys)


def _copied(folder: Path, files: Sequence[StoredFile]) -> Mapping[int, str]:
    """Copy the bytes of files, and return the new keys by file; a file whose bytes are lost is left out."""
    found = {file.id: storing.read(folder, file.key) for file in files}
    return {id: storing.write(folder, data) for id, data in found.items() if data is not None}


@atomic
async def _renew(need: Need, event: Event, party: Registration, person: Person, keys: Mapping[int, str]) -> Need:
    await lock(Registration, party.id)
    now = await _left_over(need)
    if await Need.exists(Q(registration_id=party.id, renewed_from_id=now.id) & ~Q(state=NeedState.WITHDRAWN)):
        raise RenewedAlready
    await refuse_first(service.refusals(party, None, deadline=None, is_published=False))
    made = await Need.create(registration_id=party.id, renewed_from_id=now.id, **_as_draft(now, event).columns())
    await history.record(made.id, NeedAct.CREATED, person, None, {})
    written = Translation.filter(need_id=now.id).exclude(state=TranslationState.MACHINE)
    for text in await written.order_by("id"):
        columns = {name: getattr(text, name) for name in OF_TRANSLATION}
        await Translation.create(event_id=event.id, need_id=made.id, **columns)
    for file in await StoredFile.filter(id__in=list(keys)).order_by("id"):
        columns = {name: getattr(file, name) for name in OF_FILE}
        await StoredFile.create(
            event_id=event.id, registration_id=party.id, need_id=made.id, key=keys[file.id], **columns
        )
    return made


async def _left_over(need: Need) -> Need:
    """Return the need, locked, if its event is over. Raises NotOver, and NotFound if it is withdrawn."""
    now = await lock(Need, need.id)
    if now is None or now.state == NeedState.WITHDRAWN:
        raise NotFound
    if not await is_over((await Registration.get(id=now.registration_id)).event_id):
        raise NotOver
    return now


def _as_draft(need: Need, event: Event) -> NeedValues:
    """Return the need as a draft for another event, without a past deadline and without topics unknown there."""
    known = scheme_of(event).topics
    # A need is published with a deadline after today only.
    is_past = need.deadline is not None and need.deadline <= day_at(event)
    return replace(
        NeedValues.of(need),
        state=NeedState.DRAFT,
        delegates=(),
        deadline=None if is_past else need.deadline,
        topics=[topic for topic in need.topics if topic in known],
        must_topics=[topic for topic in need.must_topics if topic in known],
    )


@atomic
async def close(need: Need, outcome: NeedOutcome) -> None:
    """Say what became of a need; a later outcome replaces it. Raises NotOver, and NotFound if the need is withdrawn."""
    now = await _left_over(need)
    if now.outcome is not outcome:
        await Need.filter(id=now.id).update(outcome=outcome, outcome_at=datetime.now(UTC))
