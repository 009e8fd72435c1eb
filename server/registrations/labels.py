"""What the columns of a registration and of its organisation are called, by column."""

from collections.abc import Mapping

from i18n import Message, _, pgettext_
from server.models import OrganisationKind

LABELS: Mapping[str, Message] = {
    "affiliation": pgettext_("label", "Organisation"),
    # Translators: a person’s job title
    "position": pgettext_("label", "Position"),
    # Translators: an academic degree
    "degree": pgettext_("label", "Degree"),
    "headline": _("Summary in one line"),
    "offer": _("What you work on"),
    "results": pgettext_("label", "Key results"),
    "patents": pgettext_("label", "Patents"),
    "note": _("Note to meeting partners"),
    "topics": pgettext_("label", "Topics"),
    "readiness": pgettext_("label", "Readiness level"),
    "modes": _("Forms of cooperation"),
    "languages": pgettext_("label", "Languages"),
    "name": pgettext_("of a thing", "Name"),
    "latin_name": _("Name in Latin letters"),
    "kind": _("Type of organisation"),
    "description": _("What the organisation does"),
}
KINDS: Mapping[str, Message] = {
    OrganisationKind.ENTERPRISE: pgettext_("option", "Enterprise"),
    OrganisationKind.INSTITUTE: pgettext_("option", "Research institute"),
}
