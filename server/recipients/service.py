"""Keep an event's recipients of data, and people's consents to each. Each act is one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from server.db import atomic, lock
from server.errors import NotFound
from server.models import Consent, Event, Person, Recipient, Registration
from server.registrations import agreeing
from server.registrations.consents import Purpose, recipient_code, to_recipient


def purpose_of(recipient: Recipient) -> Purpose:
    """Return the consent to pass data to a recipient."""
    return to_recipient(recipient.id, recipient.name, recipient.country, recipient.purpose)


async def recipients_of(event_id: int) -> Sequence[Recipient]:
    """Return the recipients of an event in the order in which they were added. One query."""
    return await Recipient.filter(event_id=event_id).order_by("id")


async def people_who_agree(recipients: Collection[Recipient]) -> Mapping[int, int]:
    """Return how many people consent to each recipient now, by its id. One query."""
    codes = {recipient_code(each.id): each.id for each in recipients}
    rows = Consent.filter(purpose__in=list(codes), withdrawn_at=None)
    people: dict[int, set[int]] = {id: set() for id in codes.values()}
    for code, person in await rows.values_list("purpose", "person_id"):
        people[codes[str(code)]].add(int(str(person)))
    return {id: len(some) for id, some in people.items()}


@atomic
async def add(event: Event, name: str, country: str, purpose: Mapping[str, str]) -> Recipient:
    """Add a recipient. Nobody has consented to it yet."""
    await lock(Event, event.id)
    return await Recipient.create(event_id=event.id, name=name, country=country, purpose=dict(purpose))


@atomic
async def remove(recipient: Recipient) -> None:
    """Remove a recipient, and end the consents to it."""
    await lock(Event, recipient.event_id)
    await Recipient.filter(id=recipient.id).update(removed_at=datetime.now(UTC))
    await agreeing.end_for_all(recipient.event_id, recipient_code(recipient.id))


async def agreed_by(event_id: int, person: Person) -> frozenset[str]:
    """Return the codes of recipients to which the person consents, in the wording of now. Two queries."""
    current = {(purpose.code, purpose.version) for purpose in map(purpose_of, await recipients_of(event_id))}
    rows = Consent.filter(event_id=event_id, person_id=person.id, withdrawn_at=None)
    given = {(str(code), str(version)) for code, version in await rows.values_list("purpose", "version")}
    return frozenset(code for code, _version in current & given)


@atomic
async def choose(
    party: Registration, person: Person, codes: Collection[str], *, shown: Collection[str], locale: str
) -> None:
    """Store to which recipients the person consents. Raises NotFound.

    codes: ticked. shown: recipients on the page; others stay as they are, such as one that was added meanwhile.
    """
    if await lock(Registration, party.id) is None or not party.takes_part:
        raise NotFound
    offered = [purpose for purpose in map(purpose_of, await recipients_of(party.event_id)) if purpose.code in shown]
    event = await Event.get(id=party.event_id)
    ticked = [purpose.code for purpose in offered if purpose.code in codes]
    await agreeing.record(event, person, ticked, locale=locale, offered=offered)
