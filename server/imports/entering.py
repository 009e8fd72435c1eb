"""Enter one expert or enterprise of a file into the ledger, by the rules of the pages on which they enter themselves.

Rows of participants who have signed in, entered their data or given consent change nothing: these participants manage
their own data.
"""

from collections import Counter
from dataclasses import replace
from typing import Any, TypeVar

from tortoise.models import Model

from i18n import Message, _
from i18n.text import search_key
from server.errors import Refused
from server.events.grid import SlotsChanged, ticked_in
from server.events.service import mail_locale
from server.imports import members
from server.imports.ledger import Ledger, picture
from server.imports.lines import ImportFault, RowPlace
from server.imports.people import (
    earliest,
    number_addressed,
    person_of,
    places,
    places_as_expert,
    possible_people,
    take_part,
    without_address,
)
from server.imports.rows import DelegateImport, EnterpriseImport, ExpertImport, locale_by_script
from server.models import (
    Delegate,
    Event,
    Need,
    NeedState,
    Organisation,
    Person,
    Registration,
    Side,
)
from server.models.needs import MAX_NEEDS
from server.models.registrations import MAX_DELEGATES
from server.needs import service as needs
from server.needs.states import review_columns
from server.needs.values import NeedValues
from server.registrations.places import (
    DELEGATE_HERE,
    EXPERT_HERE,
    AlreadyRegistered,
    already_here,
    too_many_delegates,
)
from server.registrations.service import TooManyAtOnce, name_key, too_many_at_once
from server.registrations.values import RegistrationValues
from server.speaking import BasicOnly
from server.values import UNSET
from server.visible import without_kept

R = TypeVar("R", bound=Model)
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
ADDRESSED = "addressed"  # people who had no address and get one
_PICTURED = (
    *("topics", "modes", "languages", "levels", "presence", "available", "max_meetings", "parallel", "text_locale"),
    *("affiliation", "position", "degree", "headline", "offer", "results", "patents", "note"),
    *("readiness", "registered_at", "proposed"),
)
_NEED_PICTURED = (
    *("id", "title", "text", "tried", "acceptance", "text_locale", "topics", "must_topics", "modes", "readiness"),
    *("deadline", "budget", "rights", "decision_owner", "confidentiality", "state"),
)


class OfRows(Refused):
    """Several rows of an enterprise are refused, each with its own fault."""

    def __init__(self, faults: list[ImportFault]) -> None:
        super().__init__(faults[0].message)
        self.faults = faults


def fault(place: RowPlace, name: str, typed: str, message: Message) -> ImportFault:
    return ImportFault(place, place.heading(name), typed, message, name)


def enter_expert(ledger: Ledger, expert: ExpertImport) -> tuple[ImportCounts, People]:
    """Enter an expert, and return what was counted and whom to invite. Raises Refused; undo what was entered then."""
    mark, full_name, waiting = ledger.mark(), str(expert.about.full_name), without_address(ledger, expert.key)
    known = possible_people(ledger, expert.email, expert.key)
    standing = earliest(row for id in known for row in places_as_expert(ledger, id))
    before = _picture(ledger, standing) if standing else None
    person = person_of(ledger, expert.email, expert.key, full_name, _locale(ledger.event, expert.locale))
    found = next(iter(places_as_expert(ledger, person.id)), None)
    members.refuse_others(ledger, found, places(ledger, person))
    if found is not None:
        _refuse_withdrawn(ledger, found)
        if found.proposed is None or ledger.has_come(person):
            members.join(ledger, found)
            return ImportCounts({KEPT: 1}), []
    elif ledger.find(Delegate, person_id=person.id):
        raise AlreadyRegistered(DELEGATE_HERE)
    said = {name: each for name, each in expert.about.columns().items() if each}
    columns = {**_without_presence(expert.values).columns(), "proposed": said}
    if found is None:
        own = {"event_id": ledger.event.id, "side": Side.EXPERT, "person_id": person.id}
        stored = ledger.create(Registration, **own, **columns)
        take_part(ledger, person, registration_id=stored.id)
    else:
        stored = found
        ledger.change(stored, **without_kept(found, columns))
    _admit(ledger, stored, expert.values)
    is_same = before is not None and before == _picture(ledger, stored)
    if is_same:
        ledger.undo(mark)
    members.join(ledger, stored)
    if is_same:
        return ImportCounts({SAME: 1}), [(stored, person)]
    counts = ImportCounts({CHANGED_EXPERTS if found else NEW_EXPERTS: 1, ADDRESSED: number_addressed(waiting)})
    return counts, [(stored, person)]


