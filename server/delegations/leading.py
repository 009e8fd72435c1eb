"""Who leads a delegation: named by organisers, and what happens when a leader leaves."""

import secrets

from i18n import _
from server import mail
from server.accounts import service as accounts
from server.db import atomic, lock
from server.delegations.values import LeaderChoice
from server.emails import InviteLeader, LeaderLeft
from server.errors import NotFound, Refused
from server.events.service import mail_locale, person_by_email
from server.models import Delegation, Event, Organiser, Person, Registration, Side


class LeadsAnother(Refused):
    """The person leads another delegation of the event."""

    field = "leader"

    def __init__(self) -> None:
        super().__init__(_("This person already leads another delegation of this event."))


class NoLeader(Refused):
    """The expert cannot lead: left the event, or has no address."""

    field = "leader"

    def __init__(self) -> None:
        super().__init__(_("Choose an expert who takes part and has an e-mail address."))


class OtherLeader(Refused):
    """Another organiser has named a leader since the page was shown."""

    field = "leader"

    def __init__(self) -> None:
        super().__init__(_("The leader has changed since you opened this page. Check who leads now."))


def mark_of_leader(delegation: Delegation) -> str:
    """Return the id of the leader as the form that names a leader carries it, "" while nobody leads."""
    return str(delegation.leader_id or "")


@atomic
async def name_leader(event: Event, delegation: Delegation, choice: LeaderChoice, *, was: str, by: Person) -> None:
    """Name who leads a delegation; a new leader gets an e-mail. was: `mark_of_leader` when the form was shown.

    A second call with the same choice changes nothing. Raises OtherLeader, LeadsAnother, NoLeader, TooManyMails, and
    NotFound if the delegation was removed.
    """
    stored = await lock(Delegation, delegation.id)
    if stored is None:
        raise NotFound
    person, name = await _chosen(event, choice)
    if stored.leader_id == person.id:
        await Delegation.filter(id=stored.id).update(leader_name=name)
        return
    if mark_of_leader(stored) != was:
        raise OtherLeader
    if await Delegation.exists(event_id=event.id, leader_id=person.id):
        raise LeadsAnother
    await _end_link(event, stored.leader_id)
    await Delegation.filter(id=stored.id).update(leader_id=person.id, leader_name=name)
    await _invite(event, stored, person, by)


async def _chosen(event: Event, choice: LeaderChoice) -> tuple[Person, str]:
    """Return the person, and the name to show for one who is no expert of the event."""
    if choice.registration_id is None:
        return await person_by_email(choice.email, locale=mail_locale(event, choice.locale)), choice.name
    found = Registration.filter(
        id=choice.registration_id, event_id=event.id, side=Side.EXPERT, withdrawn_at=None
    ).select_related("person")
    expert = await found.first()
    if expert is None or not expert.person.has_address:
        raise NoLeader
    return expert.person, ""


async def _invite(event: Event, delegation: Delegation, person: Person, by: Person) -> None:
    path = await accounts.invitation_path(person.email, _home(event), event=event)
    key = f"leader:{delegation.id}:{path.rpartition('/')[2][:12]}"
    await mail.queue_to(person, event, key, InviteLeader(path=path, delegation=delegation.name), by=by)


@atomic
async def invite_again(event: Event, delegation: Delegation, by: Person) -> None:
    """Send the leader the invitation again; the link before stops working. Raises TooManyMails, and NotFound if nobody
    leads.
    """
    stored = await lock(Delegation, delegation.id)
    if stored is None or stored.leader_id is None:
        raise NotFound
    await _invite(event, stored, await Person.get(id=stored.leader_id), by)


async def _end_link(event: Event, person_id: int | None) -> None:
    """End the invitation of somebody who leads no more; other invitations of the person to the event stay."""
    if (person := await Person.get_or_none(id=person_id or 0)) is not None:
        await accounts.revoke_invitation(person.email, _home(event))


def _home(event: Event) -> str:
    return f"/e/{event.slug}/delegation"


@atomic
async def step_down(delegation: Delegation, person: Person) -> bool:
    """End the leading of this person; organisers are told. Return False if the person no longer leads."""
    stored = await lock(Delegation, delegation.id)
    if stored is None or stored.leader_id != person.id:
        return False
    await _end(stored)
    return True


async def end_all(person_id: int, event_id: int | None = None) -> None:
    """End what somebody leads in an event that the person leaves, or (None) in all events; organisers are told.

    Members stay. Until a new leader is named, organisers get the e-mails to members without an address. Call inside a
    transaction.
    """
    where = {} if event_id is None else {"event_id": event_id}
    for each in await Delegation.filter(leader_id=person_id, **where).order_by("id"):
        await _end(each)


async def _end(delegation: Delegation) -> None:
    former = delegation.leader_id
    await Delegation.filter(id=delegation.id).update(leader_id=None, leader_name="")
    event = await Event.get(id=delegation.event_id)
    await _end_link(event, former)
    others = Organiser.filter(event_id=event.id).exclude(person_id=former or 0).order_by("id").select_related("person")
    # A leader can leave, be named again, and leave again.
    told = secrets.token_hex(6)
    said = LeaderLeft(delegation=delegation.name, path=f"/e/{event.slug}/delegations/{delegation.id}")
    await mail.queue_all(
        [mail.email_to(each.person, event, f"leader_left:{told}:{each.person_id}", said) for each in await others]
    )
