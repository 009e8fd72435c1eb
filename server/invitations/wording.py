"""The words of an invitation. Each is translated into the languages of the invitation, not of its reader."""

from collections.abc import Mapping

from i18n import Message, _, pgettext_
from server.models.invitations import Entries

TITLE = pgettext_("heading of an invitation", "Invitation")
TO = _("To the visa section of the embassy or consulate")
CLOSING = _(
    "We confirm that the information above is correct. The guest will leave the country before the visa ends. Please "
    "contact us if you have questions."
)
RELATION_TEXT = _("The guest takes part in our event as an expert.")
COMPANIONS_NONE = _("The guest travels alone")
SIGNATURE = pgettext_("of a document", "Signature")
SEAL = pgettext_("of a document", "Official seal")
DATE = pgettext_("of a signature", "Date")

GUEST_BLOCK = pgettext_("heading of an invitation", "Guest")
VISIT_BLOCK = pgettext_("heading of an invitation", "Visit")
HOST_BLOCK = pgettext_("heading of an invitation", "Host")

NAME = _("Full name as in the passport")
SEX = pgettext_("label", "Sex")
BIRTH = pgettext_("label", "Date of birth")
NUMBER = pgettext_("label", "Passport number")
NATIONALITY = pgettext_("label", "Nationality")
EMPLOYER = pgettext_("label", "Employer")
POSITION = pgettext_("label", "Position")
PURPOSE = _("Purpose of the visit")
ENTRY = _("Date of entry")
EXIT = _("Date of departure")
DAYS = _("Number of days")
ENTRIES = _("Number of entries")
PLACES = _("Places to be visited")
COMPANIONS = pgettext_("label", "Accompanying persons")
COSTS = _("Who bears the costs")
RELATION = _("Relation between guest and host")
HOST = pgettext_("label", "Host organisation")
ADDRESS = _("Address of the host")
PHONE = _("Telephone of the host")
EMAIL = _("E-mail address of the host")
CONTACT = _("Contact person of the host")
SIGNATORY = _("Who signs, with position")

ENTRY_NUMBERS: Mapping[Entries, Message] = {
    Entries.SINGLE: pgettext_("number of entries", "One"),
    Entries.DOUBLE: pgettext_("number of entries", "Two"),
    Entries.MULTIPLE: pgettext_("number of entries", "Multiple"),
}
REASON_MISSING = _("Enter a reason. The file contains passport data.")


def opening(event: Mapping[str, str]) -> Message:
    """Return the sentence that invites. event: its name by language."""
    return _("We invite the following person to our event and ask you to issue a visa. Event: %(event)s", event=event)


# Labels of what organisers enter, by column.
LABELS: Mapping[str, Message] = {
    "organisation": HOST,
    "address": ADDRESS,
    "contact": CONTACT,
    "signatory": SIGNATORY,
    "purpose": PURPOSE,
    "places": PLACES,
    "costs": COSTS,
    "employer": EMPLOYER,
    "position": POSITION,
}
