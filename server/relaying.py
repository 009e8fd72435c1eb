"""E-mails to members of a delegation who have no address go to their leader, and to organisers while nobody leads."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from server import names
from server.models import DelegationMember, Mail, Organiser, Person
from server.models.people import NOWHERE


@dataclass(frozen=True)
class Relay:
    """Somebody who gets the e-mails to a member instead. member: name. path: page of the delegation for the reader."""

    member: str
    to: Person
    path: str


THROUGH = ":through:"  # in the key of an e-mail that somebody else gets for a member
Relays = Mapping[int, Iterable[Relay]]  # by id of the member's person


def is_nowhere(email: Mail) -> bool:
    """Return whether the e-mail has no address to go to."""
    return email.to_address.endswith(NOWHERE)


async def relays_for(emails: Collection[Mail]) -> Relays:
    """Return the relays of those e-mails that have no address to go to. No query if all have one, else at most two."""
    lost = [email for email in emails if is_nowhere(email) and email.event_id is not None]
    return await _relays({email.event_id or 0 for email in lost}, {email.person_id or 0 for email in lost})


async def relays_of(event_id: int) -> Relays:
    """Return the relays of all members of the event. At most two queries."""
    return await _relays({event_id}, None)


async def _relays(events: Collection[int], people: Collection[int] | None) -> Relays:
    if not events:
        return {}
    whose = {} if people is None else {"registration__person_id__in": list(people)}
    nowhere = {"registration__person__email__endswith": NOWHERE, "registration__withdrawn_at": None}
    rows = DelegationMember.filter(delegation__event_id__in=list(events), **nowhere, **whose)
    members = await rows.select_related("registration__person", "delegation__leader", "delegation__event")
    unled = {row.delegation.event_id for row in members if not _leads(row)}
    organisers: dict[int, list[Person]] = defaultdict(list)
    if unled:
        for each in await Organiser.filter(event_id__in=list(unled)).order_by("id").select_related("person"):
            organisers[each.event_id].append(each.person)
    return {row.registration.person_id: list(_of(row, organisers[row.delegation.event_id])) for row in members}


def _leads(row: DelegationMember) -> bool:
    leader = row.delegation.leader
    return leader is not None and leader.has_address


def _of(row: DelegationMember, organisers: Iterable[Person]) -> Iterator[Relay]:
    home = f"/e/{row.delegation.event.slug}"
    if _leads(row):
        leader = row.delegation.leader
        yield Relay(names.shown_name(row.registration, leader.locale), leader, f"{home}/delegation")
        return
    for person in organisers:
        path = f"{home}/delegations/{row.delegation_id}"
        yield Relay(names.shown_name(row.registration, person.locale), person, path)