def enter_enterprise(ledger: Ledger, firm: EnterpriseImport) -> tuple[ImportCounts, People]:
    """Enter an enterprise with its delegates and needs, as `enter_expert` enters an expert."""
    members.refuse_enterprise(ledger)
    mark, counts, found = ledger.mark(), ImportCounts(), _standing(ledger, firm)
    if found is not None:
        _refuse_withdrawn(ledger, found)
        delegates = ledger.find(Delegate, registration_id=found.id)
        is_own = any(each.proposed is None for each in delegates)
        if is_own or any(ledger.has_come(ledger.get(Person, each.person_id)) for each in delegates):
            return ImportCounts({KEPT: 1}), []
    before = _picture(ledger, found) if found else None
    waiting = without_address(ledger, *map(firm.key, firm.delegates))
    first = _delegate_of(ledger, firm.delegates[0], firm)
    stored = _create_firm(ledger, first, firm) if found is None else _change_firm(ledger, found, first, firm)
    counts[CHANGED_ENTERPRISES if found else NEW_ENTERPRISES] += 1
    _enter_delegates(ledger, stored, firm)
    try:
        _admit(ledger, stored, firm.values)
    except TooManyAtOnce as refused:
        raise OfRows([fault(firm.place, refused.field, str(firm.values.parallel), refused.message)]) from None
    _enter_needs(ledger, stored, firm, counts)
    people = [(stored, ledger.get(Person, each.person_id)) for each in ledger.find(Delegate, registration_id=stored.id)]
    if before is not None and before == _picture(ledger, stored):
        ledger.undo(mark)
        return ImportCounts({SAME: 1}), people
    counts[ADDRESSED] = number_addressed(waiting)
    return counts, people


# Parties ----------------------------------------------------------------------------------------------------------


def _locale(event: Event, written: str) -> str:
    """Return the language for e-mails to a person whose row is written in that language, if the event offers it."""
    return mail_locale(event, written if written in event.locales else "")


def _refuse_withdrawn(ledger: Ledger, party: Registration) -> None:
    if party.id in ledger.taken_out:
        raise Refused(_("An organiser has taken them out of this event. Take them back in first, or take the row out."))
    if party.withdrawn_at is not None:
        raise Refused(_("This participant has left the event. Delete the row; they can rejoin from their own page."))


def _without_presence(values: RegistrationValues) -> RegistrationValues:
    return replace(values, available=UNSET, parallel=UNSET)


def _admit(ledger: Ledger, party: Registration, values: RegistrationValues) -> None:
    """Enter the availability, and complete the registration."""
    columns = RegistrationValues(available=values.available, parallel=values.parallel).columns()
    parallel = columns.get("parallel", party.parallel)
    sent = len(ledger.find(Delegate, registration_id=party.id))
    is_changed = party.organisation_id is not None and parallel != party.parallel
    if is_changed and (refusal := too_many_at_once(parallel, sent)):
        raise refusal
    if "available" in columns:
        if not {slot.id for slot in ledger.slots}.issuperset(columns["available"]):
            raise SlotsChanged
        columns |= ticked_in(ledger.slots, ledger.items, party, columns["available"]).columns()
    ledger.change(party, **columns, registered_at=party.registered_at or ledger.now)


def _picture(ledger: Ledger, party: Registration) -> Any:
    """Return the values of everything that an import may change of a party."""
    delegates = ledger.find(Delegate, registration_id=party.id)
    ids = [party.person_id, *(each.person_id for each in delegates)]
    people = [ledger.get(Person, id) for id in ids if id is not None]
    firm = [] if party.organisation_id is None else [ledger.get(Organisation, party.organisation_id)]
    return [
        picture([party], _PICTURED),
        picture(people, ["id", "email"]),
        picture(firm, ["name", "latin_name", "kind", "description"]),
        picture(delegates, ["person_id", "position", "proposed"]),
        picture(ledger.find(Need, registration_id=party.id), _NEED_PICTURED),
    ]


# Enterprises ------------------------------------------------------------------------------------------------------


def _standing(ledger: Ledger, firm: EnterpriseImport) -> Registration | None:
    """Return the registration that an enterprise of the file updates, or None.

    Return the registration of the enterprise's first delegate (which is then renamed), else the one with the same name.
    A registration that participants made themselves is never updated because of its name: the file's enterprise then
    gets its own registration, and the overview shows both to the organiser.
    """
    first = firm.delegates[0]
    known = possible_people(ledger, first.email, firm.key(first))
    if delegate := earliest(row for id in known for row in ledger.find(Delegate, person_id=id)):
        return ledger.get(Registration, delegate.registration_id)
    for own in ledger.find(Organisation, name_key=name_key(firm.organisation.name)):
        for party in ledger.find(Registration, organisation_id=own.id):
            people = ledger.find(Delegate, registration_id=party.id)
            # A registration without delegates was merged into another.
            if people and all(each.proposed is not None for each in people):
                return party
    return None


