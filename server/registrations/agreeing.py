"""Records of consents: given with the wording shown, withdrawn by purpose.

A party is shown to the other side while at least one person who acts for it has given all needed consents. Only this
module writes the columns for that; the caller's transaction holds the lock of the registration.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from server.drafting import forgetting
from server.models import Consent, Delegate, Event, FileKind, Passport, Person, Registration, StoredFile
from server.registrations.consents import (
    FILES,
    NEEDED,
    NEEDED_VERSIONS,
    OF_HELPERS,
    PASSPORT,
    PORTRAIT,
    PURPOSES,
    TRANSLATION,
    Purpose,
)


async def is_consent_due(registration: Registration, person: Person) -> bool:
    """Return whether the person takes part without consent (entered by others), or consented to an older wording."""
    if registration.registered_at is None or registration.withdrawn_at is not None:
        return False
    given = await Consent.filter(event_id=registration.event_id, person_id=person.id, withdrawn_at=None).values_list(
        "purpose", "version"
    )
    return not NEEDED_VERSIONS.issubset(given)


async def agreed_delegates(registration: Registration) -> list[Delegate]:
    """Return the delegates who have given all needed consents themselves, with persons, by id. Two queries."""
    delegates = await Delegate.filter(registration_id=registration.id).order_by("id").select_related("person")
    return await agreed_among(registration.event_id, delegates)


async def agreed_among(event_id: int, delegates: Sequence[Delegate]) -> list[Delegate]:
    """Return those of the delegates who have given all needed consents themselves. One query."""
    people = [each.person_id for each in delegates]
    given = Consent.filter(event_id=event_id, person_id__in=people, withdrawn_at=None)
    purposes: dict[int, set[str]] = {}
    for person_id, purpose in await given.values_list("person_id", "purpose"):
        purposes.setdefault(int(str(person_id)), set()).add(str(purpose))
    return [each for each in delegates if purposes.get(each.person_id, set()) >= NEEDED]


async def consents_in_force(event_id: int, person: Person) -> list[Consent]:
    """Return the person's consents in force as a participant, in the order of purposes."""
    order = {purpose.code: place for place, purpose in enumerate(PURPOSES)}
    given = await Consent.filter(event_id=event_id, person_id=person.id, withdrawn_at=None).order_by("id")
    given = [consent for consent in given if consent.purpose not in OF_HELPERS]
    return sorted(given, key=lambda consent: order.get(consent.purpose, len(order)))


async def record(
    event: Event, person: Person, purposes: Sequence[str], *, locale: str, offered: Sequence[Purpose] = PURPOSES
) -> None:
    """Store new consents and withdraw those that are no longer ticked. Call inside a transaction.

    offered: the purposes that were asked for; consents to others stay as they are.
    """
    now = datetime.now(UTC)
    given = await Consent.filter(event_id=event.id, person_id=person.id, withdrawn_at=None)
    versions = {purpose.code: purpose.version for purpose in offered}
    current = {consent.purpose for consent in given if consent.version == versions.get(consent.purpose)}
    asked = [consent for consent in given if consent.purpose in versions]
    gone = [consent for consent in asked if consent.purpose not in purposes or consent.purpose not in current]
    await Consent.filter(id__in=[consent.id for consent in gone]).update(withdrawn_at=now)
    new = [purpose for purpose in offered if purpose.code in purposes and purpose.code not in current]
    await Consent.bulk_create(
        [
            Consent(
                person_id=person.id,
                event_id=event.id,
                purpose=purpose.code,
                version=purpose.version,
                text_hash=purpose.text_hash(locale),
                locale=locale,
                given_at=now,
            )
            for purpose in new
        ]
    )
    if TRANSLATION not in purposes and any(consent.purpose == TRANSLATION for consent in gone):
        await forgetting.forget_drafts(event.id, person.id)


async def end(event_id: int, person_id: int, purpose: str | None = None) -> list[int]:
    """Withdraw the person's consent to a purpose, or to all as a participant (None); return the ids of the rows that
    ended.
    """
    given = Consent.filter(event_id=event_id, person_id=person_id, withdrawn_at=None)
    given = given.exclude(purpose__in=list(OF_HELPERS)) if purpose is None else given.filter(purpose=purpose)
    rows = await given
    ended = [consent.id for consent in rows]
    await Consent.filter(id__in=ended).update(withdrawn_at=datetime.now(UTC))
    if any(consent.purpose == TRANSLATION for consent in rows):
        await forgetting.forget_drafts(event_id, person_id)
    if purpose in (PORTRAIT.code, FILES.code):
        await _forget_files(event_id, person_id, purpose)
    if purpose in (None, PASSPORT.code):
        # At once, although leaving can be undone: it is asked for again then.
        await _forget_passports(registration__event_id=event_id, registration__person_id=person_id)
    return ended


async def end_for_all(event_id: int, purpose: str) -> None:
    """Withdraw everybody's consent to what the event no longer does: passport data, a recipient."""
    rows = Consent.filter(event_id=event_id, purpose=purpose, withdrawn_at=None)
    await rows.update(withdrawn_at=datetime.now(UTC))
    if purpose == PASSPORT.code:
        await _forget_passports(registration__event_id=event_id)


async def _forget_passports(**whose: int) -> None:
    ids = await Passport.filter(**whose).values_list("id", flat=True)
    await Passport.filter(id__in=ids).delete()


async def _forget_files(event_id: int, person_id: int, purpose: str) -> None:
    """Delete the rows of the person's files for a purpose. Files of somebody who leaves stay for as long as that can be
    undone: see `housekeeping`.
    """
    files = StoredFile.filter(event_id=event_id, registration__person_id=person_id, need_id=None)
    is_photo = purpose == PORTRAIT.code
    ids = await (files.filter(kind=FileKind.PHOTO) if is_photo else files.exclude(kind=FileKind.PHOTO)).values_list(
        "id", flat=True
    )
    await StoredFile.filter(id__in=ids).delete()


async def restore_consents(ended: Collection[int]) -> None:
    """Store again consents that were ended by an act that is now undone, with their wording and language."""
    now = datetime.now(UTC)
    before = await Consent.filter(id__in=list(ended)).order_by("id")
    columns = ("person_id", "event_id", "purpose", "version", "text_hash", "locale")
    await Consent.bulk_create(
        [Consent(**{name: getattr(each, name) for name in columns}, given_at=now) for each in before]
    )


async def update_agreed_at(registration: Registration) -> None:
    """Update the registration's agreed_at from the consents of its people."""
    since = await _agreed_since(registration)
    await Registration.filter(id=registration.id).update(agreed_at=since)
    registration.agreed_at = since


async def _agreed_since(registration: Registration) -> datetime | None:
    people = [registration.person_id] if registration.person_id else await _delegates(registration)
    given = await Consent.filter(event_id=registration.event_id, person_id__in=people, withdrawn_at=None).values(
        "person_id", "purpose", "given_at"
    )
    since = [_all_since([row for row in given if row["person_id"] == person]) for person in people]
    return min((each for each in since if each is not None), default=None)


async def _delegates(registration: Registration) -> list[int]:
    rows = await Delegate.filter(registration_id=registration.id).values("person_id")
    return [row["person_id"] for row in rows]


def _all_since(given: Iterable[dict[str, datetime]]) -> datetime | None:
    """Return when the last of the needed consents was given, or None if one is missing."""
    at = {str(row["purpose"]): row["given_at"] for row in given}
    return max(at[code] for code in NEEDED) if at.keys() >= NEEDED else None
