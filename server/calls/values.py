"""Input of the service of the call list."""

from dataclasses import dataclass
from datetime import datetime

from server.models import CallResult
from server.values import Values


@dataclass(frozen=True, kw_only=True)
class CallValues(Values):
    """An entry, see `PartyCall`."""

    result: CallResult | None
    note: str
    next_at: datetime | None
    owner_id: int | None
