"""Requested changes as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from i18n import Translator
from matching.affinity import Scheme
from server.changing.fields import shown
from server.changing.service import OpenChange
from server.models import ChangeRequest
from server.names import own_spelling
from server.needs.history import Piece, differences
from server.registrations.labels import LABELS

TEXTS = frozenset({"headline", "offer", "results", "patents", "note", "description"})


@dataclass(frozen=True)
class ShownChange:
    """A requested change for a reader. pieces: of a text, with what is gone and new. now: "" unless it is stale."""

    id: int
    mark: str
    label: str
    before: str
    after: str
    pieces: Sequence[tuple[Piece, str]]
    is_stale: bool
    now: str
    by: str
    asked_at: datetime


def own_changes(found: Sequence[ChangeRequest], locale: str, scheme: Scheme) -> list[tuple[int, str, str]]:
    """Return the open requests for their party: (id, name of the field, new value)."""
    translate = Translator(locale).translate
    return [
        (row.id, translate(LABELS[row.field]), shown(row.field, row.after, locale, scheme))
        for row in found
        if row.field in LABELS
    ]


def shown_change(each: OpenChange, locale: str, scheme: Scheme) -> ShownChange:
    """Return an open request for an organiser."""
    row = each.request
    before, after, now = (shown(row.field, values, locale, scheme) for values in (row.before, row.after, each.now))
    return ShownChange(
        id=row.id,
        mark=each.mark,
        label=Translator(locale).translate(LABELS[row.field]),
        before=before,
        after=after,
        pieces=_pieces(before, after) if row.field in TEXTS else (),
        is_stale=each.is_stale,
        now=now,
        by=own_spelling(row.asked_by, locale) if row.asked_by else "",
        asked_at=row.asked_at,
    )


def _pieces(before: str, after: str) -> Sequence[tuple[Piece, str]]:
    """Return what differs word by word; () for texts with little in common, which are read one after the other."""
    found = differences(before, after)
    same = sum(len(words.strip()) for piece, words in found if piece is Piece.SAME)
    return found if 2 * same >= min(len(before), len(after)) else ()
