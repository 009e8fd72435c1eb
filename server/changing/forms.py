"""The organiser's form of decisions about requested changes."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator

from i18n import _
from server.changing.service import REMARK
from server.forms import Fault, Fields, Text
from server.models import Decision

CHOICES = (Decision.GRANTED, Decision.DECLINED)


class DecisionFields(Fields):
    """decisions: by id of the request, from fields decision_<id>; those that wait further are missing."""

    decisions: dict[int, Decision] = Field(default={}, validate_default=True)
    remark: Annotated[Text, Field(max_length=REMARK)] = ""

    @classmethod
    def gathered(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        found = {id: str(value) for id, value in numbered(values, "decision_").items() if value}
        return {**super().gathered(values), "decisions": found}

    @field_validator("decisions")
    @classmethod
    def _any(cls, decisions: dict[int, Decision]) -> dict[int, Decision]:
        if not decisions or any(each not in CHOICES for each in decisions.values()):
            raise Fault(_("Accept or decline at least one change."), code="too-short")
        return decisions


def numbered(values: Mapping[str, Any], prefix: str) -> dict[int, str]:
    """Return the fields whose name is the prefix and a number, by the number."""
    found = {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
    return {int(id): str(value) for id, value in found.items() if id.isascii() and id.isdigit() and len(id) < 10}
