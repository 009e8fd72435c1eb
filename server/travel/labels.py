"""Words for states of journeys."""

from collections.abc import Mapping

from i18n import Message, pgettext_
from server.models import HelpState

HELP_STATES: Mapping[HelpState, Message] = {
    HelpState.NOT_NEEDED: pgettext_("visa help", "Not needed"),
    HelpState.WANTED: pgettext_("visa help", "Wanted"),
    HelpState.IN_WORK: pgettext_("visa help", "In preparation"),
    HelpState.SENT: pgettext_("visa help", "Invitation sent"),
    HelpState.REFUSED: pgettext_("visa help", "Not possible"),
}
