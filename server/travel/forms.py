"""Forms of journeys."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from i18n import _
from server.fields import VenueTime
from server.forms import BlankIsNone, Fault, Fields, Line, Text
from server.models import HelpState
from server.models.base import NAME
from server.models.travel import MAX_COMPANIONS, NOTE
from server.travel.values import TravelValues

Short = Annotated[Line, Field(max_length=NAME)]
Note = Annotated[Text, Field(max_length=NOTE)]


class TravelFields(Fields):
    """The journey as its expert enters it. wants_help: with a visa or an invitation letter."""

    arrives_at: VenueTime = None
    arrives_by: Short = ""
    arrives_in: Short = ""
    departs_at: VenueTime = None
    departs_by: Short = ""
    departs_from: Short = ""
    companions: Annotated[Annotated[int, Field(ge=0, le=MAX_COMPANIONS)] | None, BlankIsNone] = 0
    wants_help: bool = False
    accessibility: Note = ""
    diet: Note = ""

    def across(self) -> Iterator[Fault]:
        yield from super().across()
        both = (self.arrives_at, self.departs_at) if self.has("arrives_at", "departs_at") else ()
        if all(both) and both and both[1] <= both[0]:  # type: ignore[operator]
            yield Fault(_("The departure has to be later than the arrival."), "departs_at", code="before-arrival")

    def values(self) -> TravelValues:
        """Return what is to be saved."""
        given = self.model_dump(exclude={"wants_help", "companions"})
        return TravelValues(**given, companions=self.companions or 0)


class HelpFields(Fields):
    """What became of the help, as organisers say."""

    help: HelpState
