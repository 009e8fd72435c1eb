"""What the front page and the account page show, loaded."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from server.models import (
    Delegate,
    Delegation,
    Event,
    EventCrew,
    EventReviewer,
    EventTranslator,
    Interpreter,
    Organiser,
    Person,
    Registration,
)

EVENTS_SHOWN = 50


@dataclass(frozen=True)
class OpenEvents:
    """events: whose registration has not closed, the soonest first. is_new: no event has ever been created here."""

    events: Sequence[Event]
    is_new: bool


@dataclass(frozen=True)
class Involvement:
    """In which events a person has a part, by role; each row with its event."""

    organises: Sequence[Organiser]
    registrations: Sequence[Registration]
    delegations: Sequence[Delegate]
    interprets: Sequence[Interpreter]
    translates: Sequence[EventTranslator]
    reviews: Sequence[EventReviewer]
    crews: Sequence[EventCrew]
    leads: Sequence[Delegation]

    @property
    def is_any(self) -> bool:
        """Whether the person has a part in any event."""
        return any(len(getattr(self, each.name)) for each in fields(self))

    @property
    def helps_at(self) -> frozenset[int]:
        """Ids of the events that the person helps to run."""
        every = (self.organises, self.interprets, self.translates, self.reviews, self.crews, self.leads)
        return frozenset(row.event_id for rows in every for row in rows)


async def has_part(person: Person) -> bool:
    """Return whether the person has a part in any event, or may create events. Eight queries."""
    return person.may_create_events or person.is_administrator or (await involvement_of(person)).is_any


async def open_events(now: datetime) -> OpenEvents:
    """Return the events for the front page. One query; two where there are none."""
    events = await Event.filter(registration_closes_at__gt=now).order_by("registration_closes_at").limit(EVENTS_SHOWN)
    return OpenEvents(events, is_new=not events and not await Event.exists())


async def involvement_of(person: Person) -> Involvement:
    """Return the person's part in each event. Eight queries."""
    return Involvement(
        organises=await Organiser.filter(person_id=person.id).select_related("event"),
        registrations=await Registration.filter(person_id=person.id).select_related("event"),
        delegations=await Delegate.filter(person_id=person.id).select_related(
            "registration__event", "registration__organisation"
        ),
        interprets=await Interpreter.filter(person_id=person.id).select_related("event"),
        translates=await EventTranslator.filter(person_id=person.id).select_related("event"),
        reviews=await EventReviewer.filter(person_id=person.id).select_related("event"),
        crews=await EventCrew.filter(person_id=person.id).select_related("event"),
        leads=await Delegation.filter(leader_id=person.id).select_related("event"),
    )
