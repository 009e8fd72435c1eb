"""What texts, kinds and states are called on pages and in files."""

from collections.abc import Mapping

from i18n import Message, _, pgettext_
from server.models import TextField
from server.translations.sources import Piece, TextKind
from server.translations.texts import NEED_FIELDS, EventField
from server.translations.work import TextState

FIELDS: Mapping[TextField | EventField, Message] = {
    # Translators: the title of a need
    TextField.TITLE: pgettext_("label", "Title"),
    TextField.TEXT: pgettext_("label", "Technical goal"),
    TextField.TRIED: _("What you have tried"),
    TextField.ACCEPTANCE: pgettext_("label", "Acceptance indicators"),
    TextField.HEADLINE: _("Summary in one line"),
    TextField.OFFER: _("What the expert works on"),
    TextField.RESULTS: pgettext_("label", "Key results"),
    TextField.PATENTS: pgettext_("label", "Patents"),
    TextField.AFFILIATION: pgettext_("label", "Organisation"),
    # Translators: a person’s job title
    TextField.POSITION: pgettext_("label", "Position"),
    # Translators: an academic degree
    TextField.DEGREE: pgettext_("label", "Degree"),
    TextField.DESCRIPTION: _("What the organisation does"),
    TextField.NOTE: _("Note to meeting partners"),
    TextField.DELEGATE: pgettext_("label", "Position"),
    EventField.NAME: pgettext_("of an event", "Name"),
    EventField.PLACE: pgettext_("label", "Place"),
    # Translators: of an event
    EventField.ABOUT: pgettext_("heading", "Description"),
    EventField.HALL: _("Name of the hall"),
    EventField.ITEM: pgettext_("label", "Programme item"),
}
KINDS: Mapping[TextKind, Message] = {
    TextKind.EVENT: _("Texts of the event"),
    TextKind.NEED: pgettext_("label", "Needs"),
    TextKind.PROFILE: pgettext_("of experts", "Profiles"),
    TextKind.ORGANISATION: pgettext_("list", "Organisations"),
    TextKind.DELEGATE: _("Positions of delegates"),
}
STATES: Mapping[TextState, Message] = {
    TextState.MISSING: pgettext_("state of a translation", "Missing"),
    # Translators: the original has changed since it was translated
    TextState.STALE: pgettext_("state of a translation", "Out of date"),
    TextState.MACHINE: pgettext_("state of a translation", "Machine draft"),
    TextState.HUMAN: pgettext_("state of a translation", "Unchecked"),
    TextState.CHECKED: pgettext_("state of a translation", "Checked"),
}


def owner(piece: Piece) -> Message:
    """Return whose text it is, by number and without names."""
    if piece.kind is TextKind.EVENT:
        return pgettext_("of a text", "Event")
    if piece.key.field in NEED_FIELDS:
        return pgettext_("of a text", "Need %(number)s", number=piece.key.row_id)
    if piece.kind is TextKind.PROFILE:
        return pgettext_("of a text", "Expert %(number)s", number=piece.party_id)
    if piece.kind is TextKind.DELEGATE:
        return _("Delegate of enterprise %(number)s", number=piece.party_id)
    return pgettext_("of a text", "Enterprise %(number)s", number=piece.party_id)
