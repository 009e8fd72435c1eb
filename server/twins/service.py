"""Merge two entries of one expert, tell two people apart, and undo a merge for a day. One transaction each."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

from i18n import _
from server import behalf
from server.db import atomic, lock
from server.errors import NotFound, Refused
from server.joining.finding import pair_of
from server.models import (
    Correction,
    DelegationMember,
    Event,
    Person,
    PresenceRequest,
    Reception,
    Registration,
    SameName,
    StoredFile,
    Travel,
    TwinMerge,
    Wish,
)
from server.names import NAMES, called, country_of
from server.registrations import agreeing
from server.twins import finding

MAY_UNDO_FOR = timedelta(days=1)
# Columns that the kept entry takes over where its own are empty, each group together.
FILLED: Sequence[tuple[str, ...]] = (
    *(("affiliation",), ("position",), ("degree",), ("headline",), ("offer", "text_locale"), ("results",)),
    *(("patents",), ("note",), ("topics",), ("modes",), ("languages", "levels"), ("readiness",)),
    *(("presence", "available"), ("max_meetings",)),
)
# Rows of which an expert has one, and rows of which there are several. Both move to the kept entry.
SINGLE: Mapping[str, type[Model]] = {"travel": Travel, "reception": Reception, "member": DelegationMember}
SEVERAL: Mapping[str, type[Model]] = {"request": PresenceRequest, "file": StoredFile}
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
    """Return the columns of kept that merging changes. Names of people who entered their own never change."""
    changed: dict[str, Any] = {}
    for names in FILLED:
        if not any(getattr(kept, name) for name in names):
            changed |= {name: getattr(joined, name) for name in names if getattr(joined, name)}
    if kept.proposed is not None:
        said = called(joined)
        other = {**{name: getattr(said, name) for name in NAMES}, "country": country_of(joined)}
        more = {name: text for name, text in other.items() if text and not kept.proposed.get(name)}
        if more:
            changed["proposed"] = {**kept.proposed, **more}
    return changed


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
    moved = await _move(kept.id, joined.id)
    await Registration.filter(id=kept.id).update(**columns, updated_at=now)
    await Registration.filter(id=joined.id).update(withdrawn_at=now, updated_at=now)
    first, second = pair_of(kept.id, joined.id)
    await SameName.create(event_id=event.id, one_id=first, other_id=second, kept_id=kept.id, by_id=organiser.id)
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


async def _move(kept: int, joined: int) -> dict[str, list[int]]:
    """Move what the kept entry does not have yet; return the ids of moved rows."""
    taken = {(row.by_id, row.about_id) for row in await Wish.filter(Q(by_id=kept) | Q(about_id=kept)).order_by("id")}
    by = [row.id for row in await Wish.filter(by_id=joined) if (kept, row.about_id) not in taken]
    about = [row.id for row in await Wish.filter(about_id=joined) if (row.by_id, kept) not in taken]
    await Wish.filter(id__in=by).update(by_id=kept)
    await Wish.filter(id__in=about).update(about_id=kept)
    known = {row.enterprise_id for row in await Correction.filter(expert_id=kept, stands=True)}
    corrections = [row.id for row in await Correction.filter(expert_id=joined) if row.enterprise_id not in known]
    await Correction.filter(id__in=corrections).update(expert_id=kept)
    moved = {"wish_by": by, "wish_about": about, "correction": corrections}
    for name, model in {**SINGLE, **SEVERAL}.items():
        is_free = name in SEVERAL or not await model.filter(registration_id=kept).exists()
        rows = await model.filter(registration_id=joined).order_by("id") if is_free else []
        moved[name] = [int(row.pk) for row in rows]
        await model.filter(id__in=moved[name]).update(registration_id=kept)
    return moved


@atomic
async def tell_apart(event: Event, one: Registration, other: Registration, organiser: Person) -> None:
    """Store that the two are different people, so that nobody is asked again. A second call changes nothing."""
    rows = await _locked(one, other)
    first, second = pair_of(one.id, other.id)
    if await SameName.exists(one_id=first, other_id=second, kept_id=None):
        return
    if not await finding.are_twins(event, *rows):
        raise NotTwins
    await SameName.create(event_id=event.id, one_id=first, other_id=second, by_id=organiser.id)


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
    await Wish.filter(id__in=moved["wish_by"], by_id=kept.id).update(by_id=joined.id)
    await Wish.filter(id__in=moved["wish_about"], about_id=kept.id).update(about_id=joined.id)
    await Correction.filter(id__in=moved["correction"], expert_id=kept.id).update(expert_id=joined.id)
    for name, model in {**SINGLE, **SEVERAL}.items():
        await model.filter(id__in=moved[name], registration_id=kept.id).update(registration_id=joined.id)
    back = {name: old for name, old in stored.before["columns"].items() if getattr(kept, name) == written[name]}
    now = datetime.now(UTC)
    await Registration.filter(id=kept.id).update(**back, updated_at=now)
    await Registration.filter(id=joined.id).update(withdrawn_at=None, updated_at=now)
    first, second = pair_of(kept.id, joined.id)
    await SameName.filter(one_id=first, other_id=second).delete()
    await TwinMerge.filter(id=stored.id).delete()
    for row in (kept, joined):
        await agreeing.update_agreed_at(row)
