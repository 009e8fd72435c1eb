"""Delete an account with everything that is held about its person. Only numbers stay.

Rows that plans refer to stay without a word about the person: they belong to a new row that stands for somebody who
left. Everything else goes with the row of the person. What is queued for others names nobody any more.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q

from i18n import Message, _
from server import names
from server.db import atomic, lock
from server.delegations import leading
from server.errors import Refused
from server.files.clearing import bytes_follow_rows
from server.models import (
    AddressChange,
    CalendarEntry,
    ChangeRequest,
    ContactShare,
    Correction,
    Delegate,
    Delegation,
    DelegationMember,
    Departure,
    Erasure,
    Escort,
    Event,
    EventCrew,
    EventReviewer,
    EventTranslator,
    Interpreter,
    Invitation,
    Mail,
    Meeting,
    Need,
    Organisation,
    Organiser,
    Participation,
    Passport,
    PassportRead,
    Person,
    PresenceRequest,
    Reception,
    Registration,
    Release,
    SignInLink,
    Slot,
    StoredFile,
    Translation,
    Travel,
    TwinMerge,
    Wish,
)
from server.models.people import ERASED, NOWHERE
from server.privacy import scrubbing
from server.privacy.tables import SECRET_VALUES
from server.registrations import farewell, leaving
from server.scores.filed import ScoreFiles
from server.settings import Settings

# What a registration says about its person; what is left is that somebody took part.
EMPTY: dict[str, Any] = {
    **dict.fromkeys(
        ("affiliation", "position", "degree", "headline", "offer", "results", "patents", "note", "text_locale"), ""
    ),
    **{name: [] for name in ("topics", "modes", "languages", "presence", "available")},
    **dict.fromkeys(("proposed", "levels", "readiness", "max_meetings", "table_id", "agreed_at", "readers")),
}
NO_FIRM = {"latin_name": "", "country": "", "description": "", "description_locale": ""}
# Values of e-mails to others that name the recipient, who may be called the same, and the event.
OF_RECIPIENT = frozenset({"name", "event_name"})
LEAST_NAME = 2  # characters of a name that is looked for in e-mails
log = logging.getLogger(__name__)


class OnlyOwner(Refused):
    """Nobody else owns an event that is not over."""

    def __init__(self, event: Event) -> None:
        super().__init__(only_owner(event))


def only_owner(event: Event) -> Message:
    return _(
        "You are the only owner of this event: %(event)s. Hand it over to another organiser first.", event=event.name
    )


async def alone_in(person: Person) -> Sequence[Event]:
    """Return the events that are not over and have no other owner. Three queries."""
    own = await Organiser.filter(person_id=person.id, is_owner=True).values_list("event_id", flat=True)
    others = Organiser.filter(event_id__in=own, is_owner=True).exclude(person_id=person.id)
    shared = await others.values_list("event_id", flat=True)
    now = datetime.now(UTC)
    to_come = await Slot.filter(event_id__in=own, end_at__gt=now).distinct().values_list("event_id", flat=True)
    goes_on = Q(registration_closes_at__gt=now) | Q(id__in=to_come)
    return await Event.filter(goes_on, id__in=own).exclude(id__in=shared).order_by("id")


async def delete_account(person: Person, settings: Settings) -> bool:
    """Delete the account as `erase` does, e-mails in files that name the person, and filed scores of their events.

    Files go before as well: after a crash in between the person can still ask again. Raises as `erase` does, before a
    file is deleted.
    """
    if alone := await alone_in(person):
        raise OnlyOwner(alone[0])
    wanted = [*await addresses_of(person), *names_of(person)]
    await asyncio.to_thread(scrubbing.forget_files, settings.mail_dir, wanted)
    own = await Registration.filter(Q(person_id=person.id) | Q(delegates__person_id=person.id))
    scored = ScoreFiles(settings)
    async with bytes_follow_rows(settings.files_dir, *(party.id for party in own)):
        is_done = await erase(person)
    for event_id in {party.event_id for party in own}:
        await asyncio.to_thread(scored.forget, event_id)
    await asyncio.to_thread(scrubbing.forget_files, settings.mail_dir, wanted)
    return is_done


@atomic
async def erase(person: Person) -> bool:
    """Delete the account; return False if it is gone already. Raises OnlyOwner.

    Whoever has a published meeting with the person, colleagues and organisers get an e-mail without the name. Events
    are locked first, as publishing does, so that neither waits for the other in a circle.
    """
    for event_id in await _events_of(person):
        await lock(Event, event_id)
    stored = await lock(Person, person.id)
    if stored is None:
        return False
    if alone := await alone_in(stored):
        raise OnlyOwner(alone[0])
    await _forget(stored)
    log.info("the account of person %s is deleted", stored.id)
    return True


async def _forget(person: Person) -> None:
    for party in await Registration.filter(person_id=person.id).order_by("id"):
        await leave_for_good(party)
    for delegate in await Delegate.filter(person_id=person.id).order_by("id").select_related("registration"):
        await _forget_delegate(delegate)
    for interpreter in await Interpreter.every.filter(person_id=person.id).order_by("id"):
        await forget_interpreter(interpreter)
    await leading.end_all(person.id)
    await _forget_messages(person)
    await Erasure.create(person_id=person.id, made_at=person.created_at)
    await person.delete()
    await scrubbing.ask()


@atomic
async def erase_again(erased: Iterable[tuple[int, datetime]]) -> int:
    """Delete again, from a restored backup, accounts that were deleted since; return how many. Nobody is told again.

    erased: id of each person and when the row was created.
    """
    last = await Mail.all().order_by("-id").first()
    number = 0
    for id, made_at in sorted(set(erased)):
        person = await Person.get_or_none(id=id, created_at=made_at)
        if person is not None:
            await _forget(person)
            number += 1
    await Mail.filter(id__gt=last.id if last else 0).delete()
    return number


async def firms_without_others(person: Person) -> Sequence[Delegate]:
    """Return the person's places in enterprises that have no other delegate. Two queries."""
    own = await Delegate.filter(person_id=person.id).select_related("registration__event", "registration__organisation")
    parties = [each.registration_id for each in own]
    others = Delegate.filter(registration_id__in=parties).exclude(person_id=person.id)
    shared: set[Any] = set(await others.values_list("registration_id", flat=True))
    return [each for each in own if each.registration_id not in shared]


