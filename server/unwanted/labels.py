"""What kinds of e-mails are called that a person can switch off."""

from collections.abc import Mapping

from i18n import Message, _
from server.emails import OptionalKind

KINDS: Mapping[str, Message] = {
    OptionalKind.REMINDERS: _("Reminders to mark wishes"),
    OptionalKind.MUTUAL: _("News that somebody you want to meet also wants to meet you"),
    OptionalKind.APPROVALS: _("News that a need was approved"),
}
