"""The e-mail that invites a delegate of an enterprise."""

from server import mail
from server.accounts import service as accounts
from server.db import atomic, lock
from server.emails import InviteDelegate
from server.errors import NotFound
from server.models import Delegate, Event, Person
from server.names import called


async def invite_delegate(event: Event, delegate: Delegate, person: Person, *, name: str, by: Person | None) -> None:
    """Send the invitation with a new link; a link before stops working. Call inside a transaction.

    name: the greeting. Raises TooManyMails.
    """
    path = await accounts.invitation_path(person.email, f"/e/{event.slug}/me", event=event)
    key = f"delegate:{delegate.id}:{path.rpartition('/')[2][:12]}"
    await mail.queue_to(person, event, key, InviteDelegate(path=path), by=by, called=name)


@atomic
async def invite_again(event: Event, delegate: Delegate, by: Person) -> None:
    """Send a delegate the invitation again. Raises TooManyMails, and NotFound if the delegate was removed."""
    standing = await lock(Delegate, delegate.id)
    if standing is None:
        raise NotFound
    standing.person = person = await Person.get(id=standing.person_id)
    await invite_delegate(event, standing, person, name=called(standing).full_name, by=by)