async def _events_of(person: Person) -> Sequence[int]:
    found: set[Any] = set()
    for model in (Registration, Organiser, Interpreter, EventTranslator, EventReviewer, EventCrew):
        found.update(await model.filter(person_id=person.id).values_list("event_id", flat=True))
    found.update(await Delegation.filter(leader_id=person.id).values_list("event_id", flat=True))
    firms = Delegate.filter(person_id=person.id)
    found.update(await firms.values_list("registration__event_id", flat=True))
    return sorted(found)


async def _stand_in() -> Person:
    """Return a new row for somebody who left."""
    return await Person.create(email=f"{ERASED}{secrets.token_hex(8)}{NOWHERE}")


# Parties ----------------------------------------------------------------------------------------------------------


async def leave_for_good(party: Registration) -> None:
    """Take an expert out of the event and empty the registration. Call inside the transaction.

    A draft is deleted. The texts go first, so that e-mails name nobody.
    """
    somebody = await empty(party)
    if somebody is not None:
        await leaving.withdraw_party(await Registration.get(id=party.id).select_related("person"), somebody)


async def empty(party: Registration) -> Person | None:
    """Delete a party that is a draft, and what any other says; return who stands for an expert from now on.

    Nobody is told. Call inside the transaction.
    """
    if party.registered_at is None:
        await party.delete()
        await Organisation.filter(id=party.organisation_id or 0).delete()
        return None
    if party.organisation_id is None:
        return await _empty_expert(party)
    await _empty_firm(party)
    return None


async def _empty_expert(party: Registration) -> Person:
    await _forget_traces(party)
    somebody = await _stand_in()
    await Departure.filter(registration_id=party.id).delete()
    await Participation.filter(registration_id=party.id).delete()
    await Registration.filter(id=party.id).update(**EMPTY, person_id=somebody.id)
    return somebody


async def _forget_firm(party: Registration) -> None:
    """Take an enterprise out of the event that has nobody left, and delete what it wrote. Call inside the transaction.

    E-mails to others still name the firm, which is no person.
    """
    if party.registered_at is not None and party.withdrawn_at is None:
        await leaving.withdraw_party(party, await _stand_in())
    await empty(party)


async def _empty_firm(party: Registration) -> None:
    await _forget_traces(party)
    await Need.filter(registration_id=party.id).delete()
    await Departure.filter(registration_id=party.id, is_whole=False).delete()
    await Delegate.filter(registration_id=party.id).delete()
    await Registration.filter(id=party.id).update(**EMPTY)
    key = f"{ERASED}{party.id}"
    await Organisation.filter(id=party.organisation_id).update(**NO_FIRM, name="", name_key=key)


