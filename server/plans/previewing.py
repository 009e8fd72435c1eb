"""Before a plan is published: what changes for each person, and the e-mail that the person would get."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server import mail
from server.agendas.entries import ChangeKind
from server.models import Event, Mail, Person, Plan
from server.names import TakesPart
from server.plans import announcing, publishing
from server.plans.announcing import Given
from server.plans.directory import Directory, directory
from server.plans.telling import EmailLine


@dataclass(frozen=True)
class Told:
    """Somebody who would get an e-mail. row: as who the person takes part. lines: what changes for the person.

    party: id of the enterprise of a delegate, or None.
    """

    person: Person
    row: TakesPart
    party: int | None
    lines: Sequence[EmailLine]

    @property
    def counts(self) -> Mapping[ChangeKind, int]:
        """Numbers of changes by kind."""
        return Counter(line.kind for line in self.lines)


@dataclass(frozen=True)
class Preview:
    """What publishing a plan would tell one person. email: as it would go out, not stored."""

    told: Told
    places: Directory
    email: Mail


async def told_of(plan: Plan) -> tuple[list[Told], Directory]:
    """Return everybody who would get an e-mail if the plan was published now. A fixed number of queries."""
    _event, given = await _given(plan)
    return await asyncio.to_thread(_told, given), given.places


async def preview_of(plan: Plan, person_id: int) -> Preview | None:
    """Return what publishing the plan now would tell a person, or None for nothing. A fixed number of queries.

    An e-mail to a member of a delegation without an address is shown as its first reader gets it.
    """
    event, given = await _given(plan)
    told = next((each for each in await asyncio.to_thread(_told, given) if each.person.id == person_id), None)
    if told is None:
        return None
    written = announcing.email_for(event, _cause(plan), given, (told.person, list(told.lines)))
    sent = next(mail.relayed([written], given.relays), None)
    if sent is None:
        return None
    sent.created_at = datetime.now(UTC)  # as if it were put into the outbox now
    return Preview(told, given.places, sent)


async def _given(plan: Plan) -> tuple[Event, Given]:
    event = await Event.get(id=plan.event_id)
    changes = await publishing.changes_of(plan, await directory(event.id))
    return event, await announcing.given_for(event, changes, _cause(plan))


def _cause(plan: Plan) -> str:
    """Return the key of e-mails that nobody sends."""
    return f"preview:{plan.id}"


def _told(given: Given) -> list[Told]:
    """Return everybody who is told, experts before delegates before interpreters."""
    rows: dict[int, tuple[TakesPart, int | None]] = {}
    for interpreter in given.places.interpreters.values():
        rows[interpreter.person_id] = interpreter, None
    for delegate in given.delegates:
        rows[delegate.person_id] = delegate, delegate.registration_id
    experts = {line.change.expert_id for _person, lines in given.people for line in lines}
    for id in experts:
        rows[given.places.parties[id].person.id] = given.places.parties[id], None
    found = [Told(person, *rows[person.id], lines) for person, lines in given.people]
    return sorted(found, key=lambda each: (len(each.lines[0].counterpart), each.party or 0, each.person.id))
