"""Save journeys and the state of help. Each public function is one transaction."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from server.db import atomic, lock
from server.edits import UNSEEN, Edit, merge, write
from server.errors import NotFound
from server.models import Event, HelpState, Registration, Slot, Travel
from server.travel.values import HelpValues, TravelValues

# From the landing to a table at the venue, and back to the airport.
AFTER_ARRIVAL = timedelta(hours=2)
BEFORE_DEPARTURE = timedelta(hours=3)


@atomic
async def save(party: Registration, values: TravelValues, *, wants_help: bool, edit: Edit = UNSEEN) -> None:
    """Save an expert's journey. Raises EditConflict, NotFound.

    wants_help: whether the expert wants help. What organisers have begun or done about it stays.
    """
    if await lock(Registration, party.id) is None:
        raise NotFound
    row, _is_new = await Travel.get_or_create(registration_id=party.id)
    [merged] = await merge(edit, (row, values))
    open_state = HelpState.WANTED if wants_help else HelpState.NOT_NEEDED
    is_moved = row.help in (HelpState.WANTED, HelpState.NOT_NEEDED) and row.help is not open_state
    await write(row, merged, **({"help": open_state} if is_moved else {}))


@atomic
async def set_help(party: Registration, state: HelpState, edit: Edit = UNSEEN) -> None:
    """Save what became of the help, as an organiser. Raises EditConflict."""
    await lock(Registration, party.id)
    row, _is_new = await Travel.get_or_create(registration_id=party.id)
    [merged] = await merge(edit, (row, HelpValues(help=state)))
    if merged.changed:
        await write(row, merged, help_at=datetime.now(UTC))


async def travel_of(party: Registration) -> Travel:
    """Return the journey of an expert, an empty one that is not stored if there is none. One query."""
    return await Travel.get_or_none(registration_id=party.id) or Travel(registration_id=party.id)


async def journeys_of(event: Event) -> Sequence[Travel]:
    """Return the journeys of experts who take part, by arrival, each with party and person. One query."""
    there = {"registration__registered_at__not_isnull": True, "registration__withdrawn_at": None}
    rows = Travel.filter(registration__event_id=event.id, **there).select_related("registration__person")
    latest = datetime.max.replace(tzinfo=UTC)
    return sorted(await rows, key=lambda each: (each.arrives_at or latest, each.id))


def fitting(travel: Travel, slots: Iterable[Slot]) -> list[int]:
    """Return ids of the slots that begin long enough after the arrival and end long enough before the departure."""
    first = travel.arrives_at + AFTER_ARRIVAL if travel.arrives_at else None
    last = travel.departs_at - BEFORE_DEPARTURE if travel.departs_at else None
    return [
        slot.id for slot in slots if (first is None or slot.start_at >= first) and (last is None or slot.end_at <= last)
    ]


async def offered(party: Registration) -> list[int] | None:
    """Return the slots that the journey leaves of those that the party has ticked, or of all if none is ticked.

    None if there is nothing to offer: no journey, or the party's slots fit it. Three queries.
    """
    travel = await travel_of(party)
    if travel.arrives_at is None and travel.departs_at is None:
        return None
    slots = await Slot.filter(event_id=party.event_id).order_by("start_at")
    fit = fitting(travel, slots)
    ticked = set(party.available) & {slot.id for slot in slots}
    wanted = [id for id in fit if id in ticked] if ticked else fit
    return wanted if set(wanted) != ticked else None