async def _forget_traces(party: Registration) -> None:
    await Wish.filter(Q(by_id=party.id) | Q(about_id=party.id)).delete()
    await ContactShare.filter(Q(by_id=party.id) | Q(about_id=party.id)).delete()
    await Correction.filter(Q(expert_id=party.id) | Q(enterprise_id=party.id)).delete()
    await Translation.filter(registration_id=party.id).delete()
    await PresenceRequest.filter(registration_id=party.id).delete()
    await ChangeRequest.filter(registration_id=party.id).delete()
    await StoredFile.filter(registration_id=party.id).delete()
    await Travel.filter(registration_id=party.id).delete()
    await Reception.filter(registration_id=party.id).delete()
    await DelegationMember.filter(registration_id=party.id).delete()
    await TwinMerge.filter(Q(kept_id=party.id) | Q(joined_id=party.id)).delete()
    await Invitation.filter(registration_id=party.id).delete()
    await Passport.filter(registration_id=party.id).delete()
    await PassportRead.filter(registration_id=party.id).delete()


async def _forget_delegate(delegate: Delegate) -> None:
    party: Registration = delegate.registration
    if await leaving.is_last_delegate(party):
        await _forget_firm(party)
    elif party.registered_at is not None:
        somebody = await _stand_in()
        await Participation.filter(delegate_id=delegate.id).delete()
        await Delegate.filter(id=delegate.id).update(person_id=somebody.id, proposed=None, position="")
        await leaving.leave(party, somebody)
    await Delegate.filter(id=delegate.id).delete()


async def forget_interpreter(interpreter: Interpreter, *, is_told: bool = True) -> None:
    """Take an interpreter out of the event and empty the row. Call inside the transaction.

    is_told: whether the organisers get an e-mail.
    """
    await PresenceRequest.filter(interpreter_id=interpreter.id).delete()
    await Departure.filter(interpreter_id=interpreter.id).delete()
    now = datetime.now(UTC)
    used = [await model.filter(interpreter_id=interpreter.id).exists() for model in (Meeting, CalendarEntry, Release)]
    if not any(used):
        await interpreter.delete()
        return
    somebody = await _stand_in()
    emptied: dict[str, Any] = {"proposed": None, "languages": [], "presence": [], "available": [], "max_meetings": None}
    ended = {"person_id": somebody.id, "removed_at": interpreter.removed_at or now}
    await Interpreter.every.filter(id=interpreter.id).update(**emptied, **ended)
    if interpreter.removed_at is None and is_told:
        departure = await Departure.create(
            event_id=interpreter.event_id, interpreter_id=interpreter.id, person_id=somebody.id, left_at=now
        )
        await farewell.tell_interpreter_left(departure, now)


# E-mails ----------------------------------------------------------------------------------------------------------


async def addresses_of(person: Person) -> list[str]:
    """Return the person's address and former ones. Two queries."""
    changes = await AddressChange.filter(person_id=person.id).values_list("old_email", "new_email")
    known = {address for pair in changes for address in pair}
    # An address of an unconfirmed change may belong to somebody else by now.
    others = await Person.filter(email__in=sorted(known)).exclude(id=person.id).values_list("email", flat=True)
    return sorted({person.email, *known} - {str(address) for address in others})


async def _forget_messages(person: Person) -> None:
    """Delete e-mails and links to the person's addresses, and the name in e-mails that wait for others."""
    addresses = await addresses_of(person)
    await SignInLink.filter(email__in=addresses).delete()
    await Escort.filter(email__in=addresses).delete()
    await Mail.filter(Q(person_id=person.id) | Q(to_address__in=addresses)).delete()
    wanted = scrubbing.spelt([*addresses, *names_of(person)])
    for email in await Mail.filter(sent_at=None):
        own = {key: value for key, value in email.values.items() if key in OF_RECIPIENT}
        changed = {**_without(email.values, wanted, names.left(email.locale)), **own}
        if changed != email.values:
            await Mail.filter(id=email.id).update(values=changed)


def names_of(person: Person) -> list[str]:
    """Return the spellings of the person's name, the longest first."""
    spellings = {person.full_name, person.latin_name, person.zh_name}
    return sorted((name for name in spellings if len(name) >= LEAST_NAME), key=len, reverse=True)


def _without(value: Any, wanted: re.Pattern[str], instead: str) -> Any:
    if isinstance(value, str):
        return wanted.sub(lambda _found: instead, value)
    if isinstance(value, dict):
        # Paths and codes name nobody, and a name that is like a part of one would break it.
        return {key: each if key in SECRET_VALUES else _without(each, wanted, instead) for key, each in value.items()}
    return [_without(each, wanted, instead) for each in value] if isinstance(value, list) else value
