"""Store the rows of a spreadsheet in one transaction, by the same services as the web pages."""

from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from i18n import Message, _
from i18n.text import search_key
from server import arrivals, mail
from server.db import atomic
from server.desk.inviting import invitation
from server.errors import Refused
from server.events.service import mail_locale
from server.imports import uploads
from server.imports.cells import SlotWords
from server.imports.choices import Choices, RowKey
from server.imports.lines import ImportFault, RowPlace, tables_of
from server.imports.rows import Batch, DelegateImport, EnterpriseImport, ExpertImport, batch_of, locale_by_script
from server.imports.uploads import Opened
from server.models import (
    Delegate,
    Event,
    ImportUpload,
    Mail,
    Need,
    NeedState,
    Organisation,
    Person,
    Registration,
    Slot,
)
from server.needs import service as needs
from server.registrations import leaving
from server.registrations import service as registrations
from server.registrations.values import PersonValues, RegistrationValues
from server.schemes import scheme_of
from server.unclaimed import service as unclaimed
from server.values import UNSET

ImportCounts = Counter[str]
People = list[tuple[Registration, Person]]
# Keys of the counts, in the order in which the page shows them.
NEW_EXPERTS, CHANGED_EXPERTS, NEW_ENTERPRISES, CHANGED_ENTERPRISES, NEW_NEEDS, CHANGED_NEEDS, SAME, KEPT, LETTERS = (
    "new_experts",
    "changed_experts",
    "new_enterprises",
    "changed_enterprises",
    "new_needs",
    "changed_needs",
    "same",
    "kept",
    "letters",
)


class Faulty(Exception):
    """The event refuses some of the rows; nothing was stored."""

    def __init__(self, faults: list[ImportFault]) -> None:
        super().__init__(f"{len(faults)} rows are refused")
        self.faults = faults


class _OfRows(Refused):
    """Several rows of an enterprise are refused, each with its own fault."""

    def __init__(self, faults: list[ImportFault]) -> None:
        super().__init__(faults[0].message)
        self.faults = faults


class _Tried(Exception):
    """Raised to roll back a trial run."""


async def batch_of_upload(event: Event, opened: Opened) -> Batch:
    """Return the rows of an upload, read by the event's slots and topics. One query."""
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    return batch_of(tables_of(opened.sheets, opened.choices), SlotWords(event, slots), scheme_of(event))


async def try_out(event: Event, batch: Batch) -> tuple[ImportCounts, list[ImportFault]]:
    """Return what storing the good rows would do, and the rows that the event refuses.

    The rows are stored and rolled back.
    """
    tried = ImportResult()

    @atomic
    async def trial() -> None:
        await _store(event, batch.good(), tried)
        raise _Tried

    try:
        await trial()
    except _Tried:
        return tried.counts, tried.faults
    raise AssertionError("the trial ended without being taken back")


@atomic
async def store_batch(event: Event, upload: ImportUpload, batch: Batch, *, invite: bool, in_part: bool) -> ImportCounts:
    """Create or update all participants of the batch in one transaction; return the counts.

    Rows of participants who have signed in, entered their data or given consent change nothing: these participants
    manage their own data. invite: send an invitation to everybody who has none yet. in_part: leave out rows with
    faults; otherwise a fault raises Faulty and nothing is stored. The rows of an enterprise are stored together or not
    at all. A second call for the same upload stores nothing more.
    """
    standing = await uploads.locked(upload)
    if standing is None or standing.done_at is not None:
        return ImportCounts()
    stored = ImportResult()
    await _store(event, batch.good(without=Choices(standing.choices).taken()), stored)
    faults = [*batch.faults, *stored.faults]
    if faults and not in_part:
        raise Faulty(faults)
    if invite:
        stored.counts[LETTERS] += await _invite(event, stored.invited)
    done = "" if faults else "experts" if batch.experts else "enterprises"
    await uploads.note_taken(standing, stored.rows, done=done)
    return stored.counts


@dataclass
class ImportResult:
    """The result of storing a batch. rows: the rows that were stored."""

    counts: ImportCounts = field(default_factory=ImportCounts)
    faults: list[ImportFault] = field(default_factory=list)
    invited: list[tuple[Registration, Person]] = field(default_factory=list)
    rows: set[RowKey] = field(default_factory=set)


class _Unchanged(Exception):
    """Raised to roll back the writes of a row that equals what is stored."""

    def __init__(self, people: list[tuple[Registration, Person]]) -> None:
        super().__init__()
        self.people = people


