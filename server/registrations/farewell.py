"""E-mails about leaving an event and coming back. Call these functions inside the transaction that does it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.expressions import Q

from i18n import formats
from server import emails, mail, names
from server.emails import Leaver, LostMeeting, ReaderRole
from server.models import CalendarEntry, Delegate, Departure, Event, Interpreter, Mail, Organiser, Person, Registration
from server.pages import zone_of

RELATIONS = ("expert__person", "enterprise__organisation", "table", "interpreter__person")


@dataclass(frozen=True)
class FarewellReader:
    """A recipient. meetings: affected meetings of theirs."""

    person: Person
    role: ReaderRole
    meetings: Sequence[CalendarEntry] = ()


async def tell_delegate_left(departure: Departure, until: datetime, *, at_once: int | None = None) -> None:
    """E-mail the delegate, colleagues and organisers: the delegate has left, the enterprise still takes part.

    until: when undoing ends. at_once: the reduced number of simultaneous meetings, None if unchanged.
    """
    event, party = await _event_and_party(departure)
    person = await Person.get(id=departure.person_id)
    readers = [*await _delegates(party, but=person), *await _organisers(event, but=person)]
    await _tell(departure, event, readers, at_once=at_once)
    await _confirm(departure, event, person, until)


async def tell_party_left(departure: Departure, until: datetime) -> None:
    """Tell everybody who acts for the party, everybody with a published meeting with it, and the organisers."""
    event, party = await _event_and_party(departure)
    person = await Person.get(id=departure.person_id)
    own = await _delegates(party, but=person)
    if party.person_id is not None and party.person_id != person.id:
        own = [FarewellReader(party.person, ReaderRole.OWN)]
    meetings = await published_meetings_of(party)
    others = [*await partners(meetings, party), *interpreters(meetings)]
    readers = [*own, *await _organisers(event, but=person), *others]
    await _tell(departure, event, readers, affected=len(meetings), until=until)
    if not departure.by_organiser:
        await _confirm(departure, event, person, until)


async def tell_interpreter_left(departure: Departure, until: datetime) -> None:
    """Tell the interpreter and the organisers."""
    event = await Event.get(id=departure.event_id)
    interpreter = await Interpreter.every.get(id=departure.interpreter_id).select_related("person")
    person: Person = interpreter.person
    meetings = await _meetings(Q(interpreter_id=interpreter.id), event.id)
    await _tell(departure, event, await _organisers(event, but=person), affected=len(meetings))
    await _confirm(departure, event, person, until)


async def tell_back(departure: Departure) -> None:
    """Tell everybody who was told about the departure that it was undone."""
    event = await Event.get(id=departure.event_id)
    prefix = f"left:{departure.id}:"
    told = await Mail.filter(key__startswith=prefix).values_list("key", flat=True)
    people = await Person.filter(id__in=[int(str(key).removeprefix(prefix)) for key in told]).order_by("id")
    name = await _name_of(departure)
    await mail.queue_all(
        mail.email_to(
            person,
            event,
            f"back:{departure.id}:{person.id}",
            emails.SomebodyBack(who=name(person.locale), path=f"/e/{event.slug}"),
        )
        for person in people
    )


async def _name_of(departure: Departure) -> Callable[[str], str]:
    if departure.is_whole and departure.registration_id is not None:
        _event, party = await _event_and_party(departure)
        return lambda locale: names.party_name(party, locale)
    if departure.interpreter_id is not None:
        interpreter = await Interpreter.every.get(id=departure.interpreter_id).select_related("person")
        return lambda locale: names.shown_name(interpreter, locale)
    left = await Departure.get(id=departure.id).select_related("person")
    return lambda locale: names.shown_name(left, locale)


# Writing ----------------------------------------------------------------------------------------------------------


async def _tell(
    departure: Departure,
    event: Event,
    readers: Iterable[FarewellReader],
    *,
    affected: int = 0,
    until: datetime | None = None,
    at_once: int | None = None,
) -> None:
    """Send one e-mail to each person, in the first of their roles. Other values as in `emails.SomebodyLeft`."""
    name = await _name_of(departure)

    def said_to(reader: FarewellReader) -> emails.SomebodyLeft:
        locale: str = reader.person.locale
        return emails.SomebodyLeft(
            role=reader.role,
            kind=_kind(departure),
            by_organiser=departure.by_organiser,
            who=name(locale),
            meetings=[lost_meeting(meeting, event, locale) for meeting in reader.meetings],
            affected=affected,
            until=_at(until, event, locale) if until else None,
            at_once=at_once,
            path=_path(departure, event, reader.role),
        )

    first: dict[int, FarewellReader] = {}
    for reader in readers:
        first.setdefault(reader.person.id, reader)
    await mail.queue_all(
        mail.email_to(reader.person, event, f"left:{departure.id}:{reader.person.id}", said_to(reader))
        for reader in first.values()
    )


async def _confirm(departure: Departure, event: Event, person: Person, until: datetime) -> None:
    """Send the person who left a confirmation with the link to undo it."""
    said = emails.YouLeft(kind=_kind(departure), until=_at(until, event, person.locale), path=f"/e/{event.slug}/left")
    await mail.queue_all([mail.email_to(person, event, f"you-left:{departure.id}", said)])


def _kind(departure: Departure) -> Leaver:
    if departure.interpreter_id is not None:
        return Leaver.INTERPRETER
    return Leaver.PARTY if departure.is_whole else Leaver.DELEGATE


def _path(departure: Departure, event: Event, role: ReaderRole) -> str:
    """Return the page that shows the reader the consequences."""
    if role is ReaderRole.ORGANISER:
        who = f"parties/{departure.registration_id}" if departure.registration_id else "interpreters"
        return f"/e/{event.slug}/{who}"
    ends = {ReaderRole.COLLEAGUE: "left" if departure.is_whole else "me", ReaderRole.OWN: "me"}
    return f"/e/{event.slug}/{ends.get(role, 'agenda')}"


def _at(moment: datetime, event: Event, locale: str) -> str:
    return formats.date_time(moment, locale, zone_of(event))


def lost_meeting(meeting: CalendarEntry, event: Event, locale: str) -> LostMeeting:
    """Return a meeting as a line of the e-mail."""
    when = formats.interval(meeting.start_at, meeting.end_at, locale, zone_of(event))
    return LostMeeting(when=when, table=str(meeting.table.number))


# Who is told ------------------------------------------------------------------------------------------------------


async def _event_and_party(departure: Departure) -> tuple[Event, Registration]:
    event = await Event.get(id=departure.event_id)
    party = await Registration.get(id=departure.registration_id).select_related("person", "organisation")
    return event, party


async def _organisers(event: Event, *, but: Person) -> list[FarewellReader]:
    found = await Organiser.filter(event_id=event.id).exclude(person_id=but.id).order_by("id").select_related("person")
    return [FarewellReader(each.person, ReaderRole.ORGANISER) for each in found]


async def _delegates(party: Registration, *, but: Person) -> list[FarewellReader]:
    found = Delegate.filter(registration_id=party.id).exclude(person_id=but.id).order_by("id")
    return [FarewellReader(each.person, ReaderRole.COLLEAGUE) for each in await found.select_related("person")]


async def published_meetings_of(party: Registration) -> Sequence[CalendarEntry]:
    """Return the party's future published meetings by time."""
    return await _meetings(Q(expert_id=party.id) | Q(enterprise_id=party.id), party.event_id)


