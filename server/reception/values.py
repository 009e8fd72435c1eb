"""What a row of the ledger saves, as the service takes it."""

from dataclasses import dataclass
from datetime import datetime

from server.values import Unset, Values


@dataclass(frozen=True, kw_only=True)
class JourneyValues(Values):
    """The columns of `Travel` that the ledger edits. Instants are in UTC."""

    arrives_at: datetime | None
    arrives_by: str
    departs_at: datetime | None
    departs_by: str


@dataclass(frozen=True, kw_only=True)
class ReceptionValues(Values):
    """The columns of `Reception`. escort_id: UNSET for an escort, who does not choose who accompanies a guest."""

    plate: str
    driver: str
    hotel: str
    room: str
    meals: str
    escort_id: int | Unset | None


@dataclass(frozen=True, kw_only=True)
class EscortValues(Values):
    """The columns of `Escort`. email: of the account, "" if there is none."""

    name: str
    phone: str
    email: str
