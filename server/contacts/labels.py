"""Labels of contacts and of their readers."""

from collections.abc import Mapping

from i18n import Message, _, pgettext_
from server.models import ContactKind, ContactReaders, FieldReaders

KINDS: Mapping[ContactKind, Message] = {
    ContactKind.EMAIL: pgettext_("label", "E-mail address"),
    ContactKind.PHONE: pgettext_("contact", "Telephone"),
    ContactKind.WECHAT: _("WeChat account name"),
    ContactKind.TELEGRAM: _("Telegram account name"),
    ContactKind.WEBSITE: pgettext_("contact", "Website"),
}
READERS: Mapping[ContactReaders, Message] = {
    ContactReaders.NOBODY: pgettext_("who reads a contact", "Only me"),
    ContactReaders.ORGANISERS: pgettext_("who reads a contact", "The organiser"),
    ContactReaders.AGREED: _("The other side of a meeting, after both have agreed"),
    ContactReaders.OTHER_SIDE: _("The other side of each of my meetings"),
}
# Fields of a profile and their readers.
FIELDS: Mapping[str, Message] = {
    "affiliation": pgettext_("label", "Organisation"),
    "position": pgettext_("label", "Position"),
    "degree": pgettext_("label", "Degree"),
    "country": pgettext_("of a person", "Country"),
    "results": pgettext_("label", "Key results"),
    "patents": pgettext_("label", "Patents"),
}
FIELD_READERS: Mapping[FieldReaders, Message] = {
    FieldReaders.OTHER_SIDE: _("Everybody on the other side"),
    FieldReaders.AGREED: _("The other side, once both want to meet"),
    FieldReaders.ORGANISERS: _("Only the organiser"),
    FieldReaders.NOBODY: pgettext_("who reads a contact", "Only me"),
}
