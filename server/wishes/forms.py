"""Forms of wishes and corrections, and the filters of the list of matches."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from server.fields import RowId
from server.forms import BlankIsNone, Fields, Line
from server.models import CorrectionKind, WishKind
from server.models.base import LINE, MAX_ID
from server.pages import page_number
from server.search.query import Query, query_of

Lesser = Literal[WishKind.LIKE, WishKind.NO]


class WishFields(Fields):
    """about: id of a registration. grade: "" takes the wish back. next: path of the page to show next.

    instead: whose top wish is given back if none is left. becomes: the wish that it becomes, "" for none.
    """

    about: RowId
    grade: Annotated[WishKind | None, BlankIsNone]
    instead: Annotated[RowId | None, BlankIsNone] = None
    becomes: Annotated[Lesser | None, BlankIsNone] = WishKind.LIKE
    next: str = ""


class CorrectionFields(Fields):
    """An organiser's assessment of a pair. kind: "" takes it back. reason: visible to organisers only."""

    kind: Annotated[CorrectionKind | None, BlankIsNone]
    reason: Annotated[Line, Field(max_length=LINE)] = ""
    next: str = ""


class Show(StrEnum):
    """Filters of the list of matches."""

    ALL = "all"
    OPEN = "open"
    WANTED = "wanted"
    WISHED = "wished"
    AGREED = "agreed"
    DECLINED = "declined"


@dataclass(frozen=True)
class MatchesView:
    """What part of a list is shown: filter, search query, page from 1.

    changed: id of the party whose wish was just changed, which stays in the list until the next look, or None. was: the
    wish before. gave: the party whose top wish was given back for it, or None.
    """

    show: Show
    query: Query
    page: int
    changed: int | None = None
    was: WishKind | None = None
    gave: int | None = None


def matches_view_of(query: Mapping[str, str]) -> MatchesView:
    """Return the filter, search query and page in the URL; invalid values count as missing."""
    asked, was = query.get("show", ""), query.get("was", "")
    return MatchesView(
        show=Show(asked) if asked in set(Show) else Show.ALL,
        query=query_of(query.get("q", "")),
        page=page_number(query),
        changed=id_of(query.get("changed", "")),
        was=WishKind(was) if was in set(WishKind) else None,
        gave=id_of(query.get("gave", "")),
    )


def id_of(typed: str) -> int | None:
    """Return what may be the id of a row, or None."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= len(str(MAX_ID)) else None