def _delegate_of(ledger: Ledger, delegate: DelegateImport, firm: EnterpriseImport) -> Person:
    locale = _locale(ledger.event, locale_by_script(delegate.full_name + firm.organisation.name))
    return person_of(ledger, delegate.email, firm.key(delegate), delegate.full_name, locale)


def _create_firm(ledger: Ledger, first: Person, firm: EnterpriseImport) -> Registration:
    if places_as_expert(ledger, first.id):
        raise AlreadyRegistered(EXPERT_HERE)
    if ledger.find(Delegate, person_id=first.id):
        raise already_here(firm.delegates[0].email or first.email)
    columns = {**firm.organisation.columns(), "name_key": name_key(firm.organisation.name)}
    own = ledger.create(Organisation, **columns)
    what = {"event_id": ledger.event.id, "side": Side.ENTERPRISE, "organisation_id": own.id}
    made = ledger.create(Registration, **what, **_without_presence(firm.values).columns())
    _send(ledger, made, first, firm.delegates[0])
    return made


def _send(ledger: Ledger, party: Registration, person: Person, delegate: DelegateImport) -> None:
    said = {"position": delegate.position, "proposed": {"full_name": delegate.full_name}}
    made = ledger.create(Delegate, registration_id=party.id, person_id=person.id, **said)
    take_part(ledger, person, delegate_id=made.id)


def _change_firm(ledger: Ledger, party: Registration, first: Person, firm: EnterpriseImport) -> Registration:
    own, name = ledger.get(Organisation, party.organisation_id or 0), firm.organisation.name
    ledger.change(party, _without_presence(firm.values))
    ledger.change(own, firm.organisation, name_key=name_key(name))
    if party.languages and not party.talk_languages:
        raise BasicOnly
    for delegate in ledger.find(Delegate, registration_id=party.id):
        if delegate.person_id == first.id:
            said = firm.delegates[0]
            ledger.change(delegate, position=said.position, proposed={"full_name": said.full_name})
    return party


def _enter_delegates(ledger: Ledger, party: Registration, firm: EnterpriseImport) -> None:
    """Add the delegates who are new; delegates who are missing in the file stay."""
    known = {row.person_id for row in ledger.find(Delegate, registration_id=party.id)}
    for each in firm.delegates:
        person = _delegate_of(ledger, each, firm)
        if person.id in known:
            continue
        if len(ledger.find(Delegate, registration_id=party.id)) >= MAX_DELEGATES:
            raise too_many_delegates()
        if places(ledger, person):
            raise already_here(each.email or person.email)
        _send(ledger, party, person, each)


def _enter_needs(ledger: Ledger, party: Registration, firm: EnterpriseImport, counts: ImportCounts) -> None:
    """Enter the needs; a need with the same title as a stored one updates it."""
    known = {search_key(need.title): need for need in _open_needs(ledger, party)}
    faults = []
    for each in firm.needs:
        values = each.values
        need = known.get(search_key(values.title))
        try:
            if need is None:
                known[search_key(values.title)] = _post(ledger, party, values)
                counts[NEW_NEEDS] += 1
            elif values.changed_in(need) or (need.state, values.state) == (NeedState.DRAFT, NeedState.PUBLISHED):
                _change_need(ledger, need, values)
                counts[CHANGED_NEEDS] += 1
        except needs.PastDeadline as refused:
            faults.append(fault(each.place, refused.field, str(values.deadline), refused.message))
    if faults:
        raise OfRows(faults)


def _open_needs(ledger: Ledger, party: Registration) -> list[Need]:
    return [need for need in ledger.find(Need, registration_id=party.id) if need.state != NeedState.WITHDRAWN]


def _post(ledger: Ledger, party: Registration, values: NeedValues) -> Need:
    if len(_open_needs(ledger, party)) >= MAX_NEEDS:
        raise needs.TooManyNeeds
    _refuse_past(ledger, None, values)
    columns = {**values.columns(), **review_columns(ledger.event, None, values.state, (), ledger.now)}
    return ledger.create(Need, registration_id=party.id, **columns)


def _change_need(ledger: Ledger, need: Need, values: NeedValues) -> None:
    columns = values.columns()
    wanted = columns.pop("state")
    _refuse_past(ledger, need, values)
    if (need.title, need.text) == (values.title, values.text):
        columns.pop("text_locale", None)
    reviewed = review_columns(ledger.event, need, wanted, values.changed_in(need), ledger.now)
    ledger.change(need, **columns, **reviewed)


def _refuse_past(ledger: Ledger, need: Need | None, values: NeedValues) -> None:
    is_published = values.state == NeedState.PUBLISHED
    event, deadline = ledger.event, values.deadline
    if refusal := needs.past_deadline(event, need, deadline, is_published=is_published, now=ledger.now):
        raise refusal
