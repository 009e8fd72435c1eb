"""What the buttons of a wish send, and how the list of matches may be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from server.access import MAX_ID
from server.forms import Fields, Line, blank_is_none
from server.models import CorrectionKind, WishKind
from server.models.base import LINE
from server.pages import page_number
from server.search.query import Query, query_of


class WishFields(Fields):
    """about: a registration. grade: empty takes the wish back. next: where to go afterwards."""

    about: int = Field(ge=1, le=MAX_ID)
    grade: Annotated[WishKind | None, BeforeValidator(blank_is_none)]
    next: str = ""


class CorrectionFields(Fields):
    """What an organiser says of a pair. kind: empty takes it back. reason: for organisers alone."""

    kind: Annotated[CorrectionKind | None, BeforeValidator(blank_is_none)]
    reason: Annotated[Line, Field(max_length=LINE)] = ""
    next: str = ""


class Show(StrEnum):
    """Which matches the list shows."""

    ALL = "all"
    OPEN = "open"
    WISHED = "wished"
    AGREED = "agreed"
    DECLINED = "declined"


@dataclass(frozen=True)
class Look:
    """How a list is looked at: through which filter, for which words, and which page, from 1."""

    show: Show
    query: Query
    page: int


def look_of(query: Mapping[str, str]) -> Look:
    """What the address asks for; whatever it does not say plainly is as at first."""
    asked = query.get("show", "")
    return Look(
        show=Show(asked) if asked in set(Show) else Show.ALL,
        query=query_of(query.get("q", "")),
        page=page_number(query),
    )