async def _store(event: Event, batch: Batch, stored: ImportResult) -> None:
    """Store every participant of the batch, and collect counts, faults and invitations in stored."""
    for expert in batch.experts:
        await _try(_store_expert(event, expert), expert, ("email", expert.email), stored)
    for firm in batch.enterprises:
        await _try(_store_enterprise(event, firm), firm, ("name", firm.organisation.name), stored)


async def _try(
    storing: Awaitable[tuple[ImportCounts, People]],
    row: ExpertImport | EnterpriseImport,
    about: tuple[str, str],
    stored: ImportResult,
) -> None:
    try:
        counts, people = await storing
        stored.counts += counts
        stored.invited += people
    except _Unchanged as unchanged:
        stored.counts[SAME] += 1
        stored.invited += unchanged.people
    except _OfRows as refused:
        stored.faults += refused.faults
        return
    except Refused as refused:
        stored.faults.append(_fault(row.place, *about, refused.message))
        return
    stored.rows |= row.rows


def _fault(place: RowPlace, name: str, typed: str, message: Message) -> ImportFault:
    return ImportFault(place, place.heading(name), typed, message, name)


async def _refuse_withdrawn(registration: Registration) -> None:
    if await leaving.is_taken_out(registration):
        raise Refused(_("An organiser has taken them out of this event. Take them back in first, or take the row out."))
    if registration.withdrawn_at is not None:
        raise Refused(_("This participant has left the event. Delete the row; they can rejoin from their own page."))


@atomic
async def _store_expert(event: Event, expert: ExpertImport) -> tuple[ImportCounts, People]:
    full_name = str(expert.about.full_name)
    known = await unclaimed.possible_people(event, expert.email, expert.key)
    standing = await Registration.filter(event_id=event.id, person_id__in=known).first()
    before = await _picture(standing) if standing else None
    locale = _locale(event, expert.locale)
    person = await unclaimed.person_of(event, expert.email, expert.key, full_name=full_name, locale=locale)
    found = await Registration.get_or_none(event_id=event.id, person_id=person.id)
    if found is not None:
        await _refuse_withdrawn(found)
        if found.proposed is None or await _look_after_themselves(event, [person]):
            return ImportCounts({KEPT: 1}), []
    work = _without_presence(expert.values)
    stored = await registrations.save_expert(event, person, expert.about, work, by_organiser=True)
    await _admit(stored, expert.values)
    if before is not None and before == await _picture(stored):
        raise _Unchanged([(stored, person)])
    return ImportCounts({CHANGED_EXPERTS if found else NEW_EXPERTS: 1}), [(stored, person)]


def _without_presence(values: RegistrationValues) -> RegistrationValues:
    return replace(values, available=UNSET, parallel=UNSET)


async def _admit(registration: Registration, values: RegistrationValues) -> None:
    await registrations.change(registration, RegistrationValues(available=values.available, parallel=values.parallel))
    await registrations.admit(registration)


async def _look_after_themselves(event: Event, people: Sequence[Person]) -> bool:
    """Return whether one of these people has signed in since they were entered, or has given consent."""
    _people, come = await arrivals.people_with_roles(event.id, [person.id for person in people])
    return bool(come)


_PICTURED = (
    *("topics", "modes", "languages", "levels", "presence", "available", "max_meetings", "parallel", "text_locale"),
    *("affiliation", "position", "degree", "headline", "offer", "readiness", "registered_at", "proposed"),
)
_NEED_PICTURED = (
    *("id", "title", "text", "text_locale", "topics", "must_topics", "modes", "readiness", "deadline", "budget"),
    *("confidentiality", "state"),
)


async def _picture(registration: Registration) -> Any:
    """Return the values of everything that an import may change of a party."""
    person, organisation = registration.person_id, registration.organisation_id
    needs_there = Need.filter(registration_id=registration.id).order_by("id")
    delegates = Delegate.filter(registration_id=registration.id).order_by("id")
    return [
        await Registration.filter(id=registration.id).values(*_PICTURED),
        await Person.filter(id=person).values("email"),
        await Organisation.filter(id=organisation).values("name", "latin_name", "kind", "description"),
        await delegates.values("person_id", "position", "proposed", "person__email"),
        await needs_there.values(*_NEED_PICTURED),
    ]


