"""Why there is no machine draft, in words."""

from collections.abc import Mapping

from i18n import Message, _
from server.models import DraftFault

FAULTS: Mapping[DraftFault, Message] = {
    DraftFault.OFF: _("No engine is set any more."),
    DraftFault.UNREACHABLE: _("The engine cannot be reached."),
    DraftFault.LATE: _("The engine did not answer in time."),
    DraftFault.BUSY: _("The engine is busy and asks to wait."),
    DraftFault.BROKEN: _("The engine reports an internal error."),
    DraftFault.KEY: _("The engine refuses our key. Tell the site administrator."),
    DraftFault.QUOTA: _("The volume paid for at the engine is used up. Tell the site administrator."),
    DraftFault.REFUSED: _("The engine refuses the request. It may not know one of the languages."),
    DraftFault.MALFORMED: _("The engine’s answer was not a list of translations."),
    DraftFault.BUDGET: _("Today’s limit of characters for this site is reached."),
    DraftFault.EMPTY: _("The translation was empty."),
    DraftFault.MARKUP: _("The translation contained markup that the original does not have."),
    DraftFault.SCRIPT: _("The translation was not in the script of its language."),
    DraftFault.NUMBERS: _("The translation lost or added a number."),
    DraftFault.HELD: _("The translation lost or repeated a name, formula, grade or address."),
    DraftFault.LENGTH: _("The translation was far too long or too short."),
    DraftFault.SAME: _("The engine returned the original."),
}
