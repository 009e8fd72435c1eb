"""Requested changes as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from i18n import Translator, _
from matching.affinity import Scheme
from server.changing.fields import LISTS, items, shown
from server.changing.service import OpenChange
from server.models import ChangeRequest
from server.names import own_spelling
from server.needs.history import Piece, differences
from server.registrations.labels import LABELS
from server.visible import kept_from_organisers

# The pieces of these are words, those of LISTS are what the list holds.
TEXTS = frozenset({"headline", "offer", "results", "patents", "note", "description"})
# Stands for a value that its person keeps from organisers.
KEPT = _("Only the participant sees this field")


@dataclass(frozen=True)
class ShownChange:
    """A requested change for a reader. pieces: of a text or list, with what is gone and new; () for other values, and
    for texts with little in common, which are read one after the other. now: as stored at present.
    """

    id: int
    mark: str
    label: str
    before: str
    after: str
    pieces: Sequence[tuple[Piece, str]]
    is_list: bool
    is_stale: bool
    now: str
    by: str
    asked_at: datetime


def own_changes(found: Sequence[ChangeRequest], locale: str, scheme: Scheme) -> list[tuple[int, str, str]]:
    """Return the open requests for their party: (id, name of the field, new value)."""
    translate = Translator(locale).translate
    return [(row.id, translate(LABELS[row.field]), shown(row.field, row.after, locale, scheme)) for row in found]


def shown_change(each: OpenChange, locale: str, scheme: Scheme) -> ShownChange:
    """Return an open request for an organiser."""
    row, is_list = each.request, each.request.field in LISTS
    before, after, now = (shown(row.field, values, locale, scheme) for values in (row.before, row.after, each.now))
    if row.field in kept_from_organisers(row.registration.readers):
        before, after, now = (Translator(locale).translate(KEPT) if text else "" for text in (before, after, now))
    return ShownChange(
        id=row.id,
        mark=each.mark,
        label=Translator(locale).translate(LABELS[row.field]),
        before=before,
        after=after,
        pieces=_pieces_of(row, locale, scheme) if is_list else _pieces(before, after) if row.field in TEXTS else (),
        is_list=is_list,
        is_stale=each.is_stale,
        now=now,
        by=own_spelling(row.asked_by, locale) if row.asked_by else "",
        asked_at=row.asked_at,
    )


def _pieces_of(row: ChangeRequest, locale: str, scheme: Scheme) -> Sequence[tuple[Piece, str]]:
    """Return what a list holds: what stays, then what is gone, then what is new."""
    old, new = (items(row.field, values, locale, scheme) for values in (row.before, row.after))
    return [
        *((Piece.SAME, each) for each in old if each in new),
        *((Piece.GONE, each) for each in old if each not in new),
        *((Piece.NEW, each) for each in new if each not in old),
    ]


def _pieces(before: str, after: str) -> Sequence[tuple[Piece, str]]:
    found = differences(before, after)
    same = sum(len(words.strip()) for piece, words in found if piece is Piece.SAME)
    return found if 2 * same >= min(len(before), len(after)) else ()
