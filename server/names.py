"""What people and organisations are called for a reader: in a script that the reader can read, where there is one."""

from i18n.names import PersonName
from server.models import Meeting, Organisation, Person, Registration


def shown_name(person: Person, locale: str) -> str:
    """The spelling of the person's name for a reader of that interface locale; the address where there is no name."""
    name = PersonName(person.full_name, person.latin_name, person.zh_name)
    return name.for_reader(locale)[0] or person.email


def organisation_name(organisation: Organisation, locale: str) -> str:
    """The name as it is registered for readers of Chinese, in Latin letters for others where that is known."""
    if locale.startswith("zh"):
        return organisation.name
    return organisation.latin_name or organisation.name


def party_name(party: Registration, locale: str) -> str:
    """An expert's name or an enterprise's; person and organisation have been loaded with the registration."""
    if party.organisation_id is not None:
        return organisation_name(party.organisation, locale)
    return shown_name(party.person, locale)


def meeting_name(meeting: Meeting, locale: str) -> str:
    """Expert and enterprise; both have been loaded with the meeting."""
    return f"{party_name(meeting.expert, locale)} – {party_name(meeting.enterprise, locale)}"
