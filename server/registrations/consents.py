"""Purposes of consents and their wording. Raise VERSION when a text changes: people are then asked again."""

import hashlib
from dataclasses import dataclass

from i18n import Message, Translator, _

VERSION = "2026-12"


@dataclass(frozen=True)
class Purpose:
    """A purpose. code: as stored. is_needed: without this consent nobody can be scheduled. text: the sentence beside
    the box.

    name: of the consent in lists. ends: what withdrawing it has as a consequence.
    """

    code: str
    is_needed: bool
    text: Message
    name: Message
    ends: Message

    def text_hash(self, locale: str) -> str:
        """Return the SHA-256 of the wording as shown in a locale."""
        return hashlib.sha256(Translator(locale).translate(self.text).encode()).hexdigest()


PURPOSES = (
    Purpose(
        "matching",
        True,
        _("I agree that the organiser uses my profile to find partners for me and to schedule meetings."),
        _("Finding partners and scheduling meetings"),
        _("Your profile is no longer used to find partners, and no meeting is scheduled for you. You leave the event."),
    ),
    Purpose(
        "sharing",
        True,
        _("I agree that my name, organisation and professional profile are shown to the other side of this event."),
        _("Showing your profile to the other side"),
        _("The other side no longer sees your profile in matches, match reasons and search. You leave the event."),
    ),
    Purpose(
        "cross_border",
        True,
        _("I agree that my data is kept and used in the country of the event."),
        _("Keeping your data in the country of the event"),
        _("Your data is no longer used in the country of the event. You leave the event."),
    ),
    Purpose(
        "photo",
        False,
        _("I agree to be photographed at the event for the organiser’s report."),
        _("Photographs for the organiser’s report"),
        _("The organiser may take no more photographs of you. You stay registered."),
    ),
)
NEEDED = frozenset(purpose.code for purpose in PURPOSES if purpose.is_needed)
BY_CODE = {purpose.code: purpose for purpose in PURPOSES}
NOT_TICKED = _("Without this consent, we cannot arrange meetings. Tick the box, or keep the registration as a draft.")
