"""Storing what a spreadsheet says: everything or nothing, by the services that the pages of the web call."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from i18n import Message, _
from i18n.text import search_key
from server import mail
from server.accounts import service as accounts
from server.db import atomic
from server.errors import Refused
from server.events.service import mail_locale, person_by_email
from server.imports.rows import Batch, Delegate, Enterprise, Expert, ImportFault, Place, written_in
from server.models import Consent, Event, Mail, Need, NeedState, Organisation, Person, Registration, Side
from server.models import Delegate as DelegateRow
from server.needs import service as needs
from server.registrations import service as registrations

Counts = Counter[str]
# Keys of Counts, in the order of the page.
NEW_EXPERTS, CHANGED_EXPERTS, NEW_ENTERPRISES, CHANGED_ENTERPRISES, NEW_NEEDS, CHANGED_NEEDS, KEPT, LETTERS = (
    "new_experts",
    "changed_experts",
    "new_enterprises",
    "changed_enterprises",
    "new_needs",
    "changed_needs",
    "kept",
    "letters",
)


class Faulty(Exception):
    """The event refuses some of the rows; nothing was stored."""

    def __init__(self, faults: list[ImportFault]) -> None:
        super().__init__(f"{len(faults)} rows are refused")
        self.faults = faults


class _Tried(Exception):
    """Takes back everything that was tried."""


async def try_out(event: Event, batch: Batch) -> Counts:
    """What storing the batch would do, found by doing it and taking it back. Raises Faulty."""
    counts = Counts()

    @atomic
    async def trial() -> None:
        await _store(event, batch, counts, invite=False)
        raise _Tried

    try:
        await trial()
    except _Tried:
        return counts
    raise AssertionError("the trial ended without being taken back")


@atomic
async def store(event: Event, batch: Batch, *, invite: bool) -> Counts:
    """Register everybody in the batch, or change what stands for their addresses, in one transaction.

    Somebody who has agreed to their data looks after it themselves: their row changes nothing. invite: write to
    everybody who was not written to before. Raises Faulty, and then nothing is stored.
    """
    counts = Counts()
    await _store(event, batch, counts, invite=invite)
    return counts


async def _store(event: Event, batch: Batch, counts: Counts, *, invite: bool) -> None:
    faults: list[ImportFault] = []
    invited: list[tuple[Registration, Person]] = []
    for expert in batch.experts:
        try:
            invited += await _store_expert(event, expert, counts)
        except Refused as refused:
            faults.append(_fault(expert.place, "email", expert.email, refused.message))
    for enterprise in batch.enterprises:
        try:
            invited += await _store_enterprise(event, enterprise, counts)
        except Refused as refused:
            faults.append(_fault(enterprise.place, "name", enterprise.organisation["name"], refused.message))
    if faults:
        raise Faulty(faults)
    if invite:
        counts[LETTERS] += await _invite(event, invited)


def _fault(place: Place, name: str, typed: str, message: Message) -> ImportFault:
    return ImportFault(place, place.heading(name), typed, message)


def _refuse_withdrawn(registration: Registration) -> None:
    if registration.withdrawn_at is not None:
        raise Refused(_("They have withdrawn from this event. Take the row out; they can come back on their own page."))


async def _store_expert(event: Event, expert: Expert, counts: Counts) -> list[tuple[Registration, Person]]:
    locale = _locale(event, expert.locale)
    person = await person_by_email(expert.email, full_name=expert.about["full_name"], locale=locale)
    found = await Registration.get_or_none(event_id=event.id, person_id=person.id)
    if found is not None:
        _refuse_withdrawn(found)
        if await Consent.exists(event_id=event.id, person_id=person.id, withdrawn_at=None):
            counts[KEPT] += 1
            return []
    stored = await registrations.save_expert(
        event, person, _about(person, expert.about), expert.values, by_organiser=True
    )
    await registrations.admit(stored)
    counts[CHANGED_EXPERTS if found else NEW_EXPERTS] += 1
    return [(stored, person)]


def _about(person: Person, about: Mapping[str, str]) -> dict[str, str]:
    """What to write of the person: all, but what somebody who has signed in says of themselves stays."""
    if person.signed_in_at is None:
        return dict(about)
    return {name: getattr(person, name) or value for name, value in about.items()}


async def _store_enterprise(event: Event, firm: Enterprise, counts: Counts) -> list[tuple[Registration, Person]]:
    found = await _standing(event, firm)
    if found is not None:
        _refuse_withdrawn(found)
        people = await DelegateRow.filter(registration_id=found.id).values_list("person_id", flat=True)
        if await Consent.exists(event_id=event.id, person_id__in=people, withdrawn_at=None):
            counts[KEPT] += 1
            return []
    first = await _person_of(event, firm.delegates[0], firm)
    stored = await registrations.save_enterprise(
        event,
        first,
        _about(first, {"full_name": firm.delegates[0].full_name}),
        firm.organisation,
        firm.values,
        registration=found,
        position=firm.delegates[0].position,
        by_organiser=True,
    )
    await registrations.admit(stored)
    counts[CHANGED_ENTERPRISES if found else NEW_ENTERPRISES] += 1
    await _store_delegates(event, stored, firm)
    await _store_needs(stored, firm, counts)
    delegates = await DelegateRow.filter(registration_id=stored.id).order_by("id").select_related("person")
    return [(stored, each.person) for each in delegates]


async def _standing(event: Event, firm: Enterprise) -> Registration | None:
    """The enterprise's registration: that of its name, else that of its first delegate, and then it is renamed."""
    known = await Organisation.get_or_none(name_key=search_key(firm.organisation["name"]), country="CN")
    if known is not None:
        found = await Registration.get_or_none(event_id=event.id, organisation_id=known.id)
        if found is not None:
            return found
    delegate = (
        await DelegateRow.filter(person__email=firm.delegates[0].email, registration__event_id=event.id)
        .select_related("registration")
        .first()
    )
    return delegate.registration if delegate else None


