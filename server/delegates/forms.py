"""The form of a delegate's part at the event."""

from typing import Annotated

from pydantic import Field

from server.delegates.service import DelegateDetails
from server.forms import BlankIsNone, Fields, Line
from server.models import DelegateRole
from server.models.base import NAME


class DetailsFields(Fields):
    """Position, role and own slots of a delegate; no slot: there whenever the enterprise is."""

    position: Annotated[Line, Field(max_length=NAME)] = ""
    role: Annotated[DelegateRole | None, BlankIsNone] = None
    available: list[int] = Field(default=[], max_length=2000)

    def values(self) -> DelegateDetails:
        """Return what is to be saved."""
        return DelegateDetails(**self.model_dump())
