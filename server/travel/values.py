"""What a journey saves, as the service takes it."""

from dataclasses import dataclass
from datetime import datetime

from server.models import HelpState
from server.values import Values

# The instants of a journey.
TIMES = ("arrives_at", "departs_at")


@dataclass(frozen=True, kw_only=True)
class HelpValues(Values):
    """The column that organisers enter."""

    help: HelpState


@dataclass(frozen=True, kw_only=True)
class TravelValues(Values):
    """The columns of a journey that its expert enters. Instants are in UTC."""

    arrives_at: datetime | None
    arrives_by: str
    arrives_in: str
    departs_at: datetime | None
    departs_by: str
    departs_from: str
    companions: int
    accessibility: str
    diet: str
