"""Steps of the registration for both sides, and the next step of a draft."""

from collections.abc import Mapping
from dataclasses import dataclass

from i18n import Message, _, pgettext_
from server import forms
from server.models import Registration, Side
from server.registrations.forms import (
    ConsentFields,
    CooperationFields,
    EnterprisePresenceFields,
    EnterpriseProfileFields,
    ExpertWorkFields,
    PresenceFields,
)


@dataclass(frozen=True)
class Step:
    """A page of the registration. fields: names of its form fields, keys of the labels in the summary of faults."""

    name: str
    label: Message
    schema: type[forms.Fields]


STEPS: Mapping[Side, tuple[Step, ...]] = {
    Side.EXPERT: (
        Step("work", _("You and your work"), ExpertWorkFields),
        Step("cooperation", pgettext_("heading", "Cooperation"), CooperationFields),
        Step("presence", pgettext_("label", "Availability"), PresenceFields),
        Step("consent", pgettext_("heading", "Consent"), ConsentFields),
    ),
    Side.ENTERPRISE: (
        Step("profile", pgettext_("heading", "Your enterprise"), EnterpriseProfileFields),
        Step("presence", pgettext_("label", "Availability"), EnterprisePresenceFields),
        Step("consent", pgettext_("heading", "Consent"), ConsentFields),
    ),
}


def next_step(party: Registration) -> str | None:
    """Return the next step of a draft, or None if the registration is complete."""
    if party.registered_at is not None and party.withdrawn_at is None:
        return None
    done = {
        "work": True,
        "profile": True,
        "cooperation": bool(party.modes and party.languages),
        "presence": bool(party.available),
        "consent": False,
    }
    return next(each.name for each in STEPS[Side(party.side)] if not done[each.name])
