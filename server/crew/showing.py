"""What the crew of an event sees: names, tables and arrivals, and no more. Reads only, in fixed numbers of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server.models import CalendarEntry, Delegate, Event, EventCrew, Hall, Person, Registration, Side, Table, Travel
from server.names import party_name, shown_name
from server.reception.showing import Guest, guests_of


@dataclass(frozen=True)
class Appointment:
    """A published meeting of a party, without the other side. table: its number."""

    start_at: datetime
    table: int


@dataclass(frozen=True)
class Comer:
    """A party as the desk sees it. people: names of those who come for it. arrives_at: None if not entered.

    next: its meetings that are not over, by time.
    """

    side: Side
    name: str
    people: Sequence[str]
    arrives_at: datetime | None
    is_there: bool
    next: Sequence[Appointment]


async def crew_of(event: Event) -> list[EventCrew]:
    """Return the crew, each with the person. One query."""
    return await EventCrew.filter(event_id=event.id).order_by("role", "id").select_related("person")


async def comers(event: Event, locale: str) -> list[Comer]:
    """Return all who take part, by name. Four queries."""
    parties = await Registration.present(event.id).select_related("person", "organisation")
    people: dict[int, list[str]] = defaultdict(list)
    of_event = {"registration__event_id": event.id}
    for each in await Delegate.filter(**of_event).order_by("id").select_related("person"):
        people[each.registration_id].append(shown_name(each, locale))
    journeys = {row.registration_id: row.arrives_at for row in await Travel.filter(**of_event)}
    ahead, now = await _appointments(event), datetime.now(UTC)
    found = [
        Comer(
            party.side,
            party_name(party, locale),
            people[party.id],
            arrives := journeys.get(party.id),
            arrives is not None and arrives <= now,
            ahead[party.id],
        )
        for party in parties
    ]
    return sorted(found, key=lambda each: each.name)


async def _appointments(event: Event) -> dict[int, list[Appointment]]:
    """Return the published meetings that are not over, by party."""
    ahead: dict[int, list[Appointment]] = defaultdict(list)
    entries = CalendarEntry.filter(event_id=event.id, is_cancelled=False, end_at__gt=datetime.now(UTC))
    for entry in await entries.order_by("start_at").select_related("table"):
        for party in (entry.expert_id, entry.enterprise_id):
            ahead[party].append(Appointment(entry.start_at, entry.table.number))
    return ahead


async def own_guests(event: Event, person: Person, locale: str) -> list[Guest]:
    """Return the guests whose escort in the ledger has the person's address. Four queries."""
    guests = await guests_of(event, locale)
    return [each for each in guests if each.escort is not None and each.escort.email == person.email]


async def places_of(event: Event) -> list[tuple[Hall, list[int]]]:
    """Return the halls with the numbers of their tables. Two queries."""
    numbers: dict[int, list[int]] = defaultdict(list)
    for table in await Table.filter(event_id=event.id).order_by("number"):
        numbers[table.hall_id].append(table.number)
    return [(hall, numbers[hall.id]) for hall in await Hall.filter(event_id=event.id).order_by("position", "id")]
