"""Input of the service of the checklist."""

from dataclasses import dataclass
from datetime import date

from server.values import Values


@dataclass(frozen=True, kw_only=True)
class DutyValues(Values):
    """Who does a task until when, see `DeskTask`."""

    owner_id: int | None
    working_group: str
    due_on: date | None


@dataclass(frozen=True, kw_only=True)
class TaskValues(DutyValues):
    """A task that organisers add, see `DeskTask`."""

    title: str
    why: str
