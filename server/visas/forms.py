"""The form that adds a rule."""

from datetime import date
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from i18n import _, formats
from server.fields import Day
from server.forms import BlankIsNone, Fault, Fields, Line
from server.models.base import LINE

MAX_DAYS = 365


class VisaRuleFields(Fields):
    """A rule. valid_until: None if it has no end."""

    nationality: str
    purpose: Annotated[Line, Field(max_length=LINE)] = ""
    days: int = Field(ge=1, le=MAX_DAYS)
    valid_from: Day
    valid_until: Annotated[date | None, BlankIsNone] = None
    source: Annotated[Line, Field(min_length=1, max_length=LINE)]

    @field_validator("nationality")
    @classmethod
    def _known(cls, code: str) -> str:
        if code not in formats.countries("en"):
            raise Fault(_("Choose a country from the list."), code="unknown-country")
        return code

    @field_validator("valid_until")
    @classmethod
    def _in_order(cls, last: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("valid_from")
        if last is not None and first is not None and last < first:
            raise Fault(_("The last day is before the first day."), code="reversed")
        return last
