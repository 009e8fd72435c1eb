"""Save the part of a delegate at the event, and read who sits at the meetings on a need."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server import presence
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, write
from server.errors import NotFound
from server.events.grid import ticked
from server.models import Delegate, DelegateRole, Need, Registration, Slot
from server.registrations.agreeing import agreed_among
from server.values import Values


@dataclass(frozen=True, kw_only=True)
class DelegateDetails(Values):
    """A delegate's part at the event. available: ids of the slots of the person's own times, () for no own times."""

    position: str
    role: DelegateRole | None
    available: Sequence[int]


@dataclass
class _Times:
    """A delegate's own times with the slots that lie in them."""

    presence: list[list[str]] | None
    available: list[int]


async def details_of(delegate: Delegate, event_id: int) -> DelegateDetails:
    """Return the delegate's part as its form shows it. One query."""
    slots = await Slot.filter(event_id=event_id).order_by("start_at")
    own = presence.laid(presence.from_json(delegate.presence or []), slots)
    return DelegateDetails(position=delegate.position, role=delegate.role, available=own)


@atomic
async def save_details(party: Registration, delegate: Delegate, values: DelegateDetails, edit: Edit = UNSEEN) -> None:
    """Save a delegate's part.

    If a published meeting on a need that names the delegate lies outside the new times, organisers have to repair the
    plan. Raises EditConflict, SlotsChanged, and NotFound if the delegate has left.
    """
    await lock(Registration, party.id)
    stored = await lock(Delegate, delegate.id)
    if stored is None or stored.registration_id != party.id:
        raise NotFound
    before = await details_of(stored, party.event_id)
    merged = edit.merged(values, before)
    columns: dict[str, Any] = merged.without("available").columns()
    if "available" in merged.changed:
        own = _Times(stored.presence or [], list(before.available))
        wanted = await ticked(party.event_id, own, merged.values.available)
        columns["presence"] = wanted.presence or None
    await write(stored, **columns)


async def own_ids(party_id: int, ids: Iterable[int]) -> list[int]:
    """Return those of the ids that are delegates of the enterprise, ascending. One query if there are any."""
    wanted = set(ids)
    if not wanted:
        return []
    return sorted(wanted.intersection(await Delegate.filter(registration_id=party_id).values_list("id", flat=True)))


@dataclass(frozen=True)
class Sitting:
    """The delegates named for needs. everybody: by id, with persons. agreed: ids of those who agreed to be shown."""

    everybody: Mapping[int, Delegate]
    agreed: frozenset[int]

    def at(self, need: Need | None, *, is_own: bool) -> tuple[Delegate, ...]:
        """Return who sits at the meetings on a need. is_own: for readers of the enterprise, who see all of them."""
        if need is None:
            return ()
        named = [self.everybody[id] for id in need.delegates or () if id in self.everybody]
        of_firm = [each for each in named if each.registration_id == need.registration_id]
        return tuple(each for each in of_firm if is_own or each.id in self.agreed)


async def sitting_at(event_id: int, needs: Iterable[Need | None]) -> Sitting:
    """Return the delegates whom needs name. Two queries, none if no need names any."""
    ids = {id for need in needs if need is not None for id in need.delegates or ()}
    if not ids:
        return Sitting({}, frozenset())
    found = await Delegate.filter(id__in=sorted(ids)).select_related("person")
    agreed = await agreed_among(event_id, found)
    return Sitting({each.id: each for each in found}, frozenset(each.id for each in agreed))
