"""Input of the service of invitations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.models.invitations import Entries
from server.values import Values

# Languages of the two columns of an invitation, by the name of the pair.
PAIRS: Mapping[str, tuple[str, str]] = {"zh-en": ("zh_Hans", "en"), "ru-en": ("ru", "en")}
LOCALES = ("zh_Hans", "en", "ru")
HOST_TEXTS = ("organisation", "address", "contact", "signatory", "purpose", "places", "costs")
GUEST_TEXTS = ("employer", "position")


@dataclass(frozen=True, kw_only=True)
class HostValues(Values):
    """See `InvitationHost`."""

    organisation: dict[str, str]
    address: dict[str, str]
    contact: dict[str, str]
    signatory: dict[str, str]
    purpose: dict[str, str]
    places: dict[str, str]
    costs: dict[str, str]
    phone: str
    email: str


@dataclass(frozen=True, kw_only=True)
class InvitationValues(Values):
    """See `Invitation`."""

    employer: dict[str, str]
    position: dict[str, str]
    first_day: date | None
    last_day: date | None
    entries: Entries
    companions: str
    has_passport: bool
