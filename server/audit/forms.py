"""The filter of the activity log."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from i18n import _
from server.audit.showing import Filter
from server.forms import BlankIsNone, Fault, Fields, Line

MAX_WORDS = 100


class LogFields(Fields):
    """group: a key of `wording.GROUPS`; others show all. since, until: days at the venue, both included."""

    group: Annotated[Line, Field(max_length=MAX_WORDS)] = ""
    q: Annotated[Line, Field(max_length=MAX_WORDS)] = ""
    since: Annotated[date | None, BlankIsNone] = None
    until: Annotated[date | None, BlankIsNone] = None

    def across(self) -> Iterator[Fault]:
        if self.has("since", "until") and self.since and self.until and self.until < self.since:
            yield Fault(_("The last day is before the first day."), code="reversed", field="until")

    @property
    def filter(self) -> Filter:
        return Filter(self.group, self.q, self.since, self.until)
