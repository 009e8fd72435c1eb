"""Why the person whom a form names cannot be invited now."""

from collections.abc import AsyncIterator

from server import forms
from server.emails import Invitation
from server.errors import Refused
from server.events import team
from server.models import Person


def refusals(kind: type[Invitation], by: Person, known: forms.Fields) -> AsyncIterator[Refused]:
    """Yield the refusals of a form with an `email`, for `forms.submit`. kind: the e-mail. by: who invites."""
    if not known.has("email"):
        return forms.nothing_else(known)
    return team.invitation_refusals(kind, known.valid("email"), by)
