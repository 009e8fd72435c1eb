"""What belongs to an entry of an expert, and what of it moves when two entries are merged."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tortoise.models import Model

from server.files.service import agreed_kinds
from server.models import (
    ChangeRequest,
    ContactShare,
    Correction,
    DelegationMember,
    FileKind,
    Invitation,
    Passport,
    PresenceRequest,
    Reception,
    Registration,
    StoredFile,
    Translation,
    Travel,
    Wish,
)

OF = "registration_id"
# Tables by name, with the column that refers to the entry. The names are stored with each merge.
PLACES: Mapping[str, tuple[type[Model], str]] = {
    "wish_by": (Wish, "by_id"),
    "wish_about": (Wish, "about_id"),
    "correction": (Correction, "expert_id"),
    "travel": (Travel, OF),
    "reception": (Reception, OF),
    "member": (DelegationMember, OF),
    "invitation": (Invitation, OF),
    "request": (PresenceRequest, OF),
    "file": (StoredFile, OF),
    "translation": (Translation, OF),
    "passport": (Passport, OF),
    "contact_by": (ContactShare, "by_id"),
    "contact_about": (ContactShare, "about_id"),
    "change": (ChangeRequest, OF),
}
Key = Callable[[Any], Hashable]


@dataclass(frozen=True)
class Moving:
    """Rows of one table. moving: ids of the rows that move. staying: how many stay with the withdrawn entry."""

    moving: Sequence[int]
    staying: int


async def moving(kept: Registration, joined: Registration, filled: Collection[str]) -> Mapping[str, Moving]:
    """Return what moves from joined to kept by table, without tables in which joined has no rows.

    filled: columns of kept that are filled from joined. `person` of kept is loaded. At most 29 queries.
    """
    agreed = await agreed_kinds(kept.event_id, kept.person)
    keys: dict[str, Key] = {
        **KEYS,
        "file": partial(_file_key, agreed),
        "translation": partial(_translation_key, filled),
    }
    return {
        name: found
        for name, (model, column) in PLACES.items()
        if (found := await _moving(model, column, keys.get(name), kept, joined)) is not None
    }


async def _moving(
    model: type[Model], column: str, key: Key | None, kept: Registration, joined: Registration
) -> Moving | None:
    rows = await model.filter(**{column: joined.id}).order_by("id")
    if not rows:
        return None
    if key is None:
        return Moving((), len(rows))
    taken = {None, *map(key, await model.filter(**{column: kept.id}))}
    ids = [int(row.pk) for row in rows if key(row) not in taken]
    return Moving(ids, len(rows) - len(ids))


def _file_key(agreed: Collection[FileKind], row: StoredFile) -> Hashable:
    """A person has one photo and one CV. Files to which the person of the kept entry has not agreed do not move."""
    if row.kind not in agreed:
        return None
    return row.id if row.kind is FileKind.OTHER else row.kind


def _translation_key(filled: Collection[str], row: Translation) -> Hashable:
    """A translation moves with its text."""
    return (row.field, row.locale) if row.field in filled else None


# Tables whose rows never move: passport data is sealed for one entry and given with one account's consent, contacts are
# agreed to by one account, and changes are asked for about one profile.
OF_ONE_ACCOUNT = frozenset({"passport", "contact_by", "contact_about", "change"})
# A row of joined moves unless kept has a row with the same key, or the key is None.
KEYS: Mapping[str, Key] = {
    "wish_by": lambda row: row.about_id,
    "wish_about": lambda row: row.by_id,
    "correction": lambda row: (row.enterprise_id, row.stands or row.id),
    "request": lambda row: row.id,
    **dict.fromkeys(("travel", "reception", "member", "invitation"), lambda row: "one of each"),
}


async def move(found: Mapping[str, Moving], *, to: Registration) -> dict[str, list[int]]:
    """Give the rows to an entry; return their ids by table."""
    moved = {name: [*rows.moving] for name, rows in found.items()}
    for name, ids in moved.items():
        model, column = PLACES[name]
        await model.filter(id__in=ids).update(**{column: to.id})
    return moved


async def move_back(moved: Mapping[str, Sequence[int]], kept: Registration, joined: Registration) -> None:
    """Give back the rows that still belong to kept. moved: as `move` has returned it."""
    for name, ids in moved.items():
        model, column = PLACES[name]
        await model.filter(id__in=list(ids), **{column: kept.id}).update(**{column: joined.id})
