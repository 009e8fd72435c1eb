"""Forms of the timetable that is changed by hand."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field, StringConstraints

from server import forms
from server.forms import Fields

MAX_SECONDS = 600
MAX_PAGE = 10_000
Pair = Annotated[str, StringConstraints(pattern=r"^(e[0-9]{1,9}-f[0-9]{1,9})?$")]
Cell = Annotated[str, StringConstraints(pattern=r"^(s[0-9]{1,9}\.t[0-9]{1,9})?$")]


class Do(StrEnum):
    """What the organiser does."""

    PLACE = "place"
    PLACE_AND_PIN = "place_and_pin"
    DROP = "drop"
    PIN = "pin"
    UNPIN = "unpin"
    BLOCK = "block"
    UNBLOCK = "unblock"
    UNDO = "undo"
    REDO = "redo"


class StepFields(Fields):
    """One step. seen: revision that the organiser looked at. slot, table: instead of cell, from two lists."""

    do: Do
    seen: Annotated[int, Field(ge=0, le=2**31 - 1)]
    pair: Pair = ""
    cell: Cell = ""
    slot: Annotated[str, StringConstraints(max_length=11)] = ""
    table: Annotated[str, StringConstraints(max_length=11)] = ""

    @property
    def place(self) -> tuple[str, str]:
        """The slot and the table."""
        slot, _dot, table = self.cell.partition(".")
        return slot or self.slot, table or self.table


class FinishFields(Fields):
    seconds: Annotated[int, Field(ge=1, le=MAX_SECONDS)]


class HandView(Fields):
    """Which part is shown. pick: the pair in hand, "" for none. tray: page of the pairs without a meeting, from 1."""

    day: Annotated[str, Field(max_length=10)] = ""
    pick: Pair = ""
    tray: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1

    def query(self, **changes: Any) -> str:
        """Return this view with changes as the query of a link, without defaults."""
        look = self.model_copy(update=changes).model_dump(exclude_defaults=True)
        return "?" + urlencode(look) if look else ""


def hand_view_of(query: Mapping[str, str]) -> HandView:
    """Return the view in a query; an invalid query shows the first day with nothing in hand."""
    try:
        return forms.check(HandView, query)
    except forms.Invalid:
        return HandView()
