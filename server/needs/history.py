"""What was changed of a need, by whom and when."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from server.models import Need, NeedAct, NeedClearance, NeedRevision, Person
from server.names import own_spelling
from server.needs.states import FIELDS

SHOWN = 50
# Who sits at the meetings is no part of the text.
RECORDED = tuple(name for name in FIELDS if name != "delegates")
MOST_WORDS = 1500  # of both texts; longer ones are shown one below the other
# A word, a Chinese, Japanese or Korean character, or anything else.
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+|\s+|.", re.DOTALL)


class Piece(StrEnum):
    """How a piece of a text differs."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class ChangedField:
    """A column with its values before and after. pieces: of a text, marked; () for other columns."""

    name: str
    before: Any
    after: Any
    pieces: Sequence[tuple[Piece, str]] = ()


@dataclass(frozen=True)
class Revision:
    """An act on a need. by: name, "" if it is not known. state: after the act, "" if it stayed."""

    act: NeedAct
    at: datetime
    by: str
    state: str
    changes: Sequence[ChangedField]


async def record(
    need_id: int, act: NeedAct, by: Person | None, before: Need | None, columns: Mapping[str, Any]
) -> None:
    """Store an act on a need. Call in the transaction that does it.

    before: the need, None for a new one. columns: those that are written; a save that changes nothing is not stored.
    """
    names = [name for name in RECORDED if before is not None and name in columns]
    changed = _changed({name: getattr(before, name) for name in names}, columns)
    if changed or act is not NeedAct.SAVED:
        await NeedRevision.create(need_id=need_id, act=act, by_id=by.id if by else None, changed=changed)


async def record_import(
    created: Iterable[Need], changed: Iterable[tuple[Need, Mapping[str, Any]]], at: datetime
) -> None:
    """Store what an import does to needs, and end secrecy reviews of other texts. Call in the transaction that does it.

    changed: needs as they are now, each with its former values. At most two queries.
    """
    rows = [NeedRevision(need_id=need.id, act=NeedAct.CREATED) for need in created]
    ended = []
    for need, before in changed:
        pairs = _changed(before, {name: getattr(need, name) for name in before})
        rows += [NeedRevision(need_id=need.id, act=NeedAct.SAVED, changed=pairs)] if pairs else []
        ended += [need.id] if before.get("is_cleared") and not need.is_cleared else []
    if rows:
        await NeedRevision.bulk_create(rows)
    if ended:
        await NeedClearance.filter(need_id__in=ended, ended_at=None).update(ended_at=at)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    names = [name for name in RECORDED if name in before]
    pairs = {name: [_plain(before[name]), _plain(after[name])] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


async def revisions_of(need: Need, locale: str) -> list[Revision]:
    """Return the last acts on a need, latest first. locale: of the reader. One query."""
    rows = await NeedRevision.filter(need_id=need.id).order_by("-id").limit(SHOWN).select_related("by")
    return [_revision(row, locale) for row in rows]


def _revision(row: NeedRevision, locale: str) -> Revision:
    pairs = {name: row.changed[name] for name in RECORDED if name in row.changed and name != "state"}
    changes = [
        ChangedField(name, before, after, tuple(_differences(before, after))) for name, (before, after) in pairs.items()
    ]
    state = str(row.changed["state"][1]) if "state" in row.changed else ""
    return Revision(row.act, row.created_at, own_spelling(row.by, locale) if row.by else "", state, changes)


def _differences(before: Any, after: Any) -> Iterator[tuple[Piece, str]]:
    if isinstance(before, str) and isinstance(after, str):
        yield from differences(before, after)


def differences(before: str, after: str) -> list[tuple[Piece, str]]:
    """Return the pieces of two texts in order: what both have, what is gone and what is new."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > MOST_WORDS:
        whole = [(Piece.GONE, before), (Piece.NEW, after)]
        return [each for each in whole if each[1]]
    found: list[tuple[Piece, str]] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        parts = [(Piece.SAME, old[i:j])] if kind == "equal" else [(Piece.GONE, old[i:j]), (Piece.NEW, new[k:m])]
        found += [(piece, "".join(words)) for piece, words in parts if words]
    return found
