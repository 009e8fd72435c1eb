"""The form of a call."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from i18n import _
from server.fields import RowId, VenueTime
from server.forms import BlankIsNone, Fault, Fields, Text
from server.models import CallResult
from server.models.team import WHY


class CallFields(Fields):
    """How a call ended, and who calls next. result: None for no call yet. owner: id of an organiser of the event."""

    result: Annotated[CallResult | None, BlankIsNone] = None
    owner: Annotated[RowId | None, BlankIsNone] = None
    next_at: VenueTime = None
    note: Annotated[Text, Field(max_length=WHY)] = ""

    @field_validator("note")
    @classmethod
    def _says_something(cls, note: str, info: ValidationInfo) -> str:
        if not note and {"result", "owner", "next_at"} <= info.data.keys() and not any(info.data.values()):
            raise Fault(_("Choose a result, a person or a time, or write a note."), code="nothing-said")
        return note
