"""Sending people their invitation again."""

from collections.abc import Collection
from datetime import UTC, datetime

from server import mail
from server.accounts import service as accounts
from server.db import atomic
from server.models import Consent, Delegate, Event, Mail, Person, Registration
from server.registrations.consents import NEEDED

MOST_AT_ONCE = 500


@atomic
async def invite(event: Event, parties: Collection[int], *, by: Person, emails: Collection[str] | None = None) -> int:
    """Write to everybody who acts for these parties and has not agreed yet, each with a new link; how many.

    Nobody is written to twice within an hour, and no more than MOST_AT_ONCE people by one act; the others get theirs
    by the next. A party that has left is left alone. emails: of those who are written to, None for all.
    """
    rows = Registration.filter(id__in=list(parties), event_id=event.id, withdrawn_at=None).select_related("person")
    found = {row.id: row for row in await rows.order_by("id")}
    people = [(row, row.person) for row in found.values() if row.person_id is not None]
    delegates = await Delegate.filter(registration_id__in=list(found)).order_by("id").select_related("person")
    people += [(found[each.registration_id], each.person) for each in delegates]
    hour = f"{datetime.now(UTC):%Y%m%dT%H}"
    keys = {
        f"invited:{row.id}:{person.id}:{hour}": (row, person)
        for row, person in people
        if emails is None or person.email in emails
    }
    written = {row["key"] for row in await Mail.filter(key__in=list(keys)).values("key")}
    agreed = await _agreed(event, [person.id for _row, person in people])
    due = {key: each for key, each in keys.items() if key not in written and each[1].id not in agreed}
    return await mail.queue_all(
        [await invitation(key, event, row, person, by) for key, (row, person) in list(due.items())[:MOST_AT_ONCE]]
    )


async def _agreed(event: Event, people: Collection[int]) -> set[int]:
    """Who of these people has given every needed consent."""
    given: dict[int, set[str]] = {}
    for row in await Consent.filter(event_id=event.id, person_id__in=list(people), withdrawn_at=None).values(
        "person_id", "purpose"
    ):
        given.setdefault(row["person_id"], set()).add(row["purpose"])
    return {person for person, purposes in given.items() if purposes >= NEEDED}


async def invitation(key: str, event: Event, party: Registration, person: Person, by: Person | None = None) -> Mail:
    """With a new link to the own page. Call inside the transaction that invites."""
    path = await accounts.invitation_path(person.email, f"/e/{event.slug}/me", event=event)
    return mail.letter_to(person, event, key, "invited", {"side": party.side.value, "path": path}, by=by)
