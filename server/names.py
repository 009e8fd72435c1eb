"""Names of people and organisations for a reader, in a script that the reader can read if there is one.

A person's name belongs to the person. Others can propose a name for their event: it is stored in the person's row at
the event, and shown there until the person enters their own. Therefore all names at an event come from `called`, which
shows nothing of a known person that they have not agreed to.
"""

from i18n import Translator, pgettext_
from i18n.names import PersonName
from server.models import (
    Delegate,
    Departure,
    EventReviewer,
    EventTranslator,
    Interpreter,
    Meeting,
    Organisation,
    Organiser,
    Person,
    Registration,
)

NAMES = ("full_name", "latin_name", "zh_name")
TakesPart = Registration | Delegate | Interpreter | Organiser | EventTranslator | EventReviewer | Departure


def called(row: TakesPart) -> PersonName:
    """Return the name of the row's person at its event; `person` is loaded."""
    if row.proposed is None:
        return own_name(row.person)
    return PersonName(*(row.proposed.get(name, "") for name in NAMES))


def own_name(person: Person) -> PersonName:
    """Return the name that the person entered: for the person, and for readers who may know it at every event."""
    return PersonName(person.full_name, person.latin_name, person.zh_name)


def country_of(row: TakesPart) -> str:
    """Return the ISO code of the person's country as far as the event may know it, or ""."""
    if row.proposed is None:
        return str(row.person.country)
    return row.proposed.get("country", "")


def shown_name(row: TakesPart, locale: str) -> str:
    """Return the spelling of a person's name for a reader's locale, or the address if there is no name."""
    return called(row).for_reader(locale)[0] or _instead(row.person, locale)


def _instead(person: Person, locale: str) -> str:
    return left(locale) if person.is_erased else str(person.email)


def left(locale: str) -> str:
    """Return what is shown in place of the name of a person whose data was deleted."""
    return Translator(locale).translate(pgettext_("person", "A person who left"))


def own_spelling(person: Person, locale: str) -> str:
    """Return the spelling of the name that the person entered: for e-mails to them, and for records of their acts."""
    return own_name(person).for_reader(locale)[0] or person.email


def organisation_name(organisation: Organisation, locale: str) -> str:
    """Return the registered name for readers of Chinese, the Latin name for others if known."""
    name = organisation.name if locale.startswith("zh") else organisation.latin_name or organisation.name
    # The name was deleted with the last delegate's account.
    return name or Translator(locale).translate(pgettext_("organisation", "An enterprise that left"))


def party_name(party: Registration, locale: str) -> str:
    """Return the name of an expert or enterprise; person and organisation are loaded."""
    if party.organisation_id is not None:
        return organisation_name(party.organisation, locale)
    return shown_name(party, locale)


def meeting_name(meeting: Meeting, locale: str) -> str:
    """Return the names of expert and enterprise, which are loaded with the meeting."""
    return f"{party_name(meeting.expert, locale)} – {party_name(meeting.enterprise, locale)}"
