"""Form of the interpreter's own page."""

from typing import Annotated

from pydantic import Field

from server.forms import BlankIsNone, Fields
from server.interpreters.values import OwnValues
from server.speaking import Languages


class OwnFields(Fields):
    """Languages, availability and limit of the interpreter."""

    languages: Annotated[Languages, Field(default=[], min_length=2, validate_default=True)]
    available: list[int] = Field(default=[], max_length=2000)
    max_meetings: Annotated[Annotated[int, Field(ge=0, le=1000)] | None, BlankIsNone] = None

    def values(self) -> OwnValues:
        """Return what the service takes."""
        return OwnValues(languages=self.languages, available=self.available, max_meetings=self.max_meetings)
