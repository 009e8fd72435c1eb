"""The e-mails that go out when two registrations are joined. Call inside the transaction that joins them."""

from collections.abc import Sequence

from server import mail, names
from server.models import CalendarEntry, Delegate, Event, Mail, Person, Registration, SameName
from server.registrations import farewell
from server.registrations.farewell import Reader

# Those who know the joined one by its own name, and their page.
PATHS = {"partner": "agenda", "interpreter": "agenda"}


async def tell_joined(
    decision: SameName,
    kept: Registration,
    own: Sequence[Delegate],
    joined: Registration,
    moved: Sequence[Delegate],
    meetings: Sequence[CalendarEntry],
) -> None:
    """To the delegates of both, and to those who lose a published meeting with the joined one: one e-mail each.

    Both come with their organisations. own: delegates of the kept one before. moved: delegates who came to it.
    meetings: of the joined one.
    """
    event = await Event.get(id=kept.event_id)
    readers: dict[int, Reader] = {}
    for reader in (
        *(Reader(each.person, "joined", meetings) for each in moved),
        *(Reader(each.person, "kept") for each in own),
        *await farewell.partners(meetings, joined),
        *farewell.interpreters(meetings),
    ):
        readers.setdefault(reader.person.id, reader)
    firms = {role: joined if role in PATHS else kept for role in ("kept", "joined", *PATHS)}
    await mail.queue_all(_letter(decision, event, firms[reader.role], reader, moved) for reader in readers.values())


def _letter(decision: SameName, event: Event, firm: Registration, reader: Reader, moved: Sequence[Delegate]) -> Mail:
    person: Person = reader.person
    return mail.letter_to(
        person,
        event,
        f"joined:{decision.id}:{person.id}",
        "joined",
        {
            "role": reader.role,
            "who": names.party_name(firm, person.locale),
            "new": [names.shown_name(each, person.locale) for each in moved] if reader.role == "kept" else [],
            "meetings": [farewell.line(each, event, person.locale) for each in reader.meetings],
            "path": f"/e/{event.slug}/{PATHS.get(reader.role, 'me')}",
        },
    )
