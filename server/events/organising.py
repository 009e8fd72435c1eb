"""The organisers of an event: owners add and remove others, decide what they may do, and hand the event over.

Each public function that writes is one transaction, and writes down what it did for all organisers to see.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from i18n import Message, _, pgettext_
from server import mail
from server.accounts import service as accounts
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, write
from server.emails import EventHandedOver, InviteOrganiser
from server.errors import NotFound, Refused
from server.events.service import create, mail_locale, person_by_email
from server.events.values import EventValues
from server.models import Event, Organiser, Person, Right, TeamAct, TeamChange
from server.names import own_spelling, shown_name
from server.rights import LABELS
from server.values import Values

SHOWN = 20
SAID: dict[TeamChange, Message] = {
    TeamChange.ADDED: pgettext_("what was changed", "Added as an organiser"),
    TeamChange.RIGHTS: pgettext_("what was changed", "Rights changed"),
    TeamChange.OWNER: pgettext_("what was changed", "Made the owner"),
    TeamChange.REMOVED: pgettext_("what was changed", "Removed from the organisers"),
    TeamChange.ENTERED: _("Became an organiser as the administrator of this installation"),
}


class NoOtherOrganiser(Refused):
    """The last organiser stays."""

    def __init__(self) -> None:
        super().__init__(_("An event needs at least one organiser."))


class NoOtherOwner(Refused):
    """The last owner stays."""

    def __init__(self) -> None:
        super().__init__(_("An event needs an owner. Hand it over to another organiser first."))


class OwnersHaveAll(Refused):
    """The rights of an owner cannot be changed."""

    def __init__(self) -> None:
        super().__init__(_("This person is an owner of the event, and owners have all rights."))


@dataclass(frozen=True, kw_only=True)
class RightsValues(Values):
    """What an organiser may do: values of `Right`, in their order."""

    rights: Sequence[str]


@dataclass(frozen=True)
class ShownAct:
    """A change of the organisers. by, person: names, "" for people who have deleted their account.

    person: the address alone of somebody whose name this event does not know.
    """

    said: Message
    by: str
    person: str
    rights: Sequence[Message]
    row: TeamAct


def ordered(rights: str | Collection[str]) -> list[str]:
    """Return the known rights among these, each once and in the order in which they are shown. A str is as stored."""
    given = rights.split() if isinstance(rights, str) else rights
    return [right.value for right in Right if right in given]


async def note(
    event_id: int, act: TeamChange, person_id: int, by: Person | None, rights: Sequence[str] = ()
) -> TeamAct:
    """Write down a change of the organisers. Call in the transaction that makes it."""
    return await TeamAct.create(
        event_id=event_id, act=act, person_id=person_id, by_id=by.id if by else None, rights=" ".join(rights)
    )


async def acts_of(event: Event, locale: str) -> list[ShownAct]:
    """Return the last changes of the event's organisers, latest first. Two queries."""
    rows = await TeamAct.filter(event_id=event.id).order_by("-id").limit(SHOWN).select_related("by", "person")
    now = {each.person_id: each for each in await Organiser.filter(event_id=event.id).select_related("person")}
    acted = {row.by_id for row in rows}

    def named(person: Person) -> str:
        """Return the name by which the event knows a person, as in the list of organisers, or the address."""
        if person.id in acted:
            return own_spelling(person, locale)
        # Whoever was removed may never have come: nothing but the address was entered here.
        return shown_name(now[person.id], locale) if person.id in now else str(person.email)

    return [
        ShownAct(
            SAID[row.act],
            own_spelling(row.by, locale) if row.by else "",
            named(row.person) if row.person else "",
            [LABELS[Right(right)] for right in ordered(row.rights)],
            row,
        )
        for row in rows
    ]


