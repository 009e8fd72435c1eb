"""Words for the roles of delegates."""

from collections.abc import Mapping

from i18n import Message, pgettext_
from server.models import DelegateRole

ROLES: Mapping[DelegateRole, Message] = {
    DelegateRole.DECISION_MAKER: pgettext_("role of a delegate", "Decision maker"),
    DelegateRole.ENGINEER: pgettext_("role of a delegate", "Engineer"),
    # Translators: an interpreter of the enterprise, not of the organiser
    DelegateRole.INTERPRETER: pgettext_("role of a delegate", "Interpreter of the enterprise"),
    DelegateRole.CONTACT: pgettext_("role of a delegate", "Contact person"),
}
