"""Forms of the ledger."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from i18n import _
from server.fields import Email, RowId, VenueTime
from server.forms import BlankIsNone, Fault, Fields, Line, Text
from server.models.base import NAME
from server.models.reception import NOTE, PHONE
from server.reception.values import EscortValues, JourneyValues, ReceptionValues

Short = Annotated[Line, Field(max_length=NAME)]


class GuestFields(Fields):
    """One row of the ledger. escort_id: of an escort of the event."""

    arrives_at: VenueTime = None
    arrives_by: Short = ""
    departs_at: VenueTime = None
    departs_by: Short = ""
    plate: Short = ""
    driver: Short = ""
    hotel: Short = ""
    room: Short = ""
    meals: Annotated[Text, Field(max_length=NOTE)] = ""
    escort_id: Annotated[RowId | None, BlankIsNone] = None

    def across(self) -> Iterator[Fault]:
        yield from super().across()
        if not self.has("arrives_at", "departs_at") or not (self.arrives_at and self.departs_at):
            return
        if self.departs_at <= self.arrives_at:
            yield Fault(_("The departure has to be later than the arrival."), "departs_at", code="before-arrival")

    def journey(self) -> JourneyValues:
        return JourneyValues(**self.model_dump(include=set(JourneyValues.__dataclass_fields__)))

    def reception(self) -> ReceptionValues:
        return ReceptionValues(**self.model_dump(include=set(ReceptionValues.__dataclass_fields__)))


class EscortFields(Fields):
    """The form of an escort."""

    name: Annotated[Line, Field(min_length=1, max_length=NAME)]
    phone: Annotated[Line, Field(min_length=1, max_length=PHONE)]
    email: Annotated[Email | None, BlankIsNone] = None

    def values(self) -> EscortValues:
        return EscortValues(name=self.name, phone=self.phone, email=self.email or "")
