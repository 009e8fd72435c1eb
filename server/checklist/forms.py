"""Forms of the checklist."""

from typing import Annotated

from pydantic import Field

from server.fields import Day, RowId
from server.forms import BlankIsNone, Fields, Line, Text
from server.models.base import LINE, NAME
from server.models.team import WHY


class DutyFields(Fields):
    """Who does a task until when. owner: id of an organiser of the event."""

    owner: Annotated[RowId | None, BlankIsNone] = None
    working_group: Annotated[Line, Field(max_length=NAME)] = ""
    due_on: Annotated[Day | None, BlankIsNone] = None


class TaskFields(DutyFields):
    """A task that organisers add."""

    title: Annotated[Line, Field(min_length=1, max_length=LINE)]
    why: Annotated[Text, Field(max_length=WHY)] = ""
