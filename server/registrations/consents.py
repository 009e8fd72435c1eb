"""What a person consents to, purpose by purpose. Changing a text means raising VERSION: people are then asked again."""

import hashlib
from dataclasses import dataclass

from i18n import Message, Translator, _

VERSION = "2026-11"


@dataclass(frozen=True)
class Purpose:
    """code: as stored. is_needed: without it nobody can be scheduled. text: the sentence beside the box."""

    code: str
    is_needed: bool
    text: Message

    def text_hash(self, locale: str) -> str:
        """SHA-256 of the words as they were shown."""
        return hashlib.sha256(Translator(locale).translate(self.text).encode()).hexdigest()


PURPOSES = (
    Purpose(
        "matching",
        True,
        _("I agree that the organiser uses my profile to find partners for me and to schedule meetings."),
    ),
    Purpose(
        "sharing",
        True,
        _("I agree that my name, organisation and professional profile are shown to the other side of this event."),
    ),
    Purpose(
        "cross_border",
        True,
        _("I agree that my data is kept and used in the country of the event."),
    ),
    Purpose(
        "photo",
        False,
        _("I agree to be photographed at the event for the organiser's report."),
    ),
)
NEEDED = frozenset(purpose.code for purpose in PURPOSES if purpose.is_needed)