async def _meetings(whose: Q, event_id: int) -> Sequence[CalendarEntry]:
    found = CalendarEntry.filter(whose, event_id=event_id, is_cancelled=False, end_at__gt=datetime.now(UTC))
    rows: Sequence[CalendarEntry] = await found.order_by("start_at", "id").select_related(*RELATIONS)
    return rows


async def partners(meetings: Sequence[CalendarEntry], party: Registration) -> list[FarewellReader]:
    """Return the people of the other side of these meetings."""
    if party.organisation_id is not None:
        return [FarewellReader(each.expert.person, ReaderRole.PARTNER, [each]) for each in meetings]
    with_firm = {each.enterprise_id: each for each in meetings}
    delegates = await Delegate.filter(registration_id__in=list(with_firm)).order_by("id").select_related("person")
    return [FarewellReader(each.person, ReaderRole.PARTNER, [with_firm[each.registration_id]]) for each in delegates]


def interpreters(meetings: Sequence[CalendarEntry]) -> list[FarewellReader]:
    """Return the interpreters of these meetings."""
    served: dict[int, list[CalendarEntry]] = {}
    for meeting in meetings:
        if meeting.interpreter_id is not None:
            served.setdefault(meeting.interpreter_id, []).append(meeting)
    return [FarewellReader(each[0].interpreter.person, ReaderRole.INTERPRETER, each) for each in served.values()]
