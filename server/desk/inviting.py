"""Send invitations again."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from server import mail
from server.accounts import service as accounts
from server.db import atomic
from server.emails import InviteParty
from server.models import Consent, Delegate, Event, Mail, Person, Registration
from server.registrations.consents import NEEDED

MOST_AT_ONCE = 500


@atomic
async def invite(event: Event, parties: Collection[int], *, by: Person, emails: Collection[str] | None = None) -> int:
    """Send a new sign-in link to the people of these parties who have not given consent; return the number of e-mails.

    A person gets at most one e-mail an hour, and one call sends at most MOST_AT_ONCE; a later call reaches the others.
    Parties that have left get none. emails: only to these addresses, None for all.
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
    return await mail.queue_all(await invitations(event, dict(list(due.items())[:MOST_AT_ONCE]), by))


async def _agreed(event: Event, people: Collection[int]) -> set[int]:
    """Return the ids of people who have given all needed consents."""
    given: dict[int, set[str]] = {}
    for row in await Consent.filter(event_id=event.id, person_id__in=list(people), withdrawn_at=None).values(
        "person_id", "purpose"
    ):
        given.setdefault(row["person_id"], set()).add(row["purpose"])
    return {person for person, purposes in given.items() if purposes >= NEEDED}


async def invitations(
    event: Event, people: Mapping[str, tuple[Registration, Person]], by: Person | None = None
) -> list[Mail]:
    """Return an e-mail to each person with a new link to their own page. Two queries.

    people: by the key of the e-mail, each with the party. Call inside the transaction that invites.
    """
    emails = {person.email for _party, person in people.values()}
    paths = await accounts.invitation_paths(emails, f"/e/{event.slug}/me", event=event)
    return [
        mail.email_to(person, event, key, InviteParty(side=party.side, path=paths[person.email]), by=by)
        for key, (party, person) in people.items()
    ]
