"""The classes of e-mails by the name of their template."""

from collections.abc import Iterator, Mapping

from server import account_emails, emails
from server.emails import Email, Invitation, OptionalKind


def _with_templates() -> Iterator[type[Email]]:
    for module in (account_emails, emails):
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Email) and "template" in vars(each):
                yield each


EMAILS: Mapping[str, type[Email]] = {each.template: each for each in _with_templates()}
OPTIONAL: Mapping[str, OptionalKind] = {name: each.optional for name, each in EMAILS.items() if each.optional}
INVITATIONS = frozenset(template for template, email in EMAILS.items() if issubclass(email, Invitation))
