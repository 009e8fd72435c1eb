"""E-mails about merged registrations. Call these functions inside the transaction that merges."""

from collections.abc import Sequence

from server import mail, names
from server.models import CalendarEntry, Delegate, Event, Mail, Person, Registration, SameName
from server.registrations import farewell
from server.registrations.farewell import FarewellReader

# People who know the merged registration by its own name, and the page for them.
PATHS = {"partner": "agenda", "interpreter": "agenda"}


async def tell_joined(
    decision: SameName,
    kept: Registration,
    own: Sequence[Delegate],
    joined: Registration,
    moved: Sequence[Delegate],
    meetings: Sequence[CalendarEntry],
) -> None:
    """Send one e-mail to each delegate of both, and to everybody who loses a published meeting with joined.

    Both registrations have their organisations loaded. own: delegates of kept before the merge. moved: delegates who
    came to it. meetings: of joined.
    """
    event = await Event.get(id=kept.event_id)
    readers: dict[int, FarewellReader] = {}
    for reader in (
        *(FarewellReader(each.person, "joined", meetings) for each in moved),
        *(FarewellReader(each.person, "kept") for each in own),
        *await farewell.partners(meetings, joined),
        *farewell.interpreters(meetings),
    ):
        readers.setdefault(reader.person.id, reader)
    firms = {role: joined if role in PATHS else kept for role in ("kept", "joined", *PATHS)}
    await mail.queue_all(_email(decision, event, firms[reader.role], reader, moved) for reader in readers.values())


def _email(
    decision: SameName, event: Event, firm: Registration, reader: FarewellReader, moved: Sequence[Delegate]
) -> Mail:
    person: Person = reader.person
    return mail.email_to(
        person,
        event,
        f"joined:{decision.id}:{person.id}",
        "joined",
        {
            "role": reader.role,
            "who": names.party_name(firm, person.locale),
            "new": [names.shown_name(each, person.locale) for each in moved] if reader.role == "kept" else [],
            "meetings": [farewell.meeting_line(each, event, person.locale) for each in reader.meetings],
            "path": f"/e/{event.slug}/{PATHS.get(reader.role, 'me')}",
        },
    )
