"""Merge two entries of one expert, tell two people apart, and undo a merge for a day. One transaction each."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from i18n import _
from server import behalf
from server.db import atomic, lock
from server.errors import NotFound, Refused
from server.joining.deciding import decide, decision, filled, pair_of
from server.models import Event, Person, Registration, SameName, TwinMerge
from server.names import NAMES, called, country_of
from server.registrations import agreeing
from server.twins import finding, moving
from server.twins.moving import Moving

MAY_UNDO_FOR = timedelta(days=1)
# Columns that the kept entry takes over where its own are empty, each group together.
FILLED: Sequence[tuple[str, ...]] = (
    *(("affiliation",), ("position",), ("degree",), ("headline",), ("offer", "text_locale"), ("results",)),
    *(("patents",), ("note",), ("topics",), ("modes",), ("languages", "levels"), ("readiness",)),
    *(("presence", "available"), ("max_meetings",)),
)
log = logging.getLogger(__name__)


class NotTwins(Refused):
    """The two are no pair any more: one left, has another name, or somebody has decided."""

    def __init__(self) -> None:
        super().__init__(_("The entries can no longer be merged because one of them has changed. Open the list again."))


class KeepTheAddress(Refused):
    """The entry that would be withdrawn has an address, the other has none."""

    def __init__(self) -> None:
        super().__init__(_("Keep the entry that has an e-mail address. The other entry has none."))


@dataclass(frozen=True)
class Filled:
    """A column in the preview. kept, joined: the values before. is_taken: whether the joined entry's value stays."""

    name: str
    kept: Any
    joined: Any
    is_taken: bool


def preview(kept: Registration, joined: Registration) -> Sequence[Filled]:
    """Return what becomes of each column that either entry has; `person` of both is loaded."""
    taken = {**_columns(kept, joined)}
    columns = [name for group in FILLED for name in group if name not in ("levels", "presence", "text_locale")]
    lines = [Filled(name, getattr(kept, name), getattr(joined, name), name in taken) for name in columns]
    names = taken.get("proposed") or {}
    lines = [*(_line_of_name(name, kept, joined, names) for name in NAMES), *lines]
    return [line for line in lines if line.kept or line.joined]


def _line_of_name(name: str, kept: Registration, joined: Registration, taken: Mapping[str, str]) -> Filled:
    own, other = getattr(called(kept), name), getattr(called(joined), name)
    return Filled(name, own, other, not own and bool(other) and taken.get(name) == other)


def _columns(kept: Registration, joined: Registration) -> dict[str, Any]:
    """Return the columns of kept that merging changes. Names of people who entered their own never change.

    A text that only some may read has the same readers in the kept entry.
    """
    changed = filled(kept, joined, FILLED)
    hidden = {name: who for name, who in (joined.readers or {}).items() if name in changed}
    if hidden:
        changed["readers"] = {**(kept.readers or {}), **hidden}
    if kept.proposed is not None:
        said = called(joined)
        other = {**{name: getattr(said, name) for name in NAMES}, "country": country_of(joined)}
        more = {name: text for name, text in other.items() if text and not kept.proposed.get(name)}
        if more:
            changed["proposed"] = {**kept.proposed, **more}
    return changed


async def moves(kept: Registration, joined: Registration) -> Mapping[str, Moving]:
    """Return what merging moves, and what stays with joined, by table; `person` of kept is loaded."""
    return await moving.moving(kept, joined, set(_columns(kept, joined)))


@atomic
async def merge(event: Event, kept: Registration, joined: Registration, organiser: Person) -> None:
    """Fill the kept entry from the other one, move what belongs to it, and withdraw the other; undone for a day.

    Published meetings of the withdrawn entry become impossible. A second call changes nothing. Raises NotTwins and
    KeepTheAddress.
    """
    rows = await _locked(kept, joined)
    if await TwinMerge.exists(kept_id=kept.id, joined_id=joined.id):
        return
    if any(row.withdrawn_at is not None for row in rows) or not await finding.are_twins(event, *rows):
        raise NotTwins
    if rows[1].person.has_address and not rows[0].person.has_address:
        raise KeepTheAddress
    now, columns = datetime.now(UTC), _columns(*rows)
    before = {name: getattr(rows[0], name) for name in columns}
    moved = await moving.move(await moves(*rows), to=kept)
    await Registration.filter(id=kept.id).update(**columns, updated_at=now)
    await Registration.filter(id=joined.id).update(withdrawn_at=now, updated_at=now)
    await decide(kept, joined, organiser, kept=kept)
    await TwinMerge.create(
        event_id=event.id,
        kept_id=kept.id,
        joined_id=joined.id,
        by_id=organiser.id,
        before={"columns": before, "written": columns, "moved": moved},
        expires_at=now + MAY_UNDO_FOR,
    )
    for row in rows:
        await agreeing.update_agreed_at(row)
    await behalf.note(event.id, organiser, "joined", party=kept)
    log.info("person %s has merged registration %s into %s", organiser.id, joined.id, kept.id)


async def _locked(kept: Registration, joined: Registration) -> list[Registration]:
    """Return both entries as stored, with `person`, locked in the order of their ids."""
    for id in sorted((kept.id, joined.id)):
        if await lock(Registration, id) is None:
            raise NotFound
    rows = await Registration.filter(id__in=[kept.id, joined.id]).select_related("person")
    return sorted(rows, key=lambda row: row.id != kept.id)


@atomic
async def tell_apart(event: Event, one: Registration, other: Registration, organiser: Person) -> None:
    """Store that the two are different people, so that nobody is asked again. A second call changes nothing."""
    rows = await _locked(one, other)
    decided = await decision(one, other)
    if decided is not None and decided.kept_id is None:
        return
    if not await finding.are_twins(event, *rows):
        raise NotTwins
    await decide(one, other, organiser, kept=None)


@atomic
async def undo(merge_id: int, event: Event) -> None:
    """Undo a merge: rows go back, columns that nobody has changed since are restored, the other entry takes part again.

    Raises NotFound for a merge that was undone or is older than a day.
    """
    stored = await lock(TwinMerge, merge_id)
    if stored is None or stored.event_id != event.id or stored.expires_at < datetime.now(UTC):
        raise NotFound
    kept, joined = await _locked(await Registration.get(id=stored.kept_id), await Registration.get(id=stored.joined_id))
    moved, written = stored.before["moved"], stored.before["written"]
    await moving.move_back(moved, kept, joined)
    back = {name: old for name, old in stored.before["columns"].items() if getattr(kept, name) == written[name]}
    now = datetime.now(UTC)
    await Registration.filter(id=kept.id).update(**back, updated_at=now)
    await Registration.filter(id=joined.id).update(withdrawn_at=None, updated_at=now)
    first, second = pair_of(kept.id, joined.id)
    await SameName.filter(one_id=first, other_id=second).delete()
    await TwinMerge.filter(id=stored.id).delete()
    for row in (kept, joined):
        await agreeing.update_agreed_at(row)