@atomic
async def add_organiser(
    event: Event,
    email: str,
    *,
    rights: Collection[str] = (),
    locale: str = "",
    by: Person | None = None,
    is_owner: bool = False,
) -> None:
    """Make a person an organiser of the event and tell them by e-mail; one who is there already gets these rights.

    rights: values of `Right`, none to leave those of an organiser as they are. locale: of e-mails to a new person, ""
    for the event's first. by: who adds them. Raises TooManyMails.
    """
    await lock(Event, event.id)
    person, given = await person_by_email(email, locale=mail_locale(event, locale)), ordered(rights)
    row, is_new = await Organiser.get_or_create(
        event_id=event.id,
        person_id=person.id,
        defaults={"proposed": {}, "rights": " ".join(given), "is_owner": is_owner},
    )
    if is_new:
        await _invite(event, row, person, by)
        await note(event.id, TeamChange.OWNER if is_owner else TeamChange.ADDED, person.id, by, given)
    elif given and not row.is_owner and given != ordered(row.rights):
        await write(row, rights=" ".join(given))
        await note(event.id, TeamChange.RIGHTS, person.id, by, given)


@atomic
async def create_for(owner: str, values: EventValues, by: Person, *, locale: str = "") -> Event:
    """Create an event, make the person with the address `owner` its owner, and invite them by e-mail.

    by: the administrator, who gets no role in it. locale: as in `add_organiser`. Raises AddressTaken, TooManyMails.
    """
    event = await create(None, values)
    await add_organiser(event, owner, locale=locale, by=by, is_owner=True)
    return event


async def _invite(event: Event, row: Organiser, person: Person, by: Person | None) -> None:
    path = await accounts.invitation_path(person.email, f"/e/{event.slug}/desk", event=event)
    key = f"organiser:{row.id}:{path.rpartition('/')[2][:12]}"
    await mail.queue_to(person, event, key, InviteOrganiser(path=path), by=by)


@atomic
async def invite_again(event: Event, organiser: Organiser, by: Person) -> None:
    """Send the invitation again with a new link; the link before stops working. Raises TooManyMails."""
    await _invite(event, organiser, await Person.get(id=organiser.person_id), by)


@atomic
async def set_rights(organiser: Organiser, values: RightsValues, by: Person, *, edit: Edit = UNSEEN) -> None:
    """Set what an organiser may do, from the next request on. Raises OwnersHaveAll, EditConflict, NotFound."""
    now = await lock(Organiser, organiser.id)
    if now is None:
        raise NotFound
    if now.is_owner:
        raise OwnersHaveAll
    merged = edit.merged(values, RightsValues(rights=ordered(now.rights)))
    if merged.changed:
        await write(now, rights=" ".join(merged.values.rights))
        await note(now.event_id, TeamChange.RIGHTS, now.person_id, by, merged.values.rights)


@atomic
async def hand_over(event: Event, organiser: Organiser, by: Person) -> None:
    """Make another organiser the owner in the place of the person, who keeps all rights. The new owner gets an e-mail.

    Raises NotFound if either is no longer what the page shows.
    """
    await lock(Event, event.id)
    own = await Organiser.get_or_none(event_id=event.id, person_id=by.id, is_owner=True)
    heir = await Organiser.get_or_none(id=organiser.id, event_id=event.id).select_related("person")
    if own is None or heir is None or heir.is_owner:
        raise NotFound
    await write(heir, is_owner=True)
    await write(own, is_owner=False, rights=" ".join(Right))
    act = await note(event.id, TeamChange.OWNER, heir.person_id, by)
    email = EventHandedOver(path=f"/e/{event.slug}/organisers", by=own_spelling(by, heir.person.locale))
    await mail.queue_to(heir.person, event, f"owner:{heir.id}:{act.id}", email)


@atomic
async def remove_organiser(event: Event, organiser: Organiser, by: Person | None = None) -> None:
    """Remove an organiser. Raises NoOtherOrganiser and NoOtherOwner for the last ones."""
    await lock(Event, event.id)
    now = await Organiser.get_or_none(id=organiser.id)
    if now is None:
        raise NotFound
    others = Organiser.filter(event_id=event.id).exclude(id=now.id)
    if not await others.exists():
        raise NoOtherOrganiser
    if now.is_owner and not await others.filter(is_owner=True).exists():
        raise NoOtherOwner
    await now.delete()
    await note(event.id, TeamChange.REMOVED, now.person_id, by)
    await accounts.revoke_invitations(event.id, now.person_id)
