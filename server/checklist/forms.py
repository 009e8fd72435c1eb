"""Forms of the checklist."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from i18n import _
from server.fields import YEARS, RowId
from server.forms import BlankIsNone, Fault, Fields, Line, Text
from server.models.base import LINE, NAME
from server.models.team import WHY


def _of_our_time(day: date | None) -> date | None:
    if day is not None and day.year not in YEARS:
        raise Fault(_("Enter a date such as 2026-05-21."), code="date-parsing")
    return day


class DutyFields(Fields):
    """Who does a task until when. owner: id of an organiser of the event."""

    owner: Annotated[RowId | None, BlankIsNone] = None
    working_group: Annotated[Line, Field(max_length=NAME)] = ""
    due_on: Annotated[date | None, BlankIsNone, AfterValidator(_of_our_time)] = None


class TaskFields(DutyFields):
    """A task that organisers add."""

    title: Annotated[Line, Field(min_length=1, max_length=LINE)]
    why: Annotated[Text, Field(max_length=WHY)] = ""
