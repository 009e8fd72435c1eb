"""What an administrator of the installation does. Each public function is one transaction."""

from server import mail
from server.arrivals import has_come
from server.db import atomic, lock
from server.emails import AdministratorEntered
from server.events import organising
from server.models import Event, Organiser, Person, Right, TeamChange
from server.names import own_spelling


@atomic
async def invite_owners(event: Event, by: Person) -> None:
    """Send the owners who have not come yet their invitation again; the link before stops working.

    Raises TooManyMails.
    """
    owners = Organiser.filter(event_id=event.id, is_owner=True).order_by("id").select_related("person")
    for each in await owners:
        if not has_come(each.person, each):
            await organising.invite_again(event, each, by)


@atomic
async def enter(event: Event, by: Person) -> None:
    """Make the administrator an organiser of the event; the other organisers get an e-mail.

    It is written down for them. An event whose owners are all gone gets an owner again. Changes nothing for
    somebody who is an organiser already.
    """
    await lock(Event, event.id)
    if await Organiser.exists(event_id=event.id, person_id=by.id):
        return
    others = await Organiser.filter(event_id=event.id).order_by("id").select_related("person")
    is_owner = not any(each.is_owner for each in others)
    row = await Organiser.create(event_id=event.id, person_id=by.id, rights=" ".join(Right), is_owner=is_owner)
    await organising.note(event.id, TeamChange.ENTERED, by.id, by)
    for each in others:
        told = AdministratorEntered(path=f"/e/{event.slug}/organisers", by=own_spelling(by, each.person.locale))
        await mail.queue_to(each.person, event, f"entered:{row.id}:{each.id}", told)
