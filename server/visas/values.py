"""Input of the service of visa rules."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class VisaRuleValues:
    """See `VisaRule`."""

    nationality: str
    purpose: str
    days: int
    valid_from: date
    valid_until: date | None
    source: str
