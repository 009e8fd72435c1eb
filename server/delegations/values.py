"""What organisers enter about a delegation, as the service takes it."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.values import Values


@dataclass(frozen=True, kw_only=True)
class DelegationValues(Values):
    """name: {locale: text}. country: ISO 3166 code or ""."""

    name: Mapping[str, str]
    country: str
    programme: str


@dataclass(frozen=True, kw_only=True)
class LeaderChoice:
    """The new leader: an expert of the event (registration_id), or else somebody by address (email, name, locale)."""

    registration_id: int | None = None
    email: str = ""
    name: str = ""
    locale: str = ""
