"""E-mails about absence requests. Call these functions inside the transaction that changes the request."""

from i18n import formats
from server import mail, names, presence
from server.emails import AbsenceAsked, AbsenceDecided
from server.models import Decision, Event, Organiser, Person, PresenceRequest
from server.pages import zone_of


def who_of(request: PresenceRequest, locale: str) -> str:
    """Return the name of the party or interpreter of a request, whose relations must be loaded."""
    if request.registration_id is not None:
        return names.party_name(request.registration, locale)
    return names.shown_name(request.interpreter, locale)


async def tell_organisers(request: PresenceRequest, *, but: Person) -> None:
    """Queue an e-mail about the request to each organiser except `but`."""
    event = await Event.get(id=request.event_id)
    found = Organiser.filter(event_id=event.id).exclude(person_id=but.id).order_by("id").select_related("person")
    people = [each.person for each in await found]
    await mail.queue_all(
        mail.email_to(
            person,
            event,
            f"absence:{request.id}:{len(request.slots)}:{person.id}",
            AbsenceAsked(
                who=who_of(request, person.locale),
                slots=_lines(request, event, person.locale),
                path=f"/e/{event.slug}/absences",
            ),
        )
        for person in people
    )


async def tell_asker(request: PresenceRequest) -> None:
    """Queue an e-mail about the decision to the person who asked."""
    person = request.asked_by
    if person is None:
        return
    event = await Event.get(id=request.event_id)
    said = AbsenceDecided(
        is_granted=request.decision is Decision.GRANTED,
        slots=_lines(request, event, person.locale),
        path=f"/e/{event.slug}/agenda",
    )
    await mail.queue_all([mail.email_to(person, event, f"absence-decided:{request.id}", said)])


def _lines(request: PresenceRequest, event: Event, locale: str) -> list[str]:
    return [formats.interval(start, end, locale, zone_of(event)) for start, end in presence.from_json(request.slots)]
