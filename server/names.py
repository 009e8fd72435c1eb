"""What people and organisations are called for a reader: in a script that the reader can read, where there is one.

A person's name belongs to the person. Others may propose one for their own event: it stands in the row by which the
person takes part, and is shown there until the person has said what they are called. So every name at an event goes
through `called`, which shows nothing of a known person that they have not agreed to.
"""

from i18n.names import PersonName
from server.models import Delegate, Departure, Interpreter, Meeting, Organisation, Organiser, Person, Registration

NAMES = ("full_name", "latin_name", "zh_name")
TakesPart = Registration | Delegate | Interpreter | Organiser | Departure


def called(row: TakesPart) -> PersonName:
    """The name of the row's person at its event; `person` has been loaded with the row."""
    if row.proposed is None:
        return own_name(row.person)
    return PersonName(*(row.proposed.get(name, "") for name in NAMES))


def own_name(person: Person) -> PersonName:
    """What the person says of themselves: for the person, and for whoever may know it at every event."""
    return PersonName(person.full_name, person.latin_name, person.zh_name)


def country_of(row: TakesPart) -> str:
    """Two letters, or "": where the person is from, as far as the event may know."""
    if row.proposed is None:
        return str(row.person.country)
    return row.proposed.get("country", "")


def shown_name(row: TakesPart, locale: str) -> str:
    """The spelling of a person's name for a reader of that interface locale; the address where there is no name."""
    return called(row).for_reader(locale)[0] or row.person.email


def own_spelling(person: Person, locale: str) -> str:
    """The same by the person's own word alone: for letters to them, and for notes on what they did."""
    return own_name(person).for_reader(locale)[0] or person.email


def organisation_name(organisation: Organisation, locale: str) -> str:
    """The name as it is registered for readers of Chinese, in Latin letters for others where that is known."""
    if locale.startswith("zh"):
        return organisation.name
    return organisation.latin_name or organisation.name


def party_name(party: Registration, locale: str) -> str:
    """An expert's name or an enterprise's; person and organisation have been loaded with the registration."""
    if party.organisation_id is not None:
        return organisation_name(party.organisation, locale)
    return shown_name(party, locale)


def meeting_name(meeting: Meeting, locale: str) -> str:
    """Expert and enterprise; both have been loaded with the meeting."""
    return f"{party_name(meeting.expert, locale)} – {party_name(meeting.enterprise, locale)}"
