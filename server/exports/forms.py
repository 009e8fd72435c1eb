"""The form that chooses the columns and the format of a file."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from i18n import _
from server.exports.columns import View
from server.forms import Fault, Fields

MAX_ID = 2**31 - 1
MAX_COLUMNS = 40


class Format(StrEnum):
    """Format of a file."""

    XLSX = "xlsx"
    CSV = "csv"


def _of_list(columns: list[str], info: ValidationInfo) -> list[str]:
    known = (info.context or {})["columns"]
    if not columns:
        raise Fault(_("Choose at least one column."), code="no-column")
    if any(code not in known for code in columns):
        raise Fault(_("Choose from the options."), code="not-an-option")
    return columns


class ExportFields(Fields):
    """columns: codes of a list's columns. state: the filter of the list's page. plan: whose meetings, 0: published."""

    columns: Annotated[list[str], Field(max_length=MAX_COLUMNS, validate_default=True), AfterValidator(_of_list)] = (
        Field(default=[])
    )
    format: Format = Format.XLSX
    state: Annotated[str, Field(max_length=20)] = ""
    plan: Annotated[int, Field(ge=0, le=MAX_ID)] = 0

    @property
    def view(self) -> View:
        return View(self.state, self.plan)
