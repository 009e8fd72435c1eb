"""E-mails about merged registrations. Call these functions inside the transaction that merges."""

from collections.abc import Sequence

from server import mail, names
from server.emails import ReaderRole, RegistrationsJoined
from server.models import CalendarEntry, Delegate, Event, Mail, Person, Registration, SameName
from server.registrations import farewell
from server.registrations.farewell import FarewellReader

# People who know the merged registration by its own name, and the page for them.
PATHS = {ReaderRole.PARTNER: "agenda", ReaderRole.INTERPRETER: "agenda"}


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
        *(FarewellReader(each.person, ReaderRole.JOINED, meetings) for each in moved),
        *(FarewellReader(each.person, ReaderRole.KEPT) for each in own),
        *await farewell.partners(meetings, joined),
        *farewell.interpreters(meetings),
    ):
        readers.setdefault(reader.person.id, reader)
    await mail.queue_all(
        _email(decision, event, joined if reader.role in PATHS else kept, reader, moved) for reader in readers.values()
    )


def _email(
    decision: SameName, event: Event, firm: Registration, reader: FarewellReader, moved: Sequence[Delegate]
) -> Mail:
    person: Person = reader.person
    said = RegistrationsJoined(
        role=reader.role,
        who=names.party_name(firm, person.locale),
        new=[names.shown_name(each, person.locale) for each in moved] if reader.role is ReaderRole.KEPT else [],
        meetings=[farewell.lost_meeting(each, event, person.locale) for each in reader.meetings],
        path=f"/e/{event.slug}/{PATHS.get(reader.role, 'me')}",
    )
    return mail.email_to(person, event, f"joined:{decision.id}:{person.id}", said)
