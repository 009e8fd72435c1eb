"""Changes that interpreters make themselves. Each public function is one transaction."""

from datetime import UTC, datetime

from server import presence
from server.absences import service as absences
from server.absences.service import AbsenceAsking
from server.db import atomic, lock
from server.edits import Edit, Merged, write
from server.errors import NotFound
from server.events.values import AvailabilityValues
from server.interpreters.values import OwnValues
from server.models import Departure, Interpreter, Person, Slot
from server.registrations import farewell, leaving
from server.values import Values


@atomic
async def change(interpreter: Interpreter, given: OwnValues, edit: Edit, *, asking: AbsenceAsking) -> None:
    """Save what interpreters enter. Raises ClearsMeetings, EditConflict, SlotsChanged, NotFound.

    asking: the interpreter, who has to ask the organiser before clearing slots with published meetings.
    """
    standing = await lock(Interpreter, interpreter.id)
    if standing is None:
        raise NotFound
    merged = edit.merged(given, standing)
    written: list[Values | Merged[OwnValues]] = [merged]
    if "available" in merged.changed:
        written.append(await absences.cleared(standing, merged.values.available, asking))
    await write(standing, *written)


@atomic
async def cannot_come(interpreter: Interpreter, person: Person) -> None:
    """Clear the interpreter's availability and tell the organisers; the interpreter can undo this for a day.

    A second call changes nothing. Raises TooManyMails.
    """
    standing = await lock(Interpreter, interpreter.id)
    if standing is None:
        raise NotFound
    if await open_departure(standing) is not None:
        return
    slots = await Slot.filter(event_id=standing.event_id).order_by("start_at")
    departure = await Departure.create(
        event_id=standing.event_id,
        interpreter_id=standing.id,
        person_id=person.id,
        available=presence.to_json(presence.times_of(standing, slots)),
        left_at=datetime.now(UTC),
    )
    await leaving.refuse_flood(Departure.filter(interpreter_id=standing.id))
    await write(standing, AvailabilityValues(presence=[], available=[]))
    await farewell.tell_interpreter_left(departure, leaving.undo_until(departure))


async def open_departure(interpreter: Interpreter) -> Departure | None:
    """Return the interpreter's cancellation, or None once they have ticked a slot again."""
    if interpreter.available:
        return None
    return await Departure.filter(interpreter_id=interpreter.id, undone_at=None).order_by("-id").first()
