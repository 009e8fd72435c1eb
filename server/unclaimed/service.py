"""People who were entered without an address: the organiser gives them a link, and who signs in with it gets their
data.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.exceptions import IntegrityError

from i18n import _
from server.db import atomic, lock
from server.errors import Gone, NotFound, Refused
from server.models import Delegate, Event, Participation, Person, Registration, Unclaimed
from server.models.base import MAX_ID
from server.names import organisation_name
from server.registrations import naming
from server.settings import Settings
from server.translations.reading import TextReader

NONCE_BYTES = 32
PAGE = 50


class Claimed(Gone):
    """The link has been used."""

    def __init__(self) -> None:
        super().__init__(_("This link has already been used. Sign in with the e-mail address that you entered then."))


class TwiceHere(Refused):
    """The person who claims already takes part in the event."""

    def __init__(self) -> None:
        super().__init__(_("You already take part in this event. Tell the organiser that you are registered twice."))


@dataclass(frozen=True)
class Waiting:
    """A person without an address. about: organisation or enterprise. registration: to link to."""

    id: int
    person_id: int
    full_name: str
    about: str
    registration: int
    link: str


@dataclass(frozen=True)
class WaitingPage:
    """A page of people without an address. number: of the page, from 1. total: of people."""

    people: Sequence[Waiting]
    number: int
    total: int

    @property
    def is_last(self) -> bool:
        return self.number * PAGE >= self.total


def token_of(row: Unclaimed, settings: Settings) -> str:
    """Return the token of the link, derived from the installation's secret so that the link can be shown again."""
    about = b"claim\0%d\0" % row.id + row.nonce.encode()
    digest = hmac.digest(settings.secret_key.encode(), about, "sha256")
    return f"{row.id}-{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


async def unclaimed_by_token(token: str, settings: Settings) -> Unclaimed:
    """Return the row of a link with event and person. Raises NotFound if unknown, Gone if already claimed."""
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdigit() and len(number) <= 10 and 0 < int(number) <= MAX_ID):
        raise NotFound
    row = await Unclaimed.get_or_none(id=int(number)).select_related("event", "person")
    if row is None or not hmac.compare_digest(token_of(row, settings).encode(), token.encode("utf-8", "replace")):
        raise NotFound
    if row.claimed_at is not None:
        raise Claimed
    return row


async def people_waiting(
    event: Event, settings: Settings, texts: TextReader, *, number: int, person_id: int | None = None
) -> WaitingPage:
    """Return a page of everybody at the event without an address, by organisation and name. Three queries.

    texts: shows the event's texts to the reader. person_id: return the page of this person, if there is one.
    """
    rows = await Unclaimed.filter(event_id=event.id, claimed_at=None).select_related("person")
    people = [row.person_id for row in rows]
    experts = {
        each.person_id: (texts.affiliation(each).text, each.id)
        for each in await Registration.filter(event_id=event.id, person_id__in=people)
    }
    delegates = {
        each.person_id: (organisation_name(each.registration.organisation, texts.locale), each.registration_id)
        for each in await Delegate.filter(person_id__in=people, registration__event_id=event.id).select_related(
            "registration__organisation"
        )
    }
    found = []
    for row in rows:
        about, registration = experts.get(row.person_id) or delegates.get(row.person_id) or ("", 0)
        if registration:
            link = f"{settings.base_url}/claim/{token_of(row, settings)}"
            found.append(Waiting(row.id, row.person_id, row.person.full_name, about, registration, link))
    found.sort(key=lambda each: (each.about, each.full_name, each.id))
    place = next((place for place, each in enumerate(found) if each.person_id == person_id), None)
    if place is not None:
        number = place // PAGE + 1
    number = min(number, max(1, -(-len(found) // PAGE)))
    return WaitingPage(found[(number - 1) * PAGE : number * PAGE], number, len(found))


@atomic
async def claim_data(row: Unclaimed, person: Person) -> None:
    """Give the signed-in person all data that the organiser entered.

    Raises Gone if the link was claimed or replaced meanwhile, and Refused if the person already takes part in the
    event.
    """
    standing = await lock(Unclaimed, row.id)
    if standing is None or standing.claimed_at is not None:
        raise Claimed
    if standing.nonce != row.nonce:
        raise Gone(_("The organiser has replaced this link. Ask for the new one."))
    if await _takes_part(standing.event_id, person):
        raise TwiceHere
    try:
        await _hand_over(standing, person)
    except IntegrityError:
        # Claimed by another request at the same time.
        raise TwiceHere from None
    # The person's own name stays; data that they have not given are copied, for them to check.
    await naming.end_proposals(standing.event_id, person, is_taken=not person.full_name)


async def _takes_part(event_id: int, person: Person) -> bool:
    return await Registration.exists(event_id=event_id, person_id=person.id) or await Delegate.exists(
        person_id=person.id, registration__event_id=event_id
    )


async def _hand_over(standing: Unclaimed, person: Person) -> None:
    before = await Person.get(id=standing.person_id)
    await Registration.filter(event_id=standing.event_id, person_id=before.id).update(person_id=person.id)
    await Delegate.filter(person_id=before.id).update(person_id=person.id)
    await Participation.filter(person_id=before.id).update(person_id=person.id)
    await Unclaimed.filter(id=standing.id).update(person_id=person.id, claimed_at=datetime.now(UTC))
    await before.delete()


@atomic
async def renew(row: Unclaimed) -> None:
    """Create a new link; the old one stops working."""
    await Unclaimed.filter(id=row.id, claimed_at=None).update(nonce=secrets.token_hex(NONCE_BYTES))