@atomic
async def _store_enterprise(event: Event, firm: EnterpriseImport) -> tuple[ImportCounts, People]:
    counts, found = ImportCounts(), await _standing(event, firm)
    if found is not None:
        await _refuse_withdrawn(found)
        delegates = await Delegate.filter(registration_id=found.id).select_related("person")
        is_own = any(each.proposed is None for each in delegates)
        if is_own or await _look_after_themselves(event, [each.person for each in delegates]):
            return ImportCounts({KEPT: 1}), []
    before = await _picture(found) if found else None
    first = await _person_of(event, firm.delegates[0], firm)
    stored = await registrations.save_enterprise(
        event,
        first,
        PersonValues(full_name=firm.delegates[0].full_name),
        firm.organisation,
        _without_presence(firm.values),
        registration=found,
        position=firm.delegates[0].position,
        by_organiser=True,
    )
    counts[CHANGED_ENTERPRISES if found else NEW_ENTERPRISES] += 1
    await _store_delegates(event, stored, firm)
    try:
        await _admit(stored, firm.values)
    except registrations.TooManyAtOnce as refused:
        said = _fault(firm.place, refused.field, str(firm.values.parallel), refused.message)
        raise _OfRows([said]) from None
    await _store_needs(stored, firm, counts)
    people = await _people_of(stored)
    if before is not None and before == await _picture(stored):
        raise _Unchanged(people)
    return counts, people


async def _people_of(registration: Registration) -> People:
    delegates = await Delegate.filter(registration_id=registration.id).order_by("id").select_related("person")
    return [(registration, each.person) for each in delegates]


async def _standing(event: Event, firm: EnterpriseImport) -> Registration | None:
    """Return the registration that an enterprise of the file updates, or None.

    Return the registration of the enterprise's first delegate (which is then renamed), else the one with the same name.
    A registration that participants made themselves is never updated because of its name: the file's enterprise then
    gets its own registration, and the overview shows both to the organiser.
    """
    first = firm.delegates[0]
    known_people = await unclaimed.possible_people(event, first.email, firm.key(first))
    delegate = (
        await Delegate.filter(person_id__in=known_people, registration__event_id=event.id)
        .select_related("registration")
        .first()
    )
    if delegate is not None:
        found: Registration = delegate.registration
        return found
    key = registrations.name_key(firm.organisation.name)
    named = Registration.filter(event_id=event.id, organisation__name_key=key).order_by("id")
    for registration in await named:
        people = await Delegate.filter(registration_id=registration.id)
        # A registration without delegates was merged into another.
        if people and all(each.proposed is not None for each in people):
            return registration
    return None


def _locale(event: Event, written: str) -> str:
    """Return the language for e-mails to a person whose row is written in that language, if the event offers it."""
    return mail_locale(event, written if written in event.locales else "")


async def _person_of(event: Event, delegate: DelegateImport, firm: EnterpriseImport) -> Person:
    locale = _locale(event, locale_by_script(delegate.full_name + firm.organisation.name))
    key = firm.key(delegate)
    return await unclaimed.person_of(event, delegate.email, key, full_name=delegate.full_name, locale=locale)


async def _store_delegates(event: Event, registration: Registration, firm: EnterpriseImport) -> None:
    """Add the delegates who are new; delegates who are missing in the file stay."""
    known = {row["person_id"] for row in await Delegate.filter(registration_id=registration.id).values("person_id")}
    for each in firm.delegates:
        person = await _person_of(event, each, firm)
        if person.id not in known:
            await registrations.add_delegate(
                registration,
                email=person.email,
                full_name=each.full_name,
                position=each.position,
                locale=person.locale,
                is_told=False,
            )


async def _store_needs(registration: Registration, firm: EnterpriseImport, counts: ImportCounts) -> None:
    """Store the needs; a need with the same title as a stored one updates it."""
    standing = await Need.filter(registration_id=registration.id).exclude(state=NeedState.WITHDRAWN).order_by("id")
    known = {search_key(need.title): need for need in standing}
    faults = []
    for each in firm.needs:
        values = each.values
        need = known.get(search_key(values.title))
        try:
            if need is None:
                known[search_key(values.title)] = await needs.post(registration, values)
                counts[NEW_NEEDS] += 1
            elif any(getattr(need, name) != value for name, value in values.columns().items()):
                await needs.change(need, values)
                counts[CHANGED_NEEDS] += 1
        except needs.PastDeadline as refused:
            faults.append(_fault(each.place, refused.field, str(values.deadline), refused.message))
    if faults:
        raise _OfRows(faults)


async def _invite(event: Event, people: list[tuple[Registration, Person]]) -> int:
    """Send an e-mail with a sign-in link to everybody who has not got one yet; return how many were sent."""
    keys = {
        f"invited:{registration.id}:{person.id}": (registration, person)
        for registration, person in people
        if person.has_address
    }
    written = {row["key"] for row in await Mail.filter(key__in=list(keys)).values("key")}
    new = {key: each for key, each in keys.items() if key not in written}
    return await mail.queue_all([await invitation(key, event, *each) for key, each in new.items()])