def _locale(event: Event, written: str) -> str:
    """The language of e-mails to somebody whose row is written in that one: that, if the event is held in it."""
    return mail_locale(event, written if written in event.locales else "")


async def _person_of(event: Event, delegate: Delegate, firm: Enterprise) -> Person:
    locale = _locale(event, written_in(delegate.full_name + firm.organisation["name"]))
    return await person_by_email(delegate.email, full_name=delegate.full_name, locale=locale)


async def _store_delegates(event: Event, registration: Registration, firm: Enterprise) -> None:
    """Those who are not delegates yet; nobody is taken away by being left out of a file."""
    known = {
        row["email"] for row in await DelegateRow.filter(registration_id=registration.id).values(email="person__email")
    }
    for each in firm.delegates:
        if each.email not in known:
            await registrations.add_delegate(
                registration,
                email=each.email,
                full_name=each.full_name,
                position=each.position,
                locale=_locale(event, written_in(each.full_name + firm.organisation["name"])),
                is_told=False,
            )


async def _store_needs(registration: Registration, firm: Enterprise, counts: Counts) -> None:
    """A need is the same as one whose title it has."""
    standing = await Need.filter(registration_id=registration.id).exclude(state=NeedState.WITHDRAWN).order_by("id")
    known = {search_key(need.title): need for need in standing}
    for each in firm.needs:
        values: Mapping[str, Any] = each.values
        need = known.get(search_key(values["title"]))
        if need is None:
            known[search_key(values["title"])] = await needs.post(registration, values)
        else:
            await needs.change(need, values)
        counts[NEW_NEEDS if need is None else CHANGED_NEEDS] += 1


async def _invite(event: Event, people: list[tuple[Registration, Person]]) -> int:
    """A letter with a link to the own page, for those who did not get one before; how many."""
    keys = {f"invited:{registration.id}:{person.id}": (registration, person) for registration, person in people}
    written = {row["key"] for row in await Mail.filter(key__in=list(keys)).values("key")}
    letters = [
        Mail(
            key=key,
            to_address=person.email,
            locale=person.locale,
            template="invited",
            event_id=event.id,
            values={
                "name": person.full_name,
                "event_name": event.name,
                "side": Side(registration.side).value,
                "path": await accounts.invitation_path(person.email, f"/e/{event.slug}/me", event=event),
            },
        )
        for key, (registration, person) in keys.items()
        if key not in written
    ]
    return await mail.queue_all(letters)
