"""Forms of wishes and corrections, and the filters of the list of matches."""

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
    """about: id of a registration. grade: "" takes the wish back. next: path of the page to show next."""

    about: int = Field(ge=1, le=MAX_ID)
    grade: Annotated[WishKind | None, BeforeValidator(blank_is_none)]
    next: str = ""


class CorrectionFields(Fields):
    """An organiser's assessment of a pair. kind: "" takes it back. reason: visible to organisers only."""

    kind: Annotated[CorrectionKind | None, BeforeValidator(blank_is_none)]
    reason: Annotated[Line, Field(max_length=LINE)] = ""
    next: str = ""


class Show(StrEnum):
    """Filters of the list of matches."""

    ALL = "all"
    OPEN = "open"
    WISHED = "wished"
    AGREED = "agreed"
    DECLINED = "declined"


@dataclass(frozen=True)
class MatchesView:
    """What part of a list is shown: filter, search query, page from 1."""

    show: Show
    query: Query
    page: int


def matches_view_of(query: Mapping[str, str]) -> MatchesView:
    """Return the filter, search query and page in the URL; invalid values count as missing."""
    asked = query.get("show", "")
    return MatchesView(
        show=Show(asked) if asked in set(Show) else Show.ALL,
        query=query_of(query.get("q", "")),
        page=page_number(query),
    )
