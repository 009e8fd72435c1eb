"""Input of the service of visa rules."""

from dataclasses import dataclass
from datetime import date

from server.values import Values


@dataclass(frozen=True, kw_only=True)
class VisaRuleValues(Values):
    """See `VisaRule`."""

    nationality: str
    purpose: str
    days: int
    valid_from: date
    valid_until: date | None
    source: str
