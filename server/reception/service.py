"""Save rows of the ledger, and escorts. Each public function is one transaction."""

from dataclasses import replace

from i18n import _, ngettext_
from server import behalf
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, merge, save, write
from server.errors import NotFound, Refused
from server.events.grid import ticked
from server.models import Escort, Event, Person, Reception, Registration, Slot, Travel
from server.reception.values import EscortValues, JourneyValues, ReceptionValues
from server.travel.service import fitting
from server.travel.values import TIMES

MOST_ESCORTS = 300


class NoEscort(Refused):
    """The escort of the form was removed, or belongs to another event."""

    field = "escort_id"

    def __init__(self) -> None:
        super().__init__(_("Choose one of the options."))


@atomic
async def save_guest(
    party: Registration,
    journey: JourneyValues,
    values: ReceptionValues,
    edit: Edit = UNSEEN,
    *,
    by: Person | None = None,
    is_escort: bool = False,
) -> int:
    """Save how an expert is received; return how many slots of the availability a new journey ends.

    by: who saves; a changed journey is then logged and shown to the guest. is_escort: as the escort of the guest, not
    as an organiser.

    A later arrival or an earlier departure takes the slots that it leaves no time for out of the availability, so that
    published meetings in them count as impossible. Slots never come back by themselves. A car whose driver is known
    from another guest gets this driver. Raises EditConflict, NoEscort, and NotFound if the party has left or has
    another escort by now.
    """
    standing = await lock(Registration, party.id)
    if standing is None or standing.withdrawn_at is not None:
        raise NotFound
    if isinstance(values.escort_id, int) and not await Escort.exists(id=values.escort_id, event_id=standing.event_id):
        raise NoEscort
    travel, _is_new = await Travel.get_or_create(registration_id=party.id)
    row, _is_new = await Reception.get_or_create(registration_id=party.id)
    if is_escort and by is not None and not await Escort.exists(id=row.escort_id, email=by.email):
        raise NotFound
    wanted = replace(values, driver=values.driver or await _known_driver(standing, values.plate))
    of_travel, of_row = await merge(edit, (travel, journey), (row, wanted))
    is_new_journey = any(getattr(travel, name) != value for name, value in of_travel.values.columns().items())
    await write(travel, of_travel)
    await write(row, of_row)
    if by is not None and is_new_journey:
        await behalf.note(standing.event_id, by, "journey", party=standing)
    return await _narrow(standing) if of_travel.changed & {*TIMES} else 0


async def _known_driver(party: Registration, plate: str) -> str:
    """Return the driver of the car with this plate, as entered for another guest, or ""."""
    if not plate:
        return ""
    rows = Reception.filter(registration__event_id=party.event_id, plate=plate).exclude(driver="")
    found = await rows.exclude(registration_id=party.id).order_by("-updated_at").first()
    return found.driver if found else ""


async def _narrow(party: Registration) -> int:
    """Take slots for which the journey leaves no time out of the availability; return how many. The row is locked."""
    travel = await Travel.get(registration_id=party.id)
    slots = await Slot.filter(event_id=party.event_id).order_by("start_at")
    fit, before = set(fitting(travel, slots)), set(party.available)
    left = sorted(before & fit)
    if len(left) == len(before):
        return 0
    after = await ticked(party.event_id, party, left)
    await write(party, after)
    return len(before - set(after.columns()["available"]))


# Escorts ----------------------------------------------------------------------------------------------------------


@atomic
async def add_escort(event: Event, values: EscortValues) -> Escort:
    """Add an escort. Raises Refused for too many."""
    await lock(Event, event.id)
    if await Escort.filter(event_id=event.id).count() >= MOST_ESCORTS:
        raise Refused(
            ngettext_(
                "An event can have at most %(num)s escort.", "An event can have at most %(num)s escorts.", MOST_ESCORTS
            )
        )
    return await Escort.create(event_id=event.id, **values.columns())


@atomic
async def change_escort(escort: Escort, values: EscortValues, edit: Edit = UNSEEN) -> None:
    """Save what an organiser changed of an escort. Raises EditConflict and NotFound."""
    await save(escort, values, edit)


@atomic
async def remove_escort(escort: Escort) -> None:
    """Remove an escort; the guests of this escort have none from now on."""
    await Escort.filter(id=escort.id).delete()
