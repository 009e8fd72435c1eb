"""Forms of recipients."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, create_model, field_validator

from i18n import _, formats
from server.fields import in_languages, is_unsaid
from server.forms import Fault, Fields, Line
from server.models.base import LINE, NAME


class _RecipientFields(Fields):
    """A new recipient."""

    name: Annotated[Line, Field(min_length=1, max_length=NAME)]
    country: str

    @field_validator("country")
    @classmethod
    def _known(cls, code: str) -> str:
        if code not in formats.countries("en"):
            raise Fault(_("Choose a country from the list."), code="unknown-country")
        return code

    def across(self) -> Iterator[Fault]:
        yield from super().across()
        if is_unsaid(self, "purpose"):
            yield Fault(_("Enter the purpose in at least one language."), "purpose_en", code="missing")


RecipientFields: Any = create_model("RecipientFields", __base__=_RecipientFields, **in_languages("purpose", LINE))


class ChoiceFields(Fields):
    """To which recipients a person consents. shown: those on the page."""

    recipients: list[str] = Field(default_factory=list)
    shown: list[str] = Field(default_factory=list)
