"""Steps of the registration for both sides, and the next step of a draft."""

from collections.abc import Mapping, Sequence
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
    """A page of the registration. is_apart: it has an address of its own, may be left empty, and saves itself."""

    name: str
    label: Message
    schema: type[forms.Fields] = forms.Fields
    is_apart: bool = False

    def path(self, slug: str, side: Side) -> str:
        """Return where the page is. slug: of the event."""
        return f"/e/{slug}/me/{self.name}" if self.is_apart else f"/e/{slug}/register/{side}/{self.name}"


STEPS: Mapping[Side, tuple[Step, ...]] = {
    Side.EXPERT: (
        Step("work", _("You and your work"), ExpertWorkFields),
        Step("cooperation", pgettext_("heading", "Cooperation"), CooperationFields),
        Step("travel", pgettext_("heading", "Your journey"), is_apart=True),
        Step("presence", pgettext_("label", "Availability"), PresenceFields),
        Step("files", _("Photo and files"), is_apart=True),
        Step("consent", pgettext_("heading", "Consent"), ConsentFields),
    ),
    Side.ENTERPRISE: (
        Step("profile", pgettext_("heading", "Your enterprise"), EnterpriseProfileFields),
        Step("presence", pgettext_("label", "Availability"), EnterprisePresenceFields),
        Step("consent", pgettext_("heading", "Consent"), ConsentFields),
    ),
}


# Visitors enter their address before the first step.
EMAIL_STEP = pgettext_("label", "E-mail")


@dataclass(frozen=True)
class Progress:
    """How far a draft is at one of its steps. labels: of all steps. position: of this one, from 1. next: its path."""

    labels: Sequence[Message]
    position: int
    next: str


def labels_of(side: Side) -> list[Message]:
    """Return what the steps of a side are called, with the e-mail first."""
    return [EMAIL_STEP, *(each.label for each in STEPS[side])]


def progress_of(party: Registration, name: str, slug: str) -> Progress | None:
    """Return the progress at a step of a draft, or None if the registration is complete. slug: of the event."""
    side = Side(party.side)
    at = next((place for place, step in enumerate(STEPS[side]) if step.name == name), None)
    if at is None or party.registered_at is not None:
        return None
    return Progress(labels_of(side), at + 2, STEPS[side][at + 1].path(slug, side))


def next_step(party: Registration) -> str | None:
    """Return the next step of a draft, or None if the registration is complete."""
    if party.registered_at is not None and party.withdrawn_at is None:
        return None
    done = {
        "work": True,
        "profile": True,
        "cooperation": bool(party.modes and party.languages),
        "presence": bool(party.available),
        # These may be left empty.
        "travel": True,
        "files": True,
        "consent": False,
    }
    return next(each.name for each in STEPS[Side(party.side)] if not done[each.name])
