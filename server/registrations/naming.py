"""What happens to a name that others entered, once the person has seen it."""

from server.db import atomic, lock
from server.models import Delegate, Interpreter, Organiser, Person, Registration
from server.names import NAMES


@atomic
async def end_proposals(event_id: int, person: Person, *, is_taken: bool) -> None:
    """End the proposals of others at this event. is_taken: the proposed name becomes the person's own.

    Other proposed data that the person lacks, such as the country, are taken over in both cases: the page showed them.
    """
    own = await lock(Person, person.id)
    rows = await _proposals(event_id, person)
    if own is None or not rows:
        return
    said = {name: text for row in reversed(rows) for name, text in (row.proposed or {}).items() if text}
    kept = {name: text for name, text in said.items() if not getattr(own, name) and (name not in NAMES or is_taken)}
    if is_taken and said.get("full_name"):
        # Spellings of another name do not belong to this one.
        kept |= {name: said.get(name, "") for name in NAMES} if said["full_name"] != own.full_name else {}
    if kept:
        await Person.filter(id=person.id).update(**kept)
    for row in rows:
        await type(row).filter(id=row.id).update(proposed=None)


async def _proposals(event_id: int, person: Person) -> list[Registration | Delegate | Interpreter | Organiser]:
    """Return the person's rows at the event with a proposed name, most detailed first."""
    rows = [
        await Registration.get_or_none(event_id=event_id, person_id=person.id),
        await Delegate.get_or_none(registration__event_id=event_id, person_id=person.id),
        await Interpreter.get_or_none(event_id=event_id, person_id=person.id),
        await Organiser.get_or_none(event_id=event_id, person_id=person.id),
    ]
    return [row for row in rows if row is not None and row.proposed is not None]
